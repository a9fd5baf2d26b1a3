//! Services from a few lines, and gateways that serve them.

use catalog::Folder;
use gateway::{Keys, Plan, Secrets};
use identity::{Client, Settings, World};
use server::{Identity, Limits, Options, Server, Sink, TrustedProxies};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// A definition that takes every path, with the methods that tests use.
pub const ANYTHING: &str = r#"
openapi: 3.0.3
info: { title: Anything, version: "1" }
paths:
  /{*path}:
    get: { operationId: get, responses: { "200": { description: any } } }
    post: { operationId: post, responses: { "200": { description: any } } }
    put: { operationId: put, responses: { "200": { description: any } } }
"#;

/// A folder with these files.
pub fn folder(files: &[(&str, &str)]) -> Folder {
    let mut folder = Folder::new();
    for (path, text) in files {
        folder.insert(*path, text.as_bytes());
    }
    folder
}

/// The plan of a folder, with keys for its subscriptions (`name` has the key `name-key`). Panics with the findings if there
/// is an error among them.
pub fn plan(folder: &Folder) -> Plan {
    let loaded = catalog::load(folder, None);
    let Some(service) = loaded.service else { panic!("{}", diagnostic::render::all_text(&loaded.diagnostics)) };
    let findings = gateway::check(&service);
    assert!(!findings.has_errors(), "{}", diagnostic::render::all_text(&findings));
    let keys = |name: String| (name.clone(), Keys { primary: Some(format!("{name}-key")), secondary: None });
    let subscriptions = service.subscriptions.iter().map(|subscription| keys(subscription.full_name())).collect();
    let named_values = service.named_values.iter().filter(|value| value.secret);
    let named_values = named_values.map(|value| (value.display_name.clone(), format!("secret-{}", value.name))).collect();
    Plan::new(&service, &Secrets { subscriptions, named_values, ..Secrets::default() })
}

/// A service whose only API takes everything at the root, sends it to `backend`, and has this policy.
pub fn anything(backend: &str, policy: &str) -> Plan {
    let information = format!("properties: {{ path: '', serviceUrl: '{backend}', subscriptionRequired: false }}");
    plan(&folder(&[
        ("apis/anything/specification.yaml", ANYTHING),
        ("apis/anything/apiInformation.yaml", &information),
        ("apis/anything/policy.xml", policy),
    ]))
}

/// Starts a gateway on one thread, with the component that knows `probe`.
pub fn start(plan: &Plan, limits: Limits) -> Server {
    start_with_events(plan, limits, Vec::new())
}

/// The same, with somewhere for events to go.
pub fn start_with_events(plan: &Plan, limits: Limits, events: Vec<Sink>) -> Server {
    start_with(plan, Options { events, limits, ..options() })
}

/// The same, with these options.
pub fn start_with(plan: &Plan, options: Options) -> Server {
    Server::start(&options, plan.write()).expect("the gateway starts")
}

/// One thread, and the component that knows `probe`.
pub fn options() -> Options {
    Options {
        listen: ([127, 0, 0, 1], 0).into(),
        threads: 1,
        component: artifact::FLAT_WITH_PROBE.to_vec(),
        cache_dir: Some(cache_dir()),
        events: Vec::new(),
        trusted_proxies: TrustedProxies::default(),
        identity: identity(None),
        limits: Limits::default(),
    }
}

/// A gateway that has no tokens of its own, and trusts a certificate beside the usual ones.
pub fn identity(ca_file: Option<&Path>) -> Arc<Identity> {
    let client = Client::new(ca_file).expect("it can be read");
    Arc::new(Identity::new(&Settings::default(), client, &World::real()).expect("nothing is wrong with it"))
}

/// Compiling the component once for all tests saves minutes.
pub fn cache_dir() -> PathBuf {
    std::env::temp_dir().join("portico-tests-component-cache")
}
