//! The policy engine: text in, checked policy out, run against a [`Host`].
//!
//! [`Document::compile`] reads and checks one policy file; [`Effective::compose`] puts the documents of all scopes together
//! for one operation; [`run`] runs the result on an [`Exchange`]. What a policy needs of the world it asks the [`Host`] for.
//! This crate names no HTTP library and no component interface, does no I/O, and never panics.
//!
//! Start with [`policies`], the table of policies: one row, one file and one manual page each.

pub mod about;
pub mod address;
pub mod backend;
pub mod code;
pub mod computed;
pub mod document;
pub mod edit;
mod elsewhere;
pub mod event;
pub mod exchange;
pub mod expr;
pub mod host;
pub mod issuer;
pub mod lint;
pub mod lone;
pub mod mask;
pub mod policies;
pub mod problem;
mod redirect;
pub mod run;
pub mod script;
pub mod statement;
pub mod step;
pub mod text;
mod token;
pub mod trace;
mod values;
pub mod xml;

pub use backend::Backend;
pub use computed::Expr;
pub use document::{Document, Effective, Scope, Section, ServiceCertificate, Surroundings};
pub use exchange::{Body, Exchange, Headers, Request, Response};
pub use host::{ForwardLimits, Host, Level, SendError, StoreError};
pub use issuer::Issuer;
pub use run::{Outcome, preflight, refuse, run};
pub use statement::{Fault, Flow};
