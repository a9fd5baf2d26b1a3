//! Text to events, and events to a tree: what `JsonTextReader` does, as lenient as it is, and with its messages.

use super::{
    BigInteger, DEPTH_MAX, Scalar, Token, TokenType, date,
    tree::{Node, Properties},
    writer::write_path_name,
};
use crate::{Exception, NetString, Result};
use std::rc::Rc;

/// What a [`Reader`] comes across.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Event {
    /// The end of the text.
    End,
    StartObject,
    EndObject,
    StartArray,
    EndArray,
    StartConstructor(NetString),
    EndConstructor,
    PropertyName(NetString),
    Comment(NetString),
    /// Anything that a value can hold.
    Value(TokenType, Scalar),
}

impl Event {
    /// .NET's name for it: a member of `JsonToken`.
    pub fn name(&self) -> &'static str {
        match self {
            Event::End => "None",
            Event::StartObject => "StartObject",
            Event::EndObject => "EndObject",
            Event::StartArray => "StartArray",
            Event::EndArray => "EndArray",
            Event::StartConstructor(_) => "StartConstructor",
            Event::EndConstructor => "EndConstructor",
            Event::PropertyName(_) => "PropertyName",
            Event::Comment(_) => "Comment",
            Event::Value(token_type, _) => token_type.name(),
        }
    }
}

/// What the next value is wanted as, where that changes how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    /// As what it looks like.
    Anything,
    /// As text: numbers and dates stay as they are written.
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Property,
    ObjectStart,
    Object,
    ArrayStart,
    Array,
    ConstructorStart,
    Constructor,
    PostValue,
    Finished,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Object,
    Array,
    Constructor,
}

impl Container {
    fn name(self) -> &'static str {
        match self {
            Container::Object => "Object",
            Container::Array => "Array",
            Container::Constructor => "Constructor",
        }
    }
}

/// A container that the reader is in, and where.
#[derive(Clone, Debug)]
struct Position {
    container: Container,
    index: i64,
    name: Option<NetString>,
}

/// Reads JSON event by event.
pub struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    line: usize,
    line_start: usize,
    state: State,
    stack: Vec<Position>,
    want: As,
}

impl<'t> Reader<'t> {
    /// A reader at the start of a text.
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            line: 1,
            line_start: 0,
            state: State::Start,
            stack: Vec::new(),
            want: As::Anything,
        }
    }

    /// The next event, its value as something in particular.
    ///
    /// # Errors
    /// As [`Reader::read`].
    pub fn read_as(&mut self, want: As) -> Result<Event> {
        self.want = want;
        let event = self.read();
        self.want = As::Anything;
        event
    }

    /// The next event.
    ///
    /// # Errors
    /// `JsonReaderException`, which says where.
    pub fn read(&mut self) -> Result<Event> {
        loop {
            match self.state {
                State::Start
                | State::Property
                | State::Array
                | State::ArrayStart
                | State::Constructor
                | State::ConstructorStart => return self.value(),
                State::Object | State::ObjectStart => return self.member(),
                State::PostValue => {
                    if let Some(event) = self.after_value()? {
                        return Ok(event);
                    }
                }
                State::Finished => {
                    self.skip_white();
                    return match self.peek() {
                        None => Ok(Event::End),
                        Some(b'/') => self.comment(),
                        Some(_) => {
                            let c = self.shown_char();
                            Err(self.error(&format!("Additional text encountered after finished reading JSON content: {c}.")))
                        }
                    };
                }
            }
        }
    }

    /// How deep the reader is.
    pub fn depth(&self) -> usize {
        self.stack.len()
    }

    /// The path to what was read last.
    pub fn path(&self) -> String {
        let starts = matches!(self.state, State::ArrayStart | State::ConstructorStart | State::ObjectStart);
        self.path_of(if starts { self.stack.len().saturating_sub(1) } else { self.stack.len() })
    }

    /// The path to the container that the reader is in.
    fn container_path(&self) -> String {
        self.path_of(self.stack.len().saturating_sub(1))
    }

    fn path_of(&self, depth: usize) -> String {
        let mut path = String::new();
        for position in self.stack.iter().take(depth) {
            match (position.container, &position.name) {
                (Container::Object, Some(name)) => write_path_name(&mut path, name),
                (Container::Object, None) => {}
                _ => path.push_str(&format!("[{}]", position.index)),
            }
        }
        path
    }

    /// A `JsonReaderException` that says where the reader is.
    #[cold]
    pub fn error(&self, message: &str) -> Exception {
        Exception::new("JsonReaderException", self.located(message))
    }

    /// A message with the path, line and position at its end.
    pub fn located(&self, message: &str) -> String {
        let position = self.text.get(self.line_start..self.at).map_or(0, |line| line.encode_utf16().count());
        let line = if self.state == State::Start && position == 0 { 0 } else { self.line };
        let message = message.trim();
        let stop = if message.ends_with('.') { "" } else { "." };
        format!("{message}{stop} Path '{}', line {line}, position {position}.", self.path())
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// The character here.
    fn char(&self) -> Option<char> {
        match self.peek()? {
            byte if byte.is_ascii() => Some(byte.into()),
            _ => self.text.get(self.at..)?.chars().next(),
        }
    }

    /// The character here for a message: the NUL at the end of .NET's buffer where there is none, and a replacement for the
    /// half of a character that .NET would show.
    fn shown_char(&self) -> char {
        match self.char() {
            None => '\0',
            Some(c) if c > '\u{ffff}' => '\u{fffd}',
            Some(c) => c,
        }
    }

    fn is_white(&self) -> bool {
        self.char().is_some_and(char::is_whitespace)
    }

    /// Goes past the character here.
    fn skip_char(&mut self) {
        self.at += self.char().map_or(0, char::len_utf8);
    }

    fn new_line(&mut self) {
        self.line += 1;
        self.line_start = self.at;
    }

    fn carriage_return(&mut self) {
        self.at += 1;
        // A line feed at the very end of the text counts for itself; Newtonsoft has it so.
        if self.peek() == Some(b'\n') && self.at + 1 < self.bytes.len() {
            self.at += 1;
        }
        self.new_line();
    }

    fn line_feed(&mut self) {
        self.at += 1;
        self.new_line();
    }

    fn skip_white(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | 0 | 0xb | 0xc) => self.at += 1,
                Some(b'\r') => self.carriage_return(),
                Some(b'\n') => self.line_feed(),
                Some(byte) if !byte.is_ascii() && self.is_white() => self.skip_char(),
                _ => return,
            }
        }
    }

    fn push(&mut self, container: Container, state: State) -> Result<()> {
        self.count_value();
        self.stack.push(Position { container, index: -1, name: None });
        self.state = state;
        if self.stack.len() > DEPTH_MAX {
            return Err(self.error(&format!("The reader's MaxDepth of {DEPTH_MAX} has been exceeded.")));
        }
        Ok(())
    }

    fn pop(&mut self, container: Container) -> Result<()> {
        let open = self.stack.pop().map(|position| position.container);
        if open != Some(container) {
            let open = open.map_or("None", Container::name);
            let message = format!("JsonToken End{} is not valid for closing JsonType {open}.", container.name());
            return Err(self.error(&message));
        }
        self.finish_value();
        Ok(())
    }

    fn finish_value(&mut self) {
        self.state = if self.stack.is_empty() { State::Finished } else { State::PostValue };
    }

    fn count_value(&mut self) {
        if let Some(position) = self.stack.last_mut() {
            position.index += 1;
        }
    }

    fn done(&mut self, token_type: TokenType, scalar: Scalar) -> Event {
        self.finish_value();
        self.count_value();
        Event::Value(token_type, scalar)
    }

    fn value(&mut self) -> Result<Event> {
        loop {
            let Some(byte) = self.peek() else { return Ok(Event::End) };
            if self.want == As::Text && matches!(byte, b'{' | b'[' | b')') {
                let error = format!("Unexpected character encountered while parsing value: {}.", char::from(byte));
                self.at += 1;
                return Err(self.error(&error));
            }
            match byte {
                b'"' | b'\'' => return self.string_value(byte),
                b'{' => {
                    self.at += 1;
                    self.push(Container::Object, State::ObjectStart)?;
                    return Ok(Event::StartObject);
                }
                b'[' => {
                    self.at += 1;
                    self.push(Container::Array, State::ArrayStart)?;
                    return Ok(Event::StartArray);
                }
                b']' => {
                    self.at += 1;
                    self.pop(Container::Array)?;
                    return Ok(Event::EndArray);
                }
                b')' => {
                    self.at += 1;
                    self.pop(Container::Constructor)?;
                    return Ok(Event::EndConstructor);
                }
                // The comma is left for the next turn, so that each empty place becomes a value.
                b',' => return Ok(self.done(TokenType::Undefined, Scalar::Null)),
                b't' => return self.word("true", TokenType::Boolean, Scalar::Bool(true), "boolean"),
                b'f' => return self.word("false", TokenType::Boolean, Scalar::Bool(false), "boolean"),
                b'N' => return self.word("NaN", TokenType::Float, Scalar::Double(f64::NAN), "NaN"),
                b'I' => return self.word("Infinity", TokenType::Float, Scalar::Double(f64::INFINITY), "Infinity"),
                b'u' => return self.word("undefined", TokenType::Undefined, Scalar::Null, "undefined"),
                b'n' => match self.byte(1) {
                    Some(b'u') => return self.word("null", TokenType::Null, Scalar::Null, "null"),
                    Some(b'e') => return self.constructor(),
                    Some(_) => return Err(self.unexpected()),
                    None => {
                        self.at += 1;
                        return Err(self.unexpected_end());
                    }
                },
                b'-' if self.byte(1) == Some(b'I') => {
                    return self.word("-Infinity", TokenType::Float, Scalar::Double(f64::NEG_INFINITY), "-Infinity");
                }
                b'-' | b'.' | b'0'..=b'9' => return self.number(),
                b'/' => return self.comment(),
                b' ' | b'\t' | 0 => self.at += 1,
                b'\r' => self.carriage_return(),
                b'\n' => self.line_feed(),
                _ if self.is_white() => self.skip_char(),
                _ if self.char().is_some_and(|c| c <= '\u{ffff}' && c.is_numeric()) => return self.number(),
                _ => return Err(self.unexpected()),
            }
        }
    }

    #[cold]
    fn unexpected(&self) -> Exception {
        self.error(&format!("Unexpected character encountered while parsing value: {}.", self.shown_char()))
    }

    #[cold]
    fn unexpected_end(&self) -> Exception {
        self.error("Unexpected end when reading JSON.")
    }

    /// A word, after which the value must end.
    fn word(&mut self, word: &str, token_type: TokenType, scalar: Scalar, what: &str) -> Result<Event> {
        if !self.matches(word)? || !self.is_separator() {
            return Err(self.error(&format!("Error parsing {what} value.")));
        }
        if self.want == As::Text && token_type != TokenType::Null {
            return Ok(self.done(TokenType::String, Scalar::String(word.into())));
        }
        Ok(self.done(token_type, scalar))
    }

    /// Goes past a word; stays where it differs.
    fn matches(&mut self, word: &str) -> Result<bool> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.starts_with(word) {
            self.at += word.len();
            return Ok(true);
        }
        if rest.encode_utf16().take(word.len()).count() < word.len() {
            self.at = self.bytes.len();
            return Err(self.unexpected_end());
        }
        for byte in word.bytes() {
            if self.peek() != Some(byte) {
                return Ok(false);
            }
            self.at += 1;
        }
        Ok(true)
    }

    /// True if a word may end here.
    fn is_separator(&self) -> bool {
        match self.peek() {
            None | Some(0 | b'}' | b']' | b',') => true,
            Some(b'/') => matches!(self.byte(1), Some(b'*' | b'/')),
            Some(b')') => matches!(self.state, State::Constructor | State::ConstructorStart),
            Some(_) => self.is_white(),
        }
    }

    fn string_value(&mut self, quote: u8) -> Result<Event> {
        let text = self.string(quote)?;
        if self.want == As::Anything
            && let Some(date) = text.as_str().and_then(date::parse)
        {
            return Ok(self.done(TokenType::Date, Scalar::DateTime(date)));
        }
        Ok(self.done(TokenType::String, Scalar::String(text)))
    }

    /// A string between quotes.
    fn string(&mut self, quote: u8) -> Result<NetString> {
        self.at += 1;
        let mut start = self.at;
        let mut text = String::new();
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let plain = rest.iter().position(|&byte| byte == quote || matches!(byte, b'\\' | b'\r' | b'\n'));
            let Some(plain) = plain else {
                self.at = self.bytes.len();
                return Err(self.unterminated(quote));
            };
            self.at += plain;
            match self.peek() {
                Some(b'\r') => self.carriage_return(),
                Some(b'\n') => self.line_feed(),
                Some(b'\\') => {
                    text.push_str(self.text.get(start..self.at).unwrap_or_default());
                    self.at += 1;
                    self.escape(&mut text, quote)?;
                    start = self.at;
                }
                _ => {
                    let last = self.text.get(start..self.at).unwrap_or_default();
                    self.at += 1;
                    if text.is_empty() {
                        return Ok(last.into());
                    }
                    text.push_str(last);
                    return Ok(text.into());
                }
            }
        }
    }

    #[cold]
    fn unterminated(&self, quote: u8) -> Exception {
        self.error(&format!("Unterminated string. Expected delimiter: {}.", char::from(quote)))
    }

    /// What follows a backslash.
    fn escape(&mut self, text: &mut String, quote: u8) -> Result<()> {
        let Some(c) = self.char() else { return Err(self.unterminated(quote)) };
        let shown = self.shown_char();
        self.skip_char();
        let c = match c {
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{c}',
            'r' => '\r',
            '\\' | '"' | '\'' | '/' => c,
            'u' => {
                let mut unit = self.unicode()?;
                // Halves of a character that have lost each other are replaced.
                loop {
                    if let Some(c) = char::from_u32(unit.into()) {
                        break c;
                    }
                    let is_high = (0xd800..0xdc00).contains(&unit);
                    if !is_high || self.byte(0) != Some(b'\\') || self.byte(1) != Some(b'u') || self.byte(2).is_none() {
                        break char::REPLACEMENT_CHARACTER;
                    }
                    self.at += 2;
                    let next = self.unicode()?;
                    if let Some(Ok(c)) = char::decode_utf16([unit, next]).next() {
                        break c;
                    }
                    text.push(char::REPLACEMENT_CHARACTER);
                    unit = next;
                }
            }
            _ => return Err(self.error(&format!("Bad JSON escape sequence: \\{shown}."))),
        };
        text.push(c);
        Ok(())
    }

    /// Four hexadecimal digits.
    fn unicode(&mut self) -> Result<u16> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        // There must be one more character: the text cannot end here.
        let units: Vec<u16> = rest.encode_utf16().take(5).collect();
        let [digits @ .., _] = units.as_slice() else { return Err(self.short_escape()) };
        if digits.len() < 4 {
            return Err(self.short_escape());
        }
        let digits = String::from_utf16_lossy(digits);
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(self.error(&format!("Invalid Unicode escape sequence: \\u{digits}.")));
        }
        self.at += 4;
        u16::from_str_radix(&digits, 16).map_err(|_| self.short_escape())
    }

    #[cold]
    fn short_escape(&self) -> Exception {
        self.error("Unexpected end while parsing Unicode escape sequence.")
    }

    fn number(&mut self) -> Result<Event> {
        let start = self.at;
        while let Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b'x' | b'X') = self.peek() {
            self.at += 1;
        }
        match self.peek() {
            None | Some(0 | b',' | b'}' | b']' | b')' | b'/') => {}
            Some(_) if self.is_white() => {}
            Some(_) => {
                let c = self.shown_char();
                return Err(self.error(&format!("Unexpected character encountered while parsing number: {c}.")));
            }
        }
        let number = self.text.get(start..self.at).unwrap_or_default();
        self.finish_value();
        self.count_value();
        let invalid = |reader: &Self| reader.error(&format!("Input string '{number}' is not a valid number."));
        let (token_type, scalar) = match parse_number(number) {
            Some(scalar) => (scalar.token_type(), scalar),
            None => return Err(invalid(self)),
        };
        if let Scalar::BigInteger(_) = scalar
            && number.len() > 380
        {
            return Err(self.error(&format!("JSON integer {number} is too large to parse.")));
        }
        if self.want == As::Text {
            return Ok(Event::Value(TokenType::String, Scalar::String(number.into())));
        }
        Ok(Event::Value(token_type, scalar))
    }

    fn constructor(&mut self) -> Result<Event> {
        if !self.matches("new")? || !self.is_separator() {
            return Err(self.error("Unexpected content while parsing JSON."));
        }
        self.skip_white();
        let start = self.at;
        let end = loop {
            let at = self.at;
            match self.char() {
                None => return Err(self.error("Unexpected end while parsing constructor.")),
                Some('(') => break at,
                Some(c) if c <= '\u{ffff}' && c.is_alphanumeric() => self.skip_char(),
                Some('\r') => {
                    self.carriage_return();
                    break at;
                }
                Some('\n') => {
                    self.line_feed();
                    break at;
                }
                Some(c) if c == '\0' || c.is_whitespace() => {
                    self.skip_char();
                    break at;
                }
                Some(_) => return Err(self.bad_constructor()),
            }
        };
        let name = self.text.get(start..end).unwrap_or_default();
        if name.is_empty() {
            return Err(self.error("Empty constructor name."));
        }
        self.skip_white();
        if self.peek() != Some(b'(') {
            return Err(self.bad_constructor());
        }
        self.at += 1;
        self.push(Container::Constructor, State::ConstructorStart)?;
        Ok(Event::StartConstructor(name.into()))
    }

    #[cold]
    fn bad_constructor(&self) -> Exception {
        self.error(&format!("Unexpected character while parsing constructor: {}.", self.shown_char()))
    }

    fn comment(&mut self) -> Result<Event> {
        self.at += 1;
        if self.text.get(self.at..).is_none_or(|rest| rest.encode_utf16().nth(1).is_none()) {
            return Err(self.error("Unexpected end while parsing comment."));
        }
        let one_line = match self.peek() {
            Some(b'*') => false,
            Some(b'/') => true,
            _ => return Err(self.error(&format!("Error parsing comment. Expected: *, got {}.", self.shown_char()))),
        };
        self.at += 1;
        let start = self.at;
        let end = loop {
            match self.peek() {
                None if one_line => break self.at,
                None => return Err(self.error("Unexpected end while parsing comment.")),
                Some(b'\r' | b'\n') if one_line => break self.at,
                Some(b'\r') => self.carriage_return(),
                Some(b'\n') => self.line_feed(),
                Some(b'*') if !one_line && self.byte(1) == Some(b'/') => {
                    self.at += 2;
                    break self.at - 2;
                }
                Some(_) => self.at += 1,
            }
        };
        Ok(Event::Comment(self.text.get(start..end).unwrap_or_default().into()))
    }

    /// In an object: a property's name, or the end.
    fn member(&mut self) -> Result<Event> {
        loop {
            match self.peek() {
                None => return Ok(Event::End),
                Some(b'}') => {
                    self.at += 1;
                    self.pop(Container::Object)?;
                    return Ok(Event::EndObject);
                }
                Some(b'/') => return self.comment(),
                Some(b'\r') => self.carriage_return(),
                Some(b'\n') => self.line_feed(),
                Some(b' ' | b'\t' | 0) => self.at += 1,
                Some(b'"' | b'\'') => return self.property_name(),
                Some(_) if self.is_white() => self.skip_char(),
                Some(_) => return self.property_name(),
            }
        }
    }

    fn property_name(&mut self) -> Result<Event> {
        let is_name = |c: char| c <= '\u{ffff}' && (c.is_alphanumeric() || c == '_' || c == '$');
        let name = match self.peek() {
            Some(quote @ (b'"' | b'\'')) => self.string(quote)?,
            _ if self.char().is_some_and(is_name) => {
                let start = self.at;
                loop {
                    match self.char() {
                        None => return Err(self.error("Unexpected end while parsing unquoted property name.")),
                        Some(c) if is_name(c) => self.skip_char(),
                        Some(c) if c == ':' || c == '\0' || c.is_whitespace() => break,
                        Some(_) => {
                            let c = self.shown_char();
                            return Err(self.error(&format!("Invalid JavaScript property identifier character: {c}.")));
                        }
                    }
                }
                self.text.get(start..self.at).unwrap_or_default().into()
            }
            _ => return Err(self.error(&format!("Invalid property identifier character: {}.", self.shown_char()))),
        };
        self.skip_white();
        if self.peek() != Some(b':') {
            let c = self.shown_char();
            return Err(self.error(&format!("Invalid character after parsing property name. Expected ':' but got: {c}.")));
        }
        self.at += 1;
        self.state = State::Property;
        if let Some(position) = self.stack.last_mut() {
            position.name = Some(name.clone());
        }
        Ok(Event::PropertyName(name))
    }

    /// After a value: `None` where another may follow.
    fn after_value(&mut self) -> Result<Option<Event>> {
        loop {
            match self.peek() {
                None => {
                    self.state = State::Finished;
                    return Ok(None);
                }
                Some(b'}') => {
                    self.at += 1;
                    self.pop(Container::Object)?;
                    return Ok(Some(Event::EndObject));
                }
                Some(b']') => {
                    self.at += 1;
                    self.pop(Container::Array)?;
                    return Ok(Some(Event::EndArray));
                }
                Some(b')') => {
                    self.at += 1;
                    self.pop(Container::Constructor)?;
                    return Ok(Some(Event::EndConstructor));
                }
                Some(b'/') => return self.comment().map(Some),
                Some(b',') => {
                    self.at += 1;
                    self.state = match self.stack.last().map(|position| position.container) {
                        Some(Container::Object) => State::Object,
                        Some(Container::Array) => State::Array,
                        Some(Container::Constructor) => State::Constructor,
                        None => State::Finished,
                    };
                    return Ok(None);
                }
                Some(b' ' | b'\t' | 0) => self.at += 1,
                Some(b'\r') => self.carriage_return(),
                Some(b'\n') => self.line_feed(),
                Some(_) if self.is_white() => self.skip_char(),
                Some(_) => {
                    let c = self.shown_char();
                    return Err(self.error(&format!("After parsing a value an unexpected character was encountered: {c}.")));
                }
            }
        }
    }
}

/// A number as JSON may have it: decimal, octal, hexadecimal or real.
fn parse_number(number: &str) -> Option<Scalar> {
    let bytes = number.as_bytes();
    match bytes {
        [digit @ b'0'..=b'9'] => return Some(Scalar::Int64((digit - b'0').into())),
        [b'0', second, ..] if !matches!(second, b'.' | b'e' | b'E') => {
            let hex = number.strip_prefix("0x").or_else(|| number.strip_prefix("0X"));
            let value = match hex {
                Some(digits) if !digits.starts_with(['+', '-']) => u64::from_str_radix(digits, 16),
                Some(_) => return None,
                None if number.contains(['+', '-']) => return None,
                None => u64::from_str_radix(number, 8),
            };
            return value.ok().map(|value| Scalar::Int64(value.cast_signed()));
        }
        _ => {}
    }
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) {
        return match number.parse() {
            Ok(value) => Some(Scalar::Int64(value)),
            Err(_) => BigInteger::parse(number).map(Scalar::BigInteger),
        };
    }
    number.parse().ok().map(Scalar::Double)
}

/// How a tree is loaded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Loading {
    /// As `JObject.Parse` does.
    Parse,
    /// As a `JTokenWriter` does, which deserializing goes through: comments stay, and a property that comes again moves to
    /// the end.
    Write,
}

/// A container that is being read.
struct Open {
    event: Event,
    items: Vec<Rc<Node>>,
    properties: Properties,
    /// The name of the property whose value comes next.
    name: Option<NetString>,
}

impl Open {
    fn new(event: Event) -> Self {
        Self { event, items: Vec::new(), properties: Properties::default(), name: None }
    }

    fn add(&mut self, value: Rc<Node>, loading: Loading) {
        match self.name.take() {
            None => self.items.push(value),
            Some(name) => {
                let known = self.properties.get(&name).cloned();
                let property = Node::property(name, value);
                let at = known.and_then(|known| self.properties.list.nodes.iter().position(|node| Rc::ptr_eq(node, &known)));
                match at {
                    None => self.properties.push(property),
                    Some(at) if loading == Loading::Parse => self.properties.set(at, property),
                    Some(at) => {
                        self.properties.remove(at);
                        self.properties.push(property);
                    }
                }
            }
        }
    }

    fn close(self) -> Rc<Node> {
        match self.event {
            Event::StartObject => Node::object(self.properties),
            Event::StartConstructor(name) => Node::constructor(Some(name), self.items),
            _ => Node::array(self.items),
        }
    }
}

/// The rest of a value that has begun with an event; `None` if the text ends before it.
fn load(reader: &mut Reader<'_>, first: Event, loading: Loading) -> Result<Option<Rc<Node>>> {
    let mut open: Vec<Open> = Vec::new();
    let mut event = first;
    loop {
        let value = match event {
            Event::End => return Ok(None),
            Event::StartObject | Event::StartArray | Event::StartConstructor(_) => {
                open.push(Open::new(event));
                None
            }
            Event::EndObject | Event::EndArray | Event::EndConstructor => open.pop().map(Open::close),
            Event::PropertyName(name) => {
                if let Some(object) = open.last_mut() {
                    object.name = Some(name);
                }
                None
            }
            Event::Comment(text) => match open.last() {
                Some(array) if loading == Loading::Parse || matches!(array.event, Event::StartObject) => None,
                _ => Some(Node::value(TokenType::Comment, Scalar::String(text))),
            },
            Event::Value(token_type, scalar) => Some(Node::value(token_type, scalar)),
        };
        if let Some(value) = value {
            match open.last_mut() {
                Some(parent) => parent.add(value, loading),
                None => return Ok(Some(value)),
            }
        }
        event = reader.read()?;
    }
}

impl Token {
    /// The tree of a JSON text: `JToken.Parse`, and `JObject.Parse` or `JArray.Parse` if `wanted` says so.
    ///
    /// # Errors
    /// `JsonReaderException`, which says what is wrong and where.
    pub fn parse(text: &str, wanted: Option<TokenType>) -> Result<Rc<Token>> {
        let class = match wanted {
            Some(TokenType::Object) => "JObject",
            Some(TokenType::Array) => "JArray",
            _ => "JToken",
        };
        let mut reader = Reader::new(text);
        let mut first = reader.read()?;
        if matches!(first, Event::End) {
            return Err(reader.error(&format!("Error reading {class} from JsonReader.")));
        }
        if let Some(wanted) = wanted {
            while let Event::Comment(_) = first {
                match reader.read()? {
                    Event::End => break,
                    next => first = next,
                }
            }
            let what = match (wanted, &first) {
                (TokenType::Object, Event::StartObject) | (TokenType::Array, Event::StartArray) => None,
                (TokenType::Object, other) => Some(("object", other.name())),
                (_, other) => Some(("array", other.name())),
            };
            if let Some((what, found)) = what {
                let message = format!("Error reading {class} from JsonReader. Current JsonReader item is not an {what}: {found}");
                return Err(reader.error(&message));
            }
        }
        let class = match first {
            Event::StartObject => "JObject",
            Event::StartArray => "JArray",
            Event::StartConstructor(_) => "JConstructor",
            _ => class,
        };
        let is_first = first.name();
        let at = reader.at;
        let Some(node) = load(&mut reader, first, Loading::Parse)? else {
            // Nothing came after the bracket, or something did.
            let nothing = reader.text.get(at..).is_none_or(|rest| rest.chars().all(|c| c.is_whitespace() || c == '\0'));
            let message = if nothing && is_first.starts_with("Start") {
                format!("Error reading {class} from JsonReader.")
            } else {
                format!("Unexpected end of content while loading {class}.")
            };
            return Err(reader.error(&message));
        };
        while !matches!(reader.read()?, Event::End) {}
        Ok(Token::of(&node))
    }

    /// The tree of what a reader has begun to read, as deserializing makes it.
    ///
    /// # Errors
    /// `JsonReaderException`, which says what is wrong and where; `JsonWriterException` where the text ends too early.
    pub fn read(reader: &mut Reader<'_>, first: Event) -> Result<Rc<Token>> {
        match load(reader, first, Loading::Write)? {
            Some(node) => Ok(Token::of(&node)),
            None => {
                let message = format!("Unexpected end when reading token. Path '{}'.", reader.container_path());
                Err(Exception::new("JsonWriterException", message))
            }
        }
    }

    /// The tree of a text, as `JsonConvert.DeserializeObject<JToken>` makes it; `None` for a text without JSON.
    ///
    /// # Errors
    /// As [`Token::read`].
    pub fn deserialize(text: &str) -> Result<Option<Rc<Token>>> {
        let mut reader = Reader::new(text);
        loop {
            match reader.read()? {
                Event::End => return Ok(None),
                Event::Comment(_) => {}
                first => {
                    let token = Token::read(&mut reader, first)?;
                    while !matches!(reader.read()?, Event::End) {}
                    return Ok(Some(token));
                }
            }
        }
    }
}
