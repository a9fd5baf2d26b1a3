//! JSON Schema, as OpenAPI 3.0 and 3.1 use it: what does not fit, and where.
//!
//! Every keyword that says something about a value is known, but for `unevaluatedProperties`, `unevaluatedItems` and
//! `$dynamicRef`, which are passed over. What is read-only may be missing in a request. Formats are checked where they can be without
//! doubt. Patterns are asked of a function.

use crate::check::Matches;
use crate::json::{Member, Node, Value};
use crate::phrase::Phrase;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// Bounds of one check: how deep schemas lead into each other, how many are looked at, and how many findings are told.
const DEPTH_MAX: usize = 100;
const STEPS_MAX: usize = 100_000;
const FINDINGS_MAX: usize = 50;

/// Something that does not fit, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) pointer: String,
    pub(crate) message: Phrase,
    pub(crate) is_warning: bool,
}

/// Everything about a value that does not fit its schema.
pub(crate) fn check(schemas: &Map<String, Json>, schema: &Json, node: &Node, matches: Matches<'_>) -> Vec<Misfit> {
    let mut checker = Checker { schemas, matches, steps: 0, depth: 0 };
    let mut found = checker.value(schema, node, &mut String::new());
    found.sort_by_key(|misfit| misfit.start);
    found.dedup();
    found.truncate(FINDINGS_MAX);
    found
}

/// `array`, `object` or another type of values, if the schema says it.
pub(crate) fn kind<'s>(schemas: &'s Map<String, Json>, schema: &'s Json) -> Option<&'s str> {
    let mut schema = schema;
    for _ in 0..DEPTH_MAX {
        let next = match schema.get("$ref").and_then(Json::as_str) {
            Some(reference) => schemas.get(reference)?,
            None => break,
        };
        schema = next;
    }
    match schema.get("type") {
        Some(Json::String(kind)) => Some(kind),
        Some(Json::Array(kinds)) => kinds.iter().filter_map(Json::as_str).find(|kind| *kind != "null"),
        _ if schema.get("properties").is_some() => Some("object"),
        _ if schema.get("items").is_some() => Some("array"),
        _ => None,
    }
}

struct Checker<'c> {
    schemas: &'c Map<String, Json>,
    matches: Matches<'c>,
    steps: usize,
    depth: usize,
}

impl<'c> Checker<'c> {
    fn value(&mut self, schema: &'c Json, node: &Node, pointer: &mut String) -> Vec<Misfit> {
        let mut found = Vec::new();
        self.steps += 1;
        // A schema that leads in circles says nothing new.
        if self.depth == DEPTH_MAX || self.steps > STEPS_MAX {
            return found;
        }
        self.depth += 1;
        match schema {
            Json::Bool(false) => found.push(misfit(node, pointer, Phrase::new("nothing may stand here"))),
            Json::Object(schema) => self.object_schema(schema, node, pointer, &mut found),
            _ => {}
        }
        self.depth -= 1;
        found
    }

    fn object_schema(&mut self, schema: &'c Map<String, Json>, node: &Node, pointer: &mut String, found: &mut Vec<Misfit>) {
        if let Some(target) = schema.get("$ref").and_then(Json::as_str).and_then(|reference| self.schemas.get(reference)) {
            found.extend(self.value(target, node, pointer));
        }
        if node.value == Value::Null && schema.get("nullable") == Some(&Json::Bool(true)) {
            return;
        }
        if let Some(message) = wrong_type(schema, &node.value) {
            found.push(misfit(node, pointer, message));
            // What else it says is about values of the right type.
            return;
        }
        if let Some(Json::Array(choices)) = schema.get("enum")
            && !choices.iter().any(|choice| is_equal(choice, &node.value))
        {
            found.push(misfit(node, pointer, Phrase::new("this must be one of {values}").with("values", listed(choices))));
        }
        if let Some(only) = schema.get("const")
            && !is_equal(only, &node.value)
        {
            found.push(misfit(node, pointer, Phrase::new("this must be `{value}`").with("value", only.to_string())));
        }
        match &node.value {
            Value::Number(number) => numbers(schema, number, node, pointer, found),
            Value::Text(text) => self.text(schema, text, node, pointer, found),
            Value::List(entries) => self.list(schema, entries, node, pointer, found),
            Value::Object(members) => self.object(schema, members, node, pointer, found),
            _ => {}
        }
        self.combined(schema, node, pointer, found);
    }

    fn text(&self, schema: &Map<String, Json>, text: &str, node: &Node, pointer: &str, found: &mut Vec<Misfit>) {
        let length = text.chars().count() as u64;
        found.extend(sized(schema, ("minLength", "maxLength"), length, characters).map(|what| misfit(node, pointer, what)));
        if let Some(pattern) = schema.get("pattern").and_then(Json::as_str)
            && (self.matches)(pattern, text) == Some(false)
        {
            found.push(misfit(
                node,
                pointer,
                Phrase::new("this does not match the pattern `{pattern}`").with("pattern", pattern),
            ));
        }
        if let Some(format) = schema.get("format").and_then(Json::as_str)
            && let Some(expected) = wrong_format(format, text)
        {
            found.push(misfit(node, pointer, Phrase::new("this is not {expected}").with("expected", expected)));
        }
    }

    fn list(
        &mut self,
        schema: &'c Map<String, Json>,
        entries: &[Node],
        node: &Node,
        pointer: &mut String,
        found: &mut Vec<Misfit>,
    ) {
        let length = entries.len() as u64;
        found.extend(sized(schema, ("minItems", "maxItems"), length, entries_in_words).map(|what| misfit(node, pointer, what)));
        if schema.get("uniqueItems") == Some(&Json::Bool(true)) {
            let mut seen = BTreeSet::new();
            for (at, entry) in entries.iter().enumerate() {
                if !seen.insert(canonical(&entry.value)) {
                    found.push(misfit(entry, &format!("{pointer}/{at}"), Phrase::new("this stands here twice")));
                }
            }
        }
        // `prefixItems` of 2020, which was a list under `items` before.
        let first = schema.get("prefixItems").or_else(|| schema.get("items").filter(|items| items.is_array()));
        let first = first.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let others = schema.get("items").filter(|items| !items.is_array()).or_else(|| schema.get("additionalItems"));
        for (at, entry) in entries.iter().enumerate() {
            if let Some(schema) = first.get(at).or(others) {
                found.extend(self.below(schema, entry, pointer, &at.to_string()));
            }
        }
        if let Some(wanted) = schema.get("contains") {
            let fitting = entries.iter().filter(|entry| self.fits(wanted, entry)).count() as u64;
            let least = schema.get("minContains").and_then(Json::as_u64).unwrap_or(1);
            if fitting < least {
                found.push(misfit(
                    node,
                    pointer,
                    Phrase::new("{least} of a certain kind must be in it, not {fitting}")
                        .with("least", entries_in_words(least))
                        .with("fitting", fitting),
                ));
            }
            if let Some(most) = schema.get("maxContains").and_then(Json::as_u64).filter(|most| fitting > *most) {
                found.push(misfit(
                    node,
                    pointer,
                    Phrase::new("at most {most} of a certain kind may be in it").with("most", entries_in_words(most)),
                ));
            }
        }
    }

    fn object(
        &mut self,
        schema: &'c Map<String, Json>,
        members: &[Member],
        node: &Node,
        pointer: &mut String,
        found: &mut Vec<Misfit>,
    ) {
        let properties = schema.get("properties").and_then(Json::as_object);
        let has = |name: &str| members.iter().any(|member| member.name == name);
        let mut seen = BTreeSet::new();
        for member in members.iter().filter(|member| !seen.insert(&member.name)) {
            let message = Phrase::new("`{name}` stands here twice; the last one counts").with("name", &member.name);
            found.push(Misfit { is_warning: true, ..at_name(member, pointer, message) });
        }
        for name in schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str) {
            let read_only = properties.and_then(|all| all.get(name)).is_some_and(|property| self.is(property, "readOnly"));
            if !has(name) && !read_only {
                found.push(misfit(node, pointer, Phrase::new("`{name}` is missing").with("name", name)));
            }
        }
        for (name, needed) in dependencies(schema) {
            for needed in needed.iter().filter_map(Json::as_str).filter(|needed| has(name) && !has(needed)) {
                found.push(misfit(
                    node,
                    pointer,
                    Phrase::new("`{needed}` is missing: it goes with `{name}`").with("needed", needed).with("name", name),
                ));
            }
        }
        for (name, dependent) in schema.get("dependentSchemas").and_then(Json::as_object).into_iter().flatten() {
            if has(name) {
                found.extend(self.value(dependent, node, pointer));
            }
        }
        let count = members.len() as u64;
        if let Some(least) = schema.get("minProperties").and_then(Json::as_u64).filter(|least| count < *least) {
            found.push(misfit(
                node,
                pointer,
                Phrase::new("this needs at least {least} properties, and has {number}")
                    .with("least", least)
                    .with("number", count),
            ));
        }
        if let Some(most) = schema.get("maxProperties").and_then(Json::as_u64).filter(|most| count > *most) {
            found.push(misfit(
                node,
                pointer,
                Phrase::new("this has at most {most} properties, not {number}").with("most", most).with("number", count),
            ));
        }
        let patterns = schema.get("patternProperties").and_then(Json::as_object);
        for member in members {
            let mut is_known = false;
            if let Some(property) = properties.and_then(|all| all.get(&member.name)) {
                is_known = true;
                found.extend(self.below(property, &member.node, pointer, &member.name));
                if self.is(property, "readOnly") {
                    let message = Phrase::new("`{name}` is read-only: the service will not take it").with("name", &member.name);
                    found.push(Misfit { is_warning: true, ..at_name(member, pointer, message) });
                }
            }
            for (pattern, property) in patterns.into_iter().flatten() {
                if (self.matches)(pattern, &member.name) == Some(true) {
                    is_known = true;
                    found.extend(self.below(property, &member.node, pointer, &member.name));
                }
            }
            if let Some(names) = schema.get("propertyNames") {
                let name = Node { start: member.start, end: member.end, value: Value::Text(member.name.clone()) };
                found.extend(self.below(names, &name, pointer, &member.name));
            }
            match schema.get("additionalProperties") {
                _ if is_known => {}
                Some(Json::Bool(false)) => {
                    let names = properties.into_iter().flat_map(Map::keys).map(String::as_str);
                    let message = match nearest(&member.name, names) {
                        Some(close) => Phrase::new("there is no property `{name}`; did you mean `{close}`?").with("close", close),
                        None => Phrase::new("there is no property `{name}`"),
                    };
                    let message = message.with("name", &member.name);
                    found.push(at_name(member, pointer, message));
                }
                Some(other) => found.extend(self.below(other, &member.node, pointer, &member.name)),
                None => {}
            }
        }
    }

    /// `allOf` and the like.
    fn combined(&mut self, schema: &'c Map<String, Json>, node: &Node, pointer: &mut String, found: &mut Vec<Misfit>) {
        for part in schema.get("allOf").and_then(Json::as_array).into_iter().flatten() {
            found.extend(self.value(part, node, pointer));
        }
        for keyword in ["anyOf", "oneOf"] {
            let Some(choices) = schema.get(keyword).and_then(Json::as_array) else { continue };
            if let Some(chosen) = self.discriminated(schema, choices, node) {
                match chosen {
                    Ok(chosen) => found.extend(self.value(chosen, node, pointer)),
                    Err(message) => found.push(misfit(node, pointer, message)),
                }
                continue;
            }
            let mut all: Vec<Vec<Misfit>> = choices.iter().map(|choice| self.value(choice, node, pointer)).collect();
            let fitting = all.iter().filter(|found| !found.iter().any(|misfit| !misfit.is_warning)).count();
            if fitting > 1 && keyword == "oneOf" {
                found.push(misfit(
                    node,
                    pointer,
                    Phrase::new("this fits {fitting} of the choices, and must fit only one").with("fitting", fitting),
                ));
            }
            if fitting == 0 && !all.is_empty() {
                // The choice that goes wrong latest is the one that was meant, most of the time.
                let meant = (0..all.len()).max_by_key(|at| {
                    let first = all[*at].iter().filter(|misfit| !misfit.is_warning).map(|misfit| misfit.pointer.len()).min();
                    (first.unwrap_or(0), std::cmp::Reverse(all[*at].len()), std::cmp::Reverse(*at))
                });
                let own = |misfit: &Misfit| misfit.pointer == *pointer && misfit.message.text == WRONG_TYPE.text;
                match meant.map(|at| all.swap_remove(at)) {
                    Some(meant) if !meant.iter().any(own) => found.extend(meant),
                    _ => found.push(misfit(node, pointer, Phrase::new("this fits none of the choices"))),
                }
            }
        }
        if let Some(not) = schema.get("not")
            && self.fits(not, node)
        {
            found.push(misfit(node, pointer, Phrase::new("this is what must not stand here")));
        }
        if let Some(condition) = schema.get("if") {
            let then = if self.fits(condition, node) { "then" } else { "else" };
            if let Some(part) = schema.get(then) {
                found.extend(self.value(part, node, pointer));
            }
        }
    }

    /// The choice that a discriminator names, or what is wrong with its name.
    fn discriminated(&self, schema: &'c Map<String, Json>, choices: &'c [Json], node: &Node) -> Option<Result<&'c Json, Phrase>> {
        let discriminator = schema.get("discriminator")?;
        let property = discriminator.get("propertyName")?.as_str()?;
        let Value::Object(members) = &node.value else { return None };
        let Value::Text(name) = &members.iter().find(|member| member.name == property)?.node.value else { return None };
        let mapping = discriminator.get("mapping").and_then(Json::as_object);
        let mapped = mapping.and_then(|all| all.get(name)).and_then(Json::as_str);
        let reference_of = |choice: &'c Json| choice.get("$ref").and_then(Json::as_str);
        let last = |reference: &str| reference.rsplit('/').next().unwrap_or_default().to_owned();
        let wanted = mapped.unwrap_or(name);
        let chosen = choices
            .iter()
            .find(|choice| reference_of(choice).is_some_and(|reference| reference == wanted || last(reference) == last(wanted)));
        // Choices without names cannot be told apart this way.
        if chosen.is_none() && choices.iter().any(|choice| reference_of(choice).is_none()) {
            return None;
        }
        let names = || match mapping {
            Some(mapping) => mapping.keys().map(|key| format!("`{key}`")).collect::<Vec<_>>(),
            None => choices.iter().filter_map(reference_of).map(|reference| format!("`{}`", last(reference))).collect(),
        };
        let unknown = || {
            let values = names().join(", ");
            Phrase::new("`{property}` must be one of {values}").with("property", property).with("values", values)
        };
        Some(chosen.ok_or_else(unknown))
    }

    fn fits(&mut self, schema: &'c Json, node: &Node) -> bool {
        self.value(schema, node, &mut String::new()).iter().all(|misfit| misfit.is_warning)
    }

    fn below(&mut self, schema: &'c Json, node: &Node, pointer: &mut String, step: &str) -> Vec<Misfit> {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        let found = self.value(schema, node, pointer);
        pointer.truncate(length);
        found
    }

    /// True if a schema, or what it refers to, has the mark.
    fn is(&self, schema: &Json, mark: &str) -> bool {
        let target = schema.get("$ref").and_then(Json::as_str).and_then(|reference| self.schemas.get(reference));
        [Some(schema), target].into_iter().flatten().any(|schema| schema.get(mark) == Some(&Json::Bool(true)))
    }
}

fn misfit(node: &Node, pointer: &str, message: Phrase) -> Misfit {
    Misfit { start: node.start, end: node.end, pointer: pointer.to_owned(), message, is_warning: false }
}

fn at_name(member: &Member, pointer: &str, message: Phrase) -> Misfit {
    let pointer = format!("{pointer}/{}", member.name.replace('~', "~0").replace('/', "~1"));
    Misfit { start: member.start, end: member.end, pointer, message, is_warning: false }
}

/// `dependentRequired`, and the lists in `dependencies` before 2019.
fn dependencies(schema: &Map<String, Json>) -> impl Iterator<Item = (&String, &Vec<Json>)> {
    let of = |keyword: &str| schema.get(keyword).and_then(Json::as_object).into_iter().flatten();
    of("dependentRequired").chain(of("dependencies")).filter_map(|(name, needed)| Some((name, needed.as_array()?)))
}

/// What is said first of a value of another type; what else its schema says is passed over then.
const WRONG_TYPE: Phrase = Phrase::new("this must be {wanted}, not {found}");

fn wrong_type(schema: &Map<String, Json>, value: &Value) -> Option<Phrase> {
    let kinds: Vec<&str> = match schema.get("type")? {
        Json::String(kind) => vec![kind],
        Json::Array(kinds) => kinds.iter().filter_map(Json::as_str).collect(),
        _ => return None,
    };
    let is = |kind: &&str| match (*kind, value) {
        ("null", Value::Null)
        | ("boolean", Value::Bool(_))
        | ("number", Value::Number(_))
        | ("string", Value::Text(_))
        | ("array", Value::List(_))
        | ("object", Value::Object(_)) => true,
        ("integer", Value::Number(number)) => is_integer(number),
        // Not a type of JSON Schema; says nothing.
        (kind, _) => !["null", "boolean", "number", "integer", "string", "array", "object"].contains(&kind),
    };
    if kinds.is_empty() || kinds.iter().any(is) {
        return None;
    }
    let either = |one: Phrase, other: Phrase| Phrase::new("{one} or {other}").with("one", one).with("other", other);
    let wanted = kinds.iter().map(|kind| words_of(kind)).reduce(either)?;
    Some(WRONG_TYPE.with("wanted", wanted).with("found", words_for(value)))
}

fn words_of(kind: &str) -> Phrase {
    match kind {
        "null" => Phrase::new("`null`"),
        "boolean" => Phrase::new("`true` or `false`"),
        "integer" => Phrase::new("a whole number"),
        "number" => Phrase::new("a number"),
        "string" => Phrase::new("a text"),
        "array" => Phrase::new("a list"),
        _ => Phrase::new("an object"),
    }
}

fn words_for(value: &Value) -> Phrase {
    words_of(match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if is_integer(number) => "integer",
        Value::Number(_) => "number",
        Value::Text(_) => "string",
        Value::List(_) => "array",
        Value::Object(_) => "object",
    })
}

fn is_integer(number: &str) -> bool {
    !number.contains(['.', 'e', 'E']) || number.parse::<f64>().is_ok_and(|number| number.fract() == 0.0)
}

fn numbers(schema: &Map<String, Json>, written: &str, node: &Node, pointer: &str, found: &mut Vec<Misfit>) {
    let Ok(number) = written.parse::<f64>() else { return };
    let limit = |keyword: &str| schema.get(keyword).and_then(Json::as_f64);
    let is_exclusive = |keyword: &str| schema.get(keyword) == Some(&Json::Bool(true));
    let mut say = |message: Phrase| found.push(misfit(node, pointer, message));
    if let Some(least) = limit("minimum") {
        match is_exclusive("exclusiveMinimum") {
            true if number <= least => say(Phrase::new("this must be more than {limit}").with("limit", least)),
            false if number < least => say(Phrase::new("this must be at least {limit}").with("limit", least)),
            _ => {}
        }
    }
    if let Some(most) = limit("maximum") {
        match is_exclusive("exclusiveMaximum") {
            true if number >= most => say(Phrase::new("this must be less than {limit}").with("limit", most)),
            false if number > most => say(Phrase::new("this must be at most {limit}").with("limit", most)),
            _ => {}
        }
    }
    if let Some(least) = limit("exclusiveMinimum").filter(|least| number <= *least) {
        say(Phrase::new("this must be more than {limit}").with("limit", least));
    }
    if let Some(most) = limit("exclusiveMaximum").filter(|most| number >= *most) {
        say(Phrase::new("this must be less than {limit}").with("limit", most));
    }
    if let Some(step) = limit("multipleOf").filter(|step| *step > 0.0) {
        // 0.3 is a multiple of 0.1, though not in binary.
        let times = number / step;
        if (times - times.round()).abs() > 1e-9 * times.abs().max(1.0) {
            say(Phrase::new("this must be a multiple of {limit}").with("limit", step));
        }
    }
    let within = match schema.get("format").and_then(Json::as_str) {
        Some("int32") => written.parse::<i128>().map_or(true, |number| i32::try_from(number).is_ok()),
        Some("int64") => written.parse::<i128>().map_or(true, |number| i64::try_from(number).is_ok()),
        _ => true,
    };
    if !within {
        say(Phrase::new("this is too large for the service's kind of number"));
    }
}

fn is_equal(json: &Json, value: &Value) -> bool {
    match (json, value) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(one), Value::Bool(other)) => one == other,
        (Json::Number(one), Value::Number(other)) => {
            one.to_string() == *other || one.as_f64().is_some_and(|one| other.parse() == Ok(one) && one.abs() < 9e15)
        }
        (Json::String(one), Value::Text(other)) => one == other,
        (Json::Array(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_equal(one, &other.value))
        }
        (Json::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && other.iter().all(|member| one.get(&member.name).is_some_and(|one| is_equal(one, &member.node.value)))
        }
        _ => false,
    }
}

/// The same text for values that are equal.
fn canonical(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.parse::<f64>().map_or_else(|_| number.clone(), |number| number.to_string()),
        Value::Text(text) => format!("{text:?}"),
        Value::List(entries) => {
            format!("[{}]", entries.iter().map(|entry| canonical(&entry.value)).collect::<Vec<_>>().join(","))
        }
        Value::Object(members) => {
            let mut all: Vec<String> =
                members.iter().map(|member| format!("{:?}:{}", member.name, canonical(&member.node.value))).collect();
            all.sort();
            format!("{{{}}}", all.join(","))
        }
    }
}

/// What a text of this format is, if it is not one.
fn wrong_format(format: &str, text: &str) -> Option<Phrase> {
    let (is_right, what) = match format {
        "date-time" => (is_date_time(text), Phrase::new("a date with a time, such as `2024-05-17T12:30:00Z`")),
        "date" => (is_date(text), Phrase::new("a date, such as `2024-05-17`")),
        "uuid" => (is_uuid(text), Phrase::new("a UUID, such as `123e4567-e89b-12d3-a456-426614174000`")),
        "email" => (
            text.rsplit_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !text.contains(' ')),
            Phrase::new("an e-mail address"),
        ),
        "ipv4" => (text.parse::<std::net::Ipv4Addr>().is_ok(), Phrase::new("an IPv4 address")),
        "ipv6" => (text.parse::<std::net::Ipv6Addr>().is_ok(), Phrase::new("an IPv6 address")),
        "uri" | "url" => (
            text.split_once(':').is_some_and(|(scheme, rest)| {
                scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                    && scheme.chars().all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character))
                    && !rest.is_empty()
                    && !text.contains([' ', '<', '>', '"', '\n'])
            }),
            Phrase::new("an address, such as `https://example.com/`"),
        ),
        "byte" => (
            text.len().is_multiple_of(4)
                && text.trim_end_matches('=').chars().all(|c| c.is_ascii_alphanumeric() || "+/-_".contains(c)),
            Phrase::new("base64"),
        ),
        _ => return None,
    };
    (!is_right).then_some(what)
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let number = |text: &str, length: usize| {
        (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse::<u32>().ok()).flatten()
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else { return false };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// RFC 3339.
fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't', ' ']) else { return false };
    let (time, offset) = match time.strip_suffix(['Z', 'z']) {
        Some(time) => (time, None),
        None => match time.rfind(['+', '-']) {
            Some(at) => (&time[..at], Some(&time[at + 1..])),
            None => return false,
        },
    };
    let within = |text: &str, most: u32| text.len() == 2 && text.parse::<u32>().is_ok_and(|number| number <= most);
    let (seconds, fraction) = time.split_once('.').map_or((time, "0"), |(seconds, fraction)| (seconds, fraction));
    let parts: Vec<&str> = seconds.split(':').collect();
    let [hours, minutes, seconds] = parts[..] else { return false };
    let is_offset =
        |offset: &str| offset.split_once(':').is_some_and(|(hours, minutes)| within(hours, 23) && within(minutes, 59));
    is_date(date)
        && within(hours, 23)
        && within(minutes, 59)
        && within(seconds, 60)
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && offset.is_none_or(is_offset)
}

fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 5
        && parts
            .iter()
            .zip(lengths)
            .all(|(part, length)| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn listed(choices: &[Json]) -> Phrase {
    let shown: Vec<String> = choices.iter().take(12).map(|choice| format!("`{}`", crate::parameter::plain(choice))).collect();
    let more = choices.len().saturating_sub(12);
    let words = if more == 0 { Phrase::new("{values}") } else { Phrase::new("{values} and {count} more").with("count", more) };
    words.with("values", shown.join(", "))
}

/// What is wrong with a length: the names of its bounds in the schema, and a number of what is counted in words.
fn sized(schema: &Map<String, Json>, bounds: (&str, &str), length: u64, counted: fn(u64) -> Phrase) -> Option<Phrase> {
    let bound = |name: &str| schema.get(name).and_then(Json::as_u64);
    if let Some(least) = bound(bounds.0).filter(|least| length < *least) {
        let needed = Phrase::new("this needs at least {least}, and has {length}");
        return Some(needed.with("least", counted(least)).with("length", length));
    }
    let most = bound(bounds.1).filter(|most| length > *most)?;
    Some(Phrase::new("this has at most {most}, not {length}").with("most", counted(most)).with("length", length))
}

fn characters(number: u64) -> Phrase {
    if number == 1 { Phrase::new("1 character") } else { Phrase::new("{count} characters").with("count", number) }
}

fn entries_in_words(number: u64) -> Phrase {
    if number == 1 { Phrase::new("1 entry") } else { Phrase::new("{count} entries").with("count", number) }
}

/// The name that was probably meant: at most a third of its letters are different.
fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let close = names.map(|other| (distance(name, other), other)).min()?;
    (close.0 * 3 <= name.chars().count().max(3)).then_some(close.1)
}

/// Levenshtein's.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().flat_map(char::to_lowercase).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, character) in one.chars().flat_map(char::to_lowercase).enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        for (column, expected) in other.iter().enumerate() {
            let above = row.get(column + 1).copied().unwrap_or_default();
            let cost = (diagonal + usize::from(character != *expected)).min(above + 1).min(left + 1);
            if let Some(cell) = row.get_mut(column) {
                *cell = left;
            }
            diagonal = above;
            left = cost;
        }
        if let Some(last) = row.last_mut() {
            *last = left;
        }
    }
    row.last().copied().unwrap_or_default()
}
