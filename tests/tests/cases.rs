//! Every manual page's examples, natively and behind both doors. `UPDATE=1 cargo test -p tests --test cases` writes what
//! happens into the pages, for a person to read.

use similar::TextDiff;
use std::path::PathBuf;
use tests::{
    case::{self, Case, Outcome, Page, What},
    runners::{edge, flat, native, portable},
};

/// The manual page of every policy.
fn pages() -> Vec<Page> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../gateway-wasm/policy/src/policies");
    let names = policy::policies::MANUAL.iter().map(|(name, _)| *name).filter(|name| *name != "probe");
    let files = names.map(|name| folder.join(format!("{}.md", name.replace('-', "_"))));
    files.map(|file| Page::read(file.canonicalize().expect("the page is there")).unwrap_or_else(|why| panic!("{why}"))).collect()
}

/// Everything that can be expected of a case, as pages show it.
fn shown(case: &Case, what: What) -> Result<String, String> {
    Ok(match what {
        What::Diagnostics => diagnostic::render::all_text(&case.diagnostics()),
        What::Variables => native::variables(case)?,
        What::Upstream => case::upstream(&native::run(case)?.upstream),
        What::Sent => case::sent(&native::run(case)?.response),
    })
}

#[test]
fn manual_pages_say_what_happens() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut failures = Vec::new();
    for page in pages() {
        let mut news = Vec::new();
        for case in &page.cases {
            for expected in &case.expected {
                match shown(case, expected.what) {
                    Ok(new) if new == page.text(expected) => {}
                    Ok(new) if update => news.push((expected.clone(), new)),
                    Ok(new) => {
                        let diff = TextDiff::from_lines(page.text(expected), &new);
                        let diff = diff.unified_diff().header("the page", "what happens").to_string();
                        failures.push(format!("{}, line {}\n{diff}", case.name, expected.line));
                    }
                    Err(why) => failures.push(format!("{}\n{why}", case.name)),
                }
            }
            if case.is_rejected() && !case.diagnostics().has_errors() {
                failures
                    .push(format!("{}\nthe policy is right; a case with `text diagnostics` shows one that is not", case.name));
            }
            if !case.is_rejected()
                && let Ok(outcome) = native::run(case)
                && outcome.replies_left > 0
            {
                failures.push(format!("{}\nlines of `host` that nobody uses: {}", case.name, outcome.replies_left));
            }
        }
        page.write(news).expect("the page can be written");
    }
    assert!(failures.is_empty(), "\n{}\n`UPDATE=1` writes what happens into the pages", failures.join("\n"));
}

/// What a policy does is shown, and what it refuses.
#[test]
fn manual_pages_have_a_working_and_a_rejected_example() {
    for page in pages() {
        let name = page.cases.first().map_or("a page without cases", |case| &case.name);
        assert!(page.cases.iter().any(|case| !case.is_rejected()), "{name}: the page has no working example");
        assert!(page.cases.iter().any(Case::is_rejected), "{name}: the page has no rejected example");
    }
}

#[test]
fn the_flat_door_gives_the_same() {
    same(flat::run, |outcome| outcome);
}

#[test]
fn the_portable_door_gives_the_same() {
    same(edge::run, portable);
}

/// Compares a runner's results with the native ones, as far as its door can say them.
fn same(run: fn(&Case) -> Result<Outcome, String>, sayable: fn(Outcome) -> Outcome) {
    let mut failures = Vec::new();
    for page in pages() {
        for case in page.cases.iter().filter(|case| !case.is_rejected()) {
            let text = |outcome: Result<Outcome, String>| match outcome.map(sayable) {
                Ok(outcome) => {
                    let (upstream, sent) = (case::upstream(&outcome.upstream), case::sent(&outcome.response));
                    format!("{upstream}===\n{sent}===\n{} replies left\n", outcome.replies_left)
                }
                Err(why) => format!("{why}\n"),
            };
            let (native, here) = (text(native::run(case)), text(run(case)));
            if native != here {
                let diff = TextDiff::from_lines(&native, &here);
                failures.push(format!("{}\n{}", case.name, diff.unified_diff().header("natively", "behind the door")));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
