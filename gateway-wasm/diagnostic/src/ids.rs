//! Every id that a diagnostic can have, and what it means: `docs/diagnostics.md` is made of this table.
//!
//! `tests/tests/diagnostics.rs` fails where code uses an id that is not here, or where one here is used no more.

use crate::Severity::{self, Error, Note, Warning};

/// The ids that begin with one word.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// What stands before the slash.
    pub name: &'static str,
    /// What they are about.
    pub meaning: &'static str,
    /// What stands behind the slash.
    pub ids: &'static [Id],
}

/// One id.
#[derive(Clone, Copy, Debug)]
pub struct Id {
    /// What stands behind the slash.
    pub name: &'static str,
    /// How bad it is; both where it depends.
    pub severities: &'static [Severity],
    /// One sentence: what is wrong.
    pub meaning: &'static str,
}

const fn area(name: &'static str, meaning: &'static str, ids: &'static [Id]) -> Area {
    Area { name, meaning, ids }
}

const fn error(name: &'static str, meaning: &'static str) -> Id {
    Id { name, severities: &[Error], meaning }
}

const fn warning(name: &'static str, meaning: &'static str) -> Id {
    Id { name, severities: &[Warning], meaning }
}

const fn note(name: &'static str, meaning: &'static str) -> Id {
    Id { name, severities: &[Note], meaning }
}

const fn either(name: &'static str, meaning: &'static str) -> Id {
    Id { name, severities: &[Error, Warning], meaning }
}

/// All of them.
pub const AREAS: &[Area] = &[
    area(
        "xml",
        "Policy files as text: tags, quotes, and where expressions end. Reading goes on behind each of these.",
        &[
            error("angle", "a `<` stands where no tag starts"),
            error("attribute", "an attribute has no value"),
            error("attribute-twice", "an element has two attributes of one name"),
            error("attributes", "an element has more attributes than are read"),
            error("cdata", "a `<![CDATA[` is never closed"),
            error("comment", "a comment is never closed"),
            error("depth", "elements are nested deeper than is read"),
            error("dtd", "a declaration such as `<!DOCTYPE>` stands in a policy file"),
            error("end-tag", "a closing tag closes nothing, or is misspelled"),
            error("entity", "something like `&nbsp;` is no entity of XML, or the number of no character"),
            error(
                "expression",
                "an expression has no end: a bracket, a quote or the end of a comment is missing, or it is too long",
            ),
            error("formatter", "a tool that formats XML took a string of an expression for attributes"),
            error("instruction", "a `<?` is never closed"),
            error("mistakes", "a file has so many mistakes that the rest is not read"),
            error("nesting", "two closing tags are the wrong way round"),
            error("not-closed", "an element is never closed"),
            error("quote", "a quote is missing, is one too many, or comes from a word processor"),
            error("size", "a policy file is longer than is read, its named values put in"),
            error("stray-text", "text stands outside of any element"),
            error("tag", "a tag does not end, or holds something that is no attribute"),
        ],
    ),
    area(
        "policy",
        "What policies have in common: where they stand, their attributes, what stands in them.",
        &[
            error("attribute-missing", "a policy lacks an attribute that it needs"),
            error("attribute-unknown", "a policy has no such attribute"),
            error("base", "`<base />` stands where nothing is inherited"),
            error("child-unknown", "an element stands in a policy that does not have it"),
            error("elsewhere", "a policy belongs to another gateway, or to a part of APIM that has no meaning here"),
            error("expression", "an expression stands where only a literal value may"),
            error("number", "a value is not a whole number in its range"),
            error("root", "a file does not hold one `<policies>` element, or no policies at all"),
            error("scope", "a policy stands at a scope that it has no place at"),
            error("section", "a policy stands in a section that it has no place in"),
            error("section-twice", "a section stands twice in a file"),
            error("section-unknown", "there is no such section"),
            error("text", "text stands where only elements may stand"),
            error("twice", "a policy stands twice in a section that holds it once"),
            error("unknown", "there is no such policy"),
            error("unsupported", "this build does not run a policy of APIM yet"),
            error("value", "a value is none of the words that an attribute can have"),
        ],
    ),
    area(
        "expression",
        "The C# in `@(...)` and `@{...}`, checked before it runs.",
        &[
            error("alignment", "the width in `{value,width}` is not a constant number"),
            error("arguments", "a method is called with arguments that it does not take"),
            error("array", "items in braces stand where no array is made"),
            error("as", "`as` is used with a type that cannot be null"),
            error("assign", "something is assigned to what cannot change"),
            error("break", "`break` or `continue` stands outside of what it ends"),
            error("call", "something is called that is not a method"),
            error("cast", "a cast can never succeed"),
            warning("cast-missing", "a value of an unknown type is used where APIM wants a cast"),
            error("catch", "`catch` names a type that is no exception"),
            error("condition", "a condition is neither true nor false"),
            error("const", "the value of a constant is not constant"),
            error("constructor", "a type cannot be made with `new`"),
            error("conversion", "a value has another type than its place needs"),
            error("default", "nothing says of which type a `default` is"),
            error("foreach", "`foreach` goes through something that has no items"),
            error("index", "a value has no items, or they cannot be set"),
            error("initializer", "braces after `new` hold what the type does not take"),
            error("lambda", "a lambda does not fit its place"),
            error("local-function", "a local function uses what expressions do not have"),
            error("member-missing", "APIM allows a member that this build does not have yet"),
            error("member-unknown", "a type has no such member"),
            error("method", "a method is used as if it were a value, or without a value"),
            warning("mixed", "an expression stands in the middle of text, where it is text"),
            error("name-twice", "a name is declared twice"),
            error("name-unknown", "nothing has this name"),
            either("never-null", "a value is treated as if it could be null"),
            error("no-return", "a path through a block returns nothing"),
            error("no-value", "something that gives no value is used as one"),
            error("operator", "an operator is used with values that it does not take"),
            error("overflow", "a constant does not fit into its type"),
            error("pattern", "a pattern can never match"),
            error("read-only", "a member is set that can only be read"),
            error("return", "`return` does not fit its function"),
            error("statement", "an expression stands as a statement and does nothing"),
            error("switch", "a section of a `switch` runs into the next"),
            error("syntax", "this is not C#, or not the C# that policies may hold"),
            error("ternary", "the two sides of `? :` have no type in common"),
            error("throw", "`throw` is given what is no exception, or stands alone outside of `catch`"),
            error("too-deep", "an expression is nested deeper than is read"),
            error("type-arguments", "a type has another number of type arguments"),
            error("type-as-value", "a type or a namespace is used as a value"),
            error("type-missing", "APIM allows a type that this build does not have yet"),
            error("type-not-allowed", "APIM does not allow this type in expressions"),
            error("type-unknown", "there is no such type"),
            warning("unreachable", "a statement is never reached"),
            error("var", "`var` cannot tell its type"),
        ],
    ),
    area(
        "authentication-basic",
        "The policy `authentication-basic`.",
        &[error("username", "the user name holds a colon, where the password would start")],
    ),
    area(
        "authentication-certificate",
        "The policy `authentication-certificate`.",
        &[
            error("body", "this is no PKCS #12 file"),
            error("password", "there is a password, and no file that it opens"),
            warning("unknown", "the folder has no such certificate; the host may have it"),
            error("which", "nothing says which certificate, or two attributes do"),
        ],
    ),
    area(
        "cache-value",
        "The policy `cache-value`.",
        &[
            error("refresh", "the value is gone before it is to be made anew"),
            error("value", "nothing says how the value is made, or two things do"),
        ],
    ),
    area("check-header", "The policy `check-header`.", &[error("name", "this cannot be the name of a header")]),
    area(
        "choose",
        "The policy `choose`.",
        &[
            error("order", "a `when` stands after `otherwise`, so it never runs"),
            error("otherwise", "it has two `otherwise`"),
            error("when", "it has no `when`"),
        ],
    ),
    area(
        "cors",
        "The policy `cors`.",
        &[
            error("empty", "a list has nothing in it"),
            error("header", "this cannot be the name of a header"),
            error("method", "this is not a method"),
            error("missing", "it does not say which origins, or which headers, are allowed"),
            error("origin", "this is not an origin: scheme, host and port"),
        ],
    ),
    area(
        "cross-domain",
        "The policy `cross-domain`.",
        &[
            error("nested", "it depends on a condition, and there is nothing to compute one of"),
            error("policy", "it does not hold one `cross-domain-policy`"),
        ],
    ),
    area("find-and-replace", "The policy `find-and-replace`.", &[error("from", "there is nothing to look for")]),
    area(
        "emit-metric",
        "The policy `emit-metric`.",
        &[
            error("dimension", "a dimension has no value, and its name says none"),
            error("dimensions", "there are no dimensions, or more than a metric has"),
        ],
    ),
    area(
        "forward-request",
        "The policy `forward-request`.",
        &[error("timeout", "the time-out is given in seconds and in milliseconds")],
    ),
    area(
        "get-authorization-context",
        "The policy `get-authorization-context`.",
        &[error("identity", "the identity of the caller cannot be checked against an authorization")],
    ),
    area(
        "ip-filter",
        "The policy `ip-filter`.",
        &[
            error("address", "this is no IP address"),
            error("empty", "no address is listed"),
            error("range", "a range ends before it starts, or in the other version of IP"),
        ],
    ),
    area("jsonp", "The policy `jsonp`.", &[error("parameter", "the parameter that names the function has no name")]),
    area("limit-concurrency", "The policy `limit-concurrency`.", &[error("empty", "there is nothing in it")]),
    area("log-to-eventhub", "The policy `log-to-eventhub`.", &[error("partition", "the partition is named in two ways")]),
    area("mock-response", "The policy `mock-response`.", &[error("content-type", "this is not the name of a content type")]),
    area(
        "proxy",
        "The policy `proxy`.",
        &[error("url", "this is not the address of a proxy"), error("username", "there is a password, and no user")],
    ),
    area(
        "retry",
        "The policy `retry`.",
        &[error("delta", "intervals have a longest, but nothing makes them grow"), error("empty", "there is nothing in it")],
    ),
    area("rewrite-uri", "The policy `rewrite-uri`.", &[error("template", "the template does not start with a slash")]),
    area("send-one-way-request", "The policy `send-one-way-request`.", &[error("url", "a new request has no absolute URL")]),
    area("send-request", "The policy `send-request`.", &[error("url", "a new request has no absolute URL")]),
    area(
        "set-backend-service",
        "The policy `set-backend-service`.",
        &[
            either("backend-unknown", "there is no backend of this name"),
            error("base-url", "`base-url` is not an absolute URL"),
            error("dapr", "there is no Dapr sidecar to call services through"),
            error("service-fabric", "Service Fabric services are not resolved"),
            error("which", "it says neither `base-url` nor `backend-id`, or both"),
        ],
    ),
    area("set-body", "The policy `set-body`.", &[error("template", "this build does not fill templates of this kind yet")]),
    area(
        "set-header",
        "The policy `set-header`.",
        &[
            error("immutable", "the header belongs to the connection, and the gateway sets it"),
            error("name", "this cannot be the name of a header"),
            error("value", "a header is set without a value"),
        ],
    ),
    area("set-method", "The policy `set-method`.", &[error("method", "this is not a method")]),
    area("set-query-parameter", "The policy `set-query-parameter`.", &[error("value", "a parameter is set without a value")]),
    area(
        "token",
        "The policies `validate-jwt` and `validate-azure-ad-token`.",
        &[
            error("empty", "a list has nothing in it, and so allows nothing"),
            error("issuer", "this is no URL of an OpenID configuration"),
            error("key", "a key cannot be used"),
            error("keys", "nothing says who may sign the token"),
            error("place", "it is not said where the token is, or said twice"),
        ],
    ),
    area("trace", "The policy `trace`.", &[error("message", "it has no message")]),
    area(
        "validate-client-certificate",
        "The policy `validate-client-certificate`.",
        &[
            error("identities", "nobody is in its list of identities"),
            error("identity", "an identity says nothing that a certificate must say"),
            warning("unknown", "the folder has no such certificate, and nobody matches it"),
            error("value", "this is neither a thumbprint nor a serial number"),
        ],
    ),
    area(
        "lint",
        "What is right as it is written, and goes wrong in practice. `<!-- portico: allow lint/secret: the reason -->` in a policy file, or \
         `lints: { allow: [lint/secret] }` in `portal/portal.yaml`, silences what is meant as it is.",
        &[
            warning("audience-spelling", "an audience is `api://...` in one place and a bare id in another"),
            warning("base-missing", "a section without `<base />` cuts off policies of the scopes above"),
            warning("cors-at-product", "a preflight carries no key, so it never reaches the `cors` of a product"),
            warning("cors-credentials", "every origin may send credentials, which no browser takes"),
            warning("cors-twice", "two `cors` are in effect, and only the first runs"),
            warning("limit-late", "a limit counts a call when it has ended, so it is enforced one call late"),
            warning("limit-never-counts", "a limit counts subscriptions where callers need none"),
            warning("never-runs", "a statement can never run"),
            warning("open-api", "an API can be called without the key that its product asks for"),
            warning("parameter-unknown", "`rewrite-uri` uses a parameter that the operation does not have"),
            warning("plain-http", "credentials go to a backend unencrypted"),
            warning("portal-cors", "the console of the portal cannot call an operation: no `cors` lets its pages in"),
            warning("response-unchecked", "an answer that may be missing is read as if it were there"),
            warning("secret", "something that looks like a secret stands in a file"),
            warning("unknown", "there is no such lint to allow"),
            warning("unused-allow", "what is allowed is not there"),
            warning("variable-unset", "a variable is read that nothing sets"),
        ],
    ),
    area(
        "fragment",
        "Policy fragments.",
        &[
            error("limit", "a fragment, or all that a document includes, is more than is read"),
            error("nested", "a fragment includes a fragment"),
            error("policy-missing", "a fragment has no policy file"),
            error("root", "the file of a fragment does not hold one `<fragment>`"),
            either("unknown", "there is no fragment of this name; a warning for a file on its own"),
        ],
    ),
    area(
        "named-value",
        "Named values, which are put in for `{{name}}`.",
        &[
            error("display-name", "the name by which policies know it has a character that it cannot have"),
            error("repeated", "two named values have one name"),
            warning("secret-in-folder", "the value of a secret stands in the folder"),
            either("unknown", "there is no named value of this name; a warning for a file on its own"),
            error("value-missing", "a named value has no value"),
        ],
    ),
    area(
        "api",
        "APIs, their versions and revisions.",
        &[
            error("backend-unknown", "an API names a backend that is not there"),
            error("no-current-revision", "no revision of an API is the current one"),
            error("path", "this cannot be the path of an API"),
            error("path-long", "the path of an API is longer than the gateway takes"),
            error("path-taken", "two APIs have one path"),
            warning("revision-differs", "a revision says what only the current one can say"),
            error("revision-name", "a revision and its directory disagree about its number"),
            error("revision-repeated", "two revisions have one number"),
            error("service-url", "the backend's address is missing, or is not one"),
            error("specification-empty", "a definition is empty"),
            error("specification-missing", "an API has no definition"),
            error("two-current-revisions", "two revisions of an API are current"),
            error("unknown", "there is no API of this name"),
            error("version-set-missing", "an API has a version and names no version set"),
            error("version-set-unknown", "an API names a version set that is not there"),
        ],
    ),
    area(
        "operation",
        "Operations of APIs.",
        &[
            error("path-long", "the path of an operation is longer than the gateway takes"),
            warning("same-template", "no call can tell two operations apart"),
            error("unknown", "a directory names an operation that the definition does not have"),
        ],
    ),
    area(
        "openapi",
        "OpenAPI definitions.",
        &[
            warning("method", "a path has something that is no method"),
            warning("no-operations", "a definition has no operation"),
            error("parameter", "a parameter lacks its name or its place"),
            warning("path", "a path does not begin with a slash"),
            warning("path-parameter", "a path and its parameters disagree"),
            either("reference", "a reference leads nowhere"),
            warning("reference-circle", "a reference leads back to itself"),
            warning("reference-external", "a reference leads out of the file"),
            warning("repeated-id", "two operations have one id"),
            either("shape", "a part of a definition has another shape than OpenAPI gives it"),
            warning("title", "a definition has no title"),
            either("version", "a definition does not say which version of OpenAPI it is"),
        ],
    ),
    area(
        "asyncapi",
        "AsyncAPI definitions.",
        &[
            warning("no-channels", "a definition has no channel"),
            error("version", "a definition is of a version that cannot be read"),
        ],
    ),
    area(
        "graphql",
        "GraphQL schemas.",
        &[error("syntax", "a schema cannot be read"), warning("unknown-type", "a type is used that the schema does not declare")],
    ),
    area(
        "odata",
        "OData metadata.",
        &[
            warning("prefix", "a prefix is used that is declared nowhere"),
            error("root", "a file holds no metadata"),
            error("syntax", "metadata is no XML"),
            warning("unknown-type", "a type is used that the metadata does not declare"),
        ],
    ),
    area(
        "proto",
        "Protocol Buffers.",
        &[
            error("syntax", "a file cannot be read"),
            warning("unknown-type", "a type is used that neither the file nor what it imports declares"),
        ],
    ),
    area(
        "wsdl",
        "Service descriptions in WSDL.",
        &[
            warning("prefix", "a prefix is used that is declared nowhere"),
            warning("reference", "a message, element or type is named that the description does not declare"),
            error("root", "a file holds no WSDL 1.1"),
            error("syntax", "a description is no XML"),
        ],
    ),
    area(
        "download",
        "Definitions converted for downloading.",
        &[note("left-out", "another version of OpenAPI cannot say everything that a definition says")],
    ),
    area(
        "product",
        "Products.",
        &[
            warning("open", "an open product says what only one with subscriptions can say"),
            error("two-open", "an API is in two open products"),
            error("unknown", "there is no product of this name"),
        ],
    ),
    area(
        "subscription",
        "Subscriptions.",
        &[
            warning("key-in-folder", "a key stands in the folder"),
            error("scope", "a subscription does not say what it opens, or says something that is not there"),
        ],
    ),
    area(
        "backend",
        "Backends.",
        &[
            warning("certificate", "a backend has a second certificate, which is not shown"),
            warning("managed-identity", "this build does not send this credential yet"),
            error("named-value", "a backend names a value that is not there"),
            error("pool-empty", "a pool has no backend in it"),
            error("unknown", "a pool names a backend that is not there"),
            error("url", "this is not an address that can be called"),
            error("url-missing", "a backend has no address"),
        ],
    ),
    area(
        "certificate",
        "Certificates of the service.",
        &[
            warning("secret-in-folder", "the file of a certificate, or its password, stands in the folder"),
            error("thumbprint", "this is not the thumbprint of a certificate"),
            warning("unknown", "the folder has no such certificate; the host may have it"),
        ],
    ),
    area("group", "Groups.", &[error("unknown", "there is no group of this name")]),
    area(
        "gateway",
        "Self-hosted gateways.",
        &[warning("tls-version", "a host name wants a version of TLS that is no longer safe, and is not spoken")],
    ),
    area(
        "logger",
        "Loggers.",
        &[either("unknown", "there is no logger of this name; a warning in a policy, whose entries go out all the same")],
    ),
    area("tag", "Tags.", &[error("unknown", "there is no tag of this name")]),
    area("version-set", "Version sets.", &[error("name-missing", "a version set does not say where callers put the version")]),
    area(
        "configuration",
        "What changes from environment to environment: `configuration.NAME.yaml`.",
        &[
            error("missing", "there is no configuration for this environment"),
            error("name-missing", "an entry does not say what it changes"),
            warning("unused", "an entry changes nothing"),
        ],
    ),
    area(
        "folder",
        "The service folder as a whole.",
        &[error("empty", "the folder is empty"), warning("no-api", "the folder has no API")],
    ),
    area(
        "file",
        "Files of the service folder.",
        &[
            error("not-utf8", "a file is not text in UTF-8"),
            error("repeated-key", "a key is written twice"),
            error("twice", "two files say the same thing"),
            warning("unknown", "nothing reads this file"),
            warning("unknown-directory", "nothing reads this directory"),
        ],
    ),
    area(
        "property",
        "Properties in JSON and YAML files.",
        &[
            error("type", "a property has a value of another type than it needs"),
            warning("unknown", "there is no such property"),
            error("value", "a property has a value that it cannot have"),
        ],
    ),
    area("json", "JSON files as text.", &[error("syntax", "this is not JSON")]),
    area(
        "yaml",
        "YAML files as text.",
        &[
            error("alias-circle", "an alias stands inside the value that it names"),
            error("alias-limit", "aliases stand for more values than are read"),
            error("depth", "values are nested deeper than is read"),
            error("key", "a list or an object is used as the name of a property"),
            error("several-documents", "a file holds several documents"),
            error("syntax", "this is not YAML"),
        ],
    ),
    area(
        "portal",
        "Pages and settings of the developer portal.",
        &[
            warning("accent-color", "this is not a colour"),
            warning("broken-anchor", "a link leads to a heading that is not there"),
            warning("broken-link", "a link leads to a page that is not there, or nowhere"),
            warning("callout", "a callout is of no kind that there is"),
            warning("code", "what stands behind the fence of a block of code says nothing"),
            warning("control-character", "a page holds characters that nobody sees and HTML cannot hold"),
            warning("date", "this is not a day"),
            warning("diagram", "a part of a diagram is not drawn"),
            warning("embed", "an operation or schema stands where only words can"),
            warning("footnote", "nothing mentions a footnote"),
            warning("front-matter", "the front matter of a page does not end"),
            error("console-origin", "the origin of the console's pages is not one"),
            error("console-server", "a server of the console has no address"),
            error("gateway-url", "the gateway's public address is not one"),
            warning("html", "HTML in a page is not closed, stands where it cannot, or is not published"),
            warning("instruction", "tabs or steps do not end, end twice, or are misspelled"),
            warning("language", "this is not the code of a language"),
            error("logo-missing", "the logo is not there"),
            error("navigation", "a link in the navigation lacks something"),
            warning("nesting", "blocks of a page nest deeper than is shown"),
            warning("not-a-page", "a file among the pages is no page"),
            warning("not-utf8", "a page is not text in UTF-8"),
            warning("outside-image", "an image is on another host"),
            warning("redirect", "a redirect has no address to begin at, or leads nowhere"),
            warning("reference", "a page names an API, an operation, a schema or a product that is not there"),
            warning("reserved-page", "a page has a name that the site needs for itself"),
            warning("sidebar", "an entry of the sidebar is not one, or names no page"),
            warning("snippet", "a page includes a snippet that is not there, or that includes itself"),
            warning("unsafe-link", "a link could run code"),
            error("url", "the site's public address is not one"),
        ],
    ),
    area(
        "theme",
        "Templates of the developer portal.",
        &[error("template", "a template is wrong"), warning("unknown-template", "a template has the name of none that there is")],
    ),
    area(
        "case",
        "Pages of cases, which `portal-gen test` runs.",
        &[
            error("certificate", "a fence with certificates holds something else"),
            error("code-empty", "a fence `csharp` holds no expression"),
            error("definition", "a fence `yaml definition` holds no OpenAPI definition, or one with mistakes"),
            error("fence-combination", "two fences of a case cannot stand together, or one lacks another"),
            error("fence-indented", "spaces stand before a fence"),
            error("fence-open", "a fence does not end"),
            error("fence-twice", "a case has two fences about the same thing"),
            error("fence-unknown", "a fence is not one of the format"),
            error("header", "a header of `http given` is not one"),
            error("heading-missing", "a fence stands below no heading"),
            error("host", "a line of `host` says nothing about the world"),
            error("name-twice", "two cases of a page have the same name"),
            error("named-value", "a line of `named values` is not one, or the service has no such named value"),
            error("none", "a page holds no case"),
            error("policy-missing", "nothing says which policy a case runs"),
            error("request", "`http given` begins with no request"),
            error("variable", "a line of `variables given` is not one"),
        ],
    ),
    area("build", "Writing the site.", &[error("write", "a page cannot be written")]),
];

/// The severities of an id; `None` if there is no such id.
pub fn severities(id: &str) -> Option<&'static [Severity]> {
    let (area, name) = id.split_once('/')?;
    let area = AREAS.iter().find(|known| known.name == area)?;
    area.ids.iter().find(|known| known.name == name).map(|known| known.severities)
}
