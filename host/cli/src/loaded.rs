//! From the folder on disk to what runs: a plan for the gateway, and a site.

use crate::{Failure, secrets, tls};
use catalog::{Folder, Service};
use diagnostic::{Diagnostics, render};
use gateway::{DebugKey, Plan, Secrets};
use portal_gen::{Options, Rendered};
use server::tls::Settings;
use std::{collections::BTreeMap, path::Path};

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
    pub(crate) fn plan(&self, loaded: &Loaded, backends: BTreeMap<String, String>) -> Result<(Vec<u8>, Settings), Failure> {
        let (secrets, certificates) = secrets::read(self.folder, self.secrets, &loaded.service)?;
        let missing = secrets::missing(self.folder, &loaded.service, &secrets);
        if !missing.is_empty() {
            return Err(Failure::Findings(missing.join("\n")));
        }
        let settings = tls::settings(&loaded.service, &certificates, self.tls)?;
        tls::missing(&loaded.service, &settings, &backends).iter().for_each(|warning| eprint!("{warning}"));
        let tls_backends = settings.backends.keys().cloned().collect();
        let secrets = Secrets { backends, tls_backends, debug_key: self.debug_key, ..secrets };
        Ok((Plan::new(&loaded.service, &secrets).write(), settings))
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
