//! `trace`: says something to whoever watches.

use crate::{
    computed::Expr,
    document::Section,
    event::Event,
    exchange::Exchange,
    host::Host,
    mask::Mask,
    statement::{Checker, Children, Fault, Flow, Statement},
    trace::Note,
    xml::Element,
};
use std::rc::Rc;

/// Adds a message to the trace of the exchange, and emits it.
#[derive(Debug)]
pub struct Trace {
    source: String,
    severity: &'static str,
    message: Expr<Rc<str>>,
    metadata: Vec<Metadata>,
}

/// A name and a value.
type Metadata = (Expr<Rc<str>>, Expr<Rc<str>>);

impl Statement for Trace {
    const NAME: &'static str = "trace";
    /// Microsoft's page leaves out `on-error`, where real policies have it (reference: APIM, A2).
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["source", "severity"];
    const CHILDREN: Children = Children::Named(&["message", "metadata"]);

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        const SEVERITIES: &[(&str, &str)] = &[("verbose", "verbose"), ("information", "information"), ("error", "error")];
        let source = checker.required(element, "source");
        let severity = checker.one_of(element, "severity", SEVERITIES, "verbose");
        let (mut message, mut metadata, mut whole) = (None, Vec::new(), true);
        for child in element.elements() {
            match child.name.as_str() {
                "message" => {
                    checker.attributes(child, &[]);
                    checker.children(child, Children::Text);
                    message = checker.inner_text(child);
                    whole &= message.is_some();
                }
                "metadata" => {
                    checker.attributes(child, &["name", "value"]);
                    checker.children(child, Children::None);
                    let (name, value) = (checker.required_text(child, "name"), checker.required_text(child, "value"));
                    whole &= name.is_some() && value.is_some();
                    metadata.extend(name.zip(value));
                }
                _ => whole = false,
            }
        }
        if !element.elements().any(|child| child.name == "message") {
            let help = "add `<message>...</message>`";
            checker.error("trace/message", element.name_span, "`trace` says nothing", help);
        }
        Some(Self { source: source?, severity: severity?, message: message.filter(|_| whole)?, metadata })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        // Expressions run whether or not somebody watches: what they read of a body is gone in any case.
        let message = self.message.get(exchange, host, Self::NAME).await?.to_string();
        let mut metadata = Vec::with_capacity(self.metadata.len());
        for (name, value) in &self.metadata {
            let name = name.get(exchange, host, Self::NAME).await?.to_string();
            metadata.push((name, value.get(exchange, host, Self::NAME).await?.to_string()));
        }
        let mut event = Event::of("message", exchange, host);
        let mask = Mask::of(exchange);
        event.text("source", &mask.hide(&self.source));
        event.text("severity", self.severity);
        event.text("message", &mask.hide(&message));
        let shown: Vec<_> = metadata.iter().map(|(name, value)| (mask.hide(name), mask.hide(value))).collect();
        event.texts("metadata", shown.iter().map(|(name, value)| (&**name, &**value)));
        host.emit(&event.finish());
        if let Some(trace) = &mut exchange.trace {
            trace.note(Note::Said { source: self.source.clone(), severity: self.severity, message, metadata });
        }
        Ok(Flow::Next)
    }
}
