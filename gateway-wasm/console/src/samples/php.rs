//! PHP with its curl extension.

use crate::request::{Body, Request};

pub(super) fn write(request: &Request) -> String {
    let mut out = format!("<?php\n$request = curl_init({});\ncurl_setopt_array($request, [\n", quoted(&request.url()));
    let mut option = |line: String| out.push_str(&format!("    {line},\n"));
    option(format!("CURLOPT_CUSTOMREQUEST => {}", quoted(&request.method)));
    if request.method == "HEAD" {
        option("CURLOPT_NOBODY => true".to_owned());
    }
    option("CURLOPT_RETURNTRANSFER => true".to_owned());
    let mut fields: Vec<String> = request
        .headers
        .iter()
        // `Name:` would take the field away.
        .map(|(name, value)| if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") })
        .collect();
    if matches!(request.body, Body::Text(_) | Body::File(_)) && request.header("content-type").is_none() {
        fields.push("Content-Type:".to_owned());
    }
    if !fields.is_empty() {
        let lines: String = fields.iter().map(|field| format!("        {},\n", quoted(field))).collect();
        option(format!("CURLOPT_HTTPHEADER => [\n{lines}    ]"));
    }
    match &request.body {
        Body::Empty => {}
        Body::Text(text) => option(format!("CURLOPT_POSTFIELDS => {}", quoted(text))),
        Body::File(name) => option(format!("CURLOPT_POSTFIELDS => file_get_contents({})", quoted(name))),
        Body::Form(parts) => {
            let mut lines = String::new();
            for part in parts {
                let (name, value) = (quoted(&part.name), quoted(&part.value));
                let kind = if part.media_type.is_empty() { "null".to_owned() } else { quoted(&part.media_type) };
                lines.push_str(&match (part.is_file, part.media_type.is_empty()) {
                    (true, true) => format!("        {name} => new CURLFile({value}),\n"),
                    (true, false) => format!("        {name} => new CURLFile({value}, {kind}),\n"),
                    (false, true) => format!("        {name} => {value},\n"),
                    (false, false) => format!("        {name} => new CURLStringFile({value}, '', {kind}),\n"),
                });
            }
            option(format!("CURLOPT_POSTFIELDS => [\n{lines}    ]"));
        }
    }
    out.push_str("]);\n$body = curl_exec($request);\necho curl_getinfo($request, CURLINFO_RESPONSE_CODE), ' ', $body, PHP_EOL;");
    out
}

/// In single quotes nothing has a meaning but these two.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
