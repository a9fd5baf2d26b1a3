//! `portico serve`: a service folder on a server.

use crate::{
    Failure,
    config::{self, Config},
    console::{self, Console},
    loaded::{Loaded, Parties, Place},
    running::{self, Running, Wish},
    tls,
};
use diagnostic::render;
use gateway::DebugKey;
use portal_gen::preview::Audience;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, RwLock},
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The service folder
    folder: PathBuf,
    /// Where to listen: see examples/portico.yaml
    #[arg(long)]
    config: PathBuf,
    /// Use configuration.NAME.yaml of the folder
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Keys and secret named values; FOLDER.secrets.yaml beside the folder where nothing is said
    #[arg(long, value_name = "FILE")]
    secrets: Option<PathBuf>,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let config: Config = config::read(&arguments.config)?;
    let debug_key = DebugKey(rand::random());
    // Whatever file it names stands beside it, unless it says the whole path.
    let beside = arguments.config.parent().unwrap_or(Path::new(""));
    let parties = Parties::new(&config.identity.in_folder(beside), &config.vaults.in_folder(beside))?;
    let place = Place {
        folder: &arguments.folder,
        environment: arguments.environment.as_deref(),
        secrets: arguments.secrets.as_deref(),
        tls: Some(tls::Written { folder: beside, servers: &config.tls, listener: config.gateway.tls.as_ref() }),
        debug_key: config.management.as_ref().map(|_| debug_key),
        parties: parties.clone(),
    };
    let mut loaded = place.load()?;
    let plan = place.plan(&loaded, BTreeMap::new()).await?;
    let events = config.events.iter().map(|sink| sink.resolved(beside)).collect::<anyhow::Result<_>>()?;
    let running = running::start(
        config.gateway.listen,
        config.threads,
        &config.limits,
        events,
        config.trusted_proxies()?,
        parties.identity.clone(),
        plan,
    )?;
    let scheme = if config.gateway.tls.is_some() { "https" } else { "http" };
    println!("gateway  {scheme}://{}", running.gateway.address());
    let console = Arc::new(RwLock::new(console::Settings::of(&loaded.service.portal)));
    if let Some(portal) = &config.portal {
        if portal.console.proxy && config.gateway.tls.is_some() {
            return Err(anyhow::anyhow!(
                "the console's proxy speaks to the gateway without TLS, and `gateway` listens with it: leave out `portal: {{ console: {{ \
                 proxy: true }} }}`, and let pages call by `portal-gen enable-cors`"
            )
            .into());
        }
        publish(&running, &mut loaded)?;
        let mut asked = Console::new(running.gateway.address(), portal.console.proxy, console.clone());
        asked.forwarding_header = config.trusted_proxies()?.header;
        println!("portal   http://{}", running.serve_portal(portal.listen, Audience::Visitors, asked)?);
    }
    if let Some(health) = &config.health {
        println!("health   http://{}/health/ready", running.serve_health(health.listen)?);
    }
    if let Some(management) = &config.management {
        println!("traces   http://{}", running.serve_management(management.listen, management.token()?, debug_key)?);
    }
    warn(&loaded);
    let mut secrets = parties.vaults.changes();
    loop {
        let wish = tokio::select! {
            wish = running::wish() => wish?,
            () = secrets.next() => {
                println!("a secret has changed");
                Wish::Reload
            }
        };
        if wish == Wish::Stop {
            break;
        }
        match reload(&place, &running, config.portal.is_some(), &console).await {
            Ok(()) => println!("reloaded"),
            Err(Failure::Findings(text)) => eprintln!("{text}error: the folder was not reloaded, the old one stays"),
            Err(Failure::Operation(error)) => eprintln!("error: the folder was not reloaded, the old one stays: {error:#}"),
        }
    }
    Ok(running.drain().await?)
}

async fn reload(
    place: &Place<'_>,
    running: &Running,
    has_portal: bool,
    console: &RwLock<console::Settings>,
) -> Result<(), Failure> {
    let mut loaded = place.load()?;
    let (plan, tls) = place.plan(&loaded, BTreeMap::new()).await?;
    running.gateway.reload(plan, &tls).await?;
    if has_portal {
        publish(running, &mut loaded)?;
    }
    *console.write().unwrap_or_else(std::sync::PoisonError::into_inner) = console::Settings::of(&loaded.service.portal);
    warn(&loaded);
    Ok(())
}

fn publish(running: &Running, loaded: &mut Loaded) -> Result<(), Failure> {
    running.sites.send_replace(Arc::new(loaded.site(None)?));
    Ok(())
}

fn warn(loaded: &Loaded) {
    if !loaded.warnings.is_empty() {
        eprint!("{}", render::all_text(&loaded.warnings));
    }
}
