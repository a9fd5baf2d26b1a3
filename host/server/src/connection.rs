//! Listening, and one client's connection.

use crate::{exchange, tls::Peer, worker::Worker};
use hyper::{
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, future::Future, net::SocketAddr, pin::pin, rc::Rc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};

/// How long a client may take for the head of a request.
const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(10);
/// The most that is buffered of one connection, and so the longest head.
const BUFFER_BYTES_MAX: usize = 64 << 10;
/// The most header fields of a request.
const HEADERS_MAX: usize = 128;
/// The most requests at once on one HTTP/2 connection.
const STREAMS_MAX: u32 = 200;
/// How an HTTP/2 connection begins (RFC 9113, section 3.4).
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0";

/// Accepts connections until the server drains.
pub(crate) async fn accept(worker: Rc<Worker>, listener: TcpListener) {
    let mut draining = worker.draining();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = draining.wait_for(|draining| *draining) => return,
        };
        match accepted {
            Ok((stream, client)) => {
                tokio::task::spawn_local(serve(worker.clone(), stream, client));
            }
            Err(error) => {
                // Out of file descriptors, most likely: pausing lets other connections end.
                tracing::error!("cannot accept a connection: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve(worker: Rc<Worker>, stream: TcpStream, address: SocketAddr) {
    let _open = worker.open_connection();
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let tls = worker.instances().tls().clone();
    // A client who says nothing for so long is not worth a connection.
    let Some(listener) = &tls.listener else {
        if let Ok(is_http2) = tokio::time::timeout(HEADER_READ_TIMEOUT, starts_with_http2_preface(&stream)).await {
            drop(tls);
            requests(worker, stream, Peer::plain(address), is_http2).await;
        }
        return;
    };
    match tokio::time::timeout(HEADER_READ_TIMEOUT, listener.accept(stream, address, &worker.shared().identity.revocations)).await
    {
        Ok(Ok((stream, peer))) => {
            // A reload replaces it, and this connection may live for long.
            drop(tls);
            let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            requests(worker, stream, peer, is_http2).await;
        }
        // Who scans ports ends here, and that is nothing to wake anybody for.
        Ok(Err(error)) => tracing::info!(client = %address.ip(), "no connection by TLS: {error}"),
        Err(_) => {}
    }
}

/// Serves the requests of a connection, until it ends or the server drains.
async fn requests<S>(worker: Rc<Worker>, stream: S, peer: Peer, is_http2: bool)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let own = worker.clone();
    let service = service_fn(move |request| {
        let (worker, peer) = (own.clone(), peer.clone());
        async move { Ok::<_, Infallible>(exchange::serve(&worker, request, &peer).await) }
    });
    let mut draining = worker.draining();
    macro_rules! drive {
        ($connection:expr) => {{
            let mut connection = pin!($connection);
            // How a connection ends is the client's business: it may go away at any time.
            tokio::select! {
                _ = connection.as_mut() => {}
                _ = draining.wait_for(|draining| *draining) => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
        }};
    }
    if is_http2 {
        let mut builder = http2::Builder::new(LocalExecutor);
        builder.timer(TokioTimer::new()).max_concurrent_streams(STREAMS_MAX).max_header_list_size(BUFFER_BYTES_MAX as u32);
        builder.keep_alive_interval(Duration::from_secs(60)).keep_alive_timeout(Duration::from_secs(20));
        drive!(builder.serve_connection(TokioIo::new(stream), service));
    } else {
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEADER_READ_TIMEOUT).max_headers(HEADERS_MAX);
        builder.max_buf_size(BUFFER_BYTES_MAX);
        drive!(builder.serve_connection(TokioIo::new(stream), service));
    }
}

/// Looks at the first bytes without taking them.
async fn starts_with_http2_preface(stream: &TcpStream) -> bool {
    let mut start = [0; HTTP2_PREFACE.len()];
    loop {
        match stream.peek(&mut start).await {
            Ok(length) if length == start.len() => return start == *HTTP2_PREFACE,
            // The rest of a preface that came in pieces; anything else is not one.
            Ok(length) if length > 0 && HTTP2_PREFACE.starts_with(&start[..length]) => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            _ => return false,
        }
    }
}

/// Runs the streams of an HTTP/2 connection on the thread of their connection.
#[derive(Clone)]
struct LocalExecutor;

impl<F: Future<Output: 'static> + 'static> hyper::rt::Executor<F> for LocalExecutor {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(future);
    }
}
