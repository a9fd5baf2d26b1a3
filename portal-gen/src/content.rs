//! Markdown pages: their links are followed at build time, and lead to where the pages are published.

use crate::embed::{self, Found, Piece};
use crate::markdown::{self, Finding, Heading, LinkKind, Surroundings};
use crate::site::Site;
use catalog::model::{Page, SidebarEntry};
use diagnostic::{Diagnostic, Diagnostics, Place, Span, nearest};
use serde::Serialize;
use std::ops::Range;

/// Anchors that pages have beside those of their text.
const RESERVED: [&str; 2] = ["main", "sidebar"];
/// The same for the home page.
const RESERVED_AT_HOME: [&str; 5] = ["main", "sidebar", "apis", "products", "guides"];

/// A page as its template sees it.
#[derive(Default)]
pub(crate) struct Content {
    /// Text, and parts of the reference inside it, in order.
    pub(crate) pieces: Vec<Piece>,
    pub(crate) headings: Vec<Heading>,
    /// Links to anchors of other pages, to be checked when those are there.
    pub(crate) distant: Vec<Distant>,
}

/// A link to an anchor of another page.
pub(crate) struct Distant {
    /// The page's address.
    pub(crate) page: String,
    pub(crate) anchor: String,
    pub(crate) place: Place,
}

/// A content page as HTML. `path` is its address; links that lead nowhere are reported, and become plain words.
pub(crate) fn html(site: &Site<'_>, page: &Page, path: &str, findings: &mut Diagnostics) -> Content {
    let root = "../".repeat(path.matches('/').count());
    let root = if root.is_empty() { "./".to_owned() } else { root };
    // The home page has its title above the text.
    let titled = path.is_empty() || !begins_with_title(&page.markdown);
    let mut around =
        Around { site, page, root, snippets: Vec::new(), findings, near: Vec::new(), distant: Vec::new(), embedded: Vec::new() };
    let reserved: &[&str] = if path.is_empty() { &RESERVED_AT_HOME } else { &RESERVED };
    let text = markdown::page(&page.markdown, titled, reserved, &mut around);
    let Around { near, distant, embedded, .. } = around;
    for (anchor, place) in near {
        if !text.anchors.contains(&anchor) && !reserved.contains(&anchor.as_str()) {
            findings.push(broken_anchor("this page", &anchor, text.anchors.iter().map(String::as_str), place));
        }
    }
    Content { pieces: pieces(&text.html, embedded), headings: text.headings, distant }
}

/// Whether a page begins with its own first heading.
fn begins_with_title(markdown: &str) -> bool {
    let text = markdown.trim_start();
    text.starts_with("# ") || text.starts_with("<h1")
}

/// The text with what was embedded in its places.
fn pieces(html: &str, embedded: Vec<Piece>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut embedded: Vec<Option<Piece>> = embedded.into_iter().map(Some).collect();
    for (index, part) in html.split('\0').enumerate() {
        if index % 2 == 0 {
            if !part.is_empty() {
                pieces.push(Piece::html(part.to_owned()));
            }
        } else if let Some(piece) = part.parse::<usize>().ok().and_then(|number| embedded.get_mut(number)?.take()) {
            pieces.push(piece);
        }
    }
    pieces
}

/// What is said of a link to an anchor that is not there.
pub(crate) fn broken_anchor<'i>(page: &str, anchor: &str, ids: impl Iterator<Item = &'i str>, place: Place) -> Diagnostic {
    let help = nearest(anchor, ids).map(|close| format!("did you mean `#{close}`?"));
    let message = format!("{page} has no heading with the anchor `#{anchor}`");
    Diagnostic::warning("portal/broken-anchor", place, message).help_if(help)
}

/// A page of a site, while it is read.
struct Around<'s, 'a> {
    site: &'s Site<'a>,
    page: &'s Page,
    root: String,
    /// Snippets that are open.
    snippets: Vec<&'s Page>,
    findings: &'s mut Diagnostics,
    /// Anchors of this page that links lead to.
    near: Vec<(String, Place)>,
    distant: Vec<Distant>,
    embedded: Vec<Piece>,
}

impl Around<'_, '_> {
    fn place(&self, range: Range<usize>) -> Place {
        place(self.snippets.last().unwrap_or(&self.page), range)
    }

    fn warn(&mut self, id: &'static str, range: Range<usize>, message: String, at: &str, help: Option<String>) {
        let warning = Diagnostic::warning(id, self.place(range), message).at(at).help_if(help);
        self.findings.push(warning);
    }

    /// `operation:petstore/getPet`, as a link.
    fn reference(&mut self, reference: &str, range: Range<usize>) -> Option<String> {
        match embed::find(self.site, reference) {
            Ok(found) => Some(format!("{}{}", self.root, found.link(self.site).0)),
            Err(wrong) => {
                self.warn("portal/reference", range, wrong.message, "shown as plain text", Some(wrong.help));
                None
            }
        }
    }
}

impl Surroundings for Around<'_, '_> {
    fn link(&mut self, address: &str, range: Range<usize>, kind: LinkKind) -> Option<String> {
        if let Some(anchor) = address.strip_prefix('#') {
            let place = self.place(range);
            // `#` and `#top` lead to the top of any page.
            if !matches!(anchor, "" | "top") {
                self.near.push((decoded(anchor), place));
            }
            return Some(address.to_owned());
        }
        if markdown::is_outside(address) {
            // A picture from another host would tell that host who reads the page.
            if kind == LinkKind::Image {
                let message = format!("`{address}` is on another host, so it is not shown");
                let help = "put the picture into `portal/media/` and write `/media/NAME`";
                self.warn("portal/outside-image", range, message, "", Some(help.to_owned()));
            }
            return (kind == LinkKind::Link).then(|| address.to_owned());
        }
        match markdown::scheme(address) {
            Some("operation" | "schema" | "api" | "product") if kind == LinkKind::Link => return self.reference(address, range),
            Some(scheme) => {
                let message = format!("a link with `{scheme}:` is not published");
                self.warn("portal/unsafe-link", range, message, "shown as plain text", None);
                return None;
            }
            None => {}
        }
        if address.is_empty() {
            let message = "this link has no address".to_owned();
            let help = Some("write it into the brackets: `[words](ADDRESS)`".to_owned());
            self.warn("portal/broken-link", range, message, "shown as plain text", help);
            return None;
        }
        let (target, fragment) = address.split_at(address.find(['#', '?']).unwrap_or(address.len()));
        let from = &self.page.path;
        if let Some(found) = self.site.target(from, target) {
            if let Some((_, anchor)) = fragment.split_once('#').filter(|(_, anchor)| !anchor.is_empty()) {
                let place = self.place(range);
                self.distant.push(Distant { page: found.clone(), anchor: decoded(anchor), place });
            }
            return Some(format!("{}{found}{fragment}", self.root));
        }
        let redirect = without_ending(&normalized(from, target)).to_owned();
        if let Some(known) = self.site.redirects.iter().find(|redirected| redirected.from.trim_end_matches('/') == redirect) {
            let to = if known.is_outside { known.to.clone() } else { format!("/{}", known.to) };
            let message = format!("`{address}` has moved");
            let link = if known.is_outside { known.to.clone() } else { format!("{}{}", self.root, known.to) };
            self.warn("portal/broken-link", range, message, "", Some(format!("write `{to}`")));
            return Some(link);
        }
        let is_draft = |page: &&&Page| self.site.is_page(page, &redirect);
        let place = self.place(range);
        let warning = match self.site.drafts.iter().find(is_draft) {
            Some(draft) => {
                let message = format!("`{address}` leads to `{}`, which is a draft", draft.source.name());
                Diagnostic::warning("portal/broken-link", place, message)
                    .at("shown as plain text")
                    .help("remove `draft: true` there when it is ready")
            }
            None => broken_link(self.site, self.page, address, target, place),
        };
        self.findings.push(warning);
        None
    }

    fn embed(&mut self, reference: &str, range: Range<usize>) -> Option<usize> {
        let piece = match embed::find(self.site, reference) {
            Ok(found) => found.piece(self.site)?,
            Err(wrong) => {
                self.warn("portal/reference", range, wrong.message, "left out", Some(wrong.help));
                return None;
            }
        };
        self.embedded.push(piece);
        Some(self.embedded.len() - 1)
    }

    fn name(&self, reference: &str) -> Option<String> {
        embed::find(self.site, reference).ok().map(|found: Found<'_, '_>| found.link(self.site).1)
    }

    fn enter(&mut self, snippet: &str, range: Range<usize>) -> Option<String> {
        let snippets = &self.site.service.portal.snippets;
        let name = snippet.trim_start_matches("snippets/").trim_end_matches(".md");
        match snippets.iter().find(|known| known.path == name) {
            Some(found) => {
                self.snippets.push(found);
                Some(found.markdown.clone())
            }
            None => {
                let close = nearest(name, snippets.iter().map(|known| known.path.as_str()));
                let help = match close {
                    Some(close) => format!("did you mean `{close}`?"),
                    None => format!("write it into `portal/snippets/{name}.md`"),
                };
                self.warn("portal/snippet", range, format!("there is no snippet `{name}`"), "left out", Some(help));
                None
            }
        }
    }

    fn leave(&mut self) {
        self.snippets.pop();
    }

    fn size(&self, address: &str) -> Option<(u32, u32)> {
        let path = address.strip_prefix(&self.root)?;
        let (_, bytes) = self.site.service.portal.files.iter().find(|(file, _)| file == path)?;
        crate::picture::size(bytes)
    }

    fn allows_html(&self) -> bool {
        self.site.service.portal.allows_html
    }

    fn finding(&mut self, finding: Finding) {
        let Finding { id, range, message, at, help } = finding;
        self.warn(id, range, message, at, help);
    }
}

/// An anchor without percent signs.
fn decoded(anchor: &str) -> String {
    crate::render::decoded(anchor)
}

/// A place in the file of a page, from one in its Markdown.
fn place(page: &Page, range: Range<usize>) -> Place {
    let text = page.source.text();
    let offset = text.len().checked_sub(page.markdown.len()).filter(|_| text.ends_with(&page.markdown));
    let offset = offset.unwrap_or(page.source.line_start(page.first_line) as usize);
    Place::new(&page.source, Span::new(offset + range.start, offset + range.end))
}

fn broken_link(site: &Site<'_>, page: &Page, address: &str, target: &str, place: Place) -> Diagnostic {
    let meant = normalized(&page.path, target);
    let candidates = site.addresses.iter().map(|address| address.trim_end_matches('/'));
    let help = nearest(meant.trim_end_matches('/'), candidates).map(|close| format!("did you mean `/{close}/`?"));
    let otherwise = "link to a page as `/apis/NAME/`, to a text by its file name, or to a file as `/media/NAME`";
    Diagnostic::warning("portal/broken-link", place, format!("`{address}` leads to no page of this site"))
        .at("shown as plain text")
        .help(help.unwrap_or_else(|| otherwise.to_owned()))
}

impl Site<'_> {
    /// Where a link inside the site leads: the address, from the site's root. `from` is the path of the page it stands on.
    pub(crate) fn target(&self, from: &str, link: &str) -> Option<String> {
        let path = normalized(from, link);
        let bare = without_ending(&path);
        if matches!(bare, "" | "index") {
            return Some(String::new());
        }
        if let Some((_, address)) = self.content.iter().find(|(page, _)| self.is_page(page, bare)) {
            return Some(address.clone());
        }
        let directory = format!("{bare}/");
        if self.addresses.contains(&directory) {
            return Some(directory);
        }
        let is_file = path.starts_with("media/") && self.service.portal.files.iter().any(|(file, _)| *file == path);
        let is_definition = || self.apis.iter().any(|api| api.definition.as_ref().is_some_and(|(file, _)| *file == path));
        (is_file || is_definition()).then_some(path)
    }

    /// Whether a page is called like this: by its file, or by its address.
    fn is_page(&self, page: &Page, path: &str) -> bool {
        page.path == path || page.path.strip_suffix("/index") == Some(path)
    }

    /// The address of a link in the settings; as written if there is no such page, so that it can be seen and mended.
    pub(crate) fn inside_address(&self, link: &str) -> String {
        self.target("", link).unwrap_or_else(|| normalized("", link))
    }

    /// What leads to the site's root from anywhere: the path of its published address.
    pub(crate) fn absolute_root(&self) -> String {
        let path = self.options.url.as_deref().and_then(|url| url.split_once("://")).and_then(|(_, rest)| rest.split_once('/'));
        match path.map(|(_, path)| path.trim_matches('/')) {
            None | Some("") => "/".to_owned(),
            Some(path) => format!("/{path}/"),
        }
    }
}

/// A path as pages have it: links may name the file, or the folder's own page.
fn without_ending(path: &str) -> &str {
    let bare = path.strip_suffix(".md").unwrap_or(path);
    bare.strip_suffix("/index").unwrap_or(bare).trim_end_matches('/')
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

/// An entry of the tree beside content pages: a page, a link to another site, or a group.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    title: String,
    /// Empty for a group.
    path: String,
    is_outside: bool,
    is_draft: bool,
    entries: Vec<Entry>,
    /// The addresses of all pages in it: a group is open where one of them is shown.
    inside: Vec<String>,
}

impl Entry {
    fn group(title: String, entries: Vec<Entry>) -> Self {
        let inside = entries.iter().flat_map(|entry| entry.inside.iter().cloned()).collect();
        Self { title, path: String::new(), is_outside: false, is_draft: false, entries, inside }
    }

    fn page(page: &Page, path: &str, title: Option<&str>) -> Self {
        let title = title.or(page.navigation_title.as_deref()).unwrap_or(&page.title).to_owned();
        let inside = vec![path.to_owned()];
        Self { title, path: path.to_owned(), is_outside: false, is_draft: page.draft, entries: Vec::new(), inside }
    }
}

/// The tree beside content pages: as the settings say, then by folders whatever they do not mention.
pub(crate) fn navigation(site: &Site<'_>) -> Vec<Entry> {
    let mut shown = Vec::new();
    let mut entries = written(site, &site.service.portal.sidebar, &mut shown);
    let rest: Vec<(&Page, &str)> = site
        .content
        .iter()
        .filter(|(page, path)| page.layout.navigation && !shown.contains(path))
        .map(|(page, path)| (*page, path.as_str()))
        .collect();
    entries.extend(folders(&rest, 0));
    entries
}

fn written(site: &Site<'_>, sidebar: &[SidebarEntry], shown: &mut Vec<String>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for entry in sidebar {
        match entry {
            SidebarEntry::Group { title, entries: inner } => {
                entries.push(Entry::group(title.clone(), written(site, inner, shown)))
            }
            SidebarEntry::Outside { href, title } => entries.push(Entry {
                title: title.clone(),
                path: href.clone(),
                is_outside: true,
                is_draft: false,
                entries: Vec::new(),
                inside: Vec::new(),
            }),
            SidebarEntry::Page { path, title, .. } => {
                let Some(address) = site.target("", path) else { continue };
                shown.push(address.clone());
                match site.content.iter().find(|(_, known)| *known == address) {
                    Some((page, address)) => entries.push(Entry::page(page, address, title.as_deref())),
                    None => {
                        let title = title.clone().unwrap_or_else(|| in_words(address.trim_end_matches('/')));
                        let inside = vec![address.clone()];
                        entries.push(Entry {
                            title,
                            path: address,
                            is_outside: false,
                            is_draft: false,
                            entries: Vec::new(),
                            inside,
                        });
                    }
                }
            }
        }
    }
    entries
}

/// What the settings' tree names and the site does not have.
pub(crate) fn sidebar_findings(site: &Site<'_>) -> Diagnostics {
    fn visit(site: &Site<'_>, entries: &[SidebarEntry], findings: &mut Diagnostics) {
        for entry in entries {
            match entry {
                SidebarEntry::Group { entries, .. } => visit(site, entries, findings),
                SidebarEntry::Page { path, place, .. } if site.target("", path).is_none() => {
                    let wanted = normalized("", path);
                    if site.drafts.iter().any(|draft| site.is_page(draft, &wanted)) {
                        continue;
                    }
                    let known = site.content.iter().map(|(page, _)| page.path.as_str());
                    let help = nearest(&wanted, known).map(|close| format!("did you mean `{close}`?"));
                    let message = format!("the site has no page `{path}`");
                    let otherwise = "write the path of its file below `portal/content/`, without `.md`";
                    findings.push(
                        Diagnostic::warning("portal/sidebar", place.clone(), message)
                            .at("left out")
                            .help(help.unwrap_or_else(|| otherwise.to_owned())),
                    );
                }
                _ => {}
            }
        }
    }
    let mut findings = Diagnostics::new();
    visit(site, &site.service.portal.sidebar, &mut findings);
    findings
}

/// Pages by the folders they are in; those of `depth` folders are already told apart.
fn folders(pages: &[(&Page, &str)], depth: usize) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for &(page, path) in pages {
        let mut parts = page.path.split('/').skip(depth);
        let (Some(first), is_folder) = (parts.next(), parts.next().is_some()) else { continue };
        if !is_folder {
            entries.push(Entry::page(page, path, None));
            continue;
        }
        if done.contains(&first) {
            continue;
        }
        done.push(first);
        let inner: Vec<(&Page, &str)> = pages
            .iter()
            .filter(|(page, _)| page.path.split('/').nth(depth) == Some(first) && page.path.split('/').nth(depth + 1).is_some())
            .copied()
            .collect();
        // The folder's own page gives it its title.
        let index = inner.iter().find(|(page, _)| {
            page.path.split('/').nth(depth + 1) == Some("index") && page.path.split('/').nth(depth + 2).is_none()
        });
        let title = index.and_then(|(page, _)| page.navigation_title.clone()).unwrap_or_else(|| in_words(first));
        entries.push(Entry::group(title, folders(&inner, depth + 1)));
    }
    entries
}

/// `getting-started` as a title.
fn in_words(directory: &str) -> String {
    let name = directory.rsplit('/').next().unwrap_or(directory);
    let mut characters = name.chars();
    let first = characters.next().map_or_else(String::new, |first| first.to_uppercase().collect());
    format!("{first}{}", characters.as_str().replace(['-', '_'], " "))
}
