//! What `portal-gen enable-cors` makes of a folder: `tests/cases/enable_cors.md`. Every case is done twice, and the second time
//! changes nothing.

mod common;

use common::{Case, run, write_files};
use std::path::Path;
use std::process::Command;

#[test]
fn the_global_policy_gets_leave_for_the_portal() {
    run("enable_cors.md", |case| {
        let directory = tempfile::tempdir().unwrap();
        for (info, text) in &case.blocks[..case.blocks.len() - 1] {
            let path = info.split_once(' ').map_or(info.as_str(), |(_, path)| path);
            write_files(directory.path(), &[(path, text)]);
        }
        let first = enabled(directory.path(), case);
        let second = enabled(directory.path(), case);
        let again = if second.1 == first.1 { "the same the second time" } else { "DIFFERENT the second time" };
        format!("{}\n--- {again}\n{}", first.0, first.1)
    });
}

/// What it says, and the policy after it.
fn enabled(directory: &Path, case: &Case) -> (String, String) {
    let arguments = case.blocks.last().unwrap().0.split_once(' ').map_or("", |(_, arguments)| arguments);
    let output = Command::new(env!("CARGO_BIN_EXE_portal-gen"))
        .current_dir(directory)
        .args(["enable-cors", "."])
        .args(arguments.split_whitespace())
        .output()
        .unwrap();
    let said = format!(
        "exit {}\n{}{}",
        output.status.code().unwrap(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    (said.trim_end().to_owned(), std::fs::read_to_string(directory.join("policy.xml")).unwrap_or_default())
}
