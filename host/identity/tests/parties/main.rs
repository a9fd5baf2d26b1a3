//! The gateway and other parties, played by servers on loopback that count what they are asked.

mod authorizations;
mod client;
mod providers;
mod published;
mod server;
mod tokens;
mod vaults;
mod world;
