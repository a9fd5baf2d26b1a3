//! The sandbox: the component, compiled once, and instances of it, each with its own memory and bounds.
//!
//! It is public for the tests, which play the host: they put a [`wire`] request in, and answer what comes out.

use crate::{
    outbox::Outbox,
    signatures,
    worker::{Limits, Shared},
};
use anyhow::{Context, Result};
use std::{path::PathBuf, sync::Arc, time::Duration};
use wasmtime::{
    Cache, CacheConfig, Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, StoreLimits,
    StoreLimitsBuilder, UpdateDeadline,
    component::{Component, HasSelf, Linker, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

mod bindings {
    #![allow(unsafe_code, unreachable_pub, missing_docs, clippy::all)]
    wasmtime::component::bindgen!({
        path: "../../gateway-wasm/component/wit/flat.wit",
        world: "flat",
        exports: { default: async },
    });
}

/// How often a call may be interrupted to let others run.
const TICK: Duration = Duration::from_millis(10);

/// The component, ready to be instantiated. Cheap to clone.
#[derive(Clone)]
pub struct Sandbox {
    engine: Engine,
    component: Arc<bindings::FlatPre<State>>,
    limits: Limits,
}

/// One instance of the component.
pub struct Instance {
    store: Store<State>,
    exports: bindings::Flat,
    /// Ticks that one call may take.
    ticks_max: u32,
}

/// What the host keeps for an instance.
struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    limits: StoreLimits,
    /// Ticks that the call that runs now may still take.
    ticks_left: u32,
    world: Box<dyn World>,
}

impl Sandbox {
    /// Compiles the component, or finds it compiled on disk.
    ///
    /// # Errors
    /// Where the bytes are no component, or one that asks for more than its host has.
    pub fn new(component: &[u8], limits: &Limits, cache_dir: Option<PathBuf>) -> Result<Self> {
        let mut config = Config::new();
        // Nothing waits inside the sandbox, so calls are plain calls: leaving this on costs four allocations for each.
        config.concurrency_support(false);
        config.epoch_interruption(true);
        let mut pool = PoolingAllocationConfig::default();
        pool.max_memory_size(limits.memory_bytes_max).linear_memory_keep_resident(256 << 10).table_keep_resident(64 << 10);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        if let Some(directory) = cache_dir {
            let mut cache = CacheConfig::new();
            cache.with_directory(directory);
            config.cache(Some(Cache::new(cache)?));
        }
        let engine = Engine::new(&config)?;
        let component = Component::from_binary(&engine, component)?;
        let mut linker = Linker::<State>::new(&engine);
        // Rust's standard library imports them; an instance is given no files, no variables and no network.
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        bindings::portico::gateway::host::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
        let component = Arc::new(bindings::FlatPre::new(linker.instantiate_pre(&component)?)?);
        tick(engine.weak());
        Ok(Self { engine, component, limits: limits.clone() })
    }

    /// A new instance that serves `plan`.
    ///
    /// # Errors
    /// Where the bytes are no plan of this build, or the instance does not fit into its limits.
    pub async fn instance(&self, plan: &[u8]) -> Result<Instance> {
        let state = State {
            wasi: WasiCtx::builder().inherit_stderr().build(),
            table: ResourceTable::new(),
            limits: StoreLimitsBuilder::new().memory_size(self.limits.memory_bytes_max).build(),
            ticks_left: 0,
            world: Box::new(Real::default()),
        };
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| &mut state.limits);
        store.epoch_deadline_callback(|mut context| {
            let state = context.data_mut();
            match state.ticks_left.checked_sub(1) {
                // Others run for a while; then the call goes on. The runtime's own yield looks at the sockets first, which a
                // plain one would not do for dozens of ticks.
                Some(left) => {
                    state.ticks_left = left;
                    Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
                }
                None => Ok(UpdateDeadline::Interrupt),
            }
        });
        let ticks_max = (self.limits.call_timeout_ms / TICK.as_millis() as u32).max(1);
        // Reading a plan of a thousand APIs takes longer than any exchange may.
        store.data_mut().ticks_left = ticks_max.max(1000);
        store.set_epoch_deadline(1);
        let exports = self.component.instantiate_async(&mut store).await?;
        let mut instance = Instance { store, exports, ticks_max };
        let configured = instance.exports.call_configure(&mut instance.store, plan).await?;
        configured.map_err(anyhow::Error::msg).context("the component refused its plan")?;
        Ok(instance)
    }
}

impl Instance {
    /// Puts the instance into another world: one in which a test sets the clock.
    pub fn set_world(&mut self, world: impl World + 'static) {
        self.store.data_mut().world = Box::new(world);
    }

    fn arm(&mut self) {
        self.store.data_mut().ticks_left = self.ticks_max;
        self.store.set_epoch_deadline(1);
    }

    /// Takes a request's head, and returns a [`wire::Answer`].
    ///
    /// # Errors
    /// Where the call trapped or ran out of its time or memory. The instance is then of no more use; so for every call.
    pub async fn exchange(&mut self, head: &[u8]) -> Result<Vec<u8>> {
        self.arm();
        Ok(self.exports.call_exchange(&mut self.store, head).await?)
    }

    /// Tells an exchange what happened, as a [`wire::Event`], and returns the next [`wire::Answer`].
    ///
    /// # Errors
    /// As for [`Instance::exchange`].
    pub async fn resume(&mut self, exchange: u32, event: &[u8]) -> Result<Vec<u8>> {
        self.arm();
        Ok(self.exports.call_resume(&mut self.store, exchange, event).await?)
    }

    /// Ends an exchange whose client went away.
    ///
    /// # Errors
    /// As for [`Instance::exchange`].
    pub async fn forget(&mut self, exchange: u32) -> Result<()> {
        self.arm();
        Ok(self.exports.call_forget(&mut self.store, exchange).await?)
    }
}

/// Moves the clock by which calls are interrupted, for as long as the engine lives.
fn tick(engine: wasmtime::EngineWeak) {
    std::thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    });
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl bindings::portico::gateway::host::Host for State {
    fn now_micros(&mut self) -> i64 {
        self.world.now_micros()
    }

    fn random(&mut self) -> u64 {
        self.world.random()
    }

    fn send_one_way(&mut self, operation: Vec<u8>) {
        self.world.send_one_way(operation);
    }

    fn emit(&mut self, event: String) {
        self.world.emit(event);
    }

    fn log(&mut self, is_warning: bool, message: String) {
        self.world.log(is_warning, &message);
    }

    fn verify(&mut self, algorithm: u8, key: Vec<u8>, message: Vec<u8>, signature: Vec<u8>) -> bool {
        signatures::verify(algorithm, &key, &message, &signature)
    }

    fn issuer_known(&mut self, url: String) -> u64 {
        self.world.issuer_known(&url)
    }

    fn recall(&mut self, basis: Vec<u8>, token: String) -> bool {
        self.world.recall(&basis, &token)
    }

    fn remember(&mut self, basis: Vec<u8>, token: String, until_micros: i64) {
        self.world.remember(&basis, &token, until_micros);
    }
}

/// What an instance asks while it runs.
pub trait World: Send {
    /// Microseconds since 1970.
    fn now_micros(&self) -> i64;

    /// 64 bits nobody can guess.
    fn random(&self) -> u64;

    /// Takes a request whose answer nobody wants: one written [`wire::Operation`].
    fn send_one_way(&self, operation: Vec<u8>);

    /// Takes an event, one JSON object.
    fn emit(&self, event: String);

    /// Takes a line for operators.
    fn log(&self, is_warning: bool, message: &str);

    /// The generation of what is known of an issuer of tokens; 0 where it has to be asked.
    fn issuer_known(&self, _url: &str) -> u64 {
        0
    }

    /// True if a token was found right before by checks that rest on the same, and has not ended.
    fn recall(&self, _basis: &[u8], _token: &str) -> bool {
        false
    }

    /// Remembers that a token is right, until a time in microseconds since 1970.
    fn remember(&self, _basis: &[u8], _token: &str, _until_micros: i64) {}
}

/// The clock of this machine, its randomness, and its network.
#[derive(Default)]
pub(crate) struct Real {
    /// Takes the requests whose answers nobody wants. Without one they are dropped: the instance serves nobody.
    pub(crate) outbox: Option<Outbox>,
    /// What threads share. Without it events are dropped, and nobody is known.
    pub(crate) shared: Option<Shared>,
}

impl World for Real {
    fn now_micros(&self) -> i64 {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(0, |now| i64::try_from(now.as_micros()).unwrap_or(i64::MAX))
    }

    fn random(&self) -> u64 {
        // Expressions make keys of it, so it is a cipher's stream, seeded by the operating system.
        rand::random()
    }

    fn send_one_way(&self, operation: Vec<u8>) {
        if let Some(outbox) = &self.outbox {
            outbox.put(operation);
        }
    }

    fn emit(&self, event: String) {
        if let Some(shared) = &self.shared {
            shared.events.emit(event);
        }
    }

    fn log(&self, is_warning: bool, message: &str) {
        if is_warning {
            tracing::warn!(target: "portico::policy", "{message}");
        } else {
            tracing::info!(target: "portico::policy", "{message}");
        }
    }

    fn issuer_known(&self, url: &str) -> u64 {
        let known = self.shared.as_ref().and_then(|shared| shared.identity.issuers.known(url));
        known.map_or(0, |known| known.generation)
    }

    fn recall(&self, basis: &[u8], token: &str) -> bool {
        let verdicts = self.shared.as_ref().and_then(|shared| shared.verdicts.as_ref());
        verdicts.is_some_and(|verdicts| verdicts.recall(basis, token, self.now_micros()))
    }

    fn remember(&self, basis: &[u8], token: &str, until_micros: i64) {
        if let Some(verdicts) = self.shared.as_ref().and_then(|shared| shared.verdicts.as_ref()) {
            verdicts.remember(basis, token, until_micros);
        }
    }
}
