//! The same for definitions that are not OpenAPI: items and rows that came, went, or have another type.

use super::compare::{Change, Kind, Subject};
use crate::outline::{Item, Outline, Part, Row};
use console::Phrase;

/// Everything that differs, in the order of the new outline; what is gone comes last.
pub(super) fn compare(old: &Outline, new: &Outline) -> Vec<Change> {
    let mut changes = Vec::new();
    for after in new.items() {
        match old.items().find(|before| before.key == after.key) {
            None => push(&mut changes, after, Kind::Added, Phrase::new("new {what}").with("what", Phrase::new(after.kind)), None),
            Some(before) => item(before, after, &mut changes),
        }
    }
    for before in old.items().filter(|before| !new.items().any(|after| after.key == before.key)) {
        push(
            &mut changes,
            before,
            Kind::Removed,
            Phrase::new("{what} removed").with("what", Phrase::new(before.kind)),
            Some("whoever uses it fails"),
        );
    }
    changes
}

fn push(changes: &mut Vec<Change>, item: &Item, kind: Kind, what: Phrase, breaking: Option<&'static str>) {
    changes.push(Change { subject: Subject::Item(item.title.clone()), kind, what, breaking, used_by: Vec::new() });
}

fn item(before: &Item, after: &Item, changes: &mut Vec<Change>) {
    if before.deprecated.is_none() && after.deprecated.is_some() {
        push(changes, after, Kind::Deprecated, Phrase::new("deprecated"), None);
    }
    for table in &after.tables {
        let old = before.tables.iter().find(|other| other.title == table.title).map_or(&[][..], |table| &table.rows);
        rows(old, &table.rows, "", after, changes);
    }
    for table in before.tables.iter().filter(|table| !after.tables.iter().any(|other| other.title == table.title)) {
        rows(&table.rows, &[], "", after, changes);
    }
}

fn rows(old: &[Row], new: &[Row], path: &str, item: &Item, changes: &mut Vec<Change>) {
    let words = |label: &[Part]| label.iter().map(|part| part.text.to_string()).collect::<String>();
    let full = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for row in new {
        let name = full(&row.name);
        let Some(before) = old.iter().find(|other| other.name == row.name) else {
            let required = row.marks.contains(&"required") && matches!(item.kind, "input")
                || row.marks.contains(&"required") && !path.is_empty();
            let breaking = required.then_some("calls without it are refused");
            let what = if required { Phrase::new("new required `{name}`") } else { Phrase::new("new `{name}`") };
            push(changes, item, Kind::Added, what.with("name", name), breaking);
            continue;
        };
        if before.deprecated.is_none() && row.deprecated.is_some() {
            push(changes, item, Kind::Deprecated, Phrase::new("`{name}` deprecated").with("name", &name), None);
        }
        if words(&before.label) != words(&row.label) {
            let what = Phrase::new("the type of `{name}` changed from `{before}` to `{after}`").with("name", &name);
            let what = what.with("before", words(&before.label)).with("after", words(&row.label));
            push(changes, item, Kind::Changed, what, Some("values of the old type may no longer fit"));
        }
        rows(&before.inside, &row.inside, &name, item, changes);
    }
    for row in old.iter().filter(|row| !new.iter().any(|other| other.name == row.name)) {
        push(
            changes,
            item,
            Kind::Removed,
            Phrase::new("`{name}` removed").with("name", full(&row.name)),
            Some("whoever uses it fails"),
        );
    }
}
