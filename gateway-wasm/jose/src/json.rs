//! JSON objects that say everything once.
//!
//! RFC 7515 lets a reader take the last of two members with the same name. Two readers that choose differently are how one token
//! comes to mean two things, so here it is an error, and so is whatever else only an attack needs.

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// The deepest that values may nest, the object itself included.
const DEPTH_MAX: u32 = 32;

/// Reads an object; the error says what is wrong.
pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: DEPTH_MAX }.deserialize(&mut deserializer).and_then(|value| {
        deserializer.end()?;
        Ok(value)
    });
    match value {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err("is no JSON object".to_owned()),
        // What is wrong with a value that is JSON is said below; where it is, in a line that nobody sees, is of no use.
        Err(error) if error.is_data() => {
            let text = error.to_string();
            Err(text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text).to_owned())
        }
        Err(error) => Err(format!("is no JSON: {error}")),
    }
}

/// The text of a member that must be text where it is there.
pub(crate) fn text(members: &Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("has `{name}`, which is no text")),
    }
}

struct Strict {
    depth: u32,
}

impl Strict {
    fn inside<E: de::Error>(&self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth @ 1..) => Ok(Self { depth }),
            _ => Err(E::custom(format_args!("nests deeper than {DEPTH_MAX}"))),
        }
    }
}

/// A NUL ends a text for some who read it later, so that two texts would be the same to them.
fn without_nul<E: de::Error>(text: &str) -> Result<&str, E> {
    if text.contains('\0') { Err(E::custom("has a text with a NUL in it")) } else { Ok(text) }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        without_nul(value).map(Value::from)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(self.inside()?)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            without_nul::<A::Error>(&name)?;
            let value = members.next_value_seed(self.inside()?)?;
            if map.contains_key(&name) {
                let message = format_args!("has {} twice", crate::malformed::quoted(&name));
                return Err(de::Error::custom(message));
            }
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}
