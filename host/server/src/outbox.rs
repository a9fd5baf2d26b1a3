//! Requests whose answers nobody wants: instances put them here, and they outlive the exchanges that they come from.

use crate::{operations, worker::Worker};
use std::rc::Rc;
use tokio::sync::{
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    watch,
};

/// The most that are under way on one thread; further ones are dropped.
const UNDER_WAY_MAX: usize = 1024;
/// The most bytes that these may hold.
const UNDER_WAY_BYTES_MAX: usize = 64 << 20;

/// Takes the requests of one thread. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Outbox {
    queue: UnboundedSender<Vec<u8>>,
    /// What has been taken and is not done. It bounds the queue, too.
    under_way: watch::Sender<UnderWay>,
}

/// Requests, and the bytes in them.
#[derive(Clone, Copy, Debug, Default)]
struct UnderWay {
    count: usize,
    bytes: usize,
}

impl Outbox {
    /// An outbox, and what [`Outbox::deliver`] takes out of it.
    pub(crate) fn new() -> (Self, UnboundedReceiver<Vec<u8>>) {
        let (queue, requests) = unbounded_channel();
        (Self { queue, under_way: watch::Sender::default() }, requests)
    }

    /// Takes a request, one written [`wire::Operation`]. An instance computes meanwhile, so nothing here waits for room.
    pub(crate) fn put(&self, request: Vec<u8>) {
        let request_bytes = request.len();
        let has_room = self.under_way.send_if_modified(|under_way| {
            let bytes = under_way.bytes.saturating_add(request_bytes);
            let has_room = under_way.count < UNDER_WAY_MAX && bytes <= UNDER_WAY_BYTES_MAX;
            if has_room {
                *under_way = UnderWay { count: under_way.count + 1, bytes };
            }
            has_room
        });
        if !has_room {
            let UnderWay { count, bytes } = *self.under_way.borrow();
            tracing::warn!(
                "a one-way request was dropped: {count} are under way with {bytes} bytes, \
                and the most are {UNDER_WAY_MAX} with {UNDER_WAY_BYTES_MAX} bytes"
            );
        } else if self.queue.send(request).is_err() {
            self.done(request_bytes);
        }
    }

    /// Sends what is put in, a task each.
    pub(crate) async fn deliver(self, worker: Rc<Worker>, mut requests: UnboundedReceiver<Vec<u8>>) {
        while let Some(request) = requests.recv().await {
            let (outbox, worker) = (self.clone(), worker.clone());
            tokio::task::spawn_local(async move {
                operations::send_one_way(&worker, &request).await;
                outbox.done(request.len());
            });
        }
    }

    /// Waits until all are done.
    pub(crate) async fn emptied(&self) {
        // The sender lives in this very outbox, so waiting cannot fail.
        let _ = self.under_way.subscribe().wait_for(|under_way| under_way.count == 0).await;
    }

    fn done(&self, request_bytes: usize) {
        self.under_way.send_modify(|under_way| {
            under_way.count -= 1;
            under_way.bytes -= request_bytes;
        });
    }
}
