//! As it travels.

use crate::request::{Body, Request};

pub(super) fn write(request: &Request) -> String {
    let host = request.origin.split_once("://").map_or(request.origin.as_str(), |(_, host)| host);
    let target = if request.target.starts_with('/') { request.target.clone() } else { format!("/{}", request.target) };
    let mut out = format!("{} {target} HTTP/1.1\nHost: {host}\n", request.method);
    for (name, value) in &request.headers {
        // A line's end in a value would begin another field; no client sends it.
        let value: String = value.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
        out.push_str(&format!("{name}: {value}\n"));
    }
    match &request.body {
        Body::Empty => {}
        Body::Text(text) => out.push_str(&format!("\n{text}")),
        Body::File(name) => out.push_str(&format!("\n(the bytes of {name})")),
        Body::Form(fields) => {
            out.push_str("Content-Type: multipart/form-data; boundary=part\n");
            for part in fields {
                let (file, value) = if part.is_file {
                    (format!("; filename=\"{}\"", escaped(&part.value)), format!("(the bytes of {})", part.value))
                } else {
                    (String::new(), part.value.clone())
                };
                let kind =
                    if part.media_type.is_empty() { String::new() } else { format!("\nContent-Type: {}", part.media_type) };
                let name = escaped(&part.name);
                out.push_str(&format!("\n--part\nContent-Disposition: form-data; name=\"{name}\"{file}{kind}\n\n{value}"));
            }
            out.push_str("\n--part--");
        }
    }
    out.trim_end().to_owned()
}

/// As browsers write names in parts (WHATWG HTML, "multipart form data").
pub(super) fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
