//! The proofs on which the design stands: the flat door with the real component on wasmtime, end to end.
//!
//! Each test says in its name what must hold. See ARCHITECTURE.md, "one core, two doors".

use server::{Limits, tls::Settings};
use std::{
    io::{Read, Write},
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};
use tests::{
    backend::{self, respond},
    client::{self, connect, exchange, get, post},
    service::{anything, start},
    wait_until,
};

const FORWARD: &str = "<backend><forward-request /></backend>";

fn policies(sections: &str) -> String {
    format!("<policies>{sections}</policies>")
}

/// A policy that makes two calls in parallel in the middle of a request. The backend answers neither before both are there.
#[test]
fn a_policy_makes_two_calls_at_once() {
    let both_there = Arc::new(Barrier::new(2));
    let asked = backend::start(move |request, stream| {
        both_there.wait();
        respond(stream, 200, request.target())
    });
    let inbound = format!(
        r#"<inbound><wait for="all">
            <send-request response-variable-name="one" timeout="10"><set-url>http://{asked}/one</set-url></send-request>
            <send-request response-variable-name="two" timeout="10"><set-url>http://{asked}/two</set-url></send-request>
        </wait><return-response response-variable-name="two" /></inbound>"#
    );
    let server = start(&anything("http://127.0.0.1:9", &policies(&inbound)), Limits::default());
    let reply = get(server.address(), "/", &[]);
    assert_eq!((reply.status(), reply.text().as_str()), (200, "/two"), "{}", reply.head);
}

/// Nobody waits for the answer to a one-way request: its exchange ends first. But the gateway does not end before it is sent.
#[test]
fn a_one_way_request_outlives_its_exchange() {
    let (client_is_served, is_sent) = (Arc::new(Barrier::new(2)), Arc::new(AtomicBool::new(false)));
    let (served, sent) = (client_is_served.clone(), is_sent.clone());
    let asked = backend::start(move |request, stream| {
        served.wait();
        std::thread::sleep(Duration::from_millis(300));
        sent.store(request.body == b"news", Ordering::SeqCst);
        respond(stream, 200, "thank you")
    });
    let inbound = format!(
        r#"<inbound><send-one-way-request mode="copy"><set-url>http://{asked}/seen</set-url></send-one-way-request>
            <return-response><set-status code="202" /></return-response></inbound>"#
    );
    let server = start(&anything("http://127.0.0.1:9", &policies(&inbound)), Limits::default());
    assert_eq!(post(server.address(), "/", "news").status(), 202);
    assert!(!is_sent.load(Ordering::SeqCst));
    client_is_served.wait();
    server.drain(Duration::from_secs(10));
    assert!(is_sent.load(Ordering::SeqCst), "the gateway ended with a request under way");
}

/// Clients go away while a policy waits for an answer that never comes: the calls end, nothing stays in the instance, and
/// others are served.
#[test]
fn a_client_that_goes_away_leaves_nothing_behind() {
    const CLIENTS: usize = 3000;
    let (asked, seen) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (count, ended) = (asked.clone(), seen.clone());
    let silent = backend::start(move |_, stream| {
        count.fetch_add(1, Ordering::SeqCst);
        // Reading returns when the gateway closes the connection.
        let _ = stream.read(&mut [0]);
        ended.fetch_add(1, Ordering::SeqCst);
        false
    });
    let sections = format!(
        r#"<inbound><send-request response-variable-name="never" timeout="600"><set-url>http://{silent}/</set-url>
           <set-body>{}</set-body></send-request></inbound>"#,
        "x".repeat(4000)
    );
    // So little memory that what 3,000 forgotten exchanges hold would not fit.
    let limits = Limits { memory_bytes_max: 12 << 20, ..Limits::default() };
    let server = start(&anything("http://127.0.0.1:9", &policies(&sections)), limits);
    for round in 0..CLIENTS / 100 {
        let clients: Vec<_> = (0..100).map(|_| connect(server.address())).collect();
        for mut client in &clients {
            client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        }
        wait_until("the policies wait", || asked.load(Ordering::SeqCst) == (round + 1) * 100);
        drop(clients);
        wait_until("the calls end", || seen.load(Ordering::SeqCst) == (round + 1) * 100);
    }
    assert_eq!(get(server.address(), "/../", &[]).status(), 404, "the instance still answers");
}

/// A large body streams by: the process does not grow by more than a small part of it.
#[test]
fn a_body_of_256_mebibytes_streams_by() {
    const LENGTH: usize = 256 << 20;
    let chunk = Arc::new(vec![b'x'; 1 << 20]);
    let sent = chunk.clone();
    let backend = backend::start(move |request, stream| {
        let length: usize = request.header("content-length").unwrap().parse().unwrap();
        let mut left = length;
        let mut buffer = vec![0; 1 << 16];
        while left > 0 {
            left -= stream.read(&mut buffer).unwrap();
        }
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").unwrap();
        (0..length / sent.len()).all(|_| stream.write_all(&sent).is_ok())
    });
    let sections = format!("{FORWARD}<outbound><set-header name=\"X-Seen\"><value>yes</value></set-header></outbound>");
    let server = start(&anything(&format!("http://{backend}"), &policies(&sections)), Limits::default());
    let before = resident_bytes();
    let mut stream = connect(server.address());
    let head = format!("POST /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {LENGTH}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut writer = stream.try_clone().unwrap();
    let writing = std::thread::spawn(move || (0..LENGTH / chunk.len()).for_each(|_| writer.write_all(&chunk).unwrap()));
    let (mut received, mut peak, mut buffer) = (0, 0, vec![0; 1 << 16]);
    let mut start_of_reply = Vec::new();
    loop {
        let length = stream.read(&mut buffer).unwrap();
        if length == 0 {
            break;
        }
        if start_of_reply.len() < 1000 {
            start_of_reply.extend_from_slice(&buffer[..length.min(1000)]);
        }
        received += length;
        if received % (16 << 20) < length {
            peak = peak.max(resident_bytes());
        }
    }
    writing.join().unwrap();
    assert!(String::from_utf8_lossy(&start_of_reply).contains("x-seen: yes"));
    assert!(received > LENGTH, "{received} bytes came back");
    let grown = peak.saturating_sub(before);
    // The buffers of two sockets and of both sides of this test; a copy of the body anywhere would be 256 MiB.
    assert!(grown < 48 << 20, "the process grew by {grown} bytes");
}

#[test]
fn a_body_is_read_and_changed() {
    let backend = backend::start(|request, stream| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        respond(stream, 200, &format!("got {body} from old.example"))
    });
    let sections = format!(
        r#"<inbound><find-and-replace from="gbp" to="GBP" /></inbound>{FORWARD}
           <outbound><find-and-replace from="old.example" to="api.example" /></outbound>"#
    );
    let server = start(&anything(&format!("http://{backend}"), &policies(&sections)), Limits::default());
    let reply = post(server.address(), "/prices", "12 gbp");
    assert_eq!(reply.text(), "got 12 GBP from api.example", "{}", reply.head);
    assert_eq!(reply.header("content-length"), Some("27"));
}

/// Events reach the client as they come, though policies work on the response: each is only sent when the one before was seen.
#[test]
fn server_sent_events_flow_through_outbound_policies() {
    let (seen, sees) = mpsc::channel::<()>();
    let sees = Mutex::new(sees);
    let backend = backend::start(move |_, stream| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        for number in 0..5 {
            let event = format!("data: {number}\n\n");
            write!(stream, "{:x}\r\n{event}\r\n", event.len()).unwrap();
            sees.lock().unwrap().recv_timeout(Duration::from_secs(30)).expect("the event is seen before the next is sent");
        }
        stream.write_all(b"0\r\n\r\n").is_ok()
    });
    let sections = r#"<backend><forward-request buffer-response="true" /></backend><outbound>
        <set-header name="X-Kind"><value>@(context.Response.Headers.GetValueOrDefault("Content-Type"))</value></set-header>
        <choose><when condition="@(context.Response.StatusCode == 200)"><set-status code="203" /></when></choose></outbound>"#;
    let server = start(&anything(&format!("http://{backend}"), &policies(sections)), Limits::default());
    let mut stream = connect(server.address());
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    let (mut all, mut buffer) = (String::new(), [0; 4096]);
    for number in 0..5 {
        while !all.contains(&format!("data: {number}\n\n")) {
            let length = stream.read(&mut buffer).unwrap();
            assert!(length > 0, "{all}");
            all.push_str(&String::from_utf8_lossy(&buffer[..length]));
        }
        seen.send(()).unwrap();
    }
    assert!(all.starts_with("HTTP/1.1 203") && all.contains("x-kind: text/event-stream"), "{all}");
}

/// A body that streamed to one backend is gone: a second forward fails rather than send an empty one.
#[test]
fn a_body_is_never_silently_lost() {
    let backend = backend::answering("fine");
    let twice = "<backend><forward-request /><forward-request /></backend>";
    let server = start(&anything(&format!("http://{backend}"), &policies(twice)), Limits::default());
    assert_eq!(post(server.address(), "/", "twelve books").status(), 500);
    assert_eq!(get(server.address(), "/", &[]).status(), 200, "without a body there is nothing to lose");
}

#[test]
fn trailers_pass_in_both_directions() {
    let (heard, hears) = mpsc::channel();
    let heard = Mutex::new(heard);
    let backend = backend::start(move |request, stream| {
        assert_eq!(request.header("transfer-encoding"), Some("chunked"));
        let mut all = Vec::new();
        let mut byte = [0];
        while !all.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            all.push(byte[0]);
        }
        heard.lock().unwrap().send(String::from_utf8(all).unwrap()).unwrap();
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n";
        stream.write_all(format!("{head}5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n").as_bytes()).is_ok()
    });
    for sections in [FORWARD.to_owned(), format!("{FORWARD}<outbound><set-status code=\"201\" /></outbound>")] {
        let server = start(&anything(&format!("http://{backend}"), &policies(&sections)), Limits::default());
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close, TE\r\nTransfer-Encoding: chunked\r\nTrailer: X-Check\r\n\r\n";
        let reply = exchange(server.address(), &format!("{head}3\r\nabc\r\n0\r\nX-Check: 7\r\n\r\n"));
        let text = reply.text();
        assert!(text.contains("hello") && text.to_lowercase().contains("x-sum: 42"), "{}\n\n{text}", reply.head);
        assert!(hears.recv().unwrap().to_lowercase().contains("x-check: 7"));
    }
}

/// One thread. A request waits for long in a policy, another computes for long; fast ones are served all the while, also those
/// whose own answers come back to the instance in which the slow one waits.
#[test]
fn slow_requests_do_not_hold_up_fast_ones() {
    let released = Arc::new(AtomicBool::new(false));
    let release = released.clone();
    let slow = backend::start(move |request, stream| {
        if request.target() == "/slow" {
            wait_until("the slow call is let go", || release.load(Ordering::SeqCst));
        }
        respond(stream, 200, "done")
    });
    let sections = format!(
        r#"<backend><send-request response-variable-name="x" timeout="60"><set-url>http://{slow}/slow</set-url></send-request>
           <forward-request /></backend><outbound><set-status code="202" /></outbound>"#
    );
    let fast = format!("{FORWARD}<outbound><set-header name=\"X-Fast\"><value>1</value></set-header></outbound>");
    let spin = r#"<inbound><probe action="spin" /></inbound>"#;
    let plan = three_apis(&slow.to_string(), [("slow", &sections), ("fast", &fast), ("spin", spin)]);
    let server = start(&plan, Limits { call_timeout_ms: 3000, ..Limits::default() });
    let address = server.address();
    let waiting = std::thread::spawn(move || get(address, "/slow/x", &[]).status());
    let spinning = std::thread::spawn(move || (get(address, "/spin/x", &[]).status(), Instant::now()));
    std::thread::sleep(Duration::from_millis(200));
    for _ in 0..20 {
        let reply = get(address, "/fast/x", &[]);
        assert_eq!((reply.status(), reply.header("x-fast")), (200, Some("1")));
    }
    let fast_done = Instant::now();
    let (status, spin_ended) = spinning.join().unwrap();
    assert_eq!(status, 500);
    assert!(fast_done < spin_ended, "the fast ones waited for the one that computes");
    released.store(true, Ordering::SeqCst);
    // It waited in the instance that the spinning one took down, or in another one: either way it ends.
    assert!([202, 500].contains(&waiting.join().unwrap()));
    assert_eq!(get(address, "/fast/x", &[]).status(), 200);
}

/// A trap ends the exchanges of its own instance and no others.
#[test]
fn a_trap_costs_only_the_exchanges_of_its_instance() {
    let (arrived, released) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (count, release) = (arrived.clone(), released.clone());
    let held = backend::start(move |_, stream| {
        count.fetch_add(1, Ordering::SeqCst);
        wait_until("the backend may answer", || release.load(Ordering::SeqCst));
        respond(stream, 200, "late")
    });
    let forward = format!("{FORWARD}<outbound><set-header name=\"X-Outbound\"><value>ran</value></set-header></outbound>");
    let spin = r#"<inbound><probe action="spin" /></inbound>"#;
    let trap = r#"<inbound><probe action="trap" /></inbound>"#;
    let plan = three_apis(&held.to_string(), [("held", &forward), ("spin", spin), ("trap", trap)]);
    let server = start(&plan, Limits { call_timeout_ms: 2000, ..Limits::default() });
    let address = server.address();
    let hold = move || std::thread::spawn(move || get(address, "/held/x", &[]));
    let first = hold();
    wait_until("the first exchange waits", || arrived.load(Ordering::SeqCst) == 1);
    // While the first instance computes, a second one takes the next exchange.
    let spinning = std::thread::spawn(move || get(address, "/spin/x", &[]).status());
    std::thread::sleep(Duration::from_millis(300));
    let second = hold();
    wait_until("the second exchange waits", || arrived.load(Ordering::SeqCst) == 2);
    assert_eq!(spinning.join().unwrap(), 500, "the deadline ends the first instance");
    // The second instance is the only one left; a trap would end it too, so its exchange is let go first.
    released.store(true, Ordering::SeqCst);
    let (first, second) = (first.join().unwrap(), second.join().unwrap());
    assert_eq!(first.status(), 500, "its instance is gone: {}", first.text());
    assert_eq!((second.status(), second.header("x-outbound")), (200, Some("ran")));
    assert_eq!(get(address, "/trap/x", &[]).status(), 500);
    assert_eq!(get(address, "/held/x", &[]).status(), 200, "a new instance serves");
}

#[test]
fn an_endless_loop_and_endless_growth_end() {
    let spin = r#"<inbound><probe action="spin" /></inbound>"#;
    let grow = r#"<inbound><probe action="grow" /></inbound>"#;
    let fine = "<inbound><return-response /></inbound>";
    let plan = three_apis("127.0.0.1:9", [("spin", spin), ("grow", grow), ("fine", fine)]);
    let server = start(&plan, Limits { call_timeout_ms: 200, memory_bytes_max: 32 << 20, ..Limits::default() });
    for _ in 0..3 {
        for path in ["/spin/x", "/grow/x"] {
            let reply = get(server.address(), path, &[]);
            assert_eq!(reply.status(), 500);
            assert_eq!(reply.text(), "{ \"statusCode\": 500, \"message\": \"Internal server error\" }");
        }
        assert_eq!(get(server.address(), "/fine/x", &[]).status(), 200);
    }
}

/// Requests at once are bounded; what is too much is told so at once.
#[test]
fn too_many_exchanges_are_refused() {
    let (arrived, released) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (count, release) = (arrived.clone(), released.clone());
    let held = backend::start(move |_, stream| {
        count.fetch_add(1, Ordering::SeqCst);
        wait_until("the backend may answer", || release.load(Ordering::SeqCst));
        respond(stream, 200, "late")
    });
    let server =
        start(&anything(&format!("http://{held}"), &policies(FORWARD)), Limits { exchanges_max: 2, ..Limits::default() });
    let address = server.address();
    let waiting: Vec<_> = (0..2).map(|_| std::thread::spawn(move || get(address, "/", &[]).status())).collect();
    wait_until("both are admitted", || arrived.load(Ordering::SeqCst) == 2);
    let refused = get(address, "/", &[]);
    assert_eq!((refused.status(), refused.header("retry-after")), (503, Some("1")));
    released.store(true, Ordering::SeqCst);
    assert!(waiting.into_iter().all(|thread| thread.join().unwrap() == 200));
}

/// Another plan takes over without a dropped request, and exchanges under way end with the old one.
#[test]
fn a_new_plan_takes_over_without_a_dropped_request() {
    let backend = backend::answering("fine");
    let version = |text: &str| {
        let sections = format!("{FORWARD}<outbound><set-header name=\"X-Plan\"><value>{text}</value></set-header></outbound>");
        anything(&format!("http://{backend}"), &policies(&sections))
    };
    let server = Arc::new(start(&version("0"), Limits::default()));
    let address = server.address();
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let clients = std::thread::spawn(move || {
        let mut served = 0;
        while !stopped.load(Ordering::SeqCst) {
            assert_eq!(get(address, "/", &[]).status(), 200);
            served += 1;
        }
        served
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for number in 1..=10 {
        runtime.block_on(server.reload(version(&number.to_string()).write(), &Settings::default())).unwrap();
        let wanted = number.to_string();
        wait_until("the new plan serves", || get(address, "/", &[]).header("x-plan") == Some(&wanted));
    }
    assert!(runtime.block_on(server.reload(b"no plan".to_vec(), &Settings::default())).is_err());
    assert_eq!(get(address, "/", &[]).header("x-plan"), Some("10"), "a refused plan changes nothing");
    stop.store(true, Ordering::SeqCst);
    assert!(clients.join().unwrap() > 0);
}

/// Draining lets what is under way end, and nothing new in.
#[test]
fn draining_ends_what_is_under_way() {
    let arrived = Arc::new(AtomicBool::new(false));
    let arrive = arrived.clone();
    let held = backend::start(move |_, stream| {
        arrive.store(true, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(300));
        respond(stream, 200, "late")
    });
    let server = start(&anything(&format!("http://{held}"), &policies(FORWARD)), Limits::default());
    let address = server.address();
    let waiting = std::thread::spawn(move || {
        let mut stream = connect(address);
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        client::read(&mut stream)
    });
    wait_until("the request is under way", || arrived.load(Ordering::SeqCst));
    server.drain(Duration::from_secs(10));
    assert_eq!(waiting.join().unwrap().text(), "late");
    assert!(std::net::TcpStream::connect(address).is_err(), "nobody listens any more");
}

/// Three APIs at `/name`, each with its own policy, all with the same backend.
fn three_apis(backend: &str, apis: [(&str, &str); 3]) -> gateway::Plan {
    let mut files = Vec::new();
    for (name, sections) in apis {
        let information =
            format!("properties: {{ path: '{name}', serviceUrl: 'http://{backend}', subscriptionRequired: false }}");
        files.push((format!("apis/{name}/specification.yaml"), tests::service::ANYTHING.to_owned()));
        files.push((format!("apis/{name}/apiInformation.yaml"), information));
        files.push((format!("apis/{name}/policy.xml"), policies(sections)));
    }
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    tests::service::plan(&tests::service::folder(&files))
}

fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") << 10
}
