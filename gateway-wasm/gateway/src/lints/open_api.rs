//! An API that can be called without the key that its product asks for.
//!
//! A product with subscriptions, limits and terms protects nothing if its API answers without a key as well: such calls do not
//! come through the product, so none of its policies applies to them (reference: APIM, C6).

use super::view::{Call, Stated, View};
use diagnostic::{Diagnostic, Diagnostics};
use policy::{Section, xml::Element};
use std::collections::BTreeSet;

/// What keeps callers out without a key.
const GUARDS: [&str; 6] = [
    "check-header",
    "get-authorization-context",
    "ip-filter",
    "validate-azure-ad-token",
    "validate-client-certificate",
    "validate-jwt",
];

pub(super) fn check(view: &View<'_>, findings: &mut Diagnostics) {
    let mut seen = BTreeSet::new();
    let calls: Vec<Call<'_>> = view.calls().filter(|call| view.is_keyless(call)).collect();
    for call in &calls {
        let mut products = view.service.products.iter();
        let protected = products.find(|product| product.subscription_required && product.holds(call.api));
        let Some(protected) = protected else { continue };
        // An open product with a policy says what callers without a key may do: that is meant.
        let is_meant = call.product.is_some_and(|product| product.policy.is_some());
        let is_guarded = || {
            let all = view.in_effect(&call.documents, Section::Inbound);
            all.iter().any(guards)
        };
        let opened_at = call.product.map_or(&call.api.opened_at, |product| &product.opened_at);
        let Some(place) = opened_at else { continue };
        if is_meant
            || is_guarded()
            || !seen.insert((&call.api.workspace, &call.api.name, call.product.map(|product| &product.name)))
        {
            continue;
        }
        let message = match call.product {
            None => format!("`{}` answers without a key, past the product `{}` that asks for one", call.api.name, protected.name),
            Some(open) => format!(
                "`{}` answers without a key through the open product `{}`, past the product `{}` that asks for one",
                call.api.name, open.name, protected.name
            ),
        };
        let help = match call.product {
            None => {
                "write `subscriptionRequired: true`, or check callers in the API's policy, such as with `validate-jwt`".to_owned()
            }
            Some(open) => format!(
                "take the API out of `{}`, or give that product a policy that says what callers without a key may do",
                open.name
            ),
        };
        findings.push(Diagnostic::warning("lint/open-api", place.clone(), message).help(help));
    }
}

/// True for what lets only some callers pass, also where a condition says to whom it applies.
fn guards(stated: &Stated<'_>) -> bool {
    let refuses = |status: &Element| matches!(stated.file.literal(status, "code"), Some("401" | "403"));
    let element = stated.element;
    GUARDS.contains(&element.name.as_str())
        || element.name == "return-response" && element.elements().any(|child| child.name == "set-status" && refuses(child))
}
