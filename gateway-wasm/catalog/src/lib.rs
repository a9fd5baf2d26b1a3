//! The service folder: APIs, products, subscriptions and the rest, read, resolved and cross-checked.
//!
//! [`load`] turns a [`Folder`] (files already read by someone who may) into a [`Service`], or into everything that is wrong
//! with it. This crate does no I/O and does not know what a policy says: policies stay text here.
//!
//! Start with [`model`], which is what the rest of Portico sees; then [`openapi`], the thin model of an API definition.
//! How a folder is read: `service` has one module per kind of resource, `directory` finds files, `fields` reads properties,
//! `tree` knows JSON and YAML and where everything stands in them.

pub mod folder;
pub mod model;
pub mod openapi;

mod service;

mod directory;
mod fields;
mod findings;
mod tree;

pub use folder::Folder;
pub use model::Service;

use diagnostic::Diagnostics;

/// What a folder turned out to be.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The service; only there if nothing found is an error, so nothing is ever half-loaded.
    pub service: Option<Service>,
    /// What could be read of a folder with errors, so that its policies can be checked in the same run. It has holes: it is
    /// never published or run.
    pub rejected: Option<Service>,
    /// Everything found, by file and place.
    pub diagnostics: Diagnostics,
}

/// Reads a whole folder. With an environment, `configuration.<environment>.yaml` is merged over what the files say.
///
/// ```
/// let mut folder = catalog::Folder::new();
/// folder.insert("apis/hello/specification.yaml", *b"
/// openapi: 3.0.3
/// info: { title: Hello, version: '1' }
/// servers: [{ url: https://hello.example.com }]
/// paths:
///   /greeting:
///     get: { operationId: getGreeting, responses: { '200': { description: a greeting } } }
/// ");
/// let service = catalog::load(&folder, None).service.expect("nothing is wrong with it");
/// assert_eq!(service.apis[0].display_name, "Hello");
/// assert_eq!(service.apis[0].operations[0].name, "getgreeting");
/// ```
pub fn load(folder: &Folder, environment: Option<&str>) -> Loaded {
    let findings = findings::Findings::default();
    let service = service::load(folder, environment, &findings);
    let diagnostics = findings.sorted();
    match diagnostics.has_errors() {
        false => Loaded { service: Some(service), rejected: None, diagnostics },
        true => Loaded { service: None, rejected: Some(service), diagnostics },
    }
}
