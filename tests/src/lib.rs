//! What the programs in `tests/` share: services from a few lines, servers that play backends, clients, and cases.

pub mod backend;
pub mod client;
pub mod issuer;
pub mod proxy;
pub mod runners;
pub mod service;
pub use test_tls as tls;

use std::time::{Duration, Instant};

/// Waits for something that happens soon; says what did not happen if it takes half a minute.
pub fn wait_until(what: &str, happened: impl Fn() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what}: did not happen");
        std::thread::sleep(Duration::from_millis(2));
    }
}
