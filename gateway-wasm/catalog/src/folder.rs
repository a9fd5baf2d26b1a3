//! The files of a service folder, already read.

use std::{collections::BTreeMap, sync::Arc};

/// Files by their path inside the folder, with `/` between the parts: `apis/orders/specification.yaml`. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    files: BTreeMap<String, Arc<[u8]>>,
}

impl Folder {
    /// A folder without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, or replaces it.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Arc<[u8]>>) {
        self.files.insert(path.into(), bytes.into());
    }

    /// The bytes of a file.
    pub fn get(&self, path: &str) -> Option<&Arc<[u8]>> {
        self.files.get(path)
    }

    /// Every file, ordered by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<[u8]>)> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes))
    }

    /// True if there is no file at all.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}
