//! Credentials that travel in the clear to where calls go.
//!
//! The address is often far from the credential: an API's `serviceUrl`, a backend that someone else maintains. What one element
//! tells by itself is found in [`policy::lint::plain_http`].

use super::view::{Call, Key, Stated, View, key};
use catalog::model::Backend;
use diagnostic::{Diagnostic, Diagnostics, Place};
use policy::{
    Section,
    lint::plain_http::{credential, is_plain},
};
use std::collections::BTreeMap;

const HELP: &str = "give the backend an address with `https://`";

pub(super) fn check(view: &View<'_>, findings: &mut Diagnostics) {
    for backend in &view.service.backends {
        let is_plain = backend.has_credentials() && is_plain(&backend.url);
        let Some(place) = backend.plain_http_at.as_ref().filter(|_| is_plain) else { continue };
        let message = format!("the credentials of the backend `{}` go to it unencrypted", backend.name);
        findings.push(Diagnostic::warning("lint/plain-http", place.clone(), message).help(HELP));
    }
    let mut sent: BTreeMap<Key<'_>, (Stated<'_>, String, Target<'_>)> = BTreeMap::new();
    let calls: Vec<Call<'_>> = view.calls().collect();
    for call in &calls {
        let sections = [Section::Inbound, Section::Backend];
        let stated: Vec<Stated<'_>> = sections.iter().flat_map(|section| view.in_effect(&call.documents, *section)).collect();
        let Some(target) = target(view, call, &stated).filter(|target| is_plain(target.url)) else { continue };
        for stated in stated {
            if let Some(what) = credential(stated.file, stated.element) {
                sent.entry(key(stated.file, stated.element.span)).or_insert_with(|| (stated, what, target.clone()));
            }
        }
    }
    for (stated, what, target) in sent.into_values() {
        let message = format!("{what} goes to `{}` unencrypted", target.url);
        let mut finding = stated.warning("lint/plain-http", message).help(HELP);
        if let Some(place) = target.place {
            finding = finding.label(place, "plain `http`");
        }
        findings.push(finding);
    }
}

/// Where a call goes, and where that is written.
#[derive(Clone)]
struct Target<'v> {
    url: &'v str,
    place: Option<Place>,
}

/// The last address that is set, if no condition has a say in it.
fn target<'v>(view: &'v View<'_>, call: &Call<'v>, stated: &[Stated<'v>]) -> Option<Target<'v>> {
    let Some(set) = stated.iter().rfind(|stated| stated.element.name == "set-backend-service") else {
        return Some(Target { url: call.api.service_url.as_deref()?, place: None });
    };
    if set.conditional {
        return None;
    }
    if let Some(url) = set.file.literal(set.element, "base-url") {
        return Some(Target { url, place: Some(set.place()) });
    }
    let name = set.file.literal(set.element, "backend-id")?;
    let is_it = |backend: &&Backend| backend.name == name && backend.workspace == call.api.workspace;
    let backend = view.service.backends.iter().find(is_it)?;
    Some(Target { url: &backend.url, place: backend.plain_http_at.clone() })
}
