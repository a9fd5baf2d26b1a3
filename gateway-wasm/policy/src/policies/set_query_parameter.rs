//! `set-query-parameter`: sets, adds or removes a parameter of the query.

use super::set_header::{EXISTS_ACTION, ExistsAction};
use crate::{
    computed::{Expr, Word},
    address::decoded,
    document::Section,
    exchange::Exchange,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;

/// Changes one parameter of the query that the backend sees.
#[derive(Debug)]
pub struct SetQueryParameter {
    name: Expr<Rc<str>>,
    action: Word<ExistsAction>,
    values: Vec<Expr<Rc<str>>>,
}

impl Statement for SetQueryParameter {
    const NAME: &'static str = "set-query-parameter";
    const SECTIONS: &'static [Section] = &[Section::Inbound, Section::Backend];
    const ATTRIBUTES: &'static [&'static str] = &["name", "exists-action"];
    const CHILDREN: Children = Children::Named(&["value"]);

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let action = checker.word(element, "exists-action", EXISTS_ACTION, ExistsAction::Override);
        let name = checker.required_text(element, "name");
        let mut values = Some(Vec::new());
        for child in element.elements().filter(|child| child.name == "value") {
            checker.attributes(child, &[]);
            checker.children(child, Children::Text);
            match (checker.inner_text(child), &mut values) {
                (Some(value), Some(values)) => values.push(value),
                _ => values = None,
            }
        }
        let (action, values) = (action?, values?);
        if values.is_empty() && action.written().is_some_and(|action| action != ExistsAction::Delete) {
            checker.error(
                "set-query-parameter/value",
                element.name_span,
                "`set-query-parameter` needs a value",
                "add `<value>...</value>`, or use `exists-action=\"delete\"`",
            );
            return None;
        }
        Some(Self { name: name?, action, values })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let name = self.name.get(exchange, host, Self::NAME).await?;
        let action = self.action.get(exchange, host, Self::NAME).await?;
        let mut written = Vec::with_capacity(self.values.len());
        if action != ExistsAction::Delete {
            for value in &self.values {
                let value = value.get(exchange, host, Self::NAME).await?;
                written.push(format!("{}={}", encoded(&name), encoded(&value)));
            }
        }
        let query = std::mem::take(&mut exchange.request.query);
        let mut pairs: Vec<String> = query.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
        let is_ours = |pair: &String| decoded(pair.split('=').next().unwrap_or_default()) == *name;
        match action {
            ExistsAction::Skip if pairs.iter().any(is_ours) => {}
            ExistsAction::Append | ExistsAction::Skip => pairs.extend(written),
            ExistsAction::Override | ExistsAction::Delete => {
                // The new value stands where the first old one stood, so that a signature over the order still holds.
                let place = pairs.iter().position(is_ours).unwrap_or(pairs.len());
                pairs.retain(|pair| !is_ours(pair));
                let place = place.min(pairs.len());
                pairs.splice(place..place, written);
            }
        }
        exchange.request.query = pairs.join("&");
        Ok(Flow::Next)
    }
}

/// Percent-encodes everything but the unreserved characters (RFC 3986, section 2.3).
fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}
