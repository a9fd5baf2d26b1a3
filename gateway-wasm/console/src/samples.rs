//! A request in many languages, one file each; what they share is here.
//!
//! Every sample runs as it is where its language is installed: it sends exactly the bytes of the request, whatever characters
//! they are, and prints what comes back. `tests/run.rs` runs those whose language it finds.

mod csharp;
mod curl;
mod go;
mod http;
mod java;
mod javascript;
mod php;
mod powershell;
mod python;
mod ruby;
mod rust;
mod swift;

use crate::request::{Body, Request};

/// A language that requests are written in.
#[derive(Clone, Copy, Debug)]
pub struct Language {
    /// A short name, for addresses and for remembering the choice.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Of files in this language.
    pub extension: &'static str,
    /// Writes a request.
    pub write: fn(&Request) -> String,
}

const fn language(id: &'static str, title: &'static str, extension: &'static str, write: fn(&Request) -> String) -> Language {
    Language { id, title, extension, write }
}

/// All of them, in the order in which they are offered.
pub const LANGUAGES: [Language; 13] = [
    language("curl", "curl", "sh", curl::write),
    language("http", "HTTP", "txt", http::write),
    language("javascript", "JavaScript", "mjs", javascript::write),
    language("typescript", "TypeScript", "ts", javascript::write_typescript),
    language("python", "Python", "py", python::write),
    language("csharp", "C#", "cs", csharp::write),
    language("java", "Java", "java", java::write),
    language("go", "Go", "go", go::write),
    language("php", "PHP", "php", php::write),
    language("ruby", "Ruby", "rb", ruby::write),
    language("rust", "Rust", "rs", rust::write),
    language("swift", "Swift", "swift", swift::write),
    language("powershell", "PowerShell", "ps1", powershell::write),
];

/// The language of that name.
pub fn by_id(id: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|language| language.id == id)
}

/// How a language writes what cannot stand in a text between double quotes as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    /// `\u001F`: C#, JavaScript, Go and Python.
    Four,
    /// `\u{1F}`: Rust and Swift.
    Braces,
    /// `\037`: Java, which reads `\u000a` as a line's end before it reads the text.
    Octal,
}

/// A text between double quotes.
fn quoted(text: &str, escape: Escape) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            character if is_odd(character) => out.push_str(&odd(character, escape)),
            character => out.push(character),
        }
    }
    out.push('"');
    out
}

/// Control characters, what some languages take for the end of a line, and what turns the order of a line around: nobody must
/// read something else than what runs.
fn is_odd(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn odd(character: char, escape: Escape) -> String {
    let code = u32::from(character);
    match escape {
        Escape::Braces => format!("\\u{{{code:X}}}"),
        Escape::Octal if code < 256 => format!("\\{code:03o}"),
        _ => format!("\\u{code:04X}"),
    }
}

/// A text that may stand on several lines as it is: nothing odd in it but ends of lines.
fn is_plain(text: &str) -> bool {
    !text.chars().any(|character| character != '\n' && character != '\t' && is_odd(character))
}

/// True if it is worth several lines.
fn is_long(text: &str) -> bool {
    text.contains('\n') && is_plain(text)
}

/// Header fields but for the content type, and the content type: in some languages it belongs to the body.
fn apart(request: &Request) -> (Vec<(&str, &str)>, Option<&str>) {
    let fields = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let is_type = |name: &str| name.eq_ignore_ascii_case("content-type") && request.body != Body::Empty;
    (fields.filter(|(name, _)| !is_type(name)).collect(), request.header("content-type").filter(|_| is_type("content-type")))
}

/// `Post` for `POST`.
fn capitalised(method: &str) -> String {
    let mut characters = method.chars();
    characters.next().map_or_else(String::new, |first| first.to_string() + &characters.as_str().to_lowercase())
}
