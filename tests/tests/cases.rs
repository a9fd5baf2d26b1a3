//! The pages of the project, natively and behind both doors. `UPDATE=1` writes what happens into them, for a person to read.

use cases::{Case, Home, Outcome, Page, Subject, difference, http, judge};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tests::runners::{edge, flat, portable};

/// A page and where it stands.
struct Stands {
    file: PathBuf,
    page: Page,
    home: Home,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository is there")
}

fn read(file: PathBuf, home: Home) -> Stands {
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let name = file.strip_prefix(root()).unwrap_or(&file).display().to_string();
    let page = Page::read(&name, &text);
    assert!(page.diagnostics.is_empty(), "\n{}", diagnostic::render::all_text(&page.diagnostics));
    Stands { page, file, home }
}

/// The manual page of every policy.
fn manual() -> Vec<Stands> {
    let folder = root().join("gateway-wasm/policy/src/policies");
    let names = policy::policies::MANUAL.iter().map(|(name, _)| *name).filter(|name| *name != "probe");
    names.map(|name| read(folder.join(format!("{}.md", name.replace('-', "_"))), Home::alone())).collect()
}

/// The tests of the example service.
fn bookstore() -> Vec<Stands> {
    let folder = root().join("examples/bookstore");
    let service = || portal_gen::check(&portal_gen::load::folder(&folder).expect("the folder is there"), None).0;
    let mut files = pages(&folder.join("tests"));
    files.sort();
    files.into_iter().map(|file| read(file, Home::service(service().expect("nothing is wrong with it")))).collect()
}

fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("readable").path());
    entries.filter(|file| file.extension().is_some_and(|extension| extension == "md")).collect()
}

fn all() -> Vec<Stands> {
    manual().into_iter().chain(bookstore()).collect()
}

#[test]
fn pages_say_what_happens() {
    let mut failures = String::new();
    for stands in all() {
        failures.push_str(&judged(&stands.file, &stands.page, &stands.home));
    }
    assert!(failures.is_empty(), "\n{failures}`UPDATE=1` writes what happens into the pages");
}

/// What is not as a page says, or nothing.
fn judged(file: &Path, page: &Page, home: &Home) -> String {
    let mut failures = String::new();
    let mut edits = Vec::new();
    for case in &page.cases {
        let verdict = judge(page, case, home);
        let name = format!("{}:{}: {}", page.source.name(), case.line, case.name);
        for problem in &verdict.problems {
            failures.push_str(&format!("{name}\n{problem}\n"));
        }
        for found in verdict.differences {
            if std::env::var_os("UPDATE").is_none() {
                let text = difference(&found.expected, &found.actual, false);
                failures.push_str(&format!("{name}, `{}` in line {}\n{text}\n", found.what.info(), found.line));
            }
            edits.push(found.edit);
        }
    }
    if std::env::var_os("UPDATE").is_some() && !edits.is_empty() {
        fs::write(file, page.with(&edits)).expect("the page can be written");
    }
    failures
}

/// What a policy does is shown, and what it refuses.
#[test]
fn manual_pages_have_a_working_and_a_rejected_example() {
    for Stands { page, .. } in manual() {
        let name = page.source.name();
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
fn same(run: fn(&Case, &Home) -> Result<Outcome, String>, sayable: fn(Outcome) -> Outcome) {
    let mut failures = Vec::new();
    for Stands { page, home, .. } in all() {
        let runs = |case: &&Case| !case.is_rejected() && !matches!(case.subject, Subject::Code(_));
        for case in page.cases.iter().filter(runs) {
            if home.check(case, &page.source).has_errors() {
                continue;
            }
            let text = |outcome: Result<Outcome, String>| match outcome.map(sayable) {
                Ok(outcome) => {
                    let (upstream, sent) = (http::upstream(&outcome.upstream), http::sent(&outcome.response));
                    format!("{upstream}===\n{sent}===\nunused: {:?}, {:?}\n", outcome.unused, outcome.mistakes)
                }
                Err(why) => format!("{why}\n"),
            };
            let (native, here) = (text(Ok(cases::run::policy(case, &home).outcome)), text(run(case, &home)));
            if native != here {
                let text = difference(&native, &here, false);
                let name = format!("{}:{}: {}", page.source.name(), case.line, case.name);
                failures.push(format!("{name}\n- natively, + behind the door\n{text}"));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
