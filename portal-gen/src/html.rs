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
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at(end);
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
                let (name, rest) = close.split_once('>').unwrap_or((close, ""));
                self.rest = rest;
                return Some(Token::Close(name.trim_end()));
            }
            if !after.starts_with(|first: char| first.is_ascii_alphabetic()) {
                // A lone `<`, which only an author's own markup can have.
                self.rest = after;
                return Some(Token::Text("<"));
            }
            let end = tag_end(after);
            let (tag, rest) = after.split_at(end);
            self.rest = rest.strip_prefix('>').unwrap_or(rest);
            let name_end = tag.find(|one: char| one.is_ascii_whitespace() || one == '/').unwrap_or(tag.len());
            let (name, attributes) = tag.split_at(name_end);
            if matches!(name, "script" | "style") {
                self.raw = Some(name);
            }
            return Some(Token::Open { name, attributes: Attributes(attributes) });
        }
    }
}

/// Where a tag ends: at the first `>` outside quotes.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
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
            rest = rest.trim_start_matches(|one: char| one.is_ascii_whitespace() || one == '/');
            if rest.is_empty() {
                return None;
            }
            let end = rest.find(|one: char| one.is_ascii_whitespace() || matches!(one, '=' | '/')).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end.max(1).min(rest.len()));
            let Some(value) = after.strip_prefix('=') else {
                rest = after;
                return Some((name, ""));
            };
            let quoted = value.chars().next().filter(|first| matches!(first, '"' | '\''));
            let (value, after) = match quoted {
                Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
                None => value.split_at(value.find(|one: char| one.is_ascii_whitespace()).unwrap_or(value.len())),
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
