//! Reads the markup that the templates have made, tag by tag, for those who look at finished pages: the link checker and the
//! Markdown twins.
//!
//! Not a parser for the web at large: it never fails, knows no implied elements, and costs about as much as looking at every
//! byte once, because it sees every page of every build. A full HTML parser takes longer than making the page.

use std::borrow::Cow;

/// A piece of markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'h> {
    /// `<name attributes>`
    Open {
        /// As written, which is lower case in our own templates.
        name: &'h str,
        attributes: Attributes<'h>,
    },
    /// `</name>`
    Close(&'h str),
    /// What stands between tags, with its entities.
    Text(&'h str),
}

/// The attributes of a tag, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attributes<'h>(&'h str);

/// Elements that have no content.
pub(crate) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area" | "base" | "br" | "col" | "embed" | "hr" | "img" | "input" | "link" | "meta" | "source" | "track" | "wbr"
    )
}

/// The pieces of a page, in order. Comments and declarations are left out.
pub(crate) fn tokens(html: &str) -> Tokens<'_> {
    Tokens { rest: html, raw: None }
}

/// See [`tokens`].
#[derive(Clone, Debug)]
pub(crate) struct Tokens<'h> {
    rest: &'h str,
    /// Inside this element everything is text until it ends.
    raw: Option<&'h str>,
}

impl<'h> Iterator for Tokens<'h> {
    type Item = Token<'h>;

    fn next(&mut self) -> Option<Token<'h>> {
        if let Some(name) = self.raw.take() {
            let end = self.rest.find(&format!("</{name}")).unwrap_or(self.rest.len());
            let (text, rest) = self.rest.split_at(end);
            self.rest = rest;
            if !text.is_empty() {
                return Some(Token::Text(text));
            }
        }
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let Some(after) = self.rest.strip_prefix('<') else {
                let (text, rest) = cut(self.rest, b'<').unwrap_or((self.rest, ""));
                self.rest = rest;
                return Some(Token::Text(text));
            };
            if let Some(comment) = after.strip_prefix("!--") {
                self.rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
                continue;
            }
            if after.starts_with(['!', '?']) {
                self.rest = after.split_once('>').map_or("", |(_, rest)| rest);
                continue;
            }
            if let Some(close) = after.strip_prefix('/') {
                let (name, rest) = cut(close, b'>').unwrap_or((close, ""));
                self.rest = rest.strip_prefix('>').unwrap_or(rest);
                return Some(Token::Close(name.trim_end()));
            }
            if !after.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) {
                // A lone `<`, which only an author's own markup can have.
                self.rest = after;
                return Some(Token::Text("<"));
            }
            let end = tag_end(after);
            let (tag, rest) = after.split_at(end);
            self.rest = rest.strip_prefix('>').unwrap_or(rest);
            let (name, attributes) = tag.split_at(length_until(tag, |one| one == b'/'));
            if matches!(name, "script" | "style") {
                self.raw = Some(name);
            }
            return Some(Token::Open { name, attributes: Attributes(attributes) });
        }
    }
}

/// A text before and from an ASCII character. Most texts between two of them are short, but descriptions are not.
fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    memchr::memchr(at, text.as_bytes()).map(|at| text.split_at(at))
}

/// How many bytes stand before white space or an ASCII character that `ends`.
fn length_until(text: &str, ends: impl Fn(u8) -> bool) -> usize {
    text.bytes().position(|one| one.is_ascii_whitespace() || ends(one)).unwrap_or(text.len())
}

/// Where a tag ends: at the first `>` outside quotes.
fn tag_end(tag: &str) -> usize {
    let bytes = tag.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr::memchr3(b'>', b'"', b'\'', &bytes[at..]) {
        let quote = bytes[at + found];
        at += found + 1;
        if quote == b'>' {
            return at - 1;
        }
        let Some(end) = memchr::memchr(quote, &bytes[at..]) else { break };
        at += end + 1;
    }
    tag.len()
}

impl<'h> Attributes<'h> {
    /// The value of an attribute, with its entities; empty for one without a value.
    pub(crate) fn get(self, name: &str) -> Option<&'h str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Whether its classes include this one.
    pub(crate) fn has_class(self, class: &str) -> bool {
        self.get("class").is_some_and(|classes| classes.split_ascii_whitespace().any(|one| one == class))
    }

    /// Names and values, in order.
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'h str, &'h str)> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let blank = rest.bytes().position(|one| !one.is_ascii_whitespace() && one != b'/')?;
            rest = &rest[blank..];
            let (name, after) = match length_until(rest, |one| matches!(one, b'=' | b'/')) {
                // A lone `=` is a name, too.
                0 => rest.split_at(1),
                end => rest.split_at(end),
            };
            let Some(value) = after.strip_prefix('=') else {
                rest = after;
                return Some((name, ""));
            };
            let (value, after) = match value.as_bytes().first() {
                Some(&quote @ (b'"' | b'\'')) => {
                    let (value, after) = cut(&value[1..], quote).unwrap_or((&value[1..], ""));
                    (value, after.get(1..).unwrap_or_default())
                }
                _ => value.split_at(length_until(value, |_| false)),
            };
            rest = after;
            Some((name, value))
        })
    }
}

/// Text without entities. Only those that our own markup has, and numbers.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let entity = after.find(';').filter(|&end| end < 12).map(|end| (&after[..end], &after[end + 1..]));
        let character = entity.and_then(|(name, _)| match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some(' '),
            name => {
                let number = name.strip_prefix('#')?;
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)
            }
        });
        match (character, entity) {
            (Some(character), Some((_, after))) => {
                out.push(character);
                rest = after;
            }
            _ => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::{Token, decoded, tokens};

    #[test]
    fn tags_texts_and_nothing_else() {
        let html = "<!doctype html><a class=k href=\"x>y\" hidden>1 &lt; 2</a><!-- <b> --><script>a < b</script><br/>< 3";
        let seen: Vec<String> = tokens(html)
            .map(|token| match token {
                Token::Open { name, attributes } => format!("<{name} {:?}>", attributes.iter().collect::<Vec<_>>()),
                Token::Close(name) => format!("</{name}>"),
                Token::Text(text) => decoded(text).into_owned(),
            })
            .collect();
        assert_eq!(
            seen,
            [
                "<a [(\"class\", \"k\"), (\"href\", \"x>y\"), (\"hidden\", \"\")]>",
                "1 < 2",
                "</a>",
                "<script []>",
                "a < b",
                "</script>",
                "<br []>",
                "<",
                " 3"
            ]
        );
        assert_eq!(decoded("&#39;&#x41;&unknown;&"), "'A&unknown;&");
    }

    #[test]
    fn whatever_it_reads_it_ends() {
        for html in ["<", "<a", "<a href", "<a href=", "<a href=\"", "</", "<!--", "<script>", "<a =x>", "&#", "<é>"] {
            assert!(tokens(html).count() < 5, "{html}");
        }
    }
}
