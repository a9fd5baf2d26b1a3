//! Tokens that were found right, so that the next request with one costs a look-up.
//!
//! An entry is found by a hash of the token and of everything that the verdict rests on: the policy as written, the values of its
//! expressions, the generation of every issuer's keys. So nothing has to be dropped when keys rotate: nobody asks for the old
//! entries again, and each ends with its token at the latest.

use aws_lc_rs::digest;
use moka::sync::Cache;

/// Verdicts of all threads. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Verdicts {
    /// When each ends, in microseconds since 1970.
    ends: Cache<Fingerprint, i64>,
}

type Fingerprint = [u8; 32];

impl Verdicts {
    /// Room for so many tokens; what was used least goes first.
    pub fn new(tokens_max: u64) -> Self {
        Self { ends: Cache::new(tokens_max) }
    }

    /// True if a token was found right by checks that rest on the same, and has not ended.
    pub fn recall(&self, basis: &[u8], token: &str, now_micros: i64) -> bool {
        self.ends.get(&fingerprint(basis, token)).is_some_and(|ends| now_micros < ends)
    }

    /// Remembers a token, until a time in microseconds since 1970.
    pub fn remember(&self, basis: &[u8], token: &str, until_micros: i64) {
        self.ends.insert(fingerprint(basis, token), until_micros);
    }
}

/// SHA-256 of both, with the length of the first, so that no two pairs are the same bytes.
fn fingerprint(basis: &[u8], token: &str) -> Fingerprint {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&(basis.len() as u64).to_le_bytes());
    context.update(basis);
    context.update(token.as_bytes());
    let mut fingerprint = Fingerprint::default();
    fingerprint.copy_from_slice(context.finish().as_ref());
    fingerprint
}

#[cfg(test)]
mod tests {
    use super::Verdicts;

    #[test]
    fn a_verdict_holds_for_its_token_its_basis_and_its_time() {
        let verdicts = Verdicts::new(10);
        verdicts.remember(b"ab", "c.d.e", 100);
        assert!(verdicts.recall(b"ab", "c.d.e", 99));
        assert!(!verdicts.recall(b"ab", "c.d.e", 100), "it ended");
        assert!(!verdicts.recall(b"ab", "c.d.f", 99), "another token");
        assert!(!verdicts.recall(b"a", "bc.d.e", 99), "another split of the same bytes");
    }
}
