//! The portable door end to end: what cases cannot show, which are keys, and bodies that stream by.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tests::{
    runners::edge::{Backend, Runtime, body},
    service::{ANYTHING, anything, folder, plan},
};
use tokio::sync::mpsc;
use wasmtime_wasi_http::{Error, WasiBody};

/// Runs a test, which must not take a minute: a body that does not stream would wait for ever.
fn within_a_minute(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), test).await.expect("it ends") });
}

/// A backend that sends the request's body back as it comes, trailers included.
fn echo() -> Backend {
    Arc::new(|request: Request<WasiBody>| Box::pin(async move { Ok(Response::new(request.into_body())) }))
}

fn get(path: &str) -> http::request::Builder {
    Request::builder().uri(format!("http://api.example{path}"))
}

async fn text(response: Response<WasiBody>) -> (u16, String) {
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

#[test]
fn keys_open_apis_and_nothing_else_is_found() {
    let information = "properties: { path: books, serviceUrl: 'http://backend.example', subscriptionRequired: true }";
    let plan = plan(&folder(&[
        ("apis/books/specification.yaml", ANYTHING),
        ("apis/books/apiInformation.yaml", information),
        ("subscriptions/alice/subscriptionInformation.yaml", "properties: { displayName: Alice, scope: /apis, state: active }"),
    ]));
    within_a_minute(async {
        let hello: Backend = Arc::new(|request: Request<WasiBody>| {
            assert!(request.headers().get("ocp-apim-subscription-key").is_none(), "the key is the gateway's");
            Box::pin(async { Ok(Response::new(body("hello".into()))) })
        });
        let door = Runtime::new(&plan.write(), hello);
        let ask = |builder: http::request::Builder| door.handle(builder.body(body(Bytes::new())).unwrap());
        let not_found = text(ask(get("/nothing")).await.unwrap()).await;
        assert_eq!(not_found, (404, r#"{ "statusCode": 404, "message": "Resource not found" }"#.to_owned()));
        let refused = ask(get("/books/1")).await.unwrap();
        let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
        assert!(challenge.starts_with("AzureApiManagementKey realm=\"https://api.example/books\""), "{challenge}");
        let (status, message) = text(refused).await;
        assert!(status == 401 && message.contains("missing subscription key"), "{status} {message}");
        let (status, message) = text(ask(get("/books/1?subscription-key=guessed")).await.unwrap()).await;
        assert!(status == 401 && message.contains("invalid subscription key"), "{status} {message}");
        for builder in
            [get("/books/1?subscription-key=alice-key"), get("/books/1").header("Ocp-Apim-Subscription-Key", "alice-key")]
        {
            assert_eq!(text(ask(builder).await.unwrap()).await, (200, "hello".to_owned()));
        }
    });
}

/// Four MiB go through and come back, and each piece is only sent when the one before has come back: nothing holds them up.
/// The same where the response is handed over, and where a policy changes its head.
#[test]
fn bodies_stream_by() {
    const PIECES: usize = 64;
    for (outbound, status) in [("", 200), (r#"<outbound><set-status code="201" /></outbound>"#, 201)] {
        let plan = anything("http://backend.example", &format!("<policies>{outbound}</policies>"));
        within_a_minute(async {
            let door = Runtime::new(&plan.write(), echo());
            let (pieces, sent) = Pieces::body();
            let mut response = door.handle(post(sent)).await.unwrap();
            assert_eq!(response.status().as_u16(), status);
            for number in 0..PIECES {
                let piece = Bytes::from(vec![number as u8; 64 << 10]);
                pieces.send(Frame::data(piece.clone())).await.unwrap();
                let mut back = Vec::new();
                while back.len() < piece.len() {
                    let frame = response.body_mut().frame().await.expect("more comes").unwrap();
                    back.extend_from_slice(frame.data_ref().expect("data"));
                }
                assert!(back == piece, "piece {number} came back as another");
            }
            drop(pieces);
            assert!(response.body_mut().frame().await.is_none(), "the end comes too");
        });
    }
}

#[test]
fn trailers_pass_in_both_directions() {
    for outbound in ["", r#"<outbound><set-status code="201" /></outbound>"#] {
        let plan = anything("http://backend.example", &format!("<policies>{outbound}</policies>"));
        within_a_minute(async {
            let door = Runtime::new(&plan.write(), echo());
            let (pieces, sent) = Pieces::body();
            pieces.send(Frame::data("abc".into())).await.unwrap();
            let trailers = HeaderMap::from_iter([("x-check".parse().unwrap(), HeaderValue::from_static("7"))]);
            pieces.send(Frame::trailers(trailers.clone())).await.unwrap();
            drop(pieces);
            let collected = door.handle(post(sent)).await.unwrap().into_body().collect().await.unwrap();
            assert_eq!(collected.trailers(), Some(&trailers));
            assert_eq!(collected.to_bytes(), "abc");
        });
    }
}

/// Bodies of which a policy reads every byte, longer than any piece in which they come.
#[test]
fn a_body_is_read_and_changed() {
    let policy = r#"<policies><inbound><find-and-replace from="gbp" to="GBP" /></inbound>
        <outbound><find-and-replace from="GBP" to="EUR" /></outbound></policies>"#;
    let plan = anything("http://backend.example", policy);
    within_a_minute(async {
        let heard: Backend = Arc::new(|request: Request<WasiBody>| {
            Box::pin(async {
                let bytes = request.into_body().collect().await?.to_bytes();
                assert!(!String::from_utf8_lossy(&bytes).contains("gbp"));
                Ok(Response::new(body(bytes)))
            })
        });
        let door = Runtime::new(&plan.write(), heard);
        let (status, text) = text(door.handle(post(body("12 gbp, ".repeat(100_000).into()))).await.unwrap()).await;
        assert_eq!(status, 200);
        assert!(text == "12 EUR, ".repeat(100_000), "{} bytes came back", text.len());
    });
}

/// A body of unknown length passes, whatever the method.
#[test]
fn a_body_passes_with_every_method() {
    for policy in ["<policies />", r#"<policies><outbound><set-status code="200" /></outbound></policies>"#] {
        let plan = anything("http://backend.example", policy);
        within_a_minute(async {
            let door = Runtime::new(&plan.write(), echo());
            let (pieces, sent) = Pieces::body();
            pieces.send(Frame::data("twelve ".into())).await.unwrap();
            pieces.send(Frame::data("books".into())).await.unwrap();
            drop(pieces);
            let with = text(door.handle(get("/search").body(sent).unwrap()).await.unwrap()).await;
            assert_eq!(with, (200, "twelve books".to_owned()));
            let without = text(door.handle(get("/search").body(body(Bytes::new())).unwrap()).await.unwrap()).await;
            assert_eq!(without, (200, String::new()));
        });
    }
}

/// A body that streamed to one backend is gone: nobody gets an empty one instead.
#[test]
fn a_body_is_never_silently_lost() {
    let plan =
        anything("http://backend.example", "<policies><backend><forward-request /><forward-request /></backend></policies>");
    within_a_minute(async {
        let door = Runtime::new(&plan.write(), echo());
        assert_eq!(text(door.handle(post(body("twelve books".into()))).await.unwrap()).await.0, 500);
        assert_eq!(text(door.handle(get("/").body(body(Bytes::new())).unwrap()).await.unwrap()).await.0, 200);
    });
}

/// The runtime sends requests by itself: it is not told of proxies, so a request that should go through one goes nowhere.
#[test]
fn nothing_goes_around_a_proxy() {
    for outbound in ["", r#"<outbound><set-status code="200" /></outbound>"#] {
        let policy = format!(r#"<policies><inbound><proxy url="http://proxy.example:3128" /></inbound>{outbound}</policies>"#);
        let plan = anything("http://backend.example", &policy);
        within_a_minute(async {
            let unreachable: Backend = Arc::new(|_| panic!("it was sent"));
            let door = Runtime::new(&plan.write(), unreachable);
            assert_eq!(text(door.handle(get("/").body(body(Bytes::new())).unwrap()).await.unwrap()).await.0, 500);
        });
    }
}

/// An instance goes on after requests that got no answer, and serves several at once.
#[test]
fn requests_do_not_wait_for_each_other() {
    let plan = anything("http://backend.example", "<policies><outbound><set-status code=\"201\" /></outbound></policies>");
    within_a_minute(async {
        let backend: Backend = Arc::new(|request: Request<WasiBody>| {
            Box::pin(async move {
                match request.uri().path() {
                    "/never" => std::future::pending().await,
                    "/refused" => Err(Error::ConnectionRefused),
                    _ => Ok(Response::new(body("fine".into()))),
                }
            })
        });
        let door = Arc::new(Runtime::new(&plan.write(), backend));
        let waits = door.clone();
        let never = tokio::spawn(async move { waits.handle(get("/never").body(body(Bytes::new())).unwrap()).await.is_ok() });
        for _ in 0..10 {
            let refused = door.handle(get("/refused").body(body(Bytes::new())).unwrap()).await.unwrap();
            assert_eq!(refused.status().as_u16(), 500);
            let fine = door.handle(get("/fine").body(body(Bytes::new())).unwrap()).await.unwrap();
            assert_eq!(text(fine).await, (201, "fine".to_owned()));
        }
        assert!(!never.is_finished());
    });
}

fn post(body: WasiBody) -> Request<WasiBody> {
    Request::post("http://api.example/orders").body(body).unwrap()
}

/// A body whose pieces come when the test says so.
struct Pieces(mpsc::Receiver<Frame<Bytes>>);

impl Pieces {
    /// The end to send into, and the body.
    fn body() -> (mpsc::Sender<Frame<Bytes>>, WasiBody) {
        let (sender, receiver) = mpsc::channel(8);
        (sender, Pieces(receiver).boxed_unsync())
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.0.poll_recv(context).map(|frame| frame.map(Ok))
    }
}
