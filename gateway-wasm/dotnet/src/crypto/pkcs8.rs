//! What a password protects: the encryption of PKCS#8 keys and PKCS#12 files.

use crate::{
    Exception, Result,
    crypto::{
        Count,
        cipher::{Algorithm, Direction, Mode, Padding, Transform},
        cryptographic,
        der::{self, Element, Reader, corrupted},
        hash::Hash,
    },
};

/// How a password becomes bytes: PKCS#12's own derivation takes UTF-16 with a zero at the end, the others UTF-8. No
/// password is not the same as an empty one there: it has no zero.
#[derive(Clone, Copy)]
pub(super) struct Password<'a>(pub(super) Option<&'a str>);

impl Password<'_> {
    fn utf8(&self) -> &[u8] {
        self.0.unwrap_or_default().as_bytes()
    }

    fn utf16(&self) -> Vec<u8> {
        self.0.map_or_else(Vec::new, |text| text.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect())
    }
}

/// The key in an `EncryptedPrivateKeyInfo`: a `PrivateKeyInfo`.
pub(super) fn decrypt_key<E: From<Exception>>(
    bytes: &[u8],
    password: &Password<'_>,
    count: Count<'_, E>,
) -> std::result::Result<Vec<u8>, E> {
    let mut reader = Reader::new(bytes).sequence()?;
    let algorithm = reader.algorithm()?;
    let ciphertext = reader.any()?.octets()?;
    let plaintext = decrypt(&algorithm, &ciphertext, password, count)?;
    // Most wrong passwords end in wrong padding; the others in something that is no key.
    let unreadable = || {
        let message = "The EncryptedPrivateKeyInfo structure was decoded but was not successfully interpreted, the password may be incorrect.";
        cryptographic(message)
    };
    let plaintext = plaintext.ok_or_else(unreadable)?;
    match Reader::new(&plaintext).sequence() {
        Ok(_) => Ok(plaintext),
        Err(_) => Err(unreadable().into()),
    }
}

/// What was encrypted with a password; `None` if it does not come out right, so the password is not that one.
pub(super) fn decrypt<E: From<Exception>>(
    (oid, parameters): &(String, Option<Element<'_>>),
    ciphertext: &[u8],
    password: &Password<'_>,
    count: Count<'_, E>,
) -> std::result::Result<Option<Vec<u8>>, E> {
    let mut parameters = parameters.ok_or_else(corrupted)?.reader();
    let (algorithm, key, vector) = if oid == "1.2.840.113549.1.5.13" {
        pbes2(&mut parameters, password, count)?
    } else {
        let (algorithm, key_bytes) = match oid.as_str() {
            "1.2.840.113549.1.12.1.3" => (Algorithm::TripleDes, 24),
            "1.2.840.113549.1.12.1.4" => (Algorithm::TripleDes, 16),
            "1.2.840.113549.1.12.1.5" => (Algorithm::Rc2, 16),
            "1.2.840.113549.1.12.1.6" => (Algorithm::Rc2, 5),
            _ => return Err(unknown(oid).into()),
        };
        let salt = parameters.expect(der::OCTET_STRING)?.contents;
        let turns = turns(&mut parameters)?;
        count(turns.saturating_mul(3))?;
        let password = password.utf16();
        let key = derive_pkcs12(Hash::Sha1, Purpose::Key, &password, salt, turns, key_bytes);
        let vector = derive_pkcs12(Hash::Sha1, Purpose::Vector, &password, salt, turns, 8);
        (algorithm, key, vector)
    };
    let mut transform = Transform::new(algorithm, &key, Some(&vector), Mode::Cbc, Padding::Pkcs7, 0, Direction::Decrypt)?;
    Ok(transform.finish(ciphertext, &mut || 0).ok())
}

/// PBES2: any derivation and any cipher, of which there are PBKDF2, AES and Triple DES.
fn pbes2<E: From<Exception>>(
    parameters: &mut Reader<'_>,
    password: &Password<'_>,
    count: Count<'_, E>,
) -> std::result::Result<(Algorithm, Vec<u8>, Vec<u8>), E> {
    let (derivation, derivation_parameters) = parameters.algorithm()?;
    let (cipher, cipher_parameters) = parameters.algorithm()?;
    if derivation != "1.2.840.113549.1.5.12" {
        return Err(unknown(&derivation).into());
    }
    let (algorithm, key_bytes) = match cipher.as_str() {
        "2.16.840.1.101.3.4.1.2" => (Algorithm::Aes, 16),
        "2.16.840.1.101.3.4.1.22" => (Algorithm::Aes, 24),
        "2.16.840.1.101.3.4.1.42" => (Algorithm::Aes, 32),
        "1.2.840.113549.3.7" => (Algorithm::TripleDes, 24),
        _ => return Err(unknown(&cipher).into()),
    };
    let vector = cipher_parameters.ok_or_else(corrupted)?;
    if vector.tag != der::OCTET_STRING {
        return Err(corrupted().into());
    }
    let mut reader = derivation_parameters.ok_or_else(corrupted)?.reader();
    let salt = reader.expect(der::OCTET_STRING)?.contents;
    let turns = turns(&mut reader)?;
    reader.optional(der::INTEGER)?;
    let hash = if reader.is_empty() {
        Hash::Sha1
    } else {
        let (oid, _) = reader.algorithm()?;
        match oid.as_str() {
            "1.2.840.113549.2.7" => Hash::Sha1,
            "1.2.840.113549.2.9" => Hash::Sha256,
            "1.2.840.113549.2.10" => Hash::Sha384,
            "1.2.840.113549.2.11" => Hash::Sha512,
            _ => return Err(unknown(&oid).into()),
        }
    };
    // A turn is two blocks of the hash, or four where the key is longer than the hash's result.
    count(turns.saturating_mul(2 * (key_bytes as u64).div_ceil(hash.size() as u64)))?;
    Ok((algorithm, hash.derive(password.utf8(), salt, turns, key_bytes), vector.contents.to_vec()))
}

/// How often a derivation goes around.
pub(super) fn turns(reader: &mut Reader<'_>) -> Result<u64> {
    match reader.expect(der::INTEGER)?.small()? {
        0 => Err(corrupted()),
        turns => Ok(turns),
    }
}

fn unknown(oid: &str) -> Exception {
    cryptographic(format!(
        "The algorithm identified by '{oid}' is unknown, not valid for the requested usage, or was not handled."
    ))
}

/// What bytes are derived for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Key = 1,
    Vector = 2,
    Code = 3,
}

/// The derivation of RFC 7292, appendix B.
pub(super) fn derive_pkcs12(hash: Hash, purpose: Purpose, password: &[u8], salt: &[u8], turns: u64, length: usize) -> Vec<u8> {
    let block = hash.block_size();
    let fill = |bytes: &[u8]| -> Vec<u8> {
        let length = bytes.len().div_ceil(block) * block;
        bytes.iter().copied().cycle().take(length).collect()
    };
    let start = vec![purpose as u8; block];
    let mut input = fill(salt);
    input.extend(fill(password));
    let mut derived = Vec::new();
    while derived.len() < length {
        let mut output = hash.digest(&[&start[..], &input].concat());
        for _ in 1..turns {
            output = hash.digest(&output);
        }
        let added: Vec<u8> = output.iter().copied().cycle().take(block).collect();
        for part in input.chunks_mut(block) {
            let mut carry = 1_u16;
            for (byte, other) in part.iter_mut().rev().zip(added.iter().rev()) {
                carry += u16::from(*byte) + u16::from(*other);
                *byte = carry as u8;
                carry >>= 8;
            }
        }
        derived.extend(output);
    }
    derived.truncate(length);
    derived
}

/// The same with a password that is text.
pub(super) fn derive_code_key(hash: Hash, password: &Password<'_>, salt: &[u8], turns: u64) -> Vec<u8> {
    derive_pkcs12(hash, Purpose::Code, &password.utf16(), salt, turns, hash.size())
}
