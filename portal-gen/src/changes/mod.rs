//! What changed between the revisions and versions of an API: computed from their definitions, with the release notes of the
//! folder woven in. A page for each API, and a feed.

pub(crate) mod compare;
mod outlines;

use crate::messages::Messages;
use crate::site::{ApiSite, Site};
use catalog::openapi::Format;
use compare::{Change, Kind, Subject};
use console::Phrase;
use serde::Serialize;

/// The steps that an API took, newest first.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) steps: Vec<Step>,
}

/// From one revision or version to the next.
#[derive(Debug)]
pub(crate) struct Step {
    /// `Revision 2`, `Version v2`.
    pub(crate) title: Phrase,
    /// What it is compared with: `revision 1`; nothing where there is nothing to compare.
    pub(crate) since: Option<Phrase>,
    /// On the page.
    pub(crate) anchor: String,
    /// Indices of the APIs: before and after.
    pub(crate) between: Option<(usize, usize)>,
    /// Markdown: what the author says about it.
    pub(crate) notes: String,
    /// Whether callers get it without asking for it.
    pub(crate) is_current: bool,
    /// RFC 3339, where the folder says when it was released.
    pub(crate) date: Option<String>,
    pub(crate) changes: Vec<Change>,
}

/// How many changes there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    pub(crate) breaking: usize,
    pub(crate) added: usize,
    pub(crate) changed: usize,
    pub(crate) deprecated: usize,
    pub(crate) removed: usize,
}

impl Counts {
    pub(crate) fn of(changes: &[Change]) -> Self {
        let count = |kind: Kind| changes.iter().filter(|change| change.kind == kind).count();
        Self {
            breaking: changes.iter().filter(|change| change.breaking.is_some()).count(),
            added: count(Kind::Added),
            changed: count(Kind::Changed),
            deprecated: count(Kind::Deprecated),
            removed: count(Kind::Removed),
        }
    }

    /// `2 added, 1 removed, 1 breaking`.
    pub(crate) fn words(self) -> Phrase {
        let parts = [
            (self.added, Phrase::new("{count} added")),
            (self.changed, Phrase::new("{count} changed")),
            (self.deprecated, Phrase::new("{count} deprecated")),
            (self.removed, Phrase::new("{count} removed")),
            (self.breaking, Phrase::new("{count} breaking")),
        ];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, words)| words.with("count", count));
        let joined = parts.reduce(|one, other| Phrase::new("{one}, {other}").with("one", one).with("other", other));
        joined.unwrap_or(Phrase::new("no changes in the definition"))
    }
}

/// Whether an API has a page of changes: it has several revisions, an earlier version, or release notes.
pub(crate) fn has_page(site: &Site<'_>, api: &ApiSite<'_>) -> bool {
    api.api.is_current && (!api.revisions.is_empty() || previous_version(site, api).is_some() || !api.api.releases.is_empty())
}

/// The steps of an API, with everything that changed in each.
pub(crate) fn history(site: &Site<'_>, api: &ApiSite<'_>) -> History {
    let mut history = History::default();
    let mut revisions = api.revisions.clone();
    revisions.sort_by_key(|&index| ordered(&site.apis[index].api.revision));
    let mut notes: Vec<(&catalog::model::Release, bool)> = api.api.releases.iter().map(|release| (release, false)).collect();
    for pair in revisions.windows(2).rev() {
        let (before, after) = (&site.apis[pair[0]], &site.apis[pair[1]]);
        let mut step = Step {
            title: Phrase::new("Revision {revision}").with("revision", &after.api.revision),
            since: Some(Phrase::new("revision {revision}").with("revision", &before.api.revision)),
            anchor: format!("revision-{}", crate::slug::slug(&after.api.revision)),
            between: Some((pair[0], pair[1])),
            notes: after.api.revision_description.clone(),
            is_current: after.api.is_current,
            date: None,
            changes: changes(before, after),
        };
        for (release, used) in
            notes.iter_mut().filter(|(release, used)| !used && release.revision.as_deref() == Some(&after.api.revision))
        {
            *used = true;
            step.date = step.date.or_else(|| release.date.clone());
            step.notes =
                if step.notes.is_empty() { release.notes.clone() } else { format!("{}\n\n{}", release.notes, step.notes) };
        }
        history.steps.push(step);
    }
    // Notes that belong to no step stand as they are, newest first as the catalog orders them.
    for (release, _) in notes.iter().filter(|(_, used)| !used) {
        history.steps.push(Step {
            title: Phrase::new("{name}").with("name", &release.name),
            since: None,
            anchor: format!("release-{}", crate::slug::slug(&release.name)),
            between: None,
            notes: release.notes.clone(),
            is_current: true,
            date: release.date.clone(),
            changes: Vec::new(),
        });
    }
    if let Some(before) = previous_version(site, api) {
        let named = |api: &ApiSite<'_>, original: Phrase, version: Phrase| match api.api.version.as_ref() {
            Some(named) if !named.identifier.is_empty() => version.with("version", &named.identifier),
            _ => original,
        };
        let after = site.apis.iter().position(|other| std::ptr::eq(other, api)).unwrap_or_default();
        history.steps.push(Step {
            title: named(api, Phrase::new("The original version"), Phrase::new("Version {version}")),
            since: Some(named(&site.apis[before], Phrase::new("the original version"), Phrase::new("version {version}"))),
            anchor: "version".to_owned(),
            between: Some((before, after)),
            notes: api.api.version.as_ref().map_or_else(String::new, |version| version.description.clone()),
            is_current: true,
            date: None,
            changes: changes(&site.apis[before], api),
        });
    }
    // Two of one name would have one anchor.
    let mut slugs = crate::slug::Slugs::default();
    history.steps.iter_mut().for_each(|step| step.anchor = slugs.take(&step.anchor));
    history
}

fn changes(before: &ApiSite<'_>, after: &ApiSite<'_>) -> Vec<Change> {
    match (&before.outline, &after.outline) {
        (Some(old), Some(new)) => outlines::compare(&old.outline, &new.outline),
        _ if before.api.definition.format == Format::AsyncApi => Vec::new(),
        _ => compare::compare(&before.api.definition, &after.api.definition),
    }
}

/// The version before this one, in the natural order of their identifiers; the original comes first.
fn previous_version(site: &Site<'_>, api: &ApiSite<'_>) -> Option<usize> {
    let identifier = |index: usize| site.apis[index].api.version.as_ref().map_or("", |version| &version.identifier);
    let mut versions = api.versions.clone();
    versions.sort_by_key(|&index| ordered(identifier(index)));
    let at = versions.iter().position(|&index| std::ptr::eq(&site.apis[index], api))?;
    at.checked_sub(1).map(|before| versions[before])
}

/// Words and numbers of a name, so that `v10` comes after `v9`.
pub(crate) fn ordered(name: &str) -> Vec<(u64, String)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let is_digit = rest.starts_with(|first: char| first.is_ascii_digit());
        let end = rest.find(|next: char| next.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        parts.push(match part.parse::<u64>() {
            Ok(number) if is_digit => (number, String::new()),
            _ => (0, part.to_lowercase()),
        });
        rest = after;
    }
    parts
}

/// The feed of an API's changes, as RSS 2.0. `page` is the address of the page of changes, from the site's root; `base` the site's
/// full address without a slash at its end, or empty.
pub(crate) fn feed(history: &History, title: &str, page: &str, base: &str, messages: &Messages) -> String {
    let text = |text: &str| crate::markdown::escaped(text);
    let say = |phrase: Phrase| crate::markdown::escaped(&messages.phrase(&phrase));
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\">\n<channel>\n\
         <title>{}</title>\n<link>{base}/{page}</link>\n<description>{}</description>\n\
         <atom:link href=\"{base}/{page}feed.xml\" rel=\"self\" type=\"application/rss+xml\"/>\n",
        say(Phrase::new("Changes of {api}").with("api", title)),
        say(Phrase::new("What was added, changed, deprecated and removed in {api}").with("api", title)),
    );
    for step in &history.steps {
        let counts = messages.phrase(&Counts::of(&step.changes).words());
        let mut body = crate::markdown::description(&step.notes, 2);
        if let Some(since) = &step.since {
            let said = messages.filled("changes-since", &[("name", &messages.phrase(since)), ("changes", &counts)]);
            body.push_str(&format!("<p>{}</p>", text(&said)));
        }
        let shown = step.changes.iter().take(FEED_CHANGES_MAX);
        let items: String = shown
            .map(|change| {
                let words = match change.breaking {
                    Some(why) => Phrase::new("{subject}: {what} – breaking: {why}").with("why", Phrase::new(why)),
                    None => Phrase::new("{subject}: {what}"),
                };
                let what = messages.phrase(&change.what).replace('`', "");
                format!("<li>{}</li>", say(words.with("subject", subject(&change.subject)).with("what", what)))
            })
            .collect();
        if !items.is_empty() {
            body.push_str(&format!("<ul>{items}</ul>"));
        }
        if step.changes.len() > FEED_CHANGES_MAX {
            let more = step.changes.len() - FEED_CHANGES_MAX;
            body.push_str(&format!("<p>{}</p>", say(Phrase::new("And {count} more on the page.").with("count", more))));
        }
        let date =
            step.date.as_deref().and_then(rfc_2822).map_or_else(String::new, |date| format!("<pubDate>{date}</pubDate>\n"));
        let name = messages.phrase(&step.title);
        let name = if step.between.is_some() { format!("{name}: {counts}") } else { name };
        xml.push_str(&format!(
            "<item>\n<title>{}</title>\n<link>{base}/{page}#{}</link>\n<guid isPermaLink=\"false\">{page}#{}</guid>\n{date}<description>{}</description>\n</item>\n",
            text(&name),
            step.anchor,
            step.anchor,
            text(&body),
        ));
    }
    xml.push_str("</channel>\n</rss>\n");
    xml
}

/// How many changes of one step a feed lists.
const FEED_CHANGES_MAX: usize = 60;

/// `2026-02-03T10:00:00Z` as feeds write it.
fn rfc_2822(date: &str) -> Option<String> {
    let at: jiff::Timestamp = date.parse().ok()?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string())
}

/// What a change is about, in plain words.
pub(crate) fn subject(subject: &Subject) -> Phrase {
    match subject {
        Subject::Operation(name) | Subject::Item(name) => Phrase::new("{name}").with("name", name),
        Subject::Webhook(name) => Phrase::new("Webhook {name}").with("name", name),
        Subject::Schema(name) => Phrase::new("Schema {name}").with("name", name),
    }
}
