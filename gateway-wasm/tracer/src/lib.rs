//! The engine in a browser: checks a policy, and shows what it does to a request.
//!
//! Two functions from text to JSON, for pages that have no server to ask. What they say is what `portal-gen check` and
//! `portal-gen trace` say, because it is the same code. Nothing leaves the page: the case plays the world, clock and random
//! numbers included. `make tracer` builds the module, `tests/browser/tracer.mjs` shows its use.

use cases::{Case, Home, Traced};
use diagnostic::{Diagnostics, Source, render};
use serde_json::{Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

/// What people see of the policy's file.
const POLICY: &str = "policy";

/// What people see of the case.
const CASE: &str = "case";

/// Everything that is wrong with a policy file on its own: a list of diagnostics, as `portal-gen check --format json` has them.
#[wasm_bindgen]
pub fn check(policy: &str) -> String {
    findings(&policy::lone::check(&Source::new(POLICY, policy))).to_string()
}

/// What a policy does in a case. The case is given by its fences (`http given`, `host` and so on, see docs/cases.md), or as a
/// page of cases, whose first is taken; without any it is `GET /`.
///
/// The answer has `diagnostics`: what is wrong with either of them. If nothing in it is an error, the case ran, and there are
/// `trace` (as `portal-gen trace --format json` has it), `text` (the same for people), `upstream` and `response` (what left the
/// gateway, and what the client got), and `problems` (where the requests and the fence `host` do not fit each other).
#[wasm_bindgen]
pub fn trace(policy: &str, case_text: &str) -> String {
    let home = Home::alone();
    let checked = Case::of_policy(policy, CASE, case_text).map(|case| (home.findings(&case), case));
    let (found, case) = match checked {
        Ok((found, case)) if !found.has_errors() => (found, case),
        Ok((found, _)) | Err(found) => return json!({ "diagnostics": findings(&found) }).to_string(),
    };
    let traced = Traced::run(&case, &home);
    json!({
        "diagnostics": findings(&found),
        "trace": traced.json("tracer"),
        "text": traced.text(),
        "upstream": traced.upstream,
        "response": traced.sent,
        "problems": traced.problems,
    })
    .to_string()
}

fn findings(found: &Diagnostics) -> Value {
    found.iter().map(render::object).collect()
}
