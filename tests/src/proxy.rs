//! An HTTP proxy, as small as one can be: it passes requests on, and opens tunnels.

use crate::backend::{self, Request};
use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{Arc, Mutex},
};

/// The first line of a request, and what it says about who asks.
pub type Asked = (String, Option<String>);

/// A proxy that runs.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it was asked.
    pub asked: Arc<Mutex<Vec<Asked>>>,
}

/// Starts a proxy.
pub fn start() -> Proxy {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = asked.clone();
    let address = backend::start(move |request, stream| {
        let authorization = request.header("proxy-authorization").map(str::to_owned);
        heard.lock().expect("nobody panicked").push((request.line.clone(), authorization));
        let passed = if request.line.starts_with("CONNECT ") { tunnel(request, stream) } else { pass_on(request, stream) };
        passed.is_none() && backend::respond(stream, 502, "the proxy cannot reach it")
    });
    Proxy { address, asked }
}

/// Passes one request on, and what comes back until the server has no more to say.
fn pass_on(request: &Request, client: &mut TcpStream) -> Option<()> {
    let (method, url) = request.line.strip_suffix(" HTTP/1.1")?.split_once(' ')?;
    let (server, path) = url.strip_prefix("http://")?.split_once('/')?;
    let mut stream = TcpStream::connect(server).ok()?;
    let is_ours = |line: &&String| !line.to_ascii_lowercase().starts_with("proxy-");
    let fields: String = request.headers.iter().filter(is_ours).map(|line| format!("{line}\r\n")).collect();
    stream.write_all(format!("{method} /{path} HTTP/1.1\r\n{fields}Via: 1.1 proxy\r\n\r\n").as_bytes()).ok()?;
    stream.write_all(&request.body).ok()?;
    stream.shutdown(Shutdown::Write).ok()?;
    copy(&mut stream, client)
}

fn tunnel(request: &Request, client: &mut TcpStream) -> Option<()> {
    let mut server = TcpStream::connect(request.target()).ok()?;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
    let (mut from_client, mut to_server) = (client.try_clone().ok()?, server.try_clone().ok()?);
    std::thread::spawn(move || copy(&mut from_client, &mut to_server));
    copy(&mut server, client)
}

fn copy(from: &mut TcpStream, to: &mut TcpStream) -> Option<()> {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        to.write_all(buffer.get(..length)?).ok()?;
    }
    Some(())
}
