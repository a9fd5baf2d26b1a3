//! `portal/`: settings, pages, files.

use crate::{
    directory::{Directory, File},
    fields::Fields,
    findings::Findings,
    model::{AllowedLint, Font, Link, Page, Portal, Translation},
    tree::{Part, Tree, text_of},
};
use diagnostic::{Diagnostic, Source};

const PROPERTIES: [&str; 19] = [
    "title",
    "description",
    "url",
    "gatewayUrl",
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
        portal.pages = pages("portal/content/", content.all_files(), findings);
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
            Diagnostic::error("portal/language", fields.entry_place("languages", index), message)
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
        translation.pages = pages(&format!("portal/{name}/"), content.all_files(), findings);
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

/// The Markdown pages of a directory, whose path ends with a slash.
fn pages(directory: &str, files: Vec<File>, findings: &Findings) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    for (file, bytes) in files {
        let path = file.strip_prefix(directory).unwrap_or(&file);
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
