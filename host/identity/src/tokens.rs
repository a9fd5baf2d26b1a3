//! Tokens that the gateway shows to others as itself.

mod client_key;
mod source;

pub use source::SourceSettings;

use crate::{
    Client, Error, Secret, World,
    fetched::{Fetched, Need},
};
use moka::{policy::EvictionPolicy, sync::Cache};
use serde::Deserialize;
use source::Source;
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// How many tokens are remembered. Policies may compute what they ask for.
const TOKENS_MAX: u64 = 1024;
/// A token is replaced so long before its end, while it still serves.
const REFRESH_BEFORE_END: Duration = Duration::from_secs(5 * 60);
/// A token is not shown any more so long before its end: it has a way to go, and clocks differ.
const UNUSED_BEFORE_END: Duration = Duration::from_secs(30);

/// Who the gateway is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenSettings {
    /// The identity that is used where nothing names one; needed only if there is more than one.
    pub default: Option<String>,
    /// Identities by name. Without any, it is that of Azure's environment variables, if they are there.
    pub identities: BTreeMap<String, SourceSettings>,
}

/// Which token is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TokenRequest {
    /// The name of an identity in the settings; the default where it is left out.
    pub identity: Option<String>,
    /// Whom the token is for: `https://vault.azure.net`.
    pub resource: String,
    /// The identity's client id, where there is more than one.
    pub client_id: Option<String>,
}

/// A token, and until when it is good.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// What stands behind `Bearer`.
    pub token: Secret,
    /// When it ends.
    pub expires_at: SystemTime,
}

/// The tokens of the gateway's identities. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Tokens {
    client: Client,
    world: World,
    default: Option<String>,
    identities: BTreeMap<String, Arc<Source>>,
    /// By the name of the identity and what else was asked for.
    tokens: Cache<TokenRequest, Arc<Fetched<Timed>>>,
}

/// A token with the time that it was got at.
#[derive(Clone, Debug)]
pub(crate) struct Timed {
    pub(crate) token: AccessToken,
    pub(crate) fetched_at: SystemTime,
}

impl Timed {
    /// A token is replaced in good time; one that is short anyway, after half of it.
    pub(crate) fn need(&self, world: &World) -> Need {
        let lifetime = self.token.expires_at.duration_since(self.fetched_at).unwrap_or_default();
        let left = self.token.expires_at.duration_since(world.now()).unwrap_or_default();
        if left <= UNUSED_BEFORE_END.min(lifetime / 10) {
            Need::Now
        } else if left <= REFRESH_BEFORE_END.min(lifetime / 2) {
            Need::Soon
        } else {
            Need::Nothing
        }
    }
}

impl Tokens {
    /// Reads the settings. Nobody is asked for a token yet.
    ///
    /// # Errors
    /// Fails if a setting is not as it should be, or names a variable of the environment that is not there.
    pub fn new(settings: &TokenSettings, client: Client, world: World) -> Result<Self, Error> {
        let mut identities = BTreeMap::new();
        for (name, source) in &settings.identities {
            identities.insert(name.clone(), Arc::new(Source::new(&format!("identity `{name}`"), source, &world)?));
        }
        let default = match &settings.default {
            Some(name) if !identities.contains_key(name) => {
                return Err(Error::new("`default`", format!("there is no identity `{name}`"), names(&identities)));
            }
            Some(name) => Some(name.clone()),
            None if identities.is_empty() => Source::of_environment(&world)?.map(|source| {
                let name = "of the environment".to_owned();
                identities.insert(name.clone(), Arc::new(source));
                name
            }),
            None => identities.keys().next().filter(|_| identities.len() == 1).cloned(),
        };
        let tokens = Cache::builder().max_capacity(TOKENS_MAX).eviction_policy(EvictionPolicy::lru()).build();
        Ok(Self { client, world, default, identities, tokens })
    }

    /// A token that is good for a while yet.
    ///
    /// # Errors
    /// Fails if there is no such identity, or if it gets no token and has none that is still good.
    pub async fn token(&self, request: &TokenRequest) -> Result<AccessToken, Error> {
        let (name, source) = self.identity(request)?;
        let request = TokenRequest { identity: Some(name.to_owned()), ..request.clone() };
        let timed = self.tokens.get_with_by_ref(&request, || Fetched::new(|_, _| ()));
        let fetch = || {
            let (source, request, client, world) = (source.clone(), request.clone(), self.client.clone(), self.world.clone());
            let timed = timed.clone();
            async move {
                let outcome = source.token(&request, &client, &world).await;
                if let (Err(error), Some(known)) = (&outcome, timed.peek()) {
                    let left = known.token.expires_at.duration_since(world.now()).unwrap_or_default().as_secs();
                    tracing::warn!("a token for `{}` is good for {left} s yet and is not replaced: {error}", request.resource);
                }
                Ok(Timed { token: outcome?, fetched_at: world.now() })
            }
        };
        Ok(timed.get(&self.world, |timed, _| timed.need(&self.world), fetch).await?.token)
    }

    /// True if an identity has this client id.
    pub(crate) fn has_client(&self, client_id: &str) -> bool {
        self.identities.values().any(|source| source.client_id() == Some(client_id))
    }

    fn identity(&self, request: &TokenRequest) -> Result<(&str, &Arc<Source>), Error> {
        let place = format!("a token for `{}`", request.resource);
        let client_id = request.client_id.as_deref();
        let of_client = || self.identities.iter().find(|(_, source)| client_id.is_some() && source.client_id() == client_id);
        let of_default = || self.identities.get_key_value(self.default.as_ref()?);
        let (name, source) = match &request.identity {
            Some(name) => self
                .identities
                .get_key_value(name)
                .ok_or_else(|| Error::new(&place, format!("there is no identity `{name}`"), names(&self.identities)))?,
            None => of_client().or_else(of_default).ok_or_else(|| self.nobody(&place))?,
        };
        if let Some(client_id) = client_id
            && source.client_id() != Some(client_id)
            && !source.takes_client_id()
        {
            let reason = format!("no identity has the client id `{client_id}`, and `{name}` is only itself");
            return Err(Error::new(place, reason, "add an identity with this `client_id` to the settings"));
        }
        Ok((name, source))
    }

    /// Why there is no identity where none is named.
    fn nobody(&self, place: &str) -> Error {
        if self.identities.is_empty() {
            let help = "add one under `identities` in the settings: `from: imds` on a machine in Azure, `from: client-credentials` elsewhere";
            return Error::new(place, "the gateway has no identity", help);
        }
        Error::new(place, "there is more than one identity", "say which is the `default` in the settings")
    }
}

fn names(identities: &BTreeMap<String, Arc<Source>>) -> String {
    let names: Vec<_> = identities.keys().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "add it to the settings".to_owned() } else { format!("there are {}", names.join(", ")) }
}
