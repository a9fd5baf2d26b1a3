//! A case that ran with a trace, as people and tools see it.

use crate::{case::Case, home::Home, http, run};
use diagnostic::Place;
use policy::trace::Trace;
use serde_json::{Value, json};
use std::fmt::Write;

/// What came of a case, with everything that happened on the way. It shows no secrets.
#[derive(Debug)]
pub struct Traced {
    /// What happened.
    pub trace: Trace,
    /// The requests that left the gateway, as text.
    pub upstream: String,
    /// What the caller got, as text.
    pub sent: String,
    /// Where the requests and the fence `host` do not fit each other.
    pub problems: Vec<String>,
}

impl Traced {
    /// Runs a case whose policy is right.
    pub fn run(case: &Case, home: &Home) -> Traced {
        let run::Ran { outcome, trace, mask, .. } = run::policy(case, home, true);
        Traced {
            upstream: mask.hide_message(&http::upstream(&outcome.upstream)),
            sent: mask.hide_message(&http::sent(&outcome.response)),
            problems: outcome.problems().map(|problem| mask.hide_url(&problem)).collect(),
            trace: trace.map(|trace| *trace).unwrap_or_default(),
        }
    }

    /// For people: the steps as a tree, what left the gateway, and what the caller got.
    pub fn text(&self) -> String {
        let mut text = self.trace.text();
        if text.is_empty() {
            text.push_str("no policy ran\n");
        }
        let _ = write!(text, "\nsent to backends\n{}\nsent to the caller\n{}", indented(&self.upstream), indented(&self.sent));
        if !self.problems.is_empty() {
            let _ = write!(text, "\nnot as `host` says\n{}", indented(&self.problems.concat()));
        }
        text
    }

    /// For tools: the JSON of APIM's traces, which says more where ours knows more.
    pub fn json(&self, trace_id: &str) -> Value {
        serde_json::from_str(&self.trace.json(trace_id)).unwrap_or_default()
    }
}

/// Where something is written, for tools: lines and columns from 1; null for what no file says.
pub fn place(place: Option<&Place>) -> Value {
    place.map_or(Value::Null, |place| {
        let start = place.start();
        json!({ "file": place.source.name(), "line": start.line + 1, "column": start.column + 1 })
    })
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") }).collect()
}
