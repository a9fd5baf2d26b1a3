//! Rendering: from a site to its files. A pure function; each page on its own, in parallel.

use crate::content::Distant;
use crate::download::{self, Target};
use crate::pages::{self, Page, Shared};
use crate::site::{Options, Site};
use crate::theme::Theme;
use bytes::Bytes;
use catalog::{Folder, Service};
use diagnostic::{Diagnostic, Diagnostics};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// A whole site in memory, to be served.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// Files by their path inside the site (`apis/orders/index.html`): content type and bytes.
    pub files: BTreeMap<String, (&'static str, Bytes)>,
    /// What is wrong with the folder now, if this site is the last good one: shown above every page by
    /// [`preview`](crate::preview). Empty otherwise.
    pub problems: String,
}

impl Rendered {
    /// The file that answers a request for a URL path: `/apis/orders/` is `apis/orders/index.html`.
    pub fn file(&self, url_path: &str) -> Option<&(&'static str, Bytes)> {
        let path = decoded(url_path.trim_start_matches('/'));
        if path.is_empty() || path.ends_with('/') {
            return self.files.get(&format!("{path}index.html"));
        }
        self.files.get(&path)
    }

    /// True if the path is a page's without the slash at its end; the answer is then a redirect.
    pub fn is_page_without_slash(&self, url_path: &str) -> bool {
        self.files.contains_key(&format!("{}/index.html", decoded(url_path.trim_matches('/'))))
    }

    /// The same site with something to say above every page.
    pub fn with_problems(&self, problems: String) -> Self {
        Self { files: self.files.clone(), problems }
    }
}

/// Renders the whole site of a service into memory.
///
/// # Errors
/// The mistakes in the folder's own templates, if there are any. Warnings come with the site.
pub fn site(service: &Service, folder: &Folder, options: &Options) -> Result<(Rendered, Diagnostics), Diagnostics> {
    let files = std::sync::Mutex::new(BTreeMap::new());
    let findings = each(service, folder, options, &|_| {}, &|path, bytes| {
        let mut files = files.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        files.insert(path.to_owned(), (content_type(path), Bytes::from(bytes)));
    });
    if findings.has_errors() {
        return Err(findings);
    }
    let files = files.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok((Rendered { files, problems: String::new() }, findings))
}

/// Renders every file and gives it away at once, so that no more than a few pages are in memory. `begin` is told how many
/// pages there will be; `take` is called from several threads, once for each file.
pub(crate) fn each(
    service: &Service,
    folder: &Folder,
    options: &Options,
    begin: &(dyn Fn(usize) + Sync),
    take: &(dyn Fn(&str, Vec<u8>) + Sync),
) -> Diagnostics {
    let (theme, mut findings) = Theme::new(&service.portal);
    let Some(theme) = theme else { return findings };
    let site = Site::new(service, folder, options);
    findings.extend(site.findings.iter().cloned());
    let shared = pages::shared(&site, &theme.stamps);
    let pages = pages::all(&site);
    begin(pages.len());
    let downloads: Vec<(usize, Target)> = (0..site.apis.len())
        .filter(|&index| download::has_downloads(&site.apis[index]))
        .flat_map(|index| Target::ALL.map(|target| (index, target)))
        .collect();
    let left_out: Vec<(&str, Target, String)> = downloads
        .par_iter()
        .filter_map(|&(index, target)| {
            let api = &site.apis[index];
            let (files, lost) = download::files(&site, api, target);
            files.into_iter().for_each(|(path, bytes)| take(&path, bytes));
            Some((api.api.definition_file.as_str(), target, lost?))
        })
        .collect();
    findings.extend(download::left_out(left_out));
    let found: Vec<(Diagnostics, Vec<Distant>)> = pages
        .par_iter()
        .map(|&page| {
            let (files, findings, distant) = files_of(&site, &theme, &shared, page);
            files.into_iter().for_each(|(path, bytes)| take(&path, bytes));
            (findings, distant)
        })
        .collect();
    // A mistake in a template shows on every page that uses it; once is enough.
    let mut distant = Vec::new();
    for (found, links) in found {
        findings.extend(found);
        distant.extend(links);
    }
    findings.extend(broken_anchors(&site, &theme, &shared, &pages, distant));
    for (path, bytes) in fixed_files(&site, &theme) {
        take(&path, bytes);
    }
    findings.sorted()
}

/// What is wrong with the content of a folder, without the rest of the site: what `check` says beside what it says of the
/// service.
pub fn check(service: &Service, folder: &Folder) -> Diagnostics {
    let (theme, mut findings) = Theme::new(&service.portal);
    let Some(theme) = theme else { return findings };
    let site = Site::new(service, folder, &Options::default());
    findings.extend(site.findings.iter().cloned());
    let shared = pages::shared(&site, &theme.stamps);
    let pages = pages::all(&site);
    let written = pages.iter().filter(|page| matches!(page, Page::Home | Page::Content(_)));
    let mut distant = Vec::new();
    for &page in written {
        let (_, found, links) = files_of(&site, &theme, &shared, page);
        findings.extend(found);
        distant.extend(links);
    }
    findings.extend(broken_anchors(&site, &theme, &shared, &pages, distant));
    findings.sorted()
}

/// Links to anchors that other pages do not have. Those pages are made once more, and searched: what has an anchor is up to
/// their templates.
fn broken_anchors(site: &Site<'_>, theme: &Theme, shared: &Shared, pages: &[Page], links: Vec<Distant>) -> Diagnostics {
    let mut by_page: BTreeMap<String, Vec<Distant>> = BTreeMap::new();
    for link in links {
        by_page.entry(link.page.clone()).or_default().push(link);
    }
    let mut findings = Diagnostics::new();
    for (address, links) in by_page {
        let Some(&page) = pages.iter().find(|&&page| pages::address(site, page) == address) else { continue };
        let (files, _, _) = files_of(site, theme, shared, page);
        let Some((_, html)) = files.last() else { continue };
        let html = String::from_utf8_lossy(html);
        let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        for link in links.into_iter().filter(|link| !ids.contains(&link.anchor.as_str())) {
            let page = format!("`/{address}`");
            findings.push(crate::content::broken_anchor(&page, &link.anchor, ids.iter().copied(), link.place));
        }
    }
    findings
}

/// Files by their paths, what is wrong with a page, and to which anchors of others it leads.
type Made = (Vec<(String, Vec<u8>)>, Diagnostics, Vec<Distant>);

/// One page: those beside it, and its own file at last.
fn files_of(site: &Site<'_>, theme: &Theme, shared: &Shared, page: Page) -> Made {
    let filled = pages::fill(site, page, shared);
    let mut findings = filled.findings;
    let mut files = filled.extras;
    match theme.tera.render(filled.template, &filled.context) {
        Ok(html) => files.push((filled.file, html.into_bytes())),
        Err(error) => findings.push(theme.mistake(&error, filled.template)),
    }
    (files, findings, filled.distant)
}

/// Files that are no pages: assets, media, and what search engines ask for.
fn fixed_files(site: &Site<'_>, theme: &Theme) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = theme.assets.iter().map(|(path, bytes)| (path.clone(), bytes.clone())).collect();
    for (path, bytes) in &site.service.portal.files {
        let stays_inside = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if path.starts_with("media/") && stays_inside {
            files.push((path.clone(), bytes.to_vec()));
        }
    }
    files.push(("sitemap.xml".to_owned(), sitemap(site).into_bytes()));
    if !site.redirects.is_empty() {
        files.push(("_redirects".to_owned(), crate::redirects::table(site).into_bytes()));
    }
    files.push(("robots.txt".to_owned(), robots(site).into_bytes()));
    files
}

/// The site map. Its format asks for full addresses; without `--url` they start at the host's root.
fn sitemap(site: &Site<'_>) -> String {
    let base = site.options.url.as_deref().unwrap_or_default().trim_end_matches('/');
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    let has_schemas =
        |address: &str| site.apis.iter().any(|api| !api.schemas.is_empty() && address == format!("{}schemas/", api.path));
    for address in &site.addresses {
        if address.ends_with("/schemas/") && !has_schemas(address) {
            continue;
        }
        xml.push_str(&format!("<url><loc>{base}/{}</loc></url>\n", crate::markdown::escaped(address)));
    }
    xml.push_str("</urlset>\n");
    xml
}

fn robots(site: &Site<'_>) -> String {
    let map =
        site.options.url.as_ref().map_or_else(String::new, |url| format!("Sitemap: {}/sitemap.xml\n", url.trim_end_matches('/')));
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
