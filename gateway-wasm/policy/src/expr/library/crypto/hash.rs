//! Hashes, and codes made with a hash and a key.

use super::{NAMESPACE, array_or_null, bytes, count_hash, create, disposed, no_default, part, write_into};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::{
    Exception,
    crypto::{self, hash::Hash},
};
use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::Rc,
};

/// A hash at work.
pub struct Hasher {
    net_type: &'static NetType,
    hash: Hash,
    key: Option<RefCell<Vec<u8>>>,
    /// What `TransformBlock` was given so far.
    pending: RefCell<Vec<u8>>,
    state: Cell<State>,
    result: RefCell<Option<Vec<u8>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ready,
    Running,
    Disposed,
}

impl fmt::Debug for Hasher {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.net_type.name)
    }
}

impl Object for Hasher {
    fn net_type(&self) -> Type {
        Type::of(self.net_type)
    }
}

impl Hasher {
    fn value(net_type: &'static NetType, hash: Hash, key: Option<Vec<u8>>) -> Value {
        Value::object(Hasher {
            net_type,
            hash,
            key: key.map(|key| RefCell::new(hash.hmac_key(&key))),
            pending: RefCell::default(),
            state: Cell::new(State::Ready),
            result: RefCell::default(),
        })
    }

    fn check(&self) -> Result<(), Thrown> {
        if self.state.get() == State::Disposed { Err(disposed(self.net_type)) } else { Ok(()) }
    }

    /// The hash of what came before and of this; the next one starts anew.
    fn finish(&self, last: &[u8]) -> Vec<u8> {
        let mut bytes = self.pending.take();
        bytes.extend(last);
        let result = match &self.key {
            Some(key) => self.hash.hmac(&key.borrow(), &bytes),
            None => self.hash.digest(&bytes),
        };
        self.state.set(State::Ready);
        self.result.replace(Some(result.clone()));
        result
    }

    fn reset(&self) {
        self.pending.take();
        self.state.set(State::Ready);
    }
}

/// The object of a hash, as its `Create()` gives it.
pub(super) fn plain(hash: Hash) -> Value {
    let net_type = match hash {
        Hash::Md5 => &MD5,
        Hash::Sha1 => &SHA1,
        Hash::Sha256 => &SHA256,
        Hash::Sha384 => &SHA384,
        Hash::Sha512 => &SHA512,
    };
    Hasher::value(net_type, hash, None)
}

/// The object of a code; without a key it makes one.
pub(super) fn keyed(machine: &Machine<'_>, hash: Hash, key: Option<Vec<u8>>) -> Value {
    let net_type = match hash {
        Hash::Md5 => &HMAC_MD5,
        Hash::Sha1 => &HMAC_SHA1,
        Hash::Sha256 => &HMAC_SHA256,
        Hash::Sha384 => &HMAC_SHA384,
        Hash::Sha512 => &HMAC_SHA512,
    };
    let key = key.unwrap_or_else(|| {
        let mut key = vec![0; hash.block_size()];
        crypto::fill(&mut key, &mut || machine.random());
        key
    });
    Hasher::value(net_type, hash, Some(key))
}

fn this(call: &Call<'_, '_>) -> Result<Rc<Hasher>, Thrown> {
    let hasher = call.this_object::<Hasher>()?;
    hasher.check()?;
    Ok(hasher)
}

fn compute(call: &mut Call<'_, '_>, input: &[u8]) -> Result<Value, Thrown> {
    let hasher = this(call)?;
    count_hash(call.machine, input.len() + hasher.pending.borrow().len())?;
    bytes(call.machine, hasher.finish(input))
}

fn hash_data(call: &mut Call<'_, '_>, hash: Hash) -> Result<Value, Thrown> {
    let source = call.bytes(0, "source")?;
    count_hash(call.machine, source.len())?;
    bytes(call.machine, hash.digest(&source))
}

fn hmac_data(call: &mut Call<'_, '_>, hash: Hash) -> Result<Value, Thrown> {
    let (key, source) = (call.bytes(0, "key")?, call.bytes(1, "source")?);
    count_hash(call.machine, key.len() + source.len())?;
    bytes(call.machine, hash.hmac(&key, &source))
}

fn new_keyed(call: &mut Call<'_, '_>, hash: Hash) -> Result<Value, Thrown> {
    let key = call.bytes(0, "key")?;
    count_hash(call.machine, key.len())?;
    call.machine.spend(key.len())?;
    Ok(keyed(call.machine, hash, Some(key)))
}

/// `System.Security.Cryptography.HashAlgorithm`
pub static HASH_ALGORITHM: NetType = NetType {
    namespace: NAMESPACE,
    name: "HashAlgorithm",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("static HashAlgorithm Create()", |_| Err(no_default()), "Always fails, as in .NET: a hash is chosen by name"),
        row(
            "static HashAlgorithm Create(string hashName)",
            |call| create(call, &HASH_ALGORITHM),
            "The hash of a name such as `SHA256` or `HMACSHA256`; null for other names",
        ),
        row(
            "byte[] ComputeHash(byte[] buffer)",
            |call| {
                let input = call.bytes(0, "buffer")?;
                compute(call, &input)
            },
            "The hash of bytes",
        ),
        row(
            "byte[] ComputeHash(byte[] buffer, int offset, int count)",
            |call| {
                let input = part(call, 0, ["buffer", "offset", "count"])?;
                compute(call, &input)
            },
            "The hash of a part of an array",
        ),
        row(
            "int TransformBlock(byte[] inputBuffer, int inputOffset, int inputCount, byte[] outputBuffer, int outputOffset)",
            |call| {
                let input = part(call, 0, ["inputBuffer", "inputOffset", "inputCount"])?;
                let hasher = this(call)?;
                count_hash(call.machine, input.len())?;
                call.machine.spend(input.len())?;
                if let Some(output) = array_or_null(call, 3, "outputBuffer")? {
                    let offset = super::not_negative(call.int(4)?, "outputOffset")?;
                    if !write_into(&output, offset, &input) {
                        return Err(Exception::new("ArgumentException", super::OFF_LENGTH).into());
                    }
                }
                hasher.state.set(State::Running);
                hasher.pending.borrow_mut().extend(&input);
                Ok(Value::Int32(i32::try_from(input.len()).unwrap_or(i32::MAX)))
            },
            "Takes a part of what is hashed, copies it to another array if there is one, and gives its length",
        ),
        row(
            "byte[] TransformFinalBlock(byte[] inputBuffer, int inputOffset, int inputCount)",
            |call| {
                let input = part(call, 0, ["inputBuffer", "inputOffset", "inputCount"])?;
                compute(call, &input)?;
                bytes(call.machine, input)
            },
            "Takes the last part of what is hashed and gives it back; the hash is in `Hash` then",
        ),
        row(
            "byte[] Hash",
            |call| {
                let hasher = this(call)?;
                if hasher.state.get() == State::Running {
                    let message = "Hash must be finalized before the hash value is retrieved.";
                    return Err(Thrown::new("CryptographicUnexpectedOperationException", message));
                }
                let result = hasher.result.borrow().clone();
                match result {
                    Some(result) => bytes(call.machine, result),
                    None => Ok(Value::Null),
                }
            },
            "The hash that was computed last",
        ),
        row("int HashSize", |call| Ok(Value::Int32(bits(call.this_object::<Hasher>()?.hash))), "The length of the hash in bits"),
        row("int InputBlockSize", |_| Ok(Value::Int32(1)), "1: bytes are taken one by one"),
        row("int OutputBlockSize", |_| Ok(Value::Int32(1)), "1: bytes are given one by one"),
        row("bool CanReuseTransform", |_| Ok(Value::Bool(true)), "True: after a hash comes the next one"),
        row("bool CanTransformMultipleBlocks", |_| Ok(Value::Bool(true)), "True: any number of bytes at once"),
        row(
            "void Initialize()",
            |call| {
                this(call)?.reset();
                Ok(Value::Null)
            },
            "Starts anew",
        ),
        row("void Clear()", end, "Ends the use of the object"),
        row("void Dispose()", end, "Ends the use of the object, as `using` does"),
    ],
    missing: &["ComputeHashAsync", "TryComputeHash"],
    doc: "The base of all hashes",
};

fn bits(hash: Hash) -> i32 {
    hash.size() as i32 * 8
}

fn end(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let hasher = call.this_object::<Hasher>()?;
    hasher.pending.take();
    hasher.result.take();
    hasher.state.set(State::Disposed);
    Ok(Value::Null)
}

/// `System.Security.Cryptography.KeyedHashAlgorithm`
pub static KEYED_HASH_ALGORITHM: NetType = NetType {
    namespace: NAMESPACE,
    name: "KeyedHashAlgorithm",
    kind: Kind::Class,
    bases: &["HashAlgorithm"],
    members: &[
        row("static KeyedHashAlgorithm Create()", |_| Err(no_default()), "Always fails, as in .NET"),
        row(
            "static KeyedHashAlgorithm Create(string algName)",
            |call| create(call, &KEYED_HASH_ALGORITHM),
            "The code of a name such as `HMACSHA256`; null for other names",
        ),
        row(
            "byte[] Key",
            |call| {
                let hasher = call.this_object::<Hasher>()?;
                let key = hasher.key.as_ref().map(|key| key.borrow().clone()).unwrap_or_default();
                bytes(call.machine, key)
            },
            "The key; one that is longer than a block of the hash is kept as its hash",
        ),
        row(
            "set byte[] Key",
            |call| {
                let key = call.bytes(0, "value")?;
                let hasher = this(call)?;
                count_hash(call.machine, key.len())?;
                call.machine.spend(key.len())?;
                hasher.reset();
                if let Some(place) = &hasher.key {
                    place.replace(hasher.hash.hmac_key(&key));
                }
                Ok(Value::Null)
            },
            "Sets the key; the hash starts anew",
        ),
    ],
    missing: &[],
    doc: "The base of all hashes with a key",
};

/// `System.Security.Cryptography.HMAC`
pub static HMAC: NetType = NetType {
    namespace: NAMESPACE,
    name: "HMAC",
    kind: Kind::Class,
    bases: &["KeyedHashAlgorithm"],
    members: &[
        row("static HMAC Create()", |_| Err(no_default()), "Always fails, as in .NET"),
        row(
            "static HMAC Create(string algorithmName)",
            |call| create(call, &HMAC),
            "The code of a name such as `HMACSHA256`; null for other names",
        ),
        row("string HashName", |call| Ok(call.this_object::<Hasher>()?.hash.name().into()), "The name of the hash: `SHA256`"),
        row(
            "set string HashName",
            |call| {
                call.text(0, "value")?;
                let message = "Setting the hashname after it's already been set is not supported on this platform.";
                Err(Thrown::new("PlatformNotSupportedException", message))
            },
            "Always fails, as in .NET",
        ),
    ],
    missing: &[],
    doc: "The base of all codes that are made with a hash and a key",
};

/// The tables of the hashes that .NET has by name.
macro_rules! hashes {
    ($($type:ident $name:literal $hash:ident;)*) => {$(
        #[doc = concat!("`System.Security.Cryptography.", $name, "`")]
        pub static $type: NetType = NetType {
            namespace: NAMESPACE,
            name: $name,
            kind: Kind::Class,
            bases: &["HashAlgorithm"],
            members: &[
                row(concat!("static ", $name, " Create()"), |_| Ok(plain(Hash::$hash)), concat!("The hash ", $name)),
                row(
                    concat!("static ", $name, " Create(string hashName)"),
                    |call| create(call, &$type),
                    "The hash of a name, if it is this one; null for names that are none",
                ),
                row(
                    "static byte[] HashData(byte[] source)",
                    |call| hash_data(call, Hash::$hash),
                    "The hash of bytes",
                ),
                row("static int HashSizeInBits", |_| Ok(Value::Int32(bits(Hash::$hash))), "The length of the hash in bits"),
                row("static int HashSizeInBytes", |_| Ok(Value::Int32(bits(Hash::$hash) / 8)), "The length of the hash in bytes"),
            ],
            missing: &["HashDataAsync", "TryHashData"],
            doc: concat!("The hash ", $name),
        };
    )*};
}

hashes! {
    MD5 "MD5" Md5;
    SHA1 "SHA1" Sha1;
    SHA256 "SHA256" Sha256;
    SHA384 "SHA384" Sha384;
    SHA512 "SHA512" Sha512;
}

/// The tables of the classes that .NET keeps for old code.
macro_rules! managed {
    ($($type:ident $name:literal $base:literal $hash:ident;)*) => {$(
        #[doc = concat!("`System.Security.Cryptography.", $name, "`")]
        pub static $type: NetType = NetType {
            namespace: NAMESPACE,
            name: $name,
            kind: Kind::Class,
            bases: &[$base],
            members: &[row(concat!($name, "()"), |_| Ok(Hasher::value(&$type, Hash::$hash, None)), concat!("The hash ", $base))],
            missing: &[],
            doc: concat!("The hash ", $base, " under an older name"),
        };
    )*};
}

managed! {
    SHA1_MANAGED "SHA1Managed" "SHA1" Sha1;
    SHA256_MANAGED "SHA256Managed" "SHA256" Sha256;
    SHA384_MANAGED "SHA384Managed" "SHA384" Sha384;
    SHA512_MANAGED "SHA512Managed" "SHA512" Sha512;
}

/// The tables of the codes.
macro_rules! codes {
    ($($type:ident $name:literal $base:literal $hash:ident;)*) => {$(
        #[doc = concat!("`System.Security.Cryptography.", $name, "`")]
        pub static $type: NetType = NetType {
            namespace: NAMESPACE,
            name: $name,
            kind: Kind::Class,
            bases: &["HMAC"],
            members: &[
                row(concat!($name, "()"), |call| Ok(keyed(call.machine, Hash::$hash, None)), "A code with a key that nobody can guess"),
                row(concat!($name, "(byte[] key)"), |call| new_keyed(call, Hash::$hash), "A code with a key"),
                row(
                    "static byte[] HashData(byte[] key, byte[] source)",
                    |call| hmac_data(call, Hash::$hash),
                    "The code of bytes with a key",
                ),
                row("static int HashSizeInBits", |_| Ok(Value::Int32(bits(Hash::$hash))), "The length of the code in bits"),
                row("static int HashSizeInBytes", |_| Ok(Value::Int32(bits(Hash::$hash) / 8)), "The length of the code in bytes"),
            ],
            missing: &["HashDataAsync", "ProduceLegacyHmacValues", "TryHashData"],
            doc: concat!("A code made with ", $base, " and a key"),
        };
    )*};
}

codes! {
    HMAC_MD5 "HMACMD5" "MD5" Md5;
    HMAC_SHA1 "HMACSHA1" "SHA1" Sha1;
    HMAC_SHA256 "HMACSHA256" "SHA256" Sha256;
    HMAC_SHA384 "HMACSHA384" "SHA384" Sha384;
    HMAC_SHA512 "HMACSHA512" "SHA512" Sha512;
}
