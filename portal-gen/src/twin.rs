//! The Markdown twin of a page: what its `main` says, for programs that read text (`index.md` beside `index.html`).
//!
//! Made from the page's own markup, tag by tag, so that every kind of page has one, a replaced template's too, and none can say
//! anything else than its page. What is there to be clicked (crumbs, buttons, anchors, labels of tabs) is left out;
//! `data-twin="skip"` leaves out any other element.

use crate::html::{Attributes, Token, decoded, is_void, tokens};
use std::borrow::Cow;

/// How deep elements nest before the rest is read as if it stood side by side.
const DEPTH_MAX: usize = 120;

/// The twin of a page: Markdown that ends with a line break. `home` is the page's title, for a page without a heading.
pub(crate) fn markdown(html: &str, title: &str) -> String {
    let start = html.find("<main").unwrap_or(0);
    let end = html.rfind("</main>").unwrap_or(html.len());
    let mut source = tokens(&html[start..end.max(start)]);
    let root = children(&mut source, "", 0);
    let mut text = blocks(&root);
    if !text.contains("# ") {
        text = format!("# {}\n\n{text}", escaped(title));
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// A piece of a page.
enum Node<'h> {
    Element { name: &'h str, attributes: Attributes<'h>, is_skipped: bool, children: Vec<Node<'h>> },
    Text(&'h str),
}

/// What stands inside an element, up to its end.
fn children<'h>(source: &mut impl Iterator<Item = Token<'h>>, parent: &str, depth: usize) -> Vec<Node<'h>> {
    let mut nodes = Vec::new();
    while let Some(token) = source.next() {
        match token {
            Token::Text(text) => nodes.push(Node::Text(text)),
            Token::Close(name) if name == parent => break,
            Token::Close(_) => {}
            Token::Open { name, attributes } => {
                let inside = if is_void(name) || depth >= DEPTH_MAX { Vec::new() } else { children(source, name, depth + 1) };
                let is_skipped = is_skipped(name, attributes);
                nodes.push(Node::Element { name, attributes, is_skipped, children: inside });
            }
        }
    }
    nodes
}

/// Whether a twin leaves an element out, though a set of tabs still reads its labels.
fn is_skipped(name: &str, attributes: Attributes<'_>) -> bool {
    match name {
        "nav" | "button" | "script" | "style" | "svg" | "label" | "legend" | "template" | "dialog" | "caption" => return true,
        "input" if attributes.get("type") != Some("checkbox") => return true,
        _ => {}
    }
    attributes.iter().any(|(attribute, value)| match attribute {
        "hidden" => true,
        "data-twin" => value == "skip",
        "class" => value.split_ascii_whitespace().any(|class| matches!(class, "anchor" | "hidden")),
        _ => false,
    })
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "li"
            | "main"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "ul"
    )
}

/// Blocks with an empty line between them.
fn blocks(nodes: &[Node<'_>]) -> String {
    let mut out = String::new();
    let mut line = String::new();
    for node in nodes {
        match node {
            Node::Element { is_skipped: true, .. } => {}
            Node::Element { name, attributes, children, .. } if is_block(name) => {
                flush(&mut out, &mut line);
                push(&mut out, &block(name, *attributes, children));
            }
            other => inline(other, &mut line),
        }
    }
    flush(&mut out, &mut line);
    out
}

fn flush(out: &mut String, line: &mut String) {
    if !line.is_empty() {
        push(out, &at_line_start(&tidied(line)));
        line.clear();
    }
}

fn push(out: &mut String, block: &str) {
    let block = block.trim_matches('\n');
    if block.trim().is_empty() {
        return;
    }
    if !out.is_empty() {
        out.push_str("\n\n");
    }
    out.push_str(block);
}

fn block(name: &str, attributes: Attributes<'_>, children: &[Node<'_>]) -> String {
    match name {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
            let level = usize::from(name.as_bytes()[1] - b'0');
            format!("{} {}", "#".repeat(level), line(children))
        }
        "pre" => fenced(attributes, children),
        "hr" => "---".to_owned(),
        "ul" | "ol" => list(name, attributes, children),
        "blockquote" => prefixed(&blocks(children), "> "),
        "table" => table(attributes, children),
        "dl" => terms(children),
        "dt" | "summary" => format!("**{}**", line(children)),
        "fieldset" if attributes.has_class("tabs") => tabs(children),
        "details" if attributes.has_class("response") => {
            let (summary, rest) = split_summary(children);
            format!("### {}\n\n{}", summary, blocks(rest))
        }
        // A part that opens where it stands needs no title of its own.
        "details" if attributes.has_class("nested") => blocks(split_summary(children).1),
        "details" => {
            let (summary, rest) = split_summary(children);
            format!("**{summary}**\n\n{}", blocks(rest))
        }
        "aside" => match attributes.get("aria-label") {
            Some(label) => format!("## {}\n\n{}", escaped(&decoded(label)), blocks(children)),
            None => blocks(children),
        },
        _ => blocks(children),
    }
}

/// The words of a summary, and what it opens.
fn split_summary<'n, 'h>(children: &'n [Node<'h>]) -> (String, &'n [Node<'h>]) {
    let at = children.iter().position(|node| matches!(node, Node::Element { name: "summary", .. }));
    match at.map(|at| (&children[at], &children[at + 1..])) {
        Some((Node::Element { children, .. }, rest)) => (line(children), rest),
        _ => (String::new(), children),
    }
}

/// Everything on one line.
fn line(nodes: &[Node<'_>]) -> String {
    let mut out = String::new();
    nodes.iter().for_each(|node| inline(node, &mut out));
    tidied(&out).replace('\n', " ")
}

fn inline(node: &Node<'_>, out: &mut String) {
    let (name, attributes, children) = match node {
        // What is between the tags of a template; every caller tidies.
        Node::Text(text) if text.bytes().all(|one| one.is_ascii_whitespace()) => return out.push(' '),
        Node::Text(text) => return out.push_str(&escaped(&decoded(text))),
        Node::Element { is_skipped: true, .. } => return,
        Node::Element { name, attributes, children, .. } => (*name, *attributes, children),
    };
    let inside = || {
        let mut inside = String::new();
        children.iter().for_each(|child| inline(child, &mut inside));
        inside
    };
    match name {
        "br" => out.push_str("\\\n"),
        "code" | "kbd" | "samp" => out.push_str(&code(&text_of(children))),
        "strong" | "b" => around(out, "**", &inside()),
        "em" | "i" => around(out, "*", &inside()),
        "del" | "s" => around(out, "~~", &inside()),
        "a" => {
            let words = tidied(&inside());
            match attributes.get("href").map(|href| twin_of(&decoded(href))) {
                Some(href) if !words.is_empty() => out.push_str(&format!("[{words}]({href})")),
                _ => out.push_str(&words),
            }
        }
        "img" => {
            let alt = decoded(attributes.get("alt").unwrap_or_default());
            let alt = escaped(&alt);
            out.push_str(&format!("![{alt}]({})", address(&decoded(attributes.get("src").unwrap_or_default()))));
        }
        "input" => out.push_str(if attributes.get("checked").is_some() { "[x] " } else { "[ ] " }),
        // Marks stand beside their words; on a page, space keeps them apart.
        "span"
            if ["type", "required", "mark", "method", "reason", "count", "muted"]
                .iter()
                .any(|class| attributes.has_class(class)) =>
        {
            if !out.is_empty() && !out.ends_with([' ', '\n']) {
                out.push(' ');
            }
            let inside = inside();
            if attributes.has_class("required") {
                around(out, "**", &inside)
            } else {
                out.push_str(&inside)
            }
            out.push(' ');
        }
        name if is_block(name) => {
            if !out.is_empty() && !out.ends_with([' ', '\n']) {
                out.push(' ');
            }
            out.push_str(&inside());
            out.push(' ');
        }
        _ => out.push_str(&inside()),
    }
}

fn around(out: &mut String, mark: &str, words: &str) {
    let bare = words.trim();
    if bare.is_empty() {
        return out.push_str(words);
    }
    let start = &words[..words.len() - words.trim_start().len()];
    let end = &words[words.trim_end().len()..];
    out.push_str(&format!("{start}{mark}{bare}{mark}{end}"));
}

/// Code in as many backticks as it needs.
fn code(text: &str) -> String {
    let longest = text.split(|one| one != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    if text.is_empty() { String::new() } else { format!("{fence}{pad}{}{pad}{fence}", text.replace('\n', " ")) }
}

fn fenced(attributes: Attributes<'_>, children: &[Node<'_>]) -> String {
    let language = children
        .iter()
        .find_map(|node| match node {
            Node::Element { name: "code", attributes, .. } => attributes.get("class"),
            _ => None,
        })
        .or(attributes.get("class"))
        .and_then(|classes| classes.split_ascii_whitespace().find_map(|class| class.strip_prefix("language-")))
        .unwrap_or_default();
    let text = text_of(children);
    let longest = text.split(|one| one != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", text.trim_end_matches('\n'))
}

/// The bare text of an element.
fn text_of(nodes: &[Node<'_>]) -> String {
    let mut out = String::new();
    fn gather(nodes: &[Node<'_>], out: &mut String) {
        for node in nodes {
            match node {
                Node::Text(text) => out.push_str(&decoded(text)),
                Node::Element { name: "br", .. } => out.push('\n'),
                Node::Element { is_skipped: false, children, .. } => gather(children, out),
                Node::Element { .. } => {}
            }
        }
    }
    gather(nodes, &mut out);
    out
}

fn list(name: &str, attributes: Attributes<'_>, children: &[Node<'_>]) -> String {
    let mut number: usize = attributes.get("start").and_then(|start| start.parse().ok()).unwrap_or(1);
    let mut out = Vec::new();
    for node in children {
        let Node::Element { name: "li", is_skipped: false, children, .. } = node else { continue };
        let mark = if name == "ol" { format!("{number}. ") } else { "- ".to_owned() };
        number += 1;
        let text = blocks(children);
        if text.is_empty() {
            continue;
        }
        // A heading inside an item would look like one of the page.
        let text = match text.strip_prefix('#') {
            Some(heading) => {
                let (title, rest) = heading.split_once('\n').unwrap_or((heading, ""));
                format!("**{}**\n{rest}", title.trim_start_matches('#').trim())
            }
            None => text,
        };
        out.push(format!("{mark}{}", prefixed(&text, &" ".repeat(mark.len())).trim_start()));
    }
    let is_loose = out.iter().any(|item| item.contains("\n\n"));
    out.join(if is_loose { "\n\n" } else { "\n" })
}

fn prefixed(text: &str, prefix: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16 * prefix.len());
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        out.push_str(if line.is_empty() { prefix.trim_end() } else { prefix });
        out.push_str(line);
    }
    out
}

/// Terms, each with what is said about it.
fn terms(children: &[Node<'_>]) -> String {
    let mut out: Vec<String> = Vec::new();
    for node in children {
        match node {
            Node::Element { name: "div", children, .. } => out.push(terms(children)),
            Node::Element { name: "dt", children, .. } => out.push(format!("- **{}**:", line(children))),
            Node::Element { name: "dd", children, .. } => {
                let text = blocks(children);
                let shown = if text.contains('\n') { format!("\n\n{}", prefixed(&text, "  ")) } else { format!(" {text}") };
                match out.last_mut() {
                    Some(last) => last.push_str(&shown),
                    None => out.push(text),
                }
            }
            _ => {}
        }
    }
    out.join("\n")
}

/// A table; one of parameters is a list, because its cells hold whole texts.
fn table(attributes: Attributes<'_>, children: &[Node<'_>]) -> String {
    let mut rows: Vec<(bool, Vec<&[Node<'_>]>)> = Vec::new();
    fn gather<'n, 'h>(nodes: &'n [Node<'h>], rows: &mut Vec<(bool, Vec<&'n [Node<'h>]>)>, in_head: bool) {
        for node in nodes {
            match node {
                Node::Element { name: "tr", children, .. } => {
                    let cells = children.iter().filter_map(|cell| match cell {
                        Node::Element { name: "td" | "th", children, .. } => Some(&children[..]),
                        _ => None,
                    });
                    rows.push((in_head, cells.collect()));
                }
                Node::Element { name, children, .. } => gather(children, rows, in_head || *name == "thead"),
                Node::Text(_) => {}
            }
        }
    }
    gather(children, &mut rows, false);
    if attributes.has_class("parameters") {
        let items = rows.iter().filter(|(is_head, _)| !is_head).map(|(_, cells)| {
            let name = cells.first().map_or_else(String::new, |cell| line(cell));
            let said = cells.get(1).map_or_else(String::new, |cell| blocks(cell));
            let said = if said.is_empty() { said } else { format!("\n\n{}", prefixed(&said, "  ")) };
            format!("- {name}{said}")
        });
        return items.collect::<Vec<_>>().join("\n");
    }
    let width = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
    let row = |cells: &[&[Node<'_>]]| {
        let cells = (0..width)
            .map(|at| cells.get(at).map_or_else(String::new, |cell| line(cell).replace('|', "\\|").replace("\\\n", " ")));
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    let mut out = Vec::new();
    if rows.first().is_some_and(|(is_head, _)| !is_head) {
        out.push(row(&[]));
        out.push(format!("|{}", " --- |".repeat(width)));
    }
    for (index, (is_head, cells)) in rows.iter().enumerate() {
        out.push(row(cells));
        if *is_head && index == 0 {
            out.push(format!("|{}", " --- |".repeat(width)));
        }
    }
    out.join("\n")
}

/// Panels with the labels of their tabs. Of the same request in many languages, the first is enough.
fn tabs(children: &[Node<'_>]) -> String {
    let mut title = String::new();
    let mut labels = Vec::new();
    let mut panels: Vec<&[Node<'_>]> = Vec::new();
    let mut is_request = false;
    fn gather<'n, 'h>(
        nodes: &'n [Node<'h>],
        title: &mut String,
        labels: &mut Vec<String>,
        panels: &mut Vec<&'n [Node<'h>]>,
        is_request: &mut bool,
    ) {
        for node in nodes {
            let Node::Element { name, attributes, children, .. } = node else { continue };
            match *name {
                "legend" => *title = line(children),
                "label" => labels.push(line(children)),
                "input" => *is_request |= attributes.get("name") == Some("request"),
                _ if attributes.has_class("panel") => panels.push(children),
                _ => gather(children, title, labels, panels, is_request),
            }
        }
    }
    gather(children, &mut title, &mut labels, &mut panels, &mut is_request);
    let mut out = String::new();
    if !title.is_empty() {
        push(&mut out, &format!("### {title}"));
    }
    for (index, panel) in panels.iter().enumerate().take(if is_request { 1 } else { panels.len() }) {
        if let Some(label) = labels.get(index) {
            push(&mut out, &format!("**{label}**"));
        }
        push(&mut out, &blocks(panel));
    }
    out
}

/// Where a link of a twin leads: to the twin of the page.
fn twin_of(href: &str) -> String {
    let is_outside = href.starts_with("//") || crate::markdown::scheme(href).is_some();
    let (path, rest) = href.split_at(href.find(['#', '?']).unwrap_or(href.len()));
    if is_outside || path.is_empty() {
        return address(href);
    }
    let anchor = rest.find('#').map_or("", |at| &rest[at..]);
    match path {
        "." | ".." => address(&format!("{path}/index.md{anchor}")),
        path if path.ends_with('/') => address(&format!("{path}index.md{anchor}")),
        _ => address(href),
    }
}

/// An address in Markdown: in pointed brackets where it has to be.
fn address(href: &str) -> String {
    if href.contains([' ', '(', ')']) { format!("<{}>", href.replace(['<', '>'], "")) } else { href.to_owned() }
}

/// Text in Markdown, as itself.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|one| matches!(one, b'\\' | b'`' | b'*' | b'[' | b']' | b'<' | b'_' | b'~')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(one) = characters.next() {
        let is_markup = match one {
            '\\' | '`' | '*' | '[' | ']' | '<' => true,
            // Inside a word it is only itself.
            '_' | '~' => !(before.is_alphanumeric() && characters.peek().is_some_and(|next| next.is_alphanumeric())),
            _ => false,
        };
        if is_markup {
            out.push('\\');
        }
        out.push(one);
        before = one;
    }
    Cow::Owned(out)
}

/// A paragraph whose first character would make it something else.
fn at_line_start(text: &str) -> Cow<'_, str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && digits < 10 && text[digits..].starts_with(['.', ')']) {
        return Cow::Owned(format!("{}\\{}", &text[..digits], &text[digits..]));
    }
    if text.starts_with(['#', '>', '=']) || text.starts_with("- ") || text.starts_with("+ ") || text.starts_with("---") {
        return Cow::Owned(format!("\\{text}"));
    }
    Cow::Borrowed(text)
}

/// Words with single spaces between them; line breaks that Markdown means stay.
fn tidied(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split("\\\n").enumerate() {
        if index > 0 {
            out.push_str("\\\n");
        }
        for (index, word) in part.split_whitespace().enumerate() {
            if index > 0 {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    out.truncate(out.trim_end_matches("\\\n").len());
    out
}

#[cfg(test)]
mod tests {
    use super::markdown;

    #[test]
    fn a_page_as_markdown() {
        let html = r##"<body><nav>x</nav><main id="main"><nav class="crumbs">y</nav><h1>Get a *pet* <a class="anchor" href="#x">#</a></h1>
<p class="url"><span class="method get">GET</span><code>/pets/{id}</code></p>
<div class="text"><p>See <a href="../other/#a">the <b>other</b></a>, a_b and _c_ &lt;d&gt;.<br>1. New line</p><ul><li>one<ul><li>two</li></ul></li><li><input type="checkbox" checked> three</li></ul></div>
<table class="parameters"><caption class="hidden">c</caption><thead><tr><th>Name</th><th>Description</th></tr></thead><tbody><tr id="a"><th><code>id</code><span class="type">integer</span><span class="required">required</span></th><td><div class="said"><p>Which.</p></div></td></tr></tbody></table>
<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>a|b</td><td><code>c</code></td></tr></tbody></table>
<details class="response" open><summary><span class="status good">200</span> <span class="reason">OK</span></summary><div><p>1. Fine</p></div></details>
<blockquote><p>Said</p><p>twice</p></blockquote>
<aside class="samples" aria-label="Samples"><fieldset class="tabs"><legend>Request</legend><input type="radio" name="request"><label>curl</label><input type="radio" name="request"><label>HTTP</label><div class="panels"><div class="panel"><pre><code class="language-sh">curl "x" \
  -d ```</code></pre></div><div class="panel">second</div></div></fieldset></aside>
<button>Copy</button></main></body>"##;
        assert_eq!(
            markdown(html, "Title"),
            "# Get a \\*pet\\*\n\n\
             GET `/pets/{id}`\n\n\
             See [the **other**](../other/index.md#a), a_b and \\_c\\_ \\<d>.\\\n1. New line\n\n\
             - one\n\n  - two\n\n\
             - [x] three\n\n\
             - `id` integer **required**\n\n  Which.\n\n\
             | A | B |\n| --- | --- |\n| a\\|b | `c` |\n\n\
             ### 200 OK\n\n\
             1\\. Fine\n\n\
             > Said\n>\n> twice\n\n\
             ## Samples\n\n### Request\n\n**curl**\n\n\
             ````sh\ncurl \"x\" \\\n  -d ```\n````\n"
        );
    }
}
