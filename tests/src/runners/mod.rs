//! Runs cases behind the flat door and behind the portable door. The results are those that `cases` has natively.

pub mod edge;
pub mod flat;

use cases::{Answer, Outcome};
use policy::script::Script;

/// What of an outcome can be said in `wasi:http` at all. This is the only place where the runners may differ:
///
/// - It has no reason phrases: every response has the usual one.
/// - It has no order between fields of different names, only between those of one name.
/// - To some guests it does not show `Host`; no page shows that.
/// - It does not show whether a request is forwarded or a policy's own, so it cannot say that a fence `host` confuses them.
pub fn portable(mut outcome: Outcome) -> Outcome {
    outcome.response.reason.clear();
    outcome.response.headers.sort_by(|(one, _), (other, _)| one.cmp(other));
    for sent in &mut outcome.upstream {
        sent.headers.sort_by(|(one, _), (other, _)| one.cmp(other));
    }
    outcome.mistakes.clear();
    outcome
}

fn outcome(response: Answer, script: &Script) -> Outcome {
    Outcome {
        response,
        events: script.events.take(),
        unused: script.unused(),
        mistakes: script.mistakes.take(),
        upstream: script.sent.take(),
    }
}
