//! `portal-gen test` as its user meets it: `tests/test/*.txt` are sessions, what is typed and what is printed.
//!
//! A session has files first, each after a line `=== path`; then the commands, each after a line `$ `, with what they print and,
//! if it is not 0, how they end. `$ cat file` shows a file. `UPDATE=1` writes what is printed.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

#[test]
fn sessions() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/test");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut failures = String::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let actual = session(&text);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&file, &actual).unwrap();
        } else if actual != text {
            let _ = writeln!(failures, "{}\n{}", file.display(), cases::difference(&text, &actual, false));
        }
    }
    assert!(failures.is_empty(), "\n{failures}`UPDATE=1` writes what is printed");
}

/// The session as it goes: its files and commands with what is printed now.
fn session(text: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let (files, commands) = text.split_at(text.find("\n$ ").map_or(0, |at| at + 1));
    for file in files.split("=== ").skip(1) {
        let (path, content) = file.split_once('\n').unwrap();
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let mut out = files.to_owned();
    for command in commands.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let _ = writeln!(out, "$ {command}");
        out.push_str(&run(command, directory.path()));
    }
    out
}

fn run(command: &str, directory: &Path) -> String {
    let words: Vec<&str> = command.split_whitespace().collect();
    if let ["cat", file] = words.as_slice() {
        return fs::read_to_string(directory.join(file)).unwrap();
    }
    assert_eq!(words[0], "portal-gen");
    let output = Command::new(env!("CARGO_BIN_EXE_portal-gen")).args(&words[1..]).current_dir(directory).output().unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    // How long it took is another number every time.
    for before in ["\"seconds\": ", "time=\""] {
        let parts: Vec<String> = text
            .split(before)
            .enumerate()
            .map(|(at, part)| match at {
                0 => part.to_owned(),
                _ => {
                    format!("<seconds>{}", part.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | '-')))
                }
            })
            .collect();
        text = parts.join(before);
    }
    match output.status.code() {
        Some(0) => text,
        code => format!("{text}[ends with {}]\n", code.unwrap_or(-1)),
    }
}
