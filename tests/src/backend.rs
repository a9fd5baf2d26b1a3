//! Servers that play backends: one thread for each connection, and a function that answers.

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
