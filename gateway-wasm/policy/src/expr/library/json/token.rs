//! `Newtonsoft.Json.Linq.JToken`: what every place in a tree can do.

use super::{
    JTOKEN_TYPE, content_of, converted, count, count_copies, count_siblings, deserialize, from_object, from_text, generic,
    optional, scalar_of,
    sequence::{self, Sequence},
    this, to_value, token_or_null, value_of, write,
};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, Type, row},
    value::Value,
};
use dotnet::{
    Exception, NetString,
    json::{Path, Scalar, Target, Token, TokenType, cast},
};
use std::rc::Rc;

/// `Newtonsoft.Json.Linq.JToken`
pub static JTOKEN: NetType = NetType {
    namespace: "Newtonsoft.Json.Linq",
    name: "JToken",
    kind: Kind::Class,
    bases: &["IJEnumerable<JToken>"],
    members: &[
        row("static JToken Parse(string json)", |call| parse(call, None), "The tree of a JSON text"),
        row(
            "static JToken FromObject(object o)",
            |call| Ok(to_value(from_object(call.machine, &call.arguments.first().cloned().unwrap_or(Value::Null))?)),
            "A tree of any value: an anonymous object, a list, a dictionary, a number",
        ),
        row("static bool DeepEquals(JToken t1, JToken t2)", deep_equals, "True if both trees say the same"),
        // Where it stands.
        row(
            "JTokenType Type",
            |call| Ok(Value::Enum(&JTOKEN_TYPE, this(call)?.token_type() as i64)),
            "What it is: an object, an array, a string and so on",
        ),
        row("string Path", path, "Where it stands: `orders[0].id`"),
        row("JToken Root", root, "The outermost token"),
        row("JContainer Parent", |call| Ok(optional(this(call)?.parent())), "What it stands in, or null"),
        row("JToken Next", |call| beside(call, Token::next), "The token after it, or null"),
        row("JToken Previous", |call| beside(call, Token::previous), "The token before it, or null"),
        row("bool HasValues", |call| Ok((this(call)?.count() > 0).into()), "True if it has children"),
        row("JToken First", |call| end(call, false), "The first child, or null"),
        row("JToken Last", |call| end(call, true), "The last child, or null"),
        row("JToken this[object key]", item, "The value of an object's property, or an array's item"),
        row("set JToken this[object key]", set_item, "Sets the value of an object's property, or an array's item"),
        row("T Value<T>(object key)", value, "The value for a key, as a value of a type"),
        // What stands around it.
        row(
            "IJEnumerable<JToken> Children()",
            |call| {
                let this = this(call)?;
                Ok(Sequence::tokens(move || sequence::children(&this)))
            },
            "The children: an object's properties, an array's items",
        ),
        row("IJEnumerable<T> Children<T>()", children_of_type, "The children of a type"),
        row("IEnumerable<T> Values<T>()", values, "The children, as values of a type"),
        row("IEnumerable<JToken> Ancestors()", |call| ancestors(call, false), "What it stands in, from the inside out"),
        row(
            "IEnumerable<JToken> AncestorsAndSelf()",
            |call| ancestors(call, true),
            "Itself and what it stands in, from the inside out",
        ),
        row(
            "IEnumerable<JToken> AfterSelf()",
            |call| {
                let this = this(call)?;
                Ok(Sequence::of(Type::of(&JTOKEN), move || sequence::chain(this.next(), Token::next)))
            },
            "The tokens after it in its parent",
        ),
        row(
            "IEnumerable<JToken> BeforeSelf()",
            |call| {
                let this = this(call)?;
                Ok(Sequence::of(Type::of(&JTOKEN), move || sequence::before(&this)))
            },
            "The tokens before it in its parent",
        ),
        row("JToken SelectToken(string path)", |call| select_one(call, false), "The one token that a JSONPath leads to, or null"),
        row(
            "JToken SelectToken(string path, bool errorWhenNoMatch)",
            |call| {
                let must_match = call.boolean(1)?;
                select_one(call, must_match)
            },
            "The one token that a JSONPath leads to; throws if there is none and that is an error",
        ),
        row("IEnumerable<JToken> SelectTokens(string path)", |call| select(call, false), "The tokens that a JSONPath leads to"),
        row(
            "IEnumerable<JToken> SelectTokens(string path, bool errorWhenNoMatch)",
            |call| {
                let must_match = call.boolean(1)?;
                select(call, must_match)
            },
            "The tokens that a JSONPath leads to; throws if a step leads nowhere and that is an error",
        ),
        // Changes.
        row("void AddAfterSelf(object content)", |call| add_beside(call, true), "Adds content after it, in its parent"),
        row("void AddBeforeSelf(object content)", |call| add_beside(call, false), "Adds content before it, in its parent"),
        row(
            "void Remove()",
            |call| {
                let this = this(call)?;
                count_siblings(call, &this)?;
                this.remove()?;
                Ok(Value::Null)
            },
            "Takes it out of its parent",
        ),
        row("void Replace(JToken value)", replace, "Puts another token in its place"),
        row(
            "JToken DeepClone()",
            |call| {
                let this = this(call)?;
                count(call.machine, &this)?;
                Ok(to_value(this.deep_clone()))
            },
            "A copy of it and all below",
        ),
        // As something else.
        row("T ToObject<T>()", to_object, "It as a value of a type: a number, a list, a dictionary"),
        row(
            "string ToString()",
            |call| {
                let this = call.this.clone();
                Ok(call.machine.text(&this)?.into())
            },
            "A value's own text; of anything else indented JSON, with the line ends of Windows",
        ),
        row("string ToString(Formatting formatting)", to_json, "Its JSON, on one line or indented"),
        row("static explicit operator bool(JToken value)", |call| cast_to(call, Target::Boolean, false), "The value as `bool`"),
        row(
            "static explicit operator bool?(JToken value)",
            |call| cast_to(call, Target::Boolean, true),
            "The value as `bool`, null for null",
        ),
        row("static explicit operator char(JToken value)", |call| cast_to(call, Target::Char, false), "The value as `char`"),
        row(
            "static explicit operator char?(JToken value)",
            |call| cast_to(call, Target::Char, true),
            "The value as `char`, null for null",
        ),
        row("static explicit operator sbyte(JToken value)", |call| cast_to(call, Target::SByte, false), "The value as `sbyte`"),
        row(
            "static explicit operator sbyte?(JToken value)",
            |call| cast_to(call, Target::SByte, true),
            "The value as `sbyte`, null for null",
        ),
        row("static explicit operator byte(JToken value)", |call| cast_to(call, Target::Byte, false), "The value as `byte`"),
        row(
            "static explicit operator byte?(JToken value)",
            |call| cast_to(call, Target::Byte, true),
            "The value as `byte`, null for null",
        ),
        row("static explicit operator short(JToken value)", |call| cast_to(call, Target::Int16, false), "The value as `short`"),
        row(
            "static explicit operator short?(JToken value)",
            |call| cast_to(call, Target::Int16, true),
            "The value as `short`, null for null",
        ),
        row(
            "static explicit operator ushort(JToken value)",
            |call| cast_to(call, Target::UInt16, false),
            "The value as `ushort`",
        ),
        row(
            "static explicit operator ushort?(JToken value)",
            |call| cast_to(call, Target::UInt16, true),
            "The value as `ushort`, null for null",
        ),
        row("static explicit operator int(JToken value)", |call| cast_to(call, Target::Int32, false), "The value as `int`"),
        row(
            "static explicit operator int?(JToken value)",
            |call| cast_to(call, Target::Int32, true),
            "The value as `int`, null for null",
        ),
        row("static explicit operator uint(JToken value)", |call| cast_to(call, Target::UInt32, false), "The value as `uint`"),
        row(
            "static explicit operator uint?(JToken value)",
            |call| cast_to(call, Target::UInt32, true),
            "The value as `uint`, null for null",
        ),
        row("static explicit operator long(JToken value)", |call| cast_to(call, Target::Int64, false), "The value as `long`"),
        row(
            "static explicit operator long?(JToken value)",
            |call| cast_to(call, Target::Int64, true),
            "The value as `long`, null for null",
        ),
        row("static explicit operator ulong(JToken value)", |call| cast_to(call, Target::UInt64, false), "The value as `ulong`"),
        row(
            "static explicit operator ulong?(JToken value)",
            |call| cast_to(call, Target::UInt64, true),
            "The value as `ulong`, null for null",
        ),
        row("static explicit operator float(JToken value)", |call| cast_to(call, Target::Single, false), "The value as `float`"),
        row(
            "static explicit operator float?(JToken value)",
            |call| cast_to(call, Target::Single, true),
            "The value as `float`, null for null",
        ),
        row(
            "static explicit operator double(JToken value)",
            |call| cast_to(call, Target::Double, false),
            "The value as `double`",
        ),
        row(
            "static explicit operator double?(JToken value)",
            |call| cast_to(call, Target::Double, true),
            "The value as `double`, null for null",
        ),
        row(
            "static explicit operator decimal(JToken value)",
            |call| cast_to(call, Target::Decimal, false),
            "The value as `decimal`",
        ),
        row(
            "static explicit operator decimal?(JToken value)",
            |call| cast_to(call, Target::Decimal, true),
            "The value as `decimal`, null for null",
        ),
        row(
            "static explicit operator DateTime(JToken value)",
            |call| cast_to(call, Target::DateTime, false),
            "The value as `DateTime`",
        ),
        row(
            "static explicit operator DateTime?(JToken value)",
            |call| cast_to(call, Target::DateTime, true),
            "The value as `DateTime`, null for null",
        ),
        row(
            "static explicit operator DateTimeOffset(JToken value)",
            |call| cast_to(call, Target::DateTimeOffset, false),
            "The value as `DateTimeOffset`",
        ),
        row(
            "static explicit operator DateTimeOffset?(JToken value)",
            |call| cast_to(call, Target::DateTimeOffset, true),
            "The value as `DateTimeOffset`, null for null",
        ),
        row(
            "static explicit operator TimeSpan(JToken value)",
            |call| cast_to(call, Target::TimeSpan, false),
            "The value as `TimeSpan`",
        ),
        row(
            "static explicit operator TimeSpan?(JToken value)",
            |call| cast_to(call, Target::TimeSpan, true),
            "The value as `TimeSpan`, null for null",
        ),
        row("static explicit operator Guid(JToken value)", |call| cast_to(call, Target::Guid, false), "The value as `Guid`"),
        row(
            "static explicit operator Guid?(JToken value)",
            |call| cast_to(call, Target::Guid, true),
            "The value as `Guid`, null for null",
        ),
        row(
            "static explicit operator string(JToken value)",
            |call| cast_to(call, Target::String, true),
            "The value as text, null for null",
        ),
        row(
            "static explicit operator byte[](JToken value)",
            |call| cast_to(call, Target::Bytes, true),
            "The bytes, or those that the text is the Base64 of",
        ),
        row("static implicit operator JToken(bool value)", wrap, "A `JValue` of a `bool`"),
        row("static implicit operator JToken(bool? value)", wrap, "A `JValue` of a `bool`, or of null"),
        row("static implicit operator JToken(sbyte value)", wrap, "A `JValue` of a `sbyte`"),
        row("static implicit operator JToken(sbyte? value)", wrap, "A `JValue` of a `sbyte`, or of null"),
        row("static implicit operator JToken(byte value)", wrap, "A `JValue` of a `byte`"),
        row("static implicit operator JToken(byte? value)", wrap, "A `JValue` of a `byte`, or of null"),
        row("static implicit operator JToken(short value)", wrap, "A `JValue` of a `short`"),
        row("static implicit operator JToken(short? value)", wrap, "A `JValue` of a `short`, or of null"),
        row("static implicit operator JToken(ushort value)", wrap, "A `JValue` of a `ushort`"),
        row("static implicit operator JToken(ushort? value)", wrap, "A `JValue` of a `ushort`, or of null"),
        row("static implicit operator JToken(int value)", wrap, "A `JValue` of a `int`"),
        row("static implicit operator JToken(int? value)", wrap, "A `JValue` of a `int`, or of null"),
        row("static implicit operator JToken(uint value)", wrap, "A `JValue` of a `uint`"),
        row("static implicit operator JToken(uint? value)", wrap, "A `JValue` of a `uint`, or of null"),
        row("static implicit operator JToken(long value)", wrap, "A `JValue` of a `long`"),
        row("static implicit operator JToken(long? value)", wrap, "A `JValue` of a `long`, or of null"),
        row("static implicit operator JToken(ulong value)", wrap, "A `JValue` of a `ulong`"),
        row("static implicit operator JToken(ulong? value)", wrap, "A `JValue` of a `ulong`, or of null"),
        row("static implicit operator JToken(float value)", wrap, "A `JValue` of a `float`"),
        row("static implicit operator JToken(float? value)", wrap, "A `JValue` of a `float`, or of null"),
        row("static implicit operator JToken(double value)", wrap, "A `JValue` of a `double`"),
        row("static implicit operator JToken(double? value)", wrap, "A `JValue` of a `double`, or of null"),
        row("static implicit operator JToken(decimal value)", wrap, "A `JValue` of a `decimal`"),
        row("static implicit operator JToken(decimal? value)", wrap, "A `JValue` of a `decimal`, or of null"),
        row("static implicit operator JToken(DateTime value)", wrap, "A `JValue` of a `DateTime`"),
        row("static implicit operator JToken(DateTime? value)", wrap, "A `JValue` of a `DateTime`, or of null"),
        row("static implicit operator JToken(DateTimeOffset value)", wrap, "A `JValue` of a `DateTimeOffset`"),
        row("static implicit operator JToken(DateTimeOffset? value)", wrap, "A `JValue` of a `DateTimeOffset`, or of null"),
        row("static implicit operator JToken(TimeSpan value)", wrap, "A `JValue` of a `TimeSpan`"),
        row("static implicit operator JToken(TimeSpan? value)", wrap, "A `JValue` of a `TimeSpan`, or of null"),
        row("static implicit operator JToken(Guid value)", wrap, "A `JValue` of a `Guid`"),
        row("static implicit operator JToken(Guid? value)", wrap, "A `JValue` of a `Guid`, or of null"),
        row("static implicit operator JToken(string value)", wrap_text, "A `JValue` of text"),
        row(
            "static explicit operator Uri(JToken value)",
            |call| cast_to(call, Target::Uri, true),
            "The value as a URI, null for null",
        ),
        row("static implicit operator JToken(Uri value)", wrap, "A `JValue` of a URI"),
        row("static implicit operator JToken(byte[] value)", wrap, "A `JValue` of bytes"),
    ],
    missing: &[
        "AddAnnotation",
        "Annotation",
        "Annotations",
        "RemoveAnnotations",
        "CreateReader",
        "EqualityComparer",
        "Load",
        "LoadAsync",
        "ReadFrom",
        "ReadFromAsync",
        "WriteTo",
        "WriteToAsync",
    ],
    doc: "A place in JSON: an object, an array, a property or a value",
};

/// `Parse`
pub(super) fn parse(call: &mut Call<'_, '_>, wanted: Option<TokenType>) -> Result<Value, Thrown> {
    let text = call.text(0, "s")?;
    Ok(to_value(from_text(call.machine, &text, wanted)?))
}

fn deep_equals(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(match (token_or_null(call, 0)?, token_or_null(call, 1)?) {
        (Some(one), Some(other)) => {
            call.machine.step(one.size().min(other.size()) as u64)?;
            one.deep_equals(&other)
        }
        (one, other) => one.is_none() && other.is_none(),
    }
    .into())
}

fn root(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let this = this(call)?;
    call.machine.step(this.depth() as u64 / 16)?;
    Ok(to_value(this.root()))
}

fn beside(call: &mut Call<'_, '_>, which: fn(&Token) -> Option<Rc<Token>>) -> Result<Value, Thrown> {
    let this = this(call)?;
    count_siblings(call, &this)?;
    Ok(optional(which(&this)))
}

fn path(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let this = this(call)?;
    call.machine.step(this.depth() as u64)?;
    let path = this.path();
    call.machine.spend(path.len())?;
    Ok(path.into())
}

/// What is thrown where a token that has no children is asked for one.
fn no_children(token: &Token, done: &str) -> Thrown {
    Exception::invalid_operation(format!("Cannot {done} child value on Newtonsoft.Json.Linq.{}.", token.class_name())).into()
}

fn end(call: &mut Call<'_, '_>, last: bool) -> Result<Value, Thrown> {
    let this = this(call)?;
    if !this.is_container() {
        return Err(no_children(&this, "access"));
    }
    Ok(optional(if last { this.count().checked_sub(1).and_then(|at| this.child(at)) } else { this.child(0) }))
}

/// `token[key]`
pub(super) fn get(token: &Rc<Token>, key: &Value) -> Result<Option<Rc<Token>>, Thrown> {
    match (token.token_type(), key) {
        (TokenType::Object | TokenType::Array | TokenType::Constructor, Value::Null) => {
            Err(Exception::argument_null("key").into())
        }
        (TokenType::Object, Value::String(name)) => Ok(token.get(name)),
        (TokenType::Array | TokenType::Constructor, Value::Int32(at)) => {
            usize::try_from(*at).ok().and_then(|at| token.child(at)).map(Some).ok_or_else(index_out_of_range)
        }
        (TokenType::Object | TokenType::Array | TokenType::Constructor, key) => Err(bad_key(token, key, "Accessed")),
        _ => Err(no_children(token, "access")),
    }
}

/// `token[key] = value`
fn set(token: &Rc<Token>, key: &Value, value: Option<Rc<Token>>) -> Result<(), Thrown> {
    match (token.token_type(), key) {
        (TokenType::Object | TokenType::Array | TokenType::Constructor, Value::Null) => {
            Err(Exception::argument_null("key").into())
        }
        (TokenType::Object, Value::String(name)) => Ok(token.set(name, value)?),
        (TokenType::Array | TokenType::Constructor, Value::Int32(at)) => Ok(token.set_at(*at, value)?),
        (TokenType::Object | TokenType::Array | TokenType::Constructor, key) => Err(bad_key(token, key, "Set")),
        _ => Err(no_children(token, "set")),
    }
}

pub(super) fn index_out_of_range() -> Thrown {
    let message = "Index was out of range. Must be non-negative and less than the size of the collection.";
    Exception::argument_out_of_range(message, "index").into()
}

fn bad_key(token: &Token, key: &Value, done: &str) -> Thrown {
    let key = match key {
        Value::String(text) => format!("\"{text}\""),
        other => scalar_of(other).map_or_else(|| other.net_type().full_name(), |scalar| scalar.text().to_string()),
    };
    let expected = match token.token_type() {
        TokenType::Object => "Object property name",
        TokenType::Array => "Int32 array index",
        _ => "Argument position index",
    };
    let class = token.class_name();
    Exception::argument(&format!("{done} {class} values with invalid key value: {key}. {expected} expected."), "").into()
}

fn item(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(optional(get(&this(call)?, &call.value(0))?))
}

fn set_item(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, value) = (this(call)?, token_or_null(call, 1)?);
    count_token(call, &this, value.as_ref())?;
    set(&this, &call.value(0), value)?;
    Ok(Value::Null)
}

/// Counts the copy of a token that may have to be made of it.
pub(super) fn count_token(call: &mut Call<'_, '_>, target: &Token, value: Option<&Rc<Token>>) -> Result<(), Thrown> {
    let content = match value {
        Some(token) => dotnet::json::Content::Token(token.clone()),
        None => dotnet::json::Content::Scalar(Scalar::Null),
    };
    count_copies(call.machine, Some(target), &content)
}

fn value(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let to = generic(call);
    match get(&this(call)?, &call.value(0))? {
        Some(token) => converted(call.machine, &token, &to),
        None => Ok(to.default_value()),
    }
}

fn children_of_type(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, kind) = (this(call)?, generic(call));
    Ok(Sequence::linked(kind.clone(), move || sequence::of_type(sequence::children(&this), kind.clone())))
}

fn values(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, to) = (this(call)?, generic(call));
    if !this.is_container() {
        return Err(no_children(&this, "access"));
    }
    Ok(Sequence::of(to.clone(), move || sequence::converting(sequence::children(&this), to.clone())))
}

fn ancestors(call: &mut Call<'_, '_>, and_self: bool) -> Result<Value, Thrown> {
    let this = this(call)?;
    Ok(Sequence::of(Type::of(&JTOKEN), move || {
        sequence::chain(if and_self { Some(this.clone()) } else { this.parent() }, Token::parent)
    }))
}

fn found(call: &mut Call<'_, '_>, must_match: bool) -> Result<Vec<Rc<Token>>, Thrown> {
    let this = this(call)?;
    let path = call.text(0, "expression")?;
    call.machine.step(path.size() as u64 / 4)?;
    let path = Path::parse(&path.to_str())?;
    let machine = &mut *call.machine;
    path.select(&this, must_match, &mut |steps| {
        machine.spend(size_of::<usize>())?;
        machine.step(steps)
    })
}

fn select_one(call: &mut Call<'_, '_>, must_match: bool) -> Result<Value, Thrown> {
    let found = found(call, must_match)?;
    if found.len() > 1 {
        return Err(Thrown::new("JsonException", "Path returned multiple tokens."));
    }
    Ok(optional(found.into_iter().next()))
}

fn select(call: &mut Call<'_, '_>, must_match: bool) -> Result<Value, Thrown> {
    let found: Rc<[Rc<Token>]> = found(call, must_match)?.into();
    Ok(Sequence::of(Type::of(&JTOKEN), move || {
        let (found, mut at) = (found.clone(), 0);
        std::iter::from_fn(move || {
            let token = found.get(at).cloned();
            at += 1;
            token.map(to_value)
        })
    }))
}

fn add_beside(call: &mut Call<'_, '_>, after: bool) -> Result<Value, Thrown> {
    let (this, value) = (this(call)?, call.value(0));
    let content = content_of(call.machine, &value)?;
    count_copies(call.machine, Some(&this), &content)?;
    count_siblings(call, &this)?;
    this.add_beside(content, after)?;
    Ok(Value::Null)
}

fn replace(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, value) = (this(call)?, token_or_null(call, 0)?);
    count_token(call, &this, value.as_ref())?;
    count_siblings(call, &this)?;
    this.replace(value)?;
    Ok(Value::Null)
}

fn to_object(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, to) = (this(call)?, generic(call));
    match super::target_of(to.without_nullable()).filter(|target| *target != Target::Bytes) {
        Some(target) => cast_token(call, &this, target, to != *to.without_nullable()),
        None => deserialize::of_token(call.machine, &this, &to),
    }
}

fn to_json(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, indented) = (this(call)?, call.enumeration(0)? == 1);
    Ok(write(call.machine, &this, indented)?.into())
}

/// An explicit conversion of the argument.
fn cast_to(call: &mut Call<'_, '_>, target: Target, nullable: bool) -> Result<Value, Thrown> {
    match token_or_null(call, 0)? {
        Some(token) => cast_token(call, &token, target, nullable && target != Target::Bytes),
        None if nullable => Ok(Value::Null),
        None => Err(Exception::argument_null("value").into()),
    }
}

fn cast_token(call: &Call<'_, '_>, token: &Rc<Token>, target: Target, nullable: bool) -> Result<Value, Thrown> {
    // A property is its value here.
    let token = match token.token_type() {
        TokenType::Property => token.child(0).unwrap_or_else(|| token.clone()),
        _ => token.clone(),
    };
    let value = cast(token.token_type(), token.scalar().as_ref(), target, nullable, call.machine.utc_now())?;
    Ok(value_of(value))
}

/// An implicit conversion of the argument.
fn wrap(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(to_value(Token::value(scalar_of(&call.value(0)).unwrap_or(Scalar::Null))))
}

fn wrap_text(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let text: Option<NetString> = call.text_or_null(0)?;
    // Text that is null stays a string, if one that is null.
    Ok(to_value(Token::typed(TokenType::String, text.map_or(Scalar::Null, Scalar::String))))
}
