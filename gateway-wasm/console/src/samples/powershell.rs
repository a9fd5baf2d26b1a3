//! PowerShell 7.

use crate::request::{Body, Request};

pub(super) fn write(request: &Request) -> String {
    let (headers, content_type) = super::apart(request);
    let mut out = String::new();
    if !headers.is_empty() {
        out.push_str("$headers = @{\n");
        for (name, value) in &headers {
            out.push_str(&format!("    {} = {}\n", quoted(name), quoted(value)));
        }
        out.push_str("}\n");
    }
    let mut options = Vec::new();
    match &request.body {
        Body::Empty => {}
        // A text would be written in the encoding that the content type names, which is not UTF-8 everywhere.
        Body::Text(text) => {
            out.push_str(&format!("$body = [Text.Encoding]::UTF8.GetBytes({})\n", quoted(text)));
            options.push("-Body $body".to_owned());
        }
        Body::File(name) => options.push(format!("-InFile {}", quoted(name))),
        Body::Form(parts) => {
            out.push_str("$form = @{\n");
            for part in parts {
                let (name, value) = (quoted(&part.name), quoted(&part.value));
                out.push_str(&if part.is_file {
                    format!("    {name} = Get-Item -LiteralPath {value}\n")
                } else {
                    format!("    {name} = {value}\n")
                });
            }
            out.push_str("}\n");
            options.push("-Form $form".to_owned());
        }
    }
    if !matches!(request.body, Body::Empty | Body::Form(_)) {
        options.push(format!("-ContentType {}", quoted(content_type.unwrap_or("application/octet-stream"))));
    }
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "MERGE"];
    let method = if known.contains(&request.method.as_str()) {
        format!("-Method {}", super::capitalised(&request.method))
    } else {
        format!("-CustomMethod {}", quoted(&request.method))
    };
    let mut parts = vec![format!("$response = Invoke-WebRequest {method} -Uri {}", quoted(&request.url()))];
    if !headers.is_empty() {
        parts.push("-Headers $headers".to_owned());
    }
    parts.extend(options);
    parts.push("-SkipHttpErrorCheck".to_owned());
    out.push_str(&parts.join(" `\n    "));
    out.push_str("\n$response.StatusCode\n$response.Content");
    out
}

/// In single quotes nothing has a meaning but the quote itself, and PowerShell takes the curly ones for it, too.
fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for character in text.chars() {
        if matches!(character, '\'' | '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}') {
            out.push(character);
        }
        out.push(character);
    }
    out.push('\'');
    out
}
