//! System.Security.Cryptography.X509Certificates.

use super::crypto::{asymmetric, names};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::{
    Exception, NetString,
    crypto::{
        certificate::{Certificate, NameType, content_type},
        cryptographic,
        hash::Hash,
        name::DistinguishedName,
        pem,
        rsa::RsaKey,
    },
};
use std::{cell::RefCell, fmt::Write as _, rc::Rc};
use wire::{Revocation, Shown, Trust};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[
    &X509_CERTIFICATE,
    &X509_CERTIFICATE_2,
    &RSA_CERTIFICATE_EXTENSIONS,
    &CERTIFICATE_EXTENSIONS,
    &PUBLIC_KEY,
    &X500_DISTINGUISHED_NAME,
    &X509_CONTENT_TYPE,
    &X509_NAME_TYPE,
];

const NAMESPACE: &str = "System.Security.Cryptography.X509Certificates";

/// A certificate of the service in DER, with its key, PKCS #8 in DER, if that is here.
pub(crate) fn of_service(der: &[u8], key: Option<&[u8]>) -> Result<Value, Thrown> {
    let certificate = Certificate::from_der(der)?;
    // A key of another kind than RSA is none to expressions, as where there is no key.
    let certificate = match key.and_then(|key| RsaKey::from_private_key_info(key).ok()) {
        Some(key) => certificate.with_private_key(&key)?,
        None => certificate,
    };
    Ok(value(&X509_CERTIFICATE_2, certificate))
}

/// The certificate that the client showed, and what the host makes of it.
pub(crate) fn of_client(shown: Shown) -> Result<Value, Thrown> {
    let certificate = Certificate::from_der(shown.chain.first().map(Vec::as_slice).unwrap_or_default())?;
    let judged = Judged { is_trusted: shown.trust == Trust::Trusted, is_not_revoked: shown.revocation == Revocation::Good };
    let certificate = RefCell::new(Some(Rc::new(certificate)));
    Ok(Value::object(Held { net_type: &X509_CERTIFICATE_2, certificate, judged }))
}

fn value(net_type: &'static NetType, certificate: Certificate) -> Value {
    Value::object(Held { net_type, certificate: RefCell::new(Some(Rc::new(certificate))), judged: Judged::default() })
}

/// What is left of a certificate after `Reset()`.
fn empty(net_type: &'static NetType) -> Value {
    Value::object(Held { net_type, certificate: RefCell::default(), judged: Judged::default() })
}

/// What is known of a certificate besides what it says. Of one that an expression made, nothing is: nobody vouches for it.
#[derive(Clone, Copy, Debug, Default)]
struct Judged {
    /// An authority that the host trusts vouches for it.
    is_trusted: bool,
    /// It is known that it was not revoked.
    is_not_revoked: bool,
}

/// A certificate; after `Dispose()` or `Reset()` it is empty.
#[derive(Debug)]
struct Held {
    net_type: &'static NetType,
    certificate: RefCell<Option<Rc<Certificate>>>,
    judged: Judged,
}

impl Held {
    fn certificate(&self) -> Result<Rc<Certificate>, Thrown> {
        self.certificate.borrow().clone().ok_or_else(|| cryptographic("m_safeCertContext is an invalid handle.").into())
    }
}

impl Object for Held {
    fn net_type(&self) -> Type {
        Type::of(self.net_type)
    }

    fn text(&self, machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        // The newer class says everything, the older one its name.
        if std::ptr::eq(self.net_type, &X509_CERTIFICATE_2) {
            verbose(self, machine)
        } else {
            Ok(self.net_type().full_name().into())
        }
    }

    /// Two certificates are equal if they have the same issuer and the same number.
    fn equals(&self, other: &Value) -> Option<bool> {
        let other = other.downcast_ref::<Held>();
        let other = other.map(|other| other.certificate.borrow().clone());
        Some(match (&*self.certificate.borrow(), other) {
            (_, None) => false,
            (None, Some(other)) => other.is_none(),
            (Some(_), Some(None)) => false,
            (Some(one), Some(Some(other))) => {
                one.issuer.name() == other.issuer.name() && one.serial_number == other.serial_number
            }
        })
    }

    fn hash(&self) -> Option<i32> {
        let hash = self.certificate.borrow().as_ref().map(|certificate| certificate.hash(Hash::Sha1));
        Some(hash.and_then(|hash| hash.first_chunk::<4>().copied()).map_or(0, i32::from_be_bytes))
    }
}

fn this(call: &Call<'_, '_>) -> Result<Rc<Certificate>, Thrown> {
    call.this_object::<Held>()?.certificate()
}

/// `17D7C2`
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

fn text(call: &mut Call<'_, '_>, text: String) -> Result<Value, Thrown> {
    call.machine.spend(text.len())?;
    Ok(text.into())
}

fn bytes(call: &mut Call<'_, '_>, bytes: &[u8]) -> Result<Value, Thrown> {
    call.machine.spend(bytes.len())?;
    Ok(Value::bytes(bytes))
}

/// What `ToString(true)` says, and `ToString()` of the newer class.
fn verbose(held: &Held, machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
    let certificate = held.certificate.borrow().clone();
    let Some(certificate) = certificate else { return Ok(held.net_type().full_name().into()) };
    let not_before = machine.text(&certificate.not_before.into())?;
    let not_after = machine.text(&certificate.not_after.into())?;
    let (subject, issuer) = (certificate.subject.name(), certificate.issuer.name());
    let (number, thumbprint) = (hex(&certificate.serial_number), hex(&certificate.hash(Hash::Sha1)));
    let text = format!(
        "[Subject]\n  {subject}\n\n[Issuer]\n  {issuer}\n\n[Serial Number]\n  {number}\n\n[Not Before]\n  {not_before}\n\n\
         [Not After]\n  {not_after}\n\n[Thumbprint]\n  {thumbprint}\n"
    );
    machine.spend(text.len())?;
    Ok(text.into())
}

/// A certificate of bytes, and of the password of their file.
fn new(call: &mut Call<'_, '_>, net_type: &'static NetType) -> Result<Value, Thrown> {
    let has_password = call.arguments.len() > 1;
    let bytes = if call.value(0).is_null() { Vec::new() } else { call.bytes(0, "rawData")? };
    if bytes.is_empty() {
        if has_password {
            return Err(Exception::argument("Array may not be empty or null.", "rawData").into());
        }
        return Ok(empty(net_type));
    }
    let password = if has_password { call.text_or_null(1)? } else { None };
    call.machine.step(2_000 + bytes.len() as u64)?;
    call.machine.spend(bytes.len() * 4)?;
    let password = password.as_ref().map(NetString::to_str);
    let machine = &mut *call.machine;
    // A turn of the derivation is two blocks of a hash.
    let certificate = Certificate::read(&bytes, password.as_deref(), &mut |turns| machine.step(turns.saturating_mul(5)))?;
    Ok(value(net_type, certificate))
}

/// A certificate of a file, of which there are none.
fn no_file(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    call.text(0, "fileName")?;
    Err(cryptographic("The system cannot find the file specified.").into())
}

/// A copy of a certificate.
fn copy(call: &mut Call<'_, '_>, net_type: &'static NetType, parameter: &str) -> Result<Value, Thrown> {
    let other = call.object::<Held>(0, parameter)?;
    let certificate = other.certificate.borrow().clone();
    Ok(Value::object(Held { net_type, certificate: RefCell::new(certificate), judged: other.judged }))
}

fn certificate_hash(call: &mut Call<'_, '_>) -> Result<Vec<u8>, Thrown> {
    let certificate = this(call)?;
    let hash = if call.arguments.is_empty() { Hash::Sha1 } else { names::hash_argument(call, 0, "hashAlgorithm")? };
    call.machine.step(10 + certificate.raw().len() as u64 / 20)?;
    Ok(certificate.hash(hash))
}

fn end(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    call.this_object::<Held>()?.certificate.take();
    Ok(Value::Null)
}

fn immutable(_: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let message = "X509Certificate is immutable on this platform. Use the equivalent constructor instead.";
    Err(Thrown::new("PlatformNotSupportedException", message))
}

fn export(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    match call.enumeration(0)? {
        1 => {
            let certificate = this(call)?;
            bytes(call, certificate.raw())
        }
        2 => {
            let message = "X509ContentType.SerializedCert and X509ContentType.SerializedStore are not supported on Unix.";
            Err(Thrown::new("PlatformNotSupportedException", message))
        }
        3 => Err(Thrown::new("PlatformNotSupportedException", "Portico writes no PKCS#12 files: export X509ContentType.Cert.")),
        _ => Err(cryptographic("Invalid content type.").into()),
    }
}

/// `System.Security.Cryptography.X509Certificates.X509Certificate`
pub static X509_CERTIFICATE: NetType = NetType {
    namespace: NAMESPACE,
    name: "X509Certificate",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("X509Certificate()", |_| Ok(empty(&X509_CERTIFICATE)), "An empty certificate"),
        row(
            "X509Certificate(byte[] data)",
            |call| new(call, &X509_CERTIFICATE),
            "A certificate in DER, PEM or base64, or a PKCS #12 file without a password",
        ),
        row(
            "X509Certificate(byte[] rawData, string password)",
            |call| new(call, &X509_CERTIFICATE),
            "A certificate, or a PKCS #12 file with a password",
        ),
        row("X509Certificate(string fileName)", no_file, "Always fails: there are no files here"),
        row("X509Certificate(string fileName, string password)", no_file, "Always fails: there are no files here"),
        row("X509Certificate(X509Certificate cert)", |call| copy(call, &X509_CERTIFICATE, "cert"), "A copy of a certificate"),
        row("string Subject", |call| Ok(this(call)?.subject.name().into()), "Whose it is: `CN=example.com, O=Example, C=DE`"),
        row("string Issuer", |call| Ok(this(call)?.issuer.name().into()), "Who signed it, printed like the subject"),
        row("string GetName()", |call| Ok(this(call)?.subject.legacy_name().into()), "Whose it is, the country first"),
        row("string GetIssuerName()", |call| Ok(this(call)?.issuer.legacy_name().into()), "Who signed it, the country first"),
        row("string GetFormat()", |_| Ok("X509".into()), "`X509`"),
        row(
            "byte[] GetCertHash()",
            |call| {
                let hash = certificate_hash(call)?;
                bytes(call, &hash)
            },
            "The thumbprint: its SHA-1",
        ),
        row(
            "byte[] GetCertHash(HashAlgorithmName hashAlgorithm)",
            |call| {
                let hash = certificate_hash(call)?;
                bytes(call, &hash)
            },
            "Its hash",
        ),
        row("string GetCertHashString()", |call| Ok(hex(&certificate_hash(call)?).into()), "The thumbprint in hexadecimal"),
        row(
            "string GetCertHashString(HashAlgorithmName hashAlgorithm)",
            |call| Ok(hex(&certificate_hash(call)?).into()),
            "Its hash in hexadecimal",
        ),
        row(
            "string GetEffectiveDateString()",
            |call| {
                let time = this(call)?.not_before.into();
                Ok(call.machine.text(&time)?.into())
            },
            "When it starts to be valid, as text",
        ),
        row(
            "string GetExpirationDateString()",
            |call| {
                let time = this(call)?.not_after.into();
                Ok(call.machine.text(&time)?.into())
            },
            "When it ends to be valid, as text",
        ),
        row(
            "string GetKeyAlgorithm()",
            |call| Ok(this(call)?.key_algorithm.as_str().into()),
            "The kind of its key: `1.2.840.113549.1.1.1` for RSA",
        ),
        row(
            "byte[] GetKeyAlgorithmParameters()",
            |call| match &this(call)?.key_parameters {
                Some(parameters) => bytes(call, parameters),
                None => Ok(Value::Null),
            },
            "The parameters of its key's kind",
        ),
        row(
            "string GetKeyAlgorithmParametersString()",
            |call| Ok(this(call)?.key_parameters.as_ref().map(|parameters| hex(parameters)).into()),
            "The parameters of its key's kind in hexadecimal",
        ),
        row(
            "byte[] GetPublicKey()",
            |call| {
                let certificate = this(call)?;
                bytes(call, &certificate.public_key)
            },
            "Its public key",
        ),
        row("string GetPublicKeyString()", |call| Ok(hex(&this(call)?.public_key).into()), "Its public key in hexadecimal"),
        row(
            "byte[] GetRawCertData()",
            |call| {
                let certificate = this(call)?;
                bytes(call, certificate.raw())
            },
            "The certificate in DER",
        ),
        row(
            "string GetRawCertDataString()",
            |call| {
                let certificate = this(call)?;
                text(call, hex(certificate.raw()))
            },
            "The certificate in DER in hexadecimal",
        ),
        row(
            "byte[] GetSerialNumber()",
            |call| {
                let number: Vec<u8> = this(call)?.serial_number.iter().rev().copied().collect();
                bytes(call, &number)
            },
            "Its serial number, least significant byte first",
        ),
        row(
            "string GetSerialNumberString()",
            |call| Ok(hex(&this(call)?.serial_number).into()),
            "Its serial number in hexadecimal",
        ),
        row(
            "bool Equals(X509Certificate other)",
            |call| {
                let (this, other) = (call.this.clone(), call.value(0));
                Ok(Value::Bool(call.machine.equals(&this, &other)))
            },
            "True if both have the same issuer and serial number",
        ),
        row("byte[] Export(X509ContentType contentType)", export, "The certificate in DER; other formats are not written"),
        row(
            "byte[] Export(X509ContentType contentType, string password)",
            export,
            "The certificate in DER; other formats are not written",
        ),
        row("void Import(byte[] rawData)", immutable, "Always fails, as in .NET"),
        row("void Import(string fileName)", immutable, "Always fails, as in .NET"),
        row(
            "string ToString(bool fVerbose)",
            |call| {
                let held = call.this_object::<Held>()?;
                if call.boolean(0)? {
                    return Ok(verbose(&held, call.machine)?.into());
                }
                Ok(held.text(call.machine)?.into())
            },
            "What the certificate says, on several lines",
        ),
        row("void Reset()", end, "Empties the certificate"),
        row("void Dispose()", end, "Empties the certificate, as `using` does"),
    ],
    missing: &["CreateFromCertFile", "CreateFromSignedFile", "ExportPkcs12", "Handle", "SerialNumberBytes", "TryGetCertHash"],
    doc: "A certificate, as old code has it",
};

fn of_pem(call: &mut Call<'_, '_>, key: Option<usize>, password: Option<usize>) -> Result<Value, Thrown> {
    // .NET sees spans of characters in these arguments, so that null is empty.
    let span = |at| call.text_or_null(at).map(Option::unwrap_or_default);
    let certificate = span(0)?;
    let key = key.map(span).transpose()?;
    let password = password.map(span).transpose()?;
    let machine = &mut *call.machine;
    machine.step(5_000 + certificate.size() as u64)?;
    let certificate = Certificate::from_pem(
        &certificate.to_str(),
        key.as_ref().map(NetString::to_str).as_deref(),
        password.as_ref().map(NetString::to_str).as_deref(),
        &mut |turns| machine.step(turns.saturating_mul(5)),
    )?;
    Ok(value(&X509_CERTIFICATE_2, certificate))
}

/// True if the time is right, and the host's authorities vouch for it.
fn is_trusted_now(call: &Call<'_, '_>, held: &Held) -> Result<bool, Thrown> {
    Ok(held.certificate()?.is_valid_at(call.machine.utc_now().ticks) && held.judged.is_trusted)
}

/// `System.Security.Cryptography.X509Certificates.X509Certificate2`
pub static X509_CERTIFICATE_2: NetType = NetType {
    namespace: NAMESPACE,
    name: "X509Certificate2",
    kind: Kind::Class,
    bases: &["X509Certificate"],
    members: &[
        row("X509Certificate2()", |_| Ok(empty(&X509_CERTIFICATE_2)), "An empty certificate"),
        row(
            "X509Certificate2(byte[] rawData)",
            |call| new(call, &X509_CERTIFICATE_2),
            "A certificate in DER, PEM or base64, or a PKCS #12 file without a password",
        ),
        row(
            "X509Certificate2(byte[] rawData, string password)",
            |call| new(call, &X509_CERTIFICATE_2),
            "A certificate, or a PKCS #12 file with a password",
        ),
        row("X509Certificate2(string fileName)", no_file, "Always fails: there are no files here"),
        row("X509Certificate2(string fileName, string password)", no_file, "Always fails: there are no files here"),
        row(
            "X509Certificate2(X509Certificate certificate)",
            |call| copy(call, &X509_CERTIFICATE_2, "certificate"),
            "A copy of a certificate",
        ),
        row(
            "static X509Certificate2 CreateFromPem(string certPem)",
            |call| of_pem(call, None, None),
            "The certificate of a text with `-----BEGIN CERTIFICATE-----` in it",
        ),
        row(
            "static X509Certificate2 CreateFromPem(string certPem, string keyPem)",
            |call| of_pem(call, Some(1), None),
            "A certificate and its key, both as text",
        ),
        row(
            "static X509Certificate2 CreateFromEncryptedPem(string certPem, string keyPem, string password)",
            |call| of_pem(call, Some(1), Some(2)),
            "A certificate and its key, both as text, the key with a password",
        ),
        row(
            "static X509ContentType GetCertContentType(byte[] rawData)",
            |call| {
                let bytes = if call.value(0).is_null() { Vec::new() } else { call.bytes(0, "rawData")? };
                if bytes.is_empty() {
                    return Err(Exception::argument("Array may not be empty or null.", "rawData").into());
                }
                call.machine.step(1_000 + bytes.len() as u64 / 10)?;
                Ok(Value::Enum(&X509_CONTENT_TYPE, content_type(&bytes) as i64))
            },
            "What bytes hold",
        ),
        row("bool Archived", |call| this(call).map(|_| Value::Bool(false)), "False: nothing is archived here"),
        row("string FriendlyName", |call| Ok(this(call)?.friendly_name.as_str().into()), "What people call it, if its file says"),
        row("bool HasPrivateKey", |call| Ok(Value::Bool(this(call)?.has_private_key())), "True if its private key is here"),
        row("X500DistinguishedName SubjectName", |call| Ok(name(&this(call)?.subject)), "Whose it is"),
        row("X500DistinguishedName IssuerName", |call| Ok(name(&this(call)?.issuer)), "Who signed it"),
        row("DateTime NotBefore", |call| Ok(this(call)?.not_before.into()), "When it starts to be valid"),
        row("DateTime NotAfter", |call| Ok(this(call)?.not_after.into()), "When it ends to be valid"),
        row("PublicKey PublicKey", |call| Ok(Value::object(Public(this(call)?))), "Its public key"),
        row(
            "AsymmetricAlgorithm PrivateKey",
            |call| {
                let certificate = this(call)?;
                match certificate.rsa_private_key() {
                    Some(key) => Ok(asymmetric::of_certificate(key.clone())),
                    None if certificate.has_private_key() => Err(not_supported_key()),
                    None => Ok(Value::Null),
                }
            },
            "Its private key; null if it is not here",
        ),
        row(
            "byte[] RawData",
            |call| {
                let certificate = this(call)?;
                bytes(call, certificate.raw())
            },
            "The certificate in DER",
        ),
        row("string SerialNumber", |call| Ok(hex(&this(call)?.serial_number).into()), "Its serial number in hexadecimal"),
        row(
            "Oid SignatureAlgorithm",
            |call| Ok(names::object_identifier(&this(call)?.signature_algorithm)),
            "What it is signed with",
        ),
        row("string Thumbprint", |call| Ok(hex(&certificate_hash(call)?).into()), "Its SHA-1 in hexadecimal"),
        row("int Version", |call| Ok(Value::Int32(this(call)?.version)), "1 or 3"),
        row(
            "string GetNameInfo(X509NameType nameType, bool forIssuer)",
            |call| {
                let kind = NameType::from_number(call.enumeration(0)?);
                let kind = kind.ok_or_else(|| Exception::new("ArgumentException", "The value of 'nameType' is invalid."))?;
                Ok(this(call)?.name_info(kind, call.boolean(1)?).into())
            },
            "One name of the subject or the issuer: the common name, an address, a host; empty if there is none",
        ),
        row(
            "bool Verify()",
            |call| {
                let held = call.this_object::<Held>()?;
                Ok(Value::Bool(is_trusted_now(call, &held)? && held.judged.is_not_revoked))
            },
            "True for the client's certificate if it is valid at this time, an authority that the gateway trusts vouches for it, and it is \
             known that it was not revoked; false for one that an expression made, which nobody vouches for",
        ),
        row(
            "string ExportCertificatePem()",
            |call| {
                let certificate = this(call)?;
                text(call, pem::write("CERTIFICATE", certificate.raw()))
            },
            "The certificate as text",
        ),
        row(
            "string ToString()",
            |call| Ok(call.this_object::<Held>()?.text(call.machine)?.into()),
            "What the certificate says, on several lines",
        ),
    ],
    missing: &[
        "CreateFromEncryptedPemFile",
        "CreateFromPemFile",
        "Extensions",
        "GetECDiffieHellmanPrivateKey",
        "GetECDiffieHellmanPublicKey",
        "MatchesHostname",
        "RawDataMemory",
        "TryExportCertificatePem",
    ],
    doc: "A certificate, and its private key where that is here",
};

fn not_supported_key() -> Thrown {
    Thrown::new("NotSupportedException", "The certificate key algorithm is not supported.")
}

fn name(name: &DistinguishedName) -> Value {
    Value::object(Name(name.clone()))
}

/// The argument that an extension method of certificates is called on.
fn receiver(call: &Call<'_, '_>) -> Result<Rc<Certificate>, Thrown> {
    call.object::<Held>(0, "certificate")?.certificate()
}

/// `System.Security.Cryptography.X509Certificates.RSACertificateExtensions`
pub static RSA_CERTIFICATE_EXTENSIONS: NetType = NetType {
    namespace: NAMESPACE,
    name: "RSACertificateExtensions",
    kind: Kind::Static,
    bases: &[],
    members: &[
        row(
            "static RSA GetRSAPrivateKey(this X509Certificate2 certificate)",
            |call| match receiver(call)?.rsa_private_key() {
                Some(key) => Ok(asymmetric::of_certificate(key.clone())),
                None => Ok(Value::Null),
            },
            "Its private key; null if it is not here or not RSA",
        ),
        row(
            "static RSA GetRSAPublicKey(this X509Certificate2 certificate)",
            |call| public_key(&*receiver(call)?),
            "Its public key; null if it is not RSA",
        ),
        row(
            "static X509Certificate2 CopyWithPrivateKey(this X509Certificate2 certificate, RSA privateKey)",
            |call| {
                let certificate = receiver(call)?;
                let key: RsaKey = asymmetric::key_argument(call, 1, "privateKey")?;
                Ok(value(&X509_CERTIFICATE_2, certificate.with_private_key(&key)?))
            },
            "The same certificate with its private key",
        ),
    ],
    missing: &[],
    doc: "The RSA keys of certificates",
};

fn public_key(certificate: &Certificate) -> Result<Value, Thrown> {
    Ok(match certificate.rsa_public_key()? {
        Some(key) => asymmetric::of_certificate(key),
        None => Value::Null,
    })
}

/// What APIM adds to certificates.
pub static CERTIFICATE_EXTENSIONS: NetType = NetType {
    namespace: "Microsoft.Azure.ApiManagement",
    name: "X509Certificate2Extensions",
    kind: Kind::Static,
    bases: &[],
    members: &[row(
        "static bool VerifyNoRevocation(this X509Certificate2 certificate)",
        |call| {
            let held = call.object::<Held>(0, "certificate")?;
            is_trusted_now(call, &held).map(Value::Bool)
        },
        "The same as `Verify()`, without asking whether it was revoked",
    )],
    missing: &[],
    doc: "What API Management adds to certificates",
};

/// A `PublicKey`: a certificate, of which it is a part.
#[derive(Debug)]
struct Public(Rc<Certificate>);

impl Object for Public {
    fn net_type(&self) -> Type {
        Type::of(&PUBLIC_KEY)
    }
}

/// `System.Security.Cryptography.X509Certificates.PublicKey`
pub static PUBLIC_KEY: NetType = NetType {
    namespace: NAMESPACE,
    name: "PublicKey",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row(
            "AsymmetricAlgorithm Key",
            |call| match public_key(&call.this_object::<Public>()?.0)? {
                Value::Null => Err(not_supported_key()),
                key => Ok(key),
            },
            "The key",
        ),
        row("Oid Oid", |call| Ok(names::object_identifier(&call.this_object::<Public>()?.0.key_algorithm)), "The kind of key"),
        row("RSA GetRSAPublicKey()", |call| public_key(&call.this_object::<Public>()?.0), "The key; null if it is not RSA"),
        row(
            "byte[] ExportSubjectPublicKeyInfo()",
            |call| {
                let key = call.this_object::<Public>()?;
                bytes(call, &key.0.public_key_info)
            },
            "The key with its kind, as certificates have it",
        ),
    ],
    missing: &[
        "CreateFromSubjectPublicKeyInfo",
        "EncodedKeyValue",
        "EncodedParameters",
        "GetDSAPublicKey",
        "GetECDiffieHellmanPublicKey",
        "GetECDsaPublicKey",
        "TryExportSubjectPublicKeyInfo",
    ],
    doc: "The public key of a certificate",
};

/// A `X500DistinguishedName`.
#[derive(Debug)]
struct Name(DistinguishedName);

impl Object for Name {
    fn net_type(&self) -> Type {
        Type::of(&X500_DISTINGUISHED_NAME)
    }
}

/// `System.Security.Cryptography.X509Certificates.X500DistinguishedName`
pub static X500_DISTINGUISHED_NAME: NetType = NetType {
    namespace: NAMESPACE,
    name: "X500DistinguishedName",
    kind: Kind::Class,
    bases: &[],
    members: &[row(
        "string Name",
        |call| Ok(call.this_object::<Name>()?.0.name().into()),
        "The name: `CN=example.com, O=Example, C=DE`",
    )],
    missing: &[],
    doc: "The name of a subject or an issuer",
};

/// `System.Security.Cryptography.X509Certificates.X509ContentType`
pub static X509_CONTENT_TYPE: NetType = NetType {
    namespace: NAMESPACE,
    name: "X509ContentType",
    kind: Kind::Enum(&[
        ("Unknown", 0),
        ("Cert", 1),
        ("SerializedCert", 2),
        ("Pfx", 3),
        ("Pkcs12", 3),
        ("SerializedStore", 4),
        ("Pkcs7", 5),
        ("Authenticode", 6),
    ]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "What bytes with certificates hold",
};

/// `System.Security.Cryptography.X509Certificates.X509NameType`
pub static X509_NAME_TYPE: NetType = NetType {
    namespace: NAMESPACE,
    name: "X509NameType",
    kind: Kind::Enum(&[
        ("SimpleName", 0),
        ("EmailName", 1),
        ("UpnName", 2),
        ("DnsName", 3),
        ("DnsFromAlternativeName", 4),
        ("UrlName", 5),
    ]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "Which name of a certificate",
};
