//! From files to what the gateway needs of TLS. They are read again with every reload.

use crate::{
    config::{self, Ask, CertificateFile},
    secrets::Certificates,
};
use anyhow::{Context, Result, bail};
use catalog::{Service, model::Certificate};
use server::tls::{Asks, BackendTls, Identity, ListenerTls, NameTls, Settings, is_authority, read_identity, thumbprint};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// What `portico.yaml` says of TLS, and where it stands: files that it names are found from there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'c> {
    pub(crate) folder: &'c Path,
    pub(crate) servers: &'c config::Tls,
    pub(crate) listener: Option<&'c config::ListenerTls>,
}

/// What the gateway needs of TLS.
pub(crate) fn settings(service: &Service, certificates: &Certificates, written: Option<Written<'_>>) -> Result<Settings> {
    let mut settings = Settings { certificates: certificates.clone(), ..Settings::default() };
    for backend in &service.backends {
        let tls = BackendTls {
            certificate: backend.credentials.certificate.clone(),
            checks_chain: backend.checks_chain,
            checks_name: backend.checks_name,
            ..BackendTls::default()
        };
        if tls != BackendTls::default() {
            settings.backends.insert(backend.full_name(), tls);
        }
    }
    let Some(written) = written else { return Ok(settings) };
    settings.authorities = authorities(written.folder, &written.servers.ca)?;
    for (name, own) in &written.servers.backends {
        let all = || service.backends.iter().map(|backend| backend.full_name());
        if !all().any(|known| known == *name) {
            bail!("`tls: {{ backends: ... }}` names `{name}`, and the folder has {}", listed(all()));
        }
        let tls = settings.backends.entry(name.clone()).or_default();
        tls.authorities = authorities(written.folder, &own.ca)?;
        tls.server_name = own.server_name.clone();
        tls.certificate = own.certificate.clone().or(tls.certificate.take());
        tls.checks_chain = own.validate_certificate_chain.unwrap_or(tls.checks_chain);
        tls.checks_name = own.validate_certificate_name.unwrap_or(tls.checks_name);
    }
    settings.listener = written.listener.map(|listener| listener_tls(written.folder, listener, certificates)).transpose()?;
    if let Some(listener) = &mut settings.listener {
        listener.names = names(service, certificates);
    }
    Ok(settings)
}

/// What the folder's gateways say of TLS at their host names. Where two say different things of one name, clients are asked for a
/// certificate if one of them wants it, and are offered HTTP/2 if none forbids it.
fn names(service: &Service, certificates: &Certificates) -> BTreeMap<String, NameTls> {
    let mut names: BTreeMap<String, NameTls> = BTreeMap::new();
    for host in service.gateways.iter().flat_map(|gateway| &gateway.host_tls) {
        let name = names.entry(host.host_name.clone()).or_default();
        let both = |one: Option<bool>, other: Option<bool>, which: fn(bool, bool) -> bool| match (one, other) {
            (Some(one), Some(other)) => Some(which(one, other)),
            (one, other) => one.or(other),
        };
        name.asks = both(name.asks, host.asks, |one, other| one || other);
        name.http2 = both(name.http2, host.http2, |one, other| one && other);
        let own = host.certificate.as_ref().and_then(|id| certificates.get(id)).filter(|own| own.key.is_some());
        name.identity = name.identity.take().or_else(|| own.cloned());
    }
    names
}

fn listener_tls(folder: &Path, written: &config::ListenerTls, certificates: &Certificates) -> Result<ListenerTls> {
    let identities = written.certificates.iter().map(|file| identity(folder, file)).collect::<Result<_>>()?;
    let clients = &written.client_certificates;
    let mut authorities = authorities(folder, &clients.ca)?;
    // The service's own certificates of authorities vouch for clients, too.
    let own = certificates.values().filter_map(|identity| identity.chain.first()).filter(|own| is_authority(own));
    authorities.extend(own.cloned());
    let mut revocation_lists = Vec::new();
    for path in clients.crl.iter().map(|path| folder.join(path)) {
        let bytes = read(&path)?;
        for list in blocks(&bytes, "X509 CRL") {
            server::tls::check_revocation_list(&list).with_context(|| path.display().to_string())?;
            revocation_lists.push(list);
        }
    }
    let asks = match clients.ask {
        Ask::None => Asks::Nothing,
        Ask::Request => Asks::Certificate,
        Ask::Require => Asks::TrustedCertificate,
    };
    Ok(ListenerTls { identities, asks, authorities, revocation_lists, names: BTreeMap::new() })
}

/// A certificate with its key.
pub(crate) fn identity(folder: &Path, written: &CertificateFile) -> Result<Identity> {
    let password = written.password()?;
    let one = |path: &Path| {
        let path = folder.join(path);
        read_identity(&read(&path)?, password.as_deref()).with_context(|| path.display().to_string())
    };
    let own = one(&written.file)?;
    Ok(match &written.key {
        Some(key) => own.with_key(one(key)?),
        None => own,
    })
}

/// A certificate with its key, as text: PEM, or a PKCS #12 file in base64.
pub(crate) fn identity_of_text(text: &str, password: Option<&str>) -> Result<Identity> {
    if text.contains("-----BEGIN ") {
        return read_identity(text.as_bytes(), password);
    }
    let file = server::tls::from_base64(text).context("it is neither PEM nor base64")?;
    read_identity(&file, password)
}

/// The certificates in files.
fn authorities(folder: &Path, files: &[PathBuf]) -> Result<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    for path in files.iter().map(|path| folder.join(path)) {
        let identity = read_identity(&read(&path)?, None).with_context(|| path.display().to_string())?;
        if identity.chain.is_empty() {
            bail!("{} has no certificate in it", path.display());
        }
        all.extend(identity.chain);
    }
    Ok(all)
}

/// The blocks of a PEM file, or the file itself where it is none.
fn blocks(bytes: &[u8], label: &str) -> Vec<Vec<u8>> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains("-----BEGIN ") => server::tls::pem_blocks(text, label),
        _ => vec![bytes.to_vec()],
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn listed(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "no backends".to_owned() } else { format!("the backends {}", names.join(", ")) }
}

/// Warnings about certificates that something in the folder needs, and whose key the gateway does not have. `played` backends are on this
/// machine, and spoken to without TLS.
pub(crate) fn missing(service: &Service, settings: &Settings, played: &BTreeMap<String, String>) -> Vec<String> {
    let has_key = |name: &str| {
        let wanted = Certificate::thumbprint_of(name);
        let is_it = |own: &Identity| wanted.is_some() && own.chain.first().map(|own| thumbprint(own)) == wanted;
        // The folder may know the thumbprint of a certificate that the gateway has by its id.
        let by_folder = service.certificates.iter().find(|own| wanted.is_some() && own.thumbprint == wanted);
        let by_name = settings.certificates.get(name);
        let found = by_name.or_else(|| settings.certificates.get(&by_folder?.full_name()));
        found.or_else(|| settings.certificates.values().find(|own| is_it(own))).is_some_and(|own| own.key.is_some())
    };
    let mut needed: BTreeSet<(&str, String)> = BTreeSet::new();
    for (backend, tls) in settings.backends.iter().filter(|(backend, _)| !played.contains_key(*backend)) {
        needed.extend(tls.certificate.as_deref().map(|name| (name, format!("the backend `{backend}`"))));
    }
    let hosts = service.gateways.iter().flat_map(|gateway| gateway.host_tls.iter().map(move |host| (gateway, host)));
    // Without TLS of its own, the gateway shows clients nothing: whatever is in front of it does.
    for (gateway, host) in hosts.filter(|_| settings.listener.is_some()) {
        if let Some(name) = &host.certificate {
            needed.insert((name.as_str(), format!("the gateway `{}` at `{}`", gateway.name, host.host_name)));
        }
    }
    for (policy, name) in gateway::shown_certificates(service) {
        needed.insert((name, format!("`authentication-certificate` in {policy}")));
    }
    let asked = service.gateways.iter().flat_map(|gateway| &gateway.host_tls).filter(|host| host.asks == Some(true));
    let in_vain = asked.filter(|_| settings.listener.is_none()).map(|host| {
        format!(
            "warning[gateway/client-certificate]: clients are not asked for certificates at `{}`: the gateway listens without TLS\n  \
             = help: write `gateway: {{ tls: ... }}` into portico.yaml; a proxy in front cannot pass on a certificate that policies see\n\n",
            host.host_name
        )
    });
    let missing = needed.iter().filter(|(name, _)| !has_key(name));
    missing
        .map(|(name, who)| {
            format!(
                "warning[certificate/key-missing]: {who} shows the certificate `{name}`, and the gateway does not have its key: requests \
                 that need it fail\n  = help: write `{name}: {{ file: ..., password: ... }}` under `certificates:` in the secrets file\n"
            )
        })
        .chain(in_vain)
        .collect()
}
