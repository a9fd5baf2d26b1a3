//! How fast policies are read and checked, and expressions evaluated: `make bench-expressions`.
//!
//! `CORPUS=folder` measures the policy files below a folder, too. The bounds that the project set itself: 1,000 files a second
//! read and checked, a typical condition in less than 300 ns.
#![allow(clippy::disallowed_methods, reason = "a corpus is files")]

use diagnostic::{Diagnostics, Source};
use divan::{Bencher, counter::ItemsCount};
use policy::{
    Body, Document, Exchange, Headers, Request, Response, Scope, Surroundings,
    expr::{Expression, lexer::Spelling, machine::World},
};
use std::{fs, hint::black_box, path::Path};
use wire::{Fields, RequestHead, RequestHeadBuilder, Scheme, Which};

fn main() {
    divan::main();
}

/// A world in which nothing happens.
struct Still;

impl World for Still {
    fn now_ticks(&self) -> i64 {
        639_000_000_000_000_000
    }

    fn random(&self) -> u64 {
        7
    }
}

/// Expressions as real policies have them, from the most frequent idioms down (reference: APIM, B4b).
const EXPRESSIONS: [(&str, &str); 9] = [
    ("condition", r#"@(context.Request.Headers.GetValueOrDefault("X","") == "a")"#),
    ("status", "@(context.Response.StatusCode >= 400 && context.Response.StatusCode < 500)"),
    ("variable", r#"@((string)context.Variables["name"])"#),
    ("concat", r#"@("https://" + context.Request.OriginalUrl.Host + context.Request.OriginalUrl.Path)"#),
    ("split", r#"@(context.Request.Headers.GetValueOrDefault("Authorization","").Split(' ').Last())"#),
    ("json", r#"@((string)JObject.Parse("{\"a\":{\"b\":[1,2,3]}}")["a"]["b"][1])"#),
    ("build", r#"@(new JObject(new JProperty("id", 1), new JProperty("name", "x")).ToString())"#),
    ("linq", r#"@(string.Join(",", new[] { 3, 1, 2 }.Where(n => n > 1).OrderBy(n => n).Select(n => n.ToString())))"#),
    ("loop", "@{ var sum = 0; for (var i = 0; i < 100; i++) { sum += i; } return sum; }"),
];

fn exchange() -> Exchange {
    let mut head = Vec::new();
    let pairs = [("x", &b"a"[..]), ("authorization", b"Bearer abc")];
    let builder = RequestHeadBuilder {
        scheme: Scheme::Https,
        method: "GET",
        authority: "api.example",
        client_address: "192.0.2.1",
        peer_address: "",
        client_certificate: &[],
        target: "/orders/7?page=2",
    };
    let mut fields = builder.write(&mut head);
    for (name, value) in pairs {
        fields.push(name, value);
    }
    fields.finish();
    let client = RequestHead::read(head.into()).expect("a head");
    let mut exchange = Exchange {
        client,
        request: Request {
            path: "/orders/7".to_owned(),
            query: "page=2".to_owned(),
            headers: Headers::new(Fields::from_iter(pairs)),
            body: Body::Streams(Which::Request),
            ..Request::default()
        },
        response: Some(Response::new(404)),
        variables: Default::default(),
        api_path: 0..0,
        parameters: Vec::new(),
        about: Default::default(),
        last_error: None,
        steps: 0,
        trace: None,
        owed: Vec::new(),
        request_id: Default::default(),
    };
    exchange.variables.set("name".into(), "value".into());
    exchange
}

fn compiled(code: &str) -> Expression {
    let source = Source::new("bench", code);
    let place = |span| diagnostic::Place::new(&source, span);
    let mut diagnostics = Diagnostics::new();
    Expression::compile(code, 0, Spelling::Plain, place, &mut diagnostics)
        .unwrap_or_else(|| panic!("{}", diagnostic::render::all_text(&diagnostics)))
}

#[divan::bench(args = EXPRESSIONS.map(|(name, _)| name))]
fn evaluate(bencher: Bencher<'_, '_>, name: &str) {
    let code = EXPRESSIONS.iter().find(|(own, _)| *own == name).map_or("@(1)", |(_, code)| code);
    let (expression, exchange) = (compiled(code), exchange());
    assert!(expression.evaluate(&Still, Some(&exchange)).value.is_ok(), "{name}");
    bencher.bench_local(|| black_box(expression.evaluate(&Still, black_box(Some(&exchange)))));
}

#[divan::bench(args = EXPRESSIONS.map(|(name, _)| name))]
fn compile(bencher: Bencher<'_, '_>, name: &str) {
    let code = EXPRESSIONS.iter().find(|(own, _)| *own == name).map_or("@(1)", |(_, code)| code);
    bencher.bench_local(|| compiled(black_box(code)));
}

/// A policy file of the usual size, with as many expressions as one in a large estate has.
const POLICY: &str = r#"<policies>
  <inbound>
    <base />
    <set-variable name="tenant" value="@(context.Request.Headers.GetValueOrDefault("X-Tenant","none"))" />
    <set-variable name="body" value="@(context.Request.Body.As<JObject>(preserveContent: true))" />
    <set-header name="X-Tenant" exists-action="override"><value>@((string)context.Variables["tenant"])</value></set-header>
    <set-backend-service base-url="@("https://" + (string)context.Variables["tenant"] + ".example")" />
    <set-body>@{
      var body = (JObject)context.Variables["body"];
      var items = new JArray();
      foreach (var item in (JArray)body["items"]) {
        if ((int)item["count"] > 0) {
          items.Add(new JObject(new JProperty("id", item["id"]), new JProperty("count", item["count"])));
        }
      }
      return new JObject(new JProperty("items", items)).ToString(Newtonsoft.Json.Formatting.None);
    }</set-body>
  </inbound>
  <backend><base /></backend>
  <outbound><base />
    <set-header name="X-Request-Id" exists-action="override"><value>@(context.RequestId.ToString())</value></set-header>
  </outbound>
  <on-error><base />
    <set-body>@(new JObject(new JProperty("error", context.LastError.Message)).ToString())</set-body>
  </on-error>
</policies>"#;

fn files() -> Vec<Source> {
    let mut files = Vec::new();
    if let Some(folder) = std::env::var_os("CORPUS") {
        collect(Path::new(&folder), &mut files);
    }
    files
}

fn collect(folder: &Path, files: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if let (Some("xml"), Ok(text)) = (path.extension().and_then(|it| it.to_str()), fs::read_to_string(&path)) {
            files.push(Source::new(path.display().to_string(), text));
        }
    }
}

#[divan::bench]
fn read_and_check_a_policy_file(bencher: Bencher<'_, '_>) {
    let (source, surroundings) = (Source::new("policy.xml", POLICY), Surroundings::default());
    let mut found = Diagnostics::new();
    Document::compile(&source, Scope::Api, &surroundings, &mut found);
    assert!(!found.has_errors(), "{}", diagnostic::render::all_text(&found));
    bencher.counter(ItemsCount::new(1usize)).bench_local(|| {
        Document::compile(black_box(&source), Scope::Api, &surroundings, &mut Diagnostics::new());
    });
}

#[divan::bench]
fn read_and_check_a_corpus(bencher: Bencher<'_, '_>) {
    let (files, surroundings) = (files(), Surroundings { lone_file: true, ..Surroundings::default() });
    bencher.counter(ItemsCount::new(files.len())).bench_local(|| {
        for source in &files {
            Document::compile(black_box(source), Scope::Api, &surroundings, &mut Diagnostics::new());
        }
    });
}
