//! Tokens, end to end: a gateway, and an OpenID provider that rotates its keys and goes away.

use identity::{Client, Settings, World};
use serde_json::json;
use server::{Identity, Limits, Options, Server};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};
use tests::{
    backend, client,
    issuer::{Issuer, now_s},
    service::{ANYTHING, anything, folder, options, plan, start_with},
};

/// A clock that a test can set ahead. Only discovery looks at it.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn pass(&self, minutes: u64) {
        self.0.fetch_add(minutes * 60, Ordering::Relaxed);
    }

    fn identity(&self) -> Arc<Identity> {
        let ahead_s = self.0.clone();
        let now = move || SystemTime::now() + Duration::from_secs(ahead_s.load(Ordering::Relaxed));
        let client = Client::new(None).expect("nothing has to be read");
        Arc::new(Identity::new(&Settings::default(), client, &World::new(now, |_| None)).expect("nothing is wrong with it"))
    }
}

fn policy(issuer: &Issuer, attributes: &str) -> String {
    format!(
        r#"<policies><inbound>
  <validate-jwt header-name="Authorization" require-scheme="Bearer" failed-validation-error-message="Sign in" {attributes}>
    <openid-config url="{}" />
    <audiences><audience>orders</audience></audiences>
  </validate-jwt>
</inbound><on-error>
  <set-header name="X-Reason"><value>@(context.LastError.Reason)</value></set-header>
</on-error></policies>"#,
        issuer.configuration_url()
    )
}

fn gateway(issuer: &Issuer, attributes: &str, clock: &Clock) -> Server {
    let plan = anything(&format!("http://{}", backend::answering("orders")), &policy(issuer, attributes));
    start_with(&plan, Options { identity: clock.identity(), ..options() })
}

/// The status, and what `on-error` saw.
fn asked(server: &Server, token: &str) -> (u16, Option<String>) {
    let reply = client::get(server.address(), "/", &[&format!("Authorization: Bearer {token}")]);
    assert!(reply.status() == 200 || reply.text() == r#"{ "statusCode": 401, "message": "Sign in" }"#, "{}", reply.text());
    (reply.status(), reply.header("x-reason").map(str::to_owned))
}

fn refused(reason: &str) -> (u16, Option<String>) {
    (401, Some(reason.to_owned()))
}

const PASSES: (u16, Option<String>) = (200, None);

#[test]
fn keys_are_found_by_discovery_and_asked_for_once() {
    let (issuer, clock) = (Issuer::start(), Clock::default());
    let server = gateway(&issuer, "", &clock);
    for _ in 0..5 {
        assert_eq!(asked(&server, &issuer.token(&json!({}))), PASSES);
    }
    assert_eq!(issuer.asked(), 1);
    assert_eq!(asked(&server, &issuer.token(&json!({ "aud": "invoices" }))), refused("TokenAudienceNotAllowed"));
    let elsewhere = Issuer::start();
    assert_eq!(asked(&server, &elsewhere.token(&json!({ "iss": "http://me" }))), refused("TokenSignatureInvalid"));
    let reply = client::get(server.address(), "/", &[]);
    assert_eq!((reply.status(), reply.header("x-reason")), (401, Some("TokenNotPresent")));
}

#[test]
fn a_rotation_refuses_nobody() {
    let (issuer, clock) = (Issuer::start(), Clock::default());
    let server = gateway(&issuer, "", &clock);
    let before = issuer.token(&json!({}));
    assert_eq!(asked(&server, &before), PASSES);

    issuer.rotate("second", true);
    assert_eq!(asked(&server, &issuer.token(&json!({}))), PASSES, "a new key is asked for when it is first seen");
    assert_eq!(asked(&server, &before), PASSES, "and the old one still holds");

    issuer.rotate("third", false);
    assert_eq!(asked(&server, &issuer.token(&json!({}))), refused("TokenSignatureKeyNotFound"), "within five minutes once only");
    clock.pass(6);
    assert_eq!(asked(&server, &issuer.token(&json!({}))), PASSES);
    assert_eq!(asked(&server, &before), refused("TokenSignatureKeyNotFound"), "a verdict does not outlive its key");
}

#[test]
fn an_unknown_key_does_not_make_the_gateway_ask_for_ever() {
    let (issuer, clock) = (Issuer::start(), Clock::default());
    let server = gateway(&issuer, "", &clock);
    assert_eq!(asked(&server, &issuer.token(&json!({}))), PASSES);
    let stranger = Issuer::start();
    stranger.rotate("stranger", false);
    for _ in 0..20 {
        assert_eq!(asked(&server, &stranger.token(&json!({}))), refused("TokenSignatureKeyNotFound"));
    }
    assert_eq!(issuer.asked(), 2, "once at the start, once for the stranger");
}

#[test]
fn an_outage_is_not_felt_while_keys_are_known() {
    let (issuer, clock) = (Issuer::start(), Clock::default());
    let server = gateway(&issuer, "", &clock);
    assert_eq!(asked(&server, &issuer.token(&json!({}))), PASSES);
    issuer.set_down(true);
    clock.pass(600);
    for subject in ["bob", "carol"] {
        assert_eq!(asked(&server, &issuer.token(&json!({ "sub": subject }))), PASSES, "keys of ten hours ago still serve");
    }
}

#[test]
fn an_issuer_that_comes_late_is_asked_again() {
    let (issuer, clock) = (Issuer::start(), Clock::default());
    issuer.set_down(true);
    let server = gateway(&issuer, "", &clock);
    assert_eq!(asked(&server, &issuer.token(&json!({}))), refused("TokenSignatureKeyNotFound"));
    issuer.set_down(false);
    clock.pass(6);
    assert_eq!(asked(&server, &issuer.token(&json!({}))), PASSES);
}

#[test]
fn clocks_may_differ_as_far_as_the_policy_says() {
    let (issuer, clock) = (Issuer::start(), Clock::default());
    let strict = gateway(&issuer, "", &clock);
    let expired = issuer.token(&json!({ "exp": now_s() - 30 }));
    let early = issuer.token(&json!({ "nbf": now_s() + 30 }));
    assert_eq!(asked(&strict, &expired), refused("TokenExpired"));
    assert_eq!(asked(&strict, &early), refused("JwtInvalid"));
    let lenient = gateway(&issuer, "clock-skew=\"120\"", &clock);
    assert_eq!(asked(&lenient, &expired), PASSES);
    assert_eq!(asked(&lenient, &early), PASSES);
}

/// A token that was found right is not found right for longer than it says.
#[test]
fn a_remembered_token_still_ends() {
    let (issuer, clock) = (Issuer::start(), Clock::default());
    let server = gateway(&issuer, "", &clock);
    let token = issuer.token(&json!({ "exp": now_s() + 2 }));
    assert_eq!(asked(&server, &token), PASSES);
    std::thread::sleep(Duration::from_millis(2_100));
    assert_eq!(asked(&server, &token), refused("TokenExpired"));
}

#[test]
fn remembering_can_be_turned_off() {
    let (issuer, clock) = (Issuer::start(), Clock::default());
    let plan = anything(&format!("http://{}", backend::answering("orders")), &policy(&issuer, ""));
    let limits = Limits { remembered_tokens_max: 0, ..Limits::default() };
    let server = start_with(&plan, Options { identity: clock.identity(), limits, ..options() });
    let token = issuer.token(&json!({}));
    for _ in 0..3 {
        assert_eq!(asked(&server, &token), PASSES);
    }
}

/// The folder is right, and what the host has for a secret makes a mistake of it: whoever comes must not find the door open.
#[test]
fn a_secret_that_breaks_a_policy_opens_nothing() {
    let backend = backend::answering("orders");
    let information = format!("properties: {{ path: '', serviceUrl: 'http://{backend}', subscriptionRequired: false }}");
    let status = |policy: &str| {
        let plan = plan(&folder(&[
            ("apis/anything/specification.yaml", ANYTHING),
            ("apis/anything/apiInformation.yaml", &information),
            // Its value is `secret-two words`.
            ("named values/two words/namedValueInformation.yaml", "properties: { displayName: broken, secret: true }"),
            ("apis/anything/policy.xml", &format!("<policies><inbound>{policy}</inbound></policies>")),
        ]));
        client::get(start_with(&plan, options()).address(), "/", &[]).status()
    };
    assert_eq!(status("<set-method>GET</set-method>"), 200);
    assert_eq!(status("<set-method>{{broken}}</set-method>"), 500);
    let key = "<issuer-signing-keys><key>{{broken}}</key></issuer-signing-keys>";
    assert_eq!(status(&format!("<validate-jwt header-name=\"Authorization\">{key}</validate-jwt>")), 401);
}
