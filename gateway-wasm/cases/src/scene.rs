//! The fence `host`: what the world is like, a line each.

use crate::{
    fence::Lines,
    http::{field, is_token},
};
use bytes::Bytes;
use diagnostic::nearest;
use dotnet::DateTimeOffset;
use policy::{
    host::Authorization,
    script::{Asked, Cached, Clock, Counter, Random, Reply, Scene, Scripted, To},
};
use std::net::IpAddr;
use wire::FailureKind;

const ID: &str = "case/host";

/// Reads the lines; what is wrong with one is reported, and the others count.
pub(crate) fn read(lines: &mut Lines<'_, '_>) -> Scene {
    let mut scene = Scene::default();
    let all: Vec<&str> = lines.text.lines().collect();
    let mut at = 0;
    while let Some(line) = all.get(at) {
        let number = lines.first + at;
        at += 1;
        // Lines that begin with spaces are the body of the answer before them.
        let more = all[at..].iter().take_while(|line| line.starts_with("  ") || line.is_empty()).count();
        let body: Vec<&str> = all[at..at + more].iter().map(|line| line.strip_prefix("  ").unwrap_or_default()).collect();
        if line.trim().is_empty() {
            continue;
        }
        match one(line, number, &mut scene) {
            Ok(()) => {}
            Err(Wrong(part, message, help)) => lines.error(ID, part, message, help),
        }
        let body = body.join("\n");
        if body.trim().is_empty() {
            continue;
        }
        at += more;
        match scene.replies.last_mut().filter(|scripted| scripted.line == number) {
            Some(Scripted { reply: Reply::Response { headers, body: place, .. }, .. }) if place.is_empty() => {
                *place = Bytes::from(body.trim_end_matches('\n').to_owned());
                headers.retain(|(name, _)| name != "content-length");
                headers.push(("content-length".to_owned(), place.len().to_string()));
            }
            Some(_) => {
                let help = "write the whole body below the answer, or all of it behind it";
                lines.error(ID, all[at - more], "this answer has a body already, or can have none", help);
            }
            // The line itself is wrong, and that was said.
            None => {}
        }
    }
    scene
}

/// What is wrong with a part of a line, and the way out.
struct Wrong<'a>(&'a str, String, String);

fn wrong<'a>(part: &'a str, message: impl Into<String>, help: impl Into<String>) -> Wrong<'a> {
    Wrong(part, message.into(), help.into())
}

fn one<'a>(line: &'a str, number: usize, scene: &mut Scene) -> Result<(), Wrong<'a>> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    match word {
        "now" => scene.clock = clock(line, rest)?,
        "random" => scene.random = random(line, rest)?,
        "count" => {
            let (key, rest) = quoted(line, rest)?;
            let (window, count) = arrow(line, rest)?;
            let window = duration(window.trim())
                .ok_or_else(|| wrong(line, "a counter counts for some time", "write `count \"key\" 60s -> 3`"))?;
            let count = count.parse().map_err(|_| wrong(count, format!("`{count}` is no count"), "write a whole number"))?;
            scene.counters.push(Counter { key, window_ms: window / 1_000, count });
        }
        "cache" => {
            let (key, rest) = quoted(line, rest)?;
            let (lives, value) = arrow(line, rest)?;
            let lives = match lives.trim() {
                "" => None,
                lives => {
                    let help = "write `cache \"key\" 60s -> value`, or no time at all";
                    Some(duration(lives).ok_or_else(|| wrong(lives, format!("`{lives}` is no time"), help))?)
                }
            };
            let cached = Cached { value: value.to_owned(), lives_ms: lives.map(|micros| micros / 1_000) };
            if scene.cache.insert(key.clone(), cached).is_some() {
                return Err(wrong(line, format!("the cache has `{key}` already"), "keep one of them"));
            }
        }
        "client" => {
            let help = "write `client 2001:db8::1`, or `client unknown` as behind the portable door";
            let address = match rest.trim() {
                "unknown" => String::new(),
                address => {
                    let parsed: Result<IpAddr, _> = address.parse();
                    parsed.map_err(|_| wrong(line, format!("`{address}` is no IP address"), help))?.to_string()
                }
            };
            scene.client_address = Some(address);
        }
        "token" => {
            let (key, rest) = quoted(line, rest)?;
            let (_, found) = arrow(line, rest)?;
            let (token, claims) = found.split_once(' ').unwrap_or((found, ""));
            let token = Authorization { access_token: token.to_owned(), claims: claims.trim().to_owned() };
            if scene.tokens.insert(key.clone(), token).is_some() {
                return Err(wrong(line, format!("there is a token for `{key}` already"), "keep one of them"));
            }
        }
        "busy" => {
            let (key, rest) = quoted(line, rest)?;
            let (_, places) = arrow(line, rest)?;
            let places = places.parse();
            let help = "write how many other requests are inside: `busy \"key\" -> 3`";
            let places = places.map_err(|_| wrong(line, "this is no number of requests", help))?;
            if scene.busy.insert(key.clone(), places).is_some() {
                return Err(wrong(line, format!("`{key}` is busy already"), "keep one of them"));
            }
        }
        _ => scene.replies.push(reply(line, number)?),
    }
    Ok(())
}

/// `2026-01-02T03:04:05Z`, and perhaps `+1s`.
fn clock<'a>(line: &'a str, rest: &'a str) -> Result<Clock, Wrong<'a>> {
    let help = "write `now 2026-01-02T03:04:05Z`, and `+1s` after it if each look at the clock is to be later";
    let mut words = rest.split_whitespace();
    let (time, step) = (words.next().unwrap_or_default(), words.next());
    let now = DateTimeOffset::from_internet(time).ok_or_else(|| wrong(line, format!("`{time}` is no time in UTC"), help))?;
    let step_micros = match step {
        None => 0,
        Some(step) => {
            let step = step.strip_prefix('+').and_then(duration);
            step.and_then(|micros| i64::try_from(micros).ok()).ok_or_else(|| wrong(line, "the clock's step is no time", help))?
        }
    };
    match words.next() {
        None => Ok(Clock { now_micros: now.unix_micros(), step_micros }),
        Some(word) => Err(wrong(word, format!("`{word}` says nothing here"), help)),
    }
}

/// `1 2 3`, or `seed 42`.
fn random<'a>(line: &'a str, rest: &'a str) -> Result<Random, Wrong<'a>> {
    let (is_seed, numbers) = rest.strip_prefix("seed ").map_or((false, rest), |seed| (true, seed));
    let numbers: Result<Vec<u64>, Wrong<'a>> = numbers
        .split_whitespace()
        .map(|word| {
            word.parse()
                .map_err(|_| wrong(word, format!("`{word}` is no whole number"), "write `random 1 2 3`, or `random seed 42`"))
        })
        .collect();
    match (numbers?.as_slice(), is_seed) {
        ([seed], true) => Ok(Random::Seed(*seed)),
        (numbers @ [_, ..], false) => Ok(Random::Numbers(numbers.to_vec())),
        _ => Err(wrong(line, "this line has no numbers", "write `random 1 2 3`, or `random seed 42`")),
    }
}

/// `forward -> 200 [Name: value] body`. The answer has its length with it, as backends send it.
fn reply<'a>(line: &'a str, number: usize) -> Result<Scripted, Wrong<'a>> {
    let words = ["forward", "send", "now", "random", "count", "cache", "busy", "client", "token"];
    let first = line.split_whitespace().next().unwrap_or_default();
    let Some((asked, answer)) = line.split_once("->") else {
        let help = match nearest(first, words) {
            Some(word) => format!("did you mean `{word}`?"),
            None => "write `forward -> 200 body`; docs/cases.md lists what else a line can say".to_owned(),
        };
        return Err(wrong(line, "this line says nothing about the world", help));
    };
    let mut asked: Vec<&str> = asked.split_whitespace().collect();
    let mut after_micros = 0;
    if let [.., "after", time] = asked.as_slice() {
        let help = "write `forward after 2s -> 200`";
        let micros = duration(time).and_then(|micros| i64::try_from(micros).ok());
        after_micros = micros.ok_or_else(|| wrong(time, format!("`{time}` is no time"), help))?;
        asked.truncate(asked.len() - 2);
    }
    let is_url = |text: &str| text.contains("://") || text.starts_with('*');
    let to = match asked.as_slice() {
        ["forward"] => To::Asked(Asked::Forward),
        ["send"] => To::Asked(Asked::Send),
        [url] if is_url(url) => To::Url(None, (*url).to_owned()),
        [method, url] if is_url(url) && is_token(method) => To::Url(Some((*method).to_owned()), (*url).to_owned()),
        _ => {
            let help = match nearest(first, words) {
                Some(word) => format!("did you mean `{word}`?"),
                None => "write `forward`, `send`, or the URL of the request: `GET https://stock.example/*`".to_owned(),
            };
            return Err(wrong(first, "it is not clear which request this answers", help));
        }
    };
    Ok(Scripted { to, after_micros, reply: answered(answer.trim())?, line: number })
}

fn answered(answer: &str) -> Result<Reply, Wrong<'_>> {
    match answer {
        "timeout" => return Ok(Reply::Failure(FailureKind::Timeout)),
        "refused" => return Ok(Reply::Failure(FailureKind::Connection)),
        _ => {}
    }
    let (word, mut rest) = answer.split_once(' ').unwrap_or((answer, ""));
    let status = word.parse().ok().filter(|status| (100..1000).contains(status));
    let Some(status) = status else {
        let help = match nearest(word, ["timeout", "refused"]) {
            Some(word) => format!("did you mean `{word}`?"),
            None => "write a status code, `timeout` or `refused`".to_owned(),
        };
        return Err(wrong(word, "this is no answer", help));
    };
    let mut headers = Vec::new();
    while let Some((header, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        // JSON starts with a bracket too, but not with a header field.
        let Some(field) = field(header) else { break };
        headers.push(field);
        rest = after.trim_start();
    }
    headers.push(("content-length".to_owned(), rest.len().to_string()));
    Ok(Reply::Response { status, headers, body: Bytes::copy_from_slice(rest.as_bytes()) })
}

/// A text in quotes at the front, and the rest.
fn quoted<'a>(line: &'a str, rest: &'a str) -> Result<(String, &'a str), Wrong<'a>> {
    let inner = rest.trim_start().strip_prefix('"');
    let parts = inner.and_then(|inner| {
        let mut text = String::new();
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => return Some((text, &inner[at + 1..])),
                '\\' => text.push(chars.next()?.1),
                c => text.push(c),
            }
        }
        None
    });
    parts.ok_or_else(|| wrong(line, "the key is missing", "write it in quotes: `count \"key\" 60s -> 3`"))
}

fn arrow<'a>(line: &'a str, rest: &'a str) -> Result<(&'a str, &'a str), Wrong<'a>> {
    let (before, after) =
        rest.split_once("->").ok_or_else(|| wrong(line, "this line has no `->`", "write what it gives after `->`"))?;
    Ok((before, after.trim()))
}

/// `250ms`, `60s`, `5m`, `1h`, `1d`, in microseconds.
fn duration(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let ms: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    // A century is enough for everybody, and keeps every sum of times in its bounds.
    let micros = number.parse::<u64>().ok()?.checked_mul(ms)?.checked_mul(1_000)?;
    (micros <= 36_525 * 86_400_000_000).then_some(micros)
}
