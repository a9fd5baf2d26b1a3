//! Where a refresh token is kept that another one was given for.

use crate::Secret;
use std::{
    collections::BTreeMap,
    fmt, fs, io,
    io::Write,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A place for secrets that must outlive the process.
pub(crate) trait Keep: fmt::Debug + Send + Sync {
    /// What is kept under a name.
    ///
    /// # Errors
    /// Fails if the place cannot be read.
    fn load(&self, name: &str) -> io::Result<Option<Secret>>;

    /// Keeps a secret under a name, in the place of what is there. When this returns, it is safe.
    ///
    /// # Errors
    /// Fails if the place cannot be written; then what was there is still there.
    fn store(&self, name: &str, secret: &Secret) -> io::Result<()>;
}

/// Keeps secrets as long as the process runs.
#[derive(Debug, Default)]
pub(crate) struct MemoryKeep(Mutex<BTreeMap<String, Secret>>);

impl Keep for MemoryKeep {
    fn load(&self, name: &str) -> io::Result<Option<Secret>> {
        Ok(lock(&self.0).get(name).cloned())
    }

    fn store(&self, name: &str, secret: &Secret) -> io::Result<()> {
        lock(&self.0).insert(name.to_owned(), secret.clone());
        Ok(())
    }
}

/// Keeps secrets in a JSON file that only its owner can read.
#[derive(Debug)]
pub(crate) struct FileKeep {
    path: PathBuf,
    /// Two who write at once would each lose what the other one wrote.
    writing: Mutex<()>,
}

impl FileKeep {
    /// Keeps secrets in this file. It is made when something is kept.
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), writing: Mutex::default() }
    }

    fn read(&self) -> io::Result<BTreeMap<String, String>> {
        match fs::read(&self.path) {
            // The message of serde_json could show what stands in the file.
            Ok(text) => serde_json::from_slice(&text)
                .map_err(|error| io::Error::other(format!("it is not a JSON object of texts, at line {}", error.line()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(error),
        }
        .map_err(|error| io::Error::other(format!("{}: {error}", self.path.display())))
    }
}

impl Keep for FileKeep {
    fn load(&self, name: &str) -> io::Result<Option<Secret>> {
        Ok(self.read()?.remove(name).map(Secret::new))
    }

    fn store(&self, name: &str, secret: &Secret) -> io::Result<()> {
        let _writing = lock(&self.writing);
        let mut all = self.read()?;
        all.insert(name.to_owned(), secret.expose().to_owned());
        // A new file, with mode 0600 from its first moment, takes the place of the old one: whoever reads, reads one of the two.
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, &all)?;
        file.flush()?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        // The new name must be on the disk, too.
        fs::File::open(folder)?.sync_all()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_is_kept_is_there_for_the_next_process_and_for_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        let keep = FileKeep::new(&path);
        assert_eq!(keep.load("a").unwrap(), None);
        keep.store("a", &Secret::new("one")).unwrap();
        keep.store("b", &Secret::new("two")).unwrap();
        keep.store("a", &Secret::new("three")).unwrap();
        let next = FileKeep::new(&path);
        assert_eq!(next.load("a").unwrap(), Some(Secret::new("three")));
        assert_eq!(next.load("b").unwrap(), Some(Secret::new("two")));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_file_that_is_damaged_is_not_written_over_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        fs::write(&path, r#"{"a": "hunter2", "b": hunter2}"#).unwrap();
        let keep = FileKeep::new(&path);
        for error in [keep.load("a").unwrap_err(), keep.store("a", &Secret::new("one")).unwrap_err()] {
            let text = error.to_string();
            assert!(text.contains("tokens.json") && !text.contains("hunter2"), "{text}");
        }
        assert!(fs::read_to_string(&path).unwrap().contains("hunter2"));
    }
}
