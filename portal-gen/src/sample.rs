//! How to send a request: as curl and as HTTP.

/// A request to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    /// Upper case.
    pub(crate) method: String,
    /// Scheme and host: `https://api.example.com`.
    pub(crate) origin: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
}

/// The body of a request to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Body {
    /// None.
    #[default]
    Empty,
    /// As it is.
    Text(String),
    /// A file of the caller's.
    File(String),
    /// Parts of `multipart/form-data`; a value that starts with `@` is a file.
    Form(Vec<(String, String)>),
}

/// For a shell.
pub(crate) fn curl(request: &Request) -> String {
    let mut parts = Vec::new();
    let method = match (request.method.as_str(), &request.body) {
        ("GET", Body::Empty) => String::new(),
        ("HEAD", Body::Empty) => " --head".to_owned(),
        (method, _) => format!(" -X {method}"),
    };
    parts.push(format!("curl{method} {}", quoted(&format!("{}{}", request.origin, request.target))));
    for (name, value) in &request.headers {
        parts.push(format!("-H {}", quoted(&format!("{name}: {value}"))));
    }
    match &request.body {
        Body::Empty => {}
        Body::Text(text) => parts.push(format!("-d {}", quoted(text))),
        Body::File(name) => parts.push(format!("--data-binary {}", quoted(&format!("@{name}")))),
        Body::Form(fields) => {
            parts.extend(fields.iter().map(|(name, value)| format!("-F {}", quoted(&format!("{name}={value}")))))
        }
    }
    parts.join(" \\\n  ")
}

/// As it travels.
pub(crate) fn http(request: &Request) -> String {
    let host = request.origin.split_once("://").map_or(request.origin.as_str(), |(_, host)| host);
    let mut out = format!("{} {} HTTP/1.1\nHost: {host}\n", request.method, request.target);
    for (name, value) in &request.headers {
        out.push_str(&format!("{name}: {value}\n"));
    }
    match &request.body {
        Body::Empty => {}
        Body::Text(text) => out.push_str(&format!("\n{text}")),
        Body::File(name) => out.push_str(&format!("\n(the bytes of {name})")),
        Body::Form(fields) => {
            out.push_str("Content-Type: multipart/form-data; boundary=part\n");
            for (name, value) in fields {
                let (file, value) = match value.strip_prefix('@') {
                    Some(file) => (format!("; filename=\"{file}\""), format!("(the bytes of {file})")),
                    None => (String::new(), value.clone()),
                };
                out.push_str(&format!("\n--part\nContent-Disposition: form-data; name=\"{name}\"{file}\n\n{value}"));
            }
            out.push_str("\n--part--");
        }
    }
    out.trim_end().to_owned()
}

/// In single quotes, as every POSIX shell reads them.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// JSON with colour: keys, texts, and the rest in elements with a class. The markup is safe.
pub(crate) fn coloured_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, class) = match first {
            '"' => {
                let end = string_end(rest);
                let is_key = rest[end..].trim_start().starts_with(':');
                (end, if is_key { "k" } else { "s" })
            }
            '-' | '0'..='9' | 't' | 'f' | 'n' => {
                (rest.find(|next: char| !(next.is_ascii_alphanumeric() || "+-.".contains(next))).unwrap_or(rest.len()), "n")
            }
            other => (other.len_utf8(), ""),
        };
        let piece = crate::markdown::escaped_text(&rest[..length]);
        match class {
            "" => out.push_str(&piece),
            class => out.push_str(&format!("<span class={class}>{piece}</span>")),
        }
        rest = &rest[length..];
    }
    out
}

/// Where the JSON string that starts here ends.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{Body, Request, curl, http};

    #[test]
    fn a_request_can_be_pasted_into_a_shell() {
        let request = Request {
            method: "POST".to_owned(),
            origin: "https://api.example.com".to_owned(),
            target: "/pets?kind=dog".to_owned(),
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: Body::Text("{\"name\": \"O'Malley\"}".to_owned()),
        };
        assert_eq!(
            curl(&request),
            "curl -X POST 'https://api.example.com/pets?kind=dog' \\\n  -H 'Content-Type: application/json' \\\n  -d '{\"name\": \"O'\\''Malley\"}'"
        );
        assert_eq!(
            http(&request),
            "POST /pets?kind=dog HTTP/1.1\nHost: api.example.com\nContent-Type: application/json\n\n{\"name\": \"O'Malley\"}"
        );
    }
}
