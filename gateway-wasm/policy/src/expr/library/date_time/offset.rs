//! `System.DateTimeOffset`.

use super::{Shape, plain};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, row},
    value::Value,
};
use dotnet::{DateTime, DateTimeKind, DateTimeOffset, Exception, TimeSpan, date_time::Unit};

/// `System.DateTimeOffset`
pub static DATE_TIME_OFFSET: NetType = NetType {
    namespace: "System",
    name: "DateTimeOffset",
    kind: Kind::Struct,
    bases: &[],
    members: &[
        row("DateTimeOffset()", |_| Ok(DateTimeOffset::MIN.into()), "The start of the year 1"),
        row(
            "DateTimeOffset(DateTime dateTime)",
            |call| Ok(DateTimeOffset::from_date_time(call.date_time(0)?).into()),
            "A date and a time of UTC",
        ),
        row(
            "DateTimeOffset(DateTime dateTime, TimeSpan offset)",
            |call| Ok(DateTimeOffset::from_date_time_and_offset(call.date_time(0)?, call.time_span(1)?)?.into()),
            "A date and a time at an offset",
        ),
        row(
            "DateTimeOffset(long ticks, TimeSpan offset)",
            |call| Ok(DateTimeOffset::new(call.long(0)?, call.time_span(1)?)?.into()),
            "So many ticks of 100 ns after the start of the year 1, at an offset",
        ),
        row(
            "DateTimeOffset(int year, int month, int day, int hour, int minute, int second, TimeSpan offset)",
            |call| new(call, 6),
            "A date and a time at an offset",
        ),
        row(
            "DateTimeOffset(int year, int month, int day, int hour, int minute, int second, int millisecond, TimeSpan offset)",
            |call| new(call, 7),
            "A date and a time with milliseconds at an offset",
        ),
        row(
            "DateTimeOffset(int year, int month, int day, int hour, int minute, int second, int millisecond, int microsecond, \
             TimeSpan offset)",
            |call| new(call, 8),
            "A date and a time with microseconds at an offset",
        ),
        row("static DateTimeOffset MinValue", |_| Ok(DateTimeOffset::MIN.into()), "The start of the year 1"),
        row("static DateTimeOffset MaxValue", |_| Ok(DateTimeOffset::MAX.into()), "The last tick of the year 9999"),
        row("static DateTimeOffset UnixEpoch", |_| Ok(DateTimeOffset::UNIX_EPOCH.into()), "The start of the year 1970"),
        row("static DateTimeOffset Now", now, "The local time, which is UTC"),
        row("static DateTimeOffset UtcNow", now, "The time in UTC"),
        row("DateTime DateTime", |call| Ok(clock(call)?.into()), "Date and time without the offset"),
        row("DateTime UtcDateTime", |call| Ok(this(call)?.utc_date_time().into()), "The same in UTC"),
        row("DateTime LocalDateTime", |call| Ok(this(call)?.local_date_time().into()), "The same in the local time zone"),
        row("DateTime Date", |call| Ok(clock(call)?.date().into()), "Midnight of its day"),
        row("TimeSpan Offset", |call| Ok(this(call)?.offset().into()), "How far it is ahead of UTC"),
        row(
            "int TotalOffsetMinutes",
            |call| Ok(i32::from(this(call)?.offset_minutes).into()),
            "How far it is ahead of UTC, in minutes",
        ),
        row("int Year", |call| Ok(clock(call)?.year().into()), "The year, from 1 to 9999"),
        row("int Month", |call| Ok(clock(call)?.month().into()), "The month, from 1"),
        row("int Day", |call| Ok(clock(call)?.day().into()), "The day of the month, from 1"),
        row("DayOfWeek DayOfWeek", |call| plain::day_of_week(clock(call)?), "The day of the week"),
        row("int DayOfYear", |call| Ok(clock(call)?.day_of_year().into()), "The day of the year, from 1"),
        row("int Hour", |call| Ok(clock(call)?.hour().into()), "The hour, from 0 to 23"),
        row("int Minute", |call| Ok(clock(call)?.minute().into()), "The minute"),
        row("int Second", |call| Ok(clock(call)?.second().into()), "The second"),
        row("int Millisecond", |call| Ok(clock(call)?.millisecond().into()), "The milliseconds in the second"),
        row(
            "int Microsecond",
            |call| Ok(clock(call)?.time_of_day().microseconds().into()),
            "The microseconds in the millisecond",
        ),
        row("int Nanosecond", |call| Ok(clock(call)?.time_of_day().nanoseconds().into()), "The nanoseconds in the microsecond"),
        row("long Ticks", |call| Ok(this(call)?.ticks.into()), "Ticks of 100 ns since the start of the year 1, on its clock"),
        row("long UtcTicks", |call| Ok(this(call)?.utc_ticks().into()), "Ticks of 100 ns since the start of the year 1, in UTC"),
        row("TimeSpan TimeOfDay", |call| Ok(clock(call)?.time_of_day().into()), "The time since midnight"),
        row(
            "static DateTimeOffset FromUnixTimeSeconds(long seconds)",
            |call| Ok(DateTimeOffset::from_unix_seconds(call.long(0)?)?.into()),
            "So many seconds after the start of 1970",
        ),
        row(
            "static DateTimeOffset FromUnixTimeMilliseconds(long milliseconds)",
            |call| Ok(DateTimeOffset::from_unix_milliseconds(call.long(0)?)?.into()),
            "So many milliseconds after the start of 1970",
        ),
        row("long ToUnixTimeSeconds()", |call| Ok(this(call)?.to_unix_seconds().into()), "Whole seconds since the start of 1970"),
        row(
            "long ToUnixTimeMilliseconds()",
            |call| Ok(this(call)?.to_unix_milliseconds().into()),
            "Whole milliseconds since the start of 1970",
        ),
        row(
            "static DateTimeOffset FromFileTime(long fileTime)",
            from_file_time,
            "So many ticks of 100 ns after the start of 1601",
        ),
        row("long ToFileTime()", to_file_time, "Ticks of 100 ns since the start of 1601"),
        row(
            "DateTimeOffset Add(TimeSpan timeSpan)",
            |call| {
                let span = call.time_span(0)?;
                changed(call, |clock| clock.add_ticks(span.ticks, "value"))
            },
            "Later by a length of time",
        ),
        row(
            "DateTimeOffset AddYears(int years)",
            |call| {
                let years = call.int(0)?;
                changed(call, |clock| clock.add_years(years))
            },
            "Later by years",
        ),
        row(
            "DateTimeOffset AddMonths(int months)",
            |call| {
                let months = call.int(0)?;
                changed(call, |clock| clock.add_months(months))
            },
            "Later by months; at most the last day of the month",
        ),
        row("DateTimeOffset AddDays(double days)", |call| add(call, Unit::Day), "Later by days and parts of days"),
        row("DateTimeOffset AddHours(double hours)", |call| add(call, Unit::Hour), "Later by hours"),
        row("DateTimeOffset AddMinutes(double minutes)", |call| add(call, Unit::Minute), "Later by minutes"),
        row("DateTimeOffset AddSeconds(double seconds)", |call| add(call, Unit::Second), "Later by seconds"),
        row("DateTimeOffset AddMilliseconds(double milliseconds)", |call| add(call, Unit::Millisecond), "Later by milliseconds"),
        row("DateTimeOffset AddMicroseconds(double microseconds)", |call| add(call, Unit::Microsecond), "Later by microseconds"),
        row(
            "DateTimeOffset AddTicks(long ticks)",
            |call| {
                let ticks = call.long(0)?;
                changed(call, |clock| clock.add_ticks(ticks, "value"))
            },
            "Later by ticks of 100 ns",
        ),
        row(
            "TimeSpan Subtract(DateTimeOffset value)",
            |call| Ok(this(call)?.subtract(call.date_time_offset(0)?).into()),
            "The time since another",
        ),
        row(
            "DateTimeOffset Subtract(TimeSpan value)",
            |call| minus(this(call)?, call.time_span(0)?, "value"),
            "Earlier by a length of time",
        ),
        row(
            "DateTimeOffset ToOffset(TimeSpan offset)",
            |call| Ok(this(call)?.to_offset(call.time_span(0)?)?.into()),
            "The same time at another offset",
        ),
        row("DateTimeOffset ToUniversalTime()", |call| Ok(this(call)?.to_universal_time().into()), "The same time in UTC"),
        row(
            "DateTimeOffset ToLocalTime()",
            |call| Ok(this(call)?.to_universal_time().into()),
            "The same time in the local time zone, which is UTC",
        ),
        row("string ToString()", |call| text(call, None), "Like `01/31/2026 13:30:00 +01:00`"),
        row("string ToString(string format)", formatted, "In a standard or custom format"),
        row("string ToString(IFormatProvider formatProvider)", |call| text(call, None), "Like `01/31/2026 13:30:00 +01:00`"),
        row("string ToString(string format, IFormatProvider formatProvider)", formatted, "In a standard or custom format"),
        row("static DateTimeOffset Parse(string input)", |call| Ok(parse(call, PARSE)??.into()), "The date and time in text"),
        row(
            "static DateTimeOffset Parse(string input, IFormatProvider formatProvider)",
            |call| Ok(parse(call, PARSE)??.into()),
            "The date and time in text",
        ),
        row(
            "static DateTimeOffset Parse(string input, IFormatProvider formatProvider, DateTimeStyles styles)",
            |call| Ok(parse(call, Shape { styles: Some(2), ..PARSE })??.into()),
            "The date and time in text, as the styles say",
        ),
        row(
            "static bool TryParse(string input, out DateTimeOffset result)",
            |call| try_parse(call, PARSE, 1),
            "Whether text is a date and time, and which",
        ),
        row(
            "static bool TryParse(string input, IFormatProvider formatProvider, out DateTimeOffset result)",
            |call| try_parse(call, PARSE, 2),
            "Whether text is a date and time, and which",
        ),
        row(
            "static bool TryParse(string input, IFormatProvider formatProvider, DateTimeStyles styles, out DateTimeOffset result)",
            |call| try_parse(call, Shape { styles: Some(2), ..PARSE }, 3),
            "Whether text is a date and time as the styles say, and which",
        ),
        row(
            "static DateTimeOffset ParseExact(string input, string format, IFormatProvider formatProvider)",
            |call| Ok(parse(call, EXACT)??.into()),
            "The date and time in text that is in a format",
        ),
        row(
            "static DateTimeOffset ParseExact(string input, string format, IFormatProvider formatProvider, DateTimeStyles styles)",
            |call| Ok(parse(call, EXACT_STYLES)??.into()),
            "The date and time in text that is in a format, as the styles say",
        ),
        row(
            "static DateTimeOffset ParseExact(string input, string[] formats, IFormatProvider formatProvider, \
             DateTimeStyles styles)",
            |call| Ok(parse(call, EXACT_STYLES)??.into()),
            "The date and time in text that is in one of the formats",
        ),
        row(
            "static bool TryParseExact(string input, string format, IFormatProvider formatProvider, DateTimeStyles styles, \
             out DateTimeOffset result)",
            |call| try_parse(call, EXACT_STYLES, 4),
            "Whether text is in a format, and which date and time it is",
        ),
        row(
            "static bool TryParseExact(string input, string[] formats, IFormatProvider formatProvider, DateTimeStyles styles, \
             out DateTimeOffset result)",
            |call| try_parse(call, EXACT_STYLES, 4),
            "Whether text is in one of the formats, and which date and time it is",
        ),
        row(
            "static int Compare(DateTimeOffset first, DateTimeOffset second)",
            |call| order(call.date_time_offset(0)?, call.date_time_offset(1)?),
            "Negative, zero or positive: the earlier in UTC comes first",
        ),
        row(
            "int CompareTo(DateTimeOffset other)",
            |call| order(this(call)?, call.date_time_offset(0)?),
            "Negative, zero or positive: the earlier in UTC comes first",
        ),
        row(
            "bool Equals(DateTimeOffset other)",
            |call| Ok((this(call)? == call.date_time_offset(0)?).into()),
            "Whether both are the same time in UTC",
        ),
        row(
            "static bool Equals(DateTimeOffset first, DateTimeOffset second)",
            |call| Ok((call.date_time_offset(0)? == call.date_time_offset(1)?).into()),
            "Whether both are the same time in UTC",
        ),
        row(
            "bool EqualsExact(DateTimeOffset other)",
            |call| Ok(this(call)?.equals_exact(call.date_time_offset(0)?).into()),
            "Whether both are the same time at the same offset",
        ),
        row("int GetHashCode()", |call| Ok(this(call)?.hash_code().into()), "A number that equal times share"),
        row(
            "static implicit operator DateTimeOffset(DateTime dateTime)",
            |call| Ok(DateTimeOffset::from_date_time(call.date_time(0)?).into()),
            "A date and a time of UTC",
        ),
        row(
            "static DateTimeOffset operator +(DateTimeOffset dateTimeOffset, TimeSpan timeSpan)",
            |call| {
                let span = call.time_span(1)?;
                Ok(call.date_time_offset(0)?.map(|clock| clock.add_ticks(span.ticks, "t"))?.into())
            },
            "Later by a length of time",
        ),
        row(
            "static DateTimeOffset operator -(DateTimeOffset dateTimeOffset, TimeSpan timeSpan)",
            |call| minus(call.date_time_offset(0)?, call.time_span(1)?, "t"),
            "Earlier by a length of time",
        ),
        row(
            "static TimeSpan operator -(DateTimeOffset left, DateTimeOffset right)",
            |call| Ok(call.date_time_offset(0)?.subtract(call.date_time_offset(1)?).into()),
            "The time between them",
        ),
        row(
            "static bool operator ==(DateTimeOffset left, DateTimeOffset right)",
            |call| Ok((call.date_time_offset(0)? == call.date_time_offset(1)?).into()),
            "Whether both are the same time in UTC",
        ),
        row(
            "static bool operator !=(DateTimeOffset left, DateTimeOffset right)",
            |call| Ok((call.date_time_offset(0)? != call.date_time_offset(1)?).into()),
            "Whether they are different times in UTC",
        ),
        row(
            "static bool operator <(DateTimeOffset left, DateTimeOffset right)",
            |call| Ok((call.date_time_offset(0)? < call.date_time_offset(1)?).into()),
            "Whether the first is earlier",
        ),
        row(
            "static bool operator <=(DateTimeOffset left, DateTimeOffset right)",
            |call| Ok((call.date_time_offset(0)? <= call.date_time_offset(1)?).into()),
            "Whether the first is not later",
        ),
        row(
            "static bool operator >(DateTimeOffset left, DateTimeOffset right)",
            |call| Ok((call.date_time_offset(0)? > call.date_time_offset(1)?).into()),
            "Whether the first is later",
        ),
        row(
            "static bool operator >=(DateTimeOffset left, DateTimeOffset right)",
            |call| Ok((call.date_time_offset(0)? >= call.date_time_offset(1)?).into()),
            "Whether the first is not earlier",
        ),
    ],
    missing: &["TryFormat", "Deconstruct"],
    doc: "A date, a time of day, and how far both are from UTC",
};

const PARSE: Shape = Shape { format: None, styles: None, offset: true };
const EXACT: Shape = Shape { format: Some(1), ..PARSE };
const EXACT_STYLES: Shape = Shape { styles: Some(3), ..EXACT };

/// The ticks of the start of 1601.
const FILE_EPOCH_TICKS: i64 = 504_911_232_000_000_000;

fn this(call: &Call<'_, '_>) -> Result<DateTimeOffset, Thrown> {
    match call.this {
        Value::DateTimeOffset(value) => Ok(value),
        _ => Err(Thrown::null_reference()),
    }
}

fn clock(call: &Call<'_, '_>) -> Result<DateTime, Thrown> {
    Ok(this(call)?.date_time())
}

fn now(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(DateTimeOffset::from_date_time(call.machine.utc_now()).into())
}

/// From the first so many parts, and the offset after them.
fn new(call: &mut Call<'_, '_>, parts: usize) -> Result<Value, Thrown> {
    let part = |at: usize| if at < parts { call.int(at) } else { Ok(0) };
    let offset = call.time_span(parts)?;
    // The offset is looked at before anything else.
    DateTimeOffset::new(DateTime::UNIX_EPOCH.ticks, offset)?;
    let date = [part(0)?, part(1)?, part(2)?];
    let time = [part(3)?, part(4)?, part(5)?];
    let value = DateTime::new(date, time, part(6)?, part(7)?, DateTimeKind::Unspecified)?;
    Ok(DateTimeOffset::new(value.ticks, offset)?.into())
}

fn from_file_time(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let ticks = Some(call.long(0)?).filter(|ticks| *ticks >= 0).and_then(|ticks| ticks.checked_add(FILE_EPOCH_TICKS));
    let value = ticks.and_then(|ticks| DateTime::from_ticks(ticks, DateTimeKind::Utc).ok());
    let value = value.ok_or_else(|| Exception::argument_out_of_range("Not a valid Win32 FileTime.", "fileTime"))?;
    Ok(DateTimeOffset::from_date_time(value).into())
}

fn to_file_time(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    match this(call)?.utc_ticks() - FILE_EPOCH_TICKS {
        ticks @ 0.. => Ok(ticks.into()),
        _ => Err(Exception::argument_out_of_range("Not a valid Win32 FileTime.", "").into()),
    }
}

fn add(call: &mut Call<'_, '_>, unit: Unit) -> Result<Value, Thrown> {
    Ok(this(call)?.add_units(call.double(0)?, unit)?.into())
}

fn changed(call: &mut Call<'_, '_>, change: impl FnOnce(DateTime) -> dotnet::Result<DateTime>) -> Result<Value, Thrown> {
    Ok(this(call)?.map(change)?.into())
}

fn minus(value: DateTimeOffset, span: TimeSpan, parameter: &str) -> Result<Value, Thrown> {
    Ok(value.map(|clock| clock.subtract_span(span, parameter))?.into())
}

fn order(one: DateTimeOffset, other: DateTimeOffset) -> Result<Value, Thrown> {
    Ok((one.cmp(&other) as i32).into())
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
fn parse(call: &mut Call<'_, '_>, shape: Shape) -> Result<dotnet::Result<DateTimeOffset>, Thrown> {
    let text = call.text(0, "input")?;
    call.machine.spend(text.size().saturating_mul(4))?;
    let (styles, formats, now) = (shape.styles(call)?, shape.formats(call)?, call.machine.utc_now());
    Ok(match formats {
        None => DateTimeOffset::parse(&text.to_str(), styles, now),
        Some(formats) => {
            let formats: Vec<&str> = formats.iter().map(String::as_str).collect();
            DateTimeOffset::parse_exact(&text.to_str(), &formats, styles, now)
        }
    })
}

fn try_parse(call: &mut Call<'_, '_>, shape: Shape, out: usize) -> Result<Value, Thrown> {
    let missing = call.value(0).is_null() || shape.format.is_some_and(|at| call.value(at).is_null());
    let parsed = if missing { None } else { parse(call, shape)?.ok() };
    call.set_out(out, parsed.unwrap_or(DateTimeOffset::MIN));
    Ok(parsed.is_some().into())
}
