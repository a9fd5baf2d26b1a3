//! The enumerations that go with numbers.

use crate::expr::{
    types::{Kind, NetType},
    value::Value,
};

/// `System.Globalization.NumberStyles`
pub(super) static NUMBER_STYLES: NetType = NetType {
    namespace: "System.Globalization",
    name: "NumberStyles",
    kind: Kind::Enum(&[
        ("None", 0),
        ("AllowLeadingWhite", 1),
        ("AllowTrailingWhite", 2),
        ("AllowLeadingSign", 4),
        ("AllowTrailingSign", 8),
        ("AllowParentheses", 0x10),
        ("AllowDecimalPoint", 0x20),
        ("AllowThousands", 0x40),
        ("AllowExponent", 0x80),
        ("AllowCurrencySymbol", 0x100),
        ("AllowHexSpecifier", 0x200),
        ("AllowBinarySpecifier", 0x400),
        ("Integer", 7),
        ("HexNumber", 0x203),
        ("BinaryNumber", 0x403),
        ("Number", 0x6f),
        ("Float", 0xa7),
        ("Currency", 0x17f),
        ("Any", 0x1ff),
    ]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "What text may have that is read as a number",
};

/// `System.MidpointRounding`
pub(super) static MIDPOINT_ROUNDING: NetType = NetType {
    namespace: "System",
    name: "MidpointRounding",
    kind: Kind::Enum(&[("ToEven", 0), ("AwayFromZero", 1), ("ToZero", 2), ("ToNegativeInfinity", 3), ("ToPositiveInfinity", 4)]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "How a number is rounded",
};

/// `System.TypeCode`
pub(super) static TYPE_CODE: NetType = NetType {
    namespace: "System",
    name: "TypeCode",
    kind: Kind::Enum(&[
        ("Empty", 0),
        ("Object", 1),
        ("DBNull", 2),
        ("Boolean", 3),
        ("Char", 4),
        ("SByte", 5),
        ("Byte", 6),
        ("Int16", 7),
        ("UInt16", 8),
        ("Int32", 9),
        ("UInt32", 10),
        ("Int64", 11),
        ("UInt64", 12),
        ("Single", 13),
        ("Double", 14),
        ("Decimal", 15),
        ("DateTime", 16),
        ("String", 18),
    ]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "Which of the types that `Convert` knows a value has",
};

/// `System.Globalization.UnicodeCategory`
pub(super) static UNICODE_CATEGORY: NetType = NetType {
    namespace: "System.Globalization",
    name: "UnicodeCategory",
    kind: Kind::Enum(&[
        ("UppercaseLetter", 0),
        ("LowercaseLetter", 1),
        ("TitlecaseLetter", 2),
        ("ModifierLetter", 3),
        ("OtherLetter", 4),
        ("NonSpacingMark", 5),
        ("SpacingCombiningMark", 6),
        ("EnclosingMark", 7),
        ("DecimalDigitNumber", 8),
        ("LetterNumber", 9),
        ("OtherNumber", 10),
        ("SpaceSeparator", 11),
        ("LineSeparator", 12),
        ("ParagraphSeparator", 13),
        ("Control", 14),
        ("Format", 15),
        ("Surrogate", 16),
        ("PrivateUse", 17),
        ("ConnectorPunctuation", 18),
        ("DashPunctuation", 19),
        ("OpenPunctuation", 20),
        ("ClosePunctuation", 21),
        ("InitialQuotePunctuation", 22),
        ("FinalQuotePunctuation", 23),
        ("OtherPunctuation", 24),
        ("MathSymbol", 25),
        ("CurrencySymbol", 26),
        ("ModifierSymbol", 27),
        ("OtherSymbol", 28),
        ("OtherNotAssigned", 29),
    ]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "The Unicode category of a character",
};

/// The type code of a value, as a value of `TypeCode`.
pub(in crate::expr::library) fn type_code(value: &Value) -> Value {
    let code = match value {
        Value::Null => 0,
        Value::Bool(_) => 3,
        Value::Char(_) => 4,
        Value::SByte(_) => 5,
        Value::Byte(_) => 6,
        Value::Int16(_) => 7,
        Value::UInt16(_) => 8,
        // An enumeration has the code of its numbers.
        Value::Int32(_) | Value::Enum(..) => 9,
        Value::UInt32(_) => 10,
        Value::Int64(_) => 11,
        Value::UInt64(_) => 12,
        Value::Single(_) => 13,
        Value::Double(_) => 14,
        Value::Decimal(_) => 15,
        Value::DateTime(_) => 16,
        Value::String(_) => 18,
        _ => 1,
    };
    Value::Enum(&TYPE_CODE, code)
}
