//! The component with the portable door, in an embedded `wasi:http` 0.3 host: wasmtime's own implementation of it.
//!
//! [`run`] runs a case; [`Runtime`] is the host, for tests that have requests of their own.

use crate::service;
use anyhow::Result;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use cases::{Answer, Case, Outcome};
use gateway::Plan;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use policy::script::{Reply, Script, Sent};
use std::{
    future::{Future, pending, ready},
    pin::Pin,
    sync::{Arc, Mutex, OnceLock},
    task::{Context, Poll},
    time::{Duration, Instant},
};
use wasmtime::{
    Cache, CacheConfig, Config, Engine, Store, StoreContextMut,
    component::{Component, GuestTaskId, Linker, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView, clocks::HostWallClock, random::Deterministic};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
    handler::{HandlerState, Instance, Proxy, ProxyHandler, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus},
    p3::bindings::ServicePre,
};
use wire::FailureKind;

/// What a backend gives back, later.
pub type Answered = Pin<Box<dyn Future<Output = Result<Response<WasiBody>, Error>> + Send>>;

/// What answers the requests that the component sends.
pub type Backend = Arc<dyn Fn(Request<WasiBody>) -> Answered + Send + Sync>;

/// A `wasi:http` runtime with the component in it. It needs a tokio runtime around it, which ends it.
pub struct Runtime(ProxyHandler<Maker>);

impl Runtime {
    /// A runtime whose component serves `plan`, and whose outside world is `backend`.
    pub fn new(plan: &[u8], backend: Backend) -> Self {
        Self(ProxyHandler::new(Maker { plan: BASE64_STANDARD.encode(plan), backend, script: None }))
    }

    /// The same, with the clock and the dice of a script.
    fn scripted(plan: &[u8], backend: Backend, script: Arc<Mutex<Script>>) -> Self {
        Self(ProxyHandler::new(Maker { plan: BASE64_STANDARD.encode(plan), backend, script: Some(script) }))
    }

    /// Takes a request; its URI says for which host it is.
    ///
    /// # Errors
    /// Where the component traps, or answers with an error instead of a response.
    pub async fn handle(&self, request: Request<WasiBody>) -> Result<Response<WasiBody>> {
        Ok(self.0.handle((), request).await?)
    }
}

/// A body of these bytes.
pub fn body(bytes: Bytes) -> WasiBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// Runs a case.
///
/// # Errors
/// Where the component fails.
pub fn run(case: &Case, plan: &Plan) -> Result<Outcome, String> {
    let plan = plan.write();
    let script = Arc::new(Mutex::new(Script::new(case.scene.clone(), Bytes::new())));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let response = runtime.block_on(async {
        let (asked, under_way) = (script.clone(), Arc::new(()));
        let token = under_way.clone();
        let backend = move |request| -> Answered {
            let (token, answered) = (token.clone(), answered(&asked, request));
            Box::pin(async move {
                let _token = token;
                answered.await
            })
        };
        let door = Runtime::scripted(&plan, Arc::new(backend), script.clone());
        let uri = format!("{}://{}{}", case.given.scheme.name(), case.given.authority, case.given.target);
        let mut request = Request::builder().method(case.given.method.as_str()).uri(uri).body(body(case.given.body.clone()))?;
        *request.headers_mut() = map(&case.given.headers);
        let (head, body) = door.handle(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        // Requests that nobody waits for may still be on their way; the backend itself has one more token, and so has this.
        for _ in 0..10_000 {
            if Arc::strong_count(&under_way) == 2 {
                break;
            }
            tokio::task::yield_now().await;
        }
        anyhow::Ok(Answer { status: head.status.as_u16(), reason: String::new(), headers: pairs(&head.headers), body })
    });
    let response = response.map_err(|error| format!("{error:#}"))?;
    Ok(super::outcome(response, &script.lock().expect("nobody panicked")))
}

/// Where the component posts events, of which the script keeps the bodies.
const EVENTS: &str = "http://events.invalid/";

/// The scripted answer to a request. Which one it is, is settled when the request starts; its body comes later.
fn answered(script: &Arc<Mutex<Script>>, request: Request<WasiBody>) -> Answered {
    let (head, body) = request.into_parts();
    let (method, url) = (head.method.to_string(), head.uri.to_string());
    if url == EVENTS {
        let place = {
            let script = script.lock().expect("nobody panicked");
            let mut events = script.events.borrow_mut();
            events.push(String::new());
            events.len() - 1
        };
        let script = script.clone();
        return Box::pin(async move {
            let bytes = body.collect().await?.to_bytes();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            script.lock().expect("nobody panicked").events.borrow_mut()[place] = text;
            Ok(Response::new(self::body(Bytes::new())))
        });
    }
    let sent = Sent { method, url, tls: String::new(), headers: pairs(&head.headers), body: Bytes::new() };
    let (number, reply) = {
        let script = script.lock().expect("nobody panicked");
        // Behind this door nobody sees whether a request is forwarded or a policy's own.
        let reply = script.answer(None, sent);
        (script.sent.borrow().len() - 1, reply)
    };
    let script = script.clone();
    Box::pin(async move {
        let bytes = body.collect().await?.to_bytes();
        script.lock().expect("nobody panicked").sent.borrow_mut()[number].body = bytes;
        match reply {
            Some(Reply::Response { status, headers, body: bytes }) => {
                let mut response = Response::new(self::body(bytes));
                *response.status_mut() = status.try_into().map_err(|_| Error::HttpProtocolError)?;
                *response.headers_mut() = map(&headers);
                Ok(response)
            }
            Some(Reply::Failure(FailureKind::Timeout)) => Err(Error::HttpResponseTimeout),
            Some(Reply::Failure(_)) | None => Err(Error::ConnectionRefused),
        }
    })
}

fn map(pairs: &[(String, String)]) -> HeaderMap {
    let pair = |(name, value): &(String, String)| {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        (name, HeaderValue::from_str(value).expect("a header's value"))
    };
    let mut map = HeaderMap::new();
    for (name, value) in pairs.iter().map(pair) {
        map.append(name, value);
    }
    map
}

fn pairs(map: &HeaderMap) -> Vec<(String, String)> {
    let pair =
        |(name, value): (&HeaderName, &HeaderValue)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned());
    map.iter().map(pair).collect()
}

/// Makes instances of the component.
struct Maker {
    plan: String,
    backend: Backend,
    script: Option<Arc<Mutex<Script>>>,
}

/// The component, compiled once for all tests.
fn component() -> &'static ServicePre<State> {
    static COMPONENT: OnceLock<ServicePre<State>> = OnceLock::new();
    let make = || -> Result<_> {
        let mut cache = CacheConfig::new();
        cache.with_directory(service::cache_dir());
        let mut config = Config::new();
        config.wasm_component_model_async(true).cache(Some(Cache::new(cache)?));
        let engine = Engine::new(&config)?;
        let component = Component::from_binary(&engine, artifact::EDGE)?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
        Ok(ServicePre::new(linker.instantiate_pre(&component)?)?)
    };
    COMPONENT.get_or_init(|| make().expect("the component is one for `wasi:http` 0.3"))
}

impl HandlerState for Maker {
    type StoreData = State;
    type WorkerExpiration = Forever;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Forever, Worker>> {
        let component = component();
        let mut wasi = WasiCtx::builder();
        wasi.env("PORTICO_PLAN", &self.plan).env("PORTICO_EVENTS", EVENTS).inherit_stderr();
        if let Some(script) = &self.script {
            // wasmtime takes all of its randomness at once; no case draws more than this.
            let drawn = |script: &Script| (0..1000).flat_map(|_| script.draw().to_be_bytes()).collect();
            wasi.secure_random(Deterministic::new(drawn(&script.lock().expect("nobody panicked"))));
            wasi.wall_clock(ScriptedClock { script: script.clone(), start: tokio::time::Instant::now() });
        }
        let state = State {
            wasi: wasi.build(),
            http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
            hooks: Hooks(self.backend.clone()),
        };
        let mut store = Store::new(component.engine(), state);
        let proxy = Proxy::P3(component.instantiate_async(&mut store).await?);
        Ok(Instance { store, proxy, view: WasiHttpView::http, expiration: Forever, state: Worker })
    }
}

/// The clock of a script. Where the component sleeps, tokio's clock goes on, which else stands still.
struct ScriptedClock {
    script: Arc<Mutex<Script>>,
    start: tokio::time::Instant,
}

impl HostWallClock for ScriptedClock {
    fn resolution(&self) -> Duration {
        Duration::from_micros(1)
    }

    fn now(&self) -> Duration {
        let script = self.script.lock().expect("nobody panicked");
        Duration::from_micros(script.now_micros().try_into().unwrap_or_default()) + self.start.elapsed()
    }
}

/// Instances live as long as the test.
struct Forever;

impl WorkerExpiration for Forever {
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>, _: WorkerStatus, _: Instant) -> Poll<()> {
        Poll::Pending
    }
}

struct Worker;

impl WorkerState for Worker {
    type StoreData = State;
    type RequestData = ();

    fn should_accept_request(&self, _at_once: usize, _in_all: usize) -> ShouldAccept {
        ShouldAccept::Yes
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, State>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        Box::pin(pending())
    }

    fn drop(&self, _: Store<State>, result: wasmtime::Result<()>) {
        // A test that is over drops its instances, which says so; what else ends one is worth a line.
        if let Err(error) = result
            && error.to_string() != "worker panicked"
        {
            eprintln!("the instance ended: {error:?}");
        }
    }
}

/// What the runtime keeps for an instance.
struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    hooks: Hooks,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.hooks }
    }
}

/// Where requests go that the component sends.
struct Hooks(Backend);

type Sending = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Sending,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Sending), Error>> + Send> {
        let answered = (self.0)(request);
        Box::new(async move { Ok((answered.await?, Box::new(ready(Ok(()))) as Sending)) })
    }
}
