//! The folder as a tree of directories that remembers what it was asked for: what nobody asked for is unknown, and what was
//! asked for is what it could have meant.

use crate::findings::{Findings, did_you_mean};
use diagnostic::{Diagnostic, Place};
use std::{collections::BTreeMap, sync::Arc};

/// One directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    /// With a slash at its end; empty for the folder itself.
    path: String,
    files: BTreeMap<String, Arc<[u8]>>,
    directories: BTreeMap<String, Directory>,
    asked: Vec<String>,
}

/// A file that was taken out of its directory: path and content.
pub(crate) type File = (String, Arc<[u8]>);

/// How a file that holds data may end.
const DATA: [&str; 3] = ["json", "yaml", "yml"];

impl Directory {
    /// The whole folder.
    pub(crate) fn new(folder: &crate::Folder) -> Self {
        let mut root = Self::default();
        for (path, bytes) in folder.iter() {
            let mut at = &mut root;
            let mut parts = path.split('/').filter(|part| !part.is_empty()).peekable();
            while let Some(part) = parts.next() {
                if parts.peek().is_none() {
                    at.files.insert(part.to_owned(), Arc::clone(bytes));
                } else {
                    let inner = format!("{}{part}/", at.path);
                    at = at.directories.entry(part.to_owned()).or_insert_with(|| Self { path: inner, ..Self::default() });
                }
            }
        }
        root
    }

    /// Its path, with a slash at the end.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The names of the directories in it.
    pub(crate) fn names(&self) -> Vec<String> {
        self.directories.keys().filter(|name| !name.starts_with('.')).cloned().collect()
    }

    /// Takes a directory out.
    pub(crate) fn directory(&mut self, name: &str) -> Option<Directory> {
        self.asked.push(format!("{name}/"));
        self.directories.remove(name)
    }

    /// Takes every directory out: those of a directory that holds one resource per directory.
    pub(crate) fn each(&mut self) -> Vec<(String, Directory)> {
        let (hidden, all) = std::mem::take(&mut self.directories).into_iter().partition(|(name, _)| name.starts_with('.'));
        self.directories = hidden;
        all.into_iter().collect()
    }

    /// Takes a file out.
    pub(crate) fn file(&mut self, name: &str) -> Option<File> {
        self.asked.push(name.to_owned());
        self.files.remove_entry(name).map(|(name, bytes)| (format!("{}{name}", self.path), bytes))
    }

    /// Takes a data file out, whichever way it is written; two of them contradict each other.
    pub(crate) fn data(&mut self, stem: &str, findings: &Findings) -> Option<File> {
        self.data_or(&[stem, &snake_case(stem)], &DATA, findings)
    }

    /// The same for several stems and endings.
    pub(crate) fn data_or(&mut self, stems: &[&str], endings: &[&str], findings: &Findings) -> Option<File> {
        let mut found: Option<File> = None;
        for stem in stems {
            for ending in endings {
                let Some(file) = self.file(&format!("{stem}.{ending}")) else { continue };
                match &found {
                    None => found = Some(file),
                    Some((first, _)) => findings.push(
                        Diagnostic::error("file/twice", Place::file(&file.0), format!("`{first}` says the same thing"))
                            .help("keep one of the two files"),
                    ),
                }
            }
        }
        found
    }

    /// Takes every file out, those of directories included.
    pub(crate) fn all_files(&mut self) -> Vec<File> {
        let mut all = Vec::new();
        for (name, bytes) in std::mem::take(&mut self.files) {
            all.push((format!("{}{name}", self.path), bytes));
        }
        for (_, mut directory) in std::mem::take(&mut self.directories) {
            all.extend(directory.all_files());
        }
        all
    }

    /// Takes the files of this directory out that a test picks by name.
    pub(crate) fn files_where(&mut self, pick: impl Fn(&str) -> bool) -> Vec<File> {
        let names: Vec<String> = self.files.keys().filter(|name| pick(name)).cloned().collect();
        names.iter().filter_map(|name| self.file(name)).collect()
    }

    /// True if nothing is left in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.directories.is_empty()
    }

    /// Warns about what nobody asked for.
    pub(crate) fn report_unknown(&self, findings: &Findings) {
        let visible = |name: &&String| !name.starts_with('.');
        let files = self.asked.iter().filter(|name| !name.ends_with('/')).map(String::as_str);
        for name in self.files.keys().filter(visible) {
            let message = format!("unknown file `{name}`");
            let help = did_you_mean(name, files.clone())
                .unwrap_or_else(|| "nothing reads this file: remove it, or move it out of the service folder".to_owned());
            let place = Place::file(&format!("{}{name}", self.path));
            findings.push(Diagnostic::warning("file/unknown", place, message).help(help));
        }
        let directories = self.asked.iter().filter_map(|name| name.strip_suffix('/'));
        for (name, directory) in self.directories.iter().filter(|(name, _)| visible(name)) {
            let message = format!("unknown directory `{name}`");
            let help = did_you_mean(name, directories.clone())
                .unwrap_or_else(|| "nothing reads what is in it: remove it, or move it out of the service folder".to_owned());
            let place = Place::file(&directory.first_file().unwrap_or_else(|| directory.path.clone()));
            findings.push(Diagnostic::warning("file/unknown-directory", place, message).help(help));
        }
    }

    fn first_file(&self) -> Option<String> {
        let own = self.files.keys().next().map(|name| format!("{}{name}", self.path));
        own.or_else(|| self.directories.values().find_map(Directory::first_file))
    }
}

/// `apiInformation` in the spelling of the first extractors: `api_information`.
fn snake_case(stem: &str) -> String {
    let mut out = String::new();
    for character in stem.chars() {
        if character.is_uppercase() {
            out.push('_');
        }
        out.extend(character.to_lowercase());
    }
    out
}
