//! C# with `HttpClient`.

use super::{Escape, apart, is_long};
use crate::request::{Body, Request};

pub(super) fn write(request: &Request) -> String {
    let (headers, content_type) = apart(request);
    let mut out = String::new();
    if content_type.is_some() || has_typed_parts(request) {
        out.push_str("using System.Net.Http.Headers;\n\n");
    }
    out.push_str("using var client = new HttpClient();\n");
    out.push_str(&format!(
        "using var request = new HttpRequestMessage(new HttpMethod({}), {});\n",
        quoted(&request.method),
        quoted(&request.url())
    ));
    for (name, value) in headers {
        out.push_str(&format!("request.Headers.TryAddWithoutValidation({}, {});\n", quoted(name), quoted(value)));
    }
    match &request.body {
        Body::Empty => {}
        Body::Text(text) => out.push_str(&format!("request.Content = new StringContent({});\n", literal(text))),
        Body::File(name) => {
            out.push_str(&format!("request.Content = new ByteArrayContent(File.ReadAllBytes({}));\n", quoted(name)));
        }
        Body::Form(parts) => {
            out.push_str("var form = new MultipartFormDataContent();\n");
            for (index, part) in parts.iter().enumerate() {
                let (name, value) = (quoted(&part.name), quoted(&part.value));
                let made = if part.is_file {
                    format!("new ByteArrayContent(File.ReadAllBytes({value}))")
                } else {
                    format!("new StringContent({value})")
                };
                let file = if part.is_file { format!(", {value}") } else { String::new() };
                if part.media_type.is_empty() {
                    out.push_str(&format!("form.Add({made}, {name}{file});\n"));
                } else {
                    let variable = format!("part{}", index + 1);
                    out.push_str(&format!("var {variable} = {made};\n"));
                    out.push_str(&content_type_of(&variable, &part.media_type));
                    out.push_str(&format!("form.Add({variable}, {name}{file});\n"));
                }
            }
            out.push_str("request.Content = form;\n");
        }
    }
    match (&request.body, content_type) {
        (Body::Form(_) | Body::Empty, _) => {}
        (_, Some(kind)) => out.push_str(&content_type_of("request.Content", kind)),
        (_, None) => out.push_str("request.Content.Headers.ContentType = null;\n"),
    }
    out.push_str("\nusing var response = await client.SendAsync(request);\n");
    out.push_str("Console.WriteLine($\"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}\");");
    out
}

fn has_typed_parts(request: &Request) -> bool {
    matches!(&request.body, Body::Form(parts) if parts.iter().any(|part| !part.media_type.is_empty()))
}

fn content_type_of(variable: &str, kind: &str) -> String {
    format!("{variable}.Headers.ContentType = MediaTypeHeaderValue.Parse({});\n", quoted(kind))
}

fn quoted(text: &str) -> String {
    super::quoted(text, Escape::Four)
}

/// Several lines stay several lines, in a verbatim text.
fn literal(text: &str) -> String {
    if is_long(text) { format!("@\"{}\"", text.replace('"', "\"\"")) } else { quoted(text) }
}
