//! A limit on subscriptions where callers have none.
//!
//! `rate-limit` and `quota` count per subscription, and only when a key came with the call (reference: APIM, A2). On an open API
//! or in an open product nobody needs a key, so the callers that the limit is meant for are never counted.

use super::view::{Call, Key, Stated, View, key};
use diagnostic::{Diagnostics, Place};
use policy::Section;
use std::collections::{BTreeMap, BTreeSet};

/// A limit, the APIs that it does not count calls of, and where they are opened.
type Limit<'v> = (Stated<'v>, BTreeSet<&'v str>, Option<&'v Place>);

pub(super) fn check(view: &View<'_>, findings: &mut Diagnostics) {
    let mut limits: BTreeMap<Key<'_>, Limit<'_>> = BTreeMap::new();
    let calls: Vec<Call<'_>> = view.calls().filter(|call| view.is_keyless(call)).collect();
    for call in &calls {
        let opened_at = call.product.map_or(&call.api.opened_at, |product| &product.opened_at);
        for stated in view.in_effect(&call.documents, Section::Inbound) {
            if stated.conditional || !matches!(stated.element.name.as_str(), "rate-limit" | "quota") {
                continue;
            }
            let limit = limits.entry(key(stated.file, stated.element.span));
            let (_, apis, _) = limit.or_insert_with(|| (stated, BTreeSet::new(), opened_at.as_ref()));
            apis.insert(&call.api.name);
        }
    }
    for (stated, apis, opened_at) in limits.into_values() {
        let apis: Vec<String> = apis.into_iter().map(|api| format!("`{api}`")).collect();
        let name = &stated.element.name;
        let message = format!(
            "`{name}` counts per subscription, and callers of {} need none: without a key they are never counted",
            apis.join(", ")
        );
        let help =
            format!("use `{name}-by-key` with what tells callers apart, such as `counter-key=\"@(context.Request.IpAddress)\"`");
        let mut finding = stated.warning("lint/limit-never-counts", message).help(help);
        if let Some(place) = opened_at {
            finding = finding.label(place.clone(), "no key is needed");
        }
        findings.push(finding);
    }
}
