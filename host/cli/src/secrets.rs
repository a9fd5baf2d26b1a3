//! What is never in a folder: keys, certificates, and the values of secret named values.
//!
//! They come from the environment, or from a file beside the folder that is meant for one machine only. The environment wins.

use crate::{
    Failure,
    config::{self, CertificateFile},
    tls,
};
use anyhow::{Context, anyhow};
use catalog::{
    Service,
    model::{KeyVault, NamedValue},
};
use gateway::{Keys, SECRET_BYTES_MIN, Secrets};
use identity::Vaults;
use serde::Deserialize;
use server::tls::{Identity, thumbprint};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// The secrets file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Where in a vault a named value is, in place of what the folder says: `vault://MOUNT/PATH#FIELD`.
    #[serde(default)]
    vaults: BTreeMap<String, String>,
    #[serde(default)]
    subscriptions: BTreeMap<String, FileKeys>,
    #[serde(default, rename = "named values")]
    named_values: BTreeMap<String, String>,
    /// By id.
    #[serde(default)]
    certificates: BTreeMap<String, CertificateFile>,
}

/// Certificates of the service, by id, with their keys.
pub(crate) type Certificates = BTreeMap<String, Identity>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileKeys {
    primary: Option<String>,
    secondary: Option<String>,
}

/// Reads the secrets for a service. `given` is the file that was named on the command line; without one, `FOLDER.secrets.yaml`
/// beside the folder is read if it is there.
pub(crate) async fn read(
    folder: &Path,
    given: Option<&Path>,
    service: &Service,
    vaults: &Vaults,
) -> Result<(Secrets, Certificates), Failure> {
    let beside = beside(folder);
    let file: File = match given {
        Some(path) => config::read(path)?,
        None if beside.is_file() => config::read(&beside)?,
        None => File::default(),
    };
    let mut secrets = Secrets { named_values: file.named_values, ..Secrets::default() };
    for (name, keys) in file.subscriptions {
        secrets.subscriptions.insert(name, Keys { primary: keys.primary, secondary: keys.secondary });
    }
    for subscription in &service.subscriptions {
        let keys = secrets.subscriptions.entry(subscription.full_name()).or_default();
        let name = |which| variable("SUBSCRIPTION", &format!("{}_{which}", subscription.full_name()));
        keys.primary = std::env::var(name("PRIMARY")).ok().or(keys.primary.take());
        keys.secondary = std::env::var(name("SECONDARY")).ok().or(keys.secondary.take());
    }
    for value in &service.named_values {
        if let Ok(text) = std::env::var(variable("NAMED_VALUE", &value.display_name)) {
            secrets.named_values.insert(value.display_name.clone(), text);
        }
    }
    let mut certificates = Certificates::new();
    let stands_in = given.unwrap_or(&beside).parent().unwrap_or(Path::new("")).to_owned();
    for (name, written) in &file.certificates {
        let identity = tls::identity(&stands_in, written).with_context(|| format!("the certificate `{name}`"))?;
        certificates.insert(name.clone(), identity);
    }
    for name in service.certificates.iter().map(|certificate| certificate.full_name()) {
        if let Ok(text) = std::env::var(variable("CERTIFICATE", &name)) {
            let password = std::env::var(variable("CERTIFICATE", &format!("{name}_PASSWORD"))).ok();
            let identity =
                tls::identity_of_text(&text, password.as_deref()).with_context(|| format!("the certificate `{name}`"))?;
            certificates.insert(name, identity);
        }
    }
    let mut asked = BTreeSet::new();
    for certificate in &service.certificates {
        let name = certificate.full_name();
        let Some(place) = certificate.vault.as_ref().filter(|_| !certificates.contains_key(&name)) else { continue };
        asked.insert(place.clone());
        match of_vault(place, vaults).await {
            Ok(identity) => drop(certificates.insert(name, identity)),
            Err(why) => eprint!("{}", unread(&name, &why)),
        }
    }
    for (name, identity) in &certificates {
        let Some(der) = identity.chain.first() else {
            return Err(anyhow!("the file of the certificate `{name}` has only a key in it").into());
        };
        let file = gateway::CertificateFile { der: der.clone(), thumbprint: thumbprint(der), key: identity.key.clone() };
        secrets.certificates.insert(name.clone(), file);
    }
    let mut missing = Vec::new();
    for value in service.named_values.iter().filter(|value| value.value.is_none()) {
        let names = [&value.display_name, &value.name];
        if names.iter().any(|name| secrets.named_values.contains_key(*name)) {
            continue;
        }
        let in_file = names.into_iter().find_map(|name| file.vaults.get(name));
        let in_file = in_file.map(|reference| KeyVault { secret: reference.clone(), client_id: None });
        match in_file.or(value.vault.clone()) {
            None => missing.push(absent(folder, value, "")),
            Some(place) => {
                asked.insert(place.clone());
                match vaults.read_as(&place.secret, place.client_id.as_deref()).await {
                    Ok(secret) => drop(secrets.named_values.insert(value.display_name.clone(), secret.expose().to_owned())),
                    Err(error) => missing.push(absent(folder, value, &format!("  = note: {error}\n"))),
                }
            }
        }
    }
    let is_asked = |place: &KeyVault, secret: &str, client_id: Option<&str>| {
        place.secret == secret && place.client_id.as_deref() == client_id
    };
    vaults.retain(|secret, client_id| asked.iter().any(|place| is_asked(place, secret, client_id)));
    if missing.is_empty() { Ok((secrets, certificates)) } else { Err(Failure::Findings(missing.join("\n"))) }
}

/// The file of a certificate that is in a vault. Azure gives PEM, or a PKCS #12 file in base64 without a password; as the certificate was
/// put there.
async fn of_vault(place: &KeyVault, vaults: &Vaults) -> Result<Identity, String> {
    let text = vaults.read_as(&place.secret, place.client_id.as_deref()).await.map_err(|error| error.to_string())?;
    let identity = tls::identity_of_text(text.expose(), None).map_err(|error| format!("`{}`: {error:#}", place.secret))?;
    match identity.chain.is_empty() {
        true => Err(format!("`{}` has only a key in it", place.secret)),
        false => Ok(identity),
    }
}

/// A certificate that is in a vault, and is not to be had from there. What needs it fails; everything else is served.
fn unread(name: &str, why: &str) -> String {
    format!(
        "warning[certificate/vault]: the certificate `{name}` is not there, and requests that need it fail: {why}\n  \
         = help: it is tried again every minute; or write `{name}: {{ file: ..., password: ... }}` under `certificates:` in the secrets file\n\n"
    )
}

/// A secret named value that nobody gave, and what to do about it.
fn absent(folder: &Path, value: &NamedValue, note: &str) -> String {
    format!(
        "error[named-value/secret-missing]: the secret named value `{0}` has no value\n{note}  \
         = help: set the environment variable `{1}`, or write `{0}: ...` under `named values:` in `{2}`\n",
        value.display_name,
        variable("NAMED_VALUE", &value.display_name),
        beside(folder).display()
    )
}

/// What is too short to be a secret, and what that means.
pub(crate) fn shown(service: &Service, secrets: &Secrets) -> String {
    let warning = |what: String| {
        format!(
            "warning[secret/short]: {what} is so short that traces and logs show it\n  \
             = help: give it at least {SECRET_BYTES_MIN} bytes; a real secret has 16 or more\n\n"
        )
    };
    secrets.shown(service).into_iter().map(warning).collect()
}

/// `services/shop` has its secrets in `services/shop.secrets.yaml`: beside the folder, so that they are never in it.
fn beside(folder: &Path) -> PathBuf {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(".secrets.yaml");
    folder.with_file_name(name)
}

/// `PORTICO_NAMED_VALUE_WAREHOUSE_TOKEN`.
fn variable(kind: &str, name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("PORTICO_{kind}_{name}")
}

#[cfg(test)]
mod tests {
    use super::{beside, variable};

    #[test]
    fn names_are_those_of_the_manual() {
        assert_eq!(variable("NAMED_VALUE", "warehouse-token"), "PORTICO_NAMED_VALUE_WAREHOUSE_TOKEN");
        let folder = tempfile::tempdir().unwrap();
        let service = folder.path().join("shop");
        std::fs::create_dir(&service).unwrap();
        assert_eq!(beside(&service).file_name().unwrap(), "shop.secrets.yaml");
        assert_eq!(beside(&service).parent().unwrap(), folder.path().canonicalize().unwrap());
    }
}
