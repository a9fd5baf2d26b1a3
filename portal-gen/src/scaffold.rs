//! `new`: a small service folder that works, with comments that say what each file is for.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;

macro_rules! files {
    ($($path:literal)*) => { [$(($path, include_str!(concat!("scaffold/", $path)))),*] };
}

/// The files, as they are written.
const FILES: [(&str, &str); 12] = files![
    "README.md"
    "policy.xml"
    "apis/hello/apiInformation.yaml"
    "apis/hello/specification.yaml"
    "apis/hello/policy.xml"
    "backends/hello/backendInformation.yaml"
    "dev/upstreams.yaml"
    "products/starter/productInformation.yaml"
    "products/starter/apis/hello/productApiInformation.yaml"
    "tests/hello.md"
    "portal/portal.yaml"
    "portal/content/guides/first-call.md"
];

/// Writes the folder.
///
/// # Errors
/// If the directory holds something already, or cannot be written.
pub fn write(directory: &Path) -> Result<()> {
    if directory.is_file() {
        bail!("`{}` is a file", directory.display());
    }
    if fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("`{}` is not empty; choose a new directory", directory.display());
    }
    for (path, text) in FILES {
        let file = directory.join(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot create `{}`", parent.display()))?;
        }
        fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    Ok(())
}
