//! The site as a whole: which pages there are, their addresses, and what they share.
//!
//! Computed once from the service; after that every page is rendered on its own, in any order. An address here is a path
//! from the site's root without a slash at its front: `apis/orders/`. Pages write it relative to themselves, so that a site
//! works under any path.

use crate::language::{Language, Spoken};
use crate::messages::Messages;
use crate::outline::{self, Outline};
use crate::slug::{Slugs, slug};
use catalog::model::{Api, Page as ContentPage, Product, Service, VersioningScheme};
use catalog::{Folder, openapi};
use diagnostic::{Diagnostic, Diagnostics, Place};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

/// An API with more operations than this lists only those of one tag beside its pages, and of a large tag only this many:
/// what stands beside a page does not grow with the API.
const NAVIGATION_WHOLE_MAX: usize = 60;
/// How many tags stand beside a page.
const NAVIGATION_TAGS_MAX: usize = 60;
/// How many operations one page of a tag lists.
pub(crate) const TAG_PAGE_MAX: usize = 200;
/// A definition that is not OpenAPI has one page for everything up to so many rows, else a page for each item.
const OUTLINE_ROWS_MAX: usize = 400;

/// What an address may not begin with in the folder of pages, because the site itself is there.
const RESERVED: [&str; 8] = ["apis", "products", "assets", "console", "media", "search", "404", "index"];

/// What the author of the site decides when building it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Where the site will be published, `https://developer.example.com/portal`; gives the site map full addresses.
    pub url: Option<String>,
    /// Pages that are drafts are shown, too, with a mark.
    pub drafts: bool,
    /// Whether files stand there compressed, too, as `.gz` and `.br`.
    pub compresses: bool,
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
    /// Pages that are not shown because they are drafts.
    pub(crate) drafts: Vec<&'a ContentPage>,
    /// Old addresses that lead to others.
    pub(crate) redirects: Vec<crate::redirects::Redirect>,
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
    /// The callbacks of its operations, in the same order.
    pub(crate) callbacks: Vec<CallbackSite>,
    /// Its component schemas, by name, in the definition's order.
    pub(crate) schemas: Vec<(String, String)>,
    /// The same, to look up.
    pub(crate) schema_paths: HashMap<String, String>,
    /// Its operations by tag.
    pub(crate) groups: Vec<Group>,
    /// In which group each operation is.
    pub(crate) group_of: Vec<usize>,
    /// Its operations in the order of the navigation, and where in it each is.
    pub(crate) order: Vec<usize>,
    place_of: Vec<usize>,
    /// The definition as its author wrote it: address and bytes.
    pub(crate) definition: Option<(String, &'a [u8])>,
    /// Indices into [`Site::products`].
    pub(crate) products: Vec<usize>,
    /// Indices of the current revisions of the other versions, this API included; empty without a version set.
    pub(crate) versions: Vec<usize>,
    /// Indices of all revisions, this one included; empty if there is only one.
    pub(crate) revisions: Vec<usize>,
    /// The navigation beside its pages: for each group one for each part of it, then one for pages that belong to none.
    pub(crate) navigation: Vec<Vec<tera::Value>>,
    /// Operations by method and template, to find the same one in another version.
    pub(crate) by_address: HashMap<(&'a str, &'a str), usize>,
    /// What its definition says, where that is not OpenAPI.
    pub(crate) outline: Option<OutlineSite>,
    /// Whether it has a page of its own for what the definition says about authorization.
    pub(crate) has_security: bool,
    /// The page of its changes, if it has one.
    pub(crate) changes: Option<String>,
}

/// A request that the service sends because an operation was called.
pub(crate) struct CallbackSite {
    /// Its operation, and which of the callbacks of that one it is.
    pub(crate) operation: usize,
    number: usize,
    /// Its address.
    pub(crate) path: String,
}

/// An outline with its addresses.
pub(crate) struct OutlineSite {
    pub(crate) outline: Outline,
    /// The page that lists everything, or shows it.
    pub(crate) path: String,
    /// Where each item is shown, in order: a page, or a part of the first one.
    pub(crate) items: Vec<String>,
    /// The same by key.
    pub(crate) by_key: HashMap<String, usize>,
    /// Whether every item has a page of its own.
    pub(crate) has_pages: bool,
}

/// Operations with the same first tag.
pub(crate) struct Group {
    pub(crate) title: String,
    /// Markdown.
    pub(crate) description: String,
    /// On the API's page.
    pub(crate) anchor: String,
    /// Its own pages, the first without a number. None where the API's page is the only group's page.
    pub(crate) paths: Vec<String>,
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
            drafts: pages.iter().map(|(page, _)| *page).filter(|page| page.draft && !options.drafts).collect(),
            redirects: Vec::new(),
            untranslated: BTreeSet::new(),
            only_here: BTreeSet::new(),
            home: pages.iter().map(|(page, _)| *page).find(|page| page.path == "index" && (!page.draft || options.drafts)),
            addresses: BTreeSet::from(["", "apis/", "products/"].map(str::to_owned)),
            gateway: gateway.trim_end_matches('/').to_owned(),
            findings: Diagnostics::new(),
        };
        site.lay_out_products();
        site.lay_out_apis(folder);
        site.lay_out_content(&pages);
        let (redirects, findings) = crate::redirects::all(&site);
        site.redirects = redirects;
        site.findings.extend(findings);
        let findings = crate::content::sidebar_findings(&site);
        site.findings.extend(findings);
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
            self.addresses.extend(api.has_security.then(|| format!("{}security/", api.path)));
            self.addresses.extend(api.groups.iter().flat_map(|group| &group.paths).cloned());
            if let Some(outline) = &api.outline {
                self.addresses.insert(outline.path.clone());
                self.addresses.extend(outline.items.iter().filter(|path| path.ends_with('/')).cloned());
            }
            let callbacks = api.callbacks.iter().map(|callback| &callback.path);
            self.addresses.extend(api.operations.iter().chain(&api.webhooks).chain(callbacks).cloned());
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
            let changes = crate::changes::has_page(self, &self.apis[index]).then(|| format!("{}changes/", self.apis[index].path));
            self.addresses.extend(changes.clone());
            self.apis[index].changes = changes;
            self.apis[index].navigation = self.apis[index].navigation_values();
        }
    }

    fn lay_out_content(&mut self, pages: &[(&'a ContentPage, bool)]) {
        self.untranslated =
            pages.iter().filter(|(_, is_translated)| !is_translated).map(|(page, _)| page.path.as_str()).collect();
        let mut taken = BTreeSet::new();
        let languages: Vec<String> = self.service.portal.languages.iter().skip(1).map(|tag| slug(tag)).collect();
        let drafts = self.options.drafts;
        let is_shown = |page: &&'a ContentPage| page.path != "index" && (!page.draft || drafts);
        for page in pages.iter().map(|(page, _)| *page).filter(is_shown) {
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
        let mut slugs = Slugs::reserved(&["schemas", "revisions", "webhooks", "tags", "security", "changes", "reference"]);
        let operations: Vec<String> =
            api.operations.iter().map(|operation| format!("{path}{}/", slugs.take(&operation.name))).collect();
        let callbacks = operations.iter().enumerate().flat_map(|(operation, path)| callbacks(api, operation, path)).collect();
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
        let (groups, group_of) = groups(api, &path, &site.messages);
        let outline = outline::of(api, folder).0.map(|outline| OutlineSite::new(outline, &path));
        let order: Vec<usize> = groups.iter().flat_map(|group| group.operations.iter().copied()).collect();
        let mut place_of = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, &operation)| place_of[operation] = place);
        let by_address = (0..api.operations.len())
            .rev()
            .map(|index| ((api.operations[index].method.as_str(), api.operations[index].url_template.as_str()), index))
            .collect();
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
            callbacks,
            schema_paths: schemas.iter().cloned().collect(),
            schemas,
            order,
            place_of,
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
            by_address,
            outline,
            has_security: api
                .definition
                .at("/components/securitySchemes")
                .and_then(serde_json::Value::as_object)
                .is_some_and(|schemes| !schemes.is_empty()),
            changes: None,
            path,
        }
    }

    /// The definition of an operation, if the API has one.
    pub(crate) fn definition_of(&self, operation: usize) -> Option<&'a openapi::Operation> {
        self.api.definition.operations.get(self.api.operations[operation].definition?)
    }

    /// What a callback is.
    pub(crate) fn callback_of(&self, callback: &CallbackSite) -> Option<&'a openapi::Callback> {
        self.definition_of(callback.operation)?.callbacks.get(callback.number)
    }

    /// Title with version and revision, for places where the API stands among others.
    pub(crate) fn full_title(&self) -> String {
        self.full_title.clone()
    }

    /// Whether a call without a key is let in: the API asks for none, or one of its products is open.
    pub(crate) fn is_open(&self, site: &Site<'_>) -> bool {
        !self.api.subscription_required || self.products.iter().any(|&product| !site.products[product].0.subscription_required)
    }

    /// The operations before and after one in the order of the navigation.
    pub(crate) fn neighbours_of(&self, operation: usize) -> (Option<usize>, Option<usize>) {
        let at = self.place_of[operation];
        (at.checked_sub(1).and_then(|at| self.order.get(at)).copied(), self.order.get(at + 1).copied())
    }

    /// How callers name the version, where it is not a part of the path: in a header or not, the name, and the value.
    pub(crate) fn version_parameter(&self, site: &Site<'a>) -> Option<(bool, &'a str, &'a str)> {
        let version = self.api.version.as_ref().filter(|version| !version.identifier.is_empty())?;
        match &site.service.version_sets.iter().find(|set| set.name == version.set)?.scheme {
            VersioningScheme::Segment => None,
            VersioningScheme::Header(name) => Some((true, name, &version.identifier)),
            VersioningScheme::Query(name) => Some((false, name, &version.identifier)),
        }
    }

    /// The navigation beside the page of an operation; beside other pages without one.
    pub(crate) fn navigation_beside(&self, operation: Option<usize>) -> tera::Value {
        let found = operation.and_then(|operation| {
            let group = self.group_of[operation];
            let at = self.groups[group].operations.iter().position(|&other| other == operation)?;
            self.navigation.get(group)?.get(at / NAVIGATION_WHOLE_MAX)
        });
        found.or_else(|| self.navigation.last()?.first()).cloned().unwrap_or_else(tera::Value::none)
    }

    /// The navigation beside the pages of a group.
    pub(crate) fn navigation_of_group(&self, group: usize) -> tera::Value {
        self.navigation.get(group).and_then(|parts| parts.first()).cloned().unwrap_or_else(tera::Value::none)
    }

    fn navigation_values(&self) -> Vec<Vec<tera::Value>> {
        let value = |group: usize, part: usize| tera::Value::from_serializable(&self.navigation_of(group, part));
        let parts = |group: &Group| match self.api.operations.len() <= NAVIGATION_WHOLE_MAX {
            true => 1,
            false => group.operations.len().div_ceil(NAVIGATION_WHOLE_MAX).max(1),
        };
        let mut all: Vec<Vec<tera::Value>> = (0..self.groups.len())
            .map(|group| (0..parts(&self.groups[group])).map(|part| value(group, part)).collect())
            .collect();
        all.push(vec![value(self.groups.len(), 0)]);
        all
    }

    fn navigation_of(&self, current: usize, part: usize) -> Navigation<'_> {
        let whole = self.api.operations.len() <= NAVIGATION_WHOLE_MAX;
        // Of very many tags, those around the current one.
        let last_first = self.groups.len().saturating_sub(NAVIGATION_TAGS_MAX);
        let first =
            if current == self.groups.len() { 0 } else { current.saturating_sub(NAVIGATION_TAGS_MAX / 2).min(last_first) };
        let groups = self.groups.iter().enumerate().skip(first).take(NAVIGATION_TAGS_MAX).map(|(index, group)| {
            let start = if whole { 0 } else { part * NAVIGATION_WHOLE_MAX };
            let shown: &[usize] = match whole || index == current {
                true => &group.operations[start..group.operations.len().min(start + NAVIGATION_WHOLE_MAX)],
                false => &[],
            };
            NavigationGroup {
                title: &group.title,
                path: group.paths.first().cloned().unwrap_or_else(|| format!("{}#{}", self.path, group.anchor)),
                count: group.operations.len(),
                is_current: index == current,
                is_open: whole || index == current,
                is_part: shown.len() < group.operations.len(),
                operations: shown.iter().map(|&operation| self.navigation_link(operation)).collect(),
            }
        });
        Navigation {
            title: self.full_title(),
            path: &self.path,
            groups: groups.collect(),
            groups_count: self.groups.len(),
            has_more_groups: self.groups.len() > NAVIGATION_TAGS_MAX,
            has_schemas: !self.schemas.is_empty(),
            schemas_path: format!("{}schemas/", self.path),
            security_path: self.has_security.then(|| format!("{}security/", self.path)),
            changes_path: self.changes.as_deref(),
            sections: self.outline.as_ref().map(OutlineSite::navigation).unwrap_or_default(),
            callbacks_count: self.callbacks.len(),
            callbacks: self
                .callbacks
                .iter()
                .filter_map(|callback| Some((self.callback_of(callback)?, &callback.path)))
                .take(NAVIGATION_WHOLE_MAX)
                .map(|(callback, path)| NavigationLink {
                    title: crate::pages::title_of(callback),
                    method: callback.operation.method.to_uppercase(),
                    path,
                    deprecated: callback.operation.deprecated,
                })
                .collect(),
            webhooks_count: self.webhooks.len(),
            webhooks: self
                .api
                .definition
                .webhooks
                .iter()
                .zip(&self.webhooks)
                .take(NAVIGATION_WHOLE_MAX)
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
    groups_count: usize,
    has_more_groups: bool,
    has_schemas: bool,
    schemas_path: String,
    security_path: Option<String>,
    changes_path: Option<&'s str>,
    sections: Vec<NavigationSection<'s>>,
    webhooks: Vec<NavigationLink<'s>>,
    webhooks_count: usize,
    callbacks: Vec<NavigationLink<'s>>,
    callbacks_count: usize,
}

/// A section of an outline, with as many of its items as there is room for.
#[derive(Serialize)]
struct NavigationSection<'s> {
    title: &'static str,
    path: String,
    count: usize,
    items: Vec<(&'s str, &'s str)>,
}

impl OutlineSite {
    fn new(outline: Outline, path: &str) -> Self {
        let reference = format!("{path}reference/");
        let has_pages = outline.rows() > OUTLINE_ROWS_MAX;
        let mut slugs = Slugs::default();
        // Anchors of sections stand on the same page.
        outline.sections.iter().for_each(|section| {
            slugs.take(section.title);
        });
        let items: Vec<String> = outline
            .items()
            .map(|item| {
                let slug = slugs.take(&item.title);
                if has_pages { format!("{reference}{slug}/") } else { format!("{reference}#{slug}") }
            })
            .collect();
        let by_key = outline.items().enumerate().map(|(index, item)| (item.key.clone(), index)).collect();
        Self { outline, path: reference, items, by_key, has_pages }
    }

    fn navigation(&self) -> Vec<NavigationSection<'_>> {
        const ITEMS_MAX: usize = 40;
        let mut addresses = self.items.iter();
        let section = |section: &'_ outline::Section| NavigationSection {
            title: section.title,
            path: format!("{}#{}", self.path, slug(section.title)),
            count: section.items.len(),
            items: Vec::new(),
        };
        let mut sections: Vec<NavigationSection<'_>> = self.outline.sections.iter().map(section).collect();
        for (shown, section) in sections.iter_mut().zip(&self.outline.sections) {
            let links: Vec<(&str, &str)> =
                section.items.iter().zip(addresses.by_ref()).map(|(item, path)| (item.title.as_str(), path.as_str())).collect();
            shown.items = if links.len() <= ITEMS_MAX { links } else { Vec::new() };
        }
        sections
    }
}

#[derive(Serialize)]
struct NavigationGroup<'s> {
    title: &'s str,
    path: String,
    count: usize,
    is_current: bool,
    is_open: bool,
    /// There are more operations than are listed.
    is_part: bool,
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

/// The callbacks of an operation, below its own address.
fn callbacks(api: &Api, operation: usize, path: &str) -> Vec<CallbackSite> {
    let definition = api.operations[operation].definition.and_then(|index| api.definition.operations.get(index));
    let mut slugs = Slugs::default();
    let all = definition.map_or(&[][..], |definition| &definition.callbacks).iter().enumerate();
    all.map(|(number, callback)| {
        let path = format!("{path}callbacks/{}/", slugs.take(&callback.name));
        CallbackSite { operation, number, path }
    })
    .collect()
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

/// Operations by their first tag: tags in the order of the definition, then others as they come, then those without. Where
/// very many have none, the first part of the path that differs takes its place.
fn groups(api: &Api, path: &str, messages: &Messages) -> (Vec<Group>, Vec<usize>) {
    let declared = api.definition.at("/tags").and_then(serde_json::Value::as_array).map_or(&[][..], Vec::as_slice);
    let text =
        |tag: &serde_json::Value, key: &str| tag.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let mut titles: Vec<(String, String)> = declared.iter().map(|tag| (text(tag, "name"), text(tag, "description"))).collect();
    let tag_of = |operation: &catalog::model::Operation| -> String {
        let definition = operation.definition.and_then(|index| api.definition.operations.get(index));
        definition.and_then(|definition| definition.tags.first()).or(operation.tags.first()).cloned().unwrap_or_default()
    };
    let mut tags: Vec<String> = api.operations.iter().map(tag_of).collect();
    if tags.iter().filter(|tag| tag.is_empty()).count() > NAVIGATION_WHOLE_MAX {
        tag_by_path(api, &mut tags);
    }
    let mut known: BTreeSet<String> = titles.iter().map(|(title, _)| title.clone()).collect();
    for tag in tags.iter().filter(|tag| !tag.is_empty()) {
        if known.insert(tag.clone()) {
            titles.push((tag.clone(), String::new()));
        }
    }
    titles.push((String::new(), String::new()));
    let mut members: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, tag) in tags.iter().enumerate() {
        members.entry(tag).or_default().push(index);
    }
    let mut slugs = Slugs::default();
    let mut groups = Vec::new();
    let mut group_of = vec![0; api.operations.len()];
    for (tag, description) in titles {
        let Some(operations) = members.remove(tag.as_str()) else { continue };
        for &operation in &operations {
            group_of[operation] = groups.len();
        }
        let title = match tag.as_str() {
            "" if groups.is_empty() => messages.text("operations").to_owned(),
            "" => messages.text("other-operations").to_owned(),
            tag => tag.to_owned(),
        };
        // Its address is the same in every language.
        let slug = slugs.take(if tag.is_empty() { "operations" } else { &tag });
        let is_only = tag.is_empty() && groups.is_empty() && operations.len() <= TAG_PAGE_MAX;
        let pages = if is_only { 0 } else { operations.len().div_ceil(TAG_PAGE_MAX) };
        let paths = (1..=pages)
            .map(|number| if number == 1 { format!("{path}tags/{slug}/") } else { format!("{path}tags/{slug}/{number}/") })
            .collect();
        groups.push(Group { anchor: format!("tag-{slug}"), paths, title, description, operations });
    }
    (groups, group_of)
}

/// Gives operations without a tag the first part of their path that is not the same for all of them.
fn tag_by_path(api: &Api, tags: &mut [String]) {
    let parts = |operation: &catalog::model::Operation| -> Vec<String> {
        let path = operation.url_template.split('?').next().unwrap_or_default();
        path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let untagged: Vec<usize> = (0..tags.len()).filter(|&index| tags[index].is_empty()).collect();
    let paths: Vec<Vec<String>> = untagged.iter().map(|&index| parts(&api.operations[index])).collect();
    let Some(first) = paths.first() else { return };
    let common = (0..first.len()).take_while(|&at| paths.iter().all(|path| path.get(at) == first.get(at))).count();
    for (&index, path) in untagged.iter().zip(&paths) {
        if let Some(part) = path.get(common).filter(|part| !part.starts_with('{')) {
            tags[index] = part.clone();
        }
    }
}
