//! Markdown pages: their links are followed at build time, and lead to where the pages are published.

use crate::markdown::{self, Html, LinkKind};
use crate::site::Site;
use catalog::model::Page;
use diagnostic::{Diagnostic, Diagnostics, Place, Span, nearest};
use serde::Serialize;
use std::ops::Range;

/// A content page as HTML. `path` is its address; links that lead nowhere are reported, and become plain words.
pub(crate) fn html(site: &Site<'_>, page: &Page, path: &str, findings: &mut Diagnostics) -> Html {
    let root = "../".repeat(path.matches('/').count());
    let root = if root.is_empty() { "./".to_owned() } else { root };
    // The home page has its title above the text.
    let titled = path.is_empty() || !page.markdown.trim_start().starts_with("# ");
    let mut anchors = Vec::new();
    let text = markdown::page(&page.markdown, titled, &mut |address, range, kind| {
        if let Some(anchor) = address.strip_prefix('#') {
            anchors.push((anchor.to_owned(), range));
            return Some(address.to_owned());
        }
        if markdown::is_outside(address) {
            // A picture from another host would tell that host who reads the page.
            if kind == LinkKind::Image {
                let message = format!("`{address}` is on another host, so it is not shown");
                let warning = Diagnostic::warning("portal/outside-image", place(page, range), message);
                findings.push(warning.help("put the picture into `portal/media/` and write `/media/NAME`"));
            }
            return (kind == LinkKind::Link).then(|| address.to_owned());
        }
        if let Some(scheme) = markdown::scheme(address) {
            let message = format!("a link with `{scheme}:` is not published");
            findings.push(Diagnostic::warning("portal/unsafe-link", place(page, range), message).at("shown as plain text"));
            return None;
        }
        let (target, fragment) = address.split_at(address.find(['#', '?']).unwrap_or(address.len()));
        match site.target(&page.path, target) {
            Some(found) => Some(format!("{root}{found}{fragment}")),
            None => {
                findings.push(broken_link(site, page, address, target, range));
                None
            }
        }
    });
    let ids: Vec<&str> = text.headings.iter().map(|heading| heading.id.as_str()).collect();
    for (anchor, range) in anchors {
        if !ids.contains(&anchor.as_str()) {
            let help = nearest(&anchor, ids.iter().copied()).map(|close| format!("did you mean `#{close}`?"));
            let message = format!("this page has no heading with the anchor `#{anchor}`");
            findings.push(Diagnostic::warning("portal/broken-anchor", place(page, range), message).help_if(help));
        }
    }
    text
}

/// A place in the file of a page, from one in its Markdown.
fn place(page: &Page, range: Range<usize>) -> Place {
    let text = page.source.text();
    let offset = text.len().checked_sub(page.markdown.len()).filter(|_| text.ends_with(&page.markdown));
    let offset = offset.unwrap_or(page.source.line_start(page.first_line) as usize);
    Place::new(&page.source, Span::new(offset + range.start, offset + range.end))
}

fn broken_link(site: &Site<'_>, page: &Page, address: &str, target: &str, range: Range<usize>) -> Diagnostic {
    let meant = normalized(&page.path, target);
    let candidates = site.addresses.iter().map(|address| address.trim_end_matches('/'));
    let help = nearest(meant.trim_end_matches('/'), candidates).map(|close| format!("did you mean `/{close}/`?"));
    let otherwise = "link to a page as `/apis/NAME/`, to a text by its file name, or to a file as `/media/NAME`";
    Diagnostic::warning("portal/broken-link", place(page, range), format!("`{address}` leads to no page of this site"))
        .at("shown as plain text")
        .help(help.unwrap_or_else(|| otherwise.to_owned()))
}

impl Site<'_> {
    /// Where a link inside the site leads: the address, from the site's root. `from` is the path of the page it stands on.
    fn target(&self, from: &str, link: &str) -> Option<String> {
        let path = normalized(from, link);
        let bare = path.strip_suffix(".md").unwrap_or(&path);
        let bare = bare.strip_suffix("/index").unwrap_or(bare).trim_end_matches('/');
        if matches!(bare, "" | "index") {
            return Some(String::new());
        }
        if let Some((_, address)) =
            self.content.iter().find(|(page, _)| page.path == bare || page.path.strip_suffix("/index") == Some(bare))
        {
            return Some(address.clone());
        }
        let directory = format!("{bare}/");
        if self.addresses.contains(&directory) {
            return Some(directory);
        }
        let is_file = path.starts_with("media/") && self.service.portal.files.iter().any(|(file, _)| *file == path);
        let is_definition = || {
            self.apis.iter().any(|api| api.definition.as_ref().is_some_and(|(file, _)| file.trim_start_matches("../") == path))
        };
        if is_file {
            return Some(format!("{}{path}", self.language.up()));
        }
        is_definition().then(|| format!("{}{path}", self.language.up()))
    }

    /// The address of a link in the settings; as written if there is no such page, so that it can be seen and mended.
    pub(crate) fn inside_address(&self, link: &str) -> String {
        self.target("", link).unwrap_or_else(|| normalized("", link))
    }

    /// What leads to the site's root from anywhere: the path of its published address.
    pub(crate) fn absolute_root(&self) -> String {
        let path = self.url().and_then(|url| url.split_once("://")).and_then(|(_, rest)| rest.split_once('/'));
        match path.map(|(_, path)| path.trim_matches('/')) {
            None | Some("") => "/".to_owned(),
            Some(path) => format!("/{path}/"),
        }
    }
}

/// A link seen from the root of the content: relative ones start at the page's directory, and `..` stops at the root.
fn normalized(from: &str, link: &str) -> String {
    let mut parts: Vec<&str> = match link.starts_with('/') {
        true => Vec::new(),
        false => from.rsplit_once('/').map_or(Vec::new(), |(directory, _)| directory.split('/').collect()),
    };
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/").replace("%20", " ")
}

/// A directory of content, as templates see it; pages outside any directory have an empty title.
#[derive(Serialize)]
pub(crate) struct Section {
    title: String,
    pages: Vec<SectionPage>,
}

#[derive(Serialize)]
struct SectionPage {
    title: String,
    path: String,
}

/// The tree beside content pages.
pub(crate) fn navigation(site: &Site<'_>) -> Vec<Section> {
    let mut sections: Vec<(String, Section)> = Vec::new();
    for (page, path) in &site.content {
        let directory = page.path.split_once('/').map_or("", |(directory, _)| directory);
        let entry = SectionPage { title: page.title.clone(), path: path.clone() };
        match sections.iter_mut().find(|(known, _)| known == directory) {
            Some((_, section)) => section.pages.push(entry),
            None => sections.push((directory.to_owned(), Section { title: in_words(directory), pages: vec![entry] })),
        }
    }
    sections.into_iter().map(|(_, section)| section).collect()
}

/// `getting-started` as a title.
fn in_words(directory: &str) -> String {
    let mut characters = directory.chars();
    let first = characters.next().map_or_else(String::new, |first| first.to_uppercase().collect());
    format!("{first}{}", characters.as_str().replace(['-', '_'], " "))
}
