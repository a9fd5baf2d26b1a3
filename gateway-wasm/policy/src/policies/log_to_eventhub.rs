//! `log-to-eventhub`: sends an entry to a log.

use crate::{
    computed::Expr,
    document::{Scope, Section},
    event::Event,
    exchange::Exchange,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use diagnostic::{Diagnostic, nearest};
use std::rc::Rc;

/// Emits a text for a logger of the service.
#[derive(Debug)]
pub struct LogToEventhub {
    logger: String,
    partition: Partition,
    message: Expr<Rc<str>>,
}

#[derive(Debug)]
enum Partition {
    Any,
    Id(String),
    Key(Expr<Rc<str>>),
}

/// The most of an entry that is sent; what is longer is cut off there (reference: APIM, `log-to-eventhub`).
const MESSAGE_BYTES_MAX: usize = 200 << 10;

impl Statement for LogToEventhub {
    const NAME: &'static str = "log-to-eventhub";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const SCOPES: &'static [Scope] = &[Scope::Global, Scope::Product, Scope::Api, Scope::Operation];
    const ATTRIBUTES: &'static [&'static str] = &["logger-id", "partition-id", "partition-key"];
    const CHILDREN: Children = Children::Text;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let logger = checker.required(element, "logger-id");
        if let (Some(logger), Some(attribute)) = (&logger, element.attribute("logger-id"))
            && !checker.surroundings.loggers.contains(logger)
        {
            let help = match nearest(logger, checker.surroundings.loggers.iter().map(String::as_str)) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("add `loggers/{logger}/loggerInformation.json`"),
            };
            // The entry says which logger it is for, so that what collects entries can do without the folder's.
            let place = checker.place(attribute.value.span);
            let message = format!("there is no logger `{logger}`");
            checker.diagnostics.push(Diagnostic::warning("logger/unknown", place, message).help(help));
        }
        let partition = match (element.attribute("partition-id"), element.attribute("partition-key")) {
            (Some(_), Some(key)) => {
                let message = "`partition-id` and `partition-key` exclude each other";
                checker.error("log-to-eventhub/partition", key.name_span, message, "keep one of them");
                None
            }
            (Some(_), None) => checker.optional(element, "partition-id").map(Partition::Id),
            (None, Some(_)) => checker.required_text(element, "partition-key").map(Partition::Key),
            (None, None) => Some(Partition::Any),
        };
        let message = checker.inner_text(element);
        Some(Self { logger: logger?, partition: partition?, message: message? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let message = self.message.get(exchange, host, Self::NAME).await?;
        let end = message.floor_char_boundary(MESSAGE_BYTES_MAX);
        let partition = match &self.partition {
            Partition::Any => None,
            Partition::Id(id) => Some(("partition", Rc::from(id.as_str()))),
            Partition::Key(key) => Some(("partitionKey", key.get(exchange, host, Self::NAME).await?)),
        };
        let mut event = Event::of("log", exchange, host);
        event.text("logger", &self.logger);
        if let Some((name, value)) = partition {
            event.text(name, &value);
        }
        event.text("message", message.get(..end).unwrap_or_default());
        host.emit(&event.finish());
        Ok(Flow::Next)
    }
}
