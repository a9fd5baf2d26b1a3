//! The portal's console without its page: what a reader filled in becomes a request, the request becomes samples.
//!
//! `portal-gen` uses it for the samples of every page, and the console in the browser for everything that is not drawing or
//! sending; so both say the same. From an [`Operation`] and what was [`Filled`] in, [`request::build`] makes a [`Request`];
//! [`samples`] write it in many languages; [`hints`] say what will go wrong with it; [`check`] holds a body to its schema while it
//! is typed; [`show`] makes answers readable. Everything is a function from values to values: nothing is sent, and nothing panics,
//! whatever comes in.
//!
//! The validator of JSON Schema is our own: the crate `jsonschema` with its patterns and formats is several times the 250 kB that
//! the whole module may weigh, and does not know where in the text a value stands. Patterns are left to a function that is given,
//! in the browser its own `RegExp`, which is the dialect that JSON Schema asks for.

pub mod check;
pub mod hints;
mod json;
pub mod operation;
mod parameter;
pub mod phrase;
pub mod request;
pub mod samples;
mod schema;
pub mod show;

#[cfg(target_arch = "wasm32")]
pub mod browser;

pub use operation::Operation;
pub use phrase::Phrase;
pub use request::{Filled, Request};
