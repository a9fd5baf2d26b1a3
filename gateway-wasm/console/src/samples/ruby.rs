//! Ruby with `net/http`.

use super::{capitalised, is_plain};
use crate::request::{Body, Request};

pub(super) fn write(request: &Request) -> String {
    let mut out = String::from("require \"net/http\"\n\n");
    out.push_str(&format!("uri = URI({})\n", quoted(&request.url())));
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];
    if known.contains(&request.method.as_str()) {
        out.push_str(&format!("request = Net::HTTP::{}.new(uri)\n", capitalised(&request.method)));
    } else {
        let method = quoted(&request.method);
        out.push_str(&format!("request = Net::HTTPGenericRequest.new({method}, true, true, uri)\n"));
    }
    for (name, value) in &request.headers {
        out.push_str(&format!("request[{}] = {}\n", quoted(name), quoted(value)));
    }
    match &request.body {
        Body::Empty => {}
        Body::Text(text) => out.push_str(&format!("request.body = {}\n", quoted(text))),
        Body::File(name) => out.push_str(&format!("request.body = File.binread({})\n", quoted(name))),
        Body::Form(parts) => {
            out.push_str("request.set_form([\n");
            for part in parts {
                let (name, value) = (quoted(&part.name), quoted(&part.value));
                let kind = if part.media_type.is_empty() {
                    String::new()
                } else {
                    format!(", {{ content_type: {} }}", quoted(&part.media_type))
                };
                out.push_str(&if part.is_file {
                    format!("  [{name}, File.open({value}){kind}],\n")
                } else {
                    format!("  [{name}, {value}{kind}],\n")
                });
            }
            out.push_str("], \"multipart/form-data\")\n");
        }
    }
    out.push_str("\nresponse = Net::HTTP.start(uri.hostname, uri.port, use_ssl: uri.scheme == \"https\") { |http| http.request(request) }\n");
    out.push_str("puts response.code, response.body");
    out
}

/// In single quotes nothing has a meaning but these two; what cannot stand in a line goes between double quotes.
fn quoted(text: &str) -> String {
    if is_plain(text) {
        return format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
    }
    super::quoted(text, super::Escape::Four).replace('#', "\\#")
}
