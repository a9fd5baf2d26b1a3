//! Values in the memory of this process.

use bytes::Bytes;
use moka::{Expiry, sync::Cache};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Values by key, each for its time. What was used least goes first where there is no more room.
#[derive(Clone, Debug)]
pub struct Memory {
    values: Cache<Arc<str>, Kept>,
}

#[derive(Clone, Debug)]
struct Kept {
    value: Bytes,
    lifetime: Duration,
}

/// Each value says itself how long it stays.
struct Own;

impl Expiry<Arc<str>, Kept> for Own {
    fn expire_after_create(&self, _: &Arc<str>, kept: &Kept, _: Instant) -> Option<Duration> {
        Some(kept.lifetime)
    }

    fn expire_after_update(&self, _: &Arc<str>, kept: &Kept, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(kept.lifetime)
    }
}

/// What an entry takes beside its key and its value, roughly.
const ENTRY_BYTES: usize = 128;

impl Memory {
    /// An empty memory whose keys and values take about `bytes_max` at most.
    pub fn new(bytes_max: u64) -> Self {
        let weight = |key: &Arc<str>, kept: &Kept| u32::try_from(key.len() + kept.value.len() + ENTRY_BYTES).unwrap_or(u32::MAX);
        Self { values: Cache::builder().max_capacity(bytes_max).weigher(weight).expire_after(Own).build() }
    }

    /// What is stored under a key; `None` where nothing is, or its time is over.
    pub fn load(&self, key: &str) -> Option<Bytes> {
        self.values.get(key).map(|kept| kept.value)
    }

    /// Stores a value under a key, in the place of what is there.
    pub fn keep(&self, key: &str, value: Bytes, lifetime: Duration) {
        self.values.insert(key.into(), Kept { value, lifetime });
    }

    /// Forgets what is stored under a key.
    pub fn remove(&self, key: &str) {
        self.values.invalidate(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_value_is_there_until_it_is_replaced_or_forgotten() {
        let memory = Memory::new(1 << 20);
        assert_eq!(memory.load("a"), None);
        memory.keep("a", Bytes::from_static(b"one"), HOUR);
        memory.keep("a", Bytes::from_static(b"two"), HOUR);
        assert_eq!(memory.load("a").as_deref(), Some(&b"two"[..]));
        memory.remove("a");
        memory.remove("a");
        assert_eq!(memory.load("a"), None);
    }

    #[test]
    fn a_value_is_gone_when_its_time_is_over() {
        let memory = Memory::new(1 << 20);
        memory.keep("a", Bytes::from_static(b"one"), HOUR);
        // The time of the value that is there now counts, not that of an earlier one.
        memory.keep("a", Bytes::from_static(b"two"), Duration::ZERO);
        memory.keep("b", Bytes::from_static(b"three"), Duration::ZERO);
        memory.keep("b", Bytes::from_static(b"four"), HOUR);
        assert_eq!(memory.load("a"), None);
        assert_eq!(memory.load("b").as_deref(), Some(&b"four"[..]));
    }

    #[test]
    fn it_takes_no_more_room_than_it_is_given() {
        let memory = Memory::new(100 << 10);
        for number in 0..1000 {
            memory.keep(&number.to_string(), Bytes::from(vec![0; 1 << 10]), HOUR);
        }
        memory.keep("large", Bytes::from(vec![0; 200 << 10]), HOUR);
        memory.values.run_pending_tasks();
        assert!(memory.values.weighted_size() <= 100 << 10);
        assert!((1..=100).contains(&memory.values.entry_count()), "{}", memory.values.entry_count());
        assert_eq!(memory.load("large"), None);
    }
}
