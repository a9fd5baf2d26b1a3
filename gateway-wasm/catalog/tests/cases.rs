//! Runs `tests/cases/catalog/*.md`: each heading is a case, each fenced block a file of its folder or what is expected of it.
//!
//! ```` ```yaml apis/orders/specification.yaml ```` is a file; those before the first `##` heading belong to every case, and
//! a case may replace them. ```` ```text environment ```` names the environment. ```` ```text diagnostics ```` is exactly
//! what people see, ```` ```text service ```` what was understood, a line for each resource. A line of nothing but `-` in
//! place of a file's text takes the file away. `UPDATE=1 cargo test -p catalog` writes the expectations.
#![allow(clippy::disallowed_methods, reason = "tests read their cases from files")]

use catalog::{Folder, model::*};
use diagnostic::render;
use std::{collections::BTreeMap, fmt::Write, fs, path::PathBuf};

#[test]
fn cases() {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/catalog");
    let update = std::env::var_os("UPDATE").is_some();
    let (mut failures, mut count) = (String::new(), 0);
    let mut files: Vec<PathBuf> =
        fs::read_dir(directory).expect("the cases are there").map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "md")) {
        let text = fs::read_to_string(file).expect("readable");
        let written = run(&text, &mut count);
        if written == text {
            continue;
        }
        if update {
            fs::write(file, written).expect("writable");
        } else {
            let _ = writeln!(failures, "{}:\n{}", file.display(), difference(&text, &written));
        }
    }
    assert!(count > 40, "only {count} cases were found");
    assert!(failures.is_empty(), "{failures}\nUPDATE=1 cargo test -p catalog writes new expectations");
}

/// The file as it should be: with the expectations that hold.
fn run(text: &str, count: &mut usize) -> String {
    let mut sections: Vec<&str> = Vec::new();
    let mut start = 0;
    let mut fenced = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        if !fenced && line.starts_with("## ") {
            sections.push(&text[start..at]);
            start = at;
        }
        at += line.len();
    }
    sections.push(&text[start..]);
    let shared = blocks(sections[0]);
    let mut out = sections[0].to_owned();
    for section in &sections[1..] {
        *count += 1;
        out.push_str(&case(section, &shared));
    }
    out
}

/// A fenced block: info string, text, and where the text stands.
type Block = (String, String, std::ops::Range<usize>);

fn blocks(section: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, usize)> = None;
    let mut at = 0;
    for line in section.split_inclusive('\n') {
        if let Some(info) = line.strip_prefix("```") {
            match open.take() {
                None => open = Some((info.trim().to_owned(), at + line.len())),
                Some((info, start)) => blocks.push((info, section[start..at].to_owned(), start..at)),
            }
        }
        at += line.len();
    }
    blocks
}

fn case(section: &str, shared: &[Block]) -> String {
    let own = blocks(section);
    let (mut files, mut environment) = (BTreeMap::new(), None);
    for (info, text, _) in shared.iter().chain(&own) {
        match info.split_once(' ') {
            Some(("text", "environment")) => environment = Some(text.trim().to_owned()),
            Some(("text", "diagnostics" | "service")) | None => {}
            Some((_, path)) => {
                files.insert(path, text.as_str());
            }
        }
    }
    let mut folder = Folder::new();
    for (path, text) in files.into_iter().filter(|(_, text)| text.trim() != "-") {
        folder.insert(path, text.as_bytes());
    }
    let loaded = catalog::load(&folder, environment.as_deref());
    let diagnostics = render::all_text(&loaded.diagnostics);
    let service = loaded.service.as_ref().map_or_else(|| "none\n".to_owned(), describe);
    let mut out = section.to_owned();
    let expectations = own.iter().rev().filter(|(info, ..)| matches!(info.as_str(), "text diagnostics" | "text service"));
    let mut seen = false;
    for (info, _, range) in expectations {
        seen |= info == "text diagnostics";
        out.replace_range(range.clone(), if info == "text service" { &service } else { &diagnostics });
    }
    if !seen && !loaded.diagnostics.is_empty()
        || own.iter().all(|(info, ..)| !matches!(info.as_str(), "text diagnostics" | "text service"))
    {
        out = format!("{}\n\n```text diagnostics\n{diagnostics}```\n\n", out.trim_end());
    }
    out
}

/// What was understood, without what is everywhere the same.
fn describe(service: &catalog::Service) -> String {
    let mut out = String::new();
    let place = |workspace: &Option<String>| workspace.as_ref().map_or(String::new(), |name| format!(" in {name}"));
    let list = |names: &[String]| if names.is_empty() { "-".to_owned() } else { names.join(" ") };
    let policy = |policy: &Option<diagnostic::Source>| if policy.is_some() { ", policy" } else { "" };
    if service.policy.is_some() {
        out.push_str("policy\n");
    }
    for api in &service.apis {
        let _ = write!(out, "api {}{} {:?} /{}", api.name, place(&api.workspace), api.display_name, api.path);
        if let Some(version) = &api.version {
            let _ = write!(out, ", version {:?} of {}", version.identifier, version.set);
        }
        let _ = write!(out, ", revision {}{}", api.revision, if api.is_current { " current" } else { "" });
        if api.kind != ApiKind::Http {
            let _ = write!(out, ", {:?}", api.kind);
        }
        let _ = write!(out, ", {}", api.protocols.join(" "));
        let _ = write!(out, ", backend {}", api.service_url.as_deref().unwrap_or("-"));
        let _ = write!(out, ", key {}", if api.subscription_required { "required" } else { "not required" });
        if api.key_names != KeyNames::default() {
            let _ = write!(out, " in {} or {}", api.key_names.header, api.key_names.query);
        }
        if !api.tags.is_empty() {
            let _ = write!(out, ", tags {}", list(&api.tags));
        }
        for release in &api.releases {
            let _ = write!(out, ", release {} {:?}", release.name, release.notes);
        }
        let _ = writeln!(out, "{}", policy(&api.policy));
        for operation in &api.operations {
            let _ =
                write!(out, "  {} {} {} {:?}", operation.name, operation.method, operation.url_template, operation.display_name);
            if let Some(described) = operation.definition.and_then(|index| api.definition.operations.get(index)) {
                if !described.parameters.is_empty() {
                    let name = |pointer: &String| {
                        let parameter = api.definition.at(pointer);
                        let text = |key: &str| parameter.and_then(|parameter| parameter[key].as_str()).unwrap_or("?").to_owned();
                        format!("{}:{}", text("in"), text("name"))
                    };
                    let _ = write!(out, ", parameters {}", described.parameters.iter().map(name).collect::<Vec<_>>().join(" "));
                }
                if let Some(body) = &described.request_body {
                    let _ = write!(out, ", body {body}");
                }
                for callback in &described.callbacks {
                    let _ = write!(out, ", callback {} {} {}", callback.name, callback.operation.method, callback.operation.path);
                }
            }
            if !operation.tags.is_empty() {
                let _ = write!(out, ", tags {}", list(&operation.tags));
            }
            let _ = writeln!(out, "{}", policy(&operation.policy));
        }
        for webhook in &api.definition.webhooks {
            let _ = writeln!(out, "  webhook {} {}", webhook.path, webhook.method);
        }
    }
    for product in &service.products {
        let _ = writeln!(
            out,
            "product {}{} {:?}, {}, {}{}, apis {}, groups {}{}{}",
            product.name,
            place(&product.workspace),
            product.display_name,
            if product.published { "published" } else { "not published" },
            if product.subscription_required { "protected" } else { "open" },
            if product.approval_required { ", approval" } else { "" },
            list(&product.apis),
            list(&product.groups),
            if product.tags.is_empty() { String::new() } else { format!(", tags {}", list(&product.tags)) },
            policy(&product.policy),
        );
    }
    for subscription in &service.subscriptions {
        let _ = writeln!(
            out,
            "subscription {}{} {:?} opens {:?}, {:?}",
            subscription.name,
            place(&subscription.workspace),
            subscription.display_name,
            subscription.scope,
            subscription.state
        );
    }
    for group in service.groups.iter().filter(|group| !group.built_in) {
        let _ = writeln!(out, "group {}{} {:?}", group.name, place(&group.workspace), group.display_name);
    }
    for tag in &service.tags {
        let _ = writeln!(out, "tag {}{} {:?}", tag.name, place(&tag.workspace), tag.display_name);
    }
    for set in &service.version_sets {
        let _ = writeln!(out, "version set {}{} {:?} {:?}", set.name, place(&set.workspace), set.display_name, set.scheme);
    }
    for backend in &service.backends {
        let _ = writeln!(out, "backend {}{} {:?} {:?}", backend.name, place(&backend.workspace), backend.title, backend.url);
    }
    for value in &service.named_values {
        let shown = value.value.as_ref().map_or("-".to_owned(), |value| format!("{value:?}"));
        let secret = if value.secret { " secret" } else { "" };
        let _ = writeln!(out, "named value {}{} {}{secret} {shown}", value.name, place(&value.workspace), value.display_name);
    }
    for fragment in &service.fragments {
        let _ = writeln!(out, "fragment {}{} {}", fragment.name, place(&fragment.workspace), fragment.policy.name());
    }
    for gateway in &service.gateways {
        let _ = writeln!(out, "gateway {} on {}, apis {}", gateway.name, list(&gateway.host_names), list(&gateway.apis));
    }
    for workspace in &service.workspaces {
        let _ = writeln!(out, "workspace {} {:?}{}", workspace.name, workspace.display_name, policy(&workspace.policy));
    }
    let portal = &service.portal;
    if portal.title != "Developer portal" || !portal.pages.is_empty() || !portal.files.is_empty() {
        let _ = writeln!(
            out,
            "portal {:?}, gateway {}, logo {}, accent {}",
            portal.title,
            portal.gateway_url.as_deref().unwrap_or("-"),
            portal.logo.as_deref().unwrap_or("-"),
            portal.accent_color.as_deref().unwrap_or("-")
        );
        for link in &portal.navigation {
            let _ = writeln!(out, "  link {:?} {}", link.title, link.href);
        }
        for page in &portal.pages {
            let _ = writeln!(
                out,
                "  page {} {:?} {:?} from line {}: {:?}",
                page.path,
                page.title,
                page.description,
                page.first_line,
                page.markdown.lines().find(|line| !line.is_empty()).unwrap_or_default()
            );
        }
        for (path, _) in &portal.files {
            let _ = writeln!(out, "  file {path}");
        }
    }
    out
}

fn difference(expected: &str, found: &str) -> String {
    let (expected, found): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let same = expected.iter().zip(&found).take_while(|(a, b)| a == b).count();
    let show =
        |lines: &[&str]| lines[same.min(lines.len())..].iter().take(12).map(|line| format!("    {line}\n")).collect::<String>();
    format!("line {}, expected:\n{}found:\n{}", same + 1, show(&expected), show(&found))
}
