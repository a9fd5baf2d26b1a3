//! How long policies take inside the component.
//!
//! `make bench-expressions`: a request with a hundred expressions, and one with none, in an instance that knows its plan; the
//! difference is what a hundred expressions cost there. `make bench-policies`: the documents that the crate `policy` measures
//! natively (`gateway-wasm/policy/benches/documents`), each beside the one called `empty`. The bound that the project set itself is
//! 10 us for a document, every crossing that it causes included. `make bench-tokens`: a request whose token is checked, and the same
//! request to an API that asks for none.

use base64::Engine as _;
use bytes::Bytes;
use divan::{Bencher, counter::ItemsCount};
use serde_json::json;
use server::{
    Limits, Verdicts,
    sandbox::{Instance, Sandbox, World},
};
use std::hint::black_box;
use tests::{
    issuer::{self, Issuer},
    service,
};
use wire::{Answer, Completion, Event, Operation, ResponseHeadBuilder, Which};

#[path = "../../gateway-wasm/policy/benches/typical/mod.rs"]
mod typical;
use typical::{HEADERS, REQUEST_BODY, RESPONSE_BODY, RESPONSE_HEADERS, TARGET, documents, head};

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
    let head = head("GET", "/orders/7?page=2", &[("x", b"a")]);
    // The first request compiles the policy.
    runtime.block_on(instance.exchange(&head)).expect("an answer");
    bencher
        .counter(ItemsCount::new(TIMES))
        .bench_local(|| black_box(runtime.block_on(instance.exchange(black_box(&head))).expect("an answer")));
}

/// Where the documents are.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../gateway-wasm/policy/benches/documents");

/// What the one is called that says nothing.
const EMPTY: &str = "empty";

/// The names of the documents, the empty one first.
fn names() -> Vec<String> {
    [EMPTY.to_owned()].into_iter().chain(documents(FOLDER).into_iter().map(|(name, _)| name)).collect()
}

#[divan::bench(args = names())]
fn a_request_with_a_document(bencher: Bencher<'_, '_>, name: &str) {
    let all = documents(FOLDER);
    let policy = all.iter().find(|(own, _)| own == name).map_or("<policies />", |(_, text)| text);
    let plan = service::anything("http://backend.example", policy).write();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let sandbox = Sandbox::new(artifact::FLAT, &Limits::default(), Some(service::cache_dir())).expect("the component is one");
    let mut instance = runtime.block_on(sandbox.instance(&plan)).expect("an instance");
    let head = head("POST", TARGET, &HEADERS);
    let answered = response();
    // The first request compiles the policy.
    runtime.block_on(served(&mut instance, &head, &answered));
    bencher.bench_local(|| runtime.block_on(served(&mut instance, black_box(&head), &answered)));
}

/// Whose tokens there are, and whether the host remembers those that were right.
const TOKENS: [&str; 5] = ["none", "hs256", "hs256 remembered", "rs256", "rs256 remembered"];

/// The host's own way of remembering tokens, in a world without anybody else.
struct Remembers(Option<Verdicts>);

impl World for Remembers {
    fn now_micros(&self) -> i64 {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is later");
        i64::try_from(now.as_micros()).expect("it is not that late")
    }

    fn random(&self) -> u64 {
        7
    }

    fn send_one_way(&self, _: Vec<u8>) {}

    fn emit(&self, _: String) {}

    fn log(&self, _: bool, message: &str) {
        panic!("{message}");
    }

    fn recall(&self, basis: &[u8], token: &str) -> bool {
        self.0.as_ref().is_some_and(|verdicts| verdicts.recall(basis, token, self.now_micros()))
    }

    fn remember(&self, basis: &[u8], token: &str, until_micros: i64) {
        if let Some(verdicts) = &self.0 {
            verdicts.remember(basis, token, until_micros);
        }
    }
}

#[divan::bench(args = TOKENS)]
fn a_request_with_a_token(bencher: Bencher<'_, '_>, name: &str) {
    const SECRET: &[u8; 32] = b"a secret of Saltmarsh, 256 bits.";
    let claims = json!({
        "iss": "https://login.saltmarsh.example", "aud": "orders", "sub": "alice", "exp": issuer::now_s() + 3600,
        "roles": ["reader", "clerk"], "scp": "orders.read orders.write",
    });
    let signed_by = Issuer::start();
    let (token, key) = match name.split(' ').next().unwrap_or_default() {
        "hs256" => (issuer::with_secret(SECRET, &claims), base64::engine::general_purpose::STANDARD.encode(SECRET)),
        "rs256" => (signed_by.token(&claims), signed_by.key().to_string()),
        _ => (issuer::with_secret(SECRET, &claims), String::new()),
    };
    let check = format!(
        r#"<validate-jwt header-name="Authorization" require-scheme="Bearer">
  <issuer-signing-keys><key>{key}</key></issuer-signing-keys>
  <issuers><issuer>https://login.saltmarsh.example</issuer></issuers>
  <audiences><audience>orders</audience></audiences>
  <required-claims><claim name="roles" match="any"><value>clerk</value></claim></required-claims>
</validate-jwt>"#
    );
    let check = if key.is_empty() { String::new() } else { check };
    let plan = service::anything("http://backend.example", &format!("<policies><inbound>{check}</inbound></policies>")).write();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let sandbox = Sandbox::new(artifact::FLAT, &Limits::default(), Some(service::cache_dir())).expect("the component is one");
    let mut instance = runtime.block_on(sandbox.instance(&plan)).expect("an instance");
    instance.set_world(Remembers(name.ends_with("remembered").then(|| Verdicts::new(1_000))));
    let head = head("GET", "/orders/7", &[("authorization", format!("Bearer {token}").as_bytes())]);
    bencher.bench_local(|| {
        let answer = runtime.block_on(instance.exchange(black_box(&head))).expect("an answer");
        assert!(matches!(Answer::read(&answer), Ok(Answer::Forward(_))), "the token is right");
    });
}

/// What the backend answers, as an event.
fn response() -> Vec<u8> {
    let mut event = Vec::new();
    let mut fields = Event::write_response(&mut event, ResponseHeadBuilder { status: 200, reason: "" });
    for (name, value) in RESPONSE_HEADERS {
        fields.push(name, value);
    }
    fields.finish();
    event
}

/// One exchange to its end, in a world that answers at once.
async fn served(instance: &mut Instance, head: &[u8], response: &[u8]) {
    let mut answer = instance.exchange(head).await.expect("an answer");
    loop {
        answer = match Answer::read(&answer).expect("an answer of this build") {
            Answer::Forward(forward) if forward.exchange != 0 => instance.resume(forward.exchange, response).await,
            Answer::Wait(wait) => {
                let operation = wait.operations.into_iter().next();
                let Some((id, Operation::Read { which, .. })) = operation else { panic!("the documents only read bodies") };
                let body = if which == Which::Request { REQUEST_BODY } else { RESPONSE_BODY };
                let mut event = Vec::new();
                Event::write_done(&mut event, id, &Completion::Body(Bytes::from_static(body)));
                instance.resume(wait.exchange, &event).await
            }
            Answer::Respond(_) | Answer::Continue(_) | Answer::Forward(_) => return,
        }
        .expect("an answer");
    }
}
