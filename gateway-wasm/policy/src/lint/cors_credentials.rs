//! Every origin, with credentials: browsers do not take it.
//!
//! They want the origin by name before a page may use the cookies of whoever looks at it (Fetch, section 3.3), and naming each
//! one that asks would let every page in the world do so. So the answer has no leave for credentials.

use super::File;
use diagnostic::Diagnostics;

pub(super) fn check(file: &File, findings: &mut Diagnostics) {
    for cors in file.elements().into_iter().filter(|element| element.name == "cors") {
        let Some(attribute) = cors.attribute("allow-credentials") else { continue };
        let is_on = file.literal(cors, "allow-credentials").is_some_and(|text| text.trim().eq_ignore_ascii_case("true"));
        let mut origins = cors.elements().filter(|list| list.name == "allowed-origins").flat_map(|list| list.elements());
        if is_on && origins.any(|origin| origin.text(&file.text).trim() == "*") {
            let message = "with `*` as origin, pages get no leave to send credentials";
            findings.push(
                file.warning("lint/cors-credentials", attribute.name_span, message)
                    .help("list the origins that may send them, or leave `allow-credentials` out"),
            );
        }
    }
}
