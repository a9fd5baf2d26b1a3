//! The pages of a site: which there are, which template each fills, and what that template sees.

use crate::language::{Alternate, Language};
use crate::operation::{self, Extras};
use crate::schema::{Node, Viewer};
use crate::site::{ApiSite, Site};
use crate::theme::Theme;
use crate::{content, markdown, security};
use catalog::openapi::{
    self,
    example::{self, Way},
};
use diagnostic::Diagnostics;
use serde::Serialize;
use serde_json::Value;
use tera::Context;

/// How many properties the page of one schema opens.
const SCHEMA_ROWS_MAX: usize = 300;
/// How many operations and schemas the page of everything lists; beyond that it lists APIs.
const LISTED_MAX: usize = 1_500;

/// One page. The numbers are indices into the lists of [`Site`] and its APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    Home,
    Apis,
    Api(usize),
    /// An API, a group, and which of its pages.
    Tag(usize, usize, usize),
    Security(usize),
    Changes(usize),
    Outline(usize),
    OutlineItem(usize, usize),
    Operation(usize, usize),
    Webhook(usize, usize),
    Callback(usize, usize),
    Schemas(usize),
    Schema(usize, usize),
    Products,
    Product(usize),
    Content(usize),
    Redirect(usize),
    /// Where providers of tokens send readers back to.
    SignIn,
    /// Everything there is, for those who look for something without a script.
    Search,
    /// The addresses of the former portal, by their place in [`MOVED`].
    Moved(usize),
    NotFound,
}

/// Pages of APIM's developer portal that say behind a `#` what they show.
const MOVED: [&str; 3] = ["api-details", "api-changelog", "product"];

/// What a page needs to be written.
pub(crate) struct Filled {
    pub(crate) template: &'static str,
    /// The file inside the site: `apis/orders/index.html`.
    pub(crate) file: String,
    pub(crate) context: Context,
    pub(crate) extras: Extras,
    pub(crate) findings: Diagnostics,
    /// Links to anchors of other pages.
    pub(crate) distant: Vec<content::Distant>,
    /// What its head says.
    pub(crate) about: About,
}

/// A page in a few words.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(crate) title: String,
    pub(crate) description: String,
    /// From the root of its language.
    pub(crate) path: String,
}

/// Every page of a site, in a fixed order.
pub(crate) fn all(site: &Site<'_>) -> Vec<Page> {
    let mut pages = vec![Page::Home, Page::Apis];
    for (index, api) in site.apis.iter().enumerate() {
        pages.push(Page::Api(index));
        for (group, described) in api.groups.iter().enumerate() {
            pages.extend((0..described.paths.len()).map(|number| Page::Tag(index, group, number)));
        }
        pages.extend(api.has_security.then_some(Page::Security(index)));
        pages.extend(api.changes.is_some().then_some(Page::Changes(index)));
        if let Some(outline) = &api.outline {
            pages.push(Page::Outline(index));
            let items = if outline.has_pages { outline.items.len() } else { 0 };
            pages.extend((0..items).map(|item| Page::OutlineItem(index, item)));
        }
        pages.extend((0..api.operations.len()).map(|operation| Page::Operation(index, operation)));
        pages.extend((0..api.webhooks.len()).map(|webhook| Page::Webhook(index, webhook)));
        pages.extend((0..api.callbacks.len()).map(|callback| Page::Callback(index, callback)));
        if !api.schemas.is_empty() {
            pages.push(Page::Schemas(index));
        }
        pages.extend((0..api.schemas.len()).map(|schema| Page::Schema(index, schema)));
    }
    pages.push(Page::Products);
    pages.extend((0..site.products.len()).map(Page::Product));
    pages.extend((0..site.content.len()).map(Page::Content));
    pages.extend((0..site.redirects.len()).map(Page::Redirect));
    pages.push(Page::Search);
    if site.language.is_first() {
        // A page of the author's own at such an address comes first, and so does a redirect.
        let is_free = |index: &usize| {
            let address = format!("{}/", MOVED[*index]);
            !site.addresses.contains(&address) && site.redirects.iter().all(|redirect| redirect.from != address)
        };
        pages.extend((0..MOVED.len()).filter(is_free).map(Page::Moved));
        // One for every language, since its address is registered where readers sign in.
        pages.push(Page::SignIn);
    }
    pages.push(Page::NotFound);
    pages
}

/// The address of a page: what stands before its file's `index.html`.
pub(crate) fn address(site: &Site<'_>, page: Page) -> String {
    match page {
        Page::Home => String::new(),
        Page::Apis => "apis/".to_owned(),
        Page::Api(index) => site.apis[index].path.clone(),
        Page::Tag(index, group, number) => site.apis[index].groups[group].paths[number].clone(),
        Page::Security(index) => format!("{}security/", site.apis[index].path),
        Page::Changes(index) => site.apis[index].changes.clone().unwrap_or_default(),
        Page::Outline(index) => site.apis[index].outline.as_ref().map_or_else(String::new, |outline| outline.path.clone()),
        Page::OutlineItem(index, item) => {
            site.apis[index].outline.as_ref().map_or_else(String::new, |outline| outline.items[item].clone())
        }
        Page::Operation(index, operation) => site.apis[index].operations[operation].clone(),
        Page::Webhook(index, webhook) => site.apis[index].webhooks[webhook].clone(),
        Page::Callback(index, callback) => site.apis[index].callbacks[callback].path.clone(),
        Page::Schemas(index) => format!("{}schemas/", site.apis[index].path),
        Page::Schema(index, schema) => site.apis[index].schemas[schema].1.clone(),
        Page::Products => "products/".to_owned(),
        Page::Product(index) => site.products[index].1.clone(),
        Page::Content(index) => site.content[index].1.clone(),
        Page::Search => "search/".to_owned(),
        Page::Moved(index) => format!("{}/", MOVED[index]),
        Page::Redirect(index) => site.redirects[index].from.clone(),
        Page::SignIn => "console/callback/".to_owned(),
        Page::NotFound => "404.html".to_owned(),
    }
}

/// Computes everything that a page's template sees. `shared` is [`shared`], computed once.
pub(crate) fn fill(site: &Site<'_>, page: Page, shared: &Shared) -> Filled {
    let mut filler = Filler {
        site,
        shared,
        context: Context::new(),
        extras: Vec::new(),
        findings: Diagnostics::new(),
        distant: Vec::new(),
        about: About::default(),
    };
    let (template, path) = match page {
        Page::Home => filler.home(),
        Page::Apis => filler.apis(),
        Page::Api(index) => filler.api(&site.apis[index]),
        Page::Tag(index, group, number) => filler.tag(&site.apis[index], group, number),
        Page::Security(index) => filler.security(&site.apis[index]),
        Page::Changes(index) => filler.changes(&site.apis[index]),
        Page::Outline(index) | Page::OutlineItem(index, _) if site.apis[index].outline.is_none() => filler.api(&site.apis[index]),
        Page::Outline(index) => filler.outline_of(index, None),
        Page::OutlineItem(index, item) => filler.outline_of(index, Some(item)),
        Page::Operation(index, operation) => filler.operation(&site.apis[index], operation),
        Page::Webhook(index, webhook) => filler.webhook(&site.apis[index], webhook),
        Page::Callback(index, callback) => filler.callback(&site.apis[index], callback),
        Page::Schemas(index) => filler.schemas(&site.apis[index]),
        Page::Schema(index, schema) => filler.schema(&site.apis[index], schema),
        Page::Products => filler.products(),
        Page::Product(index) => filler.product(index),
        Page::Content(index) => filler.content(index),
        Page::Redirect(index) => filler.redirect(index),
        Page::SignIn => filler.sign_in(),
        Page::Search => filler.search(),
        Page::Moved(index) => filler.moved(MOVED[index]),
        Page::NotFound => filler.not_found(),
    };
    let file = if path.ends_with(".html") { path } else { format!("{path}index.html") };
    let Filler { context, extras, findings, distant, about, .. } = filler;
    Filled { template, file, context, extras, findings, distant, about }
}

/// What every page shows, as values that are cheap to share.
pub(crate) struct Shared {
    site: tera::Value,
    content_navigation: tera::Value,
}

/// A link inside the site, from its root, or to another site.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Link {
    title: String,
    path: String,
    is_outside: bool,
}

impl Link {
    pub(crate) fn inside(title: impl Into<String>, path: impl Into<String>) -> Self {
        Self { title: title.into(), path: path.into(), is_outside: false }
    }
}

/// Computes what every page shows.
pub(crate) fn shared(site: &Site<'_>, theme: &Theme) -> Shared {
    #[derive(Serialize)]
    struct SiteView<'s> {
        title: &'s str,
        description: &'s str,
        logo: Option<String>,
        logo_dark: Option<String>,
        favicon: String,
        favicon_type: &'static str,
        navigation: Vec<Link>,
        has_custom_style: bool,
        console_stamp: &'s str,
        has_products: bool,
        language: &'s str,
        direction: &'static str,
        languages_count: usize,
    }
    let portal = &site.service.portal;
    let mut navigation = vec![Link::inside(site.messages.text("apis"), "apis/")];
    if !site.products.is_empty() {
        navigation.push(Link::inside(site.messages.text("products"), "products/"));
    }
    if let Some((first, path)) = site.content.first().filter(|_| site.spoken.navigation().is_empty()) {
        let title = if site.content.len() == 1 { first.title.clone() } else { site.messages.text("guides").to_owned() };
        navigation.push(Link::inside(title, path));
    }
    navigation.extend(site.spoken.navigation().iter().map(|link| {
        let is_outside = markdown::is_outside(&link.href);
        let path = if is_outside { link.href.clone() } else { site.inside_address(&link.href) };
        Link { title: link.title.clone(), path, is_outside }
    }));
    let media = |path: &Option<String>| {
        let path = path.as_ref().map(|path| format!("media/{}", path.trim_start_matches("media/")));
        path.filter(|path| portal.files.iter().any(|(known, _)| known == path))
    };
    let view = SiteView {
        title: site.title(),
        description: site.spoken.description(),
        logo: media(&portal.logo),
        logo_dark: media(&portal.logo_dark),
        favicon: media(&portal.favicon).unwrap_or_else(|| "assets/favicon.svg".to_owned()),
        favicon_type: portal.favicon.as_deref().map_or("image/svg+xml", crate::render::content_type),
        navigation,
        has_custom_style: theme.has_custom_style,
        console_stamp: &theme.console_stamp,
        has_products: !site.products.is_empty(),
        language: site.messages.language(),
        direction: site.messages.direction(),
        languages_count: portal.languages.len().max(1),
    };
    Shared {
        site: tera::Value::from_serializable(&view),
        content_navigation: tera::Value::from_serializable(&content::navigation(site)),
    }
}

/// The head of a page, as the layout sees it.
#[derive(Serialize)]
struct Head<'s> {
    /// `home`, `operation`, ...: a class of the body.
    kind: &'static str,
    title: &'s str,
    description: &'s str,
    path: &'s str,
    /// What leads from this page to the site's root: `../../`.
    root: String,
    /// The entry of the header that is lit: `apis/`.
    section: &'s str,
    /// The full address, if the site's is known.
    canonical: Option<String>,
    /// What leads from this page to the files that all languages share: `../../`, `../../../`.
    files: String,
    /// The same page in every language of the site, this one included; empty if there is only one language.
    alternates: Vec<Alternate>,
    /// The picture that goes with links to this page.
    image: Option<String>,
    /// Whether search engines should leave it alone.
    is_aside: bool,
    /// The language of the text, where it is not that of the site.
    text_language: Option<&'s str>,
    text_direction: &'static str,
    /// The Markdown twin of the page, from this page.
    twin: Option<&'static str>,
}

#[derive(Serialize)]
struct ApiEntry {
    title: String,
    path: String,
    summary: String,
    kind: &'static str,
    count: usize,
    versions: Vec<Link>,
    tags: Vec<String>,
}

#[derive(Serialize)]
struct ProductEntry {
    title: String,
    path: String,
    summary: String,
    is_open: bool,
    count: usize,
}

#[derive(Serialize)]
pub(crate) struct OperationEntry<'s> {
    title: &'s str,
    path: &'s str,
    method: &'s str,
    url_template: &'s str,
    deprecated: bool,
}

#[derive(Serialize)]
struct GroupEntry<'s> {
    title: &'s str,
    description: String,
    anchor: &'s str,
    /// Its own page.
    path: Option<&'s String>,
    count: usize,
    /// Empty where only its own pages list them.
    operations: Vec<OperationEntry<'s>>,
}

/// Fills the context of one page.
pub(crate) struct Filler<'f, 'a> {
    pub(crate) site: &'f Site<'a>,
    shared: &'f Shared,
    pub(crate) context: Context,
    pub(crate) extras: Extras,
    findings: Diagnostics,
    distant: Vec<content::Distant>,
    about: About,
}

/// The template, and the page's address.
pub(crate) type Destination = (&'static str, String);

impl<'f, 'a> Filler<'f, 'a> {
    fn outline_of(&mut self, index: usize, item: Option<usize>) -> Destination {
        let site = self.site;
        let api = &site.apis[index];
        match (&api.outline, item) {
            (Some(outline), None) => self.outline(api, outline),
            (Some(outline), Some(item)) => self.outline_item(api, outline, item),
            (None, _) => self.api(api),
        }
    }

    fn home(&mut self) -> Destination {
        let about = described(self.site.spoken.description(), || self.filled("all-apis-of", &[("site", self.site.title())]));
        self.head("home", self.site.title(), &about, "", "");
        let entries: Vec<ApiEntry> = self.api_entries();
        self.context.insert("apis", &entries.iter().take(12).collect::<Vec<_>>());
        self.context.insert("apis_count", &entries.len());
        let products: Vec<ProductEntry> = (0..self.site.products.len()).map(|index| self.product_entry(index)).collect();
        self.context.insert("products", &products);
        self.context.insert(
            "guides",
            &self
                .site
                .content
                .iter()
                .take(6)
                .map(|(page, path)| {
                    let summary =
                        if page.description.is_empty() { markdown::plain(&page.markdown, 120) } else { page.description.clone() };
                    (Link::inside(page.title.clone(), path), summary)
                })
                .collect::<Vec<_>>(),
        );
        let text = self.site.home.map(|page| content::html(self.site, page, "", &mut self.findings)).unwrap_or_default();
        self.context.insert("pieces", &text.pieces);
        self.distant = text.distant;
        ("page/home.html", String::new())
    }

    fn apis(&mut self) -> Destination {
        let description = self.filled("all-apis-of", &[("site", self.site.title())]);
        self.head("apis", self.text("apis"), &description, "apis/", "apis/");
        let entries = self.api_entries();
        self.context.insert("apis", &entries);
        ("page/apis.html", "apis/".to_owned())
    }

    fn api(&mut self, site: &ApiSite<'a>) -> Destination {
        let api = site.api;
        let title = site.full_title();
        let named = || names(api.operations.iter().map(|operation| operation.display_name.as_str()));
        self.head("api", &title, &described(self.api_text(site), named), &site.path, "apis/");
        self.context.insert_value("navigation", site.navigation_beside(None));
        self.choosers(site, &|_| None);
        self.context.insert("changes_path", &site.changes);
        self.context.insert("security_path", &site.has_security.then(|| format!("{}security/", site.path)));
        self.context.insert("downloads", &downloads(site, self.site.language.up()));
        self.context.insert("limits", &crate::limits::of(api.policy.as_ref(), self.site.service, &self.site.messages));
        self.context.insert("outline", &site.outline.as_ref().map(outline_links));
        self.context.insert("title", &title);
        self.context.insert("description", &markdown::description(self.api_text(site), 1));
        self.context.insert("kind", kind(api.kind));
        self.context.insert("deprecated", &false);
        self.context.insert("base_url", &site.base_url);
        self.context.insert("gateway_is_known", &self.site.service.portal.gateway_url.is_some());
        self.context.insert("protocols", &api.protocols);
        let key = api.subscription_required.then(|| operation::KeyView {
            optional: site.is_open(self.site),
            header: api.key_names.header.clone(),
            query: api.key_names.query.clone(),
        });
        self.context.insert("key", &key);
        self.context.insert(
            "definition",
            &site.definition.as_ref().map(|(path, bytes)| {
                (path.as_str(), bytes.len(), api.definition_file.rsplit('.').next().unwrap_or_default().to_uppercase())
            }),
        );
        let format = match api.definition.format {
            catalog::openapi::Format::OpenApi => "OpenAPI",
            catalog::openapi::Format::AsyncApi => "AsyncAPI",
        };
        let version = &api.definition.version;
        let version = if version.is_empty() { String::new() } else { format!("{format} {version}") };
        self.context.insert("definition_version", &version);
        self.context.insert(
            "contact",
            &api.contact.as_ref().map(|contact| {
                let url = contact.url.as_ref().filter(|url| markdown::is_outside(url));
                (contact.name.as_deref(), url, contact.email.as_deref())
            }),
        );
        self.context.insert(
            "license",
            &api.license
                .as_ref()
                .map(|license| (license.name.as_deref(), license.url.as_ref().filter(|url| markdown::is_outside(url)))),
        );
        self.context.insert("terms_of_service_url", &api.terms_of_service_url.as_ref().filter(|url| markdown::is_outside(url)));
        let products: Vec<ProductEntry> = site.products.iter().map(|&index| self.product_entry(index)).collect();
        self.context.insert("products", &products);
        self.context.insert("versioning", &self.versioning(site));
        self.context.insert("revision", &(!api.is_current).then_some(&api.revision));
        self.context.insert(
            "revisions",
            &site
                .revisions
                .iter()
                .map(|&index| {
                    let other = &self.site.apis[index];
                    let values = [("revision", other.api.revision.as_str())];
                    let title = match other.api.is_current {
                        true => self.filled("revision-current", &values),
                        false => self.filled("revision", &values),
                    };
                    (Link::inside(title, &other.path), markdown::description(&other.api.revision_description, 2))
                })
                .collect::<Vec<_>>(),
        );
        self.context.insert(
            "releases",
            &api.releases.iter().map(|release| (&release.name, markdown::description(&release.notes, 2))).collect::<Vec<_>>(),
        );
        self.context.insert("security", &security::all(&api.definition));
        self.context.insert("groups", &groups(site));
        self.context.insert("operations_count", &api.operations.len());
        self.context.insert("schemas", &(site.schemas.len(), format!("{}schemas/", site.path)));
        self.context.insert(
            "webhooks",
            &api.definition
                .webhooks
                .iter()
                .zip(&site.webhooks)
                .map(|(webhook, path)| Link::inside(webhook.summary.clone().unwrap_or_else(|| webhook.path.clone()), path))
                .collect::<Vec<_>>(),
        );
        let callbacks = site.callbacks.iter().filter_map(|callback| {
            let definition = site.callback_of(callback)?;
            let link = Link::inside(title_of(definition), &callback.path);
            Some((link, definition.operation.method.to_uppercase(), &api.operations[callback.operation].display_name))
        });
        self.context.insert("callbacks", &callbacks.collect::<Vec<_>>());
        if let Some((path, bytes)) = site.definition.as_ref().filter(|_| self.site.language.is_first()) {
            self.extras.push((path.clone(), bytes.to_vec()));
        }
        ("page/api.html", site.path.clone())
    }

    fn operation(&mut self, site: &ApiSite<'a>, index: usize) -> Destination {
        let path = &site.operations[index];
        let (view, extras) = operation::operation(self.site, site, index);
        self.extras = extras;
        let operation = &site.api.operations[index];
        let call = || format!("{} {} – {}", operation.method, operation.url_template, site.full_title());
        let summary = described(&operation.description, call);
        self.head("operation", &format!("{} – {}", view.title, site.full_title()), &summary, path, "apis/");
        self.context.insert_value("navigation", site.navigation_beside(Some(index)));
        self.api_link(site);
        self.choosers(site, &|other| {
            let same = other.by_address.get(&(operation.method.as_str(), operation.url_template.as_str()));
            let named = || other.api.operations.iter().position(|one| one.name == operation.name);
            same.copied().or_else(named).map(|at| other.operations[at].clone())
        });
        let group = &site.groups[site.group_of[index]];
        let path = |group: &crate::site::Group| {
            group.paths.first().cloned().unwrap_or_else(|| format!("{}#{}", site.path, group.anchor))
        };
        self.context.insert("group", &Link::inside(group.title.clone(), path(group)));
        self.context.insert("view", &view);
        let link = |other: Option<usize>| {
            other.map(|other| Link::inside(site.api.operations[other].display_name.clone(), &site.operations[other]))
        };
        let (before, after) = site.neighbours_of(index);
        self.context.insert("previous", &link(before));
        self.context.insert("next", &link(after));
        let path = &site.operations[index];
        ("page/operation.html", path.clone())
    }

    fn webhook(&mut self, site: &ApiSite<'a>, index: usize) -> Destination {
        let webhooks = &site.api.definition.webhooks;
        let name = &webhooks[index].path;
        self.choosers(site, &|other| {
            let at = other.api.definition.webhooks.iter().position(|webhook| &webhook.path == name)?;
            Some(other.webhooks[at].clone())
        });
        self.neighbours(Some(index), |at| {
            let webhook = webhooks.get(at)?;
            Some(Link::inside(webhook.summary.clone().unwrap_or_else(|| webhook.path.clone()), &site.webhooks[at]))
        });
        self.sent(site, name, &webhooks[index], &site.webhooks[index])
    }

    fn callback(&mut self, site: &ApiSite<'a>, index: usize) -> Destination {
        let callback = &site.callbacks[index];
        let Some(definition) = site.callback_of(callback) else { return self.operation(site, callback.operation) };
        let called = &site.api.operations[callback.operation];
        self.choosers(site, &|other| {
            let same = other.callbacks.iter().find(|one| {
                let operation = &other.api.operations[one.operation];
                (&operation.method, &operation.url_template) == (&called.method, &called.url_template)
                    && other
                        .callback_of(one)
                        .is_some_and(|one| (&one.name, &one.operation.method) == (&definition.name, &definition.operation.method))
            });
            same.map(|callback| callback.path.clone())
        });
        self.neighbours(Some(index), |at| {
            let callback = site.callbacks.get(at)?;
            Some(Link::inside(title_of(site.callback_of(callback)?), &callback.path))
        });
        self.context.insert("operation", &Link::inside(called.display_name.clone(), &site.operations[callback.operation]));
        self.sent(site, &definition.name, &definition.operation, &callback.path)
    }

    /// The page of a request that the service sends.
    fn sent(&mut self, site: &ApiSite<'a>, name: &str, definition: &'a openapi::Operation, path: &str) -> Destination {
        let (view, extras) = operation::sent(site, name, definition, path);
        self.extras = extras;
        let text = definition.description.as_deref().unwrap_or_default();
        let about = described(text, || format!("{} {} – {}", view.method, view.url_template, site.full_title()));
        self.head("operation", &format!("{} – {}", view.title, site.full_title()), &about, path, "apis/");
        self.context.insert_value("navigation", site.navigation_beside(None));
        self.api_link(site);
        self.context.insert("view", &view);
        ("page/webhook.html", path.to_owned())
    }

    fn schemas(&mut self, site: &ApiSite<'a>) -> Destination {
        let path = format!("{}schemas/", site.path);
        let about = names(site.schemas.iter().map(|(name, _)| name.as_str()));
        self.head("schemas", &format!("{} – {}", self.text("schemas"), site.full_title()), &about, &path, "apis/");
        self.context.insert_value("navigation", site.navigation_beside(None));
        self.api_link(site);
        self.choosers(site, &|other| (!other.schemas.is_empty()).then(|| format!("{}schemas/", other.path)));
        let schemas: Vec<(Link, String)> = site
            .schemas
            .iter()
            .map(|(name, path)| {
                let schema = site.api.definition.at("/components/schemas").and_then(|all| all.get(name));
                let text = schema.and_then(|schema| schema.get("description")).and_then(Value::as_str).unwrap_or_default();
                (Link::inside(name.clone(), path), markdown::plain(text, 90))
            })
            .collect();
        self.context.insert("schemas", &schemas);
        ("page/schemas.html", path)
    }

    fn schema(&mut self, site: &ApiSite<'a>, index: usize) -> Destination {
        let (name, path) = &site.schemas[index];
        let document = &*site.api.definition;
        let schema = document.at("/components/schemas").and_then(|all| all.get(name)).unwrap_or(&Value::Null);
        let node: Node = Viewer::new(document, &site.schema_paths, SCHEMA_ROWS_MAX, 1).component(name, schema);
        let text = schema.get("description").and_then(Value::as_str).unwrap_or_default();
        let properties = schema.get("properties").and_then(Value::as_object);
        let about = described(text, || {
            let properties = names(properties.into_iter().flatten().map(|(name, _)| name.as_str()));
            let of = self.filled("schema-of", &[("name", name), ("api", &site.full_title())]);
            if properties.is_empty() { of } else { format!("{of}: {properties}") }
        });
        self.head("schema", &format!("{name} – {}", site.full_title()), &about, path, "apis/");
        self.context.insert_value("navigation", site.navigation_beside(None));
        self.api_link(site);
        self.choosers(site, &|other| other.schema_paths.get(name).cloned());
        self.neighbours(Some(index), |at| site.schemas.get(at).map(|(name, path)| Link::inside(name.clone(), path)));
        self.context.insert("title", name);
        self.context.insert("node", &node);
        self.context.insert("examples", &self.schema_examples(document, schema));
        ("page/schema.html", path.clone())
    }

    fn products(&mut self) -> Destination {
        let description = self.filled("all-products-of", &[("site", self.site.title())]);
        self.head("products", self.text("products"), &description, "products/", "products/");
        let products: Vec<ProductEntry> = (0..self.site.products.len()).map(|index| self.product_entry(index)).collect();
        self.context.insert("products", &products);
        ("page/products.html", "products/".to_owned())
    }

    fn product(&mut self, index: usize) -> Destination {
        let (product, path) = &self.site.products[index];
        let inside = self.site.listed.iter().map(|&api| &self.site.apis[api]).filter(|api| api.products.contains(&index));
        let about = described(&product.description, || names(inside.map(|api| api.api.display_name.as_str())));
        self.head("product", &product.display_name, &about, path, "products/");
        self.context.insert("title", &product.display_name);
        self.context.insert("description", &markdown::description(&product.description, 1));
        self.context.insert("terms", &markdown::description(&product.terms, 2));
        self.context.insert("is_open", &!product.subscription_required);
        self.context.insert("approval_required", &product.approval_required);
        self.context.insert("subscriptions_limit", &product.subscriptions_limit);
        self.context.insert("limits", &crate::limits::of(product.policy.as_ref(), self.site.service, &self.site.messages));
        let entries: Vec<ApiEntry> = self
            .site
            .listed
            .iter()
            .filter(|&&api| self.site.apis[api].products.contains(&index))
            .map(|&api| self.api_entry(&[api]))
            .collect();
        self.context.insert("apis", &entries);
        ("page/product.html", path.clone())
    }

    fn content(&mut self, index: usize) -> Destination {
        let (page, path) = &self.site.content[index];
        let text = content::html(self.site, page, path, &mut self.findings);
        let section = if self.site.spoken.navigation().is_empty() { self.site.content[0].1.as_str() } else { path };
        let description =
            if page.description.is_empty() { markdown::plain(&page.markdown, 160) } else { page.description.clone() };
        self.head("content", &page.title, &description, path, section);
        self.context.insert_value("content_navigation", self.shared.content_navigation.clone());
        self.context.insert("title", &page.title);
        self.context.insert("layout", &layout(page));
        self.context.insert("language", &page.language);
        self.context.insert("is_draft", &page.draft);
        self.context.insert("date", &page.date.as_deref().map(|date| self.day(date)));
        self.context.insert(
            "updated",
            &page.updated.as_deref().filter(|day| page.date.as_deref() != Some(*day)).map(|date| self.day(date)),
        );
        self.context.insert("has_heading", &text.headings.first().is_some_and(|heading| heading.level == 1));
        self.context
            .insert("headings", &text.headings.iter().filter(|heading| matches!(heading.level, 2 | 3)).collect::<Vec<_>>());
        self.context.insert("pieces", &text.pieces);
        self.distant = text.distant;
        ("page/content.html", path.clone())
    }

    /// An old address: nothing but where it leads.
    fn redirect(&mut self, index: usize) -> Destination {
        let redirect = &self.site.redirects[index];
        self.head("redirect", &redirect.title, "", &redirect.from, "");
        let root = "../".repeat(redirect.from.matches('/').count());
        let to = if redirect.is_outside { redirect.to.clone() } else { format!("{root}{}", redirect.to) };
        let to = if to.is_empty() { "./".to_owned() } else { to };
        let canonical = match self.site.url() {
            Some(url) if !redirect.is_outside => format!("{url}/{}{}", self.site.language.prefix, redirect.to),
            _ => to.clone(),
        };
        self.context.insert("title", &redirect.title);
        self.context.insert("to", &to);
        self.context.insert("canonical", &canonical);
        ("page/redirect.html", redirect.from.clone())
    }

    /// Where providers of tokens send readers back to.
    fn sign_in(&mut self) -> Destination {
        self.head("sign-in", self.text("signing-in"), "", "console/callback/", "");
        ("page/sign_in.html", "console/callback/".to_owned())
    }

    fn search(&mut self) -> Destination {
        self.head("search", self.text("search"), self.text("everything-here"), "search/", "");
        let all = self.site.apis.iter().map(|api| api.operations.len() + api.schemas.len()).sum::<usize>();
        let apis: Vec<(Link, Vec<OperationEntry<'_>>, Vec<Link>)> = self
            .site
            .listed
            .iter()
            .map(|&index| {
                let api = &self.site.apis[index];
                let shown = all <= LISTED_MAX;
                let operations = api.order.iter().copied().filter(|_| shown).map(|index| operation_entry(api, index)).collect();
                let schemas = api.schemas.iter().filter(|_| shown).map(|(name, path)| Link::inside(name, path)).collect();
                (Link::inside(api.full_title(), &api.path), operations, schemas)
            })
            .collect();
        self.context.insert("apis", &apis);
        let link = |(product, path): &(&catalog::model::Product, String)| Link::inside(product.display_name.clone(), path);
        self.context.insert("products", &self.site.products.iter().map(link).collect::<Vec<_>>());
        let guides = self.site.content.iter().map(|(page, path)| Link::inside(page.title.clone(), path));
        self.context.insert("guides", &guides.collect::<Vec<_>>());
        ("page/search.html", "search/".to_owned())
    }

    fn moved(&mut self, name: &'static str) -> Destination {
        let path = format!("{name}/");
        self.head("moved", self.text("page-moved"), "", &path, "");
        ("page/moved.html", path)
    }

    fn not_found(&mut self) -> Destination {
        self.head("not-found", self.text("page-not-found"), "", "404.html", "");
        ("page/not_found.html", "404.html".to_owned())
    }

    pub(crate) fn head(&mut self, kind: &'static str, title: &str, description: &str, path: &str, section: &str) {
        let root = match path {
            // Nobody knows at which depth this page is shown.
            "404.html" => format!("{}{}", self.site.absolute_root(), self.site.language.prefix),
            "" => "./".to_owned(),
            path => "../".repeat(path.matches('/').count()),
        };
        self.about = About { title: title.to_owned(), description: description.to_owned(), path: path.to_owned() };
        let url = self.site.url().filter(|_| path != "404.html");
        let language = &self.site.language;
        // What nobody has translated is the same page as in the first language.
        let is_foreign =
            self.site.content.iter().any(|(page, at)| at == path && self.site.untranslated.contains(page.path.as_str()));
        let prefix = if is_foreign { "" } else { &language.prefix };
        let files = if path == "404.html" { self.site.absolute_root() } else { format!("{root}{}", language.up()) };
        let image = self.site.service.portal.social_image.as_ref().zip(url).map(|(image, url)| format!("{url}/media/{image}"));
        self.context.insert(
            "page",
            &Head {
                kind,
                title,
                description,
                path,
                root: root.clone(),
                section,
                canonical: url.map(|url| format!("{url}/{prefix}{path}")),
                alternates: if matches!(kind, "moved" | "redirect" | "sign-in") {
                    Vec::new()
                } else {
                    self.alternates(path, &files, url)
                },
                files,
                image,
                is_aside: matches!(kind, "search" | "moved" | "redirect" | "sign-in" | "not-found"),
                text_language: is_foreign.then(|| self.site.first_language()),
                text_direction: crate::messages::direction(self.site.first_language()),
                twin: (!matches!(kind, "not-found" | "moved" | "redirect" | "sign-in")).then_some("index.md"),
            },
        );
        // Components do not see the page, only what is passed to them by name.
        self.context.insert("root", &root);
        self.context.insert_value("site", self.shared.site.clone());
    }

    fn alternates(&self, path: &str, files: &str, url: Option<&str>) -> Vec<Alternate> {
        if self.site.languages.len() < 2 || self.site.only_here.contains(path) {
            return Vec::new();
        }
        let of = |language: &Language| Alternate {
            tag: language.tag.clone(),
            name: language.messages.text("language-name").to_owned(),
            direction: language.messages.direction(),
            href: format!("{files}{}{}", language.prefix, if path == "404.html" { "" } else { path }),
            url: url.map(|url| format!("{url}/{}{path}", language.prefix)),
            is_current: language.tag == self.site.language.tag,
        };
        self.site.languages.iter().map(of).collect()
    }

    pub(crate) fn text(&self, key: &'static str) -> &'f str {
        self.site.messages.text(key)
    }

    pub(crate) fn filled(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.site.messages.filled(key, values)
    }

    pub(crate) fn api_link(&mut self, site: &ApiSite<'_>) {
        self.context.insert("api", &Link::inside(site.full_title(), &site.path));
    }

    fn api_text<'t>(&self, site: &ApiSite<'t>) -> &'t str {
        if site.api.description.is_empty() {
            site.api.definition.info("description").map_or("", |_| text_of(site))
        } else {
            &site.api.description
        }
    }

    /// One entry for each API; the versions of one stand together.
    fn api_entries(&self) -> Vec<ApiEntry> {
        let mut entries = Vec::new();
        for &index in &self.site.listed {
            let versions = &self.site.apis[index].versions;
            if versions.is_empty() {
                entries.push(self.api_entry(&[index]));
            } else if versions.first() == Some(&index) {
                entries.push(self.api_entry(versions));
            }
        }
        entries
    }

    fn api_entry(&self, versions: &[usize]) -> ApiEntry {
        // The newest version is the last: identifiers like `v1`, `v2` and dates are ordered by catalog.
        let newest = &self.site.apis[*versions.last().unwrap_or(&0)];
        let several = versions.len() > 1;
        ApiEntry {
            title: if several { newest.api.display_name.clone() } else { newest.full_title() },
            path: newest.path.clone(),
            summary: markdown::plain(self.api_text(newest), 200),
            kind: kind(newest.api.kind),
            count: newest.api.operations.len(),
            versions: if several { versions.iter().map(|&index| self.version_link(index)).collect() } else { Vec::new() },
            tags: newest
                .api
                .tags
                .iter()
                .map(|name| {
                    self.site
                        .service
                        .tags
                        .iter()
                        .find(|tag| &tag.name == name)
                        .map_or_else(|| name.clone(), |tag| tag.display_name.clone())
                })
                .collect(),
        }
    }

    fn version_link(&self, index: usize) -> Link {
        let site = &self.site.apis[index];
        let identifier = site.api.version.as_ref().map_or("", |version| &version.identifier);
        Link::inside(if identifier.is_empty() { self.text("original-version") } else { identifier }, &site.path)
    }

    /// The versions of an API and how callers choose one: links, description, words.
    fn versioning(&self, site: &ApiSite<'_>) -> Option<(Vec<Link>, String, String)> {
        use catalog::model::VersioningScheme as Scheme;
        let version = site.api.version.as_ref()?;
        let set = self.site.service.version_sets.iter().find(|set| set.name == version.set);
        let words = match set.map(|set| &set.scheme) {
            Some(Scheme::Header(name)) => {
                self.filled("version-by-header", &[("header", &format!("{name}: {}", version.identifier))])
            }
            Some(Scheme::Query(name)) => self.filled("version-by-query", &[("query", &format!("{name}={}", version.identifier))]),
            _ => String::new(),
        };
        let words = if version.identifier.is_empty() { String::new() } else { markdown::description(&words, 1) };
        Some((
            site.versions.iter().map(|&index| self.version_link(index)).collect(),
            markdown::description(&version.description, 1),
            words,
        ))
    }

    /// A day for machines and for people: `2026-11-21`, `21 November 2026`.
    fn day(&self, day: &str) -> (String, String) {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let parts: Vec<usize> = day.split('-').filter_map(|part| part.parse().ok()).collect();
        let words = match parts[..] {
            [year, month, of_month] => {
                let month = month.checked_sub(1).and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
                let month = self.site.messages.word(month);
                let (day, year) = (of_month.to_string(), year.to_string());
                self.filled("date", &[("day", &day), ("month", month), ("year", &year)])
            }
            _ => day.to_owned(),
        };
        (day.to_owned(), words)
    }

    /// The examples of a schema as HTML, each with a title: those that it gives, else one that is made.
    fn schema_examples(&self, document: &catalog::openapi::Document, schema: &Value) -> Vec<(String, String)> {
        let given = schema.get("examples").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let texts: Vec<String> = match given.len() {
            0 | 1 => vec![serde_json::to_string_pretty(&example::of(document, schema, Way::Received)).unwrap_or_default()],
            _ => given.iter().take(6).map(|one| serde_json::to_string_pretty(one).unwrap_or_default()).collect(),
        };
        let title = |index: usize| match given.len() {
            0 | 1 => self.text("example").to_owned(),
            _ => self.filled("example-number", &[("number", &(index + 1).to_string())]),
        };
        let shown = texts.iter().enumerate().filter(|(_, text)| text.len() < 12_000);
        shown.map(|(index, text)| (title(index), crate::highlight::html("json", text))).collect()
    }

    fn product_entry(&self, index: usize) -> ProductEntry {
        let (product, path) = &self.site.products[index];
        ProductEntry {
            title: product.display_name.clone(),
            path: path.clone(),
            summary: markdown::plain(&product.description, 200),
            is_open: !product.subscription_required,
            count: self.site.listed.iter().filter(|&&api| self.site.apis[api].products.contains(&index)).count(),
        }
    }
}

/// What a callback is called: what it says in a few words, else its name.
pub(crate) fn title_of(callback: &openapi::Callback) -> String {
    callback.operation.summary.clone().unwrap_or_else(|| callback.name.clone())
}

/// What stands around the text of a page.
fn layout(page: &catalog::model::Page) -> serde_json::Value {
    let catalog::model::PageLayout { sidebar, contents, wide, .. } = page.layout;
    serde_json::json!({ "sidebar": sidebar, "contents": contents, "wide": wide })
}

fn text_of<'t>(site: &ApiSite<'t>) -> &'t str {
    site.api.definition.info("description").unwrap_or_default()
}

/// Operations by tag; a big API only names its tags, which have pages of their own.
fn groups<'s>(site: &'s ApiSite<'_>) -> Vec<GroupEntry<'s>> {
    let shows_all = site.api.operations.len() <= API_OPERATIONS_MAX;
    site.groups
        .iter()
        .map(|group| GroupEntry {
            title: &group.title,
            description: markdown::description(&group.description, 2),
            anchor: &group.anchor,
            path: group.paths.first(),
            count: group.operations.len(),
            operations: match shows_all || group.paths.is_empty() {
                true => group.operations.iter().map(|&index| operation_entry(site, index)).collect(),
                false => Vec::new(),
            },
        })
        .collect()
}

/// How many operations the page of an API lists.
const API_OPERATIONS_MAX: usize = 120;

/// An operation in a list.
pub(crate) fn operation_entry<'s>(site: &'s ApiSite<'_>, index: usize) -> OperationEntry<'s> {
    let operation = &site.api.operations[index];
    OperationEntry {
        title: &operation.display_name,
        path: &site.operations[index],
        method: &operation.method,
        url_template: &operation.url_template,
        deprecated: site.definition_of(index).is_some_and(|definition| definition.deprecated),
    }
}

/// What the definition can be downloaded as: title, and for each file its name and address.
fn downloads(site: &ApiSite<'_>, up: &str) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    use crate::download::{Target, has_downloads};
    let targets = Target::ALL.into_iter().filter(|_| has_downloads(site));
    let files =
        |target: Target| target.files().iter().map(|(name, title)| (*title, format!("{up}{}{name}", site.path))).collect();
    targets.map(|target| (target.title(), files(target))).collect()
}

/// The page of a definition that is not OpenAPI, and its sections.
fn outline_links(outline: &crate::site::OutlineSite) -> (Link, Vec<(Link, usize)>) {
    let sections = outline.outline.sections.iter().map(|section| {
        let path = format!("{}#{}", outline.path, crate::slug::slug(section.title));
        (Link::inside(section.title, path), section.items.len())
    });
    (Link::inside(outline.outline.format, &outline.path), sections.collect())
}

fn kind(kind: catalog::model::ApiKind) -> &'static str {
    use catalog::model::ApiKind;
    match kind {
        ApiKind::Http => "REST",
        ApiKind::Soap => "SOAP",
        ApiKind::WebSocket => "WebSocket",
        ApiKind::GraphQl => "GraphQL",
        ApiKind::OData => "OData",
        ApiKind::Grpc => "gRPC",
    }
}

/// How long a description in the head of a page is: about what search engines show.
const ABOUT_CHARACTERS_MAX: usize = 160;

/// What a page is about, for its head: its own text, else what stands in for one.
pub(crate) fn described(text: &str, otherwise: impl FnOnce() -> String) -> String {
    let own = markdown::plain(text, ABOUT_CHARACTERS_MAX);
    if own.is_empty() { otherwise() } else { own }
}

/// The first names of a list, as many as a description holds: `Get a book, List books, …`.
pub(crate) fn names<'n>(all: impl Iterator<Item = &'n str>) -> String {
    let mut out = String::new();
    for name in all {
        if out.chars().count() + name.chars().count() + 4 > ABOUT_CHARACTERS_MAX {
            out.push('…');
            break;
        }
        out.push_str(name);
        out.push_str(", ");
    }
    out.trim_end_matches(", ").to_owned()
}
