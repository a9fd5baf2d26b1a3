//! Attacks on tokens and keys, one row each, in `attacks.md`: how it is made, and what is said of it. Everything is signed and
//! encrypted anew in each run, so that a row is refused for what it says and for nothing else; each section starts with rows
//! that are taken. `UPDATE=1` writes the last column.
#![allow(clippy::disallowed_methods, reason = "the page of attacks is read from disk, and written where that is asked for")]

mod forge;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    key_wrap::{AES_128, AES_256, AesKek, KeyWrap},
    rsa::{
        KeyPair, KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512,
        OaepPublicEncryptingKey, PublicEncryptingKey,
    },
    signature::KeyPair as _,
};
use dotnet::crypto::{hash::Hash, rsa::RsaKey};
use forge::{Forge, encode, in_der, seal};
use jose::{Algorithm, DecryptionKey, Key, Signed, Software, Token};
use serde_json::Value;
use std::{env, fs, path::PathBuf};

const PAYLOAD: &str = r#"{"sub":"a"}"#;

#[test]
fn attacks() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/attacks.md");
    let page = fs::read_to_string(&path).unwrap();
    let (forge, vault) = (Forge::new(), Vault::new());
    let (mut section, mut written, mut rows) = ("", String::new(), 0);
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title;
        }
        let cells = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |"));
        let cells: Vec<&str> = cells.map_or_else(Vec::new, |line| line.split(" | ").collect());
        // What is no row of a table, and the first row and the line below it, stay as they are.
        let [cells @ .., _] = cells.as_slice() else {
            written += &format!("{line}\n");
            continue;
        };
        if cells.first().is_none_or(|first| *first == "what" || first.starts_with("---")) {
            written += &format!("{line}\n");
            continue;
        }
        let inputs: Vec<&str> = cells[1..].iter().map(|cell| cell.trim().trim_matches('`')).collect();
        let answer = match (section, inputs.as_slice()) {
            ("Signed", [header, signer, then, keys]) => signed(&forge, header, signer, then, keys),
            ("Keys", [key]) => read_key(&forge, key),
            ("Key sets", [set]) => read_set(&forge, set),
            ("Encrypted", [header, inside, key, then]) => encrypted(&forge, &vault, header, inside, key, then),
            ("Claims", [payload]) => claims(payload),
            _ => panic!("{section}: a row with {} columns", cells.len()),
        };
        written += &format!("| {} | {answer} |\n", cells.join(" | "));
        rows += 1;
    }
    assert!(rows > 150, "{rows}");
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, written).unwrap();
        return;
    }
    for (expected, found) in page.lines().zip(written.lines()) {
        assert_eq!(found, expected, "UPDATE=1 writes what is found");
    }
}

/// Bytes that a cell stands for: its text; `hex:ff00`; or `deep:40`, a list in a list, so often.
fn bytes(cell: &str) -> Vec<u8> {
    if let Some(hex) = cell.strip_prefix("hex:") {
        return hex.as_bytes().chunks(2).map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap()).collect();
    }
    match cell.split_once("deep:") {
        Some((before, rest)) => {
            let (count, after) = rest.split_once('!').unwrap();
            let count = count.parse().unwrap();
            [before, &"[".repeat(count), &"]".repeat(count), after].concat().into_bytes()
        }
        None => match cell.split_once("long:") {
            Some((before, rest)) => {
                let (count, after) = rest.split_once('!').unwrap();
                [before, &"a".repeat(count.parse().unwrap()), after].concat().into_bytes()
            }
            None => cell.as_bytes().to_vec(),
        },
    }
}

/// Changes the parts of a token.
fn change(forge: &Forge, parts: &mut Vec<String>, names: &[&str], then: &str) -> String {
    let mut before = String::new();
    let mut after = String::new();
    for step in then.split("; ").filter(|step| !step.is_empty()) {
        let (what, rest) = step.split_once(' ').unwrap_or((step, ""));
        let (name, argument) = rest.split_once(' ').unwrap_or((rest, ""));
        let index = names.iter().position(|own| *own == name);
        let text = match argument {
            "space" => " ",
            "line-break" => "\r\n",
            "nul" => "\0",
            "bom" => "\u{feff}",
            other => other,
        };
        let decoded = |parts: &[String]| {
            use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
            URL_SAFE_NO_PAD.decode(&parts[index.unwrap()]).unwrap()
        };
        match (what, index) {
            ("prefix", None) => before = if name == "space" { " ".to_owned() } else { name.to_owned() },
            ("suffix", None) => after = if name == "line-break" { "\n".to_owned() } else { name.to_owned() },
            ("drop", Some(index)) => drop(parts.remove(index)),
            ("empty", Some(index)) => parts[index].clear(),
            ("append", Some(index)) => parts[index].push_str(text),
            ("insert", Some(index)) => parts[index].insert_str(2, text),
            ("put", Some(index)) => parts[index] = encode(bytes(argument)),
            // Bits that are left over in the last letter.
            ("loosen", Some(index)) => {
                let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
                let last = parts[index].pop().unwrap();
                let at = letters.iter().position(|letter| char::from(*letter) == last).unwrap();
                assert!(!parts[index].len().is_multiple_of(4) && at.is_multiple_of(4), "no bits are left over");
                parts[index].push(char::from(letters[at + 1]));
            }
            ("flip", Some(index)) => {
                let mut bytes = decoded(parts);
                bytes[0] ^= 1;
                parts[index] = encode(bytes);
            }
            ("cut", Some(index)) => {
                let mut bytes = decoded(parts);
                bytes.truncate(bytes.len() - argument.parse::<usize>().unwrap());
                parts[index] = encode(bytes);
            }
            ("lengthen", Some(index)) => parts[index] = encode([decoded(parts), vec![0]].concat()),
            ("zero", Some(index)) => parts[index] = encode(vec![0; decoded(parts).len()]),
            ("der", Some(index)) => parts[index] = encode(in_der(&decoded(parts))),
            // The order of P-256, which is zero to some.
            ("order", Some(index)) => {
                let order = bytes("hex:ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
                parts[index] = encode([order.clone(), order].concat());
            }
            // The modulus, which is zero to some.
            ("modulus", Some(index)) => parts[index] = encode(forge.modulus()),
            _ => panic!("no change `{step}`"),
        }
    }
    format!("{before}{}{after}", parts.join("."))
}

/// A key of the forge, with members of its JSON replaced: `rsa {"use":"enc"}`.
fn jwk(forge: &Forge, spec: &str) -> String {
    let (name, overrides) = spec.split_once(' ').unwrap_or((spec, "{}"));
    let mut key: Value = serde_json::from_str(&forge.jwk(name)).unwrap();
    let overrides: Value = serde_json::from_str(overrides).unwrap();
    for (name, value) in overrides.as_object().unwrap() {
        match value {
            Value::Null => drop(key.as_object_mut().unwrap().remove(name)),
            value => key[name] = value.clone(),
        }
    }
    key.to_string()
}

fn sign(forge: &Forge, signer: &str, message: &[u8]) -> Vec<u8> {
    let secret = match signer.split_once(" by ") {
        None if signer == "nothing" => return Vec::new(),
        None => return forge.sign(Algorithm::from_name(signer).unwrap(), message),
        Some((_, "PEM of rsa")) => forge.rsa_pem().into_bytes(),
        Some((_, "trimmed PEM of rsa")) => forge.rsa_pem().trim().as_bytes().to_vec(),
        Some((_, "DER of rsa")) => forge.rsa_der(),
        Some((_, "RSAPublicKey of rsa")) => forge.key(Algorithm::Rs256).bytes().to_vec(),
        Some((_, "modulus of rsa")) => forge.modulus(),
        Some((_, "n of rsa")) => encode(forge.modulus()).into_bytes(),
        Some((_, "JWK of rsa")) => forge.jwk("rsa").into_bytes(),
        Some((_, "DER of p256")) => forge.p256_der(),
        Some((_, "point of p256")) => forge.point(jose::Curve::P256).to_vec(),
        Some((_, "nothing")) => Vec::new(),
        Some((_, "zeros")) => vec![0; 32],
        Some((_, other)) => panic!("no secret `{other}`"),
    };
    Hash::Sha256.hmac(&secret, message)
}

fn signed(forge: &Forge, header: &str, signer: &str, then: &str, keys: &str) -> String {
    let mut parts = vec![encode(bytes(header)), encode(PAYLOAD)];
    parts.push(encode(sign(forge, signer, parts.join(".").as_bytes())));
    let token = change(forge, &mut parts, &["header", "payload", "signature"], then);
    let mut found = Vec::new();
    for key in keys.split(" and ").filter(|key| !key.is_empty()) {
        let key = match key {
            "rsa as PEM" => Key::from_pem(None, &forge.rsa_pem()),
            key => Key::from_jwk(jwk(forge, key).as_bytes()),
        };
        match key {
            Ok(key) => found.push(key),
            Err(why) => return format!("the key {why}"),
        }
    }
    match jose::read(&token) {
        Ok(Token::Signed(signed)) => judge(&signed, &found),
        Ok(Token::Encrypted(_)) => "is encrypted".to_owned(),
        Err(why) => why.to_string(),
    }
}

fn judge(signed: &Signed<'_>, keys: &[Key]) -> String {
    match jose::verify(signed, keys, &Software) {
        Ok(key) => match jose::read_claims(signed.payload()) {
            Ok(claims) => format!("taken: {} signed it of {}", key.describe(), claims.subject().unwrap_or("nobody")),
            Err(why) => why.to_string(),
        },
        Err(why) => why.to_string(),
    }
}

/// A cell with `$n` and its like replaced by numbers of the forge.
fn with_numbers(forge: &Forge, cell: &str) -> Vec<u8> {
    use jose::Curve::{P256, P384};
    let modulus = forge.modulus();
    let mut even = modulus.clone();
    *even.last_mut().unwrap() &= 0xfe;
    let numbers = [
        ("$n_zero", encode([&[0], &modulus[..]].concat())),
        ("$n_1024", encode(&modulus[..128])),
        ("$n_2047", encode([&[0x7f], &modulus[1..]].concat())),
        ("$n_8192", encode(modulus.repeat(4))),
        ("$n_even", encode(even)),
        ("$n", encode(&modulus)),
        ("$x256_short", encode(&forge.x(P256)[1..])),
        ("$x256_zero", encode([&[0], forge.x(P256)].concat())),
        ("$x256", encode(forge.x(P256))),
        ("$y256", encode(forge.y(P256))),
        ("$x384", encode(forge.x(P384))),
        ("$y384", encode(forge.y(P384))),
        ("$x25519", encode(forge.ed25519())),
        ("$secret", encode(&forge.secret)),
    ];
    let cell = numbers.iter().fold(cell.to_owned(), |cell, (name, number)| cell.replace(name, number));
    bytes(&cell)
}

fn read_key(forge: &Forge, key: &str) -> String {
    match Key::from_jwk(&with_numbers(forge, key)) {
        Ok(key) => {
            let fits = Algorithm::ALL.into_iter().filter(|algorithm| key.fits(*algorithm).is_ok());
            let names: Vec<&str> = fits.map(Algorithm::name).collect();
            format!("taken: {}, for {}", key.describe(), if names.is_empty() { "nothing".to_owned() } else { names.join(" ") })
        }
        Err(why) => why.to_string(),
    }
}

fn read_set(forge: &Forge, set: &str) -> String {
    match jose::read_key_set(&with_numbers(forge, set)) {
        Ok(set) => {
            let keys = set.keys.iter().map(Key::describe);
            let unusable = set.unusable.iter().map(|(name, why)| format!("{name} {why}"));
            format!("taken: {}", keys.chain(unusable).collect::<Vec<_>>().join("; "))
        }
        Err(why) => why.to_string(),
    }
}

/// The private key that tokens are encrypted for.
struct Vault {
    pair: KeyPair,
    rsa: RsaKey,
}

impl Vault {
    fn new() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        Self { rsa: RsaKey::from_private_key_info(der.as_ref()).unwrap(), pair }
    }

    fn encrypt(&self, algorithm: &str, key: &[u8]) -> Vec<u8> {
        use aws_lc_rs::encoding::PublicKeyX509Der;
        let der: PublicKeyX509Der<'_> = self.pair.public_key().as_der().unwrap();
        let public = OaepPublicEncryptingKey::new(PublicEncryptingKey::from_der(der.as_ref()).unwrap()).unwrap();
        let with = match algorithm {
            "RSA-OAEP" => &OAEP_SHA1_MGF1SHA1,
            "RSA-OAEP-256" => &OAEP_SHA256_MGF1SHA256,
            "RSA-OAEP-384" => &OAEP_SHA384_MGF1SHA384,
            _ => &OAEP_SHA512_MGF1SHA512,
        };
        let mut out = vec![0; public.ciphertext_size()];
        public.encrypt(with, key, &mut out, None).unwrap().to_vec()
    }
}

fn secret(length: usize) -> Vec<u8> {
    (1..=length as u8).collect()
}

fn encrypted(forge: &Forge, vault: &Vault, header: &str, inside: &str, key: &str, then: &str) -> String {
    let inner = || {
        let mut parts = vec![encode(r#"{"alg":"HS256"}"#), encode(PAYLOAD)];
        parts.push(encode(forge.sign(Algorithm::Hs256, parts.join(".").as_bytes())));
        parts.join(".")
    };
    let make = |header: &str, plaintext: &[u8]| -> Vec<String> {
        let json: Value = serde_json::from_slice(&bytes(header)).unwrap_or_default();
        let (algorithm, encryption) = (json["alg"].as_str().unwrap_or("dir"), json["enc"].as_str().unwrap_or_default());
        let length = match encryption {
            "A192GCM" => 24,
            "A256GCM" | "A128CBC-HS256" => 32,
            "A192CBC-HS384" => 48,
            "A256CBC-HS512" => 64,
            _ => 16,
        };
        let content_key: Vec<u8> = secret(length);
        let wrap = |bits: usize| {
            let kek = if bits == 16 { AesKek::new(&AES_128, &secret(16)) } else { AesKek::new(&AES_256, &secret(32)) };
            let mut out = vec![0; length + 8];
            kek.unwrap().wrap(&content_key, &mut out).unwrap();
            out
        };
        let encrypted_key = match algorithm {
            "RSA-OAEP" | "RSA-OAEP-256" => vault.encrypt(algorithm, &content_key),
            "A128KW" => wrap(16),
            "A256KW" => wrap(32),
            "dir" | "ECDH-ES" => Vec::new(),
            _ => vec![1; 24],
        };
        let known = encryption.contains("GCM") || encryption.contains("CBC-HS");
        let header = encode(bytes(header));
        let [vector, ciphertext, tag] = if known {
            seal(encryption, &content_key, header.as_bytes(), plaintext)
        } else {
            seal("A128GCM", &secret(16), header.as_bytes(), plaintext)
        };
        vec![header, encode(encrypted_key), encode(vector), encode(ciphertext), encode(tag)]
    };
    let plaintext = match inside {
        "signed" => inner().into_bytes(),
        "encrypted" => make(r#"{"alg":"dir","enc":"A128GCM"}"#, inner().as_bytes()).join(".").into_bytes(),
        other => bytes(other),
    };
    let mut parts = make(header, &plaintext);
    // The same key of the content, wrapped otherwise than the header says.
    let (wrapped_as, then) = then.strip_prefix("wrap as ").map_or((None, then), |algorithm| (Some(algorithm), ""));
    if let Some(algorithm) = wrapped_as {
        parts[1] = encode(vault.encrypt(algorithm, &secret(16)));
    }
    let token = change(forge, &mut parts, &["header", "key", "vector", "ciphertext", "tag"], then);
    let key = match key.split_once(' ') {
        _ if key == "rsa" => DecryptionKey::rsa(Some("rsa".to_owned()), vault.rsa.clone()),
        Some(("secret", length)) => DecryptionKey::symmetric(None, &secret(length.parse().unwrap())),
        Some(("json", json)) => DecryptionKey::from_jwk(json.replace("$16", &encode(secret(16))).as_bytes()),
        _ => panic!("no key `{key}`"),
    };
    let key = match key {
        Ok(key) => key,
        Err(why) => return format!("the key {why}"),
    };
    let encrypted = match jose::read(&token) {
        Ok(Token::Encrypted(encrypted)) => encrypted,
        Ok(Token::Signed(signed)) => return judge(&signed, &[]),
        Err(why) => return why.to_string(),
    };
    match jose::decrypt(&encrypted, &[key], &mut || 4) {
        Ok(plaintext) => match jose::read_nested(&plaintext) {
            Ok(signed) => format!("decrypted; {}", judge(&signed, &[forge.key(Algorithm::Hs256)])),
            Err(why) => format!("decrypted; {why}"),
        },
        Err(why) => why.to_string(),
    }
}

fn claims(payload: &str) -> String {
    match jose::read_claims(&bytes(payload)) {
        Ok(claims) => {
            let mut all = Vec::new();
            let times = [("exp", claims.expires_us()), ("nbf", claims.not_before_us()), ("iat", claims.issued_at_us())];
            for name in claims.names() {
                match times.iter().find(|(own, _)| *own == name) {
                    Some((_, time)) => all.push(format!("{name} {} us", time.unwrap())),
                    None => all.push(format!("{name} {:?}", claims.values(name))),
                }
            }
            format!("taken: {}", all.join(", "))
        }
        Err(why) => why.to_string(),
    }
}
