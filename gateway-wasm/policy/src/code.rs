//! How far a C# expression reaches.
//!
//! More than half of all real policy files are not XML, because expressions hold raw quotes and angle brackets. So the
//! reader does not look for the end of an attribute but for the end of the expression in it: the bracket that closes the
//! first one, with strings, characters and comments skipped as C# has them. Quotes may be raw or written as entities.

/// The byte after the bracket that closes the expression starting at `start`, where `text[start..]` begins with `@(` or
/// `@{`. `None` if no bracket closes it.
pub fn end(text: &str, start: usize) -> Option<usize> {
    let mut scan = Scan { text: text.as_bytes(), at: start + 1 };
    scan.brackets()?;
    Some(scan.at)
}

/// Deeper nesting than this is refused; no author reaches it by hand.
const DEPTH_MAX: usize = 256;

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Skips one pair of brackets and everything in it; `at` stands on the opening one.
    fn brackets(&mut self) -> Option<()> {
        let mut open = Vec::new();
        loop {
            match *self.text.get(self.at)? {
                bracket @ (b'(' | b'[' | b'{') => {
                    open.push(bracket);
                    self.at += 1;
                    if open.len() > DEPTH_MAX {
                        return None;
                    }
                }
                bracket @ (b')' | b']' | b'}') => {
                    let opened = open.pop()?;
                    if !matches!((opened, bracket), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
                        return None;
                    }
                    self.at += 1;
                    if open.is_empty() {
                        return Some(());
                    }
                }
                _ => self.token()?,
            }
        }
    }

    /// Skips a string, a character, a comment, or one byte of anything else.
    fn token(&mut self) -> Option<()> {
        let rest = self.rest();
        if rest.starts_with(b"//") {
            let length = rest.iter().position(|&byte| byte == b'\n')?;
            self.at += length;
        } else if rest.starts_with(b"/*") {
            self.at += 2 + find(&rest[2..], b"*/")? + 2;
        } else if let Some(prefix) = string_prefix(rest) {
            let (interpolated, verbatim) = (rest[..prefix].contains(&b'$'), rest[..prefix].contains(&b'@'));
            self.at += prefix;
            self.string(interpolated, verbatim)?;
        } else if let Some(quote) = entity(rest, b'\'') {
            self.character(quote)?;
        } else {
            self.at += 1;
        }
        Some(())
    }

    /// Skips a string; `at` stands on its opening quote.
    fn string(&mut self, interpolated: bool, verbatim: bool) -> Option<()> {
        // A string ends with the spelling of the quote that it began with, so that a raw string may hold `&quot;`.
        let quote = self.rest().get(..entity(self.rest(), b'"')?)?.to_vec();
        self.at += quote.len();
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return None;
            } else if rest.starts_with(&quote) {
                self.at += quote.len();
                if verbatim && self.rest().starts_with(&quote) {
                    self.at += quote.len();
                    continue;
                }
                return Some(());
            } else if !verbatim && rest[0] == b'\\' {
                self.at += 1;
                self.at += entity(self.rest(), b'"').unwrap_or(1);
            } else if !verbatim && rest[0] == b'\n' {
                return None;
            } else if interpolated && rest.starts_with(b"{{") {
                self.at += 2;
            } else if interpolated && rest[0] == b'{' {
                self.brackets()?;
            } else {
                self.at += 1;
            }
        }
    }

    /// Skips a character literal; `at` stands on its opening quote. What only looks like one (an apostrophe) is one byte.
    fn character(&mut self, quote: usize) -> Option<()> {
        let rest = self.rest().get(quote..)?;
        let body = match rest.first()? {
            b'\\' => {
                // `'\u0041'` and `'\x41'` are the long ones.
                let end = rest.iter().skip(2).take(10).position(|&byte| byte == b'\'' || byte == b'&')?;
                2 + end
            }
            b'&' => rest.iter().take(8).position(|&byte| byte == b';').map_or(1, |at| at + 1),
            first => match first {
                0xf0.. => 4,
                0xe0.. => 3,
                0xc0.. => 2,
                _ => 1,
            },
        };
        match rest.get(body..).and_then(|rest| entity(rest, b'\'')) {
            Some(close) => self.at += quote + body + close,
            None => self.at += quote,
        }
        Some(())
    }
}

/// The length of a quote at the front, raw or as an entity.
fn entity(rest: &[u8], quote: u8) -> Option<usize> {
    if rest.first() == Some(&quote) {
        return Some(1);
    }
    let spellings: [&[u8]; 3] = if quote == b'"' { [b"&quot;", b"&#34;", b"&#x22;"] } else { [b"&apos;", b"&#39;", b"&#x27;"] };
    spellings.iter().find(|spelling| rest.starts_with(spelling)).map(|spelling| spelling.len())
}

/// The length of what stands before a string's quote: `$`, `@`, `$@`, `@$` or nothing. `None` if no string starts here.
fn string_prefix(rest: &[u8]) -> Option<usize> {
    (0..=2)
        .take_while(|&length| rest.get(..length).is_some_and(|prefix| prefix.iter().all(|byte| matches!(byte, b'$' | b'@'))))
        .find(|&length| rest.get(length..).is_some_and(|rest| entity(rest, b'"').is_some()))
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    /// Everything up to `|` is the expression.
    #[test]
    fn finds_the_closing_bracket() {
        for case in [
            r#"@(1)|"#,
            r#"@(a["x"] == ")")|" b=""#,
            r#"@{ return "}"; }|</set-body>"#,
            r#"@(&quot;)&quot;)|"#,
            r#"@("&quot;")|"#,
            r#"@(@"a\")|"#,
            r#"@(@"say ""hi)""")|"#,
            r#"@($"{a("}")} {{ }")|"#,
            r#"@($@"{x}\")|"#,
            r#"@("\")")|"#,
            r#"@(c == ')' || c == '"')|"#,
            r#"@(c == '\'' || c == '\u0028' || c == '&quot;')|"#,
            "@{ // it's )\n return 1; }|",
            "@{ /* ) */ return 1; }|",
            r#"@(a < b && c > d)|"#,
        ] {
            let end = case.find('|').filter(|&at| case[at..].starts_with('|')).unwrap();
            let end = case.rfind(")|").or(case.rfind("}|")).map_or(end, |at| at + 1);
            assert_eq!(super::end(case, 0), Some(end), "{case}");
        }
    }

    #[test]
    fn what_never_closes_has_no_end() {
        for case in ["@(", "@(\"", "@{ ) }", "@('", "@(\"a\n\")", "@{ /* }"] {
            assert_eq!(super::end(case, 0), None, "{case}");
        }
        let deep = format!("@{}{}", "(".repeat(300), ")".repeat(300));
        assert_eq!(super::end(&deep, 0), None);
    }
}
