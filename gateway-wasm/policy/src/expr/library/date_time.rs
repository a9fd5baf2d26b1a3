//! Dates and times.

mod offset;
mod plain;

pub use offset::DATE_TIME_OFFSET;
pub use plain::DATE_TIME;

use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType},
    value::{Array, Value},
};
use dotnet::date_time::Styles;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&DATE_TIME, &DATE_TIME_OFFSET, &DATE_TIME_KIND, &DAY_OF_WEEK, &DATE_TIME_STYLES];

/// `System.DateTimeKind`
pub static DATE_TIME_KIND: NetType = NetType {
    namespace: "System",
    name: "DateTimeKind",
    kind: Kind::Enum(&[("Unspecified", 0), ("Utc", 1), ("Local", 2)]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "What a `DateTime` is relative to",
};

/// `System.DayOfWeek`
pub static DAY_OF_WEEK: NetType = NetType {
    namespace: "System",
    name: "DayOfWeek",
    kind: Kind::Enum(&[
        ("Sunday", 0),
        ("Monday", 1),
        ("Tuesday", 2),
        ("Wednesday", 3),
        ("Thursday", 4),
        ("Friday", 5),
        ("Saturday", 6),
    ]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "A day of the week",
};

/// `System.Globalization.DateTimeStyles`
static DATE_TIME_STYLES: NetType = NetType {
    namespace: "System.Globalization",
    name: "DateTimeStyles",
    kind: Kind::Enum(&[
        ("None", 0),
        ("AllowLeadingWhite", 1),
        ("AllowTrailingWhite", 2),
        ("AllowInnerWhite", 4),
        ("AllowWhiteSpaces", 7),
        ("NoCurrentDateDefault", 8),
        ("AdjustToUniversal", 16),
        ("AssumeLocal", 32),
        ("AssumeUniversal", 64),
        ("RoundtripKind", 128),
    ]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "What text may have that is read as a date, and what it means where it does not say",
};

/// How a `Parse` is called.
#[derive(Clone, Copy)]
struct Shape {
    /// Where the format or the formats are.
    format: Option<usize>,
    /// Where the styles are.
    styles: Option<usize>,
    offset: bool,
}

impl Shape {
    fn styles(self, call: &Call<'_, '_>) -> Result<Styles, Thrown> {
        let bits = self.styles.map_or(Ok(0), |at| call.enumeration(at))?;
        let parameter = if self.format.is_some() { "style" } else { "styles" };
        Ok(if self.offset { Styles::for_offset(bits, parameter)? } else { Styles::new(bits, parameter)? })
    }

    /// One format or an array of them.
    fn formats(self, call: &Call<'_, '_>) -> Result<Option<Vec<String>>, Thrown> {
        let Some(at) = self.format else { return Ok(None) };
        if let Value::Object(_) = call.value(at) {
            let formats = call.object::<Array>(at, "formats")?.items();
            let text = |format: &Value| if let Value::String(format) = format { Some(format.to_string()) } else { None };
            let formats: Option<Vec<String>> = formats.iter().map(text).collect();
            return Ok(Some(formats.ok_or_else(|| dotnet::Exception::argument_null("formats"))?));
        }
        Ok(Some(vec![call.text(at, "format")?.to_string()]))
    }
}
