//! A case that ran with a trace, as people and tools see it.

use crate::{case::Case, home::Home, http, run};
use diagnostic::Place;
use policy::{
    document::Section,
    trace::{Entry, Note, Trace},
};
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
        let ran = run::policy(case, home, Some(Trace::new(home.secrets())));
        let trace = ran.trace.map(|trace| *trace).unwrap_or_default();
        Traced {
            upstream: trace.masked_message(&http::upstream(&ran.outcome.upstream)),
            sent: trace.masked_message(&http::sent(&ran.outcome.response)),
            problems: ran.outcome.problems().collect(),
            trace,
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

    /// For tools: the JSON of APIM's traces (reference: APIM, D), entries by section, each with source, timestamp, elapsed and
    /// data. Ours say where the policy stands, too.
    pub fn json(&self, trace_id: &str) -> Value {
        let mut sections = serde_json::Map::new();
        for section in Section::ALL {
            let entries = self.trace.entries.iter().filter(|entry| entry.at.section == section);
            sections.insert(section.name().to_owned(), entries.map(entry).collect());
        }
        json!({ "issuer": "portico", "serviceName": "portico", "traceId": trace_id, "traceEntries": sections })
    }
}

/// Where something is written, for tools: lines and columns from 1; null for what no file says.
pub fn place(place: Option<&Place>) -> Value {
    place.map_or(Value::Null, |place| {
        let start = place.start();
        json!({ "file": place.source.name(), "line": start.line + 1, "column": start.column + 1 })
    })
}

fn entry(entry: &Entry) -> Value {
    let at = &entry.at;
    json!({
        "source": at.name,
        "timestamp": entry.started(),
        "elapsed": entry.elapsed(),
        "scope": at.scope.name(),
        "path": at.path,
        "policyId": at.id,
        "place": place(at.place.as_ref()),
        "data": entry.notes.iter().map(note).collect::<Vec<_>>(),
    })
}

fn note(note: &Note) -> Value {
    match note {
        Note::Evaluated { expression, value } => {
            json!({ "message": "Expression was successfully evaluated.", "expression": expression, "value": value })
        }
        Note::Changed { what, value } => json!({ "changed": what, "value": value }),
        Note::Said { source, severity, message, metadata } => {
            let metadata: serde_json::Map<_, _> =
                metadata.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
            json!({ "source": source, "severity": severity, "message": message, "metadata": metadata })
        }
        Note::Failed { reason, message } => json!({ "reason": reason, "message": message }),
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") }).collect()
}
