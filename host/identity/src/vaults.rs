//! Secrets that are kept elsewhere, and change there.

mod reference;

use crate::{
    Client, Error, Secret, TokenRequest, Tokens, World,
    address::Address,
    fetched::{Fetched, Need},
    zone::Zone,
};
use bytes::Bytes;
use futures_util::future::join_all;
use http::{Request, Response, StatusCode};
use reference::Reference;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    future::Future,
    num::NonZeroU64,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::sync::watch;

/// How often secrets are read again where nothing is said; what APIM does.
const REFRESH_INTERVAL: Duration = Duration::from_secs(4 * 60 * 60);
/// How soon a secret is tried again that could not be read again.
const RETRY_INTERVAL: Duration = Duration::from_secs(60);
/// The largest file with secrets.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Where secrets are.
///
/// ```
/// # let text = r#"
/// refresh_interval_s: 600
/// azure: { identity: cluster }
/// hashicorp: { address: "https://vault.corp.example:8200", token_file: /run/vault/token }
/// # "#;
/// let settings: identity::VaultSettings = serde_saphyr::from_str(text)?;
/// # Ok::<(), serde_saphyr::Error>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VaultSettings {
    /// How often secrets are read again; every four hours where it is left out.
    pub refresh_interval_s: Option<NonZeroU64>,
    /// A YAML file from references to secrets, for tests and laptops. What is in it is not asked for elsewhere.
    pub file: Option<PathBuf>,
    /// Azure Key Vault.
    pub azure: AzureSettings,
    /// HashiCorp Vault.
    pub hashicorp: Option<HashiCorpSettings>,
}

impl VaultSettings {
    /// The same settings with paths that are relative to a folder: that of the file in which they are written.
    pub fn in_folder(&self, folder: &Path) -> Self {
        let mut settings = self.clone();
        let token_file = settings.hashicorp.as_mut().and_then(|vault| vault.token_file.as_mut());
        for file in settings.file.iter_mut().chain(token_file) {
            *file = folder.join(&*file);
        }
        settings
    }
}

/// How Azure Key Vault is asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AzureSettings {
    /// The identity that may read the secrets; the default one where it is left out. A secret for which the folder names the client id of
    /// another of the gateway's identities (`identityClientId`) is read by that one.
    pub identity: Option<String>,
    /// Hosts that are vaults though they are not Azure's. They get tokens that open Azure's vaults.
    pub hosts: Vec<String>,
}

/// How HashiCorp Vault is asked. In every text, `${NAME}` is a variable of the environment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HashiCorpSettings {
    /// Where it is; `VAULT_ADDR` where it is left out.
    pub address: Option<String>,
    /// A token; `VAULT_TOKEN` where it is left out and there is no file.
    pub token: Option<Secret>,
    /// A file with a token, which is read anew each time, because Vault's agent replaces it.
    pub token_file: Option<PathBuf>,
    /// The namespace, if there are any.
    pub namespace: Option<String>,
}

/// The secrets that are used. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Vaults {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    client: Client,
    world: World,
    tokens: Tokens,
    refresh_interval: Duration,
    file: Option<PathBuf>,
    azure: AzureSettings,
    hashicorp: Option<HashiCorp>,
    entries: Mutex<BTreeMap<Asked, Arc<Entry>>>,
    changes: Arc<watch::Sender<()>>,
}

/// A reference, and the client id of the identity that reads it, where the folder names one.
type Asked = (String, Option<String>);

#[derive(Debug)]
struct HashiCorp {
    address: Address,
    token: HashiCorpToken,
    namespace: Option<String>,
}

#[derive(Debug)]
enum HashiCorpToken {
    Fixed(Secret),
    File(PathBuf),
}

#[derive(Debug)]
struct Entry {
    read: Arc<Fetched<Read>>,
    /// True if somebody went away without the secret, and wants to be told when it is there.
    is_missed: Arc<AtomicBool>,
}

/// A secret, and when it was read.
#[derive(Clone, Debug)]
struct Read {
    secret: Secret,
    at: SystemTime,
}

/// Waits until a secret changes, or is there at last. What happens while nobody waits is told when somebody does.
#[derive(Debug)]
pub struct Changes {
    vaults: Vaults,
    seen: watch::Receiver<()>,
}

impl Vaults {
    /// Reads the settings. No vault is asked yet.
    ///
    /// # Errors
    /// Fails if a setting is not as it should be, or names a variable of the environment that is not there.
    pub fn new(settings: &VaultSettings, tokens: Tokens, client: Client, world: World) -> Result<Self, Error> {
        let hashicorp = settings.hashicorp.as_ref().map(|settings| HashiCorp::new(settings, &world)).transpose()?;
        let shared = Shared {
            client,
            world,
            tokens,
            refresh_interval: settings.refresh_interval_s.map_or(REFRESH_INTERVAL, |seconds| Duration::from_secs(seconds.get())),
            file: settings.file.clone(),
            azure: settings.azure.clone(),
            hashicorp,
            entries: Mutex::default(),
            changes: Arc::new(watch::channel(()).0),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// A secret: `https://NAME.vault.azure.net/secrets/NAME`, with `/VERSION` or without, or `vault://MOUNT/PATH#FIELD`.
    ///
    /// # Errors
    /// Fails if this is no reference, or if the secret has never been read. One that was read once serves until it is read again.
    pub async fn read(&self, reference: &str) -> Result<Secret, Error> {
        self.read_as(reference, None).await
    }

    /// The same, as the identity with this client id. A vault of Azure is asked with its token; others know no identities.
    ///
    /// # Errors
    /// As [`Vaults::read`], and if the gateway has no such identity, and nothing says which one is to read instead.
    pub async fn read_as(&self, reference: &str, client_id: Option<&str>) -> Result<Secret, Error> {
        let asked = (reference.to_owned(), client_id.map(str::to_owned));
        let entry = self.entry(&asked);
        match (self.up_to_date(&asked, &entry).await, entry.read.peek()) {
            (Ok(read), _) | (Err(_), Some(read)) => Ok(read.secret),
            (Err(error), None) => {
                entry.is_missed.store(true, Ordering::Relaxed);
                Err(error)
            }
        }
    }

    /// Forgets all secrets but those that are still used, so that nobody asks for the others again.
    pub fn retain(&self, is_used: impl Fn(&str, Option<&str>) -> bool) {
        self.shared.entries().retain(|(reference, client_id), _| is_used(reference, client_id.as_deref()));
    }

    /// What waits for changes from now on. Secrets are read again in time only while somebody waits.
    pub fn changes(&self) -> Changes {
        Changes { vaults: self.clone(), seen: self.shared.changes.subscribe() }
    }

    /// Reads again all that is old.
    async fn refresh(&self) {
        let entries: Vec<_> = self.shared.entries().iter().map(|(asked, entry)| (asked.clone(), entry.clone())).collect();
        join_all(entries.iter().map(async |(asked, entry)| {
            // The failure has been logged, and the old value serves.
            let _ = self.up_to_date(asked, entry).await;
        }))
        .await;
    }

    /// How long it is until something is old.
    fn until_refresh(&self) -> Duration {
        let shared = &self.shared;
        let left = |read: Read| shared.refresh_interval.saturating_sub(shared.world.since(read.at));
        let left = |entry: &Arc<Entry>| entry.read.peek().map_or(Duration::ZERO, left);
        let soonest = shared.entries().values().map(left).min().unwrap_or(shared.refresh_interval);
        // What is old or missing was not to be had just now.
        if soonest.is_zero() { RETRY_INTERVAL.min(shared.refresh_interval) } else { soonest }
    }

    fn entry(&self, asked: &Asked) -> Arc<Entry> {
        let mut entries = self.shared.entries();
        if let Some(entry) = entries.get(asked) {
            return entry.clone();
        }
        let is_missed = Arc::new(AtomicBool::new(false));
        let (changes, missed) = (self.shared.changes.clone(), is_missed.clone());
        let landed = move |before: Option<Read>, read: &Read| {
            let was_missed = missed.swap(false, Ordering::Relaxed);
            if before.map_or(was_missed, |before| before.secret != read.secret) {
                changes.send_replace(());
            }
        };
        let entry = Arc::new(Entry { read: Fetched::new(landed), is_missed });
        entries.insert(asked.clone(), entry.clone());
        entry
    }

    async fn up_to_date(&self, asked: &Asked, entry: &Arc<Entry>) -> Result<Read, Error> {
        let shared = &self.shared;
        let is_old = |read: &Read| shared.world.since(read.at) >= shared.refresh_interval;
        let need = |read: &Read, _| if is_old(read) { Need::Now } else { Need::Nothing };
        entry.read.get(&shared.world, need, || shared.fetch(asked, entry)).await
    }
}

impl Changes {
    /// Returns when a secret has another value than before, or one that nobody could give is there. It can be dropped at any time without missing one.
    pub async fn next(&mut self) {
        // The channel is open: `vaults` has the other end.
        while !self.seen.has_changed().unwrap_or_default() {
            tokio::time::sleep(self.vaults.until_refresh()).await;
            self.vaults.refresh().await;
        }
        self.seen.mark_unchanged();
    }
}

impl Shared {
    fn entries(&self) -> MutexGuard<'_, BTreeMap<Asked, Arc<Entry>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fetch(self: &Arc<Self>, asked: &Asked, entry: &Arc<Entry>) -> impl Future<Output = Result<Read, Error>> + Send + 'static {
        let (this, (reference, client_id), entry) = (self.clone(), asked.clone(), entry.clone());
        async move {
            let outcome = this.ask(&reference, client_id).await;
            if let (Err(error), Some(known)) = (&outcome, entry.read.peek()) {
                let age = this.world.since(known.at).as_secs();
                tracing::warn!("a secret was read {age} s ago and stays in use: {error}");
            }
            Ok(Read { secret: outcome?, at: this.world.now() })
        }
    }

    async fn ask(&self, text: &str, client_id: Option<String>) -> Result<Secret, Error> {
        if let Some(file) = &self.file
            && let Some(secret) = of_file(file).await?.remove(text)
        {
            return Ok(secret);
        }
        match Reference::parse(text, &self.azure.hosts)? {
            Reference::Azure { address, resource } => self.ask_azure(&address, resource, client_id).await,
            Reference::HashiCorp { mount, path, field } => match &self.hashicorp {
                Some(vault) => vault.ask(&self.client, mount, path, field).await,
                None => {
                    let help =
                        "say where it is under `hashicorp` in the settings; `{}` there if `VAULT_ADDR` and `VAULT_TOKEN` do";
                    Err(Error::new(format!("`{text}`"), "no HashiCorp Vault is set", help))
                }
            },
        }
    }

    async fn ask_azure(&self, address: &Address, resource: &str, client_id: Option<String>) -> Result<Secret, Error> {
        let set = self.azure.identity.clone();
        let (identity, client_id) = match client_id {
            Some(own) if set.is_none() || self.tokens.has_client(&own) => (None, Some(own)),
            // Outside of Azure there is no such identity, and the operator says who reads in its place.
            _ => (set, None),
        };
        let request = TokenRequest { identity, resource: resource.to_owned(), client_id };
        let token = self.tokens.token(&request).await.map_err(|error| error.within(format!("the secret {address}")))?;
        let authorization = format!("Bearer {}", token.token.expose());
        let request = Request::get("/").header(http::header::AUTHORIZATION, authorization).body(Bytes::new());
        let address = address.with_query("api-version=7.4")?;
        azure_answer(&address, &self.client.send(&address, Zone::Loopback, request).await?)
    }
}

fn azure_answer(address: &Address, response: &Response<Bytes>) -> Result<Secret, Error> {
    #[derive(Deserialize)]
    struct Bundle {
        value: Secret,
    }
    if response.status() != StatusCode::OK {
        let help = match response.status() {
            StatusCode::UNAUTHORIZED => "see whether the identity is of the vault's tenant",
            StatusCode::FORBIDDEN => {
                "give the identity the role `Key Vault Secrets User`, and let the vault's firewall pass the gateway"
            }
            StatusCode::NOT_FOUND => "see whether the name of the secret is right, and whether it is enabled",
            _ => "see whether the vault is well",
        };
        return Err(Error::new(address, format!("the vault answers {}", response.status().as_u16()), help));
    }
    match serde_json::from_slice::<Bundle>(response.body()) {
        Ok(bundle) => Ok(bundle.value),
        // Its message could show the secret.
        Err(_) => {
            Err(Error::new(address, "the answer has no `value`", "see whether this is the URL of a secret in Azure Key Vault"))
        }
    }
}

impl HashiCorp {
    fn new(settings: &HashiCorpSettings, world: &World) -> Result<Self, Error> {
        let place = "`hashicorp`";
        let address = world.set_or_variable(place, settings.address.as_deref(), "VAULT_ADDR")?;
        let token = match (&settings.token, &settings.token_file) {
            (Some(_), Some(_)) => {
                return Err(Error::new(place, "there are both `token` and `token_file`", "remove one of the two"));
            }
            (None, Some(file)) => HashiCorpToken::File(file.clone()),
            (token, None) => HashiCorpToken::Fixed(Secret::new(world.set_or_variable(
                place,
                token.as_ref().map(Secret::expose),
                "VAULT_TOKEN",
            )?)),
        };
        Ok(Self {
            address: Address::parse(address.trim_end_matches('/')).map_err(|error| error.within(place))?,
            token,
            namespace: settings.namespace.as_ref().map(|text| world.filled_in(place, text)).transpose()?,
        })
    }

    /// Asks the second version of Vault's store of keys and values.
    async fn ask(&self, client: &Client, mount: &str, path: &str, field: &str) -> Result<Secret, Error> {
        let address = self.address.with_path(&format!("{}/v1/{mount}/data/{path}", self.address.path().trim_end_matches('/')))?;
        let token = match &self.token {
            HashiCorpToken::Fixed(token) => token.clone(),
            HashiCorpToken::File(file) => Secret::new(text_of(file).await?.trim()),
        };
        let mut request = Request::get("/").header("x-vault-token", token.expose());
        if let Some(namespace) = &self.namespace {
            request = request.header("x-vault-namespace", namespace);
        }
        hashicorp_answer(&address, &client.send(&address, Zone::Loopback, request.body(Bytes::new())).await?, field)
    }
}

fn hashicorp_answer(address: &Address, response: &Response<Bytes>, field: &str) -> Result<Secret, Error> {
    #[derive(Deserialize)]
    struct Answer {
        data: Version,
    }
    #[derive(Deserialize)]
    struct Version {
        data: BTreeMap<String, serde_json::Value>,
    }
    if response.status() != StatusCode::OK {
        let help = match response.status() {
            StatusCode::FORBIDDEN => "see whether the token is still valid, and whether its policy lets it `read` this path",
            StatusCode::NOT_FOUND => "see whether mount and path are right, and whether the mount is `kv` version 2",
            StatusCode::SERVICE_UNAVAILABLE => "unseal the vault",
            _ => "see whether the vault is well",
        };
        return Err(Error::new(address, format!("the vault answers {}", response.status().as_u16()), help));
    }
    let Ok(mut answer) = serde_json::from_slice::<Answer>(response.body()) else {
        return Err(Error::new(address, "the answer is no secret of `kv` version 2", "see whether the mount is one"));
    };
    match answer.data.data.remove(field) {
        Some(serde_json::Value::String(secret)) => Ok(Secret::new(secret)),
        Some(_) => Err(Error::new(address, format!("the field `{field}` is not a text"), "store it as one")),
        None => {
            let fields: Vec<_> = answer.data.data.keys().map(|name| format!("`{name}`")).collect();
            Err(Error::new(address, format!("the secret has no field `{field}`"), format!("it has {}", fields.join(", "))))
        }
    }
}

/// All secrets of a file.
async fn of_file(file: &Path) -> Result<BTreeMap<String, Secret>, Error> {
    serde_saphyr::from_str(&text_of(file).await?).map_err(|error| {
        // The message itself could show a secret.
        let line = error.location().map(|location| format!(", at line {}", location.line())).unwrap_or_default();
        let reason = format!("this is not a YAML map of references to secrets{line}");
        Error::new(shown(file), reason, "write `https://NAME.vault.azure.net/secrets/NAME: \"...\"`, a line for each")
    })
}

/// Files are slow, and the threads that serve requests must not wait for them.
async fn text_of(file: &Path) -> Result<String, Error> {
    let path = file.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        use std::io::Read;
        let mut text = String::new();
        std::fs::File::open(path)?.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
        std::io::Result::Ok(text)
    });
    read.await.map_err(std::io::Error::other).flatten().map_err(|error| {
        Error::new(
            shown(file),
            format!("the file cannot be read: {error}"),
            "see whether it is there, and whether the gateway may read it",
        )
    })
}

fn shown(file: &Path) -> String {
    format!("`{}`", file.display())
}
