//! `portal/`: settings, pages, files.

use crate::{
    directory::{Directory, File},
    fields::Fields,
    findings::Findings,
    model::{AllowedLint, Link, Page, Portal},
    tree::{Part, Tree, text_of},
};
use diagnostic::{Diagnostic, Source};

const PROPERTIES: [&str; 11] = [
    "title",
    "description",
    "url",
    "gatewayUrl",
    "console",
    "logo",
    "accentColor",
    "navigation",
    "allowedOrigins",
    "identityProviders",
    "lints",
];

/// Reads `portal/`.
pub(super) fn read(root: &mut Directory, findings: &Findings) -> Portal {
    let mut portal = Portal { title: "Developer portal".to_owned(), ..Portal::default() };
    let Some(mut directory) = root.directory("portal") else { return portal };
    for name in ["media", "theme"] {
        for (path, bytes) in directory.directory(name).into_iter().flat_map(|mut files| files.all_files()) {
            let below = path.strip_prefix("portal/").unwrap_or(&path).to_owned();
            portal.files.push((below, bytes));
        }
    }
    if let Some((path, bytes)) = directory.data("portal", findings)
        && let Some(tree) = Tree::read(&path, &bytes, findings)
    {
        settings(&mut portal, &tree, findings);
    }
    if let Some(mut content) = directory.directory("content") {
        portal.pages = pages(content.all_files(), findings);
    }
    directory.report_unknown(findings);
    portal
}

fn settings(portal: &mut Portal, tree: &Tree, findings: &Findings) {
    let fields = Fields::new(tree, "", findings);
    fields.only(&PROPERTIES);
    if let Some(title) = fields.title("title") {
        portal.title = title;
    }
    portal.description = fields.text("description").unwrap_or_default();
    portal.accent_color = fields.title("accentColor");
    portal.gateway_url = fields.title("gatewayUrl").map(|url| url.trim_end_matches('/').to_owned());
    if let Some(url) = &portal.gateway_url
        && let Err(why) = super::parts::address(url)
    {
        let message = format!("`{url}` is not an address that can be called");
        let help = "write the gateway's public address, for example `gatewayUrl: https://api.example.com`";
        findings
            .push(Diagnostic::error("portal/gateway-url", fields.place("gatewayUrl", Part::Value), message).at(why).help(help));
    }
    portal.url = fields.title("url").map(|url| url.trim_end_matches('/').to_owned());
    if let Some(url) = &portal.url
        && let Err(why) = super::parts::address(url)
    {
        let message = format!("`{url}` is not an address at which a site can be");
        let help = "write the site's public address, for example `url: https://developer.example.com`";
        findings.push(Diagnostic::error("portal/url", fields.place("url", Part::Value), message).at(why).help(help));
        portal.url = None;
    }
    portal.console = super::console::read(&fields, portal.url.as_deref(), findings);
    if let Some(logo) = fields.title("logo") {
        let logo = logo.trim_start_matches('/').trim_start_matches("media/").to_owned();
        let media = || portal.files.iter().filter_map(|(path, _)| path.strip_prefix("media/"));
        if media().any(|path| path == logo) {
            portal.logo = Some(logo);
        } else {
            let help =
                crate::findings::did_you_mean(&logo, media()).unwrap_or_else(|| format!("put it into `portal/media/{logo}`"));
            let message = format!("there is no image `{logo}` in `portal/media`");
            findings.push(Diagnostic::error("portal/logo-missing", fields.place("logo", Part::Value), message).help(help));
        }
    }
    portal.allowed_lints = allowed_lints(&fields, findings);
    for link in fields.list("navigation") {
        link.only(&["title", "href"]);
        match (link.title("title"), link.title("href")) {
            (Some(title), Some(href)) => portal.navigation.push(Link { title, href }),
            (title, _) => {
                let missing = if title.is_none() { "title" } else { "href" };
                let message = format!("a link in the navigation needs a `{missing}`");
                let help = "write `- { title: Status, href: https://status.example.com }`";
                findings.push(Diagnostic::error("portal/navigation", link.own_place(), message).help(help));
            }
        }
    }
}

/// `lints: { allow: [...] }`: ids, or `{ id: ..., in: ... }` for a part of the folder.
fn allowed_lints(fields: &Fields<'_>, findings: &Findings) -> Vec<AllowedLint> {
    let lints = fields.inner("lints");
    lints.only(&["allow"]);
    let entries = match lints.value("allow") {
        None => return Vec::new(),
        Some(serde_json::Value::Array(entries)) => entries,
        Some(_) => {
            let place = lints.place("allow", Part::Value);
            findings.push(
                Diagnostic::error("property/type", place, "`allow` must be a list").help("write `allow: [lint/base-missing]`"),
            );
            return Vec::new();
        }
    };
    let mut allowed = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let place = lints.entry_place("allow", index);
        let part = |name: &str| entry.get(name).and_then(serde_json::Value::as_str);
        let has_others = entry.as_object().is_some_and(|entry| entry.keys().any(|key| key != "id" && key != "in"));
        match (entry.as_str().or_else(|| part("id")), part("in")) {
            (Some(id), within) if !has_others && (within.is_some() || entry.get("in").is_none()) => {
                let within = within.unwrap_or_default().trim_matches('/').to_owned();
                allowed.push(AllowedLint { id: id.to_owned(), within, place });
            }
            _ => {
                let message = "an allowed lint is an id, or an id and the part of the folder that it is about";
                findings.push(
                    Diagnostic::error("property/type", place, message)
                        .help("write `- lint/base-missing`, or `- { id: lint/base-missing, in: apis/orders }`"),
                );
            }
        }
    }
    allowed
}

fn pages(files: Vec<File>, findings: &Findings) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    for (file, bytes) in files {
        let path = file.strip_prefix("portal/content/").unwrap_or(&file);
        let Some(path) = path.strip_suffix(".md") else {
            let message = format!("`{path}` is not a page");
            let help = "pages end in `.md`; put images and other files into `portal/media`";
            findings.push(Diagnostic::warning("portal/not-a-page", diagnostic::Place::file(&file), message).help(help));
            continue;
        };
        if let Some(text) = text_of(&file, &bytes, findings) {
            pages.push(page(path, &file, text, findings));
        }
    }
    // Neighbours stand together: by directory, then by order, then by path; pages without an order come last.
    let directory = |page: &Page| page.path.rsplit_once('/').map_or(String::new(), |(directory, _)| directory.to_owned());
    pages.sort_by_cached_key(|page| (directory(page), page.path != "index", page.order, page.path.clone()));
    pages
}

fn page(path: &str, file: &str, text: &str, findings: &Findings) -> Page {
    let (front, body) = front_matter(text);
    let tree = front.and_then(|front| Tree::read_yaml(file, front, findings));
    let fields = tree.as_ref().map(|tree| Fields::new(tree, "", findings));
    if let Some(fields) = &fields {
        fields.only(&["title", "order", "description"]);
    }
    let order = fields.as_ref().and_then(|fields| match fields.value("order")? {
        value if value.is_i64() => value.as_i64(),
        _ => {
            let message = "`order` must be a whole number";
            findings.push(
                Diagnostic::error("property/type", fields.place("order", Part::Value), message)
                    .help("write digits without quotes, for example `order: 10`"),
            );
            None
        }
    });
    let markdown = &text[body..];
    let heading = || markdown.lines().find_map(|line| line.strip_prefix("# ")).map(|heading| heading.trim().to_owned());
    Page {
        title: fields.as_ref().and_then(|fields| fields.title("title")).or_else(heading).unwrap_or_else(|| title_of(path)),
        description: fields.as_ref().and_then(|fields| fields.text("description")).unwrap_or_default(),
        order: order.unwrap_or(i64::MAX),
        path: path.to_owned(),
        markdown: markdown.to_owned(),
        source: Source::new(file, text),
        first_line: text[..body].matches('\n').count() as u32,
    }
}

/// The front matter with the line that opens it, which YAML takes as the start of a document, and where the page begins.
fn front_matter(text: &str) -> (Option<&str>, usize) {
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let fence = line.trim_end() == "---";
        if number == 0 && !fence {
            return (None, 0);
        }
        if number > 0 && fence {
            return (Some(&text[..at]), at + line.len());
        }
        at += line.len();
    }
    (None, 0)
}

/// `guides/first-call` as a title: `First call`.
fn title_of(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path).replace(['-', '_'], " ");
    let mut characters = name.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}
