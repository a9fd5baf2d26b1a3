//! Names become parts of addresses: safe in a file system, readable in a URL, never two the same in one place.

use std::collections::HashSet;

/// The longest part of an address, in characters; file systems allow 255 bytes.
const CHARACTERS_MAX: usize = 60;

/// One part of an address: lower case letters and digits of any script, and single dashes between them. Dots, slashes and
/// everything else become dashes, so a slug never leaves its directory.
///
/// ```
/// assert_eq!(portal_gen::slug::slug("Get a pet/by ID 🐶"), "get-a-pet-by-id");
/// assert_eq!(portal_gen::slug::slug("../.."), "x");
/// ```
pub fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for character in name.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            slug.push(character);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        if slug.chars().count() >= CHARACTERS_MAX {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    // Windows has no files of these names, whatever stands behind them.
    let is_device = matches!(slug, "con" | "prn" | "aux" | "nul")
        || ["com", "lpt"].iter().any(|device| {
            slug.strip_prefix(device).is_some_and(|rest| rest.len() == 1 && rest != "0" && rest.as_bytes()[0].is_ascii_digit())
        });
    match slug {
        "" => "x".to_owned(),
        slug if is_device => format!("{slug}-x"),
        slug => slug.to_owned(),
    }
}

/// The slugs of one directory.
#[derive(Default)]
pub(crate) struct Slugs(HashSet<String>);

impl Slugs {
    /// A directory in which some names are taken already.
    pub(crate) fn reserved(names: &[&str]) -> Self {
        Self(names.iter().map(|&name| name.to_owned()).collect())
    }

    /// The slug of a name; `-2`, `-3` and so on where an earlier name has the same slug.
    pub(crate) fn take(&mut self, name: &str) -> String {
        let plain = slug(name);
        let mut unique = plain.clone();
        let mut number = 2;
        while !self.0.insert(unique.clone()) {
            unique = format!("{plain}-{number}");
            number += 1;
        }
        unique
    }
}

#[cfg(test)]
mod tests {
    use super::{Slugs, slug};

    #[test]
    fn a_slug_stays_in_its_directory() {
        for (name, expected) in [
            ("getPet", "getpet"),
            ("../../etc/passwd", "etc-passwd"),
            ("index.html", "index-html"),
            ("a  b//c", "a-b-c"),
            ("🐶", "x"),
            ("", "x"),
            ("Книги и книги", "книги-и-книги"),
            ("--a--", "a"),
            ("CON", "con-x"),
            ("com1", "com1-x"),
            ("com10", "com10"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
        }
        assert_eq!(slug(&"long ".repeat(100)).chars().count(), 59);
    }

    #[test]
    fn two_names_never_share_a_slug() {
        let mut slugs = Slugs::reserved(&["schemas"]);
        let taken = ["Pet", "pet", "PET!", "pet-2", "schemas"].map(|name| slugs.take(name));
        assert_eq!(taken, ["pet", "pet-2", "pet-3", "pet-2-2", "schemas-2"]);
    }
}
