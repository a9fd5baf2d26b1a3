//! The site as a whole: which pages there are, their addresses, and what they share.
//!
//! Computed once from the service; after that every page is rendered on its own, in any order. An address here is a path
//! from the site's root without a slash at its front: `apis/orders/`. Pages write it relative to themselves, so that a site
//! works under any path.

use crate::language::{Language, Spoken};
use crate::messages::Messages;
use crate::slug::{Slugs, slug};
use catalog::model::{Api, Page as ContentPage, Product, Service, VersioningScheme};
use catalog::{Folder, openapi};
use diagnostic::{Diagnostic, Diagnostics, Place};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

/// An API with more operations than this lists only those of one tag beside its pages.
const NAVIGATION_WHOLE_MAX: usize = 60;

/// What an address may not begin with in the folder of pages, because the site itself is there.
const RESERVED: [&str; 7] = ["apis", "products", "assets", "media", "search", "404", "index"];

/// What the author of the site decides when building it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Where the site will be published, `https://developer.example.com/portal`; gives the site map full addresses.
    pub url: Option<String>,
    /// Whether files stand there compressed, too, as `.gz` and `.br`.
    pub compresses: bool,
    /// Whether a site with warnings is not written.
    pub is_strict: bool,
}

/// A service, seen as a site.
pub struct Site<'a> {
    pub(crate) service: &'a Service,
    pub(crate) options: Options,
    /// The language of this site, and the portal's own words in it.
    pub(crate) language: Language,
    /// Every language of the portal, the first first.
    pub(crate) languages: Vec<Language>,
    pub(crate) messages: Messages,
    /// What the folder says in it.
    pub(crate) spoken: Spoken<'a>,
    /// One for each of the service's APIs, in the same order.
    pub(crate) apis: Vec<ApiSite<'a>>,
    /// Indices of the APIs that lists show: the current revisions, ordered by title.
    pub(crate) listed: Vec<usize>,
    /// Published products with their addresses, ordered by title.
    pub(crate) products: Vec<(&'a Product, String)>,
    /// Content pages with their addresses, the home page's text excepted.
    pub(crate) content: Vec<(&'a ContentPage, String)>,
    /// Paths of content pages that are written in the first language, not in this one.
    pub(crate) untranslated: BTreeSet<&'a str>,
    /// Addresses that only this language has.
    pub(crate) only_here: BTreeSet<String>,
    /// The text of the home page.
    pub(crate) home: Option<&'a ContentPage>,
    /// Every address of the site that has a page.
    pub(crate) addresses: BTreeSet<String>,
    /// The gateway's address, or a placeholder.
    pub(crate) gateway: String,
    /// What was odd in the folder, seen while the site was laid out.
    pub(crate) findings: Diagnostics,
}

/// One API, seen as a part of the site.
pub(crate) struct ApiSite<'a> {
    pub(crate) api: &'a Api,
    /// Its name with version and revision, for places where it stands among others.
    pub(crate) full_title: String,
    /// `apis/orders/`
    pub(crate) path: String,
    /// The address under which callers reach it: gateway, path, version, revision.
    pub(crate) base_url: String,
    /// Path and version without the gateway's address, as in requests: `/orders/v1`.
    pub(crate) base_path: String,
    /// Addresses of its operations, in the same order.
    pub(crate) operations: Vec<String>,
    /// Addresses of its webhooks, in the same order.
    pub(crate) webhooks: Vec<String>,
    /// Its component schemas, by name, in the definition's order.
    pub(crate) schemas: Vec<(String, String)>,
    /// The same, to look up.
    pub(crate) schema_paths: HashMap<String, String>,
    /// Its operations by tag.
    pub(crate) groups: Vec<Group>,
    /// In which group each operation is.
    pub(crate) group_of: Vec<usize>,
    /// The definition as its author wrote it: address and bytes.
    pub(crate) definition: Option<(String, &'a [u8])>,
    /// Indices into [`Site::products`].
    pub(crate) products: Vec<usize>,
    /// Indices of the current revisions of the other versions, this API included; empty without a version set.
    pub(crate) versions: Vec<usize>,
    /// Indices of all revisions, this one included; empty if there is only one.
    pub(crate) revisions: Vec<usize>,
    /// The navigation beside its pages: one for each group, then one for pages that belong to none.
    pub(crate) navigation: Vec<tera::Value>,
}

/// Operations with the same first tag.
pub(crate) struct Group {
    pub(crate) title: String,
    /// Markdown.
    pub(crate) description: String,
    /// On the API's page.
    pub(crate) anchor: String,
    pub(crate) operations: Vec<usize>,
}

impl<'a> Site<'a> {
    /// Lays out the site of a service. The folder is where definitions are copied from for downloading.
    pub(crate) fn new(
        service: &'a Service,
        folder: &'a Folder,
        options: &Options,
        languages: &[Language],
        language: &Language,
    ) -> Self {
        let gateway = service.portal.gateway_url.clone().unwrap_or_else(|| "https://gateway.example.com".to_owned());
        let spoken = Spoken::new(&service.portal, language);
        let pages = spoken.pages();
        let mut site = Self {
            service,
            options: options.clone(),
            language: language.clone(),
            languages: languages.to_vec(),
            messages: language.messages.clone(),
            spoken,
            apis: Vec::new(),
            listed: Vec::new(),
            products: Vec::new(),
            content: Vec::new(),
            untranslated: BTreeSet::new(),
            only_here: BTreeSet::new(),
            home: pages.iter().map(|(page, _)| *page).find(|page| page.path == "index"),
            addresses: BTreeSet::from(["", "apis/", "products/"].map(str::to_owned)),
            gateway: gateway.trim_end_matches('/').to_owned(),
            findings: Diagnostics::new(),
        };
        site.lay_out_products();
        site.lay_out_apis(folder);
        site.lay_out_content(&pages);
        site
    }

    /// The title for the head of every page.
    pub(crate) fn title(&self) -> &str {
        if self.spoken.title().is_empty() { self.messages.text("developer-portal") } else { self.spoken.title() }
    }

    /// Where the site will be published, without a slash at its end: what the build was told, else the folder's settings.
    pub(crate) fn url(&self) -> Option<&str> {
        self.options.url.as_deref().or(self.service.portal.url.as_deref()).map(|url| url.trim_end_matches('/'))
    }

    /// The language of the site's root.
    pub(crate) fn first_language(&self) -> &str {
        self.languages.first().map_or("en", |language| &language.tag)
    }

    fn lay_out_products(&mut self) {
        let mut slugs = Slugs::default();
        for product in self.service.products.iter().filter(|product| product.published) {
            let path = format!("products/{}/", slugs.take(&full_name(product.workspace.as_deref(), &product.name)));
            self.addresses.insert(path.clone());
            self.products.push((product, path));
        }
        self.products.sort_by_key(|(product, _)| product.display_name.to_lowercase());
    }

    fn lay_out_apis(&mut self, folder: &'a Folder) {
        let mut slugs = Slugs::default();
        // The current revisions choose their addresses first: those are the ones people link to.
        let mut homes: HashMap<(Option<&str>, &str), (String, Slugs)> = HashMap::new();
        for api in self.service.apis.iter().filter(|api| api.is_current) {
            let directory = format!("apis/{}/", slugs.take(&full_name(api.workspace.as_deref(), &api.name)));
            homes.entry((api.workspace.as_deref(), &api.name)).or_insert((directory, Slugs::default()));
        }
        for api in &self.service.apis {
            let (home, revisions) = homes.entry((api.workspace.as_deref(), &api.name)).or_insert_with(|| {
                (format!("apis/{}/", slugs.take(&full_name(api.workspace.as_deref(), &api.name))), Slugs::default())
            });
            let path = if api.is_current { home.clone() } else { format!("{home}revisions/{}/", revisions.take(&api.revision)) };
            let api = ApiSite::new(self, api, path, folder);
            self.addresses.insert(api.path.clone());
            self.addresses.insert(format!("{}schemas/", api.path));
            self.addresses.extend(api.operations.iter().chain(&api.webhooks).cloned());
            self.addresses.extend(api.schemas.iter().map(|(_, path)| path.clone()));
            self.apis.push(api);
        }
        let apis = &self.service.apis;
        for (index, api) in apis.iter().enumerate() {
            let same_api = |other: &Api| other.name == api.name && other.workspace == api.workspace;
            let revisions: Vec<usize> = (0..apis.len()).filter(|&other| same_api(&apis[other])).collect();
            let set = api.version.as_ref().map(|version| &version.set);
            let is_version =
                |other: &Api| other.is_current && set.is_some() && other.version.as_ref().map(|version| &version.set) == set;
            self.apis[index].versions = (0..apis.len()).filter(|&other| is_version(&apis[other])).collect();
            self.apis[index].revisions = if revisions.len() > 1 { revisions } else { Vec::new() };
        }
        self.listed = (0..apis.len()).filter(|&index| apis[index].is_current).collect();
        self.listed.sort_by_key(|&index| (apis[index].display_name.to_lowercase(), index));
        for index in 0..self.apis.len() {
            self.apis[index].navigation = self.apis[index].navigation_values();
        }
    }

    fn lay_out_content(&mut self, pages: &[(&'a ContentPage, bool)]) {
        self.untranslated =
            pages.iter().filter(|(_, is_translated)| !is_translated).map(|(page, _)| page.path.as_str()).collect();
        let mut taken = BTreeSet::new();
        let languages: Vec<String> = self.service.portal.languages.iter().skip(1).map(|tag| slug(tag)).collect();
        for page in pages.iter().map(|(page, _)| *page).filter(|page| page.path != "index") {
            let mut parts: Vec<String> = page.path.split('/').filter(|part| !part.is_empty()).map(slug).collect();
            if parts.len() > 1 && parts.last().is_some_and(|last| last == "index") {
                parts.pop();
            }
            if parts.first().is_none_or(|first| RESERVED.contains(&first.as_str()) || languages.contains(first)) {
                parts.insert(0, "pages".to_owned());
                let place = Place::file(page.source.name());
                let message = format!(
                    "`{}` would be in the way of the site's own pages; it is published as `{}`",
                    page.path,
                    parts.join("/")
                );
                self.findings.push(Diagnostic::warning("portal/reserved-page", place, message).help(format!(
                    "rename the file; the names {} are the site's own",
                    RESERVED.map(|name| format!("`{name}`")).join(", ")
                )));
            }
            let plain = parts.join("/");
            let mut unique = plain.clone();
            let mut number = 2;
            while !taken.insert(unique.clone()) {
                unique = format!("{plain}-{number}");
                number += 1;
            }
            let path = format!("{unique}/");
            if !self.spoken.is_everywhere(page) {
                self.only_here.insert(path.clone());
            }
            self.addresses.insert(path.clone());
            self.content.push((page, path));
        }
    }
}

impl<'a> ApiSite<'a> {
    fn new(site: &Site<'a>, api: &'a Api, path: String, folder: &'a Folder) -> Self {
        let mut slugs = Slugs::reserved(&["schemas", "revisions", "webhooks"]);
        let operations = api.operations.iter().map(|operation| format!("{path}{}/", slugs.take(&operation.name))).collect();
        let mut slugs = Slugs::default();
        let webhooks =
            api.definition.webhooks.iter().map(|webhook| format!("{path}webhooks/{}/", slugs.take(&webhook.path))).collect();
        let mut slugs = Slugs::default();
        let components = api.definition.at("/components/schemas").and_then(serde_json::Value::as_object);
        let schemas: Vec<(String, String)> = components
            .into_iter()
            .flatten()
            .map(|(name, _)| (name.clone(), format!("{path}schemas/{}/", slugs.take(name))))
            .collect();
        let (groups, group_of) = groups(api, &site.messages);
        let base_path = base_path(site.service, api);
        let extension = api.definition_file.rsplit_once('.').map_or("", |(_, extension)| extension);
        let is_plain = !extension.is_empty() && extension.chars().all(|character| character.is_ascii_alphanumeric());
        Self {
            api,
            full_title: full_title(api, &site.messages),
            base_url: format!("{}{base_path}", site.gateway),
            base_path,
            operations,
            webhooks,
            schema_paths: schemas.iter().cloned().collect(),
            schemas,
            groups,
            group_of,
            definition: folder
                .get(&api.definition_file)
                .filter(|_| is_plain)
                .map(|bytes| (format!("{}{path}definition.{extension}", site.language.up()), &**bytes)),
            products: (0..site.products.len())
                .filter(|&index| {
                    let product = site.products[index].0;
                    product.workspace == api.workspace && product.apis.contains(&api.name)
                })
                .collect(),
            versions: Vec::new(),
            revisions: Vec::new(),
            navigation: Vec::new(),
            path,
        }
    }

    /// The definition of an operation, if the API has one.
    pub(crate) fn definition_of(&self, operation: usize) -> Option<&'a openapi::Operation> {
        self.api.definition.operations.get(self.api.operations[operation].definition?)
    }

    /// Title with version and revision, for places where the API stands among others.
    pub(crate) fn full_title(&self) -> String {
        self.full_title.clone()
    }

    /// Whether a call without a key is let in: the API asks for none, or one of its products is open.
    pub(crate) fn is_open(&self, site: &Site<'_>) -> bool {
        !self.api.subscription_required || self.products.iter().any(|&product| !site.products[product].0.subscription_required)
    }

    /// Operations in the order of the navigation.
    pub(crate) fn reading_order(&self) -> impl Iterator<Item = usize> {
        self.groups.iter().flat_map(|group| group.operations.iter().copied())
    }

    fn navigation_values(&self) -> Vec<tera::Value> {
        (0..=self.groups.len()).map(|current| tera::Value::from_serializable(&self.navigation_of(current))).collect()
    }

    fn navigation_of(&self, current: usize) -> Navigation<'_> {
        let whole = self.api.operations.len() <= NAVIGATION_WHOLE_MAX;
        let groups = self.groups.iter().enumerate().map(|(index, group)| {
            let shown: &[usize] = if whole || index == current { &group.operations } else { &[] };
            NavigationGroup {
                title: &group.title,
                path: format!("{}#{}", self.path, group.anchor),
                count: group.operations.len(),
                is_current: index == current,
                is_open: whole || index == current,
                operations: shown.iter().map(|&operation| self.navigation_link(operation)).collect(),
            }
        });
        Navigation {
            title: self.full_title(),
            path: &self.path,
            groups: groups.collect(),
            has_schemas: !self.schemas.is_empty(),
            schemas_path: format!("{}schemas/", self.path),
            webhooks: self
                .api
                .definition
                .webhooks
                .iter()
                .zip(&self.webhooks)
                .map(|(webhook, path)| NavigationLink {
                    title: webhook.summary.clone().unwrap_or_else(|| webhook.path.clone()),
                    method: "HOOK".to_owned(),
                    path,
                    deprecated: webhook.deprecated,
                })
                .collect(),
        }
    }

    fn navigation_link(&self, operation: usize) -> NavigationLink<'_> {
        let described = &self.api.operations[operation];
        NavigationLink {
            title: described.display_name.clone(),
            method: described.method.clone(),
            path: &self.operations[operation],
            deprecated: self.definition_of(operation).is_some_and(|definition| definition.deprecated),
        }
    }
}

/// The tree beside the pages of an API, as templates see it.
#[derive(Serialize)]
struct Navigation<'s> {
    title: String,
    path: &'s str,
    groups: Vec<NavigationGroup<'s>>,
    has_schemas: bool,
    schemas_path: String,
    webhooks: Vec<NavigationLink<'s>>,
}

#[derive(Serialize)]
struct NavigationGroup<'s> {
    title: &'s str,
    path: String,
    count: usize,
    is_current: bool,
    is_open: bool,
    operations: Vec<NavigationLink<'s>>,
}

/// A link to an operation.
#[derive(Serialize)]
pub(crate) struct NavigationLink<'s> {
    title: String,
    method: String,
    path: &'s str,
    deprecated: bool,
}

fn full_title(api: &Api, messages: &Messages) -> String {
    let version = api.version.as_ref().map_or("", |version| &version.identifier);
    let mut title = api.display_name.clone();
    if !version.is_empty() {
        title.push(' ');
        title.push_str(version);
    }
    if api.is_current {
        return title;
    }
    messages.filled("title-with-revision", &[("title", &title), ("revision", &api.revision)])
}

fn full_name(workspace: Option<&str>, name: &str) -> String {
    workspace.map_or_else(|| name.to_owned(), |workspace| format!("{workspace}-{name}"))
}

/// The path of an API on the gateway, with the version where it is a segment, and the revision where it is not the current.
fn base_path(service: &Service, api: &Api) -> String {
    let mut path = if api.path.is_empty() { String::new() } else { format!("/{}", api.path) };
    if !api.is_current {
        path = format!("{path};rev={}", api.revision);
    }
    if let Some(version) = api.version.as_ref().filter(|version| !version.identifier.is_empty())
        && let Some(VersioningScheme::Segment) =
            service.version_sets.iter().find(|set| set.name == version.set).map(|set| &set.scheme)
    {
        path = format!("{path}/{}", version.identifier);
    }
    path
}

/// Operations by their first tag: tags in the order of the definition, then others as they come, then those without.
fn groups(api: &Api, messages: &Messages) -> (Vec<Group>, Vec<usize>) {
    let declared = api.definition.at("/tags").and_then(serde_json::Value::as_array).map_or(&[][..], Vec::as_slice);
    let text =
        |tag: &serde_json::Value, key: &str| tag.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let mut titles: Vec<(String, String)> = declared.iter().map(|tag| (text(tag, "name"), text(tag, "description"))).collect();
    let tag_of = |operation: &catalog::model::Operation| -> String {
        let definition = operation.definition.and_then(|index| api.definition.operations.get(index));
        definition.and_then(|definition| definition.tags.first()).or(operation.tags.first()).cloned().unwrap_or_default()
    };
    let tags: Vec<String> = api.operations.iter().map(tag_of).collect();
    for tag in tags.iter().filter(|tag| !tag.is_empty()) {
        if !titles.iter().any(|(known, _)| known == tag) {
            titles.push((tag.clone(), String::new()));
        }
    }
    titles.push((String::new(), String::new()));
    let mut slugs = Slugs::default();
    let mut groups = Vec::new();
    let mut group_of = vec![0; api.operations.len()];
    for (tag, description) in titles {
        let operations: Vec<usize> = (0..tags.len()).filter(|&index| tags[index] == tag).collect();
        if operations.is_empty() {
            continue;
        }
        for &operation in &operations {
            group_of[operation] = groups.len();
        }
        let title = match tag.as_str() {
            "" if groups.is_empty() => messages.text("operations").to_owned(),
            "" => messages.text("other-operations").to_owned(),
            tag => tag.to_owned(),
        };
        // Its anchor is the same in every language.
        let anchor = slugs.take(if tag.is_empty() { "operations" } else { &tag });
        groups.push(Group { anchor: format!("tag-{anchor}"), title, description, operations });
    }
    (groups, group_of)
}
