//! What is too much for the engine is refused with the limit's name: documents that are made here, since no page should hold them.

use cases::{Home, Page, judge};
use std::fmt::Write;

/// Runs a page of one case, which must say what happens.
fn holds(text: &str) {
    let page = Page::read("limits", text);
    assert!(page.diagnostics.is_empty(), "{}", diagnostic::render::all_text(&page.diagnostics));
    let verdict = judge(&page, &page.cases[0], &Home::alone());
    assert!(verdict.problems.is_empty(), "{}", verdict.problems.concat());
    let found = verdict.differences.iter().map(|found| cases::difference(&found.expected, &found.actual, false));
    assert_eq!(found.collect::<String>(), "");
}

/// The first message that a page's policy is refused with.
fn refusal(text: &str) -> String {
    let page = Page::read("limits", text);
    assert!(page.diagnostics.is_empty(), "{}", diagnostic::render::all_text(&page.diagnostics));
    let found = Home::alone().rejection(&page.cases[0]);
    found.iter().next().map(|finding| format!("{}: {}", finding.id, finding.message)).unwrap_or_default()
}

fn variables(count: usize) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "<set-variable name=\"v{number}\" value=\"1\" />");
        text
    })
}

#[test]
fn retries_in_retries_end() {
    let retry = |inner: &str| format!("<retry condition=\"@(true)\" count=\"50\" interval=\"0\">{inner}</retry>");
    let policy = retry(&retry(&retry("<set-method>GET</set-method>")));
    holds(&format!(
        "# Case\n\n```xml inbound\n{policy}\n```\n```error\nsource: retry\nreason: LimitReached\n\
         message: More than 10000 policies ran for one request.\n```\n"
    ));
}

#[test]
fn variables_are_bounded() {
    let case = |count, error: &str| {
        let policy = variables(count);
        holds(&format!("# Case\n\n```xml inbound\n{policy}<return-response />\n```\n```error\n{error}```\n"));
    };
    case(1000, "nothing\n");
    case(1001, "source: set-variable\nreason: LimitReached\nmessage: A request has more than 1000 variables.\n");
}

#[test]
fn fragments_are_bounded() {
    let case = |includes: usize, bytes: usize| {
        let policy = "<include-fragment fragment-id=\"f\" />\n".repeat(includes);
        let comment = format!("<!--{}-->", "x".repeat(bytes));
        refusal(&format!(
            "# Case\n\n```xml inbound\n{policy}```\n```xml fragment f\n<fragment>{comment}<set-method>GET</set-method></fragment>\n```\n\
             ```http sent\n```\n"
        ))
    };
    assert_eq!(case(100, 1000), "");
    assert_eq!(case(101, 1000), "fragment/limit: this is include 101 of the document, and it may have 100");
    assert!(case(1, 520_000).is_empty());
    assert!(case(1, 530_000).starts_with("fragment/limit: the fragment `f` has 5300"), "{}", case(1, 530_000));
    assert!(case(9, 500_000).contains("bytes together, and they may have 4194304"), "{}", case(9, 500_000));
}
