//! Makes a module that browsers load of the compiled tracer: `make tracer`.
//!
//! It is the command `wasm-bindgen` as a dependency, so that nobody installs it, and its version is always that of the crate that
//! the tracer was compiled with: both stand side by side in the workspace's Cargo.toml.

use anyhow::{Context, Result, bail};
use std::{env, path::PathBuf};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [compiled, folder] = arguments.as_slice() else { bail!("usage: pack-tracer COMPILED.wasm FOLDER") };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled).web(true)?.typescript(true);
    // The module finds its code beside itself, and carries nothing that only a debugger reads.
    bindgen.omit_default_module_path(false).remove_name_section(true).remove_producers_section(true);
    bindgen.generate(folder).with_context(|| format!("cannot make a module of `{}`", compiled.display()))?;
    println!("{}", folder.display());
    Ok(())
}
