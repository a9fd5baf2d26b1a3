//! Rendering: from a site to its files. A pure function; each page on its own, in parallel.

use crate::content::Distant;
use crate::download::{self, Target};
use crate::language::Language;
use crate::pages::{self, Page, Shared};
use crate::site::{Options, Site};
use crate::theme::Theme;
use crate::{finding, links, llms, markdown, moved, search, twin};
use bytes::Bytes;
use catalog::{Folder, Service};
use diagnostic::{Diagnostic, Diagnostics};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};

/// A whole site in memory, to be served.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// Files by their path inside the site (`apis/orders/index.html`): content type and bytes.
    pub files: BTreeMap<String, (&'static str, Bytes)>,
    /// What is wrong with the folder now, if this site is the last good one: shown above every page by
    /// [`preview`](crate::preview). Empty otherwise.
    pub problems: String,
    /// Some files are newer than the others, which are being made.
    pub(crate) is_partial: bool,
}

impl Rendered {
    /// The file that answers a request for a URL path: `/apis/orders/` is `apis/orders/index.html`.
    pub fn file(&self, url_path: &str) -> Option<&(&'static str, Bytes)> {
        self.files.get(&Self::file_name(url_path))
    }

    /// True if the path is a page's without the slash at its end; the answer is then a redirect.
    pub fn is_page_without_slash(&self, url_path: &str) -> bool {
        self.files.contains_key(&format!("{}/index.html", decoded(url_path.trim_matches('/'))))
    }

    /// The file of a URL path: `/apis/orders/` is `apis/orders/index.html`.
    pub(crate) fn file_name(url_path: &str) -> String {
        let path = decoded(url_path.trim_start_matches('/'));
        if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path }
    }

    /// The same site with some files in the place of others, and nothing wrong with it.
    pub(crate) fn with_files(&self, changed: Vec<(String, Vec<u8>)>) -> Self {
        let mut files = self.files.clone();
        for (path, bytes) in changed {
            let kind = content_type(&path);
            files.insert(path, (kind, Bytes::from(bytes)));
        }
        Self { files, problems: String::new(), is_partial: true }
    }

    /// The same site with something to say above every page.
    pub fn with_problems(&self, problems: String) -> Self {
        Self { files: self.files.clone(), problems, is_partial: false }
    }
}

/// Renders the whole site of a service into memory.
///
/// # Errors
/// The mistakes in the folder's own templates, if there are any. Warnings come with the site.
pub fn site(service: &Service, folder: &Folder, options: &Options) -> Result<(Rendered, Diagnostics), Diagnostics> {
    site_in_order(service, folder, options, &|| false).map(|(site, _, findings)| (site, findings))
}

/// The files of a site's pages, each at the place where the page is rendered. As long as a folder changes little, a page
/// keeps its place, so that it can be found without rendering the others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order(Vec<String>);

/// Renders a few pages of a site, by their files; those that `order` does not know, or that are somewhere else now, are left
/// out, and so are all if something is wrong.
pub(crate) fn some(
    service: &Service,
    folder: &Folder,
    options: &Options,
    order: &Order,
    files: &[String],
) -> Vec<(String, Vec<u8>)> {
    let places: Vec<usize> = files.iter().filter_map(|file| order.0.iter().position(|known| known == file)).collect();
    if places.is_empty() {
        return Vec::new();
    }
    let Ok((worlds, _)) = worlds(service, folder, options) else { return Vec::new() };
    let pages = all_pages(&worlds);
    let names = links::Names::default();
    let made = places.par_iter().filter_map(|&place| {
        let (world, page) = *pages.get(place)?;
        let made = world.make(page, &names);
        let is_same = made.files.iter().any(|(file, _)| *file == order.0[place]) && !made.findings.has_errors();
        is_same.then_some(made.files)
    });
    let mut made: Vec<(String, Vec<u8>)> = made.flatten_iter().collect();
    // What they look like may be what has changed.
    for world in &worlds {
        made.extend(world.theme.assets.iter().map(|(path, bytes)| (path.clone(), bytes.clone())));
    }
    made
}

/// The same as [`site`], and where each page has its place. Nothing of worth comes out once nobody waits for it any more.
pub(crate) fn site_in_order(
    service: &Service,
    folder: &Folder,
    options: &Options,
    is_stale: &(dyn Fn() -> bool + Sync),
) -> Result<(Rendered, Order, Diagnostics), Diagnostics> {
    let files = std::sync::Mutex::new(BTreeMap::new());
    let (order, findings) = each(service, folder, options, is_stale, &|_| {}, &|path, bytes| {
        let mut files = files.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        files.insert(path.to_owned(), (content_type(path), Bytes::from(bytes)));
    });
    if findings.has_errors() {
        return Err(findings);
    }
    let files = files.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok((Rendered { files, problems: String::new(), is_partial: false }, order, findings))
}

/// Renders every file and gives it away at once, so that no more than a few pages are in memory. `begin` is told how many
/// pages there will be; `take` is called from several threads, once for each file.
pub(crate) fn each(
    service: &Service,
    folder: &Folder,
    options: &Options,
    is_stale: &(dyn Fn() -> bool + Sync),
    begin: &(dyn Fn(usize) + Sync),
    take: &(dyn Fn(&str, Vec<u8>) + Sync),
) -> (Order, Diagnostics) {
    let (worlds, mut findings) = match worlds(service, folder, options) {
        Ok(worlds) => worlds,
        Err(findings) => return (Order::default(), findings),
    };
    let pages = all_pages(&worlds);
    begin(pages.len());
    let names = links::Names::default();
    let files = Mutex::new(HashSet::new());
    let take = |path: String, bytes: Vec<u8>| {
        take(&path, bytes);
        files.lock().unwrap_or_else(PoisonError::into_inner).insert(path);
    };
    if let Some(first) = worlds.first() {
        findings.extend(make_downloads(&first.site, &take, is_stale));
    }
    let made: Vec<Made> = pages
        .par_iter()
        .map(|&(world, page)| {
            if is_stale() {
                return Made::default();
            }
            let mut made = world.make(page, &names);
            std::mem::take(&mut made.files).into_iter().for_each(|(path, bytes)| take(path, bytes));
            made
        })
        .collect();
    if is_stale() {
        return (Order::default(), findings);
    }
    let mut links = Vec::with_capacity(made.len());
    let mut of_world: Vec<Vec<(Option<search::Weighed>, Option<llms::Twin>)>> = worlds.iter().map(|_| Vec::new()).collect();
    let mut distant: Vec<Vec<Distant>> = worlds.iter().map(|_| Vec::new()).collect();
    let mut found: Vec<Diagnostics> = worlds.iter().map(|_| Diagnostics::new()).collect();
    for (made, (world, _)) in made.into_iter().zip(&pages) {
        links.push(made.links);
        let at = worlds.iter().position(|known| std::ptr::eq(known, *world)).unwrap_or_default();
        // A mistake in a template shows on every page that uses it; once is enough.
        found[at].extend(made.findings);
        of_world[at].push((made.found, made.twin));
        distant[at].extend(made.distant);
    }
    for ((world, distant), found) in worlds.iter().zip(distant).zip(&mut found) {
        found.extend(world.broken_anchors(&pages::all(&world.site), distant));
    }
    findings.extend(said_once(found));
    for (world, made) in worlds.iter().zip(of_world) {
        let prefix = &world.site.language.prefix;
        let (found, twins): (Vec<_>, Vec<_>) = made.into_iter().unzip();
        let found: Vec<search::Weighed> = found.into_iter().flatten().collect();
        let twins: Vec<llms::Twin> = twins.into_iter().flatten().collect();
        for (name, bytes) in search::files(&found) {
            take(format!("{prefix}search/{name}"), bytes);
        }
        take(format!("{prefix}llms.txt"), llms::short(&world.site).into_bytes());
        take(format!("{prefix}llms-full.txt"), llms::full(&world.site, &twins).into_bytes());
    }
    let order = Order(links.iter().map(|page| page.file().to_owned()).collect());
    let sites: Vec<&Site<'_>> = worlds.iter().map(|world| &world.site).collect();
    for world in &worlds {
        for (path, bytes) in fixed_files(&sites, &world.site, &world.theme) {
            take(path, bytes);
        }
    }
    let files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
    // A page that could not be made is missed by others, which says nothing new.
    if !findings.has_errors() {
        let prefixes: Vec<&str> = worlds.iter().map(|world| world.site.language.prefix.as_str()).collect();
        findings.extend(links::check(&links, &files, &names, &prefixes));
    }
    (order, findings.sorted())
}

/// What the definitions of a site can be downloaded as, and what had to be left out of it. These files are the same in every
/// language.
fn make_downloads(
    site: &Site<'_>,
    take: &(dyn Fn(String, Vec<u8>) + Sync),
    is_stale: &(dyn Fn() -> bool + Sync),
) -> Option<Diagnostic> {
    let downloads: Vec<(usize, Target)> = (0..site.apis.len())
        .filter(|&index| download::has_downloads(&site.apis[index]))
        .flat_map(|index| Target::ALL.map(|target| (index, target)))
        .collect();
    let left_out: Vec<(&str, Target, String)> = downloads
        .par_iter()
        .filter(|_| !is_stale())
        .filter_map(|&(index, target)| {
            let api = &site.apis[index];
            let (files, lost) = download::files(site, api, target);
            files.into_iter().for_each(|(path, bytes)| take(path, bytes));
            Some((api.api.definition_file.as_str(), target, lost?))
        })
        .collect();
    download::left_out(left_out)
}

/// What is wrong with the content of a folder, without the rest of the site: what `check` says beside what it says of the
/// service.
pub fn check(service: &Service, folder: &Folder) -> Diagnostics {
    let (worlds, mut findings) = match worlds(service, folder, &Options::default()) {
        Ok(worlds) => worlds,
        Err(findings) => return findings,
    };
    let names = links::Names::default();
    let mut of_languages = Vec::new();
    for world in &worlds {
        let pages = pages::all(&world.site);
        let mut distant = Vec::new();
        let mut found = Diagnostics::new();
        for &page in pages.iter().filter(|page| matches!(page, Page::Home | Page::Content(_))) {
            let made = world.make(page, &names);
            found.extend(made.findings);
            distant.extend(made.distant);
        }
        found.extend(world.broken_anchors(&pages, distant));
        of_languages.push(found);
    }
    findings.extend(said_once(of_languages));
    findings.sorted()
}

/// What was found in each language. What nobody translated is the same text in all of them, and what is wrong with it is said
/// once: for the first language, whatever else its pages would suggest in another.
fn said_once(of_languages: Vec<Diagnostics>) -> Vec<Diagnostic> {
    let key = |found: &Diagnostic| (found.id, found.place.source.name().to_owned(), found.place.span);
    let mut of_languages = of_languages.into_iter();
    let mut all: Vec<Diagnostic> = of_languages.next().into_iter().flatten().collect();
    let known: BTreeSet<_> = all.iter().map(key).collect();
    all.extend(of_languages.flatten().filter(|found| !known.contains(&key(found))));
    all
}

/// The site in each of its languages, ready to be rendered, with what is odd about it; or what stops it.
fn worlds<'a>(service: &'a Service, folder: &'a Folder, options: &Options) -> Result<(Vec<World<'a>>, Diagnostics), Diagnostics> {
    let mut findings = Diagnostics::new();
    let languages = Language::all(&service.portal, &mut findings);
    let mut worlds = Vec::new();
    let mut of_languages = Vec::new();
    for language in &languages {
        let (theme, found) = Theme::new(&service.portal, language);
        // What is wrong with the look is so in every language.
        if language.is_first() {
            findings.extend(found);
        }
        let Some(theme) = theme else { return Err(findings.sorted()) };
        let site = Site::new(service, folder, options, &languages, language);
        of_languages.push(site.findings.clone());
        worlds.push(World::new(theme, site));
    }
    findings.extend(said_once(of_languages));
    Ok((worlds, findings))
}

/// Every page of every language, in a fixed order.
fn all_pages<'w, 'a>(worlds: &'w [World<'a>]) -> Vec<(&'w World<'a>, Page)> {
    worlds.iter().flat_map(|world| pages::all(&world.site).into_iter().map(move |page| (world, page))).collect()
}

/// A site in one language, and all that its pages need.
struct World<'a> {
    site: Site<'a>,
    theme: Theme,
    shared: Shared,
}

impl<'a> World<'a> {
    fn new(theme: Theme, site: Site<'a>) -> Self {
        let shared = pages::shared(&site, &theme);
        Self { site, theme, shared }
    }

    /// One page: its file and those beside it, and what others need to know of it.
    fn make(&self, page: Page, names: &links::Names) -> Made {
        let filled = pages::fill(&self.site, page, &self.shared);
        let mut made = Made { findings: filled.findings, files: filled.extras, distant: filled.distant, ..Made::default() };
        let html = match self.theme.tera.render(filled.template, &filled.context) {
            Ok(html) => self.site.messages.fill_later(html),
            Err(error) => {
                made.findings.push(self.theme.mistake(&error, filled.template));
                return made;
            }
        };
        let language = &self.site.language;
        let html = if language.is_first() { html } else { with_shared_files(html, language, &filled.file, &mut made.files) };
        let file = format!("{}{}", language.prefix, filled.file);
        made.links = links::of_page(&file, &html, &self.site.absolute_root(), names);
        if matches!(page, Page::Home | Page::Content(_)) {
            // Anchors that an author names are looked for where that is read, in Markdown, which knows the line.
            made.links.forget_anchors();
        }
        if let Some(directory) =
            file.strip_suffix("index.html").filter(|_| !matches!(page, Page::Moved(_) | Page::Redirect(_) | Page::SignIn))
        {
            let twin = twin::markdown(&html, &filled.about.title);
            made.found = finding::document(&self.site, page, &filled.about, &twin).map(search::weighed);
            made.files.push((format!("{directory}index.md"), twin.clone().into_bytes()));
            made.twin = (page != Page::Search).then_some(llms::Twin { path: filled.about.path, markdown: twin });
        }
        made.files.push((file, html.into_bytes()));
        made
    }

    /// Links to anchors that other pages do not have. Those pages are made once more, and searched: what has an anchor is up
    /// to their templates.
    fn broken_anchors(&self, pages: &[Page], links: Vec<Distant>) -> Diagnostics {
        let mut by_page: BTreeMap<String, Vec<Distant>> = BTreeMap::new();
        for link in links {
            by_page.entry(link.page.clone()).or_default().push(link);
        }
        let mut findings = Diagnostics::new();
        for (address, links) in by_page {
            let Some(&page) = pages.iter().find(|&&page| pages::address(&self.site, page) == address) else { continue };
            let made = self.make(page, &links::Names::default());
            let Some((_, html)) = made.files.last() else { continue };
            let html = String::from_utf8_lossy(html);
            let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            for link in links.into_iter().filter(|link| !ids.contains(&link.anchor.as_str())) {
                let page = format!("`/{address}`");
                findings.push(crate::content::broken_anchor(&page, &link.anchor, ids.iter().copied(), link.place));
            }
        }
        findings
    }
}

/// What came of one page.
#[derive(Default)]
struct Made {
    files: Vec<(String, Vec<u8>)>,
    findings: Diagnostics,
    links: links::PageLinks,
    found: Option<search::Weighed>,
    twin: Option<llms::Twin>,
    /// Links of the author's to anchors of other pages.
    distant: Vec<Distant>,
}

/// A page of another language than the first leads to the files that the first has beside its page, where it names them from
/// the root. Those that it, or its scripts, look for beside it are there in each language.
fn with_shared_files(mut html: String, language: &Language, file: &str, files: &mut Vec<(String, Vec<u8>)>) -> String {
    let root = "../".repeat(file.matches('/').count());
    files.retain(|(path, _)| {
        let path = markdown::escaped(path);
        let named = format!("\"{root}{path}\"");
        let is_shared = html.contains(&named);
        if is_shared {
            html = html.replace(&named, &format!("\"{root}../{path}\""));
        }
        !is_shared
    });
    files.iter_mut().for_each(|(path, _)| path.insert_str(0, &language.prefix));
    html
}

/// Files that are no pages: assets, media, and what search engines and programs ask for.
fn fixed_files(sites: &[&Site<'_>], site: &Site<'_>, theme: &Theme) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = theme.assets.iter().map(|(path, bytes)| (path.clone(), bytes.clone())).collect();
    if !site.language.is_first() {
        return files;
    }
    for (path, bytes) in &site.service.portal.files {
        let stays_inside = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if path.starts_with("media/") && stays_inside {
            files.push((path.clone(), bytes.to_vec()));
        }
    }
    if !site.redirects.is_empty() {
        let tables: String = sites.iter().map(|site| crate::redirects::table(site)).collect();
        files.push(("_redirects".to_owned(), tables.into_bytes()));
    }
    files.push(("moved.json".to_owned(), moved::addresses(site).into_bytes()));
    files.push(("sitemap.xml".to_owned(), sitemap(sites).into_bytes()));
    files.push(("robots.txt".to_owned(), robots(site).into_bytes()));
    files
}

/// The site map, with the translations of every page. Its format asks for full addresses; without `url` they start at the
/// host's root.
fn sitemap(sites: &[&Site<'_>]) -> String {
    let Some(first) = sites.first() else { return String::new() };
    let base = first.url().unwrap_or_default();
    let mut xml =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"");
    xml.push_str(if sites.len() > 1 { " xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n" } else { ">\n" });
    for site in sites {
        let has_schemas =
            |address: &str| site.apis.iter().any(|api| !api.schemas.is_empty() && address == format!("{}schemas/", api.path));
        for address in &site.addresses {
            if address.ends_with("/schemas/") && !has_schemas(address) {
                continue;
            }
            let escaped = markdown::escaped(address);
            xml.push_str(&format!("<url><loc>{base}/{}{escaped}</loc>", site.language.prefix));
            if sites.len() > 1 && !site.only_here.contains(address) {
                for other in sites {
                    xml.push_str(&format!(
                        "<xhtml:link rel=\"alternate\" hreflang=\"{}\" href=\"{base}/{}{escaped}\"/>",
                        other.language.tag, other.language.prefix
                    ));
                }
            }
            xml.push_str("</url>\n");
        }
    }
    xml.push_str("</urlset>\n");
    xml
}

fn robots(site: &Site<'_>) -> String {
    let map = site.url().map_or_else(String::new, |url| format!("Sitemap: {url}/sitemap.xml\n"));
    format!("User-agent: *\nAllow: /\n{map}")
}

/// The content type of a file, by its name.
pub(crate) fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "yaml" | "yml" => "application/yaml",
        "xml" | "wsdl" | "wadl" => "application/xml",
        "txt" | "md" | "graphql" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "pdf" => "application/pdf",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

/// A URL path without percent signs.
pub(crate) fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = (first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Adds a mistake to those found, where rendering itself failed.
pub(crate) fn cannot_write(path: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("build/write", diagnostic::Place::file(path), format!("cannot write it: {error}"))
}
