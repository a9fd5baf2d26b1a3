//! Numbers that nobody can guess.

use super::{NAMESPACE, create, not_negative};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, Type, row},
    value::{Array, Object, Value},
};
use dotnet::{Exception, crypto};
use std::rc::Rc;

/// A generator. It has no state: the host's randomness is everyone's.
#[derive(Debug)]
struct Generator(&'static NetType);

impl Object for Generator {
    fn net_type(&self) -> Type {
        Type::of(self.0)
    }
}

/// An object of one of the types here.
pub(super) fn generator(net_type: &'static NetType) -> Value {
    Value::object(Generator(net_type))
}

/// Fills a part of an array.
fn fill(call: &mut Call<'_, '_>, array: &Rc<Array>, offset: usize, length: usize, with_zeros: bool) -> Result<Value, Thrown> {
    call.machine.step(length as u64 / 8)?;
    let mut bytes = vec![0; length];
    crypto::fill(&mut bytes, &mut || call.machine.random());
    if !with_zeros {
        for byte in bytes.iter_mut().filter(|byte| **byte == 0) {
            // A few tries find a byte that is not zero; a source that has none must not hold us up.
            *byte = (0..32).map(|_| call.machine.random() as u8).find(|&byte| byte != 0).unwrap_or(1);
        }
    }
    super::write_into(array, offset, &bytes);
    Ok(Value::Null)
}

/// A number from 0 up to a limit, each as likely as the others.
fn below(call: &Call<'_, '_>, limit: u32) -> u32 {
    let limit = u64::from(limit.max(1));
    // What is left over at the top of 64 bits would make small numbers likelier, but by less than one in four billion.
    (call.machine.random() % limit) as u32
}

/// `System.Security.Cryptography.RandomNumberGenerator`
pub static RANDOM_NUMBER_GENERATOR: NetType = NetType {
    namespace: NAMESPACE,
    name: "RandomNumberGenerator",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("static RandomNumberGenerator Create()", |_| Ok(generator(&RANDOM_NUMBER_GENERATOR)), "A generator"),
        row(
            "static RandomNumberGenerator Create(string rngName)",
            |call| create(call, &RANDOM_NUMBER_GENERATOR),
            "The generator of a name; null for names that are none",
        ),
        row(
            "static byte[] GetBytes(int count)",
            |call| {
                let count = not_negative(call.int(0)?, "count")?;
                call.machine.spend(count)?;
                let value = Value::bytes(vec![0; count]);
                if let Some(array) = value.downcast::<Array>() {
                    fill(call, &array, 0, count, true)?;
                }
                Ok(value)
            },
            "New bytes",
        ),
        row(
            "static int GetInt32(int toExclusive)",
            |call| {
                let limit = call.int(0)?;
                if limit <= 0 {
                    let what = "a non-negative and non-zero value";
                    return Err(Exception::argument_must_be(what, "toExclusive", limit.into()).into());
                }
                Ok(Value::Int32(i32::try_from(below(call, limit.unsigned_abs())).unwrap_or(0)))
            },
            "A number from 0 up to a limit that is not among them",
        ),
        row(
            "static int GetInt32(int fromInclusive, int toExclusive)",
            |call| {
                let (from, to) = (call.int(0)?, call.int(1)?);
                if from >= to {
                    let message = "Range of random number does not contain at least one possibility.";
                    return Err(Exception::new("ArgumentException", message).into());
                }
                Ok(Value::Int32(from.wrapping_add_unsigned(below(call, to.abs_diff(from)))))
            },
            "A number between two, the second of which is not among them",
        ),
        row(
            "void GetBytes(byte[] data)",
            |call| {
                let array = call.object::<Array>(0, "data")?;
                fill(call, &array, 0, array.len(), true)
            },
            "Fills an array",
        ),
        row(
            "void GetBytes(byte[] data, int offset, int count)",
            |call| {
                let array = call.object::<Array>(0, "data")?;
                let offset = not_negative(call.int(1)?, "offset")?;
                let count = not_negative(call.int(2)?, "count")?;
                if count > array.len().saturating_sub(offset) {
                    return Err(Exception::new("ArgumentException", super::OFF_LENGTH).into());
                }
                fill(call, &array, offset, count, true)
            },
            "Fills a part of an array",
        ),
        row(
            "void GetNonZeroBytes(byte[] data)",
            |call| {
                let array = call.object::<Array>(0, "data")?;
                fill(call, &array, 0, array.len(), false)
            },
            "Fills an array with bytes that are not zero",
        ),
        row("void Dispose()", |_| Ok(Value::Null), "Ends the use of the generator, as `using` does"),
    ],
    missing: &["Fill", "GetHexString", "GetItems", "GetString", "Shuffle"],
    doc: "Makes numbers that nobody can guess",
};

/// `System.Security.Cryptography.RNGCryptoServiceProvider`
pub static RNG_CRYPTO_SERVICE_PROVIDER: NetType = NetType {
    namespace: NAMESPACE,
    name: "RNGCryptoServiceProvider",
    kind: Kind::Class,
    bases: &["RandomNumberGenerator"],
    members: &[
        row("RNGCryptoServiceProvider()", |_| Ok(generator(&RNG_CRYPTO_SERVICE_PROVIDER)), "A generator"),
        row(
            "RNGCryptoServiceProvider(byte[] rgb)",
            |_| Ok(generator(&RNG_CRYPTO_SERVICE_PROVIDER)),
            "A generator; what it is given is not used",
        ),
        row(
            "RNGCryptoServiceProvider(string str)",
            |_| Ok(generator(&RNG_CRYPTO_SERVICE_PROVIDER)),
            "A generator; what it is given is not used",
        ),
    ],
    missing: &[],
    doc: "Makes numbers that nobody can guess, under an older name",
};
