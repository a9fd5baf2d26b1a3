//! `build`: a checked service becomes a directory of files.

use crate::render;
use crate::site::Options;
use crate::write::{Put, Staging};
use anyhow::Result;
use catalog::{Folder, Service};
use diagnostic::{Diagnostics, Severity};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What a build did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Pages of the site.
    pub pages: usize,
    /// Files that are new, or say something else than before.
    pub files_written: usize,
    /// Files that are the same as before, and were not written again.
    pub files_unchanged: usize,
    /// Bytes of the site, assets and other files included.
    pub bytes: u64,
    /// Time taken.
    pub elapsed: Duration,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = if self.pages == 1 { "" } else { "s" };
        write!(out, "{} page{plural}, {}", self.pages, crate::bytes_in_words(self.bytes))?;
        if self.files_unchanged > 0 {
            let files = self.files_written + self.files_unchanged;
            write!(out, ", {} of {files} files written", self.files_written)?;
        }
        write!(out, ", {:.1} s", self.elapsed.as_secs_f64())
    }
}

/// Whether nothing may be published: there are errors, or warnings where `strict`. Notes are no reason.
pub fn stops(findings: &Diagnostics, strict: bool) -> bool {
    findings.has_errors() || (strict && findings.count(Severity::Warning) > 0)
}

/// Writes the site of a service to `out`, in place of an earlier one. Nothing is changed there if a template is wrong, or if
/// `strict` and there is a warning: the summary is then missing, and the findings say why.
///
/// # Errors
/// If the files cannot be written, or `out` is no place for a site.
pub fn build(
    service: &Service,
    folder: &Folder,
    sources: &Path,
    out: &Path,
    options: &Options,
    strict: bool,
) -> Result<(Option<Summary>, Diagnostics)> {
    let started = Instant::now();
    let staging = Staging::new(out, sources, folder)?;
    let staging = if options.compresses { staging.compressing() } else { staging };
    let (pages, bytes) = (AtomicUsize::new(0), AtomicU64::new(0));
    let (written, unchanged) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failures = Mutex::new(Diagnostics::new());
    // Hidden where nobody looks: indicatif draws to terminals only.
    let progress = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} pages") {
        progress.set_style(style);
    }
    let (_, mut findings) =
        render::each(service, folder, options, &|| false, &|count| progress.set_length(count as u64), &|path, file| {
            bytes.fetch_add(file.len() as u64, Ordering::Relaxed);
            if path.ends_with(".html") {
                pages.fetch_add(1, Ordering::Relaxed);
                progress.inc(1);
            }
            match staging.put(path, &file) {
                Ok(Put::Written) => written.fetch_add(1, Ordering::Relaxed),
                Ok(Put::Unchanged) => unchanged.fetch_add(1, Ordering::Relaxed),
                Err(error) => {
                    failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(render::cannot_write(path, &error));
                    0
                }
            };
        });
    progress.finish_and_clear();
    findings.extend(failures.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner));
    let findings = findings.sorted();
    if stops(&findings, strict) {
        return Ok((None, findings));
    }
    staging.publish()?;
    let summary = Summary {
        pages: pages.into_inner(),
        files_written: written.into_inner(),
        files_unchanged: unchanged.into_inner(),
        bytes: bytes.into_inner(),
        elapsed: started.elapsed(),
    };
    Ok((Some(summary), findings))
}
