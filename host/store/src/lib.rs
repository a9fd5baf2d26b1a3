//! What outlives a request and is not the sandbox's to remember: cached values, and who is inside a limit.
//!
//! [`Memory`] keeps values in this process, [`Places`] counts who is inside. Both are shared by all threads of a server. It knows
//! keys and bytes, and nothing of policies or HTTP.

mod memory;
mod places;

pub use memory::Memory;
pub use places::{Place, Places};
