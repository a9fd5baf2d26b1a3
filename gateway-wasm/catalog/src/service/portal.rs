//! `portal/`: settings, pages, files.

use crate::{
    directory::{Directory, File},
    fields::Fields,
    findings::Findings,
    model::{AllowedLint, Font, Link, Page, PageLayout, Portal, Redirect, SidebarEntry, Translation},
    tree::{Part, Tree},
};
use diagnostic::{Diagnostic, Place, Source, Span};

/// What the front matter of a page may say.
const FRONT_MATTER: [&str; 14] = [
    "title",
    "navigationTitle",
    "description",
    "order",
    "draft",
    "date",
    "updated",
    "redirects",
    "aliases",
    "language",
    "navigation",
    "sidebar",
    "contents",
    "wide",
];

/// How deep groups nest in the sidebar.
const GROUPS_MAX: usize = 6;

const PROPERTIES: [&str; 23] = [
    "title",
    "description",
    "url",
    "gatewayUrl",
    "console",
    "logo",
    "logoDark",
    "favicon",
    "socialImage",
    "accentColor",
    "accentColorDark",
    "font",
    "codeFont",
    "fonts",
    "radius",
    "languages",
    "navigation",
    "sidebar",
    "redirects",
    "allowHtml",
    "allowedOrigins",
    "identityProviders",
    "lints",
];

/// What `portal.LANGUAGE.yaml` may say.
const TRANSLATED: [&str; 3] = ["title", "description", "navigation"];

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
        portal.pages = pages(content.all_files(), "portal/content/", findings);
    }
    if let Some(mut snippets) = directory.directory("snippets") {
        portal.snippets = pages(snippets.all_files(), "portal/snippets/", findings);
    }
    for language in portal.languages.iter().skip(1) {
        portal.translations.push(translation(&mut directory, language, findings));
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
    portal.logo = image(portal, &fields, "logo", findings);
    portal.logo_dark = image(portal, &fields, "logoDark", findings);
    portal.favicon = image(portal, &fields, "favicon", findings);
    portal.social_image = image(portal, &fields, "socialImage", findings);
    portal.accent_color_dark = fields.title("accentColorDark");
    portal.accent_places =
        ["accentColor", "accentColorDark"].map(|name| fields.value(name).is_some().then(|| fields.place(name, Part::Value)));
    portal.font = css(&fields, "font", findings);
    portal.code_font = css(&fields, "codeFont", findings);
    portal.radius = css(&fields, "radius", findings);
    for font in fields.list("fonts") {
        font.only(&["family", "file", "weight", "style"]);
        let (Some(family), Some(file)) = (css(&font, "family", findings), image(portal, &font, "file", findings)) else {
            if font.value("family").is_none() || font.value("file").is_none() {
                let help = "write `- { family: Inter, file: fonts/inter.woff2, weight: 100 900 }`";
                let message = "a font needs a `family` and a `file`";
                findings.push(Diagnostic::error("portal/font", font.own_place(), message).help(help));
            }
            continue;
        };
        let weight = css(&font, "weight", findings).unwrap_or_else(|| "400".to_owned());
        let style = css(&font, "style", findings).unwrap_or_else(|| "normal".to_owned());
        portal.fonts.push(Font { family, file, weight, style });
    }
    portal.languages = languages(&fields, findings);
    portal.allowed_lints = allowed_lints(&fields, findings);
    portal.allows_html = fields.truth("allowHtml").unwrap_or_default();
    portal.redirects = redirects(&fields, findings);
    portal.sidebar = sidebar(&fields, "sidebar", 0, findings);
    portal.navigation = navigation(&fields, findings);
}

/// A file in `portal/media` that a property names.
fn image(portal: &Portal, fields: &Fields<'_>, name: &str, findings: &Findings) -> Option<String> {
    let image = fields.title(name)?;
    let image = image.trim_start_matches('/').trim_start_matches("media/").to_owned();
    let media = || portal.files.iter().filter_map(|(path, _)| path.strip_prefix("media/"));
    if media().any(|path| path == image) {
        return Some(image);
    }
    let help = crate::findings::did_you_mean(&image, media()).unwrap_or_else(|| format!("put it into `portal/media/{image}`"));
    let what = if name == "file" { "file" } else { "image" };
    let message = format!("there is no {what} `{image}` in `portal/media`");
    findings.push(Diagnostic::error("portal/logo-missing", fields.place(name, Part::Value), message).help(help));
    None
}

/// A value for a style sheet: nothing that could end it and begin another.
fn css(fields: &Fields<'_>, name: &str, findings: &Findings) -> Option<String> {
    let value = fields.title(name)?;
    let is_value =
        |character: char| character.is_alphanumeric() || matches!(character, ' ' | ',' | '.' | '-' | '_' | '%' | '\'' | '"');
    if value.chars().all(is_value) && value.matches('"').count() % 2 == 0 && value.matches('\'').count() % 2 == 0 {
        return Some(value.trim().to_owned());
    }
    let message = format!("`{value}` is no value for a style sheet");
    let help = "write what CSS would have there, as in `font: Inter, sans-serif` or `radius: 4px`; for more there is `portal/theme/custom.css`";
    findings.push(Diagnostic::error("portal/style-value", fields.place(name, Part::Value), message).help(help));
    None
}

/// `languages: [en, de]`: tags of languages, the first that of the site's root.
fn languages(fields: &Fields<'_>, findings: &Findings) -> Vec<String> {
    let entries = match fields.value("languages") {
        None => return Vec::new(),
        Some(serde_json::Value::Array(entries)) => entries,
        Some(_) => {
            let place = fields.place("languages", Part::Value);
            findings.push(
                Diagnostic::error("property/type", place, "`languages` must be a list").help("write `languages: [en, de]`"),
            );
            return Vec::new();
        }
    };
    let mut languages: Vec<String> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let tag = entry.as_str().unwrap_or_default();
        let is_tag = tag.split('-').enumerate().all(|(index, part)| {
            (if index == 0 { 2..=3 } else { 2..=8 }).contains(&part.len()) && part.chars().all(|one| one.is_ascii_alphanumeric())
        });
        if is_tag && !languages.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
            languages.push(tag.to_owned());
            continue;
        }
        let message =
            if is_tag { format!("`{tag}` is in the list twice") } else { format!("`{tag}` is not the tag of a language") };
        findings.push(
            Diagnostic::error("portal/languages", fields.entry_place("languages", index), message)
                .help("write tags such as `en`, `de` or `pt-BR`, each once"),
        );
    }
    languages
}

/// `portal.LANGUAGE.yaml` and `content.LANGUAGE/`.
fn translation(directory: &mut Directory, language: &str, findings: &Findings) -> Translation {
    let mut translation = Translation { language: language.to_owned(), ..Translation::default() };
    if let Some((path, bytes)) = directory.data(&format!("portal.{language}"), findings)
        && let Some(tree) = Tree::read(&path, &bytes, findings)
    {
        let fields = Fields::new(&tree, "", findings);
        fields.only(&TRANSLATED);
        translation.title = fields.title("title");
        translation.description = fields.text("description");
        translation.navigation = navigation(&fields, findings);
    }
    let name = format!("content.{language}");
    if let Some(mut content) = directory.directory(&name) {
        translation.pages = pages(content.all_files(), &format!("portal/{name}/"), findings);
    }
    translation
}

fn navigation(fields: &Fields<'_>, findings: &Findings) -> Vec<Link> {
    let mut links = Vec::new();
    for link in fields.list("navigation") {
        link.only(&["title", "href"]);
        match (link.title("title"), link.title("href")) {
            (Some(title), Some(href)) => links.push(Link { title, href }),
            (title, _) => {
                let missing = if title.is_none() { "title" } else { "href" };
                let message = format!("a link in the navigation needs a `{missing}`");
                let help = "write `- { title: Status, href: https://status.example.com }`";
                findings.push(Diagnostic::error("portal/navigation", link.own_place(), message).help(help));
            }
        }
    }
    links
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

/// `redirects: [{ from: /old/, to: /new/ }]`.
fn redirects(fields: &Fields<'_>, findings: &Findings) -> Vec<Redirect> {
    let mut redirects = Vec::new();
    for entry in fields.list("redirects") {
        entry.only(&["from", "to"]);
        match (entry.title("from"), entry.title("to")) {
            (Some(from), Some(to)) => redirects.push(Redirect { from, to, place: entry.place("from", Part::Value) }),
            (from, _) => {
                let missing = if from.is_none() { "from" } else { "to" };
                let message = format!("a redirect needs a `{missing}`");
                let help = "write `- { from: /old/, to: /guides/new/ }`";
                findings.push(Diagnostic::warning("portal/redirect", entry.own_place(), message).help(help));
            }
        }
    }
    redirects
}

/// The tree beside the pages: paths of pages, `{ title, href }`, and `{ title, items }`.
fn sidebar(fields: &Fields<'_>, name: &str, depth: usize, findings: &Findings) -> Vec<SidebarEntry> {
    let Some(value) = fields.value(name) else { return Vec::new() };
    let Some(items) = value.as_array() else {
        let place = fields.place(name, Part::Value);
        let message = format!("`{name}` must be a list");
        findings.push(Diagnostic::warning("portal/sidebar", place, message).help("write lines that start with `- `"));
        return Vec::new();
    };
    let mut entries = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let place = fields.entry_place(name, index);
        if let Some(path) = item.as_str() {
            entries.push(SidebarEntry::Page { path: path.to_owned(), title: None, place });
            continue;
        }
        let wrong = |message: &str| {
            let help = "write a page as `guides/first-call`, a link as `{ title: Status, href: https://status.example.com }`, \
                        and a group as `{ title: Guides, items: [guides/first-call] }`";
            findings.push(Diagnostic::warning("portal/sidebar", place.clone(), message).help(help));
        };
        if !item.is_object() {
            wrong("an entry of the sidebar is a page, a link, or a group");
            continue;
        }
        let entry = fields.entry(name, index);
        entry.only(&["title", "page", "href", "items"]);
        let target = entry.title("page").or_else(|| entry.title("href"));
        match (entry.title("title"), target, entry.has("items")) {
            (Some(title), None, true) if depth < GROUPS_MAX => {
                entries.push(SidebarEntry::Group { title, entries: sidebar(&entry, "items", depth + 1, findings) });
            }
            (Some(_), None, true) => wrong(&format!("groups nest {GROUPS_MAX} deep at most")),
            (Some(title), Some(href), false) if href.contains("://") || href.starts_with("mailto:") => {
                entries.push(SidebarEntry::Outside { href, title });
            }
            (title, Some(path), false) => entries.push(SidebarEntry::Page { path, title, place }),
            (_, Some(_), true) => wrong("an entry of the sidebar has `items`, or it leads somewhere, not both"),
            (None, None, _) => wrong("a group of the sidebar needs a `title`"),
            (Some(_), None, false) => wrong("an entry of the sidebar needs a `page`, a `href`, or `items`"),
        }
    }
    entries
}

fn pages(files: Vec<File>, below: &str, findings: &Findings) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    for (file, bytes) in files {
        let path = file.strip_prefix(below).unwrap_or(&file);
        let Some(path) = path.strip_suffix(".md") else {
            let message = format!("`{path}` is not a page");
            let help = "pages end in `.md`; put images and other files into `portal/media`";
            findings.push(Diagnostic::warning("portal/not-a-page", Place::file(&file), message).help(help));
            continue;
        };
        let text = readable(&file, &bytes, findings);
        pages.push(page(path, &file, &text, findings));
    }
    // Neighbours stand together: by directory, then by order, then by path; pages without an order come last.
    let directory = |page: &Page| page.path.rsplit_once('/').map_or(String::new(), |(directory, _)| directory.to_owned());
    pages.sort_by_cached_key(|page| (directory(page), page.path != "index", page.order, page.path.clone()));
    pages
}

/// The text of a page, whatever its bytes are: a page that cannot be read in full must not keep a gateway from starting, so
/// what is wrong is a warning, and `\u{fffd}` stands where it is wrong.
fn readable(file: &str, bytes: &[u8], findings: &Findings) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let wide = match bytes {
        [0xff, 0xfe, rest @ ..] => Some((rest, u16::from_le_bytes as fn([u8; 2]) -> u16)),
        [0xfe, 0xff, rest @ ..] => Some((rest, u16::from_be_bytes as fn([u8; 2]) -> u16)),
        _ => None,
    };
    if let Some((rest, unit)) = wide {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        let message = "this page is text in UTF-16, not in UTF-8";
        findings.push(
            Diagnostic::warning("portal/not-utf8", Place::file(file), message)
                .help("it is published; save it again with the encoding UTF-8 all the same, for other tools"),
        );
        return String::from_utf16_lossy(&units);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(error) => {
            let (at, lossy) = (error.valid_up_to(), String::from_utf8_lossy(bytes).into_owned());
            let place = Place::new(&Source::new(file, lossy.as_str()), Span::new(at, at + 3));
            let byte = bytes.get(at).copied().unwrap_or_default();
            findings.push(
                Diagnostic::warning("portal/not-utf8", place, "this page is not text in UTF-8")
                    .at(format!("byte 0x{byte:02x} cannot stand here"))
                    .help("`\u{fffd}` is shown in its place; save the file again with the encoding UTF-8"),
            );
            lossy
        }
    }
}

fn page(path: &str, file: &str, text: &str, findings: &Findings) -> Page {
    let (front, body) = front_matter(text);
    if front.is_none() && text.lines().nth(1).is_some_and(|second| text.starts_with("---") && second.contains(": ")) {
        let place = Place::new(&Source::new(file, text), Span::new(0, 3));
        let message = "the front matter that begins here does not end";
        findings.push(
            Diagnostic::warning("portal/front-matter", place, message)
                .at("shown as text")
                .help("write a line `---` below its last property"),
        );
    }
    let tree = front.and_then(|front| Tree::read_yaml(file, front, findings));
    let nothing = Tree::absent(file);
    let fields = Fields::new(tree.as_ref().unwrap_or(&nothing), "", findings);
    fields.only(&FRONT_MATTER);
    let order = fields.value("order").and_then(|value| match value {
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
    let switch = |name: &str, otherwise: bool| fields.truth(name).unwrap_or(otherwise);
    let shown = PageLayout::default();
    Page {
        title: fields.title("title").or_else(heading).unwrap_or_else(|| title_of(path)),
        navigation_title: fields.title("navigationTitle"),
        description: fields.text("description").unwrap_or_default(),
        order: order.unwrap_or(i64::MAX),
        draft: switch("draft", false),
        date: day(&fields, "date", findings),
        updated: day(&fields, "updated", findings),
        aliases: aliases(&fields),
        language: language(&fields, findings),
        layout: PageLayout {
            navigation: switch("navigation", shown.navigation),
            sidebar: switch("sidebar", shown.sidebar),
            contents: switch("contents", shown.contents),
            wide: switch("wide", shown.wide),
        },
        path: path.to_owned(),
        markdown: markdown.to_owned(),
        source: Source::new(file, text),
        first_line: text[..body].matches('\n').count() as u32,
    }
}

/// Addresses that lead to a page, from `redirects` or, as other generators call it, `aliases`; one, or a list.
fn aliases(fields: &Fields<'_>) -> Vec<(String, Place)> {
    let mut aliases = Vec::new();
    for name in ["redirects", "aliases"] {
        if fields.value(name).is_some_and(serde_json::Value::is_string) {
            aliases.extend(fields.title(name).map(|alias| (alias, fields.place(name, Part::Value))));
            continue;
        }
        for (index, alias) in fields.texts(name).into_iter().flatten().enumerate() {
            aliases.push((alias, fields.entry_place(name, index)));
        }
    }
    aliases
}

/// A day such as `2026-11-21`; a time after it, as other generators write, says no more here.
fn day(fields: &Fields<'_>, name: &str, findings: &Findings) -> Option<String> {
    let written = fields.title(name)?;
    let day = written.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<u32> = day.split('-').filter_map(|part| part.parse().ok()).collect();
    let days = |year: u32, month: u32| match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    };
    match parts[..] {
        [year, month, of_month]
            if day.len() == 10 && (1..=12).contains(&month) && (1..=days(year, month)).contains(&of_month) =>
        {
            Some(day.to_owned())
        }
        _ => {
            let message = format!("`{written}` is no day");
            findings.push(
                Diagnostic::warning("portal/date", fields.place(name, Part::Value), message)
                    .at("not shown")
                    .help(format!("write year, month and day: `{name}: 2026-11-21`")),
            );
            None
        }
    }
}

/// A language as HTML writes it: `de`, `pt-BR`, `zh-Hans`.
fn language(fields: &Fields<'_>, findings: &Findings) -> Option<String> {
    let written = fields.title("language")?;
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let first = written.split('-').next().unwrap_or_default();
    let is_language = (2..=3).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_language && written.split('-').all(is_part) {
        return Some(written);
    }
    let message = format!("`{written}` is no language");
    findings.push(
        Diagnostic::warning("portal/language", fields.place("language", Part::Value), message)
            .help("write its code: `language: de`, or `language: pt-BR`"),
    );
    None
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
