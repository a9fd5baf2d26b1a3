//! Java 17 with `java.net.http`, as the statements of a method.

use super::http::escaped;
use super::{Escape, is_long};
use crate::request::{Body, Part, Request};

pub(super) fn write(request: &Request) -> String {
    let is_form = matches!(request.body, Body::Form(_));
    let mut out = String::from("import java.net.URI;\nimport java.net.http.*;\n");
    if matches!(&request.body, Body::File(_)) || has_files(request) {
        out.push_str("import java.nio.file.Path;\n");
    }
    out.push('\n');
    if is_form {
        out.push_str("var boundary = \"part-\" + java.util.UUID.randomUUID();\n");
    }
    out.push_str(&format!("var request = HttpRequest.newBuilder(URI.create({}))\n", quoted(&request.url())));
    for (name, value) in &request.headers {
        out.push_str(&format!("    .header({}, {})\n", quoted(name), quoted(value)));
    }
    if is_form {
        out.push_str("    .header(\"Content-Type\", \"multipart/form-data; boundary=\" + boundary)\n");
    }
    let method = quoted(&request.method);
    let publishers = "HttpRequest.BodyPublishers";
    out.push_str(&match &request.body {
        Body::Empty if request.method == "GET" => String::new(),
        Body::Empty => format!("    .method({method}, {publishers}.noBody())\n"),
        Body::Text(text) => format!("    .method({method}, {publishers}.ofString({}))\n", literal(text)),
        Body::File(name) => format!("    .method({method}, {publishers}.ofFile(Path.of({})))\n", quoted(name)),
        Body::Form(parts) => {
            let parts: Vec<String> = parts.iter().map(part).collect();
            let end = "        HttpRequest.BodyPublishers.ofString(\"--\" + boundary + \"--\\r\\n\")";
            let all = parts.into_iter().chain([end.to_owned()]).collect::<Vec<_>>().join(",\n");
            format!("    .method({method}, {publishers}.concat(\n{all}))\n")
        }
    });
    out.push_str("    .build();\n\n");
    out.push_str("var response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());\n");
    out.push_str("System.out.println(response.statusCode() + \" \" + response.body());");
    out
}

/// Java has nothing for forms with files, so their bytes are written out.
fn part(part: &Part) -> String {
    let file = if part.is_file { format!("; filename=\"{}\"", escaped(&part.value)) } else { String::new() };
    let kind = match (&*part.media_type, part.is_file) {
        ("", false) => String::new(),
        ("", true) => "\r\nContent-Type: application/octet-stream".to_owned(),
        (kind, _) => format!("\r\nContent-Type: {kind}"),
    };
    let head = format!("\r\nContent-Disposition: form-data; name=\"{}\"{file}{kind}\r\n\r\n", escaped(&part.name));
    let of_string = |text: &str| format!("        HttpRequest.BodyPublishers.ofString({text})");
    if part.is_file {
        return [
            of_string(&format!("\"--\" + boundary + {}", quoted(&head))),
            format!("        HttpRequest.BodyPublishers.ofFile(Path.of({}))", quoted(&part.value)),
            of_string("\"\\r\\n\""),
        ]
        .join(",\n");
    }
    of_string(&format!("\"--\" + boundary + {}", quoted(&format!("{head}{}\r\n", part.value))))
}

fn has_files(request: &Request) -> bool {
    matches!(&request.body, Body::Form(parts) if parts.iter().any(|part| part.is_file))
}

fn quoted(text: &str) -> String {
    super::quoted(text, Escape::Octal)
}

/// Several lines stay several lines. The line of the closing quotes says how far the text is indented, and its end is taken away
/// by the backslash before it.
fn literal(text: &str) -> String {
    if !is_long(text) {
        return quoted(text);
    }
    let margin = "        ";
    let mut out = String::from("\"\"\"\n");
    let lines: Vec<&str> = text.split('\n').collect();
    for (index, line) in lines.iter().enumerate() {
        let mut line = line.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
        // White space at the end of a line is dropped, but for this.
        if let Some(last) = line.pop() {
            match last {
                ' ' => line.push_str("\\s"),
                '\t' => line.push_str("\\t"),
                last => line.push(last),
            }
        }
        let end = if index + 1 == lines.len() { "\\" } else { "" };
        out.push_str(&format!("{margin}{line}{end}\n"));
    }
    out.push_str(&format!("{margin}\"\"\""));
    out
}
