//! The table behind dictionaries and sets: finds by hash, enumerates in the order in which .NET does.

use super::comparer::Rule;
use crate::expr::{call::Thrown, machine::Machine, value::Value};
use std::collections::HashMap;

/// Keys and what belongs to them. New entries go to the end, or to the place that was freed last, as in .NET.
#[derive(Clone, Default)]
pub struct Keyed<V> {
    /// How keys are compared.
    pub rule: Rule,
    /// Changes with what disturbs an enumerator: additions do, removals do not.
    pub version: u32,
    entries: Vec<Option<(Value, V)>>,
    places: HashMap<i32, Vec<usize>>,
    free: Vec<usize>,
}

impl<V: Clone> Keyed<V> {
    /// A table without entries.
    pub fn new(rule: Rule) -> Self {
        Self { rule, version: 0, entries: Vec::new(), places: HashMap::new(), free: Vec::new() }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The place of a key.
    pub fn find(&self, machine: &mut Machine<'_>, key: &Value) -> Result<Option<usize>, Thrown> {
        let hash = self.rule.hash(machine, key);
        for &place in self.places.get(&hash).into_iter().flatten() {
            machine.step(1)?;
            if let Some(Some((own, _))) = self.entries.get(place)
                && self.rule.equals(machine, own, key)
            {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// What stands at a place.
    pub fn at(&self, place: usize) -> Option<&(Value, V)> {
        self.entries.get(place)?.as_ref()
    }

    /// What belongs to the key at a place, to be changed.
    pub fn at_mut(&mut self, place: usize) -> Option<&mut V> {
        self.entries.get_mut(place)?.as_mut().map(|(_, value)| value)
    }

    /// Replaces what belongs to the key at a place.
    pub fn put(&mut self, place: usize, value: V) {
        if let Some(Some((_, own))) = self.entries.get_mut(place) {
            *own = value;
        }
    }

    /// What belongs to a key.
    pub fn get(&self, machine: &mut Machine<'_>, key: &Value) -> Result<Option<V>, Thrown> {
        let place = self.find(machine, key)?;
        Ok(place.and_then(|place| self.at(place)).map(|(_, value)| value.clone()))
    }

    /// Adds a key that is not there yet; false if it is.
    pub fn add(&mut self, machine: &mut Machine<'_>, key: Value, value: V) -> Result<bool, Thrown> {
        if self.find(machine, &key)?.is_some() {
            return Ok(false);
        }
        // An entry has a hash, a list and places beside its values.
        machine.spend(size_of::<(Value, V)>() + 64)?;
        let hash = self.rule.hash(machine, &key);
        let place = self.free.pop().unwrap_or(self.entries.len());
        match self.entries.get_mut(place) {
            Some(entry) => *entry = Some((key, value)),
            None => self.entries.push(Some((key, value))),
        }
        self.places.entry(hash).or_default().push(place);
        self.version = self.version.wrapping_add(1);
        Ok(true)
    }

    /// Adds a key or replaces what belongs to it.
    pub fn set(&mut self, machine: &mut Machine<'_>, key: Value, value: V) -> Result<(), Thrown> {
        match self.find(machine, &key)? {
            Some(place) => self.put(place, value),
            None => drop(self.add(machine, key, value)?),
        }
        Ok(())
    }

    /// Removes a key, and gives what belonged to it.
    pub fn remove(&mut self, machine: &mut Machine<'_>, key: &Value) -> Result<Option<V>, Thrown> {
        let Some(place) = self.find(machine, key)? else { return Ok(None) };
        let hash = self.rule.hash(machine, key);
        if let Some(places) = self.places.get_mut(&hash) {
            places.retain(|&own| own != place);
        }
        let removed = self.entries.get_mut(place).and_then(Option::take);
        self.free.push(place);
        Ok(removed.map(|(_, value)| value))
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.places.clear();
        self.free.clear();
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = &(Value, V)> {
        self.entries.iter().flatten()
    }

    /// The first entry from a place on, and the place after it.
    pub fn next_from(&self, place: usize) -> Option<(usize, &(Value, V))> {
        let rest = self.entries.get(place..)?;
        let (skipped, entry) = rest.iter().enumerate().find_map(|(at, entry)| Some((at, entry.as_ref()?)))?;
        Some((place + skipped + 1, entry))
    }
}
