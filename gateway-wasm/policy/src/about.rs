//! What `context` tells of the service: the API, its operation, the product, the caller. Whoever runs an exchange says it.

use crate::mask::Secrets;
use std::rc::Rc;

/// What `context` says beside the messages. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// What is called; the same for every call of an operation in a product.
    pub called: Rc<Called>,
    /// Who calls, if a key says so.
    pub subscription: Option<Rc<Subscription>>,
    /// The developer behind the subscription.
    pub user: Option<Rc<User>>,
    /// Where the gateway runs.
    pub deployment: Rc<Deployment>,
    /// What nobody may read of the service.
    pub secrets: Rc<Secrets>,
    /// When the request came, in ticks of 100 ns since the start of the year 1, UTC; 0 where nobody asks.
    pub came_ticks: i64,
    /// True if the caller may see a trace.
    pub tracing: bool,
}

/// Microseconds since 1970 as ticks of 100 ns since the start of the year 1.
pub fn ticks(micros: i64) -> i64 {
    const EPOCH_TICKS: i64 = 621_355_968_000_000_000;
    micros.saturating_mul(10).saturating_add(EPOCH_TICKS)
}

/// What is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Called {
    pub api: Api,
    pub operation: Operation,
    pub product: Option<Product>,
    pub workspace: Option<Workspace>,
}

/// An API, as `context.Api` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Api {
    pub id: String,
    pub name: String,
    /// With a slash in front.
    pub path: String,
    pub revision: String,
    pub version: Option<String>,
    pub is_current_revision: bool,
    pub protocols: Vec<String>,
    pub service_url: Option<String>,
    pub key_header: String,
    pub key_query: String,
}

/// An operation, as `context.Operation` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Operation {
    pub id: String,
    pub name: String,
    pub method: String,
    pub url_template: String,
    /// The examples of its responses, in the order of the definition. Only where a `mock-response` may ask for them.
    pub examples: Vec<Example>,
}

/// The examples of one response of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Example {
    /// The status code as the definition has it: `200`, `4XX`, `default`.
    pub status: String,
    /// Content types and bodies.
    pub contents: Vec<(String, String)>,
}

/// A product, as `context.Product` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Product {
    pub id: String,
    pub name: String,
    pub approval_required: bool,
    pub subscription_required: bool,
    pub subscriptions_limit: Option<u32>,
    pub published: bool,
    /// Identifiers and names.
    pub groups: Vec<(String, String)>,
    /// Identifiers and names.
    pub apis: Vec<(String, String)>,
}

/// A workspace, as `context.Workspace` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Workspace {
    pub id: String,
    pub name: String,
}

/// A subscription, as `context.Subscription` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Subscription {
    pub id: String,
    pub name: String,
    /// The key that the caller gave.
    pub key: String,
    pub primary_key: Option<String>,
    pub secondary_key: Option<String>,
    /// Seconds since 1970.
    pub created: Option<i64>,
    pub starts: Option<i64>,
    pub ends: Option<i64>,
}

/// A developer, as `context.User` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct User {
    pub id: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub note: Option<String>,
    /// Seconds since 1970.
    pub registered: Option<i64>,
    /// Identifiers and names.
    pub groups: Vec<(String, String)>,
    /// Identifiers and providers.
    pub identities: Vec<(String, String)>,
}

/// Where the gateway runs, as `context.Deployment` has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Deployment {
    pub region: String,
    pub service_id: String,
    pub service_name: String,
    pub gateway_id: String,
    pub gateway_instance_id: String,
    pub gateway_is_managed: bool,
    pub certificates: Vec<Certificate>,
}

/// A certificate of the service, as `context.Deployment.Certificates` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Certificate {
    pub id: String,
    pub der: Vec<u8>,
    /// Its private key, PKCS #8 in DER.
    pub key: Option<Vec<u8>>,
}

impl Default for Deployment {
    fn default() -> Self {
        Self {
            region: "local".to_owned(),
            service_id: "portico".to_owned(),
            service_name: "portico".to_owned(),
            // APIM's own gateway calls itself so; policies compare with it.
            gateway_id: "managed".to_owned(),
            gateway_instance_id: "portico".to_owned(),
            gateway_is_managed: true,
            certificates: Vec::new(),
        }
    }
}
