//! The host: wasmtime, listeners, the upstream pool, limits, reload.
