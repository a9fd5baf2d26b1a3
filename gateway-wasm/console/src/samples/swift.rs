//! Swift with `URLSession`.

use super::http::escaped;
use super::{Escape, is_long};
use crate::request::{Body, Request};

pub(super) fn write(request: &Request) -> String {
    let mut out = String::from("import Foundation\n\n");
    out.push_str(&format!("var request = URLRequest(url: URL(string: {})!)\n", quoted(&request.url())));
    if request.method != "GET" {
        out.push_str(&format!("request.httpMethod = {}\n", quoted(&request.method)));
    }
    for (name, value) in &request.headers {
        out.push_str(&format!("request.setValue({}, forHTTPHeaderField: {})\n", quoted(value), quoted(name)));
    }
    match &request.body {
        Body::Empty => {}
        Body::Text(text) => out.push_str(&format!("request.httpBody = Data({}.utf8)\n", literal(text))),
        Body::File(name) => {
            out.push_str(&format!("request.httpBody = try Data(contentsOf: URL(fileURLWithPath: {}))\n", quoted(name)));
        }
        Body::Form(parts) => {
            out.push_str("let boundary = \"part-\\(UUID().uuidString)\"\n");
            out.push_str(
                "request.setValue(\"multipart/form-data; boundary=\\(boundary)\", forHTTPHeaderField: \"Content-Type\")\n",
            );
            out.push_str("var body = Data()\n");
            for part in parts {
                let file = if part.is_file { format!("; filename=\"{}\"", escaped(&part.value)) } else { String::new() };
                let kind = match (&*part.media_type, part.is_file) {
                    ("", false) => String::new(),
                    ("", true) => "\r\nContent-Type: application/octet-stream".to_owned(),
                    (kind, _) => format!("\r\nContent-Type: {kind}"),
                };
                let head = format!("\r\nContent-Disposition: form-data; name=\"{}\"{file}{kind}\r\n\r\n", escaped(&part.name));
                out.push_str("body.append(Data(\"--\\(boundary)\".utf8))\n");
                if part.is_file {
                    out.push_str(&format!("body.append(Data({}.utf8))\n", quoted(&head)));
                    let value = quoted(&part.value);
                    out.push_str(&format!("body.append(try Data(contentsOf: URL(fileURLWithPath: {value})))\n"));
                    out.push_str("body.append(Data(\"\\r\\n\".utf8))\n");
                } else {
                    out.push_str(&format!("body.append(Data({}.utf8))\n", quoted(&format!("{head}{}\r\n", part.value))));
                }
            }
            out.push_str("body.append(Data(\"--\\(boundary)--\\r\\n\".utf8))\nrequest.httpBody = body\n");
        }
    }
    out.push_str("\nlet (data, response) = try await URLSession.shared.data(for: request)\n");
    out.push_str("print((response as! HTTPURLResponse).statusCode, String(decoding: data, as: UTF8.self))");
    out
}

/// The backslash is all that begins something inside a text, so `\(` is safe when it is doubled.
fn quoted(text: &str) -> String {
    super::quoted(text, Escape::Braces)
}

/// Several lines stay several lines.
fn literal(text: &str) -> String {
    if !is_long(text) {
        return quoted(text);
    }
    let text = text.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
    format!("\"\"\"\n{text}\n\"\"\"")
}
