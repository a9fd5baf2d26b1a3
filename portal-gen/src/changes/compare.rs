//! What is different between two definitions of an API, and which of it breaks callers.
//!
//! Operations are compared one by one. Where both definitions name the same component schema, it is not followed but
//! compared once, for the ways in which it travels; so a change in a schema that a thousand operations use is one change,
//! and schemas that refer to themselves end.
//!
//! What breaks: in requests, whatever takes away something that was accepted; in responses, whatever adds something that
//! nobody had to expect, or takes away what was there.

use catalog::openapi::{Callback, Document, Operation, component_name};
use console::Phrase;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

/// How deep schemas are compared in each other that have no name.
const NESTING_MAX: usize = 24;
/// How many `allOf`s are followed inside each other.
const MERGES_MAX: usize = 16;

/// What happened to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Removed,
    Changed,
    Deprecated,
    Added,
}

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Subject {
    /// `GET /orders/{id}`.
    Operation(String),
    /// The webhook's name.
    Webhook(String),
    /// A component schema's name.
    Schema(String),
    /// A part of a definition that is not OpenAPI.
    Item(String),
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    pub(crate) subject: Subject,
    pub(crate) kind: Kind,
    /// One sentence without a full stop; names in backticks.
    #[serde(serialize_with = "in_english")]
    pub(crate) what: Phrase,
    /// Why it breaks callers; `None` if it does not.
    pub(crate) breaking: Option<&'static str>,
    /// Operations that use the schema, as `GET /orders`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) used_by: Vec<String>,
}

/// What programs read is the same in every language.
pub(crate) fn in_english<S: serde::Serializer>(phrase: &Phrase, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(phrase)
}

/// Which way a value travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Way {
    Sent,
    Received,
}

impl Way {
    fn other(self) -> Self {
        match self {
            Way::Sent => Way::Received,
            Way::Received => Way::Sent,
        }
    }
}

/// Everything that differs, ordered by what it is about; of one subject what breaks comes first.
pub(crate) fn compare(old: &Document, new: &Document) -> Vec<Change> {
    let mut comparison = Comparison {
        old,
        new,
        subject: Subject::Operation(String::new()),
        changes: Vec::new(),
        queue: VecDeque::new(),
        users: BTreeMap::new(),
        following: HashSet::new(),
        user: String::new(),
    };
    comparison.operations();
    comparison.webhooks();
    comparison.components();
    comparison.finished()
}

struct Comparison<'a> {
    old: &'a Document,
    new: &'a Document,
    subject: Subject,
    changes: Vec<Change>,
    /// Component schemas that both have, and the way they travel, in the order in which they were met.
    queue: VecDeque<(String, Way)>,
    /// Who uses them.
    users: BTreeMap<(String, Way), BTreeSet<String>>,
    /// Pairs of references with different names that are being followed.
    following: HashSet<(String, String, Way)>,
    /// The operation that is being compared.
    user: String,
}

/// A path with the names of its parameters taken out, and without the slash at its end.
fn shape(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path.trim_end_matches('/');
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        out.push_str("{}");
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    out + rest
}

fn name_of(operation: &Operation) -> String {
    format!("{} {}", operation.method.to_uppercase(), operation.path)
}

impl<'a> Comparison<'a> {
    fn push(&mut self, kind: Kind, what: Phrase, breaking: Option<&'static str>) {
        self.changes.push(Change { subject: self.subject.clone(), kind, what, breaking, used_by: Vec::new() });
    }

    fn operations(&mut self) {
        let (old, new) = (self.old, self.new);
        let key = |operation: &Operation| (operation.method.clone(), shape(&operation.path));
        let mut before: HashMap<(String, String), &Operation> = old.operations.iter().rev().map(|one| (key(one), one)).collect();
        let mut pairs = Vec::new();
        let mut added = Vec::new();
        for operation in &new.operations {
            match before.remove(&key(operation)) {
                Some(same) => pairs.push((same, operation)),
                None => added.push(operation),
            }
        }
        // An operation that has moved keeps its id.
        let moved: HashMap<&str, &Operation> =
            before.values().filter_map(|operation| Some((operation.operation_id.as_deref()?, *operation))).collect();
        for operation in added {
            let moved =
                operation.operation_id.as_deref().and_then(|id| moved.get(id)).filter(|old| before.contains_key(&key(old)));
            self.subject = Subject::Operation(name_of(operation));
            match moved {
                Some(&old) => {
                    before.remove(&key(old));
                    self.push(
                        Kind::Changed,
                        Phrase::new("moved from `{address}`").with("address", name_of(old)),
                        Some("calls to the old address fail"),
                    );
                    pairs.push((old, operation));
                }
                None => self.push(Kind::Added, Phrase::new("new operation"), None),
            }
        }
        for operation in old.operations.iter().filter(|operation| before.contains_key(&key(operation))) {
            self.subject = Subject::Operation(name_of(operation));
            let words = match operation.deprecated {
                true => Phrase::new("removed, after it had been deprecated"),
                false => Phrase::new("removed"),
            };
            self.push(Kind::Removed, words, Some("calls to it fail"));
        }
        for (before, after) in pairs {
            self.subject = Subject::Operation(name_of(after));
            self.user = name_of(after);
            self.operation(before, after, Way::Sent);
        }
    }

    /// What the service sends to its callers: bodies are received, answers are sent.
    fn webhooks(&mut self) {
        let (old, new) = (self.old, self.new);
        for before in &old.webhooks {
            if !new.webhooks.iter().any(|after| after.path == before.path && after.method == before.method) {
                self.subject = Subject::Webhook(before.path.clone());
                self.push(Kind::Removed, Phrase::new("removed"), Some("nothing is sent any more"));
            }
        }
        for after in &new.webhooks {
            self.subject = Subject::Webhook(after.path.clone());
            self.user = format!("webhook {}", after.path);
            match old.webhooks.iter().find(|before| after.path == before.path && after.method == before.method) {
                Some(before) => self.operation(before, after, Way::Received),
                None => self.push(Kind::Added, Phrase::new("new webhook"), None),
            }
        }
    }

    /// `way` is that of the request's body.
    fn operation(&mut self, before: &'a Operation, after: &'a Operation, way: Way) {
        if after.deprecated && !before.deprecated {
            self.push(Kind::Deprecated, Phrase::new("deprecated"), None);
        }
        if before.deprecated && !after.deprecated {
            self.push(Kind::Changed, Phrase::new("no longer deprecated"), None);
        }
        self.parameters(before, after, way);
        let body = |document: &'a Document, operation: &Operation| document.at(operation.request_body.as_ref()?);
        self.body(body(self.old, before), body(self.new, after), way);
        self.responses(before, after, way.other());
        self.callbacks(before, after);
        if way == Way::Sent {
            self.security(before, after);
        }
    }

    fn parameters(&mut self, before: &'a Operation, after: &'a Operation, way: Way) {
        let read = |document: &'a Document, operation: &'a Operation| -> Vec<(String, Phrase, &'a Value)> {
            let parameters = operation.parameters.iter().filter_map(|pointer| document.at(pointer));
            let names: Vec<&str> = operation.path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
            parameters
                .map(|parameter| {
                    let (place, name) = (text(parameter, "in"), text(parameter, "name"));
                    // Where a parameter stands in the path is what it is; its name there is nobody's business but the definition's.
                    let key = match names.iter().position(|other| *other == name) {
                        Some(index) if place == "path" => format!("path {index}"),
                        _ if place == "header" => format!("header {}", name.to_lowercase()),
                        _ => format!("{place} {name}"),
                    };
                    let what = match place {
                        "path" => Phrase::new("path parameter `{name}`"),
                        "query" => Phrase::new("query parameter `{name}`"),
                        "header" => Phrase::new("header parameter `{name}`"),
                        "cookie" => Phrase::new("cookie parameter `{name}`"),
                        _ => Phrase::new("{place} parameter `{name}`").with("place", place),
                    };
                    (key, what.with("name", name), parameter)
                })
                .collect()
        };
        let (old, new) = (read(self.old, before), read(self.new, after));
        for (key, what, _) in &old {
            if !new.iter().any(|(other, _, _)| other == key) {
                self.push(
                    Kind::Removed,
                    Phrase::new("{what} removed").with("what", what.clone()),
                    Some("what callers send in it is no longer understood"),
                );
            }
        }
        for (key, what, parameter) in &new {
            let Some((_, _, before)) = old.iter().find(|(other, _, _)| other == key) else {
                match is(parameter, "required") && text(parameter, "in") != "path" {
                    true => self.push(
                        Kind::Added,
                        Phrase::new("new required {what}").with("what", what.clone()),
                        Some("calls without it are refused"),
                    ),
                    false => self.push(Kind::Added, Phrase::new("new {what}").with("what", what.clone()), None),
                }
                continue;
            };
            match (is(before, "required"), is(parameter, "required")) {
                (false, true) if text(parameter, "in") != "path" => {
                    self.push(
                        Kind::Changed,
                        Phrase::new("{what} became required").with("what", what.clone()),
                        Some("calls without it are refused"),
                    );
                }
                (true, false) => self.push(Kind::Changed, Phrase::new("{what} became optional").with("what", what.clone()), None),
                _ => {}
            }
            self.deprecation(before, parameter, what);
            let schema = |parameter: &'a Value| {
                let content = || parameter.get("content")?.as_object()?.values().next()?.get("schema");
                parameter.get("schema").or_else(content)
            };
            self.schemas(schema(before), schema(parameter), way, &Spot::at(what));
        }
    }

    fn deprecation(&mut self, before: &Value, after: &Value, what: &Phrase) {
        if !is(before, "deprecated") && is(after, "deprecated") {
            self.push(Kind::Deprecated, Phrase::new("{what} deprecated").with("what", what.clone()), None);
        }
    }

    fn body(&mut self, before: Option<&'a Value>, after: Option<&'a Value>, way: Way) {
        match (before, after) {
            (None, Some(after)) if is(after, "required") && way == Way::Sent => {
                self.push(Kind::Added, Phrase::new("a request body is required now"), Some("calls without a body are refused"));
            }
            (None, Some(_)) => self.push(Kind::Added, Phrase::new("new request body"), None),
            (Some(_), None) => {
                let breaking = (way == Way::Sent).then_some("what callers send in it is no longer understood");
                self.push(
                    Kind::Removed,
                    Phrase::new("request body removed"),
                    breaking.or(Some("what callers read is no longer there")),
                );
            }
            (Some(before), Some(after)) => {
                match (is(before, "required"), is(after, "required")) {
                    (false, true) if way == Way::Sent => {
                        self.push(
                            Kind::Changed,
                            Phrase::new("the request body became required"),
                            Some("calls without a body are refused"),
                        );
                    }
                    (true, false) => self.push(Kind::Changed, Phrase::new("the request body became optional"), None),
                    _ => {}
                }
                self.contents(before, after, way, &Phrase::new("request body"));
            }
            (None, None) => {}
        }
    }

    fn contents(&mut self, before: &'a Value, after: &'a Value, way: Way, what: &Phrase) {
        let content = |value: &'a Value| value.get("content").and_then(Value::as_object);
        let (old, new) = (content(before), content(after));
        for (media, _) in old.into_iter().flatten() {
            if !new.is_some_and(|new| new.contains_key(media)) {
                let reason = match way {
                    Way::Sent => "bodies of this type are refused",
                    Way::Received => "whoever reads this type gets another",
                };
                self.push(
                    Kind::Removed,
                    Phrase::new("{what}: `{media}` removed").with("what", what.clone()).with("media", media),
                    Some(reason),
                );
            }
        }
        // The same schema mostly stands under several types: once is enough.
        let mut compared: Vec<(Option<&Value>, Option<&Value>)> = Vec::new();
        for (media, entry) in new.into_iter().flatten() {
            let Some(before) = old.and_then(|old| old.get(media)) else {
                self.push(
                    Kind::Added,
                    Phrase::new("{what}: new type `{media}`").with("what", what.clone()).with("media", media),
                    None,
                );
                continue;
            };
            let pair = (before.get("schema"), entry.get("schema"));
            if !compared.contains(&pair) {
                self.schemas(pair.0, pair.1, way, &Spot::at(what));
                compared.push(pair);
            }
        }
    }

    fn responses(&mut self, before: &'a Operation, after: &'a Operation, way: Way) {
        let at = |document: &'a Document, responses: &'a [(String, String)], status: &str| {
            document.at(&responses.iter().find(|(other, _)| other == status)?.1)
        };
        for (status, _) in &before.responses {
            if !after.responses.iter().any(|(other, _)| other == status) {
                let breaking = status.starts_with('2').then_some("whoever expects it gets another answer");
                self.push(
                    Kind::Removed,
                    Phrase::new("{what} removed").with("what", Phrase::new("response `{status}`").with("status", status)),
                    breaking,
                );
            }
        }
        for (status, pointer) in &after.responses {
            let what = Phrase::new("response `{status}`").with("status", status);
            let (Some(old), Some(new)) = (at(self.old, &before.responses, status), self.new.at(pointer)) else {
                self.push(Kind::Added, Phrase::new("new {what}").with("what", what), None);
                continue;
            };
            self.contents(old, new, way, &what);
            self.headers(old, new, way, &what);
        }
    }

    fn headers(&mut self, before: &'a Value, after: &'a Value, way: Way, what: &Phrase) {
        let read = |document: &'a Document, response: &'a Value| -> Vec<(String, &'a Value)> {
            let headers = response.get("headers").and_then(Value::as_object).into_iter().flatten();
            headers.filter_map(|(name, header)| Some((name.to_lowercase(), document.resolve(header)?.1))).collect()
        };
        let (old, new) = (read(self.old, before), read(self.new, after));
        for (name, _) in &old {
            if !new.iter().any(|(other, _)| other == name) {
                self.push(
                    Kind::Removed,
                    Phrase::new("{what}: header `{name}` removed").with("what", what.clone()).with("name", name),
                    Some("whoever reads it finds nothing"),
                );
            }
        }
        for (name, header) in &new {
            match old.iter().find(|(other, _)| other == name) {
                None => self.push(
                    Kind::Added,
                    Phrase::new("{what}: new header `{name}`").with("what", what.clone()).with("name", name),
                    None,
                ),
                Some((_, old)) => {
                    let what = Phrase::new("{what}: header `{name}`").with("what", what.clone()).with("name", name);
                    self.schemas(old.get("schema"), header.get("schema"), way, &Spot::at(&what));
                }
            }
        }
    }

    fn callbacks(&mut self, before: &'a Operation, after: &'a Operation) {
        for old in &before.callbacks {
            let is_same = |new: &&Callback| new.name == old.name && new.operation.method == old.operation.method;
            let Some(new) = after.callbacks.iter().find(is_same) else {
                self.push(
                    Kind::Removed,
                    Phrase::new("callback `{name}` removed").with("name", &old.name),
                    Some("nothing is sent any more"),
                );
                continue;
            };
            let body = |document: &'a Document, callback: &Callback| document.at(callback.operation.request_body.as_ref()?);
            if let (Some(before), Some(after)) = (body(self.old, old), body(self.new, new)) {
                self.contents(before, after, Way::Received, &Phrase::new("callback `{name}`").with("name", &new.name));
            }
        }
        for new in &after.callbacks {
            let is_same = |old: &Callback| new.name == old.name && new.operation.method == old.operation.method;
            if !before.callbacks.iter().any(is_same) {
                self.push(Kind::Added, Phrase::new("new callback `{name}`").with("name", &new.name), None);
            }
        }
    }

    /// Each way of being let in is a set of schemes with scopes. A way that let callers in must still do so.
    fn security(&mut self, before: &Operation, after: &Operation) {
        type Way = BTreeMap<String, BTreeSet<String>>;
        let read = |document: &Document, operation: &Operation| -> Vec<Way> {
            let own = document.at(&operation.pointer).and_then(|operation| operation.get("security"));
            let ways = own.or_else(|| document.at("/security")).and_then(Value::as_array).into_iter().flatten();
            let scopes =
                |value: &Value| value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
            let ways: Vec<Way> = ways
                .filter_map(Value::as_object)
                .map(|way| way.iter().map(|(name, value)| (name.clone(), scopes(value))).collect())
                .collect();
            // Saying nothing and asking for nothing are the same.
            if ways.is_empty() { vec![Way::new()] } else { ways }
        };
        let (old, new) = (read(self.old, before), read(self.new, after));
        // A caller who had everything that an old way asks for still gets in by a new way that asks for no more.
        let is_enough =
            |had: &Way, asked: &Way| asked.iter().all(|(name, scopes)| had.get(name).is_some_and(|had| scopes.is_subset(had)));
        let both = |one: Phrase, other: Phrase| Phrase::new("{one} and {other}").with("one", one).with("other", other);
        let either = |one: Phrase, other: Phrase| Phrase::new("{one}, or {other}").with("one", one).with("other", other);
        let words = |way: &Way| -> Phrase {
            let named = |(name, scopes): (&String, &BTreeSet<String>)| match scopes.is_empty() {
                true => Phrase::new("`{name}`").with("name", name),
                false => {
                    let scopes = scopes.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(", ");
                    Phrase::new("`{name}` with {scopes}").with("name", name).with("scopes", scopes)
                }
            };
            way.iter().map(named).reduce(both).unwrap_or(Phrase::new("nothing"))
        };
        let shut_out: Vec<&Way> = old.iter().filter(|had| !new.iter().any(|asked| is_enough(had, asked))).collect();
        let asked = new.iter().map(&words).reduce(either).unwrap_or(Phrase::new("nothing"));
        if let Some(first) = shut_out.first() {
            let what = match first.is_empty() {
                true => Phrase::new("authorization added: {asked}"),
                false => {
                    Phrase::new("authorization by {first} is no longer enough; asked for: {asked}").with("first", words(first))
                }
            };
            self.push(Kind::Changed, what.with("asked", asked), Some("calls that were let in are refused"));
        } else if old != new {
            self.push(
                Kind::Changed,
                Phrase::new("authorization asks for less, or for something else, too: {asked}").with("asked", asked),
                None,
            );
        }
    }

    /// Compares the component schemas that were met, and those that are met on the way.
    fn components(&mut self) {
        let (old, new) = (self.old, self.new);
        while let Some((name, way)) = self.queue.pop_front() {
            let at = |document: &'a Document| document.at("/components/schemas")?.get(&name);
            let (Some(before), Some(after)) = (at(old), at(new)) else { continue };
            self.subject = Subject::Schema(name.clone());
            // Who uses the schema also uses what it refers to.
            self.user = String::new();
            let users = self.users.get(&(name.clone(), way)).cloned().unwrap_or_default();
            let first = self.queue.len();
            self.schemas(Some(before), Some(after), way, &Spot::default());
            for inner in self.queue.iter().skip(first) {
                self.users.entry(inner.clone()).or_default().extend(users.iter().cloned());
            }
            self.changes.iter_mut().filter(|change| change.subject == self.subject && change.used_by.is_empty()).for_each(
                |change| {
                    change.used_by = users.iter().cloned().collect();
                },
            );
        }
    }

    fn meet(&mut self, name: String, way: Way) {
        let key = (name, way);
        let is_known = self.users.contains_key(&key);
        let users = self.users.entry(key.clone()).or_default();
        if !self.user.is_empty() {
            users.insert(self.user.clone());
        }
        if !is_known {
            self.queue.push_back(key);
        }
    }

    fn schemas(&mut self, before: Option<&'a Value>, after: Option<&'a Value>, way: Way, spot: &Spot) {
        let (Some(before), Some(after)) = (before, after) else { return };
        let reference = |schema: &Value| schema.get("$ref").and_then(Value::as_str).map(str::to_owned);
        let (old_reference, new_reference) = (reference(before), reference(after));
        if let (Some(old), Some(new)) = (&old_reference, &new_reference)
            && old == new
            && let Some(name) = component_name(new)
            && self.old.resolve(before).is_some()
        {
            return self.meet(name, way);
        }
        let pair = (old_reference.unwrap_or_default(), new_reference.unwrap_or_default(), way);
        let is_followed = !pair.0.is_empty() || !pair.1.is_empty();
        if spot.depth > NESTING_MAX || is_followed && !self.following.insert(pair.clone()) {
            return;
        }
        let mut old = Flat::default();
        let mut new = Flat::default();
        let shared = self.shared_parts(before, after, way);
        old.gather(self.old, before, &shared, 0);
        new.gather(self.new, after, &shared, 0);
        self.flat(&old, &new, way, spot);
        if is_followed {
            self.following.remove(&pair);
        }
    }

    /// Components that both take in by `allOf`: they are compared on their own.
    fn shared_parts(&mut self, before: &Value, after: &Value, way: Way) -> BTreeSet<String> {
        let parts = |schema: &Value| -> BTreeSet<String> {
            let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
            parts.filter_map(|part| Some(part.get("$ref")?.as_str()?.to_owned())).collect()
        };
        let shared: BTreeSet<String> = parts(before).intersection(&parts(after)).cloned().collect();
        for name in shared.iter().filter_map(|reference| component_name(reference)) {
            self.meet(name, way);
        }
        shared
    }

    fn flat(&mut self, old: &Flat<'a>, new: &Flat<'a>, way: Way, spot: &Spot) {
        let say = |words: Phrase| spot.say(words);
        self.types(old, new, way, &say);
        self.values(old, new, way, &say);
        self.limits(old, new, way, &say);
        if let (Some(before), Some(after)) = (old.text("discriminator"), new.text("discriminator"))
            && before != after
        {
            let words = say(Phrase::new("the discriminator changed from `{before}` to `{after}`")
                .with("before", before)
                .with("after", after));
            self.push(Kind::Changed, words, Some("kinds can no longer be told apart as before"));
        }
        self.properties(old, new, way, spot);
        if let (Some(before), Some(after)) = (old.value("items"), new.value("items")) {
            self.schemas(Some(before), Some(after), way, &spot.inside("[]"));
        }
        let (before, after) = (old.value("additionalProperties"), new.value("additionalProperties"));
        if after == Some(&Value::Bool(false)) && before != Some(&Value::Bool(false)) && way == Way::Sent {
            self.push(
                Kind::Changed,
                say(Phrase::new("further properties are no longer accepted")),
                Some("bodies with other properties are refused"),
            );
        }
        if let (Some(before), Some(after)) = (before.filter(|value| value.is_object()), after.filter(|value| value.is_object())) {
            self.schemas(Some(before), Some(after), way, &spot.inside("*"));
        }
        self.alternatives(old, new, way, spot);
    }

    fn types(&mut self, old: &Flat<'_>, new: &Flat<'_>, way: Way, say: &dyn Fn(Phrase) -> Phrase) {
        let ((before, was_null), (after, is_null)) = (old.types(), new.types());
        let words = |types: &BTreeSet<&str>| match types.is_empty() {
            true => "any".to_owned(),
            false => types.iter().copied().collect::<Vec<_>>().join(" or "),
        };
        let covers = |wide: &BTreeSet<&str>, narrow: &BTreeSet<&str>| {
            wide.is_empty()
                || !narrow.is_empty()
                    && narrow.iter().all(|one| wide.contains(one) || *one == "integer" && wide.contains("number"))
        };
        if before != after {
            let breaking = match way {
                Way::Sent => (!covers(&after, &before)).then_some("values of the old type are refused"),
                Way::Received => (!covers(&before, &after)).then_some("values of another type can come"),
            };
            self.push(
                Kind::Changed,
                say(Phrase::new("the type changed from `{before}` to `{after}`")
                    .with("before", words(&before))
                    .with("after", words(&after))),
                breaking,
            );
        } else if let (Some(before), Some(after)) = (old.text("format"), new.text("format"))
            && before != after
        {
            let rank = |format: &str| ["int32", "int64"].iter().position(|known| *known == format);
            let widens = rank(before).zip(rank(after)).map(|(before, after)| before < after);
            let breaks = match way {
                Way::Sent => widens != Some(true),
                Way::Received => widens != Some(false),
            };
            let words =
                say(Phrase::new("the format changed from `{before}` to `{after}`").with("before", before).with("after", after));
            self.push(Kind::Changed, words, breaks.then_some("values of the old format may no longer fit"));
        }
        match (was_null, is_null, way) {
            (false, true, Way::Received) => {
                self.push(Kind::Changed, say(Phrase::new("may be null now")), Some("nobody had to expect null"))
            }
            (false, true, Way::Sent) => self.push(Kind::Changed, say(Phrase::new("may be null now")), None),
            (true, false, Way::Sent) => {
                self.push(Kind::Changed, say(Phrase::new("may no longer be null")), Some("null is refused"))
            }
            (true, false, Way::Received) => self.push(Kind::Changed, say(Phrase::new("is never null now")), None),
            _ => {}
        }
    }

    fn values(&mut self, old: &Flat<'_>, new: &Flat<'_>, way: Way, say: &dyn Fn(Phrase) -> Phrase) {
        let shown = |values: &[&Value]| {
            values.iter().map(|value| format!("`{}`", crate::schema::shown(value))).collect::<Vec<_>>().join(", ")
        };
        match (old.values(), new.values()) {
            (Some(before), Some(after)) => {
                let gone: Vec<&Value> = before.iter().filter(|value| !after.contains(value)).copied().collect();
                let come: Vec<&Value> = after.iter().filter(|value| !before.contains(value)).copied().collect();
                if !gone.is_empty() {
                    let breaking = (way == Way::Sent).then_some("these values are refused");
                    self.push(
                        Kind::Removed,
                        say(Phrase::new("no longer one of the values: {values}").with("values", shown(&gone))),
                        breaking,
                    );
                }
                if !come.is_empty() {
                    let breaking = (way == Way::Received).then_some("nobody had to expect these values");
                    self.push(Kind::Added, say(Phrase::new("new values: {values}").with("values", shown(&come))), breaking);
                }
            }
            (None, Some(after)) => {
                let breaking = (way == Way::Sent).then_some("other values are refused");
                self.push(
                    Kind::Changed,
                    say(Phrase::new("only these values are left: {values}").with("values", shown(&after))),
                    breaking,
                );
            }
            (Some(before), None) => {
                let breaking = (way == Way::Received).then_some("nobody had to expect other values");
                self.push(
                    Kind::Changed,
                    say(Phrase::new("may be something else than {values} now").with("values", shown(&before))),
                    breaking,
                );
            }
            (None, None) => {}
        }
        if old.value("default") != new.value("default") && way == Way::Sent && old.value("type").is_some() {
            let words = |value: Option<&Value>| match value {
                Some(value) => Phrase::new("`{value}`").with("value", crate::schema::shown(value)),
                None => Phrase::new("nothing"),
            };
            let (before, after) = (words(old.value("default")), words(new.value("default")));
            let said = Phrase::new("the default changed from {before} to {after}").with("before", before).with("after", after);
            self.push(Kind::Changed, say(said), None);
        }
    }

    fn limits(&mut self, old: &Flat<'_>, new: &Flat<'_>, way: Way, say: &dyn Fn(Phrase) -> Phrase) {
        for (keyword, is_lower, name) in LIMITS {
            let number = |flat: &Flat<'_>| flat.value(keyword).and_then(Value::as_f64);
            let (before, after) = (number(old), number(new));
            if before == after {
                continue;
            }
            let tightens = match (before, after) {
                (None, Some(_)) => true,
                (Some(before), Some(after)) => (after > before) == is_lower,
                _ => false,
            };
            let words = |limit: Option<f64>| match limit {
                Some(limit) => Phrase::new("`{value}`").with("value", limit),
                None => Phrase::new("none"),
            };
            let breaking = match (way, tightens) {
                (Way::Sent, true) => Some("values that were right are refused"),
                (Way::Received, false) => Some("values can come that nobody had to expect"),
                _ => None,
            };
            self.push(Kind::Changed, say(name.with("before", words(before)).with("after", words(after))), breaking);
        }
        let (before, after) = (old.text("pattern"), new.text("pattern"));
        if before != after {
            let words = |pattern: Option<&str>| match pattern {
                Some(pattern) => Phrase::new("`{value}`").with("value", pattern),
                None => Phrase::new("none"),
            };
            let breaking = (way == Way::Sent && after.is_some()).then_some("values that do not match it are refused");
            let said = Phrase::new("the pattern changed from {before} to {after}").with("before", words(before));
            self.push(Kind::Changed, say(said.with("after", words(after))), breaking);
        }
    }

    fn properties(&mut self, old: &Flat<'a>, new: &Flat<'a>, way: Way, spot: &Spot) {
        // What is read only is not sent, and what is write only does not come back.
        let hidden = |document: &Document, schema: &Value| {
            let resolved = document.resolve(schema).map_or(schema, |(_, schema)| schema);
            is(resolved, if way == Way::Sent { "readOnly" } else { "writeOnly" })
        };
        for (name, schema) in &old.properties {
            if new.properties.iter().any(|(other, _)| other == name) || hidden(self.old, schema) {
                continue;
            }
            let breaking = match way {
                Way::Received => Some("whoever reads it finds nothing"),
                Way::Sent if new.value("additionalProperties") == Some(&Value::Bool(false)) => Some("bodies with it are refused"),
                Way::Sent => None,
            };
            self.push(Kind::Removed, spot.property(Phrase::new("property `{name}` removed"), name), breaking);
        }
        for (name, schema) in &new.properties {
            if hidden(self.new, schema) {
                continue;
            }
            let required = new.required.contains(name);
            let Some((_, before)) = old.properties.iter().find(|(other, _)| other == name) else {
                match required && way == Way::Sent {
                    true => self.push(
                        Kind::Added,
                        spot.property(Phrase::new("new required property `{name}`"), name),
                        Some("bodies without it are refused"),
                    ),
                    false => self.push(Kind::Added, spot.property(Phrase::new("new property `{name}`"), name), None),
                }
                continue;
            };
            match (old.required.contains(name), required, way) {
                (false, true, Way::Sent) => {
                    self.push(
                        Kind::Changed,
                        spot.property(Phrase::new("property `{name}` became required"), name),
                        Some("bodies without it are refused"),
                    );
                }
                (true, false, Way::Received) => {
                    self.push(
                        Kind::Changed,
                        spot.property(Phrase::new("property `{name}` became optional"), name),
                        Some("it may be missing"),
                    );
                }
                (false, true, Way::Received) => {
                    self.push(Kind::Changed, spot.property(Phrase::new("property `{name}` is always there now"), name), None)
                }
                (true, false, Way::Sent) => {
                    self.push(Kind::Changed, spot.property(Phrase::new("property `{name}` became optional"), name), None)
                }
                _ => {}
            }
            if before.get("$ref").is_none() && schema.get("$ref").is_none() {
                self.deprecation(before, schema, &spot.property(Phrase::new("property `{name}`"), name));
            }
            self.schemas(Some(before), Some(schema), way, &spot.inside(name));
        }
    }

    fn alternatives(&mut self, old: &Flat<'a>, new: &Flat<'a>, way: Way, spot: &Spot) {
        let (Some(before), Some(after)) = (old.alternatives, new.alternatives) else { return };
        let name = |schema: &Value| {
            let reference = schema.get("$ref").and_then(Value::as_str);
            let named = reference.map(|reference| component_name(reference).unwrap_or_else(|| reference.to_owned()));
            named.or_else(|| schema.get("title").and_then(Value::as_str).map(str::to_owned))
        };
        // By name where they have one, else by where they stand among those without.
        let keys = |schemas: &'a [Value]| -> Vec<(String, &'a Value)> {
            let mut nameless = 0;
            let mut key = |schema: &Value| {
                name(schema).unwrap_or_else(|| {
                    nameless += 1;
                    format!("alternative {nameless}")
                })
            };
            schemas.iter().map(|schema| (key(schema), schema)).collect()
        };
        let (before, after) = (keys(before), keys(after));
        let say = |words: Phrase| spot.say(words);
        for (name, _) in &before {
            if !after.iter().any(|(other, _)| other == name) {
                let breaking = (way == Way::Sent).then_some("values of this kind are refused");
                self.push(Kind::Removed, say(Phrase::new("alternative `{name}` removed").with("name", name)), breaking);
            }
        }
        for (name, schema) in &after {
            match before.iter().find(|(other, _)| other == name) {
                None => {
                    let breaking = (way == Way::Received).then_some("nobody had to expect values of this kind");
                    self.push(Kind::Added, say(Phrase::new("new alternative `{name}`").with("name", name)), breaking);
                }
                Some((_, before)) => self.schemas(Some(before), Some(schema), way, &spot.inside(&format!("({name})"))),
            }
        }
    }

    /// One change for what differs both ways, the breaking one.
    fn finished(mut self) -> Vec<Change> {
        self.changes.sort_by_cached_key(|one| (one.subject.clone(), one.breaking.is_none(), one.kind, one.what.to_string()));
        let mut seen: HashMap<(Subject, Kind, Phrase), usize> = HashMap::new();
        let mut merged: Vec<Change> = Vec::new();
        for change in self.changes {
            match seen.get(&(change.subject.clone(), change.kind, change.what.clone())) {
                Some(&at) => {
                    let mut users: BTreeSet<String> = std::mem::take(&mut merged[at].used_by).into_iter().collect();
                    users.extend(change.used_by);
                    merged[at].used_by = users.into_iter().collect();
                    merged[at].breaking = merged[at].breaking.or(change.breaking);
                }
                None => {
                    seen.insert((change.subject.clone(), change.kind, change.what.clone()), merged.len());
                    merged.push(change);
                }
            }
        }
        merged
    }
}

/// Limits: the keyword, whether it is a lower one, what is said when it changes.
const LIMITS: [(&str, bool, Phrase); 10] = [
    ("minimum", true, Phrase::new("the minimum changed from {before} to {after}")),
    ("maximum", false, Phrase::new("the maximum changed from {before} to {after}")),
    ("exclusiveMinimum", true, Phrase::new("the minimum changed from {before} to {after}")),
    ("exclusiveMaximum", false, Phrase::new("the maximum changed from {before} to {after}")),
    ("minLength", true, Phrase::new("the shortest length changed from {before} to {after}")),
    ("maxLength", false, Phrase::new("the longest length changed from {before} to {after}")),
    ("minItems", true, Phrase::new("the least number of items changed from {before} to {after}")),
    ("maxItems", false, Phrase::new("the largest number of items changed from {before} to {after}")),
    ("minProperties", true, Phrase::new("the least number of properties changed from {before} to {after}")),
    ("maxProperties", false, Phrase::new("the largest number of properties changed from {before} to {after}")),
];

/// A schema with what its `allOf` adds, save for what both sides share.
#[derive(Default)]
struct Flat<'a> {
    /// Parts first, the schema itself last.
    parts: Vec<&'a Value>,
    properties: Vec<(&'a str, &'a Value)>,
    required: BTreeSet<&'a str>,
    alternatives: Option<&'a [Value]>,
}

impl<'a> Flat<'a> {
    fn gather(&mut self, document: &'a Document, schema: &'a Value, shared: &BTreeSet<String>, depth: usize) {
        let Some((_, schema)) = document.resolve(schema) else { return };
        if depth < MERGES_MAX {
            for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
                let is_shared = part.get("$ref").and_then(Value::as_str).is_some_and(|reference| shared.contains(reference));
                if !is_shared {
                    self.gather(document, part, shared, depth + 1);
                }
            }
        }
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            match self.properties.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known = property,
                None => self.properties.push((name, property)),
            }
        }
        self.required.extend(schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str));
        let alternatives = ["oneOf", "anyOf"].into_iter().find_map(|keyword| schema.get(keyword)?.as_array());
        self.alternatives = alternatives.map(Vec::as_slice).or(self.alternatives);
        self.parts.push(schema);
    }

    fn value(&self, keyword: &str) -> Option<&'a Value> {
        self.parts.iter().rev().find_map(|part| part.get(keyword))
    }

    fn text(&self, keyword: &str) -> Option<&'a str> {
        let value = self.value(keyword)?;
        if keyword == "discriminator" { value.get("propertyName")?.as_str() } else { value.as_str() }
    }

    /// The types without `null`, and whether `null` is one of them, however the version writes it.
    fn types(&self) -> (BTreeSet<&'a str>, bool) {
        let mut types: BTreeSet<&str> = match self.value("type") {
            Some(Value::String(one)) => BTreeSet::from([one.as_str()]),
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => BTreeSet::new(),
        };
        let alternatives = self.alternatives.into_iter().flatten();
        let is_null = alternatives.into_iter().any(|one| one.get("type").and_then(Value::as_str) == Some("null"));
        let nullable = types.remove("null") || self.value("nullable") == Some(&Value::Bool(true)) || is_null;
        if types.is_empty() && !self.properties.is_empty() {
            types.insert("object");
        }
        (types, nullable)
    }

    fn values(&self) -> Option<Vec<&'a Value>> {
        let listed =
            self.value("enum").and_then(Value::as_array).map(|values| values.iter().filter(|value| !value.is_null()).collect());
        listed.or_else(|| Some(vec![self.value("const")?]))
    }
}

/// Where in an operation or a schema something is.
#[derive(Clone, Default)]
struct Spot {
    /// In words: "response `200`"; nothing for a component.
    place: Option<Phrase>,
    /// Inside the schema there: `customer.address[]`.
    path: String,
    depth: usize,
}

impl Spot {
    fn at(place: &Phrase) -> Self {
        Self { place: Some(place.clone()), ..Self::default() }
    }

    fn path_to(&self, step: &str) -> String {
        match step {
            "[]" => format!("{}[]", self.path),
            step if self.path.is_empty() => step.to_owned(),
            step => format!("{}.{step}", self.path),
        }
    }

    fn inside(&self, step: &str) -> Self {
        Self { place: self.place.clone(), path: self.path_to(step), depth: self.depth + 1 }
    }

    fn say(&self, words: Phrase) -> Phrase {
        match (self.place.clone(), self.path.as_str()) {
            (None, "") => words,
            (Some(place), "") => Phrase::new("{place}: {what}").with("place", place).with("what", words),
            (None, path) => Phrase::new("`{path}`: {what}").with("path", path).with("what", words),
            (Some(place), path) => {
                Phrase::new("{place}, `{path}`: {what}").with("place", place).with("path", path).with("what", words)
            }
        }
    }

    /// `request body: new required property `a.b``, of words with a `{name}`.
    fn property(&self, words: Phrase, name: &str) -> Phrase {
        let words = words.with("name", self.path_to(name));
        match self.place.clone() {
            Some(place) => Phrase::new("{place}: {what}").with("place", place).with("what", words),
            None => words,
        }
    }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn is(value: &Value, key: &str) -> bool {
    value.get(key) == Some(&Value::Bool(true))
}
