//! Tunnels through an HTTP proxy.

use std::io;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use wire::Proxy;

/// The most that a proxy may say before the tunnel begins.
const HEAD_BYTES_MAX: usize = 16 << 10;

/// Asks the proxy at the other end of the stream for a tunnel to a server, `host:port`.
pub(crate) async fn tunnel(stream: &mut TcpStream, proxy: Proxy<'_>, server: &str) -> io::Result<()> {
    let authorization = match proxy.authorization {
        "" => String::new(),
        value => format!("Proxy-Authorization: {value}\r\n"),
    };
    let request = format!("CONNECT {server} HTTP/1.1\r\nHost: {server}\r\n{authorization}\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::with_capacity(256);
    let mut chunk = [0; 1024];
    let mut is_whole = false;
    while !is_whole {
        // Looked at before it is taken: what stands behind the head is the server's, and an HTTP/2 server speaks first.
        let seen = stream.peek(&mut chunk).await?;
        if seen == 0 {
            return Err(io::Error::other(format!("the proxy {} closed the connection", proxy.authority)));
        }
        let before = head.len();
        head.extend_from_slice(chunk.get(..seen).unwrap_or_default());
        if let Some(at) = head.windows(4).position(|window| window == b"\r\n\r\n") {
            head.truncate(at + 4);
            is_whole = true;
        }
        stream.read_exact(chunk.get_mut(..head.len() - before).unwrap_or_default()).await?;
        if head.len() > HEAD_BYTES_MAX {
            let message = format!("the proxy {} says more than {HEAD_BYTES_MAX} bytes before a tunnel begins", proxy.authority);
            return Err(io::Error::other(message));
        }
    }
    let line = String::from_utf8_lossy(head.split(|byte| *byte == b'\r').next().unwrap_or_default()).into_owned();
    match line.split(' ').nth(1) {
        Some(status) if status.len() == 3 && status.starts_with('2') => Ok(()),
        _ => Err(io::Error::other(format!("the proxy {} refuses a tunnel: {line}", proxy.authority))),
    }
}
