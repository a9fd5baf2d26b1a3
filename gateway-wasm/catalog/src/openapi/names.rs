//! Resource names of operations, derived from a definition exactly as APIM's import does.

use super::Operation;
use std::collections::BTreeSet;

/// Where APIM cuts a name.
const LENGTH_MAX: usize = 76;

/// The name that an operation asks for: its id, else its method and path.
pub(crate) fn of(operation: &Operation) -> String {
    let from_id = operation.operation_id.as_deref().map(normalized).filter(|name| !name.is_empty());
    from_id.unwrap_or_else(|| normalized(&format!("{} {}", operation.method, operation.path)))
}

/// Lower case, runs of anything but letters and digits as one dash, none at the ends, cut to 76.
pub(crate) fn normalized(text: &str) -> String {
    let mut name = String::new();
    for character in text.chars() {
        if character.is_alphanumeric() {
            name.extend(character.to_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let cut: String = name.chars().take(LENGTH_MAX).collect();
    cut.trim_matches('-').to_owned()
}

/// Names that were given already.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeSet<String>);

impl Names {
    /// The name itself, or with `-1`, `-2` and so on where it is taken.
    pub(crate) fn unique(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 0_u32;
        while name.is_empty() || !self.0.insert(name.clone()) {
            number += 1;
            name = format!("{}-{number}", if wanted.is_empty() { "operation" } else { wanted });
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, normalized};

    #[test]
    fn names_are_those_of_apim() {
        for (text, name) in [
            ("getOrders", "getorders"),
            ("repos/list-for-org", "repos-list-for-org"),
            ("get /foo/{id}", "get-foo-id"),
            ("--a__b--", "a-b"),
            ("", ""),
        ] {
            assert_eq!(normalized(text), name);
        }
        assert_eq!(normalized(&"x".repeat(100)).len(), 76);
    }

    #[test]
    fn taken_names_get_a_number() {
        let mut names = Names::default();
        let given: Vec<String> = ["a", "a", "a", "a-1", ""].iter().map(|name| names.unique(name)).collect();
        assert_eq!(given, ["a", "a-1", "a-2", "a-1-1", "operation-1"]);
    }
}
