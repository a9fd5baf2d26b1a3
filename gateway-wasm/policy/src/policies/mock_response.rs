//! `mock-response`: answers with an example from the API's definition, and ends the exchange.

use crate::{
    about::Example,
    document::Section,
    exchange::{Body, Exchange, Response},
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use bytes::Bytes;

/// Answers as the definition says that the operation answers.
#[derive(Debug)]
pub struct MockResponse {
    status: u16,
    /// Which of the response's content types; the first where nothing is said.
    content_type: Option<String>,
}

impl Statement for MockResponse {
    const NAME: &'static str = "mock-response";
    const SECTIONS: &'static [Section] = &[Section::Inbound, Section::Outbound, Section::OnError];
    const ATTRIBUTES: &'static [&'static str] = &["status-code", "content-type"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        // Codes below 200 are no answers, see `set-status`.
        let status = checker.number(element, "status-code", 200..=599, 200);
        let content_type = checker.optional(element, "content-type").map(|text| text.trim().to_owned());
        if let (Some(attribute), Some(text)) = (element.attribute("content-type"), &content_type)
            && !is_content_type(text)
        {
            let message = format!("`{text}` is not a content type");
            checker.error("mock-response/content-type", attribute.value.span, message, "write `application/json`, for example");
            return None;
        }
        if element.attribute("content-type").is_some() {
            content_type.as_ref()?;
        }
        Some(Self { status: u16::try_from(status?).ok()?, content_type })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, _host: &H) -> Result<Flow, Fault> {
        let mut response = Response::new(self.status);
        let examples = &exchange.about.called.operation.examples;
        let found = pick(examples, self.status).and_then(|example| self.content(example));
        let named = found.as_ref().and_then(|(media, body)| match *media {
            // A range is no type; what is an object or an array is written as JSON.
            media if media.contains('*') => body.starts_with(['{', '[']).then_some("application/json"),
            media => Some(media),
        });
        if let Some(media) = self.content_type.as_deref().or(named) {
            response.headers.set("content-type", vec![media.as_bytes().to_vec()]);
        }
        if let Some((_, body)) = found {
            response.body = Body::Whole(Bytes::copy_from_slice(body.as_bytes()));
        }
        exchange.response = Some(response);
        Ok(Flow::Answer)
    }
}

impl MockResponse {
    fn content<'e>(&self, example: &'e Example) -> Option<(&'e str, &'e str)> {
        let contents = || example.contents.iter().map(|(media, body)| (media.as_str(), body.as_str()));
        let Some(wanted) = &self.content_type else { return contents().next() };
        let wanted = essence(wanted);
        contents().find(|(media, _)| essence(media).eq_ignore_ascii_case(wanted)).or_else(|| {
            let is_in_range = |media: &str| {
                let range = essence(media).strip_suffix('*')?;
                Some(range == "*/" || wanted.get(..range.len())?.eq_ignore_ascii_case(range))
            };
            contents().find(|(media, _)| is_in_range(media) == Some(true))
        })
    }
}

/// The response of a status: its own, that of its hundred, or the one for all others.
fn pick(examples: &[Example], status: u16) -> Option<&Example> {
    let (own, hundred) = (status.to_string(), format!("{}XX", status / 100));
    let find = |wanted: &str| examples.iter().find(|example| example.status.eq_ignore_ascii_case(wanted));
    find(&own).or_else(|| find(&hundred)).or_else(|| find("default"))
}

/// A content type without its parameters.
fn essence(media: &str) -> &str {
    media.split(';').next().unwrap_or_default().trim()
}

/// `type/subtype`, with parameters or without.
fn is_content_type(text: &str) -> bool {
    let is_token =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte));
    let is_type = essence(text).split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
    is_type && !text.chars().any(char::is_control)
}
