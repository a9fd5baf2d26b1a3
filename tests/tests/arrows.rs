//! Which crate may name which: the layers of ARCHITECTURE.md, read from every member's Cargo.toml.

use serde_json::Value;
use std::{collections::BTreeSet, fs, path::PathBuf, process::Command};

/// Every member with its level and the crates of ours that it may depend on. Arrows point to a lower level.
const MEMBERS: &[(&str, u8, &[&str])] = &[
    ("diagnostic", 0, &[]),
    ("dotnet", 0, &[]),
    ("wire", 0, &[]),
    ("jose", 1, &["dotnet", "wire"]),
    ("policy", 2, &["diagnostic", "dotnet", "jose", "wire"]),
    ("catalog", 1, &["diagnostic"]),
    ("store", 1, &[]),
    ("identity", 1, &[]),
    ("gateway", 3, &["catalog", "policy", "diagnostic", "dotnet", "wire"]),
    ("component", 4, &["gateway", "policy", "wire"]),
    ("tracer", 5, &["cases", "policy", "diagnostic"]),
    ("cases", 4, &["gateway", "catalog", "policy", "diagnostic", "dotnet", "wire"]),
    ("portal-console", 0, &[]),
    ("console-module", 0, &[]),
    ("portal-gen", 5, &["cases", "portal-console", "console-module", "gateway", "catalog", "policy", "diagnostic"]),
    ("artifact", 3, &[]),
    ("server", 3, &["dotnet", "wire", "store", "identity"]),
    ("pack-tracer", 0, &[]),
    ("cli", 6, &["artifact", "identity", "server", "portal-gen", "catalog", "diagnostic", "gateway"]),
];

/// Packages of ours that are only for tests and measurements, and may name anything.
const ANYTHING: &[&str] = &["tests", "test-tls", "bench"];

/// Why an arrow that is not in [`MEMBERS`] is refused.
fn why(from: &str, to: &str) -> &'static str {
    match (from, to) {
        ("policy", "catalog") | ("catalog", "policy") => "`policy` and `catalog` do not know each other; `gateway` joins them",
        ("server", _) => "the host moves bytes and is given the component and the plan as bytes; it never reads a policy",
        (_, "component") => "the component runs as bytes that `artifact` holds, and is no crate for anybody",
        ("console-module", _) => "`build.rs` compiles the console for browsers; nothing of ours is linked in",
        ("artifact", _) => "`build.rs` compiles the component for another target; nothing of ours is linked in",
        _ => "arrows point downward, to the crates that ARCHITECTURE.md names",
    }
}

fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

fn name(value: &Value) -> &str {
    value["name"].as_str().expect("a name")
}

/// The dependencies that end up in the package, or build it; what only its tests use is theirs.
fn dependencies(package: &Value) -> BTreeSet<&str> {
    let all = package["dependencies"].as_array().expect("dependencies").iter();
    all.filter(|dependency| dependency["kind"].as_str() != Some("dev")).map(name).collect()
}

#[test]
fn arrows_between_crates_point_downward() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages.iter().map(name).collect();
    let mut wrong = Vec::new();
    for package in packages.iter().filter(|package| !ANYTHING.contains(&name(package))) {
        let from = name(package);
        let Some((_, level, allowed)) = MEMBERS.iter().find(|(member, ..)| *member == from) else {
            wrong.push(format!("`{from}` is new: give it a level and its arrows in tests/tests/arrows.rs and ARCHITECTURE.md"));
            continue;
        };
        for to in dependencies(package).into_iter().filter(|to| ours.contains(to)) {
            if !allowed.contains(&to) {
                wrong.push(format!("`{from}` (level {level}) must not depend on `{to}`: {}", why(from, to)));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The table above cannot allow an arrow that points up or sideways.
#[test]
fn the_table_itself_points_downward() {
    let level = |name: &str| MEMBERS.iter().find(|(member, ..)| *member == name).map(|(_, level, _)| *level);
    for (from, from_level, allowed) in MEMBERS {
        for to in *allowed {
            assert!(level(to).is_some_and(|to_level| to_level < *from_level), "`{from}` -> `{to}` does not point downward");
        }
    }
}

#[test]
fn each_kind_of_outside_crate_has_its_place() {
    const HTTP: &[&str] = &["http", "http-body", "http-body-util", "hyper", "hyper-util", "h2", "reqwest", "axum", "tower"];
    const WIT: &[&str] = &["wit-bindgen", "wasip2", "wasip3", "wasi", "spin-sdk"];
    let mut wrong = Vec::new();
    for package in &packages() {
        let (from, dependencies) = (name(package), dependencies(package));
        let named =
            |names: &[&str]| dependencies.iter().filter(|to| names.contains(to)).map(|to| to.to_string()).collect::<Vec<_>>();
        if from == "policy" {
            for to in named(HTTP) {
                wrong.push(format!("`policy` must not name `{to}`: the engine knows requests, not HTTP; the host speaks it"));
            }
            for to in named(&["serde_json"]) {
                wrong.push(format!("`policy` must not name `{to}`: what it checked is Rust types, and nobody's JSON"));
            }
        }
        if from != "component" {
            for to in named(WIT) {
                wrong.push(format!("`{from}` must not name `{to}`: only `component` knows how a sandbox is entered"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What compiles to WASM does no I/O; clippy keeps it so, with this file.
#[test]
fn the_sandboxed_crates_are_walled_in() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../gateway-wasm/clippy.toml");
    let text = fs::read_to_string(&file).expect("gateway-wasm/clippy.toml disallows I/O");
    let (_, methods) = text.split_once("disallowed-methods").expect("gateway-wasm/clippy.toml lists `disallowed-methods`");
    let walls = [
        "\"std::fs::",
        "\"std::net::",
        "\"std::env::",
        "\"std::thread::",
        "\"std::time::SystemTime::now\"",
        "\"std::time::Instant::now\"",
    ];
    for wall in walls {
        assert!(
            methods.contains(wall),
            "gateway-wasm/clippy.toml does not disallow {wall}: these crates have no world of their own"
        );
    }
    for package in packages() {
        let manifest = package["manifest_path"].as_str().unwrap_or_default().to_owned();
        if manifest.contains("/gateway-wasm/") {
            let folder = PathBuf::from(&manifest).parent().expect("a folder").to_owned();
            assert!(!folder.join("clippy.toml").exists(), "{}: a clippy.toml here would replace the wall", folder.display());
        }
    }
}
