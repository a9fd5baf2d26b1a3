//! System.Security.Cryptography: hashes, keys, ciphers.

pub mod asymmetric;
pub mod hash;
pub mod names;
pub mod random;
pub mod symmetric;

use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    members,
    types::{NetType, Type},
    value::{Array, Value},
};
use dotnet::{
    Exception, NetString,
    crypto::{
        cipher::{Algorithm, Transform},
        hash::Hash,
    },
};
use std::rc::Rc;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[
    &hash::HASH_ALGORITHM,
    &hash::KEYED_HASH_ALGORITHM,
    &hash::HMAC,
    &hash::MD5,
    &hash::SHA1,
    &hash::SHA256,
    &hash::SHA384,
    &hash::SHA512,
    &hash::SHA1_MANAGED,
    &hash::SHA256_MANAGED,
    &hash::SHA384_MANAGED,
    &hash::SHA512_MANAGED,
    &hash::HMAC_MD5,
    &hash::HMAC_SHA1,
    &hash::HMAC_SHA256,
    &hash::HMAC_SHA384,
    &hash::HMAC_SHA512,
    &names::HASH_ALGORITHM_NAME,
    &symmetric::SYMMETRIC_ALGORITHM,
    &symmetric::AES,
    &symmetric::CRYPTO_TRANSFORM,
    &names::CIPHER_MODE,
    &names::PADDING_MODE,
    &asymmetric::ASYMMETRIC_ALGORITHM,
    &asymmetric::RSA,
    &asymmetric::RSA_CNG,
    &asymmetric::RSA_PARAMETERS,
    &names::RSA_SIGNATURE_PADDING,
    &names::RSA_SIGNATURE_PADDING_MODE,
    &names::RSA_ENCRYPTION_PADDING,
    &names::RSA_ENCRYPTION_PADDING_MODE,
    &names::OID,
    &random::RANDOM_NUMBER_GENERATOR,
    &random::RNG_CRYPTO_SERVICE_PROVIDER,
];

/// The namespace of all of them.
const NAMESPACE: &str = "System.Security.Cryptography";

/// `Create(name)` of any of these types: an object of a name that .NET knows, if it is of the type; null for other names.
fn create(call: &mut Call<'_, '_>, wanted: &'static NetType) -> Result<Value, Thrown> {
    let name = call.text(0, "name")?;
    let Some(value) = by_name(call.machine, &name) else { return Ok(Value::Null) };
    let (own, wanted) = (value.net_type(), Type::of(wanted));
    if members::family(&own).contains(&wanted) { Ok(value) } else { Err(Thrown::invalid_cast(&own, &wanted)) }
}

fn by_name(machine: &Machine<'_>, name: &NetString) -> Option<Value> {
    let lower = name.to_str().to_ascii_lowercase();
    let (is_full, short) = match lower.strip_prefix("system.security.cryptography.") {
        Some(short) => (true, short),
        None => (false, &*lower),
    };
    let plain = |hash| Some(hash::plain(hash));
    let keyed = |hash| Some(hash::keyed(machine, hash, None));
    match short {
        "md5" => plain(Hash::Md5),
        "sha" if !is_full => plain(Hash::Sha1),
        "sha1" | "sha1cryptoserviceprovider" => plain(Hash::Sha1),
        "hashalgorithm" if is_full => plain(Hash::Sha1),
        "sha-256" if !is_full => plain(Hash::Sha256),
        "sha-384" if !is_full => plain(Hash::Sha384),
        "sha-512" if !is_full => plain(Hash::Sha512),
        "sha256" => plain(Hash::Sha256),
        "sha384" => plain(Hash::Sha384),
        "sha512" => plain(Hash::Sha512),
        "hmac" | "keyedhashalgorithm" if is_full => keyed(Hash::Sha1),
        "hmacmd5" => keyed(Hash::Md5),
        "hmacsha1" => keyed(Hash::Sha1),
        "hmacsha256" => keyed(Hash::Sha256),
        "hmacsha384" => keyed(Hash::Sha384),
        "hmacsha512" => keyed(Hash::Sha512),
        "rsa" => Some(asymmetric::rsa(None)),
        "asymmetricalgorithm" if is_full => Some(asymmetric::rsa(None)),
        "randomnumbergenerator" => Some(random::generator(&random::RANDOM_NUMBER_GENERATOR)),
        _ => Algorithm::from_name(&lower).map(symmetric::symmetric),
    }
}

/// What .NET says where a platform may not choose an algorithm.
fn no_default() -> Thrown {
    let message = "This platform does not allow the automatic selection of an algorithm.";
    Thrown::new("PlatformNotSupportedException", message)
}

/// An object was used after its end.
fn disposed(net_type: &'static NetType) -> Thrown {
    let name = Type::of(net_type).full_name();
    Thrown::new("ObjectDisposedException", format!("Cannot access a disposed object.\r\nObject name: '{name}'."))
}

/// A number must not be negative.
fn not_negative(value: i32, parameter: &str) -> Result<usize, Thrown> {
    usize::try_from(value).map_err(|_| Exception::argument_must_be("a non-negative value", parameter, value.into()).into())
}

const OFF_LENGTH: &str = "Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.";

/// The part of an array that three arguments name: the array, the offset and the count.
fn part(call: &Call<'_, '_>, at: usize, names: [&str; 3]) -> Result<Vec<u8>, Thrown> {
    let bytes = call.bytes(at, names[0])?;
    let offset = not_negative(call.int(at + 1)?, names[1])?;
    let count = usize::try_from(call.int(at + 2)?).ok().filter(|&count| count <= bytes.len());
    let Some(count) = count else { return Err(Exception::new("ArgumentException", "Value was invalid.").into()) };
    match offset.checked_add(count).and_then(|end| bytes.get(offset..end)) {
        Some(part) => Ok(part.to_vec()),
        None => Err(Exception::new("ArgumentException", OFF_LENGTH).into()),
    }
}

/// Writes bytes into an array from an offset on; false if they do not fit.
fn write_into(array: &Array, offset: usize, bytes: &[u8]) -> bool {
    let Array::Bytes(place) = array else { return false };
    let mut place = place.borrow_mut();
    let Some(place) = offset.checked_add(bytes.len()).and_then(|end| place.get_mut(offset..end)) else { return false };
    place.copy_from_slice(bytes);
    true
}

/// An argument that is an array or null.
fn array_or_null(call: &Call<'_, '_>, at: usize, parameter: &str) -> Result<Option<Rc<Array>>, Thrown> {
    if call.value(at).is_null() { Ok(None) } else { call.object(at, parameter).map(Some) }
}

/// Bytes that a member made, counted.
fn bytes(machine: &mut Machine<'_>, bytes: Vec<u8>) -> Result<Value, Thrown> {
    machine.spend(bytes.len())?;
    Ok(Value::bytes(bytes))
}

/// Counts the work of hashing.
fn count_hash(machine: &mut Machine<'_>, length: usize) -> Result<(), Thrown> {
    machine.step(10 + length as u64 / 20)
}

/// Counts the work of a cipher: a block takes about half a microsecond.
fn count_cipher(machine: &mut Machine<'_>, transform: &Transform, length: usize) -> Result<(), Thrown> {
    machine.step(20 + 6 * transform.blocks(length))
}
