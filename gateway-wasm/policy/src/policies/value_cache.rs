//! The cache of values: what `cache-lookup-value`, `cache-store-value`, `cache-remove-value` and `cache-value` have in common.
//!
//! All four share one cache, so each finds what another stored. A value stands there behind eight bytes that say when it should
//! be made anew, in microseconds since 1970; 0 is never.

use crate::{
    computed::{Expr, HostWorld},
    exchange::Exchange,
    expr::{machine::Machine, stored, value::Value},
    host::{Host, StoreError},
    statement::{Checker, Fault},
    trace::Note,
    xml::Element,
};
use bytes::Bytes;
use std::rc::Rc;

/// The words of `caching-type`. There is one cache, the store that the host was given, and each word means it.
const CACHES: &[(&str, ())] = &[("prefer-external", ()), ("external", ()), ("internal", ())];

/// The longest that a value stays: a year.
const LIFETIME_SECONDS_MAX: u32 = 366 * 24 * 60 * 60;

/// The key of a value, and whether the attributes that say where it is are right.
pub(super) fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Expr<Rc<str>>> {
    let key = checker.required_text(element, "key");
    checker.one_of(element, "caching-type", CACHES, ())?;
    key
}

/// How long a value stays.
pub(super) fn lifetime(element: &Element, name: &str, checker: &mut Checker<'_>) -> Option<crate::computed::Number> {
    checker.required_number(element, name, 1..=LIFETIME_SECONDS_MAX, 3600)
}

/// The key under which the host's store has a value.
pub(super) async fn key<H: Host>(
    key: &Expr<Rc<str>>,
    exchange: &mut Exchange,
    host: &H,
    source: &'static str,
) -> Result<String, Fault> {
    Ok(format!("{PREFIX}{}", key.get(exchange, host, source).await?))
}

/// What keys of values begin with in the store, which holds other things too.
pub const PREFIX: &str = "value/";

/// A value in the cache.
pub(super) struct Found {
    pub(super) value: Value,
    /// When it should be made anew, in microseconds since 1970; 0 is never.
    pub(super) refresh_micros: i64,
}

/// Looks a value up. A cache that does not answer is one that has nothing; the trace says so.
pub(super) async fn look_up<H: Host>(exchange: &mut Exchange, host: &H, key: &str, source: &'static str) -> Option<Found> {
    let bytes = match host.load(key).await {
        Ok(bytes) => bytes?,
        Err(StoreError(message)) => {
            note(exchange, source, message);
            return None;
        }
    };
    let refresh_micros = i64::from_le_bytes(*bytes.first_chunk()?);
    let value = recorded(&mut Machine::new(&HostWorld(host), None), &bytes)?;
    Some(Found { value, refresh_micros })
}

/// Stores a value. That it cannot be stored ends no request; the trace says so.
pub(super) async fn store<H: Host>(
    exchange: &mut Exchange,
    host: &H,
    key: &str,
    found: &Found,
    lifetime_seconds: u32,
    source: &'static str,
) {
    let world = HostWorld(host);
    let written = stored::write(&mut Machine::new(&world, Some(exchange)), &found.value);
    let kept = match written {
        Ok(value) => host.keep(key, record(found.refresh_micros, &value), u64::from(lifetime_seconds) * 1000).await,
        Err(unkept) => Err(StoreError(unkept.to_string())),
    };
    if let Err(StoreError(message)) = kept {
        note(exchange, source, message);
    }
}

/// What the store holds of a value.
pub(crate) fn record(refresh_micros: i64, value: &[u8]) -> Bytes {
    [&refresh_micros.to_le_bytes(), value].concat().into()
}

/// The value of a [`record`]; `None` where the bytes are of another build.
pub(crate) fn recorded(machine: &mut Machine<'_>, record: &Bytes) -> Option<Value> {
    record.get(size_of::<i64>()..)?;
    stored::read(machine, &record.slice(size_of::<i64>()..))
}

/// Says in the trace what went wrong with the cache.
pub(super) fn note(exchange: &mut Exchange, source: &'static str, message: String) {
    if let Some(trace) = &mut exchange.trace {
        trace.note(Note::Said { source: source.to_owned(), severity: "error", message, metadata: Vec::new() });
    }
}
