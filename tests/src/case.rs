//! Cases as data: pages of Markdown whose fences say what goes in and what comes out. `docs/cases.md` shows the format.
//!
//! [`Page::read`] reads one page, [`crate::runners`] run its cases, and [`Page::write`] puts what really happened in the place
//! of what was expected.

use crate::service;
use bytes::Bytes;
use catalog::Service;
use diagnostic::Diagnostics;
use gateway::{Plan, Secrets};
use policy::script::{Reply, Sent};
use std::{fmt::Write, fs, ops::Range, path::PathBuf};
use wire::FailureKind;

/// Where every case's API has its backend.
pub const BACKEND: &str = "http://backend.example";

/// The definition of every case's API: it takes every path, with the usual methods.
const DEFINITION: &str = r#"
openapi: 3.0.3
info: { title: Anything, version: "1" }
paths:
  /{*path}:
    get: { operationId: get, responses: { "200": { description: any } } }
    post: { operationId: post, responses: { "200": { description: any } } }
    put: { operationId: put, responses: { "200": { description: any } } }
    patch: { operationId: patch, responses: { "200": { description: any } } }
    delete: { operationId: delete, responses: { "200": { description: any } } }
"#;

/// A page and its cases.
#[derive(Debug)]
pub struct Page {
    file: PathBuf,
    text: String,
    /// The cases, in the order of the page.
    pub cases: Vec<Case>,
}

/// What goes in, and what is expected to come out.
#[derive(Debug)]
pub struct Case {
    /// File, line and heading, to find it by.
    pub name: String,
    /// The policy file, whole.
    pub policy: String,
    /// What the client sends.
    pub given: Given,
    /// What backends answer, in the order in which they are asked.
    pub replies: Vec<(Asked, Reply)>,
    /// What is expected, in the order of the page.
    pub expected: Vec<Expected>,
}

/// What the client sends. Names of header fields are in lower case.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Given {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

/// Who asks a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The request of the exchange is forwarded.
    Forward,
    /// A policy sends a request of its own.
    Send,
}

/// One expectation, and where it stands.
#[derive(Clone, Debug)]
pub struct Expected {
    /// What about.
    pub what: What,
    /// The line of its first line.
    pub line: usize,
    /// Its place in the page's text.
    place: Range<usize>,
}

/// What an expectation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The requests that left the gateway.
    Upstream,
    /// The response that the client got.
    Sent,
    /// The variables at the end.
    Variables,
    /// What is wrong with the policy.
    Diagnostics,
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The requests that left the gateway, in their order.
    pub upstream: Vec<Sent>,
    /// The response that the client got.
    pub response: Answer,
    /// Replies that nobody asked for.
    pub replies_left: usize,
}

/// The response that the client got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Answer {
    pub status: u16,
    pub reason: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Page {
    /// Reads a page.
    ///
    /// # Errors
    /// Where the file cannot be read, or a fence is not of the format; says where.
    pub fn read(file: PathBuf) -> Result<Page, String> {
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let mut page = Page { cases: Vec::new(), text, file };
        for Section { heading, line, fences } in sections(&page.text).map_err(|why| format!("{}: {why}", page.file.display()))? {
            let name = format!("{}:{line}: {heading}", page.file.display());
            page.cases.push(Case::new(name.clone(), &page.text, &fences).map_err(|why| format!("{name}: {why}"))?);
        }
        Ok(page)
    }

    /// What the page says now.
    pub fn text(&self, expected: &Expected) -> &str {
        &self.text[expected.place.clone()]
    }

    /// Puts texts in the place of expectations, and writes the file if that changes it.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(&self, mut new: Vec<(Expected, String)>) -> std::io::Result<()> {
        // From the end, so that the places before stay where they are.
        new.sort_by_key(|(expected, _)| std::cmp::Reverse(expected.place.start));
        let mut text = self.text.clone();
        for (expected, new) in new {
            text.replace_range(expected.place, &new);
        }
        if text == self.text { Ok(()) } else { fs::write(&self.file, text) }
    }
}

/// A fence: what stands behind its backticks, and the place of its text.
struct Fence<'a> {
    info: &'a str,
    line: usize,
    place: Range<usize>,
}

/// A section that starts with `## `: the heading, its line, and the fences.
struct Section<'a> {
    heading: &'a str,
    line: usize,
    fences: Vec<Fence<'a>>,
}

fn sections(page: &str) -> Result<Vec<Section<'_>>, String> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut open: Option<Fence<'_>> = None;
    let mut position = 0;
    for (number, line) in (1..).zip(page.split_inclusive('\n')) {
        let (start, trimmed) = (position, line.trim_end());
        position += line.len();
        match (&mut open, trimmed.strip_prefix("```")) {
            (Some(fence), Some("")) => {
                fence.place.end = start;
                let fence = open.take();
                if let Some(section) = sections.last_mut() {
                    section.fences.extend(fence);
                }
            }
            (Some(_), _) => {}
            (None, Some(info)) => open = Some(Fence { info, line: number + 1, place: position..position }),
            (None, None) => {
                if let Some(heading) = trimmed.strip_prefix("## ") {
                    sections.push(Section { heading, line: number, fences: Vec::new() });
                }
            }
        }
    }
    match open {
        Some(fence) => Err(format!("the fence before line {} does not end", fence.line)),
        None => Ok(sections),
    }
}

impl Case {
    fn new(name: String, page: &str, fences: &[Fence<'_>]) -> Result<Case, String> {
        let (mut document, mut sections) = (None, Vec::new());
        let mut case = Case {
            name,
            policy: String::new(),
            given: Given { method: "GET".to_owned(), target: "/".to_owned(), headers: Vec::new(), body: Bytes::new() },
            replies: Vec::new(),
            expected: Vec::new(),
        };
        for fence in fences {
            let text = &page[fence.place.clone()];
            let what = match fence.info {
                "xml policies" => {
                    document = Some(text.to_owned());
                    continue;
                }
                "xml inbound" | "xml backend" | "xml outbound" | "xml on-error" => {
                    sections.push((&fence.info[4..], text));
                    continue;
                }
                "http given" => {
                    case.given = given(text).ok_or_else(|| format!("line {}: write `GET /path` first", fence.line))?;
                    continue;
                }
                "host" => {
                    for (line, text) in (fence.line..).zip(text.lines()) {
                        let help = "write `forward -> 200 [Name: value] body`, or `send`, `timeout` or `refused`";
                        case.replies.push(reply(text).ok_or_else(|| format!("line {line}: {help}"))?);
                    }
                    continue;
                }
                "http upstream" => What::Upstream,
                "http sent" => What::Sent,
                "variables" => What::Variables,
                "text diagnostics" => What::Diagnostics,
                info => return Err(format!("line {}: there is no fence `{info}`; docs/cases.md lists them", fence.line)),
            };
            case.expected.push(Expected { what, line: fence.line, place: fence.place.clone() });
        }
        case.policy = match (document, sections.is_empty()) {
            (Some(document), true) => document,
            (None, _) => written(&sections),
            (Some(_), false) => return Err("`xml policies` is the whole file; put the other sections into it".to_owned()),
        };
        if case.expected.is_empty() {
            return Err("nothing is expected; add an empty fence, and `UPDATE=1` fills it".to_owned());
        }
        if case.is_rejected() && case.expected.len() > 1 {
            return Err("a policy with diagnostics does not run; expect nothing else".to_owned());
        }
        Ok(case)
    }

    /// True if the case shows what is wrong with a policy, rather than what a policy does.
    pub fn is_rejected(&self) -> bool {
        self.expected.iter().any(|expected| expected.what == What::Diagnostics)
    }

    /// What is wrong with the policy.
    pub fn diagnostics(&self) -> Diagnostics {
        match self.service() {
            Ok(service) => gateway::check(&service),
            Err(diagnostics) => diagnostics,
        }
    }

    /// The service in which the case happens: one API at the root, open to everybody, with the policy.
    fn service(&self) -> Result<Service, Diagnostics> {
        let information = format!("properties: {{ path: '', serviceUrl: '{BACKEND}', subscriptionRequired: false }}");
        let folder = service::folder(&[
            ("apis/anything/specification.yaml", DEFINITION),
            ("apis/anything/apiInformation.yaml", &information),
            ("apis/anything/policy.xml", &self.policy),
        ]);
        let loaded = catalog::load(&folder, None);
        loaded.service.ok_or(loaded.diagnostics)
    }

    /// The plan of the case's service.
    ///
    /// # Errors
    /// Where the policy does not check; says what is wrong with it.
    pub fn plan(&self) -> Result<Plan, String> {
        let diagnostics = self.diagnostics();
        match self.service() {
            Ok(service) if !diagnostics.has_errors() => Ok(Plan::new(&service, &Secrets::default())),
            _ => Err(format!("the policy is wrong:\n{}", diagnostic::render::all_text(&diagnostics))),
        }
    }
}

/// A policy file with these sections.
fn written(sections: &[(&str, &str)]) -> String {
    let mut file = "<policies>\n".to_owned();
    for (section, text) in sections {
        let _ = writeln!(file, "<{section}>\n{text}</{section}>");
    }
    file + "</policies>\n"
}

/// `METHOD target`, header lines, a blank line, the body. A body has its length with it, as clients send it.
fn given(text: &str) -> Option<Given> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, target) = lines.next()?.split_once(' ')?;
    let mut headers: Vec<_> = lines.map(field).collect::<Option<_>>()?;
    let body = body.strip_suffix('\n').unwrap_or(body);
    if !body.is_empty() {
        headers.push(("content-length".to_owned(), body.len().to_string()));
    }
    Some(Given { method: method.to_owned(), target: target.to_owned(), headers, body: Bytes::copy_from_slice(body.as_bytes()) })
}

fn field(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    Some((name.to_ascii_lowercase(), value.trim().to_owned()))
}

/// `forward -> 200 [Name: value] body`. The answer has its length with it, as backends send it.
fn reply(line: &str) -> Option<(Asked, Reply)> {
    let (asked, answer) = line.split_once(" -> ")?;
    let asked = match asked.trim() {
        "forward" => Asked::Forward,
        "send" => Asked::Send,
        _ => return None,
    };
    let reply = match answer.trim() {
        "timeout" => Reply::Failure(FailureKind::Timeout),
        "refused" => Reply::Failure(FailureKind::Connection),
        answer => {
            let (status, mut rest) = answer.split_once(' ').unwrap_or((answer, ""));
            let mut headers = Vec::new();
            while let Some((header, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                // JSON starts with a bracket too, but not with a header field.
                let Some(field) = field(header) else { break };
                headers.push(field);
                rest = after.trim_start();
            }
            headers.push(("content-length".to_owned(), rest.len().to_string()));
            Reply::Response { status: status.parse().ok()?, headers, body: Bytes::copy_from_slice(rest.as_bytes()) }
        }
    };
    Some((asked, reply))
}

/// Fields that say how a message was carried rather than what it says; pages leave them out.
const CARRIAGE: [&str; 3] = ["content-length", "host", "x-forwarded-for"];

/// Requests as pages show them.
pub fn upstream(requests: &[Sent]) -> String {
    let one = |sent: &Sent| message(&format!("{} {}", sent.method, sent.url), &sent.headers, &sent.body);
    match requests {
        [] => "nothing\n".to_owned(),
        requests => requests.iter().map(one).collect::<Vec<_>>().join("---\n"),
    }
}

/// A response as pages show it: the usual reason phrase where none was set, and no number that is new in every run.
pub fn sent(answer: &Answer) -> String {
    let usual = http::StatusCode::from_u16(answer.status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
    let reason = if answer.reason.is_empty() { usual } else { &answer.reason };
    let text = message(format!("HTTP/1.1 {} {reason}", answer.status).trim_end(), &answer.headers, &answer.body);
    const NUMBER: &str = "\"activityId\": \"";
    match text.split_once(NUMBER).and_then(|(before, after)| Some((before, after.get(36..)?))) {
        Some((before, after)) => format!("{before}{NUMBER}<guid>{after}"),
        None => text,
    }
}

fn message(first: &str, headers: &[(String, String)], body: &Bytes) -> String {
    let mut text = format!("{first}\n");
    for (name, value) in headers.iter().filter(|(name, _)| !CARRIAGE.contains(&name.as_str())) {
        let _ = writeln!(text, "{name}: {value}");
    }
    if !body.is_empty() {
        let _ = writeln!(text, "\n{}", String::from_utf8_lossy(body).trim_end_matches('\n'));
    }
    text
}
