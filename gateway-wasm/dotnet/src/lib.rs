//! What .NET's base library does, as plain functions on plain values.
//!
//! Policy expressions are C#, so a policy means what .NET's `Substring`, `DateTime.Parse` or `JToken.SelectToken` do. This
//! crate is that knowledge and nothing else: it knows no policy, no expression and no gateway, does no I/O, and never
//! panics. What .NET throws is an [`Exception`] here, with .NET's type and message. Text is a [`NetString`], because C#
//! counts in UTF-16 units; culture is always the invariant one.

pub mod character;
pub mod convert;
pub mod crypto;
pub mod date_time;
pub mod decimal;
pub mod encoding;
pub mod exception;
pub mod format;
pub mod guid;
pub mod json;
pub mod math;
pub mod number;
pub mod random;
pub mod regex;
pub mod string;
pub mod time_span;
pub mod time_zone;
pub mod token;
pub mod uri;
pub mod web;
pub mod xml;

pub use date_time::{DateTime, DateTimeKind, DateTimeOffset};
pub use decimal::Decimal;
pub use exception::{Exception, Result};
pub use guid::Guid;
pub use string::NetString;
pub use time_span::TimeSpan;
