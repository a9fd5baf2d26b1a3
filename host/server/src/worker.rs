//! Threads: each has a listener, instances, connections to backends, and shares nothing with the others on the way of a
//! request.

use crate::{
    client::TrustedProxies,
    connection,
    events::{Events, Sink},
    instances::Instances,
    outbox::Outbox,
    parties::Identity,
    sandbox::Sandbox,
    tls::{self, Tls},
    upstream::Pool,
    verdicts::Verdicts,
};
use anyhow::{Context, Result};
use bytes::Bytes;
use socket2::{Domain, Protocol, Socket, Type};
use std::{
    cell::{Cell, RefCell},
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    rc::Rc,
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::Duration,
};
use store::{Memory, Places};
use tokio::{
    sync::{mpsc::UnboundedReceiver, watch},
    task::LocalSet,
};

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the gateway listens. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// How many threads serve requests.
    pub threads: usize,
    /// The component with the flat door.
    pub component: Vec<u8>,
    /// Where compiled components are kept, if anywhere.
    pub cache_dir: Option<PathBuf>,
    /// Where events go that policies emit.
    pub events: Vec<Sink>,
    /// Who issues tokens, and who the gateway is itself.
    pub identity: Arc<Identity>,
    /// Who is believed for whom it forwards.
    pub trusted_proxies: TrustedProxies,
    /// What the gateway needs of TLS.
    pub tls: tls::Settings,
    /// Bounds.
    pub limits: Limits,
}

/// Bounds of the sandbox and of what is in front of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests at once on one thread; more are answered with 503.
    pub exchanges_max: usize,
    /// Instances on one thread. A second one is made only while the first one computes for long.
    pub instances_max: usize,
    /// Memory of one instance.
    pub memory_bytes_max: usize,
    /// How long one call into the sandbox may compute.
    pub call_timeout_ms: u32,
    /// What cached values may take, over all threads.
    pub cache_bytes_max: u64,
    /// How many tokens are remembered that were found right, over all threads; 0 checks every one anew.
    pub remembered_tokens_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            exchanges_max: 4096,
            instances_max: 8,
            memory_bytes_max: 128 << 20,
            call_timeout_ms: 1000,
            cache_bytes_max: 256 << 20,
            remembered_tokens_max: 100_000,
        }
    }
}

/// A running gateway.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    serving: watch::Sender<Serving>,
    drain: watch::Sender<bool>,
    sandbox: SandboxHandle,
    store: Memory,
    threads: Vec<JoinHandle<()>>,
}

/// What is served. A reload replaces all of it at once.
#[derive(Clone)]
pub(crate) struct Serving {
    pub(crate) plan: Arc<[u8]>,
    /// What the plan refers to by name.
    pub(crate) tls: Arc<Tls>,
}

impl Serving {
    fn new(plan: Vec<u8>, settings: &tls::Settings) -> Result<Self> {
        Ok(Self { plan: plan.into(), tls: Arc::new(Tls::new(settings)?) })
    }
}

impl std::fmt::Debug for Serving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Serving")
    }
}

/// What the gateway stored, for those who look from outside. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Stored(Memory);

impl Stored {
    /// What is stored under a key.
    pub fn load(&self, key: &str) -> Option<Bytes> {
        self.0.load(key)
    }
}

/// Keeps the debug output of [`Server`] readable.
struct SandboxHandle(Sandbox);

impl std::fmt::Debug for SandboxHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sandbox")
    }
}

impl Server {
    /// Compiles the component, starts the threads, and returns once every one of them can answer.
    ///
    /// # Errors
    /// Where the address cannot be listened on, or the component does not run with this plan.
    pub fn start(options: &Options, plan: Vec<u8>) -> Result<Server> {
        let sandbox = Sandbox::new(&options.component, &options.limits, options.cache_dir.clone())
            .context("the component does not compile")?;
        // Threads share the port among themselves, and would share it with another process too: so ask for it alone first.
        drop(TcpListener::bind(options.listen).with_context(|| format!("cannot listen on {}", options.listen))?);
        let first = listen(options.listen)?;
        let address = first.local_addr()?;
        let (serving, _) = watch::channel(Serving::new(plan, &options.tls)?);
        let (drain, _) = watch::channel(false);
        let (events, events_thread) = Events::start(&options.events, serving.subscribe())?;
        let store = Memory::new(options.limits.cache_bytes_max);
        let shared = Shared {
            sandbox: sandbox.clone(),
            limits: options.limits.clone(),
            store: store.clone(),
            places: Places::default(),
            events,
            identity: options.identity.clone(),
            verdicts: (options.limits.remembered_tokens_max > 0).then(|| Verdicts::new(options.limits.remembered_tokens_max)),
            trusted_proxies: options.trusted_proxies.clone().into(),
        };
        let (ready, all_ready) = mpsc::channel();
        let mut listeners = vec![first];
        for _ in 1..options.threads.max(1) {
            listeners.push(listen(address)?);
        }
        let mut threads = Vec::new();
        for (listener, number) in listeners.into_iter().zip(0..) {
            let (shared, serving, draining, ready) = (shared.clone(), serving.subscribe(), drain.subscribe(), ready.clone());
            let thread = std::thread::Builder::new().name(format!("gateway-{number}"));
            threads.push(thread.spawn(move || run(listener, shared, serving, draining, &ready))?);
        }
        for _ in &threads {
            all_ready.recv().context("a thread of the gateway ended while starting")??;
        }
        // It ends when the last of the others has.
        threads.extend(events_thread);
        Ok(Server { address, serving, drain, sandbox: SandboxHandle(sandbox), store, threads })
    }

    /// Where the gateway listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the gateway stored.
    pub fn stored(&self) -> Stored {
        Stored(self.store.clone())
    }

    /// Serves another plan from now on, with other TLS. Exchanges that are under way end with the old ones, and connections of clients
    /// stay open.
    ///
    /// # Errors
    /// Where the component refuses the plan, or TLS cannot be as it is set; the old ones stay.
    pub async fn reload(&self, plan: Vec<u8>, tls: &tls::Settings) -> Result<()> {
        let serving = Serving::new(plan, tls)?;
        self.sandbox.0.instance(&serving.plan).await?;
        self.serving.send_replace(serving);
        Ok(())
    }

    /// Stops listening, lets what is under way end (for `patience` at most), and stops the threads.
    pub fn drain(self, patience: Duration) {
        self.drain.send_replace(true);
        let (done, all_done) = mpsc::channel();
        std::thread::spawn(move || {
            for thread in self.threads {
                let _ = thread.join();
            }
            let _ = done.send(());
        });
        if all_done.recv_timeout(patience).is_err() {
            tracing::warn!("some requests did not end within {} s", patience.as_secs());
        }
    }
}

/// Every thread has a listener of its own on the same port; the kernel spreads the connections.
fn listen(address: SocketAddr) -> Result<TcpListener> {
    let listener = || -> std::io::Result<TcpListener> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(1024)?;
        Ok(socket.into())
    };
    listener().with_context(|| format!("cannot listen on {address}"))
}

/// One thread, from its start to its end.
fn run(
    listener: TcpListener,
    shared: Shared,
    serving: watch::Receiver<Serving>,
    draining: watch::Receiver<bool>,
    ready: &mpsc::Sender<Result<()>>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(ready.send(Err(error.into()))),
    };
    LocalSet::new().block_on(&runtime, async {
        let started = async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let (worker, one_way) = Worker::new(shared, &serving, draining);
            worker.instances().warm().await?;
            anyhow::Ok((listener, worker, one_way))
        };
        match started.await {
            Err(error) => drop(ready.send(Err(error))),
            Ok((listener, worker, one_way)) => {
                let _ = ready.send(Ok(()));
                tokio::task::spawn_local(worker.outbox.clone().deliver(worker.clone(), one_way));
                tokio::task::spawn_local(worker.clone().follow(serving));
                connection::accept(worker.clone(), listener).await;
                worker.all_connections_closed().await;
                worker.outbox.emptied().await;
            }
        }
    });
}

/// What the threads share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) sandbox: Sandbox,
    pub(crate) limits: Limits,
    pub(crate) store: Memory,
    pub(crate) places: Places,
    pub(crate) events: Events,
    /// What is known of those who issue tokens, and tokens of the gateway's own.
    pub(crate) identity: Arc<Identity>,
    /// Tokens that were found right, unless they are not to be remembered.
    pub(crate) verdicts: Option<Verdicts>,
    pub(crate) trusted_proxies: Arc<TrustedProxies>,
}

/// What one thread has.
pub(crate) struct Worker {
    shared: Shared,
    instances: RefCell<Rc<Instances>>,
    upstream: Pool,
    draining: watch::Receiver<bool>,
    exchanges: Cell<usize>,
    connections: watch::Sender<usize>,
    outbox: Outbox,
}

impl Shared {
    fn instances(&self, serving: Serving, outbox: &Outbox) -> Rc<Instances> {
        Instances::new(self.clone(), serving, outbox.clone())
    }
}

impl Worker {
    fn new(
        shared: Shared,
        serving: &watch::Receiver<Serving>,
        draining: watch::Receiver<bool>,
    ) -> (Rc<Self>, UnboundedReceiver<Vec<u8>>) {
        let serving = serving.borrow().clone();
        let (outbox, one_way) = Outbox::new();
        let upstream = Pool::default();
        upstream.replace_tls(serving.tls.servers.first_number());
        let instances = shared.instances(serving, &outbox);
        let worker = Rc::new(Self {
            shared,
            instances: RefCell::new(instances),
            upstream,
            draining,
            exchanges: Cell::new(0),
            connections: watch::Sender::new(0),
            outbox,
        });
        (worker, one_way)
    }

    /// The instances of the newest plan. Whoever holds older ones goes on with them.
    pub(crate) fn instances(&self) -> Rc<Instances> {
        self.instances.borrow().clone()
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn upstream(&self) -> &Pool {
        &self.upstream
    }

    pub(crate) fn draining(&self) -> watch::Receiver<bool> {
        self.draining.clone()
    }

    /// Puts new instances in the place of the old ones whenever the plan changes.
    async fn follow(self: Rc<Self>, mut serving: watch::Receiver<Serving>) {
        while serving.changed().await.is_ok() {
            let newest = serving.borrow_and_update().clone();
            let tls_from = newest.tls.servers.first_number();
            let instances = self.shared.instances(newest, &self.outbox);
            match instances.warm().await {
                Ok(()) => {
                    *self.instances.borrow_mut() = instances;
                    self.upstream.replace_tls(tls_from);
                }
                Err(error) => tracing::error!("the new plan was refused, the old one stays: {error:#}"),
            }
        }
    }

    /// Room for one more exchange, as long as the guard lives; `None` where the thread has enough to do.
    pub(crate) fn admit(self: &Rc<Self>) -> Option<Admitted> {
        if self.exchanges.get() >= self.shared.limits.exchanges_max {
            return None;
        }
        self.exchanges.set(self.exchanges.get() + 1);
        Some(Admitted { worker: self.clone() })
    }

    pub(crate) fn open_connection(self: &Rc<Self>) -> OpenConnection {
        self.connections.send_modify(|count| *count += 1);
        OpenConnection { worker: self.clone() }
    }

    async fn all_connections_closed(&self) {
        // The sender lives in this very worker, so waiting cannot fail.
        let _ = self.connections.subscribe().wait_for(|count| *count == 0).await;
    }
}

/// Room for one exchange.
pub(crate) struct Admitted {
    worker: Rc<Worker>,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.worker.exchanges.set(self.worker.exchanges.get() - 1);
    }
}

/// A client's connection that is open.
pub(crate) struct OpenConnection {
    worker: Rc<Worker>,
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.worker.connections.send_modify(|count| *count -= 1);
    }
}
