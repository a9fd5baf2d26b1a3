//! The console for browsers, compiled, as bytes: what `wasm-bindgen` makes of the crate `console` when this one is built.

/// The module that pages import. It finds [`WASM`] beside itself, as `console_bg.wasm`.
pub const SCRIPT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/console.js"));

/// Its code.
pub const WASM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/console_bg.wasm"));

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    /// What readers wait for when they open the console, compressed as a server does it.
    #[test]
    fn the_module_is_small_enough_to_be_downloaded() {
        let size = |bytes: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap().len()
        };
        let sizes = (size(super::WASM), size(super::SCRIPT));
        println!("gzipped: {} and {} bytes", sizes.0, sizes.1);
        assert!(sizes.0 + sizes.1 <= 250_000, "{sizes:?}");
    }
}
