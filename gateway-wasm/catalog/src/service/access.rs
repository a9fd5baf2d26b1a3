//! Who may use what: groups, subscriptions, and self-hosted gateways with the host names they answer to.

use super::{Kind, Names, Reader, id_parts, split_revision};
use crate::{
    directory::Directory,
    fields::Fields,
    model::{Gateway, Group, HostTls, Subscription, SubscriptionScope, SubscriptionState},
    tree::Part,
};
use diagnostic::Diagnostic;

/// The groups that every service has.
pub(super) const BUILT_IN: [(&str, &str); 3] =
    [("administrators", "Administrators"), ("developers", "Developers"), ("guests", "Guests")];

/// What a link to a group must lead to.
pub(super) const GROUP: Kind = Kind { id: "group/unknown", word: "group", file: "groups/<name>/groupInformation.json" };
/// What a link to an API must lead to.
pub(super) const API: Kind = Kind { id: "api/unknown", word: "API", file: "apis/<name>/specification.yaml" };
/// What a link to a product must lead to.
pub(super) const PRODUCT: Kind = Kind { id: "product/unknown", word: "product", file: "products/<name>/productInformation.json" };

const STATES: [(&str, SubscriptionState); 6] = [
    ("active", SubscriptionState::Active),
    ("submitted", SubscriptionState::Submitted),
    ("suspended", SubscriptionState::Suspended),
    ("rejected", SubscriptionState::Rejected),
    ("cancelled", SubscriptionState::Cancelled),
    ("expired", SubscriptionState::Expired),
];

/// Reads `groups/`.
pub(super) fn groups(section: &mut Directory, reader: &Reader<'_>) -> Vec<Group> {
    let mut groups = Vec::new();
    for (name, mut directory) in reader.each(section) {
        let tree = reader.data(&mut directory, "groupInformation", "groups", &name);
        let fields = Fields::of_resource(&tree, reader.findings);
        fields.only(&["displayName", "description", "type", "builtIn", "externalId"]);
        groups.push(Group {
            display_name: fields.title("displayName").unwrap_or_else(|| name.clone()),
            description: fields.text("description").unwrap_or_default(),
            built_in: BUILT_IN.iter().any(|(built_in, _)| *built_in == name),
            workspace: reader.workspace(),
            name,
        });
        reader.done(directory);
    }
    groups
}

/// Adds the built-in groups that the folder does not describe.
pub(super) fn built_in_groups(groups: &mut Vec<Group>) {
    for (name, display_name) in BUILT_IN {
        if !groups.iter().any(|group| group.name == name && group.workspace.is_none()) {
            groups.push(Group {
                name: name.to_owned(),
                workspace: None,
                display_name: display_name.to_owned(),
                description: String::new(),
                built_in: true,
            });
        }
    }
    groups.sort_by(|a, b| (&a.workspace, &a.name).cmp(&(&b.workspace, &b.name)));
}

/// Reads `subscriptions/`.
pub(super) fn subscriptions(section: &mut Directory, names: &Names, reader: &Reader<'_>) -> Vec<Subscription> {
    let mut subscriptions = Vec::new();
    for (name, mut directory) in reader.each(section) {
        let tree = reader.data(&mut directory, "subscriptionInformation", "subscriptions", &name);
        let fields = Fields::of_resource(&tree, reader.findings);
        fields.only(&[
            "scope",
            "displayName",
            "state",
            "ownerId",
            "startDate",
            "endDate",
            "expirationDate",
            "notificationDate",
            "createdDate",
            "stateComment",
            "allowTracing",
            "primaryKey",
            "secondaryKey",
        ]);
        for key in ["primaryKey", "secondaryKey"].into_iter().filter(|key| fields.has(key)) {
            reader.findings.push(
                Diagnostic::warning(
                    "subscription/key-in-folder",
                    fields.place(key, Part::Key),
                    "a key does not belong in the folder",
                )
                .help(format!("remove `{key}`, and give the key to the host: it is a secret, and this one is not used")),
            );
        }
        let scope = scope(&fields, &name, names, reader);
        subscriptions.push(Subscription {
            workspace: reader.workspace(),
            display_name: fields.title("displayName").unwrap_or_else(|| name.clone()),
            scope: scope.unwrap_or(SubscriptionScope::AllApis),
            state: fields.word("state", &STATES).unwrap_or(SubscriptionState::Active),
            owner: fields.text("ownerId"),
            start_date: date(&fields, "startDate", reader),
            expiration_date: date(&fields, "expirationDate", reader),
            allow_tracing: fields.truth("allowTracing").unwrap_or_default(),
            name,
        });
        reader.done(directory);
    }
    subscriptions
}

fn scope(fields: &Fields<'_>, name: &str, names: &Names, reader: &Reader<'_>) -> Option<SubscriptionScope> {
    let Some(written) = fields.text("scope") else {
        if name == "master" {
            // The subscription that every service is born with opens everything.
            return Some(SubscriptionScope::Service);
        }
        let message = format!("the subscription `{name}` does not say what it opens");
        let help = "write `\"scope\": \"/products/<name>\"`, `/apis/<name>`, or `/apis` for every API";
        reader.findings.push(Diagnostic::error("subscription/scope", fields.own_place(), message).help(help));
        return None;
    };
    let place = || fields.place("scope", Part::Value);
    let last = written.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    match id_parts(&written) {
        ("products", product) => {
            reader.known(product, place(), &PRODUCT, &names.products).then(|| SubscriptionScope::Product(product.to_owned()))
        }
        ("apis", api) => {
            let (api, _) = split_revision(api);
            reader.known(api, place(), &API, &names.apis).then(|| SubscriptionScope::Api(api.to_owned()))
        }
        ("service", _) => Some(SubscriptionScope::Service),
        ("workspaces", _) if reader.workspace.is_some() => Some(SubscriptionScope::AllApis),
        _ if last == "apis" => Some(SubscriptionScope::AllApis),
        _ if last.is_empty() => Some(SubscriptionScope::Service),
        (kind, name) => {
            let near = diagnostic::nearest(kind, ["products", "apis"]);
            let help = near
                .map(|kind| format!("did you mean `/{kind}/{name}`?"))
                .unwrap_or_else(|| "write `/products/<name>`, `/apis/<name>`, `/apis` for every API, or `/` for all".to_owned());
            let message = format!("`{written}` is nothing that a subscription can open");
            reader.findings.push(Diagnostic::error("subscription/scope", place(), message).help(help));
            None
        }
    }
}

/// A moment as RFC 3339 writes it.
fn date(fields: &Fields<'_>, name: &str, reader: &Reader<'_>) -> Option<String> {
    let text = fields.text(name)?;
    let shape: String = text.chars().take(20).map(|character| if character.is_ascii_digit() { '0' } else { character }).collect();
    let day = shape.starts_with("0000-00-00");
    if !(day && (shape.len() == 10 || shape[10..].starts_with("T00:00:00"))) {
        let message = format!("`{name}` must be a date and a time");
        let help = "write it as RFC 3339 does, for example `2027-01-31T00:00:00Z`";
        reader.findings.push(Diagnostic::error("property/value", fields.place(name, Part::Value), message).help(help));
        return None;
    }
    Some(if shape.len() == 10 { format!("{text}T00:00:00Z") } else { text })
}

/// Reads `gateways/`.
pub(super) fn gateways(section: &mut Directory, names: &Names, reader: &Reader<'_>) -> Vec<Gateway> {
    let mut gateways = Vec::new();
    for (name, mut directory) in reader.each(section) {
        let tree = reader.data(&mut directory, "gatewayInformation", "gateways", &name);
        let fields = Fields::of_resource(&tree, reader.findings);
        fields.only(&["locationData", "description", "hostnameConfigurations"]);
        let (mut host_names, mut host_tls) = (Vec::new(), Vec::new());
        for host in fields.list("hostnameConfigurations") {
            host.only(&[
                "name",
                "hostname",
                "certificateId",
                "negotiateClientCertificate",
                "tls10Enabled",
                "tls11Enabled",
                "http2Enabled",
                "properties",
            ]);
            // The service answers with the host name one level deeper than it takes it.
            let inner = host.inner("properties");
            let host = if host.has("properties") { inner } else { host };
            let Some(host_name) = host.text("hostname").map(|name| name.to_ascii_lowercase()) else { continue };
            for (name, version) in [("tls10Enabled", "1.0"), ("tls11Enabled", "1.1")] {
                if host.truth(name) == Some(true) {
                    let message = format!("TLS {version} at `{host_name}` is not spoken");
                    let help = format!("remove `{name}`: clients need TLS 1.2 or 1.3; RFC 8996 forbids what came before");
                    reader
                        .findings
                        .push(Diagnostic::warning("gateway/tls-version", host.place(name, Part::Key), message).help(help));
                }
            }
            let tls = HostTls {
                certificate: host.text("certificateId").map(|id| id_parts(&id).1.to_owned()).filter(|id| !id.is_empty()),
                asks: host.truth("negotiateClientCertificate"),
                http2: host.truth("http2Enabled"),
                host_name: host_name.clone(),
            };
            if tls != (HostTls { host_name: host_name.clone(), ..HostTls::default() }) {
                host_tls.push(tls);
            }
            host_names.push(host_name);
        }
        let links = reader.links(&mut directory, "apis", "gatewayApiInformation");
        gateways.push(Gateway { host_names, host_tls, apis: reader.known_links(links, &API, &names.apis), name });
        reader.done(directory);
    }
    gateways
}
