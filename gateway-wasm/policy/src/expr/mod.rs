//! Policy expressions: the C# in `@(...)` and `@{...}`.
//!
//! In reading order: text becomes tokens ([`lexer`]), tokens a tree ([`parser`], [`ast`]); [`check`] finds out the types,
//! chooses members and slots, and reports what cannot be right; [`eval`] runs what is left. [`program`] is all of that in one
//! call. What .NET offers to an expression is in [`library`], one table per type: a member is one row.

pub mod ast;
pub mod call;
pub mod check;
pub mod conversion;
pub mod dynamic;
pub mod eval;
pub mod lexer;
pub mod library;
pub mod machine;
pub mod members;
pub mod numeric;
pub mod overload;
pub mod parser;
pub mod program;
pub mod signature;
pub mod stored;
pub mod types;
pub mod value;

pub use program::{Evaluated, Expression, evaluate_shown, evaluate_text};
