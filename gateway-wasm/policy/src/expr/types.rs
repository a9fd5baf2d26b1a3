//! .NET types: what a row of the library says of one, and what the checker knows of an expression.

use super::{call::Run, library, value::Value};
use std::{
    fmt::{self, Write as _},
    ptr,
    rc::Rc,
};

/// A type of the library: its name and its table of members.
#[derive(Debug)]
pub struct NetType {
    /// `System.Text`
    pub namespace: &'static str,
    /// Its name and, for a generic one, its parameters: `Dictionary<TKey, TValue>`.
    pub name: &'static str,
    /// What kind of type.
    pub kind: Kind,
    /// The types that it derives from or implements, as C# writes them: `IEnumerable<T>`. `object` goes without saying.
    pub bases: &'static [&'static str],
    /// What it has.
    pub members: &'static [Member],
    /// Members that .NET and APIM have and Portico does not, by name.
    pub missing: &'static [&'static str],
    /// One sentence for the manual.
    pub doc: &'static str,
}

/// What kind of type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A reference type.
    Class,
    /// A reference type that only others implement.
    Interface,
    /// A value type.
    Struct,
    /// A class that has only static members.
    Static,
    /// An enumeration and its members.
    Enum(&'static [(&'static str, i64)]),
}

/// A row: one member, or one overload of it.
#[derive(Debug)]
pub struct Member {
    /// As C# declares it; see [`row`].
    pub signature: &'static str,
    /// What it does.
    pub run: Run,
    /// One line for the manual.
    pub doc: &'static str,
}

/// A row of a table. The signature is C#:
///
/// | what | signature |
/// |---|---|
/// | method | `string Substring(int startIndex, int length)` |
/// | generic method | `T ToObject<T>()` |
/// | default, `params`, `out` | `bool Try(string text, bool strict = false, out int result)`, `string Join(params string[] parts)` |
/// | property, field | `int Length` |
/// | property that can be set | a second row, `set string Value`; the value is argument 0 |
/// | indexer | `JToken this[object key]`; to set it, `set JToken this[object key]`: the value is the last argument |
/// | constant | `const int MaxValue` |
/// | static member | `static string Empty`, `static bool IsNullOrEmpty(string value)` |
/// | constructor | `StringBuilder(string value)`: the type's name, without type parameters and result |
/// | extension method | `static R First<T>(this IEnumerable<T> source)`, in any type that is `Static` |
/// | operator | `static bool operator ==(Guid left, Guid right)` |
/// | conversion | `static implicit operator JToken(string value)`, `static explicit operator int(JToken value)` |
///
/// A result or parameter of type `dynamic` is looked at when it is there, at run time.
pub const fn row(signature: &'static str, run: Run, doc: &'static str) -> Member {
    // A text that is not asked for is not in the program: there are four thousand.
    Member { signature, run, doc: if cfg!(feature = "manual") { doc } else { "" } }
}

/// What is known of a value before it is there.
#[derive(Clone, Debug)]
pub enum Type {
    /// Nothing: its members are found at run time. `dynamic` in signatures.
    Unknown,
    /// The literal `null`.
    Null,
    /// No value.
    Void,
    /// A type of the library and its type arguments.
    Named(&'static NetType, Vec<Type>),
    /// `T[]`
    Array(Rc<Type>),
    /// `T?` of a value type.
    Nullable(Rc<Type>),
    /// A type parameter in a signature.
    Parameter(&'static str),
    /// `Func<...>` and its kin: parameters, and the result or `Void`.
    Function(Rc<(Vec<Type>, Type)>),
    /// `new { ... }`: names and types.
    Anonymous(Rc<Vec<(Rc<str>, Type)>>),
}

impl Type {
    /// For sentences: an `int`, a `string`.
    pub fn with_article(&self) -> String {
        let name = self.to_string();
        let article = if name.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" };
        format!("{article} `{name}`")
    }

    /// `object`
    pub const OBJECT: Type = Type::of(&library::object::OBJECT);
    /// `string`
    pub const STRING: Type = Type::of(&library::string::STRING);
    /// `bool`
    pub const BOOL: Type = Type::of(&library::number::BOOLEAN);
    /// `char`
    pub const CHAR: Type = Type::of(&library::number::CHAR);
    /// `sbyte`
    pub const SBYTE: Type = Type::of(&library::number::SBYTE);
    /// `byte`
    pub const BYTE: Type = Type::of(&library::number::BYTE);
    /// `short`
    pub const SHORT: Type = Type::of(&library::number::INT16);
    /// `ushort`
    pub const USHORT: Type = Type::of(&library::number::UINT16);
    /// `int`
    pub const INT: Type = Type::of(&library::number::INT32);
    /// `uint`
    pub const UINT: Type = Type::of(&library::number::UINT32);
    /// `long`
    pub const LONG: Type = Type::of(&library::number::INT64);
    /// `ulong`
    pub const ULONG: Type = Type::of(&library::number::UINT64);
    /// `float`
    pub const FLOAT: Type = Type::of(&library::number::SINGLE);
    /// `double`
    pub const DOUBLE: Type = Type::of(&library::number::DOUBLE);
    /// `decimal`
    pub const DECIMAL: Type = Type::of(&library::number::DECIMAL);

    /// A type without type arguments.
    pub const fn of(net_type: &'static NetType) -> Type {
        Type::Named(net_type, Vec::new())
    }

    /// True for the type itself, whatever its arguments.
    pub fn is(&self, net_type: &'static NetType) -> bool {
        matches!(self, Type::Named(own, _) if ptr::eq(*own, net_type))
    }

    /// `System.Collections.Generic.List`1[System.String]`, as .NET prints it.
    pub fn full_name(&self) -> String {
        match self {
            Type::Unknown | Type::Null => "System.Object".to_owned(),
            Type::Void => "System.Void".to_owned(),
            Type::Named(net_type, arguments) => {
                let mut name = format!("{}.{}", net_type.namespace, net_type.simple_name());
                if !arguments.is_empty() {
                    let inner: Vec<String> = arguments.iter().map(Type::full_name).collect();
                    let _ = write!(name, "`{}[{}]", arguments.len(), inner.join(","));
                }
                name
            }
            Type::Array(element) => format!("{}[]", element.full_name()),
            Type::Nullable(inner) => format!("System.Nullable`1[{}]", inner.full_name()),
            Type::Parameter(name) => (*name).to_owned(),
            Type::Function(_) => "System.Func".to_owned(),
            Type::Anonymous(_) => "<>f__AnonymousType0".to_owned(),
        }
    }
}

impl NetType {
    /// `Dictionary` of `Dictionary<TKey, TValue>`.
    pub fn simple_name(&self) -> &'static str {
        self.name.split('<').next().unwrap_or(self.name)
    }
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Type::Unknown, Type::Unknown) | (Type::Null, Type::Null) | (Type::Void, Type::Void) => true,
            (Type::Named(one, ones), Type::Named(other, others)) => ptr::eq(*one, *other) && ones == others,
            (Type::Array(one), Type::Array(other)) | (Type::Nullable(one), Type::Nullable(other)) => one == other,
            (Type::Parameter(one), Type::Parameter(other)) => one == other,
            (Type::Function(one), Type::Function(other)) => one == other,
            (Type::Anonymous(one), Type::Anonymous(other)) => one == other,
            _ => false,
        }
    }
}

impl Value {
    /// Its type at run time; `Null` for null.
    pub fn net_type(&self) -> Type {
        match self {
            Value::Null => Type::Null,
            Value::Bool(_) => Type::BOOL,
            Value::Char(_) => Type::CHAR,
            Value::SByte(_) => Type::SBYTE,
            Value::Byte(_) => Type::BYTE,
            Value::Int16(_) => Type::SHORT,
            Value::UInt16(_) => Type::USHORT,
            Value::Int32(_) => Type::INT,
            Value::UInt32(_) => Type::UINT,
            Value::Int64(_) => Type::LONG,
            Value::UInt64(_) => Type::ULONG,
            Value::Single(_) => Type::FLOAT,
            Value::Double(_) => Type::DOUBLE,
            Value::Decimal(_) => Type::DECIMAL,
            Value::String(_) => Type::STRING,
            Value::DateTime(_) => Type::of(&library::date_time::DATE_TIME),
            Value::DateTimeOffset(_) => Type::of(&library::date_time::DATE_TIME_OFFSET),
            Value::TimeSpan(_) => Type::of(&library::time_span::TIME_SPAN),
            Value::Guid(_) => Type::of(&library::guid::GUID),
            Value::Enum(net_type, _) => Type::of(net_type),
            Value::Context(part) => library::context::part_type(*part),
            Value::Object(object) => object.get().net_type(),
        }
    }
}

/// As C# writes it: `int`, `List<string>`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Unknown => f.write_str("dynamic"),
            Type::Null => f.write_str("null"),
            Type::Void => f.write_str("void"),
            Type::Named(net_type, arguments) => {
                f.write_str(keyword(net_type).unwrap_or_else(|| net_type.simple_name()))?;
                list(f, arguments)
            }
            Type::Array(element) => write!(f, "{element}[]"),
            Type::Nullable(inner) => write!(f, "{inner}?"),
            Type::Parameter(name) => f.write_str(name),
            Type::Function(function) if function.1 == Type::Void => {
                f.write_str("Action")?;
                list(f, &function.0)
            }
            Type::Function(function) => {
                f.write_str("Func<")?;
                for parameter in &function.0 {
                    write!(f, "{parameter}, ")?;
                }
                write!(f, "{}>", function.1)
            }
            Type::Anonymous(members) => {
                f.write_str("{ ")?;
                for (at, (name, kind)) in members.iter().enumerate() {
                    write!(f, "{}{kind} {name}", if at == 0 { "" } else { ", " })?;
                }
                f.write_str(" }")
            }
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, types: &[Type]) -> fmt::Result {
    for (at, kind) in types.iter().enumerate() {
        write!(f, "{}{kind}", if at == 0 { "<" } else { ", " })?;
    }
    if types.is_empty() { Ok(()) } else { f.write_str(">") }
}

fn keyword(net_type: &NetType) -> Option<&'static str> {
    if net_type.namespace != "System" {
        return None;
    }
    Some(match net_type.name {
        "Object" => "object",
        "String" => "string",
        "Boolean" => "bool",
        "Char" => "char",
        "SByte" => "sbyte",
        "Byte" => "byte",
        "Int16" => "short",
        "UInt16" => "ushort",
        "Int32" => "int",
        "UInt32" => "uint",
        "Int64" => "long",
        "UInt64" => "ulong",
        "Single" => "float",
        "Double" => "double",
        "Decimal" => "decimal",
        _ => return None,
    })
}
