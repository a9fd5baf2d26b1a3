//! HTML that authors write inside Markdown: which of it is published.
//!
//! Nothing is passed through. A tag is read, and written anew if its element and its attributes are on the lists here; so
//! whatever the input is, the output holds only these elements, closed in the right order. That is stricter than what a
//! sanitiser for whole documents does (`ammonia` keeps what a browser would repair), costs no second parser for a hundred
//! thousand descriptions, and knows the place of everything it takes away.

/// A part of a raw text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// Text with its entities.
    Text(&'t str),
    /// `<!-- ... -->`, with what is inside.
    Comment(&'t str),
    Open(Tag<'t>),
    Close(String),
    /// Declarations and instructions, which say nothing in a page.
    Other,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'t> {
    /// Lower case.
    pub(super) name: String,
    /// Names in lower case, and values with their entities.
    pub(super) attributes: Vec<(String, &'t str)>,
    pub(super) closes_itself: bool,
}

/// Reads raw HTML: each part with the byte at which it begins. Everything is a part; broken tags are text.
pub(super) fn tokens(raw: &str) -> Vec<(usize, Token<'_>)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < raw.len() {
        let rest = &raw[at..];
        let (token, length) = if rest.starts_with('<') {
            markup(rest).unwrap_or((Token::Text("<"), 1))
        } else {
            let end = rest.find('<').unwrap_or(rest.len());
            (Token::Text(&rest[..end]), end)
        };
        tokens.push((at, token));
        at += length;
    }
    tokens
}

fn markup(rest: &str) -> Option<(Token<'_>, usize)> {
    if let Some(inside) = rest.strip_prefix("<!--") {
        // A comment that does not end takes the rest, as browsers do.
        let end = inside.find("-->");
        return Some((Token::Comment(&inside[..end.unwrap_or(inside.len())]), end.map_or(rest.len(), |end| end + 7)));
    }
    if rest.starts_with("<!") || rest.starts_with("<?") {
        return Some((Token::Other, rest.find('>')? + 1));
    }
    if let Some(inside) = rest.strip_prefix("</") {
        let name = name_of(inside)?;
        let end = inside.find('>')?;
        return Some((Token::Close(name.to_ascii_lowercase()), end + 3));
    }
    let name = name_of(&rest[1..])?;
    let mut tag = Tag { name: name.to_ascii_lowercase(), attributes: Vec::new(), closes_itself: false };
    let mut at = 1 + name.len();
    loop {
        let here = rest[at..].trim_start_matches(|c: char| c.is_ascii_whitespace());
        at = rest.len() - here.len();
        match here.chars().next()? {
            '>' => return Some((Token::Open(tag), at + 1)),
            '/' => {
                tag.closes_itself = here[1..].starts_with('>');
                at += 1;
            }
            _ => {
                let end = here.find(|c: char| c.is_ascii_whitespace() || "=>/".contains(c)).unwrap_or(here.len());
                // A lone `=` is a name to browsers.
                let end = if end == 0 { 1 } else { end };
                let name = here.get(..end)?.to_ascii_lowercase();
                at += end;
                let after = rest[at..].trim_start();
                let Some(value) = after.strip_prefix('=') else {
                    tag.attributes.push((name, ""));
                    continue;
                };
                let value = value.trim_start();
                let quote = value.chars().next()?;
                let (value, behind) = if matches!(quote, '"' | '\'') {
                    value[1..].split_once(quote)?
                } else {
                    value.split_at(value.find(|c: char| c.is_ascii_whitespace() || c == '>')?)
                };
                tag.attributes.push((name, value));
                at = rest.len() - behind.len();
            }
        }
    }
}

fn name_of(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(text.len());
    let behind = text[end..].chars().next();
    (text.starts_with(|c: char| c.is_ascii_alphabetic()) && behind.is_none_or(|c| c.is_ascii_whitespace() || "/>".contains(c)))
        .then_some(&text[..end])
}

/// What is done with an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Published; it stands inside lines.
    Inline,
    /// Published; it stands for itself.
    Block,
    /// Published; it has no end.
    Void,
    /// A heading of this level.
    Heading(usize),
    /// Taken away with all that is in it.
    Removed,
    /// Taken away; what is in it stays.
    Unwrapped,
    /// No element of HTML: most likely `<placeholder>`.
    Unknown,
}

pub(super) fn kind(name: &str) -> Kind {
    match name {
        "a" | "abbr" | "b" | "bdi" | "bdo" | "cite" | "code" | "del" | "dfn" | "em" | "i" | "ins" | "kbd" | "mark" | "q"
        | "s" | "samp" | "small" | "span" | "strong" | "sub" | "sup" | "time" | "u" | "var" => Kind::Inline,
        "p" | "div" | "details" | "summary" | "dl" | "dt" | "dd" | "ul" | "ol" | "li" | "blockquote" | "pre" | "table"
        | "caption" | "thead" | "tbody" | "tfoot" | "tr" | "th" | "td" | "figure" | "figcaption" => Kind::Block,
        "br" | "hr" | "img" | "wbr" => Kind::Void,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Kind::Heading(usize::from(name.as_bytes()[1] - b'0')),
        "script" | "style" | "iframe" | "object" | "embed" | "applet" | "template" | "noscript" | "noembed" | "noframes"
        | "svg" | "math" | "textarea" | "select" | "title" | "head" | "xmp" | "plaintext" | "frameset" | "audio" | "video"
        | "canvas" => Kind::Removed,
        "acronym" | "address" | "area" | "article" | "aside" | "base" | "basefont" | "big" | "body" | "button" | "center"
        | "col" | "colgroup" | "data" | "datalist" | "dialog" | "dir" | "fieldset" | "font" | "footer" | "form" | "frame"
        | "header" | "hgroup" | "html" | "input" | "label" | "legend" | "link" | "main" | "map" | "marquee" | "menu" | "meta"
        | "meter" | "nav" | "nobr" | "optgroup" | "option" | "output" | "param" | "picture" | "progress" | "rp" | "rt"
        | "ruby" | "search" | "section" | "slot" | "source" | "strike" | "track" | "tt" => Kind::Unwrapped,
        _ => Kind::Unknown,
    }
}

/// Elements that are taken away where there is nothing to miss: their content is all that they say.
pub(super) fn is_harmless(name: &str) -> bool {
    matches!(
        name,
        "acronym"
            | "address"
            | "article"
            | "aside"
            | "big"
            | "body"
            | "center"
            | "col"
            | "colgroup"
            | "font"
            | "footer"
            | "header"
            | "html"
            | "main"
            | "nav"
            | "nobr"
            | "picture"
            | "section"
            | "source"
            | "strike"
            | "tt"
    )
}

/// Whether an element has no end tag at all.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr"
            | "img"
            | "wbr"
            | "input"
            | "meta"
            | "link"
            | "base"
            | "col"
            | "embed"
            | "source"
            | "track"
            | "param"
            | "area"
    )
}

/// Elements whose end may be left out.
pub(super) fn ends_by_itself(name: &str) -> bool {
    matches!(name, "p" | "li" | "dt" | "dd" | "tr" | "td" | "th" | "thead" | "tbody" | "tfoot")
}

/// Where an element must stand directly inside; nothing if it may stand anywhere.
pub(super) fn parents(name: &str) -> &'static [&'static str] {
    match name {
        "li" => &["ul", "ol"],
        "dt" | "dd" => &["dl"],
        "summary" => &["details"],
        "figcaption" => &["figure"],
        "caption" | "thead" | "tbody" | "tfoot" => &["table"],
        "tr" => &["table", "thead", "tbody", "tfoot"],
        "td" | "th" => &["tr"],
        _ => &[],
    }
}

/// Whether an element that is open ends where another begins.
pub(super) fn is_ended_by(open: &str, next: &str) -> bool {
    match open {
        "p" => kind(next) == Kind::Block || matches!(kind(next), Kind::Heading(_)) || next == "hr",
        "li" => next == "li",
        "dt" | "dd" => matches!(next, "dt" | "dd"),
        "td" | "th" => matches!(next, "td" | "th" | "tr" | "thead" | "tbody" | "tfoot"),
        "tr" => matches!(next, "tr" | "thead" | "tbody" | "tfoot"),
        "thead" | "tbody" | "tfoot" => matches!(next, "thead" | "tbody" | "tfoot"),
        _ => false,
    }
}

/// What is done with an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    Kept,
    /// The address of a link or a picture.
    Address,
    /// An anchor.
    Anchor,
    /// Where text stands: becomes a class.
    Alignment,
    /// It has no value.
    Flag,
    /// Looks, which the theme decides: no loss.
    Dropped,
    /// Something that may be missed.
    Refused,
}

pub(super) fn attribute(element: &str, name: &str, value: &str) -> Attribute {
    let is_number = !value.is_empty() && value.len() <= 5 && value.bytes().all(|byte| byte.is_ascii_digit());
    match (element, name) {
        ("a", "href") | ("img", "src") => Attribute::Address,
        (_, "id") | ("a", "name") => Attribute::Anchor,
        (_, "title" | "lang") | ("img", "alt") | ("time", "datetime") => Attribute::Kept,
        (_, "dir") if matches!(value, "ltr" | "rtl" | "auto") => Attribute::Kept,
        ("img", "width" | "height") | ("td" | "th", "colspan" | "rowspan") | ("ol", "start") | ("li", "value") if is_number => {
            Attribute::Kept
        }
        ("th", "scope") if matches!(value, "col" | "row" | "colgroup" | "rowgroup") => Attribute::Kept,
        ("details", "open") | ("ol", "reversed") => Attribute::Flag,
        (_, "align") if matches!(value.to_ascii_lowercase().as_str(), "left" | "right" | "center") => Attribute::Alignment,
        (
            _,
            "class" | "style" | "align" | "valign" | "width" | "height" | "border" | "cellpadding" | "cellspacing" | "bgcolor"
            | "color" | "rel" | "target" | "role" | "loading" | "dir" | "type" | "nowrap" | "size" | "face",
        ) => Attribute::Dropped,
        (_, name) if name.starts_with("data-") || name.starts_with("aria-") || name.starts_with("xml") => Attribute::Dropped,
        _ => Attribute::Refused,
    }
}

/// Text of HTML as it is meant: the entities that people write, as characters.
pub(super) fn decoded(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.char_indices().take(12).find(|(_, character)| *character == ';').map(|(end, _)| end);
        match end.and_then(|end| Some((entity(&rest[1..end])?, end))) {
            Some((character, end)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|character| !character.is_control());
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "bull" => '•',
        "middot" => '·',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "times" => '×',
        "rarr" => '→',
        "larr" => '←',
        "laquo" => '«',
        "raquo" => '»',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "deg" => '°',
        "euro" => '€',
        "le" => '≤',
        "ge" => '≥',
        "ne" => '≠',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Token, tokens};

    #[test]
    fn every_byte_is_part_of_a_token() {
        for raw in [
            "<",
            "<a",
            "<a b",
            "<a b=",
            "<a b='",
            "<a b=c",
            "</",
            "</a",
            "<!--",
            "<!",
            "<?x",
            "<é>",
            "<a é=ü>",
            "<a/ />",
            "x<b>y</b >z",
            "<a =>",
        ] {
            let found = tokens(raw);
            let starts: Vec<usize> = found.iter().map(|(start, _)| *start).collect();
            assert!(starts.first() == Some(&0) && starts.is_sorted_by(|a, b| a < b), "{raw}");
        }
        assert!(matches!(&tokens("<a href=x>")[0].1, Token::Open(tag) if tag.attributes == [("href".to_owned(), "x")]));
    }
}
