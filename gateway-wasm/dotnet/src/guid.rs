//! `System.Guid`.

/// A GUID: its 128 bits as they read in text, most significant first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(pub u128);
