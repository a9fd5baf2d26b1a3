//! What the programs in `tests/` share: services from a few lines, servers that play backends, clients, and cases.

pub mod backend;
pub mod client;
pub mod proxy;
pub mod proxy;
pub mod runners;
pub mod service;
