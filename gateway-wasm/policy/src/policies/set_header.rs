//! `set-header`: sets, adds or removes a header field.

use super::SetBody;
use crate::{
    document::Section,
    exchange::{Exchange, Headers},
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};

/// Changes one header field of the request, or of the response.
#[derive(Debug)]
pub struct SetHeader {
    /// Lower case.
    name: String,
    action: ExistsAction,
    values: Vec<Vec<u8>>,
    request: bool,
}

/// What to do where the name is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExistsAction {
    Override,
    Skip,
    Append,
    Delete,
}

pub(super) const EXISTS_ACTION: &[(&str, ExistsAction)] = &[
    ("override", ExistsAction::Override),
    ("skip", ExistsAction::Skip),
    ("append", ExistsAction::Append),
    ("delete", ExistsAction::Delete),
];

/// Fields that belong to a connection; the gateway sets them (reference: APIM, A2).
const IMMUTABLE: &[&str] = &["connection", "content-length", "keep-alive", "transfer-encoding"];

/// Fields whose values are never joined with commas (reference: APIM, A2).
const SEPARATE: &[&str] = &[
    "cookie",
    "date",
    "expires",
    "if-modified-since",
    "if-unmodified-since",
    "last-modified",
    "proxy-authenticate",
    "retry-after",
    "set-cookie",
    "user-agent",
    "warning",
    "www-authenticate",
];

impl Statement for SetHeader {
    const NAME: &'static str = "set-header";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["name", "exists-action"];
    const CHILDREN: Children = Children::Named(&["value"]);

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let action = checker.one_of(element, "exists-action", EXISTS_ACTION, ExistsAction::Override);
        let name = checker.required(element, "name");
        let values = values(element, checker);
        let written = name?.trim().to_owned();
        let name = written.to_ascii_lowercase();
        let span = element.attribute("name").map_or(element.name_span, |attribute| attribute.value.span);
        if name.is_empty() || !name.bytes().all(is_token) {
            checker.error(
                "set-header/name",
                span,
                format!("`{written}` cannot be the name of a header"),
                "names are letters, digits and hyphens",
            );
            return None;
        }
        if IMMUTABLE.contains(&name.as_str()) {
            checker.error(
                "set-header/immutable",
                span,
                format!("`{written}` belongs to the connection and cannot be set"),
                "leave it out: the gateway sets it",
            );
            return None;
        }
        let (action, values) = (action?, values?);
        if values.is_empty() && action != ExistsAction::Delete {
            checker.error(
                "set-header/value",
                element.name_span,
                "`set-header` needs a value",
                "add `<value>...</value>`, or use `exists-action=\"delete\"`",
            );
            return None;
        }
        Some(Self { name, action, values, request: SetBody::is_for_request(checker.section) })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, _host: &H) -> Result<Flow, Fault> {
        if self.request {
            self.apply(&mut exchange.request.headers);
        } else if let Some(response) = &mut exchange.response {
            self.apply(&mut response.headers);
        }
        Ok(Flow::Next)
    }
}

impl SetHeader {
    pub(super) fn apply(&self, headers: &mut Headers) {
        match self.action {
            ExistsAction::Delete => headers.set(&self.name, Vec::new()),
            ExistsAction::Skip if headers.contains(&self.name) => {}
            ExistsAction::Append if SEPARATE.contains(&self.name.as_str()) => headers.append(&self.name, self.values.clone()),
            ExistsAction::Append => {
                let mut all: Vec<Vec<u8>> = headers.values(&self.name).map(|value| value.into_owned().into_bytes()).collect();
                all.extend(self.values.iter().cloned());
                headers.set(&self.name, vec![all.join(&b","[..])]);
            }
            _ if SEPARATE.contains(&self.name.as_str()) => headers.set(&self.name, self.values.clone()),
            _ => headers.set(&self.name, vec![self.values.join(&b","[..])]),
        }
    }
}

/// The `<value>` children, which must be literals without line breaks.
fn values(element: &Element, checker: &mut Checker<'_>) -> Option<Vec<Vec<u8>>> {
    let mut values = Some(Vec::new());
    for child in element.elements().filter(|child| child.name == "value") {
        checker.attributes(child, &[]);
        checker.children(child, Children::Text);
        let value = checker.text(child).map(|value| value.trim().to_owned());
        let breaks = value.as_ref().is_some_and(|value| value.bytes().any(|byte| byte != b'\t' && byte.is_ascii_control()));
        if breaks {
            checker.error(
                "set-header/value",
                child.inner_span,
                "a header's value cannot hold line breaks or control characters",
                "write it on one line",
            );
        }
        match (value.filter(|_| !breaks), &mut values) {
            (Some(value), Some(values)) => values.push(value.into_bytes()),
            _ => values = None,
        }
    }
    values
}

/// The characters of a header's name (RFC 9110, section 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
