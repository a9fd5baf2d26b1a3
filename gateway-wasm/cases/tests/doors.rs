//! Expressions run behind the doors as parts of a policy. That policy must be right, and answer: where it did not, the doors
//! would be compared by nothing.
#![allow(clippy::disallowed_methods, reason = "tests read their cases from files")]

use cases::{Home, Page, Subject, run};
use std::{fs, path::PathBuf};

#[test]
fn every_page_of_expressions_answers_as_a_policy() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut failures = Vec::new();
    let mut count = 0;
    for folder in ["gateway-wasm/policy/src/expr/cases", "tests/cases/policies"] {
        for entry in fs::read_dir(root.join(folder)).expect("the folder is there") {
            let file = entry.expect("readable").path();
            let page = Page::read(&file.display().to_string(), &fs::read_to_string(&file).expect("readable"));
            let home = Home::alone();
            for case in page.cases.iter().filter(|case| matches!(case.subject, Subject::Code(_))) {
                count += 1;
                let outcome = home.plan(case).map(|plan| run::plan(case, plan));
                let body = outcome.as_ref().map(|outcome| String::from_utf8_lossy(&outcome.response.body).into_owned());
                if outcome.as_ref().is_none_or(|outcome| outcome.response.status == 500) {
                    failures.push(format!("{}:{}: {}\n{body:?}", file.display(), case.line, case.name));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count}\n{}", failures.len(), failures.join("\n"));
}
