//! X.509 certificates: `X509Certificate2`.

use crate::{
    DateTime, DateTimeKind, Exception, Result,
    crypto::{
        Count, cryptographic,
        der::{self, Element, Reader, corrupted},
        hash::Hash,
        name::{self, DistinguishedName},
        pem, pfx,
        rsa::RsaKey,
    },
};

/// A certificate, and the private key that came with it.
#[derive(Clone)]
pub struct Certificate {
    raw: Vec<u8>,
    /// 1 or 3.
    pub version: i32,
    /// The serial number, most significant byte first, as it is encoded.
    pub serial_number: Vec<u8>,
    /// What it is signed with, as an object identifier.
    pub signature_algorithm: String,
    /// Who signed it.
    pub issuer: DistinguishedName,
    /// Whose it is.
    pub subject: DistinguishedName,
    /// When it starts to be valid, on the local clock, which is UTC.
    pub not_before: DateTime,
    /// When it ends to be valid, on the local clock, which is UTC.
    pub not_after: DateTime,
    /// What kind of key it has, as an object identifier.
    pub key_algorithm: String,
    /// The parameters of the key's algorithm, as they are encoded.
    pub key_parameters: Option<Vec<u8>>,
    /// The public key.
    pub public_key: Vec<u8>,
    /// The public key with its algorithm: a `SubjectPublicKeyInfo`.
    pub public_key_info: Vec<u8>,
    extensions: Vec<(String, Vec<u8>)>,
    private_key: Option<PrivateKey>,
    /// What people call it; a file with a password may say.
    pub friendly_name: String,
}

#[derive(Clone)]
enum PrivateKey {
    Rsa(Box<RsaKey>),
    /// A key of a kind that nothing here computes with.
    Other,
}

/// What bytes hold; the numbers are those of `X509ContentType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ContentType {
    Unknown = 0,
    Cert = 1,
    Pfx = 3,
    Pkcs7 = 5,
}

/// Which name of a certificate; the numbers are those of `X509NameType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum NameType {
    SimpleName = 0,
    EmailName = 1,
    UpnName = 2,
    DnsName = 3,
    DnsFromAlternativeName = 4,
    UrlName = 5,
}

impl NameType {
    /// The name type of a number of `X509NameType`.
    pub fn from_number(number: i64) -> Option<Self> {
        use NameType::{DnsFromAlternativeName, DnsName, EmailName, SimpleName, UpnName, UrlName};
        [SimpleName, EmailName, UpnName, DnsName, DnsFromAlternativeName, UrlName].into_iter().find(|kind| *kind as i64 == number)
    }
}

/// What bytes hold: DER, PEM or base64 of it.
pub fn content_type(bytes: &[u8]) -> ContentType {
    let unwrapped = unwrap(bytes);
    let bytes = unwrapped.as_deref().unwrap_or(bytes);
    if Certificate::from_der(bytes).is_ok() {
        ContentType::Cert
    } else if pfx::is_pfx(bytes) {
        ContentType::Pfx
    } else if Reader::new(bytes).sequence().and_then(|mut reader| reader.oid()).is_ok_and(|oid| oid == "1.2.840.113549.1.7.2") {
        ContentType::Pkcs7
    } else {
        ContentType::Unknown
    }
}

/// The DER in a PEM or in base64; `None` if the bytes are neither.
fn unwrap(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    if text.contains("-----BEGIN ") {
        let wanted = |label: &str| matches!(label, "CERTIFICATE" | "X509 CERTIFICATE" | "PKCS7");
        return pem::blocks(text).into_iter().find(|block| wanted(&block.label)).map(|block| block.contents);
    }
    pem::decode(text)
}

impl Certificate {
    /// Reads what `new X509Certificate2(bytes, password)` takes: a certificate in DER, PEM or base64, or a PKCS#12 file.
    ///
    /// # Errors
    /// A `CryptographicException` if the bytes are none of them, or the password is not the file's.
    pub fn read<E: From<Exception>>(bytes: &[u8], password: Option<&str>, count: Count<'_, E>) -> std::result::Result<Self, E> {
        let unwrapped = unwrap(bytes);
        let bytes = unwrapped.as_deref().unwrap_or(bytes);
        if !pfx::is_pfx(bytes) {
            return Self::from_der(bytes).map_err(|_| cryptographic("Cannot find the requested object.").into());
        }
        let pfx = pfx::read(bytes, password, count)?;
        let mut certificates = Vec::new();
        for bag in pfx.certificates {
            let mut certificate = Self::from_der(&bag.contents)?;
            certificate.friendly_name = bag.friendly_name.unwrap_or_default();
            for key in &pfx.keys {
                let rsa = RsaKey::from_private_key_info(&key.contents).ok();
                let is_its = match &rsa {
                    Some(rsa) => rsa.public_key_info() == certificate.public_key_info,
                    None => key.local_key_id.is_some() && key.local_key_id == bag.local_key_id,
                };
                if is_its {
                    certificate.private_key = Some(rsa.map_or(PrivateKey::Other, |rsa| PrivateKey::Rsa(Box::new(rsa))));
                    certificate.friendly_name = match &key.friendly_name {
                        Some(name) if certificate.friendly_name.is_empty() => name.clone(),
                        _ => certificate.friendly_name,
                    };
                    break;
                }
            }
            certificates.push(certificate);
        }
        // A file holds the chain, too; the certificate that it is about is the one with the key.
        let at = certificates.iter().position(|certificate| certificate.private_key.is_some()).unwrap_or(0);
        if at < certificates.len() {
            return Ok(certificates.swap_remove(at));
        }
        Err(cryptographic("The provided PFX data contains no certificates.").into())
    }

    /// Reads a certificate in PEM and, if there is one, its key: `X509Certificate2.CreateFromPem`.
    ///
    /// # Errors
    /// A `CryptographicException` if there is no certificate, or the key is not its.
    pub fn from_pem<E: From<Exception>>(
        certificate: &str,
        key: Option<&str>,
        password: Option<&str>,
        count: Count<'_, E>,
    ) -> std::result::Result<Self, E> {
        let wrong = "The certificate contents do not contain a PEM with a CERTIFICATE label, or the content is malformed.";
        let block = pem::blocks(certificate).into_iter().find(|block| block.label == "CERTIFICATE");
        let mut certificate = Self::from_der(&block.ok_or_else(|| cryptographic(wrong))?.contents)?;
        let Some(key) = key else { return Ok(certificate) };
        let wrong = "The key contents do not contain a PEM, the content is malformed, or the key does not match the certificate.";
        let rsa = match password {
            Some(password) => RsaKey::from_encrypted_pem(key, password, count)?,
            None => RsaKey::from_pem(key).map_err(|_| cryptographic(wrong))?,
        };
        if !rsa.is_private() || rsa.public_key_info() != certificate.public_key_info {
            return Err(cryptographic(wrong).into());
        }
        certificate.private_key = Some(PrivateKey::Rsa(Box::new(rsa)));
        Ok(certificate)
    }

    /// Reads a certificate in DER. What comes after it is left out, as in .NET.
    ///
    /// # Errors
    /// A `CryptographicException` if it is none.
    pub fn from_der(bytes: &[u8]) -> Result<Self> {
        let certificate = Reader::new(bytes).expect(der::SEQUENCE)?;
        let mut reader = certificate.reader();
        let mut fields = reader.sequence()?;
        let (signature_algorithm, _) = reader.algorithm()?;
        reader.expect(der::BIT_STRING)?;

        let version = match fields.optional(0xa0)? {
            Some(version) => version.reader().expect(der::INTEGER)?.small()?,
            None => 0,
        };
        let serial_number = fields.expect(der::INTEGER)?.contents.to_vec();
        fields.algorithm()?;
        let issuer = DistinguishedName::read(&fields.expect(der::SEQUENCE)?)?;
        let mut validity = fields.sequence()?;
        let not_before = time(&validity.any()?)?;
        let not_after = time(&validity.any()?)?;
        let subject = DistinguishedName::read(&fields.expect(der::SEQUENCE)?)?;
        let info = fields.expect(der::SEQUENCE)?;
        let mut key = info.reader();
        let (key_algorithm, key_parameters) = key.algorithm()?;
        let public_key = key.expect(der::BIT_STRING)?.bits()?.to_vec();
        // The unique ids of the issuer and the subject, which nobody has.
        fields.optional(0x81)?;
        fields.optional(0x82)?;
        let extensions = match fields.optional(0xa3)? {
            Some(extensions) => read_extensions(&extensions)?,
            None => Vec::new(),
        };
        if version > 2 || serial_number.is_empty() {
            return Err(corrupted());
        }
        Ok(Self {
            raw: certificate.whole.to_vec(),
            version: version as i32 + 1,
            serial_number,
            signature_algorithm,
            issuer,
            subject,
            not_before,
            not_after,
            key_algorithm,
            key_parameters: key_parameters.map(|parameters| parameters.whole.to_vec()),
            public_key,
            public_key_info: info.whole.to_vec(),
            extensions,
            private_key: None,
            friendly_name: String::new(),
        })
    }

    /// Its DER.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The hash of its DER; SHA-1 is the thumbprint.
    pub fn hash(&self, hash: Hash) -> Vec<u8> {
        hash.digest(&self.raw)
    }

    /// True if its private key is here.
    pub fn has_private_key(&self) -> bool {
        self.private_key.is_some()
    }

    /// Its private key, if it is here and RSA.
    pub fn rsa_private_key(&self) -> Option<&RsaKey> {
        match &self.private_key {
            Some(PrivateKey::Rsa(key)) => Some(key),
            _ => None,
        }
    }

    /// Its public key, if it is RSA.
    ///
    /// # Errors
    /// A `CryptographicException` if it says that it is and is not.
    pub fn rsa_public_key(&self) -> Result<Option<RsaKey>> {
        if self.key_algorithm != super::rsa::OID {
            return Ok(None);
        }
        RsaKey::from_public_key_info(&self.public_key_info).map(|(key, _)| Some(key))
    }

    /// The same certificate with a private key.
    ///
    /// # Errors
    /// An exception if it has one already, or the key is another's.
    pub fn with_private_key(&self, key: &RsaKey) -> Result<Self> {
        if self.has_private_key() {
            return Err(Exception::invalid_operation("The certificate already has an associated private key."));
        }
        if key.public_key_info() != self.public_key_info {
            let message = "The provided key does not match the public key for this certificate.";
            return Err(Exception::argument(message, "privateKey"));
        }
        Ok(Self { private_key: Some(PrivateKey::Rsa(Box::new(key.clone()))), ..self.clone() })
    }

    /// True if a time, in ticks UTC, is not before its start and not after its end.
    pub fn is_valid_at(&self, ticks: i64) -> bool {
        (self.not_before.ticks..=self.not_after.ticks).contains(&ticks)
    }

    /// `GetNameInfo`
    pub fn name_info(&self, kind: NameType, of_issuer: bool) -> String {
        let name = if of_issuer { &self.issuer } else { &self.subject };
        if kind == NameType::SimpleName
            && let Some(simple) = name.simple()
        {
            return simple.to_owned();
        }
        if let Some(found) = self.alternative_name(kind, of_issuer) {
            return found;
        }
        let fallback = match kind {
            NameType::EmailName => name.first(name::EMAIL),
            NameType::DnsName => name.first(name::COMMON_NAME),
            _ => None,
        };
        fallback.unwrap_or_default().to_owned()
    }

    /// The host names that it is for; its common name where it names no host.
    pub fn dns_names(&self) -> Vec<String> {
        let read = |bytes: &[u8]| -> Result<Vec<String>> {
            let (mut names, mut found) = (Reader::new(bytes).sequence()?, Vec::new());
            while !names.is_empty() {
                let name = names.any()?;
                if name.tag == 0x82 && name.contents.is_ascii() {
                    found.push(name.contents.iter().map(|&byte| char::from(byte)).collect());
                }
            }
            Ok(found)
        };
        let names = self.extensions.iter().filter(|(oid, _)| oid == "2.5.29.17");
        let names: Vec<String> = names.flat_map(|(_, bytes)| read(bytes).unwrap_or_default()).collect();
        match names.is_empty() {
            true => self.subject.common_name().map(str::to_owned).into_iter().collect(),
            false => names,
        }
    }

    /// True if it says that it may vouch for others.
    pub fn is_authority(&self) -> bool {
        let says = |bytes: &[u8]| -> Result<bool> {
            let truth = Reader::new(bytes).sequence()?.optional(0x01)?;
            Ok(truth.is_some_and(|truth| truth.contents.first().is_some_and(|byte| *byte != 0)))
        };
        let constraints = self.extensions.iter().find(|(oid, _)| oid == "2.5.29.19");
        constraints.is_some_and(|(_, bytes)| says(bytes).unwrap_or(false))
    }

    fn alternative_name(&self, kind: NameType, of_issuer: bool) -> Option<String> {
        let wanted = if of_issuer { "2.5.29.18" } else { "2.5.29.17" };
        let tag = match kind {
            NameType::SimpleName | NameType::EmailName => 0x81,
            NameType::DnsName | NameType::DnsFromAlternativeName => 0x82,
            NameType::UrlName => 0x86,
            NameType::UpnName => 0xa0,
        };
        let find = |bytes: &[u8]| -> Result<Option<String>> {
            let mut names = Reader::new(bytes).sequence()?;
            while !names.is_empty() {
                let name = names.any()?;
                if name.tag == 0xa0 && tag == 0xa0 {
                    let mut other = name.reader();
                    if other.oid()? == "1.3.6.1.4.1.311.20.2.3" {
                        return name::text(&other.expect(0xa0)?.reader().any()?);
                    }
                } else if name.tag == tag && name.contents.is_ascii() {
                    return Ok(Some(name.contents.iter().map(|&byte| char::from(byte)).collect()));
                }
            }
            Ok(None)
        };
        // An extension that is broken has no name.
        let mut extensions = self.extensions.iter().filter(|(oid, _)| oid == wanted);
        extensions.find_map(|(_, bytes)| find(bytes).ok().flatten())
    }
}

impl std::fmt::Debug for Certificate {
    /// Without the private key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({})", self.subject.name())
    }
}

fn read_extensions(extensions: &Element<'_>) -> Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    let mut reader = extensions.reader().sequence()?;
    while !reader.is_empty() {
        let mut extension = reader.sequence()?;
        let oid = extension.oid()?;
        // Whether it is critical.
        extension.optional(0x01)?;
        found.push((oid, extension.expect(der::OCTET_STRING)?.contents.to_vec()));
    }
    Ok(found)
}

/// A time in UTC: `YYMMDDhhmmssZ` of the years 1950 to 2049, or `YYYYMMDDhhmmssZ`.
fn time(element: &Element<'_>) -> Result<DateTime> {
    let digits = element.contents.strip_suffix(b"Z").ok_or_else(corrupted)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(corrupted());
    }
    let number = |from: usize, to: usize| -> Result<i64> {
        let digits = digits.get(from..to).ok_or_else(corrupted)?;
        Ok(digits.iter().fold(0, |number, &digit| number * 10 + i64::from(digit - b'0')))
    };
    let (year, at) = match (element.tag, digits.len()) {
        (0x17, 12) => (number(0, 2).map(|year| if year < 50 { 2000 + year } else { 1900 + year })?, 2),
        (0x18, 14) => (number(0, 4)?, 4),
        _ => return Err(corrupted()),
    };
    let part = |index: usize| number(at + 2 * index, at + 2 * index + 2);
    let (month, day, hour, minute, second) = (part(0)?, part(1)?, part(2)?, part(3)?, part(4)?);
    // Two to four digits each.
    let [year, month, day, hour, minute, second] = [year, month, day, hour, minute, second].map(|number| number as i32);
    DateTime::new([year, month, day], [hour, minute, second], 0, 0, DateTimeKind::Local).map_err(|_| corrupted())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times() {
        let ticks = |tag: u8, text: &str| {
            let bytes = der::write(tag, text.as_bytes());
            time(&Reader::new(&bytes).any().unwrap()).map(|time| time.ticks).ok()
        };
        assert_eq!(ticks(0x18, "00010101000000Z"), Some(0));
        assert_eq!(ticks(0x18, "99991231235959Z"), Some(3_155_378_975_990_000_000));
        assert_eq!(ticks(0x17, "700101000000Z"), Some(621_355_968_000_000_000));
        assert_eq!(ticks(0x17, "490101000000Z"), ticks(0x18, "20490101000000Z"));
        for wrong in
            ["00000101000000Z", "20230229000000Z", "20230101240000Z", "20230101000060Z", "2023010100000Z", "20230101000000"]
        {
            assert_eq!(ticks(0x18, wrong), None, "{wrong}");
        }
    }

    const CERTIFICATE: &str = include_str!("test_data/test-certificate.pem");

    fn free(_: u64) -> Result<()> {
        Ok(())
    }

    fn file(base64: &str) -> Vec<u8> {
        pem::decode(base64).unwrap()
    }

    #[test]
    fn reads_what_a_certificate_says() {
        let certificate = Certificate::read(CERTIFICATE.as_bytes(), None, &mut free).unwrap();
        let expected =
            "E=test@test.example, CN=test.example, OU=Made for tests, O=\"Portico, \"\"not real\"\"\", S=Test State, C=DE";
        assert_eq!(certificate.subject.name(), expected);
        assert_eq!(certificate.issuer.name(), "CN=Portico test issuer, O=Portico");
        assert_eq!(certificate.serial_number, [0, 0xf1, 0xe2, 0xd3, 0xc4, 0xb5, 0xa6, 0x97]);
        assert_eq!((certificate.version, &*certificate.signature_algorithm), (3, "1.2.840.113549.1.1.11"));
        assert_eq!(certificate.hash(Hash::Sha1)[..4], [0x17, 0xd7, 0xc2, 0x4a]);
        assert_eq!(
            (certificate.not_before.ticks, certificate.not_after.ticks),
            (637_135_310_450_000_000, 650_073_599_990_000_000)
        );
        assert!(certificate.is_valid_at(640_000_000_000_000_000) && !certificate.is_valid_at(0));
        let names = [0, 1, 2, 3, 4, 5].map(|number| certificate.name_info(NameType::from_number(number).unwrap(), false));
        let expected = [
            "test.example",
            "alt@test.example",
            "upn@test.example",
            "alt.test.example",
            "alt.test.example",
            "https://test.example/",
        ];
        assert_eq!(names, expected);
        assert_eq!(certificate.name_info(NameType::DnsName, true), "Portico test issuer");
        assert_eq!(certificate.name_info(NameType::UrlName, true), "");
        assert_eq!(certificate.rsa_public_key().unwrap().unwrap().bits(), 1024);
        assert!(!certificate.has_private_key());
    }

    #[test]
    fn reads_files_with_keys() {
        for base64 in [include_str!("test_data/test-modern.pfx.base64"), include_str!("test_data/test-legacy.pfx.base64")] {
            assert_eq!(content_type(&file(base64)), ContentType::Pfx);
            let mut counted = 0;
            let count = &mut |turns| -> Result<()> {
                counted += turns;
                Ok(())
            };
            let certificate = Certificate::read(&file(base64), Some("test-password"), count).unwrap();
            assert_eq!(certificate.friendly_name, "Test certificate");
            let key = certificate.rsa_private_key().unwrap();
            assert_eq!(key.public_key_info(), certificate.public_key_info);
            assert!((300..2000).contains(&counted), "{counted}");
            // The file may be base64 already, as it is in a named value.
            assert!(Certificate::read(base64.as_bytes(), Some("test-password"), &mut free).is_ok());
            let wrong = Certificate::read(&file(base64), Some("other"), &mut free).unwrap_err();
            assert!(wrong.message.ends_with("the password may be incorrect."));
            let stop = Certificate::read(&file(base64), Some("test-password"), &mut |_| Err(cryptographic("stop")));
            assert_eq!(stop.unwrap_err().message, "stop");
        }
        let nokey = Certificate::read(&file(include_str!("test_data/test-nokey.pfx.base64")), None, &mut free).unwrap();
        assert!(!nokey.has_private_key());
        let ec =
            Certificate::read(&file(include_str!("test_data/test-ec.pfx.base64")), Some("test-password"), &mut free).unwrap();
        assert!(ec.has_private_key() && ec.rsa_private_key().is_none() && ec.rsa_public_key().unwrap().is_none());
    }

    #[test]
    fn a_key_joins_its_certificate_only() {
        let key = include_str!("test_data/test-key.pem");
        let certificate = Certificate::from_pem(CERTIFICATE, Some(key), None, &mut free).unwrap();
        assert!(certificate.has_private_key());
        let encrypted = include_str!("test_data/test-key-encrypted.pem");
        assert!(Certificate::from_pem(CERTIFICATE, Some(encrypted), Some("test-password"), &mut free).is_ok());
        let public = include_str!("test_data/test-key-public.pem");
        assert!(Certificate::from_pem(CERTIFICATE, Some(public), None, &mut free).is_err());
        assert!(Certificate::from_pem(key, None, None, &mut free).is_err());
        let twice = certificate.with_private_key(certificate.rsa_private_key().unwrap()).unwrap_err();
        assert_eq!(twice.kind, "InvalidOperationException");
    }

    /// Every byte of every file, changed and cut off: an error or not, but never a panic.
    #[test]
    fn broken_files_are_errors() {
        let pfx = file(include_str!("test_data/test-modern.pfx.base64"));
        let der = Certificate::read(CERTIFICATE.as_bytes(), None, &mut free).unwrap().raw().to_vec();
        for bytes in [der, pfx] {
            for at in 0..bytes.len() {
                let _ = Certificate::read(&bytes[..at], Some("test-password"), &mut free);
                for change in [0x00, 0x80, 0xff, 0x01] {
                    let mut bytes = bytes.clone();
                    bytes[at] ^= change;
                    let count = &mut |turns| if turns > 1000 { Err(cryptographic("long")) } else { Ok(()) };
                    let _ = Certificate::read(&bytes, Some("test-password"), count);
                }
            }
        }
    }
}
