//! `System.TimeZoneInfo`.
