//! A section without `<base />` cuts off everything above it.
//!
//! The most expensive slip there is: someone adds a policy to an API, leaves `<base />` out or deletes it, and the global
//! `validate-jwt` is gone for its operations. Nothing fails; everybody gets in.

use super::view::{Document, Key, Stated, View, key};
use diagnostic::Diagnostics;
use policy::{Scope, Section};
use std::collections::{BTreeMap, BTreeSet};

/// What keeps somebody or something out, by the beginnings of names.
const GUARDS: [&str; 11] = [
    "authentication-",
    "azure-openai-token-limit",
    "check-header",
    "get-authorization-context",
    "ip-filter",
    "limit-concurrency",
    "llm-content-safety",
    "llm-token-limit",
    "quota",
    "rate-limit",
    "validate-",
];

/// What sends the request to the backend, or answers in its place: a backend section has one of its own.
const FORWARDS: [&str; 3] = ["forward-request", "return-response", "mock-response"];

/// The most statements that are named.
const NAMED_MAX: usize = 4;

/// What a section cuts off, and from which operations.
#[derive(Default)]
struct Cut<'v> {
    statements: BTreeMap<Key<'v>, (usize, Stated<'v>)>,
    operations: BTreeSet<(Option<&'v str>, &'v str, &'v str)>,
}

pub(super) fn check(view: &View<'_>, findings: &mut Diagnostics) {
    let mut cuts: BTreeMap<Key<'_>, (&Document<'_>, Section, Cut<'_>)> = BTreeMap::new();
    let calls: Vec<_> = view.calls().collect();
    for call in &calls {
        for section in Section::ALL {
            let without_base = call.documents.iter().enumerate().rev().find_map(|(at, document)| {
                let element = document.file.section(section)?;
                element.elements().all(|child| child.name != "base").then_some((at, *document, element))
            });
            let Some((at, document, element)) = without_base else { continue };
            let Some(broader) = call.documents.get(..at) else { continue };
            let own = view.in_effect(&[document], section);
            let forwards = section == Section::Backend && own.iter().any(|own| FORWARDS.contains(&own.element.name.as_str()));
            let above = view.in_effect(broader, section);
            // What stands in a `choose` goes with it.
            let above = above.into_iter().filter(|above| !above.conditional || is_guard(&above.element.name));
            let lost: Vec<Stated<'_>> = above.filter(|above| !(forwards && above.element.name == "forward-request")).collect();
            if lost.is_empty() {
                continue;
            }
            let (.., cut) =
                cuts.entry(key(&document.file, element.name_span)).or_insert_with(|| (document, section, Cut::default()));
            for stated in lost {
                let order = cut.statements.len();
                cut.statements.entry(key(stated.file, stated.element.span)).or_insert((order, stated));
            }
            cut.operations.insert((call.api.workspace.as_deref(), &call.api.name, &call.operation.name));
        }
    }
    for ((_, span), (document, section, cut)) in cuts {
        let mut lost: Vec<(usize, Stated<'_>)> = cut.statements.into_values().collect();
        lost.sort_by_key(|(order, stated)| (!is_guard(&stated.element.name), stated.document.scope, *order));
        let Some((_, first)) = lost.first() else { continue };
        let (names, many) = named(&lost);
        let applies = if many { "no longer apply" } else { "no longer applies" };
        let message = format!("without `<base />` {names} {applies} to {}", operations(document, cut.operations.len()));
        findings.push(
            document
                .file
                .warning("lint/base-missing", span, message)
                .label(first.place(), "cut off")
                .help(format!("put `<base />` into `<{}>`, mostly as the first thing in it", section.name())),
        );
    }
}

fn is_guard(name: &str) -> bool {
    GUARDS.iter().any(|guard| name.starts_with(guard))
}

/// `` the global `ip-filter` and `set-header`, and the `rate-limit` of the product `paid` ``, and whether that is more than one.
fn named(lost: &[(usize, Stated<'_>)]) -> (String, bool) {
    let mut groups: Vec<(Scope, &str, Vec<&str>)> = Vec::new();
    let (mut count, mut more) = (0, 0);
    for (_, Stated { document, element, .. }) in lost {
        let (scope, owner, name) = (document.scope, document.owner, element.name.as_str());
        let group = groups.iter_mut().find(|(own_scope, own, _)| *own_scope == scope && *own == owner);
        match group {
            Some((.., names)) if names.contains(&name) => continue,
            _ if count == NAMED_MAX => more += 1,
            Some((.., names)) => names.push(name),
            None => groups.push((scope, owner, vec![name])),
        }
        count = (count + 1).min(NAMED_MAX);
    }
    let mut words: Vec<String> = groups
        .iter()
        .map(|(scope, owner, names)| match (scope, joined(names)) {
            (Scope::Global, names) => format!("the global {names}"),
            (Scope::Workspace, names) => format!("the {names} of the workspace `{owner}`"),
            (Scope::Product, names) => format!("the {names} of the product `{owner}`"),
            (Scope::Api | Scope::Operation, names) => format!("the {names} of the API"),
        })
        .collect();
    if more > 0 {
        words.push(format!("{more} more"));
    }
    (words.join(", and "), count > 1)
}

/// `` `a`, `b` and `c` ``
fn joined(names: &[&str]) -> String {
    match names {
        [most @ .., last] if !most.is_empty() => {
            let most: Vec<String> = most.iter().map(|name| format!("`{name}`")).collect();
            format!("{} and `{last}`", most.join(", "))
        }
        names => names.iter().map(|name| format!("`{name}`")).collect(),
    }
}

fn operations(document: &Document<'_>, count: usize) -> String {
    let owner = document.owner;
    let these = if count == 1 { "1 operation".to_owned() } else { format!("{count} operations") };
    match document.scope {
        Scope::Global => format!("{these} of the service"),
        Scope::Workspace => format!("{these} of the workspace `{owner}`"),
        Scope::Product => format!("{these} of the product `{owner}`"),
        Scope::Api => format!("{these} of the API `{owner}`"),
        Scope::Operation => format!("the operation `{owner}`"),
    }
}
