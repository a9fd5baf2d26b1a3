//! Who is inside: a count for each key.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

/// Counts of who is inside, by key. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Places {
    taken: Arc<Mutex<HashMap<Arc<str>, u32>>>,
}

/// A place that is taken, until it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Places,
    key: Arc<str>,
}

impl Places {
    /// Takes a place if fewer than `places_max` are taken under the key.
    pub fn enter(&self, key: &str, places_max: u32) -> Option<Place> {
        let key: Arc<str> = key.into();
        let mut taken = self.lock();
        let count = taken.get(&key).copied().unwrap_or(0);
        if count >= places_max {
            return None;
        }
        taken.insert(key.clone(), count + 1);
        Some(Place { places: self.clone(), key })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, u32>> {
        // Nobody panics while holding it, and the counts would be right if somebody did.
        self.taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Place {
    /// What it is a place of.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        match taken.get_mut(&self.key) {
            Some(count) if *count > 1 => *count -= 1,
            // A key that nobody is inside of takes no memory.
            _ => drop(taken.remove(&self.key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_inside_as_there_are_places() {
        let places = Places::default();
        let first = places.enter("a", 2);
        let second = places.enter("a", 2);
        assert!(first.is_some() && second.is_some());
        assert!(places.enter("a", 2).is_none());
        assert!(places.enter("b", 1).is_some(), "another key has places of its own");
        drop(first);
        assert!(places.enter("a", 2).is_some());
        drop(second);
        assert!(places.lock().is_empty());
        assert!(places.enter("a", 0).is_none());
    }
}
