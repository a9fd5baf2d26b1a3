//! Findings that an author has seen and wants.
//!
//! `<!-- portico: allow lint/base-missing: this API is public -->` silences a lint: before the root of a file in all of it, on
//! a line of its own in the element that follows, behind something on that line. The reason is for people.

use super::File;
use crate::xml::Element;
use diagnostic::{Diagnostic, Diagnostics, Place, Span, ids, nearest};

const AREA: &str = "lint";

/// One id that is allowed in one place.
#[derive(Clone, Debug)]
pub struct Allow {
    /// As written: `lint/base-missing`.
    pub id: String,
    /// Where it is written.
    pub place: Place,
    /// What is silenced.
    pub covers: Covers,
}

/// What an [`Allow`] silences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    /// All that is in files below a path of the folder, or in the file of this name; everything for an empty path.
    Below(String),
    /// What begins in a part of a file.
    Part(String, Span),
    /// Nothing: no element follows.
    Nothing,
}

impl Covers {
    fn holds(&self, place: &Place) -> bool {
        let name = place.source.name();
        match self {
            Covers::Below(path) => {
                path.is_empty() || name.strip_prefix(path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            Covers::Part(file, part) => file == name && part.start <= place.span.start && place.span.start < part.end,
            Covers::Nothing => false,
        }
    }
}

/// Takes out what is allowed. Reports ids that there are not; with `unused`, also those that silence nothing.
pub fn silence(findings: Diagnostics, allowed: &[Allow], unused: bool) -> Diagnostics {
    let mut used = vec![false; allowed.len()];
    let mut left = Diagnostics::new();
    for finding in findings {
        let mut silenced = false;
        for (allow, used) in allowed.iter().zip(&mut used) {
            if allow.id == finding.id && allow.covers.holds(&finding.place) {
                (silenced, *used) = (true, true);
            }
        }
        if !silenced {
            left.push(finding);
        }
    }
    for (allow, used) in allowed.iter().zip(used) {
        if !lints().any(|name| allow.id.strip_prefix(AREA).and_then(|rest| rest.strip_prefix('/')) == Some(name)) {
            left.push(unknown(allow));
        } else if unused && !used {
            let message = format!("nothing here is `{}`, so there is nothing to allow", allow.id);
            left.push(Diagnostic::warning("lint/unused-allow", allow.place.clone(), message).help("remove it"));
        }
    }
    left
}

fn unknown(allow: &Allow) -> Diagnostic {
    let (place, id) = (allow.place.clone(), &allow.id);
    if ids::severities(id).is_some() {
        return Diagnostic::warning("lint/unknown", place, format!("`{id}` is no lint, and cannot be allowed"))
            .help("only what begins with `lint/` can be; mend the others");
    }
    let name = id.strip_prefix("lint/").unwrap_or(id);
    let help = match nearest(name, lints()) {
        Some(name) => format!("did you mean `lint/{name}`?"),
        None if !id.contains('/') => "ids are like `lint/secret`; a reason stands behind a colon".to_owned(),
        None => "the lints are listed in docs/diagnostics.md".to_owned(),
    };
    Diagnostic::warning("lint/unknown", place, format!("there is no lint `{id}`")).help(help)
}

/// The names of the lints, without those that are about allowing.
fn lints() -> impl Iterator<Item = &'static str> {
    let area = ids::AREAS.iter().find(|area| area.name == AREA);
    area.into_iter().flat_map(|area| area.ids).map(|id| id.name).filter(|name| !matches!(*name, "unknown" | "unused-allow"))
}

/// What the comments of a file allow.
pub fn in_comments(file: &File) -> Vec<Allow> {
    let text = file.text.as_str();
    let elements = file.elements();
    let is_value = |at: u32| {
        elements.iter().any(|element| {
            let attributes = element.attributes.iter().map(|attribute| attribute.value.span);
            attributes.chain(element.texts().map(|text| text.span)).any(|span| span.start <= at && at < span.end)
        })
    };
    let mut allowed = Vec::new();
    for (start, opening) in text.match_indices("<!--") {
        let inner = &text[start + opening.len()..];
        let list = inner.trim_start().strip_prefix("portico:").and_then(|rest| rest.trim_start().strip_prefix("allow"));
        // An expression may hold a text that looks like one of these.
        let Some(list) = list.filter(|_| !is_value(Span::new(start, start).start)) else { continue };
        let Some((list, rest)) = list.split_once("-->") else { break };
        let end = text.len() - rest.len();
        let comment = Span::new(start, end);
        let covers = covers(file, comment);
        let mut at = end - "-->".len() - list.len();
        for word in list.split_inclusive([' ', '\t', '\n', '\r', ',']) {
            let id = word.trim_end_matches([' ', '\t', '\n', '\r', ',']);
            let (id, ends) = id.strip_suffix(':').map_or((id, false), |id| (id, true));
            // What follows a dash or a colon is the reason.
            if id.starts_with(['-', '–', '—', ':']) || (id.is_empty() && ends) {
                break;
            }
            if !id.is_empty() {
                let place = file.text.place(Span::new(at, at + id.len()));
                allowed.push(Allow { id: id.to_owned(), place, covers: covers.clone() });
            }
            // A word that is no id is a slip, or a reason that nothing sets apart.
            if ends || !(id.is_empty() || id.contains('/')) {
                break;
            }
            at += word.len();
        }
    }
    allowed
}

fn covers(file: &File, comment: Span) -> Covers {
    let (text, name) = (file.text.as_str(), file.text.source().name());
    let part = |span: Span| Covers::Part(name.to_owned(), file.text.place(span).span);
    let line = text[..comment.start as usize].rfind('\n').map_or(0, |newline| newline + 1);
    if !text[line..comment.start as usize].trim().is_empty() {
        let end = text[comment.start as usize..].find('\n').map_or(text.len(), |newline| comment.start as usize + newline);
        return part(Span::new(line, end));
    }
    if file.roots.iter().all(|root| comment.end <= root.span.start) {
        return Covers::Below(name.to_owned());
    }
    following(file.roots.iter().collect(), comment).map_or(Covers::Nothing, |element| part(element.span))
}

/// The element that follows a comment among its siblings.
fn following(siblings: Vec<&Element>, comment: Span) -> Option<&Element> {
    let around = siblings.iter().find(|element| element.span.start < comment.start && comment.end < element.span.end);
    match around {
        Some(element) => following(element.elements().collect(), comment),
        None => siblings.into_iter().find(|element| comment.end <= element.span.start),
    }
}
