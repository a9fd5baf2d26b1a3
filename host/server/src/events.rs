//! Events on their way out: what policies measure, log and trace goes to files and to collectors, as lines of JSON.
//!
//! Whoever emits never waits: events go into a bounded queue, and one thread of its own writes and sends them. What does not fit
//! is dropped, and the log says how many. Nothing here looks into an event.

use crate::{
    body::{Payload, Read},
    upstream::{Pool, Route},
};
use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};
use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};
use tokio::sync::mpsc;
use wire::{HttpVersion, Scheme};

/// The most events that wait to be written.
const WAITING_MAX: usize = 16 << 10;

/// The most events that are written or sent together.
const BATCH_MAX: usize = 256;

/// How long a collector may take for a batch.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);

/// How often a batch is sent again if the collector does not take it.
const RETRIES: u32 = 2;

/// How long to wait before that.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// Where events go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sink {
    /// To the end of a file, one JSON object a line.
    File(PathBuf),
    /// To a collector: `POST`, with lines of JSON as body (`application/x-ndjson`).
    Http {
        /// Its address.
        url: Uri,
        /// Header fields that it wants, such as `Authorization`.
        headers: HeaderMap,
    },
}

/// Takes events, from every thread. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Events {
    queue: Option<mpsc::Sender<String>>,
    dropped: Arc<AtomicU64>,
}

impl Events {
    /// Starts the thread that hands events to the sinks; without sinks there is none. It ends when nobody can emit any more.
    ///
    /// # Errors
    /// Where a file cannot be written to, or an address is not one.
    pub(crate) fn start(sinks: &[Sink]) -> Result<(Events, Option<JoinHandle<()>>)> {
        let dropped = Arc::<AtomicU64>::default();
        if sinks.is_empty() {
            return Ok((Events { queue: None, dropped }, None));
        }
        let sinks = sinks.iter().map(Open::new).collect::<Result<Vec<_>>>()?;
        let (queue, events) = mpsc::channel(WAITING_MAX);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let counter = dropped.clone();
        let thread = std::thread::Builder::new().name("events".to_owned()).spawn(move || {
            let local = tokio::task::LocalSet::new();
            runtime.block_on(local.run_until(deliver(sinks, events, &counter)));
        })?;
        Ok((Events { queue: Some(queue), dropped }, Some(thread)))
    }

    /// Takes an event.
    pub(crate) fn emit(&self, event: String) {
        if let Some(queue) = &self.queue
            && queue.try_send(event).is_err()
        {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

async fn deliver(mut sinks: Vec<Open>, mut events: mpsc::Receiver<String>, dropped: &AtomicU64) {
    let pool = Pool::default();
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while events.recv_many(&mut batch, BATCH_MAX).await > 0 {
        let mut lines = String::with_capacity(batch.iter().map(|event| event.len() + 1).sum());
        for event in batch.drain(..) {
            lines.push_str(&event);
            lines.push('\n');
        }
        let lines = Bytes::from(lines);
        for sink in &mut sinks {
            if let Err(error) = sink.take(&lines, &pool).await {
                tracing::warn!("events were lost: {error:#}");
            }
        }
        let count = dropped.swap(0, Ordering::Relaxed);
        if count > 0 {
            tracing::warn!("{count} events were dropped: {WAITING_MAX} wait already");
        }
    }
}

/// A sink that is ready to take events.
enum Open {
    File(PathBuf, File),
    Http { scheme: Scheme, authority: String, url: Uri, headers: HeaderMap },
}

impl Open {
    fn new(sink: &Sink) -> Result<Self> {
        match sink {
            Sink::File(path) => {
                let file = OpenOptions::new().create(true).append(true).open(path);
                let file = file.with_context(|| format!("events cannot be written to {}", path.display()))?;
                Ok(Open::File(path.clone(), file))
            }
            Sink::Http { url, headers } => {
                let scheme = match url.scheme_str() {
                    Some("http") => Scheme::Http,
                    Some("https") => Scheme::Https,
                    _ => bail!("events cannot be posted to `{url}`: write an address that starts with `https://` or `http://`"),
                };
                let authority = url.authority().with_context(|| format!("`{url}` names no host"))?.as_str().to_owned();
                Ok(Open::Http { scheme, authority, url: url.clone(), headers: headers.clone() })
            }
        }
    }

    async fn take(&mut self, lines: &Bytes, pool: &Pool) -> Result<()> {
        match self {
            // The thread does nothing else, so it may wait for the disk.
            Open::File(path, file) => file.write_all(lines).with_context(|| path.display().to_string()),
            Open::Http { scheme, authority, url, headers } => {
                let mut tries = 0;
                loop {
                    match post(pool, *scheme, authority, url, headers, lines.clone()).await {
                        Ok(()) => return Ok(()),
                        // A collector's key often stands in the query.
                        Err(error) if tries == RETRIES => {
                            return Err(error.context(format!("{}://{authority}{}", scheme.name(), url.path())));
                        }
                        Err(_) => tries += 1,
                    }
                    tokio::time::sleep(RETRY_AFTER).await;
                }
            }
        }
    }
}

async fn post(pool: &Pool, scheme: Scheme, authority: &str, url: &Uri, headers: &HeaderMap, lines: Bytes) -> Result<()> {
    let mut request = Request::new(Payload::bytes(lines));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = url.path_and_query().cloned().map_or_else(|| Uri::from_static("/"), Uri::from);
    let all = request.headers_mut();
    all.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    all.insert(header::HOST, HeaderValue::from_str(authority)?);
    all.extend(headers.clone());
    let send = async {
        let response = pool
            .send(Route { scheme, authority, version: HttpVersion::One, proxy: None }, request)
            .await
            .map_err(|failure| anyhow::anyhow!(failure.message))?;
        let status = response.status();
        // Read to its end, so that the connection can be used again.
        if let Read::Failed(message) = response.into_body().read(ANSWER_BYTES_MAX).await {
            bail!(message);
        }
        if !status.is_success() {
            bail!("it answers {status}");
        }
        Ok(())
    };
    tokio::time::timeout(SEND_TIMEOUT, send).await.with_context(|| format!("no answer within {} s", SEND_TIMEOUT.as_secs()))?
}

/// The most that is read of a collector's answer.
const ANSWER_BYTES_MAX: u64 = 64 << 10;
