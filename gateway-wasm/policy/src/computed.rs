//! A value that an author writes down or lets an expression compute.

use crate::{
    exchange::{Body, Exchange},
    expr::{
        self, Expression,
        call::Thrown,
        machine::{Consumed, Machine, World},
        value::Value,
    },
    host::Host,
    run,
    statement::Fault,
    trace::{self, Note},
};
use bytes::Bytes;
use std::rc::Rc;

/// A value of type `T`: as written, checked already, or an expression that gives it when it is needed.
#[derive(Clone, Debug)]
pub enum Expr<T> {
    /// As written.
    Written(T),
    /// To be computed.
    Computed(Expression),
}

/// What an expression's value can be used as.
pub trait FromValue: Sized {
    /// Takes the value as what it is needed as, or says what it should have been.
    fn from_value(value: Value, machine: &mut Machine<'_>) -> Result<Self, Failed>;
}

/// Why a value cannot be used.
#[derive(Debug)]
pub enum Failed {
    /// Its expression threw.
    Thrown(Thrown),
    /// It is not what is needed here; this is what is.
    Unfit(&'static str),
}

impl From<Thrown> for Failed {
    fn from(thrown: Thrown) -> Self {
        Failed::Thrown(thrown)
    }
}

/// The clock and the dice of a [`Host`].
pub(crate) struct HostWorld<'h, H>(pub(crate) &'h H);

impl<H: Host> World for HostWorld<'_, H> {
    fn now_ticks(&self) -> i64 {
        crate::about::ticks(self.0.now_micros())
    }

    fn random(&self) -> u64 {
        self.0.random()
    }
}

impl<T: FromValue + Clone> Expr<T> {
    /// The value. Reads the bodies that the expression may read first.
    ///
    /// # Errors
    /// What the expression throws, and a value that cannot be used, as the fault of the policy `source`.
    pub async fn get<H: Host>(&self, exchange: &mut Exchange, host: &H, source: &'static str) -> Result<T, Fault> {
        let expression = match self {
            Expr::Written(value) => return Ok(value.clone()),
            Expr::Computed(expression) => expression,
        };
        if expression.reads.request && matches!(exchange.request.body, Body::Streams(_)) {
            run::whole_body(&mut exchange.request.body, host, source).await?;
        }
        if expression.reads.response
            && let Some(response) = &mut exchange.response
            && matches!(response.body, Body::Streams(_))
        {
            run::whole_body(&mut response.body, host, source).await?;
        }
        let world = HostWorld(host);
        let mut machine = Machine::new(&world, Some(exchange));
        let value = expression.run(&mut machine).map_err(Failed::from);
        let shown = exchange.trace.as_ref().and(value.as_ref().ok()).map(|value| trace::shown(value, &world));
        let result = value.and_then(|value| T::from_value(value, &mut machine));
        let (consumed, said) = (machine.consumed, std::mem::take(&mut machine.traced));
        drop_consumed(exchange, consumed);
        if let Some(trace) = &mut exchange.trace {
            for message in said {
                let message = message.to_str().into_owned();
                trace.note(Note::Said { source: "context.Trace".to_owned(), severity: "verbose", message, metadata: Vec::new() });
            }
            if let Some(value) = shown {
                trace.note(Note::Evaluated { expression: expression.text.to_string(), value });
            }
        }
        result.map_err(|failed| Fault::new(source, "ExpressionValueEvaluationFailure", message(&failed)))
    }
}

/// Who reads a body without preserving it leaves nothing of it.
fn drop_consumed(exchange: &mut Exchange, consumed: Consumed) {
    if consumed.request {
        exchange.request.body = Body::default();
    }
    if let (true, Some(response)) = (consumed.response, &mut exchange.response) {
        response.body = Body::default();
    }
}

/// What `context.LastError.Message` says.
fn message(failed: &Failed) -> String {
    match failed {
        Failed::Thrown(Thrown::Exception(exception, _)) => format!("Expression evaluation failed. {}", exception.message),
        Failed::Thrown(Thrown::Limit(limit)) => format!("Expression evaluation failed. A limit was reached: {limit}."),
        Failed::Unfit(wanted) => format!("Expression evaluation failed. The value must be {wanted}."),
    }
}

impl FromValue for Value {
    fn from_value(value: Value, _machine: &mut Machine<'_>) -> Result<Self, Failed> {
        Ok(value)
    }
}

/// Text is what `ToString()` gives; null is empty.
impl FromValue for Rc<str> {
    fn from_value(value: Value, machine: &mut Machine<'_>) -> Result<Self, Failed> {
        Ok(machine.text(&value)?.to_rc())
    }
}

/// A body: text as UTF-8, `byte[]` as it is.
impl FromValue for Bytes {
    fn from_value(value: Value, machine: &mut Machine<'_>) -> Result<Self, Failed> {
        if let Some(expr::value::Array::Bytes(bytes)) = value.downcast_ref() {
            return Ok(bytes.borrow().clone().into());
        }
        Ok(machine.text(&value)?.to_str().into_owned().into())
    }
}

impl FromValue for bool {
    fn from_value(value: Value, machine: &mut Machine<'_>) -> Result<Self, Failed> {
        match &value {
            Value::Bool(value) => Ok(*value),
            other => {
                let text = machine.text(other)?;
                let text = text.to_str();
                let text = text.trim();
                if text.eq_ignore_ascii_case("true") {
                    Ok(true)
                } else if text.eq_ignore_ascii_case("false") {
                    Ok(false)
                } else {
                    Err(Failed::Unfit("`true` or `false`"))
                }
            }
        }
    }
}

/// A whole number, or text that is one.
impl FromValue for u32 {
    fn from_value(value: Value, machine: &mut Machine<'_>) -> Result<Self, Failed> {
        let unfit = || Failed::Unfit("a whole number that is not negative");
        if let Some(number) = value.as_integer() {
            return u32::try_from(number).map_err(|_| unfit());
        }
        machine.text(&value)?.to_str().trim().parse().map_err(|_| unfit())
    }
}

/// One of a few words, written or computed.
#[derive(Clone, Debug)]
pub struct Word<T: 'static> {
    pub(crate) value: Expr<Rc<str>>,
    pub(crate) words: &'static [(&'static str, T)],
    /// What is written, looked up already; the default where nothing is.
    pub(crate) known: T,
}

impl<T: Copy> Word<T> {
    /// A word that is known.
    pub fn known(known: T, words: &'static [(&'static str, T)]) -> Self {
        Self { value: Expr::Written("".into()), words, known }
    }

    /// What the word means.
    ///
    /// # Errors
    /// Where the expression fails, or gives another word.
    pub async fn get<H: Host>(&self, exchange: &mut Exchange, host: &H, source: &'static str) -> Result<T, Fault> {
        if let Expr::Written(_) = self.value {
            return Ok(self.known);
        }
        let word = self.value.get(exchange, host, source).await?;
        let found = self.words.iter().find(|(own, _)| own.eq_ignore_ascii_case(word.trim()));
        found.map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<&str> = self.words.iter().map(|(name, _)| *name).collect();
            let message =
                format!("Expression evaluation failed. The value must be {}, not `{word}`.", crate::statement::listed(&names));
            Fault::new(source, "ExpressionValueEvaluationFailure", message)
        })
    }

    /// What is written; `None` if it is computed.
    pub fn written(&self) -> Option<T> {
        matches!(self.value, Expr::Written(_)).then_some(self.known)
    }
}

/// A whole number in a range, written or computed.
#[derive(Clone, Debug)]
pub struct Number {
    pub(crate) value: Expr<u32>,
    pub(crate) least: u32,
    pub(crate) greatest: u32,
}

impl Number {
    /// A number that is known.
    pub fn known(number: u32) -> Self {
        Self { value: Expr::Written(number), least: number, greatest: number }
    }

    /// The number.
    ///
    /// # Errors
    /// Where the expression fails, or gives a number out of range.
    pub async fn get<H: Host>(&self, exchange: &mut Exchange, host: &H, source: &'static str) -> Result<u32, Fault> {
        let number = self.value.get(exchange, host, source).await?;
        if (self.least..=self.greatest).contains(&number) {
            return Ok(number);
        }
        let message =
            format!("Expression evaluation failed. The value must be from {} to {}, not {number}.", self.least, self.greatest);
        Err(Fault::new(source, "ExpressionValueEvaluationFailure", message))
    }

    /// What is written; `None` if it is computed.
    pub fn written(&self) -> Option<u32> {
        match self.value {
            Expr::Written(number) => Some(number),
            Expr::Computed(_) => None,
        }
    }
}
