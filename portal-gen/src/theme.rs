//! What the pages look like: the built-in templates and assets, and what a folder puts in their place.
//!
//! `portal/theme/page/operation.html` replaces the template of that name, `portal/theme/style.css` the built-in style sheet;
//! `portal/theme/custom.css` is added after it. A mistake in a replaced template is a diagnostic, as any other.

use catalog::model::Portal;
use diagnostic::{Diagnostic, Diagnostics, Place, Source, Span, nearest};
use serde::Serialize;
use std::collections::BTreeMap;
use tera::{ErrorKind, Tera};

macro_rules! built_in {
    ($($name:literal)*) => { [$(($name, include_str!(concat!("../../templates/", $name)))),*] };
}

/// The templates, by name.
const TEMPLATES: &[(&str, &str)] = &built_in![
    "layout.html"
    "page/home.html"
    "page/apis.html"
    "page/api.html"
    "page/operation.html"
    "page/webhook.html"
    "page/schemas.html"
    "page/schema.html"
    "page/products.html"
    "page/product.html"
    "page/content.html"
    "page/redirect.html"
    "page/callback.html"
    "page/not_found.html"
    "page/tag.html"
    "page/security.html"
    "page/changes.html"
    "page/reference.html"
    "page/item.html"
    "part/api_navigation.html"
    "part/cards.html"
    "part/content.html"
    "part/operation_body.html"
    "part/outline.html"
    "part/page_parts.html"
    "part/parameters.html"
    "part/samples.html"
    "part/schema.html"
    "part/security.html"
];

/// The assets, by name; each becomes a file in `assets/`, except those that are parts of another.
const ASSETS: &[(&str, &str)] = &built_in![
    "assets/style.css"
    "assets/content.css"
    "assets/portal.js"
    "assets/favicon.svg"
    "assets/console.js"
    "assets/console.css"
    "assets/callback.js"
];

/// Style sheets that stand at the end of `style.css`: a page asks for one file. They are replaced by their own names.
const STYLE_PARTS: [&str; 1] = ["assets/content.css"];

/// The module that the console stands on, compiled.
const MODULE: [(&str, &[u8]); 2] =
    [("assets/console-module.js", console_module::SCRIPT), ("assets/console_bg.wasm", console_module::WASM)];

/// Templates ready to be filled, and the files that go with them.
pub(crate) struct Theme {
    pub(crate) tera: Tera,
    /// Files by their address: `assets/style.css`.
    pub(crate) assets: BTreeMap<String, Vec<u8>>,
    pub(crate) stamps: Stamps,
    /// Replaced templates, to show mistakes in.
    sources: BTreeMap<String, Source>,
}

/// Marks of the assets' contents, so that browsers fetch them again when they change.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Stamps {
    style: String,
    script: String,
    theme: String,
    /// Of everything that the console loads, in one.
    console: String,
    /// Only where the folder has a `custom.css`.
    custom: Option<String>,
}

impl Theme {
    /// The theme of a portal, with everything that is odd about it. Without a theme if a replaced template cannot be read.
    pub(crate) fn new(portal: &Portal) -> (Option<Self>, Diagnostics) {
        let mut findings = Diagnostics::new();
        let mut templates: BTreeMap<&str, &str> = TEMPLATES.iter().copied().collect();
        let mut assets: BTreeMap<String, Vec<u8>> =
            ASSETS.iter().map(|&(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect();
        assets.extend(MODULE.map(|(name, bytes)| (name.to_owned(), bytes.to_vec())));
        let mut sources = BTreeMap::new();
        for (path, bytes) in &portal.files {
            let Some(name) = path.strip_prefix("theme/") else { continue };
            match std::str::from_utf8(bytes) {
                Ok(text) if name.ends_with(".html") => {
                    sources.insert(name.to_owned(), Source::new(format!("portal/{path}"), text));
                }
                _ => {
                    assets.insert(format!("assets/{}", name.trim_start_matches("assets/")), bytes.to_vec());
                }
            }
        }
        for (name, source) in &sources {
            if !templates.contains_key(name.as_str()) {
                let names = TEMPLATES.iter().map(|(name, _)| *name);
                let message = format!("there is no template `{name}` to replace");
                let help = nearest(name, names).map(|close| format!("did you mean `{close}`?"));
                let use_it = "it can be used by `{% include %}` in other templates".to_owned();
                findings.push(
                    Diagnostic::warning("theme/unknown-template", Place::new(source, Span::default()), message)
                        .help(help.unwrap_or(use_it)),
                );
            }
            templates.insert(name, source.text());
        }
        for part in STYLE_PARTS {
            let part = assets.remove(part).unwrap_or_default();
            assets.entry("assets/style.css".to_owned()).or_default().extend(part);
        }
        assets.insert("assets/theme.css".to_owned(), accent(portal.accent_color.as_deref(), &mut findings).into_bytes());
        let stamp = |name: &str| assets.get(name).map(|bytes| stamp(bytes));
        let stamps = Stamps {
            style: stamp("assets/style.css").unwrap_or_default(),
            script: stamp("assets/portal.js").unwrap_or_default(),
            theme: stamp("assets/theme.css").unwrap_or_default(),
            console: stamp_of_all(
                ["assets/console.js", "assets/console.css", "assets/console_bg.wasm"].map(|name| assets.get(name)),
            ),
            custom: stamp("assets/custom.css"),
        };
        let mut tera = Tera::default();
        tera.autoescape_on(vec![".html"]);
        let mut theme = Self { tera, assets, stamps, sources: sources.clone() };
        if let Err(error) = theme.tera.add_raw_templates(templates) {
            findings.push(theme.mistake(&error, "layout.html"));
            return (None, findings);
        }
        (Some(theme), findings)
    }

    /// A template's mistake, where its author sees it.
    pub(crate) fn mistake(&self, error: &tera::Error, template: &str) -> Diagnostic {
        let (message, name, place) = match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
                let (start, end) = (report.span().start_line, report.span().start_col);
                (report.message().to_owned(), report.filename().to_owned(), (start, end))
            }
            other => reported(&other.to_string(), template),
        };
        let message = message.trim_end_matches('.').to_owned();
        // A mistake that names no file is one of those that were replaced, as the built-in ones are tested.
        let source = self.sources.get(&name).or_else(|| self.sources.values().next());
        let Some(source) = source else {
            return Diagnostic::error("theme/template", Place::file(&format!("templates/{name}")), message);
        };
        let (line, column) = if source.name().ends_with(&name) { place } else { (1, 0) };
        let at = source.line_start(line.saturating_sub(1) as u32) as usize + column;
        Diagnostic::error("theme/template", Place::new(source, Span::new(at, at + 1)), message)
            .help("compare it with the built-in template of the same name in Portico's `templates/`")
    }
}

/// The parts of a report of tera's that comes as text only: message, template, line from 1 and column from 0.
fn reported(report: &str, template: &str) -> (String, String, (usize, usize)) {
    let message = report.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let place = report.split_once("--> ").and_then(|(_, rest)| {
        let mut parts = rest.lines().next()?.trim_matches(['[', ']', ' ']).rsplitn(3, ':');
        let (column, line, name) = (parts.next()?, parts.next()?, parts.next()?);
        Some((name.to_owned(), (line.parse().ok()?, column.parse::<usize>().ok()?.saturating_sub(1))))
    });
    let (name, place) = place.unwrap_or((template.to_owned(), (1, 0)));
    (message, name, place)
}

/// The accent colour as a style sheet of its own.
fn accent(color: Option<&str>, findings: &mut Diagnostics) -> String {
    let Some(color) = color.map(str::trim).filter(|color| !color.is_empty()) else { return String::new() };
    if !color.chars().all(|character| character.is_ascii_alphanumeric() || "#(),.%/ -".contains(character)) {
        let message = format!("`{color}` is not a colour");
        findings.push(
            Diagnostic::warning("portal/accent-color", Place::file("portal/portal.yaml"), message)
                .help("write a CSS colour, as in `#2f5fd0` or `rebeccapurple`"),
        );
        return String::new();
    }
    format!(":root{{--brand:{color}}}\n")
}

fn stamp_of_all(files: [Option<&Vec<u8>>; 3]) -> String {
    stamp(&files.into_iter().flatten().flatten().copied().collect::<Vec<u8>>())
}

/// FNV-1a: the same on every machine, and enough to tell two versions of a file apart.
fn stamp(bytes: &[u8]) -> String {
    let hash =
        bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{:08x}", hash as u32)
}
