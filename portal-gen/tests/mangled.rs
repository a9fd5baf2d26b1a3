//! Markdown that is broken in thousands of ways: pages come out whole, findings have places, nothing runs, nothing panics.
//!
//! Deterministic: the same changes each time, so that what fails here can be looked at.

mod common;

use common::{definition, folder, page};
use diagnostic::Severity;
use portal_gen::Options;
use std::fs;
use std::path::{Path, PathBuf};

/// Pages of one site, and sites; `ROUNDS` in the environment makes it more.
const PAGES: usize = 40;
const ROUNDS: usize = 16;

/// What breaks things.
const NASTY: &[&str] = &[
    "<",
    ">",
    "</",
    "<!--",
    "-->",
    "<div>",
    "</div>",
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<ul>",
    "<li>",
    "<table>",
    "<td>",
    "<script>",
    "</script>",
    "<a href='javascript:x'>",
    "<a name=x>",
    "<img src=x onerror=y>",
    "<h1>",
    "</h2>",
    "<svg>",
    "<details><summary>",
    "\n<!-- tabs -->\n",
    "\n<!-- /tabs -->\n",
    "\n<!-- steps -->\n",
    "\n<!-- /steps -->\n",
    "\n<!-- include a -->\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    "\0",
    "\u{7}",
    "\u{feff}",
    "\u{2028}",
    "\u{ffff}",
    "é",
    "🐶",
    "\u{202e}",
    "`",
    "```",
    "\n~~~mermaid\nflowchart LR\nA-->B\n~~~\n",
    "~~~",
    "[",
    "]",
    "](",
    "![",
    "(",
    ")",
    "[^x]",
    "\n[^x]: ",
    "> ",
    "\n> [!NOTE] ",
    "[!TIP]-",
    "| a |\n|--|\n",
    "*",
    "**",
    "_",
    "~~",
    "# ",
    "\n## ",
    "- ",
    "1. ",
    "{{< operation test/x >}}",
    "![](operation:test/op)",
    "{#x}",
    "{",
    "}",
    "&#0;",
    "&amp",
    "\\",
    "---\n",
    "-->|x|",
];

/// A small generator of numbers: the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

fn mangled(text: &str, dice: &mut Dice) -> String {
    let start = boundary(text, dice.below(text.len()));
    let mut text = text[start..boundary(text, start + 200 + dice.below(1_800))].to_owned();
    for _ in 0..=dice.below(12) {
        let at = boundary(&text, dice.below(text.len() + 1));
        let end = boundary(&text, at + dice.below(40)).max(at);
        match dice.below(4) {
            0 => text.replace_range(at..end, ""),
            1 => {
                let piece = text[at..end].to_owned();
                let to = boundary(&text, dice.below(text.len() + 1));
                text.insert_str(to, &piece);
            }
            _ => text.insert_str(at, NASTY[dice.below(NASTY.len())]),
        }
    }
    text
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Markdown file below a directory.
fn markdown_below(directory: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
            markdown_below(&path, found);
        } else if name.to_lowercase().ends_with(".md") {
            found.push(path);
        }
    }
    found.sort();
}

/// Builds a site of pages, and looks at each.
fn check_pages(pages: &[Vec<u8>]) -> usize {
    let operation = r#"{ "/x": { "get": { "operationId": "op", "responses": {} } } }"#;
    let mut files = folder(&[("apis/test/specification.json", &definition(operation, "")), ("portal/snippets/a.md", "*a* <b>")]);
    for (number, bytes) in pages.iter().enumerate() {
        files.insert(format!("portal/content/page-{number}.md"), bytes.clone());
    }
    let (service, mut findings) = portal_gen::check(&files, None);
    // Front matter that is no YAML is an error, and then there is no site.
    let Some(service) = service else {
        assert!(pages.len() == 1, "one of the pages has an error: {}", diagnostic::render::all_text(&findings));
        return 0;
    };
    let (site, more) = portal_gen::render::site(&service, &files, &Options::default()).unwrap();
    findings.extend(more);
    for finding in &findings {
        assert_eq!(finding.severity, Severity::Warning);
        let text = finding.place.source.text();
        let span = finding.place.span;
        assert!(span.end as usize <= text.len().max(3) && span.start <= span.end, "{}", diagnostic::render::text(finding));
    }
    for (number, bytes) in pages.iter().enumerate() {
        let html = page(&site, &format!("page-{number}/index.html"));
        if let Err(why) = is_whole(html) {
            let shown = String::from_utf8_lossy(bytes).into_owned();
            panic!("{why}\n--- the page\n{shown}\n--- became\n{html}");
        }
    }
    findings.iter().len()
}

/// Whether every element is closed in the right order, no anchor stands twice, and nothing runs.
fn is_whole(html: &str) -> Result<(), String> {
    const VOID: &[&str] = &["meta", "link", "br", "hr", "img", "input", "wbr"];
    let article = html.split_once("<article").ok_or("no article")?.1.split_once("</article>").ok_or("no end")?.0;
    if article.contains(['\0', '\u{7}', '\u{ffff}']) {
        return Err("a control character is left".to_owned());
    }
    let mut open: Vec<&str> = Vec::new();
    let mut ids = std::collections::HashSet::new();
    for piece in article.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').ok_or_else(|| format!("a `<` is open: {piece}"))?;
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap();
        if ["script", "style", "iframe", "object", "form"].contains(&name) || tag.contains(" on") && tag.contains(" onerror=") {
            return Err(format!("<{tag}> is there"));
        }
        if tag.to_lowercase().contains("=\"javascript:") || tag.contains(" style=") {
            return Err(format!("<{tag}> runs something"));
        }
        if let Some((_, id)) = tag.split_once(" id=\"")
            && !ids.insert(id.split('"').next().unwrap())
        {
            return Err(format!("an anchor stands twice: <{tag}>"));
        }
        if tag.starts_with('/') {
            let last = open.pop();
            if last != Some(name) {
                return Err(format!("</{name}> closes {last:?}"));
            }
        } else if !VOID.contains(&name) && !tag.ends_with('/') {
            // Paragraphs hold no blocks: a browser would end them.
            let is_block =
                ["p", "div", "ul", "ol", "table", "pre", "blockquote", "section", "fieldset", "figure", "h1", "h2", "h3"];
            if open.contains(&"p") && is_block.contains(&name) {
                return Err(format!("<{tag}> stands inside of a paragraph"));
            }
            if name == "a" && open.contains(&"a") {
                return Err("a link stands inside of a link".to_owned());
            }
            open.push(name);
        }
    }
    match open.as_slice() {
        [] => Ok(()),
        left => Err(format!("{left:?} are not closed")),
    }
}

#[test]
fn broken_pages_come_out_whole() {
    let mut sources = Vec::new();
    markdown_below(&root().join("docs"), &mut sources);
    markdown_below(&root().join("examples"), &mut sources);
    let mut texts: Vec<String> = sources.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    texts.push(NASTY.concat());
    // The pages with most notations come up most often.
    let content = fs::read_to_string(root().join("docs/content.md")).unwrap();
    texts.extend(std::iter::repeat_n(content, texts.len()));
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut findings = 0;
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    for _ in 0..rounds {
        let pages: Vec<Vec<u8>> = (0..PAGES)
            .map(|_| {
                let chosen = dice.below(texts.len());
                // A page that begins with `---` may be an error of its YAML, which is another test's.
                format!("Begin.\n\n{}", mangled(&texts[chosen], &mut dice)).into_bytes()
            })
            .collect();
        findings += check_pages(&pages);
    }
    assert!(findings > 100, "only {findings} findings: the changes change nothing");
}

#[test]
fn pages_of_any_bytes_come_out_whole() {
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain("# Wide\n\nText".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let marked = [&b"\xef\xbb\xbf"[..], b"---\r\ntitle: Marked\r\n---\r\nText\r\n"].concat();
    let pages = vec![
        b"# Caf\xe9\n\nText".to_vec(),
        wide,
        marked,
        vec![0xff; 100],
        Vec::new(),
        b"\0\0\0".to_vec(),
        b"\xf0\x9f".to_vec(),
        "<div>".repeat(5_000).into_bytes(),
        "> ".repeat(5_000).into_bytes(),
        "- ".repeat(2_000).into_bytes(),
        "[".repeat(10_000).into_bytes(),
        "*a ".repeat(10_000).into_bytes(),
        format!("| {} |", "a|".repeat(2_000)).into_bytes(),
    ];
    assert!(check_pages(&pages) > 5);
}

#[test]
fn the_manual_of_content_says_nothing_wrong_about_itself() {
    let bookstore = root().join("examples/bookstore");
    let mut files = portal_gen::load::folder(&bookstore).unwrap();
    files.insert("portal/content/content.md".to_owned(), fs::read(root().join("docs/content.md")).unwrap());
    let (service, findings) = portal_gen::check(&files, None);
    assert!(findings.is_empty(), "{}", diagnostic::render::all_text(&findings));
    let (site, findings) = portal_gen::render::site(&service.unwrap(), &files, &Options::default()).unwrap();
    let about_pages: Vec<String> =
        findings.iter().filter(|finding| finding.id.starts_with("portal/")).map(diagnostic::render::text).collect();
    assert!(about_pages.is_empty(), "{}", about_pages.concat());
    is_whole(page(&site, "content/index.html")).unwrap();
    is_whole(page(&site, "guides/orders/index.html")).unwrap();
    is_whole(page(&site, "guides/first-call/index.html")).unwrap();
}

/// Markdown as others write it: the files of the reference data, and those of `CORPUS`, a directory of your own.
#[test]
fn the_markdown_of_others_comes_out_whole() {
    let mut sources = Vec::new();
    markdown_below(&root().join("../shared/data"), &mut sources);
    if let Some(corpus) = std::env::var_os("CORPUS") {
        markdown_below(Path::new(&corpus), &mut sources);
    }
    if sources.is_empty() {
        eprintln!("skipped: there is no Markdown in ../shared/data, and CORPUS names no directory");
        return;
    }
    let mut findings = 0;
    for path in &sources {
        findings += check_pages(&[fs::read(path).unwrap()]);
    }
    println!("{} files, {findings} findings", sources.len());
}
