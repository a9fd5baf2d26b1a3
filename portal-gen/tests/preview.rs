//! The preview as a browser sees it: pages, reloading, and a folder that breaks while it is open.

mod common;

use common::{definition, folder, site};
use portal_gen::Rendered;
use portal_gen::preview::Audience;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A server on its own thread, and the way to give it another site.
fn server(first: Rendered) -> (SocketAddr, watch::Sender<Arc<Rendered>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = watch::channel(Arc::new(first));
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(portal_gen::preview::serve(listener, receiver, Audience::Author, None))
    });
    (address, sender)
}

fn send(address: SocketAddr, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(format!("{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    stream
}

fn get(address: SocketAddr, path: &str) -> String {
    let mut answer = String::new();
    send(address, &format!("GET {path}")).read_to_string(&mut answer).unwrap();
    answer
}

fn demo() -> Rendered {
    site(&folder(&[("apis/test/specification.json", &definition("", ""))]))
}

#[test]
fn pages_are_served_with_what_reloads_them() {
    let (address, _sender) = server(demo());
    let page = get(address, "/apis/test/?x=1");
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n") && page.contains("content-type: text/html; charset=utf-8"), "{page}");
    assert!(page.contains("<script src=\"/_preview/preview.js\" defer></script></body>"), "{page}");
    assert!(page.contains("content-security-policy: default-src 'self'"), "{page}");
    assert!(get(address, "/apis/test").contains("location: ./test/\r\n"));
    assert!(get(address, "/nothing/here").starts_with("HTTP/1.1 404 "));
    assert!(get(address, "/../Cargo.toml").starts_with("HTTP/1.1 404 "));
    assert!(get(address, "/_preview/preview.js").contains("EventSource"));
    assert!(get(address, "/assets/style.css?v=1").contains("content-type: text/css"));
    let mut refusal = String::new();
    send(address, "DELETE /").read_to_string(&mut refusal).unwrap();
    assert!(refusal.starts_with("HTTP/1.1 405 ") && refusal.contains("allow: GET, HEAD"), "{refusal}");
}

#[test]
fn open_pages_hear_of_changes_and_of_problems() {
    let (address, sender) = server(demo());
    let mut news = BufReader::new(send(address, "GET /_preview/news")).lines();
    let mut next_event =
        || news.by_ref().map(Result::unwrap).find_map(|line| line.strip_prefix("event: ").map(str::to_owned)).unwrap();
    assert_eq!(next_event(), "ready");
    sender.send_replace(Arc::new(demo()));
    assert_eq!(next_event(), "changed");
    sender.send_replace(Arc::new(demo().with_problems("error: one\nerror: two\n".to_owned())));
    assert_eq!(next_event(), "problems");
    assert!(get(address, "/apis/test/").starts_with("HTTP/1.1 200 OK"), "the last good site stays");
}

#[test]
fn a_folder_that_breaks_keeps_its_last_good_site() {
    let directory = tempfile::tempdir().unwrap();
    let service = directory.path().join("service");
    portal_gen::scaffold::write(&service).unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_portal-gen"))
        .args(["preview", service.to_str().unwrap(), "--port", "0"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = lines.by_ref().find_map(|line| Some(line.strip_prefix("http://")?.split('/').next()?.to_owned())).unwrap();
    let address: SocketAddr = url.parse().unwrap();
    let mut news = BufReader::new(send(address, "GET /_preview/news")).lines();
    let mut next_event =
        || news.by_ref().map(Result::unwrap).find_map(|line| line.strip_prefix("event: ").map(str::to_owned)).unwrap();
    assert_eq!(next_event(), "ready");
    std::fs::write(service.join("portal/content/guides/new.md"), "# New\n").unwrap();
    assert_eq!(next_event(), "changed");
    assert!(get(address, "/guides/new/").starts_with("HTTP/1.1 200 OK"));
    std::fs::write(service.join("apis/hello/specification.yaml"), "openapi: [").unwrap();
    assert_eq!(next_event(), "problems");
    assert!(get(address, "/apis/hello/").starts_with("HTTP/1.1 200 OK"));
    child.kill().unwrap();
    child.wait().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("apis/hello/specification.yaml"), "{said}");
}
