//! What keys and hashes are called: names, paddings, modes, object identifiers.

use super::NAMESPACE;
use crate::expr::{
    call::{Call, Thrown},
    machine::{Machine, fold},
    types::{Kind, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::{
    Exception, NetString,
    crypto::{
        hash::Hash,
        oid,
        rsa::{EncryptionPadding, SignaturePadding},
    },
};
use std::{
    cell::RefCell,
    hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher},
    rc::Rc,
};

/// `System.Security.Cryptography.CipherMode`
pub static CIPHER_MODE: NetType = NetType {
    namespace: NAMESPACE,
    name: "CipherMode",
    kind: Kind::Enum(&[("CBC", 1), ("ECB", 2), ("OFB", 3), ("CFB", 4), ("CTS", 5)]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "How a cipher chains blocks",
};

/// `System.Security.Cryptography.PaddingMode`
pub static PADDING_MODE: NetType = NetType {
    namespace: NAMESPACE,
    name: "PaddingMode",
    kind: Kind::Enum(&[("None", 1), ("PKCS7", 2), ("Zeros", 3), ("ANSIX923", 4), ("ISO10126", 5)]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "What fills the last block of a cipher",
};

/// `System.Security.Cryptography.RSASignaturePaddingMode`
pub static RSA_SIGNATURE_PADDING_MODE: NetType = NetType {
    namespace: NAMESPACE,
    name: "RSASignaturePaddingMode",
    kind: Kind::Enum(&[("Pkcs1", 0), ("Pss", 1)]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "How an RSA signature is padded",
};

/// `System.Security.Cryptography.RSAEncryptionPaddingMode`
pub static RSA_ENCRYPTION_PADDING_MODE: NetType = NetType {
    namespace: NAMESPACE,
    name: "RSAEncryptionPaddingMode",
    kind: Kind::Enum(&[("Pkcs1", 0), ("Oaep", 1)]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "How what RSA encrypts is padded",
};

/// A `HashAlgorithmName`.
#[derive(Debug, PartialEq)]
struct HashName(Option<NetString>);

impl Object for HashName {
    fn net_type(&self) -> Type {
        Type::of(&HASH_ALGORITHM_NAME)
    }

    fn text(&self, _: &mut Machine<'_>) -> Result<NetString, Thrown> {
        Ok(self.0.clone().unwrap_or_default())
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        Some(other.downcast_ref::<HashName>().is_some_and(|other| self == other))
    }

    fn hash(&self) -> Option<i32> {
        Some(self.0.as_ref().map_or(0, hash_text))
    }
}

fn hash_text(text: &NetString) -> i32 {
    fold(BuildHasherDefault::<DefaultHasher>::default().hash_one(text))
}

fn hash_name(hash: Hash) -> Value {
    Value::object(HashName(Some(hash.name().into())))
}

/// An argument of type `HashAlgorithmName`: the hash that it means.
pub(crate) fn hash_argument(call: &Call<'_, '_>, at: usize, parameter: &str) -> Result<Hash, Thrown> {
    let value = call.value(at);
    let name = value.downcast_ref::<HashName>().and_then(|name| name.0.clone()).filter(|name| !name.is_empty());
    let Some(name) = name else {
        return Err(Exception::argument("The hash algorithm name cannot be null or empty.", parameter).into());
    };
    Ok(Hash::expect(&name.to_str())?)
}

/// True if both arguments are the same; a structure or a class that compares by value.
fn are_equal(call: &mut Call<'_, '_>) -> bool {
    let (one, other) = (call.value(0), call.value(1));
    call.machine.equals(&one, &other)
}

fn equals_this(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, other) = (call.this.clone(), call.value(0));
    Ok(Value::Bool(call.machine.equals(&this, &other)))
}

/// `System.Security.Cryptography.HashAlgorithmName`
pub static HASH_ALGORITHM_NAME: NetType = NetType {
    namespace: NAMESPACE,
    name: "HashAlgorithmName",
    kind: Kind::Struct,
    bases: &[],
    members: &[
        row("HashAlgorithmName(string name)", |call| Ok(Value::object(HashName(call.text_or_null(0)?))), "The hash of a name"),
        row("static HashAlgorithmName MD5", |_| Ok(hash_name(Hash::Md5)), "`MD5`"),
        row("static HashAlgorithmName SHA1", |_| Ok(hash_name(Hash::Sha1)), "`SHA1`"),
        row("static HashAlgorithmName SHA256", |_| Ok(hash_name(Hash::Sha256)), "`SHA256`"),
        row("static HashAlgorithmName SHA384", |_| Ok(hash_name(Hash::Sha384)), "`SHA384`"),
        row("static HashAlgorithmName SHA512", |_| Ok(hash_name(Hash::Sha512)), "`SHA512`"),
        row("string Name", |call| Ok(call.this_object::<HashName>()?.0.clone().into()), "The name"),
        row("bool Equals(HashAlgorithmName other)", equals_this, "True if both have the same name"),
        row(
            "static HashAlgorithmName FromOid(string oidValue)",
            |call| {
                let oid = call.text(0, "oidValue")?;
                match Hash::from_oid(&oid.to_str()) {
                    Some(hash) => Ok(hash_name(hash)),
                    None => {
                        let message = format!("The specified OID ({oid}) does not represent a known hash algorithm.");
                        Err(dotnet::crypto::cryptographic(message).into())
                    }
                }
            },
            "The hash of an object identifier",
        ),
        row(
            "static bool TryFromOid(string oidValue, out HashAlgorithmName value)",
            |call| {
                let hash = Hash::from_oid(&call.text(0, "oidValue")?.to_str());
                call.set_out(1, hash.map_or_else(|| Value::object(HashName(None)), hash_name));
                Ok(Value::Bool(hash.is_some()))
            },
            "True if an object identifier is a hash's, and that hash",
        ),
        row(
            "static bool operator ==(HashAlgorithmName left, HashAlgorithmName right)",
            |call| Ok(Value::Bool(are_equal(call))),
            "True if both have the same name",
        ),
        row(
            "static bool operator !=(HashAlgorithmName left, HashAlgorithmName right)",
            |call| Ok(Value::Bool(!are_equal(call))),
            "True if they have different names",
        ),
    ],
    missing: &["SHA3_256", "SHA3_384", "SHA3_512"],
    doc: "The name of a hash",
};

impl Object for SignaturePadding {
    fn net_type(&self) -> Type {
        Type::of(&RSA_SIGNATURE_PADDING)
    }

    fn text(&self, _: &mut Machine<'_>) -> Result<NetString, Thrown> {
        Ok(match self {
            SignaturePadding::Pkcs1 => "Pkcs1".into(),
            SignaturePadding::Pss => "Pss".into(),
        })
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        Some(other.downcast_ref::<SignaturePadding>() == Some(self))
    }

    fn hash(&self) -> Option<i32> {
        Some(*self as i32)
    }
}

/// `System.Security.Cryptography.RSASignaturePadding`
pub static RSA_SIGNATURE_PADDING: NetType = NetType {
    namespace: NAMESPACE,
    name: "RSASignaturePadding",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("static RSASignaturePadding Pkcs1", |_| Ok(Value::object(SignaturePadding::Pkcs1)), "PKCS #1 version 1.5"),
        row(
            "static RSASignaturePadding Pss",
            |_| Ok(Value::object(SignaturePadding::Pss)),
            "PSS, with a salt as long as the hash",
        ),
        row(
            "RSASignaturePaddingMode Mode",
            |call| Ok(Value::Enum(&RSA_SIGNATURE_PADDING_MODE, *call.this_object::<SignaturePadding>()? as i64)),
            "The padding as an enumeration has it",
        ),
        row("bool Equals(RSASignaturePadding other)", equals_this, "True if both are the same padding"),
        row(
            "static bool operator ==(RSASignaturePadding left, RSASignaturePadding right)",
            |call| Ok(Value::Bool(are_equal(call))),
            "True if both are the same padding",
        ),
        row(
            "static bool operator !=(RSASignaturePadding left, RSASignaturePadding right)",
            |call| Ok(Value::Bool(!are_equal(call))),
            "True if they are different paddings",
        ),
    ],
    missing: &[],
    doc: "How an RSA signature is padded",
};

/// A `RSAEncryptionPadding`. Its hash may be one that nothing can use.
#[derive(Debug, PartialEq)]
struct Padding(Option<Rc<HashName>>);

impl Object for Padding {
    fn net_type(&self) -> Type {
        Type::of(&RSA_ENCRYPTION_PADDING)
    }

    fn text(&self, _: &mut Machine<'_>) -> Result<NetString, Thrown> {
        Ok(match &self.0 {
            None => "Pkcs1".into(),
            Some(name) => NetString::from("Oaep").concat(&name.0.clone().unwrap_or_default()),
        })
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        Some(other.downcast_ref::<Padding>() == Some(self))
    }

    fn hash(&self) -> Option<i32> {
        Some(self.0.as_ref().and_then(|name| name.hash()).unwrap_or(1))
    }
}

/// An argument of type `RSAEncryptionPadding`.
pub(super) fn encryption_padding(call: &Call<'_, '_>, at: usize) -> Result<EncryptionPadding, Thrown> {
    match &call.object::<Padding>(at, "padding")?.0 {
        None => Ok(EncryptionPadding::Pkcs1),
        Some(name) => Ok(EncryptionPadding::Oaep(Hash::expect(&name.0.clone().unwrap_or_default().to_str())?)),
    }
}

fn oaep(hash: Hash) -> Value {
    Value::object(Padding(Some(Rc::new(HashName(Some(hash.name().into()))))))
}

/// `System.Security.Cryptography.RSAEncryptionPadding`
pub static RSA_ENCRYPTION_PADDING: NetType = NetType {
    namespace: NAMESPACE,
    name: "RSAEncryptionPadding",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("static RSAEncryptionPadding Pkcs1", |_| Ok(Value::object(Padding(None))), "PKCS #1 version 1.5"),
        row("static RSAEncryptionPadding OaepSHA1", |_| Ok(oaep(Hash::Sha1)), "OAEP with SHA-1"),
        row("static RSAEncryptionPadding OaepSHA256", |_| Ok(oaep(Hash::Sha256)), "OAEP with SHA-256"),
        row("static RSAEncryptionPadding OaepSHA384", |_| Ok(oaep(Hash::Sha384)), "OAEP with SHA-384"),
        row("static RSAEncryptionPadding OaepSHA512", |_| Ok(oaep(Hash::Sha512)), "OAEP with SHA-512"),
        row(
            "static RSAEncryptionPadding CreateOaep(HashAlgorithmName hashAlgorithm)",
            |call| match call.value(0).downcast::<HashName>() {
                Some(name) if name.0.as_ref().is_some_and(|name| !name.is_empty()) => Ok(Value::object(Padding(Some(name)))),
                _ => Err(Exception::argument("The hash algorithm name cannot be null or empty.", "hashAlgorithm").into()),
            },
            "OAEP with a hash",
        ),
        row(
            "RSAEncryptionPaddingMode Mode",
            |call| {
                let is_oaep = call.this_object::<Padding>()?.0.is_some();
                Ok(Value::Enum(&RSA_ENCRYPTION_PADDING_MODE, is_oaep.into()))
            },
            "The padding as an enumeration has it",
        ),
        row(
            "HashAlgorithmName OaepHashAlgorithm",
            |call| match &call.this_object::<Padding>()?.0 {
                Some(name) => Ok(Value::shared(name.clone())),
                None => Ok(Value::object(HashName(None))),
            },
            "The hash of OAEP",
        ),
        row("bool Equals(RSAEncryptionPadding other)", equals_this, "True if both are the same padding"),
        row(
            "static bool operator ==(RSAEncryptionPadding left, RSAEncryptionPadding right)",
            |call| Ok(Value::Bool(are_equal(call))),
            "True if both are the same padding",
        ),
        row(
            "static bool operator !=(RSAEncryptionPadding left, RSAEncryptionPadding right)",
            |call| Ok(Value::Bool(!are_equal(call))),
            "True if they are different paddings",
        ),
    ],
    missing: &["OaepSHA3_256", "OaepSHA3_384", "OaepSHA3_512"],
    doc: "How what RSA encrypts is padded",
};

/// An `Oid`: its value and its name, each set once.
#[derive(Debug, Default)]
struct ObjectIdentifier {
    value: RefCell<Option<NetString>>,
    name: RefCell<Option<NetString>>,
}

impl Object for ObjectIdentifier {
    fn net_type(&self) -> Type {
        Type::of(&OID)
    }
}

impl ObjectIdentifier {
    fn value(value: Option<NetString>, name: Option<NetString>) -> Value {
        Value::object(ObjectIdentifier { value: RefCell::new(value), name: RefCell::new(name) })
    }

    /// The friendly name: what was set, or what .NET knows of the value.
    fn name(&self) -> Option<NetString> {
        if let Some(name) = &*self.name.borrow() {
            return Some(name.clone());
        }
        oid::friendly_name(&self.value.borrow().as_ref()?.to_str()).map(NetString::from)
    }
}

/// The `Oid` of an object identifier.
pub(crate) fn object_identifier(oid: &str) -> Value {
    ObjectIdentifier::value(Some(oid.into()), None)
}

/// `System.Security.Cryptography.Oid`
pub static OID: NetType = NetType {
    namespace: NAMESPACE,
    name: "Oid",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("Oid()", |_| Ok(ObjectIdentifier::value(None, None)), "An identifier that has no value yet"),
        row(
            "Oid(string oid)",
            |call| {
                let text = call.text(0, "oid")?;
                // What is the name of one becomes its value.
                let value = oid::from_friendly_name(&text.to_str()).map(NetString::from);
                Ok(ObjectIdentifier::value(Some(value.unwrap_or(text)), None))
            },
            "An identifier such as `1.2.840.113549.1.1.1`, or the one of a name",
        ),
        row(
            "Oid(string value, string friendlyName)",
            |call| Ok(ObjectIdentifier::value(call.text_or_null(0)?, call.text_or_null(1)?)),
            "An identifier and its name",
        ),
        row(
            "Oid(Oid oid)",
            |call| {
                let other = call.object::<ObjectIdentifier>(0, "oid")?;
                let (value, name) = (other.value.borrow().clone(), other.name.borrow().clone());
                Ok(ObjectIdentifier::value(value, name))
            },
            "A copy of an identifier",
        ),
        row("string Value", |call| Ok(call.this_object::<ObjectIdentifier>()?.value.borrow().clone().into()), "The identifier"),
        row(
            "set string Value",
            |call| {
                let (this, value) = (call.this_object::<ObjectIdentifier>()?, call.text_or_null(0)?);
                if this.value.borrow().is_some() && *this.value.borrow() != value {
                    let message = "The OID value cannot be changed from its current value.";
                    return Err(Thrown::new("PlatformNotSupportedException", message));
                }
                this.value.replace(value);
                Ok(Value::Null)
            },
            "Sets the identifier, once",
        ),
        row("string FriendlyName", |call| Ok(call.this_object::<ObjectIdentifier>()?.name().into()), "The name: `RSA`"),
        row(
            "set string FriendlyName",
            |call| {
                let (this, name) = (call.this_object::<ObjectIdentifier>()?, call.text_or_null(0)?);
                if let Some(own) = this.name() {
                    if Some(own) != name {
                        let message = "The OID friendly name cannot be changed from its current value.";
                        return Err(Thrown::new("PlatformNotSupportedException", message));
                    }
                    return Ok(Value::Null);
                }
                if let Some(name) = &name
                    && this.value.borrow().is_none()
                    && let Some(value) = oid::from_friendly_name(&name.to_str())
                {
                    this.value.replace(Some(value.into()));
                }
                this.name.replace(name);
                Ok(Value::Null)
            },
            "Sets the name, once; where there is no identifier yet, the name's is taken",
        ),
    ],
    missing: &["FromFriendlyName", "FromOidValue"],
    doc: "An object identifier: what kind of key or signature something is",
};
