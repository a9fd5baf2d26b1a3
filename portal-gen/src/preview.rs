//! Serves a site from memory on this machine, and reloads open pages when it changes.
//!
//! [`serve`] answers from whatever site the channel holds; [`folder`] watches a service folder and puts new sites into it.
//! A broken folder keeps the last good site; what is wrong is shown above every page and in the terminal.

use crate::render::{self, Rendered};
use crate::site::Options;
use crate::{check, load};
use anyhow::{Context, Result};
use bytes::Bytes;
use diagnostic::{Severity, render as diagnostics};
use futures_util::{StreamExt, future::BoxFuture};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::{IpAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// What only a preview has: the script that reloads, its style, and the stream of news.
const SCRIPT: &str = "/_preview/preview.js";
const STYLE: &str = "/_preview/preview.css";
const NEWS: &str = "/_preview/news";

/// What the console asks of a host.
const FOR_HOST: [&str; 3] = ["/console/send", "/console/debug", "/console/trace"];

/// How long a request may take to say what it wants, and how long the folder must be quiet before it is read.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
const QUIET: Duration = Duration::from_millis(60);

/// Serves a service folder and watches it, until the process ends.
///
/// # Errors
/// If the folder cannot be read or watched, or the port is taken.
pub fn folder(directory: &Path, port: u16, environment: Option<&str>) -> Result<()> {
    let watched = Watched { directory, environment };
    // The first reading fails loudly: there is no last good site yet, and the path may be wrong.
    load::folder(directory)?;
    let listener = TcpListener::bind(("127.0.0.1", port)).with_context(|| format!("cannot listen on port {port}"))?;
    let address = listener.local_addr().context("the listener has no address")?;
    let (sender, receiver) = watch::channel(Arc::new(Rendered::default()));
    watched.update(&sender);
    println!("http://{address}/  (stop with Ctrl+C)");
    let (events, changes) = std::sync::mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading a file is an event too, and must not start a new reading.
        if event.map_or(true, |event| !event.kind.is_access()) {
            let _ = events.send(());
        }
    })
    .context("cannot watch files")?;
    notify::Watcher::watch(&mut watcher, directory, notify::RecursiveMode::Recursive)
        .with_context(|| format!("cannot watch `{}`", directory.display()))?;
    let (watched, sites) = (&watched, &sender);
    std::thread::scope(move |threads| {
        // Dropped when the server stops; then the thread below hears of no more changes and ends.
        let _watcher = watcher;
        threads.spawn(move || {
            while changes.recv().is_ok() {
                while changes.recv_timeout(QUIET).is_ok() {}
                watched.update(sites);
            }
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start the server")?;
        runtime.block_on(serve(listener, receiver, Audience::Author, None)).context("the server stopped")
    })
}

/// A folder whose site is made again and again.
struct Watched<'w> {
    directory: &'w Path,
    environment: Option<&'w str>,
}

impl Watched<'_> {
    /// Reads the folder and puts its site, or what is wrong with it, into the channel.
    fn update(&self, sites: &watch::Sender<Arc<Rendered>>) {
        let started = Instant::now();
        let problems = match self.site() {
            Ok((site, findings)) => {
                if findings.count(Severity::Warning) > 0 {
                    eprint!("{}", diagnostics::all_text(&findings));
                }
                let pages = site.files.keys().filter(|path| path.ends_with(".html")).count();
                println!("{pages} pages in {} ms", started.elapsed().as_millis());
                sites.send_replace(Arc::new(site));
                return;
            }
            Err(problems) => problems,
        };
        eprint!("{problems}");
        let last = sites.borrow().with_problems(problems);
        sites.send_replace(Arc::new(last));
    }

    fn site(&self) -> Result<(Rendered, diagnostic::Diagnostics), String> {
        let folder = load::folder(self.directory).map_err(|error| format!("error: {error:#}\n"))?;
        let (service, mut findings) = check(&folder, self.environment);
        let Some(service) = service else { return Err(diagnostics::all_text(&findings)) };
        let (site, more) = render::site(&service, &folder, &Options { drafts: true, ..Options::default() })
            .map_err(|findings| diagnostics::all_text(&findings))?;
        findings.extend(more);
        Ok((site, findings.sorted()))
    }
}

/// For whom a site is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Its author: open pages reload when the site changes, and show what is wrong.
    Author,
    /// Everybody: pages are as `build` writes them.
    Visitors,
}

/// What a host answers to what the console asks of it: a request to `/console/send`, `/console/debug` or `/console/trace`, and who
/// sends it.
pub type Host = Arc<dyn Fn(Request<Incoming>, IpAddr) -> Answering + Send + Sync>;

/// A host's answer, when it comes.
pub type Answering = BoxFuture<'static, Response<Full<Bytes>>>;

/// Answers requests with the newest site in the channel, until the task is dropped. What is for the host, `host` answers.
///
/// # Errors
/// If the listener cannot be used.
pub async fn serve(
    listener: TcpListener,
    sites: watch::Receiver<Arc<Rendered>>,
    audience: Audience,
    host: Option<Host>,
) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, client) = match listener.accept().await {
            Ok(accepted) => accepted,
            // A connection that failed while it was accepted, or too many files open: wait, then go on.
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (sites, host) = (sites.clone(), host.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let is_for_host = request.method() == Method::POST && FOR_HOST.contains(&request.uri().path());
                let answer = match host.as_ref().filter(|_| is_for_host) {
                    Some(host) => Err(host(request, client.ip())),
                    None => Ok(answer(&request, &sites, audience)),
                };
                async move {
                    Ok::<_, Infallible>(match answer {
                        Ok(answer) => answer,
                        Err(asked) => asked.await.map(BodyExt::boxed_unsync),
                    })
                }
            });
            // An error here is a client that went away.
            let _ = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIMEOUT)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

type Body = UnsyncBoxBody<Bytes, Infallible>;

fn answer(request: &Request<Incoming>, sites: &watch::Receiver<Arc<Rendered>>, audience: Audience) -> Response<Body> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut refusal =
            response(StatusCode::METHOD_NOT_ALLOWED, "text/plain; charset=utf-8", Bytes::from_static(b"only GET\n"));
        refusal.headers_mut().insert(ALLOW, hyper::header::HeaderValue::from_static("GET, HEAD"));
        return refusal;
    }
    let site = sites.borrow().clone();
    match request.uri().path() {
        path if audience == Audience::Visitors => file(&site, path, audience),
        SCRIPT => {
            response(StatusCode::OK, "text/javascript; charset=utf-8", Bytes::from_static(include_bytes!("preview/preview.js")))
        }
        STYLE => response(StatusCode::OK, "text/css; charset=utf-8", Bytes::from_static(include_bytes!("preview/preview.css"))),
        NEWS => news(sites.clone()),
        path => file(&site, path, audience),
    }
}

fn file(site: &Rendered, path: &str, audience: Audience) -> Response<Body> {
    let live = |kind: &str, bytes: &[u8]| match audience {
        Audience::Author => live(kind, bytes),
        Audience::Visitors => Bytes::copy_from_slice(bytes),
    };
    if let Some((kind, bytes)) = site.file(path) {
        return response(StatusCode::OK, kind, live(kind, bytes));
    }
    if !path.ends_with('/') && site.is_page_without_slash(path) {
        let mut redirect = response(StatusCode::MOVED_PERMANENTLY, "text/plain; charset=utf-8", Bytes::new());
        // Relative, so that it stays on this host whatever the path looks like.
        let last = path.rsplit('/').next().unwrap_or_default();
        if let Ok(location) = hyper::header::HeaderValue::from_str(&format!("./{last}/")) {
            redirect.headers_mut().insert(LOCATION, location);
        }
        return redirect;
    }
    match site.files.get("404.html") {
        Some((kind, bytes)) => response(StatusCode::NOT_FOUND, kind, live(kind, bytes)),
        // There was no good site yet.
        None => response(
            StatusCode::SERVICE_UNAVAILABLE,
            "text/html; charset=utf-8",
            live("text/html", b"<!doctype html><html lang=en><title>Not ready</title><body></body></html>"),
        ),
    }
}

/// A page with the script that listens for news.
fn live(kind: &str, bytes: &[u8]) -> Bytes {
    if !kind.starts_with("text/html") {
        return Bytes::copy_from_slice(bytes);
    }
    let end = bytes.windows(7).rposition(|window| window == b"</body>").unwrap_or(bytes.len());
    let tags = format!("<link rel=\"stylesheet\" href=\"{STYLE}\"><script src=\"{SCRIPT}\" defer></script>");
    [&bytes[..end], tags.as_bytes(), &bytes[end..]].concat().into()
}

/// Server-sent events: what is wrong now, and later whatever changes.
fn news(sites: watch::Receiver<Arc<Rendered>>) -> Response<Body> {
    let events = futures_util::stream::unfold((sites, true), |(mut sites, first)| async move {
        if !first {
            sites.changed().await.ok()?;
        }
        let problems = sites.borrow_and_update().problems.clone();
        let name = match (problems.is_empty(), first) {
            (false, _) => "problems",
            (true, true) => "ready",
            (true, false) => "changed",
        };
        let data: String = problems.lines().map(|line| format!("data: {line}\n")).collect();
        let event = format!("event: {name}\n{}\n", if data.is_empty() { "data:\n".to_owned() } else { data });
        Some((Ok::<_, Infallible>(Frame::data(Bytes::from(event))), (sites, false)))
    });
    let mut stream = response(StatusCode::OK, "text/event-stream", Bytes::new());
    *stream.body_mut() = BodyExt::boxed_unsync(StreamBody::new(events.boxed()));
    stream
}

fn response(status: StatusCode, kind: &str, bytes: Bytes) -> Response<Body> {
    let mut response = Response::new(Full::new(bytes).boxed_unsync());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Ok(kind) = hyper::header::HeaderValue::from_str(kind) {
        headers.insert(CONTENT_TYPE, kind);
    }
    headers.insert(CACHE_CONTROL, hyper::header::HeaderValue::from_static("no-store"));
    // The strictest policy a host could set: a page that works here works everywhere. The console compiles its module, calls the
    // servers that its reader chooses, and shows the images that they answer.
    headers.insert(
        CONTENT_SECURITY_POLICY,
        hyper::header::HeaderValue::from_static(
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' http: https:; img-src 'self' blob:; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    );
    response
}
