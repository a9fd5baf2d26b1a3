//! Diagrams in mermaid's notation, drawn when the site is built: SVG without a script, a style or a font of its own.
//!
//! Flowcharts and sequence diagrams, which is what pages about APIs show. Colours are classes, so a drawing follows light and
//! dark; its title and a description in words are part of it, so it can be listened to. What is not drawn is a [`Mistake`]
//! with its line, never an empty place.
//!
//! The crates that render mermaid in Rust draw more kinds, but with colours, fonts and style sheets inside the drawing, which
//! a strict content security policy refuses, and with the widths of whichever fonts the machine has.

mod flowchart;
mod layered;
mod sequence;
mod svg;

/// What is wrong with a diagram, or not drawn of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// The line in the diagram's text, from 0.
    pub(crate) line: usize,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// A diagram as drawn.
#[derive(Debug)]
pub(crate) struct Drawing {
    /// `<svg ...>`, or nothing if it cannot be drawn at all.
    pub(crate) svg: Option<String>,
    pub(crate) mistakes: Vec<Mistake>,
}

/// Texts and shapes of one diagram, at most; a drawing with more cannot be read.
const PARTS_MAX: usize = 400;

/// Draws a diagram. `id` is unique on its page.
pub(crate) fn draw(text: &str, id: &str) -> Drawing {
    let mut reader = Reader::new(text);
    let svg = match reader.kind.as_str() {
        "flowchart" | "graph" => flowchart::draw(&mut reader, id),
        "sequenceDiagram" => sequence::draw(&mut reader, id),
        "" => {
            reader.wrong(0, "this diagram is empty", "begin it with `flowchart LR` or `sequenceDiagram`");
            None
        }
        other => {
            let help = "flowcharts and sequence diagrams are drawn: begin with `flowchart LR` or `sequenceDiagram`";
            reader.wrong(reader.first, &format!("a diagram of the kind `{other}` is not drawn"), help);
            None
        }
    };
    Drawing { svg, mistakes: reader.mistakes }
}

/// The lines of a diagram without comments, and what is said about it beside its shapes.
struct Reader<'t> {
    /// Line numbers and lines, the one with the kind excepted.
    lines: Vec<(usize, &'t str)>,
    kind: String,
    /// What stands behind the kind: `LR`.
    options: String,
    /// The line of the kind.
    first: usize,
    title: Option<String>,
    description: Option<String>,
    mistakes: Vec<Mistake>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let mut reader = Self {
            lines: Vec::new(),
            kind: String::new(),
            options: String::new(),
            first: 0,
            title: None,
            description: None,
            mistakes: Vec::new(),
        };
        let mut lines = text.lines().enumerate().peekable();
        // Front matter of its own may hold a title.
        if lines.peek().is_some_and(|(_, line)| line.trim() == "---") {
            lines.next();
            for (_, line) in lines.by_ref().take_while(|(_, line)| line.trim() != "---") {
                if let Some(title) = line.trim().strip_prefix("title:") {
                    reader.title = Some(title.trim().trim_matches('"').to_owned());
                }
            }
        }
        let mut in_description = false;
        for (number, line) in lines {
            let line = line.trim();
            if in_description {
                in_description = !line.contains('}');
                let more = line.trim_end_matches('}').trim();
                let description = reader.description.get_or_insert_default();
                if !description.is_empty() && !more.is_empty() {
                    description.push(' ');
                }
                description.push_str(more);
            } else if line.is_empty() || line.starts_with("%%") {
                // Comments and directives about looks.
            } else if reader.kind.is_empty() {
                let (kind, options) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
                let (kind, rest) = kind.split_once(';').unwrap_or((kind, ""));
                reader.kind = kind.to_owned();
                reader.first = number;
                let options = if rest.is_empty() { options } else { rest };
                let (options, more) = options.split_once(';').unwrap_or((options, ""));
                reader.options = options.trim().to_owned();
                if !more.trim().is_empty() {
                    reader.lines.push((number, more.trim()));
                }
            } else if let Some(title) = line.strip_prefix("accTitle:").or_else(|| line.strip_prefix("title ")) {
                reader.title = Some(title.trim().to_owned());
            } else if let Some(description) = line.strip_prefix("accDescr:") {
                reader.description = Some(description.trim().to_owned());
            } else if let Some(description) = line.strip_prefix("accDescr") {
                in_description = !description.contains('}');
                reader.description = Some(description.trim().trim_matches(['{', '}']).trim().to_owned());
            } else {
                reader.lines.push((number, line));
            }
        }
        reader
    }

    fn wrong(&mut self, line: usize, message: &str, help: &str) {
        self.mistakes.push(Mistake { line, message: message.to_owned(), help: help.to_owned() });
    }

    /// Title and description, with these in words where the author says nothing.
    fn said(&self, title: &str, description: &str) -> (String, String) {
        let title = self.title.clone().unwrap_or_else(|| title.to_owned());
        (title, self.description.clone().unwrap_or_else(|| description.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn whatever_the_text_is_it_ends() {
        for text in [
            "",
            "flowchart",
            "flowchart LR\nA--",
            "flowchart LR\nA-->",
            "flowchart LR\nA-->A",
            "flowchart LR\nA-->B-->A\nA-->B",
            "flowchart TB\nsubgraph x\nsubgraph y\nA",
            "flowchart TB\nsubgraph x\nA-->B\nend\nx-->A",
            "flowchart TB\nend\nend",
            "flowchart TB\nA[\"",
            "flowchart TB\nA[(",
            "flowchart TB\nA & & B --> ;;",
            "flowchart TB\né[ü]-.->|é|ß",
            "sequenceDiagram",
            "sequenceDiagram\nA->>B",
            "sequenceDiagram\nA->>A: x\nend",
            "sequenceDiagram\nloop\nalt\nelse",
            "sequenceDiagram\ndeactivate A\nNote over",
            "sequenceDiagram\nNote left of é: ü",
            "---\ntitle: x",
            "pie",
            "accDescr {",
        ] {
            let drawing = draw(text, "d");
            assert!(drawing.svg.is_some() || !drawing.mistakes.is_empty(), "{text}");
            assert!(!drawing.svg.unwrap_or_default().contains("NaN"), "{text}");
        }
    }
}
