//! Requests whose answers nobody wants: instances put them here, and they outlive the exchanges that they come from.

use crate::{operations, worker::Worker};
use std::rc::Rc;
use tokio::sync::{
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    watch,
};

/// The most that are under way on one thread; further ones are dropped.
const UNDER_WAY_MAX: usize = 1024;

/// Takes the requests of one thread. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Outbox {
    queue: UnboundedSender<Vec<u8>>,
    /// How many have been taken and are not done. It bounds the queue, too.
    under_way: watch::Sender<usize>,
}

impl Outbox {
    /// An outbox, and what [`Outbox::deliver`] takes out of it.
    pub(crate) fn new() -> (Self, UnboundedReceiver<Vec<u8>>) {
        let (queue, requests) = unbounded_channel();
        (Self { queue, under_way: watch::Sender::new(0) }, requests)
    }

    /// Takes a request, one written [`wire::Operation`]. An instance computes meanwhile, so nothing here waits for room.
    pub(crate) fn put(&self, request: Vec<u8>) {
        let has_room = self.under_way.send_if_modified(|count| {
            let has_room = *count < UNDER_WAY_MAX;
            *count += usize::from(has_room);
            has_room
        });
        if !has_room {
            tracing::warn!("a one-way request was dropped: {UNDER_WAY_MAX} are under way");
        } else if self.queue.send(request).is_err() {
            self.done();
        }
    }

    /// Sends what is put in, a task each.
    pub(crate) async fn deliver(self, worker: Rc<Worker>, mut requests: UnboundedReceiver<Vec<u8>>) {
        while let Some(request) = requests.recv().await {
            let (outbox, worker) = (self.clone(), worker.clone());
            tokio::task::spawn_local(async move {
                operations::send_one_way(&worker, &request).await;
                outbox.done();
            });
        }
    }

    /// Waits until all are done.
    pub(crate) async fn emptied(&self) {
        // The sender lives in this very outbox, so waiting cannot fail.
        let _ = self.under_way.subscribe().wait_for(|count| *count == 0).await;
    }

    fn done(&self) {
        self.under_way.send_modify(|count| *count -= 1);
    }
}
