//! The time and the environment, so that a test can have its own.

use crate::{Error, Secret};
use std::{
    collections::BTreeMap,
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// The time, and the variables of the environment. Cheap to clone.
#[derive(Clone)]
pub struct World {
    now: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    variable: Arc<Variable>,
}

type Variable = dyn Fn(&str) -> Option<String> + Send + Sync;

impl World {
    /// The time of this machine and the environment of this process.
    pub fn real() -> Self {
        Self::new(SystemTime::now, |name| std::env::var(name).ok())
    }

    /// A world with a time and variables of one's own.
    pub fn new(
        now: impl Fn() -> SystemTime + Send + Sync + 'static,
        variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self { now: Arc::new(now), variable: Arc::new(variable) }
    }

    pub(crate) fn now(&self) -> SystemTime {
        (self.now)()
    }

    /// How long ago something was. A clock that was set back must not keep anything alive, so the future is long ago.
    pub(crate) fn since(&self, then: SystemTime) -> Duration {
        self.now().duration_since(then).unwrap_or(Duration::MAX)
    }

    /// A variable that has a value.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    /// What is set, or else the variable that usually holds it.
    pub(crate) fn set_or_variable(&self, place: &str, set: Option<&str>, name: &str) -> Result<String, Error> {
        match set {
            Some(text) => self.filled_in(place, text),
            None => self.variable(name).ok_or_else(|| {
                let help = format!("set `{name}`, or write the value into the settings");
                Error::new(place, format!("the environment variable `{name}` has no value"), help)
            }),
        }
    }

    /// A text with the environment's variables in the place of each `${NAME}`, so that no secret stands in a file.
    pub(crate) fn filled_in(&self, place: &str, text: &str) -> Result<String, Error> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else {
                return Err(Error::new(place, "a `${` has no `}` behind it", "write `${NAME}`"));
            };
            let value = self.variable(name).ok_or_else(|| {
                Error::new(place, format!("the environment variable `{name}` has no value"), format!("set `{name}`"))
            })?;
            out.push_str(before);
            out.push_str(&value);
            rest = after;
        }
        Ok(out + rest)
    }

    /// The same for each of many values.
    pub(crate) fn all_filled_in(&self, place: &str, texts: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Error> {
        texts.iter().map(|(name, text)| Ok((name.clone(), self.filled_in(place, text)?))).collect()
    }

    /// A secret with the environment's variables in it.
    pub(crate) fn filled_in_secret(&self, place: &str, secret: &Secret) -> Result<Secret, Error> {
        self.filled_in(place, secret.expose()).map(Secret::new)
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}
