//! `Expect: 100-continue`: a body that waits until the server wants it.

use crate::body::Payload;
use http::{HeaderValue, Request, StatusCode, header};
use std::{future::Future, pin::Pin, sync::Arc};
use tokio::sync::watch;

/// Opens when the server says `100 Continue`. Where all of its clones are gone before that, the body ends as it is.
#[derive(Clone)]
pub(crate) struct Gate(Arc<watch::Sender<bool>>);

/// Tells whether the gate opened, once that is known.
pub(crate) type Opened = Pin<Box<dyn Future<Output = bool>>>;

impl Gate {
    /// Holds back the body of a request, and tells the server so.
    pub(crate) fn hold(request: &mut Request<Payload>) -> Gate {
        let gate = Gate(Arc::new(watch::Sender::new(false)));
        let told = gate.clone();
        hyper::ext::on_informational(request, move |response| {
            if response.status() == StatusCode::CONTINUE {
                told.0.send_replace(true);
            }
        });
        request.headers_mut().insert(header::EXPECT, HeaderValue::from_static("100-continue"));
        let mut state = gate.0.subscribe();
        let opened: Opened = Box::pin(async move { state.wait_for(|is_open| *is_open).await.is_ok() });
        let body = std::mem::replace(request.body_mut(), Payload::empty());
        *request.body_mut() = Payload::Held(opened, Box::new(body));
        gate
    }

    /// Waits until it opens.
    pub(crate) async fn opens(&self) {
        // The sender lives in this very gate, so waiting cannot fail.
        let _ = self.0.subscribe().wait_for(|is_open| *is_open).await;
    }

    /// True once it is open.
    pub(crate) fn is_open(&self) -> bool {
        *self.0.borrow()
    }
}
