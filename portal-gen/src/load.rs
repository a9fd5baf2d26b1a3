//! Reads a service folder from disk: the only place that does.

use anyhow::{Context, Result, bail};
use catalog::Folder;
use diagnostic::{Diagnostic, Place, Source, Span};
use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The file that marks a directory as a site that portal-gen wrote; such a directory is never read as a source.
pub const SITE_MARKER: &str = ".portal-gen-site";

/// Directories that hold no sources.
pub(crate) const SKIPPED: [&str; 2] = ["target", "node_modules"];

/// Reads every file of a service folder. Hidden files, build directories, sites that portal-gen wrote, and links that lead
/// out of the folder are left out.
///
/// # Errors
/// If the directory, or something in it, cannot be read.
pub fn folder(directory: &Path) -> Result<Folder> {
    if !directory.exists() {
        bail!("there is no file or directory `{}`", directory.display());
    }
    if !directory.is_dir() {
        bail!("`{}` is a file; a service folder is a directory", directory.display());
    }
    let root = directory.canonicalize().with_context(|| format!("cannot read `{}`", directory.display()))?;
    let mut reader = Reader { directories: HashSet::from([root.clone()]), root, folder: Folder::new() };
    reader.directory(directory, "")?;
    Ok(reader.folder)
}

/// A finding with the folder's name in front of its files, as it is found among several folders.
pub fn inside(folder: &Path, mut finding: Diagnostic) -> Diagnostic {
    let rename = |place: &mut Place| {
        let name = format!("{}/{}", folder.display().to_string().trim_end_matches('/'), place.source.name());
        place.source = Source::new(name, place.source.text());
    };
    rename(&mut finding.place);
    finding.labels.iter_mut().for_each(|label| rename(&mut label.place));
    finding
}

/// What stands for standard input where a path may stand.
pub const STANDARD_INPUT: &str = "-";

/// Reads one file, or standard input for `-`. In place of a file that is not text stands what is wrong with it.
///
/// # Errors
/// If it cannot be read.
pub fn file(path: &Path) -> Result<Result<Source, Diagnostic>> {
    let (name, bytes) = if path == Path::new(STANDARD_INPUT) {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("cannot read standard input")?;
        ("standard input".to_owned(), bytes)
    } else {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read the file `{}`", path.display()))?;
        (path.display().to_string(), bytes)
    };
    Ok(match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let source = Source::new(name, String::from_utf8_lossy(error.as_bytes()).into_owned());
            let place = Place::new(&source, Span::new(at, at + 3));
            Err(Diagnostic::error("file/not-utf8", place, "this file is not text in UTF-8")
                .help("save the file again with the encoding UTF-8"))
        }
    })
}

struct Reader {
    root: PathBuf,
    /// Directories that were read, so that links in a circle end.
    directories: HashSet<PathBuf>,
    folder: Folder,
}

impl Reader {
    fn directory(&mut self, directory: &Path, inside: &str) -> Result<()> {
        let cannot_read = || format!("cannot read the directory `{}`", directory.display());
        let mut entries =
            std::fs::read_dir(directory).and_then(Iterator::collect::<Result<Vec<_>, _>>).with_context(cannot_read)?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let name = entry.file_name();
            let Some(name) = name.to_str() else { bail!("the name of `{}` is not Unicode; rename it", path.display()) };
            if name.starts_with('.') || SKIPPED.contains(&name) {
                continue;
            }
            let inside = if inside.is_empty() { name.to_owned() } else { format!("{inside}/{name}") };
            let mut kind = entry.file_type().with_context(|| format!("cannot read `{}`", path.display()))?;
            if kind.is_symlink() {
                let Ok(real) = path.canonicalize() else { continue };
                if !real.starts_with(&self.root) {
                    continue;
                }
                kind = std::fs::metadata(&real).with_context(|| format!("cannot read `{}`", path.display()))?.file_type();
            }
            if kind.is_dir() {
                let real = path.canonicalize().with_context(|| format!("cannot read `{}`", path.display()))?;
                if !path.join(SITE_MARKER).exists() && self.directories.insert(real) {
                    self.directory(&path, &inside)?;
                }
            } else if kind.is_file() {
                let bytes = std::fs::read(&path).with_context(|| format!("cannot read the file `{}`", path.display()))?;
                self.folder.insert(inside, bytes);
            }
        }
        Ok(())
    }
}
