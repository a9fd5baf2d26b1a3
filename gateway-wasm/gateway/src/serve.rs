//! One request, from start to end.

use crate::{
    debug::{Debug, DebugKey},
    keys::{Caller, Identity, KeyRing, Refusal},
    plan::{Plan, PlanApi, PlanBackend, PlanCertificate, PlanExample, PlanNamed, PlanSurroundings},
    routes::{Found, Lost, Routes, is_named},
};
use diagnostic::{Diagnostics, Source};
use policy::{
    Backend, Body, Document, Effective, Exchange, Fault, ForwardLimits, Headers, Host, Level, Outcome, Request, Response, Scope,
    Section, ServiceCertificate, Surroundings, about,
    address::Address,
    backend::Credentials,
    mask::Secrets,
    policies::{CrossDomain, Preflight},
    problem,
};
use std::{
    cell::{OnceCell, RefCell},
    collections::{BTreeSet, HashMap},
    ops::Range,
    rc::Rc,
};
use wire::{RequestHead, Which};

/// A plan, made ready: routes, keys, and policies that are compiled when they are first used.
#[derive(Debug)]
pub struct Gateway {
    plan: Rc<Plan>,
    routes: Routes,
    keys: KeyRing,
    surroundings: Vec<Surroundings>,
    service_urls: Vec<Option<Address>>,
    documents: Vec<OnceCell<Rc<Document>>>,
    effective: RefCell<HashMap<Context, InEffect>>,
    deployment: Rc<about::Deployment>,
    secrets: Rc<Secrets>,
}

/// API, operation, product: what decides which policies are in effect.
type Context = (u32, u32, Option<u32>);

/// The policies in effect, and what `context` says of what is called.
type InEffect = (Rc<Effective>, Rc<about::Called>);

/// A name that nothing has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What it should name: `API`, `operation`, `product`.
    pub what: &'static str,
    /// The name.
    pub name: String,
    /// The names that there are.
    pub known: Vec<String>,
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Served {
    /// This goes to the client.
    Respond(Response),
    /// The exchange's request goes to the backend, and whatever comes back to the client.
    HandOver(Box<Exchange>, ForwardLimits),
}

impl Default for Gateway {
    fn default() -> Self {
        Self::new(Plan::default())
    }
}

impl Gateway {
    /// Makes a plan ready. Policies that do not check are left out: whoever made the plan has checked them.
    pub fn new(plan: Plan) -> Self {
        let plan = Rc::new(plan);
        let kept = plan.clone();
        Self {
            secrets: Rc::new(Secrets::new(move || kept.secrets())),
            routes: Routes::new(&plan),
            keys: KeyRing::new(&plan),
            surroundings: plan.surroundings.iter().map(surroundings).collect(),
            service_urls: plan.apis.iter().map(|api| Address::parse(api.service_url.as_ref()?)).collect(),
            documents: plan.policies.iter().map(|_| OnceCell::new()).collect(),
            effective: RefCell::default(),
            deployment: Rc::new(deployment(&plan)),
            plan,
        }
    }

    /// The OpenID configurations that policies ask for keys, so that a host can ask before the first request does.
    pub fn issuers(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for surroundings in &self.surroundings {
            for (name, text) in &self.plan.policies {
                let source = Source::new(name.as_str(), text.as_str());
                let document = Document::compile(&source, Scope::Global, surroundings, &mut Diagnostics::new());
                found.extend(document.issuers().iter().map(|url| url.to_string()));
            }
        }
        found
    }

    /// What nobody may read: for who writes down what comes of a request.
    pub fn secrets(&self) -> &Rc<Secrets> {
        &self.secrets
    }

    /// The names of the API and of its operation that a request leads to, for tools; `None` where it leads nowhere.
    pub fn find(&self, head: &RequestHead) -> Option<(&str, &str)> {
        let found = self.routes.find(&self.plan, head, head.method()).ok()?;
        let api = self.plan.apis.get(found.api as usize)?;
        let operation = api.operations.get(found.operation as usize)?;
        Some((&api.name, &operation.name))
    }

    /// The policies in effect for an operation, for tools. Without a product, the caller's key is not one of a product.
    ///
    /// # Errors
    /// The name that is not there, what it should name, and the names that are there.
    pub fn explain(&self, api: &str, operation: &str, product: Option<&str>) -> Result<Rc<Effective>, Unknown> {
        let unknown = |what, name: &str, known: Vec<&str>| Unknown {
            what,
            name: name.to_owned(),
            known: known.into_iter().map(str::to_owned).collect(),
        };
        let apis = &self.plan.apis;
        let index = apis.iter().position(|candidate| *candidate.name == *api);
        let (index, found) = index
            .and_then(|index| Some((index, apis.get(index)?)))
            .ok_or_else(|| unknown("API", api, apis.iter().map(|api| &*api.name).collect()))?;
        let operations = &found.operations;
        let place = operations.iter().position(|candidate| *candidate.name == *operation);
        let place = place.ok_or_else(|| unknown("operation", operation, operations.iter().map(|one| &*one.name).collect()))?;
        let caller = match product {
            None => Caller::Api,
            Some(name) => {
                let its = |index: &&u32| self.plan.products.get(**index as usize).is_some_and(|one| *one.name == *name);
                let names = || found.products.iter().filter_map(|index| Some(&*self.plan.products.get(*index as usize)?.name));
                Caller::Product(*found.products.iter().find(its).ok_or_else(|| unknown("product", name, names().collect()))?)
            }
        };
        let found_at = Found { api: index as u32, operation: place as u32, path: String::new(), parameters: Vec::new() };
        Ok(self.effective(&found_at, Some(found), caller).0)
    }

    /// What signs the tokens of those who may see traces.
    pub(crate) fn debug_key(&self) -> Option<DebugKey> {
        self.plan.debug_key
    }

    /// What is in effect: for the whole service where there is no such API, for the API where it has no such operation.
    fn effective(&self, found: &Found, api: Option<&PlanApi>, caller: Caller) -> InEffect {
        let product = match caller {
            Caller::Product(product) => Some(product),
            Caller::Api => None,
        };
        let key = (found.api, found.operation, product);
        if let Some(effective) = self.effective.borrow().get(&key) {
            return effective.clone();
        }
        let product_policy = product.and_then(|product| self.plan.products.get(product as usize)?.policy);
        let of_api = api.map(|api| {
            let operation_policy = api.operations.get(found.operation as usize).and_then(|operation| operation.policy);
            [
                (Scope::Workspace, api.workspace_policy, api.surroundings),
                (Scope::Product, product_policy, api.surroundings),
                (Scope::Api, api.policy, api.surroundings),
                (Scope::Operation, operation_policy, api.surroundings),
            ]
        });
        let scopes = [(Scope::Global, self.plan.policy, 0)].into_iter().chain(of_api.into_iter().flatten());
        let documents: Vec<_> =
            scopes.filter_map(|(scope, policy, surroundings)| self.document(policy?, scope, surroundings)).collect();
        let called = api.map(|api| self.called(found, api, product)).unwrap_or_default();
        let ready = (Rc::new(Effective::compose(&documents)), Rc::new(called));
        self.effective.borrow_mut().insert(key, ready.clone());
        ready
    }

    /// What `context` says of the API, the operation and the product.
    fn called(&self, found: &Found, api: &PlanApi, product: Option<u32>) -> about::Called {
        let operation = api.operations.get(found.operation as usize).map(|operation| about::Operation {
            id: operation.name.clone(),
            name: operation.title.clone(),
            method: operation.method.clone(),
            url_template: operation.url_template.clone(),
            examples: operation.examples.iter().map(example).collect(),
        });
        let pairs = |named: &[PlanNamed]| named.iter().map(|it| (it.name.clone(), it.title.clone())).collect();
        let product = product.and_then(|index| Some((index, self.plan.products.get(index as usize)?))).map(|(index, product)| {
            let apis = self.plan.apis.iter().filter(|api| api.products.contains(&index));
            about::Product {
                id: product.name.clone(),
                name: product.title.clone(),
                approval_required: product.approval_required,
                subscription_required: product.subscription_required,
                subscriptions_limit: product.subscriptions_limit,
                published: product.published,
                groups: pairs(&product.groups),
                apis: apis.map(|api| (api.name.clone(), api.title.clone())).collect(),
            }
        });
        let workspace = api.workspace.as_ref().map(|it| about::Workspace { id: it.name.clone(), name: it.title.clone() });
        let api = about::Api {
            id: api.name.clone(),
            name: api.title.clone(),
            path: format!("/{}", api.path.trim_matches('/')),
            revision: api.revision.clone(),
            version: api.version_name.clone(),
            is_current_revision: api.is_current,
            protocols: api.protocols.clone(),
            service_url: api.service_url.clone(),
            key_header: api.key_header_written.clone(),
            key_query: api.key_query.clone(),
        };
        about::Called { api, operation: operation.unwrap_or_default(), product, workspace }
    }

    /// What `context` says of who calls.
    fn about(&self, called: Rc<about::Called>, identity: &Identity, came_micros: i64) -> about::About {
        let subscription = identity.subscription.as_ref().and_then(|(index, key)| {
            let subscription = self.plan.subscriptions.get(*index as usize)?;
            let [primary_key, secondary_key] = subscription.keys.clone();
            Some(Rc::new(about::Subscription {
                id: subscription.name.clone(),
                name: subscription.title.clone(),
                key: key.clone(),
                primary_key,
                secondary_key,
                created: None,
                starts: subscription.starts,
                ends: subscription.expires,
            }))
        });
        let came_ticks = if came_micros == 0 { 0 } else { about::ticks(came_micros) };
        about::About {
            called,
            subscription,
            user: None,
            deployment: self.deployment.clone(),
            secrets: self.secrets.clone(),
            came_ticks,
            tracing: false,
        }
    }

    /// What is served to browsers' players before they call any API. Neither a key nor a route leads to it.
    fn cross_domain(&self, head: &RequestHead) -> Option<Response> {
        let rest = head.target().strip_prefix(CrossDomain::PATH)?;
        let is_asked_for = (rest.is_empty() || rest.starts_with('?')) && matches!(head.method(), "GET" | "HEAD");
        let document = self.document(self.plan.policy.filter(|_| is_asked_for)?, Scope::Global, 0)?;
        document.cross_domain().map(CrossDomain::response)
    }

    fn document(&self, policy: u32, scope: Scope, surroundings: u32) -> Option<Rc<Document>> {
        let (name, text) = self.plan.policies.get(policy as usize)?;
        let surroundings = self.surroundings.get(surroundings as usize)?;
        let document = self.documents.get(policy as usize)?.get_or_init(|| {
            let source = Source::new(name.as_str(), text.as_str());
            Rc::new(Document::compile(&source, scope, surroundings, &mut Diagnostics::new()))
        });
        Some(document.clone())
    }
}

/// Takes one request through the gateway.
pub async fn serve<H: Host>(gateway: &Gateway, head: RequestHead, host: &H) -> Served {
    let mut admitted = match admit(gateway, head, host) {
        Ok(admitted) => admitted,
        Err(response) => return Served::Respond(*response),
    };
    let debug = Debug::asked(gateway, &mut admitted.exchange, host);
    let outcome = admitted.run(host).await;
    let mut exchange = admitted.exchange;
    match (outcome, debug) {
        (Outcome::HandOver(limits), None) => Served::HandOver(Box::new(exchange), limits),
        (outcome, debug) => {
            if let Outcome::HandOver(limits) = outcome {
                exchange.response = Some(host.forward(&exchange, limits).await.unwrap_or_else(|_| failed(host)));
            }
            exchange.response.get_or_insert_with(|| Response::new(200));
            if let Some(debug) = debug {
                debug.done(&mut exchange, host).await;
            }
            Served::Respond(exchange.response.unwrap_or_else(|| Response::new(200)))
        }
    }
}

/// A request for which policies run.
#[derive(Debug)]
pub struct Admitted {
    /// What policies will see.
    pub exchange: Exchange,
    /// What is in effect.
    pub effective: Rc<Effective>,
    /// What of it runs.
    pub course: Course,
}

/// What runs for a request.
#[derive(Debug)]
pub enum Course {
    /// Everything that is in effect.
    All,
    /// Only `cors`: a browser asks before it sends the request.
    Preflight,
    /// Only `on-error`: the request leads nowhere, or comes from somebody who may not go there.
    Refused(Box<Fault>),
}

impl Admitted {
    /// Runs the policies.
    pub async fn run<H: Host>(&mut self, host: &H) -> Outcome {
        match std::mem::replace(&mut self.course, Course::All) {
            Course::All => policy::run(&self.effective, &mut self.exchange, host).await,
            Course::Preflight => policy::preflight(&self.effective, &mut self.exchange, host).await,
            Course::Refused(fault) => policy::refuse(&self.effective, &mut self.exchange, host, *fault).await,
        }
    }
}

/// What comes before policies run: finds the API and who calls. It is apart from [`serve`] for those who look at the exchange
/// afterwards.
///
/// # Errors
/// Where there is no such API or operation, or the caller may not use it, and `on-error` has nothing to do; the response says
/// so. What the gateway itself serves comes this way, too.
pub fn admit<H: Host>(gateway: &Gateway, head: RequestHead, host: &H) -> Result<Admitted, Box<Response>> {
    if let Some(response) = gateway.cross_domain(&head) {
        return Err(Box::new(response));
    }
    let found = gateway.routes.find(&gateway.plan, &head, head.method());
    if let Some(preflight) = gateway.preflight(&head, found.as_ref().ok(), host) {
        return Ok(preflight);
    }
    let found = match found {
        Ok(found) => found,
        Err(lost) => return gateway.lost(head, lost, host),
    };
    let api = gateway.plan.apis.get(found.api as usize).ok_or_else(|| Box::new(not_found()))?;
    let identity = match gateway.keys.identify(&gateway.plan, api, &head, || host.now_micros() / 1_000_000) {
        Ok(identity) => identity,
        Err(refusal) => {
            let response = unauthorized(api, &head, refusal);
            let fault = Fault::new("authorization", refusal.reason(), refusal.error_message()).answered_with(response);
            return gateway.refused(head, Some(api), found, fault, host);
        }
    };
    let (effective, called) = gateway.effective(&found, Some(api), identity.caller);
    if let Some(mistake) = effective.mistake() {
        host.log(Level::Warning, &format!("a policy has a mistake, so nothing behind it is served: {mistake}"));
        return Err(Box::new(failed(host)));
    }
    // Only expressions ask for the time, and asking is not free.
    let came_micros = if effective.computes() { host.now_micros() } else { 0 };
    let about = gateway.about(called, &identity, came_micros);
    let service_url = gateway.service_urls.get(found.api as usize).cloned().flatten();
    Ok(Admitted { exchange: exchange(head, Some(api), found, service_url, about), effective, course: Course::All })
}

impl Gateway {
    /// A request that leads to no operation: `on-error` of the API, or of the whole service, may say how it is answered.
    fn lost<H: Host>(&self, head: RequestHead, lost: Lost, host: &H) -> Result<Admitted, Box<Response>> {
        // Seen on the wire where a header version is missing, even without a key (reference: APIM, C5).
        let response = if lost == Lost::Version { Response::new(404) } else { not_found() };
        let fault = Fault::new("configuration", "OperationNotFound", "Unable to match incoming request to an operation.");
        let fault = fault.answered_with(response);
        let found = nowhere(lost);
        self.refused(head, self.plan.apis.get(found.api as usize), found, fault, host)
    }

    /// A preflight for which there is a `cors`. The request that the browser asks about says which one: where that leads to no
    /// operation, it is the API's, and where it leads to no API, the global one. Browsers put no key into a preflight's
    /// header, so it needs none; one in the query says which product's policy is in effect.
    fn preflight<H: Host>(&self, head: &RequestHead, found: Option<&Found>, host: &H) -> Option<Admitted> {
        let preflight = Preflight::of(head)?;
        let own = found.and_then(|found| self.plan.apis.get(found.api as usize)?.operations.get(found.operation as usize));
        // An API with an operation of its own for this answers by itself. One for every method was hardly made for it.
        if own.is_some_and(|operation| operation.method == "OPTIONS") {
            return None;
        }
        let found = self.routes.find(&self.plan, head, &preflight.method).unwrap_or_else(nowhere);
        let api = self.plan.apis.get(found.api as usize);
        let identity = api.and_then(|api| self.keys.identify(&self.plan, api, head, || host.now_micros() / 1_000_000).ok());
        let identity = identity.unwrap_or(Identity { caller: Caller::Api, subscription: None });
        let (effective, called) = self.effective(&found, api, identity.caller);
        effective.cors().next()?;
        let about = self.about(called, &identity, host.now_micros());
        let service_url = self.service_urls.get(found.api as usize).cloned().flatten();
        let exchange = exchange(head.clone(), api, found, service_url, about);
        Some(Admitted { exchange, effective, course: Course::Preflight })
    }

    /// Admits a request to `on-error`, in no product's context; where nothing stands there, and no page is to read the answer, it
    /// is known.
    fn refused<H: Host>(
        &self,
        head: RequestHead,
        api: Option<&PlanApi>,
        found: Found,
        fault: Fault,
        host: &H,
    ) -> Result<Admitted, Box<Response>> {
        let (effective, called) = self.effective(&found, api, Caller::Api);
        let may_be_read = head.fields().get("origin").is_some() && effective.cors().next().is_some();
        if effective.section(Section::OnError).is_empty() && !may_be_read {
            return Err(fault.answer.unwrap_or_else(|| Box::new(failed(host))));
        }
        let identity = Identity { caller: Caller::Api, subscription: None };
        let about = self.about(called, &identity, host.now_micros());
        let service_url = self.service_urls.get(found.api as usize).cloned().flatten();
        let exchange = exchange(head, api, found, service_url, about);
        Ok(Admitted { exchange, effective, course: Course::Refused(Box::new(fault)) })
    }
}

/// The index of an API, or of an operation, that was not found.
const NOWHERE: u32 = u32::MAX;

/// As much as is found of what leads to no operation.
fn nowhere(lost: Lost) -> Found {
    let (api, path) = match lost {
        Lost::Operation { api, path } => (api, path),
        Lost::Resource | Lost::Version => (NOWHERE, String::new()),
    };
    Found { api, operation: NOWHERE, path, parameters: Vec::new() }
}

/// The answer where a request was handed over and the backend did not answer.
pub fn failed<H: Host>(host: &H) -> Response {
    problem::internal(problem::guid(host))
}

fn exchange(head: RequestHead, api: Option<&PlanApi>, found: Found, backend: Option<Address>, about: about::About) -> Exchange {
    let mut headers = Headers::new(head.fields().clone());
    // The key is the gateway's business, not the backend's. Policies see it, as APIM's do, and one that sets the field sends it on.
    if let Some(api) = api.filter(|api| headers.contains(&api.key_header)) {
        headers.keep_back(&api.key_header);
    }
    // Behind the portable door the client's address is not known; what a front proxy said about it stays then.
    if !head.peer_address().is_empty() {
        add_forwarded_for(&mut headers, head.peer_address());
    }
    let query = head.target().split_once('?').map_or("", |(_, query)| query);
    let query = match api.filter(|api| crate::routes::query_value(query, &api.key_query).is_some()) {
        None => query.to_owned(),
        Some(api) => query.split('&').filter(|pair| !is_named(pair, &api.key_query)).collect::<Vec<_>>().join("&"),
    };
    let below_api_bytes = found.path.len();
    Exchange {
        request: Request { backend, path: found.path, query, headers, body: Body::Streams(Which::Request), ..Request::default() },
        response: None,
        variables: Default::default(),
        api_path: api_path(head.target(), below_api_bytes),
        parameters: found.parameters,
        about,
        last_error: None,
        steps: 0,
        trace: None,
        owed: Vec::new(),
        request_id: Default::default(),
        client: head,
    }
}

fn example(example: &PlanExample) -> about::Example {
    about::Example { status: example.status.clone(), contents: example.contents.clone() }
}

/// The part of a target that leads to the API: its path without what stands below the API's. An absolute-form target names the
/// host before it.
fn api_path(target: &str, below_bytes: usize) -> Range<usize> {
    let end = target.find('?').unwrap_or(target.len());
    let authority = target.get(..end).and_then(|path| path.find("://")).filter(|_| !target.starts_with('/')).map(|at| at + 3);
    let start = authority.map_or(0, |at| target.get(at..end).and_then(|rest| rest.find('/')).map_or(end, |slash| at + slash));
    start..end.saturating_sub(below_bytes).max(start)
}

/// Says for whom the request is forwarded, after those that forwarded it before: a proxy in front has written the client's address already.
fn add_forwarded_for(headers: &mut Headers, peer_address: &str) {
    let mut all: Vec<_> = headers.values("x-forwarded-for").map(|value| value.into_owned()).collect();
    all.push(peer_address.to_owned());
    headers.set("x-forwarded-for", vec![all.join(", ").into_bytes()]);
}

fn not_found() -> Response {
    problem::response(404, "Resource not found")
}

fn unauthorized(api: &PlanApi, head: &RequestHead, refusal: Refusal) -> Response {
    let mut response = problem::response(401, refusal.message());
    response.reason = "Access Denied".to_owned();
    // The realm is the API's public address, which for APIM is always https.
    let path = api.path.trim_matches('/');
    let name = &api.key_header_written;
    let challenge =
        format!("AzureApiManagementKey realm=\"https://{}/{path}\",name=\"{name}\",type=\"header\"", head.authority());
    response.headers.set("www-authenticate", vec![challenge.into_bytes()]);
    response
}

/// What policies can refer to, from the plan.
pub(crate) fn surroundings(plan: &PlanSurroundings) -> Surroundings {
    let fragment = |(name, (file, text)): (&String, &(String, String))| (name.clone(), Source::new(file.as_str(), text.as_str()));
    Surroundings {
        named_values: plan.named_values.clone(),
        fragments: plan.fragments.iter().map(fragment).collect(),
        certificates: plan.certificates.iter().map(|(id, planned)| (id.clone(), certificate(planned))).collect(),
        backends: plan.backends.iter().filter_map(|(name, planned)| Some((name.clone(), backend(planned)?))).collect(),
        loggers: plan.loggers.clone(),
        lone_file: false,
    }
}

fn backend(plan: &PlanBackend) -> Option<Backend> {
    let credentials = Credentials::new(plan.headers.clone(), &plan.query, plan.tls.as_deref());
    Some(Backend { address: Address::parse(&plan.url)?, credentials })
}

fn certificate(plan: &PlanCertificate) -> ServiceCertificate {
    ServiceCertificate { name: plan.name.clone(), thumbprint: plan.thumbprint.clone(), der: plan.der.clone() }
}

/// Where the gateway runs, with the service's own certificates that the host has.
fn deployment(plan: &Plan) -> about::Deployment {
    let own = plan.surroundings.first().map(|own| &own.certificates);
    let certificates = own.into_iter().flatten().filter(|(_, planned)| !planned.der.is_empty());
    let certificates = certificates.map(|(id, planned)| about::Certificate {
        id: id.clone(),
        der: planned.der.clone(),
        key: planned.key.clone(),
    });
    about::Deployment { certificates: certificates.collect(), ..about::Deployment::default() }
}
