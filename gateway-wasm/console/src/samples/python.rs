//! Python with `requests`.

use super::{Escape, is_long};
use crate::request::{Body, Request};

pub(super) fn write(request: &Request) -> String {
    let mut out = String::from("import requests\n\nresponse = requests.request(\n");
    out.push_str(&format!("    {},\n    {},\n", quoted(&request.method), quoted(&request.url())));
    if !request.headers.is_empty() {
        out.push_str("    headers={\n");
        for (name, value) in &request.headers {
            // `http.client` writes texts as Latin-1, and refuses what is not in it.
            let encode = if value.is_ascii() { "" } else { ".encode()" };
            out.push_str(&format!("        {}: {}{encode},\n", quoted(name), quoted(value)));
        }
        out.push_str("    },\n");
    }
    match &request.body {
        Body::Empty => {}
        Body::Text(text) => {
            let encode = if text.is_ascii() { "" } else { ".encode()" };
            out.push_str(&format!("    data={}{encode},\n", literal(text)));
        }
        Body::File(name) => out.push_str(&format!("    data=open({}, \"rb\"),\n", quoted(name))),
        Body::Form(parts) => {
            out.push_str("    files=[\n");
            for part in parts {
                let kind = if part.media_type.is_empty() { String::new() } else { format!(", {}", quoted(&part.media_type)) };
                let (name, value) = (quoted(&part.name), quoted(&part.value));
                out.push_str(&if part.is_file {
                    format!("        ({name}, ({value}, open({value}, \"rb\"){kind})),\n")
                } else {
                    format!("        ({name}, (None, {value}{kind})),\n")
                });
            }
            out.push_str("    ],\n");
        }
    }
    out.push_str(")\nprint(response.status_code, response.text)");
    out
}

fn quoted(text: &str) -> String {
    super::quoted(text, Escape::Four)
}

/// Several lines stay several lines.
fn literal(text: &str) -> String {
    if !is_long(text) {
        return quoted(text);
    }
    // Three quotes would end the text, and one at its end would make three with those that do.
    let mut out = String::from("\"\"\"");
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.push_str("\\\\"),
            '"' if characters.peek().is_none_or(|next| *next == '"') => out.push_str("\\\""),
            character => out.push(character),
        }
    }
    out + "\"\"\""
}
