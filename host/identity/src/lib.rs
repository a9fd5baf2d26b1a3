//! What the gateway knows of other parties: keys of token issuers, tokens of its own, secrets from vaults.
//!
//! - [`Providers`]: the keys that others sign their tokens with, by OpenID discovery.
//! - [`Tokens`]: tokens that the gateway shows to others as itself; [`Authorizations`]: tokens that somebody allowed it to use.
//! - [`Published`]: what authorities publish of the certificates that they revoked.
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
mod published;
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

use serde::Deserialize;
use std::path::{Path, PathBuf};

pub use authorizations::{Authorization, AuthorizationProviderSettings, AuthorizationSettings, Authorizations, GrantSettings};
pub use client::Client;
pub use error::Error;
pub use oauth::ClientAuthentication;
pub use providers::{Provider, ProviderSettings, Providers, Unknown};
pub use published::{Published, Question, RevocationSettings};
pub use secret::Secret;
pub use tokens::{AccessToken, SourceSettings, TokenRequest, TokenSettings, Tokens};
pub use vaults::{AzureSettings, Changes, HashiCorpSettings, VaultSettings, Vaults};
pub use world::World;

/// Who the gateway is, and whom it trusts. Where secrets are is said apart from it, in [`VaultSettings`].
///
/// ```
/// # let text = r#"
/// ca_file: /etc/portico/authority.pem
/// providers:
///   hosts: [login.microsoftonline.com, id.corp.example]
/// tokens:
///   default: cluster
///   identities:
///     cluster: { from: workload-identity }
///     partner:
///       from: client-credentials
///       token_url: https://partner.example/oauth/token
///       client_id: portico
///       client_secret: "${PARTNER_SECRET}"
///       scope: ""
///       parameters: { audience: "{resource}" }
/// revocation:
///   hosts: [ocsp.corp.example]
///   wait_ms: 1000
/// authorizations:
///   file: /var/lib/portico/refresh-tokens.json
///   providers:
///     forge:
///       token_url: https://forge.example/token
///       client_id: portico
///       client_secret: "${FORGE_SECRET}"
///       authorizations:
///         issues: { grant: authorization-code, refresh_token: "${FORGE_REFRESH_TOKEN}" }
///         robot: { grant: client-credentials, scope: read }
/// # "#;
/// let settings: identity::Settings = serde_saphyr::from_str(text)?;
/// # assert_eq!(settings.tokens.identities.len(), 2);
/// # Ok::<(), serde_saphyr::Error>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Certificates, as PEM, that are trusted beside those of the operating system.
    pub ca_file: Option<PathBuf>,
    /// Which providers of keys may be asked.
    pub providers: ProviderSettings,
    /// Who the gateway is.
    pub tokens: TokenSettings,
    /// Who is asked what was revoked.
    pub revocation: RevocationSettings,
    /// What others allowed it.
    pub authorizations: AuthorizationSettings,
}

impl Settings {
    /// The same settings with paths that are relative to a folder: that of the file in which they are written.
    pub fn in_folder(&self, folder: &Path) -> Self {
        let mut settings = self.clone();
        let sources = settings.tokens.identities.values_mut().flat_map(SourceSettings::files);
        for file in sources.chain(&mut settings.ca_file).chain(&mut settings.authorizations.file) {
            *file = folder.join(&*file);
        }
        settings
    }
}
