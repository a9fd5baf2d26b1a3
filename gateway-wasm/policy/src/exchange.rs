//! What a policy sees: the request, the response, the variables.

use crate::{
    about::About,
    address::Address,
    backend::{ClientCertificate, Credentials, HttpProxy},
    document::Scope,
    expr::value::Value,
    host::Host,
    problem,
    statement::Fault,
    trace::{Note, Trace},
};
use bytes::Bytes;
use dotnet::Guid;
use std::{borrow::Cow, cell::OnceCell, ops::Range, rc::Rc};
use wire::{Edit, Fields, RequestHead, Scheme, Tls, Which};

/// One request and all that becomes of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The request's head as the client sent it.
    pub client: RequestHead,
    /// The request as it will go to the backend.
    pub request: Request,
    /// The response, once there is one.
    pub response: Option<Response>,
    /// What policies remember.
    pub variables: Variables,
    /// Where in the client's target the path stands that leads to the API, version and revision included.
    pub api_path: Range<usize>,
    /// The values of the operation's URL template.
    pub parameters: Vec<(Rc<str>, String)>,
    /// What is called, by whom, and where.
    pub about: About,
    /// What went wrong, while `on-error` runs.
    pub last_error: Option<Fault>,
    /// How many policies ran.
    pub steps: u32,
    /// What happened so far, where somebody wants to know.
    pub trace: Option<Box<Trace>>,
    /// Header fields that policies owe to whatever leaves, see [`Exchange::settle`].
    pub owed: Vec<Owed>,
    /// The request's own number, once somebody asked for it.
    pub request_id: OnceCell<Guid>,
}

/// A header field of the response, and the value that it must have; none where it must not be there.
pub type Owed = (&'static str, Option<String>);

impl Exchange {
    /// The path that leads to the API as the client wrote it, without a slash at its end: empty at the root.
    pub fn api_path(&self) -> &str {
        self.client.target().get(self.api_path.clone()).unwrap_or_default().trim_end_matches('/')
    }

    /// Tells a trace, where there is one, what a policy has found out.
    pub fn say(&mut self, policy: &str, message: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            let (source, message) = (policy.to_owned(), message());
            trace.note(Note::Said { source, severity: "information", message, metadata: Vec::new() });
        }
    }

    /// Keeps a token that was fetched for the request out of a trace, where there is one.
    pub fn conceal(&mut self, secret: &str) {
        if let Some(trace) = &mut self.trace {
            trace.conceal(secret);
        }
    }

    /// Puts what policies owe on the response that leaves, wherever it comes from: what they found out about the caller holds for a
    /// refusal, too.
    pub fn settle(&mut self) {
        let Some(response) = &mut self.response else { return };
        for (name, value) in self.owed.drain(..) {
            match value {
                // Others may have reasons of their own to tell caches what an answer depends on.
                Some(value) if name == "vary" => response.headers.add_to_list(name, &value),
                value => response.headers.set(name, value.into_iter().map(String::into_bytes).collect()),
            }
        }
    }

    /// The request's own number.
    pub fn request_id(&self, host: &impl Host) -> Guid {
        *self.request_id.get_or_init(|| problem::guid(host))
    }
}

/// A request on its way to the backend.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method, where a policy set one; else the client's.
    pub method: Option<String>,
    /// The name of the backend, where a policy chose one by its name.
    pub backend_id: Option<Rc<str>>,
    /// The scope of that policy.
    pub backend_scope: Option<Scope>,
    /// What the backend wants to see. It is no part of the request before it leaves: see [`Request::as_sent`].
    pub credentials: Option<Rc<Credentials>>,
    /// What a policy shows the backend, in the place of what the backend's credentials say.
    pub certificate: Option<Rc<ClientCertificate>>,
    /// The proxy through which it leaves.
    pub proxy: Option<Rc<HttpProxy>>,
    /// Where the backend is; its path comes before [`Request::path`].
    pub backend: Option<Address>,
    /// The path below the backend's, starting with a slash or empty.
    pub path: String,
    /// The query without its question mark.
    pub query: String,
    /// The header fields.
    pub headers: Headers,
    /// The body.
    pub body: Body,
}

impl Request {
    /// The request as it leaves, with the credentials of its backend.
    pub fn as_sent(&self) -> Cow<'_, Request> {
        let Some(credentials) = &self.credentials else { return Cow::Borrowed(self) };
        let mut sent = self.clone();
        for (name, values) in &credentials.headers {
            sent.headers.set(name, values.iter().map(|value| value.as_bytes().to_vec()).collect());
        }
        for (name, value) in &credentials.query {
            if !sent.query.is_empty() {
                sent.query.push('&');
            }
            sent.query.push_str(name);
            sent.query.push('=');
            sent.query.push_str(value);
        }
        Cow::Owned(sent)
    }

    /// What TLS is to be like on its way; nothing where it is as for every server, or there is none.
    pub fn tls(&self) -> Option<Tls<'_>> {
        let backend = self.credentials.as_ref().and_then(|credentials| credentials.tls.as_deref());
        let certificate = self.certificate.as_ref().map(|certificate| certificate.as_wire());
        let is_secure = self.backend.as_ref().is_some_and(|backend| backend.scheme == Scheme::Https);
        let is_set = is_secure && (backend.is_some() || certificate.is_some());
        is_set.then(|| Tls { backend: backend.unwrap_or_default(), certificate })
    }

    /// Path and query at the backend.
    pub fn target(&self) -> String {
        let base = self.backend.as_ref().map_or("", |backend| &backend.path);
        let base_query = self.backend.as_ref().map_or("", |backend| &backend.query);
        let mut target = String::with_capacity(base.len() + self.path.len() + base_query.len() + self.query.len() + 3);
        target.push_str(base);
        if !self.path.starts_with('/') && (target.is_empty() || !self.path.is_empty()) {
            target.push('/');
        }
        target.push_str(&self.path);
        for query in [base_query, &self.query].into_iter().filter(|query| !query.is_empty()) {
            target.push(if target.contains('?') { '&' } else { '?' });
            target.push_str(query);
        }
        target
    }
}

/// A response, from a backend or from a policy.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The reason phrase; empty for the usual one.
    pub reason: String,
    /// The header fields.
    pub headers: Headers,
    /// The body.
    pub body: Body,
    /// True for the answer to the forwarded request, however it was edited since: its header fields came with it.
    pub forwarded: bool,
}

impl Response {
    /// A response of a policy's own: no header fields, no body.
    pub fn new(status: u16) -> Self {
        Self { status, reason: String::new(), headers: Headers::default(), body: Body::default(), forwarded: false }
    }
}

/// A body: one that the host holds and that streams by, or bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// The client's or the backend's own, untouched.
    Streams(Which),
    /// These bytes.
    Whole(Bytes),
}

impl Default for Body {
    fn default() -> Self {
        Body::Whole(Bytes::new())
    }
}

/// Header fields: what came, and what policies changed. Names are lower case.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    came: Fields,
    /// The names that policies touched, and the values they have now: none if removed.
    changed: Vec<(String, Vec<Vec<u8>>)>,
    /// The name of a field that stays here as it came.
    kept_back: Option<Box<str>>,
}

impl Headers {
    /// Header fields as they came.
    pub fn new(came: Fields) -> Self {
        Self { came, changed: Vec::new(), kept_back: None }
    }

    /// Keeps a field back that came: policies see it, and it leaves only with a value that one of them has set.
    pub fn keep_back(&mut self, name: &str) {
        self.kept_back = Some(name.into());
    }

    /// The values of a name.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
        let changed = self.changed.iter().find(|(changed, _)| changed == name);
        let came = changed.is_none().then(|| self.came.get_all(name)).into_iter().flatten();
        came.chain(changed.into_iter().flat_map(|(_, values)| values.iter().map(Vec::as_slice))).map(String::from_utf8_lossy)
    }

    /// True if there is a field of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    /// Replaces the values of a name; none removes it.
    pub fn set(&mut self, name: &str, values: Vec<Vec<u8>>) {
        match self.changed.iter_mut().find(|(changed, _)| changed == name) {
            Some((_, old)) => *old = values,
            None => self.changed.push((name.to_owned(), values)),
        }
    }

    /// Adds values to those of a name.
    pub fn append(&mut self, name: &str, values: Vec<Vec<u8>>) {
        if !self.changed.iter().any(|(changed, _)| changed == name) {
            let came = self.came.get_all(name).map(<[u8]>::to_vec).collect();
            self.changed.push((name.to_owned(), came));
        }
        if let Some((_, old)) = self.changed.iter_mut().find(|(changed, _)| changed == name) {
            old.extend(values);
        }
    }

    /// Adds a word to a field that is a list, where neither it nor `*` is in it.
    fn add_to_list(&mut self, name: &str, word: &str) {
        let is_there = self
            .values(name)
            .any(|value| value.split(',').map(str::trim).any(|other| other == "*" || other.eq_ignore_ascii_case(word)));
        if !is_there {
            self.append(name, vec![word.as_bytes().to_vec()]);
        }
    }

    /// Every field as it is now.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        let untouched = self.came.iter().filter(|(name, _)| !self.changed.iter().any(|(changed, _)| changed == name));
        let changed = self.changed.iter().flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), &value[..])));
        untouched.chain(changed).map(|(name, value)| (name, String::from_utf8_lossy(value)))
    }

    /// Every field that leaves.
    pub fn leaving(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.iter().filter(|(name, _)| !self.stays(name))
    }

    /// True if a field is kept back, and no policy has touched it.
    fn stays(&self, name: &str) -> bool {
        self.kept_back.as_deref() == Some(name) && !self.changed.iter().any(|(changed, _)| changed == name)
    }

    /// Writes the difference to what came.
    pub fn write_edits(&self, out: &mut Vec<u8>) {
        if let Some(name) = self.kept_back.as_deref().filter(|name| self.stays(name)) {
            Edit::Remove(name).write(out);
        }
        for (name, values) in &self.changed {
            if self.came.get(name).is_some() {
                Edit::Remove(name).write(out);
            }
            for value in values {
                Edit::Append(name, value).write(out);
            }
        }
    }

    /// Writes every field, as edits to none.
    pub fn write_all(&self, out: &mut Vec<u8>) {
        let untouched = |name: &str| !self.stays(name) && !self.changed.iter().any(|(changed, _)| changed == name);
        for (name, value) in self.came.iter().filter(|(name, _)| untouched(name)) {
            Edit::Append(name, value).write(out);
        }
        for (name, values) in &self.changed {
            for value in values {
                Edit::Append(name, value).write(out);
            }
        }
    }
}

/// What policies remember, in the order in which it was first set.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    values: Vec<(Rc<str>, Value)>,
}

impl Variables {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(candidate, _)| **candidate == *name).map(|(_, value)| value)
    }

    /// Sets a name.
    pub fn set(&mut self, name: Rc<str>, value: Value) {
        match self.values.iter_mut().find(|(candidate, _)| *candidate == name) {
            Some((_, old)) => *old = value,
            None => self.values.push((name, value)),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Forgets a name, and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.values.iter().position(|(candidate, _)| **candidate == *name)?;
        Some(self.values.remove(at).1)
    }

    /// Every name and its value.
    pub fn iter(&self) -> impl Iterator<Item = (&Rc<str>, &Value)> {
        self.values.iter().map(|(name, value)| (name, value))
    }
}
