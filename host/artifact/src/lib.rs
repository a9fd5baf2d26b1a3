//! The component, compiled, as bytes.
//!
//! `build.rs` compiles the crate `component` for `wasm32-wasip2`, once for each door that is asked for; so `cargo install`
//! gives one binary that runs, and nobody depends on the component as a crate.

/// The component with the flat door, for Portico's own host.
pub const FLAT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/flat.wasm"));

/// The component with the portable door, for `wasi:http` 0.3 runtimes.
#[cfg(feature = "edge")]
pub const EDGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/edge.wasm"));

/// The flat door with the policy `probe`, which misbehaves on purpose: for the tests of the host.
#[cfg(feature = "probe")]
pub const FLAT_WITH_PROBE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/flat-with-probe.wasm"));
