//! Whatever bytes a folder holds, loading it ends, and never in a panic.
#![allow(clippy::disallowed_methods, reason = "tests read their samples from files")]

use catalog::Folder;
use diagnostic::{Diagnostics, render};
use std::{fs, path::PathBuf, sync::Arc};

/// A small generator of numbers, the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// Every file that the cases of this crate use, under its path.
fn samples() -> Vec<(String, Vec<u8>)> {
    let mut samples = Vec::new();
    let cases = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/catalog");
    for entry in fs::read_dir(cases).expect("the cases are there") {
        let text = fs::read_to_string(entry.expect("readable").path()).expect("readable");
        let mut open: Option<(String, String)> = None;
        for line in text.split_inclusive('\n') {
            match (line.strip_prefix("```"), &mut open) {
                (Some(info), None) => open = Some((info.trim().to_owned(), String::new())),
                (Some(_), Some((info, text))) => {
                    if let Some((language, path)) = info.split_once(' ').filter(|_| !info.starts_with("text ")) {
                        assert!(!language.is_empty());
                        samples.push((path.to_owned(), std::mem::take(text).into_bytes()));
                    }
                    open = None;
                }
                (None, Some((_, text))) => text.push_str(line),
                (None, None) => {}
            }
        }
    }
    samples
}

#[test]
fn changed_files_never_panic() {
    let (samples, mut numbers) = (samples(), Numbers(7));
    assert!(samples.len() > 100);
    let pieces: [&[u8]; 16] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b"- ",
        b"\n",
        b"\t",
        b"\"",
        b"&a ",
        b"*a",
        b"<<: ",
        b"\xff",
        "é\u{feff}".as_bytes(),
        b"? ",
        b"|\n",
    ];
    for (path, bytes) in samples.iter().cycle().take(6000) {
        let mut changed = bytes.clone();
        for _ in 0..=numbers.below(4) {
            let at = numbers.below(changed.len() + 1);
            match numbers.below(4) {
                0 => drop(changed.drain(at..(at + numbers.below(8)).min(changed.len()))),
                1 => changed.truncate(at),
                2 => {
                    let piece = pieces[numbers.below(pieces.len())];
                    changed.splice(at..at, piece.iter().copied());
                }
                _ => {
                    let (_, other) = &samples[numbers.below(samples.len())];
                    let from = numbers.below(other.len());
                    let to = (from + numbers.below(40)).min(other.len());
                    changed.splice(at..at, other[from..to].iter().copied());
                }
            }
        }
        let mut folder = Folder::new();
        folder.insert(path.as_str(), changed.clone());
        let loaded = catalog::load(&folder, Some("prod"));
        assert_eq!(loaded.service.is_none(), loaded.diagnostics.has_errors());
        render::all_text(&loaded.diagnostics);
        render::json(&loaded.diagnostics);
        // Whatever it was, read as a definition in either format it must not panic either.
        for name in ["a.json", "a.yaml"] {
            let mut diagnostics = Diagnostics::new();
            catalog::openapi::read(name, &Arc::from(changed.as_slice()), &mut diagnostics);
        }
    }
}

#[test]
fn arbitrary_bytes_never_panic() {
    let mut numbers = Numbers(11);
    for _ in 0..3000 {
        let bytes: Arc<[u8]> = (0..numbers.below(120)).map(|_| numbers.below(256) as u8).collect();
        for path in
            ["policy.xml", "portal/portal.yaml", "portal/content/a.md", "apis/a/specification.json", "apis/a/apiInformation.yaml"]
        {
            let mut folder = Folder::new();
            folder.insert(path, Arc::clone(&bytes));
            render::all_text(&catalog::load(&folder, None).diagnostics);
        }
    }
}

#[test]
fn an_encoding_other_than_utf8_is_found() {
    for (bytes, help) in [
        (&b"<policies>\n  \xe4\n</policies>"[..], "save the file again with the encoding UTF-8"),
        (&b"\xff\xfe<\0p\0"[..], "the file is UTF-16"),
    ] {
        let mut folder = Folder::new();
        folder.insert("policy.xml", bytes);
        let text = render::all_text(&catalog::load(&folder, None).diagnostics);
        assert!(text.contains("error[file/not-utf8]: this file is not text in UTF-8") && text.contains(help), "{text}");
    }
}

#[test]
fn nesting_and_size_have_limits() {
    for (name, text) in [
        ("a.json", "{\"a\":".repeat(100_000)),
        ("a.json", "[".repeat(1_000_000)),
        ("a.yaml", "[".repeat(100_000)),
        ("a.yaml", "- ".repeat(100_000)),
        ("a.yaml", (0..3000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect()),
        ("a.yaml", format!("a: &a {}\nb: [{}]", "x".repeat(1 << 20), "*a,".repeat(100_000))),
        ("a.json", format!("{{\"openapi\": \"3.0.3\", \"info\": {}}}", "9".repeat(100_000))),
    ] {
        let mut diagnostics = Diagnostics::new();
        assert!(catalog::openapi::read(name, &Arc::from(text.as_bytes()), &mut diagnostics).is_none());
        assert!(diagnostics.has_errors(), "{name}: {}", &text[..40]);
    }
}
