//! Where in a text each part of its value stands, by JSON pointer.

use diagnostic::Span;

/// Which part of a property a place is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Its name; for what stands in a list, the value.
    Key,
    /// Its value; of an object or a list the name, because the value is the rest of the page.
    Value,
}

/// All places of a text. Pointers are kept as hashes: a large definition has a million of them.
#[derive(Debug, Default)]
pub(crate) struct Places {
    all: Vec<(u64, Span, Span)>,
}

/// The hash of the empty pointer.
pub(super) const ROOT: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash of a pointer that goes one key deeper.
pub(super) fn below(pointer: u64, key: &str) -> u64 {
    let mut hash = pointer ^ 0x2f;
    for &byte in key.as_bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash ^ 0xff).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
}

impl Places {
    /// From places in any order: pointer, key, value.
    pub(super) fn new(mut all: Vec<(u64, Span, Span)>) -> Self {
        all.sort_by_key(|place| place.0);
        Self { all }
    }

    /// The place of a part, or of the nearest thing around it.
    pub(super) fn find(&self, pointer: &str, part: Part) -> Span {
        let (mut hash, mut best) = (ROOT, self.get(ROOT));
        for step in pointer.split('/').skip(1) {
            hash = below(hash, &super::key_of(step));
            let Some(found) = self.get(hash) else {
                // The property is missing: what it is missing from is meant, and that is best seen at its name.
                return best.map_or(Span::default(), |(key, _)| key);
            };
            best = Some(found);
        }
        match (best, part) {
            (None, _) => Span::default(),
            (Some((key, _)), Part::Key) => key,
            (Some((_, value)), Part::Value) => value,
        }
    }

    fn get(&self, hash: u64) -> Option<(Span, Span)> {
        let at = self.all.binary_search_by_key(&hash, |place| place.0).ok()?;
        self.all.get(at).map(|&(_, key, value)| (key, value))
    }
}
