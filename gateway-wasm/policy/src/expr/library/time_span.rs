//! Lengths of time.

use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, row},
    value::{Array, Value},
};
use dotnet::{
    Exception, TimeSpan,
    time_span::{
        TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MICROSECOND, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE, TICKS_PER_SECOND,
    },
};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&TIME_SPAN, &TIME_SPAN_STYLES];

/// `System.TimeSpan`
pub static TIME_SPAN: NetType = NetType {
    namespace: "System",
    name: "TimeSpan",
    kind: Kind::Struct,
    bases: &[],
    members: &[
        row("TimeSpan()", |_| Ok(TimeSpan::ZERO.into()), "No time"),
        row("TimeSpan(long ticks)", |call| Ok(TimeSpan::from_ticks(call.long(0)?).into()), "So many ticks of 100 ns"),
        row("TimeSpan(int hours, int minutes, int seconds)", |call| new(call, 1, 3), "Hours, minutes and seconds"),
        row(
            "TimeSpan(int days, int hours, int minutes, int seconds)",
            |call| new(call, 0, 4),
            "Days, hours, minutes and seconds",
        ),
        row(
            "TimeSpan(int days, int hours, int minutes, int seconds, int milliseconds)",
            |call| new(call, 0, 5),
            "Days and less, down to milliseconds",
        ),
        row(
            "TimeSpan(int days, int hours, int minutes, int seconds, int milliseconds, int microseconds)",
            |call| new(call, 0, 6),
            "Days and less, down to microseconds",
        ),
        row("static TimeSpan Zero", |_| Ok(TimeSpan::ZERO.into()), "No time"),
        row("static TimeSpan MaxValue", |_| Ok(TimeSpan::MAX.into()), "The longest, of 29,000 years"),
        row("static TimeSpan MinValue", |_| Ok(TimeSpan::MIN.into()), "The longest into the past"),
        row("static long NanosecondsPerTick", |_| Ok(100_i64.into()), "100"),
        row("static long TicksPerMicrosecond", |_| Ok(TICKS_PER_MICROSECOND.into()), "10"),
        row("static long TicksPerMillisecond", |_| Ok(TICKS_PER_MILLISECOND.into()), "10,000"),
        row("static long TicksPerSecond", |_| Ok(TICKS_PER_SECOND.into()), "10,000,000"),
        row("static long TicksPerMinute", |_| Ok(TICKS_PER_MINUTE.into()), "600,000,000"),
        row("static long TicksPerHour", |_| Ok(TICKS_PER_HOUR.into()), "36,000,000,000"),
        row("static long TicksPerDay", |_| Ok(TICKS_PER_DAY.into()), "864,000,000,000"),
        row("static TimeSpan FromDays(double value)", |call| from(call, TICKS_PER_DAY), "So many days"),
        row("static TimeSpan FromHours(double value)", |call| from(call, TICKS_PER_HOUR), "So many hours"),
        row("static TimeSpan FromMinutes(double value)", |call| from(call, TICKS_PER_MINUTE), "So many minutes"),
        row("static TimeSpan FromSeconds(double value)", |call| from(call, TICKS_PER_SECOND), "So many seconds"),
        row("static TimeSpan FromMilliseconds(double value)", |call| from(call, TICKS_PER_MILLISECOND), "So many milliseconds"),
        row("static TimeSpan FromMicroseconds(double value)", |call| from(call, TICKS_PER_MICROSECOND), "So many microseconds"),
        row(
            "static TimeSpan FromTicks(long value)",
            |call| Ok(TimeSpan::from_ticks(call.long(0)?).into()),
            "So many ticks of 100 ns",
        ),
        row("int Days", |call| Ok(this(call)?.days().into()), "Its whole days"),
        row("int Hours", |call| Ok(this(call)?.hours().into()), "Its hours without days"),
        row("int Minutes", |call| Ok(this(call)?.minutes().into()), "Its minutes without hours"),
        row("int Seconds", |call| Ok(this(call)?.seconds().into()), "Its seconds without minutes"),
        row("int Milliseconds", |call| Ok(this(call)?.milliseconds().into()), "Its milliseconds without seconds"),
        row("int Microseconds", |call| Ok(this(call)?.microseconds().into()), "Its microseconds without milliseconds"),
        row("int Nanoseconds", |call| Ok(this(call)?.nanoseconds().into()), "Its nanoseconds without microseconds"),
        row("long Ticks", |call| Ok(this(call)?.ticks.into()), "All of it in ticks of 100 ns"),
        row("double TotalDays", |call| Ok(this(call)?.total_days().into()), "All of it in days"),
        row("double TotalHours", |call| Ok(this(call)?.total_hours().into()), "All of it in hours"),
        row("double TotalMinutes", |call| Ok(this(call)?.total_minutes().into()), "All of it in minutes"),
        row("double TotalSeconds", |call| Ok(this(call)?.total_seconds().into()), "All of it in seconds"),
        row("double TotalMilliseconds", |call| Ok(this(call)?.total_milliseconds().into()), "All of it in milliseconds"),
        row("double TotalMicroseconds", |call| Ok(this(call)?.total_microseconds().into()), "All of it in microseconds"),
        row("double TotalNanoseconds", |call| Ok(this(call)?.total_nanoseconds().into()), "All of it in nanoseconds"),
        row("TimeSpan Add(TimeSpan ts)", |call| Ok(this(call)?.plus(call.time_span(0)?)?.into()), "Both together"),
        row("TimeSpan Subtract(TimeSpan ts)", |call| Ok(this(call)?.minus(call.time_span(0)?)?.into()), "Without the other"),
        row("TimeSpan Multiply(double factor)", |call| Ok(this(call)?.multiply(call.double(0)?)?.into()), "So many times"),
        row("TimeSpan Divide(double divisor)", |call| Ok(this(call)?.divide(call.double(0)?)?.into()), "A part of it"),
        row(
            "double Divide(TimeSpan ts)",
            |call| Ok((this(call)? / call.time_span(0)?).into()),
            "How often the other goes into it",
        ),
        row("TimeSpan Negate()", |call| Ok(this(call)?.negate()?.into()), "As long in the other direction"),
        row("TimeSpan Duration()", |call| Ok(this(call)?.duration()?.into()), "Without the sign"),
        row("string ToString()", |call| text(call, None), "Like `1.02:03:04.5000000`"),
        row("string ToString(string format)", formatted, "In a standard or custom format"),
        row("string ToString(string format, IFormatProvider formatProvider)", formatted, "In a standard or custom format"),
        row("static TimeSpan Parse(string s)", |call| Ok(parse(call, "s")??.into()), "The length of time in text"),
        row(
            "static TimeSpan Parse(string input, IFormatProvider formatProvider)",
            |call| Ok(parse(call, "input")??.into()),
            "The length of time in text",
        ),
        row(
            "static bool TryParse(string s, out TimeSpan result)",
            |call| try_parse(call, parse, 1),
            "Whether text is a length of time, and which",
        ),
        row(
            "static bool TryParse(string input, IFormatProvider formatProvider, out TimeSpan result)",
            |call| try_parse(call, parse, 2),
            "Whether text is a length of time, and which",
        ),
        row(
            "static TimeSpan ParseExact(string input, string format, IFormatProvider formatProvider)",
            |call| Ok(parse_exact(call, "input")??.into()),
            "The length of time in text that is in a format",
        ),
        row(
            "static TimeSpan ParseExact(string input, string format, IFormatProvider formatProvider, TimeSpanStyles styles)",
            |call| Ok(parse_exact(call, "input")??.into()),
            "The length of time in text that is in a format",
        ),
        row(
            "static TimeSpan ParseExact(string input, string[] formats, IFormatProvider formatProvider)",
            |call| Ok(parse_exact(call, "input")??.into()),
            "The length of time in text that is in one of the formats",
        ),
        row(
            "static TimeSpan ParseExact(string input, string[] formats, IFormatProvider formatProvider, TimeSpanStyles styles)",
            |call| Ok(parse_exact(call, "input")??.into()),
            "The length of time in text that is in one of the formats",
        ),
        row(
            "static bool TryParseExact(string input, string format, IFormatProvider formatProvider, out TimeSpan result)",
            |call| try_parse(call, parse_exact, 3),
            "Whether text is in a format, and which length of time it is",
        ),
        row(
            "static bool TryParseExact(string input, string format, IFormatProvider formatProvider, TimeSpanStyles styles, \
             out TimeSpan result)",
            |call| try_parse(call, parse_exact, 4),
            "Whether text is in a format, and which length of time it is",
        ),
        row(
            "static bool TryParseExact(string input, string[] formats, IFormatProvider formatProvider, out TimeSpan result)",
            |call| try_parse(call, parse_exact, 3),
            "Whether text is in one of the formats, and which length of time it is",
        ),
        row(
            "static bool TryParseExact(string input, string[] formats, IFormatProvider formatProvider, TimeSpanStyles styles, \
             out TimeSpan result)",
            |call| try_parse(call, parse_exact, 4),
            "Whether text is in one of the formats, and which length of time it is",
        ),
        row(
            "static int Compare(TimeSpan t1, TimeSpan t2)",
            |call| Ok((call.time_span(0)?.cmp(&call.time_span(1)?) as i32).into()),
            "Negative, zero or positive: the shorter comes first",
        ),
        row(
            "int CompareTo(TimeSpan value)",
            |call| Ok((this(call)?.cmp(&call.time_span(0)?) as i32).into()),
            "Negative, zero or positive: the shorter comes first",
        ),
        row("int CompareTo(object value)", compare_to, "Negative, zero or positive: the shorter comes first"),
        row("bool Equals(TimeSpan obj)", |call| Ok((this(call)? == call.time_span(0)?).into()), "Whether both are as long"),
        row(
            "static bool Equals(TimeSpan t1, TimeSpan t2)",
            |call| Ok((call.time_span(0)? == call.time_span(1)?).into()),
            "Whether both are as long",
        ),
        row("int GetHashCode()", |call| Ok(this(call)?.hash_code().into()), "A number that equal lengths share"),
        row("static TimeSpan operator +(TimeSpan t)", |call| Ok(call.time_span(0)?.into()), "It"),
        row(
            "static TimeSpan operator -(TimeSpan t)",
            |call| Ok(call.time_span(0)?.negate()?.into()),
            "As long in the other direction",
        ),
        row(
            "static TimeSpan operator +(TimeSpan t1, TimeSpan t2)",
            |call| Ok(call.time_span(0)?.plus(call.time_span(1)?)?.into()),
            "Both together",
        ),
        row(
            "static TimeSpan operator -(TimeSpan t1, TimeSpan t2)",
            |call| Ok(call.time_span(0)?.minus(call.time_span(1)?)?.into()),
            "The first without the second",
        ),
        row(
            "static TimeSpan operator *(TimeSpan timeSpan, double factor)",
            |call| Ok(call.time_span(0)?.multiply(call.double(1)?)?.into()),
            "So many times",
        ),
        row(
            "static TimeSpan operator *(double factor, TimeSpan timeSpan)",
            |call| Ok(call.time_span(1)?.multiply(call.double(0)?)?.into()),
            "So many times",
        ),
        row(
            "static TimeSpan operator /(TimeSpan timeSpan, double divisor)",
            |call| Ok(call.time_span(0)?.divide(call.double(1)?)?.into()),
            "A part of it",
        ),
        row(
            "static double operator /(TimeSpan t1, TimeSpan t2)",
            |call| Ok((call.time_span(0)? / call.time_span(1)?).into()),
            "How often the second goes into the first",
        ),
        row(
            "static bool operator ==(TimeSpan t1, TimeSpan t2)",
            |call| Ok((call.time_span(0)? == call.time_span(1)?).into()),
            "Whether both are as long",
        ),
        row(
            "static bool operator !=(TimeSpan t1, TimeSpan t2)",
            |call| Ok((call.time_span(0)? != call.time_span(1)?).into()),
            "Whether they differ",
        ),
        row(
            "static bool operator <(TimeSpan t1, TimeSpan t2)",
            |call| Ok((call.time_span(0)? < call.time_span(1)?).into()),
            "Whether the first is shorter",
        ),
        row(
            "static bool operator <=(TimeSpan t1, TimeSpan t2)",
            |call| Ok((call.time_span(0)? <= call.time_span(1)?).into()),
            "Whether the first is not longer",
        ),
        row(
            "static bool operator >(TimeSpan t1, TimeSpan t2)",
            |call| Ok((call.time_span(0)? > call.time_span(1)?).into()),
            "Whether the first is longer",
        ),
        row(
            "static bool operator >=(TimeSpan t1, TimeSpan t2)",
            |call| Ok((call.time_span(0)? >= call.time_span(1)?).into()),
            "Whether the first is not shorter",
        ),
    ],
    missing: &["TryFormat"],
    doc: "A length of time",
};

/// `System.Globalization.TimeSpanStyles`
static TIME_SPAN_STYLES: NetType = NetType {
    namespace: "System.Globalization",
    name: "TimeSpanStyles",
    kind: Kind::Enum(&[("None", 0), ("AssumeNegative", 1)]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "Which sign a length of time has in a format without one",
};

fn this(call: &Call<'_, '_>) -> Result<TimeSpan, Thrown> {
    match call.this {
        Value::TimeSpan(value) => Ok(value),
        _ => Err(Thrown::null_reference()),
    }
}

/// From so many parts, the first of which is a day, or an hour.
fn new(call: &mut Call<'_, '_>, first: usize, count: usize) -> Result<Value, Thrown> {
    let mut parts = [0; 6];
    for (at, part) in parts.iter_mut().skip(first).take(count).enumerate() {
        *part = call.int(at)?;
    }
    let [days, hours, minutes, seconds, milliseconds, microseconds] = parts;
    Ok(TimeSpan::new(days, hours, minutes, seconds, milliseconds, microseconds)?.into())
}

fn from(call: &mut Call<'_, '_>, ticks_per_unit: i64) -> Result<Value, Thrown> {
    Ok(TimeSpan::from_units(call.double(0)?, ticks_per_unit)?.into())
}

fn text(call: &mut Call<'_, '_>, format: Option<&str>) -> Result<Value, Thrown> {
    Ok(Value::text(this(call)?.format(format)?))
}

fn formatted(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let Some(format) = call.text_or_null(0)? else { return text(call, None) };
    // No letter of a format becomes more than eight.
    call.machine.spend(format.size().saturating_mul(8))?;
    text(call, Some(&format.to_str()))
}

/// The outer failure is one that `TryParse` throws, too.
type Parse = fn(&mut Call<'_, '_>, &str) -> Result<dotnet::Result<TimeSpan>, Thrown>;

fn parse(call: &mut Call<'_, '_>, parameter: &str) -> Result<dotnet::Result<TimeSpan>, Thrown> {
    let text = call.text(0, parameter)?;
    call.machine.spend(text.size())?;
    Ok(TimeSpan::parse(&text.to_str()))
}

fn parse_exact(call: &mut Call<'_, '_>, parameter: &str) -> Result<dotnet::Result<TimeSpan>, Thrown> {
    let text = call.text(0, parameter)?;
    call.machine.spend(text.size().saturating_mul(4))?;
    let negative = matches!(call.value(3), Value::Enum(_, 1));
    if let Value::Object(_) = call.value(1) {
        let formats = call.object::<Array>(1, "formats")?.items();
        let parsed = formats.iter().find_map(|format| match format {
            Value::String(format) => TimeSpan::parse_exact(&text.to_str(), &format.to_str(), negative).ok(),
            _ => None,
        });
        let bad = || Exception::format(format!("String '{text}' was not recognized as a valid TimeSpan."));
        return Ok(parsed.ok_or_else(bad));
    }
    let format = call.text(1, "format")?;
    Ok(TimeSpan::parse_exact(&text.to_str(), &format.to_str(), negative))
}

fn try_parse(call: &mut Call<'_, '_>, parse: Parse, out: usize) -> Result<Value, Thrown> {
    let exact = call.arguments.len() > 3;
    let missing = call.value(0).is_null() || (exact && call.value(1).is_null());
    let parsed = if missing { None } else { parse(call, "input")?.ok() };
    call.set_out(out, parsed.unwrap_or_default());
    Ok(parsed.is_some().into())
}

fn compare_to(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    match call.value(0) {
        Value::Null => Ok(1.into()),
        Value::TimeSpan(other) => Ok((this(call)?.cmp(&other) as i32).into()),
        _ => Err(Exception::argument("Object must be of type TimeSpan.", "").into()),
    }
}
