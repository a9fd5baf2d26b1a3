//! Pages of cases: a heading, some fences, and one fence at the end that holds what comes of them.

use std::{fs, ops::Range, path::PathBuf};

/// The pages of a folder.
pub(crate) fn all(folder: &str) -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut pages: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    pages
}

/// The fences between two bytes of a page: what stands behind the backquotes, and where the content is.
pub(crate) fn fences(page: &str, from: usize, to: usize) -> Vec<(String, Range<usize>)> {
    let mut fences = Vec::new();
    let mut at = from;
    while let Some(open) = page[at..to].find("\n```").map(|open| at + open + 4) {
        let start = open + page[open..to].find('\n').unwrap() + 1;
        // An empty fence closes on the next line.
        let end = start - 1 + page[start - 1..to].find("\n```").expect("a fence is closed") + 1;
        fences.push((page[open..start - 1].to_owned(), start..end));
        at = end + 3;
    }
    fences
}

/// The text of a fence.
pub(crate) fn one<'a>(fences: &[(String, &'a str)], kind: &str) -> &'a str {
    fences.iter().find(|(found, _)| found == kind).map_or("", |(_, text)| text)
}

/// Runs the cases of a folder: `actual` says what the fence `expected` should hold. `UPDATE=1` writes it.
pub(crate) fn run(folder: &str, expected: &str, actual: impl Fn(&[(String, &str)]) -> String) {
    for path in all(folder) {
        let page = fs::read_to_string(&path).unwrap();
        let mut new = String::new();
        let mut written = 0;
        let heads: Vec<usize> = page.match_indices("\n## ").map(|(at, _)| at).chain([page.len()]).collect();
        for head in heads.windows(2) {
            let fences = fences(&page, head[0], head[1]);
            let texts: Vec<_> = fences.iter().map(|(kind, range)| (kind.clone(), &page[range.clone()])).collect();
            let (_, range) = fences.iter().find(|(kind, _)| kind == expected).expect("a fence for what comes out");
            new.push_str(&page[written..range.start]);
            new.push_str(&actual(&texts));
            written = range.end;
        }
        assert!(written > 0, "{}: no cases", path.display());
        new.push_str(&page[written..]);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, new).unwrap();
        } else if new != page {
            let differ = page.lines().zip(new.lines()).find(|(old, new)| old != new);
            panic!("{}: {differ:#?}\nUPDATE=1 writes what comes out; read it then", path.display());
        }
    }
}
