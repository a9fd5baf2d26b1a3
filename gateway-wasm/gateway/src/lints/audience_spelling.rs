//! One audience, spelled in two ways.
//!
//! Entra puts `api://<id>` into the tokens of one version of its endpoint, and the bare id into those of the other. Where one
//! policy asks for the first and another for the second, a caller's token opens one API and not the next.

use super::view::View;
use diagnostic::{Diagnostic, Diagnostics, Place};
use policy::{
    lint::File,
    xml::{self, Element},
};
use std::collections::BTreeMap;

const SCHEME: &str = "api://";

/// Where an audience stands, as a URI and bare, in policies that have no other spelling of it.
#[derive(Default)]
struct Spelled {
    as_uri: Option<Place>,
    bare: Option<Place>,
}

pub(super) fn check(view: &View<'_>, findings: &mut Diagnostics) {
    let mut audiences: BTreeMap<String, Spelled> = BTreeMap::new();
    for file in view.files() {
        for element in file.elements() {
            if !matches!(element.name.as_str(), "validate-jwt" | "validate-azure-ad-token") {
                continue;
            }
            let list = element.elements().filter(|child| child.name == "audiences").flat_map(|child| child.elements());
            let written: Vec<(String, Place)> = list.filter_map(|audience| written(file, audience)).collect();
            for (audience, place) in &written {
                let (id, other) = match audience.strip_prefix(SCHEME) {
                    Some(id) => (id, id.to_owned()),
                    None => (audience.as_str(), format!("{SCHEME}{audience}")),
                };
                if written.iter().any(|(audience, _)| *audience == other) {
                    continue;
                }
                let spelled = audiences.entry(id.to_owned()).or_default();
                let own = if audience.starts_with(SCHEME) { &mut spelled.as_uri } else { &mut spelled.bare };
                own.get_or_insert_with(|| place.clone());
            }
        }
    }
    for (id, Spelled { as_uri, bare }) in audiences {
        let (Some(as_uri), Some(bare)) = (as_uri, bare) else { continue };
        let message = format!("the audience is `{id}` here and `{SCHEME}{id}` elsewhere, so no token passes both");
        findings.push(
            Diagnostic::warning("lint/audience-spelling", bare, message)
                .label(as_uri, "with `api://`")
                .help("write both spellings in both places, or find out which one your tokens have and write that"),
        );
    }
}

/// An audience as its author wrote it: a named value is the same one wherever it stands, whatever it holds.
fn written(file: &File, audience: &Element) -> Option<(String, Place)> {
    let place = file.text.place(audience.texts().next()?.span);
    let text = place.source.text().get(place.span.range())?.trim().to_lowercase();
    (!xml::is_expression(&text)).then_some((text, place))
}
