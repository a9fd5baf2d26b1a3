//! The same for definitions that are not OpenAPI: items and rows that came, went, or have another type.

use super::compare::{Change, Kind, Subject};
use crate::outline::{Item, Outline, Part, Row};

/// Everything that differs, in the order of the new outline; what is gone comes last.
pub(super) fn compare(old: &Outline, new: &Outline) -> Vec<Change> {
    let mut changes = Vec::new();
    for after in new.items() {
        match old.items().find(|before| before.key == after.key) {
            None => push(&mut changes, after, Kind::Added, format!("new {}", after.kind), None),
            Some(before) => item(before, after, &mut changes),
        }
    }
    for before in old.items().filter(|before| !new.items().any(|after| after.key == before.key)) {
        push(&mut changes, before, Kind::Removed, format!("{} removed", before.kind), Some("whoever uses it fails"));
    }
    changes
}

fn push(changes: &mut Vec<Change>, item: &Item, kind: Kind, what: String, breaking: Option<&'static str>) {
    changes.push(Change { subject: Subject::Item(item.title.clone()), kind, what, breaking, used_by: Vec::new() });
}

fn item(before: &Item, after: &Item, changes: &mut Vec<Change>) {
    if before.deprecated.is_none() && after.deprecated.is_some() {
        push(changes, after, Kind::Deprecated, "deprecated".to_owned(), None);
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
    let words = |label: &[Part]| label.iter().map(|part| part.text.as_str()).collect::<String>();
    let full = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for row in new {
        let name = full(&row.name);
        let Some(before) = old.iter().find(|other| other.name == row.name) else {
            let required = row.marks.contains(&"required") && matches!(item.kind, "input")
                || row.marks.contains(&"required") && !path.is_empty();
            let breaking = required.then_some("calls without it are refused");
            push(changes, item, Kind::Added, format!("new {}`{name}`", if required { "required " } else { "" }), breaking);
            continue;
        };
        if before.deprecated.is_none() && row.deprecated.is_some() {
            push(changes, item, Kind::Deprecated, format!("`{name}` deprecated"), None);
        }
        if words(&before.label) != words(&row.label) {
            let what = format!("the type of `{name}` changed from `{}` to `{}`", words(&before.label), words(&row.label));
            push(changes, item, Kind::Changed, what, Some("values of the old type may no longer fit"));
        }
        rows(&before.inside, &row.inside, &name, item, changes);
    }
    for row in old.iter().filter(|row| !new.iter().any(|other| other.name == row.name)) {
        push(changes, item, Kind::Removed, format!("`{}` removed", full(&row.name)), Some("whoever uses it fails"));
    }
}
