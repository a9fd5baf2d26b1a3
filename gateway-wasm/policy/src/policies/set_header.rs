//! `set-header`: sets, adds or removes a header field.

use super::SetBody;
use crate::{
    computed::{Expr, Word},
    document::Section,
    exchange::{Exchange, Headers},
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use std::rc::Rc;

/// Changes one header field of the request, or of the response.
#[derive(Debug)]
pub struct SetHeader {
    name: Expr<Rc<str>>,
    action: Word<ExistsAction>,
    values: Vec<Expr<Rc<str>>>,
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
        let action = checker.word(element, "exists-action", EXISTS_ACTION, ExistsAction::Override);
        let name = checker.required_text(element, "name");
        let values = values(element, checker);
        let name = match name? {
            Expr::Written(written) => {
                let span = element.attribute("name").map_or(element.name_span, |attribute| attribute.value.span);
                match field_name(&written) {
                    Ok(name) => Expr::Written(name.into()),
                    Err(why) => {
                        let (id, help) = match why {
                            Unfit::Name => ("set-header/name", "names are letters, digits and hyphens"),
                            Unfit::Immutable => ("set-header/immutable", "leave it out: the gateway sets it"),
                        };
                        checker.error(id, span, why.message(&written), help);
                        return None;
                    }
                }
            }
            computed => computed,
        };
        let (action, values) = (action?, values?);
        if values.is_empty() && action.written().is_some_and(|action| action != ExistsAction::Delete) {
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

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let field = self.field(exchange, host).await?;
        if self.request {
            field.apply(&mut exchange.request.headers);
        } else if let Some(response) = &mut exchange.response {
            field.apply(&mut response.headers);
        }
        Ok(Flow::Next)
    }
}

impl SetHeader {
    /// What is to be done, computed.
    pub(super) async fn field<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Field, Fault> {
        let name = self.name.get(exchange, host, Self::NAME).await?;
        let name = match self.name {
            // Checked already.
            Expr::Written(_) => name.to_string(),
            Expr::Computed(_) => field_name(&name)
                .map_err(|why| Fault::new(Self::NAME, "ExpressionValueEvaluationFailure", why.message(&name)))?,
        };
        let action = self.action.get(exchange, host, Self::NAME).await?;
        let mut values = Vec::with_capacity(self.values.len());
        if action != ExistsAction::Delete {
            for value in &self.values {
                let value = value.get(exchange, host, Self::NAME).await?;
                if has_breaks(&value) {
                    let message = format!("the value of `{name}` holds line breaks or control characters");
                    return Err(Fault::new(Self::NAME, "ExpressionValueEvaluationFailure", message));
                }
                values.push(value.trim().as_bytes().to_vec());
            }
        }
        Ok(Field { name, action, values })
    }
}

/// A header field and what to do with it.
pub(super) struct Field {
    /// Lower case.
    name: String,
    action: ExistsAction,
    values: Vec<Vec<u8>>,
}

impl Field {
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
fn values(element: &Element, checker: &mut Checker<'_>) -> Option<Vec<Expr<Rc<str>>>> {
    let mut values = Some(Vec::new());
    for child in element.elements().filter(|child| child.name == "value") {
        checker.attributes(child, &[]);
        checker.children(child, Children::Text);
        let value = checker.inner_text(child);
        let breaks = matches!(&value, Some(Expr::Written(text)) if has_breaks(text));
        if breaks {
            checker.error(
                "set-header/value",
                child.inner_span,
                "a header's value cannot hold line breaks or control characters",
                "write it on one line",
            );
        }
        match (value.filter(|_| !breaks), &mut values) {
            (Some(value), Some(values)) => values.push(value),
            _ => values = None,
        }
    }
    values
}

/// Why a header cannot be set.
enum Unfit {
    Name,
    Immutable,
}

impl Unfit {
    fn message(&self, written: &str) -> String {
        match self {
            Unfit::Name => format!("`{}` cannot be the name of a header", written.trim()),
            Unfit::Immutable => format!("`{}` belongs to the connection and cannot be set", written.trim()),
        }
    }
}

/// The name of a header in lower case.
fn field_name(written: &str) -> Result<String, Unfit> {
    let name = written.trim().to_ascii_lowercase();
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(Unfit::Name);
    }
    if IMMUTABLE.contains(&name.as_str()) { Err(Unfit::Immutable) } else { Ok(name) }
}

fn has_breaks(value: &str) -> bool {
    value.trim().bytes().any(|byte| byte != b'\t' && byte.is_ascii_control())
}

/// The characters of a header's name (RFC 9110, section 5.6.2).
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
