//! Arrays.

use crate::expr::types::NetType;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[];
