//! `AsJwt`, `AsBasic` and their kin: what APIM adds to text.

use crate::expr::types::NetType;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[];
