//! The pages of the project, natively and behind both doors. `UPDATE=1` writes what happens into them, for a person to read.

use cases::{Case, Home, Outcome, Page, Subject, difference, http, judge};
use gateway::Plan;
use std::{fs, ops::Range, path::PathBuf};
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
    let pages = policy::policies::MANUAL.iter().filter(|page| page.name != "probe");
    pages.map(|page| read(folder.join(page.file), Home::alone())).collect()
}

/// Cases that are about no policy.
fn others() -> Vec<Stands> {
    files("tests/cases/policies").into_iter().map(|file| read(file, Home::alone())).collect()
}

/// The pages of the language and of its library. `cargo test -p policy --test expressions` says whether they are right.
fn library() -> Vec<Stands> {
    let pages = files("gateway-wasm/policy/src/expr/cases").into_iter().map(|file| read(file, Home::alone()));
    pages.filter(|stands| !stands.page.is_prose()).collect()
}

/// The tests of the example service.
fn bookstore() -> Vec<Stands> {
    files("examples/bookstore/tests").into_iter().map(|file| read(file, in_bookstore())).collect()
}

/// The files of a folder, in their order.
fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).expect("the folder is there").map(|entry| entry.expect("readable").path());
    let mut files: Vec<PathBuf> = entries.collect();
    files.sort();
    files
}

fn in_bookstore() -> Home {
    let folder = portal_gen::load::folder(&root().join("examples/bookstore")).expect("the folder is there");
    Home::service(portal_gen::check(&folder, None).0.expect("nothing is wrong with it"))
}

/// The examples of `docs/cases.md`: each is a page of its own, in a longer fence, and after `examples/bookstore` one that
/// stands in that folder.
fn documented() -> Vec<(Range<usize>, Stands)> {
    const FENCE: &str = "````";
    let file = root().join("docs/cases.md");
    let text = fs::read_to_string(&file).expect("the manual is there");
    let mut found: Vec<(Range<usize>, Stands)> = Vec::new();
    let mut open: Option<(usize, usize, Home)> = None;
    let mut position = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let start = position;
        position += line.len();
        match (line.trim_end().strip_prefix(FENCE), open.take()) {
            (Some("markdown"), None) => open = Some((number, position, Home::alone())),
            (Some("markdown examples/bookstore"), None) => open = Some((number, position, in_bookstore())),
            (Some(""), Some((line, from, home))) => {
                let page = Page::read(&format!("docs/cases.md, the page in line {line}"), &text[from..start]);
                assert!(page.diagnostics.is_empty(), "\n{}", diagnostic::render::all_text(&page.diagnostics));
                found.push((from..start, Stands { file: file.clone(), page, home }));
            }
            (_, unchanged) => open = unchanged,
        }
    }
    assert!(found.len() >= 5, "the manual has its examples");
    found
}

fn all() -> Vec<Stands> {
    manual()
        .into_iter()
        .chain(library())
        .chain(others())
        .chain(bookstore())
        .chain(documented().into_iter().map(|(_, stands)| stands))
        .collect()
}

#[test]
fn pages_say_what_happens() {
    let mut failures = String::new();
    for Stands { file, page, home } in manual().into_iter().chain(others()).chain(bookstore()) {
        if let Some(text) = judged(&page, &home, &mut failures) {
            fs::write(file, text).expect("the page can be written");
        }
    }
    let manual = root().join("docs/cases.md");
    let mut text = fs::read_to_string(&manual).expect("the manual is there");
    // From the end, so that the places before stay where they are.
    for (place, Stands { page, home, .. }) in documented().into_iter().rev() {
        if let Some(new) = judged(&page, &home, &mut failures) {
            text.replace_range(place, &new);
            fs::write(&manual, &text).expect("the manual can be written");
        }
    }
    assert!(failures.is_empty(), "\n{failures}`UPDATE=1` writes what happens into the pages");
}

/// Runs a page: what is wrong goes to the failures, and what it is to say comes back if that is wanted.
fn judged(page: &Page, home: &Home, failures: &mut String) -> Option<String> {
    let update = std::env::var_os("UPDATE").is_some();
    let mut edits = Vec::new();
    for case in &page.cases {
        let verdict = judge(page, case, home);
        let name = format!("{}:{}: {}", page.source.name(), case.line, case.name);
        let is_clear = verdict.problems.is_empty();
        for problem in &verdict.problems {
            failures.push_str(&format!("{name}\n{problem}\n"));
        }
        for found in verdict.differences {
            if !update || !is_clear {
                let text = difference(&found.expected, &found.actual, false);
                failures.push_str(&format!("{name}, `{}` in line {}\n{text}\n", found.what.info(), found.line));
            }
            edits.extend(is_clear.then_some(found.edit));
        }
    }
    (update && !edits.is_empty()).then(|| page.with(&edits))
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
    same(flat::run, |outcome| outcome, true);
}

#[test]
fn the_portable_door_gives_the_same() {
    same(edge::run, portable, false);
}

/// What happened is the same, too: every step, every value, every change.
#[test]
fn the_flat_door_gives_the_same_trace() {
    same_trace(flat::run, |outcome| outcome, true);
}

#[test]
fn the_portable_door_gives_the_same_trace() {
    same_trace(edge::run, portable, false);
}

fn same_trace(run: fn(&Case, &Plan) -> Result<Outcome, String>, sayable: fn(Outcome) -> Outcome, sees_all: bool) {
    let (mut failures, mut count) = (Vec::new(), 0);
    // What expressions give is compared without traces, and there are thousands of them.
    for Stands { page, home, .. } in manual().into_iter().chain(others()).chain(bookstore()) {
        for case in page.cases.iter().filter(|case| !case.is_rejected()) {
            let Some(plan) = home.plan(case) else { continue };
            let Some(case) = behind_door(case, sees_all) else { continue };
            let Some(case) = cases::run::traced(&case, plan.clone()) else { continue };
            if !sees_all && is_hidden(&case, &plan) {
                continue;
            }
            let trace = |outcome: Result<Outcome, String>| match outcome.map(sayable) {
                Ok(outcome) => outcome.events.iter().find(|event| event.starts_with("{\"kind\":\"trace\"")).map(|event| {
                    let mut trace: serde_json::Value = serde_json::from_str(event).expect("a trace is JSON");
                    comparable(&mut trace);
                    format!("{trace:#}\n")
                }),
                Err(why) => Some(format!("{why}\n")),
            };
            let (native, here) = (trace(Ok(cases::run::plan(&case, plan.clone()))), trace(run(&case, &plan)));
            count += usize::from(native.is_some());
            if native != here {
                let text = difference(&native.unwrap_or_default(), &here.unwrap_or_default(), false);
                failures.push(format!(
                    "{}:{}: {}\n- natively, + behind the door\n{text}",
                    page.source.name(),
                    case.line,
                    case.name
                ));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    assert!(count > 100, "only {count} cases have a trace");
}

/// The case as a door can play it. `wasi:http` does not show the client's address, and who else is inside of something, only
/// the hosts can say that a test plays.
fn behind_door(case: &Case, is_ours: bool) -> Option<Case> {
    let mut case = case.clone();
    if !is_ours {
        case.scene.client_address = Some(String::new());
    }
    (is_ours || case.scene.busy.is_empty()).then_some(case)
}

/// Leaves out of a trace what each host says in its own words: why a connection failed, and for whom it forwards. Header fields
/// have no order in `wasi:http`.
fn comparable(trace: &mut serde_json::Value) {
    match trace {
        serde_json::Value::Object(members) => {
            if members.get("reason").is_some_and(|reason| reason == "BackendConnectionFailure" || reason == "Timeout") {
                members.remove("message");
            }
            if let Some(serde_json::Value::Array(fields)) = members.get_mut("headers") {
                fields.retain(|field| field["name"] != "x-forwarded-for");
                fields.sort_by_key(|field| field["name"].to_string());
            }
            members.values_mut().for_each(comparable);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(comparable),
        _ => {}
    }
}

/// True for a case of which `wasi:http` does not show what it is about: who else is inside of something, the certificates of clients and
/// to servers, tokens of the gateway's own. Only the hosts can say that which a test plays.
fn is_hidden(case: &Case, plan: &Plan) -> bool {
    let shows = || cases::run::plan(case, plan.clone()).upstream.iter().any(|sent| !sent.tls.is_empty());
    let asks_for_tokens =
        |file: &str| ["authentication-managed-identity", "get-authorization-context"].iter().any(|name| file.contains(name));
    matches!(&case.subject, Subject::Policy(file) if asks_for_tokens(&file.text))
        || !case.scene.busy.is_empty()
        || case.given.certificate.is_some()
        || shows()
}

/// Compares a runner's results with the native ones, as far as its door can say them.
fn same(run: fn(&Case, &Plan) -> Result<Outcome, String>, sayable: fn(Outcome) -> Outcome, sees_all: bool) {
    let mut failures = Vec::new();
    for Stands { page, home, .. } in all() {
        for case in page.cases.iter().filter(|case| !case.is_rejected()) {
            let Some(plan) = home.plan(case) else { continue };
            let Some(case) = behind_door(case, sees_all) else { continue };
            if !sees_all && is_hidden(&case, &plan) {
                continue;
            }
            let text = |outcome: Result<Outcome, String>| match outcome.map(sayable) {
                Ok(outcome) => {
                    let (upstream, sent) = (http::upstream(&outcome.upstream), http::sent(&outcome.response));
                    let events = outcome.events.join("\n");
                    format!("{upstream}===\n{sent}===\n{events}\n===\nunused: {:?}, {:?}\n", outcome.unused, outcome.mistakes)
                }
                Err(why) => format!("{why}\n"),
            };
            let (native, here) = (text(Ok(cases::run::plan(&case, plan.clone()))), text(run(&case, &plan)));
            if native != here {
                let text = difference(&native, &here, false);
                let name = format!("{}:{}: {}", page.source.name(), case.line, case.name);
                failures.push(format!("{name}\n- natively, + behind the door\n{text}"));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
