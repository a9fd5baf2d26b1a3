//! `flowchart` and `graph`: nodes of ten shapes, lines with labels, groups inside groups.

use super::layered::{Edge, Graph, Laid, lay_out};
use super::svg::{self, LINE_HEIGHT, Tip, number};
use super::{PARTS_MAX, Reader};
use crate::messages;
use std::collections::HashMap;
use std::fmt::Write;

/// Around the whole drawing, and inside a group.
const MARGIN: f64 = 10.0;
const PADDING: f64 = 18.0;

/// What is written in mermaid to change looks, which the portal's theme decides.
const LOOKS: [&str; 6] = ["style", "classDef", "class", "linkStyle", "click", "animate"];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shape {
    #[default]
    Box,
    Round,
    Stadium,
    Subroutine,
    Cylinder,
    Circle,
    Diamond,
    Hexagon,
    Lean,
    Flag,
}

/// What opens a shape, what closes it. Longer marks come before those that they begin with.
const SHAPES: [(&str, &str, Shape); 13] = [
    ("([", "])", Shape::Stadium),
    ("[[", "]]", Shape::Subroutine),
    ("[(", ")]", Shape::Cylinder),
    ("(((", ")))", Shape::Circle),
    ("((", "))", Shape::Circle),
    ("{{", "}}", Shape::Hexagon),
    ("{", "}", Shape::Diamond),
    ("[/", "/]", Shape::Lean),
    ("[/", "\\]", Shape::Lean),
    ("[\\", "\\]", Shape::Lean),
    ("[", "]", Shape::Box),
    ("(", ")", Shape::Round),
    (">", "]", Shape::Flag),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Down,
    Up,
    Right,
    Left,
}

impl Way {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "TB" | "TD" | "" => Self::Down,
            "BT" => Self::Up,
            "LR" => Self::Right,
            "RL" => Self::Left,
            _ => return None,
        })
    }

    fn is_across(self) -> bool {
        matches!(self, Self::Right | Self::Left)
    }
}

#[derive(Debug)]
struct Node {
    id: String,
    lines: Vec<String>,
    shape: Shape,
    group: Option<usize>,
}

#[derive(Debug)]
struct Group {
    id: String,
    title: String,
    way: Way,
    outer: Option<usize>,
}

/// An end of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Node(usize),
    Group(usize),
}

#[derive(Clone, Debug, Default)]
struct Line {
    label: Vec<String>,
    /// `thick`, `dotted`, or nothing.
    class: &'static str,
    is_hidden: bool,
    tips: (Tip, Tip),
    length: usize,
}

#[derive(Debug, Default)]
struct Chart {
    nodes: Vec<Node>,
    groups: Vec<Group>,
    lines: Vec<(End, End, Line)>,
    by_id: HashMap<String, usize>,
}

pub(super) fn draw(reader: &mut Reader<'_>, id: &str) -> Option<String> {
    let way = Way::of(&reader.options).unwrap_or_else(|| {
        let message = format!("`{}` is no direction", reader.options);
        reader.wrong(reader.first, &message, "write `TB`, `BT`, `LR` or `RL`");
        Way::Down
    });
    let chart = read(reader, way);
    if chart.nodes.is_empty() {
        reader.wrong(reader.first, "this flowchart has no nodes", "write a line such as `A[Client] --> B[Gateway]`");
        return None;
    }
    if chart.nodes.len() + chart.lines.len() > PARTS_MAX {
        let message = format!("this flowchart has more than {PARTS_MAX} nodes and lines");
        reader.wrong(reader.first, &message, "draw it as several diagrams");
        return None;
    }
    let said = reader.said(&messages::later("flowchart"), &in_words(&chart));
    Some(Drawer::new(&chart, way).document(id, said))
}

fn read(reader: &mut Reader<'_>, way: Way) -> Chart {
    let mut chart = Chart::default();
    let mut open: Vec<usize> = Vec::new();
    for (number, line) in std::mem::take(&mut reader.lines) {
        for statement in statements(line) {
            let (first, rest) = statement.split_once(char::is_whitespace).unwrap_or((statement, ""));
            match first {
                "subgraph" => {
                    let (id, title) = group_title(rest);
                    chart.groups.push(Group { id, title, way, outer: open.last().copied() });
                    open.push(chart.groups.len() - 1);
                }
                "end" if rest.is_empty() => {
                    if open.pop().is_none() {
                        reader.wrong(number, "`end` ends no group", "remove it, or begin the group with `subgraph NAME`");
                    }
                }
                "direction" => match (Way::of(rest.trim()), open.last()) {
                    (Some(way), Some(&group)) => chart.groups[group].way = way,
                    (Some(_), None) => reader.wrong(
                        number,
                        "`direction` stands outside of any group",
                        "write the direction into the first line: `flowchart LR`",
                    ),
                    (None, _) => reader.wrong(number, &format!("`{rest}` is no direction"), "write `TB`, `BT`, `LR` or `RL`"),
                },
                look if LOOKS.contains(&look) => {
                    let help = "remove the line: colours and shapes follow the portal's theme, in light and dark";
                    reader.wrong(number, &format!("`{look}` is not drawn"), help);
                }
                _ => {
                    if let Err((message, help)) = chart.statement(statement, open.last().copied()) {
                        reader.wrong(number, &message, &help);
                    }
                }
            }
        }
    }
    if !open.is_empty() {
        reader.wrong(reader.first, "a group of this flowchart does not end", "write `end` below its last line");
    }
    chart.join_groups();
    chart
}

/// The statements of a line: `;` between them, but not inside texts.
fn statements(line: &str) -> Vec<&str> {
    let mut statements = Vec::new();
    let (mut start, mut quoted, mut depth) = (0, false, 0_i32);
    for (at, character) in line.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '[' | '(' | '{' if !quoted => depth += 1,
            ']' | ')' | '}' if !quoted => depth -= 1,
            ';' if !quoted && depth <= 0 => {
                statements.push(line[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    statements.push(line[start..].trim());
    statements.retain(|statement| !statement.is_empty());
    statements
}

/// `one [A title]`, `"A title"`, or `A title`.
fn group_title(written: &str) -> (String, String) {
    let written = written.trim();
    match written.split_once('[') {
        Some((id, title)) => (id.trim().to_owned(), svg::text_lines(title.trim_end_matches(']')).join(" ")),
        None => (written.trim_matches('"').to_owned(), svg::text_lines(written).join(" ")),
    }
}

type Wrong = (String, String);

impl Chart {
    /// `A & B --> C[Text] -.-> D`.
    fn statement(&mut self, text: &str, group: Option<usize>) -> Result<(), Wrong> {
        let mut rest = text;
        let mut before: Vec<usize> = Vec::new();
        let mut line: Option<Line> = None;
        loop {
            let mut these = vec![self.node(&mut rest, group)?];
            while let Some(after) = rest.trim_start().strip_prefix('&') {
                rest = after;
                these.push(self.node(&mut rest, group)?);
            }
            if let Some(line) = line.take() {
                for &from in &before {
                    self.lines.extend(these.iter().map(|&to| (End::Node(from), End::Node(to), line.clone())));
                }
            }
            rest = rest.trim_start();
            if rest.is_empty() {
                return Ok(());
            }
            line = Some(link(&mut rest)?);
            before = these;
        }
    }

    /// Reads a node, and remembers what is said about it.
    fn node(&mut self, rest: &mut &str, group: Option<usize>) -> Result<usize, Wrong> {
        let text = rest.trim_start();
        let length = id_length(text);
        if length == 0 {
            let found = if text.is_empty() { "nothing".to_owned() } else { format!("`{}`", start_of(text)) };
            return Err((
                format!("a node is expected here, and {found} follows"),
                "write nodes as `A[Text]`, and lines between them as `A --> B`, `A -- text --> B` or `A -.-> B`".to_owned(),
            ));
        }
        let (id, mut after) = text.split_at(length);
        let mut said = None;
        if let Some((shape, inside, behind)) = shape(after)? {
            said = Some((shape, inside));
            after = behind;
        }
        // A class says how it looks.
        if let Some(class) = after.strip_prefix(":::") {
            after = &class[id_length(class)..];
        }
        *rest = after;
        let index = match self.by_id.get(id) {
            Some(&index) => index,
            None => {
                let lines = vec![id.to_owned()];
                self.nodes.push(Node { id: id.to_owned(), lines, shape: Shape::Box, group });
                self.by_id.insert(id.to_owned(), self.nodes.len() - 1);
                self.nodes.len() - 1
            }
        };
        let node = &mut self.nodes[index];
        node.group = node.group.or(group);
        if let Some((shape, inside)) = said {
            (node.shape, node.lines) = (shape, svg::text_lines(inside));
        }
        Ok(index)
    }

    /// A node that has the name of a group is that group: lines may lead to groups.
    fn join_groups(&mut self) {
        let group_of = |id: &str| self.groups.iter().position(|group| group.id == id && !id.is_empty());
        let joined: Vec<Option<usize>> = self.nodes.iter().map(|node| group_of(&node.id)).collect();
        let mut kept = Vec::new();
        let mut count = 0;
        for group in &joined {
            kept.push(group.map_or(End::Node(count), End::Group));
            count += usize::from(group.is_none());
        }
        let end = |end: End| if let End::Node(index) = end { kept[index] } else { end };
        for (from, to, _) in &mut self.lines {
            (*from, *to) = (end(*from), end(*to));
        }
        let mut joined = joined.into_iter();
        self.nodes.retain(|_| joined.next().flatten().is_none());
    }

    /// The groups around an end, itself included if it is one, from the outermost.
    fn around(&self, end: End) -> Vec<usize> {
        let mut group = match end {
            End::Node(node) => self.nodes[node].group,
            End::Group(group) => Some(group),
        };
        let mut around = Vec::new();
        while let Some(index) = group.filter(|index| !around.contains(index)) {
            around.push(index);
            group = self.groups[index].outer;
        }
        around.reverse();
        around
    }
}

fn start_of(text: &str) -> String {
    text.chars().take(12).collect()
}

/// The length of an id: letters, digits, and single dashes and dots inside.
fn id_length(text: &str) -> usize {
    let mut end = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next_is_word = characters.peek().is_some_and(|(_, next)| next.is_alphanumeric());
        match character {
            _ if character.is_alphanumeric() || character == '_' => end = at + character.len_utf8(),
            '-' | '.' | '/' if next_is_word && end > 0 => {}
            _ => break,
        }
    }
    end
}

type Shaped<'t> = Option<(Shape, &'t str, &'t str)>;

/// The shape that begins here: which, the text in it, and what follows.
fn shape(text: &str) -> Result<Shaped<'_>, Wrong> {
    if text.starts_with("@{") {
        let help = "write the shape around the text: `A[Text]`, `A(Text)`, `A{Text}`, `A[(Text)]`";
        return Err(("shapes as `@{ ... }` are not drawn".to_owned(), help.to_owned()));
    }
    let mut open_mark = None;
    for (open, close, shape) in SHAPES {
        let Some(inside) = text.strip_prefix(open) else { continue };
        open_mark = open_mark.or(Some((open, close)));
        // A quoted text may hold any mark.
        let quoted = inside.trim_start().strip_prefix('"').and_then(|text| Some(inside.len() - text.len() + text.find('"')? + 1));
        if let Some(end) = inside[quoted.unwrap_or(0)..].find(close) {
            let end = quoted.unwrap_or(0) + end;
            return Ok(Some((shape, &inside[..end], &inside[end + close.len()..])));
        }
    }
    match open_mark {
        Some((open, close)) => Err((format!("`{open}` is not closed"), format!("write `{close}` behind the text"))),
        None => Ok(None),
    }
}

/// The line that begins here: `-->`, `-- text -->`, `-.->`, `==>`, `<-->`, `--x`, `-->|text|`, `~~~`.
fn link(rest: &mut &str) -> Result<Line, Wrong> {
    let written = *rest;
    let wrong = || {
        (
            format!("a line is expected here, and `{}` follows", start_of(written)),
            "write `-->`, `---`, `-- text -->`, `-.->` or `==>`".to_owned(),
        )
    };
    let mut text = written;
    let mut line = Line::default();
    if let Some(after) = text.strip_prefix("~~~") {
        *rest = after.trim_start_matches('~');
        return Ok(Line { is_hidden: true, length: 1, ..line });
    }
    for (mark, tip) in [("<", Tip::Arrow), ("x", Tip::Cross), ("o", Tip::Circle)] {
        if let Some(after) = text.strip_prefix(mark).filter(|after| after.starts_with(['-', '='])) {
            (line.tips.0, text) = (tip, after);
        }
    }
    let (dash, class) = match text.get(..2) {
        Some("--") => ('-', ""),
        Some("==") => ('=', "thick"),
        Some("-.") => ('.', "dotted"),
        _ => return Err(wrong()),
    };
    line.class = class;
    let (run, closed, after) = body(text, dash);
    let is_whole = closed && (dash == '.' || run > 2 || after.starts_with(['>', 'x', 'o']));
    let mut run_total = run;
    text = if is_whole {
        after
    } else {
        // The label stands between two halves.
        let mark = if dash == '.' { ".-".to_owned() } else { dash.to_string().repeat(2) };
        let end = after.find(&mark).ok_or_else(wrong)?;
        line.label = svg::text_lines(&after[..end]);
        let (run, _, after) = body(&after[end..], dash);
        run_total = run;
        after
    };
    for (mark, tip) in [(">", Tip::Arrow), ("x", Tip::Cross), ("o", Tip::Circle)] {
        if let Some(after) =
            text.strip_prefix(mark).filter(|after| mark == ">" || !after.starts_with(char::is_alphanumeric) || text.len() > 1)
        {
            (line.tips.1, text) = (tip, after);
            break;
        }
    }
    let plain = if dash == '.' { 1 } else { 2 + usize::from(line.tips.1 == Tip::None) };
    line.length = (run_total.saturating_sub(plain) + 1).min(8);
    if let Some(label) = text.trim_start().strip_prefix('|') {
        let end =
            label.find('|').ok_or_else(|| ("`|` is not closed".to_owned(), "write `|` behind the label, too".to_owned()))?;
        line.label = svg::text_lines(&label[..end]);
        text = &label[end + 1..];
    }
    line.label.retain(|line| !line.is_empty());
    *rest = text;
    Ok(line)
}

/// The dashes that a line begins with: how many, whether they are whole, and what follows.
fn body(text: &str, dash: char) -> (usize, bool, &str) {
    let text = if dash == '.' { text.strip_prefix('-').unwrap_or(text) } else { text };
    let run = text.len() - text.trim_start_matches(dash).len();
    let after = &text[run..];
    if dash != '.' {
        return (run, true, after);
    }
    after.strip_prefix('-').map_or((run, false, after), |after| (run, true, after))
}

/// The chart for those who listen: what leads to what.
fn in_words(chart: &Chart) -> String {
    let name = |end: End| match end {
        End::Node(node) => chart.nodes[node].lines.join(" "),
        End::Group(group) => chart.groups[group].title.clone(),
    };
    let mut words = String::new();
    for (from, to, line) in chart.lines.iter().filter(|(_, _, line)| !line.is_hidden) {
        let label = if line.label.is_empty() { String::new() } else { format!(" ({})", line.label.join(" ")) };
        let both = if line.tips.0 == Tip::None { messages::later("leads-to") } else { messages::later("and") };
        let _ = write!(words, "{} {both} {}{label}. ", name(*from), name(*to));
        if words.len() > 1_500 {
            words.push('…');
            break;
        }
    }
    if words.is_empty() {
        words = chart.nodes.iter().map(|node| node.lines.join(" ")).collect::<Vec<_>>().join(", ");
    }
    words.trim_end().to_owned()
}

/// What stands inside one group, or in the chart itself.
#[derive(Default)]
struct Level {
    ends: Vec<End>,
    /// Indices into the chart's lines.
    lines: Vec<usize>,
    laid: Laid,
    size: (f64, f64),
}

struct Drawer<'c> {
    chart: &'c Chart,
    way: Way,
    /// One for each group, then one for the chart.
    levels: Vec<Level>,
    /// Middle and size of each node and each group.
    nodes: Vec<((f64, f64), (f64, f64))>,
    groups: Vec<((f64, f64), (f64, f64))>,
    out: String,
    labels: String,
}

impl<'c> Drawer<'c> {
    fn new(chart: &'c Chart, way: Way) -> Self {
        let mut levels: Vec<Level> = (0..=chart.groups.len()).map(|_| Level::default()).collect();
        let top = chart.groups.len();
        for (index, node) in chart.nodes.iter().enumerate() {
            levels[node.group.unwrap_or(top)].ends.push(End::Node(index));
        }
        for (index, group) in chart.groups.iter().enumerate() {
            levels[group.outer.unwrap_or(top)].ends.push(End::Group(index));
        }
        for (index, (from, to, _)) in chart.lines.iter().enumerate() {
            let (from, to) = (chart.around(*from), chart.around(*to));
            let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).map(|(a, _)| *a).last();
            levels[shared.unwrap_or(top)].lines.push(index);
        }
        Self {
            chart,
            way,
            levels,
            nodes: chart.nodes.iter().map(|node| ((0.0, 0.0), size_of(node))).collect(),
            groups: vec![((0.0, 0.0), (0.0, 0.0)); top],
            out: String::new(),
            labels: String::new(),
        }
    }

    fn document(mut self, id: &str, said: (String, String)) -> String {
        let top = self.chart.groups.len();
        // Inner groups come after those around them, so they are laid out first.
        for level in (0..top).rev().chain([top]) {
            self.lay_out(level);
        }
        self.place(top, (MARGIN, MARGIN));
        let size = self.levels[top].size;
        for group in 0..top {
            self.group(group);
        }
        for level in 0..=top {
            self.lines(level);
        }
        for (index, node) in self.chart.nodes.iter().enumerate() {
            let (middle, size) = self.nodes[index];
            shape_of(&mut self.out, node.shape, middle, size);
            svg::text(&mut self.out, "", middle.0, middle.1, &node.lines);
        }
        let inside = format!("{}{}", self.out, self.labels);
        svg::document(id, (size.0 + 2.0 * MARGIN, size.1 + 2.0 * MARGIN), said, &inside)
    }

    fn way_of(&self, level: usize) -> Way {
        self.chart.groups.get(level).map_or(self.way, |group| group.way)
    }

    /// What stands for an end among those of a level: itself, or the group around it.
    fn seen(&self, level: usize, end: End) -> Option<usize> {
        let ends = &self.levels[level].ends;
        let around = self.chart.around(end);
        ends.iter().position(|&other| other == end || matches!(other, End::Group(group) if around.contains(&group)))
    }

    fn lay_out(&mut self, level: usize) {
        let way = self.way_of(level);
        let turned = |(x, y): (f64, f64)| if way.is_across() { (y, x) } else { (x, y) };
        let sizes = self.levels[level].ends.iter().map(|end| match end {
            End::Node(node) => self.nodes[*node].1,
            End::Group(group) => self.groups[*group].1,
        });
        let mut graph = Graph { boxes: sizes.collect(), edges: Vec::new() };
        let mut pairs = HashMap::new();
        for &index in &self.levels[level].lines {
            let (from, to, line) = &self.chart.lines[index];
            let (Some(from), Some(to)) = (self.seen(level, *from), self.seen(level, *to)) else { continue };
            let (width, height) = svg::size(&line.label);
            let label = if line.label.is_empty() { (0.0, 0.0) } else { (width, height) };
            if from == to {
                graph.boxes[from].0 += 2.0 * (label.0 + 34.0);
                graph.edges.push(Edge { from, to, ..Edge::default() });
                continue;
            }
            // Lines between the same boxes pass points of their own, so that they do not cover each other.
            let twins = pairs.entry((from.min(to), from.max(to))).or_insert(0);
            let length = if *twins > 0 { line.length.max(2) } else { line.length };
            *twins += 1;
            graph.edges.push(Edge { from, to, label: turned(label), length });
        }
        graph.boxes.iter_mut().for_each(|size| *size = turned(*size));
        let mut laid = lay_out(&graph);
        let (width, height) = laid.size;
        let flipped = matches!(way, Way::Up | Way::Left);
        let there = |(x, y): (f64, f64)| turned((x, if flipped { height - y } else { y }));
        laid.boxes.iter_mut().for_each(|point| *point = there(*point));
        laid.lines.iter_mut().flatten().for_each(|point| *point = there(*point));
        laid.labels.iter_mut().flatten().for_each(|point| *point = there(*point));
        let (width, height) = turned((width, height));
        self.levels[level].laid = laid;
        self.levels[level].size = (width, height);
        if level < self.groups.len() {
            let title = svg::width(&self.chart.groups[level].title) + 8.0;
            let inside = (width.max(title).max(40.0), height.max(20.0) + self.title_height(level));
            self.groups[level].1 = (inside.0 + 2.0 * PADDING, inside.1 + 2.0 * PADDING);
        }
    }

    fn place(&mut self, level: usize, (left, top): (f64, f64)) {
        for (at, end) in self.levels[level].ends.clone().into_iter().enumerate() {
            let (x, y) = self.levels[level].laid.boxes[at];
            let middle = (x + left, y + top);
            match end {
                End::Node(node) => self.nodes[node].0 = middle,
                End::Group(group) => {
                    self.groups[group].0 = middle;
                    let (width, height) = self.groups[group].1;
                    let inner = self.levels[group].size;
                    let left = middle.0 - inner.0 / 2.0;
                    let top = middle.1 - height / 2.0 + PADDING + self.title_height(group);
                    debug_assert!(width >= inner.0);
                    self.place(group, (left, top));
                }
            }
        }
        let moved = |point: &mut (f64, f64)| *point = (point.0 + left, point.1 + top);
        let laid = &mut self.levels[level].laid;
        laid.lines.iter_mut().flatten().for_each(moved);
        laid.labels.iter_mut().flatten().for_each(moved);
    }

    fn title_height(&self, group: usize) -> f64 {
        if self.chart.groups[group].title.is_empty() { 0.0 } else { LINE_HEIGHT }
    }

    fn group(&mut self, group: usize) {
        let ((x, y), (width, height)) = self.groups[group];
        let corner = (x - width / 2.0, y - height / 2.0);
        svg::rectangle(&mut self.out, "group", corner, (width, height), 10.0);
        let title = &self.chart.groups[group].title;
        if !title.is_empty() {
            svg::text(&mut self.out, "title", x, corner.1 + PADDING, std::slice::from_ref(title));
        }
    }

    fn lines(&mut self, level: usize) {
        let way = self.way_of(level);
        let drawn: Vec<usize> = self.levels[level]
            .lines
            .iter()
            .copied()
            .filter(|&index| {
                let (from, to, _) = &self.chart.lines[index];
                self.seen(level, *from).is_some() && self.seen(level, *to).is_some()
            })
            .collect();
        for (at, index) in drawn.into_iter().enumerate() {
            let (from, to, line) = &self.chart.lines[index];
            if line.is_hidden {
                continue;
            }
            let place = |end: &End| match end {
                End::Node(node) => self.nodes[*node],
                End::Group(group) => self.groups[*group],
            };
            let (from, to) = (place(from), place(to));
            if from.0 == to.0 {
                self.circle(from, line);
                continue;
            }
            let points = &self.levels[level].laid.lines[at];
            let start = side(from, *points.first().unwrap_or(&to.0), way);
            let end = side(to, *points.last().unwrap_or(&from.0), way);
            let label = self.levels[level].laid.labels[at];
            let points: Vec<(f64, f64)> = [start].into_iter().chain(points.iter().copied()).chain([end]).collect();
            curve(&mut self.out, line, &points, way);
            if let Some(middle) = label.or((!line.label.is_empty()).then(|| middle(start, end))) {
                let (width, height) = svg::size(&line.label);
                let corner = (middle.0 - width / 2.0 - 3.0, middle.1 - height / 2.0);
                svg::rectangle(&mut self.labels, "behind", corner, (width + 6.0, height), 4.0);
                svg::text(&mut self.labels, "label", middle.0, middle.1, &line.label);
            }
        }
    }

    /// A line from a box to itself.
    fn circle(&mut self, ((x, y), (width, _)): ((f64, f64), (f64, f64)), line: &Line) {
        let right = x + width / 2.0;
        let _ = write!(
            self.out,
            "<path class=\"line {}\" d=\"M{right} {top}C{far} {top} {far} {bottom} {right} {bottom}\"/>",
            line.class,
            right = number(right),
            far = number(right + 32.0),
            top = number(y - 9.0),
            bottom = number(y + 9.0),
        );
        svg::tip(&mut self.out, line.tips.1, (right, y + 9.0), (-1.0, 0.2));
        let (wide, _) = svg::size(&line.label);
        svg::text(&mut self.labels, "label", right + 30.0 + wide / 2.0, y, &line.label);
    }
}

fn middle(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0)
}

/// Where a line meets a box on its way to a point.
fn side(((x, y), (width, height)): ((f64, f64), (f64, f64)), towards: (f64, f64), way: Way) -> (f64, f64) {
    if way.is_across() {
        (x + if towards.0 >= x { width / 2.0 } else { -width / 2.0 }, y)
    } else {
        (x, y + if towards.1 >= y { height / 2.0 } else { -height / 2.0 })
    }
}

/// A line through points: it leaves and reaches each in the direction of the chart.
fn curve(out: &mut String, line: &Line, points: &[(f64, f64)], way: Way) {
    let mut path = String::new();
    let across = way.is_across();
    let mut last = (0.0, 0.0);
    for (index, &(mut x, mut y)) in points.iter().enumerate() {
        if index == 0 {
            let _ = write!(path, "M{} {}", number(x), number(y));
            last = (x, y);
            continue;
        }
        if index + 1 == points.len() && line.tips.1 == Tip::Arrow {
            // The tip has the last pixels to itself.
            if across {
                x -= 5.0 * (x - last.0).signum();
            } else {
                y -= 5.0 * (y - last.1).signum();
            }
        }
        if (across && last.1 == y) || (!across && last.0 == x) {
            let _ = write!(path, "L{} {}", number(x), number(y));
        } else {
            let half = middle(last, (x, y));
            let (first, second) = if across { ((half.0, last.1), (half.0, y)) } else { ((last.0, half.1), (x, half.1)) };
            let _ = write!(
                path,
                "C{} {} {} {} {} {}",
                number(first.0),
                number(first.1),
                number(second.0),
                number(second.1),
                number(x),
                number(y)
            );
        }
        last = (x, y);
    }
    let class = if line.class.is_empty() { "line".to_owned() } else { format!("line {}", line.class) };
    let _ = write!(out, "<path class=\"{class}\" d=\"{path}\"/>");
    let direction = |from: (f64, f64), to: (f64, f64)| {
        if across { ((to.0 - from.0).signum(), 0.0) } else { (0.0, (to.1 - from.1).signum()) }
    };
    if let [first, second, ..] = points {
        svg::tip(out, line.tips.0, *first, direction(*second, *first));
    }
    if let [.., before, end] = points {
        svg::tip(out, line.tips.1, *end, direction(*before, *end));
    }
}

fn size_of(node: &Node) -> (f64, f64) {
    let (text_width, text_height) = svg::size(&node.lines);
    let (width, height) = (text_width + 28.0, text_height + 18.0);
    match node.shape {
        Shape::Box | Shape::Round => (width.max(52.0), height),
        Shape::Stadium | Shape::Hexagon | Shape::Flag => (width + 20.0, height),
        Shape::Subroutine => (width + 16.0, height),
        Shape::Lean => (width + 28.0, height),
        Shape::Cylinder => (width.max(64.0), height + 16.0),
        Shape::Circle => {
            let round = width.hypot(height) - 12.0;
            (round, round)
        }
        Shape::Diamond => (text_width * 1.35 + 44.0, text_height * 2.0 + text_width * 0.2 + 4.0),
    }
}

fn shape_of(out: &mut String, shape: Shape, (x, y): (f64, f64), (width, height): (f64, f64)) {
    let (left, right, top, bottom) = (x - width / 2.0, x + width / 2.0, y - height / 2.0, y + height / 2.0);
    let polygon = |out: &mut String, points: &[(f64, f64)]| {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
        let _ = write!(out, "<polygon class=\"node\" points=\"{}\"/>", points.join(" "));
    };
    match shape {
        Shape::Box => svg::rectangle(out, "node", (left, top), (width, height), 5.0),
        Shape::Round => svg::rectangle(out, "node", (left, top), (width, height), 12.0),
        Shape::Stadium => svg::rectangle(out, "node", (left, top), (width, height), height / 2.0),
        Shape::Subroutine => {
            svg::rectangle(out, "node", (left, top), (width, height), 3.0);
            let _ = write!(
                out,
                "<path class=\"line\" d=\"M{a} {top}V{bottom}M{b} {top}V{bottom}\"/>",
                a = number(left + 8.0),
                b = number(right - 8.0),
                top = number(top),
                bottom = number(bottom)
            );
        }
        Shape::Cylinder => {
            let _ = write!(
                out,
                "<path class=\"node\" d=\"M{left} {top}A{rx} 7 0 0 1 {right} {top}V{bottom}A{rx} 7 0 0 1 {left} {bottom}Z\"/>\
                 <path class=\"edge\" d=\"M{left} {top}A{rx} 7 0 0 0 {right} {top}\"/>",
                left = number(left),
                right = number(right),
                top = number(top + 7.0),
                bottom = number(bottom - 7.0),
                rx = number(width / 2.0)
            );
        }
        Shape::Circle => {
            let _ =
                write!(out, "<circle class=\"node\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>", number(x), number(y), number(width / 2.0));
        }
        Shape::Diamond => polygon(out, &[(x, top), (right, y), (x, bottom), (left, y)]),
        Shape::Hexagon => {
            let cut = (height / 2.0).min(16.0);
            polygon(
                out,
                &[(left + cut, top), (right - cut, top), (right, y), (right - cut, bottom), (left + cut, bottom), (left, y)],
            );
        }
        Shape::Lean => polygon(out, &[(left + 14.0, top), (right, top), (right - 14.0, bottom), (left, bottom)]),
        Shape::Flag => polygon(out, &[(left, top), (right, top), (right, bottom), (left, bottom), (left + 14.0, y)]),
    }
}
