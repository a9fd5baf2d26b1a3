//! Secrets of vaults: found, refreshed, and never shown.

use crate::{
    server::{Reply, Server},
    world::{Clock, client, log, settings},
};
use futures_util::future::join_all;
use identity::{Tokens, Vaults};
use std::{fs, time::Duration};

const HOUR: u64 = 3600;

struct Scene {
    server: Server,
    clock: Clock,
    vaults: Vaults,
    /// A secret of Azure.
    reference: String,
}

/// A gateway with these settings, whose token is `mine`. `URL` in them is that of the server.
async fn scene(yaml: &str, variables: &[(&str, &str)]) -> Scene {
    let (server, clock) = (Server::start().await, Clock::new());
    server.reply("/secrets/key", azure("hunter2"));
    let world = clock.world(variables);
    let tokens = Tokens::new(&settings("identities: { me: { from: fixed, token: mine } }"), client(), world.clone()).unwrap();
    let vaults = Vaults::new(&settings(&yaml.replace("URL", &server.url)), tokens, client(), world).unwrap();
    let reference = format!("{}/secrets/key", server.url);
    Scene { server, clock, vaults, reference }
}

async fn azure_scene() -> Scene {
    scene("azure: { hosts: [127.0.0.1] }", &[]).await
}

fn azure(secret: &str) -> Reply {
    Reply::json(format!(r#"{{"value":"{secret}","id":"https://v/secrets/key/1","attributes":{{"enabled":true}}}}"#))
}

impl Scene {
    async fn read(&self, reference: &str) -> Result<String, String> {
        let read = self.vaults.read(reference).await;
        read.map(|secret| secret.expose().to_owned()).map_err(|error| error.to_string())
    }

    fn count(&self) -> usize {
        self.server.count("/secrets/key")
    }
}

#[tokio::test]
async fn azure_is_asked_once_with_the_gateways_token() {
    let scene = azure_scene().await;
    let all = join_all((0..100).map(|_| scene.read(&scene.reference))).await;
    assert!(all.iter().all(|secret| secret.as_deref() == Ok("hunter2")));
    assert_eq!(scene.count(), 1);
    let asked = scene.server.last();
    assert_eq!((&*asked.query, &asked.headers["authorization"]), ("api-version=7.4", &"Bearer mine".parse().unwrap()));
    scene.server.reply("/secrets/key/1234", azure("old"));
    assert_eq!(scene.read(&format!("{}/1234", scene.reference)).await.unwrap(), "old");
    assert!(!format!("{:?} {:?}", scene.vaults, scene.vaults.read(&scene.reference).await).contains("hunter2"));
}

#[tokio::test]
async fn hashicorp_is_asked_with_the_token_of_the_file_as_it_is_now() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "first\n").unwrap();
    let yaml = format!("hashicorp: {{ address: URL/, token_file: '{}', namespace: '${{SPACE}}' }}", file.path().display());
    let scene = scene(&yaml, &[("SPACE", "shop")]).await;
    let answer = r#"{"data":{"data":{"key":"hunter2","number":7},"metadata":{"version":3}}}"#;
    scene.server.reply("/v1/kv/data/shop/orders", Reply::json(answer));
    assert_eq!(scene.read("vault://kv/shop/orders#key").await.unwrap(), "hunter2");
    let asked = scene.server.last();
    assert_eq!(
        (&asked.headers["x-vault-token"], &asked.headers["x-vault-namespace"]),
        (&"first".parse().unwrap(), &"shop".parse().unwrap())
    );

    fs::write(file.path(), "second").unwrap();
    let error = scene.read("vault://kv/shop/orders#other").await.unwrap_err();
    assert!(error.contains("no field `other`; it has `key`, `number`") && !error.contains("hunter2"), "{error}");
    assert_eq!(scene.server.last().headers["x-vault-token"], "second");
    let error = scene.read("vault://kv/shop/orders#number").await.unwrap_err();
    assert!(error.contains("the field `number` is not a text"), "{error}");
}

#[tokio::test]
async fn hashicorp_says_no_in_its_own_ways() {
    let scene = scene("hashicorp: { address: URL, token: mine }", &[]).await;
    let all = [
        (Reply::status(403), "the vault answers 403; see whether the token is still valid"),
        (Reply::status(404), "the vault answers 404; see whether mount and path are right"),
        (Reply::status(503), "the vault answers 503; unseal the vault"),
        (Reply::json(r#"{"data":{"key":"hunter2"}}"#), "no secret of `kv` version 2"),
        (Reply::json(r#"{"data":{"data":null,"metadata":{"destroyed":true}}}"#), "no secret of `kv` version 2"),
    ];
    for (number, (reply, reason)) in all.into_iter().enumerate() {
        scene.server.reply(&format!("/v1/kv/data/{number}"), reply);
        let error = scene.read(&format!("vault://kv/{number}#key")).await.unwrap_err();
        assert!(error.starts_with(&format!("`{}/v1/kv/data/{number}`: ", scene.server.url)) && error.contains(reason), "{error}");
        assert!(!error.contains("hunter2") && !error.contains("mine"), "{error}");
    }
}

#[tokio::test]
async fn hashicorp_is_found_by_the_environment() {
    let server = Server::start().await;
    server.reply("/v1/kv/data/a", Reply::json(r#"{"data":{"data":{"b":"c"}}}"#));
    let scene = scene("hashicorp: {}", &[("VAULT_ADDR", &server.url), ("VAULT_TOKEN", "mine")]).await;
    assert_eq!(scene.read("vault://kv/a#b").await.unwrap(), "c");
    assert_eq!(server.last().headers["x-vault-token"], "mine");
}

#[tokio::test]
async fn a_file_stands_in_for_vaults() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let reference = "https://orders.vault.azure.net/secrets/key";
    fs::write(file.path(), format!("{reference}: hunter2\nvault://kv/a#b: other\n")).unwrap();
    let scene = scene(&format!("file: '{}'", file.path().display()), &[]).await;
    assert_eq!(scene.read(reference).await.unwrap(), "hunter2");
    assert_eq!(scene.read("vault://kv/a#b").await.unwrap(), "other");
    let error = scene.read("vault://kv/a#c").await.unwrap_err();
    assert!(error.contains("no HashiCorp Vault is set"), "{error}");

    fs::write(file.path(), "key: hunter2\nhunter2: [hunter2]\n").unwrap();
    let error = scene.read("vault://kv/a#d").await.unwrap_err();
    assert!(error.contains("not a YAML map") && error.contains("line 2") && !error.contains("hunter2"), "{error}");
}

#[tokio::test]
async fn a_secret_is_read_again_after_four_hours_and_its_change_is_told() {
    let scene = azure_scene().await;
    let mut changes = scene.vaults.changes();
    scene.read(&scene.reference).await.unwrap();
    scene.clock.pass(4 * HOUR - 1);
    scene.read(&scene.reference).await.unwrap();
    assert_eq!(scene.count(), 1);
    scene.clock.pass(1);
    assert_eq!(scene.read(&scene.reference).await.unwrap(), "hunter2");
    assert_eq!(scene.count(), 2);
    let soon = Duration::from_millis(50);
    assert!(tokio::time::timeout(soon, changes.next()).await.is_err(), "nothing has changed");
    scene.server.reply("/secrets/key", azure("hunter3"));
    scene.clock.pass(4 * HOUR);
    assert_eq!(scene.read(&scene.reference).await.unwrap(), "hunter3");
    tokio::time::timeout(soon, changes.next()).await.expect("it has changed");
    assert!(tokio::time::timeout(soon, changes.next()).await.is_err(), "it has been told");
}

#[tokio::test]
async fn who_waits_for_changes_has_secrets_read_in_time() {
    let scene = scene("{ refresh_interval_s: 1, azure: { hosts: [127.0.0.1] } }", &[]).await;
    scene.read(&scene.reference).await.unwrap();
    let mut changes = scene.vaults.changes();
    scene.server.reply("/secrets/key", azure("hunter3"));
    let clock = scene.clock.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(500)).await;
        clock.pass(1);
    });
    tokio::time::timeout(Duration::from_secs(5), changes.next()).await.expect("it has changed");
    assert_eq!(scene.read(&scene.reference).await.unwrap(), "hunter3");
    // What nobody uses any more is left alone.
    scene.vaults.retain(|_, _| false);
    let before = scene.count();
    scene.clock.pass(10);
    assert!(tokio::time::timeout(Duration::from_millis(1500), changes.next()).await.is_err());
    assert_eq!(scene.count(), before);
}

#[tokio::test]
async fn a_secret_that_was_missed_is_told_when_it_is_there() {
    let scene = scene("{ refresh_interval_s: 1, azure: { hosts: [127.0.0.1] } }", &[]).await;
    scene.server.reply("/secrets/key", Reply::status(404));
    assert!(scene.read(&scene.reference).await.is_err());
    let mut changes = scene.vaults.changes();
    scene.server.reply("/secrets/key", azure("hunter2"));
    scene.clock.pass(2);
    tokio::time::timeout(Duration::from_secs(5), changes.next()).await.expect("it is there");
    assert_eq!(scene.read(&scene.reference).await.unwrap(), "hunter2");
}

#[tokio::test]
async fn an_old_secret_serves_through_an_outage() {
    let scene = azure_scene().await;
    let (log, _guard) = log();
    scene.read(&scene.reference).await.unwrap();
    scene.server.reply("/secrets/key", Reply::status(503));
    scene.clock.pass(5 * HOUR);
    for _ in 0..3 {
        assert_eq!(scene.read(&scene.reference).await.unwrap(), "hunter2");
    }
    assert_eq!(scene.count(), 2);
    let text = log.text();
    let expected = format!("a secret was read 18000 s ago and stays in use: `{}`: the vault answers 503; ", scene.reference);
    assert!(text.contains(&expected) && !text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn what_went_wrong_is_said_without_a_secret() {
    let scene = azure_scene().await;
    let all = [
        (Reply::status(403), "the vault answers 403; give the identity the role `Key Vault Secrets User`"),
        (Reply::status(404), "the vault answers 404; see whether the name of the secret is right"),
        (Reply::json(r#"{"value":["hunter2"]}"#), "the answer has no `value`"),
        (Reply::json("hunter2"), "the answer has no `value`"),
        (Reply::redirect("https://evil.example/"), "redirects are not followed"),
    ];
    for (number, (reply, reason)) in all.into_iter().enumerate() {
        scene.server.reply(&format!("/secrets/{number}"), reply);
        let reference = format!("{}/secrets/{number}", scene.server.url);
        let error = scene.read(&reference).await.unwrap_err();
        assert!(error.starts_with(&format!("`{reference}`: ")) && error.contains(reason), "{error}");
        assert!(!error.contains("hunter2") && !error.contains("mine"), "{error}");
    }
    let error = scene.read("https://evil.example/secrets/key").await.unwrap_err();
    assert!(error.contains("`evil.example` is not a vault of Azure"), "{error}");
}

/// The gateway's identities, and which one a secret is read by for which the folder names a client id.
#[tokio::test]
async fn the_folder_chooses_which_identity_reads_a_secret() {
    let identities = "
default: usual
identities:
  usual: { from: client-credentials, token_url: URL/usual, client_id: usual-id, client_secret: s, scope: '' }
  partner: { from: client-credentials, token_url: URL/partner, client_id: partner-id, client_secret: s, scope: '' }";
    let (server, clock) = (Server::start().await, Clock::new());
    server.reply("/secrets/key", azure("hunter2"));
    for name in ["usual", "partner"] {
        server.reply(&format!("/{name}"), Reply::json(format!(r#"{{"access_token":"{name}","expires_in":3600}}"#)));
    }
    let world = clock.world(&[]);
    let tokens = Tokens::new(&settings(&identities.replace("URL", &server.url)), client(), world.clone()).unwrap();
    let vaults = |yaml: &str| Vaults::new(&settings(yaml), tokens.clone(), client(), world.clone()).unwrap();
    let reference = format!("{}/secrets/key", server.url);
    let shown = || server.last().headers["authorization"].to_str().unwrap().to_owned();

    let ours = vaults("azure: { hosts: [127.0.0.1] }");
    assert_eq!(ours.read_as(&reference, Some("partner-id")).await.unwrap().expose(), "hunter2");
    assert_eq!(shown(), "Bearer partner");
    ours.read(&reference).await.unwrap();
    assert_eq!(shown(), "Bearer usual", "the same secret by another identity is another question");
    let error = ours.read_as(&reference, Some("nobody-id")).await.unwrap_err().to_string();
    assert!(error.contains("no identity has the client id `nobody-id`"), "{error}");
    // The operator says who reads where Azure's identities are not.
    let elsewhere = vaults("azure: { hosts: [127.0.0.1], identity: usual }");
    elsewhere.read_as(&reference, Some("nobody-id")).await.unwrap();
    assert_eq!(shown(), "Bearer usual");
    elsewhere.read_as(&reference, Some("partner-id")).await.unwrap();
    assert_eq!(shown(), "Bearer partner");
}
