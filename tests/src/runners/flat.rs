//! The component with the flat door, in the host's own sandbox. This plays the host: it reads what the component answers,
//! and says what came of it, in the layout of the crate `wire`.

use crate::service;
use bytes::Bytes;
use cases::{Answer, Case, Outcome};
use gateway::Plan;
use policy::{
    Issuer, Level, SendError,
    host::Authorization,
    issuer::Held,
    script::{Asked, Reply, Script, Sent, tls_shown},
};
use server::{
    Limits,
    sandbox::{Instance, Sandbox, World},
};
use std::{
    collections::VecDeque,
    pin::pin,
    sync::{Arc, Mutex, OnceLock},
    task::{Context, Poll, Waker},
};
use wire::{BodyEdit, Completion, Edit, Edits, Event, FailureKind, Forward, Operation, ResponseHead, ResponseHeadBuilder, Which};

/// Runs a case.
///
/// # Errors
/// Where the sandbox fails.
pub fn run(case: &Case, plan: &Plan) -> Result<Outcome, String> {
    let plan = plan.write();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut instance = sandbox().instance(&plan).await.map_err(|error| format!("{error:#}"))?;
        let script = Arc::new(Mutex::new(Script::new(case.scene.clone(), Bytes::new())));
        instance.set_world(Scripted(script.clone()));
        let mut host = Host {
            case,
            request_body: case.given.body.clone(),
            body_was_sent: false,
            script: script.clone(),
            response: None,
            done: VecDeque::new(),
        };
        let response = host.serve(&mut instance).await.map_err(|error| format!("{error:#}"))?;
        let script = script.lock().expect("nobody panicked");
        Ok(super::outcome(response, &script))
    })
}

fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        Sandbox::new(artifact::FLAT, &Limits::default(), Some(service::cache_dir())).expect("the component is one")
    })
}

/// The clock and the dice of a case.
struct Scripted(Arc<Mutex<Script>>);

impl World for Scripted {
    fn now_micros(&self) -> i64 {
        self.0.lock().expect("nobody panicked").now_micros()
    }

    fn random(&self) -> u64 {
        self.0.lock().expect("nobody panicked").draw()
    }

    fn emit(&self, event: String) {
        self.0.lock().expect("nobody panicked").events.borrow_mut().push(event);
    }

    fn log(&self, is_warning: bool, message: &str) {
        let level = if is_warning { Level::Warning } else { Level::Info };
        self.0.lock().expect("nobody panicked").log.borrow_mut().push((level, message.to_owned()));
    }

    fn send_one_way(&self, operation: Vec<u8>) {
        for (_, operation) in wire::Operations::written(&operation) {
            if let Some(sent) = sent(&operation) {
                self.0.lock().expect("nobody panicked").one_way(sent);
            }
        }
    }
}

/// The value of a future that needs nobody to wake it.
fn finished<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

fn token_or_failure(found: Result<Authorization, SendError>) -> Completion {
    match found {
        Ok(Authorization { access_token, claims }) => Completion::Token { token: access_token, claims },
        Err(error) => Completion::Failed(error.kind, error.message),
    }
}

/// What the host holds of an exchange.
struct Host<'c> {
    case: &'c Case,
    /// The client's body, until it is sent on: it streams by once.
    request_body: Bytes,
    /// True once it was sent on.
    body_was_sent: bool,
    script: Arc<Mutex<Script>>,
    /// The backend's response, once there is one.
    response: Option<Answer>,
    /// What has been started, with how it ends. A body that is being read is not there until it is read.
    done: VecDeque<(u32, Completion, Option<Read>)>,
}

/// A body that was read.
type Read = (Which, Bytes);

impl Host<'_> {
    async fn serve(&mut self, instance: &mut Instance) -> anyhow::Result<Answer> {
        let mut answer = instance.exchange(&self.case.head()).await?;
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
                    self.forward(&forward, &mut event);
                    match self.response.take() {
                        Some(response) if forward.exchange == 0 => return Ok(response),
                        response => self.response = response,
                    }
                    forward.exchange
                }
                wire::Answer::Wait(wait) => {
                    for (id, operation) in wait.operations {
                        let (completion, read) = self.completion(operation);
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

    fn forward(&mut self, forward: &Forward<'_>, event: &mut Vec<u8>) {
        let mut headers = self.case.given.headers.clone();
        apply(forward.edits, &mut headers);
        let body = match forward.body {
            BodyEdit::Keep if self.body_was_sent => {
                return Event::write_failed(event, FailureKind::BodyGone, "the body was sent before");
            }
            BodyEdit::Keep => {
                self.body_was_sent = !self.request_body.is_empty();
                std::mem::take(&mut self.request_body)
            }
            BodyEdit::Replace(bytes) => Bytes::copy_from_slice(bytes),
        };
        let url = format!("{}://{}{}", forward.scheme.name(), forward.authority, forward.target);
        let sent = Sent { method: forward.method.to_owned(), url, tls: tls_shown(forward.tls), headers, body };
        self.response = None;
        match self.reply(Asked::Forward, sent) {
            Ok(response) => {
                let head = ResponseHeadBuilder { status: response.status, reason: "" };
                let mut fields = Event::write_response(event, head);
                for (name, value) in &response.headers {
                    fields.push(name, value.as_bytes());
                }
                fields.finish();
                self.response = Some(response);
            }
            Err(kind) => Event::write_failed(event, kind, Reply::failure(kind)),
        }
    }

    /// How an operation ends, and the body that it read.
    fn completion(&mut self, operation: Operation<'_>) -> (Completion, Option<Read>) {
        let done = |is_done: bool| (if is_done { Completion::Done } else { Completion::Full }, None);
        match operation {
            Operation::Load { key } => {
                let stored = self.script.lock().expect("nobody panicked").load(key);
                (stored.map_or(Completion::Done, Completion::Stored), None)
            }
            Operation::Keep { key, lifetime_ms, value } => {
                let value = Some(Bytes::copy_from_slice(value));
                self.script.lock().expect("nobody panicked").keep(key, value, lifetime_ms);
                done(true)
            }
            Operation::Remove { key } => {
                self.script.lock().expect("nobody panicked").keep(key, None, u64::MAX);
                done(true)
            }
            Operation::Enter { key, places } => done(self.script.lock().expect("nobody panicked").enter(key, places)),
            Operation::Leave { key } => {
                self.script.lock().expect("nobody panicked").leave(key);
                done(true)
            }
            Operation::Read { which, bytes_max } => {
                let bytes = std::mem::take(self.body(which));
                let completion = match bytes.len() as u64 <= bytes_max {
                    true => Completion::Body(bytes.clone()),
                    false => Completion::Failed(FailureKind::TooLarge, "the body is too long".to_owned()),
                };
                (completion, Some((which, bytes)))
            }
            Operation::Sleep { duration_ms } => {
                self.script.lock().expect("nobody panicked").pass(duration_ms);
                (Completion::Done, None)
            }
            Operation::Issuer { url, generation, lacks_a_key } => {
                let script = self.script.lock().expect("nobody panicked");
                let held = Held { generation, lacks_a_key };
                let completion = match finished(policy::Host::issuer(&*script, url, held)) {
                    Ok(Some(Issuer { generation, name, key_set })) => Completion::Issuer { generation, name, key_set },
                    Ok(None) => Completion::Done,
                    Err(error) => Completion::Failed(error.kind, error.message),
                };
                (completion, None)
            }
            Operation::Token { resource, client_id } => {
                let client_id = Some(client_id).filter(|id| !id.is_empty());
                let script = self.script.lock().expect("nobody panicked");
                let token = finished(policy::Host::token(&*script, resource, client_id));
                (token_or_failure(token.map(|access_token| Authorization { access_token, ..Authorization::default() })), None)
            }
            Operation::Authorization { provider, authorization } => {
                let script = self.script.lock().expect("nobody panicked");
                (token_or_failure(finished(policy::Host::authorization(&*script, provider, authorization))), None)
            }
            Operation::Send { .. } => {
                let sent = sent(&operation).expect("it is one that sends");
                let completion = match self.reply(Asked::Send, sent) {
                    Ok(answer) => {
                        let pairs = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
                        let head = ResponseHead { status: answer.status, reason: String::new(), fields: pairs.collect() };
                        Completion::Response(head, answer.body)
                    }
                    Err(kind) => Completion::Failed(kind, Reply::failure(kind).to_owned()),
                };
                (completion, None)
            }
        }
    }

    /// The reply to a request; without one, nobody listens.
    fn reply(&mut self, asked: Asked, sent: Sent) -> Result<Answer, FailureKind> {
        match self.script.lock().expect("nobody panicked").answer(Some(asked), sent) {
            None => Err(FailureKind::Connection),
            Some(Reply::Failure(kind)) => Err(kind),
            Some(Reply::Response { status, headers, body }) => Ok(Answer { status, reason: String::new(), headers, body }),
        }
    }
}

/// The request of an operation that sends one.
fn sent(operation: &Operation<'_>) -> Option<Sent> {
    let Operation::Send { method, scheme, authority, target, tls, edits, body, .. } = operation else { return None };
    let mut headers = Vec::new();
    apply(*edits, &mut headers);
    let url = format!("{}://{authority}{target}", scheme.name());
    Some(Sent { method: (*method).to_owned(), url, tls: tls_shown(*tls), headers, body: Bytes::copy_from_slice(body) })
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
