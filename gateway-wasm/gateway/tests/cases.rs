//! Runs `tests/cases/gateway/*.md`: a file is a service, each heading a request to it.
//!
//! Before the first `##` heading, ```` ```yaml apis/orders/specification.yaml ```` is a file of the service folder,
//! ```` ```keys ```` has a line `subscription: primary-key secondary-key` for each subscription,
//! the second where there is one, ```` ```secrets ```` a line `named-value: value`. A service that does not check has no cases:
//! ```` ```text findings ```` is what people see of it. In a case, ```` ```http given ```` is the request, ```` ```http reply ```` what the backend answers
//! (`no answer` if it does not), in order; ```` ```certificate given ```` is the certificate in PEM by which the client connected, for which no
//! authority vouches; what is not written is 200 with the body `ok`. ```` ```http sent ```` is exactly
//! what the client gets, and ```` ```http upstream ```` exactly what goes to the backend; where a case does not have the
//! first, the client gets 200 `ok`, and where it does not have the second, nothing goes to a backend. ```` ```log ```` is what
//! operators read, and ```` ```events ```` what is emitted. GUIDs stand as `<guid>`, and `x-forwarded-for` is left out where it is the
//! client's address and nothing else.
//!
//! Every case runs a second time with a trace, if its request leads to an API: neither the trace, nor what operators read, nor any event
//! for people may hold a key or a secret of the file, however it is written there.
//! `UPDATE=1 cargo test -p gateway` writes the expectations.
#![allow(clippy::disallowed_methods, reason = "tests read their cases from files")]

use diagnostic::render;
use dotnet::crypto::pem;
use gateway::{DebugKey, Gateway, Keys, Plan, Secrets, Served};
use policy::{
    Host, Response,
    mask::SECRET_BYTES_MIN,
    script::{Clock, Reply, Scene, Script, Scripted, Sent, To},
};
use std::{fmt::Write, fs, ops::Range, path::PathBuf};
use wire::{FailureKind, RequestHead, RequestHeadBuilder, Revocation, Scheme, Shown, Trust};

mod wait;

const CLIENT_ADDRESS: &str = "192.0.2.7";
const HOST: &str = "gateway.example";
const DEBUG_KEY: DebugKey = DebugKey([7; 32]);
/// The subscriptions of the cases start and end around the first of January.
const NOW_SECONDS: i64 = 1_767_225_600;
const OK: &str = "HTTP/1.1 200 OK\n\nok\n";

#[test]
fn cases() {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/gateway");
    let update = std::env::var_os("UPDATE").is_some();
    let (mut failures, mut count) = (String::new(), 0);
    let entries = fs::read_dir(directory).expect("the cases are there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "md")) {
        let text = fs::read_to_string(file).expect("readable");
        let sections = sections(&text);
        let mut out = sections[0].to_owned();
        match service(sections[0]) {
            Ok((gateway, secrets)) => {
                for section in &sections[1..] {
                    count += 1;
                    let written = case(section, &gateway);
                    for seen in leaks(section, &gateway, &secrets) {
                        let heading = section.lines().next().unwrap_or_default();
                        let _ = writeln!(failures, "{}: {heading}: a secret can be seen: {seen}", file.display());
                    }
                    if written != *section && !update {
                        let _ = writeln!(failures, "{}:\n{}", file.display(), difference(section, &written));
                    }
                    out.push_str(&written);
                }
                if update && out != text {
                    fs::write(file, out).expect("writable");
                }
            }
            Err(findings) => {
                let blocks = blocks(&text);
                let expected = blocks.iter().find(|(info, ..)| *info == "text findings");
                match expected {
                    Some((_, expected, _)) if *expected == findings => {}
                    Some((.., range)) if update => {
                        out.replace_range(range.clone(), &findings);
                        fs::write(file, out).expect("writable");
                    }
                    _ => {
                        let _ = writeln!(failures, "{}: the service does not check\n{findings}", file.display());
                    }
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures}\nUPDATE=1 cargo test -p gateway writes new expectations");
    assert!(count > 200, "only {count} cases were found");
}

/// The text before the first `##` heading, then each heading with what belongs to it.
fn sections(text: &str) -> Vec<&str> {
    let (mut sections, mut start, mut at, mut fenced) = (Vec::new(), 0, 0, false);
    for line in text.split_inclusive('\n') {
        fenced ^= line.starts_with("```");
        if !fenced && line.starts_with("## ") {
            sections.push(&text[start..at]);
            start = at;
        }
        at += line.len();
    }
    sections.push(&text[start..]);
    sections
}

/// A fenced block: info string, text, and where the text stands.
type Block<'a> = (&'a str, &'a str, Range<usize>);

fn blocks(section: &str) -> Vec<Block<'_>> {
    let (mut blocks, mut open, mut at) = (Vec::new(), None, 0);
    for line in section.split_inclusive('\n') {
        if let Some(info) = line.strip_prefix("```") {
            match open.take() {
                None => open = Some((info.trim(), at + line.len())),
                Some((info, start)) => blocks.push((info, &section[start..at], start..at)),
            }
        }
        at += line.len();
    }
    blocks
}

/// The gateway of a file and its secrets, or what is wrong with its service.
fn service(section: &str) -> Result<(Gateway, Vec<String>), String> {
    let (mut folder, mut secrets) = (catalog::Folder::new(), Secrets { debug_key: Some(DEBUG_KEY), ..Secrets::default() });
    for (info, text, _) in blocks(section) {
        let lines = || text.lines().filter_map(|line| line.split_once(": "));
        match info.split_once(' ') {
            None if info == "keys" => {
                for (name, keys) in lines() {
                    let mut keys = keys.split(' ').map(str::to_owned);
                    secrets.subscriptions.insert(name.to_owned(), Keys { primary: keys.next(), secondary: keys.next() });
                }
            }
            None if info == "secrets" => {
                secrets.named_values.extend(lines().map(|(name, value)| (name.to_owned(), value.to_owned())));
            }
            Some(("text", "findings")) => {}
            None => return Err(format!("a fence says `{info}`: it needs a file name")),
            Some((_, path)) => folder.insert(path, text.as_bytes()),
        }
    }
    let loaded = catalog::load(&folder, None);
    let Some(service) = loaded.service else { return Err(render::all_text(&loaded.diagnostics)) };
    let findings = gateway::check(&service);
    if findings.has_errors() {
        return Err(render::all_text(&findings));
    }
    let gateway = Gateway::new(Plan::read(&Plan::new(&service, &secrets).write())?);
    let keys = secrets.subscriptions.into_values().flat_map(|keys| [keys.primary, keys.secondary]).flatten();
    let all = keys.chain(secrets.named_values.into_values());
    Ok((gateway, all.filter(|secret| secret.len() >= SECRET_BYTES_MIN).collect()))
}

/// What the world answers in a case.
fn world(own: &[Block<'_>]) -> Script {
    let replies = own.iter().filter(|(info, ..)| *info == "http reply").map(|(_, text, _)| reply(text));
    let replies = replies.chain((0..4).map(|_| reply(OK)));
    let scripted = replies.map(|reply| Scripted { to: To::Url(None, "*".to_owned()), after_micros: 0, reply, line: 0 });
    Script::new(
        Scene {
            replies: scripted.collect(),
            clock: Clock { now_micros: NOW_SECONDS * 1_000_000, ..Clock::default() },
            ..Scene::default()
        },
        Default::default(),
    )
}

/// Lines that somebody can read, and should not.
fn leaks(section: &str, gateway: &Gateway, secrets: &[String]) -> Vec<String> {
    let own = blocks(section);
    let host = world(&own);
    let given = own.iter().find(|(info, ..)| *info == "http given").map_or("GET /", |(_, text, _)| text);
    let Some((api, _)) = gateway.find(&request(given, &[])) else { return Vec::new() };
    let token = DEBUG_KEY.token(api, NOW_SECONDS + 3600);
    let traced = format!("{}\nApim-Debug-Authorization: {token}\n", given.trim_end());
    let traced = request(&traced, &certificate(&own));
    let served = wait::for_ready(gateway::serve(gateway, traced, &host));
    assert!(matches!(served, Served::Respond(_)), "who is traced gets the response that the trace shows");
    let lines = host.log.borrow().iter().map(|(_, line)| line.clone()).collect::<Vec<_>>();
    // What a policy sends to a hub is data.
    let events = host.events.borrow().iter().filter(|event| !event.starts_with(r#"{"kind":"log""#)).cloned().collect::<Vec<_>>();
    // The token of the caller is nobody's to read either.
    let brought = given.lines().filter_map(|line| line.strip_prefix("Authorization: ")?.split(' ').next_back());
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).chain(brought).collect();
    let is_seen = |line: &String| {
        let plain = unescaped(line);
        secrets.iter().any(|secret| line.contains(secret) || plain.contains(secret))
    };
    lines.into_iter().chain(events).filter(is_seen).collect()
}

/// A text without percent escapes.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.split_at_checked(2).and_then(|(digits, rest)| Some((u8::from_str_radix(digits, 16).ok()?, rest))) {
            Some((byte, rest)) => {
                bytes.push(byte);
                bytes.extend(rest.as_bytes());
            }
            None => bytes.extend([b"%", part.as_bytes()].concat()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The case as it should be: with the expectations that hold.
fn case(section: &str, gateway: &Gateway) -> String {
    let own = blocks(section);
    let host = world(&own);
    let given = own.iter().find(|(info, ..)| *info == "http given").map_or("GET /", |(_, text, _)| text);
    let response = match wait::for_ready(gateway::serve(gateway, request(given, &certificate(&own)), &host)) {
        Served::Respond(response) => response,
        Served::HandOver(exchange, limits) => match wait::for_ready(host.forward(&exchange, limits)) {
            Ok(response) => response,
            Err(_) => gateway::failed(&host),
        },
    };
    let sent = without_guids(&response_text(&response, &host));
    let upstream: Vec<String> = host.sent.borrow().iter().map(upstream_text).collect();
    let upstream = without_guids(&upstream.join("\n"));
    let mut out = section.to_owned();
    for (info, _, range) in own.iter().rev() {
        match *info {
            "http sent" => out.replace_range(range.clone(), &sent),
            "http upstream" => out.replace_range(range.clone(), &upstream),
            "log" => {
                let lines = host.log.borrow().iter().map(|(level, line)| format!("{level:?}: {line}\n")).collect::<String>();
                out.replace_range(range.clone(), &lines);
            }
            "events" => {
                let events = host.events.borrow().iter().map(|event| format!("{event}\n")).collect::<String>();
                out.replace_range(range.clone(), &without_guids(&events));
            }
            _ => {}
        }
    }
    for (info, found, default) in [("http upstream", upstream.as_str(), ""), ("http sent", &sent, OK)] {
        if found != default && own.iter().all(|(own, ..)| *own != info) {
            out = format!("{}\n```{info}\n{found}```\n\n", out.trim_end());
        }
    }
    out
}

/// What the host says of the client's certificate; nothing if it has none.
fn certificate(own: &[Block<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some((_, text, _)) = own.iter().find(|(info, ..)| *info == "certificate given") {
        let chain = pem::blocks(text).into_iter().map(|block| block.contents).collect();
        let trust = Trust::Untrusted("nobody knows its issuer".to_owned());
        Shown { chain, trust, revocation: Revocation::Good }.write(&mut bytes);
    }
    bytes
}

fn request(given: &str, certificate: &[u8]) -> RequestHead {
    let (head, fields) = given.split_once('\n').unwrap_or((given, ""));
    let (method, target) = head.trim_end().split_once(' ').expect("METHOD target");
    let fields: Vec<_> = fields.lines().filter_map(|line| line.split_once(':')).collect();
    let authority = fields.iter().find(|(name, _)| *name == "Host").map_or(HOST, |(_, value)| value.trim());
    let mut bytes = Vec::new();
    let head = RequestHeadBuilder {
        scheme: Scheme::Https,
        method,
        authority,
        client_address: CLIENT_ADDRESS,
        peer_address: "",
        client_certificate: certificate,
        target,
    };
    let mut builder = head.write(&mut bytes);
    for (name, value) in fields.iter().filter(|(name, _)| *name != "Host") {
        builder.push(&name.to_ascii_lowercase(), value.trim().as_bytes());
    }
    builder.finish();
    RequestHead::read(bytes.into()).expect("a head")
}

fn reply(text: &str) -> Reply {
    if text.trim() == "no answer" {
        return Reply::Failure(FailureKind::Connection);
    }
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let (status, fields) = head.split_once('\n').unwrap_or((head, ""));
    let status = status.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("HTTP/1.1 200");
    let fields = fields.lines().filter_map(|line| line.split_once(": "));
    let headers = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Reply::Response { status, headers, body: body.trim_end().as_bytes().to_vec().into() }
}

fn response_text(response: &Response, host: &Script) -> String {
    let usual = match response.status {
        200 => "OK",
        201 => "Created",
        302 => "Found",
        401 => "Unauthorized",
        404 => "Not Found",
        418 => "I'm a teapot",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "",
    };
    let reason = if response.reason.is_empty() { usual } else { &response.reason };
    let mut out = format!("HTTP/1.1 {} {reason}\n", response.status);
    for (name, value) in response.headers.iter() {
        let _ = writeln!(out, "{name}: {value}");
    }
    let body = host.bytes(&response.body);
    if !body.is_empty() {
        let _ = writeln!(out, "\n{}", String::from_utf8_lossy(&body));
    }
    out
}

fn upstream_text(sent: &Sent) -> String {
    let mut out = format!("{} {}\n", sent.method, sent.url);
    for (name, value) in &sent.headers {
        if !(name == "x-forwarded-for" && value == CLIENT_ADDRESS) {
            let _ = writeln!(out, "{name}: {value}");
        }
    }
    out
}

fn without_guids(text: &str) -> String {
    let is_guid = |text: &str| {
        let shape = |byte: u8| if byte.is_ascii_hexdigit() { b'0' } else { byte };
        text.bytes().map(shape).eq(*b"00000000-0000-0000-0000-000000000000")
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if rest.get(..36).is_some_and(is_guid) {
            out.push_str("<guid>");
            rest = &rest[36..];
        } else {
            out.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    out
}

/// The lines that differ, as far as a person needs to find the place.
fn difference(expected: &str, found: &str) -> String {
    let mut out = expected.lines().next().unwrap_or_default().to_owned();
    let mut found_lines: Vec<&str> = found.lines().collect();
    for line in expected.lines() {
        match found_lines.iter().position(|found| *found == line) {
            Some(at) => {
                for new in found_lines.drain(..=at).filter(|new| *new != line) {
                    let _ = write!(out, "\n  found    {new}");
                }
            }
            None => {
                let _ = write!(out, "\n  expected {line}");
            }
        }
    }
    for new in found_lines {
        let _ = write!(out, "\n  found    {new}");
    }
    out
}
