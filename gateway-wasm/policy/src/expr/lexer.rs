//! Text becomes tokens: words, symbols, literals, and the pieces of interpolated strings.
//!
//! A policy file holds its C# raw, escaped as XML, or a mixture of both, see [`Spelling`]. So the text is first cut into
//! characters as they are meant, each with its place as written, and the tokens are made of those.

use super::ast::Literal;
use diagnostic::Span;
use dotnet::{Decimal, NetString};
use std::{rc::Rc, str::FromStr as _};

/// How an expression is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// Every character is itself.
    Plain,
    /// As in a policy file: `&quot;`, `&lt;` and their kin are characters. Inside literals they are so only if the whole
    /// could stand in well-formed XML, or if the literal's own quote is an entity: who writes `.Replace("&lt;", "<")` means it.
    Xml {
        /// The quote around the attribute that holds the expression.
        quote: Option<char>,
    },
}

/// Something that is not C#, or not the C# that policies may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where.
    pub span: Span,
    /// What is wrong: lower case, no full stop, names in backticks.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Identifier(Rc<str>),
    Keyword(&'static str),
    /// `>` is always one token, since `List<List<int>>` ends with two.
    Symbol(&'static str),
    Literal(Literal),
    /// `$"`; then follow texts and holes up to the `InterpolatedClose`.
    InterpolatedOpen,
    Text(NetString),
    HoleOpen,
    /// What stands after the `:` of a hole, up to its `HoleClose`.
    Format(NetString),
    HoleClose,
    InterpolatedClose,
    End,
}

/// The tokens of a text, the last of them an `End`; and false if what is wrong with them is so bad that parsing them
/// would only repeat it.
pub(super) fn tokens(code: &str, start: u32, spelling: Spelling, mistakes: &mut Vec<Mistake>) -> (Vec<Token>, bool) {
    let (chars, raw) = decode(code, spelling);
    let mut lexer =
        Lexer { code, start: start as usize, chars, raw, at: 0, tokens: Vec::new(), holes: Vec::new(), mistakes, lost: false };
    lexer.run();
    (lexer.tokens, !lexer.lost)
}

/// The deepest that interpolated strings may stand in each other.
const INTERPOLATION_DEPTH_MAX: usize = 10;

const KEYWORDS: &[&str] = &[
    "abstract",
    "as",
    "base",
    "bool",
    "break",
    "byte",
    "case",
    "catch",
    "char",
    "checked",
    "class",
    "const",
    "continue",
    "decimal",
    "default",
    "delegate",
    "do",
    "double",
    "else",
    "enum",
    "event",
    "explicit",
    "extern",
    "false",
    "finally",
    "fixed",
    "float",
    "for",
    "foreach",
    "goto",
    "if",
    "implicit",
    "in",
    "int",
    "interface",
    "internal",
    "is",
    "lock",
    "long",
    "namespace",
    "new",
    "null",
    "object",
    "operator",
    "out",
    "override",
    "params",
    "private",
    "protected",
    "public",
    "readonly",
    "ref",
    "return",
    "sbyte",
    "sealed",
    "short",
    "sizeof",
    "stackalloc",
    "static",
    "string",
    "struct",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "uint",
    "ulong",
    "unchecked",
    "unsafe",
    "ushort",
    "using",
    "virtual",
    "void",
    "volatile",
    "while",
];

/// Longer ones before those that they begin with.
const SYMBOLS: &[&str] = &[
    "??=", "<<=", "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=",
    "^=", "<<", "->", "::", "..", "(", ")", "[", "]", "{", "}", ",", ";", ":", "?", ".", "+", "-", "*", "/", "%", "&", "|", "^",
    "!", "~", "<", ">", "=", "#", "@", "$", "`", "\\",
];

/// A character as it is meant.
#[derive(Clone, Copy)]
struct Char {
    value: char,
    /// Where it starts in the text.
    at: usize,
    /// True for `&lt;` and its kin.
    entity: bool,
}

/// The characters, closed by one past the end; and true if the text is written raw: it could not stand in XML.
fn decode(code: &str, spelling: Spelling) -> (Vec<Char>, bool) {
    let mut chars = Vec::with_capacity(code.len() + 1);
    let mut raw = false;
    let mut at = 0;
    while let Some(value) = code.get(at..).and_then(|rest| rest.chars().next()) {
        let mut length = value.len_utf8();
        let mut read = Char { value, at, entity: false };
        if let Spelling::Xml { quote } = spelling {
            if value == '&'
                && let Some((meant, entity)) = entity(code.get(at..).unwrap_or_default())
            {
                read = Char { value: meant, at, entity: true };
                length = entity;
            } else {
                raw |= matches!(value, '<' | '&') || Some(value) == quote;
            }
        }
        chars.push(read);
        at += length;
    }
    chars.push(Char { value: '\0', at: code.len(), entity: false });
    (chars, raw)
}

/// The character and the length of an entity at the front.
fn entity(rest: &str) -> Option<(char, usize)> {
    let (name, _) = rest.get(1..)?.split_once(';')?;
    let value = match name {
        "quot" => '"',
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        _ if name.len() > 9 => return None,
        _ => {
            let number = name.strip_prefix('#')?;
            let (digits, radix) = match number.strip_prefix(['x', 'X']) {
                Some(digits) => (digits, 16),
                None => (number, 10),
            };
            if !digits.starts_with(|first: char| first.is_ascii_hexdigit()) {
                return None;
            }
            char::from_u32(u32::from_str_radix(digits, radix).ok()?)?
        }
    };
    Some((value, name.len() + 2))
}

struct Lexer<'a, 'm> {
    code: &'a str,
    start: usize,
    chars: Vec<Char>,
    raw: bool,
    at: usize,
    tokens: Vec<Token>,
    /// The holes of interpolated strings around here.
    holes: Vec<Hole<'a>>,
    mistakes: &'m mut Vec<Mistake>,
    lost: bool,
}

/// A string that is being read.
#[derive(Clone, Copy)]
struct Quoting<'a> {
    /// Its quote as written: `"`, `&quot;`, `&#34;`. It ends with the same.
    quote: &'a str,
    verbatim: bool,
    /// Where it starts, for messages.
    from: usize,
}

/// A `{` in an interpolated string.
struct Hole<'a> {
    string: Quoting<'a>,
    /// Brackets open in it.
    open: usize,
    from: usize,
}

impl<'a> Lexer<'a, '_> {
    fn run(&mut self) {
        while !self.lost && self.more() {
            self.token();
        }
        if !self.lost
            && let Some(hole) = self.holes.last()
        {
            let from = hole.from;
            self.lose(from, from + 1, "this `{` of the interpolated string is never closed", "write `}` after the value");
        }
        let end = self.span(self.chars.len(), self.chars.len());
        self.tokens.push(Token { kind: Kind::End, span: end });
    }

    fn more(&self) -> bool {
        self.at + 1 < self.chars.len()
    }

    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).map_or('\0', |char| char.value)
    }

    fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(ahead, value)| self.peek(ahead) == value)
    }

    /// The place of the character with this number.
    fn place(&self, at: usize) -> usize {
        self.chars.get(at).map_or(self.code.len(), |char| char.at)
    }

    fn written(&self, at: usize) -> &'a str {
        self.code.get(self.place(at)..self.place(at + 1)).unwrap_or_default()
    }

    fn span(&self, from: usize, to: usize) -> Span {
        Span::new(self.start + self.place(from), self.start + self.place(to))
    }

    fn push(&mut self, kind: Kind, from: usize) {
        let span = self.span(from, self.at);
        self.tokens.push(Token { kind, span });
    }

    fn mistake(&mut self, from: usize, to: usize, message: impl Into<String>, help: impl Into<String>) {
        let span = self.span(from, to);
        self.mistakes.push(Mistake { span, message: message.into(), help: help.into() });
    }

    fn lose(&mut self, from: usize, to: usize, message: &str, help: &str) {
        self.mistake(from, to, message, help);
        self.lost = true;
    }

    fn token(&mut self) {
        let from = self.at;
        let first = self.peek(0);
        if first.is_whitespace() || first == '\u{feff}' {
            self.at += 1;
        } else if self.starts_with("//") {
            while self.more() && self.peek(0) != '\n' {
                self.at += 1;
            }
        } else if self.starts_with("/*") {
            self.at += 2;
            while self.more() && !self.starts_with("*/") {
                self.at += 1;
            }
            if !self.more() {
                return self.lose(from, from + 2, "this comment is never closed", "write `*/` where it ends");
            }
            self.at += 2;
        } else if let Some(prefix) = self.string_prefix() {
            self.string(prefix);
        } else if first == '\'' {
            self.character();
        } else if matches!(first, '“' | '”' | '„' | '‘' | '’') {
            self.typographic();
        } else if first.is_ascii_digit() || first == '.' && self.peek(1).is_ascii_digit() {
            self.number();
        } else if is_identifier_start(first) || first == '@' && is_identifier_start(self.peek(1)) {
            self.word();
        } else {
            self.symbol();
        }
    }

    fn word(&mut self) {
        let from = self.at;
        let escaped = self.peek(0) == '@';
        self.at += usize::from(escaped);
        let mut text = String::new();
        while is_identifier_part(self.peek(0)) {
            text.push(self.peek(0));
            self.at += 1;
        }
        let keyword = KEYWORDS.iter().find(|&&keyword| keyword == text);
        let kind = match (escaped, keyword, &*text) {
            (false, _, "true") => Kind::Literal(Literal::Bool(true)),
            (false, _, "false") => Kind::Literal(Literal::Bool(false)),
            (false, _, "null") => Kind::Literal(Literal::Null),
            (false, Some(keyword), _) => Kind::Keyword(keyword),
            _ => Kind::Identifier(text.into()),
        };
        self.push(kind, from);
    }

    fn symbol(&mut self) {
        let from = self.at;
        // `?.` before a digit is `?` and a number: `x ?.5 : 1`.
        let number_follows = self.starts_with("?.") && self.peek(2).is_ascii_digit();
        let Some(symbol) = SYMBOLS.iter().find(|symbol| self.starts_with(symbol) && !(number_follows && **symbol == "?.")) else {
            let strange = self.peek(0);
            self.at += 1;
            self.mistake(from, self.at, format!("`{}` means nothing in C#", strange.escape_debug()), "take it out");
            return;
        };
        self.at += symbol.chars().count();
        if let Some(hole) = self.holes.last_mut() {
            match *symbol {
                "(" | "[" | "{" => hole.open += 1,
                ")" | "]" => hole.open = hole.open.saturating_sub(1),
                "}" if hole.open > 0 => hole.open -= 1,
                "}" => {
                    let string = hole.string;
                    self.holes.pop();
                    self.push(Kind::HoleClose, from);
                    return self.interpolated_text(string);
                }
                ":" if hole.open == 0 => {
                    let string = hole.string;
                    return self.format(string);
                }
                _ => {}
            }
        }
        self.push(Kind::Symbol(symbol), from);
    }

    /// How many of `$` and `@` stand before a quote here; `None` if no string starts here.
    fn string_prefix(&self) -> Option<usize> {
        let prefix = (0..2).take_while(|&ahead| matches!(self.peek(ahead), '$' | '@')).count();
        (self.peek(prefix) == '"').then_some(prefix)
    }

    fn string(&mut self, prefix: usize) {
        let from = self.at;
        let marks = [self.peek(0), self.peek(1)];
        let marks = marks.get(..prefix).unwrap_or_default();
        let (interpolated, verbatim) = (marks.contains(&'$'), marks.contains(&'@'));
        self.at += prefix;
        let string = Quoting { quote: self.written(self.at), verbatim, from };
        if !verbatim && self.quotes(string, 0) && self.quotes(string, 1) && self.quotes(string, 2) {
            return self.raw_string(from, string);
        }
        self.at += 1;
        if interpolated {
            if self.holes.len() >= INTERPOLATION_DEPTH_MAX {
                let message = "interpolated strings stand more than 10 deep in each other";
                return self.lose(from, self.at, message, "give the inner ones names with `var`");
            }
            self.push(Kind::InterpolatedOpen, from);
            return self.interpolated_text(string);
        }
        let mut units = Vec::new();
        loop {
            if self.string_ends(string, &mut units) {
                break;
            }
            if !self.content(string, &mut units) {
                return;
            }
        }
        self.push(Kind::Literal(Literal::String(NetString::from_units(&units))), from);
    }

    /// True if the character ahead is this string's quote.
    fn quotes(&self, string: Quoting<'_>, ahead: usize) -> bool {
        self.peek(ahead) == '"' && self.written(self.at + ahead) == string.quote
    }

    /// Takes the closing quote if it is here; a doubled one of a verbatim string is content.
    fn string_ends(&mut self, string: Quoting<'_>, units: &mut Vec<u16>) -> bool {
        while self.quotes(string, 0) {
            self.at += 1;
            if !(string.verbatim && self.quotes(string, 0)) {
                return true;
            }
            self.at += 1;
            units.push(u16::from(b'"'));
        }
        false
    }

    /// One character of a string's content. False if the string has no end.
    fn content(&mut self, string: Quoting<'_>, units: &mut Vec<u16>) -> bool {
        if !self.more() || !string.verbatim && matches!(self.peek(0), '\n' | '\r') {
            let help = if string.verbatim {
                "write `\"` where it ends"
            } else {
                "write `\"` where it ends; text over several lines is written `@\"...\"`"
            };
            self.lose(string.from, self.at, "this text is never closed", help);
            return false;
        }
        if self.peek(0) == '\\' && !string.verbatim {
            self.escape(units);
            return true;
        }
        let keep = self.raw && !string.quote.starts_with('&');
        self.literal_char(keep, units);
        true
    }

    /// A character of a literal's content: itself, or as it is written.
    fn literal_char(&mut self, keep_entities: bool, units: &mut Vec<u16>) {
        let Some(&char) = self.chars.get(self.at) else { return };
        if char.entity && keep_entities {
            units.extend(self.written(self.at).encode_utf16());
        } else {
            units.extend(char.value.encode_utf16(&mut [0; 2]).iter());
        }
        self.at += 1;
    }

    /// `\n` and its kin; `at` stands on the backslash.
    fn escape(&mut self, units: &mut Vec<u16>) {
        let from = self.at;
        let letter = self.peek(1);
        self.at += 2;
        let (digits_min, digits_max) = match letter {
            'u' => (4, 4),
            'U' => (8, 8),
            'x' => (1, 4),
            _ => {
                let simple = match letter {
                    '\'' | '"' | '\\' => letter,
                    '0' => '\0',
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'v' => '\u{b}',
                    _ => {
                        // A newline is left for the caller, who knows that no text reaches over it.
                        if !self.chars.get(from + 1).is_some_and(|char| !matches!(char.value, '\n' | '\r')) {
                            self.at = from + 1;
                        }
                        self.at = self.at.min(self.chars.len().saturating_sub(1));
                        let help = "write `\\\\` for a backslash, or the whole text as `@\"...\"`, which has no escapes";
                        let message = format!("`\\{}` is no escape of C#", letter.escape_debug());
                        return self.mistake(from, self.at, message, help);
                    }
                };
                return units.extend(simple.encode_utf16(&mut [0; 2]).iter());
            }
        };
        let mut value = 0u32;
        let mut count = 0;
        while count < digits_max
            && let Some(digit) = self.peek(0).to_digit(16)
        {
            value = value << 4 | digit;
            self.at += 1;
            count += 1;
        }
        match (u16::try_from(value), char::from_u32(value)) {
            _ if count < digits_min => {
                let help = format!("write {digits_min} hexadecimal digits after `\\{letter}`");
                self.mistake(from, self.at, format!("`\\{letter}` has too few digits"), help);
            }
            // Half of a surrogate pair is one unit, and no character.
            (Ok(unit), _) => units.push(unit),
            (_, Some(char)) => units.extend(char.encode_utf16(&mut [0; 2]).iter()),
            (Err(_), None) => self.mistake(from, self.at, "there is no such character", "the last one is `\\U0010FFFF`"),
        }
    }

    /// The text of an interpolated string up to the next hole or the end.
    fn interpolated_text(&mut self, string: Quoting<'a>) {
        let from = self.at;
        let mut units = Vec::new();
        loop {
            let end = self.at;
            if self.string_ends(string, &mut units) {
                self.interpolated_piece(&units, from, end);
                return self.push(Kind::InterpolatedClose, end);
            }
            if self.starts_with("{{") || self.starts_with("}}") {
                units.push(self.peek(0) as u16);
                self.at += 2;
            } else if self.peek(0) == '{' {
                self.interpolated_piece(&units, from, self.at);
                self.at += 1;
                self.push(Kind::HoleOpen, self.at - 1);
                return self.holes.push(Hole { string, open: 0, from: self.at - 1 });
            } else if self.peek(0) == '}' {
                let help = "write `}}` for a `}` in an interpolated string";
                self.mistake(self.at, self.at + 1, "this `}` closes nothing", help);
                self.at += 1;
            } else if !self.content(string, &mut units) {
                return;
            }
        }
    }

    fn interpolated_piece(&mut self, units: &[u16], from: usize, to: usize) {
        if !units.is_empty() {
            let span = self.span(from, to);
            self.tokens.push(Token { kind: Kind::Text(NetString::from_units(units)), span });
        }
    }

    /// What follows the `:` of a hole, up to its `}`, which is left.
    fn format(&mut self, string: Quoting<'_>) {
        let from = self.at;
        let mut units = Vec::new();
        while self.peek(0) != '}' {
            if self.quotes(string, 0) {
                let message = "the format ends with the text that it stands in";
                let help = "write `}` after the format; a `? :` in an interpolated string stands in `( )`";
                return self.lose(from, self.at, message, help);
            }
            if !self.content(string, &mut units) {
                return;
            }
        }
        self.push(Kind::Format(NetString::from_units(&units)), from);
    }

    /// `"""text"""`, which C# 7 does not have; it is skipped as well as can be.
    fn raw_string(&mut self, from: usize, string: Quoting<'_>) {
        self.at += 3;
        while self.more() && !(self.quotes(string, 0) && self.quotes(string, 1) && self.quotes(string, 2)) {
            self.at += 1;
        }
        let help = "write `@\"...\"`, with `\"\"` for a quote in it";
        if !self.more() {
            let to = from + string.from.abs_diff(from) + 3;
            return self.lose(from, to, "policies have no raw strings `\"\"\"`", help);
        }
        self.at += 3;
        self.mistake(from, self.at, "policies have no raw strings `\"\"\"`", help);
        self.push(Kind::Literal(Literal::String(NetString::default())), from);
    }

    fn character(&mut self) {
        let from = self.at;
        let quote = self.written(from);
        self.at += 1;
        // Up to the quote, which must stand on the same line; an escaped one is content.
        let mut to = self.at;
        loop {
            match self.chars.get(to).map(|char| char.value) {
                Some('\'') if self.written(to) == quote => break,
                Some('\\') => to += 2,
                Some(value) if to + 1 < self.chars.len() && !matches!(value, '\n' | '\r') => to += 1,
                _ => {
                    let help = "a character stands in `' '`, text in `\" \"`";
                    return self.lose(from, from + 1, "this `'` is never closed", help);
                }
            }
        }
        let mut units = Vec::new();
        while self.at < to {
            match self.peek(0) {
                '\\' => self.escape(&mut units),
                // One character: `'&lt;'` can only be `<`, however the rest is written.
                _ => self.literal_char(false, &mut units),
            }
        }
        self.at = to + 1;
        let text = NetString::from_units(&units);
        let literal = match *units.as_slice() {
            [unit] => Literal::Char(unit),
            [] => {
                self.mistake(from, self.at, "a character is missing between the quotes", "write `\"\"` for empty text");
                Literal::String(text)
            }
            _ => {
                let help = format!("write `\"{}\"`", text.to_str().replace('"', "\\\""));
                self.mistake(from, self.at, "`' '` holds one character; text stands in `\" \"`", help);
                Literal::String(text)
            }
        };
        self.push(Kind::Literal(literal), from);
    }

    /// Text in quotes that a word processor made.
    fn typographic(&mut self) {
        let from = self.at;
        let quote = self.peek(0);
        self.at += 1;
        let mut text = String::new();
        while self.more() && !matches!(self.peek(0), '\n' | '“' | '”' | '‘' | '’' | ')' | ']' | '}') {
            text.push(self.peek(0));
            self.at += 1;
        }
        let closed = matches!(self.peek(0), '“' | '”' | '‘' | '’');
        self.at += usize::from(closed);
        let help = if closed { format!("write `\"{text}\"`") } else { "write `\"`".to_owned() };
        self.mistake(from, self.at, format!("`{quote}` is a typographic quote, which C# does not have"), help);
        self.push(Kind::Literal(Literal::String(text.into())), from);
    }

    fn number(&mut self) {
        let from = self.at;
        let radix = match (self.peek(0), self.peek(1)) {
            ('0', 'x' | 'X') => 16,
            ('0', 'b' | 'B') => 2,
            _ => 10,
        };
        let mut digits = String::new();
        let mut real = false;
        if radix != 10 {
            self.at += 2;
            self.digits(radix, &mut digits);
        } else {
            self.digits(10, &mut digits);
            if self.peek(0) == '.' && self.peek(1).is_ascii_digit() {
                real = true;
                digits.push('.');
                self.at += 1;
                self.digits(10, &mut digits);
            }
            let exponent = match (self.peek(0), self.peek(1), self.peek(2)) {
                ('e' | 'E', '+' | '-', digit) if digit.is_ascii_digit() => 2,
                ('e' | 'E', digit, _) if digit.is_ascii_digit() => 1,
                _ => 0,
            };
            if exponent > 0 {
                real = true;
                digits.push('e');
                if self.peek(1) == '-' {
                    digits.push('-');
                }
                self.at += exponent;
                self.digits(10, &mut digits);
            }
        }
        let mut suffix = String::new();
        while is_identifier_part(self.peek(0)) {
            suffix.push(self.peek(0).to_ascii_lowercase());
            self.at += 1;
        }
        let literal = match &*suffix {
            "f" | "d" | "m" if radix == 10 => real_literal(&digits, &suffix),
            "" if real => real_literal(&digits, "d"),
            "" | "u" | "l" | "ul" | "lu" if !real => whole_literal(&digits, radix, &suffix),
            _ => {
                let help =
                    "a number ends with `L` for `long`, `u` for `uint`, `m` for `decimal`, `f` for `float` or `d` for `double`";
                self.mistake(from, self.at, format!("`{suffix}` cannot follow a number"), help);
                Some(Literal::Int(0))
            }
        };
        let literal = literal.unwrap_or_else(|| {
            let message = if digits.is_empty() { "digits are missing" } else { "there is no number so large" };
            let help =
                if real { "the largest `double` is about 1.8E308" } else { "the largest whole number is 18446744073709551615" };
            self.mistake(from, self.at, message, help);
            Literal::Int(0)
        });
        self.push(Kind::Literal(literal), from);
    }

    fn digits(&mut self, radix: u32, into: &mut String) {
        while self.peek(0).is_digit(radix) || self.peek(0) == '_' {
            if self.peek(0) != '_' {
                into.push(self.peek(0));
            }
            self.at += 1;
        }
    }
}

/// The first of `int`, `uint`, `long` and `ulong` that holds the value and goes with the suffix.
fn whole_literal(digits: &str, radix: u32, suffix: &str) -> Option<Literal> {
    let value = u64::from_str_radix(digits, radix).ok()?;
    let (unsigned, long) = (suffix.contains('u'), suffix.contains('l'));
    let int = i32::try_from(value).ok().filter(|_| !unsigned && !long).map(Literal::Int);
    let uint = u32::try_from(value).ok().filter(|_| !long).map(Literal::UInt);
    let long = i64::try_from(value).ok().filter(|_| !unsigned).map(Literal::Long);
    Some(int.or(uint).or(long).unwrap_or(Literal::ULong(value)))
}

fn real_literal(digits: &str, suffix: &str) -> Option<Literal> {
    match suffix {
        "f" => digits.parse().ok().filter(|value: &f32| value.is_finite()).map(Literal::Float),
        "m" if digits.contains('e') => Decimal::from_scientific(digits).ok().map(Literal::Decimal),
        "m" => Decimal::from_str(digits).ok().map(Literal::Decimal),
        _ => digits.parse().ok().filter(|value: &f64| value.is_finite()).map(Literal::Double),
    }
}

fn is_identifier_start(value: char) -> bool {
    value == '_' || value.is_alphabetic()
}

fn is_identifier_part(value: char) -> bool {
    value == '_' || value.is_alphanumeric()
}
