//! Follows every link inside the finished site: pages, files and anchors.
//!
//! Each page is looked at where it is made, in parallel; what it links to is kept as one number for each address, and compared
//! with what there is when all pages are made.

use crate::html::{Token, decoded, tokens};
use crate::theme::hash;
use diagnostic::{Diagnostic, Diagnostics, Place};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

/// How many broken links of one page are named; templates repeat a mistake on every page.
const NAMED_MAX: usize = 20;

/// A part of an address as one number.
type Mark = u64;

/// What one page links to, and which anchors it has.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageLinks {
    /// The page's file inside the site.
    file: String,
    /// File and anchor, each pair once, in order; no anchor is 0.
    links: Vec<(Mark, Mark)>,
    /// Each once, in order.
    anchors: Vec<Mark>,
}

impl PageLinks {
    /// Follows links to their pages only, not to the anchors there.
    pub(crate) fn forget_anchors(&mut self) {
        self.links.iter_mut().for_each(|(_, anchor)| *anchor = 0);
        self.links.dedup();
    }

    /// The page's file inside the site; empty if it could not be rendered.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }
}

/// The addresses that pages link to, by their marks: most pages link to the same ones.
#[derive(Default)]
pub(crate) struct Names([Mutex<FxHashMap<Mark, Box<str>>>; 16]);

impl Names {
    fn keep(&self, name: &str) -> Mark {
        let mark = hash(name.as_bytes());
        let mut part = self.0[(mark % 16) as usize].lock().unwrap_or_else(PoisonError::into_inner);
        part.entry(mark).or_insert_with(|| name.into());
        mark
    }

    fn name(&self, mark: Mark) -> String {
        let part = self.0[(mark % 16) as usize].lock().unwrap_or_else(PoisonError::into_inner);
        part.get(&mark).map_or_else(String::new, |name| name.to_string())
    }
}

/// Reads the links of a page. `base` is the path under which the site is published, for addresses that begin with it.
pub(crate) fn of_page(file: &str, html: &str, base: &str, names: &Names) -> PageLinks {
    let mut page = PageLinks { file: file.to_owned(), ..PageLinks::default() };
    let page_at = Origin { file, directory: file.rfind('/').map_or("", |end| &file[..=end]), base };
    let mut target = String::new();
    for token in tokens(html) {
        let Token::Open { name, attributes } = token else { continue };
        for (attribute, value) in attributes.iter() {
            match attribute {
                "id" => page.anchors.push(names.keep(&decoded(value))),
                "href" | "src" | "poster" if !(name == "link" && attributes.get("rel") == Some("canonical")) => {
                    let address = decoded(value);
                    let Some(anchor) = page_at.follow(&address, &mut target) else { continue };
                    let anchor = if anchor.is_empty() { 0 } else { names.keep(&crate::render::decoded(anchor)) };
                    page.links.push((names.keep(&target), anchor));
                }
                _ => {}
            }
        }
    }
    page.links.sort_unstable();
    page.links.dedup();
    page.links.shrink_to_fit();
    page.anchors.sort_unstable();
    page.anchors.dedup();
    page.anchors.shrink_to_fit();
    page
}

/// Where a link stands.
struct Origin<'f> {
    file: &'f str,
    /// Of the file, with a slash at its end; empty at the root.
    directory: &'f str,
    base: &'f str,
}

impl Origin<'_> {
    /// Writes the file that an address inside the site leads to, and gives the anchor there as it is written; `None` for other
    /// addresses.
    fn follow<'t>(&self, address: &'t str, target: &mut String) -> Option<&'t str> {
        if address.starts_with("//") || crate::markdown::scheme(address).is_some() {
            return None;
        }
        target.clear();
        let (address, anchor) = address.split_once('#').unwrap_or((address, ""));
        let path = address.split('?').next().unwrap_or_default();
        if path.is_empty() {
            target.push_str(self.file);
            return Some(anchor);
        }
        let relative = if path.starts_with('/') {
            path.strip_prefix(self.base).unwrap_or(path)
        } else {
            target.push_str(self.directory);
            path
        };
        for part in relative.split('/') {
            match part {
                "" | "." => {}
                // Above the root there is nothing; browsers stay there.
                ".." => target.truncate(target.trim_end_matches('/').rfind('/').map_or(0, |end| end + 1)),
                part => {
                    target.push_str(part);
                    target.push('/');
                }
            }
        }
        if path.ends_with('/') || matches!(path.rsplit('/').next(), Some("." | "..")) {
            target.push_str("index.html");
        } else {
            target.pop();
        }
        if target.contains('%') {
            *target = crate::render::decoded(target);
        }
        Some(anchor)
    }
}

/// Compares what pages link to with the files there are. `prefixes` are the directories of the languages.
pub(crate) fn check(pages: &[PageLinks], files: &HashSet<String>, names: &Names, prefixes: &[&str]) -> Diagnostics {
    let files: HashSet<Mark> = files.iter().map(|file| hash(file.as_bytes())).collect();
    let anchors: HashMap<Mark, &[Mark]> = pages.iter().map(|page| (hash(page.file.as_bytes()), &page.anchors[..])).collect();
    let mut findings = Diagnostics::new();
    // The same broken link stands on many pages when a template has it, and in every language: it is said once, with the first
    // page of the first language that has it.
    type Found<'p> = (usize, &'p str, String);
    let mut broken: BTreeMap<(String, String), Vec<Found<'_>>> = BTreeMap::new();
    let language = |path: &str| {
        let further = prefixes.iter().position(|prefix| !prefix.is_empty() && path.starts_with(prefix));
        further.map_or((0, 0), |at| (at, prefixes[at].len()))
    };
    for page in pages {
        for &(target, anchor) in &page.links {
            let is_there = match anchors.get(&target) {
                // `#top` is the browser's own.
                Some(anchors) => anchor == 0 || anchors.binary_search(&anchor).is_ok() || names.name(anchor) == "top",
                None => files.contains(&target),
            };
            if !is_there {
                let anchor = if anchor == 0 { String::new() } else { format!("#{}", names.name(anchor)) };
                let target = names.name(target);
                let without_language = &target[language(&target).1..];
                let found = broken.entry((without_language.to_owned(), anchor)).or_default();
                found.push((language(&page.file).0, &page.file, target));
            }
        }
    }
    for ((_, anchor), mut from) in broken.into_iter().take(NAMED_MAX * 5) {
        from.sort_unstable();
        let (_, page, target) = &from[0];
        let shown = target.strip_suffix("index.html").unwrap_or(target);
        let others = if from.len() > 1 { format!(" (and on {} more pages)", from.len() - 1) } else { String::new() };
        let (message, help) = if anchor.is_empty() {
            (
                format!("a link to `/{shown}` leads nowhere{others}"),
                "the link stands in a template, in a text of the folder or in a definition; mend it there",
            )
        } else {
            (
                format!("a link to `/{shown}{anchor}` leads to a page without this anchor{others}"),
                "link to the page without an anchor, or to one of its headings",
            )
        };
        findings.push(Diagnostic::warning("site/broken-link", Place::file(page), message).help(help));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{Names, check, of_page};
    use std::collections::HashSet;

    #[test]
    fn links_are_followed_from_where_they_stand() {
        let names = Names::default();
        let pages = [
            (
                "index.html",
                "<a href=\"./\">x</a><a href=apis/?q#top>y</a><img src=\"media/a%20b.svg\"><a href=\"//other/x\">z</a>",
            ),
            (
                "apis/index.html",
                "<h2 id=\"a&amp;b\"></h2><a href=\"../#no\">x</a><a href=\"#a&amp;b\">y</a><a href=\"/base/apis/\">z</a>",
            ),
            ("apis/x/index.html", "<a href=\"../../../missing/\">x</a><a href=\"mailto:a@b\">y</a><a href=\"../\">z</a>"),
        ];
        let seen: Vec<_> = pages.iter().map(|(file, html)| of_page(file, html, "/base/", &names)).collect();
        let files: HashSet<String> =
            pages.iter().map(|(file, _)| (*file).to_owned()).chain(["media/a b.svg".to_owned()]).collect();
        let said: Vec<String> = check(&seen, &files, &names, &[""])
            .iter()
            .map(|one| format!("{}: {}", one.place.source.name(), one.message))
            .collect();
        assert_eq!(
            said,
            [
                "apis/index.html: a link to `/#no` leads to a page without this anchor",
                "apis/x/index.html: a link to `/missing/` leads nowhere"
            ]
        );
    }
}
