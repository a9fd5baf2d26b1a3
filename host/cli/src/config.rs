//! `portico.yaml`: what is about a machine, and so not part of a service folder.

use anyhow::{Context, Result};
use serde::{Deserialize, de::DeserializeOwned};
use std::{net::SocketAddr, num::NonZeroUsize, path::Path};

/// The configuration of `portico serve`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) gateway: Listen,
    pub(crate) portal: Option<Listen>,
    pub(crate) health: Option<Listen>,
    /// Threads that serve requests; one for each core where nothing is said.
    pub(crate) threads: Option<NonZeroUsize>,
    #[serde(default)]
    pub(crate) limits: Limits,
}

/// Where something listens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listen {
    /// Address and port: `0.0.0.0:8080`.
    pub(crate) listen: SocketAddr,
}

/// Bounds; what is left out has Portico's default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    /// Requests at once on one thread.
    exchanges_max: Option<NonZeroUsize>,
    /// Memory of one instance of the component.
    memory_bytes_max: Option<NonZeroUsize>,
    /// How long one call into the component may compute.
    call_timeout_ms: Option<u32>,
}

impl Limits {
    pub(crate) fn resolved(&self) -> server::Limits {
        let default = server::Limits::default();
        server::Limits {
            exchanges_max: self.exchanges_max.map_or(default.exchanges_max, NonZeroUsize::get),
            memory_bytes_max: self.memory_bytes_max.map_or(default.memory_bytes_max, NonZeroUsize::get),
            call_timeout_ms: self.call_timeout_ms.unwrap_or(default.call_timeout_ms),
            ..default
        }
    }
}

/// Reads a YAML file. Mistakes are told with line and column.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_saphyr::from_str(&text).with_context(|| format!("{} is not as it should be", path.display()))
}
