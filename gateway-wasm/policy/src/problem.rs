//! The responses that nobody wrote: APIM's default bodies, byte for byte (reference: APIM, C5).

use crate::{
    exchange::{Body, Response},
    host::Host,
};
use dotnet::Guid;

/// `{ "statusCode": 404, "message": "Resource not found" }` and its kind.
pub fn response(status: u16, message: &str) -> Response {
    with_body(status, format!("{{ \"statusCode\": {status}, \"message\": {} }}", quoted(message)))
}

/// The answer to everything that went wrong inside: the caller learns a number that the operator's log knows.
pub fn internal(activity_id: Guid) -> Response {
    const START: &str = "{ \"statusCode\": 500, \"message\": \"Internal server error\", \"activityId\": \"";
    const END: &str = "\" }";
    // Exactly as much as it takes, so that it becomes a body without being moved.
    let mut body = String::with_capacity(START.len() + "00000000-0000-0000-0000-000000000000".len() + END.len());
    body.push_str(START);
    activity_id.push_to(&mut body);
    body.push_str(END);
    with_body(500, body)
}

fn with_body(status: u16, body: String) -> Response {
    let mut response = Response::new(status);
    response.headers.set("content-type", vec![b"application/json".to_vec()]);
    response.body = Body::Whole(body.into());
    response
}

/// A JSON string.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A GUID of 128 random bits (RFC 9562, version 4).
pub fn guid(host: &impl Host) -> Guid {
    Guid::new_random([host.random(), host.random()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_have_the_lengths_seen_on_the_wire() {
        let body = |response: Response| match response.body {
            Body::Whole(bytes) => bytes.len(),
            Body::Streams(_) => 0,
        };
        let no_key = "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.";
        assert_eq!(body(response(401, no_key)), 152);
        assert_eq!(body(internal(Guid::new_random([1, 2]))), 111);
    }
}
