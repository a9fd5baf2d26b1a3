//! `portico dev`: a service folder on the desk, reloaded when a file changes.

use crate::{
    Failure,
    config::{Limits, Sink},
    console::{self, Console},
    loaded::{Loaded, Parties, Place},
    running::{self, Running, Wish},
    stand_in::StandIns,
};
use anyhow::Context;
use diagnostic::render;
use gateway::DebugKey;
use identity::{Settings, VaultSettings};
use portal_gen::preview::Audience;
use server::TrustedProxies;
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, RwLock},
    time::Duration,
};
use tokio::sync::mpsc;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The service folder
    folder: PathBuf,
    /// Port of the gateway; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    gateway_port: u16,
    /// Port of the portal
    #[arg(long, default_value_t = 8081)]
    portal_port: u16,
    /// Port of the health checks
    #[arg(long, default_value_t = 8082)]
    health_port: u16,
    /// Port of the management interface, where traces are
    #[arg(long, default_value_t = 8083)]
    management_port: u16,
    /// Where events go that policies emit: a file, or the address of a collector; may stand several times
    #[arg(long, value_name = "FILE|URL")]
    events: Vec<String>,
    /// Use configuration.NAME.yaml of the folder
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Keys and secret named values; FOLDER.secrets.yaml beside the folder where nothing is said
    #[arg(long, value_name = "FILE")]
    secrets: Option<PathBuf>,
}

/// How long the folder must be quiet before it is read again: editors write in several steps.
const QUIET: Duration = Duration::from_millis(60);

pub(crate) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let debug_key = DebugKey(rand::random());
    let parties = Parties::new(&Settings::default(), &VaultSettings::default())?;
    let place = Place {
        folder: &arguments.folder,
        environment: arguments.environment.as_deref(),
        secrets: arguments.secrets.as_deref(),
        tls: None,
        debug_key: Some(debug_key),
        parties: parties.clone(),
    };
    let mut loaded = place.load()?;
    let mut stand_ins = StandIns::default();
    stand_ins.update(&loaded).await?;
    let plan = place.plan(&loaded, stand_ins.addresses()).await?;
    let sinks = arguments.events.iter().map(|sink| sink_of(sink).resolved(Path::new(""))).collect::<anyhow::Result<_>>()?;
    let loopback = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let running = running::start(
        loopback(arguments.gateway_port),
        None,
        &Limits::default(),
        sinks,
        TrustedProxies::default(),
        parties.identity.clone(),
        plan,
    )
    .context("the gateway did not start; `--gateway-port` chooses another port")?;
    let gateway_url = format!("http://{}", running.gateway.address());
    publish(&running, &mut loaded, &gateway_url)?;
    let console = Arc::new(RwLock::new(console::Settings::of(&loaded.service.portal)));
    // Who sees the portal here sits at this machine, and may see what its gateway does.
    let mut asked = Console::new(running.gateway.address(), true, console.clone());
    asked.debug = Some((debug_key, running.stored()));
    let portal = running
        .serve_portal(loopback(arguments.portal_port), Audience::Author, asked)
        .context("the portal did not start; `--portal-port` chooses another port")?;
    let health = running
        .serve_health(loopback(arguments.health_port))
        .context("health checks did not start; `--health-port` chooses another port")?;
    let management = running
        .serve_management(loopback(arguments.management_port), None, debug_key)
        .context("traces cannot be asked for; `--management-port` chooses another port")?;
    warn(&loaded);
    let played = stand_ins.names().join(", ");
    println!("{}", title(&loaded));
    println!("  portal   http://{portal}/");
    println!("  gateway  {gateway_url}/");
    println!("  health   http://{health}/health/ready");
    println!("  traces   http://{management}/gateways/managed/listDebugCredentials");
    if !played.is_empty() {
        println!("  played   {played} (dev/upstreams.yaml)");
    }
    println!("Files are watched. Stop with Ctrl+C.");

    let mut changes = watch(&arguments.folder)?;
    loop {
        tokio::select! {
            wish = running::wish() => if wish? == Wish::Stop { break },
            _ = changes.recv() => {
                while tokio::time::timeout(QUIET, changes.recv()).await.is_ok_and(|change| change.is_some()) {}
            }
        }
        match reload(&place, &running, &mut stand_ins, &gateway_url, &console).await {
            Ok(()) => println!("reloaded"),
            Err(failure) => {
                let text = match failure {
                    Failure::Findings(text) => text,
                    Failure::Operation(error) => format!("error: {error:#}\n"),
                };
                eprintln!("{text}the last good version stays in place");
                let last = running.sites.borrow().with_problems(text);
                running.sites.send_replace(Arc::new(last));
            }
        }
    }
    Ok(running.drain().await?)
}

/// An address is what has a scheme.
fn sink_of(text: &str) -> Sink {
    match text.contains("://") {
        true => Sink::Http { url: text.to_owned(), headers: BTreeMap::new() },
        false => Sink::File { file: text.into() },
    }
}

async fn reload(
    place: &Place<'_>,
    running: &Running,
    stand_ins: &mut StandIns,
    gateway_url: &str,
    console: &RwLock<console::Settings>,
) -> Result<(), Failure> {
    let mut loaded = place.load()?;
    // The site first: if it cannot be made, nothing has changed yet.
    let site = loaded.site(Some(gateway_url.to_owned()))?;
    stand_ins.update(&loaded).await?;
    let (plan, tls) = place.plan(&loaded, stand_ins.addresses()).await?;
    running.gateway.reload(plan, &tls).await?;
    running.sites.send_replace(Arc::new(site));
    *console.write().unwrap_or_else(std::sync::PoisonError::into_inner) = console::Settings::of(&loaded.service.portal);
    warn(&loaded);
    Ok(())
}

fn publish(running: &Running, loaded: &mut Loaded, gateway_url: &str) -> Result<(), Failure> {
    let site = loaded.site(Some(gateway_url.to_owned()))?;
    running.sites.send_replace(Arc::new(site));
    Ok(())
}

fn warn(loaded: &Loaded) {
    if !loaded.warnings.is_empty() {
        eprint!("{}", render::all_text(&loaded.warnings));
    }
}

fn title(loaded: &Loaded) -> &str {
    let title = loaded.service.portal.title.as_str();
    if title.is_empty() { "Portico" } else { title }
}

/// Tells of changes in the folder, and of its secrets file beside it, for as long as the process runs.
fn watch(folder: &Path) -> anyhow::Result<mpsc::UnboundedReceiver<()>> {
    let (tell, changes) = mpsc::unbounded_channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading a file is an event too, and must not start another reading.
        if event.map_or(true, |event| !event.kind.is_access()) {
            let _ = tell.send(());
        }
    })
    .context("cannot watch files")?;
    notify::Watcher::watch(&mut watcher, folder, notify::RecursiveMode::Recursive)
        .with_context(|| format!("cannot watch {}", folder.display()))?;
    // It stops watching when it is dropped.
    std::mem::forget(watcher);
    Ok(changes)
}
