//! What is published: how often it is asked for, how long it serves, and what if it is not to be had.

use crate::{
    server::{Reply, Server},
    world::{Clock, client, settings, until},
};
use bytes::Bytes;
use futures_util::future::join_all;
use identity::{Published, Question};
use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

const HOUR: u64 = 3600;

struct Scene {
    server: Server,
    clock: Clock,
    published: Published<String>,
}

/// A server on this machine, which may be asked.
async fn scene(yaml: &str) -> Scene {
    let (server, clock) = (Server::start().await, Clock::new());
    server.reply("/list", Reply::json("first"));
    let published = Published::new(&settings(yaml), client(), clock.world(&[]));
    Scene { server, clock, published }
}

const NEAR: &str = "hosts: [127.0.0.1]";

/// Whatever is not `nonsense` is good for an hour.
fn read(answer: &[u8], now: SystemTime) -> Result<(String, SystemTime), String> {
    match String::from_utf8_lossy(answer) {
        text if text == "nonsense" => Err("this is nonsense".to_owned()),
        text => Ok((text.into_owned(), now + Duration::from_secs(HOUR))),
    }
}

impl Scene {
    async fn get(&self) -> Result<String, String> {
        let url = format!("{}/list", self.server.url);
        let question = Question { url, body: None, reader: Bytes::new(), bytes_max: 1000 };
        self.published.get(&question, read).await.map_err(|error| error.to_string())
    }

    fn fetches(&self) -> usize {
        self.server.count("/list")
    }
}

#[tokio::test]
async fn an_answer_is_asked_for_once_while_it_is_good() {
    let scene = Arc::new(scene(NEAR).await);
    let all = join_all((0..100).map(|_| scene.get())).await;
    assert!(all.iter().all(|answer| answer.as_deref() == Ok("first")));
    scene.clock.pass(HOUR / 2);
    assert_eq!(scene.get().await.unwrap(), "first");
    assert_eq!(scene.fetches(), 1);
    // In its last quarter another one is fetched, and nobody waits for it.
    scene.server.reply("/list", Reply::json("second"));
    scene.clock.pass(HOUR / 4 + 1);
    assert_eq!(scene.get().await.unwrap(), "first");
    until(|| scene.fetches() == 2).await;
    scene.clock.pass(HOUR / 2);
    assert_eq!(scene.get().await.unwrap(), "second");
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn an_answer_that_is_over_serves_only_as_long_as_the_operator_says() {
    for (yaml, after, serves) in [
        ("hosts: [127.0.0.1]", 1, false),
        ("{ hosts: [127.0.0.1], stale_s: 600 }", 599, true),
        ("{ hosts: [127.0.0.1], stale_s: 600 }", 601, false),
    ] {
        let scene = scene(yaml).await;
        scene.get().await.unwrap();
        scene.server.reply("/list", Reply::status(503));
        scene.clock.pass(HOUR + after);
        let answer = scene.get().await;
        assert_eq!(answer.is_ok(), serves, "{yaml} {after}: {answer:?}");
        scene.server.reply("/list", Reply::json("second"));
        scene.clock.pass(60);
        assert_eq!(scene.get().await.unwrap_or_default(), "second");
    }
}

#[tokio::test]
async fn what_is_read_wrong_is_not_kept() {
    let scene = scene(NEAR).await;
    scene.server.reply("/list", Reply::json("nonsense"));
    assert!(scene.get().await.unwrap_err().contains("this is nonsense"));
    scene.clock.pass(60);
    scene.server.reply("/list", Reply::json("second"));
    assert_eq!(scene.get().await.unwrap(), "second");
    let long = Scene { published: scene.published.clone(), ..self::scene(NEAR).await };
    long.server.reply("/list", Reply::json("a".repeat(1001)));
    assert!(long.get().await.unwrap_err().contains("the answer is larger than"));
    long.clock.pass(60);
    let redirected = self::scene(NEAR).await;
    redirected.server.reply("/list", Reply::redirect("http://169.254.169.254/"));
    assert!(redirected.get().await.unwrap_err().contains("redirects are not followed"));
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_left_alone_for_a_while() {
    let scene = scene(NEAR).await;
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let ask = async |path: &str| {
        let url = format!("http://127.0.0.1:{port}/{path}");
        let question = Question { url, body: None, reader: Bytes::new(), bytes_max: 1000 };
        scene.published.get(&question, read).await.unwrap_err().to_string()
    };
    let first = ask("a").await;
    assert!(first.contains(&format!("http://127.0.0.1:{port}/a")) && first.contains("no connection"), "{first}");
    // Another question to the same host is not asked: its error is the first one.
    assert_eq!(ask("b").await, first);
    scene.clock.pass(11);
    assert!(ask("c").await.contains("/c"));
}

#[tokio::test]
async fn only_hosts_that_are_named_or_far_away_are_asked() {
    let scene = scene("{}").await;
    let error = scene.get().await.unwrap_err();
    assert!(error.contains("where a certificate may not lead; add `127.0.0.1` to `identity: { revocation:"), "{error}");
    assert_eq!(scene.fetches(), 0);
}
