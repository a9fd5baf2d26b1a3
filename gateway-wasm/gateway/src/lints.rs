//! Lints that only the whole service tells: what is in effect for an operation, and who may call it.
//!
//! One file per lint; its first lines say what happens in practice. What one file tells is found in [`policy::lint`]. Like
//! those, these look at elements by their names, so they see policies that this build does not run. Nothing of this runs while
//! requests are served.

mod audience_spelling;
mod base_missing;
mod cors;
mod limit_never_counts;
mod open_api;
mod parameter_unknown;
mod plain_http;
mod portal_cors;
mod variable_unset;
mod view;

use catalog::{Service, model::AllowedLint};
use diagnostic::Diagnostics;
use policy::lint::{
    self,
    allow::{self, Allow, Covers},
};
use view::View;

/// Every warning about what is right as it is written, without those that the service allows. With `complete`, nothing else
/// is wrong with the service, so what is allowed and not found is reported.
pub fn lint(service: &Service, complete: bool) -> Diagnostics {
    let view = View::new(service);
    let mut findings = Diagnostics::new();
    for file in view.files() {
        findings.extend(lint::file(file));
    }
    audience_spelling::check(&view, &mut findings);
    base_missing::check(&view, &mut findings);
    cors::check(&view, &mut findings);
    limit_never_counts::check(&view, &mut findings);
    open_api::check(&view, &mut findings);
    parameter_unknown::check(&view, &mut findings);
    plain_http::check(&view, &mut findings);
    portal_cors::check(&view, &mut findings);
    variable_unset::check(&view, &mut findings);
    let in_portal = service.portal.allowed_lints.iter().map(|AllowedLint { id, within, place }| Allow {
        id: id.clone(),
        place: place.clone(),
        covers: Covers::Below(within.clone()),
    });
    let allowed: Vec<Allow> = view.files().flat_map(allow::in_comments).chain(in_portal).collect();
    allow::silence(findings.sorted(), &allowed, complete)
}
