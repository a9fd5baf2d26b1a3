//! From a request to an API and an operation.
//!
//! APIM's order: the longest API path wins, then the version and the revision that the caller names; in the API, literal
//! segments come before those with a parameter, and those before wildcards. Literals match whatever their case, as on APIM,
//! and however they are escaped: `/%61dmin` is `/admin` to a backend, so it must not lead to another operation here.

use crate::plan::{Plan, PlanApi, PlanVersion};
use std::{borrow::Cow, cmp::Ordering, rc::Rc};
use wire::RequestHead;

/// The routes of a whole service.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    apis: ApiNode,
    operations: Vec<Node>,
    /// Host names that lead to only some of the APIs, each once.
    hosts: Vec<(String, Vec<u32>)>,
}

/// The longest URL template and the longest path of an API that APIM takes. Templates are trees of segments here, so this is
/// also how deep a search can go.
pub(crate) const URL_TEMPLATE_BYTES_MAX: usize = 1000;
pub(crate) const API_PATH_BYTES_MAX: usize = 400;

/// Why a request leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// There is no such API, or no such revision of it.
    Resource,
    /// The API has no such operation.
    Operation {
        /// Index of the API.
        api: u32,
        /// The path below the API's, as sent.
        path: String,
    },
    /// APIs answer there, in versions of which the caller named none.
    Version,
}

/// What a request leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Index of the API.
    pub(crate) api: u32,
    /// Index of the operation in the API.
    pub(crate) operation: u32,
    /// The path below the API's, as sent: empty, or starting with a slash.
    pub(crate) path: String,
    /// The values of the operation's URL template, as sent.
    pub(crate) parameters: Vec<(Rc<str>, String)>,
}

impl Routes {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut routes = Routes::default();
        // A version that the caller names comes before an API without versions at the same path.
        let (versioned, others): (Vec<_>, Vec<_>) = plan
            .apis
            .iter()
            .zip(0..)
            .partition(|(api, _)| matches!(api.version, PlanVersion::Header(..) | PlanVersion::Query(..)));
        for (api, index) in versioned.into_iter().chain(others).filter(|(api, _)| api.path.len() <= API_PATH_BYTES_MAX) {
            let version = match &api.version {
                PlanVersion::Segment(identifier) => Some(identifier.as_str()),
                _ => None,
            };
            let node = segments(&api.path).chain(version).fold(&mut routes.apis, |node, segment| node.child(segment));
            node.apis.push(index);
        }
        for api in &plan.apis {
            let mut operations = Node::default();
            for (operation, index) in api.operations.iter().zip(0..) {
                operations.insert(&operation.method, &operation.url_template, index);
            }
            routes.operations.push(operations);
        }
        for (name, apis) in plan.hosts.iter().flat_map(|host| host.names.iter().map(|name| (name, &host.apis))) {
            match routes.hosts.iter_mut().find(|(known, _)| known == name) {
                // Two gateways may share a host name: it leads to the APIs of both.
                Some((_, known)) => known.extend(apis),
                None => routes.hosts.push((name.clone(), apis.clone())),
            }
        }
        routes
    }

    /// Finds the API and its operation for a method, which for a preflight is not the head's.
    ///
    /// # Errors
    /// Where there is none: the caller gets a 404.
    pub(crate) fn find(&self, plan: &Plan, head: &RequestHead, method: &str) -> Result<Found, Lost> {
        let (path, query) = head.target().split_once('?').unwrap_or((head.target(), ""));
        // An absolute-form target names the host again; only its path leads anywhere.
        let path = match path.split_once("://").filter(|_| !path.starts_with('/')) {
            Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
            None => path,
        };
        if !path.starts_with('/') || has_dot_segments(path) {
            return Err(Lost::Resource);
        }
        let host = head.authority().rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
        let host = host.map_or(head.authority(), |(host, _)| host);
        let bound = self.hosts.iter().find(|(name, _)| name.eq_ignore_ascii_case(host));
        let answers = |api: &u32| bound.is_none_or(|(_, apis)| apis.contains(api));
        let (node, revision, rest) = self.apis.descend(path, answers).ok_or(Lost::Resource)?;
        let api = pick(plan, node.apis.iter().copied().filter(answers), revision, head, query)?;
        let below = rest.strip_prefix('/').unwrap_or(rest);
        let below = (!below.is_empty()).then_some(below);
        let mut values = Vec::new();
        let operations = self.operations.get(api as usize).ok_or(Lost::Resource)?;
        let target = operations.find(below, method, query, &mut values);
        let target = target.ok_or_else(|| Lost::Operation { api, path: rest.to_owned() })?;
        let parameters = target.names.iter().cloned().zip(values.iter().map(|value| (*value).to_owned()));
        let mut parameters: Vec<_> = parameters.collect();
        for (name, parameter) in &target.query {
            if let (QueryValue::Parameter(parameter), Some(value)) = (parameter, query_value(query, name)) {
                parameters.push((parameter.clone(), value.to_owned()));
            }
        }
        Ok(Found { api, operation: target.operation, path: rest.to_owned(), parameters })
    }
}

/// The API among those that answer at the same path.
fn pick(
    plan: &Plan,
    apis: impl Iterator<Item = u32>,
    revision: Option<&str>,
    head: &RequestHead,
    query: &str,
) -> Result<u32, Lost> {
    let mut lost = Lost::Version;
    for index in apis {
        let Some(api) = plan.apis.get(index as usize).filter(|api| version_matches(api, head, query)) else { continue };
        if revision.map_or(api.is_current, |revision| api.revision == revision) {
            return Ok(index);
        }
        lost = Lost::Resource;
    }
    Err(lost)
}

fn version_matches(api: &PlanApi, head: &RequestHead, query: &str) -> bool {
    match &api.version {
        PlanVersion::None | PlanVersion::Segment(_) => true,
        PlanVersion::Header(name, identifier) => head.fields().get(name).unwrap_or_default() == identifier.as_bytes(),
        PlanVersion::Query(name, identifier) => query_value(query, name).unwrap_or_default() == identifier,
    }
}

/// The value of a query parameter, as sent.
pub(crate) fn query_value<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let pair = query.split('&').find(|pair| is_named(pair, name))?;
    Some(pair.split_once('=').map_or("", |(_, value)| value))
}

/// True if a pair of a query, as sent, has this name.
pub(crate) fn is_named(pair: &str, name: &str) -> bool {
    let sent = pair.split('=').next().unwrap_or(pair);
    decoded(sent).eq(name.bytes())
}

/// What a part of a URL stands for.
pub(crate) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return text.into();
    }
    String::from_utf8_lossy(&decoded(text).collect::<Vec<_>>()).into_owned().into()
}

/// The bytes that a part of a URL stands for: `%20` is a space.
fn decoded(text: &str) -> impl Iterator<Item = u8> {
    let mut rest = text.as_bytes();
    std::iter::from_fn(move || {
        let (byte, after) = split_byte(rest)?;
        rest = after;
        Some(byte)
    })
}

fn split_byte(text: &[u8]) -> Option<(u8, &[u8])> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    if let [b'%', high, low, rest @ ..] = text
        && let (Some(high), Some(low)) = (digit(*high), digit(*low))
    {
        return Some(((high * 16 + low) as u8, rest));
    }
    text.split_first().map(|(byte, rest)| (*byte, rest))
}

/// How much of `text` a literal at its front takes, whatever the case and the escaping of both.
fn literal_length(text: &str, literal: &str) -> Option<usize> {
    let mut rest = text.as_bytes();
    for wanted in decoded(literal) {
        let (byte, after) = split_byte(rest)?;
        if !byte.eq_ignore_ascii_case(&wanted) {
            return None;
        }
        rest = after;
    }
    Some(text.len() - rest.len())
}

/// Where a value at the front of `text` may end: after each of its characters, escapes being whole.
fn value_ends(text: &str) -> impl Iterator<Item = usize> {
    let mut rest = text.as_bytes();
    let ends = std::iter::from_fn(move || {
        rest = split_byte(rest)?.1;
        Some(text.len() - rest.len())
    });
    ends.filter(|&end| text.is_char_boundary(end))
}

/// The segments between the slashes; empty ones at both ends do not count.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/').filter(move |_| !path.is_empty())
}

/// `.` and `..` mean one place to us and perhaps another to the backend, so they lead nowhere, however they are escaped: there
/// are backends to which `%2f` and `\` are slashes.
fn has_dot_segments(path: &str) -> bool {
    let path = match path.contains(['%', '\\']) {
        true => unescaped(path).replace('\\', "/").into(),
        false => Cow::from(path),
    };
    path.split('/').any(|segment| matches!(segment.split(';').next(), Some("." | "..")))
}

fn compare_ignoring_case(a: &str, b: &str) -> Ordering {
    decoded(a).map(|byte| byte.to_ascii_lowercase()).cmp(decoded(b).map(|byte| byte.to_ascii_lowercase()))
}

/// The tree of API paths.
#[derive(Debug, Default)]
struct ApiNode {
    /// Ordered by [`compare_ignoring_case`].
    children: Vec<(String, ApiNode)>,
    /// The APIs that answer here, in the plan's order.
    apis: Vec<u32>,
}

impl ApiNode {
    fn child(&mut self, segment: &str) -> &mut ApiNode {
        let at = match self.children.binary_search_by(|(name, _)| compare_ignoring_case(name, segment)) {
            Ok(at) => at,
            Err(at) => {
                self.children.insert(at, (segment.to_owned(), ApiNode::default()));
                at
            }
        };
        &mut self.children[at].1
    }

    /// Goes down as far as the path leads, and returns the last node with an API that `answers`, the revision that a segment
    /// named, and the rest of the path.
    fn descend<'p>(&self, path: &'p str, answers: impl Fn(&u32) -> bool) -> Option<(&ApiNode, Option<&'p str>, &'p str)> {
        let mut node = self;
        let mut best = node.apis.iter().any(&answers).then_some((node, None, path));
        let mut revision = None;
        let mut rest = path;
        // An API at the root has its revision in a segment of its own: `/;rev=2/orders`.
        while let Some(after) = rest.strip_prefix('/') {
            let end = after.find('/').unwrap_or(after.len());
            let (segment, next) = after.split_at(end);
            let (name, named) = match segment.split_once(";rev=") {
                Some((name, number)) => (name, Some(number)),
                None => (segment, None),
            };
            if !(name.is_empty() && named.is_some()) {
                match node.children.binary_search_by(|(candidate, _)| compare_ignoring_case(candidate, name)) {
                    Ok(at) => node = &node.children[at].1,
                    Err(_) => break,
                }
            }
            revision = named.or(revision);
            rest = next;
            if node.apis.iter().any(&answers) {
                best = Some((node, revision, rest));
            }
        }
        best
    }
}

/// The tree of one API's URL templates.
#[derive(Debug, Default)]
struct Node {
    /// Ordered by [`compare_ignoring_case`].
    literals: Vec<(String, Node)>,
    /// Segments such as `{name}.json`.
    mixed: Vec<(Mixed, Node)>,
    parameter: Option<Box<Node>>,
    /// Templates that end here.
    ends: Vec<Target>,
    /// Templates that take everything from here on.
    wildcards: Vec<Target>,
}

/// `before{name}after`, several times over.
#[derive(Debug, PartialEq, Eq)]
struct Mixed {
    literals: Vec<String>,
}

#[derive(Debug)]
struct Target {
    method: String,
    operation: u32,
    /// Names of the parameters of the path, in order.
    names: Vec<Rc<str>>,
    /// What the query must hold.
    query: Vec<(String, QueryValue)>,
}

#[derive(Debug)]
enum QueryValue {
    Literal(String),
    Parameter(Rc<str>),
}

impl Node {
    fn insert(&mut self, method: &str, template: &str, operation: u32) {
        if template.len() > URL_TEMPLATE_BYTES_MAX {
            return;
        }
        let (path, query) = template.split_once('?').unwrap_or((template, ""));
        let mut names: Vec<Rc<str>> = Vec::new();
        let mut node = self;
        let mut wildcard = false;
        for segment in segments(path) {
            if segment == "*" {
                wildcard = true;
                break;
            }
            let Some((literals, parameters)) = parameters(segment) else {
                node = node.literal(segment);
                continue;
            };
            names.extend(parameters.iter().map(|name| Rc::from(name.trim_start_matches('*'))));
            if parameters.iter().any(|name| name.starts_with('*')) {
                wildcard = true;
                break;
            }
            node = if literals.iter().all(String::is_empty) {
                node.parameter.get_or_insert_default()
            } else {
                node.mixed(Mixed { literals })
            };
        }
        let query = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = match value.strip_prefix('{').and_then(|value| value.strip_suffix('}')) {
                Some(parameter) => QueryValue::Parameter(parameter.into()),
                None => QueryValue::Literal(value.to_owned()),
            };
            (unescaped(name).into_owned(), value)
        });
        let target = Target { method: method.to_ascii_uppercase(), operation, names, query: query.collect() };
        let targets = if wildcard { &mut node.wildcards } else { &mut node.ends };
        let at = targets.partition_point(|earlier| earlier.precision() >= target.precision());
        targets.insert(at, target);
    }

    fn literal(&mut self, segment: &str) -> &mut Node {
        let at = match self.literals.binary_search_by(|(name, _)| compare_ignoring_case(name, segment)) {
            Ok(at) => at,
            Err(at) => {
                self.literals.insert(at, (segment.to_owned(), Node::default()));
                at
            }
        };
        &mut self.literals[at].1
    }

    fn mixed(&mut self, mixed: Mixed) -> &mut Node {
        let at = self.mixed.iter().position(|(candidate, _)| *candidate == mixed).unwrap_or_else(|| {
            // The more is literal, the better it matches: longer ones first.
            let length = |mixed: &Mixed| mixed.literals.iter().map(String::len).sum::<usize>();
            let at = self.mixed.partition_point(|(candidate, _)| length(candidate) >= length(&mixed));
            self.mixed.insert(at, (mixed, Node::default()));
            at
        });
        &mut self.mixed[at].1
    }

    /// The first template that matches, trying literals before parameters before wildcards, and going back where a promising
    /// start leads nowhere: `GET /books/featured` is `/books/{id}` if only `POST` is defined for the literal.
    ///
    /// `path` is what is left of it, without a slash at its start; `None` at its end, and a slash there makes no difference.
    /// The tree is as deep as the longest template, so a long path cannot make this deep.
    fn find<'n, 'p>(&'n self, path: Option<&'p str>, method: &str, query: &str, values: &mut Vec<&'p str>) -> Option<&'n Target> {
        let mark = values.len();
        if let Some(path) = path.filter(|path| !path.is_empty()) {
            let (segment, rest) = path.split_once('/').map_or((path, None), |(segment, rest)| (segment, Some(rest)));
            if let Ok(at) = self.literals.binary_search_by(|(name, _)| compare_ignoring_case(name, segment))
                && let Some(found) = self.literals[at].1.find(rest, method, query, values)
            {
                return Some(found);
            }
            for (mixed, node) in &self.mixed {
                values.truncate(mark);
                if mixed.matches(segment, values)
                    && let Some(found) = node.find(rest, method, query, values)
                {
                    return Some(found);
                }
            }
            values.truncate(mark);
            if let Some(node) = &self.parameter
                && !segment.is_empty()
            {
                values.push(segment);
                if let Some(found) = node.find(rest, method, query, values) {
                    return Some(found);
                }
                values.truncate(mark);
            }
        } else if let Some(found) = Target::first(&self.ends, method, query) {
            return Some(found);
        }
        let found = Target::first(&self.wildcards, method, query)?;
        values.push(path.unwrap_or_default());
        Some(found)
    }
}

impl Target {
    /// More conditions on the query come first, so that the plain template is what is left over; and literals before
    /// parameters, as in paths.
    fn precision(&self) -> (usize, usize, bool) {
        let literals = self.query.iter().filter(|(_, value)| matches!(value, QueryValue::Literal(_)));
        (self.query.len(), literals.count(), self.method != "*")
    }

    fn first<'t>(targets: &'t [Target], method: &str, query: &str) -> Option<&'t Target> {
        targets.iter().find(|target| {
            (target.method == method || target.method == "*")
                && target.query.iter().all(|(name, wanted)| match (wanted, query_value(query, name)) {
                    (QueryValue::Literal(wanted), Some(value)) => decoded(wanted).eq(decoded(value)),
                    (QueryValue::Parameter(_), Some(_)) => true,
                    (_, None) => false,
                })
        })
    }
}

impl Mixed {
    /// True if the segment has all literals in order, with something in each gap; the gaps are added to `values`.
    fn matches<'p>(&self, segment: &'p str, values: &mut Vec<&'p str>) -> bool {
        let mark = values.len();
        let mut matches = || {
            let (first, rest) = self.literals.split_first()?;
            let mut left = segment.get(literal_length(segment, first)?..)?;
            let (last, middle) = rest.split_last()?;
            for literal in middle {
                let (value, rest) = value_ends(left).find_map(|end| {
                    let after = left.get(end..)?;
                    Some((left.get(..end)?, after.get(literal_length(after, literal)?..)?))
                })?;
                values.push(value);
                left = rest;
            }
            // What comes last reaches to the end of the segment.
            let end = value_ends(left).find(|&end| {
                let after = left.get(end..).unwrap_or_default();
                literal_length(after, last) == Some(after.len())
            })?;
            values.push(left.get(..end)?);
            Some(())
        };
        let matched = matches().is_some();
        if !matched {
            values.truncate(mark);
        }
        matched
    }
}

/// Splits `a{b}c{d}` into its literals (`a`, `c`, ``) and its parameters (`b`, `d`). `None` for a literal segment.
fn parameters(segment: &str) -> Option<(Vec<String>, Vec<&str>)> {
    let (mut literals, mut names) = (Vec::new(), Vec::new());
    let mut rest = segment;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        literals.push(literal.to_owned());
        names.push(name);
        rest = after;
    }
    literals.push(rest.to_owned());
    (!names.is_empty()).then_some((literals, names))
}
