//! Cases: pages of Markdown that say what goes into a policy and what comes out. `docs/cases.md` shows the format.
//!
//! The manual pages of policies, the tests of this project and those of whoever writes policies are such pages. [`Page::read`]
//! reads one and says what is wrong with it, [`judge`] runs a case natively and compares, [`Page::with`] puts what happens into
//! the page, [`Traced`] shows everything that happens on the way. A case happens in a [`Home`]: alone, or in the service whose
//! folder the page stands in. This crate does no I/O: `portal-gen test` finds the files, and `tests/` runs the same cases behind
//! the doors of the component.

mod case;
mod certificate;
mod doors;
mod excerpt;
mod fence;
mod home;
pub mod http;
mod judge;
mod markdown;
mod page;
pub mod run;
mod scene;
mod traced;

pub use case::{Case, Expected, Expression, Program, Subject, What};
pub use excerpt::no_case;
pub use fence::Variable;
pub use home::{BACKEND, Home};
pub use http::{Answer, Given};
pub use judge::{Difference, Verdict, difference, judge};
pub use page::{Edit, Page};
pub use run::Outcome;
pub use traced::{Traced, place};
