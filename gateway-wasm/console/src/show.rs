//! Answers made readable: JSON and XML with line breaks. Nothing of a value changes, large numbers included.

use crate::json::{self, Node, Value};

/// The most that is formatted; more is shown as it came.
const BYTES_MAX: usize = 2_000_000;

/// A body with line breaks and indentation; `None` if it is neither JSON nor XML, or broken, or too large.
pub fn formatted(media_type: &str, text: &str) -> Option<String> {
    if text.len() > BYTES_MAX {
        return None;
    }
    let media = media_type.to_lowercase();
    if crate::check::is_json(&media) {
        return json(text);
    }
    if media.contains("xml") && !media.contains("html") {
        return xml(text);
    }
    None
}

/// JSON with line breaks.
pub fn json(text: &str) -> Option<String> {
    let node = json::read(text.trim_start_matches('\u{feff}')).ok()?;
    let mut out = String::new();
    write(&node, 0, &mut out);
    Some(out)
}

fn write(node: &Node, depth: usize, out: &mut String) {
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => out.push_str(number),
        Value::Text(text) => out.push_str(&quoted(text)),
        Value::List(entries) if entries.is_empty() => out.push_str("[]"),
        Value::Object(members) if members.is_empty() => out.push_str("{}"),
        Value::List(entries) => {
            out.push('[');
            for (at, entry) in entries.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                line(out, depth + 1);
                write(entry, depth + 1, out);
            }
            line(out, depth);
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (at, member) in members.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                line(out, depth + 1);
                out.push_str(&quoted(&member.name));
                out.push_str(": ");
                write(&member.node, depth + 1, out);
            }
            line(out, depth);
            out.push('}');
        }
    }
}

/// XML with line breaks between elements. Where text stands beside elements, white space has a meaning, so all of it stays.
fn xml(text: &str) -> Option<String> {
    let pieces = pieces(text.trim_start_matches('\u{feff}').trim())?;
    let mut out = String::new();
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        // An element that holds only text, or nothing, stays on one line.
        let inline = piece.opens().then(|| match (pieces.get(at + 1), pieces.get(at + 2)) {
            (Some(next), _) if next.closes() => 2,
            (Some(next), Some(after)) if next.is_text && after.closes() => 3,
            _ => 0,
        });
        if piece.is_text && piece.text.trim().is_empty() {
            at += 1;
            continue;
        }
        if piece.closes() {
            depth = depth.saturating_sub(1);
        }
        if !out.is_empty() {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        }
        match inline {
            Some(count) if count > 0 => {
                pieces.get(at..at + count)?.iter().for_each(|piece| out.push_str(piece.text));
                at += count;
                continue;
            }
            Some(_) => {
                let end = element_end(&pieces, at)?;
                let is_mixed = mixed(pieces.get(at + 1..end)?);
                if is_mixed {
                    pieces.get(at..=end)?.iter().for_each(|piece| out.push_str(piece.text));
                    at = end + 1;
                    continue;
                }
                depth += 1;
            }
            None => {}
        }
        out.push_str(piece.text.trim());
        at += 1;
    }
    Some(out)
}

struct Piece<'t> {
    text: &'t str,
    is_text: bool,
}

impl Piece<'_> {
    fn opens(&self) -> bool {
        !self.is_text
            && !self.text.starts_with("</")
            && !self.text.starts_with("<!")
            && !self.text.starts_with("<?")
            && !self.text.ends_with("/>")
    }

    fn closes(&self) -> bool {
        self.text.starts_with("</") && !self.is_text
    }
}

fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if !rest.starts_with('<') {
            let end = rest.find('<').unwrap_or(rest.len());
            pieces.push(Piece { text: &rest[..end], is_text: true });
            rest = &rest[end..];
            continue;
        }
        let until = |mark: &str| rest.find(mark).map(|at| at + mark.len());
        let end = if rest.starts_with("<!--") {
            until("-->")?
        } else if rest.starts_with("<![CDATA[") {
            until("]]>")?
        } else if rest.starts_with("<?") {
            until("?>")?
        } else {
            tag_end(rest)?
        };
        pieces.push(Piece { text: &rest[..end], is_text: rest.starts_with("<![CDATA[") });
        rest = &rest[end..];
    }
    Some(pieces)
}

/// Behind the tag's `>`; one between quotes does not count.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            (None, b'>') => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Where the element that opens here is closed.
fn element_end(pieces: &[Piece<'_>], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, piece) in pieces.iter().enumerate().skip(open) {
        if piece.opens() {
            depth += 1;
        } else if piece.closes() {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// True if text stands directly inside, between elements.
fn mixed(inside: &[Piece<'_>]) -> bool {
    let mut depth = 0usize;
    for piece in inside {
        if piece.is_text && depth == 0 && !piece.text.trim().is_empty() {
            return true;
        }
        if piece.opens() {
            depth += 1;
        } else if piece.closes() {
            depth = depth.saturating_sub(1);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::formatted;

    #[test]
    fn json_is_shown_with_every_digit() {
        let text = "{\"a\":[1,2.50,12345678901234567890123],\"b\":{},\"c\":[],\"d\":\"\\u00e9\\n\"}";
        let expected = "{\n  \"a\": [\n    1,\n    2.50,\n    12345678901234567890123\n  ],\n  \"b\": {},\n  \"c\": [],\n  \"d\": \"é\\n\"\n}";
        assert_eq!(formatted("application/problem+json", text).as_deref(), Some(expected));
        assert_eq!(formatted("application/json", "{"), None);
        assert_eq!(formatted("text/plain", "{}"), None);
    }

    #[test]
    fn xml_is_shown_with_its_structure() {
        let text = "<?xml version=\"1.0\"?><a x='>'><b>1</b><c/><d><e>2</e></d><f>one <g>two</g></f><h></h><!-- n --></a>";
        let expected = "<?xml version=\"1.0\"?>\n<a x='>'>\n  <b>1</b>\n  <c/>\n  <d>\n    <e>2</e>\n  </d>\n  <f>one <g>two</g></f>\n  <h></h>\n  <!-- n -->\n</a>";
        assert_eq!(formatted("application/xml", text).as_deref(), Some(expected));
        assert_eq!(formatted("application/xml", "<a><b>"), None);
        assert_eq!(formatted("application/xml", "<a"), None);
        assert_eq!(formatted("text/html", "<a></a>"), None);
    }
}
