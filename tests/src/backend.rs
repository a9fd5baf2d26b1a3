//! Servers that play backends: one thread for each connection, and a function that answers.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
};

/// A request as it reached the backend.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET /path HTTP/1.1`.
    pub line: String,
    /// Header lines.
    pub headers: Vec<String>,
    /// The body, if its length was given.
    pub body: Vec<u8>,
}

impl Request {
    /// Path and query.
    pub fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    /// The first value of a header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.headers.iter().filter_map(|line| line.split_once(": "));
        pairs.into_iter().find(|(candidate, _)| candidate.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Starts a backend. `answer` is given the connection after the head and a body of known length have been read, writes the
/// whole response to it, and says whether the connection goes on.
pub fn start(answer: impl Fn(&Request, &mut TcpStream) -> bool + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || connection(stream, &*answer));
        }
    });
    address
}

/// A backend that answers `200` with these bytes.
pub fn answering(body: &'static str) -> SocketAddr {
    start(move |_, stream| respond(stream, 200, body))
}

/// A backend that speaks HTTP/2 and nothing else. It answers with what it was asked: method, URL, and body.
pub fn speaking_http2() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    listener.set_nonblocking(true).expect("the option can be set");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            while let Ok((stream, _)) = listener.accept().await {
                let served = http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service_fn(told));
                tokio::spawn(served);
            }
        });
    });
    address
}

async fn told(request: http::Request<Incoming>) -> Result<http::Response<Full<Bytes>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let host = head.headers.get("host").map_or("", |_| " and a host field");
    let body = String::from_utf8_lossy(&body.collect().await?.to_bytes()).into_owned();
    Ok(http::Response::new(format!("{} {} {:?}{host} {body}", head.method, head.uri, head.version).into()))
}

/// Writes a response with a length, and says that the connection goes on.
pub fn respond(stream: &mut TcpStream, status: u16, body: &str) -> bool {
    let head = format!("HTTP/1.1 {status} Fine\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).is_ok()
}

fn connection(stream: TcpStream, answer: &dyn Fn(&Request, &mut TcpStream) -> bool) {
    let Ok(mut writer) = stream.try_clone() else { return };
    // One byte at a time, so that a body that follows is left to the answering function.
    let mut reader = BufReader::with_capacity(1, stream);
    while let Some(request) = request(&mut reader) {
        if !answer(&request, &mut writer) {
            return;
        }
    }
}

fn request(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = || {
        let mut line = String::new();
        (reader.read_line(&mut line).ok()? > 0).then(|| line.trim_end().to_owned())
    };
    let mut request = Request { line: line()?, ..Request::default() };
    loop {
        match line()? {
            empty if empty.is_empty() => break,
            header => request.headers.push(header),
        }
    }
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    // A large body is for the answering function to read, or not.
    if length <= 1 << 20 {
        request.body = vec![0; length];
        reader.read_exact(&mut request.body).ok()?;
    }
    Some(request)
}
