//! Why a token is refused: one sentence for the operator, another for the caller.

use super::Denial;
use crate::{exchange::Exchange, host::Host, problem, statement::Fault};
use std::fmt;

/// A sentence of what `jose` says: it begins with `the token`.
pub(super) fn sentence(said: impl fmt::Display, more: &[String]) -> String {
    let said = said.to_string();
    let mut letters = said.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let mut sentence: String = first.into_iter().chain(letters).collect();
    for one in more {
        sentence.push_str("; ");
        sentence.push_str(one);
    }
    sentence
}

/// A refusal. The caller never reads its message.
#[derive(Debug)]
pub(crate) struct Denied {
    /// APIM's word for it (reference: APIM, C4).
    reason: &'static str,
    message: String,
    told: &'static str,
}

impl Denied {
    /// There is no token.
    pub(super) fn absent() -> Self {
        Self { reason: "TokenNotPresent", message: "JWT not present.".to_owned(), told: "JWT not present." }
    }

    /// The token was read, and something about it is not as it must be. `message` says what, without a full stop.
    pub(super) fn new(reason: &'static str, message: impl Into<String>) -> Self {
        Self { reason, message: format!("{}. Access denied.", message.into()), told: "Invalid JWT." }
    }

    /// The token cannot be read at all. `message` says why, without a full stop.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self { reason: "JwtInvalid", message: format!("{}.", message.into()), told: "Invalid JWT." }
    }

    /// The fault of the policy `source`, as its attributes say.
    pub(super) async fn fault<H: Host>(
        self,
        denial: &Denial,
        exchange: &mut Exchange,
        host: &H,
        source: &'static str,
    ) -> Result<Fault, Fault> {
        let status = denial.status.get(exchange, host, source).await?;
        let told = match &denial.message {
            Some(message) => message.get(exchange, host, source).await?.to_string(),
            None => self.told.to_owned(),
        };
        let status = u16::try_from(status).unwrap_or(401);
        Ok(Fault::new(source, self.reason, self.message).answered_with(problem::response(status, &told)))
    }
}
