//! What the pages look like: the built-in templates and assets, and what a folder puts in their place.
//!
//! `portal/theme/page/operation.html` replaces the template of that name, `portal/theme/style.css` the built-in style sheet;
//! `portal/theme/custom.css` is added after it. A mistake in a replaced template is a diagnostic, as any other.

use crate::language::Language;
use crate::script;
use crate::tokens;
use catalog::model::Portal;
use diagnostic::{Diagnostic, Diagnostics, Place, Source, Span, nearest};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tera::{ErrorKind, Kwargs, State, Tera, Value};

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
    "page/sign_in.html"
    "page/not_found.html"
    "page/tag.html"
    "page/security.html"
    "page/changes.html"
    "page/reference.html"
    "page/item.html"
    "page/search.html"
    "page/moved.html"
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

/// The assets, by name; each becomes a file in `assets/`.
const ASSETS: &[(&str, &str)] = &built_in![
    "assets/portal.js"
    "assets/search.js"
    "assets/search.css"
    "assets/moved.js"
    "assets/favicon.svg"
    "assets/console.js"
    "assets/console.css"
    "assets/callback.js"
];

/// The module that the console stands on, compiled.
const MODULE: [(&str, &[u8]); 2] =
    [("assets/console-module.js", console_module::SCRIPT), ("assets/console_bg.wasm", console_module::WASM)];

/// The parts of `assets/style.css`, in their order: one file, so that a page asks for one. Each can be replaced by its name.
const STYLES: &[(&str, &str)] = &built_in!["assets/style.css" "assets/site.css" "assets/content.css"];

/// Templates ready to be filled, and the files that go with them.
pub(crate) struct Theme {
    pub(crate) tera: Tera,
    /// Files by their address: `assets/style.css`.
    pub(crate) assets: BTreeMap<String, Vec<u8>>,
    /// A mark of everything that the console loads.
    pub(crate) console_stamp: String,
    /// Whether the folder has a `custom.css`.
    pub(crate) has_custom_style: bool,
    /// Replaced templates, to show mistakes in.
    sources: BTreeMap<String, Source>,
}

impl Theme {
    /// The theme of a portal, with everything that is odd about it. Without a theme if a replaced template cannot be read.
    pub(crate) fn new(portal: &Portal, language: &Language) -> (Option<Self>, Diagnostics) {
        let mut findings = Diagnostics::new();
        let mut templates: BTreeMap<&str, &str> = TEMPLATES.iter().copied().collect();
        let mut assets: BTreeMap<String, Vec<u8>> =
            ASSETS.iter().map(|&(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect();
        assets.extend(MODULE.map(|(name, bytes)| (name.to_owned(), bytes.to_vec())));
        let mut sources = BTreeMap::new();
        for (path, bytes) in &portal.files {
            let Some(name) = path.strip_prefix("theme/").filter(|name| !name.starts_with("messages/")) else { continue };
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
        let mut style = Vec::new();
        for &(name, text) in STYLES {
            style.extend(assets.remove(name).unwrap_or_else(|| text.as_bytes().to_vec()));
        }
        style.extend(tokens::style_sheet(portal, &mut findings).into_bytes());
        assets.insert("assets/style.css".to_owned(), style);
        let console = ["assets/console.js", "assets/console.css", "assets/console_bg.wasm"].map(|name| assets.get(name));
        let console =
            console.into_iter().flatten().fold(language.messages.fingerprint(), |mark, bytes| mark.rotate_left(5) ^ hash(bytes));
        let console_stamp = format!("{:08x}", console as u32);
        let (assets, addresses) = in_language(assets, language);
        let addresses = Arc::new(addresses);
        let has_custom_style = assets.contains_key("assets/custom.css");
        let mut tera = Tera::default();
        tera.autoescape_on(vec![".html"]);
        language.messages.register(&mut tera);
        let known = Arc::clone(&addresses);
        tera.register_filter("asset", move |name: Value, _: Kwargs, _: &State<'_>| {
            let name = name.as_str().unwrap_or_default();
            known.get(name).cloned().unwrap_or_else(|| name.to_owned())
        });
        let mut theme = Self { tera, assets, console_stamp, has_custom_style, sources: sources.clone() };
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

/// The assets of one language, and how pages and scripts name them: `portal.js` is `portal.de.js?v=1f2e3d4c`, with a mark of
/// the contents, so that browsers fetch it again when it changes. What says nothing to people exists once, in the first
/// language.
fn in_language(assets: BTreeMap<String, Vec<u8>>, language: &Language) -> (BTreeMap<String, Vec<u8>>, HashMap<String, String>) {
    // A script may name any other, so the marks of scripts tell of all of them.
    let texts = language.messages.fingerprint();
    let scripts = assets.iter().filter(|(path, _)| path.ends_with(".js"));
    let scripts = scripts.fold(texts, |mark, (_, bytes)| mark.rotate_left(5) ^ hash(bytes));
    let mut addresses = HashMap::new();
    let mut files = BTreeMap::new();
    for (path, bytes) in &assets {
        let name = path.trim_start_matches("assets/");
        let script = std::str::from_utf8(bytes).ok().filter(|_| name.ends_with(".js"));
        let is_translated = script.is_some_and(script::has_texts);
        let file = match name.strip_suffix(".js") {
            Some(stem) if is_translated => format!("{stem}{}.js", language.suffix()),
            _ => name.to_owned(),
        };
        let mark = if script.is_some() { scripts } else { hash(bytes) };
        addresses.insert(name.to_owned(), format!("{file}?v={:08x}", mark as u32));
        if is_translated || language.is_first() {
            files.insert(format!("assets/{file}"), bytes.clone());
        }
    }
    for (_, bytes) in files.iter_mut().filter(|(path, _)| path.ends_with(".js")) {
        if let Ok(text) = std::str::from_utf8(bytes) {
            let address = |name: &str| Some(format!("./{}", addresses.get(name)?));
            *bytes = script::filled(text, &language.messages, &address).into_bytes();
        }
    }
    (files, addresses)
}

/// FNV-1a: the same on every machine, and enough to tell two versions of a file apart.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
