//! PKCS#12 files (`.pfx`): certificates and their keys behind a password.

use crate::{
    Exception,
    crypto::{
        Count, cryptographic,
        der::{self, Element, Reader, corrupted},
        equal_in_constant_time,
        hash::Hash,
        pkcs8::{self, Password},
    },
};

/// What is in a file.
#[derive(Default)]
pub(super) struct Pfx {
    pub(super) certificates: Vec<Bag>,
    /// Each a `PrivateKeyInfo`.
    pub(super) keys: Vec<Bag>,
}

/// A certificate or a key, and what is said of it.
pub(super) struct Bag {
    pub(super) contents: Vec<u8>,
    pub(super) local_key_id: Option<Vec<u8>>,
    pub(super) friendly_name: Option<String>,
}

const DATA: &str = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA: &str = "1.2.840.113549.1.7.6";
const EXPLICIT_0: u8 = 0xa0;
const IMPLICIT_0: u8 = 0x80;

/// True if bytes look like such a file: a sequence that starts with the version 3.
pub(super) fn is_pfx(bytes: &[u8]) -> bool {
    Reader::new(bytes).sequence().and_then(|mut reader| reader.expect(der::INTEGER)?.small()).is_ok_and(|version| version == 3)
}

/// Reads a file.
///
/// # Errors
/// A `CryptographicException` if it is not one, or the password is not its.
pub(super) fn read<E: From<Exception>>(bytes: &[u8], password: Option<&str>, count: Count<'_, E>) -> Result<Pfx, E> {
    let mut reader = Reader::new(bytes).sequence()?;
    reader.expect(der::INTEGER)?;
    let (kind, content) = content_info(&mut reader)?;
    if kind != DATA {
        return Err(corrupted().into());
    }
    let safes = content.octets()?;
    let mut password = Password(password);
    if let Some(code) = reader.optional(der::SEQUENCE)?
        && !check_code(&code, &safes, &password, count)?
    {
        // Some files are made with an empty password, others with none, and nobody remembers which.
        password = Password(match password.0 {
            None => Some(""),
            Some("") => None,
            Some(_) => return Err(bad_password().into()),
        });
        if !check_code(&code, &safes, &password, count)? {
            return Err(bad_password().into());
        }
    }
    let mut pfx = Pfx::default();
    let mut safes = Reader::new(&safes).sequence()?;
    while !safes.is_empty() {
        let (kind, content) = content_info(&mut safes)?;
        let contents = match kind.as_str() {
            DATA => content.octets()?,
            ENCRYPTED_DATA => {
                let mut reader = Reader::new(content.whole).sequence()?;
                reader.expect(der::INTEGER)?;
                let mut reader = reader.sequence()?;
                reader.oid()?;
                let algorithm = reader.algorithm()?;
                let ciphertext = reader.any()?;
                if ciphertext.tag & !0x20 != IMPLICIT_0 {
                    return Err(corrupted().into());
                }
                pkcs8::decrypt(&algorithm, &ciphertext.octets()?, &password, count)?.ok_or_else(bad_password)?
            }
            // Encrypted for a certificate instead of with a password, which .NET does not read either.
            _ => continue,
        };
        bags(&contents, &password, count, &mut pfx)?;
    }
    Ok(pfx)
}

fn bad_password() -> Exception {
    cryptographic("The certificate data cannot be read with the provided password, the password may be incorrect.")
}

/// The kind and the content of a `ContentInfo`.
fn content_info<'a>(reader: &mut Reader<'a>) -> crate::Result<(String, Element<'a>)> {
    let mut reader = reader.sequence()?;
    let kind = reader.oid()?;
    let content = reader.expect(EXPLICIT_0)?.reader().any()?;
    Ok((kind, content))
}

/// True if the file's code is the password's.
fn check_code<E: From<Exception>>(
    code: &Element<'_>,
    safes: &[u8],
    password: &Password<'_>,
    count: Count<'_, E>,
) -> Result<bool, E> {
    let mut reader = code.reader();
    let mut info = reader.sequence()?;
    let (oid, _) = info.algorithm()?;
    let expected = info.expect(der::OCTET_STRING)?.contents;
    let salt = reader.expect(der::OCTET_STRING)?.contents;
    let turns = if reader.is_empty() { 1 } else { pkcs8::turns(&mut reader)? };
    let hash = Hash::from_oid(&oid).ok_or_else(corrupted)?;
    count(turns.saturating_add(safes.len() as u64 / 64))?;
    let key = pkcs8::derive_code_key(hash, password, salt, turns);
    Ok(equal_in_constant_time(&hash.hmac(&key, safes), expected))
}

/// Takes out what a sequence of bags holds.
fn bags<E: From<Exception>>(bytes: &[u8], password: &Password<'_>, count: Count<'_, E>, pfx: &mut Pfx) -> Result<(), E> {
    let mut bags = Reader::new(bytes).sequence()?;
    while !bags.is_empty() {
        let mut bag = bags.sequence()?;
        let kind = bag.oid()?;
        let value = bag.expect(EXPLICIT_0)?.reader().any()?;
        let (local_key_id, friendly_name) = match bag.optional(der::SET)? {
            Some(attributes) => bag_attributes(&attributes)?,
            None => (None, None),
        };
        let done = |contents| Bag { contents, local_key_id, friendly_name };
        match kind.as_str() {
            "1.2.840.113549.1.12.10.1.1" => pfx.keys.push(done(value.whole.to_vec())),
            "1.2.840.113549.1.12.10.1.2" => pfx.keys.push(done(pkcs8::decrypt_key(value.whole, password, count)?)),
            "1.2.840.113549.1.12.10.1.3" => {
                let mut certificate = value.reader();
                if certificate.oid()? == "1.2.840.113549.1.9.22.1" {
                    let contents = certificate.expect(EXPLICIT_0)?.reader().any()?.octets()?;
                    pfx.certificates.push(done(contents));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The id that a certificate and its key share, and a name for people.
fn bag_attributes(attributes: &Element<'_>) -> crate::Result<(Option<Vec<u8>>, Option<String>)> {
    let (mut local_key_id, mut friendly_name) = (None, None);
    let mut reader = attributes.reader();
    while !reader.is_empty() {
        let mut attribute = reader.sequence()?;
        let oid = attribute.oid()?;
        let mut values = attribute.expect(der::SET)?.reader();
        if values.is_empty() {
            continue;
        }
        let value = values.any()?;
        match oid.as_str() {
            "1.2.840.113549.1.9.21" => local_key_id = Some(value.octets()?),
            "1.2.840.113549.1.9.20" => {
                let units = value.contents.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit));
                friendly_name = Some(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect());
            }
            _ => {}
        }
    }
    Ok((local_key_id, friendly_name))
}
