//! How long expressions take inside the component: `make bench-expressions`. A request with a hundred of them, and one with
//! none, in an instance that knows its plan; the difference is what a hundred expressions cost there.

use divan::{Bencher, counter::ItemsCount};
use server::{Limits, sandbox::Sandbox};
use std::hint::black_box;
use tests::service;
use wire::{RequestHeadBuilder, Scheme};

fn main() {
    divan::main();
}

/// The same expressions as in `gateway-wasm/policy/benches/expressions.rs`; `none` is what the rest of the request costs.
const EXPRESSIONS: [(&str, &str); 5] = [
    ("none", ""),
    ("condition", r#"@(context.Request.Headers.GetValueOrDefault("X","") == "a")"#),
    ("concat", r#"@("https://" + context.Request.OriginalUrl.Host + context.Request.OriginalUrl.Path)"#),
    ("json", r#"@((string)JObject.Parse("{\"a\":{\"b\":[1,2,3]}}")["a"]["b"][1])"#),
    ("linq", r#"@(string.Join(",", new[] { 3, 1, 2 }.Where(n => n > 1).OrderBy(n => n).Select(n => n.ToString())))"#),
];

/// How many times a request evaluates the expression.
const TIMES: usize = 100;

#[divan::bench(args = EXPRESSIONS.map(|(name, _)| name))]
fn a_request_with_a_hundred(bencher: Bencher<'_, '_>, name: &str) {
    let code = EXPRESSIONS.iter().find(|(own, _)| *own == name).map_or("", |(_, code)| code);
    let statement = if code.is_empty() { String::new() } else { format!("<set-variable name=\"v\" value=\"{code}\" />") };
    let policy = format!("<policies><inbound>{}<return-response /></inbound></policies>", statement.repeat(TIMES));
    let plan = service::anything("http://backend.example", &policy).write();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let sandbox = Sandbox::new(artifact::FLAT, &Limits::default(), Some(service::cache_dir())).expect("the component is one");
    let mut instance = runtime.block_on(sandbox.instance(&plan)).expect("an instance");
    let mut head = Vec::new();
    let builder = RequestHeadBuilder {
        scheme: Scheme::Https,
        method: "GET",
        authority: "api.example",
        client_address: "192.0.2.1",
        target: "/orders/7?page=2",
    };
    let mut fields = builder.write(&mut head);
    fields.push("x", b"a");
    fields.finish();
    // The first request compiles the policy.
    runtime.block_on(instance.exchange(&head)).expect("an answer");
    bencher
        .counter(ItemsCount::new(TIMES))
        .bench_local(|| black_box(runtime.block_on(instance.exchange(black_box(&head))).expect("an answer")));
}
