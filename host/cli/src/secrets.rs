//! What is never in a folder: keys, and the values of secret named values.
//!
//! They come from the environment, or from a file beside the folder that is meant for one machine only. The environment wins.

use crate::{Failure, config};
use catalog::{Service, model::NamedValue};
use gateway::{Keys, SECRET_BYTES_MIN, Secrets};
use identity::Vaults;
use serde::Deserialize;
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
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileKeys {
    primary: Option<String>,
    secondary: Option<String>,
}

/// Reads the secrets for a service. `given` is the file that was named on the command line; without one, `FOLDER.secrets.yaml`
/// beside the folder is read if it is there.
pub(crate) async fn read(folder: &Path, given: Option<&Path>, service: &Service, vaults: &Vaults) -> Result<Secrets, Failure> {
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
    let mut missing = Vec::new();
    let mut asked = BTreeSet::new();
    for value in service.named_values.iter().filter(|value| value.value.is_none()) {
        let names = [&value.display_name, &value.name];
        if names.iter().any(|name| secrets.named_values.contains_key(*name)) {
            continue;
        }
        let in_file = names.into_iter().find_map(|name| file.vaults.get(name));
        match in_file.or(value.vault_reference.as_ref()) {
            None => missing.push(absent(folder, value, "")),
            Some(reference) => {
                asked.insert(reference.clone());
                match vaults.read(reference).await {
                    Ok(secret) => drop(secrets.named_values.insert(value.display_name.clone(), secret.expose().to_owned())),
                    Err(error) => missing.push(absent(folder, value, &format!("  = note: {error}\n"))),
                }
            }
        }
    }
    vaults.retain(|reference| asked.contains(reference));
    if missing.is_empty() { Ok(secrets) } else { Err(Failure::Findings(missing.join("\n"))) }
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
