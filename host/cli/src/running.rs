//! A gateway, a portal and a health endpoint that run, until a signal ends them.

use crate::{config::Limits, console::Console, management::Management};
use anyhow::{Context, Result};
use gateway::DebugKey;
use hyper::{Request, body::Incoming};
use portal_gen::{
    Rendered,
    preview::{self, Audience},
};
use server::{Identity, Server};
use std::{
    net::{IpAddr, SocketAddr, TcpListener},
    num::NonZeroUsize,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// How long requests that are under way may take to end.
const DRAIN_PATIENCE: Duration = Duration::from_secs(30);

/// Everything that runs.
pub(crate) struct Running {
    pub(crate) gateway: Server,
    pub(crate) sites: watch::Sender<Arc<Rendered>>,
    ready: watch::Sender<bool>,
}

/// Starts the gateway.
pub(crate) fn start(
    listen: SocketAddr,
    threads: Option<NonZeroUsize>,
    limits: &Limits,
    events: Vec<server::Sink>,
    trusted_proxies: server::TrustedProxies,
    identity: Arc<Identity>,
    (plan, tls): (Vec<u8>, server::tls::Settings),
) -> Result<Running> {
    let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let options = server::Options {
        listen,
        threads: threads.map_or_else(cores, NonZeroUsize::get),
        component: artifact::FLAT.to_vec(),
        cache_dir: cache_dir(),
        events,
        trusted_proxies,
        identity,
        tls,
        limits: limits.resolved(),
    };
    let gateway = Server::start(&options, plan)?;
    let (sites, _) = watch::channel(Arc::new(Rendered::default()));
    let (ready, _) = watch::channel(true);
    Ok(Running { gateway, sites, ready })
}

impl Running {
    /// Serves the portal on an address, and returns the address that it got.
    pub(crate) fn serve_portal(&self, listen: SocketAddr, audience: Audience, console: Console) -> Result<SocketAddr> {
        let listener = TcpListener::bind(listen).with_context(|| format!("the portal cannot listen on {listen}"))?;
        let address = listener.local_addr()?;
        let sites = self.sites.subscribe();
        let console = Arc::new(console);
        let host: preview::Host = Arc::new(move |request: Request<Incoming>, client: IpAddr| -> preview::Answering {
            let console = console.clone();
            Box::pin(async move { console.answer(request, client).await })
        });
        tokio::spawn(async move {
            if let Err(error) = preview::serve(listener, sites, audience, Some(host)).await {
                eprintln!("error: the portal stopped: {error}");
            }
        });
        Ok(address)
    }

    /// What was stored by policies and for traces.
    pub(crate) fn stored(&self) -> server::Stored {
        self.gateway.stored()
    }

    /// Answers health checks on an address, and returns the address that it got.
    pub(crate) fn serve_health(&self, listen: SocketAddr) -> Result<SocketAddr> {
        let listener = TcpListener::bind(listen).with_context(|| format!("health checks cannot listen on {listen}"))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let ready = self.ready.subscribe();
        tokio::spawn(async move {
            if let Err(error) = server::serve_health(listener, ready).await {
                eprintln!("error: health checks stopped: {error:#}");
            }
        });
        Ok(address)
    }

    /// Gives out tokens for traces, and traces, on an address, and returns the address that it got.
    pub(crate) fn serve_management(&self, listen: SocketAddr, token: Option<String>, debug_key: DebugKey) -> Result<SocketAddr> {
        Management { debug_key, stored: self.gateway.stored(), token }.serve(listen)
    }

    /// Ends everything: health turns to "draining", nothing new is let in, what is under way ends.
    pub(crate) async fn drain(self) -> Result<()> {
        self.ready.send_replace(false);
        tokio::task::spawn_blocking(move || self.gateway.drain(DRAIN_PATIENCE)).await?;
        Ok(())
    }
}

/// What an operator wants of a process that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Stop,
    Reload,
}

/// Waits for SIGTERM or Ctrl+C (stop), or SIGHUP (reload).
pub(crate) async fn wish() -> Result<Wish> {
    let (mut terminate, mut hang_up) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    Ok(tokio::select! {
        _ = terminate.recv() => Wish::Stop,
        _ = tokio::signal::ctrl_c() => Wish::Stop,
        _ = hang_up.recv() => Wish::Reload,
    })
}

/// Compiling the component takes a second; the result is kept.
fn cache_dir() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    let home = || Some(PathBuf::from(std::env::var_os("HOME").filter(|path| !path.is_empty())?).join(".cache"));
    cache.or_else(home).filter(|path| path.is_absolute()).map(|path| path.join("portico/components"))
}
