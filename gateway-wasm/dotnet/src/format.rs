//! Composite formatting: `string.Format` and what stands between the braces of `$"..."`.

use crate::{Exception, NetString, Result};

/// A part of a composite format such as `"a {0,-10:N2}"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text to copy.
    Text(NetString),
    /// A place for an argument.
    Hole {
        /// Which argument.
        index: usize,
        /// How wide it is at least; negative for one that is aligned to the left.
        alignment: i32,
        /// How it is formatted.
        format: Option<NetString>,
    },
}

/// The pieces of a composite format, found one by one: .NET, too, formats what stands before a mistake.
#[derive(Debug)]
pub struct Pieces {
    units: Vec<u16>,
    at: usize,
}

/// Indexes and widths are below this.
const LIMIT: usize = 1_000_000;

/// Reads a composite format.
pub fn pieces(format: &NetString) -> Pieces {
    Pieces { units: format.units(), at: 0 }
}

/// What .NET says if there is no argument for a hole.
pub fn no_such_argument() -> Exception {
    Exception::format("Index (zero based) must be greater than or equal to zero and less than the size of the argument list.")
}

/// Fills text up with spaces to a width: on the left, or on the right if the alignment is negative.
pub fn align(text: NetString, alignment: i32) -> NetString {
    let missing = (alignment.unsigned_abs() as usize).saturating_sub(text.len());
    if missing == 0 {
        return text;
    }
    let spaces = NetString::from(" ".repeat(missing));
    if alignment < 0 { text.concat(&spaces) } else { spaces.concat(&text) }
}

const OPEN: u16 = b'{' as u16;
const CLOSE: u16 = b'}' as u16;
const SPACE: u16 = b' ' as u16;

impl Iterator for Pieces {
    type Item = Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.units.len() {
            return None;
        }
        let piece = self.piece();
        if piece.is_err() {
            self.at = self.units.len();
        }
        Some(piece)
    }
}

impl Pieces {
    fn piece(&mut self) -> Result<Piece> {
        let mut text = Vec::new();
        while let Some(&unit) = self.units.get(self.at) {
            if unit != OPEN && unit != CLOSE {
                text.push(unit);
                self.at += 1;
            } else if self.units.get(self.at + 1) == Some(&unit) {
                text.push(unit);
                self.at += 2;
            } else if !text.is_empty() {
                break;
            } else {
                let next = self.advance()?;
                return if unit == OPEN { self.hole(next) } else { Err(self.wrong(CLOSING)) };
            }
        }
        Ok(Piece::Text(NetString::from_units(&text)))
    }

    fn hole(&mut self, first: u16) -> Result<Piece> {
        let (index, mut unit) = self.number(first)?;
        let mut alignment = 0;
        if unit == u16::from(b',') {
            unit = self.advance()?;
            while unit == SPACE {
                unit = self.advance()?;
            }
            let left = unit == u16::from(b'-');
            if left {
                unit = self.advance()?;
            }
            let width;
            (width, unit) = self.number(unit)?;
            let width = i32::try_from(width).unwrap_or(i32::MAX);
            alignment = if left { -width } else { width };
        }
        let mut format = None;
        if unit != CLOSE {
            if unit != u16::from(b':') {
                return Err(self.wrong(UNCLOSED));
            }
            let start = self.at + 1;
            loop {
                match self.advance()? {
                    CLOSE => break,
                    OPEN => return Err(self.wrong(UNCLOSED)),
                    _ => {}
                }
            }
            format = self.units.get(start..self.at).filter(|units| !units.is_empty()).map(NetString::from_units);
        }
        self.at += 1;
        Ok(Piece::Hole { index, alignment, format })
    }

    /// A number and the spaces after it; and what follows.
    fn number(&mut self, first: u16) -> Result<(usize, u16)> {
        let mut number = digit(first).ok_or_else(|| self.wrong("Expected an ASCII digit."))?;
        let mut unit = self.advance()?;
        while let Some(digit) = digit(unit).filter(|_| number < LIMIT) {
            number = number * 10 + digit;
            unit = self.advance()?;
        }
        while unit == SPACE {
            unit = self.advance()?;
        }
        Ok((number, unit))
    }

    fn advance(&mut self) -> Result<u16> {
        self.at += 1;
        self.units.get(self.at).copied().ok_or_else(|| self.wrong(UNCLOSED))
    }

    fn wrong(&self, reason: &str) -> Exception {
        let message = "Input string was not in a correct format. Failure to parse near offset";
        Exception::format(format!("{message} {}. {reason}", self.at))
    }
}

const UNCLOSED: &str = "Format item ends prematurely.";
const CLOSING: &str = "Unexpected closing brace without a corresponding opening brace.";

fn digit(unit: u16) -> Option<usize> {
    unit.checked_sub(b'0'.into()).filter(|&digit| digit < 10).map(usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str) -> String {
        let mut text = String::new();
        for piece in pieces(&format.into()) {
            match piece {
                Ok(Piece::Text(part)) => text += &format!("[{part}]"),
                Ok(Piece::Hole { index, alignment, format }) => {
                    text += &format!("<{index} {alignment} {}>", format.unwrap_or_default())
                }
                Err(exception) => text += &exception.message.replace("Input string was not in a correct format. ", "!"),
            }
        }
        text
    }

    #[test]
    fn reads_pieces() {
        assert_eq!(read("a{{b}}c"), "[a{b}c]");
        assert_eq!(read("x {0} {12,-10:N2}!"), "[x ]<0 0 >[ ]<12 -10 N2>[!]");
        assert_eq!(read("{0 , 5 :a b}{1:}"), "<0 5 a b><1 0 >");
        assert_eq!(read(""), "");
    }

    #[test]
    fn says_what_is_wrong() {
        let near = |text: &str, at, reason| assert_eq!(read(text), format!("!Failure to parse near offset {at}. {reason}"));
        near("{", 1, UNCLOSED);
        near("}", 1, UNCLOSED);
        near("}x", 1, CLOSING);
        near("{a}", 1, "Expected an ASCII digit.");
        near("{0", 2, UNCLOSED);
        near("{0,x}", 3, "Expected an ASCII digit.");
        near("{0:{", 3, UNCLOSED);
        near("{0;}", 2, UNCLOSED);
        assert_eq!(read("a{"), "[a]!Failure to parse near offset 2. Format item ends prematurely.");
    }

    #[test]
    fn aligns() {
        assert_eq!(&*align("ab".into(), 4).to_str(), "  ab");
        assert_eq!(&*align("ab".into(), -4).to_str(), "ab  ");
        assert_eq!(&*align("ab".into(), 1).to_str(), "ab");
    }
}
