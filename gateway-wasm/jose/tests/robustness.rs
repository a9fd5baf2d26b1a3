//! Whatever is read, nothing panics: tokens, keys and claims with letters changed, cut out and doubled.

use jose::{DecryptionKey, Key, Software, Token, read, read_claims, read_key_set, verify};
use serde_json::Value;

/// Numbers that look random and are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn changed(text: &str, numbers: &mut Numbers) -> String {
    const LETTERS: &[u8] = b"AAz09-_.=+/{}[]\":,\\e1 \0\xc3";
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len());
        match numbers.below(4) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..(at + numbers.below(9)).min(bytes.len()))),
            2 => bytes.insert(at, LETTERS[numbers.below(LETTERS.len())]),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = LETTERS[numbers.below(LETTERS.len())];
                }
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn changed_tokens_and_keys_are_refused_or_read() {
    let examples: Vec<Value> = serde_json::from_str(include_str!("rfc7520.json")).unwrap();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let claims = r#"{"iss":"a","sub":"b","aud":["c"],"exp":1300819380.5,"nbf":1,"iat":2e3,"x":{"y":[null,true,-1]}}"#;
    for example in &examples {
        let (original, key) = (example["token"].as_str().unwrap(), example["key"].to_string());
        for _ in 0..300 {
            let token = changed(original, &mut numbers);
            let key = if numbers.below(2) == 0 { changed(&key, &mut numbers) } else { key.clone() };
            let _ = read_claims(changed(claims, &mut numbers).as_bytes());
            let _ = read_key_set(changed(&format!(r#"{{"keys":[{key}]}}"#), &mut numbers).as_bytes());
            let _ = Key::from_pem(None, &changed(include_str!("certificates/p256.pem"), &mut numbers));
            match read(&token) {
                Ok(Token::Signed(signed)) => {
                    if let Ok(key) = Key::from_jwk(key.as_bytes()) {
                        assert!(token == original || verify(&signed, [&key], &Software).is_err(), "{token}");
                    }
                }
                Ok(Token::Encrypted(encrypted)) => {
                    if let Ok(key) = DecryptionKey::from_jwk(key.as_bytes()) {
                        let opened = jose::decrypt(&encrypted, &[key], &mut || 4);
                        assert!(token == original || opened.is_err(), "{token}");
                    }
                }
                Err(why) => assert!(!why.to_string().is_empty()),
            }
        }
    }
}
