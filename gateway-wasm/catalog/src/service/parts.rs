//! What policies are made of and lean on: named values, fragments, certificates, backends, loggers, diagnostics.

use super::{Kind, Names, Reader, id_parts};
use crate::{
    directory::Directory,
    fields::Fields,
    findings::Findings,
    model::{Backend, Certificate, Credentials, Fragment, KeyVault, NamedValue},
    tree::{Part, Tree},
};
use diagnostic::{Diagnostic, Place, Source};
use serde_json::Value;
use std::collections::BTreeMap;

const LOGGER: Kind = Kind { id: "logger/unknown", word: "logger", file: "loggers/<name>/loggerInformation.json" };

/// Reads `named values/`.
pub(super) fn named_values(section: &mut Directory, reader: &Reader<'_>) -> Vec<NamedValue> {
    let mut values = Vec::new();
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    for (name, mut directory) in reader.each(section) {
        let tree = reader.data(&mut directory, "namedValueInformation", "namedValues", &name);
        let fields = Fields::of_resource(&tree, reader.findings);
        fields.only(&["displayName", "secret", "tags", "value", "keyVault"]);
        let display_name = fields.title("displayName").unwrap_or_else(|| name.clone());
        let from_vault = fields.has("keyVault");
        let secret = fields.truth("secret").unwrap_or(from_vault) || from_vault;
        let value = fields.text("value");
        if secret && value.is_some() {
            reader.findings.push(
                Diagnostic::warning(
                    "named-value/secret-in-folder",
                    fields.place("value", Part::Key),
                    format!("the value of the secret `{display_name}` does not belong in the folder"),
                )
                .help("remove `value`, and give the secret to the host: what stands here is not used"),
            );
        }
        if !secret && value.is_none() {
            let message = format!("the named value `{display_name}` has no value");
            let help = "write `\"value\": \"...\"`, or `\"secret\": true` if the host provides it";
            reader.findings.push(Diagnostic::error("named-value/value-missing", fields.own_place(), message).help(help));
        }
        if let Some(bad) = display_name.chars().find(|character| !(character.is_alphanumeric() || "._-".contains(*character))) {
            let message = format!("`{display_name}` cannot be written between `{{{{` and `}}}}`");
            reader.findings.push(
                Diagnostic::error("named-value/display-name", fields.place("displayName", Part::Value), message)
                    .at(format!("it has `{bad}` in it"))
                    .help("use letters, digits, `.`, `-` and `_`"),
            );
        }
        let place = fields.place("displayName", Part::Value);
        if let Some(first) = places.get(&display_name.to_lowercase()) {
            reader.findings.push(
                Diagnostic::error("named-value/repeated", place, format!("two named values are called `{display_name}`"))
                    .label(first.clone(), "the other one")
                    .help("policies find a named value by its `displayName`: give one of them another"),
            );
        } else {
            places.insert(display_name.to_lowercase(), place);
        }
        let value = value.filter(|_| !secret);
        let vault = key_vault(&fields);
        values.push(NamedValue { workspace: reader.workspace(), display_name, value, secret, name, vault });
        reader.done(directory);
    }
    values
}

/// Where a secret is, if it is in a vault.
fn key_vault(fields: &Fields<'_>) -> Option<KeyVault> {
    let vault = fields.inner("keyVault");
    vault.only(&["secretIdentifier", "identityClientId", "lastStatus"]);
    let secret = vault.text("secretIdentifier")?;
    Some(KeyVault { secret, client_id: vault.text("identityClientId").filter(|id| !id.is_empty()) })
}

/// Reads `policy fragments/`.
pub(super) fn fragments(section: &mut Directory, reader: &Reader<'_>) -> Vec<Fragment> {
    let mut fragments = Vec::new();
    for (name, mut directory) in reader.each(section) {
        let tree = reader.data(&mut directory, "policyFragmentInformation", "policyFragments", &name);
        let fields = Fields::of_resource(&tree, reader.findings);
        fields.only(&["description", "format", "value"]);
        // The policy may also stand in the properties, as newer extractors write it.
        let inside = || Some(Source::new(format!("{}#/properties/value", tree.name()), fields.text("value")?));
        let policy_file = directory.file("policy.xml");
        let policy = match &policy_file {
            Some((path, bytes)) => reader.source(path, bytes),
            None => inside(),
        };
        let description = fields.text("description").unwrap_or_default();
        match policy {
            Some(policy) => fragments.push(Fragment { workspace: reader.workspace(), description, policy, name }),
            None if policy_file.is_none() => {
                let path = directory.path();
                reader.findings.push(
                    Diagnostic::error(
                        "fragment/policy-missing",
                        Place::file(&format!("{path}policy.xml")),
                        format!("the fragment `{name}` has no policy"),
                    )
                    .help(format!("write `{path}policy.xml` with a `<fragment>` element")),
                );
            }
            None => {}
        }
        reader.done(directory);
    }
    fragments
}

/// Reads `certificates/`.
pub(super) fn certificates(section: &mut Directory, reader: &Reader<'_>) -> Vec<Certificate> {
    let mut certificates = Vec::new();
    for (name, mut directory) in reader.each(section) {
        let tree = reader.data(&mut directory, "certificateInformation", "certificates", &name);
        let fields = Fields::of_resource(&tree, reader.findings);
        fields.only(&["subject", "thumbprint", "expirationDate", "keyVault", "data", "password"]);
        let vault = key_vault(&fields);
        for secret in ["data", "password"].into_iter().filter(|secret| fields.has(secret)) {
            let message = format!("the `{secret}` of the certificate `{name}` does not belong in the folder");
            let help =
                format!("remove it, and give the file to the host, as `certificates: {{ {name}: ... }}` in its secrets file");
            let place = fields.place(secret, Part::Key);
            reader.findings.push(Diagnostic::warning("certificate/secret-in-folder", place, message).help(help));
        }
        let thumbprint = fields.text("thumbprint").and_then(|written| {
            let thumbprint = Certificate::thumbprint_of(&written);
            if thumbprint.is_none() {
                let message = format!("`{written}` is not the thumbprint of a certificate");
                let help = "write the SHA-1 of the certificate: 40 hexadecimal digits";
                let place = fields.place("thumbprint", Part::Value);
                reader.findings.push(Diagnostic::error("certificate/thumbprint", place, message).help(help));
            }
            thumbprint
        });
        let subject = fields.text("subject").unwrap_or_default();
        certificates.push(Certificate { workspace: reader.workspace(), thumbprint, subject, name, vault });
        reader.done(directory);
    }
    certificates
}

/// Reads `backends/`.
pub(super) fn backends(
    section: &mut Directory,
    values: &[NamedValue],
    certificates: &[Certificate],
    reader: &Reader<'_>,
) -> Vec<Backend> {
    let mut backends = Vec::new();
    let known = section.names();
    for (name, mut directory) in reader.each(section) {
        let tree = reader.data(&mut directory, "backendInformation", "backends", &name);
        let fields = Fields::of_resource(&tree, reader.findings);
        fields.only(&[
            "title",
            "description",
            "url",
            "protocol",
            "type",
            "resourceId",
            "credentials",
            "tls",
            "proxy",
            "circuitBreaker",
            "pool",
            "properties",
            "azureRegion",
        ]);
        let is_pool = fields.has("pool") || fields.text("type").is_some_and(|kind| kind.eq_ignore_ascii_case("pool"));
        let url = fields.title("url");
        if is_pool {
            pool(&fields, &name, &known, reader);
        } else {
            check_url(&fields, &name, url.as_deref(), reader);
        }
        let is_plain = url.as_ref().is_some_and(|url| url.starts_with("http://"));
        let known = |text: &str| values.iter().any(|value| value.display_name == text || value.name == text);
        let named = Named { backend: &name, known: &known, findings: reader.findings };
        named.check(url.as_deref().unwrap_or_default(), || fields.place("url", Part::Value));
        let tls = fields.inner("tls");
        tls.only(&["validateCertificateChain", "validateCertificateName"]);
        backends.push(Backend {
            plain_http_at: is_plain.then(|| fields.place("url", Part::Value)),
            credentials: Credentials {
                certificate: certificate(&fields.inner("credentials"), certificates, &named),
                ..credentials(&fields.inner("credentials"), &named)
            },
            checks_chain: tls.truth("validateCertificateChain").unwrap_or(true),
            checks_name: tls.truth("validateCertificateName").unwrap_or(true),
            workspace: reader.workspace(),
            title: fields.title("title").unwrap_or_else(|| name.clone()),
            description: fields.text("description").unwrap_or_default(),
            url: url.map(|url| url.trim_end_matches('/').to_owned()).unwrap_or_default(),
            properties: tree.at("/properties").cloned().unwrap_or_default(),
            name,
        });
        reader.done(directory);
    }
    backends
}

/// Reports named values that a backend names and nobody has.
struct Named<'a> {
    backend: &'a str,
    known: &'a dyn Fn(&str) -> bool,
    findings: &'a Findings,
}

impl Named<'_> {
    fn check(&self, text: &str, place: impl Fn() -> Place) {
        for name in text.split("{{").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0.trim())) {
            if !(self.known)(name) {
                let message = format!("the backend `{}` names the value `{name}`, which is not there", self.backend);
                let help = format!("add `named values/{name}/namedValueInformation.json`, or write the value itself");
                self.findings.push(Diagnostic::error("backend/named-value", place(), message).help(help));
            }
        }
    }
}

fn credentials(fields: &Fields<'_>, named: &Named<'_>) -> Credentials {
    fields.only(&["header", "query", "authorization", "certificate", "certificateIds", "managedIdentity"]);
    let lists = |property: &str| {
        let own = fields.inner(property);
        let mut pairs = Vec::new();
        for key in own.keys() {
            let values = own.texts(key).unwrap_or_default();
            for (value, index) in values.iter().zip(0..) {
                named.check(value, || own.entry_place(key, index));
            }
            pairs.push((key.to_owned(), values));
        }
        pairs
    };
    let (headers, query) = (lists("header"), lists("query"));
    let authorization = fields.has("authorization").then(|| {
        let own = fields.inner("authorization");
        own.only(&["scheme", "parameter"]);
        let text = |name: &str| {
            let text = own.text(name).unwrap_or_default();
            named.check(&text, || own.place(name, Part::Value));
            text
        };
        (text("scheme"), text("parameter"))
    });
    if fields.has("managedIdentity") {
        let message = format!("this build of Portico does not show the `managedIdentity` of the backend `{}` yet", named.backend);
        let help = "requests reach the backend without it: let them carry a header, or an authorization";
        let place = fields.place("managedIdentity", Part::Key);
        named.findings.push(Diagnostic::warning("backend/managed-identity", place, message).help(help));
    }
    Credentials { headers, query, authorization, certificate: None }
}

/// The certificate that a backend is shown. APIM names it by its id (`certificateIds`), or by its thumbprint (`certificate`). The
/// host may have one that the folder does not mention, so that is only a warning.
fn certificate(fields: &Fields<'_>, known: &[Certificate], named: &Named<'_>) -> Option<String> {
    let unknown = |what: String, place: Place| {
        let help = "add `certificates/<name>/certificateInformation.json`; what is in a certificate is given to the host";
        named
            .findings
            .push(Diagnostic::warning("certificate/unknown", place, format!("there is no certificate {what}")).help(help));
    };
    let mut shown = Vec::new();
    for (id, index) in fields.texts("certificateIds").unwrap_or_default().iter().zip(0..) {
        let (name, place) = (id_parts(id).1, fields.entry_place("certificateIds", index));
        match known.iter().find(|certificate| certificate.name == name) {
            Some(certificate) => shown.push((certificate.full_name(), place)),
            None => {
                unknown(format!("`{name}`"), place.clone());
                shown.push((name.to_owned(), place));
            }
        }
    }
    for (written, index) in fields.texts("certificate").unwrap_or_default().iter().zip(0..) {
        let (wanted, place) = (Certificate::thumbprint_of(written), fields.entry_place("certificate", index));
        match known.iter().find(|certificate| wanted.is_some() && certificate.thumbprint == wanted) {
            Some(certificate) => shown.push((certificate.full_name(), place)),
            None => {
                unknown(format!("with the thumbprint `{written}`"), place.clone());
                shown.push((wanted.unwrap_or_else(|| written.clone()), place));
            }
        }
    }
    let mut shown = shown.into_iter();
    let (first, _) = shown.next()?;
    if let Some((_, place)) = shown.find(|(name, _)| *name != first) {
        let message = format!("the backend `{}` has a second certificate", named.backend);
        let help = format!("requests show it `{first}`, the first: remove the others");
        named.findings.push(Diagnostic::warning("backend/certificate", place, message).help(help));
    }
    Some(first)
}

fn check_url(fields: &Fields<'_>, name: &str, url: Option<&str>, reader: &Reader<'_>) {
    const HELP: &str = "write a full address, for example `\"url\": \"https://orders.internal.example.com\"`";
    let Some(url) = url else {
        let message = format!("the backend `{name}` has no `url`");
        reader.findings.push(Diagnostic::error("backend/url-missing", fields.own_place(), message).help(HELP));
        return;
    };
    if let Err(why) = address(url) {
        let place = fields.place("url", Part::Value);
        let message = format!("`{url}` is not an address that can be called");
        reader.findings.push(Diagnostic::error("backend/url", place, message).at(why).help(HELP));
    }
}

/// Whether a text is an address that a gateway can call; named values in it are filled in later.
pub(super) fn address(url: &str) -> Result<(), &'static str> {
    if url.contains("{{") {
        return Ok(());
    }
    let Some((scheme, rest)) = url.split_once("://") else { return Err("it does not begin with `https://`") };
    if !["http", "https", "ws", "wss", "grpc", "grpcs"].iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return Err("its scheme is none of `https`, `http`, `wss` and `ws`");
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.rsplit('@').next().unwrap_or_default();
    if name.is_empty() || name.starts_with(':') {
        return Err("it has no host");
    }
    let port = if name.starts_with('[') {
        name.rsplit_once("]:").map(|(_, port)| port)
    } else {
        name.split_once(':').map(|(_, port)| port)
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err("its port is not a number up to 65535");
    }
    if url.chars().any(|character| character.is_whitespace() || character.is_control()) {
        return Err("it has a space in it");
    }
    Ok(())
}

fn pool(fields: &Fields<'_>, name: &str, known: &[String], reader: &Reader<'_>) {
    const BACKEND: Kind = Kind { id: "backend/unknown", word: "backend", file: "backends/<name>/backendInformation.json" };
    let pool = fields.inner("pool");
    pool.only(&["services", "sessionAffinity"]);
    let services = pool.list("services");
    if services.is_empty() {
        let message = format!("the pool `{name}` has no backend in it");
        let help = "write `\"pool\": { \"services\": [{ \"id\": \"/backends/<name>\" }] }`";
        reader.findings.push(Diagnostic::error("backend/pool-empty", fields.place("pool", Part::Key), message).help(help));
    }
    for service in services {
        service.only(&["id", "weight", "priority"]);
        if let Some(id) = service.text("id") {
            let (_, member) = id_parts(&id);
            reader.known(member, service.place("id", Part::Value), &BACKEND, known);
        }
        for number in ["weight", "priority"] {
            service.whole(number);
        }
    }
}

/// Reads `loggers/`. Policies name them; where entries go is the host's to say, but what is written must be readable.
pub(super) fn loggers(section: &mut Directory, reader: &Reader<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for (name, mut directory) in reader.each(section) {
        let tree = reader.data(&mut directory, "loggerInformation", "loggers", &name);
        let fields = Fields::of_resource(&tree, reader.findings);
        fields.only(&["loggerType", "description", "credentials", "isBuffered", "resourceId"]);
        fields.word("loggerType", &[("applicationInsights", ()), ("azureEventHub", ()), ("azureMonitor", ())]);
        reader.done(directory);
        names.push(name);
    }
    names
}

/// Reads `diagnostics/` of the service or of an API: that each names a logger that exists.
pub(super) fn diagnostics(section: &mut Directory, names: &Names, reader: &Reader<'_>) {
    for (name, mut directory) in reader.each(section) {
        let tree = reader.data(&mut directory, "diagnosticInformation", "diagnostics", &name);
        let fields = Fields::of_resource(&tree, reader.findings);
        // Azure Monitor's logger belongs to the service and is never exported.
        let logger = fields.text("loggerId").filter(|id| id_parts(id).1 != "azuremonitor");
        if let Some(id) = logger.filter(|_| reader.workspace.is_none()) {
            reader.known(id_parts(&id).1, fields.place("loggerId", Part::Value), &LOGGER, &names.loggers);
        }
        reader.done(directory);
    }
}

/// Reads `schemas/` of an API: the definition repeats them, so that they only must be readable.
pub(super) fn schemas(section: &mut Directory, reader: &Reader<'_>) {
    for (_, mut directory) in reader.each(section) {
        if let Some((path, bytes)) = directory.data("apiSchemaInformation", reader.findings) {
            Tree::read(&path, &bytes, reader.findings).map(|tree| tree.value).unwrap_or(Value::Null);
        }
        // The schema's text stands beside it, under a name of the extractor's.
        directory.files_where(|name| name.starts_with("schema."));
        reader.done(directory);
    }
}
