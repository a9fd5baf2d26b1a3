//! `System.DateTime`.

use super::{DATE_TIME_KIND, DAY_OF_WEEK, Shape};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, row},
    value::Value,
};
use dotnet::{
    DateTime, DateTimeKind, Exception,
    date_time::{self, Unit},
};

/// `System.DateTime`
pub static DATE_TIME: NetType = NetType {
    namespace: "System",
    name: "DateTime",
    kind: Kind::Struct,
    bases: &[],
    members: &[
        row("DateTime()", |_| Ok(DateTime::MIN.into()), "The start of the year 1"),
        row("DateTime(long ticks)", |call| of_ticks(call, 0), "So many ticks of 100 ns after the start of the year 1"),
        row("DateTime(long ticks, DateTimeKind kind)", |call| of_ticks(call, kind(call, 1)?), "So many ticks, of a kind"),
        row("DateTime(int year, int month, int day)", |call| new(call, 3, None), "Midnight of a date"),
        row(
            "DateTime(int year, int month, int day, int hour, int minute, int second)",
            |call| new(call, 6, None),
            "A date and a time",
        ),
        row(
            "DateTime(int year, int month, int day, int hour, int minute, int second, DateTimeKind kind)",
            |call| new(call, 6, Some(6)),
            "A date and a time of a kind",
        ),
        row(
            "DateTime(int year, int month, int day, int hour, int minute, int second, int millisecond)",
            |call| new(call, 7, None),
            "A date and a time with milliseconds",
        ),
        row(
            "DateTime(int year, int month, int day, int hour, int minute, int second, int millisecond, DateTimeKind kind)",
            |call| new(call, 7, Some(7)),
            "A date and a time with milliseconds, of a kind",
        ),
        row(
            "DateTime(int year, int month, int day, int hour, int minute, int second, int millisecond, int microsecond)",
            |call| new(call, 8, None),
            "A date and a time with microseconds",
        ),
        row(
            "DateTime(int year, int month, int day, int hour, int minute, int second, int millisecond, int microsecond, \
             DateTimeKind kind)",
            |call| new(call, 8, Some(8)),
            "A date and a time with microseconds, of a kind",
        ),
        row("static DateTime MinValue", |_| Ok(DateTime::MIN.into()), "The start of the year 1"),
        row("static DateTime MaxValue", |_| Ok(DateTime::MAX.into()), "The last tick of the year 9999"),
        row("static DateTime UnixEpoch", |_| Ok(DateTime::UNIX_EPOCH.into()), "The start of the year 1970"),
        row("static DateTime Now", |call| Ok(call.machine.utc_now().to_local_time().into()), "The local time, which is UTC"),
        row("static DateTime UtcNow", |call| Ok(call.machine.utc_now().into()), "The time in UTC"),
        row("static DateTime Today", |call| Ok(call.machine.utc_now().to_local_time().date().into()), "Midnight of today"),
        row("DateTime Date", |call| Ok(this(call)?.date().into()), "Midnight of its day"),
        row("int Year", |call| Ok(this(call)?.year().into()), "The year, from 1 to 9999"),
        row("int Month", |call| Ok(this(call)?.month().into()), "The month, from 1"),
        row("int Day", |call| Ok(this(call)?.day().into()), "The day of the month, from 1"),
        row("DayOfWeek DayOfWeek", |call| day_of_week(this(call)?), "The day of the week"),
        row("int DayOfYear", |call| Ok(this(call)?.day_of_year().into()), "The day of the year, from 1"),
        row("int Hour", |call| Ok(this(call)?.hour().into()), "The hour, from 0 to 23"),
        row("int Minute", |call| Ok(this(call)?.minute().into()), "The minute"),
        row("int Second", |call| Ok(this(call)?.second().into()), "The second"),
        row("int Millisecond", |call| Ok(this(call)?.millisecond().into()), "The milliseconds in the second"),
        row("long Ticks", |call| Ok(this(call)?.ticks.into()), "Ticks of 100 ns since the start of the year 1"),
        row("TimeSpan TimeOfDay", |call| Ok(this(call)?.time_of_day().into()), "The time since midnight"),
        row("DateTimeKind Kind", |call| Ok(Value::Enum(&DATE_TIME_KIND, this(call)?.kind as i64)), "What it is relative to"),
        row(
            "static int DaysInMonth(int year, int month)",
            |call| Ok(date_time::days_in_month(call.int(0)?, call.int(1)?)?.into()),
            "How many days a month has",
        ),
        row(
            "static bool IsLeapYear(int year)",
            |call| Ok(date_time::is_leap_year(call.int(0)?)?.into()),
            "Whether a year has 366 days",
        ),
        row("bool IsDaylightSavingTime()", |_| Ok(false.into()), "Whether it is daylight saving time, which UTC never has"),
        row(
            "static DateTime SpecifyKind(DateTime value, DateTimeKind kind)",
            |call| {
                let kind = DateTimeKind::from_number(kind(call, 1)?)?;
                Ok(DateTime { kind, ..call.date_time(0)? }.into())
            },
            "The same ticks of another kind",
        ),
        row(
            "DateTime Add(TimeSpan value)",
            |call| Ok(this(call)?.add_ticks(call.time_span(0)?.ticks, "value")?.into()),
            "Later by a length of time",
        ),
        row("DateTime AddYears(int value)", |call| Ok(this(call)?.add_years(call.int(0)?)?.into()), "Later by years"),
        row(
            "DateTime AddMonths(int months)",
            |call| Ok(this(call)?.add_months(call.int(0)?)?.into()),
            "Later by months; at most the last day of the month",
        ),
        row("DateTime AddDays(double value)", |call| add(call, Unit::Day), "Later by days and parts of days"),
        row("DateTime AddHours(double value)", |call| add(call, Unit::Hour), "Later by hours"),
        row("DateTime AddMinutes(double value)", |call| add(call, Unit::Minute), "Later by minutes"),
        row("DateTime AddSeconds(double value)", |call| add(call, Unit::Second), "Later by seconds"),
        row("DateTime AddMilliseconds(double value)", |call| add(call, Unit::Millisecond), "Later by milliseconds"),
        row("DateTime AddMicroseconds(double value)", |call| add(call, Unit::Microsecond), "Later by microseconds"),
        row(
            "DateTime AddTicks(long value)",
            |call| Ok(this(call)?.add_ticks(call.long(0)?, "value")?.into()),
            "Later by ticks of 100 ns",
        ),
        row(
            "TimeSpan Subtract(DateTime value)",
            |call| Ok(this(call)?.subtract(call.date_time(0)?).into()),
            "The time since another",
        ),
        row(
            "DateTime Subtract(TimeSpan value)",
            |call| Ok(this(call)?.subtract_span(call.time_span(0)?, "value")?.into()),
            "Earlier by a length of time",
        ),
        row("DateTime ToUniversalTime()", |call| Ok(this(call)?.to_universal_time().into()), "The same in UTC"),
        row(
            "DateTime ToLocalTime()",
            |call| Ok(this(call)?.to_local_time().into()),
            "The same in the local time zone, which is UTC",
        ),
        row("string ToString()", |call| text(call, None), "Like `01/31/2026 13:30:00`"),
        row("string ToString(string format)", formatted, "In a standard or custom format"),
        row("string ToString(IFormatProvider provider)", |call| text(call, None), "Like `01/31/2026 13:30:00`"),
        row("string ToString(string format, IFormatProvider provider)", formatted, "In a standard or custom format"),
        row("string ToShortDateString()", |call| text(call, Some("d")), "Like `01/31/2026`"),
        row("string ToLongDateString()", |call| text(call, Some("D")), "Like `Saturday, 31 January 2026`"),
        row("string ToShortTimeString()", |call| text(call, Some("t")), "Like `13:30`"),
        row("string ToLongTimeString()", |call| text(call, Some("T")), "Like `13:30:00`"),
        row("static DateTime Parse(string s)", |call| Ok(parse(call, PARSE)??.into()), "The date and time in text"),
        row(
            "static DateTime Parse(string s, IFormatProvider provider)",
            |call| Ok(parse(call, PARSE)??.into()),
            "The date and time in text",
        ),
        row(
            "static DateTime Parse(string s, IFormatProvider provider, DateTimeStyles styles)",
            |call| Ok(parse(call, Shape { styles: Some(2), ..PARSE })??.into()),
            "The date and time in text, as the styles say",
        ),
        row(
            "static bool TryParse(string s, out DateTime result)",
            |call| try_parse(call, PARSE, 1),
            "Whether text is a date and time, and which",
        ),
        row(
            "static bool TryParse(string s, IFormatProvider provider, out DateTime result)",
            |call| try_parse(call, PARSE, 2),
            "Whether text is a date and time, and which",
        ),
        row(
            "static bool TryParse(string s, IFormatProvider provider, DateTimeStyles styles, out DateTime result)",
            |call| try_parse(call, Shape { styles: Some(2), ..PARSE }, 3),
            "Whether text is a date and time as the styles say, and which",
        ),
        row(
            "static DateTime ParseExact(string s, string format, IFormatProvider provider)",
            |call| Ok(parse(call, EXACT)??.into()),
            "The date and time in text that is in a format",
        ),
        row(
            "static DateTime ParseExact(string s, string format, IFormatProvider provider, DateTimeStyles style)",
            |call| Ok(parse(call, EXACT_STYLES)??.into()),
            "The date and time in text that is in a format, as the styles say",
        ),
        row(
            "static DateTime ParseExact(string s, string[] formats, IFormatProvider provider, DateTimeStyles style)",
            |call| Ok(parse(call, EXACT_STYLES)??.into()),
            "The date and time in text that is in one of the formats",
        ),
        row(
            "static bool TryParseExact(string s, string format, IFormatProvider provider, DateTimeStyles style, \
             out DateTime result)",
            |call| try_parse(call, EXACT_STYLES, 4),
            "Whether text is in a format, and which date and time it is",
        ),
        row(
            "static bool TryParseExact(string s, string[] formats, IFormatProvider provider, DateTimeStyles style, \
             out DateTime result)",
            |call| try_parse(call, EXACT_STYLES, 4),
            "Whether text is in one of the formats, and which date and time it is",
        ),
        row(
            "static int Compare(DateTime t1, DateTime t2)",
            |call| Ok((call.date_time(0)?.cmp(&call.date_time(1)?) as i32).into()),
            "Negative, zero or positive: the earlier comes first",
        ),
        row(
            "int CompareTo(DateTime value)",
            |call| Ok((this(call)?.cmp(&call.date_time(0)?) as i32).into()),
            "Negative, zero or positive: the earlier comes first",
        ),
        row("int CompareTo(object value)", compare_to, "Negative, zero or positive: the earlier comes first"),
        row(
            "bool Equals(DateTime value)",
            |call| Ok((this(call)? == call.date_time(0)?).into()),
            "Whether the ticks are equal, whatever the kinds",
        ),
        row(
            "static bool Equals(DateTime t1, DateTime t2)",
            |call| Ok((call.date_time(0)? == call.date_time(1)?).into()),
            "Whether the ticks are equal, whatever the kinds",
        ),
        row("int GetHashCode()", |call| Ok(this(call)?.hash_code().into()), "A number that equal times share"),
        row(
            "static DateTime operator +(DateTime d, TimeSpan t)",
            |call| Ok(call.date_time(0)?.add_ticks(call.time_span(1)?.ticks, "t")?.into()),
            "Later by a length of time",
        ),
        row(
            "static DateTime operator -(DateTime d, TimeSpan t)",
            |call| Ok(call.date_time(0)?.subtract_span(call.time_span(1)?, "t")?.into()),
            "Earlier by a length of time",
        ),
        row(
            "static TimeSpan operator -(DateTime d1, DateTime d2)",
            |call| Ok(call.date_time(0)?.subtract(call.date_time(1)?).into()),
            "The time between them",
        ),
        row(
            "static bool operator ==(DateTime d1, DateTime d2)",
            |call| Ok((call.date_time(0)? == call.date_time(1)?).into()),
            "Whether the ticks are equal",
        ),
        row(
            "static bool operator !=(DateTime d1, DateTime d2)",
            |call| Ok((call.date_time(0)? != call.date_time(1)?).into()),
            "Whether the ticks differ",
        ),
        row(
            "static bool operator <(DateTime t1, DateTime t2)",
            |call| Ok((call.date_time(0)? < call.date_time(1)?).into()),
            "Whether the first is earlier",
        ),
        row(
            "static bool operator <=(DateTime t1, DateTime t2)",
            |call| Ok((call.date_time(0)? <= call.date_time(1)?).into()),
            "Whether the first is not later",
        ),
        row(
            "static bool operator >(DateTime t1, DateTime t2)",
            |call| Ok((call.date_time(0)? > call.date_time(1)?).into()),
            "Whether the first is later",
        ),
        row(
            "static bool operator >=(DateTime t1, DateTime t2)",
            |call| Ok((call.date_time(0)? >= call.date_time(1)?).into()),
            "Whether the first is not earlier",
        ),
    ],
    missing: &[],
    doc: "A date and a time of day",
};

const PARSE: Shape = Shape { format: None, styles: None, offset: false };
const EXACT: Shape = Shape { format: Some(1), ..PARSE };
const EXACT_STYLES: Shape = Shape { styles: Some(3), ..EXACT };

fn this(call: &Call<'_, '_>) -> Result<DateTime, Thrown> {
    match call.this {
        Value::DateTime(value) => Ok(value),
        _ => Err(Thrown::null_reference()),
    }
}

fn kind(call: &Call<'_, '_>, at: usize) -> Result<i64, Thrown> {
    call.enumeration(at)
}

fn of_ticks(call: &mut Call<'_, '_>, kind: i64) -> Result<Value, Thrown> {
    let value = DateTime::from_ticks(call.long(0)?, DateTimeKind::Unspecified)?;
    Ok(DateTime { kind: DateTimeKind::from_number(kind)?, ..value }.into())
}

/// From the first so many parts.
fn new(call: &mut Call<'_, '_>, parts: usize, kind: Option<usize>) -> Result<Value, Thrown> {
    let part = |at: usize| if at < parts { call.int(at) } else { Ok(0) };
    let kind = kind.map_or(Ok(0), |at| call.enumeration(at))?;
    let date = [part(0)?, part(1)?, part(2)?];
    let time = [part(3)?, part(4)?, part(5)?];
    let value = DateTime::new(date, time, part(6)?, part(7)?, DateTimeKind::Unspecified)?;
    Ok(DateTime { kind: DateTimeKind::from_number(kind)?, ..value }.into())
}

/// A member of `DayOfWeek`.
pub(super) fn day_of_week(value: DateTime) -> Result<Value, Thrown> {
    Ok(Value::Enum(&DAY_OF_WEEK, value.day_of_week().into()))
}

fn add(call: &mut Call<'_, '_>, unit: Unit) -> Result<Value, Thrown> {
    Ok(this(call)?.add_units(call.double(0)?, unit)?.into())
}

fn text(call: &mut Call<'_, '_>, format: Option<&str>) -> Result<Value, Thrown> {
    Ok(Value::text(this(call)?.format(format)?))
}

fn formatted(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let Some(format) = call.text_or_null(0)? else { return text(call, None) };
    // No letter of a format becomes more than six.
    call.machine.spend(format.size().saturating_mul(6))?;
    text(call, Some(&format.to_str()))
}

/// The outer failure is one that `TryParse` throws, too.
fn parse(call: &mut Call<'_, '_>, shape: Shape) -> Result<dotnet::Result<DateTime>, Thrown> {
    let text = call.text(0, "s")?;
    call.machine.spend(text.size().saturating_mul(4))?;
    let (styles, formats, now) = (shape.styles(call)?, shape.formats(call)?, call.machine.utc_now());
    Ok(match formats {
        None => DateTime::parse(&text.to_str(), styles, now),
        Some(formats) => {
            let formats: Vec<&str> = formats.iter().map(String::as_str).collect();
            DateTime::parse_exact(&text.to_str(), &formats, styles, now)
        }
    })
}

fn try_parse(call: &mut Call<'_, '_>, shape: Shape, out: usize) -> Result<Value, Thrown> {
    let missing = call.value(0).is_null() || shape.format.is_some_and(|at| call.value(at).is_null());
    let parsed = if missing { None } else { parse(call, shape)?.ok() };
    call.set_out(out, parsed.unwrap_or(DateTime::MIN));
    Ok(parsed.is_some().into())
}

fn compare_to(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    match call.value(0) {
        Value::Null => Ok(1.into()),
        Value::DateTime(other) => Ok((this(call)?.cmp(&other) as i32).into()),
        _ => Err(Exception::argument("Object must be of type DateTime.", "").into()),
    }
}
