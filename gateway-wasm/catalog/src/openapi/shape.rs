//! A second opinion on OpenAPI 3.0: does a definition have the shape that the format asks for?
//!
//! The crate `openapiv3` knows that shape in full, but it cannot be the model: it knows neither 3.1 nor 3.2 nor Swagger, and
//! copies what it reads. So it reads the finished document once more, and all it does is to object. It is asked only where
//! our own checks found nothing; what it says is a warning, since the definition can be used; and large definitions are
//! spared, because reading takes it three times as long as loading takes us. It accepts every 3.0 definition in
//! `../shared/data/specs/openapi`.

use super::load::Reading;
use crate::tree::{Part, step};
use diagnostic::Diagnostic;
use openapiv3::{OpenAPI, Operation, Parameter, RequestBody, Response, Schema};
use serde::Deserialize;
use serde_json::Value;
use serde_path_to_error::Segment;
use std::collections::BTreeSet;

/// The largest definition that is read twice.
const BYTES_MAX: usize = 2_000_000;

/// After so many objections the author knows that the definition is another format at heart.
const SHOWN_MAX: usize = 20;

/// Adds warnings if the document does not have the shape of OpenAPI 3.0.
pub(super) fn check(reading: &Reading<'_>, operations: &[super::Operation], bytes: usize) {
    if bytes > BYTES_MAX || !reading.document.version.starts_with("3.0") {
        return;
    }
    let Some(whole) = objection::<OpenAPI>(&reading.document.root, "") else { return };
    // Read as a whole it cannot say where inside the paths the mistake is: ask again, part by part, from the inside out.
    let parts: BTreeSet<(&str, Kind)> = operations.iter().flat_map(parts_of).collect();
    let mut found: Vec<Objection> = parts.into_iter().filter_map(|(pointer, kind)| part(reading, pointer, kind)).collect();
    for name in
        reading.document.at("/components/schemas").and_then(Value::as_object).into_iter().flat_map(|schemas| schemas.keys())
    {
        found.extend(part(reading, &format!("/components/schemas/{}", step(name)), Kind::Schema));
    }
    if found.is_empty() {
        found.extend(operations.iter().filter_map(|operation| part(reading, &operation.pointer, Kind::Operation)));
    }
    if found.is_empty() {
        found.push(whole);
    }
    for objection in found.into_iter().take(SHOWN_MAX) {
        report(reading, &objection);
    }
}

/// What a part of a definition should be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Parameter,
    RequestBody,
    Response,
    Schema,
    Operation,
}

/// What is wrong, and where.
struct Objection {
    pointer: String,
    raw: String,
}

fn parts_of(operation: &super::Operation) -> impl Iterator<Item = (&str, Kind)> {
    let parameters = operation.parameters.iter().map(|pointer| (pointer.as_str(), Kind::Parameter));
    let body = operation.request_body.iter().map(|pointer| (pointer.as_str(), Kind::RequestBody));
    let responses = operation.responses.iter().map(|(_, pointer)| (pointer.as_str(), Kind::Response));
    parameters.chain(body).chain(responses)
}

fn part(reading: &Reading<'_>, pointer: &str, kind: Kind) -> Option<Objection> {
    let value = reading.document.at(pointer)?;
    if value.get("$ref").is_some() {
        return None;
    }
    match kind {
        Kind::Parameter => objection::<Parameter>(value, pointer),
        Kind::RequestBody => objection::<RequestBody>(value, pointer),
        Kind::Response => objection::<Response>(value, pointer),
        Kind::Schema => objection::<Schema>(value, pointer),
        Kind::Operation => objection::<Operation>(value, pointer),
    }
}

fn objection<'a, T: Deserialize<'a>>(value: &'a Value, pointer: &str) -> Option<Objection> {
    let read: Result<T, _> = serde_path_to_error::deserialize(value);
    let error = read.err()?;
    let mut pointer = pointer.to_owned();
    for segment in error.path() {
        match segment {
            Segment::Map { key } => pointer.push_str(&format!("/{}", step(key))),
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Enum { .. } => {}
            Segment::Unknown => break,
        }
    }
    Some(Objection { pointer, raw: error.inner().to_string() })
}

fn report(reading: &Reading<'_>, objection: &Objection) {
    let version = &reading.document.version;
    let missing = objection.raw.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let (message, help) = match missing {
        Some(name) => (format!("OpenAPI {version} asks for `{name}` here"), format!("write `{name}: ...`")),
        None => (
            format!("this does not have the shape that OpenAPI {version} asks for"),
            "compare it with the specification: something required is missing in it, or a value is of another kind".to_owned(),
        ),
    };
    let place = reading.place(&objection.pointer, Part::Key);
    reading.findings.push(Diagnostic::warning("openapi/shape", place, message).help(help));
}
