//! `trace`: sends one request through the gateway of a service folder, and shows what every policy did to it.

use crate::{check, load};
use anyhow::{Context, Result, anyhow, bail};
use cases::{Case, Home, Traced};
use diagnostic::{Diagnostics, render};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What to send, and what the world answers.
#[derive(Debug)]
pub struct Options {
    /// A file with the request, as fences `http given` hold it.
    pub request: PathBuf,
    /// A page of cases: the fence `host` of its first case plays the backends.
    pub host: Option<PathBuf>,
    /// Apply `configuration.NAME.yaml`.
    pub environment: Option<String>,
}

/// Runs the request natively.
///
/// # Errors
/// Where a file cannot be read, or the folder, the request or the page is wrong: the message says all that is.
pub fn run(folder: &Path, options: &Options) -> Result<Traced> {
    let (service, findings) = check(&load::folder(folder)?, options.environment.as_deref());
    let Some(service) = service else { bail!("{} has errors\n\n{}", folder.display(), render::all_text(&findings)) };
    let mut case = case(&options.request, Case::of_request)?;
    if let Some(file) = &options.host {
        case.scene = self::case(file, Case::first)?.scene;
    }
    Ok(Traced::run(&case, &Home::service(service)))
}

/// What a file holds, as a case.
fn case(file: &Path, read: fn(&str, &str) -> Result<Case, Diagnostics>) -> Result<Case> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read `{name}`"))?;
    read(&name, &text).map_err(|findings| anyhow!("`{name}` cannot be used\n\n{}", render::all_text(&findings)))
}
