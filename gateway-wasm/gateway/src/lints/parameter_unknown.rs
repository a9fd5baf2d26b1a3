//! `rewrite-uri` with a parameter that the operation does not have.
//!
//! A template at the scope of an API serves operations that someone adds later; the first call to one without `{id}` in its own
//! template fails with a 500.

use super::view::{Call, Key, Stated, View, key};
use diagnostic::{Diagnostics, nearest};
use policy::Section;
use std::collections::BTreeMap;

/// A parameter of a template, and the operations that have it and that do not.
struct Used<'v> {
    stated: Stated<'v>,
    having: usize,
    lacking: Vec<(&'v str, &'v str)>,
}

pub(super) fn check(view: &View<'_>, findings: &mut Diagnostics) {
    let mut used: BTreeMap<(Key<'_>, String), Used<'_>> = BTreeMap::new();
    let calls: Vec<Call<'_>> = view.calls().collect();
    for call in &calls {
        let has = parameters(&call.operation.url_template);
        for stated in view.in_effect(&call.documents, Section::Inbound) {
            if stated.element.name != "rewrite-uri" {
                continue;
            }
            for name in stated.file.literal(stated.element, "template").map(parameters).unwrap_or_default() {
                let uses = used.entry((key(stated.file, stated.element.span), name.to_owned()));
                let uses = uses.or_insert_with(|| Used { stated, having: 0, lacking: Vec::new() });
                if has.contains(&name) {
                    uses.having += 1;
                } else {
                    uses.lacking.push((&call.operation.name, &call.operation.url_template));
                }
            }
        }
    }
    for ((_, name), Used { stated, having, lacking }) in used {
        // In a branch, the condition may be what leaves the others out.
        let Some((operation, template)) = lacking.first().filter(|_| !stated.conditional || having == 0) else { continue };
        let message = format!("`{operation}` has no parameter `{name}`, so every call to it fails here");
        let help = match (nearest(&name, parameters(template)), having) {
            (Some(near), 0) => format!("did you mean `{{{near}}}`?"),
            (_, 0) => format!("its template is `{template}`: use a parameter of that, or none"),
            _ => "put `rewrite-uri` into the policies of the operations that have the parameter".to_owned(),
        };
        let span = stated.element.attribute("template").map_or(stated.element.name_span, |template| template.value.span);
        findings.push(stated.file.warning("lint/parameter-unknown", span, message).help(help));
    }
}

/// The names in `/orders/{id}/{*rest}`.
fn parameters(template: &str) -> Vec<&str> {
    let after = template.split('{').skip(1);
    after.filter_map(|rest| Some(rest.split_once('}')?.0.trim_start_matches('*'))).collect()
}
