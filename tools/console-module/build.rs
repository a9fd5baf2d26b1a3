//! Compiles the crate `console` for browsers, with no other tool than cargo: so every build of `portal-gen` has it.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use wasm_bindgen_cli_support::Bindgen;

const TARGET: &str = "wasm32-unknown-unknown";

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    for file in ["Cargo.toml", "Cargo.lock", "gateway-wasm/console/Cargo.toml"] {
        println!("cargo::rerun-if-changed={}", root.join(file).display());
    }
    watch(&root.join("gateway-wasm/console/src"))?;
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);
    // A target folder of its own, beside those of the profiles: cargo holds a lock on the outer one while this runs.
    let target_dir = out_dir.ancestors().nth(4).ok_or("OUT_DIR is not inside a target folder")?.join("console");
    build(&root, &target_dir)?;
    let compiled = target_dir.join(TARGET).join("browser/console.wasm");
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled).web(true)?.typescript(false);
    // The module finds its code beside itself, and carries nothing that only a debugger reads.
    bindgen.omit_default_module_path(false).remove_name_section(true).remove_producers_section(true);
    bindgen.generate(&out_dir)?;
    Ok(())
}

/// Has this run again when code changes. A new file is named by one that changes.
fn watch(directory: &Path) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            watch(&path)?;
        } else {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    Ok(())
}

fn build(root: &Path, target_dir: &Path) -> Result<(), Box<dyn Error>> {
    let mut cargo = Command::new(env::var("CARGO")?);
    cargo.current_dir(root).args(["rustc", "--quiet", "--package", "portal-console", "--lib", "--crate-type", "cdylib"]);
    cargo.args(["--profile", "browser", "--target", TARGET, "--target-dir"]).arg(target_dir);
    // What the outer build was told (coverage, clippy's wrapper, flags for the host's processor) does not concern the module.
    for (name, _) in env::vars().filter(|(name, _)| {
        name.starts_with("CARGO_ENCODED") || name.starts_with("CARGO_BUILD_") || name.starts_with("RUSTC_") || name == "RUSTFLAGS"
    }) {
        cargo.env_remove(name);
    }
    if !cargo.status()?.success() {
        return Err(format!(
            "the console did not build; if the target is missing, run `rustup target add {TARGET}` \
             (RUSTUP_TOOLCHAIN chooses a toolchain that has it)"
        )
        .into());
    }
    Ok(())
}
