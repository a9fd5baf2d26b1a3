//! One request from start to end: find the API, check the key, run the policies.
//!
//! A [`Plan`] is what the gateway needs of a service, as bytes: made once from a [`catalog::Service`] by whoever loads the
//! folder, handed to every instance of the component. A [`Gateway`] is made from a plan; [`serve`] takes one exchange
//! through it. It is generic over [`policy::Host`], does no I/O, and never panics.
//!
//! Start with [`serve`].

mod check;
pub mod debug;
mod keys;
mod lints;
mod plan;
mod routes;
mod serve;

pub use check::check;
pub use debug::DebugKey;
pub use lints::lint;
pub use plan::{CertificateFile, Keys, Plan, Secrets, shown_certificates};
pub use policy::mask::{Mask, SECRET_BYTES_MIN, Secrets as MaskedSecrets};
pub use serve::{Admitted, Course, Gateway, Served, Unknown, admit, failed, serve};
