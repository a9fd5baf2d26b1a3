//! Lets the portal's pages call the gateway: APIM's button "Enable CORS", for a folder.
//!
//! The global policy gets a `cors` with the portal's origin, or the one that is there gets the origin. Everything else stays as its
//! author wrote it, byte for byte; a second time changes nothing.

use anyhow::{Context, Result, bail};
use catalog::Service;
use diagnostic::{Diagnostics, Severity, Source, render};
use policy::{Section, edit::Edits, lint::File, text::Text, xml};
use std::collections::BTreeMap;
use std::path::Path;

/// What became of the global policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enabled {
    /// The file, from the folder.
    pub file: String,
    /// Its new text; nothing if it may stay as it is.
    pub text: Option<String>,
    /// What was done, in one sentence.
    pub done: String,
}

/// The file that a service without a global policy gets.
const FILE: &str = "policy.xml";

/// APIM's default policy, around the section that is filled.
const BEFORE: &str = "<policies>\n    <inbound>\n        ";
const AFTER: &str = "\n    </inbound>\n    <backend>\n        <forward-request />\n    </backend>\n    <outbound />\n    <on-error />\n</policies>\n";

/// Changes the folder on disk.
///
/// # Errors
/// If the folder or its global policy cannot be read or written, or nothing says where the portal is.
pub fn run(directory: &Path, origin: Option<&str>, environment: Option<&str>) -> Result<(Enabled, Diagnostics)> {
    let folder = crate::load::folder(directory)?;
    let loaded = catalog::load(&folder, environment);
    let Some(service) = loaded.service.as_ref().or(loaded.rejected.as_ref()) else {
        bail!("the folder cannot be read:\n{}", render::all_text(&loaded.diagnostics));
    };
    let known = service.portal.console.origin.as_ref().map(|(origin, _)| origin.as_str());
    let Some(origin) = origin.or(known) else {
        bail!(
            "nothing says where the portal is published: write `url: https://developer.example.com` into portal/portal.yaml, or use \
             `--origin https://developer.example.com`"
        );
    };
    let enabled = enable(service, &folder, origin)?;
    if let Some(text) = &enabled.text {
        std::fs::write(directory.join(&enabled.file), text).with_context(|| format!("cannot write `{}`", enabled.file))?;
    }
    // What other policies still keep out.
    let after = crate::load::folder(directory)?;
    let findings = crate::check(&after, environment).1;
    let left = findings.into_iter().filter(|finding| finding.id == "lint/portal-cors").collect();
    Ok((enabled, left))
}

/// The global policy with leave for an origin.
///
/// # Errors
/// If the origin is none, or the policy cannot be read as XML.
pub fn enable(service: &Service, folder: &catalog::Folder, origin: &str) -> Result<Enabled> {
    let origin = origin.trim().trim_end_matches('/').to_lowercase();
    let host = origin.split_once("://").filter(|(scheme, _)| ["http", "https"].contains(scheme)).map(|(_, host)| host);
    let is_host =
        |host: &str| !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte));
    if !host.is_some_and(is_host) {
        bail!("`{origin}` is no origin: write scheme, host and port without a path, such as `https://developer.example.com`");
    }
    let Some(source) = &service.policy else {
        if folder.get(FILE).is_some() {
            bail!("`{FILE}` is there, and cannot be read; `portal-gen check` says why");
        }
        let text = format!("{BEFORE}{}{AFTER}", statement(&origin, "\n        ", "    "));
        let done = format!("wrote {FILE} with `cors` for {origin}");
        return Ok(Enabled { file: FILE.to_owned(), text: Some(text), done });
    };
    let name = source.name().to_owned();
    let (text, done) = changed(source, &origin)?;
    Ok(Enabled { file: name, text, done })
}

fn changed(source: &Source, origin: &str) -> Result<(Option<String>, String)> {
    let name = source.name();
    let mut damage = Diagnostics::new();
    let none = BTreeMap::new();
    xml::read(&Text::new(source, &none, Severity::Warning), &mut damage);
    if damage.has_errors() {
        bail!("`{name}` is damaged, and is left as it is:\n{}", render::all_text(&damage));
    }
    let file = File::read(source, &none);
    let Some(root) = file.roots.iter().find(|root| root.name == "policies") else {
        bail!("`{name}` has no `<policies>`, and is left as it is");
    };
    let mut edits = Edits::new(&file.text);
    let overlap = |_| anyhow::anyhow!("`{name}` cannot be changed in two places at once");
    let line = |element: &xml::Element| indentation(source.text(), element.span.range().start);
    let step = step(source.text(), root);
    let Some(inbound) = file.section(Section::Inbound) else {
        let gap = root.elements().next().map_or_else(|| format!("{}{step}", line(root)), line);
        let inner = format!("{gap}{step}");
        let section = format!("<inbound>{inner}{}{gap}</inbound>", statement(origin, &inner, &step));
        match root.elements().next() {
            Some(first) => edits.insert_before(first, &section).map_err(overlap)?,
            None => edits.set_inner(root, format!("{gap}{section}\n")).map_err(overlap)?,
        }
        return Ok((Some(edits.write()), format!("added `<inbound>` with `cors` for {origin} to {name}")));
    };
    let Some(cors) = inbound.elements().find(|element| element.name == "cors") else {
        let inner = inbound.elements().next().map_or_else(|| format!("{}{step}", line(inbound)), line);
        let statement = statement(origin, &inner, &step);
        match inbound.elements().next() {
            Some(first) => edits.insert_before(first, &statement).map_err(overlap)?,
            None => edits.set_inner(inbound, format!("{inner}{statement}{}", line(inbound))).map_err(overlap)?,
        }
        return Ok((Some(edits.write()), format!("added `cors` for {origin} to {name}")));
    };
    let lists: Vec<_> = cors.elements().filter(|child| child.name == "allowed-origins").collect();
    let items = || lists.iter().flat_map(|list| list.elements());
    let mut texts = items().map(|item| item.value(&file.text).text.trim().trim_end_matches('/').to_lowercase());
    if let Some(known) = texts.find(|known| known == "*" || known == origin) {
        let what = if known == "*" { "every origin" } else { origin };
        return Ok((None, format!("{name} lets {what} in already; nothing was changed")));
    }
    let item = format!("<origin>{origin}</origin>");
    match (items().last(), lists.first()) {
        (Some(last), _) => edits.insert_after(last, &item).map_err(overlap)?,
        (None, Some(list)) => edits.set_inner(list, item).map_err(overlap)?,
        (None, None) => {
            let list = format!("<allowed-origins>{item}</allowed-origins>");
            match cors.elements().next() {
                Some(first) => edits.insert_before(first, &list).map_err(overlap)?,
                None => edits.set_inner(cors, list).map_err(overlap)?,
            }
        }
    }
    Ok((Some(edits.write()), format!("added {origin} to the `cors` of {name}")))
}

/// Other pages are as they were: a request from an origin that is not listed goes on without leave to read its answer.
/// `gap` is the line's end and the indentation before it, `step` what is added for each level.
fn statement(origin: &str, gap: &str, step: &str) -> String {
    let deep = format!("{gap}{step}");
    let item = format!("{deep}{step}");
    [
        "<cors terminate-unmatched-request=\"false\">".to_owned(),
        format!("{deep}<allowed-origins>{item}<origin>{origin}</origin>{deep}</allowed-origins>"),
        format!("{deep}<allowed-methods preflight-result-max-age=\"300\">{item}<method>*</method>{deep}</allowed-methods>"),
        format!("{deep}<allowed-headers>{item}<header>*</header>{deep}</allowed-headers>"),
        format!("{deep}<expose-headers>{item}<header>*</header>{deep}</expose-headers>"),
        format!("{gap}</cors>"),
    ]
    .concat()
}

/// By how much the file indents what is inside: what stands before a section, and not before the root.
fn step(text: &str, root: &xml::Element) -> String {
    let outer = indentation(text, root.span.range().start);
    let inner = root.elements().map(|section| indentation(text, section.span.range().start));
    let step = inner.filter_map(|inner| inner.strip_prefix(&outer).map(str::to_owned)).find(|step| !step.is_empty());
    step.unwrap_or_else(|| "    ".to_owned())
}

/// A line's end, and the white space before what stands at a place.
fn indentation(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or_default();
    let line = before.get(before.rfind('\n').map_or(0, |at| at + 1)..).unwrap_or_default();
    let space: String = line.chars().take_while(|character| matches!(character, ' ' | '\t')).collect();
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    format!("{end}{space}")
}
