//! What the gateway knows of other parties, for the operations of policies.

use crate::tls::Revocations;
use identity::{Authorizations, Client, Providers, Settings, TokenRequest, Tokens, Unknown, World};
use wire::{Completion, FailureKind};

/// The keys of those who issue tokens, tokens of the gateway's own, and authorizations that it holds.
#[derive(Debug)]
pub struct Identity {
    /// Who issues tokens.
    pub issuers: Providers,
    /// Tokens of the gateway's own.
    pub tokens: Tokens,
    /// Authorizations by provider and name.
    pub authorizations: Authorizations,
    /// What others say of clients' certificates.
    pub revocations: Revocations,
}

impl Identity {
    /// What settings say.
    ///
    /// # Errors
    /// Where settings contradict each other, or name a file or a variable that is not there.
    pub fn new(settings: &Settings, client: Client, world: &World) -> Result<Self, identity::Error> {
        Ok(Self {
            issuers: Providers::new(&settings.providers, client.clone(), world.clone()),
            tokens: Tokens::new(&settings.tokens, client.clone(), world.clone())?,
            authorizations: Authorizations::new(&settings.authorizations, client.clone(), world.clone())?,
            revocations: Revocations::new(&settings.revocation, client, world.clone()),
        })
    }

    /// What an issuer publishes, unless that is the generation that is known already.
    pub(crate) async fn issuer(&self, url: &str, generation: u64, lacks_a_key: bool) -> Completion {
        let unknown = lacks_a_key.then_some(Unknown { generation });
        match self.issuers.keys(url, unknown).await {
            Ok(known) if known.generation == generation => Completion::Done,
            Ok(known) => {
                Completion::Issuer { generation: known.generation, name: known.issuer.clone(), key_set: known.key_set.clone() }
            }
            Err(error) => failed(&error),
        }
    }

    /// A token for a resource.
    pub(crate) async fn token(&self, resource: &str, client_id: &str) -> Completion {
        let client_id = Some(client_id.to_owned()).filter(|id| !id.is_empty());
        match self.tokens.token(&TokenRequest { identity: None, resource: resource.to_owned(), client_id }).await {
            Ok(token) => Completion::Token { token: token.token.expose().to_owned(), claims: String::new() },
            Err(error) => failed(&error),
        }
    }

    /// The access token of an authorization.
    pub(crate) async fn authorization(&self, provider: &str, authorization: &str) -> Completion {
        match self.authorizations.authorization(provider, authorization).await {
            Ok(found) => Completion::Token { token: found.access_token.expose().to_owned(), claims: found.claims.to_string() },
            Err(error) => failed(&error),
        }
    }
}

fn failed(error: &identity::Error) -> Completion {
    Completion::Failed(FailureKind::Connection, error.to_string())
}
