//! Go with `net/http`.

use super::{Escape, is_long};
use crate::request::{Body, Request};

pub(super) fn write(request: &Request) -> String {
    let mut imports = vec!["fmt", "io", "net/http"];
    let mut before = String::new();
    let mut checks = "\tif err != nil {\n\t\tpanic(err)\n\t}\n".to_owned();
    let body = match &request.body {
        Body::Empty => "nil".to_owned(),
        Body::Text(text) => {
            imports.push("strings");
            format!("strings.NewReader({})", literal(text))
        }
        Body::File(name) => {
            imports.push("os");
            before.push_str(&format!("\tfile, err := os.Open({})\n{checks}", quoted(name)));
            "file".to_owned()
        }
        Body::Form(parts) => {
            imports.extend(["bytes", "mime/multipart"]);
            before.push_str("\tbody := &bytes.Buffer{}\n\tform := multipart.NewWriter(body)\n");
            for (index, part) in parts.iter().enumerate() {
                let (name, value) = (quoted(&part.name), quoted(&part.value));
                if part.media_type.is_empty() && !part.is_file {
                    before.push_str(&format!("\tform.WriteField({name}, {value})\n"));
                    continue;
                }
                let number = index + 1;
                if part.media_type.is_empty() {
                    before.push_str(&format!("\tpart{number}, _ := form.CreateFormFile({name}, {value})\n"));
                } else {
                    imports.push("net/textproto");
                    let file = if part.is_file {
                        format!("; filename=\"{}\"", super::http::escaped(&part.value))
                    } else {
                        String::new()
                    };
                    let disposition = format!("form-data; name=\"{}\"{file}", super::http::escaped(&part.name));
                    before.push_str(&format!(
                        "\tpart{number}, _ := form.CreatePart(textproto.MIMEHeader{{\n\t\t\"Content-Disposition\": {{{}}},\n\t\t\"Content-Type\": {{{}}},\n\t}})\n",
                        quoted(&disposition),
                        quoted(&part.media_type)
                    ));
                }
                before.push_str(&if part.is_file {
                    imports.push("os");
                    format!("\tfile{number}, err := os.Open({value})\n{checks}\tio.Copy(part{number}, file{number})\n")
                } else {
                    format!("\tio.WriteString(part{number}, {value})\n")
                });
            }
            before.push_str("\tform.Close()\n");
            "body".to_owned()
        }
    };
    imports.sort_unstable();
    imports.dedup();
    let imports: String = imports.iter().map(|name| format!("\t\"{name}\"\n")).collect();
    let mut out = format!("package main\n\nimport (\n{imports})\n\nfunc main() {{\n{before}");
    out.push_str(&format!(
        "\trequest, err := http.NewRequest({}, {}, {body})\n{checks}",
        quoted(&request.method),
        quoted(&request.url())
    ));
    for (name, value) in &request.headers {
        out.push_str(&format!("\trequest.Header.Set({}, {})\n", quoted(name), quoted(value)));
    }
    if matches!(request.body, Body::Form(_)) {
        out.push_str("\trequest.Header.Set(\"Content-Type\", form.FormDataContentType())\n");
    }
    checks.push_str("\tdefer response.Body.Close()\n");
    out.push_str(&format!("\tresponse, err := http.DefaultClient.Do(request)\n{checks}"));
    out.push_str("\ttext, _ := io.ReadAll(response.Body)\n\tfmt.Println(response.StatusCode, string(text))\n}");
    out
}

/// Go's `\u` knows no more than four digits, and texts are UTF-8 anyway.
fn quoted(text: &str) -> String {
    super::quoted(text, Escape::Four)
}

/// Several lines stay several lines, in a raw text, which can hold everything but its own quotes.
fn literal(text: &str) -> String {
    if is_long(text) && !text.contains('`') { format!("`{text}`") } else { quoted(text) }
}
