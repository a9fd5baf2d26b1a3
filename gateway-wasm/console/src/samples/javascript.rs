//! JavaScript and TypeScript: `fetch`, as in browsers and in Node.js.

use super::{Escape, is_long, is_odd, odd};
use crate::request::{Body, Request};

pub(super) fn write(request: &Request) -> String {
    sample(request, false)
}

pub(super) fn write_typescript(request: &Request) -> String {
    sample(request, true)
}

fn sample(request: &Request, is_typed: bool) -> String {
    let mut out = String::new();
    let mut before = String::new();
    let body = match &request.body {
        Body::Empty => None,
        Body::Text(text) => Some(literal(text)),
        Body::File(name) => {
            out.push_str("import { openAsBlob } from \"node:fs\";\n\n");
            // A blob without a type leaves the field to the headers above.
            Some(format!("await openAsBlob({})", quoted(name)))
        }
        Body::Form(parts) => {
            if parts.iter().any(|part| part.is_file) {
                out.push_str("import { openAsBlob } from \"node:fs\";\n\n");
            }
            before.push_str("const form = new FormData();\n");
            for part in parts {
                let (name, value) = (quoted(&part.name), quoted(&part.value));
                let kind = quoted(&part.media_type);
                let is_typed = !part.media_type.is_empty();
                before.push_str(&match (part.is_file, is_typed) {
                    (true, false) => format!("form.append({name}, await openAsBlob({value}), {value});\n"),
                    (true, true) => format!("form.append({name}, await openAsBlob({value}, {{ type: {kind} }}), {value});\n"),
                    (false, false) => format!("form.append({name}, {value});\n"),
                    (false, true) => format!("form.append({name}, new Blob([{value}], {{ type: {kind} }}));\n"),
                });
            }
            before.push('\n');
            Some("form".to_owned())
        }
    };
    out.push_str(&before);
    let kind = if is_typed { ": Response" } else { "" };
    out.push_str(&format!("const response{kind} = await fetch({}", quoted(&request.url())));
    let mut options = String::new();
    if request.method != "GET" {
        options.push_str(&format!("  method: {},\n", quoted(&request.method)));
    }
    if !request.headers.is_empty() {
        options.push_str("  headers: {\n");
        for (name, value) in &request.headers {
            options.push_str(&format!("    {}: {},\n", quoted(name), quoted(value)));
        }
        options.push_str("  },\n");
    }
    if let Some(body) = body {
        options.push_str(&format!("  body: {body},\n"));
    }
    if !options.is_empty() {
        out.push_str(&format!(", {{\n{options}}}"));
    }
    out.push_str(");\n");
    if is_typed {
        out.push_str("const text: string = await response.text();\n");
        out.push_str("console.log(response.status, text);");
    } else {
        out.push_str("console.log(response.status, await response.text());");
    }
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
    let mut out = String::from("`");
    for character in text.chars() {
        match character {
            '`' | '\\' | '$' => out.extend(['\\', character]),
            character if character != '\n' && character != '\t' && is_odd(character) => {
                out.push_str(&odd(character, Escape::Four))
            }
            character => out.push(character),
        }
    }
    out.push('`');
    out
}
