//! curl, for a POSIX shell.

use crate::request::{Body, Part, Request};

pub(super) fn write(request: &Request) -> String {
    let url = request.url();
    let mut parts = Vec::new();
    let method = match (request.method.as_str(), &request.body) {
        ("GET", Body::Empty) => String::new(),
        ("HEAD", Body::Empty) => " --head".to_owned(),
        (method, _) => format!(" -X {}", word(method)),
    };
    // Brackets and braces would be patterns.
    let globoff = if url.contains(['[', ']', '{', '}']) { " --globoff" } else { "" };
    parts.push(format!("curl{method}{globoff} {}", quoted(&url)));
    for (name, value) in &request.headers {
        // `Name:` would take the field away.
        let field = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        parts.push(format!("-H {}", quoted(&field)));
    }
    let is_typed = request.header("content-type").is_some();
    match &request.body {
        Body::Text(_) | Body::File(_) if !is_typed => parts.push("-H 'Content-Type:'".to_owned()),
        _ => {}
    }
    match &request.body {
        Body::Empty => {}
        // `-d @name` would read a file.
        Body::Text(text) if text.starts_with('@') => parts.push(format!("--data-raw {}", quoted(text))),
        Body::Text(text) => parts.push(format!("-d {}", quoted(text))),
        Body::File(name) => parts.push(format!("--data-binary {}", quoted(&format!("@{name}")))),
        Body::Form(fields) => parts.extend(fields.iter().map(part)),
    }
    parts.join(" \\\n  ")
}

fn part(part: &Part) -> String {
    let kind = if part.media_type.is_empty() { String::new() } else { format!(";type={}", part.media_type) };
    if part.is_file {
        // Names in quotes may hold commas and semicolons.
        let is_plain = !part.value.contains([',', ';', '"', '\\']);
        let escaped = || format!("\"{}\"", part.value.replace('\\', r"\\").replace('"', "\\\""));
        let file = if is_plain { part.value.clone() } else { escaped() };
        return format!("-F {}", quoted(&format!("{}=@{file}{kind}", part.name)));
    }
    let is_plain = !part.value.starts_with(['@', '<', '"']) && !part.value.contains(';');
    match (is_plain, kind.is_empty()) {
        (true, _) => format!("-F {}", quoted(&format!("{}={}{kind}", part.name, part.value))),
        (false, true) => format!("--form-string {}", quoted(&format!("{}={}", part.name, part.value))),
        (false, false) => {
            let value = part.value.replace('\\', r"\\").replace('"', "\\\"");
            format!("-F {}", quoted(&format!("{}=\"{value}\"{kind}", part.name)))
        }
    }
}

/// In single quotes, as every POSIX shell reads them.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Without quotes where it needs none.
fn word(text: &str) -> String {
    if text.chars().all(|character| character.is_ascii_alphanumeric() || character == '-') {
        text.to_owned()
    } else {
        quoted(text)
    }
}
