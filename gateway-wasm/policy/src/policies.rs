//! The table of policies: one row here, one file and one manual page in `policies/` each.

use crate::{
    exchange::Exchange,
    host::Host,
    statement::{Checker, Fault, Flow, Parts, Statement},
    xml::Element,
};
use diagnostic::nearest;

mod own_request;

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

        /// The manual pages of the policies that run: name and Markdown, whose examples are tests.
        pub const MANUAL: &[(&str, &str)] = &[
            $($(#[$cfg])? (<$name as Statement>::NAME, include_str!(concat!("policies/", stringify!($module), ".md"))),)*
        ];
    };
}

policies! {
    choose::Choose,
    cross_domain::CrossDomain,
    find_and_replace::FindAndReplace,
    forward_request::ForwardRequest,
    jsonp::Jsonp,
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
    wait::Wait,
    #[cfg(feature = "probe")]
    probe::Probe,
}

/// Policies of APIM that this build does not run yet. They are refused by name: skipping one silently could open a door.
const NOT_YET: &[&str] = &[
    "authentication-basic",
    "authentication-certificate",
    "authentication-managed-identity",
    "azure-openai-emit-token-metric",
    "azure-openai-semantic-cache-lookup",
    "azure-openai-semantic-cache-store",
    "azure-openai-token-limit",
    "cache-lookup",
    "cache-lookup-value",
    "cache-remove-value",
    "cache-store",
    "cache-store-value",
    "cache-value",
    "check-header",
    "cors",
    "cosmosdb-data-source",
    "emit-metric",
    "get-authorization-context",
    "http-data-source",
    "invoke-dapr-binding",
    "ip-filter",
    "json-to-xml",
    "limit-concurrency",
    "llm-content-safety",
    "llm-emit-token-metric",
    "llm-semantic-cache-lookup",
    "llm-semantic-cache-store",
    "llm-token-limit",
    "log-to-eventhub",
    "publish-event",
    "publish-to-dapr",
    "quota",
    "quota-by-key",
    "rate-limit",
    "rate-limit-by-key",
    "send-service-bus-message",
    "sql-data-source",
    "validate-azure-ad-token",
    "validate-client-certificate",
    "validate-content",
    "validate-graphql-request",
    "validate-headers",
    "validate-jwt",
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
    // The probe is for tests of the host, and for nobody to write.
    let here = NAMES.iter().filter(|name| **name != "probe");
    let help = match nearest(name, here.chain(NOT_YET).copied().chain(["base", "include-fragment"])) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "policies have names such as `set-header`, `choose` and `forward-request`".to_owned(),
    };
    checker.error("policy/unknown", element.name_span, format!("there is no policy `{name}`"), help);
}
