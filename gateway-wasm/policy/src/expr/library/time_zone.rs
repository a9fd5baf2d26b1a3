//! Time zones.

use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::{DateTime, NetString, time_zone::TimeZone};
use std::{
    hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher},
    rc::Rc,
};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&TIME_ZONE_INFO, &TIME_ZONE];

/// `System.TimeZoneInfo`
pub static TIME_ZONE_INFO: NetType = NetType {
    namespace: "System",
    name: "TimeZoneInfo",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("static TimeZoneInfo Utc", |_| Ok(value(TimeZone::utc())), "UTC"),
        row("static TimeZoneInfo Local", |_| Ok(value(TimeZone::local())), "The local time zone, which is UTC"),
        row(
            "static TimeZoneInfo FindSystemTimeZoneById(string id)",
            |call| Ok(value(find(call, 0, "id")?)),
            "The zone of a name as Windows or the IANA has it",
        ),
        row(
            "static bool TryFindSystemTimeZoneById(string id, out TimeZoneInfo timeZoneInfo)",
            |call| {
                let found = call.text_or_null(0)?.and_then(|id| TimeZone::find(&id.to_str()).ok());
                let is_found = found.is_some();
                call.set_out(1, found.map_or(Value::Null, value));
                Ok(is_found.into())
            },
            "Whether there is a zone of a name, and which",
        ),
        row(
            "static IReadOnlyList<TimeZoneInfo> GetSystemTimeZones()",
            |call| {
                call.machine.step(50_000)?;
                let zones = TimeZone::all().into_iter().map(value).collect();
                Ok(Value::array(Type::of(&TIME_ZONE_INFO), zones))
            },
            "The zones that Windows has",
        ),
        row(
            "static bool TryConvertIanaIdToWindowsId(string ianaId, out string windowsId)",
            |call| {
                let found = call.text_or_null(0)?.and_then(|id| TimeZone::iana_to_windows(&id.to_str()));
                call.set_out(1, found);
                Ok(found.is_some().into())
            },
            "Whether Windows has a name for a zone of the IANA, and which",
        ),
        row(
            "static bool TryConvertWindowsIdToIanaId(string windowsId, out string ianaId)",
            |call| {
                let found = call.text_or_null(0)?.and_then(|id| TimeZone::windows_to_iana(&id.to_str()));
                call.set_out(1, found);
                Ok(found.is_some().into())
            },
            "Whether the IANA has a name for a zone of Windows, and which",
        ),
        row("string Id", |call| Ok(Value::text(this(call)?.id())), "Its name"),
        row("bool HasIanaId", |call| Ok(this(call)?.has_iana_id().into()), "Whether its name is one of the IANA"),
        row("string DisplayName", |call| Ok(Value::text(this(call)?.display_name(now(call)))), "Its offset and its places"),
        row("string StandardName", |call| Ok(Value::text(this(call)?.standard_name(now(call)))), "What standard time is called"),
        row(
            "string DaylightName",
            |call| Ok(Value::text(this(call)?.daylight_name(now(call)))),
            "What daylight saving time is called",
        ),
        row(
            "TimeSpan BaseUtcOffset",
            |call| Ok(this(call)?.base_offset(now(call)).into()),
            "How far standard time is ahead of UTC",
        ),
        row(
            "bool SupportsDaylightSavingTime",
            |call| Ok(this(call)?.supports_daylight_saving_time(now(call)).into()),
            "Whether it has daylight saving time",
        ),
        row(
            "TimeSpan GetUtcOffset(DateTime dateTime)",
            |call| Ok(this(call)?.utc_offset(call.date_time(0)?).into()),
            "How far it is ahead of UTC at a time",
        ),
        row(
            "TimeSpan GetUtcOffset(DateTimeOffset dateTimeOffset)",
            |call| Ok(this(call)?.utc_offset_at(call.date_time_offset(0)?).into()),
            "How far it is ahead of UTC at a time",
        ),
        row(
            "bool IsDaylightSavingTime(DateTime dateTime)",
            |call| Ok(this(call)?.is_daylight_saving_time(call.date_time(0)?).into()),
            "Whether it is daylight saving time then",
        ),
        row(
            "bool IsDaylightSavingTime(DateTimeOffset dateTimeOffset)",
            |call| Ok(this(call)?.is_daylight_saving_time(call.date_time_offset(0)?.utc_date_time()).into()),
            "Whether it is daylight saving time then",
        ),
        row(
            "bool IsAmbiguousTime(DateTime dateTime)",
            |call| Ok(this(call)?.is_ambiguous_time(call.date_time(0)?).into()),
            "Whether the clock shows the time twice",
        ),
        row(
            "bool IsAmbiguousTime(DateTimeOffset dateTimeOffset)",
            |call| Ok(this(call)?.is_ambiguous_time(call.date_time_offset(0)?.utc_date_time()).into()),
            "Whether the clock shows the time twice",
        ),
        row(
            "bool IsInvalidTime(DateTime dateTime)",
            |call| Ok(this(call)?.is_invalid_time(call.date_time(0)?).into()),
            "Whether the clock skips the time",
        ),
        row(
            "TimeSpan[] GetAmbiguousTimeOffsets(DateTime dateTime)",
            |call| ambiguous(call, call.date_time(0)?),
            "Both offsets of a time that the clock shows twice",
        ),
        row(
            "TimeSpan[] GetAmbiguousTimeOffsets(DateTimeOffset dateTimeOffset)",
            |call| ambiguous(call, call.date_time_offset(0)?.utc_date_time()),
            "Both offsets of a time that the clock shows twice",
        ),
        row(
            "static DateTime ConvertTime(DateTime dateTime, TimeZoneInfo destinationTimeZone)",
            |call| Ok(TimeZone::convert_to(call.date_time(0)?, &*zone(call, 1, "destinationTimeZone")?)?.into()),
            "A time on the clock of a zone; its kind says where it is from",
        ),
        row(
            "static DateTime ConvertTime(DateTime dateTime, TimeZoneInfo sourceTimeZone, TimeZoneInfo destinationTimeZone)",
            |call| {
                let (source, destination) = (zone(call, 1, "sourceTimeZone")?, zone(call, 2, "destinationTimeZone")?);
                Ok(TimeZone::convert(call.date_time(0)?, &source, &destination)?.into())
            },
            "A time of one zone on the clock of another",
        ),
        row(
            "static DateTimeOffset ConvertTime(DateTimeOffset dateTimeOffset, TimeZoneInfo destinationTimeZone)",
            |call| Ok(TimeZone::convert_offset(call.date_time_offset(0)?, &*zone(call, 1, "destinationTimeZone")?)?.into()),
            "A time on the clock of a zone",
        ),
        row(
            "static DateTime ConvertTimeToUtc(DateTime dateTime)",
            |call| Ok(call.date_time(0)?.to_universal_time().into()),
            "A local time in UTC",
        ),
        row(
            "static DateTime ConvertTimeToUtc(DateTime dateTime, TimeZoneInfo sourceTimeZone)",
            |call| Ok(TimeZone::convert(call.date_time(0)?, &*zone(call, 1, "sourceTimeZone")?, &TimeZone::utc())?.into()),
            "A time of a zone in UTC",
        ),
        row(
            "static DateTime ConvertTimeFromUtc(DateTime dateTime, TimeZoneInfo destinationTimeZone)",
            |call| Ok(TimeZone::convert(call.date_time(0)?, &TimeZone::utc(), &*zone(call, 1, "destinationTimeZone")?)?.into()),
            "A time of UTC on the clock of a zone",
        ),
        row(
            "static DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, string destinationTimeZoneId)",
            |call| Ok(TimeZone::convert_to(call.date_time(0)?, &find(call, 1, "id")?)?.into()),
            "A time on the clock of a zone; its kind says where it is from",
        ),
        row(
            "static DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, string sourceTimeZoneId, \
             string destinationTimeZoneId)",
            convert_by_ids,
            "A time of one zone on the clock of another",
        ),
        row(
            "static DateTimeOffset ConvertTimeBySystemTimeZoneId(DateTimeOffset dateTimeOffset, string destinationTimeZoneId)",
            |call| Ok(TimeZone::convert_offset(call.date_time_offset(0)?, &find(call, 1, "id")?)?.into()),
            "A time on the clock of a zone",
        ),
        row(
            "bool HasSameRules(TimeZoneInfo other)",
            |call| Ok(this(call)?.has_same_rules(&*zone(call, 0, "other")?).into()),
            "Whether both clocks always show the same",
        ),
        row(
            "bool Equals(TimeZoneInfo other)",
            |call| {
                let own = this(call)?;
                Ok(call.value(0).downcast_ref::<Zone>().is_some_and(|other| *other.0 == *own).into())
            },
            "Whether both have the same name and rules",
        ),
        row("static void ClearCachedData()", |_| Ok(Value::Null), "Nothing, since nothing is kept"),
    ],
    missing: &[
        "CreateCustomTimeZone",
        "FromSerializedString",
        "ToSerializedString",
        "GetAdjustmentRules",
        "AdjustmentRule",
        "TransitionTime",
    ],
    doc: "A time zone",
};

/// `System.TimeZone`
pub static TIME_ZONE: NetType = NetType {
    namespace: "System",
    name: "TimeZone",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("static TimeZone CurrentTimeZone", |_| Ok(Value::object(Current)), "The local time zone, which is UTC"),
        row("string StandardName", |_| Ok(Value::text("Coordinated Universal Time")), "What standard time is called"),
        row("string DaylightName", |_| Ok(Value::text("Coordinated Universal Time")), "What daylight saving time is called"),
        row(
            "TimeSpan GetUtcOffset(DateTime time)",
            |_| Ok(dotnet::TimeSpan::ZERO.into()),
            "How far it is ahead of UTC at a time",
        ),
        row("bool IsDaylightSavingTime(DateTime time)", |_| Ok(false.into()), "Whether it is daylight saving time then"),
        row(
            "DateTime ToLocalTime(DateTime time)",
            |call| Ok(call.date_time(0)?.to_local_time().into()),
            "A time in the local time zone",
        ),
        row("DateTime ToUniversalTime(DateTime time)", |call| Ok(call.date_time(0)?.to_universal_time().into()), "A time in UTC"),
    ],
    missing: &["GetDaylightChanges"],
    doc: "The local time zone, as it was before `TimeZoneInfo`",
};

/// A `TimeZoneInfo`.
#[derive(Debug)]
struct Zone(Rc<TimeZone>);

impl Object for Zone {
    fn net_type(&self) -> Type {
        Type::of(&TIME_ZONE_INFO)
    }

    fn text(&self, machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        Ok(self.0.display_name(machine.utc_now()).into())
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        Some(other.downcast_ref::<Zone>().is_some_and(|other| *self.0 == *other.0))
    }

    fn hash(&self) -> Option<i32> {
        let id = self.0.id().to_ascii_uppercase();
        Some(BuildHasherDefault::<DefaultHasher>::default().hash_one(id) as i32)
    }
}

/// A `TimeZone`.
#[derive(Debug)]
struct Current;

impl Object for Current {
    fn net_type(&self) -> Type {
        Type::of(&TIME_ZONE)
    }
}

fn value(zone: TimeZone) -> Value {
    Value::object(Zone(Rc::new(zone)))
}

fn this(call: &Call<'_, '_>) -> Result<Rc<TimeZone>, Thrown> {
    Ok(call.this_object::<Zone>()?.0.clone())
}

fn zone(call: &Call<'_, '_>, at: usize, parameter: &str) -> Result<Rc<TimeZone>, Thrown> {
    Ok(call.object::<Zone>(at, parameter)?.0.clone())
}

fn now(call: &Call<'_, '_>) -> DateTime {
    call.machine.utc_now()
}

fn find(call: &mut Call<'_, '_>, at: usize, parameter: &str) -> Result<TimeZone, Thrown> {
    // To find a zone is to read its rules.
    call.machine.step(200)?;
    Ok(TimeZone::find(&call.text(at, parameter)?.to_str())?)
}

fn convert_by_ids(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (source, destination) = (find(call, 1, "id")?, find(call, 2, "id")?);
    Ok(TimeZone::convert(call.date_time(0)?, &source, &destination)?.into())
}

fn ambiguous(call: &Call<'_, '_>, time: DateTime) -> Result<Value, Thrown> {
    let offsets = this(call)?.ambiguous_time_offsets(time)?;
    Ok(Value::array(Type::of(&super::time_span::TIME_SPAN), offsets.map(Value::TimeSpan).into()))
}
