//! Code with colours, computed when the site is built: each piece that means something stands in an element with a class.
//!
//! A lexer by table, not a parser: comments, texts, numbers, words of the language, names that are called. That is what a
//! reader sees at a glance, and it is right for half-written code, too, of which documentation is full. The crates that know
//! grammars (`syntect`, `giallo`, those on tree-sitter) bring megabytes of them, or a C compiler, for the same colours.
//!
//! The classes: `k` key, attribute, header; `s` text; `n` number, truth; `c` comment; `w` word of the language; `t` type, tag;
//! `f` what is called; `v` variable; `i` and `d` line that is put in or deleted.

use crate::markdown::escaped_text;
use rustc_hash::FxHashSet;
use std::sync::OnceLock;

/// Texts longer than this have no colours: nobody reads them, and pages stay small.
const BYTES_MAX: usize = 200_000;

/// Code as HTML, of which every element ends on the line on which it begins. A language that is not known gives the same text
/// without colours.
pub(crate) fn html(language: &str, text: &str) -> String {
    let pieces = match grammar(language) {
        Some(grammar) if text.len() <= BYTES_MAX => pieces(grammar, text),
        _ => vec![("", text)],
    };
    // About what the elements add to a sample.
    let mut out = String::with_capacity(text.len() * 2 + 64);
    for (class, piece) in pieces {
        if class.is_empty() {
            out.push_str(&escaped_text(piece));
            continue;
        }
        for (index, part) in piece.split('\n').enumerate() {
            if index > 0 {
                out.push('\n');
            }
            if !part.is_empty() {
                out.extend(["<span class=\"", class, "\">", &escaped_text(part), "</span>"]);
            }
        }
    }
    out
}

/// The same, line by line.
pub(crate) fn lines(language: &str, text: &str) -> Vec<String> {
    html(language, text).split('\n').map(str::to_owned).collect()
}

/// Whether a language has colours here.
pub(crate) fn is_known(language: &str) -> bool {
    matches!(language, "" | "text" | "txt" | "plain" | "plaintext" | "none") || grammar(language).is_some()
}

/// The names of languages for "did you mean".
pub(crate) const NAMES: &[&str] = &[
    "json",
    "yaml",
    "http",
    "bash",
    "shell",
    "console",
    "powershell",
    "javascript",
    "typescript",
    "python",
    "csharp",
    "java",
    "kotlin",
    "go",
    "php",
    "ruby",
    "rust",
    "swift",
    "c",
    "cpp",
    "sql",
    "xml",
    "html",
    "css",
    "toml",
    "ini",
    "graphql",
    "protobuf",
    "dockerfile",
    "hcl",
    "diff",
    "mermaid",
    "text",
];

/// How a language is read.
enum Grammar {
    /// Words, texts, comments.
    Code(&'static Language),
    /// Tags and attributes.
    Markup,
    /// Keys before colons, by line.
    Yaml,
    /// Keys before equals signs, by line.
    Settings,
    /// A request or a response.
    Http,
    /// Lines that are put in or deleted.
    Diff,
    /// What is typed, behind a prompt, and what comes back.
    Console,
}

/// A language that is read by words.
struct Words {
    line_comments: &'static [&'static str],
    block_comments: &'static [(&'static str, &'static str)],
    /// What begins and ends a text; those of several lines first.
    texts: &'static [&'static str],
    /// Words of the language, between spaces.
    keywords: &'static str,
    /// Words for values.
    values: &'static str,
    /// What begins a variable.
    variables: &'static str,
    /// A text before a colon is a key.
    has_keys: bool,
    /// Case does not count.
    any_case: bool,
    /// The first word of a line is what runs, and words with dashes before them are its options.
    is_shell: bool,
}

/// The words of a language, ready to be looked up: every word of every sample is.
struct Language {
    words: Words,
    lists: OnceLock<Lists>,
}

struct Lists {
    keywords: List,
    values: List,
    /// The ASCII characters with which a comment, a text or a variable may begin.
    marks: u128,
}

struct List {
    known: FxHashSet<String>,
    any_case: bool,
}

impl Language {
    const fn new(words: Words) -> Self {
        Self { words, lists: OnceLock::new() }
    }

    fn lists(&self) -> &Lists {
        let list = |words: &str| List::new(words, self.words.any_case);
        let Words { line_comments, block_comments, texts, variables, .. } = self.words;
        let marks = line_comments.iter().chain(block_comments.iter().map(|(open, _)| open)).chain(texts);
        let first = marks.filter_map(|mark| mark.bytes().next()).chain(variables.bytes());
        self.lists.get_or_init(|| Lists {
            keywords: list(self.words.keywords),
            values: list(self.words.values),
            marks: first.fold(0, |marks, one| marks | 1 << (one & 0x7f)),
        })
    }
}

impl List {
    fn new(words: &str, any_case: bool) -> Self {
        let folded = |word: &str| if any_case { word.to_ascii_lowercase() } else { word.to_owned() };
        Self { known: words.split_whitespace().map(folded).collect(), any_case }
    }

    fn has(&self, word: &str) -> bool {
        if self.any_case { self.known.contains(&word.to_ascii_lowercase()) } else { self.known.contains(word) }
    }
}

const PLAIN: Words = Words {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    texts: &["\"", "'"],
    keywords: "",
    values: "true false null",
    variables: "",
    has_keys: false,
    any_case: false,
    is_shell: false,
};

static JSON: Language = Language::new(Words { texts: &["\""], has_keys: true, ..PLAIN });
static SHELL: Language = Language::new(Words {
    line_comments: &["#"],
    block_comments: &[],
    keywords: "if then else elif fi for in do done while until case esac function return export local set unset source",
    variables: "$",
    is_shell: true,
    ..PLAIN
});
static POWERSHELL: Language = Language::new(Words {
    line_comments: &["#"],
    block_comments: &[("<#", "#>")],
    keywords: "if else elseif foreach for while do switch function param return try catch finally throw begin process end in",
    values: "$true $false $null",
    variables: "$",
    any_case: true,
    is_shell: true,
    ..PLAIN
});
static JAVASCRIPT: Language = Language::new(Words {
    texts: &["`", "\"", "'"],
    keywords: "const let var function return if else for while do switch case default break continue new class extends import \
               export from as async await try catch finally throw typeof instanceof in of this super yield delete void static \
               get set interface type enum implements private public protected readonly declare namespace abstract keyof satisfies",
    values: "true false null undefined NaN Infinity",
    ..PLAIN
});
static PYTHON: Language = Language::new(Words {
    line_comments: &["#"],
    block_comments: &[],
    texts: &["\"\"\"", "'''", "\"", "'"],
    keywords: "def class return if elif else for while in not and or is import from as with try except finally raise pass break \
               continue lambda yield global nonlocal assert del async await match case",
    values: "True False None self",
    ..PLAIN
});
static CSHARP: Language = Language::new(Words {
    texts: &["\"\"\"", "\"", "'"],
    keywords: "using namespace class struct record interface enum public private protected internal static readonly const new \
               return if else for foreach while do switch case default break continue in out ref var void async await try catch \
               finally throw get set init is as this base abstract virtual override sealed partial where yield lock string int \
               bool long double decimal byte object char float required",
    ..PLAIN
});
static JAVA: Language = Language::new(Words {
    texts: &["\"\"\"", "\"", "'"],
    keywords: "package import class interface enum record public private protected static final abstract new return if else for \
               while do switch case default break continue void try catch finally throw throws this super extends implements \
               instanceof var int long double float boolean byte char short fun val when is object companion data suspend in",
    ..PLAIN
});
static GO: Language = Language::new(Words {
    texts: &["`", "\"", "'"],
    keywords: "package import func return if else for range switch case default break continue go defer select chan map struct \
               interface type var const fallthrough goto string int int64 bool byte error float64 any",
    values: "true false nil iota",
    ..PLAIN
});
static PHP: Language = Language::new(Words {
    line_comments: &["//", "#"],
    keywords: "function return if else elseif for foreach while do switch case default break continue new class extends \
               implements interface trait public private protected static const use namespace as echo try catch finally throw \
               fn match readonly require require_once include",
    values: "true false null",
    variables: "$",
    any_case: true,
    ..PLAIN
});
static RUBY: Language = Language::new(Words {
    line_comments: &["#"],
    block_comments: &[],
    keywords: "def end class module if elsif else unless while until for in do return yield begin rescue ensure raise require \
               require_relative include extend attr_accessor attr_reader then case when and or not puts",
    values: "true false nil self",
    variables: "@:",
    ..PLAIN
});
static RUST: Language = Language::new(Words {
    texts: &["\""],
    keywords: "fn let mut const static struct enum trait impl mod pub use crate super as if else match for while loop in return \
               break continue async await move ref where type dyn unsafe extern",
    values: "true false self Self None Some Ok Err",
    ..PLAIN
});
static SWIFT: Language = Language::new(Words {
    texts: &["\"\"\"", "\""],
    keywords: "import func var let class struct enum protocol extension return if else guard for while in switch case default \
               break continue try catch throw throws async await init self super static private public internal fileprivate do \
               where as is inout some any",
    values: "true false nil",
    ..PLAIN
});
static C: Language = Language::new(Words {
    keywords: "int char void long short float double unsigned signed const static struct union enum typedef return if else for \
               while do switch case default break continue sizeof goto extern inline volatile auto class public private protected \
               namespace using template typename new delete virtual override include define ifdef ifndef endif bool",
    values: "true false NULL nullptr",
    ..PLAIN
});
static SQL: Language = Language::new(Words {
    line_comments: &["--"],
    texts: &["'", "\""],
    keywords: "select from where and or not in is like between join left right inner outer full on group by order having limit \
               offset insert into values update set delete create table alter drop index view primary key foreign references \
               unique distinct as union all case when then else end exists with desc asc",
    values: "null true false",
    any_case: true,
    ..PLAIN
});
static GRAPHQL: Language = Language::new(Words {
    line_comments: &["#"],
    block_comments: &[],
    texts: &["\"\"\"", "\""],
    keywords: "query mutation subscription fragment on type interface union enum input scalar schema directive extend implements \
               repeatable",
    variables: "$@",
    ..PLAIN
});
static PROTOBUF: Language = Language::new(Words {
    keywords: "syntax package import option message enum service rpc returns stream repeated optional required oneof map reserved \
               extend extensions to string int32 int64 uint32 uint64 sint32 sint64 bool bytes double float fixed32 fixed64",
    ..PLAIN
});
static CSS: Language =
    Language::new(Words { line_comments: &[], keywords: "important", variables: "@#.", has_keys: true, ..PLAIN });
static DOCKERFILE: Language = Language::new(Words {
    line_comments: &["#"],
    block_comments: &[],
    keywords: "FROM RUN CMD COPY ADD ENV ARG EXPOSE ENTRYPOINT WORKDIR USER VOLUME LABEL HEALTHCHECK SHELL STOPSIGNAL ONBUILD AS",
    variables: "$",
    ..PLAIN
});
static HCL: Language = Language::new(Words {
    line_comments: &["#", "//"],
    keywords: "resource data variable output provider module locals terraform for in if else endif param var targetScope",
    ..PLAIN
});

fn grammar(language: &str) -> Option<Grammar> {
    Some(match language.to_ascii_lowercase().as_str() {
        "json" | "jsonc" | "json5" | "jsonl" | "ndjson" | "geojson" => Grammar::Code(&JSON),
        "yaml" | "yml" => Grammar::Yaml,
        "http" | "https" => Grammar::Http,
        "sh" | "bash" | "shell" | "zsh" | "curl" | "make" | "makefile" => Grammar::Code(&SHELL),
        "console" | "terminal" | "shell-session" | "shellsession" | "session" => Grammar::Console,
        "powershell" | "ps1" | "pwsh" => Grammar::Code(&POWERSHELL),
        "js" | "javascript" | "jsx" | "mjs" | "ts" | "typescript" | "tsx" | "node" => Grammar::Code(&JAVASCRIPT),
        "py" | "python" => Grammar::Code(&PYTHON),
        "cs" | "c#" | "csharp" => Grammar::Code(&CSHARP),
        "java" | "kotlin" | "kt" | "scala" | "groovy" | "gradle" | "dart" => Grammar::Code(&JAVA),
        "go" | "golang" => Grammar::Code(&GO),
        "php" => Grammar::Code(&PHP),
        "rb" | "ruby" => Grammar::Code(&RUBY),
        "rs" | "rust" => Grammar::Code(&RUST),
        "swift" => Grammar::Code(&SWIFT),
        "c" | "h" | "cpp" | "c++" | "cc" | "hpp" | "objc" | "objective-c" => Grammar::Code(&C),
        "sql" => Grammar::Code(&SQL),
        "graphql" | "gql" => Grammar::Code(&GRAPHQL),
        "proto" | "protobuf" | "proto3" => Grammar::Code(&PROTOBUF),
        "css" | "scss" | "less" => Grammar::Code(&CSS),
        "dockerfile" | "docker" => Grammar::Code(&DOCKERFILE),
        "hcl" | "tf" | "terraform" | "bicep" => Grammar::Code(&HCL),
        "xml" | "html" | "svg" | "wsdl" | "xsd" | "xslt" | "vue" | "razor" | "policy" => Grammar::Markup,
        "toml" | "ini" | "env" | "dotenv" | "properties" | "cfg" | "conf" => Grammar::Settings,
        "diff" | "patch" => Grammar::Diff,
        _ => return None,
    })
}

/// Texts with their classes, in order; together they are the text.
type Pieces<'t> = Vec<(&'static str, &'t str)>;

fn pieces(grammar: Grammar, text: &str) -> Pieces<'_> {
    let mut pieces = Vec::new();
    match grammar {
        Grammar::Code(language) => code(language, text, &mut pieces),
        Grammar::Markup => markup(text, &mut pieces),
        Grammar::Yaml => by_line(text, &mut pieces, |line, pieces| setting(line, ':', pieces)),
        Grammar::Settings => by_line(text, &mut pieces, |line, pieces| setting(line, '=', pieces)),
        Grammar::Http => http(text, &mut pieces),
        Grammar::Diff => by_line(text, &mut pieces, |line, pieces| {
            let class = match line.as_bytes().first() {
                Some(b'+') => "i",
                Some(b'-') => "d",
                Some(b'@') => "c",
                _ => "",
            };
            pieces.push((class, line));
        }),
        Grammar::Console => by_line(text, &mut pieces, |line, pieces| {
            match ["$ ", "# ", "> ", "% "].iter().find(|prompt| line.starts_with(**prompt)) {
                Some(prompt) => {
                    pieces.push(("c", &line[..prompt.len()]));
                    code(&SHELL, &line[prompt.len()..], pieces);
                }
                None => pieces.push(("", line)),
            }
        }),
    }
    pieces
}

fn by_line<'t>(text: &'t str, pieces: &mut Pieces<'t>, mut each: impl FnMut(&'t str, &mut Pieces<'t>)) {
    for line in text.split_inclusive('\n') {
        each(line, pieces);
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn code<'t>(language: &Language, text: &'t str, pieces: &mut Pieces<'t>) {
    let words = &language.words;
    let mut rest = text;
    let mut at_start = true;
    let mut plain_from = 0;
    while let Some(first) = rest.chars().next() {
        let (class, length) = piece(language, rest, first, at_start);
        let taken = &rest[..length];
        at_start = if words.is_shell {
            // What runs stands first: on a line, behind a pipe, behind `&&`.
            match taken {
                "\n" | "|" | ";" | "&" => true,
                blank if blank.trim().is_empty() => at_start,
                _ => false,
            }
        } else {
            first == '\n' || (at_start && first.is_whitespace())
        };
        // Neighbours without a class are one piece.
        if !class.is_empty() {
            let at = text.len() - rest.len();
            if plain_from < at {
                pieces.push(("", &text[plain_from..at]));
            }
            pieces.push((class, taken));
            plain_from = at + length;
        }
        rest = &rest[length..];
    }
    if plain_from < text.len() {
        pieces.push(("", &text[plain_from..]));
    }
}

/// The class and length of the piece that begins here; the length is never zero.
fn piece(language: &Language, rest: &str, first: char, at_start: bool) -> (&'static str, usize) {
    let words = &language.words;
    let begins = |marks: u128| first.is_ascii() && marks >> (first as u8) & 1 == 1;
    if begins(language.lists().marks)
        && let Some(found) = marked(language, rest, first, at_start)
    {
        return found;
    }
    if first.is_ascii_digit() {
        let length = rest.find(|next: char| !(is_word(next) || next == '.')).unwrap_or(rest.len());
        return ("n", rest[..length].trim_end_matches('.').len().max(1));
    }
    if first == '@' && rest[1..].starts_with(char::is_alphabetic) && !words.is_shell {
        return ("t", 1 + rest[1..].find(|next: char| !is_word(next)).unwrap_or(rest.len() - 1));
    }
    if words.is_shell && first == '-' && rest[1..].starts_with(|next: char| next == '-' || next.is_ascii_alphabetic()) {
        return ("k", rest.find(|next: char| !(is_word(next) || next == '-')).unwrap_or(rest.len()));
    }
    if is_word(first) {
        return word(language, rest, at_start);
    }
    ("", first.len_utf8())
}

/// The class and length of a comment, a text or a variable.
fn marked(language: &Language, rest: &str, first: char, at_start: bool) -> Option<(&'static str, usize)> {
    let words = &language.words;
    if words.line_comments.iter().any(|mark| rest.starts_with(mark)) && !(words.is_shell && !at_start && rest.starts_with("#!")) {
        return Some(("c", rest.find('\n').unwrap_or(rest.len())));
    }
    for (open, close) in words.block_comments {
        if let Some(inside) = rest.strip_prefix(open) {
            return Some(("c", inside.find(close).map_or(rest.len(), |end| open.len() + end + close.len())));
        }
    }
    for mark in words.texts {
        if rest.starts_with(mark) {
            let length = text_length(rest, mark);
            // `'` is an apostrophe, or a lifetime, where nothing closes it on its line.
            if mark.len() > 1 || *mark == "`" || rest[..length].ends_with(mark) && length > 1 || words.is_shell {
                let is_key = words.has_keys && rest[length..].trim_start_matches([' ', '\t']).starts_with(':');
                return Some((if is_key { "k" } else { "s" }, length));
            }
            return Some(("", mark.len()));
        }
    }
    if words.variables.contains(first) {
        let length = variable_length(rest);
        if length > 1 {
            return Some((if language.lists().values.has(&rest[..length]) { "n" } else { "v" }, length));
        }
    }
    None
}

fn word(language: &Language, rest: &str, at_start: bool) -> (&'static str, usize) {
    let words = &language.words;
    let in_shell = |next: char| words.is_shell && "-./".contains(next);
    let length = rest.find(|next: char| !(is_word(next) || in_shell(next))).unwrap_or(rest.len());
    let (word, after) = rest.split_at(length);
    let lists = language.lists();
    let class = if lists.values.has(word) {
        "n"
    } else if lists.keywords.has(word) {
        "w"
    } else if words.is_shell {
        if after.starts_with('=') && at_start {
            "v"
        } else if at_start {
            "f"
        } else {
            ""
        }
    } else if words.has_keys && after.trim_start().starts_with(':') {
        "k"
    } else if after.starts_with('(') {
        "f"
    } else if word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase) {
        "t"
    } else {
        ""
    };
    (class, length)
}

/// The length of a text with its marks. One that is not closed ends with its line, or with everything if it may have several.
fn text_length(rest: &str, mark: &str) -> usize {
    let spans_lines = mark.len() > 1 || mark == "`";
    let mut at = mark.len();
    let bytes = rest.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'\n' if !spans_lines => return at,
            _ if rest.as_bytes()[at..].starts_with(mark.as_bytes()) => return at + mark.len(),
            _ => at += 1,
        }
    }
    // A backslash may stand before the end, or before a character of several bytes.
    (at.min(rest.len())..=rest.len()).find(|&at| rest.is_char_boundary(at)).unwrap_or(rest.len())
}

fn variable_length(rest: &str) -> usize {
    if rest.starts_with("${") {
        return rest.find(['}', '\n']).map_or(rest.len(), |end| if rest[end..].starts_with('}') { end + 1 } else { end });
    }
    let first = rest.chars().next().map_or(1, char::len_utf8);
    let inside = &rest[first..];
    if !inside.starts_with(|next: char| next.is_alphabetic() || next == '_') {
        return 1;
    }
    first + inside.find(|next: char| !(is_word(next) || next == ':' && inside.contains("::"))).unwrap_or(inside.len())
}

fn markup<'t>(text: &'t str, pieces: &mut Pieces<'t>) {
    let mut rest = text;
    while !rest.is_empty() {
        let Some(open) = rest.find('<') else {
            pieces.push(("", rest));
            return;
        };
        if open > 0 {
            pieces.push(("", &rest[..open]));
        }
        rest = &rest[open..];
        if rest.starts_with("<!--") {
            let end = rest.find("-->").map_or(rest.len(), |end| end + 3);
            pieces.push(("c", &rest[..end]));
            rest = &rest[end..];
            continue;
        }
        let name = rest.find(|next: char| !(next.is_alphanumeric() || "</?!:-_.".contains(next))).unwrap_or(rest.len());
        pieces.push(("t", &rest[..name]));
        rest = &rest[name..];
        // Attributes, until the tag ends.
        while let Some(first) = rest.chars().next() {
            let (class, length) = match first {
                '>' => ("t", 1),
                '/' | '?' if rest[1..].starts_with('>') => ("t", 2),
                '"' | '\'' => ("s", rest[1..].find(first).map_or(rest.len(), |end| end + 2)),
                _ if is_word(first) => {
                    ("k", rest.find(|next: char| !(is_word(next) || ":-.".contains(next))).unwrap_or(rest.len()))
                }
                '<' => break,
                _ => ("", first.len_utf8()),
            };
            pieces.push((class, &rest[..length]));
            let ends = class == "t";
            rest = &rest[length..];
            if ends {
                break;
            }
        }
    }
}

/// A line of YAML or of settings: a key, a mark, a value, a comment.
fn setting<'t>(line: &'t str, mark: char, pieces: &mut Pieces<'t>) {
    let indent = line.find(|first: char| !(first.is_whitespace() || first == '-' && mark == ':')).unwrap_or(line.len());
    let (before, content) = line.split_at(indent);
    // `---` stands between documents, and `- ` before an entry.
    pieces.push(("", before));
    if content.starts_with(['#', ';']) {
        pieces.push(("c", content));
        return;
    }
    if mark == '=' && content.starts_with('[') {
        pieces.push(("t", content));
        return;
    }
    let quoted = if content.starts_with(['"', '\'']) { text_length(content, &content[..1]) } else { 0 };
    let found = content[quoted..].char_indices().find(|&(at, found)| {
        // YAML's colon ends with a space, so that addresses are values.
        found == mark && (mark == '=' || !content[quoted + at + 1..].starts_with(|next: char| !next.is_whitespace()))
    });
    let value = match found {
        Some((at, _)) if !content[..quoted + at].contains(" #") => {
            pieces.push(("k", &content[..quoted + at]));
            pieces.push(("", &content[quoted + at..quoted + at + 1]));
            &content[quoted + at + 1..]
        }
        _ => content,
    };
    setting_value(value, pieces);
}

fn setting_value<'t>(value: &'t str, pieces: &mut Pieces<'t>) {
    let start = value.len() - value.trim_start().len();
    pieces.push(("", &value[..start]));
    let value = &value[start..];
    if value.starts_with(['{', '[']) {
        return code(&JSON, value, pieces);
    }
    let comment = if value.starts_with(['"', '\'']) {
        let end = text_length(value, &value[..1]);
        value[end..].find('#').map(|at| end + at)
    } else if value.starts_with('#') {
        Some(0)
    } else {
        value.find(" #").map(|at| at + 1)
    };
    let (content, comment) = value.split_at(comment.unwrap_or(value.len()));
    let bare = content.trim_end();
    let is_plain = bare.parse::<f64>().is_ok() || matches!(bare, "true" | "false" | "null" | "yes" | "no" | "~");
    let class = match bare.chars().next() {
        None => "",
        Some('|' | '>') if bare.len() <= 2 => "w",
        Some('&' | '*' | '!') => "v",
        Some(_) if is_plain => "n",
        Some(_) => "s",
    };
    pieces.push((class, bare));
    pieces.push(("", &content[bare.len()..]));
    pieces.push(("c", comment));
}

/// A request or response: its first line, fields, and a body by its looks.
fn http<'t>(text: &'t str, pieces: &mut Pieces<'t>) {
    let mut rest = text;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        rest = &rest[line.len()..];
        if line.trim().is_empty() {
            pieces.push(("", line));
            break;
        }
        match line.split_once(':') {
            Some((name, _)) if number > 0 && !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => {
                pieces.push(("k", name));
                pieces.push(("", &line[name.len()..=name.len()]));
                pieces.push(("s", &line[name.len() + 1..]));
            }
            _ => {
                let first = line.find(' ').unwrap_or(line.len());
                let (word, others) = line.split_at(first);
                if word.starts_with("HTTP/") {
                    pieces.push(("w", word));
                    let status = others.len().min(4);
                    let status = if others.is_char_boundary(status) { status } else { 0 };
                    pieces.push(("n", &others[..status]));
                    pieces.push(("", &others[status..]));
                } else {
                    pieces.push((if word.chars().all(|c| c.is_ascii_uppercase()) { "w" } else { "" }, word));
                    pieces.push(("", others));
                }
            }
        }
    }
    match rest.trim_start().chars().next() {
        Some('{' | '[') => code(&JSON, rest, pieces),
        Some('<') => markup(rest, pieces),
        _ => pieces.push(("", rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, html, lines};

    #[test]
    fn nothing_is_lost_whatever_the_text_is() {
        let nasty = [
            "",
            "\"",
            "'\\",
            "\"\\é",
            "<",
            "<a b='",
            "<!--",
            "a: 'b\\",
            "- ",
            "GET",
            "HTTP/1.1é00",
            "$",
            "${é",
            "@",
            "-",
            "`a\n",
            "é: é #é",
            "/*",
            "[é",
            "/é",
            "??>",
        ];
        for language in NAMES {
            for text in nasty {
                let shown: String = html(language, text);
                let mut plain = String::new();
                let mut in_tag = false;
                for character in shown.chars() {
                    match character {
                        '<' => in_tag = true,
                        '>' if in_tag => in_tag = false,
                        other if !in_tag => plain.push(other),
                        _ => {}
                    }
                }
                let plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
                assert_eq!(plain, text, "{language}");
            }
        }
    }

    #[test]
    fn elements_end_on_their_line() {
        let shown = lines("js", "/* a\nb */ x");
        assert_eq!(shown, ["<span class=\"c\">/* a</span>", "<span class=\"c\">b */</span> x"]);
    }
}
