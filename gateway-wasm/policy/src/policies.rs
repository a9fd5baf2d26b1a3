//! The table of policies: one row here, one file and one manual page in `policies/` each.

use crate::{
    document::{Scope, Section},
    elsewhere,
    exchange::Exchange,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Parts, Statement},
    xml::Element,
};
use diagnostic::nearest;

mod own_request;
mod value_cache;

pub use cors::Preflight;
pub(crate) use validate_azure_ad_token::configuration_url;
pub use value_cache::PREFIX as VALUE_PREFIX;
pub(crate) use value_cache::{record, recorded};

/// A policy as its readers see it: the manual page, and what is checked of every use. `docs/policies/` is made of it.
#[derive(Clone, Copy, Debug)]
pub struct Manual {
    /// Its name in policy files.
    pub name: &'static str,
    /// The file of the page, in `policies/`.
    pub file: &'static str,
    /// The page: Markdown, whose examples are tests.
    pub text: &'static str,
    /// Where it may stand.
    pub sections: &'static [Section],
    /// At which scopes.
    pub scopes: &'static [Scope],
    /// The attributes it has besides `id`.
    pub attributes: &'static [&'static str],
    /// What may stand in it.
    pub children: Children,
    /// True if a section holds it at most once.
    pub once: bool,
}

/// `<base />`, of which documents are put together.
const BASE: Manual = Manual {
    name: "base",
    file: "base.md",
    text: include_str!("policies/base.md"),
    sections: &Section::ALL,
    scopes: &Scope::ALL,
    attributes: &[],
    children: Children::None,
    once: false,
};

/// `<include-fragment>`, which is replaced while it is checked.
const INCLUDE_FRAGMENT: Manual = Manual {
    name: "include-fragment",
    file: "include_fragment.md",
    text: include_str!("policies/include_fragment.md"),
    attributes: &["fragment-id"],
    ..BASE
};

/// Declares the modules, the enum and its dispatch from one list.
macro_rules! policies {
    ($($(#[$cfg:meta])? $module:ident :: $name:ident),* $(,)?) => {
        $($(#[$cfg])? mod $module; $(#[$cfg])? pub use $module::$name;)*

        /// A checked policy of any kind.
        #[derive(Debug)]
        #[allow(missing_docs)]
        pub enum Policy { $($(#[$cfg])? $name($name),)* }

        impl Policy {
            /// Checks an element that stands where a policy may stand.
            pub(crate) fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Policy> {
                match element.name.as_str() {
                    $($(#[$cfg])? <$name as Statement>::NAME => {
                        checker.shape::<$name>(element);
                        <$name as Statement>::check(element, checker).map(Policy::$name)
                    })*
                    name => {
                        unknown(name, element, checker);
                        None
                    }
                }
            }

            /// Its name in policy files.
            pub fn name(&self) -> &'static str {
                match self {
                    $($(#[$cfg])? Policy::$name(_) => <$name as Statement>::NAME,)*
                }
            }

            /// The policies that stand in it.
            pub fn parts(&self) -> Parts<'_> {
                match self {
                    $($(#[$cfg])? Policy::$name(policy) => policy.parts(),)*
                }
            }

            /// Runs it.
            pub(crate) async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
                match self {
                    $($(#[$cfg])? Policy::$name(policy) => policy.run(exchange, host).await,)*
                }
            }
        }

        /// The names of the policies that run.
        pub const NAMES: &[&str] = &[$($(#[$cfg])? <$name as Statement>::NAME,)*];

        /// What can be said of the policies that run without running them; first of the two elements that are none, and stand among
        /// them.
        pub const MANUAL: &[Manual] = &[
            BASE,
            INCLUDE_FRAGMENT,
            $($(#[$cfg])? Manual {
                name: <$name as Statement>::NAME,
                file: concat!(stringify!($module), ".md"),
                text: include_str!(concat!("policies/", stringify!($module), ".md")),
                sections: <$name as Statement>::SECTIONS,
                scopes: <$name as Statement>::SCOPES,
                attributes: <$name as Statement>::ATTRIBUTES,
                children: <$name as Statement>::CHILDREN,
                once: <$name as Statement>::ONCE,
            },)*
        ];
    };
}

policies! {
    authentication_basic::AuthenticationBasic,
    authentication_certificate::AuthenticationCertificate,
    authentication_managed_identity::AuthenticationManagedIdentity,
    cache_lookup_value::CacheLookupValue,
    cache_remove_value::CacheRemoveValue,
    cache_store_value::CacheStoreValue,
    cache_value::CacheValue,
    check_header::CheckHeader,
    choose::Choose,
    cors::Cors,
    cross_domain::CrossDomain,
    emit_metric::EmitMetric,
    find_and_replace::FindAndReplace,
    forward_request::ForwardRequest,
    get_authorization_context::GetAuthorizationContext,
    ip_filter::IpFilter,
    jsonp::Jsonp,
    limit_concurrency::LimitConcurrency,
    log_to_eventhub::LogToEventhub,
    mock_response::MockResponse,
    proxy::Proxy,
    redirect_content_urls::RedirectContentUrls,
    return_response::ReturnResponse,
    retry::Retry,
    rewrite_uri::RewriteUri,
    send_one_way_request::SendOneWayRequest,
    send_request::SendRequest,
    set_backend_service::SetBackendService,
    set_body::SetBody,
    set_header::SetHeader,
    set_method::SetMethod,
    set_query_parameter::SetQueryParameter,
    set_status::SetStatus,
    set_variable::SetVariable,
    trace::Trace,
    validate_azure_ad_token::ValidateAzureAdToken,
    validate_jwt::ValidateJwt,
    validate_client_certificate::ValidateClientCertificate,
    wait::Wait,
    #[cfg(feature = "probe")]
    probe::Probe,
}

/// Policies of APIM that this build does not run yet. They are refused by name: skipping one silently could open a door.
pub const NOT_YET: &[&str] = &[
    "azure-openai-emit-token-metric",
    "azure-openai-semantic-cache-lookup",
    "azure-openai-semantic-cache-store",
    "azure-openai-token-limit",
    "cache-lookup",
    "cache-store",
    "json-to-xml",
    "llm-content-safety",
    "llm-emit-token-metric",
    "llm-semantic-cache-lookup",
    "llm-semantic-cache-store",
    "llm-token-limit",
    "quota",
    "quota-by-key",
    "rate-limit",
    "rate-limit-by-key",
    "send-service-bus-message",
    "validate-content",
    "validate-graphql-request",
    "validate-headers",
    "validate-odata-request",
    "validate-parameters",
    "validate-status-code",
    "xml-to-json",
    "xsl-transform",
];

fn unknown(name: &str, element: &Element, checker: &mut Checker<'_>) {
    if NOT_YET.contains(&name) {
        checker.error(
            "policy/unsupported",
            element.name_span,
            format!("this build of Portico does not run `{name}` yet"),
            "remove it, or run the service where it is supported: it is never skipped silently",
        );
        return;
    }
    if elsewhere::refuse(element, checker) {
        return;
    }
    // The probe is for tests of the host, and for nobody to write.
    let here = NAMES.iter().filter(|name| **name != "probe");
    let help = match nearest(name, here.chain(NOT_YET).copied().chain(["base", "include-fragment"])) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "policies have names such as `set-header`, `choose` and `forward-request`".to_owned(),
    };
    checker.error("policy/unknown", element.name_span, format!("there is no policy `{name}`"), help);
}
