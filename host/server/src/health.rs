//! What an operator's tools ask: is it alive, is it ready.

use anyhow::Result;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use tokio::{net::TcpListener, sync::watch};

/// Answers `/health/live` and `/health/ready`; ready turns to 503 once the server drains. The address that APIM's
/// self-hosted gateway is probed at, `/status-0123456789abcdef`, means ready too.
///
/// # Errors
/// Where connections cannot be accepted any more.
pub async fn serve(listener: TcpListener, ready: watch::Receiver<bool>) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let ready = ready.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let response = answer(request.uri().path(), *ready.borrow());
                async move { Ok::<_, Infallible>(response) }
            });
            let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
            // A probe may hang up whenever it likes.
            let _ = connection.await;
        });
    }
}

fn answer(path: &str, is_ready: bool) -> Response<Full<Bytes>> {
    let (status, text) = match path {
        "/health/live" => (StatusCode::OK, "alive\n"),
        "/health/ready" | "/status-0123456789abcdef" if is_ready => (StatusCode::OK, "ready\n"),
        "/health/ready" | "/status-0123456789abcdef" => (StatusCode::SERVICE_UNAVAILABLE, "draining\n"),
        _ => (StatusCode::NOT_FOUND, "try /health/live or /health/ready\n"),
    };
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
}
