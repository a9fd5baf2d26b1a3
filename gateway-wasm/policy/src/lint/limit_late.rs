//! A limit whose count is computed is enforced one call late.
//!
//! `increment-condition` and `increment-count` mostly look at the response, so APIM evaluates them at the end of `outbound`, and
//! counts there (reference: APIM, A2). Calls that run at the same time all pass before the first of them has been counted.

use super::File;
use crate::xml::Kind;
use diagnostic::Diagnostics;

pub(super) fn check(file: &File, findings: &mut Diagnostics) {
    for limit in file.elements().into_iter().filter(|element| element.name == "rate-limit-by-key") {
        let computed = limit.attributes.iter().find(|attribute| {
            matches!(attribute.name.as_str(), "increment-condition" | "increment-count")
                && attribute.value.kind == Kind::Expression
        });
        let Some(computed) = computed else { continue };
        let message =
            format!("`{}` is computed, so this limit counts a call when it has ended, and lets one too many pass", computed.name);
        findings.push(file.warning("lint/limit-late", computed.name_span, message).help(
            "leave it out to count when the call comes; where the response decides, expect calls at the same time to pass together",
        ));
    }
}
