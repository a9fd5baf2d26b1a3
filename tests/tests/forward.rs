//! The way to a backend, end to end: HTTP/2, proxies, `100 Continue`, and the limits of what is held meanwhile.
//!
//! Apart from `doors.rs`, whose tests measure the memory of their process.

use server::Limits;
use std::{
    io::{Read, Write},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tests::{
    backend::{self, respond},
    client::{exchange, get, post},
    proxy,
    service::{anything, start},
    wait_until,
};

const FORWARD: &str = "<backend><forward-request /></backend>";

fn policies(sections: &str) -> String {
    format!("<policies>{sections}</policies>")
}

/// The limit on bodies that policies read is named: to the caller of a request that is too long, and to `on-error` where it is
/// the answer.
#[test]
fn a_body_that_is_too_long_to_be_read_is_told_so() {
    let backend = backend::start(|_, stream| {
        let length = (16 << 20) + 1;
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").unwrap();
        stream.write_all(&vec![b'x'; length]).is_ok()
    });
    let asked = format!(r#"<inbound><find-and-replace from="a" to="b" /></inbound>{FORWARD}"#);
    let answered = format!(
        r#"{FORWARD}<outbound><find-and-replace from="a" to="b" /></outbound><on-error>
           <set-header name="X-Error"><value>@(context.LastError.Reason + ": " + context.LastError.Message)</value></set-header>
           </on-error>"#
    );
    let server = start(&anything(&format!("http://{backend}"), &policies(&asked)), Limits::default());
    let refused = post(server.address(), "/", &"x".repeat((16 << 20) + 1));
    assert_eq!(
        (refused.status(), refused.text().as_str()),
        (
            413,
            r#"{ "statusCode": 413, "message": "The request's body is longer than 16 MiB, the most that a policy can read." }"#
        )
    );
    let server = start(&anything(&format!("http://{backend}"), &policies(&answered)), Limits::default());
    let failed = get(server.address(), "/", &[]);
    let error = "ResponseBodyTooLarge: The response's body is longer than 16 MiB, the most that a policy can read.";
    assert_eq!((failed.status(), failed.header("x-error")), (500, Some(error)), "{}", failed.head);
}

#[test]
fn a_backend_is_spoken_to_in_http2_where_a_policy_says_so() {
    let backend = backend::speaking_http2();
    let forward = r#"<backend><forward-request http-version="2" /></backend>"#;
    let server = start(&anything(&format!("http://{backend}"), &policies(forward)), Limits::default());
    for number in 0..3 {
        let reply = post(server.address(), &format!("/books/{number}"), "twelve");
        assert_eq!(reply.text(), format!("POST http://{backend}/books/{number} HTTP/2.0 twelve"), "{}", reply.head);
    }
    let plain = start(&anything(&format!("http://{backend}"), &policies(FORWARD)), Limits::default());
    assert_eq!(get(plain.address(), "/", &[]).status(), 500, "it does not speak HTTP/1.1");
}

/// What is longer than a backend of these tests reads before it is asked to answer.
const LONG: usize = 2 << 20;

#[test]
fn a_body_waits_for_100_continue() {
    let backend = backend::start(|request, stream| {
        assert_eq!(request.header("expect"), Some("100-continue"));
        match request.target() {
            "/refuses" => return respond(stream, 403, "no"),
            "/waits" => {
                std::thread::sleep(Duration::from_secs(3));
                return false;
            }
            _ => {}
        }
        stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        assert!(stream.read(&mut [0]).is_err(), "the body came before it was wanted");
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.read_exact(&mut vec![0; LONG]).is_ok() && respond(stream, 200, "thank you")
    });
    let forward = r#"<backend><forward-request continue-timeout="1" /></backend><on-error>
        <set-header name="X-Error"><value>@(context.LastError.Reason)</value></set-header></on-error>"#;
    let server = start(&anything(&format!("http://{backend}"), &policies(forward)), Limits::default());
    let body = "x".repeat(LONG);
    for _ in 0..2 {
        assert_eq!(post(server.address(), "/wants", &body).text(), "thank you");
        // A server that refuses never sees the body, and its connection is not used again.
        let refused = exchange(
            server.address(),
            &format!("POST /refuses HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {LONG}\r\n\r\n"),
        );
        assert_eq!((refused.status(), refused.text().as_str()), (403, "no"));
    }
    let waited = post(server.address(), "/waits", &body);
    assert_eq!((waited.status(), waited.header("x-error")), (500, Some("Timeout")), "{}", waited.head);
}

#[test]
fn requests_go_through_a_proxy() {
    let (backend, proxy) = (backend::answering("from the backend"), proxy::start());
    let sections = format!(
        r#"<inbound><proxy url="http://{}" username="shop" password="quiet" />
        <send-request response-variable-name="asked"><set-url>http://{backend}/asked?x=1</set-url><proxy url="http://{}" /></send-request>
        <send-request response-variable-name="direct"><set-url>http://{backend}/direct</set-url></send-request></inbound>{FORWARD}"#,
        proxy.address, proxy.address
    );
    let server = start(&anything(&format!("http://{backend}"), &policies(&sections)), Limits::default());
    assert_eq!(get(server.address(), "/books?page=2", &[]).text(), "from the backend");
    let asked = proxy.asked.lock().unwrap().clone();
    let authorization = Some("Basic c2hvcDpxdWlldA==".to_owned());
    assert_eq!(
        asked,
        [
            (format!("GET http://{backend}/asked?x=1 HTTP/1.1"), None),
            (format!("GET http://{backend}/books?page=2 HTTP/1.1"), authorization),
        ]
    );
}

/// What a proxy cannot read goes through a tunnel.
#[test]
fn a_proxy_is_asked_for_a_tunnel() {
    let (backend, proxy) = (backend::speaking_http2(), proxy::start());
    let sections = format!(
        r#"<inbound><proxy url="http://{}" username="shop" password="quiet" /></inbound>
           <backend><forward-request http-version="2" /></backend><on-error>
           <set-header name="X-Error"><value>@(context.LastError.Message)</value></set-header></on-error>"#,
        proxy.address
    );
    let server = start(&anything(&format!("http://{backend}"), &policies(&sections)), Limits::default());
    for _ in 0..2 {
        assert_eq!(get(server.address(), "/books", &[]).text(), format!("GET http://{backend}/books HTTP/2.0 "));
    }
    let authorization = Some("Basic c2hvcDpxdWlldA==".to_owned());
    assert_eq!(*proxy.asked.lock().unwrap(), [(format!("CONNECT {backend} HTTP/1.1"), authorization)]);
    let server = start(&anything("http://127.0.0.1:9", &policies(&sections)), Limits::default());
    let failed = get(server.address(), "/books", &[]);
    let error = format!("127.0.0.1:9: the proxy {} refuses a tunnel: HTTP/1.1 502 Fine", proxy.address);
    assert_eq!((failed.status(), failed.header("x-error")), (500, Some(error.as_str())));
}

/// One-way requests that nobody takes are bounded by their bytes, too: five of twelve MiB, and no sixth.
#[test]
fn one_way_requests_do_not_fill_the_memory() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let silent = backend::start(move |_, stream| {
        count.fetch_add(1, Ordering::SeqCst);
        let _ = stream.set_read_timeout(None);
        std::thread::sleep(Duration::from_secs(20));
        false
    });
    let inbound = format!(
        r#"<inbound><send-one-way-request mode="copy"><set-url>http://{silent}/seen</set-url></send-one-way-request>
            <return-response /></inbound>"#
    );
    let server = start(&anything("http://127.0.0.1:9", &policies(&inbound)), Limits::default());
    let body = "x".repeat(12 << 20);
    for _ in 0..7 {
        assert_eq!(post(server.address(), "/", &body).status(), 200);
    }
    wait_until("five are sent", || asked.load(Ordering::SeqCst) == 5);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(asked.load(Ordering::SeqCst), 5);
}
