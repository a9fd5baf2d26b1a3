//! `System.BitConverter`: values as bytes and back, the lowest byte first.

use super::number::{negative, reading};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, row},
    value::{Array, Value},
};
use dotnet::Exception;
use std::rc::Rc;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&BIT_CONVERTER];

/// `System.BitConverter`
pub static BIT_CONVERTER: NetType = NetType {
    namespace: "System",
    name: "BitConverter",
    kind: Kind::Static,
    bases: &[],
    members: &[
        row("static bool IsLittleEndian", |_| Ok(true.into()), "Always true"),
        row(
            "static byte[] GetBytes(bool value)",
            |call| Ok(Value::bytes([u8::from(call.boolean(0)?)].to_vec())),
            "Its bytes, the lowest first",
        ),
        row(
            "static byte[] GetBytes(char value)",
            |call| Ok(Value::bytes(call.character(0)?.to_le_bytes().to_vec())),
            "Its bytes, the lowest first",
        ),
        row(
            "static byte[] GetBytes(short value)",
            |call| Ok(Value::bytes((call.integer(0)? as i16).to_le_bytes().to_vec())),
            "Its bytes, the lowest first",
        ),
        row(
            "static byte[] GetBytes(int value)",
            |call| Ok(Value::bytes(call.int(0)?.to_le_bytes().to_vec())),
            "Its bytes, the lowest first",
        ),
        row(
            "static byte[] GetBytes(long value)",
            |call| Ok(Value::bytes(call.long(0)?.to_le_bytes().to_vec())),
            "Its bytes, the lowest first",
        ),
        row(
            "static byte[] GetBytes(ushort value)",
            |call| Ok(Value::bytes((call.integer(0)? as u16).to_le_bytes().to_vec())),
            "Its bytes, the lowest first",
        ),
        row(
            "static byte[] GetBytes(uint value)",
            |call| Ok(Value::bytes((call.integer(0)? as u32).to_le_bytes().to_vec())),
            "Its bytes, the lowest first",
        ),
        row(
            "static byte[] GetBytes(ulong value)",
            |call| Ok(Value::bytes((call.integer(0)? as u64).to_le_bytes().to_vec())),
            "Its bytes, the lowest first",
        ),
        row(
            "static byte[] GetBytes(float value)",
            |call| Ok(Value::bytes(call.single(0)?.to_le_bytes().to_vec())),
            "Its bytes, the lowest first",
        ),
        row(
            "static byte[] GetBytes(double value)",
            |call| Ok(Value::bytes(call.double(0)?.to_le_bytes().to_vec())),
            "Its bytes, the lowest first",
        ),
        row(
            "static bool ToBoolean(byte[] value, int startIndex)",
            |call| Ok((read::<1>(call)? != [0]).into()),
            "Whether the byte at a position is not 0",
        ),
        row(
            "static char ToChar(byte[] value, int startIndex)",
            |call| Ok(Value::Char(u16::from_le_bytes(read(call)?))),
            "The value in the bytes at a position, the lowest first",
        ),
        row(
            "static short ToInt16(byte[] value, int startIndex)",
            |call| Ok(Value::Int16(i16::from_le_bytes(read(call)?))),
            "The value in the bytes at a position, the lowest first",
        ),
        row(
            "static ushort ToUInt16(byte[] value, int startIndex)",
            |call| Ok(Value::UInt16(u16::from_le_bytes(read(call)?))),
            "The value in the bytes at a position, the lowest first",
        ),
        row(
            "static int ToInt32(byte[] value, int startIndex)",
            |call| Ok(Value::Int32(i32::from_le_bytes(read(call)?))),
            "The value in the bytes at a position, the lowest first",
        ),
        row(
            "static uint ToUInt32(byte[] value, int startIndex)",
            |call| Ok(Value::UInt32(u32::from_le_bytes(read(call)?))),
            "The value in the bytes at a position, the lowest first",
        ),
        row(
            "static long ToInt64(byte[] value, int startIndex)",
            |call| Ok(Value::Int64(i64::from_le_bytes(read(call)?))),
            "The value in the bytes at a position, the lowest first",
        ),
        row(
            "static ulong ToUInt64(byte[] value, int startIndex)",
            |call| Ok(Value::UInt64(u64::from_le_bytes(read(call)?))),
            "The value in the bytes at a position, the lowest first",
        ),
        row(
            "static float ToSingle(byte[] value, int startIndex)",
            |call| Ok(Value::Single(f32::from_le_bytes(read(call)?))),
            "The value in the bytes at a position, the lowest first",
        ),
        row(
            "static double ToDouble(byte[] value, int startIndex)",
            |call| Ok(Value::Double(f64::from_le_bytes(read(call)?))),
            "The value in the bytes at a position, the lowest first",
        ),
        row("static string ToString(byte[] value)", text, "The bytes in hexadecimal, with hyphens between them"),
        row(
            "static string ToString(byte[] value, int startIndex)",
            text,
            "The bytes from a position on in hexadecimal, with hyphens between them",
        ),
        row(
            "static string ToString(byte[] value, int startIndex, int length)",
            text,
            "So many bytes from a position on in hexadecimal, with hyphens between them",
        ),
        row(
            "static long DoubleToInt64Bits(double value)",
            |call| Ok(Value::Int64(call.double(0)?.to_bits() as i64)),
            "Its bits as a number",
        ),
        row(
            "static double Int64BitsToDouble(long value)",
            |call| Ok(f64::from_bits(call.long(0)? as u64).into()),
            "The value with these bits",
        ),
        row(
            "static ulong DoubleToUInt64Bits(double value)",
            |call| Ok(Value::UInt64(call.double(0)?.to_bits())),
            "Its bits as a number",
        ),
        row(
            "static double UInt64BitsToDouble(ulong value)",
            |call| Ok(f64::from_bits(call.integer(0)? as u64).into()),
            "The value with these bits",
        ),
        row(
            "static int SingleToInt32Bits(float value)",
            |call| Ok(Value::Int32(call.single(0)?.to_bits() as i32)),
            "Its bits as a number",
        ),
        row(
            "static float Int32BitsToSingle(int value)",
            |call| Ok(f32::from_bits(call.int(0)? as u32).into()),
            "The value with these bits",
        ),
        row(
            "static uint SingleToUInt32Bits(float value)",
            |call| Ok(Value::UInt32(call.single(0)?.to_bits())),
            "Its bits as a number",
        ),
        row(
            "static float UInt32BitsToSingle(uint value)",
            |call| Ok(f32::from_bits(call.integer(0)? as u32).into()),
            "The value with these bits",
        ),
    ],
    missing: &["HalfToInt16Bits", "HalfToUInt16Bits", "Int16BitsToHalf", "ToHalf", "TryWriteBytes", "UInt16BitsToHalf"],
    doc: "Values as bytes and back, the lowest byte first",
};

fn out_of_range() -> Thrown {
    let message = "Index was out of range. Must be non-negative and less than the size of the collection.";
    Exception::argument_out_of_range(message, "startIndex").into()
}

const TOO_SHORT: &str =
    "Destination array is not long enough to copy all the items in the collection. Check array index and length.";

fn read<const N: usize>(call: &mut Call<'_, '_>) -> Result<[u8; N], Thrown> {
    let array: Rc<Array> = call.object(0, "value")?;
    let start = usize::try_from(call.int(1)?).ok().filter(|&start| start < array.len()).ok_or_else(out_of_range)?;
    let mut bytes = [0; N];
    for (at, place) in bytes.iter_mut().enumerate() {
        match array.get(start + at) {
            Some(Value::Byte(byte)) => *place = byte,
            _ => return Err(Exception::argument(TOO_SHORT, "value").into()),
        }
    }
    Ok(bytes)
}

fn text(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let bytes = call.bytes(0, "value")?;
    reading(call, bytes.len())?;
    let (at, length) = match call.arguments.len() {
        0 | 1 => (0, bytes.len() as i64),
        2 => (call.int(1)?, bytes.len() as i64 - i64::from(call.int(1)?)),
        _ => (call.int(1)?, call.int(2)?.into()),
    };
    let start = usize::try_from(at).ok().filter(|&start| start < bytes.len() || start == 0).ok_or_else(out_of_range)?;
    let Ok(length) = usize::try_from(length) else { return Err(negative("length", length)) };
    let part = start.checked_add(length).and_then(|end| bytes.get(start..end));
    let Some(part) = part else { return Err(Exception::argument(TOO_SHORT, "").into()) };
    call.machine.spend(part.len() * 3)?;
    let pairs: Vec<String> = part.iter().map(|byte| format!("{byte:02X}")).collect();
    Ok(Value::text(pairs.join("-")))
}
