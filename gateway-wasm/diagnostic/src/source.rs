//! Texts with names, and places in them.

use std::sync::Arc;

/// A half-open range of bytes in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` to `end`; places past 4 GiB are clamped, which no readable file reaches.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The same range as a range of indices.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A line and a column, both counted from 0; columns count UTF-16 units, as the language server protocol does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 0.
    pub line: u32,
    /// The column in UTF-16 units, from 0.
    pub column: u32,
}

/// A file's name and its text. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
}

impl Source {
    /// A text under the name that people will see: the path inside the service folder, with `/`.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line and column of a byte; bytes inside a character count as its start, bytes past the end as the end.
    pub fn position(&self, byte: u32) -> Position {
        let mut at = (byte as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &self.text[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            line: before.bytes().filter(|&byte| byte == b'\n').count() as u32,
            column: before[line_start..].encode_utf16().count() as u32,
        }
    }

    /// The byte at which a line starts (lines count from 0); the end of the text if it has fewer lines.
    pub fn line_start(&self, line: u32) -> u32 {
        match line.checked_sub(1) {
            None => 0,
            Some(breaks_before) => {
                self.text.match_indices('\n').nth(breaks_before as usize).map_or(self.text.len(), |(at, _)| at + 1) as u32
            }
        }
    }
}

/// A span in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The text.
    pub source: Source,
    /// Where in it.
    pub span: Span,
}

impl Place {
    /// A place of `span` in `source`.
    pub fn new(source: &Source, span: Span) -> Self {
        Self { source: source.clone(), span }
    }

    /// The beginning of a file, for what is wrong with a file as a whole.
    pub fn file(name: &str) -> Self {
        Self { source: Source::new(name, ""), span: Span::default() }
    }

    /// The line and column at which it starts.
    pub fn start(&self) -> Position {
        self.source.position(self.span.start)
    }

    /// The line and column at which it ends.
    pub fn end(&self) -> Position {
        self.source.position(self.span.end)
    }
}
