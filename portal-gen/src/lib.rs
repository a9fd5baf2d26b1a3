//! The publisher: a service folder becomes a static developer site.
//!
//! From the disk to the disk: [`load`] reads the folder, [`check`] turns it into a service or says what is wrong, [`site`]
//! lays out pages and addresses, `pages` computes what each shows, [`render`] fills the templates, [`write`] puts the files
//! in place. [`preview`] serves the same files from memory, [`test`] runs the cases beside the folder. Only `load`, `write`,
//! `preview` and `test` touch the world; everything between them is a function.

mod changes;
mod compress;
mod console;
mod content;
mod diagram;
mod download;
mod embed;
pub mod enable_cors;
pub mod explain;
mod finding;
mod highlight;
mod html;
mod language;
mod limits;
mod links;
mod llms;
pub mod load;
mod markdown;
mod messages;
mod moved;
mod operation;
mod outline;
mod pages;
mod picture;
pub mod preview;
pub mod publish;
mod redirects;
mod reference;
pub mod render;
pub mod scaffold;
mod schema;
mod script;
mod search;
mod security;
pub mod site;
pub mod slug;
pub mod test;
mod theme;
mod tokens;
pub mod trace;
mod twin;
pub mod write;

pub use render::Rendered;
pub use site::Options;

use catalog::{Folder, Service};
use diagnostic::Diagnostics;

/// Reads what a folder says, its policies included. Without a service if there is an error among the findings.
pub fn check(folder: &Folder, environment: Option<&str>) -> (Option<Service>, Diagnostics) {
    let loaded = catalog::load(folder, environment);
    let mut findings = loaded.diagnostics;
    // A folder with errors has its policies checked all the same: its author learns everything in one run.
    if let Some(service) = loaded.service.as_ref().or(loaded.rejected.as_ref()) {
        findings.extend(gateway::check(service));
        let is_right = !findings.has_errors();
        findings.extend(gateway::lint(service, is_right));
    }
    if let Some(service) = loaded.service.as_ref().or(loaded.rejected.as_ref()) {
        findings.extend(outline::check(service, folder));
    }
    let findings = findings.sorted();
    (loaded.service.filter(|_| !findings.has_errors()), findings)
}

/// A size as people say it: `13.0 MB`.
pub(crate) fn bytes_in_words(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..100_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        100_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
