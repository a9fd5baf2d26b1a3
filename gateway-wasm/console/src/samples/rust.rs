//! Rust with `reqwest`, without waiting.

use super::{Escape, is_long};
use crate::request::{Body, Request};

pub(super) fn write(request: &Request) -> String {
    let mut out = String::from("fn main() -> Result<(), Box<dyn std::error::Error>> {\n");
    if let Body::Form(parts) = &request.body {
        out.push_str("    use reqwest::blocking::multipart::{Form, Part};\n\n    let form = Form::new()");
        for part in parts {
            let (name, value) = (quoted(&part.name), quoted(&part.value));
            let made = if part.is_file { format!("Part::file({value})?") } else { format!("Part::text({value})") };
            let kind =
                if part.media_type.is_empty() { String::new() } else { format!(".mime_str({})?", quoted(&part.media_type)) };
            out.push_str(&format!("\n        .part({name}, {made}{kind})"));
        }
        out.push_str(";\n");
    }
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];
    let method = if known.contains(&request.method.as_str()) {
        format!("reqwest::Method::{}", request.method)
    } else {
        format!("reqwest::Method::from_bytes(b{})?", quoted(&request.method))
    };
    out.push_str("    let response = reqwest::blocking::Client::new()\n");
    out.push_str(&format!("        .request({method}, {})\n", quoted(&request.url())));
    for (name, value) in &request.headers {
        out.push_str(&format!("        .header({}, {})\n", quoted(name), quoted(value)));
    }
    out.push_str(&match &request.body {
        Body::Empty => String::new(),
        Body::Text(text) => format!("        .body({})\n", literal(text)),
        Body::File(name) => format!("        .body(std::fs::File::open({})?)\n", quoted(name)),
        Body::Form(_) => "        .multipart(form)\n".to_owned(),
    });
    out.push_str("        .send()?;\n");
    out.push_str("    println!(\"{} {}\", response.status(), response.text()?);\n    Ok(())\n}");
    out
}

fn quoted(text: &str) -> String {
    super::quoted(text, Escape::Braces)
}

/// Several lines stay several lines, in a raw text with as many hash marks as it needs.
fn literal(text: &str) -> String {
    if !is_long(text) {
        return quoted(text);
    }
    let mut marks = "#".to_owned();
    while text.contains(&format!("\"{marks}")) {
        marks.push('#');
    }
    format!("r{marks}\"{text}\"{marks}")
}
