//! What a service folder says, resolved: every name that stands here leads to something that exists.
//!
//! Names (`name`) are resource names: the names of directories, unique in their kind and workspace. Titles for people are
//! `display_name`. Where a file leaves something out, the value here is APIM's default.

use crate::openapi::Document;
use diagnostic::{Place, Source};
use std::sync::Arc;

/// A whole service.
#[derive(Clone, Debug, Default)]
pub struct Service {
    /// The policy at global scope.
    pub policy: Option<Source>,
    /// APIs, each revision on its own, ordered by name, then version, then revision.
    pub apis: Vec<Api>,
    /// Products, ordered by name.
    pub products: Vec<Product>,
    /// Subscriptions (without keys: those are never in a folder), ordered by name.
    pub subscriptions: Vec<Subscription>,
    /// Groups of users, the three built-in ones included.
    pub groups: Vec<Group>,
    /// Tags.
    pub tags: Vec<Tag>,
    /// Version sets.
    pub version_sets: Vec<VersionSet>,
    /// Backends.
    pub backends: Vec<Backend>,
    /// Certificates, without what is in them: that is never in a folder.
    pub certificates: Vec<Certificate>,
    /// Named values.
    pub named_values: Vec<NamedValue>,
    /// Policy fragments.
    pub fragments: Vec<Fragment>,
    /// Names of loggers.
    pub loggers: Vec<String>,
    /// Self-hosted gateways, which bind host names to APIs.
    pub gateways: Vec<Gateway>,
    /// Workspaces; their APIs, products and so on stand in the lists above with `workspace` set.
    pub workspaces: Vec<Workspace>,
    /// What is said about the portal.
    pub portal: Portal,
}

/// One revision of one API.
#[derive(Clone, Debug)]
pub struct Api {
    /// The resource name without the revision: `orders`.
    pub name: String,
    /// The workspace it belongs to.
    pub workspace: Option<String>,
    /// Title for people.
    pub display_name: String,
    /// Markdown.
    pub description: String,
    /// The path under the gateway's address, without slashes at its ends; empty for the root.
    pub path: String,
    /// What kind of API it is.
    pub kind: ApiKind,
    /// `https`, `http`, `ws`, `wss`.
    pub protocols: Vec<String>,
    /// Where its backend is, if it says so.
    pub service_url: Option<String>,
    /// Whether callers need a key.
    pub subscription_required: bool,
    /// Where it says that they do not.
    pub opened_at: Option<Place>,
    /// Under which names a key travels.
    pub key_names: KeyNames,
    /// Its place in a version set.
    pub version: Option<Version>,
    /// The revision, `1` where nothing is said.
    pub revision: String,
    /// What changed in this revision, Markdown.
    pub revision_description: String,
    /// Whether callers who name no revision get this one.
    pub is_current: bool,
    /// Contact, as written: `{name, url, email}`.
    pub contact: Option<Contact>,
    /// Licence: name and address.
    pub license: Option<License>,
    /// Address of the terms of service.
    pub terms_of_service_url: Option<String>,
    /// Names of its tags.
    pub tags: Vec<String>,
    /// Its operations, in the order of the definition.
    pub operations: Vec<Operation>,
    /// The definition; empty for kinds that have none.
    pub definition: Arc<Document>,
    /// Its definition file: path inside the folder.
    pub definition_file: String,
    /// The policy at API scope.
    pub policy: Option<Source>,
    /// Release notes, newest first.
    pub releases: Vec<Release>,
}

/// The kinds of API of APIM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ApiKind {
    /// REST.
    #[default]
    Http,
    /// SOAP pass-through.
    Soap,
    /// WebSocket.
    WebSocket,
    /// GraphQL.
    GraphQl,
    /// OData.
    OData,
    /// gRPC.
    Grpc,
}

/// The names under which a subscription key travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyNames {
    /// Header, `Ocp-Apim-Subscription-Key` where nothing is said.
    pub header: String,
    /// Query parameter, `subscription-key` where nothing is said.
    pub query: String,
}

impl Default for KeyNames {
    fn default() -> Self {
        Self { header: "Ocp-Apim-Subscription-Key".to_owned(), query: "subscription-key".to_owned() }
    }
}

/// An API's place in a version set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The version set's name.
    pub set: String,
    /// The version's identifier, `v1`; empty for the original version, which answers without one.
    pub identifier: String,
    /// Markdown.
    pub description: String,
}

/// Whom to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Name.
    pub name: Option<String>,
    /// Address of a page.
    pub url: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// A licence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct License {
    /// Name.
    pub name: Option<String>,
    /// Address.
    pub url: Option<String>,
}

/// A note on a revision that was made current.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Release {
    /// Resource name.
    pub name: String,
    /// Markdown.
    pub notes: String,
    /// The revision that it made current, where it says so.
    pub revision: Option<String>,
    /// When, in RFC 3339, where it says so.
    pub date: Option<String>,
}

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The resource name, derived as APIM does where the definition has no id; unique in its API.
    pub name: String,
    /// Title for people: the summary, or the operation id.
    pub display_name: String,
    /// Markdown.
    pub description: String,
    /// Upper case.
    pub method: String,
    /// Under the API's path: `/orders/{id}`, `/files/*`, `/{*rest}`, with `?kind={kind}` where parameters of the query
    /// tell operations apart.
    pub url_template: String,
    /// Its index in [`Document::operations`], where it is fully described.
    pub definition: Option<usize>,
    /// The policy at operation scope.
    pub policy: Option<Source>,
    /// Names of its tags.
    pub tags: Vec<String>,
}

/// What callers subscribe to: a set of APIs with terms.
#[derive(Clone, Debug)]
pub struct Product {
    /// Resource name.
    pub name: String,
    /// The workspace it belongs to.
    pub workspace: Option<String>,
    /// Title for people.
    pub display_name: String,
    /// Markdown.
    pub description: String,
    /// Terms of use, Markdown.
    pub terms: String,
    /// False for an open product, whose APIs can be called without a key.
    pub subscription_required: bool,
    /// Where it says that it is open.
    pub opened_at: Option<Place>,
    /// Whether someone must approve a subscription.
    pub approval_required: bool,
    /// How many subscriptions one user may have.
    pub subscriptions_limit: Option<u32>,
    /// Whether people can see it.
    pub published: bool,
    /// Names of its APIs.
    pub apis: Vec<String>,
    /// Names of the groups that can see it.
    pub groups: Vec<String>,
    /// Names of its tags.
    pub tags: Vec<String>,
    /// The policy at product scope.
    pub policy: Option<Source>,
}

impl Product {
    /// True if an API is in it.
    pub fn holds(&self, api: &Api) -> bool {
        self.workspace == api.workspace && self.apis.contains(&api.name)
    }
}

/// A caller's right to use a product, an API, or everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Resource name.
    pub name: String,
    /// The workspace it belongs to.
    pub workspace: Option<String>,
    /// Title for people.
    pub display_name: String,
    /// What it opens.
    pub scope: SubscriptionScope,
    /// Where in its life it is.
    pub state: SubscriptionState,
    /// Whose it is, as the file says.
    pub owner: Option<String>,
    /// RFC 3339: not valid before.
    pub start_date: Option<String>,
    /// RFC 3339: not valid from then on.
    pub expiration_date: Option<String>,
    /// Whether its holder may ask for traces.
    pub allow_tracing: bool,
}

impl Subscription {
    /// Its name in the whole service: `team/alice` for one of a workspace.
    pub fn full_name(&self) -> String {
        match &self.workspace {
            Some(workspace) => format!("{workspace}/{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// What a subscription opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriptionScope {
    /// One product's APIs.
    Product(String),
    /// One API.
    Api(String),
    /// Every API of the service, or of its workspace.
    AllApis,
    /// The whole service: the built-in all-access subscription.
    Service,
}

/// The states of a subscription; only `Active` ones open anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SubscriptionState {
    Submitted,
    Active,
    Suspended,
    Rejected,
    Cancelled,
    Expired,
}

/// A group of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Resource name.
    pub name: String,
    /// The workspace it belongs to.
    pub workspace: Option<String>,
    /// Title for people.
    pub display_name: String,
    /// Text.
    pub description: String,
    /// `administrators`, `developers` and `guests` are.
    pub built_in: bool,
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Resource name.
    pub name: String,
    /// The workspace it belongs to.
    pub workspace: Option<String>,
    /// Title for people.
    pub display_name: String,
}

/// Versions of one API that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionSet {
    /// Resource name.
    pub name: String,
    /// The workspace it belongs to.
    pub workspace: Option<String>,
    /// Title for people.
    pub display_name: String,
    /// Markdown.
    pub description: String,
    /// How callers name the version.
    pub scheme: VersioningScheme,
}

/// How callers name a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersioningScheme {
    /// As a segment of the path after the API's own path.
    Segment,
    /// In a header of this name.
    Header(String),
    /// In a query parameter of this name.
    Query(String),
}

/// What requests to a backend carry, as written: named values are not put in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Header fields.
    pub headers: Vec<(String, Vec<String>)>,
    /// Query parameters.
    pub query: Vec<(String, Vec<String>)>,
    /// The scheme and the parameter of `Authorization`.
    pub authorization: Option<(String, String)>,
    /// The certificate that the backend is shown: its full name, or its thumbprint where the folder does not have it.
    pub certificate: Option<String>,
}

/// A backend that policies and APIs can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    /// Resource name.
    pub name: String,
    /// The workspace it belongs to.
    pub workspace: Option<String>,
    /// Title for people.
    pub title: String,
    /// Text.
    pub description: String,
    /// Its address; empty for a pool.
    pub url: String,
    /// Where its address stands, if that is plain `http`.
    pub plain_http_at: Option<Place>,
    /// What requests to it carry.
    pub credentials: Credentials,
    /// Whether somebody who is trusted must vouch for its certificate.
    pub checks_chain: bool,
    /// Whether its certificate must be for its name.
    pub checks_name: bool,
    /// All its properties as written, for what is not resolved yet (pool, circuit breaker).
    pub properties: serde_json::Value,
}

impl Backend {
    /// Its name in the whole service: `team/orders` for one of a workspace.
    pub fn full_name(&self) -> String {
        match &self.workspace {
            Some(workspace) => format!("{workspace}/{}", self.name),
            None => self.name.clone(),
        }
    }

    /// True if the gateway shows this backend who it is: by headers, query parameters, an authorization or a certificate.
    pub fn has_credentials(&self) -> bool {
        self.properties.get("credentials").is_some_and(is_something)
    }
}

fn is_something(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Null => false,
        serde_json::Value::Object(members) => members.values().any(is_something),
        serde_json::Value::Array(items) => items.iter().any(is_something),
        _ => true,
    }
}

/// A certificate that policies and backends can name. What is in it, its key above all, is the host's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Resource name: its id.
    pub name: String,
    /// The workspace it belongs to.
    pub workspace: Option<String>,
    /// The SHA-1 of it, hexadecimal in upper case, where the folder says it.
    pub thumbprint: Option<String>,
    /// Whose it is, as written: `CN=partner.example`.
    pub subject: String,
    /// Where its file is.
    pub vault: Option<KeyVault>,
}

/// Where a secret is in Azure Key Vault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyVault {
    /// `https://NAME.vault.azure.net/secrets/NAME`, with a version behind it or without.
    pub secret: String,
    /// The client id of the identity that may read it; the gateway's usual one where it is left out.
    pub client_id: Option<String>,
}

impl Certificate {
    /// A thumbprint in one spelling; `None` if it is none. People copy them with spaces or colons in them, and with a mark in front
    /// that nobody sees.
    pub fn thumbprint_of(written: &str) -> Option<String> {
        let digits: String = written.chars().filter(|letter| !letter.is_whitespace() && !":\u{200e}".contains(*letter)).collect();
        (digits.len() == 40 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())).then(|| digits.to_ascii_uppercase())
    }

    /// Its name in the whole service: `team/partner` for one of a workspace.
    pub fn full_name(&self) -> String {
        match &self.workspace {
            Some(workspace) => format!("{workspace}/{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// A named value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedValue {
    /// Resource name.
    pub name: String,
    /// The workspace it belongs to.
    pub workspace: Option<String>,
    /// The name that `{{...}}` uses.
    pub display_name: String,
    /// The value; `None` for a secret, which the host provides.
    pub value: Option<String>,
    /// Whether it must be kept out of logs and traces.
    pub secret: bool,
    /// Where it is in a vault.
    pub vault: Option<KeyVault>,
}

/// A piece of policy that documents include.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// Resource name.
    pub name: String,
    /// The workspace it belongs to.
    pub workspace: Option<String>,
    /// Text.
    pub description: String,
    /// The text.
    pub policy: Source,
}

/// A self-hosted gateway: host names, and the APIs that answer there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// Resource name.
    pub name: String,
    /// Host names, lower case, as far as the folder says.
    pub host_names: Vec<String>,
    /// What TLS is to be like at some of them.
    pub host_tls: Vec<HostTls>,
    /// Names of its APIs.
    pub apis: Vec<String>,
}

/// What TLS is to be like at a host name. What is left out is as the gateway is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostTls {
    /// The host name, lower case.
    pub host_name: String,
    /// The name of the certificate that clients are shown.
    pub certificate: Option<String>,
    /// Whether clients are asked for a certificate.
    pub asks: Option<bool>,
    /// Whether HTTP/2 is offered.
    pub http2: Option<bool>,
}

/// A workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// Resource name.
    pub name: String,
    /// Title for people.
    pub display_name: String,
    /// Text.
    pub description: String,
    /// The policy at workspace scope.
    pub policy: Option<Source>,
}

/// What `portal/` says: settings, pages, files.
#[derive(Clone, Debug, Default)]
pub struct Portal {
    /// The site's title.
    pub title: String,
    /// One sentence for search engines and the home page.
    pub description: String,
    /// The gateway's public address, without a slash at its end: shown in samples.
    pub gateway_url: Option<String>,
    /// Where the site is published, without a slash at its end: `https://developer.example.com/portal`.
    pub url: Option<String>,
    /// How the console calls.
    pub console: ConsoleSettings,
    /// Path of the logo inside `portal/media/`.
    pub logo: Option<String>,
    /// The accent colour, a CSS colour.
    pub accent_color: Option<String>,
    /// Links in the header, after those that every site has.
    pub navigation: Vec<Link>,
    /// Markdown pages, ordered for navigation.
    pub pages: Vec<Page>,
    /// The tree beside the pages, where the author has written one; empty if folders decide.
    pub sidebar: Vec<SidebarEntry>,
    /// Addresses that lead to others: those of the settings. Pages have their own.
    pub redirects: Vec<Redirect>,
    /// Whether HTML in pages is published as it is written. Only for authors who trust everyone who writes pages.
    pub allows_html: bool,
    /// Texts that pages include: `portal/snippets/`, by path without extension.
    pub snippets: Vec<Page>,
    /// Files to copy: path below `portal/` (`media/...`, `theme/...`) and bytes.
    pub files: Vec<(String, Arc<[u8]>)>,
    /// Lints that are allowed.
    pub allowed_lints: Vec<AllowedLint>,
}

/// How the portal's console calls the gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsoleSettings {
    /// The origin that pages of the portal have in a browser, `https://developer.example.com`, and where it is written. From
    /// `console`, else from the portal's `url`.
    pub origin: Option<(String, Place)>,
    /// The host sends for the pages (`/console/send`), so that no API needs a CORS policy.
    pub proxy: bool,
    /// Other addresses of the gateway that readers can choose.
    pub servers: Vec<ConsoleServer>,
}

/// An address of the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleServer {
    /// What it is for: `Test`.
    pub title: String,
    /// Without a slash at its end.
    pub url: String,
}

/// A lint that the service allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedLint {
    /// Its id, as written.
    pub id: String,
    /// Below which path of the folder; empty for all of it.
    pub within: String,
    /// Where it is written.
    pub place: Place,
}

/// A link in the navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Text.
    pub title: String,
    /// Address: absolute, or inside the site.
    pub href: String,
}

/// An entry of the tree beside the pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SidebarEntry {
    /// A page, by its path below `portal/content/` or its address, under a title of its own if it has one here.
    Page {
        /// As written.
        path: String,
        /// Instead of the page's title.
        title: Option<String>,
        /// Where it is written.
        place: Place,
    },
    /// An address on another site.
    Outside {
        /// Absolute.
        href: String,
        /// Text.
        title: String,
    },
    /// A group with a title.
    Group {
        /// Text.
        title: String,
        /// What is in it.
        entries: Vec<SidebarEntry>,
    },
}

/// An address that leads to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The old address inside the site, as written: `/old/page/`.
    pub from: String,
    /// Where it leads, as written: inside the site or outside.
    pub to: String,
    /// Where it is written.
    pub place: Place,
}

/// What a page shows around its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLayout {
    /// The page stands in the navigation.
    pub navigation: bool,
    /// The tree stands beside the page.
    pub sidebar: bool,
    /// Its headings are listed beside it.
    pub contents: bool,
    /// Text takes all the width there is.
    pub wide: bool,
}

impl Default for PageLayout {
    fn default() -> Self {
        Self { navigation: true, sidebar: true, contents: true, wide: false }
    }
}

/// A Markdown page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Path inside the site without extension: `guides/first-call`; `index` is the home page's text.
    pub path: String,
    /// From the front matter, else the first heading, else the file's name.
    pub title: String,
    /// From the front matter: a shorter title for the navigation.
    pub navigation_title: Option<String>,
    /// From the front matter: one sentence.
    pub description: String,
    /// From the front matter: position among its neighbours.
    pub order: i64,
    /// From the front matter: not for readers yet.
    pub draft: bool,
    /// From the front matter: the day it was published, `2026-11-21`.
    pub date: Option<String>,
    /// From the front matter: the day of its last change, `2026-11-21`.
    pub updated: Option<String>,
    /// From the front matter: addresses that lead here, each with its place.
    pub aliases: Vec<(String, Place)>,
    /// From the front matter: its language, as in HTML: `de`, `pt-BR`.
    pub language: Option<String>,
    /// From the front matter: what stands around the text.
    pub layout: PageLayout,
    /// The Markdown after the front matter.
    pub markdown: String,
    /// The file it came from, for messages.
    pub source: Source,
    /// The line in that file on which `markdown` starts, from 0.
    pub first_line: u32,
}
