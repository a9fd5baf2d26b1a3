//! `System.Text.Encoding`: text to bytes and back.
//!
//! What cannot be encoded or decoded becomes `?` or U+FFFD, as in .NET; nothing here throws because of what bytes or text say.

use crate::{Exception, NetString, Result, string::edit::not_negative};

/// An encoding. Those that .NET has at hand, and windows-1252.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Encoding {
    /// `has_mark`: whether its preamble is the byte order mark. `Encoding.Default` has none.
    Utf8 {
        has_mark: bool,
    },
    Ascii,
    Utf16 {
        is_big: bool,
    },
    Utf32 {
        is_big: bool,
    },
    Latin1,
    Windows1252,
}

/// What .NET says of an encoding.
struct Facts {
    names: &'static [&'static str],
    web_name: &'static str,
    body_name: &'static str,
    header_name: &'static str,
    display_name: &'static str,
    code_page: i32,
    windows_code_page: i32,
}

const ALL: [Encoding; 8] = [
    Encoding::Utf8 { has_mark: true },
    Encoding::Ascii,
    Encoding::Utf16 { is_big: false },
    Encoding::Utf16 { is_big: true },
    Encoding::Utf32 { is_big: false },
    Encoding::Utf32 { is_big: true },
    Encoding::Latin1,
    Encoding::Windows1252,
];

impl Encoding {
    /// `Encoding.UTF8`
    pub const UTF8: Encoding = Encoding::Utf8 { has_mark: true };

    fn facts(self) -> Facts {
        let facts = |names, web_name, display_name, code_page, windows_code_page| Facts {
            names,
            web_name,
            body_name: web_name,
            header_name: web_name,
            display_name,
            code_page,
            windows_code_page,
        };
        match self {
            Encoding::Utf8 { .. } => facts(
                &["utf-8", "unicode-1-1-utf-8", "unicode-2-0-utf-8", "x-unicode-1-1-utf-8", "x-unicode-2-0-utf-8"],
                "utf-8",
                "Unicode (UTF-8)",
                65001,
                1200,
            ),
            Encoding::Ascii => facts(
                &[
                    "us-ascii",
                    "ascii",
                    "us",
                    "ansi_x3.4-1968",
                    "ansi_x3.4-1986",
                    "cp367",
                    "csascii",
                    "ibm367",
                    "iso-ir-6",
                    "iso646-us",
                    "iso_646.irv:1991",
                ],
                "us-ascii",
                "US-ASCII",
                20127,
                1252,
            ),
            Encoding::Utf16 { is_big: false } => facts(
                &["utf-16", "utf-16le", "unicode", "ucs-2", "iso-10646-ucs-2", "csunicode"],
                "utf-16",
                "Unicode",
                1200,
                1200,
            ),
            Encoding::Utf16 { is_big: true } => {
                facts(&["utf-16be", "unicodefffe"], "utf-16BE", "Unicode (Big-Endian)", 1201, 1200)
            }
            Encoding::Utf32 { is_big: false } => {
                facts(&["utf-32", "utf-32le", "ucs-4"], "utf-32", "Unicode (UTF-32)", 12000, 1200)
            }
            Encoding::Utf32 { is_big: true } => facts(&["utf-32be"], "utf-32BE", "Unicode (UTF-32 Big-Endian)", 12001, 1200),
            Encoding::Latin1 => facts(
                &[
                    "iso-8859-1",
                    "iso8859-1",
                    "iso_8859-1",
                    "iso_8859-1:1987",
                    "latin1",
                    "l1",
                    "cp819",
                    "csisolatin1",
                    "ibm819",
                    "iso-ir-100",
                ],
                "iso-8859-1",
                "Western European (ISO)",
                28591,
                1252,
            ),
            Encoding::Windows1252 => Facts {
                body_name: "iso-8859-1",
                header_name: "Windows-1252",
                ..facts(&["windows-1252", "x-ansi"], "windows-1252", "Western European (Windows)", 1252, 1252)
            },
        }
    }

    /// `Encoding.GetEncoding(name)`
    ///
    /// # Errors
    /// `ArgumentException` for a name that is none.
    pub fn named(name: &str) -> Result<Self> {
        let lower = name.to_ascii_lowercase();
        ALL.into_iter().find(|encoding| encoding.facts().names.contains(&&*lower)).ok_or_else(|| {
            Exception::argument(
                &format!(
                    "'{name}' is not a supported encoding name. For information on defining a custom encoding, see the documentation for the Encoding.RegisterProvider method."
                ),
                "name",
            )
        })
    }

    /// `Encoding.GetEncoding(codepage)`
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` for what is no code page, `NotSupportedException` for one that is not here.
    pub fn of_code_page(code_page: i32) -> Result<Self> {
        if !(0..=65535).contains(&code_page) {
            return Err(Exception::argument_out_of_range("Valid values are between 0 and 65535, inclusive.", "codepage"));
        }
        if code_page == 0 {
            return Ok(Encoding::Utf8 { has_mark: false });
        }
        ALL.into_iter().find(|encoding| encoding.facts().code_page == code_page).ok_or_else(|| {
            Exception::new(
                "NotSupportedException",
                format!("No data is available for encoding {code_page}. For information on defining a custom encoding, see the documentation for the Encoding.RegisterProvider method."),
            )
        })
    }

    /// `WebName`: `utf-8`
    pub fn web_name(self) -> &'static str {
        self.facts().web_name
    }

    /// `BodyName`
    pub fn body_name(self) -> &'static str {
        self.facts().body_name
    }

    /// `HeaderName`
    pub fn header_name(self) -> &'static str {
        self.facts().header_name
    }

    /// `EncodingName`: `Unicode (UTF-8)`
    pub fn display_name(self) -> &'static str {
        self.facts().display_name
    }

    /// `CodePage`
    pub fn code_page(self) -> i32 {
        self.facts().code_page
    }

    /// `WindowsCodePage`
    pub fn windows_code_page(self) -> i32 {
        self.facts().windows_code_page
    }

    /// `IsSingleByte`
    pub fn is_single_byte(self) -> bool {
        matches!(self, Encoding::Ascii | Encoding::Latin1 | Encoding::Windows1252)
    }

    /// True for what browsers show and save: `IsBrowserDisplay`, `IsBrowserSave`.
    pub fn is_for_browsers(self) -> bool {
        matches!(self, Encoding::Utf8 { .. } | Encoding::Latin1 | Encoding::Windows1252)
    }

    /// `IsMailNewsDisplay`, `IsMailNewsSave`
    pub fn is_for_mail(self) -> bool {
        matches!(self, Encoding::Utf8 { .. } | Encoding::Latin1 | Encoding::Windows1252 | Encoding::Ascii)
    }

    /// `GetPreamble()`: the byte order mark.
    pub fn preamble(self) -> &'static [u8] {
        match self {
            Encoding::Utf8 { has_mark: true } => &[0xef, 0xbb, 0xbf],
            Encoding::Utf16 { is_big: false } => &[0xff, 0xfe],
            Encoding::Utf16 { is_big: true } => &[0xfe, 0xff],
            Encoding::Utf32 { is_big: false } => &[0xff, 0xfe, 0, 0],
            Encoding::Utf32 { is_big: true } => &[0, 0, 0xfe, 0xff],
            _ => &[],
        }
    }

    /// `GetMaxByteCount(charCount)`
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` for a negative count and for one whose bytes an `int` cannot count.
    pub fn max_byte_count(self, count: i32) -> Result<i32> {
        not_negative("charCount", count)?;
        let size = match self {
            Encoding::Utf8 { .. } => 3,
            Encoding::Ascii | Encoding::Latin1 | Encoding::Windows1252 => 1,
            Encoding::Utf16 { .. } => 2,
            Encoding::Utf32 { .. } => 4,
        };
        i32::try_from((i64::from(count) + 1) * size).map_err(|_| {
            Exception::argument_out_of_range(
                "Too many characters. The resulting number of bytes is larger than what can be returned as an int.",
                "charCount",
            )
        })
    }

    /// `GetMaxCharCount(byteCount)`
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` for a negative count and for one whose characters an `int` cannot count.
    pub fn max_char_count(self, count: i32) -> Result<i32> {
        not_negative("byteCount", count)?;
        let count = i64::from(count);
        let characters = match self {
            Encoding::Utf8 { .. } => count + 1,
            Encoding::Ascii | Encoding::Latin1 | Encoding::Windows1252 => count,
            Encoding::Utf16 { .. } => (count >> 1) + (count & 1) + 1,
            Encoding::Utf32 { .. } => count / 2 + 2,
        };
        i32::try_from(characters).map_err(|_| {
            Exception::argument_out_of_range(
                "Too many bytes. The resulting number of chars is larger than what can be returned as an int.",
                "byteCount",
            )
        })
    }

    /// `GetBytes(text)`
    pub fn bytes(self, text: &NetString) -> Vec<u8> {
        match self {
            Encoding::Utf8 { .. } => text.to_str().into_owned().into_bytes(),
            Encoding::Ascii => text.units().into_iter().map(|unit| if unit < 0x80 { unit as u8 } else { b'?' }).collect(),
            Encoding::Latin1 => {
                text.units().into_iter().map(|unit| u8::try_from(unit).unwrap_or_else(|_| resembling(unit))).collect()
            }
            Encoding::Windows1252 => text.units().into_iter().map(windows_1252).collect(),
            Encoding::Utf16 { is_big } => {
                let unit = |unit: u16| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() };
                match text.as_str() {
                    Some(text) => text.encode_utf16().flat_map(unit).collect(),
                    None => text.to_str().encode_utf16().flat_map(unit).collect(),
                }
            }
            Encoding::Utf32 { is_big } => {
                let bytes = |character: char| {
                    let number = u32::from(character);
                    if is_big { number.to_be_bytes() } else { number.to_le_bytes() }
                };
                text.to_str().chars().flat_map(bytes).collect()
            }
        }
    }

    /// `GetString(bytes)`
    pub fn text(self, bytes: &[u8]) -> NetString {
        match self {
            Encoding::Utf8 { .. } => String::from_utf8_lossy(bytes).into(),
            Encoding::Ascii => {
                let character = |&byte: &u8| if byte < 0x80 { char::from(byte) } else { '?' };
                bytes.iter().map(character).collect::<String>().into()
            }
            Encoding::Latin1 => bytes.iter().map(|&byte| char::from(byte)).collect::<String>().into(),
            Encoding::Windows1252 => bytes.iter().map(|&byte| from_windows_1252(byte)).collect::<String>().into(),
            Encoding::Utf16 { is_big } => {
                let mut pairs = bytes.chunks_exact(2);
                let units = pairs
                    .by_ref()
                    .filter_map(|pair| <[u8; 2]>::try_from(pair).ok())
                    .map(|pair| if is_big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) });
                let mut text: String =
                    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
                if !pairs.remainder().is_empty() {
                    text.push(char::REPLACEMENT_CHARACTER);
                }
                text.into()
            }
            Encoding::Utf32 { is_big } => {
                let mut text: String = bytes
                    .chunks_exact(4)
                    .filter_map(|four| <[u8; 4]>::try_from(four).ok())
                    .map(|four| if is_big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
                    .map(|number| char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER))
                    .collect();
                if !bytes.len().is_multiple_of(4) {
                    text.push(char::REPLACEMENT_CHARACTER);
                }
                text.into()
            }
        }
    }
}

/// What windows-1252 has from 0x80 to 0x9F; where it has nothing, .NET keeps the control character.
const WINDOWS_1252: [u16; 32] = [
    0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f, 0x90,
    0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
];

fn windows_1252(unit: u16) -> u8 {
    if let Some(at) = (0x80u8..).zip(WINDOWS_1252).find(|(_, own)| *own == unit) {
        return at.0;
    }
    match u8::try_from(unit) {
        Ok(byte) if !(0x80..0xa0).contains(&byte) => byte,
        _ => resembling(unit),
    }
}

fn from_windows_1252(byte: u8) -> char {
    let unit = match byte {
        0x80..0xa0 => WINDOWS_1252.get(usize::from(byte) - 0x80).copied().unwrap_or(byte.into()),
        _ => byte.into(),
    };
    char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The letter of ASCII that .NET writes for one that an encoding of single bytes does not have: the letters of Latin
/// Extended-A without their marks, quotation marks and dashes, and the wide forms; `?` for what resembles nothing.
fn resembling(unit: u16) -> u8 {
    const LATIN_EXTENDED_A: &[u8; 128] = b"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi??JjKk?LlLlLl??LlNnNnNn???OoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZz?";
    match unit {
        0x100..0x180 => LATIN_EXTENDED_A.get(usize::from(unit) - 0x100).copied().unwrap_or(b'?'),
        0x2000..=0x2006 => b' ',
        0x2010..=0x2014 => b'-',
        0x2018..=0x201a | 0x2032 => b'\'',
        0x201c..=0x201e => b'"',
        0x2020 => b'+',
        0x2022 | 0x2024 | 0x2026 => b'.',
        0x2030 => b'%',
        0x2035 => b'`',
        0x2039 => b'<',
        0x203a => b'>',
        0x2122 => b'T',
        0xff01..=0xff5e => u8::try_from(unit - 0xfee0).unwrap_or(b'?'),
        _ => b'?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_and_decodes() {
        let text = NetString::from("aé€😀");
        for encoding in ALL {
            let back = encoding.text(&encoding.bytes(&text));
            match encoding {
                Encoding::Ascii => assert_eq!(back, NetString::from("a????")),
                Encoding::Latin1 => assert_eq!(back, NetString::from("aé???")),
                Encoding::Windows1252 => assert_eq!(back, NetString::from("aé€??")),
                _ => assert_eq!(back, text),
            }
        }
        assert_eq!(Encoding::UTF8.bytes(&NetString::from_units(&[0xd800, 0x61])), [0xef, 0xbf, 0xbd, 0x61]);
        assert_eq!(Encoding::UTF8.text(&[0xf0, 0x9f, 0x98, 0x41, 0xff]), NetString::from("\u{fffd}A\u{fffd}"));
        assert_eq!(Encoding::Utf16 { is_big: false }.text(&[0x61, 0, 0x62]), NetString::from("a\u{fffd}"));
        assert_eq!(Encoding::Utf16 { is_big: true }.bytes(&NetString::from_unit(0xdc00)), [0xff, 0xfd]);
        assert_eq!(Encoding::Latin1.bytes(&"Łódź “x”".into()), b"L\xf3dz \"x\"");
    }

    #[test]
    fn finds_by_name() {
        assert_eq!(Encoding::named("UTF-8"), Ok(Encoding::UTF8));
        assert_eq!(Encoding::named("iso-8859-1").map(Encoding::code_page), Ok(28591));
        assert_eq!(Encoding::named("x").unwrap_err().kind, "ArgumentException");
        assert_eq!(Encoding::of_code_page(850).unwrap_err().kind, "NotSupportedException");
        assert_eq!(
            Encoding::of_code_page(70000).unwrap_err().message,
            "Valid values are between 0 and 65535, inclusive. (Parameter 'codepage')"
        );
    }
}
