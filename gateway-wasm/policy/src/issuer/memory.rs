//! What a host without a memory outside of the sandbox remembers of issuers.

use super::{Held, Issuer, ask};
use crate::host::{Host, SendError};
use std::{cell::RefCell, collections::HashMap};

/// After so long an issuer is asked again (reference: APIM, A2).
const REFRESH_AFTER_US: i64 = 3_600_000_000;
/// And not sooner than this, whatever tokens say or issuers answer.
const ASK_AGAIN_AFTER_US: i64 = 300_000_000;
/// The most issuers.
const ISSUERS_MAX: usize = 256;

/// Issuers by the URL of their configuration.
#[derive(Debug, Default)]
pub struct Memory {
    issuers: RefCell<HashMap<String, Known>>,
}

#[derive(Debug)]
struct Known {
    issuer: Issuer,
    fetched_us: i64,
    /// When it was last asked for something new, with or without success.
    asked_us: i64,
    /// When a token last asked for a key that was not there.
    unknown_us: Option<i64>,
}

impl Known {
    /// True if nobody needs to be asked now.
    fn is_enough(&self, held: Held, now_us: i64) -> bool {
        let is_long_ago = |then_us: i64| now_us.saturating_sub(then_us) >= ASK_AGAIN_AFTER_US;
        let lacks = held.lacks_a_key && held.generation == self.issuer.generation;
        let is_old = now_us.saturating_sub(self.fetched_us) >= REFRESH_AFTER_US;
        // The first key that is not known is asked for at once: that is what a rotation looks like.
        !(lacks && self.unknown_us.is_none_or(is_long_ago) || is_old && is_long_ago(self.asked_us))
    }
}

impl Memory {
    /// [`Host::issuer`] for a host that can only send requests. Where an issuer does not answer, what it said before still holds.
    ///
    /// # Errors
    /// Where it does not answer and never did.
    pub async fn issuer<H: Host>(&self, host: &H, url: &str, held: Held) -> Result<Option<Issuer>, SendError> {
        let now_us = host.now_micros();
        let mut unknown_us = None;
        let is_enough = match self.issuers.borrow_mut().get_mut(url) {
            Some(known) if known.is_enough(held, now_us) => true,
            Some(known) => {
                // Who comes while this one asks goes on with what is known.
                known.asked_us = now_us;
                if held.lacks_a_key {
                    known.unknown_us = Some(now_us);
                }
                unknown_us = known.unknown_us;
                false
            }
            None => false,
        };
        if !is_enough {
            match ask(host, url).await {
                Ok(issuer) => self.insert(url, Known { issuer, fetched_us: now_us, asked_us: now_us, unknown_us }),
                Err(error) if !self.issuers.borrow().contains_key(url) => return Err(error),
                Err(error) => {
                    host.log(crate::Level::Warning, &format!("{}; the keys that are known stay in use", error.message));
                }
            }
        }
        let issuers = self.issuers.borrow();
        let known = issuers.get(url).map(|known| known.issuer.clone());
        Ok(known.filter(|issuer| issuer.generation != held.generation))
    }

    fn insert(&self, url: &str, known: Known) {
        let mut issuers = self.issuers.borrow_mut();
        if issuers.len() >= ISSUERS_MAX
            && !issuers.contains_key(url)
            && let Some(oldest) = issuers.iter().min_by_key(|(_, known)| known.asked_us).map(|(url, _)| url.clone())
        {
            issuers.remove(&oldest);
        }
        issuers.insert(url.to_owned(), known);
    }
}
