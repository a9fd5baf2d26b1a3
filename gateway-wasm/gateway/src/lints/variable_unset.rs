//! A variable that is read and that nothing sets.
//!
//! `context.Variables["name"]` throws where there is no such variable, and the caller gets a 500: mostly a name that was changed
//! in one place, or a fragment that relied on its neighbour.

use super::view::{Call, Key, View, key};
use diagnostic::{Diagnostics, Span, nearest};
use policy::lint::{
    File,
    expressions::{self, Asks, Part},
};
use std::collections::{BTreeMap, BTreeSet};

/// Set by policies without being told a name.
const BUILT_IN: [&str; 1] = ["GraphQLErrors"];

/// What one file does with variables.
#[derive(Default)]
struct Variables {
    set: BTreeSet<String>,
    /// Those that some expression looks for before it reads.
    optional: BTreeSet<String>,
    read: Vec<(Asks, String, Span)>,
    /// A name is computed, so nothing is known.
    any: bool,
}

/// A read, and whether on any way a policy sets what it reads.
struct Read<'v> {
    file: &'v File,
    asks: Asks,
    is_set: bool,
    /// What is set on the ways to it.
    known: BTreeSet<&'v str>,
}

pub(super) fn check(view: &View<'_>, findings: &mut Diagnostics) {
    let by_file: BTreeMap<&str, Variables> = view.files().map(|file| (file.text.source().name(), variables(file))).collect();
    let mut reads: BTreeMap<(Key<'_>, &str), Read<'_>> = BTreeMap::new();
    let calls: Vec<Call<'_>> = view.calls().collect();
    for call in &calls {
        // What a fragment sets that is not there yet, nobody knows.
        let files: Option<Vec<Vec<&File>>> = call.documents.iter().map(|document| view.files_of(document)).collect();
        let Some(files) = files else { continue };
        let all: Vec<(&File, &Variables)> =
            files.into_iter().flatten().filter_map(|file| Some((file, by_file.get(file.text.source().name())?))).collect();
        let is_any = all.iter().any(|(_, variables)| variables.any);
        let set: BTreeSet<&str> = all.iter().flat_map(|(_, variables)| &variables.set).map(String::as_str).collect();
        let is_known = |name: &str| {
            is_any
                || set.contains(name)
                || BUILT_IN.contains(&name)
                || all.iter().any(|(_, variables)| variables.optional.contains(name))
        };
        for (file, variables) in &all {
            for (asks, name, span) in &variables.read {
                let read = reads.entry((key(file, *span), name));
                let read = read.or_insert_with(|| Read { file, asks: *asks, is_set: false, known: BTreeSet::new() });
                read.is_set |= is_known(name);
                read.known.extend(&set);
            }
        }
    }
    for (((_, span), name), Read { file, asks, known, .. }) in reads.into_iter().filter(|(_, read)| !read.is_set) {
        let near = nearest(name, known);
        let what_happens = match asks {
            Asks::ByIndex => "reading it throws",
            // Nobody sets it, and nobody has to: only a slip of the hand is sure to be one.
            Asks::OrNull if near.is_some() => "it is always null",
            Asks::OrNull | Asks::Carefully => continue,
        };
        let message = format!("no policy on the way here sets the variable `{name}`: {what_happens}");
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "set it with `<set-variable name=\"{name}\" ... />` before, or read it with `GetValueOrDefault` and a default"
            ),
        };
        findings.push(file.warning("lint/variable-unset", span, message).help(help));
    }
}

fn variables(file: &File) -> Variables {
    let mut variables = Variables::default();
    for element in file.elements() {
        // These attributes name what a policy sets; `return-response` reads what its one names.
        for attribute in element.attributes.iter().filter(|attribute| {
            attribute.name.ends_with("variable-name") && element.name != "return-response"
                || attribute.name == "name" && element.name == "set-variable"
        }) {
            match file.literal(element, &attribute.name) {
                Some(name) => drop(variables.set.insert(name.to_owned())),
                None => variables.any = true,
            }
        }
    }
    for program in file.roots.iter().flat_map(|root| file.expressions(root)) {
        variables.any |= expressions::asks_for_any(&program);
        expressions::each(&program, &mut |part| {
            let Part::Expression(expression) = part else { return };
            match expressions::variable(expression) {
                Some((Asks::Carefully, name)) => drop(variables.optional.insert(name)),
                Some((asks, name)) => variables.read.push((asks, name, expression.span)),
                None => {}
            }
        });
    }
    variables
}
