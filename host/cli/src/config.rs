//! `portico.yaml`: what is about a machine, and so not part of a service folder.

use anyhow::{Context, Result, bail};
use hyper::header::{HeaderMap, HeaderName};
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

/// The configuration of `portico serve`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) gateway: Listen,
    pub(crate) portal: Option<Listen>,
    pub(crate) health: Option<Listen>,
    pub(crate) management: Option<Management>,
    /// Threads that serve requests; one for each core where nothing is said.
    pub(crate) threads: Option<NonZeroUsize>,
    #[serde(default)]
    pub(crate) limits: Limits,
    /// Who the gateway is to others, and whom it asks for keys.
    #[serde(default)]
    pub(crate) identity: identity::Settings,
    /// Where secrets are kept.
    #[serde(default)]
    pub(crate) vaults: identity::VaultSettings,
    /// Where events go that policies emit.
    #[serde(default)]
    pub(crate) events: Vec<Sink>,
    /// The proxies in front of the gateway: addresses, and blocks of them such as `10.0.0.0/8`.
    #[serde(default)]
    trusted_proxies: Vec<String>,
    /// The header in which these proxies say for whom they forward.
    #[serde(default)]
    forwarding_header: ForwardingHeader,
}

/// The header in which proxies say for whom they forward.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
enum ForwardingHeader {
    #[default]
    #[serde(rename = "X-Forwarded-For")]
    XForwardedFor,
    Forwarded,
}

impl Config {
    pub(crate) fn trusted_proxies(&self) -> Result<server::TrustedProxies> {
        let blocks = self.trusted_proxies.iter().map(|block| block.parse());
        let header = match self.forwarding_header {
            ForwardingHeader::XForwardedFor => server::ForwardingHeader::XForwardedFor,
            ForwardingHeader::Forwarded => server::ForwardingHeader::Forwarded,
        };
        Ok(server::TrustedProxies { blocks: blocks.collect::<Result<_>>().context("`trusted_proxies`")?, header })
    }
}

/// Where events go: a file, or the address of a collector.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Sink {
    File {
        file: PathBuf,
    },
    Http {
        url: String,
        /// Header fields that the collector wants. `${NAME}` in a value is the environment variable.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
}

impl Sink {
    pub(crate) fn resolved(&self) -> Result<server::Sink> {
        match self {
            Sink::File { file } => Ok(server::Sink::File(file.clone())),
            Sink::Http { url, headers } => {
                let url = url.parse().with_context(|| format!("`{url}` is not an address that events can be posted to"))?;
                let mut all = HeaderMap::new();
                for (name, value) in headers {
                    let name: HeaderName = name.parse().with_context(|| format!("`{name}` cannot be the name of a header"))?;
                    let value = filled_in(value)?.parse().with_context(|| format!("the value of `{name}` cannot be one"))?;
                    all.insert(name, value);
                }
                Ok(server::Sink::Http { url, headers: all })
            }
        }
    }
}

/// A text with the environment's variables put in, so that no secret stands in a file.
fn filled_in(text: &str) -> Result<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').with_context(|| format!("`{text}` has a `${{` without a `}}`"))?;
        out.push_str(before);
        out.push_str(&std::env::var(name).with_context(|| format!("the environment variable {name} is not there"))?);
        rest = after;
    }
    Ok(out + rest)
}

/// Where something listens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listen {
    /// Address and port: `0.0.0.0:8080`.
    pub(crate) listen: SocketAddr,
}

/// Where operators' tools ask for traces, and who may.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Management {
    /// Address and port.
    pub(crate) listen: SocketAddr,
    /// What `Authorization: Bearer` must hold; `${NAME}` is an environment variable. Only on loopback it may be left out.
    token: Option<String>,
}

impl Management {
    pub(crate) fn token(&self) -> Result<Option<String>> {
        if self.token.is_none() && !self.listen.ip().is_loopback() {
            bail!(
                "`management` listens on {}, where others can reach it: give it a `token: ${{PORTICO_MANAGEMENT_TOKEN}}`, or let it \
                 listen on 127.0.0.1",
                self.listen
            );
        }
        self.token.as_deref().map(filled_in).transpose()
    }
}

/// Bounds; what is left out has Portico's default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    /// Requests at once on one thread.
    exchanges_max: Option<NonZeroUsize>,
    /// Memory of one instance of the component.
    memory_bytes_max: Option<NonZeroUsize>,
    /// How long one call into the component may compute.
    call_timeout_ms: Option<u32>,
    /// What cached values may take.
    cache_bytes_max: Option<u64>,
    /// How many tokens are remembered that were found right; 0 checks every one anew.
    remembered_tokens_max: Option<u64>,
}

impl Limits {
    pub(crate) fn resolved(&self) -> server::Limits {
        let default = server::Limits::default();
        server::Limits {
            exchanges_max: self.exchanges_max.map_or(default.exchanges_max, NonZeroUsize::get),
            memory_bytes_max: self.memory_bytes_max.map_or(default.memory_bytes_max, NonZeroUsize::get),
            call_timeout_ms: self.call_timeout_ms.unwrap_or(default.call_timeout_ms),
            cache_bytes_max: self.cache_bytes_max.unwrap_or(default.cache_bytes_max),
            remembered_tokens_max: self.remembered_tokens_max.unwrap_or(default.remembered_tokens_max),
            ..default
        }
    }
}

/// Reads a YAML file. Mistakes are told with line and column.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_saphyr::from_str(&text).with_context(|| format!("{} is not as it should be", path.display()))
}
