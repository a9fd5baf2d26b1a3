//! Policy expressions: the C# in `@(...)` and `@{...}`.
//!
//! In reading order: text becomes tokens (`lexer`), tokens a tree (`parser`, [`ast`]); `check` finds out the types,
//! chooses members and slots, and reports what cannot be right; `eval` runs what is left. What .NET offers to an expression is
//! in [`library`], one table per type: a member is one row.

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
pub mod signature;
pub mod types;
pub mod value;

/// Evaluates one expression or block without an exchange, and shows what it gives as cases do: `string "abc"`, `null`,
/// `throws FormatException: message`, or `error[id]: message` where it cannot be right.
pub fn evaluate_text(_code: &str, _world: &dyn machine::World) -> String {
    "not yet".to_owned()
}
