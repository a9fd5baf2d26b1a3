//! `trace`: sends one request through the gateway of a service folder, and shows what every policy did to it.

use crate::{check, load};
use anyhow::{Context, Result, bail};
use cases::{Case, Home, Page, http, run};
use diagnostic::{Place, Source, Span, render};
use policy::trace::Trace;
use serde_json::Value;
use std::{
    fmt::Write,
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

/// What came of it.
#[derive(Debug)]
pub struct Traced {
    /// What happened.
    pub trace: Trace,
    /// The requests that left the gateway, as text.
    pub upstream: String,
    /// What the caller got, as text.
    pub sent: String,
}

/// Runs the request natively.
///
/// # Errors
/// Where a file cannot be read, or the folder, the request or the page is wrong: the message says all that is.
pub fn run(folder: &Path, options: &Options) -> Result<Traced> {
    let (service, findings) = check(&load::folder(folder)?, options.environment.as_deref());
    let Some(service) = service else { bail!("{} has errors\n\n{}", folder.display(), render::all_text(&findings)) };
    let home = Home::service(service);
    let request = text(&options.request)?;
    let start = format!("# Traced\n\n{FENCE}http given\n");
    let page = format!("{start}{}\n{FENCE}\n{FENCE}http sent\n{FENCE}\n", request.trim_end());
    let mut case = first_case(&options.request, &page, start.len())?;
    if let Some(file) = &options.host {
        case.scene = first_case(file, &text(file)?, 0)?.scene;
    }
    let ran = run::policy(&case, &home, Some(Trace::new(home.secrets())));
    let trace = ran.trace.map(|trace| *trace).unwrap_or_default();
    Ok(Traced {
        upstream: trace.masked_message(&http::upstream(&ran.outcome.upstream)),
        sent: trace.masked_message(&http::sent(&ran.outcome.response)),
        trace,
    })
}

/// Longer than any fence in a request.
const FENCE: &str = "``````````";

impl Traced {
    /// For people: the steps as a tree, what left the gateway, and what the caller got.
    pub fn text(&self) -> String {
        let mut text = self.trace.text();
        if text.is_empty() {
            text.push_str("no policy ran\n");
        }
        let _ = write!(text, "\nsent to backends\n{}\nsent to the caller\n{}", indented(&self.upstream), indented(&self.sent));
        text
    }

    /// For tools: the JSON of APIM's traces, which says more where ours knows more.
    pub fn json(&self) -> String {
        let trace: Value = serde_json::from_str(&self.trace.json("portal-gen")).unwrap_or_default();
        format!("{trace:#}\n")
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") }).collect()
}

fn text(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))
}

/// The first case of a page. `start` is what comes before the text that its author wrote.
fn first_case(file: &Path, text: &str, start: usize) -> Result<Case> {
    let name = file.display().to_string();
    let mut page = Page::read(&name, text);
    if page.diagnostics.has_errors() {
        let written = Source::new(name.as_str(), text.get(start..).unwrap_or_default());
        let back = |place: u32| (place as usize).saturating_sub(start);
        let moved = page.diagnostics.into_iter().map(|mut finding| {
            let Span { start, end } = finding.place.span;
            finding.place = Place::new(&written, Span::new(back(start), back(end)));
            finding
        });
        bail!("`{name}` cannot be used\n\n{}", render::all_text(&moved.collect()));
    }
    match page.cases.is_empty() {
        true => bail!("there is no case in `{name}`"),
        false => Ok(page.cases.swap_remove(0)),
    }
}
