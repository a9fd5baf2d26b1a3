//! What the gateway knows of other parties: keys of token issuers, tokens of its own, secrets from vaults.
//!
//! - [`Providers`]: the keys that others sign their tokens with, by OpenID discovery.
//! - [`Tokens`]: tokens that the gateway shows to others as itself; [`Authorizations`]: tokens that somebody allowed it to use.
//! - [`Vaults`]: secrets that are kept elsewhere.
//!
//! All of them ask another server, remember its answer, ask again in time, and go on with what they have where it does not answer.
//! How that is done without a stampede is in one place, `fetched.rs`; how a server is asked, in `client.rs`. All of it can be shared
//! by any number of threads, and is used inside of a tokio runtime.
//!
//! This crate verifies no token and knows no policy. What it never does is to write a secret into a log or a message.

mod authorizations;
mod keep;
mod providers;
mod tokens;
mod vaults;

mod address;
mod client;
mod error;
mod fetched;
mod oauth;
mod secret;
mod world;
mod zone;

pub use authorizations::{Authorization, AuthorizationProviderSettings, AuthorizationSettings, Authorizations, GrantSettings};
pub use client::{Client, ClientSettings};
pub use error::Error;
pub use oauth::ClientAuthentication;
pub use providers::{Provider, ProviderSettings, Providers, Unknown};
pub use secret::Secret;
pub use tokens::{AccessToken, SourceSettings, TokenRequest, TokenSettings, Tokens};
pub use vaults::{AzureSettings, Changes, HashiCorpSettings, VaultSettings, Vaults};
pub use world::World;
