//! Tokens that somebody allowed the gateway to use: the policy `get-authorization-context`.

use crate::{
    Client, ClientAuthentication, Error, Secret, World,
    address::Address,
    fetched::Fetched,
    keep::{FileKeep, Keep, MemoryKeep},
    oauth::{self, Granted, token_answer},
    tokens::{AccessToken, Timed},
    zone::Zone,
};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

/// The authorizations that policies may use.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthorizationSettings {
    /// Where refresh tokens are kept that others gave in exchange. Without it, they are lost when the process ends.
    pub file: Option<PathBuf>,
    /// By what policies call `provider-id`.
    pub providers: BTreeMap<String, AuthorizationProviderSettings>,
}

/// Somebody who gives tokens. In every text, `${NAME}` is a variable of the environment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorizationProviderSettings {
    /// The token endpoint.
    pub token_url: String,
    /// What the gateway is called there.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// How the secret is shown.
    #[serde(default)]
    pub client_authentication: ClientAuthentication,
    /// By what policies call `authorization-id`.
    pub authorizations: BTreeMap<String, GrantSettings>,
}

/// What was allowed.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "grant", rename_all = "kebab-case", rename_all_fields = "snake_case", deny_unknown_fields)]
pub enum GrantSettings {
    /// The gateway acts for itself.
    ClientCredentials {
        /// What it asks for; left out of the request where it is left out here.
        scope: Option<String>,
        /// More fields, such as `audience`. None of them is taken for a secret.
        #[serde(default)]
        parameters: BTreeMap<String, String>,
    },
    /// Somebody has authorized the gateway in a browser.
    AuthorizationCode {
        /// The refresh token that came of it. Another one that is given in exchange for it is kept, until this one is replaced.
        refresh_token: Secret,
        /// What it asks for; all that was allowed where it is left out.
        scope: Option<String>,
    },
}

/// A token, and what was said of it.
#[derive(Clone, Debug)]
pub struct Authorization {
    /// The token.
    pub access_token: Secret,
    /// A JSON object: what the token endpoint said beside the tokens.
    pub claims: Arc<str>,
    /// When the token ends.
    pub expires_at: SystemTime,
}

/// The authorizations of the gateway.
#[derive(Debug)]
pub struct Authorizations {
    client: Client,
    world: World,
    providers: BTreeMap<String, BTreeMap<String, Arc<Entry>>>,
    keep: Arc<dyn Keep>,
}

#[derive(Debug)]
struct Entry {
    /// `provider/authorization`.
    name: String,
    address: Address,
    client_id: String,
    client_secret: Secret,
    authentication: ClientAuthentication,
    grant: Grant,
    held: Arc<Fetched<Held>>,
}

#[derive(Debug)]
enum Grant {
    ClientCredentials {
        scope: Option<String>,
        parameters: BTreeMap<String, String>,
    },
    RefreshToken {
        /// The token of the settings.
        first: Secret,
        /// The one that was given last.
        last: Mutex<Option<Secret>>,
        scope: Option<String>,
    },
}

#[derive(Clone, Debug)]
struct Held {
    timed: Timed,
    claims: Arc<str>,
}

impl Authorizations {
    /// Reads the settings. Nobody is asked for a token yet.
    ///
    /// # Errors
    /// Fails if a setting is not as it should be, or names a variable of the environment that is not there.
    pub fn new(settings: &AuthorizationSettings, client: Client, world: World) -> Result<Self, Error> {
        let keep: Arc<dyn Keep> = match &settings.file {
            Some(file) => Arc::new(FileKeep::new(file)),
            None => Arc::new(MemoryKeep::default()),
        };
        let mut providers = BTreeMap::new();
        for (provider, settings) in &settings.providers {
            let mut entries = BTreeMap::new();
            for (id, grant) in &settings.authorizations {
                entries.insert(id.clone(), Arc::new(Entry::new(format!("{provider}/{id}"), settings, grant, &world)?));
            }
            providers.insert(provider.clone(), entries);
        }
        Ok(Self { client, world, providers, keep })
    }

    /// A token that is good for a while yet.
    ///
    /// # Errors
    /// Fails if there is no such authorization, or if it brings no token and none is left that is still good.
    pub async fn authorization(&self, provider_id: &str, authorization_id: &str) -> Result<Authorization, Error> {
        let place = || format!("the authorization `{provider_id}/{authorization_id}`");
        let Some(of_provider) = self.providers.get(provider_id) else {
            let help = listed(self.providers.keys());
            return Err(Error::new(place(), format!("there is no provider `{provider_id}` in the settings"), help));
        };
        let Some(entry) = of_provider.get(authorization_id) else {
            let help = listed(of_provider.keys());
            return Err(Error::new(place(), format!("`{provider_id}` has no authorization `{authorization_id}`"), help));
        };
        let fetch = || {
            let (entry, client, world, keep) = (entry.clone(), self.client.clone(), self.world.clone(), self.keep.clone());
            async move {
                let outcome = entry.fetch(&client, &world, keep).await;
                if let (Err(error), Some(known)) = (&outcome, entry.held.peek()) {
                    let left = known.timed.token.expires_at.duration_since(world.now()).unwrap_or_default().as_secs();
                    tracing::warn!("the token of `{}` is good for {left} s yet and is not replaced: {error}", entry.name);
                }
                outcome
            }
        };
        let held = entry.held.get(&self.world, |held, _| held.timed.need(&self.world), fetch).await?;
        let AccessToken { token, expires_at } = held.timed.token;
        Ok(Authorization { access_token: token, claims: held.claims, expires_at })
    }
}

fn listed<'n>(names: impl Iterator<Item = &'n String>) -> String {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "add it to the settings".to_owned() } else { format!("there are {}", names.join(", ")) }
}

impl Entry {
    fn new(name: String, settings: &AuthorizationProviderSettings, grant: &GrantSettings, world: &World) -> Result<Self, Error> {
        let place = format!("authorization `{name}`");
        let filled_in = |text: &String| world.filled_in(&place, text);
        let grant = match grant {
            GrantSettings::ClientCredentials { scope, parameters } => Grant::ClientCredentials {
                scope: scope.as_ref().map(filled_in).transpose()?,
                parameters: world.all_filled_in(&place, parameters)?,
            },
            GrantSettings::AuthorizationCode { refresh_token, scope } => Grant::RefreshToken {
                first: world.filled_in_secret(&place, refresh_token)?,
                last: Mutex::default(),
                scope: scope.as_ref().map(filled_in).transpose()?,
            },
        };
        Ok(Self {
            address: Address::parse(&filled_in(&settings.token_url)?).map_err(|error| error.within(&place))?,
            client_id: filled_in(&settings.client_id)?,
            client_secret: world.filled_in_secret(&place, &settings.client_secret)?,
            authentication: settings.client_authentication,
            grant,
            held: Fetched::new(|_, _| ()),
            name,
        })
    }

    async fn fetch(&self, client: &Client, world: &World, keep: Arc<dyn Keep>) -> Result<Held, Error> {
        let granted = match &self.grant {
            Grant::ClientCredentials { scope, parameters } => {
                let mut fields = vec![("grant_type", "client_credentials")];
                fields.extend(scope.as_deref().map(|scope| ("scope", scope)));
                fields.extend(parameters.iter().map(|(name, value)| (&**name, &**value)));
                self.ask(client, world, &fields, None).await?
            }
            Grant::RefreshToken { first, last, scope } => {
                // What is kept belongs to the token of the settings that it came of: a new one there starts anew.
                let kept_as = format!("{}/{}", self.name, fingerprint(first));
                let known = last.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let token = match known {
                    Some(token) => token,
                    None => self.load(keep.clone(), kept_as.clone()).await?.unwrap_or_else(|| first.clone()),
                };
                let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", token.expose())];
                fields.extend(scope.as_deref().map(|scope| ("scope", scope)));
                let granted = self.ask(client, world, &fields, Some(&token)).await?;
                let rotated = granted.refresh_token.clone().unwrap_or_else(|| token.clone());
                *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(rotated.clone());
                if rotated != token {
                    self.store(keep, kept_as, rotated).await;
                }
                granted
            }
        };
        let token = AccessToken { token: granted.access_token, expires_at: granted.expires_at };
        let claims = Value::Object(granted.claims).to_string().into();
        Ok(Held { timed: Timed { token, fetched_at: world.now() }, claims })
    }

    async fn ask(
        &self,
        client: &Client,
        world: &World,
        fields: &[(&str, &str)],
        refresh_token: Option<&Secret>,
    ) -> Result<Granted, Error> {
        let request = oauth::token_request(&self.client_id, &self.client_secret, self.authentication, fields);
        let sent: Vec<_> = refresh_token.into_iter().chain([&self.client_secret]).collect();
        let response = client.send(&self.address, Zone::Loopback, request).await;
        response
            .and_then(|response| token_answer(&self.address, &response, world.now(), &sent))
            .map_err(|error| error.within(format!("the authorization `{}`", self.name)))
    }

    /// Files are slow, and the threads that serve requests must not wait for them.
    async fn load(&self, keep: Arc<dyn Keep>, kept_as: String) -> Result<Option<Secret>, Error> {
        let loaded = tokio::task::spawn_blocking(move || keep.load(&kept_as)).await;
        loaded.map_err(std::io::Error::other).flatten().map_err(|error| {
            let reason = format!("the file with refresh tokens cannot be read: {error}");
            Error::new(format!("the authorization `{}`", self.name), reason, "mend the file, or remove it and authorize anew")
        })
    }

    async fn store(&self, keep: Arc<dyn Keep>, kept_as: String, token: Secret) {
        let stored = tokio::task::spawn_blocking(move || keep.store(&kept_as, &token)).await;
        // The token is good, and serves as long as the process runs. That it will be lost is nothing a request can mend.
        if let Err(error) = stored.map_err(std::io::Error::other).flatten() {
            tracing::error!("the new refresh token of `{}` is not kept, and will be lost with this process: {error}", self.name);
        }
    }
}

/// Enough of a hash to tell two tokens apart.
fn fingerprint(token: &Secret) -> String {
    Sha256::digest(token.expose()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
