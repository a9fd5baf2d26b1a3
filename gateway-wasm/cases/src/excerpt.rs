//! Cases of which an author wrote only a part: a request in a file, or what goes with a policy that stands elsewhere.
//!
//! The rest of the page is put around what they wrote. Findings, and the lines of answers, have their places in that alone.

use crate::{
    case::Case,
    page::{Page, fenced, ticks_for},
};
use diagnostic::{Diagnostic, Diagnostics, Place, Source, Span};

/// What stands above the part that somebody wrote.
const HEADING: &str = "# Traced\n\n";

impl Case {
    /// The first case of a page.
    ///
    /// # Errors
    /// What is wrong with the page.
    pub fn first(name: &str, page: &str) -> Result<Case, Diagnostics> {
        within(name, "", page, "")
    }

    /// A case that sends a request, written as in the fence `http given`, to a service.
    ///
    /// # Errors
    /// What is wrong with the request.
    pub fn of_request(name: &str, request: &str) -> Result<Case, Diagnostics> {
        let ticks = "`".repeat(ticks_for(request));
        let before = format!("{HEADING}{ticks}http given\n");
        let after = format!("\n{ticks}\n{}", fenced("http sent", ""));
        within(name, &before, request.trim_end(), &after)
    }

    /// A case of a policy, given as a whole file. `text` has the fences that go with it, such as `http given` and `host`; it may
    /// be empty. Where it has headings, it is a page of cases, and this is the first of them.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn of_policy(policy: &str, name: &str, text: &str) -> Result<Case, Diagnostics> {
        let end = if policy.is_empty() || policy.ends_with('\n') { "" } else { "\n" };
        let fence = fenced("xml policies", &format!("{policy}{end}").replace("\r\n", "\n"));
        within(name, &format!("{HEADING}{fence}\n"), text, "")
    }
}

/// What is wrong with a page without cases.
pub fn no_case(page: &str) -> Diagnostic {
    let help = "write a heading, and below it a fence `xml inbound` and an empty one `http sent`; docs/cases.md shows all";
    Diagnostic::error("case/none", Place::file(page), "there is no case in this page").help(help)
}

/// The first case of a page in three parts; its author wrote the one in the middle.
fn within(name: &str, before: &str, text: &str, after: &str) -> Result<Case, Diagnostics> {
    let mut page = Page::read(name, &format!("{before}{text}{after}"));
    if page.diagnostics.has_errors() {
        let whole = page.source.text();
        let written = whole.get(before.len()..whole.len().saturating_sub(after.len())).unwrap_or_default();
        let written = Source::new(name, written);
        let back = |place: u32| (place as usize).saturating_sub(before.len());
        let findings = page.diagnostics.into_iter().map(|mut finding| {
            for place in finding.labels.iter_mut().map(|label| &mut label.place).chain([&mut finding.place]) {
                *place = Place::new(&written, Span::new(back(place.span.start), back(place.span.end)));
            }
            finding
        });
        return Err(findings.collect());
    }
    if page.cases.is_empty() {
        return Err([no_case(name)].into_iter().collect());
    }
    let mut case = page.cases.swap_remove(0);
    for reply in &mut case.scene.replies {
        reply.line = reply.line.saturating_sub(before.lines().count());
    }
    Ok(case)
}
