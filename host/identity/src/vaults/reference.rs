//! Where a secret is: what stands in a service folder instead of it.

use crate::{Error, address::Address, error::quoted};

/// A reference to a secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reference<'r> {
    /// `https://NAME.vault.azure.net/secrets/NAME[/VERSION]`
    Azure {
        address: Address,
        /// Whom a token must be for that opens the vault.
        resource: &'static str,
    },
    /// `vault://MOUNT/PATH#FIELD`
    HashiCorp { mount: &'r str, path: &'r str, field: &'r str },
}

/// The vaults of Azure's clouds, and whom their tokens are for. No other host gets such a token.
const CLOUDS: [(&str, &str); 4] = [
    (".vault.azure.net", "https://vault.azure.net"),
    (".vault.azure.cn", "https://vault.azure.cn"),
    (".vault.usgovcloudapi.net", "https://vault.usgovcloudapi.net"),
    (".vault.microsoftazure.de", "https://vault.microsoftazure.de"),
];

impl<'r> Reference<'r> {
    /// Reads a reference. `hosts` are vaults beside Azure's.
    pub(super) fn parse(text: &'r str, hosts: &[String]) -> Result<Self, Error> {
        let wrong = |reason: &str, help: &str| Err(Error::new(quoted(text), reason, help));
        if let Some(rest) = text.strip_prefix("vault://") {
            let help = "write `vault://MOUNT/PATH#FIELD`, with letters, digits, `.`, `_`, `-` and `/` in it";
            let (place, field) = rest.split_once('#').unwrap_or((rest, ""));
            return match place.split_once('/') {
                _ if field.is_empty() => wrong("the reference does not say which field of the secret", help),
                Some((mount, path)) if is_segment(mount) && path.split('/').all(is_segment) => {
                    Ok(Self::HashiCorp { mount, path, field })
                }
                _ => wrong("this is not a path in a vault", help),
            };
        }
        let address = Address::parse(text)?;
        let of_cloud =
            |(end, _): &&(&str, &str)| address.host.strip_suffix(end).is_some_and(|name| !name.is_empty() && !name.contains('.'));
        let cloud = CLOUDS.iter().find(of_cloud);
        if cloud.is_none() && !hosts.iter().any(|host| host.eq_ignore_ascii_case(&address.host)) {
            let reason = format!("`{}` is not a vault of Azure", address.host);
            return wrong(
                &reason,
                "write `https://NAME.vault.azure.net/secrets/NAME`, or add the host under `azure` in the settings",
            );
        }
        let segments: Vec<_> = address.path().split('/').skip(1).collect();
        match &*segments {
            ["secrets", name] if is_segment(name) => {}
            ["secrets", name, version] if is_segment(name) && (is_segment(version) || version.is_empty()) => {}
            _ => {
                return wrong("this is not a secret of the vault", "write `https://NAME.vault.azure.net/secrets/NAME[/VERSION]`");
            }
        }
        Ok(Self::Azure { resource: cloud.map_or(CLOUDS[0].1, |(_, resource)| resource), address })
    }
}

fn is_segment(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    !matches!(text, "" | "." | "..") && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Reference<'_>, Error> {
        Reference::parse(text, &["127.0.0.1".to_owned()])
    }

    #[test]
    fn a_reference_says_which_vault() {
        let all = [
            ("https://Orders.vault.azure.net/secrets/key", "https://vault.azure.net"),
            ("https://orders.vault.azure.net/secrets/key/0123456789abcdef", "https://vault.azure.net"),
            ("https://orders.vault.azure.net/secrets/key/", "https://vault.azure.net"),
            ("https://orders.vault.azure.cn/secrets/key", "https://vault.azure.cn"),
            ("http://127.0.0.1:8080/secrets/key", "https://vault.azure.net"),
        ];
        for (text, expected) in all {
            assert!(matches!(parse(text), Ok(Reference::Azure { resource, .. }) if resource == expected), "{text}");
        }
        let expected = Reference::HashiCorp { mount: "kv", path: "shop/orders", field: "key" };
        assert_eq!(parse("vault://kv/shop/orders#key"), Ok(expected));
    }

    #[test]
    fn no_other_host_gets_a_token_of_azure() {
        let all = [
            "https://evil.example/secrets/key",
            "https://vault.azure.net.evil.example/secrets/key",
            "https://evilvault.azure.net/secrets/key",
            "https://.vault.azure.net/secrets/key",
            "https://a.b.vault.azure.net/secrets/key",
            "https://orders.vault.azure.net@evil.example/secrets/key",
            "http://orders.vault.azure.net/secrets/key",
            "https://orders.vault.azure.net/keys/key",
            "https://orders.vault.azure.net/secrets/../keys/key",
            "https://orders.vault.azure.net/secrets/a%2fb",
            "https://orders.vault.azure.net/secrets",
            "vault://kv#key",
            "vault://kv/orders",
            "vault://kv/../sys/seal#key",
            "vault://kv/a?version=1#key",
            "orders",
        ];
        for text in all {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
