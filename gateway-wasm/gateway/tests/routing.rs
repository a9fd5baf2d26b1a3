//! Routing, against every operation of a large definition, and against templates and paths that nobody wrote.
#![allow(clippy::disallowed_methods, reason = "tests read definitions from files")]

use catalog::{Folder, Service};
use gateway::{Gateway, Plan, Secrets, Served};
use policy::script::Script;
use std::{fs, path::PathBuf};
use wire::{RequestHead, RequestHeadBuilder, Scheme};

mod wait;

#[test]
fn every_operation_of_github_is_found() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/specs/openapi/github-api.json");
    let Ok(definition) = fs::read(&file) else { return println!("skipped: there is no {}", file.display()) };
    let mut folder = Folder::new();
    folder.insert("apis/github/specification.json", definition);
    folder.insert("apis/github/apiInformation.json", *b"{\"properties\": {\"subscriptionRequired\": false}}");
    let service = catalog::load(&folder, None).service.expect("nothing is wrong with it");
    let gateway = Gateway::new(Plan::new(&service, &Secrets::default()));
    let operations = &service.apis[0].operations;
    assert_eq!(operations.len(), 1223);
    for operation in operations {
        let path = filled(&operation.url_template);
        let head = request(&operation.method, &format!("/github{path}"));
        let call = format!("{} {path}", operation.method);
        assert_eq!(gateway.find(&head), Some(("github", operation.name.as_str())), "{call}");
        match wait::for_ready(gateway::serve(&gateway, head, &Script::default())) {
            Served::HandOver(exchange, _) => assert_eq!(exchange.request.target(), path),
            Served::Respond(response) => panic!("{call} was answered with {}", response.status),
        }
    }
}

#[test]
fn random_templates_are_found_and_nothing_else_is() {
    let service = service();
    let mut numbers = Numbers(5);
    let (mut found, mut missed) = (0, 0);
    for _ in 0..400 {
        let templates: Vec<(&str, String)> =
            (0..1 + numbers.below(12)).map(|_| (method(&mut numbers), template(&mut numbers))).collect();
        let gateway = gateway(&service, &templates);
        for _ in 0..40 {
            let method = method(&mut numbers);
            let path = match numbers.below(3) {
                0 => path(&mut numbers),
                _ => concrete(&templates[numbers.below(templates.len())].1, &mut numbers),
            };
            let fits = |(of, template): &(&str, String)| *of == method && fits(template, &path);
            let operation = gateway.find(&request(method, &format!("/x{path}")));
            match operation.map(|(_, name)| name.parse::<usize>().expect("a number")) {
                Some(index) => {
                    found += 1;
                    assert!(fits(&templates[index]), "{method} {path} went to {:?}", templates[index]);
                }
                None => {
                    missed += 1;
                    let should = templates.iter().find(|template| fits(template));
                    assert_eq!(should, None, "{method} {path} went nowhere");
                }
            }
        }
    }
    assert!(found > 4000 && missed > 1000, "{found} found, {missed} not: the generator is no good");
}

#[test]
fn nothing_panics() {
    let service = service();
    let mut numbers = Numbers(7);
    for _ in 0..300 {
        let templates: Vec<_> = (0..8).map(|_| (method(&mut numbers), format!("/{}", noise(&mut numbers)))).collect();
        let gateway = gateway(&service, &templates);
        for _ in 0..20 {
            let target = match numbers.below(3) {
                0 => noise(&mut numbers),
                _ => format!("/x/{}", noise(&mut numbers)),
            };
            let head = head(&noise(&mut numbers), &target, &noise(&mut numbers), &noise(&mut numbers));
            gateway.find(&head);
            wait::for_ready(gateway::serve(&gateway, head, &Script::default()));
        }
    }
    let plan = Plan::new(&service, &Secrets::default()).write();
    for _ in 0..3000 {
        let mut bytes = plan.clone();
        for _ in 0..1 + numbers.below(4) {
            let at = numbers.below(bytes.len());
            bytes[at] = numbers.below(256) as u8;
        }
        if let Ok(plan) = Plan::read(&bytes) {
            wait::for_ready(gateway::serve(&Gateway::new(plan), request("GET", "/x/a"), &Script::default()));
        }
    }
}

#[test]
fn a_path_that_is_too_long_is_refused_and_does_no_harm() {
    let mut service = service();
    let long = "/a".repeat(200_000);
    service.apis[0].operations[0].url_template = long.clone();
    service.apis[0].path = long.clone();
    let findings = diagnostic::render::all_text(&gateway::check(&service));
    assert!(findings.contains("operation/path-long") && findings.contains("api/path-long"), "{findings}");
    let gateway = Gateway::new(Plan::new(&service, &Secrets::default()));
    assert_eq!(gateway.find(&request("GET", &long)), None);
}

/// Values of parameters are `x1`.
fn filled(template: &str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((literal, after)) = rest.split_once('{') {
        out.push_str(literal);
        out.push_str("x1");
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    out + rest
}

/// A service with one open API at `/x`.
fn service() -> Service {
    let mut folder = Folder::new();
    folder
        .insert("apis/x/apiInformation.yaml", *b"properties: { subscriptionRequired: false, serviceUrl: 'https://x.internal' }");
    folder.insert(
        "apis/x/specification.yaml",
        *b"openapi: 3.0.3\ninfo: { title: X, version: '1' }\npaths: { /a: { get: { operationId: a, responses: {} } } }",
    );
    catalog::load(&folder, None).service.expect("nothing is wrong with it")
}

/// The same with other operations, whose names are their indices.
fn gateway(service: &Service, templates: &[(&str, String)]) -> Gateway {
    let mut service = service.clone();
    let operations = &mut service.apis[0].operations;
    let model = operations.remove(0);
    for (index, (method, url_template)) in templates.iter().enumerate() {
        let (method, url_template) = ((*method).to_owned(), url_template.clone());
        operations.push(catalog::model::Operation { name: index.to_string(), method, url_template, ..model.clone() });
    }
    Gateway::new(Plan::new(&service, &Secrets::default()))
}

fn request(method: &str, target: &str) -> RequestHead {
    head(method, target, "gateway.example", "")
}

fn head(method: &str, target: &str, authority: &str, key: &str) -> RequestHead {
    let mut bytes = Vec::new();
    let head = RequestHeadBuilder {
        scheme: Scheme::Http,
        method,
        authority,
        client_address: "192.0.2.7",
        peer_address: "",
        client_certificate: &[],
        target,
    };
    let mut fields = head.write(&mut bytes);
    if !key.is_empty() {
        fields.push("ocp-apim-subscription-key", key.as_bytes());
    }
    fields.finish();
    RequestHead::read(bytes.into()).expect("a head")
}

/// Says whether a template fits a path, slowly, by trying everything: what routing is compared with.
fn fits(template: &str, path: &str) -> bool {
    let path = decoded(path);
    let is_dots = |segment: &[u8]| matches!(segment, b"." | b"..");
    if path.split(|&byte| byte == b'/').any(is_dots) {
        return false;
    }
    let template = template.to_ascii_lowercase();
    let (template, wildcard) = match template.strip_suffix("/*").or(template.strip_suffix("/{*rest}")) {
        Some(before) => (before, true),
        None => (template.as_str(), false),
    };
    try_all(template.as_bytes(), &path, wildcard)
}

fn try_all(template: &[u8], path: &[u8], wildcard: bool) -> bool {
    match template {
        [] => path.is_empty() || path == b"/" || (wildcard && path[0] == b'/'),
        [b'{', rest @ ..] => {
            let rest = &rest[rest.iter().position(|&byte| byte == b'}').expect("it is closed") + 1..];
            let longest = path.iter().position(|&byte| byte == b'/').unwrap_or(path.len());
            (1..=longest).any(|length| try_all(rest, &path[length..], wildcard))
        }
        [literal, rest @ ..] => path.first() == Some(literal) && try_all(rest, &path[1..], wildcard),
    }
}

fn decoded(path: &str) -> Vec<u8> {
    let bytes = path.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(&byte) = bytes.get(at) {
        let code = (byte == b'%').then(|| path.get(at + 1..at + 3)).flatten().and_then(|code| u8::from_str_radix(code, 16).ok());
        out.push(code.unwrap_or(byte).to_ascii_lowercase());
        at += if code.is_some() { 3 } else { 1 };
    }
    out
}

fn method(numbers: &mut Numbers) -> &'static str {
    ["GET", "GET", "POST"][numbers.below(3)]
}

/// Few letters, so that templates get in each other's way.
fn template(numbers: &mut Numbers) -> String {
    const SEGMENTS: [&str; 14] =
        ["a", "b", "A", "ab", "{p}", "{p}", "{q}", "a{p}", "{p}b", "{p}.{q}", "{p}a.{q}", "{p}.a", "a{p}b{q}", "{p}.{q}.{r}"];
    let mut out: String = (0..numbers.below(4)).map(|_| format!("/{}", SEGMENTS[numbers.below(SEGMENTS.len())])).collect();
    match numbers.below(8) {
        0 => out.push_str("/*"),
        1 => out.push_str("/{*rest}"),
        _ if out.is_empty() => out.push('/'),
        _ => {}
    }
    // The template of the root is empty for `fits`, which leaves the slash to the path.
    if out == "/" { String::new() } else { out }
}

fn path(numbers: &mut Numbers) -> String {
    (0..numbers.below(5)).map(|_| format!("/{}", value(numbers, 0))).collect()
}

fn value(numbers: &mut Numbers, shortest: usize) -> String {
    const PARTS: [&str; 9] = ["a", "b", "A", ".", "ab", "%61", "%2E", "%", "c"];
    (0..shortest.max(numbers.below(4))).map(|_| PARTS[numbers.below(PARTS.len())]).collect()
}

/// A path for a template: values filled in, some letters escaped or in the other case, a slash at the end.
fn concrete(template: &str, numbers: &mut Numbers) -> String {
    let (template, wildcard) = match template.strip_suffix("/*").or(template.strip_suffix("/{*rest}")) {
        Some(before) => (before, true),
        None => (template, false),
    };
    let mut out = String::new();
    let mut rest = template;
    while let Some(next) = rest.chars().next() {
        rest = &rest[next.len_utf8()..];
        match (next, numbers.below(6)) {
            ('{', _) => {
                out.push_str(&value(numbers, 1));
                rest = rest.split_once('}').map_or("", |(_, rest)| rest);
            }
            ('/', _) => out.push('/'),
            (letter, 0) => out.push_str(&format!("%{:02X}", letter as u32)),
            (letter, 1) => out.push(letter.to_ascii_uppercase()),
            (letter, _) => out.push(letter),
        }
    }
    if wildcard {
        out.push_str(&path(numbers));
    } else if numbers.below(6) == 0 {
        out.push('/');
    }
    out
}

/// Text that nobody would send: bytes, and pieces that mean something to routing.
fn noise(numbers: &mut Numbers) -> String {
    const PIECES: [&str; 20] = [
        "/",
        "//",
        "{",
        "}",
        "{a}",
        "{*a}",
        "*",
        "?",
        "&",
        "=",
        "%",
        "%2",
        "%2e",
        "%C3",
        "é",
        "..",
        ";rev=",
        "://",
        "subscription-key=",
        "#",
    ];
    let mut out = String::new();
    for _ in 0..numbers.below(12) {
        match numbers.below(3) {
            0 => out.push_str(&String::from_utf8_lossy(&[numbers.below(256) as u8])),
            1 => out.push_str(["a", "b", "é%", "x1"][numbers.below(4)]),
            _ => out.push_str(PIECES[numbers.below(PIECES.len())]),
        }
    }
    out
}

/// The same numbers on every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}
