//! Policies of other gateways, and of parts of APIM that have no meaning here: known by name, refused with what to use instead.
//!
//! People move with the names they know. To be told that there is no `SpikeArrest` helps nobody, and to skip one could open a
//! door.

use crate::{statement::Checker, xml::Element};

/// Where names come from.
struct Origin {
    /// What they are there, and why they are not here; follows the name.
    why: &'static str,
    /// Each name, and the way out.
    names: &'static [(&'static str, &'static str)],
}

const ORIGINS: &[Origin] = &[
    Origin {
        why: "talks to a Dapr sidecar, which Portico does not have",
        names: &[
            (
                "publish-to-dapr",
                "where a sidecar runs beside the gateway, post to it with `send-one-way-request`: `http://localhost:3500/v1.0/publish/...`",
            ),
            (
                "invoke-dapr-binding",
                "where a sidecar runs beside the gateway, post to it with `send-request`: `http://localhost:3500/v1.0/bindings/...`",
            ),
        ],
    },
    Origin {
        why: "is for the resolver of a GraphQL field, and has no place in a policy document",
        names: &[
            ("sql-data-source", "put an HTTP service before the database, and forward to it"),
            ("cosmosdb-data-source", "call the database's REST interface with `send-request`, or put an HTTP service before it"),
            ("http-data-source", "call the service with `send-request`, or forward to it"),
            ("publish-event", "let the GraphQL server behind the gateway publish it"),
            ("set-graphql", "write the query with `set-body`, and forward to the GraphQL server"),
        ],
    },
    Origin {
        why: "is in no documentation of APIM",
        names: &[
            ("authentication-oauth2", "ask for the token with `send-request`, and put it into `Authorization` with `set-header`"),
            ("redirect-url", "write `return-response` with `set-status code=\"302\"` and the header `Location`"),
            ("invoke-request", "write `send-request`, and `return-response` with its `response-variable-name`"),
        ],
    },
    Origin {
        why: "is a policy of Apigee",
        names: &[
            ("AccessControl", "use `ip-filter`"),
            ("AssignMessage", "use `set-header`, `set-query-parameter`, `set-body` or `set-variable`"),
            ("BasicAuthentication", "use `authentication-basic` towards a backend; callers are checked in `choose`"),
            ("CORS", "use `cors`"),
            ("ExtractVariables", "use `set-variable` with an expression"),
            ("FlowCallout", "put the shared part into a fragment, and use `include-fragment`"),
            ("InvalidateCache", "use `cache-remove-value`"),
            ("JSONThreatProtection", "use `validate-content`"),
            ("JSONToXML", "use `json-to-xml`"),
            ("JavaCallout", "write an expression, or put the code into a service and use `send-request`"),
            ("JavaScript", "write an expression: `@{ ... }` is C#"),
            ("Javascript", "write an expression: `@{ ... }` is C#"),
            ("KeyValueMapOperations", "use named values for settings, `cache-lookup-value` and `cache-store-value` for data"),
            ("LookupCache", "use `cache-lookup-value`"),
            ("MessageLogging", "use `log-to-eventhub` or `trace`"),
            ("OAuthV2", "use `validate-jwt` to check tokens; an identity provider issues them"),
            ("PopulateCache", "use `cache-store-value`"),
            ("Quota", "use `quota` or `quota-by-key`"),
            ("RaiseFault", "use `return-response`"),
            ("RegularExpressionProtection", "use `choose` with an expression, or `validate-parameters`"),
            ("ResponseCache", "use `cache-lookup` and `cache-store`"),
            ("ServiceCallout", "use `send-request`"),
            ("SpikeArrest", "use `rate-limit` or `rate-limit-by-key`"),
            ("StatisticsCollector", "use `emit-metric`"),
            ("VerifyAPIKey", "nothing is needed: an API with `subscriptionRequired: true` checks keys"),
            ("VerifyJWT", "use `validate-jwt`"),
            ("XMLToJSON", "use `xml-to-json`"),
            ("XSL", "use `xsl-transform`"),
        ],
    },
    Origin {
        why: "is a plugin of Kong",
        names: &[
            ("acl", "use products, whose keys open only their APIs, or `choose` with an expression"),
            ("basic-auth", "use `authentication-basic` towards a backend; callers are checked in `choose`"),
            ("correlation-id", "use `set-header` with `@(context.RequestId.ToString())`"),
            ("http-log", "use `log-to-eventhub`, or `send-one-way-request`"),
            ("ip-restriction", "use `ip-filter`"),
            ("jwt", "use `validate-jwt`"),
            ("key-auth", "nothing is needed: an API with `subscriptionRequired: true` checks keys"),
            ("oauth2", "use `validate-jwt` to check tokens; an identity provider issues them"),
            ("post-function", "write an expression: `@{ ... }` is C#"),
            ("pre-function", "write an expression: `@{ ... }` is C#"),
            ("proxy-cache", "use `cache-lookup` and `cache-store`"),
            ("rate-limiting", "use `rate-limit` or `rate-limit-by-key`"),
            ("request-size-limiting", "use `validate-content` with `max-size`"),
            ("request-termination", "use `return-response`"),
            ("request-transformer", "use `set-header`, `set-query-parameter` or `set-body` in `inbound`"),
            ("response-ratelimiting", "use `rate-limit-by-key` with `increment-condition`"),
            ("response-transformer", "use `set-header` or `set-body` in `outbound`"),
        ],
    },
    Origin {
        why: "is a filter of Envoy",
        names: &[
            ("envoy.filters.http.cors", "use `cors`"),
            ("envoy.filters.http.ext_authz", "use `send-request` and `choose`"),
            ("envoy.filters.http.fault", "use `return-response` in `choose`"),
            ("envoy.filters.http.jwt_authn", "use `validate-jwt`"),
            ("envoy.filters.http.local_ratelimit", "use `rate-limit` or `rate-limit-by-key`"),
            ("envoy.filters.http.lua", "write an expression: `@{ ... }` is C#"),
            ("envoy.filters.http.ratelimit", "use `rate-limit` or `rate-limit-by-key`"),
            ("envoy.filters.http.rbac", "use `ip-filter`, `check-header`, or `choose` with an expression"),
            ("envoy.filters.http.router", "use `forward-request` in `backend`"),
        ],
    },
    Origin {
        why: "is a policy of Zuplo",
        names: &[
            ("api-key-inbound", "nothing is needed: an API with `subscriptionRequired: true` checks keys"),
            ("caching-inbound", "use `cache-lookup` and `cache-store`"),
            ("custom-code-inbound", "write an expression: `@{ ... }` is C#"),
            ("custom-code-outbound", "write an expression: `@{ ... }` is C#"),
            ("mock-api-inbound", "use `mock-response`"),
            ("open-id-jwt-auth-inbound", "use `validate-jwt`"),
            ("rate-limit-inbound", "use `rate-limit` or `rate-limit-by-key`"),
            ("remove-headers-inbound", "use `set-header` with `exists-action=\"delete\"`"),
            ("request-validation-inbound", "use `validate-parameters` and `validate-content`"),
            ("set-headers-inbound", "use `set-header`"),
        ],
    },
    Origin {
        why: "is a setting of Tyk",
        names: &[
            ("circuit_breakers", "give the backend a `circuitBreaker`"),
            ("hard_timeouts", "use `forward-request` with `timeout`"),
            ("mock_response", "use `mock-response`"),
            ("transform", "use `set-body`"),
            ("transform_headers", "use `set-header`"),
            ("transform_response", "use `set-body` in `outbound`"),
            ("transform_response_headers", "use `set-header` in `outbound`"),
            ("url_rewrites", "use `rewrite-uri`"),
            ("validate_json", "use `validate-content`"),
            ("virtual", "use `return-response` with expressions"),
        ],
    },
    Origin {
        why: "is a part of Amazon API Gateway",
        names: &[
            ("x-amazon-apigateway-authorizer", "use `validate-jwt`, or `send-request` and `choose`"),
            ("x-amazon-apigateway-integration", "use `set-backend-service` and `forward-request`"),
            ("x-amazon-apigateway-request-validator", "use `validate-parameters` and `validate-content`"),
        ],
    },
    Origin {
        why: "is a filter of Spring Cloud Gateway",
        names: &[
            ("AddRequestHeader", "use `set-header` with `exists-action=\"append\"`"),
            ("AddResponseHeader", "use `set-header` with `exists-action=\"append\"` in `outbound`"),
            ("RedirectTo", "write `return-response` with `set-status` and the header `Location`"),
            ("RequestRateLimiter", "use `rate-limit` or `rate-limit-by-key`"),
            ("RewritePath", "use `rewrite-uri`"),
            ("SetStatus", "use `set-status`"),
            ("StripPrefix", "nothing is needed: the path of the API is not a part of what the backend sees"),
        ],
    },
];

/// Reports an element by the name that it has elsewhere; false if nobody knows it.
pub(crate) fn refuse(element: &Element, checker: &mut Checker<'_>) -> bool {
    let found = ORIGINS.iter().find_map(|origin| {
        let (_, instead) = origin.names.iter().find(|(name, _)| *name == element.name)?;
        Some((origin.why, *instead))
    });
    let Some((why, instead)) = found else { return false };
    checker.error("policy/elsewhere", element.name_span, format!("`{}` {why}", element.name), instead);
    true
}

#[cfg(test)]
mod tests {
    use super::ORIGINS;
    use crate::policies;

    #[test]
    fn what_is_elsewhere_is_not_here_and_stands_once() {
        let mut all: Vec<&str> = ORIGINS.iter().flat_map(|origin| origin.names.iter().map(|(name, _)| *name)).collect();
        let here: Vec<&&str> = all.iter().filter(|name| policies::NAMES.contains(name)).collect();
        assert!(here.is_empty(), "{here:?}");
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
