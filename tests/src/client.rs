//! A client that sends exactly what it is told, and shows exactly what came back.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// What came back, byte for byte.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The head without its empty line.
    pub head: String,
    /// Everything after it, still in chunks if it came so.
    pub body: Vec<u8>,
}

impl Reply {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    /// The first value of a header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(candidate, _)| candidate.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A connection.
pub fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the gateway listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time-out can be set");
    stream.set_nodelay(true).expect("the option can be set");
    stream
}

/// Sends these bytes, with `Connection: close` asked for in them, and reads until the end.
pub fn exchange(address: SocketAddr, request: &str) -> Reply {
    let mut stream = connect(address);
    stream.write_all(request.as_bytes()).expect("the gateway reads");
    read(&mut stream)
}

/// Reads a whole reply, up to the end of the connection.
pub fn read(stream: &mut TcpStream) -> Reply {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).expect("the gateway answers and closes");
    let end = all.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    Reply { head: String::from_utf8_lossy(&all[..end]).into_owned(), body: all[end + 4..].to_vec() }
}

/// `GET` of a path, with these header lines.
pub fn get(address: SocketAddr, path: &str, headers: &[&str]) -> Reply {
    let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    exchange(address, &format!("GET {path} HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n{lines}\r\n"))
}

/// `POST` of a body to a path.
pub fn post(address: SocketAddr, path: &str, body: &str) -> Reply {
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    exchange(address, &format!("{head}{body}"))
}
