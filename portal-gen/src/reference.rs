//! Pages of an API that are not about one operation: tags, authorization, changes, and what other formats define.

use crate::changes::{
    self, Counts,
    compare::{Change, Kind, Subject},
};
use crate::markdown;
use crate::messages::Messages;
use crate::outline::{Fact, Item, Part, Row, Target};
use crate::pages::{Destination, Filler, Link, described, names, operation_entry};
use crate::schema::{Node, Viewer};
use crate::security;
use crate::site::{ApiSite, OutlineSite, TAG_PAGE_MAX};
use serde::Serialize;

/// How many changes of one step a page shows; the rest stand in the file beside it.
const CHANGES_MAX: usize = 400;
/// How many rows of one item a page shows in place of everything.
const SCHEMA_ROWS_MAX: usize = 200;

/// Another version or revision of what a page is about.
#[derive(Debug, Serialize)]
pub(crate) struct Choice {
    title: String,
    path: String,
    is_current: bool,
}

/// Versions or revisions to choose from.
#[derive(Debug, Serialize)]
pub(crate) struct Chooser {
    /// `Version`.
    title: &'static str,
    /// `v2`.
    current: String,
    choices: Vec<Choice>,
}

/// Words with links, as templates see them.
#[derive(Debug, Serialize)]
struct WordView {
    text: String,
    path: Option<String>,
}

#[derive(Debug, Serialize)]
struct FactView {
    name: &'static str,
    words: Vec<WordView>,
}

#[derive(Debug, Serialize)]
struct RowView<'s> {
    name: &'s str,
    anchor: String,
    label: Vec<WordView>,
    /// HTML.
    description: String,
    deprecated: bool,
    reason: &'s str,
    marks: &'s [&'static str],
    facts: Vec<FactView>,
    inside: Vec<RowView<'s>>,
}

#[derive(Debug, Serialize)]
struct TableView<'s> {
    title: &'static str,
    rows: Vec<RowView<'s>>,
}

#[derive(Debug, Serialize)]
struct ItemView<'s> {
    title: &'s str,
    anchor: String,
    path: &'s str,
    kind: &'static str,
    /// HTML.
    description: String,
    summary: String,
    deprecated: bool,
    reason: &'s str,
    facts: Vec<FactView>,
    tables: Vec<TableView<'s>>,
    schemas: Vec<(&'static str, Node)>,
    /// Title, and HTML.
    examples: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct ChangeView {
    kind: Kind,
    /// HTML: inline code.
    what: String,
    breaking: Option<&'static str>,
    used_by: Vec<Link>,
    used_by_more: usize,
}

#[derive(Debug, Serialize)]
struct SubjectView {
    title: String,
    /// Its page, if it still has one.
    path: Option<String>,
    method: String,
    changes: Vec<ChangeView>,
}

#[derive(Debug, Serialize)]
struct StepView {
    title: String,
    since: String,
    anchor: String,
    is_current: bool,
    compared: bool,
    date: String,
    /// HTML.
    notes: String,
    counts: Counts,
    summary: String,
    subjects: Vec<SubjectView>,
    more: usize,
}

impl<'a> Filler<'_, 'a> {
    /// Versions and revisions of an API. `same` finds in another of them what the page is about.
    pub(crate) fn choosers(&mut self, site: &ApiSite<'a>, same: &dyn Fn(&ApiSite<'a>) -> Option<String>) {
        let mut choosers = Vec::new();
        let path = |other: &ApiSite<'a>| same(other).unwrap_or_else(|| other.path.clone());
        let is_this = |other: &ApiSite<'a>| std::ptr::eq(other, site);
        if site.versions.len() > 1 {
            let title = |other: &ApiSite<'a>| match other.api.version.as_ref().map_or("", |version| &version.identifier) {
                "" => self.text("original-version").to_owned(),
                identifier => identifier.to_owned(),
            };
            let mut versions = site.versions.clone();
            versions.sort_by_key(|&index| std::cmp::Reverse(changes::ordered(&title(&self.site.apis[index]))));
            let choices = versions.iter().map(|&index| {
                let other = &self.site.apis[index];
                Choice { title: title(other), path: path(other), is_current: is_this(other) }
            });
            choosers.push(Chooser { title: "Version", current: title(site), choices: choices.collect() });
        }
        if !site.revisions.is_empty() {
            let title = |other: &ApiSite<'a>| match other.api.is_current {
                true => self.filled("current-in-brackets", &[("name", &other.api.revision)]),
                false => other.api.revision.clone(),
            };
            let mut revisions = site.revisions.clone();
            revisions.sort_by_key(|&index| std::cmp::Reverse(changes::ordered(&self.site.apis[index].api.revision)));
            let choices = revisions.iter().map(|&index| {
                let other = &self.site.apis[index];
                Choice { title: title(other), path: path(other), is_current: is_this(other) }
            });
            choosers.push(Chooser { title: "Revision", current: title(site), choices: choices.collect() });
        }
        self.context.insert("choosers", &choosers);
    }

    /// One page of the operations of a tag.
    pub(crate) fn tag(&mut self, site: &ApiSite<'a>, group: usize, number: usize) -> Destination {
        let (index, group) = (group, &site.groups[group]);
        let path = &group.paths[number];
        let title = match number {
            0 => group.title.clone(),
            number => format!("{} ({})", group.title, number + 1),
        };
        let operations = group.operations.iter().map(|&operation| site.api.operations[operation].display_name.as_str());
        let about = described(&group.description, || names(operations));
        self.head("tag", &format!("{title} – {}", site.full_title()), &about, path, "apis/");
        self.context.insert_value("navigation", site.navigation_of_group(index));
        self.api_link(site);
        self.choosers(site, &|other| {
            let same = other.groups.iter().find(|one| one.title == group.title)?;
            same.paths.first().cloned()
        });
        self.context.insert("title", &group.title);
        self.context.insert("count", &group.operations.len());
        self.context.insert("description", &markdown::description(&group.description, 1));
        let shown = group.operations.iter().skip(number * TAG_PAGE_MAX).take(TAG_PAGE_MAX);
        self.context.insert("operations", &shown.map(|&operation| operation_entry(site, operation)).collect::<Vec<_>>());
        let pages: Vec<Link> =
            group.paths.iter().enumerate().map(|(index, path)| Link::inside((index + 1).to_string(), path)).collect();
        self.context.insert("pages", &pages);
        let all: Vec<(&str, &String)> =
            site.groups.iter().flat_map(|group| group.paths.iter().map(|path| (group.title.as_str(), path))).collect();
        let at = all.iter().position(|(_, other)| *other == path);
        self.neighbours(at, |at| all.get(at).map(|(title, path)| Link::inside(*title, *path)));
        ("page/tag.html", path.clone())
    }

    /// The pages before and after one of a list.
    pub(crate) fn neighbours(&mut self, at: Option<usize>, link: impl Fn(usize) -> Option<Link>) {
        self.context.insert("previous", &at.and_then(|at| at.checked_sub(1)).and_then(&link));
        self.context.insert("next", &at.and_then(|at| link(at + 1)));
    }

    /// What a definition says about authorization.
    pub(crate) fn security(&mut self, site: &ApiSite<'a>) -> Destination {
        let path = format!("{}security/", site.path);
        let title = format!("{} – {}", self.text("authorization"), site.full_title());
        let about = self.filled("how-calls-to-are-authorized", &[("api", &site.full_title())]);
        self.head("security", &title, &about, &path, "apis/");
        self.context.insert_value("navigation", site.navigation_beside(None));
        self.api_link(site);
        self.choosers(site, &|other| other.has_security.then(|| format!("{}security/", other.path)));
        self.context.insert("schemes", &security::described(&site.api.definition));
        self.context.insert("everywhere", &security::of_operation(&site.api.definition, None));
        let key = site
            .api
            .subscription_required
            .then(|| (site.is_open(self.site), site.api.key_names.header.clone(), site.api.key_names.query.clone()));
        self.context.insert("key", &key);
        ("page/security.html", path)
    }

    /// What changed between revisions and versions, and the feed of it.
    pub(crate) fn changes(&mut self, site: &ApiSite<'a>) -> Destination {
        let path = format!("{}changes/", site.path);
        let title = format!("{} – {}", self.text("changes"), site.full_title());
        let about = self.filled("what-changed-in", &[("api", &site.full_title())]);
        self.head("changes", &title, &about, &path, "apis/");
        self.context.insert_value("navigation", site.navigation_beside(None));
        self.api_link(site);
        self.choosers(site, &|other| other.changes.clone());
        let history = changes::history(self.site, site);
        let steps: Vec<StepView> = history.steps.iter().map(|step| self.step(step)).collect();
        self.context.insert("steps", &steps);
        let base = self.site.url().unwrap_or_default();
        let page = format!("{}{path}", self.site.language.prefix);
        let feed = changes::feed(&history, &site.full_title(), &page, base, &self.site.messages);
        self.extras.push((format!("{path}feed.xml"), feed.into_bytes()));
        let all: Vec<serde_json::Value> = history
            .steps
            .iter()
            .map(|step| serde_json::json!({ "title": step.title.to_string(), "since": step.since.as_ref().map_or_else(String::new, |since| since.to_string()), "notes": step.notes, "date": step.date, "changes": step.changes }))
            .collect();
        self.extras.push((format!("{path}changes.json"), serde_json::to_vec_pretty(&all).unwrap_or_default()));
        ("page/changes.html", path)
    }

    fn step(&self, step: &changes::Step) -> StepView {
        let mut subjects: Vec<SubjectView> = Vec::new();
        // What breaks comes first, so that no cut hides it.
        let mut ordered: Vec<&Change> = step.changes.iter().collect();
        let breaks =
            |subject: &Subject| step.changes.iter().any(|change| change.breaking.is_some() && &change.subject == subject);
        let breaking: std::collections::HashMap<&Subject, bool> =
            step.changes.iter().map(|change| (&change.subject, breaks(&change.subject))).collect();
        ordered.sort_by_key(|change| !breaking[&change.subject]);
        let mut last: Option<&Subject> = None;
        for change in ordered.iter().take(CHANGES_MAX) {
            if last != Some(&change.subject) {
                subjects.push(self.subject(step, &change.subject));
                last = Some(&change.subject);
            }
            let users = change
                .used_by
                .iter()
                .filter_map(|name| Some(Link::inside(name.clone(), self.address(step, &Subject::Operation(name.clone()))?)));
            let view = ChangeView {
                kind: change.kind,
                what: coded(&self.site.messages.phrase(&change.what)),
                breaking: change.breaking,
                used_by: users.take(4).collect(),
                used_by_more: change.used_by.len().saturating_sub(4),
            };
            if let Some(subject) = subjects.last_mut() {
                subject.changes.push(view);
            }
        }
        let counts = Counts::of(&step.changes);
        StepView {
            title: self.site.messages.phrase(&step.title),
            since: step.since.as_ref().map_or_else(String::new, |since| self.site.messages.phrase(since)),
            anchor: step.anchor.clone(),
            is_current: step.is_current,
            compared: step.between.is_some(),
            date: step.date.as_deref().map(|date| date.split('T').next().unwrap_or(date).to_owned()).unwrap_or_default(),
            notes: markdown::description(&step.notes, 2),
            counts,
            summary: self.site.messages.phrase(&counts.words()),
            subjects,
            more: step.changes.len().saturating_sub(CHANGES_MAX),
        }
    }

    fn subject(&self, step: &changes::Step, subject: &Subject) -> SubjectView {
        let method = match subject {
            Subject::Operation(name) => name.split(' ').next().unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        let title = self.site.messages.phrase(&changes::subject(subject));
        let title = title.strip_prefix(&format!("{method} ")).map(str::to_owned).unwrap_or(title);
        SubjectView { title, path: self.address(step, subject), method, changes: Vec::new() }
    }

    /// Where something stands after a step, or, if it is gone, where it stood.
    fn address(&self, step: &changes::Step, subject: &Subject) -> Option<String> {
        let (before, after) = step.between?;
        [after, before].into_iter().find_map(|index| {
            let api = &self.site.apis[index];
            match subject {
                Subject::Operation(name) => {
                    let (method, path) = name.split_once(' ')?;
                    let at = api.by_address.get(&(method, path)).copied();
                    let at = at.or_else(|| {
                        let described = &api.api.definition.operations;
                        let named =
                            described.iter().position(|one| one.path == path && one.method.eq_ignore_ascii_case(method))?;
                        api.api.operations.iter().position(|operation| operation.definition == Some(named))
                    })?;
                    Some(api.operations[at].clone())
                }
                Subject::Webhook(name) => {
                    let at = api.api.definition.webhooks.iter().position(|webhook| &webhook.path == name)?;
                    Some(api.webhooks[at].clone())
                }
                Subject::Schema(name) => api.schema_paths.get(name).cloned(),
                Subject::Item(title) => {
                    let outline = api.outline.as_ref()?;
                    let at = outline.outline.items().position(|item| &item.title == title)?;
                    Some(outline.items[at].clone())
                }
            }
        })
    }

    /// What a definition that is not OpenAPI says: everything, or a list of what has pages.
    pub(crate) fn outline(&mut self, site: &ApiSite<'a>, outline: &OutlineSite) -> Destination {
        let path = outline.path.clone();
        let title = format!("{} – {}", self.site.messages.word(outline.outline.format), site.full_title());
        let items = outline.outline.items().map(|item| item.title.as_str());
        let about = described(&outline.outline.description, || names(items));
        self.head("reference", &title, &about, &path, "apis/");
        self.context.insert_value("navigation", site.navigation_beside(None));
        self.api_link(site);
        self.choosers(site, &|other| other.outline.as_ref().map(|outline| outline.path.clone()));
        self.context.insert("title", self.site.messages.word(outline.outline.format));
        self.context.insert("description", &markdown::description(&outline.outline.description, 1));
        let facts: Vec<FactView> =
            outline.outline.facts.iter().map(|fact| fact_view(site, outline, fact, &self.site.messages)).collect();
        self.context.insert("facts", &facts);
        #[derive(Serialize)]
        struct SectionView<'s> {
            title: &'static str,
            anchor: String,
            items: Vec<ItemView<'s>>,
        }
        let mut addresses = outline.items.iter();
        let mut viewer = viewer(site);
        let mut sections = Vec::new();
        for section in &outline.outline.sections {
            let mut items = Vec::new();
            for (item, path) in section.items.iter().zip(addresses.by_ref()) {
                items.push(match outline.has_pages {
                    true => listed(item, path),
                    false => item_view(site, outline, item, path, &mut viewer, 3, &self.site.messages),
                });
            }
            sections.push(SectionView { title: section.title, anchor: crate::slug::slug(section.title), items });
        }
        self.context.insert("sections", &sections);
        self.context.insert("has_pages", &outline.has_pages);
        ("page/reference.html", path)
    }

    /// One item of a large definition.
    pub(crate) fn outline_item(&mut self, site: &ApiSite<'a>, outline: &OutlineSite, index: usize) -> Destination {
        let path = outline.items[index].clone();
        let items: Vec<&Item> = outline.outline.items().collect();
        let item = items[index];
        let title = format!("{} – {}", item.title, site.full_title());
        let rows = item.tables.iter().flat_map(|table| &table.rows).map(|row| row.name.as_str());
        let about = described(&item.description, || format!("{}: {}", item.title, names(rows)));
        self.head("item", &title, &about, &path, "apis/");
        self.context.insert_value("navigation", site.navigation_beside(None));
        self.api_link(site);
        self.choosers(site, &|other| {
            let outline = other.outline.as_ref()?;
            outline.by_key.get(&item.key).map(|&index| outline.items[index].clone())
        });
        self.context.insert("reference", &Link::inside(self.site.messages.word(outline.outline.format), &outline.path));
        let view = item_view(site, outline, item, &path, &mut viewer(site), 1, &self.site.messages);
        self.context.insert("item", &view);
        self.neighbours(Some(index), |at| items.get(at).map(|item| Link::inside(item.title.clone(), &outline.items[at])));
        ("page/item.html", path)
    }
}

/// A sentence with what stands in backticks as code.
fn coded(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(index, part)| match index % 2 {
        0 => markdown::escaped_text(part).into_owned(),
        _ => format!("<code>{}</code>", markdown::escaped_text(part)),
    });
    parts.collect()
}

fn viewer<'a>(site: &'a ApiSite<'_>) -> Viewer<'a> {
    Viewer::new(&site.api.definition, &site.schema_paths, SCHEMA_ROWS_MAX, 3)
}

fn listed<'s>(item: &'s Item, path: &'s str) -> ItemView<'s> {
    ItemView {
        title: &item.title,
        anchor: String::new(),
        path,
        kind: item.kind,
        description: String::new(),
        summary: markdown::plain(&item.description, 120),
        deprecated: item.deprecated.is_some(),
        reason: "",
        facts: Vec::new(),
        tables: Vec::new(),
        schemas: Vec::new(),
        examples: Vec::new(),
    }
}

/// `above` is the level of the heading that the item's text stands under.
fn item_view<'s>(
    site: &ApiSite<'_>,
    outline: &OutlineSite,
    item: &'s Item,
    path: &'s str,
    viewer: &mut Viewer<'s>,
    above: usize,
    messages: &Messages,
) -> ItemView<'s> {
    let anchor = path.split_once('#').map_or("", |(_, anchor)| anchor);
    let tables = item.tables.iter().enumerate().map(|(number, table)| {
        let mut anchors = crate::slug::Slugs::default();
        let prefix = [anchor, if number == 0 { "" } else { table.title }]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(crate::slug::slug);
        let prefix = prefix.collect::<Vec<_>>().join(".");
        // A page has names of its own that a field may have, too.
        let prefix = if prefix.is_empty() { "row".to_owned() } else { prefix };
        let rows = table.rows.iter().map(|row| {
            let name = anchors.take(&row.name);
            row_view(site, outline, row, format!("{prefix}.{name}"), messages)
        });
        TableView { title: table.title, rows: rows.collect() }
    });
    ItemView {
        title: &item.title,
        anchor: anchor.to_owned(),
        path,
        kind: item.kind,
        description: markdown::description(&item.description, above),
        summary: String::new(),
        deprecated: item.deprecated.is_some(),
        reason: item.deprecated.as_deref().unwrap_or_default(),
        facts: item.facts.iter().map(|fact| fact_view(site, outline, fact, messages)).collect(),
        tables: tables.collect(),
        schemas: item.schemas.iter().map(|(title, schema)| (*title, viewer.top(schema))).collect(),
        examples: item
            .examples
            .iter()
            .take(4)
            .map(|(title, text)| (messages.words(title), crate::highlight::html("json", text)))
            .collect(),
    }
}

fn row_view<'s>(site: &ApiSite<'_>, outline: &OutlineSite, row: &'s Row, anchor: String, messages: &Messages) -> RowView<'s> {
    RowView {
        name: &row.name,
        anchor,
        label: word_views(site, outline, &row.label, messages),
        description: markdown::description(&row.description, 4),
        deprecated: row.deprecated.is_some(),
        reason: row.deprecated.as_deref().unwrap_or_default(),
        marks: &row.marks,
        facts: row.facts.iter().map(|fact| fact_view(site, outline, fact, messages)).collect(),
        inside: row.inside.iter().map(|inner| row_view(site, outline, inner, String::new(), messages)).collect(),
    }
}

fn fact_view(site: &ApiSite<'_>, outline: &OutlineSite, fact: &Fact, messages: &Messages) -> FactView {
    FactView { name: fact.name, words: word_views(site, outline, &fact.words, messages) }
}

fn word_views(site: &ApiSite<'_>, outline: &OutlineSite, parts: &[Part], messages: &Messages) -> Vec<WordView> {
    let path = |target: &Target| match target {
        Target::None => None,
        Target::Item(key) => outline.by_key.get(key).map(|&index| outline.items[index].clone()),
        Target::Schema(name) => site.schema_paths.get(name).cloned(),
    };
    parts.iter().map(|part| WordView { text: messages.words(&part.text), path: path(&part.target) }).collect()
}
