//! What happened in an exchange: every policy that ran, in order, with what it computed and changed.
//!
//! The runner records, not the policies: [`Trace::start`] looks at the exchange before a step, [`Trace::end`] after it. An
//! exchange without a trace pays one test for it.

mod json;

use crate::{
    address::Address,
    document::{Scope, Section},
    exchange::{Body, Exchange, Headers, Response},
    expr::{
        library::context::ResponseValue,
        machine::{Machine, World},
        program::{show, show_thrown},
        value::Value,
    },
    mask::Mask,
    statement::Fault,
    step::Standing,
};
use std::{fmt::Write as _, rc::Rc};

/// What happened so far.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// The steps, in the order in which they started.
    pub entries: Vec<Entry>,
    /// The steps that have not ended, from the outside in.
    open: Vec<usize>,
    /// What no trace shows.
    mask: Mask,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it stands.
    pub at: Rc<Standing>,
    /// How many steps it stands in.
    pub depth: usize,
    /// When it started, in microseconds since 1970.
    pub started_micros: i64,
    /// How long it took, what stands in it included.
    pub elapsed_micros: i64,
    /// What happened in it.
    pub notes: Vec<Note>,
}

/// Something that happened in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// An expression gave a value.
    Evaluated {
        /// The expression.
        expression: String,
        /// Its value, with its type.
        value: String,
    },
    /// Something of the exchange has another value now.
    Changed {
        /// What it is, such as ``request header `x-shop` ``.
        what: String,
        /// The value; none where it is gone.
        value: Option<String>,
    },
    /// A policy, or `context.Trace`, says something.
    Said {
        /// Who says it.
        source: String,
        /// How important it is.
        severity: &'static str,
        /// What.
        message: String,
        /// Names and values that belong to it.
        metadata: Vec<(String, String)>,
    },
    /// A request as it was at this point.
    Request {
        /// Why it is shown.
        message: Option<String>,
        /// The method.
        method: String,
        /// The whole URL.
        url: String,
        /// Header fields.
        headers: Vec<(String, String)>,
    },
    /// A response as it was at this point.
    Response {
        /// The status code.
        status: u16,
        /// The reason phrase; empty for the usual one.
        reason: String,
        /// Header fields.
        headers: Vec<(String, String)>,
    },
    /// What the request led to.
    Configuration(Box<Configuration>),
    /// It failed.
    Failed {
        /// APIM's word for the kind of error.
        reason: &'static str,
        /// What happened.
        message: String,
    },
}

/// What a request led to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The API's path at the gateway.
    pub api_path: String,
    /// Where its backend is, before policies choose another.
    pub backend: Option<Address>,
    /// The API's version.
    pub version: Option<String>,
    /// The API's revision.
    pub revision: String,
    /// The operation's method.
    pub method: String,
    /// The operation's URL template.
    pub url_template: String,
    /// Who called.
    pub user: Option<String>,
    /// In which product's context.
    pub product: Option<String>,
}

/// What is compared to see what a step changed.
#[derive(Debug)]
pub(crate) struct Look {
    method: Option<String>,
    url: String,
    fields: Vec<(String, String)>,
    body: Seen,
    response: Option<SeenResponse>,
    variables: Vec<(Rc<str>, String)>,
}

#[derive(Debug, PartialEq, Eq)]
struct SeenResponse {
    status: (u16, String),
    fields: Vec<(String, String)>,
    body: Seen,
}

/// A body as far as it can be seen without reading it.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Streams,
    Whole(bytes::Bytes),
}

/// What a note calls the URL of the request to the backend.
const URL: &str = "request URL";

/// The most of a value that is kept, in bytes.
const VALUE_BYTES_MAX: usize = 2000;

impl Trace {
    /// A trace of what happens to an exchange, which must not have begun.
    pub fn of(exchange: &Exchange) -> Self {
        Trace { mask: Mask::of(exchange), ..Trace::default() }
    }

    /// What came, and where it leads.
    pub(crate) fn inspect(&mut self, exchange: &Exchange, now_micros: i64) {
        let client = &exchange.client;
        let headers = client.fields().iter().map(|(name, value)| (name, String::from_utf8_lossy(value)));
        let request = Note::Request {
            message: None,
            method: client.method().to_owned(),
            url: format!("{}://{}{}", client.scheme().name(), client.authority(), client.target()),
            headers: owned(headers),
        };
        let about = &exchange.about;
        let (api, operation) = (&about.called.api, &about.called.operation);
        let configuration = Note::Configuration(Box::new(Configuration {
            api_path: api.path.clone(),
            backend: exchange.request.backend.clone(),
            version: api.version.clone(),
            revision: api.revision.clone(),
            method: operation.method.clone(),
            url_template: operation.url_template.clone(),
            user: about.user.as_ref().map(|user| user.id.clone()),
            product: about.called.product.as_ref().map(|product| product.id.clone()),
        }));
        self.of_gateway("api-inspector", Section::Inbound, now_micros, [request, configuration]);
    }

    /// What goes to the caller.
    pub(crate) fn transfer(&mut self, exchange: &Exchange, section: Section, now_micros: i64) {
        let response = exchange.response.as_ref().map(of_response);
        self.of_gateway("transfer-response", section, now_micros, response);
    }

    /// Something that the gateway does, and no policy.
    fn of_gateway(&mut self, name: &'static str, section: Section, now_micros: i64, notes: impl IntoIterator<Item = Note>) {
        let at = Standing { name, scope: Scope::Global, section, path: name.to_owned(), id: None, place: None };
        self.start(&Rc::new(at), now_micros);
        for note in notes {
            self.note(note);
        }
        self.open.pop();
    }

    /// A step starts.
    pub(crate) fn start(&mut self, at: &Rc<Standing>, now_micros: i64) {
        let entry =
            Entry { at: at.clone(), depth: self.open.len(), started_micros: now_micros, elapsed_micros: 0, notes: Vec::new() };
        self.open.push(self.entries.len());
        self.entries.push(entry);
    }

    /// The step that started last ends.
    pub(crate) fn end(&mut self, now_micros: i64, changes: Vec<Note>, fault: Option<&Fault>) {
        let Some(index) = self.open.pop() else { return };
        // What stands in it has said already what changed.
        let is_leaf = index + 1 == self.entries.len();
        for change in &changes {
            if let Note::Changed { what, value: Some(value) } = change
                && let Some(name) = header_name(what)
            {
                self.mask.learn_field(name, value);
            }
        }
        let changes = changes.into_iter().filter(|_| is_leaf).map(|note| self.masked(note)).collect::<Vec<_>>();
        let failed = fault
            .filter(|_| is_leaf)
            .map(|fault| self.masked(Note::Failed { reason: fault.reason, message: fault.message.clone() }));
        let Some(entry) = self.entries.get_mut(index) else { return };
        entry.elapsed_micros = now_micros.saturating_sub(entry.started_micros);
        entry.notes.extend(changes);
        entry.notes.extend(failed);
    }

    /// Something happened in the step that runs.
    pub(crate) fn note(&mut self, note: Note) {
        let note = self.masked(note);
        if let Some(entry) = self.open.last().and_then(|index| self.entries.get_mut(*index)) {
            entry.notes.push(note);
        }
    }

    /// Takes over what a copy of this trace recorded beyond it.
    pub(crate) fn merge(&mut self, before: usize, copy: Trace) {
        self.entries.extend(copy.entries.into_iter().skip(before));
        self.mask.learn_all(&copy.mask);
    }

    /// A note as it is kept. Masked first and shortened then: a part of a secret is no text that anybody would find.
    fn masked(&self, note: Note) -> Note {
        let hide = |text: String| shortened(self.mask.hide(&text).into_owned());
        let hide_url = |url: String| shortened(self.mask.hide_url(&url));
        let field = |(name, value): (String, String)| {
            let value = shortened(self.mask.hide_field(&name, &value).into_owned());
            (name, value)
        };
        let fields = |headers: Vec<(String, String)>| headers.into_iter().map(field).collect();
        match note {
            Note::Evaluated { expression, value } => Note::Evaluated { expression: hide(expression), value: hide(value) },
            Note::Changed { what, value } => Note::Changed {
                value: value.map(|value| match header_name(&what) {
                    Some(name) => shortened(self.mask.hide_field(name, &value).into_owned()),
                    None if what == URL => hide_url(value),
                    None => hide(value),
                }),
                what: hide(what),
            },
            Note::Said { source, severity, message, metadata } => {
                let metadata = metadata.into_iter().map(|(name, value)| (hide(name), hide(value))).collect();
                Note::Said { source: hide(source), severity, message: hide(message), metadata }
            }
            Note::Failed { reason, message } => Note::Failed { reason, message: hide(message) },
            Note::Request { message, method, url, headers } => {
                Note::Request { message: message.map(hide), method: hide(method), url: hide_url(url), headers: fields(headers) }
            }
            Note::Response { status, reason, headers } => {
                Note::Response { status, reason: hide(reason), headers: fields(headers) }
            }
            Note::Configuration(mut found) => {
                if let Some(backend) = &mut found.backend {
                    backend.path = self.mask.hide(&backend.path).into_owned();
                    backend.query = self.mask.hide(&backend.query).into_owned();
                }
                Note::Configuration(found)
            }
        }
    }

    /// A text that no later note shows.
    pub(crate) fn conceal(&mut self, secret: &str) {
        self.mask.learn(secret);
    }

    /// What policies said, a line each.
    pub fn messages(&self) -> String {
        let mut text = String::new();
        for note in self.entries.iter().flat_map(|entry| &entry.notes) {
            if let Note::Said { source, severity, message, metadata } = note {
                let _ = write!(text, "{source} {severity}: {}", message.replace('\n', "\\n"));
                for (name, value) in metadata {
                    let _ = write!(text, " [{name}: {value}]");
                }
                text.push('\n');
            }
        }
        text
    }

    /// A tree for people: sections, the steps in them with place and time, and below each what happened.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut section = None;
        // A clock that stands still, as in a case, says nothing about time.
        let is_timed = self.entries.iter().any(|entry| entry.elapsed_micros > 0);
        for entry in &self.entries {
            if section.replace(entry.at.section) != Some(entry.at.section) {
                let _ = writeln!(text, "{}", entry.at.section.name());
            }
            let indent = "  ".repeat(entry.depth + 1);
            let part = entry.at.path.rsplit('/').next().unwrap_or(&entry.at.path);
            let head = format!("{indent}{part}");
            let place = entry.at.place.as_ref();
            let place = place.map_or(String::new(), |place| format!("  {}:{}", place.source.name(), place.start().line + 1));
            let elapsed = if is_timed { format!(" {:>10}", elapsed(entry.elapsed_micros)) } else { String::new() };
            let head = format!("{head:<40} {:<9}{elapsed}{place}", entry.at.scope.name());
            let _ = writeln!(text, "{}", head.trim_end());
            for note in &entry.notes {
                let _ = writeln!(text, "{indent}    {}", line(note));
            }
        }
        text
    }
}

impl Entry {
    /// When it started: `2026-01-02T03:04:05.6780000Z`.
    pub fn started(&self) -> String {
        let time = dotnet::DateTime { ticks: crate::about::ticks(self.started_micros), kind: dotnet::DateTimeKind::Utc };
        time.format(Some("o")).unwrap_or_default()
    }

    /// How long it took: `00:00:00.2329332`.
    pub fn elapsed(&self) -> String {
        span(self.elapsed_micros)
    }
}

/// `00:00:00.2329332`
fn span(micros: i64) -> String {
    dotnet::TimeSpan { ticks: micros.max(0).saturating_mul(10) }.to_string()
}

/// The request as it goes to the backend.
pub(crate) fn of_request(exchange: &Exchange) -> Note {
    let request = &exchange.request;
    let backend = request.backend.as_ref();
    let origin = backend.map_or(String::new(), |it| format!("{}://{}", it.scheme.name(), it.authority));
    Note::Request {
        message: Some("Request is being forwarded to the backend service.".to_owned()),
        method: request.method.clone().unwrap_or_else(|| exchange.client.method().to_owned()),
        url: origin + &request.target(),
        headers: owned(request.headers.leaving()),
    }
}

/// A response as it is.
pub(crate) fn of_response(response: &Response) -> Note {
    let headers = owned(response.headers.iter());
    Note::Response { status: response.status, reason: response.reason.clone(), headers }
}

fn owned<'f>(fields: impl Iterator<Item = (&'f str, std::borrow::Cow<'f, str>)>) -> Vec<(String, String)> {
    fields.map(|(name, value)| (name.to_owned(), value.into_owned())).collect()
}

impl Look {
    /// Looks at an exchange.
    pub(crate) fn at(exchange: &Exchange, world: &dyn World) -> Self {
        let backend = exchange.request.backend.as_ref();
        let origin = backend.map_or(String::new(), |it| format!("{}://{}", it.scheme.name(), it.authority));
        Self {
            method: exchange.request.method.clone(),
            url: origin + &exchange.request.target(),
            fields: fields(&exchange.request.headers),
            body: seen(&exchange.request.body),
            response: exchange.response.as_ref().map(|response| SeenResponse {
                status: (response.status, response.reason.clone()),
                fields: fields(&response.headers),
                body: seen(&response.body),
            }),
            variables: exchange.variables.iter().map(|(name, value)| (name.clone(), shown(value, world))).collect(),
        }
    }

    /// What changed from this to a later look.
    pub(crate) fn changes(self, after: Look) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut changed = |what: String, value: Option<String>| notes.push(Note::Changed { what, value });
        if self.method != after.method {
            changed("request method".to_owned(), after.method);
        }
        if self.url != after.url {
            changed(URL.to_owned(), Some(after.url));
        }
        for (what, value) in differences("request", &self.fields, &after.fields) {
            changed(what, value);
        }
        if self.body != after.body {
            changed("request body".to_owned(), Some(after.body.text()));
        }
        match (self.response, after.response) {
            (Some(_), None) => changed("response".to_owned(), None),
            (before, Some(after)) => {
                let before = before.unwrap_or(SeenResponse {
                    status: (0, String::new()),
                    fields: Vec::new(),
                    body: Seen::Whole(Default::default()),
                });
                if before.status != after.status {
                    changed(
                        "response status".to_owned(),
                        Some(format!("{} {}", after.status.0, after.status.1).trim().to_owned()),
                    );
                }
                for (what, value) in differences("response", &before.fields, &after.fields) {
                    changed(what, value);
                }
                if before.body != after.body {
                    changed("response body".to_owned(), Some(after.body.text()));
                }
            }
            (None, None) => {}
        }
        for (name, value) in after.variables {
            if !self.variables.iter().any(|(own, old)| *own == name && *old == value) {
                changed(format!("variable `{name}`"), Some(value));
            }
        }
        notes
    }
}

impl Seen {
    fn text(&self) -> String {
        match self {
            Seen::Streams => "(streams by)".to_owned(),
            Seen::Whole(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        }
    }
}

fn seen(body: &Body) -> Seen {
    match body {
        Body::Streams(_) => Seen::Streams,
        Body::Whole(bytes) => Seen::Whole(bytes.clone()),
    }
}

/// Fields by name, all values of a name together.
fn fields(headers: &Headers) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for (name, value) in headers.iter() {
        match all.iter_mut().find(|(own, _)| own == name) {
            Some((_, values)) => {
                values.push_str(", ");
                values.push_str(&value);
            }
            None => all.push((name.to_owned(), value.into_owned())),
        }
    }
    all
}

fn differences(whose: &str, before: &[(String, String)], after: &[(String, String)]) -> Vec<(String, Option<String>)> {
    let what = |name: &str| format!("{whose} header `{name}`");
    let gone = before.iter().filter(|(name, _)| !after.iter().any(|(other, _)| other == name));
    let new = after.iter().filter(|pair| !before.contains(pair));
    gone.map(|(name, _)| (what(name), None)).chain(new.map(|(name, value)| (what(name), Some(value.clone())))).collect()
}

/// The name of the header field that a change is about.
fn header_name(what: &str) -> Option<&str> {
    what.strip_suffix('`')?.split_once(" header `").map(|(_, name)| name)
}

/// A value with its type, as cases show it.
pub(crate) fn shown(value: &Value, world: &dyn World) -> String {
    match value.downcast_ref::<ResponseValue>() {
        Some(response) => format!("IResponse {}", response.0.response.status),
        None => show(&mut Machine::new(world, None), value).unwrap_or_else(|thrown| show_thrown(&thrown)),
    }
}

fn shortened(mut text: String) -> String {
    if text.len() <= VALUE_BYTES_MAX {
        return text;
    }
    let end = text.floor_char_boundary(VALUE_BYTES_MAX);
    let more = text.len() - end;
    text.truncate(end);
    let _ = write!(text, "... and {more} bytes more");
    text
}

fn elapsed(micros: i64) -> String {
    let micros = micros.max(0);
    format!("{}.{:03} ms", micros / 1000, micros % 1000)
}

fn line(note: &Note) -> String {
    let one_line = |text: &str| text.replace('\r', "").replace('\n', "\\n");
    match note {
        Note::Evaluated { expression, value } => format!("{} gives {}", one_line(expression), one_line(value)),
        Note::Changed { what, value: Some(value) } => format!("{what} = {}", one_line(value)),
        Note::Changed { what, value: None } => format!("{what} is gone"),
        Note::Said { source, severity, message, metadata } => {
            let metadata: String = metadata.iter().map(|(name, value)| format!(" [{name}: {value}]")).collect();
            format!("{severity} from {source}: {}{metadata}", one_line(message))
        }
        Note::Failed { reason, message } => format!("failed: {reason}: {}", one_line(message)),
        Note::Request { method, url, headers, .. } => format!("{method} {url}{}", listed(headers)),
        Note::Response { status, reason, headers } => format!("{} {}", format!("{status} {reason}").trim_end(), listed(headers)),
        Note::Configuration(found) => {
            let product = found.product.as_ref().map_or(String::new(), |product| format!(", product {product}"));
            let backend = found.backend.as_ref().map_or("no backend".to_owned(), |backend| backend.to_string());
            let version = found.version.as_ref().map_or(String::new(), |version| format!(" version {version}"));
            let (path, revision) = (&found.api_path, &found.revision);
            format!("{} {} of {path}{version} revision {revision}{product}, at {backend}", found.method, found.url_template)
        }
    }
}

fn listed(headers: &[(String, String)]) -> String {
    headers.iter().map(|(name, value)| format!(" [{name}: {value}]")).collect()
}
