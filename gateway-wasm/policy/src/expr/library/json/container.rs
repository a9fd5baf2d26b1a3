//! `Newtonsoft.Json.Linq.JContainer`, which holds tokens, and its rare kind, `JConstructor`.

use super::{
    MERGE_ARRAY_HANDLING, MERGE_NULL_VALUE_HANDLING, content_of, count, count_copies,
    sequence::{self, Sequence},
    this, to_value,
};
use crate::expr::{
    call::{Call, Thrown},
    library::string::STRING_COMPARISON,
    types::{Kind, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::{
    Exception,
    json::{ArrayHandling, Content, MergeSettings, Token},
    string::compare::{ORDINAL, comparison},
};
use std::{cell::Cell, rc::Rc};

/// `Newtonsoft.Json.Linq.JContainer`
pub static JCONTAINER: NetType = NetType {
    namespace: "Newtonsoft.Json.Linq",
    name: "JContainer",
    kind: Kind::Class,
    bases: &["JToken"],
    members: &[
        row("int Count", |call| Ok(length(&*this(call)?).into()), "How many children it has"),
        row("void Add(object content)", |call| add(call, Token::add), "Adds content at the end; the items of what is enumerable"),
        row("void AddFirst(object content)", |call| add(call, Token::add_first), "Adds content at the start"),
        row("void RemoveAll()", remove_all, "Removes all children"),
        row(
            "void ReplaceAll(object content)",
            |call| {
                this(call)?.clear()?;
                add(call, Token::add)
            },
            "Replaces all children with content",
        ),
        row(
            "IEnumerable<JToken> Descendants()",
            |call| {
                let this = this(call)?;
                Ok(Sequence::of(Type::of(&super::JTOKEN), move || sequence::descendants(&this, false)))
            },
            "All that is below it, in the order of the text",
        ),
        row(
            "IEnumerable<JToken> DescendantsAndSelf()",
            |call| {
                let this = this(call)?;
                Ok(Sequence::of(Type::of(&super::JTOKEN), move || sequence::descendants(&this, true)))
            },
            "Itself and all that is below it, in the order of the text",
        ),
        row("void Merge(object content)", merge, "Merges other JSON into it; arrays are concatenated"),
        row("void Merge(object content, JsonMergeSettings settings)", merge, "Merges other JSON into it as the settings say"),
    ],
    missing: &["CollectionChanged", "ListChanged", "AddingNew", "CreateWriter"],
    doc: "A token with children: `JObject`, `JArray`, `JProperty` and `JConstructor`",
};

/// `Newtonsoft.Json.Linq.JConstructor`
pub static JCONSTRUCTOR: NetType = NetType {
    namespace: "Newtonsoft.Json.Linq",
    name: "JConstructor",
    kind: Kind::Class,
    bases: &["JContainer"],
    members: &[
        row("JConstructor()", |_| Ok(to_value(Token::constructor(None)?)), "One without a name"),
        row("JConstructor(JConstructor other)", copy, "A copy"),
        row("JConstructor(string name)", construct, "One of a name"),
        row("JConstructor(string name, params object[] content)", construct, "One of a name, with its arguments"),
        row("JConstructor(string name, object content)", construct, "One of a name, with its arguments"),
        row("string Name", |call| Ok(this(call)?.name().into()), "The name"),
        row(
            "set string Name",
            |call| {
                this(call)?.set_name(call.text_or_null(0)?);
                Ok(Value::Null)
            },
            "Sets the name",
        ),
    ],
    missing: &[],
    doc: "`new Date(2026, 1, 2)` in what is almost JSON",
};

pub(super) fn length(token: &Token) -> i32 {
    i32::try_from(token.count()).unwrap_or(i32::MAX)
}

/// Adds the content that is argument 0.
pub(super) fn add(call: &mut Call<'_, '_>, how: fn(&Token, Content) -> dotnet::Result<()>) -> Result<Value, Thrown> {
    let (this, value) = (this(call)?, call.value(0));
    let content = content_of(call.machine, &value)?;
    count_copies(call.machine, Some(&this), &content)?;
    // What comes first moves the rest.
    call.machine.step(this.count() as u64 / 256)?;
    how(&this, content)?;
    Ok(Value::Null)
}

pub(super) fn remove_all(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    this(call)?.clear()?;
    Ok(Value::Null)
}

/// A copy constructor.
pub(super) fn copy(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let other = call.object::<Token>(0, "other")?;
    count(call.machine, &other)?;
    Ok(to_value(other.deep_clone()))
}

/// A new container, filled with an argument.
pub(super) fn filled(call: &mut Call<'_, '_>, token: Rc<Token>, at: usize) -> Result<Value, Thrown> {
    let value = call.value(at);
    let content = content_of(call.machine, &value)?;
    count_copies(call.machine, None, &content)?;
    token.add(content)?;
    Ok(to_value(token))
}

fn construct(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let token = Token::constructor(Some(call.text(0, "name")?))?;
    if call.arguments.len() > 1 { filled(call, token, 1) } else { Ok(to_value(token)) }
}

fn merge(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (this, value) = (this(call)?, call.value(0));
    let settings = match call.arguments.get(1) {
        Some(value) => value.downcast_ref::<Settings>().map(Settings::read).unwrap_or_default(),
        None => MergeSettings::default(),
    };
    if value.is_null() {
        return Ok(Value::Null);
    }
    call.machine.step(this.size() as u64)?;
    let content = content_of(call.machine, &value)?;
    match &content {
        Content::Scalar(_) => {
            let message = format!("Could not determine JSON object type for type {}.", value.net_type().full_name());
            return Err(Exception::argument(&message, "content").into());
        }
        Content::Token(token) => count(call.machine, token)?,
        Content::Many(_) => count_copies(call.machine, Some(&this), &content)?,
    }
    this.merge(&content, &settings)?;
    Ok(Value::Null)
}

/// `Newtonsoft.Json.Linq.JsonMergeSettings`
pub static MERGE_SETTINGS: NetType = NetType {
    namespace: "Newtonsoft.Json.Linq",
    name: "JsonMergeSettings",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("JsonMergeSettings()", |_| Ok(Value::object(Settings::default())), "Arrays are concatenated, nulls are passed over"),
        row(
            "MergeArrayHandling MergeArrayHandling",
            |call| Ok(Value::Enum(&MERGE_ARRAY_HANDLING, call.this_object::<Settings>()?.arrays.get())),
            "What becomes of arrays",
        ),
        row(
            "set MergeArrayHandling MergeArrayHandling",
            |call| set(call, |settings| &settings.arrays, 3),
            "Sets what becomes of arrays",
        ),
        row(
            "MergeNullValueHandling MergeNullValueHandling",
            |call| Ok(Value::Enum(&MERGE_NULL_VALUE_HANDLING, call.this_object::<Settings>()?.nulls.get())),
            "Whether a null replaces a value",
        ),
        row(
            "set MergeNullValueHandling MergeNullValueHandling",
            |call| set(call, |settings| &settings.nulls, 1),
            "Sets whether a null replaces a value",
        ),
        row(
            "set StringComparison PropertyNameComparison",
            |call| set(call, |settings| &settings.names, 5),
            "Sets how the names of properties are compared",
        ),
        row(
            "StringComparison PropertyNameComparison",
            |call| Ok(Value::Enum(&STRING_COMPARISON, call.this_object::<Settings>()?.names.get())),
            "How the names of properties are compared",
        ),
    ],
    missing: &[],
    doc: "How `Merge` goes about it",
};

/// What a `JsonMergeSettings` says, by the numbers of its enumerations.
#[derive(Debug)]
struct Settings {
    arrays: Cell<i64>,
    nulls: Cell<i64>,
    names: Cell<i64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { arrays: Cell::new(0), nulls: Cell::new(0), names: Cell::new(4) }
    }
}

impl Object for Settings {
    fn net_type(&self) -> Type {
        Type::of(&MERGE_SETTINGS)
    }
}

impl Settings {
    fn read(&self) -> MergeSettings {
        MergeSettings {
            arrays: match self.arrays.get() {
                1 => ArrayHandling::Union,
                2 => ArrayHandling::Replace,
                3 => ArrayHandling::Merge,
                _ => ArrayHandling::Concat,
            },
            nulls: self.nulls.get() == 1,
            names: comparison(self.names.get()).unwrap_or(ORDINAL),
        }
    }
}

fn set(call: &mut Call<'_, '_>, place: fn(&Settings) -> &Cell<i64>, most: i64) -> Result<Value, Thrown> {
    let (settings, value) = (call.this_object::<Settings>()?, call.enumeration(0)?);
    if !(0..=most).contains(&value) {
        return Err(Exception::argument_out_of_range("Specified argument was out of the range of valid values.", "value").into());
    }
    place(&settings).set(value);
    Ok(Value::Null)
}
