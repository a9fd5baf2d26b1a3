//! AsyncAPI of the second and third generation. The catalog has read it and checked its references.

use super::{Fact, Item, Outline, Part, Row, joined};
use catalog::openapi::{Document, component_name};
use console::Phrase;
use console::phrase::Words;
use serde_json::{Map, Value};

/// Lays a definition out.
pub(super) fn outline(document: &Document) -> Outline {
    let reader = Reader { document, is_second: document.version.starts_with("2.") };
    let mut outline = Outline { format: "AsyncAPI", ..Outline::default() };
    outline.facts.push(Fact::new("AsyncAPI", document.version.as_str()));
    outline
        .facts
        .extend(document.root.get("defaultContentType").and_then(Value::as_str).map(|media| Fact::new("Content type", media)));
    outline.push("Servers", reader.named("/servers").map(|(name, server)| reader.server(name, server)).collect());
    let operations = if reader.is_second { reader.operations_of_channels() } else { reader.operations() };
    outline.push("Operations", operations);
    outline.push("Channels", reader.named("/channels").map(|(name, channel)| reader.channel(name, channel)).collect());
    outline.push("Messages", reader.messages());
    outline
}

struct Reader<'a> {
    document: &'a Document,
    is_second: bool,
}

impl<'a> Reader<'a> {
    /// The entries of a map, references followed.
    fn named(&self, pointer: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let document = self.document;
        let entries = document.at(pointer).and_then(Value::as_object).into_iter().flatten();
        entries.filter_map(|(name, value)| Some((name.as_str(), document.resolve(value)?.1)))
    }

    fn entries(&self, of: &'a Value, key: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let document = self.document;
        let entries = of.get(key).and_then(Value::as_object).into_iter().flatten();
        entries.filter_map(|(name, value)| Some((name.as_str(), document.resolve(value)?.1)))
    }

    fn server(&self, name: &str, server: &'a Value) -> Item {
        let address = match (text(server, "host"), text(server, "pathname")) {
            ("", _) => text(server, "url").to_owned(),
            (host, path) => format!("{host}{path}"),
        };
        let mut item = item(format!("server {name}"), name, "server", server);
        item.facts.push(Fact::new("Address", address));
        let version = text(server, "protocolVersion");
        item.facts.push(Fact::new("Protocol", format!("{} {version}", text(server, "protocol")).trim_end().to_owned()));
        item.facts.extend(self.security(server));
        let rows = self.entries(server, "variables").map(|(name, variable)| variable_row(name, variable)).collect();
        item.push("Variables", rows);
        item.push("Bindings", bindings(server));
        item
    }

    fn channel(&self, name: &str, channel: &'a Value) -> Item {
        let address = if self.is_second { name } else { text(channel, "address") };
        let mut item = item(format!("channel {name}"), if address.is_empty() { name } else { address }, "channel", channel);
        if !self.is_second && address.is_empty() {
            item.facts.push(Fact::said("Address", Phrase::new("known only at run time")));
        }
        item.facts.extend(self.servers(channel));
        let parameters = self.entries(channel, "parameters").map(|(name, parameter)| {
            let mut row = variable_row(name, parameter);
            if let Some((_, schema)) = parameter.get("schema").and_then(|schema| self.document.resolve(schema)) {
                row.label = vec![Part::plain(text(schema, "type"))];
            }
            row
        });
        item.push("Parameters", parameters.collect());
        let messages = self.messages_of(channel.get("messages"));
        item.facts.extend((!messages.is_empty()).then(|| Fact { name: "Messages", words: joined(messages.into_iter()) }));
        item.push("Bindings", bindings(channel));
        item
    }

    fn servers(&self, channel: &'a Value) -> Option<Fact> {
        let listed = channel.get("servers").and_then(Value::as_array)?;
        let names = listed.iter().filter_map(|server| server.as_str().or_else(|| last(server.get("$ref")?.as_str()?)));
        let words = joined(names.map(|name| Part::item(name, format!("server {name}"))));
        (!words.is_empty()).then_some(Fact { name: "Servers", words })
    }

    /// Version 2: what stands under `publish` and `subscribe` of each channel. The words are seen from the application, so a
    /// client does the opposite.
    fn operations_of_channels(&self) -> Vec<Item> {
        let mut items = Vec::new();
        for (name, channel) in self.named("/channels") {
            for (verb, sends) in [("subscribe", true), ("publish", false)] {
                let Some((_, operation)) = channel.get(verb).and_then(|operation| self.document.resolve(operation)) else {
                    continue;
                };
                let title = match text(operation, "operationId") {
                    "" => format!("{verb} {name}"),
                    id => id.to_owned(),
                };
                let mut item = self.operation(&title, operation, sends);
                item.facts.push(Fact { name: "Channel", words: vec![Part::item(name, format!("channel {name}"))] });
                let message = operation.get("message");
                let several = message.and_then(|message| message.get("oneOf"));
                let words = self.messages_of(several.or(message));
                item.facts.extend((!words.is_empty()).then(|| Fact { name: "Messages", words: joined(words.into_iter()) }));
                // A message that is written here has no page: it is shown here.
                if several.is_none() && message.is_some_and(|message| message.get("$ref").is_none()) {
                    let inner = message.map(|message| self.message("", message)).unwrap_or_default();
                    (item.schemas, item.examples) = (inner.schemas, inner.examples);
                }
                items.push(item);
            }
        }
        items
    }

    /// Version 3.
    fn operations(&self) -> Vec<Item> {
        let mut items = Vec::new();
        for (name, operation) in self.named("/operations") {
            let mut item = self.operation(name, operation, text(operation, "action") == "send");
            let channel = self.channel_of(operation);
            item.facts.extend(channel.map(|words| Fact { name: "Channel", words: vec![words] }));
            let mut words = self.messages_of(operation.get("messages"));
            if words.is_empty() {
                let channel = operation.get("channel").and_then(|channel| self.document.resolve(channel));
                words = self.messages_of(channel.and_then(|(_, channel)| channel.get("messages")));
            }
            item.facts.extend((!words.is_empty()).then(|| Fact { name: "Messages", words: joined(words.into_iter()) }));
            if let Some((_, reply)) = operation.get("reply").and_then(|reply| self.document.resolve(reply)) {
                item.facts.extend(self.channel_of(reply).map(|words| Fact { name: "Reply on", words: vec![words] }));
                let words = self.messages_of(reply.get("messages"));
                item.facts.extend((!words.is_empty()).then(|| Fact { name: "Reply", words: joined(words.into_iter()) }));
            }
            items.push(item);
        }
        items
    }

    fn operation(&self, title: &str, operation: &'a Value, sends: bool) -> Item {
        let mut item = item(format!("operation {title}"), title, "operation", operation);
        let action = if sends { Phrase::new("the application sends") } else { Phrase::new("the application receives") };
        item.facts.push(Fact::said("Action", action));
        for (_, inherited) in
            operation.get("traits").and_then(Value::as_array).into_iter().flatten().filter_map(|one| self.document.resolve(one))
        {
            if item.description.is_empty() {
                item.description = description(inherited);
            }
            item.push("Bindings", bindings(inherited));
        }
        item.facts.extend(self.security(operation));
        item.push("Bindings", bindings(operation));
        item
    }

    fn channel_of(&self, value: &Value) -> Option<Part> {
        let name = last(value.get("channel")?.get("$ref")?.as_str()?)?;
        let shown = self.document.at("/channels").and_then(|all| all.get(name)).map_or("", |channel| text(channel, "address"));
        Some(Part::item(if shown.is_empty() { name } else { shown }, format!("channel {name}")))
    }

    /// Links to messages: a map, a list or one of them.
    fn messages_of(&self, value: Option<&'a Value>) -> Vec<Part> {
        let link = |name: Option<&str>, message: &Value| {
            let key = match message.get("$ref").and_then(Value::as_str) {
                Some(reference) => message_key(self.document, reference)?,
                None => name?.to_owned(),
            };
            Some(Part::item(name.unwrap_or(&key).to_owned(), format!("message {key}")))
        };
        match value {
            Some(Value::Array(list)) => list.iter().filter_map(|message| link(None, message)).collect(),
            Some(Value::Object(one)) if one.contains_key("$ref") => {
                link(None, value.unwrap_or(&Value::Null)).into_iter().collect()
            }
            Some(Value::Object(map)) if !map.contains_key("payload") && map.values().all(Value::is_object) => {
                map.iter().filter_map(|(name, message)| link(Some(name), message)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Those of the components, and those that channels write themselves.
    fn messages(&self) -> Vec<Item> {
        let mut items: Vec<Item> =
            self.named("/components/messages").map(|(name, message)| self.message(name, message)).collect();
        for (_, channel) in self.named("/channels") {
            for (name, written) in channel.get("messages").and_then(Value::as_object).into_iter().flatten() {
                if written.get("$ref").is_none() && !items.iter().any(|item| item.key == format!("message {name}")) {
                    items.push(self.message(name, written));
                }
            }
        }
        items
    }

    fn message(&self, name: &str, message: &'a Value) -> Item {
        let title = [text(message, "title"), name].into_iter().find(|title| !title.is_empty()).unwrap_or_default().to_owned();
        let mut item = item(format!("message {name}"), &title, "message", message);
        for (key, title) in [("contentType", "Content type"), ("name", "Name"), ("schemaFormat", "Schema format")] {
            item.facts.extend(message.get(key).and_then(Value::as_str).map(|value| Fact::new(title, value)));
        }
        let correlation = message.get("correlationId").and_then(|id| self.document.resolve(id));
        item.facts.extend(correlation.map(|(_, id)| Fact::new("Correlation", text(id, "location"))));
        let traits = message.get("traits").and_then(Value::as_array).into_iter().flatten();
        let traits: Vec<&Value> = traits.filter_map(|one| Some(self.document.resolve(one)?.1)).collect();
        for (key, title) in [("headers", "Headers"), ("payload", "Payload")] {
            let found = message.get(key).or_else(|| traits.iter().find_map(|one| one.get(key)));
            let Some(schema) = found else { continue };
            // Version 3 may wrap a schema to say in which language it is.
            let schema = schema.get("schema").filter(|_| schema.get("schemaFormat").is_some()).unwrap_or(schema);
            if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(component_name) {
                item.facts
                    .push(Fact { name: if key == "payload" { "Payload" } else { "Headers" }, words: vec![Part::schema(name)] });
            }
            item.schemas.push((title, schema.clone()));
        }
        for (index, example) in message.get("examples").and_then(Value::as_array).into_iter().flatten().enumerate() {
            let title = [text(example, "summary"), text(example, "name")].into_iter().find(|title| !title.is_empty());
            let title = match title {
                Some(title) => Words::from(title),
                None => Words::from(Phrase::new("Example {number}").with("number", index + 1)),
            };
            let shown = example.get("payload").unwrap_or(example);
            item.examples.push((title, serde_json::to_string_pretty(shown).unwrap_or_default()));
        }
        item
    }

    fn security(&self, value: &'a Value) -> Option<Fact> {
        let asked = value.get("security").and_then(Value::as_array)?;
        let name = |one: &'a Value| -> Option<String> {
            match one.get("$ref").and_then(Value::as_str) {
                Some(reference) => last(reference).map(str::to_owned),
                None if one.get("type").is_some_and(Value::is_string) => Some(text(one, "type").to_owned()),
                None => one.as_object()?.keys().next().cloned(),
            }
        };
        let names: Vec<String> = asked.iter().filter_map(name).collect();
        (!names.is_empty()).then(|| Fact::new("Security", names.join(", ")))
    }
}

/// The name under which a message stands in its section, through references from channels to components.
fn message_key(document: &Document, reference: &str) -> Option<String> {
    let mut reference = reference;
    for _ in 0..8 {
        match document.at(reference.strip_prefix('#')?)?.get("$ref").and_then(Value::as_str) {
            Some(next) => reference = next,
            None => return last(reference).map(str::to_owned),
        }
    }
    None
}

fn item(key: String, title: &str, kind: &'static str, value: &Value) -> Item {
    Item {
        key,
        title: title.to_owned(),
        kind,
        description: description(value),
        deprecated: (value.get("deprecated") == Some(&Value::Bool(true))).then(String::new),
        ..Item::default()
    }
}

fn description(value: &Value) -> String {
    let parts = [text(value, "summary").trim(), text(value, "description").trim()];
    let mut parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.dedup();
    parts.join("\n\n")
}

fn variable_row(name: &str, variable: &Value) -> Row {
    let list = |key: &str| -> Vec<String> {
        let values = variable.get(key).and_then(Value::as_array).into_iter().flatten();
        values.map(crate::schema::shown).collect()
    };
    let mut facts: Vec<Fact> = Vec::new();
    for (title, values) in [("Allowed", list("enum")), ("Examples", list("examples"))] {
        if !values.is_empty() {
            facts.push(Fact::new(title, values.join(", ")));
        }
    }
    facts.extend(variable.get("default").map(|value| Fact::new("Default", crate::schema::shown(value))));
    Row { name: name.to_owned(), description: description(variable), facts, ..Row::default() }
}

/// What is said for one protocol, a row each.
fn bindings(value: &Value) -> Vec<Row> {
    let all = value.get("bindings").and_then(Value::as_object).into_iter().flatten();
    let rows = all.filter_map(|(protocol, said)| {
        let said: &Map<String, Value> = said.as_object()?;
        let inside = said.iter().map(|(name, value)| Row {
            name: name.clone(),
            label: vec![Part::plain(crate::schema::shown(value))],
            ..Row::default()
        });
        Some(Row { name: protocol.clone(), inside: inside.collect(), ..Row::default() })
    });
    rows.collect()
}

/// The last step of a reference, as a name.
fn last(reference: &str) -> Option<&str> {
    reference.rsplit('/').next().filter(|name| !name.is_empty())
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
