//! What the host does for an exchange that waits: requests of the policy's own, and reading bodies.

use crate::{
    body::{Payload, Read},
    headers,
    tls::Tls,
    upstream::{Failure, Route},
    worker::Worker,
};
use bytes::Bytes;
use futures_util::stream::FuturesUnordered;
use http::{HeaderValue, Method, Request, Uri, header, uri::PathAndQuery};
use std::{future::Future, pin::Pin, rc::Rc, time::Duration};
use wire::{Completion, FailureKind, Fields, HttpVersion, Operation, Proxy, ResponseHead, Which};

/// The operations of one exchange. Dropping it ends them.
pub(crate) type Operations = FuturesUnordered<Pin<Box<dyn Future<Output = Done>>>>;

/// An operation that is done.
pub(crate) struct Done {
    pub(crate) id: u32,
    pub(crate) completion: Completion,
    /// The body that was read, given back so that it can still stream by.
    pub(crate) body: Option<(Which, Payload)>,
}

/// Starts an operation, with the TLS that belongs to the plan by which it was asked for.
pub(crate) fn start(
    worker: &Rc<Worker>,
    tls: &Tls,
    id: u32,
    operation: Operation<'_>,
    take_body: impl FnOnce(Which) -> Payload,
) -> Pin<Box<dyn Future<Output = Done>>> {
    match operation {
        Operation::Read { which, bytes_max } => {
            let body = take_body(which);
            Box::pin(async move { read(id, which, body, bytes_max).await })
        }
        Operation::Sleep { duration_ms } => Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(duration_ms.into())).await;
            Done { id, completion: Completion::Done, body: None }
        }),
        Operation::Load { key } => {
            let stored = worker.shared().store.load(key);
            done(id, stored.map_or(Completion::Done, Completion::Stored))
        }
        Operation::Keep { key, lifetime_ms, value } => {
            worker.shared().store.keep(key, Bytes::copy_from_slice(value), Duration::from_millis(lifetime_ms));
            done(id, Completion::Done)
        }
        Operation::Remove { key } => {
            worker.shared().store.remove(key);
            done(id, Completion::Done)
        }
        Operation::Issuer { url, generation, lacks_a_key } => {
            let (identity, url) = (worker.shared().identity.clone(), url.to_owned());
            Box::pin(async move { Done { id, completion: identity.issuer(&url, generation, lacks_a_key).await, body: None } })
        }
        Operation::Token { resource, client_id } => {
            let (identity, resource, client_id) = (worker.shared().identity.clone(), resource.to_owned(), client_id.to_owned());
            Box::pin(async move { Done { id, completion: identity.token(&resource, &client_id).await, body: None } })
        }
        Operation::Authorization { provider, authorization } => {
            let (identity, provider, name) = (worker.shared().identity.clone(), provider.to_owned(), authorization.to_owned());
            Box::pin(async move { Done { id, completion: identity.authorization(&provider, &name).await, body: None } })
        }
        Operation::Enter { .. } | Operation::Leave { .. } => {
            done(id, Completion::Failed(FailureKind::Invalid, "only an exchange can be inside of something".to_owned()))
        }
        Operation::Send { method, scheme, authority, target, proxy, tls: wanted, timeout_ms, body_bytes_max, edits, body } => {
            let request = request(method, authority, target, edits, Bytes::copy_from_slice(body));
            let (worker, authority) = (worker.clone(), authority.to_owned());
            let met = tls.servers.meet(scheme, wanted).map_err(|why| Failure::missing(&authority, why));
            let proxy = proxy.map(|proxy| (proxy.authority.to_owned(), proxy.authorization.to_owned()));
            Box::pin(async move {
                let proxy = proxy.as_ref().map(|(authority, authorization)| Proxy { authority, authorization });
                let send = async {
                    let tls = met?;
                    let route = Route { tls: tls.as_deref(), authority: &authority, version: HttpVersion::One, proxy };
                    let response = worker.upstream().send(route, request?).await?;
                    whole(response, body_bytes_max, &authority).await
                };
                let timeout = Duration::from_millis(timeout_ms.into());
                let sent = tokio::time::timeout(timeout, send).await.unwrap_or_else(|_| {
                    let message = format!("{authority}: no answer within {timeout_ms} ms");
                    Err(Failure { kind: FailureKind::Timeout, message })
                });
                let completion = match sent {
                    Ok((head, body)) => Completion::Response(head, body),
                    Err(failure) => Completion::Failed(failure.kind, failure.message),
                };
                Done { id, completion, body: None }
            })
        }
    }
}

/// An operation that is done as soon as it is started.
pub(crate) fn done(id: u32, completion: Completion) -> Pin<Box<dyn Future<Output = Done>>> {
    Box::pin(std::future::ready(Done { id, completion, body: None }))
}

/// Sends a request whose answer nobody wants. Only the log hears that it failed.
pub(crate) async fn send_one_way(worker: &Rc<Worker>, operation: &[u8]) {
    let instances = worker.instances();
    for (id, operation) in wire::Operations::written(operation) {
        let done = start(worker, instances.tls(), id, operation, |_| Payload::empty()).await;
        match done.completion {
            // It is longer than anybody needs to read.
            Completion::Failed(FailureKind::TooLarge, _) => {}
            Completion::Failed(_, message) => tracing::warn!("a one-way request failed: {message}"),
            _ => {}
        }
    }
}

async fn read(id: u32, which: Which, body: Payload, bytes_max: u64) -> Done {
    let (completion, body) = match body.read(bytes_max).await {
        Read::Whole(bytes) => (Completion::Body(bytes.clone()), Payload::bytes(bytes)),
        Read::TooLarge(body) => {
            let message = format!("the body is longer than {bytes_max} bytes, the most that a policy can read");
            (Completion::Failed(FailureKind::TooLarge, message), body)
        }
        Read::Failed(message) => {
            let kind = if which == Which::Request { FailureKind::ClientGone } else { FailureKind::Connection };
            (Completion::Failed(kind, message), Payload::empty())
        }
    };
    Done { id, completion, body: Some((which, body)) }
}

fn request(
    method: &str,
    authority: &str,
    target: &str,
    edits: wire::Edits<'_>,
    body: Bytes,
) -> Result<Request<Payload>, Failure> {
    // The message does not repeat the target: keys stand in queries, and messages in logs.
    let invalid = |error: http::Error| Failure { kind: FailureKind::Invalid, message: format!("{authority}: {error}") };
    let mut request = Request::new(Payload::bytes(body));
    *request.method_mut() = Method::from_bytes(method.as_bytes()).map_err(|error| invalid(error.into()))?;
    *request.uri_mut() = Uri::from(PathAndQuery::try_from(target).map_err(|error| invalid(error.into()))?);
    let headers = request.headers_mut();
    headers::apply(edits, headers);
    headers::remove_hop_by_hop_of_request(headers);
    headers.remove(header::CONTENT_LENGTH);
    if !headers.contains_key(header::HOST) {
        headers.insert(header::HOST, HeaderValue::from_str(authority).map_err(|error| invalid(error.into()))?);
    }
    Ok(request)
}

async fn whole(response: http::Response<Payload>, bytes_max: u64, authority: &str) -> Result<(ResponseHead, Bytes), Failure> {
    let (mut head, body) = response.into_parts();
    headers::remove_hop_by_hop(&mut head.headers);
    let body = match body.read(bytes_max).await {
        Read::Whole(bytes) => bytes,
        Read::TooLarge(_) => {
            let message = format!("{authority}: the answer is longer than {bytes_max} bytes, the most that a policy can read");
            return Err(Failure { kind: FailureKind::TooLarge, message });
        }
        Read::Failed(message) => {
            return Err(Failure { kind: FailureKind::Connection, message: format!("{authority}: {message}") });
        }
    };
    let fields: Fields = head.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    Ok((ResponseHead { status: head.status.as_u16(), reason: String::new(), fields }, body))
}
