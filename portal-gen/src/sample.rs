//! Examples as readers see them.

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
