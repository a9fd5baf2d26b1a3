//! Places in texts, and mistakes found in them.
//!
//! Everything an author can get wrong in a service folder ends up as one [`Diagnostic`]: what is wrong, where, and what to
//! do about it. A diagnostic is a value, never a failure: whoever checks goes on and returns all it found, sorted by place.
//! This crate never reads a file; it is given texts.
//!
//! Start with [`Diagnostic::error`], then [`render`] for how people and tools see it.

pub mod ids;
mod mistake;
mod nearest;
pub mod render;
mod source;

pub use mistake::{Diagnostic, Diagnostics, Label, Severity};
pub use nearest::nearest;
pub use source::{Place, Position, Source, Span};
