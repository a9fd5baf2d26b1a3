//! Where a case happens: in a service of its own, or in the one whose folder its page stands in.

use crate::{
    case::{Case, FILE, Subject},
    doors,
};
use catalog::{
    Folder, Service,
    model::{Certificate, Fragment, KeyNames, NamedValue},
};
use diagnostic::{Diagnostic, Diagnostics, Place, Severity, Source, Span, nearest};
use gateway::{DebugKey, Gateway, Keys, Plan, Secrets};
use std::{cell::OnceCell, rc::Rc, sync::OnceLock};

/// Where the API of a case has its backend if the case has a policy of its own.
pub const BACKEND: &str = "http://backend.example";

/// What signs the tokens of cases whose traces are compared.
pub(crate) const DEBUG_KEY: DebugKey = DebugKey([1; 32]);

/// The definition of that API: it takes every path, with the usual methods.
const DEFINITION: &str = r#"
openapi: 3.0.3
info: { title: Anything, version: "1" }
paths:
  /{*path}:
    get: { operationId: get, responses: { "200": { description: any } } }
    post: { operationId: post, responses: { "200": { description: any } } }
    put: { operationId: put, responses: { "200": { description: any } } }
    patch: { operationId: patch, responses: { "200": { description: any } } }
    delete: { operationId: delete, responses: { "200": { description: any } } }
"#;

/// What a page stands in.
#[derive(Debug, Default)]
pub struct Home {
    /// The service, without errors.
    service: Option<Service>,
    /// The gateway of the service as it is, for the cases that change nothing of it.
    gateway: OnceCell<Rc<Gateway>>,
}

impl Home {
    /// A page that stands alone.
    pub fn alone() -> Home {
        Home::default()
    }

    /// A page in the folder of a service.
    pub fn service(service: Service) -> Home {
        Home { service: Some(service), gateway: OnceCell::new() }
    }

    /// True if there is a service.
    pub fn has_service(&self) -> bool {
        self.service.is_some()
    }

    /// What is wrong with a case here, policy included, with places in the page.
    pub fn check(&self, case: &Case, page: &Source) -> Diagnostics {
        let heading = Place::new(page, Span::new(case.heading.start, case.heading.end));
        let mut findings = Diagnostics::new();
        match (&case.subject, &self.service) {
            (Subject::Service, None) => {
                findings.push(Diagnostic::error("case/policy-missing", heading, "nothing says which policy runs").help(
                    "add a fence `xml inbound`; or put the page into `tests/` of a service folder, whose policies then run",
                ))
            }
            (Subject::Service, Some(service)) => {
                for (name, _) in &case.named_values {
                    let known = service.named_values.iter().map(|value| value.display_name.as_str());
                    if known.clone().any(|known| known == name) {
                        continue;
                    }
                    let message = format!("the service has no named value `{name}`");
                    let suggestion = nearest(name, known).map(|name| format!("did you mean `{name}`?"));
                    findings.push(
                        Diagnostic::error("case/named-value", heading.clone(), message)
                            .help_if(suggestion)
                            .help_if(Some("the service's policies can only use those in `named values/`".to_owned())),
                    );
                }
            }
            _ => findings.extend(self.findings(case).into_iter().map(|finding| case.in_page(finding, page))),
        }
        findings
    }

    /// What is wrong with the policy of a case, with places in its fences.
    pub fn rejection(&self, case: &Case) -> Diagnostics {
        self.findings(case).into_iter().map(|finding| case.in_fence(finding)).collect()
    }

    /// What is wrong with the policy of a case, with places in the files that its fences make up.
    pub fn findings(&self, case: &Case) -> Diagnostics {
        match case.subject {
            Subject::Service => Diagnostics::new(),
            _ => gateway::check(&self.of(case)),
        }
    }

    /// The plan of the service in which a case happens, for who can only send a request: the case's policy sets its variables,
    /// and its expressions stand in a policy. `None` if that cannot be said as a policy.
    pub fn plan(&self, case: &Case) -> Option<Plan> {
        let mut service = self.of(case);
        if let (Some(policy), Some(api)) = (doors::policy(case), service.apis.first_mut()) {
            api.policy = Some(Source::new(FILE, policy));
        }
        (!gateway::check(&service).has_errors()).then(|| plan(&service, Some(DEBUG_KEY)))
    }

    /// The gateway of the service as it is; `None` for a page that stands alone.
    pub fn of_service(&self) -> Option<Rc<Gateway>> {
        let service = self.service.as_ref()?;
        Some(self.gateway.get_or_init(|| Rc::new(Gateway::new(plan(service, None)))).clone())
    }

    /// The gateway of that service.
    pub(crate) fn gateway(&self, case: &Case) -> Rc<Gateway> {
        let new = || Rc::new(Gateway::new(plan(&self.of(case), None)));
        match case.subject {
            Subject::Service if case.named_values.is_empty() && case.certificates.is_empty() => {
                self.gateway.get_or_init(new).clone()
            }
            _ => new(),
        }
    }

    /// The service in which a case happens.
    fn of(&self, case: &Case) -> Service {
        let mut service = match (&case.subject, &self.service) {
            (Subject::Service, Some(service)) => service.clone(),
            (Subject::Service, None) => everything().clone(),
            (Subject::Policy(_) | Subject::Code(_), around) => {
                // A definition that cannot be read has been reported.
                let own = case.definition.as_deref().and_then(|definition| anything(definition).ok());
                let mut service = own.unwrap_or_else(|| everything().clone());
                // A policy of the case's own can use what those of the service can.
                if let Some(around) = around {
                    let own = |workspace: &Option<String>| workspace.is_none();
                    service.named_values = around.named_values.iter().filter(|value| own(&value.workspace)).cloned().collect();
                    service.fragments = around.fragments.iter().filter(|one| own(&one.workspace)).cloned().collect();
                    service.certificates = around.certificates.iter().filter(|one| own(&one.workspace)).cloned().collect();
                    service.backends = around.backends.iter().filter(|one| own(&one.workspace)).cloned().collect();
                }
                service
            }
        };
        if let (Subject::Policy(file), Some(api)) = (&case.subject, service.apis.first_mut()) {
            api.policy = Some(Source::new(FILE, file.text.as_str()));
        }
        if let Some(global) = &case.global {
            service.policy = Some(global.source.clone());
        }
        for (name, text) in &case.named_values {
            let mut is_new = true;
            for value in service.named_values.iter_mut().filter(|value| value.display_name == *name) {
                (value.value, is_new) = (Some(text.clone()), false);
            }
            if is_new {
                service.named_values.push(NamedValue {
                    vault: None,
                    name: name.clone(),
                    workspace: None,
                    display_name: name.clone(),
                    value: Some(text.clone()),
                    secret: false,
                });
            }
        }
        for (id, thumbprint) in &case.certificates {
            service.certificates.retain(|known| known.name != *id);
            service.certificates.push(Certificate {
                name: id.clone(),
                workspace: None,
                thumbprint: Some(thumbprint.clone()),
                subject: String::new(),
                vault: None,
            });
        }
        for fragment in &case.fragments {
            service.fragments.retain(|known| known.name != fragment.name);
            service.fragments.push(Fragment {
                name: fragment.name.clone(),
                workspace: None,
                description: String::new(),
                policy: fragment.source.clone(),
            });
        }
        service
    }
}

/// The plan of a service. What a folder does not hold has stand-ins: the subscription `alice` has the key `alice-key`, and the
/// secret named value `token` is `secret-token`.
fn plan(service: &Service, debug_key: Option<DebugKey>) -> Plan {
    let missing = service.named_values.iter().filter(|value| value.value.is_none());
    let named_values = missing.map(|value| (value.display_name.clone(), stand_in(value))).collect();
    let keys = |name: String| (name.clone(), Keys { primary: Some(format!("{name}-key")), secondary: None });
    let subscriptions = service.subscriptions.iter().map(|subscription| keys(subscription.full_name())).collect();
    Plan::new(service, &Secrets { subscriptions, named_values, debug_key, ..Secrets::default() })
}

fn stand_in(value: &NamedValue) -> String {
    format!("secret-{}", value.display_name)
}

/// A service whose only API takes everything at the root, from anybody.
fn everything() -> &'static Service {
    static SERVICE: OnceLock<Service> = OnceLock::new();
    SERVICE.get_or_init(|| anything(DEFINITION).unwrap_or_default())
}

/// A service whose only API has this definition, at the root, for anybody.
///
/// # Errors
/// What is wrong with the definition, as far as the first mistake tells.
pub(crate) fn anything(definition: &str) -> Result<Service, String> {
    let mut folder = Folder::new();
    folder.insert("apis/anything/specification.yaml", definition.as_bytes());
    let information = format!("properties: {{ path: '', serviceUrl: '{BACKEND}', subscriptionRequired: false }}");
    folder.insert("apis/anything/apiInformation.yaml", information.into_bytes());
    let loaded = catalog::load(&folder, None);
    let Some(mut service) = loaded.service else {
        let first = loaded.diagnostics.iter().find(|finding| finding.severity == Severity::Error);
        return Err(first.map_or_else(|| "this is no definition".to_owned(), |finding| finding.message.clone()));
    };
    for api in &mut service.apis {
        // It opens to everybody, also to those who bring a key for another API: nothing that is sent has such a name.
        api.key_names = KeyNames { header: "\0".to_owned(), query: "\0".to_owned() };
    }
    Ok(service)
}
