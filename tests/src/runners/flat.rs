//! The component with the flat door, in the host's own sandbox. This plays the host: it reads what the component answers,
//! and says what came of it, in the layout of the crate `wire`.

use super::{Backends, native};
use crate::{
    case::{Answer, Asked, Case, Outcome},
    service,
};
use bytes::Bytes;
use policy::script::{Reply, Sent};
use server::{
    Limits,
    sandbox::{Instance, Sandbox},
};
use std::{collections::VecDeque, sync::OnceLock};
use wire::{BodyEdit, Completion, Edit, Edits, Event, FailureKind, Forward, Operation, ResponseHead, ResponseHeadBuilder, Which};

/// Runs a case.
///
/// # Errors
/// Where the policy does not check, the sandbox fails, or the case's `host` lines name the wrong kind of request.
pub fn run(case: &Case) -> Result<Outcome, String> {
    let plan = case.plan()?.write();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut instance = sandbox().instance(&plan).await.map_err(|error| format!("{error:#}"))?;
        let mut host = Host {
            case,
            request_body: case.given.body.clone(),
            backends: Backends::new(case),
            response: None,
            done: VecDeque::new(),
        };
        let response = host.serve(&mut instance).await.map_err(|error| format!("{error:#}"))?;
        Ok(Outcome { response, replies_left: host.backends.replies.len(), upstream: host.backends.sent })
    })
}

fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        Sandbox::new(artifact::FLAT, &Limits::default(), Some(service::cache_dir())).expect("the component is one")
    })
}

/// What the host holds of an exchange.
struct Host<'c> {
    case: &'c Case,
    /// The client's body, until it is sent on: it streams by once.
    request_body: Bytes,
    backends: Backends,
    /// The backend's response, once there is one.
    response: Option<Answer>,
    /// What has been started, with how it ends. A body that is being read is not there until it is read.
    done: VecDeque<(u32, Completion, Option<Read>)>,
}

/// A body that was read.
type Read = (Which, Bytes);

impl Host<'_> {
    async fn serve(&mut self, instance: &mut Instance) -> anyhow::Result<Answer> {
        let mut answer = instance.exchange(&native::head_bytes(&self.case.given)).await?;
        loop {
            let mut event = Vec::new();
            let number = match wire::Answer::read(&answer)? {
                wire::Answer::Respond(respond) => {
                    let empty = Answer {
                        status: 0,
                        reason: String::new(),
                        headers: Vec::new(),
                        body: std::mem::take(self.body(Which::Response)),
                    };
                    return Ok(edited(empty, respond.status, respond.reason, respond.edits, respond.body));
                }
                wire::Answer::Continue(edits) => {
                    let came = self.response.take().ok_or_else(|| anyhow::anyhow!("there is no response to edit"))?;
                    return Ok(edited(came, edits.status, edits.reason, edits.edits, edits.body));
                }
                wire::Answer::Forward(forward) => {
                    self.forward(&forward, &mut event)?;
                    match self.response.take() {
                        Some(response) if forward.exchange == 0 => return Ok(response),
                        response => self.response = response,
                    }
                    forward.exchange
                }
                wire::Answer::Wait(wait) => {
                    for (id, operation) in wait.operations {
                        let (completion, read) = self.completion(operation)?;
                        self.done.push_back((id, completion, read));
                    }
                    let done = self.done.pop_front();
                    let (id, completion, read) = done.ok_or_else(|| anyhow::anyhow!("the component waits for nothing"))?;
                    if let Some((which, bytes)) = read {
                        *self.body(which) = bytes;
                    }
                    Event::write_done(&mut event, id, &completion);
                    wait.exchange
                }
            };
            answer = instance.resume(number, &event).await?;
        }
    }

    fn body(&mut self, which: Which) -> &mut Bytes {
        match which {
            Which::Request => &mut self.request_body,
            Which::Response => &mut self.response.get_or_insert_with(Answer::default).body,
        }
    }

    fn forward(&mut self, forward: &Forward<'_>, event: &mut Vec<u8>) -> anyhow::Result<()> {
        let mut headers = self.case.given.headers.clone();
        apply(forward.edits, &mut headers);
        let body = match forward.body {
            BodyEdit::Keep => std::mem::take(&mut self.request_body),
            BodyEdit::Replace(bytes) => Bytes::copy_from_slice(bytes),
        };
        let url = format!("{}://{}{}", forward.scheme.name(), forward.authority, forward.target);
        let sent = Sent { method: forward.method.to_owned(), url, headers, body };
        self.response = None;
        match self.reply(Asked::Forward, sent)? {
            Ok(response) => {
                let head = ResponseHeadBuilder { status: response.status, reason: "" };
                let mut fields = Event::write_response(event, head);
                for (name, value) in &response.headers {
                    fields.push(name, value.as_bytes());
                }
                fields.finish();
                self.response = Some(response);
            }
            Err(kind) => Event::write_failed(event, kind, "the script says so"),
        }
        Ok(())
    }

    /// How an operation ends, and the body that it read.
    fn completion(&mut self, operation: Operation<'_>) -> anyhow::Result<(Completion, Option<Read>)> {
        Ok(match operation {
            Operation::Read { which, bytes_max } => {
                let bytes = std::mem::take(self.body(which));
                let completion = match bytes.len() as u64 <= bytes_max {
                    true => Completion::Body(bytes.clone()),
                    false => Completion::Failed(FailureKind::TooLarge, "the body is too long".to_owned()),
                };
                (completion, Some((which, bytes)))
            }
            Operation::Send { method, scheme, authority, target, edits, body, .. } => {
                let mut headers = Vec::new();
                apply(edits, &mut headers);
                let url = format!("{}://{authority}{target}", scheme.name());
                let sent = Sent { method: method.to_owned(), url, headers, body: Bytes::copy_from_slice(body) };
                let completion = match self.reply(Asked::Send, sent)? {
                    Ok(answer) => {
                        let pairs = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
                        let head = ResponseHead { status: answer.status, reason: String::new(), fields: pairs.collect() };
                        Completion::Response(head, answer.body)
                    }
                    Err(kind) => Completion::Failed(kind, "the script says so".to_owned()),
                };
                (completion, None)
            }
        })
    }

    /// The next reply, which must be one to this kind of request: this door is the one that shows which kind it is.
    fn reply(&mut self, asked: Asked, sent: Sent) -> anyhow::Result<Result<Answer, FailureKind>> {
        let url = sent.url.clone();
        match self.backends.reply(sent) {
            None => Ok(Err(FailureKind::Connection)),
            Some((expected, _)) if expected != asked => {
                anyhow::bail!("`host` says {expected:?} where the policy asks {url} by {asked:?}")
            }
            Some((_, Reply::Failure(kind))) => Ok(Err(kind)),
            Some((_, Reply::Response { status, headers, body })) => {
                Ok(Ok(Answer { status, reason: String::new(), headers, body }))
            }
        }
    }
}

fn edited(mut answer: Answer, status: u16, reason: &str, edits: Edits<'_>, body: BodyEdit<'_>) -> Answer {
    apply(edits, &mut answer.headers);
    if let BodyEdit::Replace(bytes) = body {
        answer.body = Bytes::copy_from_slice(bytes);
    }
    Answer { status, reason: reason.to_owned(), ..answer }
}

fn apply(edits: Edits<'_>, headers: &mut Vec<(String, String)>) {
    for edit in edits {
        match edit {
            Edit::Remove(name) => headers.retain(|(candidate, _)| candidate != name),
            Edit::Append(name, value) => headers.push((name.to_owned(), String::from_utf8_lossy(value).into_owned())),
        }
    }
}
