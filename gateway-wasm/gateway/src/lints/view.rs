//! The service as lints see it: policy files as elements, and for each operation and each way to call it the documents in effect.

use crate::plan::{self, Secrets};
use catalog::{
    Service,
    model::{Api, Operation, Product},
};
use diagnostic::{Diagnostic, Place, Source, Span};
use policy::{Scope, Section, lint::File, xml::Element};
use std::collections::BTreeMap;

/// The files of a service, and who includes what.
pub(super) struct View<'s> {
    pub(super) service: &'s Service,
    documents: Vec<Document<'s>>,
    /// By workspace, 0 for the service's own, and name.
    fragments: BTreeMap<(usize, &'s str), File>,
    /// For each API, for each way to call it, for each of its operations: positions in `documents`.
    calls: Vec<(&'s Api, &'s Operation, Option<&'s Product>, Vec<usize>)>,
}

/// A policy document.
pub(super) struct Document<'s> {
    pub(super) scope: Scope,
    /// The name of what it belongs to; empty for the global one.
    pub(super) owner: &'s str,
    pub(super) file: File,
    workspace: usize,
}

/// One operation, called with the key of a product or without one.
#[derive(Clone)]
pub(super) struct Call<'v> {
    pub(super) api: &'v Api,
    pub(super) operation: &'v Operation,
    pub(super) product: Option<&'v Product>,
    /// From broad to narrow; scopes without one are left out.
    pub(super) documents: Vec<&'v Document<'v>>,
}

/// A statement that is in effect.
#[derive(Clone, Copy)]
pub(super) struct Stated<'v> {
    /// The document that it came with, by itself or by a fragment.
    pub(super) document: &'v Document<'v>,
    /// The file that it stands in.
    pub(super) file: &'v File,
    pub(super) element: &'v Element,
    /// It stands in a branch of a `choose`.
    pub(super) conditional: bool,
}

impl Stated<'_> {
    /// Where its name stands.
    pub(super) fn place(&self) -> Place {
        self.file.text.place(self.element.name_span)
    }

    /// A warning at its name.
    pub(super) fn warning(&self, id: &'static str, message: impl Into<String>) -> Diagnostic {
        self.file.warning(id, self.element.name_span, message)
    }
}

impl<'s> View<'s> {
    pub(super) fn new(service: &'s Service) -> Self {
        // What secrets are is the host's to know, and no lint needs it: their names stay as they stand.
        let surroundings = plan::surroundings(service, &Secrets::default());
        let none = BTreeMap::new();
        let workspace = |name: &Option<String>| {
            let position = service.workspaces.iter().position(|workspace| Some(&workspace.name) == name.as_ref());
            position.map_or(0, |position| position + 1)
        };
        let read = |source: &Source, workspace: usize| {
            File::read(source, surroundings.get(workspace).map_or(&none, |surroundings| &surroundings.named_values))
        };
        let mut view = View { service, documents: Vec::new(), fragments: BTreeMap::new(), calls: Vec::new() };
        for fragment in &service.fragments {
            let workspace = workspace(&fragment.workspace);
            view.fragments.insert((workspace, &fragment.name), read(&fragment.policy, workspace));
        }
        let add = |documents: &mut Vec<Document<'s>>, source: &Option<Source>, scope, owner: &'s str, workspace| {
            let file = read(source.as_ref()?, workspace);
            documents.push(Document { scope, owner, file, workspace });
            Some(documents.len() - 1)
        };
        let documents = &mut view.documents;
        let global = add(documents, &service.policy, Scope::Global, "", 0);
        let workspaces = service.workspaces.iter().zip(1..);
        let workspaces: Vec<_> =
            workspaces.map(|(own, at)| add(documents, &own.policy, Scope::Workspace, &own.name, at)).collect();
        let products: Vec<_> = service
            .products
            .iter()
            .map(|product| {
                (product, add(documents, &product.policy, Scope::Product, &product.name, workspace(&product.workspace)))
            })
            .collect();
        for api in &service.apis {
            let at = workspace(&api.workspace);
            let above = [global, at.checked_sub(1).and_then(|at| *workspaces.get(at)?)];
            let own = add(documents, &api.policy, Scope::Api, &api.name, at);
            let operations: Vec<_> = api
                .operations
                .iter()
                .map(|operation| (operation, add(documents, &operation.policy, Scope::Operation, &operation.name, at)))
                .collect();
            let its =
                products.iter().filter(|(product, _)| product.holds(api)).map(|(product, policy)| (Some(*product), *policy));
            for (product, policy) in [(None, None)].into_iter().chain(its) {
                for (operation, narrow) in &operations {
                    let all = above.into_iter().chain([policy, own, *narrow]).flatten();
                    view.calls.push((api, operation, product, all.collect()));
                }
            }
        }
        view
    }

    /// Every policy file, fragments included.
    pub(super) fn files(&self) -> impl Iterator<Item = &File> {
        self.documents.iter().map(|document| &document.file).chain(self.fragments.values())
    }

    /// Every operation in every way to call it.
    pub(super) fn calls(&self) -> impl Iterator<Item = Call<'_>> {
        self.calls.iter().map(|(api, operation, product, documents)| Call {
            api,
            operation,
            product: *product,
            documents: documents.iter().filter_map(|at| self.documents.get(*at)).collect(),
        })
    }

    /// True if callers without a key come this way.
    pub(super) fn is_keyless(&self, call: &Call<'_>) -> bool {
        match call.product {
            Some(product) => !product.subscription_required,
            // An open product comes before an open API.
            None => {
                let mut products = self.service.products.iter().filter(|product| product.holds(call.api));
                !call.api.subscription_required && products.all(|product| product.subscription_required)
            }
        }
    }

    /// The statements of a section in effect, `<base />` and fragments in place, those in other statements included.
    pub(super) fn in_effect<'v>(&'v self, documents: &[&'v Document<'v>], section: Section) -> Vec<Stated<'v>> {
        let mut found = Vec::new();
        self.add_section(documents, section, &mut found);
        found
    }

    fn add_section<'v>(&'v self, documents: &[&'v Document<'v>], section: Section, found: &mut Vec<Stated<'v>>) {
        let Some((narrowest, broader)) = documents.split_last() else { return };
        let Some(list) = narrowest.file.section(section) else { return self.add_section(broader, section, found) };
        for element in list.elements() {
            if element.name == "base" {
                self.add_section(broader, section, found);
            } else {
                self.add(Stated { document: narrowest, file: &narrowest.file, element, conditional: false }, found);
            }
        }
    }

    /// Adds a statement and the policies in it; in the place of a fragment what it holds.
    fn add<'v>(&'v self, stated: Stated<'v>, found: &mut Vec<Stated<'v>>) {
        let inner = |element, conditional| Stated { element, conditional, ..stated };
        match stated.element.name.as_str() {
            "include-fragment" => {
                let Some(file) = self.fragment(stated.document, stated.file, stated.element) else { return };
                let statements = file.roots.iter().filter(|root| root.name == "fragment").flat_map(Element::elements);
                // A fragment in a fragment is refused, and must not lead in circles.
                for element in statements.filter(|element| element.name != "include-fragment") {
                    self.add(Stated { file, element, ..stated }, found);
                }
            }
            "choose" => {
                found.push(stated);
                for element in stated.element.elements().flat_map(Element::elements) {
                    self.add(inner(element, true), found);
                }
            }
            "retry" | "limit-concurrency" | "wait" => {
                found.push(stated);
                for element in stated.element.elements() {
                    self.add(inner(element, stated.conditional), found);
                }
            }
            "cache-value" => {
                found.push(stated);
                for element in stated.element.elements().filter(|part| part.name == "value").flat_map(Element::elements) {
                    self.add(inner(element, true), found);
                }
            }
            _ => found.push(stated),
        }
    }

    /// The files of a document: its own, and the fragments that it includes anywhere. `None` if one of them is not there.
    pub(super) fn files_of<'v>(&'v self, document: &'v Document<'v>) -> Option<Vec<&'v File>> {
        let includes = document.file.elements().into_iter().filter(|element| element.name == "include-fragment");
        let fragments = includes.map(|element| self.fragment(document, &document.file, element));
        std::iter::once(Some(&document.file)).chain(fragments).collect()
    }

    fn fragment(&self, document: &Document<'_>, file: &File, include: &Element) -> Option<&File> {
        let name = file.literal(include, "fragment-id")?;
        let mut all = self.fragments.iter();
        all.find(|((workspace, own), _)| *workspace == document.workspace && *own == name).map(|(_, file)| file)
    }
}

/// A span of a file, for finding the same thing again on another way.
pub(super) type Key<'v> = (&'v str, Span);

/// What identifies a part of a file.
pub(super) fn key(file: &File, span: Span) -> Key<'_> {
    (file.text.source().name(), span)
}
