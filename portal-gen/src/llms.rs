//! `llms.txt` and `llms-full.txt`: what there is, and all of it, for programs that read text (<https://llmstxt.org>).

use crate::site::Site;
use std::fmt::Write;

/// How many operations `llms.txt` names; beyond that the twin of their API does.
const OPERATIONS_MAX: usize = 400;

/// The Markdown twin of a page.
pub(crate) struct Twin {
    /// From the root of its language.
    pub(crate) path: String,
    pub(crate) markdown: String,
}

/// The site in one page, with links to the twins of its pages.
pub(crate) fn short(site: &Site<'_>) -> String {
    let base = site.url().map(|url| format!("{url}/{}", site.language.prefix)).unwrap_or_default();
    let mut out = format!("# {}\n", site.title());
    if !site.spoken.description().is_empty() {
        let _ = write!(out, "\n> {}\n", one_line(site.spoken.description()));
    }
    let _ = write!(out, "\n{}\n", site.messages.filled("llms-about", &[("file", "llms-full.txt")]));
    let mut section = |key: &str, entries: Vec<(String, &str, String)>| {
        if entries.is_empty() {
            return;
        }
        let _ = write!(out, "\n## {}\n\n", site.messages.text(key));
        for (title, path, summary) in entries {
            let summary = if summary.is_empty() { String::new() } else { format!(": {}", one_line(&summary)) };
            let _ = writeln!(out, "- [{}]({base}{path}index.md){summary}", one_line(&title));
        }
    };
    let guides = site.content.iter().map(|(page, path)| (page.title.clone(), path.as_str(), page.description.clone()));
    section("guides", guides.collect());
    let summary = |text: &str| crate::markdown::plain(text, 160);
    let apis = site.listed.iter().map(|&index| {
        let api = &site.apis[index];
        let text = api.api.description.as_str();
        let text = if text.is_empty() { api.api.definition.info("description").unwrap_or_default() } else { text };
        (api.full_title(), api.path.as_str(), summary(text))
    });
    section("apis", apis.collect());
    let count: usize = site.listed.iter().map(|&index| site.apis[index].operations.len()).sum();
    if count <= OPERATIONS_MAX {
        let operations = site.listed.iter().flat_map(|&index| {
            let api = &site.apis[index];
            api.order.iter().map(move |&index| {
                let operation = &api.api.operations[index];
                let call = format!("{} {}", operation.method, operation.url_template);
                (operation.display_name.clone(), api.operations[index].as_str(), call)
            })
        });
        section("operations", operations.collect());
    }
    let products =
        site.products.iter().map(|(product, path)| (product.display_name.clone(), path.as_str(), summary(&product.description)));
    section("products", products.collect());
    out
}

/// Every twin, one after the other.
pub(crate) fn full(site: &Site<'_>, twins: &[Twin]) -> String {
    let base = site.url().map_or_else(|| "/".to_owned(), |url| format!("{url}/"));
    let mut out = String::with_capacity(twins.iter().map(|twin| twin.markdown.len() + twin.path.len() + 64).sum());
    for (index, twin) in twins.iter().enumerate() {
        if index > 0 {
            out.push_str("\n---\n\n");
        }
        let _ = write!(out, "<!-- {base}{}{} -->\n\n", site.language.prefix, twin.path);
        out.push_str(&twin.markdown);
    }
    out
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(['[', ']'], "")
}
