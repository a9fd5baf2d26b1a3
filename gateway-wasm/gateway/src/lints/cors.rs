//! Browsers that get no answer to their preflight.
//!
//! The first `cors` in effect answers every preflight (reference: APIM, A2), unless it leaves to the next the origins that it
//! does not know; so origins that a second one adds are refused. And a preflight carries no key in a header: the gateway does not
//! know the product, so it never reaches a `cors` at product scope.

use super::view::{Call, Key, Stated, View, key};
use diagnostic::Diagnostics;
use policy::{Scope, Section};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(view: &View<'_>, findings: &mut Diagnostics) {
    let mut second: BTreeMap<Key<'_>, (Stated<'_>, Stated<'_>)> = BTreeMap::new();
    let mut unreached: BTreeMap<Key<'_>, (Stated<'_>, BTreeSet<&str>)> = BTreeMap::new();
    let calls: Vec<Call<'_>> = view.calls().collect();
    for call in &calls {
        let all = view.in_effect(&call.documents, Section::Inbound);
        let mut cors = all.into_iter().filter(|stated| stated.element.name == "cors" && !stated.conditional);
        let Some(first) = cors.next() else { continue };
        if is_unreached(view, call, &first) {
            let (_, apis) = unreached.entry(key(first.file, first.element.span)).or_insert_with(|| (first, BTreeSet::new()));
            apis.insert(&call.api.name);
        }
        let Some(decides) = std::iter::once(first).chain(cors.by_ref()).find(ends_unmatched) else { continue };
        for other in cors {
            second.entry(key(other.file, other.element.span)).or_insert((decides, other));
        }
    }
    for (first, other) in second.into_values() {
        findings.push(
            other
                .warning("lint/cors-twice", "this `cors` never runs: the one before it answers every preflight")
                .label(first.place(), "the first")
                .help("keep one of them, at the broadest scope that it fits; an origin belongs into that one"),
        );
    }
    for (stated, apis) in unreached.into_values() {
        let apis: Vec<String> = apis.into_iter().map(|api| format!("`{api}`")).collect();
        let message = format!("a preflight to {} carries no key, so it never gets to this `cors`", apis.join(", "));
        findings.push(
            stated
                .warning("lint/cors-at-product", message)
                .help("put `cors` into the policy of the API, or of the whole service; at the product it works only with the key in the query"),
        );
    }
}

/// True if a request from an origin that the `cors` does not know goes no further.
fn ends_unmatched(cors: &Stated<'_>) -> bool {
    const NAME: &str = "terminate-unmatched-request";
    let is_true = |text: &str| text.trim().eq_ignore_ascii_case("true");
    cors.element.attribute(NAME).is_none() || cors.file.literal(cors.element, NAME).is_some_and(is_true)
}

/// True if the `cors` belongs to a product that asks for a key, and without one there is no other.
fn is_unreached(view: &View<'_>, call: &Call<'_>, cors: &Stated<'_>) -> bool {
    let needs_key = call.product.is_some_and(|product| product.subscription_required);
    if cors.document.scope != Scope::Product || !needs_key {
        return false;
    }
    let without: Vec<_> = call.documents.iter().copied().filter(|document| document.scope != Scope::Product).collect();
    view.in_effect(&without, Section::Inbound).iter().all(|stated| stated.element.name != "cors")
}
