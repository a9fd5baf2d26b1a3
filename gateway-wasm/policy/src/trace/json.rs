//! A trace as JSON, in the shape of APIM's (reference: APIM, D): entries by section, one for each thing that happened.
//!
//! Ours say more than APIM's: how long the policy took (`duration`), and where it stands (`scope`, `path`, `policyId`, `place`).

use super::{Entry, Note, Trace};
use crate::{document::Section, problem::quoted};
use std::fmt::Write as _;

impl Trace {
    /// The trace under its number.
    pub fn json(&self, trace_id: &str) -> String {
        let began_micros = self.entries.first().map_or(0, |entry| entry.started_micros);
        let sections = Section::ALL.map(|section| {
            let entries = self.entries.iter().filter(|entry| entry.at.section == section);
            let entries: Vec<String> = entries.flat_map(|entry| of_entry(entry, began_micros)).collect();
            format!("{}:[{}]", quoted(section.name()), entries.join(","))
        });
        object([
            ("issuer", quoted("portico")),
            ("serviceName", quoted("portico")),
            ("traceId", quoted(trace_id)),
            ("traceEntries", format!("{{{}}}", sections.join(","))),
        ])
    }
}

fn of_entry(entry: &Entry, began_micros: i64) -> Vec<String> {
    let at = &entry.at;
    let place = at.place.as_ref().map_or("null".to_owned(), |place| {
        let start = place.start();
        let (line, column) = ((start.line + 1).to_string(), (start.column + 1).to_string());
        object([("file", quoted(place.source.name())), ("line", line), ("column", column)])
    });
    let one = |data: String| {
        object([
            ("source", quoted(at.name)),
            ("timestamp", quoted(&entry.started())),
            ("elapsed", quoted(&super::span(entry.started_micros.saturating_sub(began_micros)))),
            ("duration", quoted(&super::span(entry.elapsed_micros))),
            ("scope", quoted(at.scope.name())),
            ("path", quoted(&at.path)),
            ("policyId", at.id.as_deref().map_or("null".to_owned(), quoted)),
            ("place", place.clone()),
            ("data", data),
        ])
    };
    match entry.notes.as_slice() {
        [] => vec![one("null".to_owned())],
        notes => notes.iter().map(|note| one(of_note(note))).collect(),
    }
}

fn of_note(note: &Note) -> String {
    match note {
        Note::Evaluated { expression, value } => object([
            ("message", quoted("Expression was successfully evaluated.")),
            ("expression", quoted(expression)),
            ("value", quoted(value)),
        ]),
        Note::Changed { what, value } => {
            object([("changed", quoted(what)), ("value", value.as_deref().map_or("null".to_owned(), quoted))])
        }
        Note::Said { source, severity, message, metadata } => object([
            ("source", quoted(source)),
            ("severity", quoted(severity)),
            ("message", quoted(message)),
            ("metadata", object(metadata.iter().map(|(name, value)| (name.as_str(), quoted(value))))),
        ]),
        Note::Failed { reason, message } => object([("reason", quoted(reason)), ("message", quoted(message))]),
        Note::Request { message, method, url, headers } => {
            let request = object([("method", quoted(method)), ("url", quoted(url)), ("headers", fields(headers))]);
            let message = message.as_ref().map(|message| ("message", quoted(message)));
            object(message.into_iter().chain([("request", request)]))
        }
        Note::Response { status, reason, headers } => {
            let status = object([("code", status.to_string()), ("reason", quoted(reason))]);
            object([("response", object([("status", status), ("headers", fields(headers))]))])
        }
        Note::Configuration(found) => {
            let text = |text: &Option<String>| text.as_deref().map_or("null".to_owned(), quoted);
            let to = found.backend.as_ref().map_or("null".to_owned(), |backend| {
                let (host, port) = backend.host_and_port();
                object([
                    ("scheme", quoted(backend.scheme.name())),
                    ("host", quoted(host)),
                    ("port", port.to_string()),
                    ("path", quoted(&backend.path)),
                    ("queryString", quoted(&backend.query)),
                    ("isDefaultPort", (port == backend.scheme.default_port()).to_string()),
                ])
            });
            let api = object([
                ("from", quoted(&found.api_path)),
                ("to", to),
                ("version", text(&found.version)),
                ("revision", quoted(&found.revision)),
            ]);
            let operation = object([("method", quoted(&found.method)), ("uriTemplate", quoted(&found.url_template))]);
            let all = [("api", api), ("operation", operation), ("user", text(&found.user)), ("product", text(&found.product))];
            object([("configuration", object(all))])
        }
    }
}

fn fields(headers: &[(String, String)]) -> String {
    let each = headers.iter().map(|(name, value)| object([("name", quoted(name)), ("value", quoted(value))]));
    format!("[{}]", each.collect::<Vec<_>>().join(","))
}

fn object<'n>(members: impl IntoIterator<Item = (&'n str, String)>) -> String {
    let mut text = "{".to_owned();
    for (number, (name, value)) in members.into_iter().enumerate() {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(text, "{comma}{}:{value}", quoted(name));
    }
    text.push('}');
    text
}
