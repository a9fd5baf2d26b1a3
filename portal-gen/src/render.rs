//! Rendering: from a site to its files. A pure function; each page on its own, in parallel.

use crate::language::Language;
use crate::markdown;
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
    let mut findings = Diagnostics::new();
    let languages = Language::all(&service.portal, &mut findings);
    let mut worlds = Vec::new();
    for language in &languages {
        let (theme, found) = Theme::new(&service.portal, language);
        // What is wrong with the look is so in every language.
        if language.is_first() {
            findings.extend(found);
        }
        let Some(theme) = theme else { return findings };
        let site = Site::new(service, folder, options, &languages, language);
        findings.extend(site.findings.iter().cloned());
        worlds.push((theme, site));
    }
    let worlds: Vec<World<'_>> = worlds.into_iter().map(|(theme, site)| World::new(theme, site)).collect();
    let pages: Vec<(&World<'_>, Page)> =
        worlds.iter().flat_map(|world| pages::all(&world.site).into_iter().map(move |page| (world, page))).collect();
    begin(pages.len());
    let found: Vec<Diagnostics> = pages
        .par_iter()
        .map(|&(world, page)| {
            let (files, findings) = world.files_of(page);
            files.into_iter().for_each(|(path, bytes)| take(&path, bytes));
            findings
        })
        .collect();
    // A mistake in a template shows on every page that uses it; once is enough.
    found.into_iter().for_each(|found| findings.extend(found));
    for world in &worlds {
        for (path, bytes) in fixed_files(&world.site, &world.theme) {
            take(&path, bytes);
        }
    }
    findings.sorted()
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

    /// One page: its file and those beside it, and what is wrong with it.
    fn files_of(&self, page: Page) -> (Vec<(String, Vec<u8>)>, Diagnostics) {
        let filled = pages::fill(&self.site, page, &self.shared);
        let mut findings = filled.findings;
        let mut files = filled.extras;
        match self.theme.tera.render(filled.template, &filled.context) {
            Ok(html) => {
                let prefix = &self.site.language.prefix;
                let html = if self.site.language.is_first() { html } else { with_shared_files(html, &filled.file, &mut files) };
                files.push((format!("{prefix}{}", filled.file), html.into_bytes()));
            }
            Err(error) => findings.push(self.theme.mistake(&error, filled.template)),
        }
        (files, findings)
    }
}

/// A page of another language than the first leads to the files that the first has beside its page.
fn with_shared_files(mut html: String, file: &str, files: &mut Vec<(String, Vec<u8>)>) -> String {
    let root = "../".repeat(file.matches('/').count());
    for (path, _) in files.drain(..) {
        let path = markdown::escaped(&path);
        html = html.replace(&format!("\"{root}{path}\""), &format!("\"{root}../{path}\""));
    }
    html
}

/// Files that are no pages: assets, media, and what search engines ask for.
fn fixed_files(site: &Site<'_>, theme: &Theme) -> Vec<(String, Vec<u8>)> {
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
    files.push(("sitemap.xml".to_owned(), sitemap(site).into_bytes()));
    files.push(("robots.txt".to_owned(), robots(site).into_bytes()));
    files
}

/// The site map. Its format asks for full addresses; without `--url` they start at the host's root.
fn sitemap(site: &Site<'_>) -> String {
    let base = site.url().unwrap_or_default();
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    let has_schemas =
        |address: &str| site.apis.iter().any(|api| !api.schemas.is_empty() && address == format!("{}schemas/", api.path));
    for address in &site.addresses {
        if address.ends_with("/schemas/") && !has_schemas(address) {
            continue;
        }
        xml.push_str(&format!("<url><loc>{base}/{}</loc></url>\n", markdown::escaped(address)));
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
fn decoded(path: &str) -> String {
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
