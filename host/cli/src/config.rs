//! `portico.yaml`: what is about a machine, and so not part of a service folder.

use anyhow::{Context, Result, anyhow, bail};
use hyper::header::{HeaderMap, HeaderName};
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

/// The configuration of `portico serve`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) gateway: Gateway,
    /// TLS to servers.
    #[serde(default)]
    pub(crate) tls: Tls,
    pub(crate) portal: Option<Portal>,
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
        let mut blocks: Vec<server::Block> = blocks.collect::<Result<_>>().context("`trusted_proxies`")?;
        // The host's own proxy for the console says who calls: policies that go by the address must not take the host for the caller.
        if self.portal.as_ref().is_some_and(|portal| portal.console.proxy) {
            blocks.extend([
                "127.0.0.0/8".parse::<server::Block>()?,
                "::1".parse()?,
                IpAddr::to_string(&self.gateway.listen.ip()).parse()?,
            ]);
        }
        Ok(server::TrustedProxies { blocks, header })
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
    /// Where it is, with files as they are found from a folder.
    pub(crate) fn resolved(&self, folder: &Path) -> Result<server::Sink> {
        match self {
            Sink::File { file } => Ok(server::Sink::File(folder.join(file))),
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
pub(crate) fn filled_in(text: &str) -> Result<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').context("a value has a `${` without a `}`")?;
        out.push_str(before);
        out.push_str(&std::env::var(name).with_context(|| format!("the environment variable {name} is not there"))?);
        rest = after;
    }
    Ok(out + rest)
}

/// Where the gateway listens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gateway {
    /// Address and port: `0.0.0.0:8443`.
    pub(crate) listen: SocketAddr,
    /// What clients are shown; without it they connect without TLS.
    pub(crate) tls: Option<ListenerTls>,
}

/// What clients are shown, and asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListenerTls {
    /// A client gets the one that is for the name that it asks for, else the first.
    pub(crate) certificates: Vec<CertificateFile>,
    #[serde(default)]
    pub(crate) client_certificates: ClientCertificates,
}

/// Whether clients are asked for a certificate, and who vouches for them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientCertificates {
    #[serde(default)]
    pub(crate) ask: Ask,
    /// Files with the certificates of authorities.
    #[serde(default)]
    pub(crate) ca: Vec<PathBuf>,
    /// Files with lists of revoked certificates.
    #[serde(default)]
    pub(crate) crl: Vec<PathBuf>,
}

/// Whether clients are asked for a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ask {
    #[default]
    None,
    /// They are, and policies say what becomes of those who show none, or a wrong one.
    Request,
    /// Whoever shows none, or one that no authority vouches for, is not let in.
    Require,
}

/// A certificate, perhaps with its key in another file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CertificateFile {
    /// PEM or PKCS #12.
    pub(crate) file: PathBuf,
    /// The private key in PEM, where it stands in a file of its own.
    pub(crate) key: Option<PathBuf>,
    /// What opens the file. `${NAME}` is the environment variable.
    password: Option<String>,
}

impl CertificateFile {
    pub(crate) fn password(&self) -> Result<Option<String>> {
        self.password.as_deref().map(filled_in).transpose()
    }
}

/// TLS to servers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    /// Files with the certificates of authorities, trusted besides those of the operating system.
    #[serde(default)]
    pub(crate) ca: Vec<PathBuf>,
    /// What is different for some backends, by their names.
    #[serde(default)]
    pub(crate) backends: BTreeMap<String, BackendTls>,
}

/// TLS to one backend. What is left out is as the folder says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackendTls {
    /// Files with the certificates of the only authorities that are trusted for it.
    #[serde(default)]
    pub(crate) ca: Vec<PathBuf>,
    /// The name that it is asked for, and that its certificate must be for.
    pub(crate) server_name: Option<String>,
    /// The certificate that it is shown: an id of `certificates:` in the secrets file.
    pub(crate) certificate: Option<String>,
    pub(crate) validate_certificate_chain: Option<bool>,
    pub(crate) validate_certificate_name: Option<bool>,
}

/// Where something listens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listen {
    /// Address and port: `0.0.0.0:8080`.
    pub(crate) listen: SocketAddr,
}

/// Where the portal is, and what the host does for its pages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Portal {
    /// Address and port.
    pub(crate) listen: SocketAddr,
    #[serde(default)]
    pub(crate) console: PortalConsole,
}

/// What the host does for the portal's console.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PortalConsole {
    /// Pages may send to the gateway through the host, if the portal's settings choose it, too.
    #[serde(default)]
    pub(crate) proxy: bool,
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
    serde_saphyr::from_str(&text).map_err(|error| wrong(path, &error))
}

/// What is wrong with a file, and where; without what stands there, which may be a secret.
fn wrong(path: &Path, error: &serde_saphyr::Error) -> anyhow::Error {
    let error = error.without_snippet();
    let place = match error.location() {
        Some(location) => format!("{}:{}:{}", path.display(), location.line(), location.column()),
        None => path.display().to_string(),
    };
    let text = error.to_string();
    anyhow!("{place} is not as it should be: {}", without_values(text.lines().next().unwrap_or_default()))
}

/// A message of serde without the values in it, which it puts between quotation marks. Names of settings stand between backticks.
fn without_values(message: &str) -> String {
    let mut shown = String::with_capacity(message.len());
    let mut parts = message.split('"');
    shown.push_str(parts.next().unwrap_or_default());
    // What is open at the end stays closed: a value may have quotation marks of its own.
    if let (Some(_), Some(last)) = (parts.next(), parts.next_back()) {
        shown.push_str("\"...\"");
        shown.push_str(last);
    }
    // Numbers and single characters stand between backticks, as names of settings do.
    for kind in ["integer", "floating point", "boolean", "character"] {
        let before = format!("{kind} `");
        if let Some((start, rest)) = shown.split_once(&before)
            && let Some((_, end)) = rest.split_once('`')
        {
            shown = format!("{start}{kind}{end}");
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct File {
        name: BTreeMap<String, String>,
        number: u16,
    }

    #[test]
    fn mistakes_are_told_without_what_stands_there() {
        for (text, line, reason) in [
            ("name:\n  a: b\nnumber: hunter2-x\n", 3, ""),
            ("name: hunter2-x\nnumber: 1\n", 1, ""),
            ("name: { a: [hunter2-x] }\nnumber: 1\n", 1, ""),
            ("number: 4711471\nname: {}\n", 1, ""),
            ("name: {}\nnumber: 1\nothers: hunter2-x\n", 3, "unknown field `others`"),
            ("name:\n  a: \"hunter2-x\n", 0, ""),
            ("name: {}\nnumber: 1\n a: hunter2-x\n", 0, ""),
        ] {
            let error = serde_saphyr::from_str::<File>(text).unwrap_err();
            let shown = format!("{:#}", wrong(Path::new("a.yaml"), &error));
            assert!(!shown.contains("hunter2") && !shown.contains("4711471"), "{shown}");
            assert!(
                shown.starts_with("a.yaml") && shown.contains("is not as it should be: ") && shown.contains(reason),
                "{shown}"
            );
            assert!(line == 0 || shown.starts_with(&format!("a.yaml:{line}:")), "{shown}");
            assert!(!shown.contains('\n'), "{shown}");
        }
        assert_eq!(without_values("invalid type: string \"a\"b\", expected u16"), "invalid type: string \"...\", expected u16");
        assert_eq!(without_values("invalid type: integer `7`, expected a string"), "invalid type: integer, expected a string");
    }
}
