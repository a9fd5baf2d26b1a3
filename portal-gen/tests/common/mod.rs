//! What the tests share: cases written as Markdown, and small service folders.

#![allow(dead_code, unreachable_pub)]

use catalog::Folder;
use portal_gen::{Options, Rendered};
use std::path::{Path, PathBuf};

/// One case: a heading, and fenced blocks, each with the words after its fence.
#[derive(Debug)]
pub struct Case {
    pub title: String,
    pub blocks: Vec<(String, String)>,
}

impl Case {
    /// The text of the block whose fence begins with these words.
    pub fn block(&self, words: &str) -> &str {
        self.blocks.iter().find(|(info, _)| info.starts_with(words)).map_or("", |(_, text)| text)
    }
}

/// Runs every case of a file: `actual` computes what its last block should say. `UPDATE=1` writes that instead.
pub fn run(file: &str, actual: impl Fn(&Case) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut updated = String::new();
    let mut failures = Vec::new();
    let mut count = 0;
    for section in split_sections(&text) {
        let Some(case) = parse(section) else {
            updated.push_str(section);
            continue;
        };
        count += 1;
        let (info, expected) = case.blocks.last().unwrap();
        let mut actual = actual(&case);
        if !actual.ends_with('\n') {
            actual.push('\n');
        }
        if actual != *expected {
            failures.push(format!("== {}\n-- expected\n{expected}-- actual\n{actual}", case.title));
        }
        let at = section.rfind(&format!("```{info}\n{expected}```")).unwrap();
        updated.push_str(&section[..at]);
        updated.push_str(&format!("```{info}\n{actual}```\n\n"));
    }
    assert!(count > 0, "{file} holds no cases");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, updated.trim_end().to_owned() + "\n").unwrap();
    } else {
        assert!(
            failures.is_empty(),
            "{file}: {} of {count} cases differ (UPDATE=1 accepts)\n{}",
            failures.len(),
            failures.join("\n")
        );
    }
}

fn split_sections(text: &str) -> Vec<&str> {
    let mut starts = vec![0];
    let mut in_fence = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("```") {
            in_fence = !in_fence;
        }
        if !in_fence && line.starts_with("## ") && at > 0 {
            starts.push(at);
        }
        at += line.len();
    }
    starts.push(text.len());
    starts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

fn parse(section: &str) -> Option<Case> {
    let title = section.lines().next()?.strip_prefix("## ")?.to_owned();
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut open = false;
    for line in section.lines() {
        match line.strip_prefix("```") {
            Some(info) if !open => {
                blocks.push((info.to_owned(), String::new()));
                open = true;
            }
            Some(_) => open = false,
            None if open => {
                let (_, text) = blocks.last_mut()?;
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    (blocks.len() > 1).then_some(Case { title, blocks })
}

/// A folder of files in memory.
pub fn folder(files: &[(&str, &str)]) -> Folder {
    let mut folder = Folder::new();
    for (path, text) in files {
        folder.insert(*path, text.as_bytes().to_vec());
    }
    folder
}

/// The site of a folder that has no errors.
pub fn site(folder: &Folder) -> Rendered {
    let (service, findings) = portal_gen::check(folder, None);
    let service = service.unwrap_or_else(|| panic!("{}", diagnostic::render::all_text(&findings)));
    portal_gen::render::site(&service, folder, &Options::default()).unwrap().0
}

/// A file of a site, as text.
pub fn page<'s>(site: &'s Rendered, path: &str) -> &'s str {
    let (_, bytes) =
        site.files.get(path).unwrap_or_else(|| panic!("no {path} among {:?}", site.files.keys().collect::<Vec<_>>()));
    std::str::from_utf8(bytes).unwrap()
}

/// The text between two others.
pub fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let from = text.find(start).unwrap_or_else(|| panic!("no {start} in {text}")) + start.len();
    let to = text[from..].find(end).unwrap_or_else(|| panic!("no {end} in {text}")) + from;
    text[from..to].trim()
}

/// A definition with these paths and schemas, in JSON.
pub fn definition(paths: &str, schemas: &str) -> String {
    let or_empty = |json: &str| if json.trim().is_empty() { "{}".to_owned() } else { json.to_owned() };
    format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "Test", "version": "1"}}, "servers": [{{"url": "https://backend.example.com"}}], "paths": {}, "components": {{"schemas": {}}}}}"#,
        or_empty(paths),
        or_empty(schemas)
    )
}

/// Writes files below a directory.
pub fn write_files(directory: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let file = directory.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
}

/// Every file below a directory with its bytes, ordered by path.
pub fn files_of(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push((path.strip_prefix(directory).unwrap().to_owned(), std::fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}
