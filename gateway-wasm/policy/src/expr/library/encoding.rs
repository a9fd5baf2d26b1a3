//! `System.Text.Encoding`.

use super::string_builder::{not_negative, units_of};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, Member, NetType, Type, row},
    value::{Array, Object, Value},
};
use dotnet::{Exception, NetString, encoding::Encoding};
use std::rc::Rc;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&ENCODING];

/// `System.Text.Encoding`
pub static ENCODING: NetType = NetType {
    namespace: "System.Text",
    name: "Encoding",
    kind: Kind::Class,
    bases: &[],
    members: MEMBERS,
    missing: &[
        "UTF7",
        "DecoderFallback",
        "EncoderFallback",
        "Preamble",
        "CreateTranscodingStream",
        "GetDecoder",
        "GetEncoder",
        "GetEncodings",
        "IsAlwaysNormalized",
        "RegisterProvider",
        "TryGetBytes",
        "TryGetChars",
    ],
    doc: "How text becomes bytes and bytes become text",
};

const MEMBERS: &[Member] = &[
    row("static Encoding UTF8", |_| Ok(of(Encoding::UTF8)), "UTF-8"),
    row("static Encoding ASCII", |_| Ok(of(Encoding::Ascii)), "ASCII; everything else is `?`"),
    row("static Encoding Unicode", |_| Ok(of(Encoding::Utf16 { is_big: false })), "UTF-16, little-endian"),
    row("static Encoding BigEndianUnicode", |_| Ok(of(Encoding::Utf16 { is_big: true })), "UTF-16, big-endian"),
    row("static Encoding UTF32", |_| Ok(of(Encoding::Utf32 { is_big: false })), "UTF-32, little-endian"),
    row("static Encoding Latin1", |_| Ok(of(Encoding::Latin1)), "ISO 8859-1"),
    row("static Encoding Default", |_| Ok(of(Encoding::Utf8 { has_mark: false })), "UTF-8 without byte order mark"),
    row(
        "static Encoding GetEncoding(string name)",
        |call| Ok(of(Encoding::named(&call.text(0, "name")?.to_str())?)),
        "The encoding of a name such as `iso-8859-1`",
    ),
    row(
        "static Encoding GetEncoding(int codepage)",
        |call| Ok(of(Encoding::of_code_page(call.int(0)?)?)),
        "The encoding of a code page such as 1252",
    ),
    row(
        "static byte[] Convert(Encoding srcEncoding, Encoding dstEncoding, byte[] bytes)",
        |call| {
            let bytes = call.bytes(2, "bytes")?;
            convert(call, &bytes)
        },
        "Bytes of one encoding in another",
    ),
    row(
        "static byte[] Convert(Encoding srcEncoding, Encoding dstEncoding, byte[] bytes, int index, int count)",
        |call| {
            let bytes = call.bytes(2, "bytes")?;
            let part = part(&bytes, call.int(3)?, call.int(4)?, "bytes")?;
            convert(call, part)
        },
        "Some bytes of one encoding in another",
    ),
    row(
        "byte[] GetBytes(string s)",
        |call| {
            let Some(text) = call.text_or_null(0)? else {
                return Err(argument_null("String reference not set to an instance of a String.", "s"));
            };
            encoded(call, &text)
        },
        "The bytes of a text",
    ),
    row(
        "byte[] GetBytes(string s, int index, int count)",
        |call| {
            let Some(text) = call.text_or_null(0)? else {
                return Err(argument_null("String reference not set to an instance of a String.", "s"));
            };
            let index = not_negative("index", call.int(1)?)?;
            let count = not_negative("count", call.int(2)?)?;
            let Some(part) = text.slice(index, count) else {
                return Err(Exception::argument_out_of_range(INDEX_COUNT, "index").into());
            };
            encoded(call, &part)
        },
        "The bytes of a part of a text",
    ),
    row(
        "byte[] GetBytes(char[] chars)",
        |call| {
            let text = characters(call, 0)?;
            encoded(call, &text)
        },
        "The bytes of characters",
    ),
    row(
        "byte[] GetBytes(char[] chars, int index, int count)",
        |call| {
            let text = some_characters(call, "index", "count")?;
            encoded(call, &text)
        },
        "The bytes of some characters",
    ),
    row(
        "int GetBytes(string s, int charIndex, int charCount, byte[] bytes, int byteIndex)",
        |call| {
            let text = call.text(0, "s")?;
            let index = not_negative("charIndex", call.int(1)?)?;
            let count = not_negative("charCount", call.int(2)?)?;
            let Some(part) = text.slice(index, count) else {
                return Err(Exception::argument_out_of_range(INDEX_COUNT, "s").into());
            };
            encoded_into(call, &part)
        },
        "Writes the bytes of a part of a text into an array and tells how many they are",
    ),
    row(
        "int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex)",
        |call| {
            let text = some_characters(call, "charIndex", "charCount")?;
            encoded_into(call, &text)
        },
        "Writes the bytes of some characters into an array and tells how many they are",
    ),
    row(
        "int GetByteCount(string s)",
        |call| {
            let text = call.text(0, "chars")?;
            count_bytes(call, &text)
        },
        "How many bytes a text has",
    ),
    row(
        "int GetByteCount(string s, int index, int count)",
        |call| {
            let text = call.text(0, "s")?;
            let index = not_negative("index", call.int(1)?)?;
            let count = not_negative("count", call.int(2)?)?;
            let Some(part) = text.slice(index, count) else {
                return Err(Exception::argument_out_of_range(INDEX_COUNT, "index").into());
            };
            count_bytes(call, &part)
        },
        "How many bytes a part of a text has",
    ),
    row(
        "int GetByteCount(char[] chars)",
        |call| {
            let text = characters(call, 0)?;
            count_bytes(call, &text)
        },
        "How many bytes characters have",
    ),
    row(
        "int GetByteCount(char[] chars, int index, int count)",
        |call| {
            let text = some_characters(call, "index", "count")?;
            count_bytes(call, &text)
        },
        "How many bytes some characters have",
    ),
    row(
        "string GetString(byte[] bytes)",
        |call| {
            let bytes = bytes(call)?;
            Ok(decoded(call, &bytes)?.into())
        },
        "The text that bytes stand for",
    ),
    row(
        "string GetString(byte[] bytes, int index, int count)",
        |call| {
            let bytes = bytes(call)?;
            let part = part(&bytes, call.int(1)?, call.int(2)?, "bytes")?;
            Ok(decoded(call, part)?.into())
        },
        "The text that some bytes stand for",
    ),
    row(
        "char[] GetChars(byte[] bytes)",
        |call| {
            let bytes = bytes(call)?;
            let text = decoded(call, &bytes)?;
            char_array(call, &text)
        },
        "The characters that bytes stand for",
    ),
    row(
        "char[] GetChars(byte[] bytes, int index, int count)",
        |call| {
            let bytes = bytes(call)?;
            let part = part(&bytes, call.int(1)?, call.int(2)?, "bytes")?;
            let text = decoded(call, part)?;
            char_array(call, &text)
        },
        "The characters that some bytes stand for",
    ),
    row(
        "int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)",
        |call| {
            let bytes = bytes(call)?;
            let part = named_part(&bytes, call.int(1)?, call.int(2)?, "bytes", ("byteIndex", "byteCount"))?;
            let units = decoded(call, part)?.units();
            let array: Rc<Array> = call.object(3, "chars")?;
            let at = place(call.int(4)?, array.len(), "charIndex")?;
            if units.len() > array.len() - at {
                let message = format!(
                    "The output char buffer is too small to contain the decoded characters, encoding '{}' fallback 'System.Text.DecoderReplacementFallback'.",
                    encoding(&call.this)?.display_name()
                );
                return Err(Exception::argument(&message, "chars").into());
            }
            for (offset, unit) in units.iter().enumerate() {
                array.set(at + offset, Value::Char(*unit));
            }
            Ok(int(units.len()))
        },
        "Writes the characters that some bytes stand for into an array and tells how many they are",
    ),
    row(
        "int GetCharCount(byte[] bytes)",
        |call| {
            let bytes = bytes(call)?;
            Ok(int(decoded(call, &bytes)?.len()))
        },
        "How many characters bytes stand for",
    ),
    row(
        "int GetCharCount(byte[] bytes, int index, int count)",
        |call| {
            let bytes = bytes(call)?;
            let part = part(&bytes, call.int(1)?, call.int(2)?, "bytes")?;
            Ok(int(decoded(call, part)?.len()))
        },
        "How many characters some bytes stand for",
    ),
    row(
        "int GetMaxByteCount(int charCount)",
        |call| Ok(encoding(&call.this)?.max_byte_count(call.int(0)?)?.into()),
        "How many bytes so many characters have at most",
    ),
    row(
        "int GetMaxCharCount(int byteCount)",
        |call| Ok(encoding(&call.this)?.max_char_count(call.int(0)?)?.into()),
        "How many characters so many bytes stand for at most",
    ),
    row("byte[] GetPreamble()", |call| Ok(Value::bytes(encoding(&call.this)?.preamble())), "The byte order mark, if it has one"),
    row("string WebName", |call| Ok(encoding(&call.this)?.web_name().into()), "Its name in `Content-Type`, such as `utf-8`"),
    row("string HeaderName", |call| Ok(encoding(&call.this)?.header_name().into()), "Its name in the header of a mail"),
    row("string BodyName", |call| Ok(encoding(&call.this)?.body_name().into()), "Its name in the body of a mail"),
    row(
        "string EncodingName",
        |call| Ok(encoding(&call.this)?.display_name().into()),
        "Its name for people, such as `Unicode (UTF-8)`",
    ),
    row("int CodePage", |call| Ok(encoding(&call.this)?.code_page().into()), "Its code page"),
    row(
        "int WindowsCodePage",
        |call| Ok(encoding(&call.this)?.windows_code_page().into()),
        "The code page of Windows that is nearest to it",
    ),
    row("bool IsSingleByte", |call| Ok(encoding(&call.this)?.is_single_byte().into()), "Whether every character is one byte"),
    row("bool IsReadOnly", |call| encoding(&call.this).map(|_| true.into()), "Always true"),
    row("bool IsBrowserDisplay", |call| Ok(encoding(&call.this)?.is_for_browsers().into()), "Whether browsers show it"),
    row("bool IsBrowserSave", |call| Ok(encoding(&call.this)?.is_for_browsers().into()), "Whether browsers save it"),
    row("bool IsMailNewsDisplay", |call| Ok(encoding(&call.this)?.is_for_mail().into()), "Whether mail programs show it"),
    row("bool IsMailNewsSave", |call| Ok(encoding(&call.this)?.is_for_mail().into()), "Whether mail programs save it"),
    row("object Clone()", |call| Ok(of(encoding(&call.this)?)), "The same encoding"),
];

const INDEX_COUNT: &str = "Index and count must refer to a location within the string.";
const INDEX_COUNT_BUFFER: &str = "Index and count must refer to a location within the buffer.";

/// An `Encoding`.
#[derive(Debug)]
struct EncodingObject(Encoding);

impl Object for EncodingObject {
    fn net_type(&self) -> Type {
        Type::of(&ENCODING)
    }

    fn text(&self, _machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        Ok(match self.0 {
            Encoding::Utf8 { .. } => "System.Text.UTF8Encoding+UTF8EncodingSealed",
            Encoding::Ascii => "System.Text.ASCIIEncoding+ASCIIEncodingSealed",
            Encoding::Utf16 { .. } => "System.Text.UnicodeEncoding",
            Encoding::Utf32 { .. } => "System.Text.UTF32Encoding",
            Encoding::Latin1 => "System.Text.Latin1Encoding+Latin1EncodingSealed",
            Encoding::Windows1252 => "System.Text.SBCSCodePageEncoding",
        }
        .into())
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        Some(other.downcast_ref::<EncodingObject>().is_some_and(|other| other.0 == self.0))
    }

    fn hash(&self) -> Option<i32> {
        Some(self.0.code_page())
    }
}

/// The value of an encoding.
pub(super) fn of(encoding: Encoding) -> Value {
    Value::object(EncodingObject(encoding))
}

fn encoding(value: &Value) -> Result<Encoding, Thrown> {
    value.downcast_ref::<EncodingObject>().map(|encoding| encoding.0).ok_or_else(Thrown::null_reference)
}

fn int(value: usize) -> Value {
    Value::Int32(i32::try_from(value).unwrap_or(i32::MAX))
}

fn argument_null(message: &str, parameter: &str) -> Thrown {
    Thrown::new("ArgumentNullException", format!("{message} (Parameter '{parameter}')"))
}

/// The `byte[]` that is the first argument.
fn bytes(call: &Call<'_, '_>) -> Result<Vec<u8>, Thrown> {
    if call.value(0).is_null() {
        return Err(argument_null("Array cannot be null.", "bytes"));
    }
    call.bytes(0, "bytes")
}

/// The text of a `char[]` argument.
fn characters(call: &Call<'_, '_>, at: usize) -> Result<NetString, Thrown> {
    match call.value(at) {
        Value::Null => Err(argument_null("Array cannot be null.", "chars")),
        value => Ok(NetString::from_units(&units_of(&value))),
    }
}

/// The text of a part of a `char[]` argument.
fn some_characters(call: &Call<'_, '_>, index: &str, count: &str) -> Result<NetString, Thrown> {
    if call.value(0).is_null() {
        return Err(argument_null("Array cannot be null.", "chars"));
    }
    let units = units_of(&call.value(0));
    Ok(NetString::from_units(named_part(&units, call.int(1)?, call.int(2)?, "chars", (index, count))?))
}

fn part<'i, T>(items: &'i [T], index: i32, count: i32, parameter: &str) -> Result<&'i [T], Thrown> {
    named_part(items, index, count, parameter, ("index", "count"))
}

fn named_part<'i, T>(items: &'i [T], index: i32, count: i32, parameter: &str, names: (&str, &str)) -> Result<&'i [T], Thrown> {
    let index = not_negative(names.0, index)?;
    let count = not_negative(names.1, count)?;
    items
        .get(index..index.saturating_add(count))
        .ok_or_else(|| Exception::argument_out_of_range(INDEX_COUNT_BUFFER, parameter).into())
}

/// A position in an array, its end among them.
fn place(at: i32, length: usize, parameter: &str) -> Result<usize, Thrown> {
    usize::try_from(at).ok().filter(|at| *at <= length).ok_or_else(|| {
        let message = "Index was out of range. Must be non-negative and less than or equal to the size of the collection.";
        Exception::argument_out_of_range(message, parameter).into()
    })
}

fn encoded(call: &mut Call<'_, '_>, text: &NetString) -> Result<Value, Thrown> {
    let encoding = encoding(&call.this)?;
    call.machine.spend(text.size().saturating_mul(2))?;
    let bytes = encoding.bytes(text);
    call.machine.spend(bytes.len())?;
    Ok(Value::bytes(bytes))
}

fn encoded_into(call: &mut Call<'_, '_>, text: &NetString) -> Result<Value, Thrown> {
    let encoding = encoding(&call.this)?;
    call.machine.spend(text.size().saturating_mul(2))?;
    let bytes = encoding.bytes(text);
    let array: Rc<Array> = call.object(3, "bytes")?;
    let at = place(call.int(4)?, array.len(), "byteIndex")?;
    if bytes.len() > array.len() - at {
        let message = format!(
            "The output byte buffer is too small to contain the encoded data, encoding '{}' fallback 'System.Text.EncoderReplacementFallback'.",
            encoding.display_name()
        );
        return Err(Exception::argument(&message, "bytes").into());
    }
    for (offset, byte) in bytes.iter().enumerate() {
        array.set(at + offset, Value::Byte(*byte));
    }
    Ok(int(bytes.len()))
}

fn count_bytes(call: &mut Call<'_, '_>, text: &NetString) -> Result<Value, Thrown> {
    let encoding = encoding(&call.this)?;
    call.machine.spend(text.size().saturating_mul(2))?;
    Ok(int(encoding.bytes(text).len()))
}

fn decoded(call: &mut Call<'_, '_>, bytes: &[u8]) -> Result<NetString, Thrown> {
    let encoding = encoding(&call.this)?;
    call.machine.spend(bytes.len().saturating_mul(3))?;
    Ok(encoding.text(bytes))
}

fn char_array(call: &mut Call<'_, '_>, text: &NetString) -> Result<Value, Thrown> {
    let units = text.units();
    call.machine.spend(units.len().saturating_mul(size_of::<Value>()))?;
    Ok(Value::array(Type::CHAR, units.into_iter().map(Value::Char).collect()))
}

fn convert(call: &mut Call<'_, '_>, bytes: &[u8]) -> Result<Value, Thrown> {
    let from = call.object::<EncodingObject>(0, "srcEncoding")?.0;
    let to = call.object::<EncodingObject>(1, "dstEncoding")?.0;
    call.machine.spend(bytes.len().saturating_mul(4))?;
    let new = to.bytes(&from.text(bytes));
    call.machine.spend(new.len())?;
    Ok(Value::bytes(new))
}
