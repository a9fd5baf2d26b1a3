//! Times as protocols and files write them (RFC 3339), read strictly. What expressions read is in [`parse`](super::parse).

use super::{DateTime, DateTimeOffset, Styles};

/// With a fraction of a second or without one, and with `Z` or an offset behind it.
const FORMAT: &str = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK";

const UNIX_EPOCH_MICROS: i64 = 62_135_596_800_000_000;

impl DateTimeOffset {
    /// Reads `2026-01-02T03:04:05.678Z` and `2026-01-02T03:04:05+01:00`. Without `Z` or an offset it is a time in UTC.
    pub fn from_internet(text: &str) -> Option<Self> {
        // The format has a day in it, so there is no day to take from now.
        DateTimeOffset::parse_exact(text, &[FORMAT], Styles::ASSUME_UNIVERSAL, DateTime::default()).ok()
    }

    /// Writes `2026-01-02T03:04:05Z`, in UTC, to the second.
    pub fn to_internet(self) -> String {
        self.utc_date_time().format(Some("yyyy-MM-dd'T'HH:mm:ss'Z'")).unwrap_or_default()
    }

    /// Microseconds since 1970.
    pub fn unix_micros(self) -> i64 {
        self.utc_ticks() / 10 - UNIX_EPOCH_MICROS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_rfc_3339_writes_them() {
        let micros = |text| DateTimeOffset::from_internet(text).map(DateTimeOffset::unix_micros);
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T01:00:00.25+01:00", 250_000),
            ("1969-12-31T23:59:59Z", -1_000_000),
            ("2027-01-15T08:00:00", 1_800_000_000_000_000),
            ("2024-02-29T00:00:00.1234567Z", 1_709_164_800_123_456),
        ] {
            assert_eq!(micros(text), Some(expected), "{text}");
        }
        for wrong in [
            "",
            "2027-01-15",
            "08:00",
            "2023-02-29T00:00:00Z",
            "2027-01-15 08:00:00Z",
            "2027-1-15T08:00:00Z",
            "x2027-01-15T08:00:00Z",
        ] {
            assert_eq!(micros(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = "2027-01-15T08:00:00Z";
        assert_eq!(DateTimeOffset::from_internet(text).map(DateTimeOffset::to_internet).as_deref(), Some(text));
        assert_eq!(DateTimeOffset::from_internet("2027-01-15T09:00:00+01:00").unwrap().to_internet(), text);
    }
}
