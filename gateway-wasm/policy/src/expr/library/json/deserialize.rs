//! JSON to values of a type, as `JToken.ToObject<T>` and `JsonConvert.DeserializeObject<T>` make them.

use super::{JTOKEN, object::construct, target_of, to_value, value_of};
use crate::expr::{
    call::{Call, Thrown},
    conversion::is_instance,
    machine::Machine,
    members, signature,
    signature::Form,
    types::Type,
    value::{Array, Value},
};
use dotnet::{
    NetString,
    json::{As, Event, Reader, Scalar, Target, Token, TokenType, cast, change_type, date_with_offset},
};
use std::{cell::RefCell, rc::Rc};

/// `JsonConvert.DeserializeObject<T>`
pub(super) fn of_text(machine: &mut Machine<'_>, text: &NetString, to: &Type) -> Result<Value, Thrown> {
    machine.spend(text.size().saturating_mul(4))?;
    machine.step(text.size() as u64 / 16)?;
    let text = text.to_str();
    let mut source = Source::Text(Reader::new(&text));
    let Some(first) = source.content(to)? else {
        if to.takes_null() {
            return Ok(Value::Null);
        }
        let message = format!("No JSON content found and type '{}' is not nullable.", to.full_name());
        return Err(source.error(&message));
    };
    let value = source.value(machine, first, to)?;
    while let Source::Text(reader) = &mut source {
        if matches!(reader.read()?, Event::End) {
            break;
        }
    }
    Ok(value)
}

/// `JToken.ToObject<T>` for what is no plain value.
pub(super) fn of_token(machine: &mut Machine<'_>, token: &Rc<Token>, to: &Type) -> Result<Value, Thrown> {
    super::count(machine, token)?;
    let mut source = Source::Tree(Tree { open: vec![(token.clone(), None)], here: token.clone() });
    match source.content(to)? {
        Some(first) => source.value(machine, first, to),
        None => Ok(Value::Null),
    }
}

/// Where events come from.
enum Source<'t> {
    Text(Reader<'t>),
    Tree(Tree),
}

/// Goes through a tree as a reader goes through its text.
struct Tree {
    /// The containers that are open and the next child of each; `None` before the first event of a token.
    open: Vec<(Rc<Token>, Option<usize>)>,
    /// What was read last.
    here: Rc<Token>,
}

impl Tree {
    fn read(&mut self) -> Event {
        loop {
            let Some((token, next)) = self.open.last_mut() else { return Event::End };
            let token = token.clone();
            match next {
                None => {
                    self.here = token.clone();
                    let name = token.name().unwrap_or_default();
                    *next = Some(0);
                    let event = match token.token_type() {
                        TokenType::Object => Event::StartObject,
                        TokenType::Array => Event::StartArray,
                        TokenType::Constructor => Event::StartConstructor(name),
                        TokenType::Property => Event::PropertyName(name),
                        token_type => {
                            self.open.pop();
                            let scalar = token.scalar().unwrap_or(Scalar::Null);
                            match token_type {
                                TokenType::Comment => Event::Comment(scalar.text()),
                                _ => Event::Value(token_type, scalar),
                            }
                        }
                    };
                    return event;
                }
                Some(at) => match token.child(*at) {
                    Some(child) => {
                        *at += 1;
                        self.open.push((child, None));
                    }
                    None => {
                        self.open.pop();
                        match token.token_type() {
                            TokenType::Object => return Event::EndObject,
                            TokenType::Array => return Event::EndArray,
                            TokenType::Constructor => return Event::EndConstructor,
                            _ => {}
                        }
                    }
                },
            }
        }
    }
}

/// What a type is made of, for JSON.
enum Shape {
    /// A token of Newtonsoft's.
    Token,
    /// Whatever the JSON says.
    Anything,
    Plain(Target),
    Enum(&'static crate::expr::types::NetType),
    Array(Type),
    /// The type that is made, and its items.
    List(Type, Type),
    /// The type that is made, its keys and values.
    Dictionary(Type, Type, Type),
    Unknown,
}

impl Shape {
    fn of(kind: &Type) -> Shape {
        let inner = kind.without_nullable();
        if inner.is_open() {
            return Shape::Anything;
        }
        if let Some(target) = target_of(inner) {
            return Shape::Plain(target);
        }
        match inner {
            kind if kind.is_reference_to(&Type::of(&JTOKEN)) => Shape::Token,
            Type::Array(element) => Shape::Array((**element).clone()),
            Type::Named(net_type, _) if inner.as_enum().is_some() => Shape::Enum(net_type),
            Type::Named(net_type, arguments) => {
                let made = |name: &str| signature::named_type(name, arguments.clone()).unwrap_or_else(|| inner.clone());
                match (net_type.simple_name(), arguments.as_slice()) {
                    ("IList" | "ICollection" | "IEnumerable" | "IReadOnlyList" | "IReadOnlyCollection", [item]) => {
                        Shape::List(made("List"), item.clone())
                    }
                    ("ISet", [item]) => Shape::List(made("HashSet"), item.clone()),
                    ("List" | "HashSet", [item]) => Shape::List(inner.clone(), item.clone()),
                    ("Dictionary" | "IDictionary" | "IReadOnlyDictionary", [key, value]) => {
                        Shape::Dictionary(made("Dictionary"), key.clone(), value.clone())
                    }
                    _ => Shape::Unknown,
                }
            }
            _ => Shape::Unknown,
        }
    }
}

impl Source<'_> {
    /// The next event that is no comment, for a value of a type; `None` at the end.
    fn content(&mut self, to: &Type) -> Result<Option<Event>, Thrown> {
        loop {
            let event = match self {
                // A date stays as it is written where text is wanted, and keeps its offset where that is wanted.
                Source::Text(reader) if matches!(target_of(to), Some(Target::String | Target::DateTimeOffset)) => {
                    reader.read_as(As::Text)?
                }
                Source::Text(reader) => match target_of(to.without_nullable()) {
                    None | Some(Target::Int64 | Target::Bytes) => reader.read()?,
                    Some(_) => reader.read_as(As::Plain)?,
                },
                Source::Tree(tree) => tree.read(),
            };
            match event {
                Event::End => return Ok(None),
                Event::Comment(_) => {}
                event => return Ok(Some(event)),
            }
        }
    }

    /// A `JsonSerializationException` that says where.
    fn error(&self, message: &str) -> Thrown {
        self.thrown("JsonSerializationException", message)
    }

    fn thrown(&self, kind: &'static str, message: &str) -> Thrown {
        let message = match self {
            Source::Text(reader) => reader.located(message),
            Source::Tree(tree) => {
                let (message, path) = (message.trim(), tree.here.path());
                format!("{message}{} Path '{path}'.", if message.ends_with('.') { "" } else { "." })
            }
        };
        Thrown::new(kind, message)
    }

    /// The rest of a value that has begun with an event.
    fn value(&mut self, machine: &mut Machine<'_>, first: Event, to: &Type) -> Result<Value, Thrown> {
        machine.step(1)?;
        let shape = Shape::of(to);
        match (&shape, first) {
            (Shape::Token, Event::Value(TokenType::Null, _)) if *to != Type::of(&JTOKEN) && *to != Type::of(&super::JVALUE) => {
                Ok(Value::Null)
            }
            (Shape::Token, first) => {
                let token = self.token(first)?;
                let (value, class) = (to_value(token.clone()), token.class_name());
                if is_instance(&value, to) {
                    return Ok(value);
                }
                let message = format!(
                    "Deserialized JSON type 'Newtonsoft.Json.Linq.{class}' is not compatible with expected type '{}'.",
                    to.full_name()
                );
                Err(self.error(&message))
            }
            (Shape::Anything, first @ (Event::StartObject | Event::StartArray)) => {
                let token = self.token(first)?;
                without_metadata(&token)?;
                Ok(to_value(token))
            }
            (Shape::Anything, Event::Value(_, scalar)) => Ok(value_of(scalar)),
            (Shape::Plain(target), Event::Value(_, scalar)) => self.plain(machine, scalar, *target, to),
            (Shape::Plain(Target::Bytes), Event::StartArray) => {
                let items = self.items(machine, &Type::BYTE)?;
                let byte = |item: Value| if let Value::Byte(byte) = item { Some(byte) } else { None };
                Ok(Value::bytes(items.into_iter().filter_map(byte).collect::<Vec<u8>>()))
            }
            (Shape::Enum(net_type), Event::Value(_, scalar)) => self.enumeration(scalar, net_type, to),
            (_, Event::Value(_, Scalar::Null)) if to.takes_null() => Ok(Value::Null),
            (Shape::Array(item), Event::StartArray) => {
                let items = self.items(machine, item)?;
                Ok(Value::object(Array::Values(item.clone(), RefCell::new(items))))
            }
            (Shape::List(made, item), Event::StartArray) => {
                let items = self.items(machine, item)?;
                let list = construct(machine, made, &mut [])?;
                for item in items {
                    called(machine, &list, "Add", &mut [item])?;
                }
                Ok(list)
            }
            (Shape::Dictionary(made, key, value), Event::StartObject) => self.dictionary(machine, made, key, value),
            (_, Event::StartObject) => Err(self.not_this("object (e.g. {\"name\":\"value\"})", &shape, to)),
            (_, Event::StartArray) => Err(self.not_this("array (e.g. [1,2,3])", &shape, to)),
            (_, Event::Value(_, scalar)) => Err(self.not_converted(&scalar, to)),
            (_, other) => Err(self.error(&format!("Unexpected token while deserializing object: {}", other.name()))),
        }
    }

    fn token(&mut self, first: Event) -> Result<Rc<Token>, Thrown> {
        match self {
            Source::Text(reader) => Ok(Token::read(reader, first)?),
            Source::Tree(tree) => {
                let token = tree.here.deep_clone();
                // The whole of it is read now.
                if token.is_container() {
                    tree.open.pop();
                }
                Ok(token)
            }
        }
    }

    fn items(&mut self, machine: &mut Machine<'_>, item: &Type) -> Result<Vec<Value>, Thrown> {
        machine.deeper(|machine| {
            let mut items = Vec::new();
            loop {
                match self.content(item)? {
                    None => return Err(self.error("Unexpected end when deserializing array.")),
                    Some(Event::EndArray) => return Ok(items),
                    Some(first) => {
                        machine.spend(size_of::<Value>())?;
                        items.push(self.value(machine, first, item)?);
                    }
                }
            }
        })
    }

    fn dictionary(&mut self, machine: &mut Machine<'_>, made: &Type, key: &Type, value: &Type) -> Result<Value, Thrown> {
        machine.deeper(|machine| {
            let dictionary = construct(machine, made, &mut [])?;
            loop {
                match self.content(&Type::OBJECT)? {
                    None => return Err(self.error("Unexpected end when deserializing object.")),
                    Some(Event::EndObject) => return Ok(dictionary),
                    Some(Event::PropertyName(name)) => {
                        let key = self.key(machine, name, key)?;
                        let Some(first) = self.content(value)? else {
                            return Err(self.error("Unexpected end when deserializing object."));
                        };
                        let item = self.value(machine, first, value)?;
                        machine.spend(size_of::<Value>() * 2)?;
                        set_item(machine, &dictionary, key, item)?;
                    }
                    Some(other) => {
                        return Err(self.error(&format!("Unexpected token when deserializing object: {}", other.name())));
                    }
                }
            }
        })
    }

    fn key(&self, machine: &Machine<'_>, name: NetString, to: &Type) -> Result<Value, Thrown> {
        if *to == Type::STRING || to.is_open() {
            return Ok(name.into());
        }
        let scalar = Scalar::String(name.clone());
        let converted = target_of(to).map(|target| cast(TokenType::String, Some(&scalar), target, false, machine.utc_now()));
        match converted {
            Some(Ok(key)) => Ok(value_of(key)),
            _ => {
                let message = format!(
                    "Could not convert string '{name}' to dictionary key type '{}'. Create a TypeConverter to convert from the \
                     string to the key type object.",
                    to.full_name()
                );
                Err(self.error(&message))
            }
        }
    }

    fn plain(&self, machine: &Machine<'_>, scalar: Scalar, target: Target, to: &Type) -> Result<Value, Thrown> {
        let now = machine.utc_now();
        // An empty string is null where there can be null.
        if matches!(&scalar, Scalar::String(text) if text.is_empty()) && to.takes_null() && target != Target::String {
            return Ok(if target == Target::Bytes { Value::bytes(Vec::new()) } else { Value::Null });
        }
        match (&scalar, target) {
            (Scalar::Null, _) if to.takes_null() => return Ok(Value::Null),
            (Scalar::String(text), Target::DateTimeOffset) => {
                if let Some(date) = text.as_str().and_then(date_with_offset) {
                    return Ok(date.into());
                }
            }
            (Scalar::Null, _) => return Err(self.not_converted(&scalar, to)),
            (Scalar::String(text), Target::Int32 | Target::Double | Target::Decimal | Target::Boolean) => {
                let what = match target {
                    Target::Int32 => "integer",
                    Target::Double => "double",
                    Target::Decimal => "decimal",
                    _ => "boolean",
                };
                return change_type(&scalar, target, now)
                    .map(value_of)
                    .map_err(|_| self.thrown("JsonReaderException", &format!("Could not convert string to {what}: {text}.")));
            }
            (Scalar::Double(_), Target::Int32) if matches!(self, Source::Text(_)) => {
                let message = format!("Input string '{}' is not a valid integer.", scalar.text());
                return Err(self.thrown("JsonReaderException", &message));
            }
            (Scalar::Int64(number), Target::Int32) if i32::try_from(*number).is_err() => {
                let message = match self {
                    Source::Text(_) => format!("JSON integer {number} is too large or small for an Int32."),
                    Source::Tree(_) => format!("Could not convert to integer: {number}."),
                };
                return Err(self.thrown("JsonReaderException", &message));
            }
            _ => {}
        }
        // Dates, GUIDs and the like come from text as they do in a cast.
        let converted = match target {
            Target::DateTime
            | Target::DateTimeOffset
            | Target::TimeSpan
            | Target::Guid
            | Target::Uri
            | Target::Bytes
            | Target::String => cast(scalar.token_type(), Some(&scalar), target, false, now),
            _ => match &scalar {
                Scalar::BigInteger(_) => cast(TokenType::Integer, Some(&scalar), target, false, now),
                scalar => change_type(scalar, target, now),
            },
        };
        match converted {
            Ok(value) => Ok(value_of(value)),
            Err(_) => Err(self.not_converted(&scalar, to)),
        }
    }

    fn enumeration(&self, scalar: Scalar, net_type: &'static crate::expr::types::NetType, to: &Type) -> Result<Value, Thrown> {
        let crate::expr::types::Kind::Enum(members) = net_type.kind else { return Err(self.not_converted(&scalar, to)) };
        let number = match &scalar {
            Scalar::String(text) => {
                let text = text.to_str();
                members.iter().find(|(name, _)| name.eq_ignore_ascii_case(&text)).map(|(_, number)| *number)
            }
            other => other.as_integer().and_then(|number| i64::try_from(number).ok()),
        };
        match (number, &scalar) {
            (Some(number), _) => Ok(Value::Enum(net_type, number)),
            (None, Scalar::Null) if to.takes_null() => Ok(Value::Null),
            (None, _) => Err(self.not_converted(&scalar, to)),
        }
    }

    fn not_converted(&self, scalar: &Scalar, to: &Type) -> Thrown {
        let shown = match scalar {
            Scalar::Null => "{null}".to_owned(),
            Scalar::String(text) => format!("\"{text}\""),
            other => other.text().to_string(),
        };
        self.error(&format!("Error converting value {shown} to type '{}'.", to.full_name()))
    }

    /// The long message about an object where there is a list, and the like.
    fn not_this(&self, found: &str, shape: &Shape, to: &Type) -> Thrown {
        let (what, needed) = match shape {
            Shape::Plain(_) | Shape::Enum(_) => ("", "JSON primitive value (e.g. string, number, boolean, null)"),
            Shape::Array(_) | Shape::List(..) => ("", "JSON array (e.g. [1,2,3])"),
            _ => ("", "JSON object (e.g. {\"name\":\"value\"})"),
        };
        let help = if found.starts_with("object") {
            "or change the deserialized type so that it is a normal .NET type (e.g. not a primitive type like integer, not a \
             collection type like an array or List<T>) that can be deserialized from a JSON object. JsonObjectAttribute can also \
             be added to the type to force it to deserialize from a JSON object."
        } else {
            "or change the deserialized type to an array or a type that implements a collection interface (e.g. ICollection, \
             IList) like List<T> that can be deserialized from a JSON array. JsonArrayAttribute can also be added to the type to \
             force it to deserialize from a JSON array."
        };
        let message = format!(
            "Cannot deserialize the current JSON {found} into type '{}' because the type requires a {needed} to deserialize \
             correctly.{what}\r\nTo fix this error either change the JSON to a {needed} {help}\r\n",
            to.full_name()
        );
        let place = match self {
            Source::Text(reader) => reader.located(""),
            Source::Tree(tree) => format!(". Path '{}'.", tree.here.path()),
        };
        let place = place.trim_start_matches(['.', ' ']);
        Thrown::new("JsonSerializationException", format!("{message}{place}"))
    }
}

/// `$id`, `$type` and `$ref` at the start of an object mean something to the serializer, and are left out.
fn without_metadata(token: &Rc<Token>) -> Result<(), Thrown> {
    while let Some(first) = token.child(0).filter(|_| token.token_type() == TokenType::Object) {
        match first.name() {
            Some(name) if name == *"$id" || name == *"$type" => first.remove()?,
            _ => break,
        }
    }
    Ok(())
}

/// Calls a method of a value by name.
fn called(machine: &mut Machine<'_>, this: &Value, name: &str, arguments: &mut [Value]) -> Result<Value, Thrown> {
    let count = arguments.len();
    let row = members::row(&this.net_type(), name, |row| row.form == Form::Method && row.parameters.len() == count);
    let row = row.ok_or_else(Thrown::null_reference)?;
    (row.member.run)(&mut Call { machine, this: this.clone(), arguments, generics: &[] })
}

/// `this[key] = value`
fn set_item(machine: &mut Machine<'_>, this: &Value, key: Value, value: Value) -> Result<(), Thrown> {
    let row = members::row(&this.net_type(), "this", |row| row.form == Form::Indexer && row.sets);
    let row = row.ok_or_else(Thrown::null_reference)?;
    (row.member.run)(&mut Call { machine, this: this.clone(), arguments: &mut [key, value], generics: &[] })?;
    Ok(())
}
