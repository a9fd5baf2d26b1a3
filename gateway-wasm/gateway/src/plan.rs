//! What the gateway needs of a service, as bytes.

use crate::debug::DebugKey;
use catalog::{
    Service,
    model::{Backend, Operation, Product, SubscriptionScope, SubscriptionState, VersioningScheme},
    openapi::example,
};
use diagnostic::Source;
use dotnet::DateTimeOffset;
use policy::mask::SECRET_BYTES_MIN;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What the gateway needs of a service: where APIs answer, who may call them, and the policies as text.
///
/// It holds secrets (keys, secret named values), so it stays in memory.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Plan {
    pub(crate) apis: Vec<PlanApi>,
    pub(crate) products: Vec<PlanProduct>,
    pub(crate) subscriptions: Vec<PlanSubscription>,
    /// What policies can refer to: the service's own first, then one for each workspace.
    pub(crate) surroundings: Vec<PlanSurroundings>,
    /// Policy files: name and text. The policies of scopes are indices into it.
    pub(crate) policies: Vec<(String, String)>,
    /// The policy at global scope.
    pub(crate) policy: Option<u32>,
    /// Host names that lead to only some of the APIs.
    pub(crate) hosts: Vec<PlanHost>,
    /// What signs the tokens of those who may see traces.
    pub(crate) debug_key: Option<DebugKey>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PlanApi {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) path: String,
    pub(crate) protocols: Vec<String>,
    pub(crate) workspace: Option<PlanNamed>,
    pub(crate) version_name: Option<String>,
    pub(crate) version: PlanVersion,
    pub(crate) revision: String,
    pub(crate) is_current: bool,
    pub(crate) subscription_required: bool,
    /// As written, for the challenge; and in lower case, for looking it up.
    pub(crate) key_header_written: String,
    pub(crate) key_header: String,
    pub(crate) key_query: String,
    pub(crate) service_url: Option<String>,
    pub(crate) surroundings: u32,
    pub(crate) workspace_policy: Option<u32>,
    pub(crate) policy: Option<u32>,
    pub(crate) products: Vec<u32>,
    pub(crate) operations: Vec<PlanOperation>,
}

/// A resource name and a title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlanNamed {
    pub(crate) name: String,
    pub(crate) title: String,
}

/// How callers name an API's version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PlanVersion {
    /// The API has none, or is the original version.
    None,
    /// A segment after the path.
    Segment(String),
    /// The value of a header.
    Header(String, String),
    /// The value of a query parameter.
    Query(String, String),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PlanOperation {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) method: String,
    pub(crate) url_template: String,
    pub(crate) policy: Option<u32>,
    /// The examples of its responses, where a policy may ask for them.
    pub(crate) examples: Vec<PlanExample>,
}

/// The examples of one response: content types and bodies by status code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PlanExample {
    pub(crate) status: String,
    pub(crate) contents: Vec<(String, String)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PlanProduct {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) approval_required: bool,
    pub(crate) subscriptions_limit: Option<u32>,
    pub(crate) published: bool,
    /// Those that see it.
    pub(crate) groups: Vec<PlanNamed>,
    pub(crate) subscription_required: bool,
    pub(crate) policy: Option<u32>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PlanSubscription {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) scope: PlanScope,
    /// Seconds since 1970: not valid before.
    pub(crate) starts: Option<i64>,
    /// Seconds since 1970: not valid from then on.
    pub(crate) expires: Option<i64>,
    pub(crate) is_active: bool,
    /// The first key, then the second.
    pub(crate) keys: [Option<String>; 2],
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PlanScope {
    Product(u32),
    /// The API's name, in whichever version or revision, and its surroundings.
    Api(String, u32),
    /// The APIs of a workspace, or of the service's own.
    AllApis(u32),
    Service,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PlanSurroundings {
    pub(crate) named_values: BTreeMap<String, String>,
    pub(crate) fragments: BTreeMap<String, (String, String)>,
    pub(crate) backends: BTreeMap<String, PlanBackend>,
    pub(crate) certificates: BTreeMap<String, PlanCertificate>,
    pub(crate) loggers: BTreeSet<String>,
    /// The named values that are secret, by display name.
    pub(crate) secrets: BTreeSet<String>,
}

/// A backend with its named values put in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PlanBackend {
    pub(crate) url: String,
    /// What its credentials add to requests: header fields, names in lower case, and query parameters.
    pub(crate) headers: Vec<(String, Vec<String>)>,
    pub(crate) query: Vec<(String, Vec<String>)>,
    /// The name under which the host has settings of TLS for it, if it has any.
    pub(crate) tls: Option<String>,
}

/// A certificate of the service, without its key: that stays with the host, unless an expression asks for it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PlanCertificate {
    /// What the host calls it.
    pub(crate) name: String,
    pub(crate) thumbprint: Option<String>,
    /// Empty where the host does not have it.
    pub(crate) der: Vec<u8>,
    pub(crate) key: Option<Vec<u8>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PlanHost {
    pub(crate) names: Vec<String>,
    pub(crate) apis: Vec<u32>,
}

/// What is never in a folder. The host reads it from its environment, a local file, or a vault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secrets {
    /// Values of secret named values by display name or resource name.
    pub named_values: BTreeMap<String, String>,
    /// Keys by [`catalog::model::Subscription::full_name`].
    pub subscriptions: BTreeMap<String, Keys>,
    /// Addresses that replace those of backends, by the backend's name: stand-ins while developing.
    pub backends: BTreeMap<String, String>,
    /// Certificates of the service by [`catalog::model::Certificate::full_name`].
    pub certificates: BTreeMap<String, CertificateFile>,
    /// The full names of backends for which the host has settings of TLS beyond those of the folder.
    pub tls_backends: BTreeSet<String>,
    /// What signs the tokens of those who may see traces; without it nobody may.
    pub debug_key: Option<DebugKey>,
}

/// What is in the file of a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateFile {
    /// The certificate in DER.
    pub der: Vec<u8>,
    /// Its SHA-1, hexadecimal in upper case.
    pub thumbprint: String,
    /// Its private key, PKCS #8 in DER. It is in the plan only if a policy asks for private keys.
    pub key: Option<Vec<u8>>,
}

/// The keys of a subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Keys {
    pub primary: Option<String>,
    pub secondary: Option<String>,
}

impl Secrets {
    /// What traces and logs show as it is, because it is shorter than [`SECRET_BYTES_MIN`]: ``the secret named value `pin` ``.
    pub fn shown(&self, service: &Service) -> Vec<String> {
        let is_short = |text: &String| text.trim().len() < SECRET_BYTES_MIN;
        let given = |name: &str, other: &str| self.named_values.get(name).or_else(|| self.named_values.get(other));
        let named = service.named_values.iter().filter(|value| value.secret);
        let named = named.filter(|value| given(&value.display_name, &value.name).is_some_and(is_short));
        let named = named.map(|value| format!("the secret named value `{}`", value.display_name));
        let has_short = |keys: &Keys| [&keys.primary, &keys.secondary].into_iter().flatten().any(is_short);
        let keyed = self.subscriptions.iter().filter(|(_, keys)| has_short(keys));
        named.chain(keyed.map(|(name, _)| format!("a key of the subscription `{name}`"))).collect()
    }
}

impl Plan {
    /// Makes the plan of a service. Named values without a value are left out, and policies that use them do not check.
    pub fn new(service: &Service, secrets: &Secrets) -> Plan {
        let debug_key = secrets.debug_key;
        let mut plan = Plan { surroundings: surroundings(service, secrets), debug_key, ..Plan::default() };
        plan.policy = plan.add_policy(&service.policy);
        for product in &service.products {
            let policy = plan.add_policy(&product.policy);
            let groups = service.groups.iter().filter(|group| product.groups.contains(&group.name));
            plan.products.push(PlanProduct {
                name: product.name.clone(),
                title: product.display_name.clone(),
                approval_required: product.approval_required,
                subscriptions_limit: product.subscriptions_limit,
                published: product.published,
                groups: groups.map(|group| PlanNamed { name: group.name.clone(), title: group.display_name.clone() }).collect(),
                subscription_required: product.subscription_required,
                policy,
            });
        }
        let workspace_policies: Vec<_> = service.workspaces.iter().map(|workspace| plan.add_policy(&workspace.policy)).collect();
        let mocking: Vec<_> = plan.surroundings.iter().map(Mocking::new).collect();
        let nothing = Mocking::default();
        let own_mocking = mocking.first().unwrap_or(&nothing);
        let is_all_mocked = service.policy.as_ref().is_some_and(|policy| own_mocking.may_hold(policy));
        for api in &service.apis {
            let surroundings = surroundings_index(service, api.workspace.as_deref());
            let products = service
                .products
                .iter()
                .zip(0..)
                .filter(|(product, _)| product.workspace == api.workspace && product.apis.contains(&api.name));
            let products = products.map(|(_, index)| index).collect();
            let policy = plan.add_policy(&api.policy);
            let is_product = |product: &&Product| product.workspace == api.workspace && product.apis.contains(&api.name);
            let above = service.products.iter().filter(is_product).map(|product| &product.policy);
            let workspaces = service.workspaces.iter().filter(|it| Some(&it.name) == api.workspace.as_ref());
            let above = above.chain(workspaces.map(|workspace| &workspace.policy)).chain([&api.policy]);
            let mocking = mocking.get(surroundings as usize).unwrap_or(own_mocking);
            let is_mocked = is_all_mocked || above.flatten().any(|policy| mocking.may_hold(policy));
            let operations = api.operations.iter().map(|operation| plan.add_operation(api, operation, is_mocked, mocking));
            let operations = operations.collect();
            let workspace = service.workspaces.iter().find(|workspace| Some(&workspace.name) == api.workspace.as_ref());
            plan.apis.push(PlanApi {
                name: api.name.clone(),
                title: api.display_name.clone(),
                protocols: api.protocols.clone(),
                workspace: workspace.map(|it| PlanNamed { name: it.name.clone(), title: it.display_name.clone() }),
                version_name: api.version.as_ref().map(|version| version.identifier.clone()).filter(|name| !name.is_empty()),
                path: api.path.clone(),
                version: version(service, api),
                revision: api.revision.clone(),
                is_current: api.is_current,
                subscription_required: api.subscription_required,
                key_header_written: api.key_names.header.clone(),
                key_header: api.key_names.header.to_ascii_lowercase(),
                key_query: api.key_names.query.clone(),
                service_url: api.service_url.clone(),
                surroundings,
                workspace_policy: (surroundings as usize).checked_sub(1).and_then(|at| *workspace_policies.get(at)?),
                policy,
                products,
                operations,
            });
        }
        plan.subscriptions = service.subscriptions.iter().filter_map(|one| subscription(service, one, secrets)).collect();
        for gateway in service.gateways.iter().filter(|gateway| !gateway.host_names.is_empty()) {
            // Self-hosted gateways are the service's own, and so are the APIs they name.
            let has = |api: &PlanApi| api.surroundings == 0 && gateway.apis.contains(&api.name);
            let apis = plan.apis.iter().zip(0..).filter(|(api, _)| has(api)).map(|(_, index)| index);
            let names = gateway.host_names.iter().map(|name| name.to_ascii_lowercase()).collect();
            plan.hosts.push(PlanHost { names, apis: apis.collect() });
        }
        plan
    }

    /// The plan as bytes, for [`Plan::read`].
    pub fn write(&self) -> Vec<u8> {
        // Writing to memory fails for no value of these types.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// Reads what [`Plan::write`] wrote.
    ///
    /// # Errors
    /// Where the bytes are not a plan of this build.
    pub fn read(bytes: &[u8]) -> Result<Plan, String> {
        postcard::from_bytes(bytes).map_err(|error| format!("the plan is not one of this build: {error}"))
    }

    /// What nobody may read: secret named values, the keys of subscriptions, what the credentials of backends add to requests.
    pub fn secrets(&self) -> Vec<String> {
        let named = |place: &PlanSurroundings| {
            let values = place.secrets.iter().filter_map(|name| place.named_values.get(name)).cloned();
            values.collect::<Vec<_>>()
        };
        let keys = self.subscriptions.iter().flat_map(|subscription| subscription.keys.iter().flatten()).cloned();
        let mut secrets: Vec<String> = self.surroundings.iter().flat_map(named).chain(keys).collect();
        for backend in self.surroundings.iter().flat_map(|place| place.backends.values()) {
            for (name, values) in backend.headers.iter().chain(&backend.query) {
                // `Bearer` is no secret, and what stands behind it is one wherever it is.
                let tokens = values.iter().filter(|_| name == "authorization").filter_map(|value| value.split_once(' '));
                secrets.extend(tokens.map(|(_, token)| token.to_owned()));
                secrets.extend(values.iter().cloned());
            }
        }
        secrets
    }

    fn add_policy(&mut self, source: &Option<Source>) -> Option<u32> {
        let source = source.as_ref()?;
        self.policies.push((source.name().to_owned(), source.text().to_owned()));
        u32::try_from(self.policies.len() - 1).ok()
    }

    fn add_operation(
        &mut self,
        api: &catalog::model::Api,
        operation: &Operation,
        is_mocked: bool,
        mocking: &Mocking,
    ) -> PlanOperation {
        let is_mocked = is_mocked || operation.policy.as_ref().is_some_and(|policy| mocking.may_hold(policy));
        let definition = operation.definition.filter(|_| is_mocked).and_then(|index| api.definition.operations.get(index));
        let examples = definition.map(|definition| example::responses(&api.definition, definition)).unwrap_or_default();
        let examples =
            examples.into_iter().map(|example| PlanExample { status: example.status, contents: example.contents }).collect();
        PlanOperation {
            examples,
            name: operation.name.clone(),
            title: operation.display_name.clone(),
            method: operation.method.clone(),
            url_template: operation.url_template.clone(),
            policy: self.add_policy(&operation.policy),
        }
    }
}

/// Says which policies may hold a `mock-response`, themselves or in what is put into them. Definitions are large and most
/// services mock nothing, so the examples of operations are only in the plan where one of their policies may ask for them.
#[derive(Default)]
struct Mocking {
    /// The fragments that hold one.
    fragments: Vec<String>,
    /// A named value holds one.
    values: bool,
}

impl Mocking {
    const NAME: &str = "mock-response";

    fn new(surroundings: &PlanSurroundings) -> Self {
        let values = surroundings.named_values.values().any(|text| text.contains(Self::NAME));
        let holds_one = |text: &String| text.contains(Self::NAME) || (values && text.contains("{{"));
        let fragments = surroundings.fragments.iter().filter(|(_, (_, text))| holds_one(text));
        Self { fragments: fragments.map(|(name, _)| name.clone()).collect(), values }
    }

    /// A named value may also be the name of a fragment.
    fn may_hold(&self, policy: &Source) -> bool {
        let text = policy.text();
        text.contains(Self::NAME)
            || self.fragments.iter().any(|name| text.contains(name))
            || (text.contains("{{") && (self.values || !self.fragments.is_empty()))
    }
}

fn surroundings_index(service: &Service, workspace: Option<&str>) -> u32 {
    let position = workspace.and_then(|name| service.workspaces.iter().position(|workspace| workspace.name == name));
    position.map_or(0, |position| position as u32 + 1)
}

/// What policies can refer to: the service's own first, then one for each workspace.
pub(crate) fn surroundings(service: &Service, secrets: &Secrets) -> Vec<PlanSurroundings> {
    let mut all = vec![PlanSurroundings::default(); service.workspaces.len() + 1];
    // Only policies of the service's own may name loggers.
    if let Some(own) = all.first_mut() {
        own.loggers = service.loggers.iter().cloned().collect();
    }
    let mut of = |workspace: &Option<String>, add: &dyn Fn(&mut PlanSurroundings)| {
        if let Some(place) = all.get_mut(surroundings_index(service, workspace.as_deref()) as usize) {
            add(place);
        }
    };
    for value in &service.named_values {
        let secret = || secrets.named_values.get(&value.display_name).or_else(|| secrets.named_values.get(&value.name));
        let text = if value.secret { secret().or(value.value.as_ref()) } else { value.value.as_ref().or_else(secret) };
        if let Some(text) = text {
            of(&value.workspace, &|place| {
                place.named_values.insert(value.display_name.clone(), text.clone());
                if value.secret {
                    place.secrets.insert(value.display_name.clone());
                }
            });
        }
    }
    for fragment in &service.fragments {
        let file = (fragment.policy.name().to_owned(), fragment.policy.text().to_owned());
        of(&fragment.workspace, &|place| drop(place.fragments.insert(fragment.name.clone(), file.clone())));
    }
    let asks_for_keys =
        policies_of(service).any(|policy| ["PrivateKey", "decryption-keys"].iter().any(|need| policy.text().contains(need)));
    let known =
        service.certificates.iter().map(|certificate| (&certificate.workspace, &certificate.name, certificate.full_name()));
    // The host may have more than the folder mentions; those are the service's own.
    let more = secrets.certificates.keys().filter(|name| !service.certificates.iter().any(|known| known.full_name() == **name));
    for (workspace, name, full_name) in known.chain(more.map(|name| (&None, name, name.clone()))) {
        let file = secrets.certificates.get(&full_name);
        let written = service.certificates.iter().find(|known| known.full_name() == full_name);
        let planned = PlanCertificate {
            thumbprint: file
                .map(|file| file.thumbprint.clone())
                .or_else(|| written.and_then(|certificate| certificate.thumbprint.clone())),
            der: file.map(|file| file.der.clone()).unwrap_or_default(),
            key: file.and_then(|file| file.key.clone()).filter(|_| asks_for_keys),
            name: full_name,
        };
        of(workspace, &|place| drop(place.certificates.insert(name.clone(), planned.clone())));
    }
    for backend in &service.backends {
        // JSON files of a folder name values by their resource names, too.
        let ours = service.named_values.iter().filter(|value| value.workspace == backend.workspace);
        let names: BTreeMap<&str, &str> = ours.map(|value| (value.name.as_str(), value.display_name.as_str())).collect();
        of(&backend.workspace, &|place| {
            let known = |name: &str| {
                let values = &place.named_values;
                values.get(name).or_else(|| values.get(*names.get(name)?)).cloned()
            };
            let planned = plan_backend(backend, secrets, known);
            place.backends.insert(backend.name.clone(), planned);
        });
    }
    all
}

fn plan_backend(backend: &Backend, secrets: &Secrets, known: impl Fn(&str) -> Option<String>) -> PlanBackend {
    let written = |text: &str| filled(text, &known);
    let lists = |pairs: &[(String, Vec<String>)], name: fn(&str) -> String| {
        let list = |(key, values): &(String, Vec<String>)| (name(key), values.iter().map(|value| written(value)).collect());
        pairs.iter().map(list).collect::<Vec<(String, Vec<String>)>>()
    };
    let mut headers = lists(&backend.credentials.headers, str::to_ascii_lowercase);
    if let Some((scheme, parameter)) = &backend.credentials.authorization {
        let value = format!("{} {}", written(scheme), written(parameter)).trim_end().to_owned();
        headers.retain(|(name, _)| name != "authorization");
        headers.push(("authorization".to_owned(), vec![value]));
    }
    let asks = backend.credentials.certificate.is_some() || !backend.checks_chain || !backend.checks_name;
    let has_tls = asks || secrets.tls_backends.contains(&backend.full_name());
    PlanBackend {
        url: secrets.backends.get(&backend.name).cloned().unwrap_or_else(|| written(&backend.url)),
        headers,
        query: lists(&backend.credentials.query, str::to_owned),
        tls: has_tls.then(|| backend.full_name()),
    }
}

/// The certificates that policies show to backends, by their names as the host has them: the file of the policy, and the name. Found by
/// looking at the text, so one whose name is computed is not among them.
pub fn shown_certificates(service: &Service) -> impl Iterator<Item = (&str, &str)> {
    policies_of(service).flat_map(|policy| {
        let after = policy.text().split("<authentication-certificate").skip(1);
        let tags = after.filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag));
        tags.filter_map(|tag| {
            let value =
                |name: &str| tag.split_once(name)?.1.trim_start().strip_prefix('=')?.trim_start().split(['"', '\'']).nth(1);
            let written = value("certificate-id").or_else(|| value("thumbprint"))?;
            Some((policy.name(), written)).filter(|(_, written)| !written.contains(['@', '{']))
        })
    })
}

/// Every policy of a service, fragments included.
fn policies_of(service: &Service) -> impl Iterator<Item = &Source> {
    let of_apis = service.apis.iter().flat_map(|api| {
        let of_operations = api.operations.iter().filter_map(|operation| operation.policy.as_ref());
        api.policy.iter().chain(of_operations)
    });
    let of_products = service.products.iter().filter_map(|product| product.policy.as_ref());
    let of_workspaces = service.workspaces.iter().filter_map(|workspace| workspace.policy.as_ref());
    let fragments = service.fragments.iter().map(|fragment| &fragment.policy);
    service.policy.iter().chain(of_apis).chain(of_products).chain(of_workspaces).chain(fragments)
}

/// Puts named values in. One that nobody knows stays as it is written; `check` has reported it.
fn filled(text: &str, known: impl Fn(&str) -> Option<String>) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, end)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        match known(name.trim()) {
            Some(value) => out.push_str(&value),
            None => out.push_str(&format!("{{{{{name}}}}}")),
        }
        rest = end;
    }
    out.push_str(rest);
    out
}

fn version(service: &Service, api: &catalog::model::Api) -> PlanVersion {
    let Some(version) = &api.version else { return PlanVersion::None };
    let sets = &service.version_sets;
    let scheme = sets.iter().find(|set| set.name == version.set && set.workspace == api.workspace).map(|set| &set.scheme);
    let identifier = version.identifier.clone();
    match scheme {
        Some(VersioningScheme::Segment) if !identifier.is_empty() => PlanVersion::Segment(identifier),
        Some(VersioningScheme::Header(name)) => PlanVersion::Header(name.to_ascii_lowercase(), identifier),
        Some(VersioningScheme::Query(name)) => PlanVersion::Query(name.clone(), identifier),
        _ => PlanVersion::None,
    }
}

fn subscription(service: &Service, subscription: &catalog::model::Subscription, secrets: &Secrets) -> Option<PlanSubscription> {
    let surroundings = surroundings_index(service, subscription.workspace.as_deref());
    let scope = match &subscription.scope {
        SubscriptionScope::Product(name) => {
            let is_it = |product: &Product| product.name == *name && product.workspace == subscription.workspace;
            PlanScope::Product(service.products.iter().position(is_it)? as u32)
        }
        SubscriptionScope::Api(name) => PlanScope::Api(name.clone(), surroundings),
        SubscriptionScope::AllApis => PlanScope::AllApis(surroundings),
        // What belongs to a workspace opens nothing outside it.
        SubscriptionScope::Service if subscription.workspace.is_some() => PlanScope::AllApis(surroundings),
        SubscriptionScope::Service => PlanScope::Service,
    };
    let starts = subscription.start_date.as_deref().map(seconds);
    let expires = subscription.expiration_date.as_deref().map(seconds);
    // A date that cannot be read may lie in the past: such a subscription opens nothing.
    let is_dated = starts != Some(None) && expires != Some(None);
    let keys = secrets.subscriptions.get(&subscription.full_name()).cloned().unwrap_or_default();
    Some(PlanSubscription {
        name: subscription.name.clone(),
        title: subscription.display_name.clone(),
        scope,
        starts: starts.flatten(),
        expires: expires.flatten(),
        is_active: is_dated && subscription.state == SubscriptionState::Active,
        keys: [keys.primary, keys.secondary].map(|key| key.filter(|key| !key.is_empty())),
    })
}

/// Seconds since 1970. A date without an offset is in UTC, as all of APIM's are.
fn seconds(date: &str) -> Option<i64> {
    Some(DateTimeOffset::from_internet(date)?.unix_micros().div_euclid(1_000_000))
}
