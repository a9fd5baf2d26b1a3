//! Discovery, rotation, outages, and what a provider may not do.

use crate::{
    server::{Reply, Server},
    world::{Clock, client, log, settings, until},
};
use futures_util::future::join_all;
use identity::{Providers, Unknown};
use std::{sync::Arc, time::Duration};

const HOUR: u64 = 3600;

struct Scene {
    server: Server,
    clock: Clock,
    providers: Providers,
    discovery: String,
}

fn key_set(name: &str) -> String {
    format!(r#"{{"keys":[{{"kty":"oct","kid":"{name}"}}]}}"#)
}

/// A provider that works, and nobody who has asked it.
async fn scene() -> Scene {
    scene_with("{}").await
}

async fn scene_with(yaml: &str) -> Scene {
    let (server, clock) = (Server::start().await, Clock::new());
    server.reply("/discovery", Reply::json(format!(r#"{{"issuer":"https://issuer","jwks_uri":"{}/keys"}}"#, server.url)));
    server.reply("/keys", Reply::json(key_set("one")));
    let discovery = format!("{}/discovery", server.url);
    let providers = Providers::new(&settings(yaml), client(), clock.world(&[]));
    Scene { server, clock, providers, discovery }
}

impl Scene {
    async fn keys(&self) -> Result<Arc<identity::Provider>, identity::Error> {
        self.providers.keys(&self.discovery, None).await
    }

    async fn keys_after(&self, generation: u64) -> Arc<identity::Provider> {
        self.providers.keys(&self.discovery, Some(Unknown { generation })).await.unwrap()
    }

    fn fetches(&self) -> usize {
        self.server.count("/keys")
    }
}

#[tokio::test]
async fn keys_are_fetched_once_and_then_known_without_waiting() {
    let scene = scene().await;
    assert!(scene.providers.known(&scene.discovery).is_none());
    assert_eq!(scene.providers.generation(), 0);
    let keys = scene.keys().await.unwrap();
    assert_eq!((&*keys.issuer, &*keys.key_set, keys.generation), ("https://issuer", key_set("one").as_bytes(), 1));
    assert_eq!(keys.fetched_at, scene.clock.now());
    assert_eq!(scene.providers.known(&scene.discovery), Some(keys.clone()));
    assert_eq!(scene.keys().await, Ok(keys));
    assert_eq!(scene.providers.generation(), 1);
    assert_eq!((scene.server.count("/discovery"), scene.fetches()), (1, 1));
}

#[tokio::test]
async fn a_hundred_callers_are_one_fetch() {
    let scene = scene().await;
    scene.server.reply("/keys", Reply::json(key_set("one")).after(Duration::from_millis(50)));
    let all = join_all((0..100).map(|_| scene.keys())).await;
    assert!(all.iter().all(|keys| keys.as_ref().is_ok_and(|keys| keys.generation == 1)));
    assert_eq!((scene.server.count("/discovery"), scene.fetches()), (1, 1));
}

#[tokio::test]
async fn old_keys_serve_while_new_ones_are_fetched() {
    let scene = scene().await;
    scene.keys().await.unwrap();
    scene.clock.pass(HOUR - 1);
    scene.keys().await.unwrap();
    assert_eq!(scene.fetches(), 1);
    scene.clock.pass(1);
    scene.server.reply("/keys", Reply::json(key_set("two")));
    assert_eq!(scene.keys().await.unwrap().generation, 1, "nobody waits");
    until(|| scene.providers.generation() == 2).await;
    let known = scene.providers.known(&scene.discovery).unwrap();
    assert_eq!((&*known.key_set, known.generation), (key_set("two").as_bytes(), 2));
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn a_look_at_old_keys_has_them_fetched() {
    let scene = scene().await;
    scene.keys().await.unwrap();
    scene.clock.pass(HOUR);
    let before = scene.clock.now();
    assert_ne!(scene.providers.known(&scene.discovery).unwrap().fetched_at, before);
    until(|| scene.providers.known(&scene.discovery).unwrap().fetched_at == before).await;
    assert_eq!(scene.fetches(), 2);
    assert_eq!(scene.providers.generation(), 1, "the same keys are no change");
}

#[tokio::test]
async fn a_new_key_is_found_at_once_and_made_up_ones_only_every_five_minutes() {
    let scene = scene().await;
    scene.keys().await.unwrap();
    scene.server.reply("/keys", Reply::json(key_set("two")).after(Duration::from_millis(50)));
    let all = join_all((0..100).map(|_| scene.keys_after(1))).await;
    assert!(all.iter().all(|keys| keys.generation == 2));
    assert_eq!(scene.fetches(), 2);

    // Who looked through older keys is given the newer ones, and nobody is asked for them.
    assert_eq!(scene.keys_after(1).await.generation, 2);
    scene.server.reply("/keys", Reply::json(key_set("three")));
    for _ in 0..10 {
        assert_eq!(scene.keys_after(2).await.generation, 2);
    }
    scene.clock.pass(299);
    assert_eq!(scene.keys_after(2).await.generation, 2);
    assert_eq!(scene.fetches(), 2);
    scene.clock.pass(1);
    // That would be a reason to ask, but not for who has not seen the newest keys.
    assert_eq!(scene.keys_after(1).await.generation, 2);
    assert_eq!(scene.fetches(), 2);
    assert_eq!(scene.keys_after(2).await.generation, 3);
    assert_eq!(scene.fetches(), 3);
}

#[tokio::test]
async fn old_keys_serve_through_an_outage() {
    let scene = scene().await;
    let (log, _guard) = log();
    scene.keys().await.unwrap();
    scene.clock.pass(HOUR);
    scene.server.reply("/discovery", Reply::status(503));
    for _ in 0..3 {
        assert_eq!(scene.keys().await.unwrap().generation, 1);
    }
    until(|| log.text().contains("WARN")).await;
    let text = log.text();
    let expected =
        format!("the keys of `https://issuer` are 3600 s old and stay in use: `{}`: the server answers 503; ", scene.discovery);
    assert!(text.contains(&expected), "{text}");
    assert_eq!(scene.server.count("/discovery"), 2);

    // An unknown key is no reason to ask a server that has failed just now.
    assert_eq!(scene.keys_after(1).await.generation, 1);
    // Pauses grow: 2 s, 4 s, and so on.
    scene.clock.pass(2);
    assert_eq!(scene.keys().await.unwrap().generation, 1);
    until(|| scene.server.count("/discovery") == 3).await;
    until(|| log.text().matches("WARN").count() == 2).await;
    scene.clock.pass(2);
    assert_eq!(scene.keys().await.unwrap().generation, 1);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(scene.server.count("/discovery"), 3);

    scene
        .server
        .reply("/discovery", Reply::json(format!(r#"{{"issuer":"https://new","jwks_uri":"{}/keys"}}"#, scene.server.url)));
    scene.clock.pass(2);
    scene.keys().await.unwrap();
    until(|| scene.providers.generation() == 2).await;
    assert_eq!(scene.keys().await.unwrap().issuer, "https://new");
}

#[tokio::test]
async fn a_provider_that_never_answered_is_not_asked_by_everyone() {
    let scene = scene().await;
    scene.server.reply("/keys", Reply::status(500));
    let all = join_all((0..100).map(|_| scene.keys())).await;
    let expected = format!(
        "`{0}/keys`, the `jwks_uri` of `{0}/discovery`: the server answers 500; see whether the URL is right, and whether the server is well",
        scene.server.url
    );
    assert!(all.iter().all(|keys| keys.as_ref().is_err_and(|error| error.to_string() == expected)), "{:?}", all[0]);
    assert!(scene.keys().await.is_err());
    assert_eq!(scene.fetches(), 1);
    // However long it lasts, the pauses stay short: somebody is waiting.
    for fetches in 2..10 {
        scene.clock.pass(10);
        assert!(scene.keys().await.is_err());
        assert!(scene.keys().await.is_err());
        assert_eq!(scene.fetches(), fetches);
    }
    scene.server.reply("/keys", Reply::json(key_set("one")));
    scene.clock.pass(10);
    assert!(scene.keys().await.is_ok());
}

#[tokio::test]
async fn what_is_no_provider_is_refused() {
    let scene = scene().await;
    let url = &scene.server.url;
    let document = |jwks_uri: &str| Reply::json(format!(r#"{{"issuer":"i","jwks_uri":"{jwks_uri}"}}"#));
    let large = format!(r#"{{"keys":[{{}}],"padding":"{}"}}"#, "x".repeat(512 << 10));
    let all = [
        ("redirect", Reply::redirect("https://elsewhere.example/"), "redirects to `https://elsewhere.example/`"),
        ("html", Reply::json("<html>"), "it is not JSON"),
        ("fields", Reply::json(r#"{"issuer":"i"}"#), "no discovery document"),
        ("large", Reply::json(large.clone()), "larger than 512 KiB"),
        ("metadata", document("https://169.254.169.254/keys"), "`169.254.169.254`, which is link-local"),
        ("file", document("file:///etc/passwd"), "this is not a URL"),
        ("plain", document("http://keys.example/k"), "not encrypted"),
        ("keys-large", document(&format!("{url}/k/large")), "larger than 512 KiB"),
        ("keys-html", document(&format!("{url}/k/html")), "no key set"),
        ("keys-empty", document(&format!("{url}/k/empty")), "has no keys"),
        ("keys-redirect", document(&format!("{url}/k/redirect")), "redirects to"),
    ];
    scene.server.reply("/k/large", Reply::json(large));
    scene.server.reply("/k/html", Reply::json("<html>"));
    scene.server.reply("/k/empty", Reply::json(r#"{"keys":[]}"#));
    scene.server.reply("/k/redirect", Reply::redirect("/keys"));
    for (name, reply, reason) in all {
        scene.server.reply(&format!("/{name}"), reply);
        let discovery = format!("{url}/{name}");
        let error = scene.providers.keys(&discovery, None).await.unwrap_err().to_string();
        assert!(error.contains(&format!("`{discovery}`")) && error.contains(reason) && error.contains("; "), "{name}: {error}");
    }
    assert_eq!(scene.fetches(), 0, "no redirect was followed");
}

/// Each of the two answers comes in time; both together do not.
#[tokio::test]
async fn a_provider_has_ten_seconds_in_all() {
    let scene = scene().await;
    let document = format!(r#"{{"issuer":"i","jwks_uri":"{}/keys"}}"#, scene.server.url);
    scene.server.reply("/discovery", Reply::json(document).after(Duration::from_secs(6)));
    scene.server.reply("/keys", Reply::json(key_set("one")).after(Duration::from_secs(6)));
    let error = scene.keys().await.unwrap_err().to_string();
    assert_eq!(error, format!("`{}`: no keys within 10 s; see whether the provider is well", scene.discovery));
    assert_eq!(scene.fetches(), 1);
}

/// The system's resolver knows more ways to write an address than a URL does; DNS could say the same of any name.
#[tokio::test]
async fn a_name_may_not_lead_to_what_is_nearer_than_it_says() {
    let scene = scene().await;
    let port = scene.server.url.rsplit(':').next().unwrap();
    for host in ["0x7f.1", "127.1", "2130706433"] {
        let discovery = format!("https://{host}:{port}/discovery");
        let error = scene.providers.keys(&discovery, None).await.unwrap_err().to_string();
        let expected =
            format!("`{discovery}`: the host is at 127.0.0.1, which is this machine itself: nearer than this server may be; ");
        assert!(error.starts_with(&expected) && error.contains("`hosts`"), "{error}");
    }
}

#[tokio::test]
async fn only_hosts_that_are_named_are_asked() {
    let scene = scene_with("hosts: [login.example.com]").await;
    let error = scene.keys().await.unwrap_err().to_string();
    assert!(error.contains("the host `127.0.0.1` is not among the `hosts`"), "{error}");
    assert_eq!(scene.server.count("/discovery"), 0);
    assert!(scene_with("hosts: [127.0.0.1]").await.keys().await.is_ok());
}

#[tokio::test]
async fn no_more_providers_are_remembered_than_the_settings_say() {
    let scene = scene_with("providers_max: 3").await;
    for number in 0..20 {
        let path = format!("/discovery/{number}");
        scene.server.reply(&path, Reply::json(format!(r#"{{"issuer":"i","jwks_uri":"{}/keys"}}"#, scene.server.url)));
        scene.providers.keys(&format!("{}{path}", scene.server.url), None).await.unwrap();
    }
    let known = || (0..20).filter(|number| scene.providers.known(&format!("{}/discovery/{number}", scene.server.url)).is_some());
    until(|| known().count() <= 3).await;
    assert_eq!(scene.fetches(), 20);
    // Generations are never given twice.
    assert_eq!(scene.providers.generation(), 20);
}

#[tokio::test]
async fn providers_are_asked_at_start_and_a_failure_is_only_logged() {
    let scene = scene().await;
    let (log, _guard) = log();
    let missing = format!("{}/missing", scene.server.url);
    scene.providers.warm(&[scene.discovery.clone(), missing.clone(), "nonsense".to_owned()]).await;
    assert!(scene.providers.known(&scene.discovery).is_some());
    let text = log.text();
    assert!(text.contains(&format!("no keys yet of `{missing}`: the server answers 404")), "{text}");
    assert!(text.contains("no keys yet of `nonsense`: the URL does not begin with `https://`"), "{text}");
}

/// The threads of a server have a runtime each, and one of them may end while all others wait for what it fetches.
#[test]
fn a_thread_that_ends_takes_nobody_with_it() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let main = runtime();
    let scene = Arc::new(main.block_on(scene()));
    let document = Reply::json(format!(r#"{{"issuer":"i","jwks_uri":"{}/keys"}}"#, scene.server.url));
    scene.server.reply("/discovery", document.clone().after(Duration::from_secs(5)));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let first = std::thread::spawn({
        let scene = scene.clone();
        move || {
            runtime().block_on(async {
                tokio::select! {
                    _ = scene.keys() => false,
                    _ = stopped => true,
                }
            })
        }
    });
    main.block_on(until(|| scene.server.count("/discovery") == 1));
    let others: Vec<_> = (0..4)
        .map(|_| {
            let scene = scene.clone();
            std::thread::spawn(move || runtime().block_on(async { scene.keys().await.map(|keys| keys.generation) }))
        })
        .collect();
    main.block_on(async { tokio::time::sleep(Duration::from_millis(100)).await });
    assert_eq!(scene.server.count("/discovery"), 1, "they wait");
    scene.server.reply("/discovery", document);
    stop.send(()).unwrap();
    main.block_on(until(|| others.iter().all(|other| other.is_finished())));
    assert!(first.join().unwrap(), "the first one gave up");
    for other in others {
        assert_eq!(other.join().unwrap(), Ok(1));
    }
    assert_eq!((scene.server.count("/discovery"), scene.fetches()), (2, 1));
}

/// What a server shares between its threads.
#[test]
fn everything_can_be_shared_and_sent() {
    fn shared<T: Send + Sync + 'static>() {}
    fn sent<T: Send>(_: &T) {}
    shared::<Providers>();
    shared::<identity::Tokens>();
    shared::<identity::Authorizations>();
    shared::<identity::Vaults>();
    shared::<identity::Error>();
    let clock = Clock::new();
    let providers = Providers::new(&Default::default(), client(), clock.world(&[]));
    sent(&providers.keys("https://example.com", None));
    sent(&providers.warm(&[]));
    let tokens = identity::Tokens::new(&Default::default(), client(), clock.world(&[])).unwrap();
    sent(&tokens.token(&Default::default()));
    let authorizations = identity::Authorizations::new(&Default::default(), client(), clock.world(&[])).unwrap();
    sent(&authorizations.authorization("a", "b"));
    let vaults = identity::Vaults::new(&Default::default(), tokens.clone(), client(), clock.world(&[])).unwrap();
    sent(&vaults.read("x"));
    sent(&vaults.changes().next());
}
