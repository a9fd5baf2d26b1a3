//! Typical documents, and an exchange in which each of them has something to do: for `documents.rs`, and for the component's
//! measurements in `tests/benches/component.rs`.
#![allow(clippy::disallowed_methods, reason = "the documents are files")]

use std::{fs, path::Path};
use wire::{RequestHeadBuilder, Scheme};

/// The documents in a folder: name and text.
pub(crate) fn documents(folder: &str) -> Vec<(String, String)> {
    let files = fs::read_dir(folder).expect("the documents are there");
    let mut files: Vec<_> = files.map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    let name = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), fs::read_to_string(path).expect("readable"))).collect()
}

/// What the caller asks for, by `POST`.
pub(crate) const TARGET: &str = "/orders/7?page=2&lang=EN&region=eu";

/// The header fields of the request.
pub(crate) const HEADERS: [(&str, &[u8]); 10] = [
    ("accept", b"application/json"),
    ("accept-encoding", b"gzip, br"),
    ("authorization", TOKEN),
    ("content-length", b"39"),
    ("content-type", b"application/json"),
    ("cookie", b"session=17; theme=dark"),
    ("user-agent", b"shop-app/4.2"),
    ("x-correlation-id", b"9f2c1a77e0b94d0c8a3f5f6b1d2e3c4a"),
    ("x-page", b"two"),
    ("x-tenant", b"Blue"),
];

/// A token with an issuer, a subject, an audience, a time and two roles; nobody checks its signature.
const TOKEN: &[u8] =
    b"Bearer eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6IjEifQ.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUvIiwic3Vi\
    IjoiYWxpY2UiLCJhdWQiOiJzaG9wIiwiZXhwIjoxNzY3MzMwMDAwLCJyb2xlcyI6WyJyZWFkZXIiLCJ3cml0ZXIiXX0.c2lnbmF0dXJl";

/// The body of the request.
pub(crate) const REQUEST_BODY: &[u8] = br#"{"book":"978-0-14-143958-7","copies":2}"#;

/// The header fields of the backend's answer, which is a 200.
pub(crate) const RESPONSE_HEADERS: [(&str, &[u8]); 4] =
    [("content-type", b"application/json"), ("etag", b"\"5a\""), ("server", b"Kestrel"), ("x-powered-by", b"ASP.NET")];

/// The body of the backend's answer.
pub(crate) const RESPONSE_BODY: &[u8] =
    br#"{"id":7,"state":"sent","items":[{"isbn":"978-0-14-143958-7","copies":2}],"internal":{"shard":3}}"#;

/// The head of a request as the host writes it.
pub(crate) fn head(method: &str, target: &str, fields: &[(&str, &[u8])]) -> Vec<u8> {
    let mut head = Vec::new();
    let (authority, client_address) = ("api.example", "192.0.2.1");
    let builder = RequestHeadBuilder {
        scheme: Scheme::Https,
        method,
        authority,
        client_address,
        peer_address: "",
        client_certificate: &[],
        target,
    };
    let mut written = builder.write(&mut head);
    for (name, value) in fields {
        written.push(name, value);
    }
    written.finish();
    head
}
