//! `configuration.<environment>.yaml`: what differs in one environment, merged over the files of the resources.

use crate::{
    directory::Directory,
    fields::Fields,
    findings::{Findings, did_you_mean, listed},
    tree::{Part, Tree},
};
use diagnostic::{Diagnostic, Place};
use serde_json::Value;
use std::{cell::RefCell, collections::BTreeSet, rc::Rc};

/// The sections that hold resources by name.
const SECTIONS: [&str; 14] = [
    "apis",
    "backends",
    "certificates",
    "diagnostics",
    "gateways",
    "groups",
    "loggers",
    "namedValues",
    "policyFragments",
    "products",
    "subscriptions",
    "tags",
    "versionSets",
    "workspaces",
];

/// What else the publisher of APIOps finds in such a file.
const OTHERS: [&str; 3] = ["apimServiceName", "apiManagementServiceName", "resourceGroupName"];

/// The overrides of one environment.
#[derive(Default)]
pub(crate) struct Overrides {
    tree: Option<Rc<Tree>>,
    used: RefCell<BTreeSet<String>>,
}

impl Overrides {
    /// Takes every configuration file out of the folder and reads that of the environment.
    pub(crate) fn read(root: &mut Directory, environment: Option<&str>, findings: &Findings) -> Self {
        let is_configuration =
            |name: &str| name.starts_with("configuration.") && (name.ends_with(".yaml") || name.ends_with(".yml"));
        let files = root.files_where(is_configuration);
        let Some(environment) = environment else { return Self::default() };
        let environment_of = |path: &str| path.split('.').nth(1).unwrap_or_default().to_owned();
        let Some((path, bytes)) = files.iter().find(|(path, _)| environment_of(path) == environment) else {
            let known: Vec<String> = files.iter().map(|(path, _)| environment_of(path)).collect();
            let names = || known.iter().map(String::as_str);
            let help = did_you_mean(environment, names()).unwrap_or_else(|| match known.as_slice() {
                [] => "write this file, or leave the environment out".to_owned(),
                _ => format!("there is one for {}", listed(names())),
            });
            let file = format!("configuration.{environment}.yaml");
            let message = format!("there is no configuration for the environment `{environment}`");
            findings.push(Diagnostic::error("configuration/missing", Place::file(&file), message).help(help));
            return Self::default();
        };
        let Some(tree) = Tree::read(path, bytes, findings) else { return Self::default() };
        let known: Vec<&str> = SECTIONS.into_iter().chain(OTHERS).collect();
        Fields::new(&tree, "", findings).only(&known);
        Self { tree: Some(Rc::new(tree)), used: RefCell::default() }
    }

    /// Merges what the environment says about a resource over its file.
    pub(crate) fn apply(&self, tree: &mut Tree, workspace: Option<&str>, section: &str, name: &str) {
        let Some(over) = &self.tree else { return };
        let inside = match workspace.filter(|_| section != "workspaces") {
            None => Some(String::new()),
            Some(workspace) => entry(over, "", "workspaces", workspace),
        };
        let Some(pointer) = inside.and_then(|inside| entry(over, &inside, section, name)) else { return };
        if over.at(&format!("{pointer}/properties")).is_some_and(Value::is_object) {
            tree.merge_at("properties", over, &format!("{pointer}/properties"));
        }
        self.used.borrow_mut().insert(pointer);
    }

    /// Warns about what names a resource that is not there.
    pub(crate) fn report_unused(&self, findings: &Findings) {
        let Some(over) = &self.tree else { return };
        let mut scopes = vec![String::new()];
        let workspaces = over.at("/workspaces").and_then(Value::as_array).map_or(0, Vec::len);
        scopes.extend((0..workspaces).map(|index| format!("/workspaces/{index}")));
        let used = self.used.borrow();
        for (scope, section) in scopes.iter().flat_map(|scope| SECTIONS.map(|section| (scope, section))) {
            for index in 0..over.at(&format!("{scope}/{section}")).and_then(Value::as_array).map_or(0, Vec::len) {
                let pointer = format!("{scope}/{section}/{index}");
                let name = over.at(&format!("{pointer}/name")).and_then(Value::as_str);
                if used.contains(&pointer) || section == "workspaces" && name.is_some() {
                    continue;
                }
                let Some(name) = name else {
                    let place = over.place(&pointer, Part::Key);
                    let message = format!("this entry of `{section}` does not say which one it changes");
                    findings
                        .push(Diagnostic::error("configuration/name-missing", place, message).help("write `name: ...` in it"));
                    continue;
                };
                let place = over.place(&format!("{pointer}/name"), Part::Value);
                let message = format!("`{name}` changes nothing: the folder has nothing of this name under `{section}`");
                let help = "correct the name, or remove the entry";
                findings.push(Diagnostic::warning("configuration/unused", place, message).help(help));
            }
        }
    }
}

/// The pointer of a named entry in a section.
fn entry(tree: &Tree, scope: &str, section: &str, name: &str) -> Option<String> {
    let entries = tree.at(&format!("{scope}/{section}"))?.as_array()?;
    let index = entries.iter().position(|entry| entry.get("name").and_then(Value::as_str) == Some(name))?;
    Some(format!("{scope}/{section}/{index}"))
}
