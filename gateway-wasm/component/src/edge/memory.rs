//! What an instance remembers between requests behind the portable door: cached values, and who is inside a limit.
//!
//! `wasi:http` gives a component no store, so this is one instance's own: a runtime that makes an instance for each request has an
//! empty cache every time. It is bounded; what would not fit is not kept, which every cache may do.

use bytes::Bytes;
use policy::issuer;
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// The most that keys and values may take together.
const BYTES_MAX: usize = 16 << 20;

#[derive(Default)]
struct Memory {
    values: HashMap<String, Kept>,
    bytes: usize,
    inside: HashMap<String, u32>,
}

struct Kept {
    value: Bytes,
    ends_micros: i64,
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
    static ISSUERS: Rc<issuer::Memory> = Rc::default();
}

/// What is known of those who issue tokens.
pub(super) fn issuers() -> Rc<issuer::Memory> {
    ISSUERS.with(Rc::clone)
}

impl Memory {
    fn remove(&mut self, key: &str) {
        if let Some((key, kept)) = self.values.remove_entry(key) {
            self.bytes -= key.len() + kept.value.len();
        }
    }

    fn remove_ended(&mut self, now_micros: i64) {
        self.values.retain(|_, kept| kept.ends_micros > now_micros);
        self.bytes = self.values.iter().map(|(key, kept)| key.len() + kept.value.len()).sum();
    }
}

/// What is stored under a key.
pub(super) fn load(key: &str, now_micros: i64) -> Option<Bytes> {
    MEMORY.with_borrow(|memory| {
        let kept = memory.values.get(key)?;
        (kept.ends_micros > now_micros).then(|| kept.value.clone())
    })
}

/// Stores a value.
pub(super) fn keep(key: &str, value: Bytes, now_micros: i64, ends_micros: i64) {
    MEMORY.with_borrow_mut(|memory| {
        memory.remove(key);
        let bytes = key.len() + value.len();
        if memory.bytes + bytes > BYTES_MAX {
            memory.remove_ended(now_micros);
        }
        if memory.bytes + bytes <= BYTES_MAX {
            memory.bytes += bytes;
            memory.values.insert(key.to_owned(), Kept { value, ends_micros });
        }
    });
}

/// Forgets a value.
pub(super) fn remove(key: &str) {
    MEMORY.with_borrow_mut(|memory| memory.remove(key));
}

/// Takes a place; false if all are taken.
pub(super) fn enter(key: &str, places: u32) -> bool {
    MEMORY.with_borrow_mut(|memory| {
        let inside = memory.inside.entry(key.to_owned()).or_default();
        let is_free = *inside < places;
        *inside += u32::from(is_free);
        is_free
    })
}

/// Gives a place back.
pub(super) fn leave(key: &str) {
    MEMORY.with_borrow_mut(|memory| {
        if let Some(inside) = memory.inside.get_mut(key) {
            *inside = inside.saturating_sub(1);
            if *inside == 0 {
                memory.inside.remove(key);
            }
        }
    });
}
