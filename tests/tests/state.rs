//! What outlives a request, end to end: cached values, places under a limit, events on their way out.

use server::{Limits, Sink};
use std::{
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tests::{
    backend::{self, respond},
    client::{connect, get},
    service::{anything, start, start_with_events},
};

fn policies(sections: &str) -> String {
    format!("<policies>{sections}</policies>")
}

/// What one request stores, another finds, whichever instance serves it; what is removed is gone for all.
#[test]
fn a_value_is_there_for_every_request() {
    let inbound = r#"<inbound>
        <choose>
            <when condition="@(context.Request.Url.Path == "/store")">
                <cache-store-value key="who" value="@(new JObject(new JProperty("name", "Ada")))" duration="60" />
            </when>
            <when condition="@(context.Request.Url.Path == "/remove")"><cache-remove-value key="who" /></when>
        </choose>
        <cache-lookup-value key="who" variable-name="who" default-value="@(new JObject(new JProperty("name", "nobody")))" />
        <return-response><set-body>@((string)((JObject)context.Variables["who"])["name"])</set-body></return-response>
    </inbound>"#;
    let server = start(&anything("http://127.0.0.1:9", &policies(inbound)), Limits::default());
    let asked = ["/", "/store", "/", "/remove", "/"].map(|path| get(server.address(), path, &[]).text());
    assert_eq!(asked, ["nobody", "Ada", "Ada", "nobody", "nobody"]);
}

/// Ten requests want a value that takes long to make: it is made once, and all get it.
#[test]
fn a_value_that_many_want_is_made_once() {
    let made = Arc::new(AtomicUsize::new(0));
    let count = made.clone();
    let maker = backend::start(move |_, stream| {
        std::thread::sleep(Duration::from_millis(200));
        let number = count.fetch_add(1, Ordering::SeqCst) + 1;
        respond(stream, 200, &format!("value {number}"))
    });
    let inbound = format!(
        r#"<inbound>
            <cache-value key="slow" variable-name="value" expires-after="60"><value>
                <send-request response-variable-name="answer"><set-url>http://{maker}/</set-url></send-request>
                <set-variable name="value" value="@(((IResponse)context.Variables["answer"]).Body.As<string>())" />
            </value></cache-value>
            <return-response><set-body>@((string)context.Variables["value"])</set-body></return-response>
        </inbound>"#
    );
    let server = start(&anything("http://127.0.0.1:9", &policies(&inbound)), Limits::default());
    let address = server.address();
    let clients: Vec<_> = (0..10).map(|_| std::thread::spawn(move || get(address, "/", &[]).text())).collect();
    for client in clients {
        assert_eq!(client.join().unwrap(), "value 1");
    }
    assert_eq!(made.load(Ordering::SeqCst), 1);
}

/// A place under a limit is taken while the backend works, refused to others, and free again when its client goes away.
#[test]
fn places_are_free_again_when_a_client_goes_away() {
    let (inside, may_answer) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (count, release) = (inside.clone(), may_answer.clone());
    let slow = backend::start(move |_, stream| {
        count.fetch_add(1, Ordering::SeqCst);
        wait_until("the backend may answer", || release.load(Ordering::SeqCst));
        respond(stream, 200, "done")
    });
    let backend = r#"<backend><limit-concurrency key="slow" max-count="2"><forward-request /></limit-concurrency></backend>"#;
    let server = start(&anything(&format!("http://{slow}"), &policies(backend)), Limits::default());
    let address = server.address();
    let mut clients: Vec<_> = (0..2).map(|_| connect(address)).collect();
    for client in &mut clients {
        client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    }
    wait_until("both are inside", || inside.load(Ordering::SeqCst) == 2);
    let refused = get(address, "/", &[]);
    assert_eq!(refused.status(), 429, "{}", refused.head);
    assert_eq!(refused.text(), r#"{ "statusCode": 429, "message": "Concurrency limit is exceeded." }"#);
    drop(clients);
    may_answer.store(true, Ordering::SeqCst);
    wait_until("the places are free", || get(address, "/", &[]).status() == 200);
}

/// Events reach a file and a collector, complete, and before a server that drains is gone. A collector that refuses is asked
/// again, and holds nobody up.
#[test]
fn events_reach_a_file_and_a_collector() {
    let collected = Arc::new(Mutex::new(Vec::new()));
    let (bodies, refusals) = (collected.clone(), AtomicUsize::new(0));
    let collector = backend::start(move |request, stream| {
        if refusals.fetch_add(1, Ordering::SeqCst) == 0 {
            return respond(stream, 503, "not yet");
        }
        let kind = request.header("content-type").unwrap_or_default().to_owned();
        let token = request.header("authorization").unwrap_or_default().to_owned();
        bodies.lock().unwrap().push((kind, token, String::from_utf8_lossy(&request.body).into_owned()));
        respond(stream, 204, "")
    });
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("events.jsonl");
    let mut headers = http::HeaderMap::new();
    headers.insert("authorization", "Bearer collector".parse().unwrap());
    let sinks = vec![Sink::File(file.clone()), Sink::Http { url: format!("http://{collector}/in").parse().unwrap(), headers }];
    let inbound = r#"<inbound>
        <emit-metric name="calls"><dimension name="API ID" /></emit-metric>
        <log-to-eventhub logger-id="hub">@("path " + context.Request.Url.Path)</log-to-eventhub>
        <trace source="shop" severity="information"><message>a &quot;message&quot;</message></trace>
        <return-response />
    </inbound>"#;
    let server = start_with_events(&anything("http://127.0.0.1:9", &policies(inbound)), Limits::default(), sinks);
    for number in 0..50 {
        assert_eq!(get(server.address(), &format!("/{number}"), &[]).status(), 200);
    }
    server.drain(Duration::from_secs(20));
    let written = std::fs::read_to_string(&file).unwrap();
    let events: Vec<serde_json::Value> = written.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert_eq!(events.len(), 150);
    let kinds: Vec<&str> = events.iter().take(3).map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["metric", "log", "message"]);
    assert_eq!((&events[0]["dimensions"]["API ID"], &events[1]["message"]), (&"anything".into(), &"path /0".into()));
    assert_eq!(events[2]["message"], "a \"message\"");
    let collected = collected.lock().unwrap();
    assert!(collected.iter().all(|(kind, token, _)| kind == "application/x-ndjson" && token == "Bearer collector"));
    assert_eq!(collected.iter().map(|(.., lines)| lines.as_str()).collect::<String>(), written);
}

/// Waits for something that happens soon; says what did not happen if it takes half a minute.
fn wait_until(what: &str, happened: impl Fn() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what}: did not happen");
        std::thread::sleep(Duration::from_millis(2));
    }
}
