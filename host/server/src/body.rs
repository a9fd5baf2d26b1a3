//! Bodies on their way through: streams that nobody touches, and bytes.

use crate::{expect::Opened, upstream::Lease};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
};

/// A body of either direction.
pub(crate) enum Payload {
    /// Bytes, or none.
    Whole(Option<Bytes>),
    /// As it comes from a client, or from a server whose connection is not kept.
    Stream(Incoming),
    /// As it comes from a server. Its connection goes back to the pool when it ends.
    Upstream(Incoming, Option<Lease>),
    /// A stream whose start has been read already.
    Resumed(VecDeque<Bytes>, Box<Payload>),
    /// One that waits until the server wants it.
    Held(Opened, Box<Payload>),
}

/// A whole body, or what became of one that is too large.
pub(crate) enum Read {
    Whole(Bytes),
    /// More than the limit; the body can still stream by.
    TooLarge(Payload),
    Failed(String),
}

impl Payload {
    /// No body.
    pub(crate) fn empty() -> Self {
        Payload::Whole(None)
    }

    pub(crate) fn bytes(bytes: Bytes) -> Self {
        Payload::Whole((!bytes.is_empty()).then_some(bytes))
    }

    /// Reads it whole, if it is no longer than `bytes_max`.
    pub(crate) async fn read(mut self, bytes_max: u64) -> Read {
        let mut chunks = VecDeque::new();
        let mut length = 0_u64;
        while let Some(frame) = self.frame().await {
            match frame {
                Err(error) => return Read::Failed(error.to_string()),
                Ok(frame) => {
                    // Trailers of a body that is read whole end here: nobody could say what they are about any more.
                    let Ok(data) = frame.into_data() else { continue };
                    length += data.len() as u64;
                    chunks.push_back(data);
                }
            }
            if length > bytes_max {
                return Read::TooLarge(Payload::Resumed(chunks, Box::new(self)));
            }
        }
        let mut chunks = chunks.into_iter();
        match (chunks.next(), chunks.next()) {
            (None, _) => Read::Whole(Bytes::new()),
            (Some(only), None) => Read::Whole(only),
            (Some(first), Some(second)) => {
                let mut all = Vec::with_capacity(length as usize);
                all.extend_from_slice(&first);
                all.extend_from_slice(&second);
                chunks.for_each(|chunk| all.extend_from_slice(&chunk));
                Read::Whole(all.into())
            }
        }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut *self {
            Payload::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Payload::Stream(incoming) => Pin::new(incoming).poll_frame(context),
            Payload::Upstream(incoming, _) => Pin::new(incoming).poll_frame(context),
            Payload::Resumed(chunks, rest) => match chunks.pop_front() {
                Some(chunk) => Poll::Ready(Some(Ok(Frame::data(chunk)))),
                None => Pin::new(&mut **rest).poll_frame(context),
            },
            Payload::Held(opened, rest) => match opened.as_mut().poll(context) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(false) => Poll::Ready(None),
                Poll::Ready(true) => {
                    *self = std::mem::replace(rest, Payload::empty());
                    self.poll_frame(context)
                }
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Payload::Whole(bytes) => bytes.is_none(),
            Payload::Stream(incoming) | Payload::Upstream(incoming, _) => incoming.is_end_stream(),
            Payload::Resumed(chunks, rest) => chunks.is_empty() && rest.is_end_stream(),
            Payload::Held(_, rest) => rest.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Payload::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Payload::Stream(incoming) | Payload::Upstream(incoming, _) => incoming.size_hint(),
            Payload::Held(_, rest) => rest.size_hint(),
            Payload::Resumed(chunks, rest) => {
                let read: u64 = chunks.iter().map(|chunk| chunk.len() as u64).sum();
                let rest = rest.size_hint();
                let mut hint = SizeHint::new();
                hint.set_lower(read + rest.lower());
                if let Some(upper) = rest.upper() {
                    hint.set_upper(read + upper);
                }
                hint
            }
        }
    }
}

impl Drop for Payload {
    fn drop(&mut self) {
        // A connection whose response has been read to its end can carry the next request; any other is closed.
        if let Payload::Upstream(incoming, lease) = self
            && incoming.is_end_stream()
            && let Some(lease) = lease.take()
        {
            lease.give_back();
        }
    }
}
