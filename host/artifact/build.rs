//! Compiles the component for `wasm32-wasip2`, once for each artifact that is asked for.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const TARGET: &str = "wasm32-wasip2";

fn main() -> Result<(), Box<dyn Error>> {
    let manifest_dir = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = manifest_dir.join("../..").canonicalize()?;
    println!("cargo::rerun-if-changed={}", root.join("Cargo.toml").display());
    println!("cargo::rerun-if-changed={}", root.join("Cargo.lock").display());
    watch(&root.join("gateway-wasm"))?;
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);
    // A target folder of its own, beside those of the profiles: cargo holds a lock on the outer one while this runs.
    let target_dir = out_dir.ancestors().nth(4).ok_or("OUT_DIR is not inside a target folder")?.join("component");
    build(&root, &target_dir, &["flat"], &out_dir.join("flat.wasm"))?;
    if env::var_os("CARGO_FEATURE_EDGE").is_some() {
        build(&root, &target_dir, &["edge"], &out_dir.join("edge.wasm"))?;
    }
    if env::var_os("CARGO_FEATURE_PROBE").is_some() {
        build(&root, &target_dir, &["flat", "probe"], &out_dir.join("flat-with-probe.wasm"))?;
    }
    Ok(())
}

/// Has this run again when code changes, but not for manual pages. A new file is named by one that changes.
fn watch(directory: &Path) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            watch(&path)?;
        } else if path.extension().is_some_and(|extension| ["rs", "toml", "wit"].iter().any(|code| extension == *code)) {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    Ok(())
}

fn build(root: &Path, target_dir: &Path, features: &[&str], to: &Path) -> Result<(), Box<dyn Error>> {
    let mut cargo = Command::new(env::var("CARGO")?);
    cargo.current_dir(root).args(["build", "--quiet", "--package", "component", "--profile", "guest", "--target", TARGET]);
    cargo.arg("--target-dir").arg(target_dir).arg("--features").arg(features.join(","));
    // What the outer build was told (coverage, clippy's wrapper, flags for the host's processor) does not concern the guest.
    for (name, _) in env::vars().filter(|(name, _)| {
        name.starts_with("CARGO_ENCODED") || name.starts_with("CARGO_BUILD_") || name.starts_with("RUSTC_") || name == "RUSTFLAGS"
    }) {
        cargo.env_remove(name);
    }
    if !cargo.status()?.success() {
        return Err(format!(
            "the component did not build; if the target is missing, run `rustup target add {TARGET}` \
             (RUSTUP_TOOLCHAIN chooses a toolchain that has it)"
        )
        .into());
    }
    fs::copy(target_dir.join(TARGET).join("guest/component.wasm"), to)?;
    Ok(())
}
