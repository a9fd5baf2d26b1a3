//! The keys of those who issue tokens: OpenID discovery, and the key set that it leads to.

use crate::{
    Client, Error, World,
    address::Address,
    client::{REQUEST_TIMEOUT, too_near},
    fetched::{Fetched, Need},
    zone::Zone,
};
use bytes::Bytes;
use futures_util::future::join_all;
use moka::{policy::EvictionPolicy, sync::Cache};
use serde::{Deserialize, de::IgnoredAny};
use std::{
    future::Future,
    num::NonZeroU64,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::time::timeout;

/// How old keys may become before they are fetched again, while the old ones serve.
const REFRESH_INTERVAL: Duration = Duration::from_secs(60 * 60);
/// How often a key that nobody knows is a reason to ask a provider: everybody can make up names of keys.
const UNKNOWN_INTERVAL: Duration = Duration::from_secs(5 * 60);
/// How many providers are remembered where nothing is said.
const PROVIDERS_MAX: u64 = 256;

/// Which providers of keys may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderSettings {
    /// The only hosts that may be asked, wherever they are. Without any, all may, but a public one cannot lead to a private address.
    pub hosts: Vec<String>,
    /// How many providers are remembered; the one that was used least recently is forgotten first.
    pub providers_max: Option<NonZeroU64>,
}

/// What a provider says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Whom its tokens name as their issuer.
    pub issuer: String,
    /// Its keys: a JSON Web Key Set, as it came.
    pub key_set: Bytes,
    /// A number that is another one whenever issuer or keys are.
    pub generation: u64,
    /// When it said so last.
    pub fetched_at: SystemTime,
}

/// A token names a key that was not in the provider's keys of a generation.
#[derive(Clone, Copy, Debug)]
pub struct Unknown {
    /// The generation that was looked through.
    pub generation: u64,
}

/// The providers of keys that are used. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Providers {
    shared: Arc<Shared>,
    /// By the URL of their discovery document.
    entries: Cache<Arc<str>, Arc<Entry>>,
}

#[derive(Debug)]
struct Shared {
    client: Client,
    world: World,
    /// In lower case.
    hosts: Vec<String>,
    /// The last number that was given to a generation.
    last: AtomicU64,
    /// The last generation that everyone can see.
    generation: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Entry {
    provider: Arc<Fetched<Arc<Provider>>>,
    /// When an unknown key was last a reason to ask.
    unknown_at: Mutex<Option<SystemTime>>,
}

impl Providers {
    /// Knows no provider yet.
    pub fn new(settings: &ProviderSettings, client: Client, world: World) -> Self {
        let hosts = settings.hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        let (last, generation) = (AtomicU64::new(0), Arc::default());
        let providers_max = settings.providers_max.map_or(PROVIDERS_MAX, NonZeroU64::get);
        let entries = Cache::builder().max_capacity(providers_max).eviction_policy(EvictionPolicy::lru()).build();
        Self { shared: Arc::new(Shared { client, world, hosts, last, generation }), entries }
    }

    /// A number that is another one whenever anything is new about any provider.
    ///
    /// Who remembers what was found with keys reads it before the keys.
    pub fn generation(&self) -> u64 {
        self.shared.generation.load(Ordering::Acquire)
    }

    /// What is known of a provider, without waiting. If that is old, it is fetched again meanwhile.
    pub fn known(&self, discovery_url: &str) -> Option<Arc<Provider>> {
        let entry = self.entries.get(discovery_url)?;
        let world = &self.shared.world;
        entry.provider.glance(world, |provider| need(world, provider), || self.shared.fetch(&entry, discovery_url))
    }

    /// A provider, asked first if nothing is known of it, or if it may have a key now that was unknown.
    ///
    /// # Errors
    /// Fails only if the provider has never answered. Keys that were fetched once serve until there are new ones.
    pub async fn keys(&self, discovery_url: &str, unknown: Option<Unknown>) -> Result<Arc<Provider>, Error> {
        let entry = match self.entries.get(discovery_url) {
            Some(entry) => entry,
            None => {
                self.shared.admitted(Address::parse(discovery_url)?)?;
                self.entries.get_with(discovery_url.into(), || Arc::new(Entry::new(&self.shared)))
            }
        };
        let world = &self.shared.world;
        let need = |provider: &Arc<Provider>, under_way: bool| match unknown {
            Some(unknown) if provider.generation <= unknown.generation && (under_way || entry.asks_for_unknown(world)) => {
                Need::Now
            }
            _ => need(world, provider),
        };
        let outcome = entry.provider.get(world, need, || self.shared.fetch(&entry, discovery_url)).await;
        outcome.or_else(|error| entry.provider.peek().ok_or(error))
    }

    /// Asks all of these providers, so that the first requests need not wait. Failures are logged, and tried again on use.
    pub async fn warm(&self, discovery_urls: &[String]) {
        join_all(discovery_urls.iter().map(async |url| {
            if let Err(error) = self.keys(url, None).await {
                tracing::warn!("no keys yet of {error}");
            }
        }))
        .await;
    }
}

fn need(world: &World, provider: &Provider) -> Need {
    if world.since(provider.fetched_at) < REFRESH_INTERVAL { Need::Nothing } else { Need::Soon }
}

impl Entry {
    fn new(shared: &Shared) -> Self {
        let generation = shared.generation.clone();
        let landed = move |_, provider: &Arc<Provider>| {
            generation.fetch_max(provider.generation, Ordering::Release);
        };
        Self { provider: Fetched::new(landed), unknown_at: Mutex::default() }
    }

    /// True if an unknown key is a reason to ask; then it is none for a while.
    fn asks_for_unknown(&self, world: &World) -> bool {
        let mut unknown_at = self.unknown_at.lock().unwrap_or_else(PoisonError::into_inner);
        let asks = unknown_at.is_none_or(|at| world.since(at) >= UNKNOWN_INTERVAL);
        if asks {
            *unknown_at = Some(world.now());
        }
        asks
    }
}

impl Shared {
    fn fetch(
        self: &Arc<Self>,
        entry: &Arc<Entry>,
        discovery_url: &str,
    ) -> impl Future<Output = Result<Arc<Provider>, Error>> + Send + 'static {
        let (this, entry, discovery_url) = (self.clone(), entry.clone(), discovery_url.to_owned());
        async move {
            let outcome = match Address::parse(&discovery_url) {
                Ok(address) => timeout(REQUEST_TIMEOUT, this.ask(&address)).await.unwrap_or_else(|_| {
                    let reason = format!("no keys within {} s", REQUEST_TIMEOUT.as_secs());
                    Err(Error::new(&address, reason, "see whether the provider is well"))
                }),
                Err(error) => Err(error),
            };
            let known = entry.provider.peek();
            match (outcome, known) {
                (Ok((issuer, key_set)), known) => {
                    let same = known.filter(|known| known.issuer == issuer && known.key_set == key_set);
                    let generation = same.map_or_else(|| this.last.fetch_add(1, Ordering::Relaxed) + 1, |known| known.generation);
                    Ok(Arc::new(Provider { issuer, key_set, generation, fetched_at: this.world.now() }))
                }
                (Err(error), None) => Err(error),
                (Err(error), Some(known)) => {
                    let age = this.world.since(known.fetched_at).as_secs();
                    tracing::warn!("the keys of `{}` are {age} s old and stay in use: {error}", known.issuer);
                    Err(error)
                }
            }
        }
    }

    /// Issuer and keys.
    async fn ask(&self, discovery: &Address) -> Result<(String, Bytes), Error> {
        let (discovery, reach) = self.admitted(discovery.clone())?;
        let document = discovery_answer(&discovery, &self.client.get(&discovery, reach).await?)?;
        let whole = format!("the `jwks_uri` of {discovery}");
        let fetch_keys = async {
            let keys = self.led_to(Address::parse(&document.jwks_uri)?, reach)?;
            keys_answer(&keys, self.client.get(&keys, reach).await?)
        };
        let key_set = fetch_keys.await.map_err(|error| error.within(whole))?;
        Ok((document.issuer, key_set))
    }

    /// A discovery document that may be asked for, and how near it may lead.
    fn admitted(&self, discovery: Address) -> Result<(Address, Zone), Error> {
        // A host that the operator named may be anywhere a provider can be.
        let reach = if self.hosts.is_empty() { discovery.zone() } else { Zone::Loopback };
        Ok((self.led_to(discovery, reach)?, reach.min(Zone::Loopback)))
    }

    /// An address that a provider may lead to. What its name leads to is seen when it is connected to.
    fn led_to(&self, address: Address, reach: Zone) -> Result<Address, Error> {
        if !self.hosts.is_empty() && !self.hosts.contains(&address.host) {
            let reason = format!("the host `{}` is not among the `hosts` that may be asked for keys", address.host);
            return Err(Error::new(
                &address,
                reason,
                format!("add `{}` to `hosts` in the settings, if you trust it", address.host),
            ));
        }
        match address.zone() {
            zone if zone > reach.min(Zone::Loopback) => Err(too_near(&address, &format!("`{}`", address.host), zone)),
            _ => Ok(address),
        }
    }
}

/// What is read of a discovery document.
///
/// Its issuer is not compared with the URL, as OpenID would have it: Microsoft's documents for more than one tenant name a template.
#[derive(Debug, Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

/// What is looked at in a key set: that it is one.
#[derive(Deserialize)]
struct KeySet {
    keys: Vec<IgnoredAny>,
}

fn discovery_answer(address: &Address, body: &[u8]) -> Result<Discovery, Error> {
    serde_json::from_slice(body).map_err(|error| {
        let reason = format!("the answer is no discovery document: {}", described(&error));
        Error::new(address, reason, "write the URL that ends in `/.well-known/openid-configuration`")
    })
}

fn keys_answer(address: &Address, body: Bytes) -> Result<Bytes, Error> {
    let wrong = |reason: String| Err(Error::new(address, reason, "see what the provider answers there"));
    match serde_json::from_slice::<KeySet>(&body) {
        Ok(set) if set.keys.is_empty() => wrong("the key set has no keys".to_owned()),
        Ok(_) => Ok(body),
        Err(error) => wrong(format!("the answer is no key set: {}", described(&error))),
    }
}

/// What is wrong with JSON, without what stands in it.
fn described(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Data => {
            format!("it lacks a field, or has another kind of value there, at line {}", error.line())
        }
        _ => format!("it is not JSON, at line {} column {}", error.line(), error.column()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn providers(hosts: &[&str]) -> Providers {
        let settings = ProviderSettings { hosts: hosts.iter().map(|host| host.to_string()).collect(), providers_max: None };
        Providers::new(&settings, Client::new(None).unwrap(), World::real())
    }

    /// Where a discovery document may lead: what is said of the address, before anything is connected to.
    fn leads(hosts: &[&str], discovery: &str, to: &str) -> Result<(), String> {
        let providers = providers(hosts);
        let admitted = Address::parse(discovery).and_then(|address| providers.shared.admitted(address));
        let (_, reach) = admitted.map_err(|error| error.to_string())?;
        let led = Address::parse(to).and_then(|address| providers.shared.led_to(address, reach));
        led.map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn nobody_leads_to_what_is_nearer_than_itself() {
        let allowed = [
            ("https://login.example.com/d", "https://keys.example.net/k"),
            ("https://login.internal/d", "https://10.0.0.5/k"),
            ("https://keycloak/d", "https://login.example.com/k"),
            ("http://127.0.0.1:1/d", "http://localhost:2/k"),
            ("http://localhost:1/d", "https://10.0.0.5/k"),
        ];
        for (discovery, to) in allowed {
            assert_eq!(leads(&[], discovery, to), Ok(()));
        }
        let refused = [
            ("https://login.example.com/d", "https://10.0.0.5/k"),
            ("https://login.example.com/d", "https://[::ffff:192.168.0.1]/k"),
            ("https://login.example.com/d", "http://127.0.0.1:8080/k"),
            ("https://login.example.com/d", "https://localhost./k"),
            ("https://login.example.com/d", "https://vault.internal/k"),
            ("https://login.example.com/d", "http://169.254.169.254/metadata/identity"),
            ("https://login.internal/d", "http://127.0.0.1:8080/k"),
            ("http://127.0.0.1:1/d", "http://169.254.169.254/k"),
            ("http://169.254.169.254/d", "http://169.254.169.254/k"),
        ];
        for (discovery, to) in refused {
            let error = leads(&[], discovery, to).unwrap_err();
            assert!(error.contains("nearer than this server may be") && error.contains(';'), "{discovery} -> {to}: {error}");
        }
    }

    #[test]
    fn hosts_that_are_named_may_be_near_and_others_are_refused() {
        let hosts = ["login.example.com", "Login.Internal", "127.0.0.1", "169.254.169.254"];
        assert_eq!(leads(&hosts, "https://login.example.com/d", "http://127.0.0.1:8080/k"), Ok(()));
        assert_eq!(leads(&hosts, "https://LOGIN.example.com/d", "https://login.internal/k"), Ok(()));
        let error = leads(&hosts, "https://login.example.com/d", "https://keys.example.net/k").unwrap_err();
        assert!(error.contains("`keys.example.net`") && error.contains("`hosts`"), "{error}");
        assert!(leads(&hosts, "https://evil.example/d", "https://login.example.com/k").is_err());
        assert!(leads(&hosts, "https://login.example.com/d", "http://169.254.169.254/k").is_err());
    }
}
