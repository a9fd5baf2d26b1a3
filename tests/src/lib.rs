//! Cases that cross crates.
