//! `cors`: says which pages of other origins may call, and read what they get.
//!
//! A browser asks before it sends what a plain form could not (a *preflight*), and looks into every answer for leave to show it to
//! the page. So the policy answers preflights by itself; to other requests it owes header fields, which are put on whatever
//! leaves, be it the backend's answer or a refusal: see [`Exchange::settle`].

use super::set_header::is_token;
use crate::{
    computed::{Expr, Number, Word},
    document::Section,
    exchange::{Exchange, Response},
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::{Element, Value},
};
use std::{borrow::Cow, rc::Rc};
use wire::RequestHead;

/// Which pages may call with what.
#[derive(Debug)]
pub struct Cors {
    /// As [`normalized`] has them.
    origins: Listed<String>,
    allow_credentials: Word<bool>,
    terminate_unmatched: Word<bool>,
    methods: Listed<Expr<Rc<str>>>,
    headers: Listed<String>,
    exposed: Option<Listed<String>>,
    /// How many seconds a browser may remember the answer to a preflight.
    max_age: Number,
}

/// What is allowed: everything, or what is listed.
#[derive(Debug)]
enum Listed<T> {
    Any,
    Only(Vec<T>),
}

/// What a browser wants to know before it sends a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preflight<'h> {
    /// The request's method.
    pub method: Cow<'h, str>,
    /// The names of the header fields that a script gave it.
    headers: Option<Cow<'h, str>>,
}

const BOOL: &[(&str, bool)] = &[("true", true), ("false", false)];

/// What is allowed where nothing is said (reference: APIM, A1).
const USUAL_METHODS: [&str; 2] = ["GET", "POST"];

const ALLOW_ORIGIN: &str = "access-control-allow-origin";

impl Statement for Cors {
    const NAME: &'static str = "cors";
    const SECTIONS: &'static [Section] = &[Section::Inbound];
    const ATTRIBUTES: &'static [&'static str] = &["allow-credentials", "terminate-unmatched-request"];
    const CHILDREN: Children = Children::Named(&["allowed-origins", "allowed-methods", "allowed-headers", "expose-headers"]);
    const ONCE: bool = true;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let allow_credentials = checker.word(element, "allow-credentials", BOOL, false);
        // APIM's documentation names both as the default; its gateway ends the request (see the manual page).
        let terminate_unmatched = checker.word(element, "terminate-unmatched-request", BOOL, true);
        let origins = list(element, "allowed-origins", &["origin"], checker, origin);
        let methods = list(element, "allowed-methods", &["method"], checker, method);
        let headers = list(element, "allowed-headers", &["header"], checker, header);
        let exposed = list(element, "expose-headers", &["header"], checker, header);
        let max_age = max_age(element, checker);
        let origins = needed(origins, element, "allowed-origins", "<origin>https://shop.example</origin>", checker);
        let headers = needed(headers, element, "allowed-headers", "<header>Content-Type</header>", checker);
        let usual = || Listed::Only(USUAL_METHODS.map(|method| Expr::Written(method.into())).into());
        Some(Self {
            origins: origins?,
            allow_credentials: allow_credentials?,
            terminate_unmatched: terminate_unmatched?,
            methods: methods?.unwrap_or_else(usual),
            headers: headers?,
            exposed: exposed?,
            max_age: max_age?,
        })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        // What the browser sent, whatever policies made of it since.
        let head = exchange.client.clone();
        let Some(origin) = field(&head, "origin") else { return Ok(Flow::Next) };
        let is_decided = exchange.owed.iter().any(|(name, _)| *name == ALLOW_ORIGIN);
        if is_decided {
            exchange.say(Self::NAME, || "another `cors` has let the page in already".to_owned());
            return Ok(Flow::Next);
        }
        let preflight = Preflight::of(&head);
        if matches!(self.origins, Listed::Only(_)) {
            exchange.owed.push(("vary", Some("Origin".to_owned())));
        }
        if !self.lets_in(&origin) {
            let ends = self.terminate_unmatched.get(exchange, host, Self::NAME).await?;
            exchange.say(Self::NAME, || {
                let what = if ends { "the request ends here" } else { "the request goes on without leave to read its answer" };
                format!("`{origin}` is no allowed origin: {what}")
            });
            if !ends {
                return Ok(Flow::Next);
            }
            exchange.response = Some(Response::new(200));
            return Ok(Flow::Answer);
        }
        exchange.say(Self::NAME, || format!("`{origin}` is an allowed origin"));
        self.let_in(&origin, exchange, host).await?;
        let Some(preflight) = preflight else {
            if let Some(exposed) = &self.exposed {
                exchange.owed.push(("access-control-expose-headers", exposed.names("*")));
            }
            return Ok(Flow::Next);
        };
        let methods = self.methods(&preflight.method, exchange, host).await?;
        let max_age = self.max_age.get(exchange, host, Self::NAME).await?;
        exchange.owed.extend([
            ("access-control-allow-methods", Some(methods)),
            // Browsers never take `*` for `Authorization`, and for nothing where credentials are sent: so they get the names that
            // they asked for.
            ("access-control-allow-headers", self.headers.names(preflight.headers.as_deref().unwrap_or_default())),
            ("access-control-max-age", Some(max_age.to_string())),
        ]);
        exchange.response = Some(Response::new(200));
        Ok(Flow::Answer)
    }
}

impl Cors {
    fn lets_in(&self, origin: &str) -> bool {
        match &self.origins {
            Listed::Any => true,
            Listed::Only(origins) => normalized(origin).is_some_and(|origin| origins.contains(&origin)),
        }
    }

    /// Owes leave to read the answer.
    async fn let_in<H: Host>(&self, origin: &str, exchange: &mut Exchange, host: &H) -> Result<(), Fault> {
        let with_credentials = self.allow_credentials.get(exchange, host, Self::NAME).await?;
        let (origin, with_credentials) = match &self.origins {
            // Whoever allows everybody does not know whom: no page gets to use the cookies of whoever looks at it.
            Listed::Any => ("*", false),
            Listed::Only(_) => (origin, with_credentials),
        };
        exchange.owed.push((ALLOW_ORIGIN, Some(origin.to_owned())));
        // The backend has no say in it.
        exchange.owed.push(("access-control-allow-credentials", with_credentials.then(|| "true".to_owned())));
        Ok(())
    }

    async fn methods<H: Host>(&self, asked: &str, exchange: &mut Exchange, host: &H) -> Result<String, Fault> {
        let Listed::Only(listed) = &self.methods else { return Ok(asked.to_owned()) };
        let mut methods = Vec::with_capacity(listed.len());
        for method in listed {
            let method = method.get(exchange, host, Self::NAME).await?.trim().to_ascii_uppercase();
            match method.as_str() {
                "*" => return Ok(asked.to_owned()),
                method if is_name(method) => methods.push(method.to_owned()),
                _ => {
                    let message = format!("`{method}` is no method");
                    return Err(Fault::new(Self::NAME, "ExpressionValueEvaluationFailure", message));
                }
            }
        }
        Ok(methods.join(", "))
    }
}

impl<'h> Preflight<'h> {
    /// `None` for any other request.
    pub fn of(head: &'h RequestHead) -> Option<Self> {
        field(head, "origin").filter(|_| head.method() == "OPTIONS")?;
        let method = field(head, "access-control-request-method")?;
        Some(Self { method, headers: field(head, "access-control-request-headers") })
    }
}

impl Listed<String> {
    /// The names with commas between, or what stands for all of them; none where there is none.
    fn names(&self, any: &str) -> Option<String> {
        let names = match self {
            Listed::Any => any.to_owned(),
            Listed::Only(names) => names.join(", "),
        };
        Some(names).filter(|names| !names.is_empty())
    }
}

/// A header field of a request, if it says anything.
fn field<'h>(head: &'h RequestHead, name: &str) -> Option<Cow<'h, str>> {
    let value = head.fields().get(name)?.trim_ascii();
    (!value.is_empty()).then(|| String::from_utf8_lossy(value))
}

/// What stands in the lists of a name; `Some(None)` if there is no such list, `None` if something is wrong with it.
fn list<T>(
    element: &Element,
    name: &str,
    items: &'static [&'static str],
    checker: &mut Checker<'_>,
    read: fn(&Value, &mut Checker<'_>) -> Option<T>,
) -> Option<Option<Listed<T>>> {
    let lists: Vec<&Element> = element.elements().filter(|child| child.name == name).collect();
    if lists.is_empty() {
        return Some(None);
    }
    let (mut found, mut is_any) = (Some(Vec::new()), false);
    for list in lists {
        checker.children(list, Children::Named(items));
        if list.elements().next().is_none() {
            let item = items.first().copied().unwrap_or_default();
            let help = format!("add `<{item}>*</{item}>` for all of them, or one for each");
            checker.error("cors/empty", list.name_span, format!("`{name}` lists nothing"), help);
            found = None;
        }
        for item in list.elements().filter(|item| items.contains(&item.name.as_str())) {
            checker.attributes(item, &[]);
            checker.children(item, Children::Text);
            let value = item.value(checker.text);
            if value.text.trim() == "*" {
                is_any = true;
                continue;
            }
            match (read(&value, checker), &mut found) {
                (Some(item), Some(found)) => found.push(item),
                _ => found = None,
            }
        }
    }
    let found = found?;
    Some(Some(if is_any { Listed::Any } else { Listed::Only(found) }))
}

/// A list that must be there.
fn needed<T>(
    found: Option<Option<Listed<T>>>,
    element: &Element,
    name: &str,
    example: &str,
    checker: &mut Checker<'_>,
) -> Option<Listed<T>> {
    let found = found?;
    if found.is_none() {
        let help = format!("add `<{name}>{example}</{name}>`");
        checker.error("cors/missing", element.name_span, format!("`cors` needs `{name}`"), help);
    }
    found
}

/// The attributes of the lists: one of them has one.
fn max_age(element: &Element, checker: &mut Checker<'_>) -> Option<Number> {
    const NAME: &str = "preflight-result-max-age";
    let mut max_age = Some(Number::known(0));
    for list in element.elements() {
        if list.name == "allowed-methods" {
            checker.attributes(list, &[NAME]);
            max_age = checker.number_value(list, NAME, 0..=u32::MAX, 0);
        } else {
            checker.attributes(list, &[]);
        }
    }
    max_age
}

fn origin(value: &Value, checker: &mut Checker<'_>) -> Option<String> {
    let text = checker.literal(value)?;
    match normalized(&text) {
        Some(origin) => Some(origin),
        // It may be a secret that only the gateway knows. Where it is no origin even there, no page has it.
        None if checker.text.holds_named_value(value.span) => Some(text),
        None => {
            let message = format!("`{}` is no origin", text.trim());
            let help = "write scheme, host and port, such as `https://shop.example` or `http://localhost:3000`; \
                        `*` alone is every origin";
            checker.error("cors/origin", value.span, message, help);
            None
        }
    }
}

fn method(value: &Value, checker: &mut Checker<'_>) -> Option<Expr<Rc<str>>> {
    checker.value(value, |checker, text| {
        let method = text.trim();
        if !is_name(method) {
            checker.error("cors/method", value.span, format!("`{method}` is no method"), "write `GET`, for example, or `*`");
            return None;
        }
        Some(method.into())
    })
}

fn header(value: &Value, checker: &mut Checker<'_>) -> Option<String> {
    let text = checker.literal(value)?;
    let name = text.trim();
    if !is_name(name) {
        let message = format!("`{name}` cannot be the name of a header");
        checker.error("cors/header", value.span, message, "names are letters, digits and hyphens, one to an element");
        return None;
    }
    Some(name.to_owned())
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token)
}

/// An origin as browsers write it: in lower case, without the usual port of its scheme, without a slash at its end. `None` if it is
/// none: a path, a wildcard in the host and user information have no place in one.
fn normalized(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    if text == "null" {
        return Some(text);
    }
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    let usual_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => "",
    };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let authority = authority.strip_suffix(usual_port).unwrap_or(authority);
    let is_authority =
        !authority.is_empty() && authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:[]".contains(&byte));
    (is_scheme && is_authority).then(|| format!("{scheme}://{authority}"))
}
