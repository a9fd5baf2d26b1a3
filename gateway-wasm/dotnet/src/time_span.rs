//! `System.TimeSpan`.

/// A length of time in ticks of 100 ns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeSpan {
    /// Ticks of 100 ns.
    pub ticks: i64,
}
