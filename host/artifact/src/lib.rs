//! The component, compiled, as bytes.
