//! From the folder on disk to what runs: a plan for the gateway, and a site.

use crate::{Failure, log, secrets, tls};
use catalog::{Folder, Service};
use diagnostic::{Diagnostics, render};
use gateway::{DebugKey, Gateway, Plan, Secrets};
use identity::{Client, Settings, VaultSettings, Vaults, World};
use portal_gen::{Options, Rendered};
use server::{Identity, tls::Settings as TlsSettings};
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// A folder without errors.
pub(crate) struct Loaded {
    pub(crate) folder: Folder,
    pub(crate) service: Service,
    pub(crate) warnings: Diagnostics,
}

/// Where a folder is, and what goes with it.
#[derive(Clone, Debug)]
pub(crate) struct Place<'p> {
    pub(crate) folder: &'p Path,
    pub(crate) environment: Option<&'p str>,
    pub(crate) secrets: Option<&'p Path>,
    /// What `portico.yaml` says of TLS.
    pub(crate) tls: Option<tls::Written<'p>>,
    /// What signs the tokens of those who may see traces; the same as long as the process runs.
    pub(crate) debug_key: Option<DebugKey>,
    /// Who the gateway is to others, and where its secrets are.
    pub(crate) parties: Parties,
}

/// Those that the gateway deals with beside callers and backends.
#[derive(Clone, Debug)]
pub(crate) struct Parties {
    pub(crate) identity: Arc<Identity>,
    pub(crate) vaults: Vaults,
}

impl Parties {
    pub(crate) fn new(settings: &Settings, vaults: &VaultSettings) -> anyhow::Result<Self> {
        let (client, world) = (Client::new(settings.ca_file.as_deref())?, World::real());
        let identity = Identity::new(settings, client.clone(), &world)?;
        let vaults = Vaults::new(vaults, identity.tokens.clone(), client, world)?;
        Ok(Self { identity: Arc::new(identity), vaults })
    }
}

impl Place<'_> {
    /// Reads and checks the folder.
    pub(crate) fn load(&self) -> Result<Loaded, Failure> {
        let folder = portal_gen::load::folder(self.folder)?;
        match portal_gen::check(&folder, self.environment) {
            (Some(service), warnings) => Ok(Loaded { folder, service, warnings }),
            (None, findings) => Err(Failure::Findings(render::all_text(&findings))),
        }
    }

    /// The plan for the gateway, and the TLS that goes with it. `backends` are addresses that replace the folder's.
    pub(crate) async fn plan(
        &self,
        loaded: &Loaded,
        backends: BTreeMap<String, String>,
    ) -> Result<(Vec<u8>, TlsSettings), Failure> {
        let (secrets, certificates) = secrets::read(self.folder, self.secrets, &loaded.service, &self.parties.vaults).await?;
        eprint!("{}", secrets::shown(&loaded.service, &secrets));
        let settings = tls::settings(&loaded.service, &certificates, self.tls)?;
        tls::missing(&loaded.service, &settings, &backends).iter().for_each(|warning| eprint!("{warning}"));
        let tls_backends = settings.backends.keys().cloned().collect();
        let secrets = Secrets { backends, tls_backends, debug_key: self.debug_key, ..secrets };
        let plan = Plan::new(&loaded.service, &secrets);
        log::conceal(plan.secrets());
        let bytes = plan.write();
        let issuers: Vec<String> = Gateway::new(plan).issuers().into_iter().collect();
        let identity = self.parties.identity.clone();
        // Nobody waits for it: who comes before the keys are there asks for them.
        tokio::spawn(async move { identity.issuers.warm(&issuers).await });
        Ok((bytes, settings))
    }
}

impl Loaded {
    /// The site. Samples show `gateway_url` where it is given.
    pub(crate) fn site(&mut self, gateway_url: Option<String>) -> Result<Rendered, Failure> {
        if gateway_url.is_some() {
            self.service.portal.gateway_url = gateway_url;
        }
        match portal_gen::render::site(&self.service, &self.folder, &Options::default()) {
            Ok((site, more)) => {
                self.warnings.extend(more);
                Ok(site)
            }
            Err(findings) => Err(Failure::Findings(render::all_text(&findings))),
        }
    }
}
