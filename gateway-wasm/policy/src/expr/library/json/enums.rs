//! The enumerations of Newtonsoft.Json.

use crate::expr::types::{Kind, NetType};
use dotnet::json::TokenType;

/// `Newtonsoft.Json.Linq.JTokenType`
pub static JTOKEN_TYPE: NetType = NetType {
    namespace: "Newtonsoft.Json.Linq",
    name: "JTokenType",
    kind: Kind::Enum(TokenType::NAMES),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "What a token is",
};

/// `Newtonsoft.Json.Formatting`
pub static FORMATTING: NetType = NetType {
    namespace: "Newtonsoft.Json",
    name: "Formatting",
    kind: Kind::Enum(&[("None", 0), ("Indented", 1)]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "Whether JSON is written on one line or indented",
};

/// `Newtonsoft.Json.Linq.MergeArrayHandling`
pub static MERGE_ARRAY_HANDLING: NetType = NetType {
    namespace: "Newtonsoft.Json.Linq",
    name: "MergeArrayHandling",
    kind: Kind::Enum(&[("Concat", 0), ("Union", 1), ("Replace", 2), ("Merge", 3)]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "What becomes of arrays when JSON is merged",
};

/// `Newtonsoft.Json.Linq.MergeNullValueHandling`
pub static MERGE_NULL_VALUE_HANDLING: NetType = NetType {
    namespace: "Newtonsoft.Json.Linq",
    name: "MergeNullValueHandling",
    kind: Kind::Enum(&[("Ignore", 0), ("Merge", 1)]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "Whether a null replaces a value when JSON is merged",
};
