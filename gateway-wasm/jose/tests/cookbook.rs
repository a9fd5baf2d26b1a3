//! The examples of RFC 7520: some of them beside this file, the whole folder where it is there.
#![allow(clippy::disallowed_methods, reason = "the folder of examples is read from disk")]

use jose::{DecryptionKey, Key, Software, Token, read, read_nested, verify};
use serde_json::Value;
use std::{fs, path::PathBuf};

/// What is not read, and what is said of it.
const REFUSED: &[(&str, &str)] = &[
    ("jwe/5_1", "the token is encrypted with `RSA1_5`, which tells its secret to those who ask often enough; use `RSA-OAEP-256`"),
    (
        "jwe/5_3",
        "the token is encrypted with `PBES2-HS512+A256KW`, where it chooses itself how long its reader computes; use `A256KW`",
    ),
    ("jwe/5_9", "the token's header has `zip`: what is small when it comes may be huge when it is unpacked"),
    ("curve25519/ecdh-es", "has `kty` `OKP`, which is not known"),
    // Detached: the payload is elsewhere, and what is signed is not what came.
    ("jws/4_5", "the token's signature with `HS256` is wrong; tried: secret of 256 bits `018c0ae5-4d9b-471b-bfd6-eef314bc7037`"),
    ("rfc7797/hmac-sha2_b64_false", "the token's header has `crit`: it asks for an extension to be understood, and none is"),
];

/// What a token says, or why it is refused.
fn open(token: &str, key: &Value) -> Result<String, String> {
    let json = key.to_string();
    let bytes = match read(token).map_err(|why| why.to_string())? {
        Token::Signed(signed) => {
            let key = Key::from_jwk(json.as_bytes()).map_err(|why| why.to_string())?;
            verify(&signed, [&key], &Software).map_err(|why| why.to_string())?;
            signed.payload().to_vec()
        }
        Token::Encrypted(encrypted) => {
            let key = DecryptionKey::from_jwk(json.as_bytes()).map_err(|why| why.to_string())?;
            jose::decrypt(&encrypted, &[key], &mut || 4).map_err(|why| why.to_string())?
        }
    };
    Ok(String::from_utf8(bytes).unwrap())
}

#[test]
fn examples_beside_this_file() {
    let examples: Vec<Value> = serde_json::from_str(include_str!("rfc7520.json")).unwrap();
    assert_eq!(examples.len(), 11);
    for example in examples {
        let (token, payload) = (example["token"].as_str().unwrap(), example["payload"].as_str().unwrap());
        assert_eq!(open(token, &example["key"]).as_deref(), Ok(payload), "{}", example["name"]);
        // Every letter counts; some of them are enough to see it.
        for at in (0..token.len()).step_by(token.len() / 40).filter(|at| token.as_bytes()[*at] != b'.') {
            let other = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
            let changed = [&token[..at], other, &token[at + 1..]].concat();
            assert!(open(&changed, &example["key"]).is_err(), "{} at {at}", example["name"]);
        }
    }
}

/// The folder of all examples, which is beside the project where it is developed.
fn folder() -> Option<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().map(|folder| folder.join("shared/data/suites/jose-cookbook")).find(|folder| folder.is_dir())
}

#[test]
fn the_whole_cookbook() {
    let Some(folder) = folder() else {
        println!("skipped: there is no folder shared/data/suites/jose-cookbook above this one");
        return;
    };
    let load = |path: &PathBuf| -> Value { serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap() };
    let (mut right, mut refused) = (0, Vec::new());
    for part in ["jws", "jwe", "curve25519", "rfc7797"] {
        for entry in fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let example = load(&path);
            // The JSON serialization is no JSON Web Token.
            let Some(token) = example["output"]["compact"].as_str() else { continue };
            let name = format!("{part}/{}", path.file_stem().unwrap().to_str().unwrap());
            let payload = example["input"]["payload"].as_str().or(example["input"]["plaintext"].as_str()).unwrap();
            match open(token, &example["input"]["key"]) {
                Ok(found) => {
                    assert_eq!(found, payload, "{name}");
                    right += 1;
                }
                Err(why) => refused.push((name, why)),
            }
        }
    }
    refused.sort();
    for (name, why) in &refused {
        let expected = REFUSED.iter().find(|(start, _)| *start == name || name.starts_with(&format!("{start}.")));
        assert_eq!(Some(why.as_str()), expected.map(|(_, why)| *why), "{name}");
    }
    assert_eq!((right, refused.len()), (11, REFUSED.len()));

    let nested = load(&folder.join("6.nesting_signatures_and_encryption.json"));
    let inner = open(nested["encrypt"]["output"]["compact"].as_str().unwrap(), &nested["encrypt"]["input"]["key"]).unwrap();
    let signed = read_nested(inner.as_bytes()).unwrap();
    let key = Key::from_jwk(nested["sign"]["input"]["key"].to_string().as_bytes()).unwrap();
    verify(&signed, [&key], &Software).unwrap();
    let claims = jose::read_claims(signed.payload()).unwrap();
    assert_eq!((claims.issuer(), claims.expires_us()), (Some("hobbiton.example"), Some(1_300_819_380_000_000)));

    for entry in fs::read_dir(folder.join("jwk")).unwrap() {
        let path = entry.unwrap().path();
        let json = load(&path).to_string();
        assert!(Key::from_jwk(json.as_bytes()).is_ok(), "{}", path.display());
    }
}
