//! What must hold between resources, once all of them are read.

use super::apis::Draft;
use crate::{
    Service,
    findings::Findings,
    model::{Api, ApiKind, VersioningScheme},
    tree::Part,
};
use diagnostic::Diagnostic;
use std::collections::BTreeMap;

/// Checks revisions, paths and backends of all APIs.
pub(super) fn apis(drafts: &[Draft], service: &Service, findings: &Findings) {
    revisions(drafts, findings);
    paths(drafts, service, findings);
    for draft in drafts {
        backend(draft, service, findings);
    }
}

/// One API has one current revision, and each of its revisions once; others do not change what belongs to all of them.
fn revisions(drafts: &[Draft], findings: &Findings) {
    let mut by_name: BTreeMap<(&Option<String>, &str), Vec<&Draft>> = BTreeMap::new();
    for draft in drafts {
        by_name.entry((&draft.api.workspace, &draft.api.name)).or_default().push(draft);
    }
    for ((_, name), revisions) in by_name {
        let current: Vec<&&Draft> = revisions.iter().filter(|draft| draft.api.is_current).collect();
        match current.as_slice() {
            [] => {
                let Some(first) = revisions.first() else { continue };
                let message = format!("no revision of the API `{name}` is the current one");
                let help =
                    "write `\"isCurrent\": true` in one of them, or put the current one into the directory without `;rev=`";
                findings.push(
                    Diagnostic::error("api/no-current-revision", first.place("isCurrent", Part::Value), message).help(help),
                );
            }
            [first, second, ..] => {
                let message = format!("two revisions of the API `{name}` are current");
                findings.push(
                    Diagnostic::error("api/two-current-revisions", second.place("isCurrent", Part::Value), message)
                        .label(first.place("isCurrent", Part::Value), "the other one")
                        .help("callers who name no revision get the current one: write `\"isCurrent\": false` in one of the two"),
                );
            }
            [current] => {
                for other in revisions.iter().filter(|other| !other.api.is_current) {
                    differences(current, other, findings);
                }
            }
        }
        let mut seen: BTreeMap<&str, &Draft> = BTreeMap::new();
        for draft in revisions {
            let Some(first) = seen.insert(&draft.api.revision, draft) else { continue };
            let message = format!("the API `{name}` has revision `{}` twice", draft.api.revision);
            findings.push(
                Diagnostic::error("api/revision-repeated", draft.place("apiRevision", Part::Value), message)
                    .label(first.place("apiRevision", Part::Value), "the other one")
                    .help("give each revision its own number in `apiRevision`"),
            );
        }
    }
}

fn differences(current: &Draft, other: &Draft, findings: &Findings) {
    let (a, b) = (&current.api, &other.api);
    let pairs = [
        ("path", a.path != b.path),
        ("protocols", a.protocols != b.protocols),
        ("subscriptionRequired", a.subscription_required != b.subscription_required),
        ("type", a.kind != b.kind),
        (
            "apiVersion",
            a.version.as_ref().map(|version| &version.identifier) != b.version.as_ref().map(|version| &version.identifier),
        ),
    ];
    for (property, _) in pairs.into_iter().filter(|(_, differs)| *differs) {
        let message = format!("revision `{}` of the API `{}` cannot have its own `{property}`", b.revision, b.name);
        findings.push(
            Diagnostic::warning("api/revision-differs", other.place(property, Part::Value), message)
                .label(current.place(property, Part::Value), "the current revision")
                .help(format!("remove `{property}` here: revisions share it; for another one make a new version")),
        );
    }
}

/// Two APIs cannot answer at the same address.
fn paths(drafts: &[Draft], service: &Service, findings: &Findings) {
    let mut taken: BTreeMap<(String, String), &Draft> = BTreeMap::new();
    for draft in drafts.iter().filter(|draft| draft.api.is_current) {
        let api = &draft.api;
        let mut path = api.path.to_lowercase();
        let mut told_apart_by = String::new();
        if let Some(version) = &api.version {
            let set = service.version_sets.iter().find(|set| set.name == version.set && set.workspace == api.workspace);
            match set.map(|set| &set.scheme) {
                Some(VersioningScheme::Segment) if !version.identifier.is_empty() => {
                    path = format!("{path}/{}", version.identifier.to_lowercase());
                }
                Some(VersioningScheme::Header(name) | VersioningScheme::Query(name)) => {
                    told_apart_by = format!("{}={}", name.to_lowercase(), version.identifier);
                }
                _ => {}
            }
        }
        // A graph or a socket at the same path is another protocol: sockets and requests are told apart by the handshake.
        let socket = if api.kind == ApiKind::WebSocket { "ws:" } else { "" };
        let Some(other) = taken.insert((format!("{socket}{path}"), told_apart_by), draft) else { continue };
        if other.api.name == api.name && other.api.workspace == api.workspace {
            continue; // Two current revisions, which is a finding of its own.
        }
        let message = format!("the APIs `{}` and `{}` have the same address `/{path}`", other.api.name, api.name);
        let set = |api: &Api| api.version.as_ref().map(|version| (version.set.clone(), version.identifier.clone()));
        if api.version.is_some() && set(api) == set(&other.api) {
            findings.push(
                Diagnostic::error(
                    "api/path-taken",
                    draft.place("apiVersion", Part::Value),
                    format!("{message}, and the same version"),
                )
                .label(other.place("apiVersion", Part::Value), "the other one")
                .help("give one of them another `apiVersion`"),
            );
            continue;
        }
        findings.push(
            Diagnostic::error("api/path-taken", draft.place("path", Part::Value), message)
                .label(other.place("path", Part::Value), "the other one")
                .help("write another `path` into the `apiInformation.json` of one of them, or make them versions of one version set"),
        );
    }
}

/// An API must lead somewhere, unless its policies say where, or answer themselves.
fn backend(draft: &Draft, service: &Service, findings: &Findings) {
    let api = &draft.api;
    if api.service_url.is_some() || api.kind != ApiKind::Http || !draft.definition.is_openapi() || api.operations.is_empty() {
        return;
    }
    let answers = |text: &str| {
        ["set-backend-service", "return-response", "mock-response", "include-fragment"].iter().any(|policy| text.contains(policy))
    };
    let of_products =
        service.products.iter().filter(|product| product.workspace == api.workspace && product.apis.contains(&api.name));
    let of_workspace = service.workspaces.iter().filter(|workspace| Some(&workspace.name) == api.workspace.as_ref());
    let mut policies = [&service.policy, &api.policy]
        .into_iter()
        .chain(api.operations.iter().map(|operation| &operation.policy))
        .chain(of_products.map(|product| &product.policy))
        .chain(of_workspace.map(|workspace| &workspace.policy))
        .flatten();
    if policies.any(|policy| answers(policy.text())) {
        return;
    }
    let servers = draft.definition.servers();
    let written = servers.iter().find_map(|server| server.get("url")?.as_str());
    let (place, message) = match written {
        Some(url) => (
            draft.definition.place("/servers/0/url", Part::Value),
            format!("`{url}` does not say on which host the backend of the API `{}` is", draft.title()),
        ),
        None => (
            draft.definition.place("/info", Part::Key),
            format!("nothing says where the backend of the API `{}` is", draft.title()),
        ),
    };
    let directory = api.definition_file.rsplit_once('/').map_or("", |(directory, _)| directory);
    let help = format!(
        "write `{{ \"properties\": {{ \"serviceUrl\": \"https://...\" }} }}` into `{directory}/apiInformation.json`, or give the definition \
         a server with a full address"
    );
    findings.push(Diagnostic::error("api/backend-unknown", place, message).help(help));
}
