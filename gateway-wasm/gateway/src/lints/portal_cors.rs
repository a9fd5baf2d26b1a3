//! Operations that the portal's console cannot call, because no `cors` in effect lets the portal's pages in.
//!
//! The console calls from the reader's browser, which asks the gateway first; a call without a key comes to `cors` of the operation,
//! the API and the service, but not of a product (see `cors.rs`). Only said where the portal's origin is known, and its console does
//! not call through the host.

use super::view::{Call, Stated, View, key};
use diagnostic::{Diagnostic, Diagnostics};
use policy::{Scope, Section, lint::File, xml::Element};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(view: &View<'_>, findings: &mut Diagnostics) {
    let settings = &view.service.portal.console;
    let Some((origin, place)) = settings.origin.as_ref().filter(|_| !settings.proxy) else { return };
    let calls: Vec<Call<'_>> =
        view.calls().filter(|call| call.product.is_none() && call.api.kind != catalog::model::ApiKind::WebSocket).collect();
    let mut without = BTreeSet::new();
    let mut cut_off = BTreeMap::new();
    let mut refused: BTreeMap<_, (Stated<'_>, BTreeSet<String>)> = BTreeMap::new();
    for call in &calls {
        let all = view.in_effect(&call.documents, Section::Inbound);
        let cors: Vec<_> = all.into_iter().filter(|stated| stated.element.name == "cors" && !stated.conditional).collect();
        let Some(first) = cors.first() else {
            match cutter(call) {
                Some(file) => cut_off.entry(file.text.source().name()).or_insert((file, call)),
                None => {
                    without.insert(call.api.name.as_str());
                    continue;
                }
            };
            continue;
        };
        if cors.iter().any(|stated| lets_in(stated, origin)) {
            for wanted in missing(first, call) {
                refused.entry(key(first.file, first.element.span)).or_insert((*first, BTreeSet::new())).1.insert(wanted);
            }
            continue;
        }
        let wanted = format!("pages of `{origin}`");
        refused.entry(key(first.file, first.element.span)).or_insert((*first, BTreeSet::new())).1.insert(wanted);
    }
    if !without.is_empty() {
        let names: Vec<String> = without.iter().take(5).map(|name| format!("`{name}`")).collect();
        let more = without.len().saturating_sub(5);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let message =
            format!("browsers will refuse the console's calls to {}{more}: no `cors` is in effect there", names.join(", "));
        findings.push(
            Diagnostic::warning("lint/portal-cors", place.clone(), message)
                .at("pages from here may not call")
                .help("`portal-gen enable-cors FOLDER` adds `cors` for the portal to the global policy; or let the host call for it, with `console: { proxy: true }`"),
        );
    }
    for (file, call) in cut_off.into_values() {
        let Some(section) = file.section(Section::Inbound) else { continue };
        let message = format!("without `<base />` the `cors` of a broader scope does not apply to `{}`", call.api.name);
        findings.push(
            file.warning("lint/portal-cors", section.name_span, message)
                .help(format!("write `<base />` into this section, or the portal's console cannot call from `{origin}`")),
        );
    }
    for (stated, wanted) in refused.into_values() {
        let wanted: Vec<String> = wanted.into_iter().collect();
        let message = format!("this `cors` keeps out what the portal's console sends: {}", wanted.join(", "));
        findings.push(stated.warning("lint/portal-cors", message).help(format!(
            "add it here: `<origin>{origin}</origin>`, `<method>*</method>` and `<header>*</header>` let the console send everything"
        )));
    }
}

/// The file whose section cuts off the `cors` of a broader scope.
fn cutter<'v>(call: &Call<'v>) -> Option<&'v File> {
    let has_cors = |file: &File| {
        file.section(Section::Inbound).is_some_and(|section| section.elements().any(|element| element.name == "cors"))
    };
    let broad = call.documents.iter().position(|document| document.scope != Scope::Product && has_cors(&document.file))?;
    let narrower = call.documents.get(broad + 1..)?;
    let cuts = |file: &File| {
        file.section(Section::Inbound).is_some_and(|section| !section.elements().any(|element| element.name == "base"))
    };
    narrower.iter().map(|document| &document.file).find(|file| cuts(file))
}

/// The entries of a list of `cors`; `None` if one of them is only known where it runs.
fn entries(stated: &Stated<'_>, list: &str) -> Option<Vec<String>> {
    let lists = stated.element.elements().filter(|child| child.name == list);
    lists
        .flat_map(Element::elements)
        .map(|item| {
            let value = item.value(&stated.file.text);
            let is_known = value.kind == policy::xml::Kind::Literal && !stated.file.text.has_unknown(value.span);
            is_known.then(|| value.text.trim().to_lowercase())
        })
        .collect()
}

fn lets_in(stated: &Stated<'_>, origin: &str) -> bool {
    let Some(origins) = entries(stated, "allowed-origins") else { return true };
    let plain = |text: &str| {
        let text = text.trim_end_matches('/');
        text.strip_suffix(if text.starts_with("https:") { ":443" } else { ":80" }).unwrap_or(text).to_owned()
    };
    origins.iter().any(|known| known == "*" || plain(known) == origin)
}

/// What the console sends for an operation, and the `cors` does not allow: the method, and the header of the key.
fn missing(stated: &Stated<'_>, call: &Call<'_>) -> Vec<String> {
    let allows = |list: &str, usual: &[&str], wanted: &str| {
        let Some(mut all) = entries(stated, list) else { return true };
        if all.is_empty() {
            all.extend(usual.iter().map(|name| (*name).to_owned()));
        }
        all.iter().any(|known| known == "*" || *known == wanted.to_lowercase())
    };
    let method = call.operation.method.as_str();
    let header = call.api.key_names.header.as_str();
    let mut missing = Vec::new();
    // A method that browsers send without asking needs no leave.
    if !["GET", "HEAD", "POST"].contains(&method) && !allows("allowed-methods", &["get", "post"], method) {
        missing.push(format!("the method `{method}`"));
    }
    if call.api.subscription_required && !allows("allowed-headers", &[], header) {
        missing.push(format!("the header `{header}`"));
    }
    missing
}
