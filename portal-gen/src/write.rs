//! Writes a site: into a directory beside its place, which then takes that place in one step.
//!
//! Whatever goes wrong before that step leaves the old site whole.

use crate::compress;
use crate::load::SITE_MARKER;
use anyhow::{Context, Result, bail};
use catalog::Folder;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A site that is being written. Dropping it without [`Staging::publish`] removes what was written.
#[derive(Debug)]
pub struct Staging {
    /// Where the site will stand.
    place: PathBuf,
    /// Where it is written.
    directory: PathBuf,
    /// Directories that exist already.
    directories: Mutex<HashSet<PathBuf>>,
    /// Whether there is an earlier site, whose files may be the same.
    has_earlier: bool,
    compresses: bool,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is new, or says something else than before.
    Written,
    /// It is the same as in the earlier site, and was not written again.
    Unchanged,
}

impl Staging {
    /// Prepares to write a site to `place`.
    ///
    /// # Errors
    /// If `place` holds something that is not a site of portal-gen's, holds the service folder or lies among its sources, or
    /// cannot be written.
    pub fn new(place: &Path, sources: &Path, folder: &Folder) -> Result<Self> {
        let place = absolute(place)?;
        keep_sources_safe(&place, sources, folder)?;
        if place.is_file() {
            bail!("`{}` is a file; a site is a directory", place.display());
        }
        let is_empty = fs::read_dir(&place).map_or(true, |mut entries| entries.next().is_none());
        if !is_empty && !place.join(SITE_MARKER).exists() {
            bail!(
                "`{}` is not empty and was not written by portal-gen, so it is not replaced; choose another directory, or empty it",
                place.display()
            );
        }
        let parent = place.parent().context("the root of the file system is no place for a site")?;
        fs::create_dir_all(parent).with_context(|| format!("cannot create `{}`", parent.display()))?;
        let directory = beside(&place, "new");
        if directory.exists() {
            fs::remove_dir_all(&directory)
                .with_context(|| format!("cannot remove `{}`, left by an earlier build", directory.display()))?;
        }
        fs::create_dir(&directory).with_context(|| format!("cannot create `{}`", directory.display()))?;
        let marker = "This directory was written by portal-gen, which replaces it as a whole.\n";
        fs::write(directory.join(SITE_MARKER), marker).with_context(|| format!("cannot write to `{}`", directory.display()))?;
        Ok(Self { place, directory, directories: Mutex::default(), has_earlier: !is_empty, compresses: false })
    }

    /// Lets every file that shrinks stand there compressed, too: `.gz` and `.br` beside it, for servers that send them.
    pub fn compressing(mut self) -> Self {
        self.compresses = true;
        self
    }

    /// Writes one file; `path` has `/` between its parts and stays inside the site.
    ///
    /// # Errors
    /// If it cannot be written, or would leave the site.
    pub fn put(&self, path: &str, bytes: &[u8]) -> std::io::Result<Put> {
        if path.split('/').any(|part| matches!(part, "" | "." | "..") || part.contains('\\')) {
            return Err(std::io::Error::other("the path would leave the site"));
        }
        let file = self.directory.join(path);
        if let Some(parent) = file.parent() {
            let directories = || self.directories.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            // Known only once it is there: another thread goes on to write into it.
            if !directories().contains(parent) {
                fs::create_dir_all(parent)?;
                directories().insert(parent.to_owned());
            }
        }
        let put = self.put_file(&file, path, bytes)?;
        if self.compresses && compress::is_worth_it(path, bytes) {
            for form in compress::FORMS {
                let path = format!("{path}{}", form.ending());
                let file = self.directory.join(&path);
                // What is unchanged is compressed already, if the earlier build did so.
                if put == Put::Written || fs::hard_link(self.place.join(&path), &file).is_err() {
                    fs::write(file, form.compressed(bytes)?)?;
                }
            }
        }
        Ok(put)
    }

    /// A file that is the same as in the earlier site is that file: it keeps its time, so that what copies the site elsewhere
    /// sees that nothing happened to it.
    fn put_file(&self, file: &Path, path: &str, bytes: &[u8]) -> std::io::Result<Put> {
        if self.has_earlier {
            let earlier = self.place.join(path);
            let has_same_size = fs::metadata(&earlier).is_ok_and(|about| about.is_file() && about.len() == bytes.len() as u64);
            if has_same_size && fs::read(&earlier).is_ok_and(|known| known == bytes) && fs::hard_link(&earlier, file).is_ok() {
                return Ok(Put::Unchanged);
            }
        }
        fs::write(file, bytes)?;
        Ok(Put::Written)
    }

    /// Puts the new site in the place of the old one.
    ///
    /// # Errors
    /// If the directories cannot be renamed; the old site is then back in its place.
    pub fn publish(self) -> Result<()> {
        let old = beside(&self.place, "old");
        if old.exists() {
            fs::remove_dir_all(&old).with_context(|| format!("cannot remove `{}`, left by an earlier build", old.display()))?;
        }
        let had_site = self.place.exists();
        if had_site {
            fs::rename(&self.place, &old)
                .with_context(|| format!("cannot move the old site away from `{}`", self.place.display()))?;
        }
        if let Err(error) = fs::rename(&self.directory, &self.place) {
            if had_site {
                fs::rename(&old, &self.place).with_context(|| format!("the old site is in `{}`", old.display()))?;
            }
            return Err(error).with_context(|| format!("cannot move the new site to `{}`", self.place.display()));
        }
        if had_site {
            fs::remove_dir_all(&old)
                .with_context(|| format!("the site is published, but the old one cannot be removed from `{}`", old.display()))?;
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // After publishing there is nothing here any more, and that is fine.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// A hidden directory beside the site, on the same file system, so that a rename is one step.
fn beside(place: &Path, word: &str) -> PathBuf {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    place.with_file_name(format!(".{name}.portal-gen-{word}"))
}

/// The path with links resolved as far as it exists.
fn absolute(path: &Path) -> Result<PathBuf> {
    let path = std::path::absolute(path).with_context(|| format!("`{}` is no path", path.display()))?;
    let mut missing = Vec::new();
    let mut existing = path.as_path();
    while !existing.exists() {
        let (Some(name), Some(parent)) = (existing.file_name(), existing.parent()) else { break };
        missing.push(name);
        existing = parent;
    }
    let mut real = existing.canonicalize().with_context(|| format!("cannot read `{}`", existing.display()))?;
    for name in missing.into_iter().rev() {
        if name == ".." {
            bail!("`{}` goes through a directory that does not exist", path.display());
        }
        real.push(name);
    }
    Ok(real)
}

/// A site may stand inside the service folder only where no source is.
fn keep_sources_safe(place: &Path, sources: &Path, folder: &Folder) -> Result<()> {
    let sources = absolute(sources)?;
    if sources.starts_with(place) {
        bail!("the site cannot replace `{}`, which holds the service folder; choose another directory", place.display());
    }
    let Ok(inside) = place.strip_prefix(&sources) else { return Ok(()) };
    let Some(first) = inside.components().next() else { return Ok(()) };
    let first = first.as_os_str().to_string_lossy();
    let prefix = format!("{first}/");
    if folder.iter().any(|(path, _)| path.starts_with(&prefix) || path == first) {
        bail!(
            "the site cannot stand in `{}`, among the sources of the service folder; choose another directory",
            place.display()
        );
    }
    Ok(())
}
