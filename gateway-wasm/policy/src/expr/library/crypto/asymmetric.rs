//! RSA.

use super::{NAMESPACE, bytes, count_hash, create, disposed, names, no_default, part};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::{
    Exception, NetString,
    crypto::{
        cryptographic,
        hash::Hash,
        pem,
        rsa::{RsaKey, RsaParameters, SignaturePadding},
    },
};
use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::Rc,
};

/// An RSA object, which may have no key yet.
pub(crate) struct Rsa {
    net_type: &'static NetType,
    key: RefCell<Option<RsaKey>>,
    /// How long the key is, or the one that .NET would make.
    bits: Cell<i32>,
    is_disposed: Cell<bool>,
}

impl fmt::Debug for Rsa {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RSA")
    }
}

impl Rsa {
    fn check(&self) -> Result<(), Thrown> {
        if self.is_disposed.get() { Err(disposed(self.net_type)) } else { Ok(()) }
    }
}

impl Object for Rsa {
    fn net_type(&self) -> Type {
        Type::of(self.net_type)
    }
}

/// The object of a key.
pub(crate) fn rsa(key: Option<RsaKey>) -> Value {
    new(&RSA, key, 2048)
}

/// The object of a certificate's key, which APIM's policies know to be an `RSACng`.
pub(crate) fn of_certificate(key: RsaKey) -> Value {
    new(&RSA_CNG, Some(key), 2048)
}

fn new(net_type: &'static NetType, key: Option<RsaKey>, bits: i32) -> Value {
    let bits = key.as_ref().map_or(bits, |key| i32::try_from(key.bits()).unwrap_or(i32::MAX));
    Value::object(Rsa { net_type, key: RefCell::new(key), bits: Cell::new(bits), is_disposed: Cell::new(false) })
}

/// An argument that is a key.
pub(crate) fn key_argument(call: &Call<'_, '_>, at: usize, parameter: &str) -> Result<RsaKey, Thrown> {
    key_of(&*call.object::<Rsa>(at, parameter)?)
}

fn key_of(rsa: &Rsa) -> Result<RsaKey, Thrown> {
    rsa.check()?;
    rsa.key.borrow().clone().ok_or_else(|| {
        let message = "Portico makes no RSA keys: give the object one with ImportFromPem, ImportParameters or the like.";
        Thrown::new("PlatformNotSupportedException", message)
    })
}

fn this(call: &Call<'_, '_>) -> Result<Rc<Rsa>, Thrown> {
    call.this_object()
}

fn key(call: &Call<'_, '_>) -> Result<RsaKey, Thrown> {
    key_of(&*this(call)?)
}

fn import(call: &Call<'_, '_>, key: RsaKey) -> Result<Value, Thrown> {
    let this = this(call)?;
    this.check()?;
    this.bits.set(i32::try_from(key.bits()).unwrap_or(i32::MAX));
    this.key.replace(Some(key));
    Ok(Value::Null)
}

/// Counts a computation with a private key, or a public one.
fn count(call: &mut Call<'_, '_>, key: &RsaKey, is_private: bool) -> Result<(), Thrown> {
    let kilobits = (key.bits() as u64).div_ceil(1024);
    call.machine.step(if is_private { 8_000 * kilobits * kilobits * kilobits } else { 1_000 * kilobits * kilobits })
}

fn signature_padding(call: &Call<'_, '_>, at: usize) -> Result<SignaturePadding, Thrown> {
    Ok(*call.object::<SignaturePadding>(at, "padding")?)
}

/// Signs a hash. The hash's name and the padding are the arguments from a position on.
fn sign(call: &mut Call<'_, '_>, digest: &[u8], hash: Hash, padding: SignaturePadding) -> Result<Value, Thrown> {
    let key = key(call)?;
    count(call, &key, true)?;
    let signature = key.sign(digest, hash, padding, &mut || call.machine.random())?;
    bytes(call.machine, signature)
}

fn verify(
    call: &mut Call<'_, '_>,
    digest: &[u8],
    signature: &[u8],
    hash: Hash,
    padding: SignaturePadding,
) -> Result<Value, Thrown> {
    let key = key(call)?;
    count(call, &key, false)?;
    Ok(Value::Bool(key.verify(digest, signature, hash, padding)))
}

/// The hash of data that is to be signed.
fn digest(call: &mut Call<'_, '_>, data: &[u8], hash: Hash) -> Result<Vec<u8>, Thrown> {
    count_hash(call.machine, data.len())?;
    Ok(hash.digest(data))
}

/// Text in which .NET sees a span of characters, so that null is empty.
fn span(call: &Call<'_, '_>, at: usize) -> Result<NetString, Thrown> {
    Ok(call.text_or_null(at)?.unwrap_or_default())
}

/// Bytes in which .NET sees a span, so that null is empty.
fn byte_span(call: &Call<'_, '_>, at: usize) -> Result<Vec<u8>, Thrown> {
    if call.value(at).is_null() { Ok(Vec::new()) } else { call.bytes(at, "source") }
}

fn import_text(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let text = span(call, 0)?;
    call.machine.step(2_000 + text.size() as u64)?;
    import(call, RsaKey::from_pem(&text.to_str())?)
}

/// Imports bytes, and tells how many they were.
fn import_bytes(call: &mut Call<'_, '_>, read: fn(&[u8]) -> dotnet::Result<(RsaKey, usize)>) -> Result<Value, Thrown> {
    let source = byte_span(call, 0)?;
    call.machine.step(2_000 + source.len() as u64)?;
    let (key, length) = read(&source)?;
    import(call, key)?;
    call.set_out(1, i32::try_from(length).unwrap_or(i32::MAX));
    Ok(Value::Null)
}

fn export(call: &mut Call<'_, '_>, write: impl Fn(&RsaKey) -> dotnet::Result<Vec<u8>>) -> Result<Value, Thrown> {
    let key = key(call)?;
    call.machine.step(2_000)?;
    bytes(call.machine, write(&key)?)
}

fn export_pem(call: &mut Call<'_, '_>, label: &str, write: impl Fn(&RsaKey) -> dotnet::Result<Vec<u8>>) -> Result<Value, Thrown> {
    let key = key(call)?;
    call.machine.step(2_000)?;
    let text = pem::write(label, &write(&key)?);
    call.machine.spend(text.len())?;
    Ok(text.into())
}

/// `System.Security.Cryptography.AsymmetricAlgorithm`
pub static ASYMMETRIC_ALGORITHM: NetType = NetType {
    namespace: NAMESPACE,
    name: "AsymmetricAlgorithm",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("static AsymmetricAlgorithm Create()", |_| Err(no_default()), "Always fails, as in .NET"),
        row(
            "static AsymmetricAlgorithm Create(string algName)",
            |call| create(call, &ASYMMETRIC_ALGORITHM),
            "The algorithm of a name, which is `RSA`; null for other names",
        ),
        row("int KeySize", |call| Ok(Value::Int32(this(call)?.bits.get())), "The length of the key in bits"),
        row(
            "set int KeySize",
            |call| {
                let (rsa, bits) = (this(call)?, call.int(0)?);
                check_size(bits)?;
                if bits != rsa.bits.get() {
                    rsa.bits.set(bits);
                    rsa.key.take();
                }
                Ok(Value::Null)
            },
            "Sets how long the next key is to be; the one that was there is gone then",
        ),
        row("string KeyExchangeAlgorithm", |_| Ok("RSA".into()), "`RSA`"),
        row("string SignatureAlgorithm", |_| Ok("RSA".into()), "`RSA`"),
        row("void ImportFromPem(string input)", import_text, "Takes the key of a text with `-----BEGIN ...-----` in it"),
        row(
            "void ImportFromEncryptedPem(string input, string password)",
            |call| {
                let (text, password) = (span(call, 0)?, span(call, 1)?);
                let machine = &mut *call.machine;
                let key = RsaKey::from_encrypted_pem(&text.to_str(), &password.to_str(), &mut |turns| machine.step(5 * turns))?;
                import(call, key)
            },
            "Takes the key of a text that a password protects",
        ),
        row(
            "void ImportPkcs8PrivateKey(byte[] source, out int bytesRead)",
            |call| import_bytes(call, |bytes| Ok((RsaKey::from_private_key_info(bytes)?, bytes.len()))),
            "Takes a private key of any kind, as PKCS #8 has it",
        ),
        row(
            "void ImportEncryptedPkcs8PrivateKey(string password, byte[] source, out int bytesRead)",
            |call| {
                let (password, source) = (span(call, 0)?, byte_span(call, 1)?);
                let machine = &mut *call.machine;
                let count = &mut |turns| machine.step(5 * turns);
                let key = RsaKey::from_encrypted_private_key_info(&source, &password.to_str(), count)?;
                call.set_out(2, i32::try_from(source.len()).unwrap_or(i32::MAX));
                import(call, key)
            },
            "Takes a private key that a password protects",
        ),
        row(
            "void ImportSubjectPublicKeyInfo(byte[] source, out int bytesRead)",
            |call| import_bytes(call, RsaKey::from_public_key_info),
            "Takes a public key of any kind, as certificates have it",
        ),
        row(
            "byte[] ExportPkcs8PrivateKey()",
            |call| export(call, RsaKey::private_key_info),
            "The private key, as PKCS #8 has it",
        ),
        row(
            "string ExportPkcs8PrivateKeyPem()",
            |call| export_pem(call, "PRIVATE KEY", RsaKey::private_key_info),
            "The private key as text",
        ),
        row(
            "byte[] ExportSubjectPublicKeyInfo()",
            |call| export(call, |key| Ok(key.public_key_info())),
            "The public key, as certificates have it",
        ),
        row(
            "string ExportSubjectPublicKeyInfoPem()",
            |call| export_pem(call, "PUBLIC KEY", |key| Ok(key.public_key_info())),
            "The public key as text",
        ),
        row(
            "string ToXmlString(bool includePrivateParameters)",
            |call| {
                let key = key(call)?;
                call.machine.step(2_000)?;
                let text = key.to_xml(call.boolean(0)?)?;
                call.machine.spend(text.len())?;
                Ok(text.into())
            },
            "The key as XML",
        ),
        row(
            "void FromXmlString(string xmlString)",
            |call| {
                let text = call.text(0, "xmlString")?;
                call.machine.step(2_000 + text.size() as u64)?;
                import(call, RsaKey::from_xml(&text.to_str())?)
            },
            "Takes a key of XML",
        ),
        row("void Clear()", end, "Forgets the key"),
        row("void Dispose()", end, "Forgets the key, as `using` does"),
    ],
    missing: &[
        "ExportEncryptedPkcs8PrivateKey",
        "ExportEncryptedPkcs8PrivateKeyPem",
        "LegalKeySizes",
        "TryExportEncryptedPkcs8PrivateKey",
        "TryExportEncryptedPkcs8PrivateKeyPem",
        "TryExportPkcs8PrivateKey",
        "TryExportPkcs8PrivateKeyPem",
        "TryExportSubjectPublicKeyInfo",
        "TryExportSubjectPublicKeyInfoPem",
    ],
    doc: "The base of all algorithms with two keys",
};

fn end(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let this = this(call)?;
    this.key.take();
    this.is_disposed.set(true);
    Ok(Value::Null)
}

fn check_size(bits: i32) -> Result<(), Thrown> {
    if (512..=16384).contains(&bits) && bits % 8 == 0 {
        return Ok(());
    }
    Err(cryptographic(dotnet::crypto::cipher::INVALID_KEY_SIZE).into())
}

/// `System.Security.Cryptography.RSA`
pub static RSA: NetType = NetType {
    namespace: NAMESPACE,
    name: "RSA",
    kind: Kind::Class,
    bases: &["AsymmetricAlgorithm"],
    members: &[
        row("static RSA Create()", |_| Ok(rsa(None)), "An RSA object, which is to be given a key: Portico makes none"),
        row(
            "static RSA Create(int keySizeInBits)",
            |call| {
                let bits = call.int(0)?;
                check_size(bits)?;
                Ok(new(&RSA, None, bits))
            },
            "An RSA object, which is to be given a key: Portico makes none",
        ),
        row(
            "static RSA Create(RSAParameters parameters)",
            |call| {
                let parameters = call.object::<Parameters>(0, "parameters")?;
                call.machine.step(2_000)?;
                let key = RsaKey::from_parameters(&parameters.0.borrow())?;
                Ok(rsa(Some(key)))
            },
            "An RSA object with the key of some numbers",
        ),
        row(
            "static RSA Create(string algName)",
            |call| create(call, &RSA),
            "An RSA object of a name, which is `RSA`; null for names that are none",
        ),
        row(
            "byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
            |call| {
                let data = call.bytes(0, "data")?;
                let hash = names::hash_argument(call, 1, "hashAlgorithm")?;
                let padding = signature_padding(call, 2)?;
                let digest = digest(call, &data, hash)?;
                sign(call, &digest, hash, padding)
            },
            "The signature of data",
        ),
        row(
            "byte[] SignData(byte[] data, int offset, int count, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
            |call| {
                let data = signed_part(call)?;
                let hash = names::hash_argument(call, 3, "hashAlgorithm")?;
                let padding = signature_padding(call, 4)?;
                let digest = digest(call, &data, hash)?;
                sign(call, &digest, hash, padding)
            },
            "The signature of a part of an array",
        ),
        row(
            "byte[] SignHash(byte[] hash, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
            |call| {
                let digest = call.bytes(0, "hash")?;
                let hash = names::hash_argument(call, 1, "hashAlgorithm")?;
                let padding = signature_padding(call, 2)?;
                sign(call, &digest, hash, padding)
            },
            "The signature of a hash",
        ),
        row(
            "bool VerifyData(byte[] data, byte[] signature, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
            |call| {
                let (data, signature) = (call.bytes(0, "data")?, call.bytes(1, "signature")?);
                let hash = names::hash_argument(call, 2, "hashAlgorithm")?;
                let padding = signature_padding(call, 3)?;
                let digest = digest(call, &data, hash)?;
                verify(call, &digest, &signature, hash, padding)
            },
            "True if a signature is the data's",
        ),
        row(
            "bool VerifyData(byte[] data, int offset, int count, byte[] signature, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
            |call| {
                let data = signed_part(call)?;
                let signature = call.bytes(3, "signature")?;
                let hash = names::hash_argument(call, 4, "hashAlgorithm")?;
                let padding = signature_padding(call, 5)?;
                let digest = digest(call, &data, hash)?;
                verify(call, &digest, &signature, hash, padding)
            },
            "True if a signature is that of a part of an array",
        ),
        row(
            "bool VerifyHash(byte[] hash, byte[] signature, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
            |call| {
                let (digest, signature) = (call.bytes(0, "hash")?, call.bytes(1, "signature")?);
                let hash = names::hash_argument(call, 2, "hashAlgorithm")?;
                let padding = signature_padding(call, 3)?;
                verify(call, &digest, &signature, hash, padding)
            },
            "True if a signature is the hash's",
        ),
        row(
            "byte[] Encrypt(byte[] data, RSAEncryptionPadding padding)",
            |call| {
                let (data, padding) = (call.bytes(0, "data")?, names::encryption_padding(call, 1)?);
                let key = key(call)?;
                count(call, &key, false)?;
                let encrypted = key.encrypt(&data, padding, &mut || call.machine.random())?;
                bytes(call.machine, encrypted)
            },
            "Encrypts data, which must be shorter than the key",
        ),
        row(
            "byte[] Decrypt(byte[] data, RSAEncryptionPadding padding)",
            |call| {
                let (data, padding) = (call.bytes(0, "data")?, names::encryption_padding(call, 1)?);
                let key = key(call)?;
                count(call, &key, true)?;
                let decrypted = key.decrypt(&data, padding, &mut || call.machine.random())?;
                bytes(call.machine, decrypted)
            },
            "Decrypts data",
        ),
        row(
            "byte[] EncryptValue(byte[] rgb)",
            |_| Err(Thrown::new("NotSupportedException", "Method not supported.")),
            "Always fails, as in .NET",
        ),
        row(
            "byte[] DecryptValue(byte[] rgb)",
            |_| Err(Thrown::new("NotSupportedException", "Method not supported.")),
            "Always fails, as in .NET",
        ),
        row(
            "RSAParameters ExportParameters(bool includePrivateParameters)",
            |call| {
                let key = key(call)?;
                call.machine.step(2_000)?;
                let parameters = key.parameters(call.boolean(0)?)?;
                Ok(Value::object(Parameters(RefCell::new(parameters))))
            },
            "The key as numbers",
        ),
        row(
            "void ImportParameters(RSAParameters parameters)",
            |call| {
                let parameters = call.object::<Parameters>(0, "parameters")?;
                call.machine.step(2_000)?;
                let key = RsaKey::from_parameters(&parameters.0.borrow())?;
                import(call, key)
            },
            "Takes a key as numbers",
        ),
        row(
            "void ImportRSAPrivateKey(byte[] source, out int bytesRead)",
            |call| import_bytes(call, RsaKey::from_private_key),
            "Takes a private key, as PKCS #1 has it",
        ),
        row(
            "void ImportRSAPublicKey(byte[] source, out int bytesRead)",
            |call| import_bytes(call, RsaKey::from_public_key),
            "Takes a public key, as PKCS #1 has it",
        ),
        row("byte[] ExportRSAPrivateKey()", |call| export(call, RsaKey::private_key), "The private key, as PKCS #1 has it"),
        row(
            "string ExportRSAPrivateKeyPem()",
            |call| export_pem(call, "RSA PRIVATE KEY", RsaKey::private_key),
            "The private key as text, as PKCS #1 has it",
        ),
        row("byte[] ExportRSAPublicKey()", |call| export(call, |key| Ok(key.public_key())), "The public key, as PKCS #1 has it"),
        row(
            "string ExportRSAPublicKeyPem()",
            |call| export_pem(call, "RSA PUBLIC KEY", |key| Ok(key.public_key())),
            "The public key as text, as PKCS #1 has it",
        ),
        row(
            "int GetMaxOutputSize()",
            |call| Ok(Value::Int32(this(call)?.bits.get().saturating_add(7) / 8)),
            "How many bytes a signature has",
        ),
    ],
    missing: &[
        "TryDecrypt",
        "TryEncrypt",
        "TryExportRSAPrivateKey",
        "TryExportRSAPrivateKeyPem",
        "TryExportRSAPublicKey",
        "TryExportRSAPublicKeyPem",
        "TrySignData",
        "TrySignHash",
    ],
    doc: "Signs, verifies, encrypts and decrypts with RSA",
};

/// The part of an array that is signed. .NET checks these arguments in its own way here.
fn signed_part(call: &Call<'_, '_>) -> Result<Vec<u8>, Thrown> {
    let length = call.bytes(0, "data")?.len();
    let range = |name| -> Thrown {
        let message = "Specified argument was out of the range of valid values.";
        Exception::argument_out_of_range(message, name).into()
    };
    let offset = usize::try_from(call.int(1)?).ok().filter(|&offset| offset <= length).ok_or_else(|| range("offset"))?;
    let count = usize::try_from(call.int(2)?).ok();
    count.filter(|&count| count <= length - offset).ok_or_else(|| range("count"))?;
    part(call, 0, ["data", "offset", "count"])
}

/// `System.Security.Cryptography.RSACng`
pub static RSA_CNG: NetType = NetType {
    namespace: NAMESPACE,
    name: "RSACng",
    kind: Kind::Class,
    bases: &["RSA"],
    members: &[
        row("RSACng()", |_| Ok(new(&RSA_CNG, None, 2048)), "An RSA object, which is to be given a key: Portico makes none"),
        row(
            "RSACng(int keySize)",
            |call| {
                let bits = call.int(0)?;
                check_size(bits)?;
                Ok(new(&RSA_CNG, None, bits))
            },
            "An RSA object, which is to be given a key: Portico makes none",
        ),
    ],
    missing: &["Key"],
    doc: "RSA under the name that Windows has for it",
};

/// A `RSAParameters`.
#[derive(Debug, Default)]
struct Parameters(RefCell<RsaParameters>);

impl Object for Parameters {
    fn net_type(&self) -> Type {
        Type::of(&RSA_PARAMETERS)
    }
}

/// The two rows of a number.
macro_rules! number {
    ($($name:literal $field:ident $doc:literal;)*) => {
        &[
            row("RSAParameters()", |_| Ok(Value::object(Parameters::default())), "A key that has no numbers yet"),
            $(
                row(
                    concat!("byte[] ", $name),
                    |call| {
                        let number = call.this_object::<Parameters>()?.0.borrow().$field.clone();
                        match number {
                            Some(number) => bytes(call.machine, number),
                            None => Ok(Value::Null),
                        }
                    },
                    $doc,
                ),
                row(
                    concat!("set byte[] ", $name),
                    |call| {
                        let number = if call.value(0).is_null() { None } else { Some(call.bytes(0, "value")?) };
                        call.this_object::<Parameters>()?.0.borrow_mut().$field = number;
                        Ok(Value::Null)
                    },
                    concat!("Sets `", $name, "`"),
                ),
            )*
        ]
    };
}

/// `System.Security.Cryptography.RSAParameters`
pub static RSA_PARAMETERS: NetType = NetType {
    namespace: NAMESPACE,
    name: "RSAParameters",
    kind: Kind::Struct,
    bases: &[],
    members: number! {
        "Modulus" modulus "The modulus, most significant byte first";
        "Exponent" exponent "The public exponent";
        "D" d "The private exponent";
        "P" p "The first prime";
        "Q" q "The second prime";
        "DP" dp "The private exponent for the first prime";
        "DQ" dq "The private exponent for the second prime";
        "InverseQ" inverse_q "The inverse of the second prime";
    },
    missing: &[],
    doc: "An RSA key as numbers",
};
