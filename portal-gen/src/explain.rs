//! `explain`: the policies in effect for one operation, in the order in which they run, and where each is written.

use crate::{check, load};
use anyhow::{Result, anyhow, bail};
use cases::{Home, place};
use diagnostic::{nearest, render};
use gateway::Unknown;
use policy::{
    document::{Effective, Section},
    step::Step,
};
use serde_json::{Value, json};
use std::{fmt::Write, path::Path, rc::Rc};

/// Which operation, and for whom.
#[derive(Debug)]
pub struct Options {
    /// The API's name, as its folder has it.
    pub api: String,
    /// The operation's name: its `operationId`.
    pub operation: String,
    /// The product whose key is used, or which is open.
    pub product: Option<String>,
    /// Apply `configuration.NAME.yaml`.
    pub environment: Option<String>,
}

/// What is in effect.
#[derive(Debug)]
pub struct Explained(Rc<Effective>);

/// Puts it together.
///
/// # Errors
/// Where the folder has errors, or there is no such API, operation or product: the message says which there are.
pub fn run(folder: &Path, options: &Options) -> Result<Explained> {
    let (service, findings) = check(&load::folder(folder)?, options.environment.as_deref());
    let Some(service) = service else { bail!("{} has errors\n\n{}", folder.display(), render::all_text(&findings)) };
    let Some(gateway) = Home::service(service).of_service() else { bail!("there is no service") };
    let effective = gateway.explain(&options.api, &options.operation, options.product.as_deref());
    effective.map(Explained).map_err(|unknown| anyhow!(missing(&unknown, options)))
}

fn missing(Unknown { what, name, known }: &Unknown, options: &Options) -> String {
    let of = if *what == "API" { String::new() } else { format!("the API `{}` has ", options.api) };
    let there = if of.is_empty() { "there is no" } else { "no" };
    let help = match nearest(name, known.iter().map(String::as_str)) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if known.is_empty() => format!("it has no {what} at all"),
        None => format!("there are {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    };
    format!("{of}{there} {what} `{name}`\n  = help: {help}")
}

impl Explained {
    /// For people: sections, and a line for each policy.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for section in Section::ALL {
            let _ = writeln!(text, "{}", section.name());
            let mut lines = Vec::new();
            walk(self.0.section(section), 1, &mut |step, depth, part| {
                let head = format!("{}{}", "  ".repeat(depth), part.unwrap_or(step.at.name));
                lines.push(match part {
                    Some(_) => format!("{head}\n"),
                    None => format!("{head:<32} {:<10} {}\n", step.at.scope.name(), line(step)),
                });
            });
            if lines.is_empty() {
                lines.push("  nothing\n".to_owned());
            }
            text.extend(lines);
        }
        text
    }

    /// For tools: the same by section.
    pub fn json(&self) -> String {
        let mut sections = serde_json::Map::new();
        for section in Section::ALL {
            sections.insert(section.name().to_owned(), self.0.section(section).iter().map(|step| tree(step)).collect());
        }
        format!("{:#}\n", Value::from(sections))
    }
}

fn line(step: &Step) -> String {
    match &step.at.place {
        Some(place) => format!("{}:{}", place.source.name(), place.start().line + 1),
        None => "(by default)".to_owned(),
    }
}

/// Visits steps with their depth, and the parts of a step, such as `when`, that hold others.
fn walk(steps: &[Rc<Step>], depth: usize, visit: &mut impl FnMut(&Step, usize, Option<&str>)) {
    for step in steps {
        visit(step, depth, None);
        for (part, inner) in step.policy.parts() {
            match part {
                Some(part) => {
                    visit(step, depth + 1, Some(&part));
                    walk(inner, depth + 2, visit);
                }
                None => walk(inner, depth + 1, visit),
            }
        }
    }
}

fn tree(step: &Step) -> Value {
    let parts: Vec<Value> = step
        .policy
        .parts()
        .into_iter()
        .map(|(part, inner)| json!({ "name": part, "policies": inner.iter().map(|step| tree(step)).collect::<Vec<_>>() }))
        .collect();
    json!({
        "policy": step.at.name,
        "scope": step.at.scope.name(),
        "path": step.at.path,
        "id": step.at.id,
        "place": place(step.at.place.as_ref()),
        "parts": parts,
    })
}
