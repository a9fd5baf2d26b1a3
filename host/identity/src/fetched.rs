//! A value that another party gives: asked for by one task at a time, kept while it is good, and asked for again in time.

use crate::{Error, World};
use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::sync::watch;

/// How long nobody asks again after the first failure; twice as long after each more.
const RETRY_MIN: Duration = Duration::from_secs(2);
/// The longest pause while somebody waits for a value.
const RETRY_MAX_WAITING: Duration = Duration::from_secs(10);
/// The longest pause while there is a value that serves.
const RETRY_MAX_SERVED: Duration = Duration::from_secs(300);

/// How much somebody needs another value than the one that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// The value is good.
    Nothing,
    /// The value serves while another one is fetched.
    Soon,
    /// The value does not serve any more.
    Now,
}

/// A value, and how it is fetched.
pub(crate) struct Fetched<V> {
    state: Mutex<State<V>>,
    landed: Box<Landed<V>>,
}

/// Called with the value before and the new one, after everyone can see the new one.
type Landed<V> = dyn Fn(Option<V>, &V) + Send + Sync;

struct State<V> {
    value: Option<V>,
    /// What went wrong since the value was fetched.
    failure: Option<Failure>,
    /// Closed when the flight ends, however it ends.
    flight: Option<watch::Receiver<()>>,
    /// How many flights brought a value or an error.
    landings: u64,
}

struct Failure {
    error: Error,
    at: SystemTime,
    count: u32,
}

/// What a look at the state leads to.
enum Step<V> {
    Done(Result<V, Error>),
    /// Wait for a flight, which is the next to land after so many.
    Wait(watch::Receiver<()>, u64),
}

impl<V: Clone + Send + 'static> Fetched<V> {
    /// Nothing yet. `landed` is told of each new value.
    pub(crate) fn new(landed: impl Fn(Option<V>, &V) + Send + Sync + 'static) -> Arc<Self> {
        let state = State { value: None, failure: None, flight: None, landings: 0 };
        Arc::new(Self { state: Mutex::new(state), landed: Box::new(landed) })
    }

    /// What there is, good or not.
    pub(crate) fn peek(&self) -> Option<V> {
        self.lock().value.clone()
    }

    /// The value, fetched first if it is needed now; or why it is not to be had.
    ///
    /// `need` looks at the value, and is told whether another one is on its way. What `fetch` returns runs as a task of its own, so it
    /// does not end with whoever asked first.
    pub(crate) async fn get<F>(
        self: &Arc<Self>,
        world: &World,
        need: impl Fn(&V, bool) -> Need,
        fetch: impl Fn() -> F,
    ) -> Result<V, Error>
    where
        F: Future<Output = Result<V, Error>> + Send + 'static,
    {
        loop {
            match self.step(world, &need, &fetch) {
                Step::Done(outcome) => return outcome,
                Step::Wait(mut flight, landings) => {
                    // Nothing is ever sent: this ends when the flight does.
                    let _ = flight.changed().await;
                    if let Some(outcome) = self.outcome_after(landings) {
                        return outcome;
                    }
                    // It never landed: the thread that it ran on has ended. Somebody else flies.
                }
            }
        }
    }

    /// The value as it is, while a fetch that is needed is started behind it. Needs a tokio runtime only for that.
    pub(crate) fn glance<F>(self: &Arc<Self>, world: &World, need: impl Fn(&V) -> Need, fetch: impl Fn() -> F) -> Option<V>
    where
        F: Future<Output = Result<V, Error>> + Send + 'static,
    {
        let (value, is_good) = {
            let state = self.lock();
            let value = state.value.as_ref()?;
            (value.clone(), state.failure.is_none() && need(value) == Need::Nothing)
        };
        if !is_good && tokio::runtime::Handle::try_current().is_ok() {
            // A look is all that is wanted: whether it leads to a wait does not matter.
            let _ = self.step(world, &|value: &V, _| need(value), &fetch);
        }
        Some(value)
    }

    fn step<F>(self: &Arc<Self>, world: &World, need: &impl Fn(&V, bool) -> Need, fetch: &impl Fn() -> F) -> Step<V>
    where
        F: Future<Output = Result<V, Error>> + Send + 'static,
    {
        let mut state = self.lock();
        // A flight whose sender is gone did not land: its thread has ended.
        let flight = state.flight.clone().filter(|flight| flight.has_changed().is_ok());
        let need = match &state.value {
            None => Need::Now,
            Some(value) => match need(value, flight.is_some()) {
                // The last try to get a better one failed, so there is one due.
                Need::Nothing if state.failure.is_some() => Need::Soon,
                need => need,
            },
        };
        match (need, &state.value, flight) {
            (Need::Nothing, Some(value), _) | (Need::Soon, Some(value), Some(_)) => return Step::Done(Ok(value.clone())),
            (_, _, Some(flight)) => return Step::Wait(flight, state.landings),
            (_, _, None) => {}
        }
        if let Some(failure) = &state.failure
            && world.since(failure.at) < failure.pause(need)
        {
            return Step::Done(match (&state.value, need) {
                (Some(value), Need::Soon) => Ok(value.clone()),
                _ => Err(failure.error.clone()),
            });
        }
        let (ends, flight) = watch::channel(());
        state.flight = Some(flight.clone());
        let step = match (&state.value, need) {
            (Some(value), Need::Soon) => Step::Done(Ok(value.clone())),
            _ => Step::Wait(flight, state.landings),
        };
        drop(state);
        self.fly(world, ends, fetch());
        step
    }

    /// Fetches, behind everyone's back. The flight has ended when `ends` is dropped.
    fn fly(
        self: &Arc<Self>,
        world: &World,
        ends: watch::Sender<()>,
        fetch: impl Future<Output = Result<V, Error>> + Send + 'static,
    ) {
        let (this, world) = (self.clone(), world.clone());
        tokio::spawn(async move {
            let outcome = fetch.await;
            this.land(outcome, world.now());
            drop(ends);
        });
    }

    fn land(&self, outcome: Result<V, Error>, now: SystemTime) {
        let mut state = self.lock();
        state.flight = None;
        state.landings += 1;
        match outcome {
            Ok(value) => {
                state.failure = None;
                let before = state.value.replace(value.clone());
                drop(state);
                (self.landed)(before, &value);
            }
            Err(error) => {
                let count = state.failure.as_ref().map_or(0, |failure| failure.count).saturating_add(1);
                state.failure = Some(Failure { error, at: now, count });
            }
        }
    }

    /// What the last flight brought, if one has landed since so many had.
    fn outcome_after(&self, landings: u64) -> Option<Result<V, Error>> {
        let state = self.lock();
        match (&state.failure, &state.value) {
            _ if state.landings == landings => None,
            (Some(failure), _) => Some(Err(failure.error.clone())),
            (None, value) => value.clone().map(Ok),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<V>> {
        // Nobody panics while holding it, and each field would still be true if somebody did.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failure {
    /// How long nobody asks again.
    fn pause(&self, need: Need) -> Duration {
        let longest = if need == Need::Now { RETRY_MAX_WAITING } else { RETRY_MAX_SERVED };
        RETRY_MIN.saturating_mul(1 << self.count.saturating_sub(1).min(16)).min(longest)
    }
}

impl<V> std::fmt::Debug for Fetched<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fetched")
    }
}
