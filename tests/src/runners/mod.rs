//! Runs cases: natively, behind the flat door, behind the portable door. The results are equal.

pub mod edge;
pub mod flat;
pub mod native;

use crate::case::{Asked, Case, Outcome};
use policy::script::{Reply, Sent};
use std::collections::VecDeque;

/// The address of every case's client.
const CLIENT: &str = "192.0.2.1";

/// The name under which every case's client knows the gateway.
const AUTHORITY: &str = "api.example";

/// What of an outcome can be said in `wasi:http` at all. This is the only place where the runners may differ:
///
/// - It has no reason phrases: every response has the usual one.
/// - It has no order between fields of different names, only between those of one name.
/// - It shows neither the client's address nor, to some guests, `Host`. No page shows them, so there is nothing to do here.
pub fn portable(mut outcome: Outcome) -> Outcome {
    outcome.response.reason.clear();
    outcome.response.headers.sort_by(|(one, _), (other, _)| one.cmp(other));
    for sent in &mut outcome.upstream {
        sent.headers.sort_by(|(one, _), (other, _)| one.cmp(other));
    }
    outcome
}

/// The backends of a case, for runners that are asked one request after the other.
#[derive(Debug)]
struct Backends {
    replies: VecDeque<(Asked, Reply)>,
    sent: Vec<Sent>,
}

impl Backends {
    fn new(case: &Case) -> Self {
        Self { replies: case.replies.iter().cloned().collect(), sent: Vec::new() }
    }

    /// The reply to a request; without one, nobody listens.
    fn reply(&mut self, sent: Sent) -> Option<(Asked, Reply)> {
        self.sent.push(sent);
        self.replies.pop_front()
    }
}
