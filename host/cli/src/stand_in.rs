//! Stand-ins for backends, while developing: `dev/upstreams.yaml` says what each answers.

use crate::loaded::Loaded;
use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{self, HeaderName, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, RwLock},
    time::Duration,
};
use tokio::net::TcpListener;

const FILE: &str = "dev/upstreams.yaml";

/// The servers that play backends, by the backend's name.
#[derive(Default)]
pub(crate) struct StandIns {
    servers: BTreeMap<String, (SocketAddr, Routes)>,
}

/// What a stand-in answers now; changed while it runs.
type Routes = Arc<RwLock<Vec<Route>>>;

/// One entry: a request, and what is answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// `GET /books/{isbn}`; `ANY` is every method, `{*rest}` the rest of the path.
    request: String,
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: serde_json::Value,
    #[serde(default)]
    delay_ms: u64,
}

fn ok() -> u16 {
    200
}

/// An entry, checked.
#[derive(Clone, Debug)]
struct Route {
    /// `None` for every method.
    method: Option<Method>,
    segments: Vec<Segment>,
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: serde_json::Value,
    delay: Duration,
}

#[derive(Clone, Debug)]
enum Segment {
    Literal(String),
    Parameter(String),
    Rest(String),
}

impl StandIns {
    /// Does what the folder's file says now: starts servers for new names, and gives the others their new answers.
    pub(crate) async fn update(&mut self, loaded: &Loaded) -> Result<()> {
        let Some(bytes) = loaded.folder.get(FILE) else { return Ok(()) };
        let text = std::str::from_utf8(bytes).with_context(|| format!("{FILE} is not UTF-8"))?;
        let entries: BTreeMap<String, Vec<Entry>> =
            serde_saphyr::from_str(text).with_context(|| format!("{FILE} is not as it should be"))?;
        let mut all = Vec::new();
        for (name, entries) in entries {
            if !loaded.service.backends.iter().any(|backend| backend.name == name) {
                let known: Vec<_> = loaded.service.backends.iter().map(|backend| backend.name.as_str()).collect();
                bail!("{FILE}: there is no backend `{name}` to play; the folder's backends are: {}", known.join(", "));
            }
            let routes = entries.into_iter().map(Route::new).collect::<Result<Vec<_>>>();
            all.push((name.clone(), routes.with_context(|| format!("{FILE}, `{name}`"))?));
        }
        for (name, routes) in all {
            match self.servers.get(&name) {
                Some((_, current)) => *current.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = routes,
                None => {
                    let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port for a stand-in")?;
                    let (address, routes) = (listener.local_addr()?, Arc::new(RwLock::new(routes)));
                    tokio::spawn(serve(listener, routes.clone()));
                    self.servers.insert(name, (address, routes));
                }
            }
        }
        Ok(())
    }

    /// Where each backend is played.
    pub(crate) fn addresses(&self) -> BTreeMap<String, String> {
        self.servers.iter().map(|(name, (address, _))| (name.clone(), format!("http://{address}"))).collect()
    }

    /// Which backends are played.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.servers.keys().map(String::as_str).collect()
    }
}

impl Route {
    fn new(entry: Entry) -> Result<Self> {
        let Some((method, path)) = entry.request.split_once(' ').filter(|(_, path)| path.starts_with('/')) else {
            bail!("`request: {}` must be a method and a path: `GET /books/{{isbn}}`", entry.request);
        };
        let method = match method {
            "ANY" => None,
            method => Some(method.parse().with_context(|| format!("`{method}` is not a method"))?),
        };
        let segments = path.split('/').skip(1).map(|segment| {
            match segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) {
                None => Segment::Literal(segment.to_owned()),
                Some(name) => match name.strip_prefix('*') {
                    Some(name) => Segment::Rest(name.to_owned()),
                    None => Segment::Parameter(name.to_owned()),
                },
            }
        });
        let mut headers = Vec::new();
        for (name, value) in &entry.headers {
            let name: HeaderName = name.parse().with_context(|| format!("`{name}` cannot be the name of a header"))?;
            headers.push((name, value.parse().with_context(|| format!("`{value}` cannot be the value of a header"))?));
        }
        Ok(Self {
            method,
            segments: segments.collect(),
            status: StatusCode::from_u16(entry.status).with_context(|| format!("`{}` is not a status code", entry.status))?,
            headers,
            body: entry.body,
            delay: Duration::from_millis(entry.delay_ms),
        })
    }

    /// The values of the path's parameters, if this is the entry for a request.
    fn matches(&self, method: &Method, path: &str) -> Option<Vec<(String, String)>> {
        if self.method.as_ref().is_some_and(|own| own != method) {
            return None;
        }
        let mut values = Vec::new();
        let mut rest = path.strip_prefix('/').unwrap_or(path).split('/');
        for segment in &self.segments {
            match segment {
                Segment::Rest(name) => {
                    values.push((name.clone(), rest.by_ref().collect::<Vec<_>>().join("/")));
                    return Some(values);
                }
                Segment::Literal(text) if rest.next() == Some(text) => {}
                Segment::Literal(_) => return None,
                Segment::Parameter(name) => values.push((name.clone(), rest.next()?.to_owned())),
            }
        }
        rest.next().is_none().then_some(values)
    }

    fn respond(&self, values: &[(String, String)]) -> Response<Full<Bytes>> {
        let is_text = self.body.is_string();
        let text = match &self.body {
            serde_json::Value::Null => String::new(),
            body => {
                let mut body = body.clone();
                fill(&mut body, values);
                body.as_str().map_or_else(|| format!("{body:#}\n"), str::to_owned)
            }
        };
        let mut response = Response::new(Full::new(text.into()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if !self.body.is_null() {
            let kind = if is_text { "text/plain; charset=utf-8" } else { "application/json" };
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        response
    }
}

/// Puts the path's values into every text of a body.
fn fill(value: &mut serde_json::Value, values: &[(String, String)]) {
    match value {
        serde_json::Value::String(text) => {
            for (name, value) in values {
                *text = text.replace(&format!("{{{name}}}"), value);
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| fill(item, values)),
        serde_json::Value::Object(members) => members.values_mut().for_each(|member| fill(member, values)),
        _ => {}
    }
}

async fn serve(listener: TcpListener, routes: Routes) {
    while let Ok((stream, _)) = listener.accept().await {
        let routes = routes.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let routes = routes.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
                async move { Ok::<_, Infallible>(answer(&routes, &request).await) }
            });
            let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
            // The gateway closes its connections whenever it likes.
            let _ = connection.await;
        });
    }
}

async fn answer(routes: &[Route], request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let path = request.uri().path();
    let found = routes.iter().find_map(|route| Some((route, route.matches(request.method(), path)?)));
    match found {
        Some((route, values)) => {
            tokio::time::sleep(route.delay).await;
            route.respond(&values)
        }
        None => {
            let text = format!("no entry of {FILE} answers {} {path}\n", request.method());
            let mut response = Response::new(Full::new(text.into()));
            *response.status_mut() = StatusCode::NOT_FOUND;
            response
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(request: &str) -> Result<Route> {
        let body = serde_json::json!({ "isbn": "{isbn}", "list": ["{isbn}!"] });
        Route::new(Entry { request: request.to_owned(), status: 200, headers: BTreeMap::new(), body, delay_ms: 0 })
    }

    #[test]
    fn entries_match_and_fill_in_what_they_matched() {
        let one = route("GET /books/{isbn}").unwrap();
        let values = one.matches(&Method::GET, "/books/12").unwrap();
        let mut body = one.body.clone();
        fill(&mut body, &values);
        assert_eq!(body, serde_json::json!({ "isbn": "12", "list": ["12!"] }));
        assert!(one.matches(&Method::POST, "/books/12").is_none());
        assert!(one.matches(&Method::GET, "/books/12/x").is_none() && one.matches(&Method::GET, "/books").is_none());
        let rest = route("ANY /{*rest}").unwrap();
        assert_eq!(rest.matches(&Method::PUT, "/a/b").unwrap(), [("rest".to_owned(), "a/b".to_owned())]);
        assert!(rest.matches(&Method::GET, "/").is_some());
        for bad in ["GET", "GET books", "G T /x", ""] {
            assert!(route(bad).is_err(), "{bad}");
        }
    }
}
