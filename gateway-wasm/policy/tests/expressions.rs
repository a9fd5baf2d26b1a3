//! Runs `src/expr/cases/*.md`, the cases of the language and of the tables in `src/expr/library`: natively, alone, in seconds.
//!
//! A fence `csharp lines` holds one expression per line, the fence `value` after it what each of them gives, line by line.
//! Blank lines and `//` comments are no expressions. A fence `csharp` holds one expression or block of any length; the fence
//! `value` or `error` after it is one line. Each runs in a world of its own: it is 2026-01-02T03:04:05.678Z, and random
//! numbers are 1, 2, 3 and so on.
//!
//! `UPDATE=1 cargo test -p policy --test expressions` writes what happens into the pages, for a person to read; with
//! `PAGE=strings` the test looks only at pages with that in their name.
#![allow(clippy::disallowed_methods, reason = "tests read their cases from files")]

use policy::expr::{evaluate_text, machine::World};
use std::{
    cell::Cell,
    fmt::Write,
    fs,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

#[test]
fn expressions_give_what_the_pages_say() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/expr/cases");
    let update = std::env::var_os("UPDATE").is_some();
    let only = std::env::var("PAGE").unwrap_or_default();
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("the cases are there").map(|entry| entry.expect("readable").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files.retain(|file| file.file_stem().is_some_and(|name| name.to_string_lossy().contains(&only)));
    files.sort();
    let (mut failures, mut count) = (String::new(), 0);
    for file in &files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(file).expect("readable");
        let mut page = Page { name: &name, text: &text, update, written: text.clone(), failures: Vec::new() };
        count += page.run();
        if page.written != text {
            fs::write(file, &page.written).expect("writable");
        }
        page.failures.sort();
        for (line, failure) in page.failures {
            let _ = writeln!(failures, "{name}:{line}: {failure}\n");
        }
    }
    let help = "`UPDATE=1 cargo test -p policy --test expressions` writes what happens into the pages";
    assert!(failures.is_empty(), "\n{failures}{help}");
    println!("{count} expressions in {} pages", files.len());
}

struct Page<'a> {
    name: &'a str,
    text: &'a str,
    update: bool,
    /// The text with new expectations.
    written: String,
    /// Line and message.
    failures: Vec<(usize, String)>,
}

impl Page<'_> {
    /// Runs every expression, and says how many there were.
    fn run(&mut self) -> usize {
        let fences = match fences(self.text) {
            Ok(fences) => fences,
            Err(line) => {
                self.failures.push((line, "this fence does not end".to_owned()));
                return 0;
            }
        };
        let mut count = 0;
        // From the end, so that the places before stay where they are.
        for (at, fence) in fences.iter().enumerate().rev() {
            let programs = match fence.info {
                "csharp lines" => lines(fence, self.text),
                "csharp" => vec![(fence.line + 1, self.text[fence.place.clone()].to_owned())],
                "value" | "error" => {
                    let before = at.checked_sub(1).map_or("", |before| fences[before].info);
                    if !before.starts_with("csharp") {
                        let failure = format!("no `csharp` stands before this fence `{}`", fence.info);
                        self.failures.push((fence.line, failure));
                    }
                    continue;
                }
                info => {
                    let help = "the fences here are `csharp lines`, `csharp`, `value` and `error`";
                    self.failures.push((fence.line, format!("there is no fence `{info}`; {help}")));
                    continue;
                }
            };
            count += programs.len();
            let values: Vec<String> = programs.iter().map(|(line, code)| evaluated(self.name, *line, code)).collect();
            let new: String = values.iter().map(|value| format!("{value}\n")).collect();
            match fences.get(at + 1).filter(|next| matches!(next.info, "value" | "error")) {
                Some(answer) if self.update => self.written.replace_range(answer.place.clone(), &new),
                None if self.update => {
                    let info = if fence.info == "csharp" && new.starts_with("error[") { "error" } else { "value" };
                    self.written.insert_str(fence.end, &format!("```{info}\n{new}```\n"));
                }
                Some(answer) => self.compare(&programs, &values, answer),
                None => self.failures.push((fence.line, "a fence `value` is missing after this one".to_owned())),
            }
        }
        count
    }

    /// Says where the page differs from what happens.
    fn compare(&mut self, programs: &[(usize, String)], values: &[String], answer: &Fence<'_>) {
        let old: Vec<&str> = self.text[answer.place.clone()].lines().collect();
        if old.len() != values.len() {
            let failure = format!("this fence has {} lines for {} expressions", old.len(), values.len());
            return self.failures.push((answer.line, failure));
        }
        for (((line, code), new), old) in programs.iter().zip(values).zip(old) {
            if new != old {
                self.failures.push((*line, format!("{}\n  the page says  {old}\n  it gives       {new}", code.trim_end())));
            }
        }
    }
}

/// What a program gives, as one line.
fn evaluated(name: &str, line: usize, code: &str) -> String {
    match catch_unwind(AssertUnwindSafe(|| evaluate_text(code, &Still::default()))) {
        Ok(value) => value.replace('\r', "\\r").replace('\n', "\\n"),
        Err(_) => {
            eprintln!("{name}:{line}: {code}");
            "PANIC, which is a bug of ours".to_owned()
        }
    }
}

/// A world in which time stands still.
#[derive(Default)]
struct Still(Cell<u64>);

impl World for Still {
    /// 2026-01-02T03:04:05.678Z.
    fn now_ticks(&self) -> i64 {
        (62_135_596_800 + 1_767_323_045) * 10_000_000 + 6_780_000
    }

    fn random(&self) -> u64 {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }
}

struct Fence<'a> {
    /// What stands behind the backticks.
    info: &'a str,
    /// The line of the first backticks, from 1.
    line: usize,
    /// The text in it.
    place: Range<usize>,
    /// Where the line after it starts.
    end: usize,
}

/// The fences of a page; or the line of the one that does not end. These are the rules of `docs/cases.md`; the reader is here
/// again so that this test needs no other crate.
fn fences(page: &str) -> Result<Vec<Fence<'_>>, usize> {
    let mut fences: Vec<Fence<'_>> = Vec::new();
    let mut is_open = false;
    let mut position = 0;
    for (number, line) in (1..).zip(page.split_inclusive('\n')) {
        let start = position;
        position += line.len();
        match (line.trim_end().strip_prefix("```"), fences.last_mut().filter(|_| is_open)) {
            (Some(""), Some(fence)) => {
                (fence.place.end, fence.end) = (start, position);
                is_open = false;
            }
            (Some(info), None) => {
                fences.push(Fence { info, line: number, place: position..position, end: position });
                is_open = true;
            }
            _ => {}
        }
    }
    match fences.last().filter(|_| is_open) {
        Some(fence) => Err(fence.line),
        None => Ok(fences),
    }
}

/// The expressions of `csharp lines`, each with its line in the page.
fn lines(fence: &Fence<'_>, page: &str) -> Vec<(usize, String)> {
    let lines = (fence.line + 1..).zip(page[fence.place.clone()].lines());
    let programs = lines.filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with("//"));
    programs.map(|(number, line)| (number, line.trim().to_owned())).collect()
}
