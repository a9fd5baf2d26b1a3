//! How far a C# expression reaches.
//!
//! More than half of all real policy files are not XML, because expressions hold raw quotes and angle brackets. So the
//! reader does not look for the end of an attribute but for the end of the expression in it: the bracket that closes the
//! first one, with strings, characters and comments skipped as C# has them. Quotes may be raw or written as entities.

/// The longest expression that is read. The longest one known from public files has 8,000 bytes.
pub const EXPRESSION_BYTES_MAX: usize = 256 << 10;

/// The deepest nesting of brackets in an expression; no author reaches it by hand.
pub const BRACKET_DEPTH_MAX: usize = 256;

/// True for a value that is an expression rather than a literal.
pub fn is_expression(value: &str) -> bool {
    value.starts_with("@(") || value.starts_with("@{")
}

/// An expression that has an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    /// The byte after the bracket that closes it.
    pub end: usize,
    /// Where a tool that formats XML took a string for an attribute: `" patch="""` was `"PATCH"`.
    pub taken_apart: Option<usize>,
}

/// Why an expression has no end, and where the reason stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Broken {
    /// Nothing closes this bracket.
    Bracket { opened: usize },
    /// A bracket of another kind stands where this one should be closed.
    WrongBracket { opened: usize, found: usize },
    /// This string has no end on its line, or none at all if it is a verbatim one.
    String { opened: usize },
    /// Nothing closes this comment.
    Comment { opened: usize },
    /// A tag of the file stands inside this bracket: C# has no `</` and no `/>`.
    Tag { opened: usize, at: usize },
    /// A tool that formats XML took strings for attributes, the first one here.
    TakenApart { at: usize },
    /// More brackets in each other than [`BRACKET_DEPTH_MAX`].
    Deep { at: usize },
    /// Longer than [`EXPRESSION_BYTES_MAX`].
    Long,
}

/// Finds the end of the expression that starts at `start`, where `text[start..]` begins with `@(` or `@{`.
///
/// # Errors
/// If no bracket closes it, with the reason.
pub fn end(text: &str, start: usize) -> Result<Whole, Broken> {
    let until = text.len().min(start.saturating_add(EXPRESSION_BYTES_MAX));
    let mut scan = Scan { text: text.as_bytes().get(..until).unwrap_or_default(), at: start + 1, depth: 0, taken_apart: None };
    match scan.brackets() {
        Ok(()) => Ok(Whole { end: scan.at, taken_apart: scan.taken_apart }),
        Err(Broken::Deep { at }) => Err(Broken::Deep { at }),
        Err(_) if let Some(at) = scan.taken_apart => Err(Broken::TakenApart { at }),
        // Where the text was cut short, whatever seems to have no end there may have one further on.
        Err(Broken::WrongBracket { opened, found }) => Err(Broken::WrongBracket { opened, found }),
        Err(_) if scan.at >= until && until < text.len() => Err(Broken::Long),
        Err(broken) => Err(broken),
    }
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
    /// How many brackets are open, those around an interpolated string included.
    depth: usize,
    taken_apart: Option<usize>,
}

impl Scan<'_> {
    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Skips one pair of brackets and everything in it; `at` stands on the opening one.
    fn brackets(&mut self) -> Result<(), Broken> {
        let mut open: Vec<(u8, usize)> = Vec::new();
        loop {
            match self.byte() {
                Some(bracket @ (b'(' | b'[' | b'{')) => {
                    open.push((bracket, self.at));
                    self.deeper()?;
                    self.at += 1;
                }
                Some(bracket @ (b')' | b']' | b'}')) => {
                    let Some((opened, opened_at)) = open.pop() else { return Ok(()) };
                    if !matches!((opened, bracket), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
                        return Err(Broken::WrongBracket { opened: opened_at, found: self.at });
                    }
                    self.depth -= 1;
                    self.at += 1;
                    if open.is_empty() {
                        return Ok(());
                    }
                }
                Some(b'<' | b'/') if is_tag(self.rest()) => {
                    return Err(Broken::Tag { opened: open.last().map_or(self.at, |&(_, at)| at), at: self.at });
                }
                Some(_) => self.token()?,
                None => return Err(Broken::Bracket { opened: open.last().map_or(self.at, |&(_, at)| at) }),
            }
        }
    }

    fn deeper(&mut self) -> Result<(), Broken> {
        self.depth += 1;
        if self.depth > BRACKET_DEPTH_MAX { Err(Broken::Deep { at: self.at }) } else { Ok(()) }
    }

    /// Skips a string, a character, a comment, or one byte of anything else.
    fn token(&mut self) -> Result<(), Broken> {
        let rest = self.rest();
        if rest.starts_with(b"//") {
            let opened = self.at;
            match line_end(rest) {
                Some(length) => self.at += length,
                None => return self.comment_without_end(opened),
            }
        } else if rest.starts_with(b"/*") {
            match find(rest.get(2..).unwrap_or_default(), b"*/") {
                Some(length) => self.at += 2 + length + 2,
                None => return self.comment_without_end(self.at),
            }
        } else if let Some(prefix) = string_prefix(rest) {
            let marks = rest.get(..prefix).unwrap_or_default();
            let (interpolated, verbatim) = (marks.contains(&b'$'), marks.contains(&b'@'));
            let opened = self.at;
            self.at += prefix;
            self.string(opened, interpolated, verbatim)?;
            self.see_formatter(opened);
        } else if let Some(quote) = quote(rest, b'\'') {
            self.character(quote);
        } else {
            self.at += 1;
        }
        Ok(())
    }

    fn comment_without_end(&mut self, opened: usize) -> Result<(), Broken> {
        self.at = self.text.len();
        Err(Broken::Comment { opened })
    }

    /// Skips a string; `at` stands on its opening quote.
    fn string(&mut self, opened: usize, interpolated: bool, verbatim: bool) -> Result<(), Broken> {
        // A string ends with the spelling of the quote that it began with, so that a raw string may hold `&quot;`.
        let spelling = self.rest().get(..quote(self.rest(), b'"').unwrap_or(1)).unwrap_or_default().to_vec();
        self.at += spelling.len();
        loop {
            let rest = self.rest();
            let Some(&first) = rest.first() else { return Err(Broken::String { opened }) };
            if rest.starts_with(&spelling) {
                self.at += spelling.len();
                if verbatim && self.rest().starts_with(&spelling) {
                    self.at += spelling.len();
                    continue;
                }
                return Ok(());
            } else if !verbatim && first == b'\\' {
                self.at += 1;
                self.at += quote(self.rest(), b'"').unwrap_or(1);
            } else if !verbatim && newline(rest).is_some() {
                return Err(Broken::String { opened });
            } else if interpolated && rest.starts_with(b"{{") {
                self.at += 2;
            } else if interpolated && first == b'{' {
                self.hole(opened, &spelling)?;
            } else {
                self.at += 1;
            }
        }
    }

    /// Skips `{value:format}` of an interpolated string; `at` stands on its `{`.
    fn hole(&mut self, opened: usize, spelling: &[u8]) -> Result<(), Broken> {
        self.deeper()?;
        self.at += 1;
        loop {
            match self.byte() {
                Some(b'(' | b'[' | b'{') => self.brackets()?,
                Some(b'}') => break,
                // The `?:` of C# stands in brackets here, so a colon starts the format, which is text.
                Some(b':') if self.rest().get(1) != Some(&b':') => {
                    while self.byte().is_some_and(|byte| byte != b'}') && !self.rest().starts_with(spelling) {
                        self.at += 1;
                    }
                    if self.byte() != Some(b'}') {
                        return Err(Broken::String { opened });
                    }
                    break;
                }
                Some(b':') => self.at += 2,
                Some(_) => self.token()?,
                None => return Err(Broken::String { opened }),
            }
        }
        self.depth -= 1;
        self.at += 1;
        Ok(())
    }

    /// Skips a character literal; `at` stands on its opening quote. An apostrophe that nothing closes on its line is one byte.
    fn character(&mut self, opening: usize) {
        let mut to = self.at + opening;
        while let Some(rest) = self.text.get(to..).filter(|rest| !rest.is_empty()) {
            if let Some(closing) = quote(rest, b'\'') {
                self.at = to + closing;
                return;
            }
            if newline(rest).is_some() {
                break;
            }
            to +=
                if rest.first() == Some(&b'\\') { 1 + rest.get(1..).and_then(|rest| quote(rest, b'\'')).unwrap_or(1) } else { 1 };
        }
        self.at += opening;
    }

    /// Tools that take the text between two raw quotes for attributes make `"patch"` into `"patch="""` or `"patch"=""`, which is
    /// no C#; `at` stands behind the first string.
    fn see_formatter(&mut self, opened: usize) {
        let after = self.rest().trim_ascii_start();
        let strings_touch = after.starts_with(b"\"") && self.text.get(..self.at).is_some_and(|before| before.ends_with(b"=\""));
        let empty_value = after.strip_prefix(b"=").is_some_and(|after| after.starts_with(b"\"\""));
        if strings_touch || empty_value {
            self.taken_apart.get_or_insert(opened);
        }
    }
}

/// True for `</name` and `/>`.
fn is_tag(rest: &[u8]) -> bool {
    match rest {
        [b'<', b'/', name, ..] => name.is_ascii_alphabetic() || *name == b'_',
        [b'/', b'>', ..] => true,
        _ => false,
    }
}

/// The length of a quote at the front, raw or as an entity.
fn quote(rest: &[u8], quote: u8) -> Option<usize> {
    match rest.first()? {
        first if *first == quote => Some(1),
        b'&' => {
            let (name, number) = if quote == b'"' { (&b"&quot;"[..], 34) } else { (&b"&apos;"[..], 39) };
            if rest.starts_with(name) {
                return Some(name.len());
            }
            numeric(rest).filter(|(code, _)| *code == number).map(|(_, length)| length)
        }
        _ => None,
    }
}

/// The length of a line break at the front, raw or as an entity.
fn newline(rest: &[u8]) -> Option<usize> {
    match rest.first()? {
        b'\n' | b'\r' => Some(1),
        b'&' => numeric(rest).filter(|(code, _)| matches!(code, 10 | 13)).map(|(_, length)| length),
        _ => None,
    }
}

fn line_end(rest: &[u8]) -> Option<usize> {
    (0..rest.len()).find(|&at| rest.get(at..).is_some_and(|rest| newline(rest).is_some()))
}

/// The value and the length of `&#10;` or `&#xA;` at the front.
fn numeric(rest: &[u8]) -> Option<(u32, usize)> {
    let digits = rest.strip_prefix(b"&#")?;
    let length = digits.iter().take(10).position(|&byte| byte == b';')?;
    let digits = std::str::from_utf8(digits.get(..length)?).ok()?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => digits.parse(),
    };
    Some((code.ok()?, "&#;".len() + length))
}

/// The length of what stands before a string's quote: `$`, `@`, `$@`, `@$` or nothing. `None` if no string starts here.
fn string_prefix(rest: &[u8]) -> Option<usize> {
    let prefix = rest.iter().take(2).take_while(|byte| matches!(byte, b'$' | b'@')).count();
    rest.get(prefix..).and_then(|rest| quote(rest, b'"')).map(|_| prefix)
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::{Broken, end};

    /// Everything up to the last bracket before `|` is the expression.
    #[test]
    fn finds_the_closing_bracket() {
        for case in [
            r#"@(1)|"#,
            r#"@(a["x"] == ")")|" b=""#,
            r#"@{ return "}"; }|</set-body>"#,
            r#"@(&quot;)&quot;)|"#,
            r#"@(&#34;)&#x22; + &#034;(&#34;)|"#,
            r#"@("&quot;")|"#,
            r#"@(@"a\")|"#,
            r#"@(@"say ""hi)""")|"#,
            r#"@($"{a("}")} {{ }")|"#,
            r#"@($@"{x}\")|"#,
            r#"@(@$"{x}\")|"#,
            r#"@($"{d["("]:yyyy'('MM} {n,-5:(0)} {(a ? ")" : "(")}")|"#,
            r#"@($"{$"{a(")")}" + ')'}")|"#,
            r#"@($"{global::System.Guid.NewGuid()}")|"#,
            r#"@("\")")|"#,
            r#"@(&quot;\&quot;)&quot;)|"#,
            r#"@(c == ')' || c == '"')|"#,
            r#"@(c == '\\' || c == '(')|"#,
            r#"@(c == '\'' || c == '\u0028' || c == '&quot;' || c == '&amp;')|"#,
            r#"@(&apos;)&apos; + &#39;(&#39;)|"#,
            "@{ // it's )\n return 1; }|",
            "@{ // it's )&#xA; return 1; // (&#13;&#10; }|",
            "@{ /* ) ' \" */ return 1; }|",
            r#"@(a</* </b> */b ? "</b>" : c //>
)|"#,
            r#"@(a < b && c > d)|"#,
            r#"@(é("ü)") + '😀')|"#,
        ] {
            let expected = case.find(")|").or(case.find("}|")).map(|at| at + 1);
            let whole = end(case, 0).ok();
            assert_eq!(whole.map(|whole| whole.end), expected, "{case}");
            assert_eq!(whole.and_then(|whole| whole.taken_apart), None, "{case}");
        }
    }

    #[test]
    fn says_why_an_expression_has_no_end() {
        let deep = format!("@{}{}", "(".repeat(300), ")".repeat(300));
        let long = format!("@(\"{}\")", "x".repeat(super::EXPRESSION_BYTES_MAX));
        for (case, broken) in [
            ("@(", Broken::Bracket { opened: 1 }),
            ("@(a[1)", Broken::WrongBracket { opened: 3, found: 5 }),
            ("@{ if (a { b(); } }", Broken::WrongBracket { opened: 6, found: 18 }),
            ("@(\"", Broken::String { opened: 2 }),
            ("@(\"a\n\")", Broken::String { opened: 2 }),
            ("@(\"a&#10;\")", Broken::String { opened: 2 }),
            ("@($\"{a:x\")", Broken::String { opened: 2 }),
            ("@{ ) }", Broken::WrongBracket { opened: 1, found: 3 }),
            ("@('", Broken::Bracket { opened: 1 }),
            ("@{ /* }", Broken::Comment { opened: 3 }),
            ("@(a</b>)", Broken::Tag { opened: 1, at: 3 }),
            ("@(f(a/><b x=\")\"", Broken::Tag { opened: 3, at: 5 }),
            ("@{ // }", Broken::Comment { opened: 3 }),
            ("@(a[\"patch=\"\"\n])", Broken::TakenApart { at: 4 }),
            (&deep, Broken::Deep { at: 257 }),
            (&long, Broken::Long),
        ] {
            assert_eq!(end(case, 0), Err(broken), "{}", &case[..case.len().min(80)]);
        }
    }

    #[test]
    fn sees_where_a_formatter_took_a_string_apart() {
        for case in [r#"@(a.Method == " patch=""")"#, r#"@(a.Method == " patch"="" )"#] {
            assert_eq!(end(case, 0).ok().and_then(|whole| whole.taken_apart), Some(14), "{case}");
        }
    }
}
