//! The instances of one thread: who may use which, and what happens to one that breaks.

use crate::{
    outbox::Outbox,
    sandbox::{Instance, Real},
    tls::Tls,
    worker::{Serving, Shared},
};
use anyhow::{Result, anyhow};
use std::{
    cell::{Cell, RefCell},
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::Poll,
};
use tokio::sync::Notify;

/// The instances that serve one plan.
pub(crate) struct Instances {
    shared: Shared,
    serving: Serving,
    /// Where instances put the requests whose answers nobody wants.
    outbox: Outbox,
    slots: RefCell<Vec<Rc<Slot>>>,
    /// Told whenever an instance is given back.
    given_back: Notify,
}

/// The place of one instance. Exchanges that wait in it keep the place, not the instance: it serves others meanwhile.
pub(crate) struct Slot {
    instance: RefCell<Option<Box<Instance>>>,
    given_back: Notify,
    is_broken: Cell<bool>,
}

/// A call into an instance: it owns the instance while it runs, and gives it back.
type Call = Pin<Box<dyn Future<Output = Result<Vec<u8>>>>>;

impl Instances {
    pub(crate) fn new(shared: Shared, serving: Serving, outbox: Outbox) -> Rc<Self> {
        Rc::new(Self { shared, serving, outbox, slots: RefCell::default(), given_back: Notify::new() })
    }

    /// The TLS that belongs to the plan.
    pub(crate) fn tls(&self) -> &Arc<Tls> {
        &self.serving.tls
    }

    /// Makes the first instance, so that the first request does not wait for it.
    pub(crate) async fn warm(&self) -> Result<()> {
        Box::pin(self.add_slot()).await.map(drop)
    }

    /// Takes a new exchange into some instance. The slot is where it goes on if it waits.
    pub(crate) async fn exchange(self: &Rc<Self>, head: Vec<u8>) -> Result<(Rc<Slot>, Vec<u8>)> {
        let slot = self.free_slot().await?;
        let answer = self.call(&slot, async move |instance| instance.exchange(&head).await).await?;
        Ok((slot, answer))
    }

    /// Goes on with an exchange that waits in a slot.
    pub(crate) async fn resume(self: &Rc<Self>, slot: &Rc<Slot>, exchange: u32, event: Vec<u8>) -> Result<Vec<u8>> {
        slot.ready().await?;
        self.call(slot, async move |instance| instance.resume(exchange, &event).await).await
    }

    /// Forgets an exchange, soon.
    pub(crate) fn forget(self: &Rc<Self>, slot: &Rc<Slot>, exchange: u32) {
        let (instances, slot) = (self.clone(), slot.clone());
        tokio::task::spawn_local(async move {
            if slot.ready().await.is_ok() {
                let forget = async move |instance: &mut Instance| instance.forget(exchange).await.map(|()| Vec::new());
                // If this breaks the instance, that has been reported.
                let _ = instances.call(&slot, forget).await;
            }
        });
    }

    async fn free_slot(&self) -> Result<Rc<Slot>> {
        loop {
            let free = self.slots.borrow().iter().find(|slot| slot.instance.borrow().is_some()).cloned();
            if let Some(slot) = free {
                return Ok(slot);
            }
            if self.slots.borrow().len() < self.shared.limits.instances_max {
                // Boxed: making an instance is rare, and its future large.
                return Box::pin(self.add_slot()).await;
            }
            self.given_back.notified().await;
        }
    }

    async fn add_slot(&self) -> Result<Rc<Slot>> {
        let slot = Rc::new(Slot { instance: RefCell::default(), given_back: Notify::new(), is_broken: Cell::new(false) });
        self.slots.borrow_mut().push(slot.clone());
        match self.shared.sandbox.instance(&self.serving.plan).await {
            Ok(mut instance) => {
                instance.set_world(Real { outbox: Some(self.outbox.clone()), shared: Some(self.shared.clone()) });
                *slot.instance.borrow_mut() = Some(Box::new(instance));
                Ok(slot)
            }
            Err(error) => {
                self.slots.borrow_mut().retain(|other| !Rc::ptr_eq(other, &slot));
                Err(error)
            }
        }
    }

    /// Calls into the instance of a slot, which must be there.
    ///
    /// The call owns the instance. Nearly always it is done when it is first polled. If it is not (it computes for longer than
    /// a tick), it becomes a task of its own, so that a client who goes away cannot tear the instance down under the other
    /// exchanges that wait in it.
    async fn call<F>(self: &Rc<Self>, slot: &Rc<Slot>, work: F) -> Result<Vec<u8>>
    where
        F: AsyncFnOnce(&mut Instance) -> Result<Vec<u8>> + 'static,
    {
        let Some(mut instance) = slot.instance.borrow_mut().take() else { return Err(anyhow!("the instance is taken")) };
        let (instances, own) = (self.clone(), slot.clone());
        let mut call: Call = Box::pin(async move {
            let answer = work(&mut instance).await;
            instances.give_back(&own, instance, answer.as_ref().err());
            answer
        });
        match poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await {
            Poll::Ready(answer) => answer,
            Poll::Pending => tokio::task::spawn_local(call).await?,
        }
    }

    fn give_back(&self, slot: &Slot, instance: Box<Instance>, error: Option<&anyhow::Error>) {
        match error {
            None => *slot.instance.borrow_mut() = Some(instance),
            Some(error) => {
                // A trap leaves an instance in a state that nobody knows: it ends, and with it the exchanges that wait in it.
                tracing::error!("an instance of the gateway ended: {error:#}");
                slot.is_broken.set(true);
                self.slots.borrow_mut().retain(|other| !std::ptr::eq(&**other, slot));
                slot.given_back.notify_waiters();
            }
        }
        slot.given_back.notify_one();
        self.given_back.notify_one();
    }
}

impl Slot {
    /// Waits until the instance is there.
    async fn ready(&self) -> Result<()> {
        loop {
            if self.is_broken.get() {
                return Err(anyhow!("the instance ended while this exchange waited in it"));
            }
            if self.instance.borrow().is_some() {
                return Ok(());
            }
            self.given_back.notified().await;
        }
    }
}
