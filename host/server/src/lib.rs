//! The host: wasmtime, listeners, the upstream pool, limits, reload.
//!
//! The host moves bytes, keeps the sandbox in its bounds, and never reads a policy. It is given a component and a plan as
//! bytes. One thread per core runs everything: its listener, its instances of the component, its connections to backends; so
//! nothing on the way of a request is shared.
//!
//! Start with [`Server::start`]; the life of a request is in `exchange.rs`.

mod body;
mod client;
mod connection;
mod events;
mod exchange;
mod expect;
mod headers;
mod health;
mod instances;
mod operations;
mod outbox;
mod parties;
mod proxy;
pub mod sandbox;
mod signatures;
pub mod tls;
mod upstream;
mod verdicts;
mod worker;

pub use client::{Block, ForwardingHeader, TrustedProxies};
pub use events::Sink;
pub use health::serve as serve_health;
pub use parties::Identity;
pub use verdicts::Verdicts;
pub use worker::{Limits, Options, Server, Stored};
