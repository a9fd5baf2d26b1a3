//! The two doors of the gateway: the engine as a WebAssembly component.
//!
//! The engine is async and asks a [`policy::Host`]; a door says what that means in one runtime. [`flat`] is the door of
//! Portico's own host: byte strings, and no waiting inside the sandbox. `edge` is the door of every `wasi:http` 0.3 runtime:
//! Spin, `wasmtime serve`. An artifact has one of them. This is the only crate that names WIT.

// The bindings are generated; everything else in this crate is as safe as the rest.
#[cfg(all(feature = "flat", target_family = "wasm"))]
mod flat;

#[cfg(all(feature = "edge", target_family = "wasm"))]
mod edge;

/// The allocator that comes with the target takes a good part of a request's time: policies make and drop many small values.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
