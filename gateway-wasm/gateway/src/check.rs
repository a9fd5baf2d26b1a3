//! Everything that is wrong with the policies of a service.

use crate::{
    plan::{Plan, Secrets},
    routes::{API_PATH_BYTES_MAX, URL_TEMPLATE_BYTES_MAX},
    serve::surroundings,
};
use catalog::Service;
use diagnostic::{Diagnostic, Diagnostics, Place, Source};
use policy::{Document, Scope, Surroundings, address::Address};
use std::collections::BTreeMap;

/// What stands for a secret while checking: its value is the host's, and checking needs none.
const SECRET: &str = "a-secret";

/// Checks every policy of a service at its scope, fragments included.
pub fn check(service: &Service) -> Diagnostics {
    let missing = service.named_values.iter().filter(|value| value.value.is_none());
    let named_values: BTreeMap<_, _> = missing.map(|value| (value.display_name.clone(), SECRET.to_owned())).collect();
    let plan = Plan::new(service, &Secrets { named_values, ..Secrets::default() });
    let mut diagnostics = Diagnostics::new();
    let all: Vec<Surroundings> = plan.surroundings.iter().map(surroundings).collect();
    let own = Surroundings::default();
    let own = all.first().unwrap_or(&own);
    let compile = |source: &Option<Source>, scope, surroundings: &Surroundings, diagnostics: &mut Diagnostics| {
        if let Some(source) = source {
            Document::compile(source, scope, surroundings, diagnostics);
        }
    };
    compile(&service.policy, Scope::Global, own, &mut diagnostics);
    let in_workspace = |name: &Option<String>| {
        let position = service.workspaces.iter().position(|workspace| Some(&workspace.name) == name.as_ref());
        position.and_then(|position| all.get(position + 1)).unwrap_or(own)
    };
    for workspace in &service.workspaces {
        compile(&workspace.policy, Scope::Workspace, in_workspace(&Some(workspace.name.clone())), &mut diagnostics);
    }
    for product in &service.products {
        compile(&product.policy, Scope::Product, in_workspace(&product.workspace), &mut diagnostics);
    }
    for api in &service.apis {
        compile(&api.policy, Scope::Api, in_workspace(&api.workspace), &mut diagnostics);
        if api.path.len() > API_PATH_BYTES_MAX {
            let message = format!("the path of the API `{}` is longer than {API_PATH_BYTES_MAX} bytes", api.name);
            let place = Place::file(&api.definition_file);
            diagnostics.push(Diagnostic::error("api/path-long", place, message).help("write a shorter `path`"));
        }
        for operation in &api.operations {
            if operation.url_template.len() > URL_TEMPLATE_BYTES_MAX {
                let message = format!("the path of `{}` is longer than {URL_TEMPLATE_BYTES_MAX} bytes", operation.name);
                let place = Place::file(&api.definition_file);
                diagnostics.push(Diagnostic::error("operation/path-long", place, message).help("write a shorter path"));
            }
            compile(&operation.policy, Scope::Operation, in_workspace(&api.workspace), &mut diagnostics);
        }
        if let Some(url) = api.service_url.as_deref().filter(|url| Address::parse(url).is_none()) {
            diagnostics.push(
                Diagnostic::error(
                    "api/service-url",
                    Place::file(&api.definition_file),
                    format!("`{url}` is not the address of a backend"),
                )
                .help("write an absolute URL that starts with `https://` or `http://` as `serviceUrl`"),
            );
        }
    }
    // A fragment is checked again in every place that includes it, so its mistakes come more than once.
    diagnostics.sorted()
}
