//! `sequenceDiagram`: who says what to whom, in order; notes, loops, choices, who is at work.

use super::svg::{self, LINE_HEIGHT, Tip, number};
use super::{PARTS_MAX, Reader};
use crate::messages;
use std::fmt::Write;

const MARGIN: f64 = 10.0;
/// Height of the boxes with names, and the least distance of two lifelines.
const HEAD_HEIGHT: f64 = 40.0;
const APART_MIN: f64 = 110.0;
/// Half the width of the bar that shows who is at work.
const BAR: f64 = 5.0;

#[derive(Debug)]
struct Actor {
    id: String,
    lines: Vec<String>,
    is_person: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    Over,
}

#[derive(Debug)]
enum Event {
    Message { from: usize, to: usize, lines: Vec<String>, dotted: bool, tips: (Tip, Tip) },
    Note { side: Side, from: usize, to: usize, lines: Vec<String> },
    Begin { kind: String, lines: Vec<String> },
    Else { lines: Vec<String> },
    End,
    Work { actor: usize, starts: bool },
}

#[derive(Debug, Default)]
struct Sequence {
    actors: Vec<Actor>,
    events: Vec<Event>,
    /// The number of the first message, and what each adds; nothing if messages have none.
    numbers: Option<(i64, i64)>,
}

/// What surrounds events, and the words that divide them.
const BLOCKS: [&str; 7] = ["loop", "alt", "opt", "par", "critical", "break", "rect"];
const DIVIDERS: [&str; 3] = ["else", "and", "option"];

/// What stands between two names; longer marks come before those that they begin with.
const ARROWS: [(&str, bool, (Tip, Tip)); 12] = [
    ("<<-->>", true, (Tip::Arrow, Tip::Arrow)),
    ("<<->>", false, (Tip::Arrow, Tip::Arrow)),
    ("-->>", true, (Tip::None, Tip::Arrow)),
    ("->>", false, (Tip::None, Tip::Arrow)),
    ("--x", true, (Tip::None, Tip::Cross)),
    ("-x", false, (Tip::None, Tip::Cross)),
    ("--)", true, (Tip::None, Tip::Open)),
    ("-)", false, (Tip::None, Tip::Open)),
    ("-->", true, (Tip::None, Tip::None)),
    ("->", false, (Tip::None, Tip::None)),
    ("--|>", true, (Tip::None, Tip::Open)),
    ("-|>", false, (Tip::None, Tip::Open)),
];

pub(super) fn draw(reader: &mut Reader<'_>, id: &str) -> Option<String> {
    let sequence = read(reader);
    if sequence.actors.is_empty() {
        let help = "write a line such as `Client->>Gateway: GET /books`";
        reader.wrong(reader.first, "this diagram has no participants", help);
        return None;
    }
    if sequence.actors.len() + sequence.events.len() > PARTS_MAX {
        let message = format!("this diagram has more than {PARTS_MAX} participants and messages");
        reader.wrong(reader.first, &message, "draw it as several diagrams");
        return None;
    }
    let said = reader.said(&messages::later("sequence-diagram"), &in_words(&sequence));
    Some(document(&sequence, id, said))
}

fn read(reader: &mut Reader<'_>) -> Sequence {
    let mut sequence = Sequence::default();
    // Blocks that are open, and whether they are drawn.
    let mut open: Vec<bool> = Vec::new();
    for (number, line) in std::mem::take(&mut reader.lines) {
        let line = line.trim_end_matches(';').trim();
        let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        match first {
            "participant" | "actor" => {
                let (id, name) = rest.split_once(" as ").unwrap_or((rest, rest));
                let id = id.split("@{").next().unwrap_or_default().trim();
                if id.is_empty() {
                    reader.wrong(number, "a participant needs a name", "write `participant G as Gateway`");
                    continue;
                }
                let index = sequence.actor(id);
                sequence.actors[index].lines = svg::text_lines(name);
                sequence.actors[index].is_person = first == "actor";
            }
            "autonumber" => {
                let mut numbers = rest.split_whitespace().filter_map(|number| number.parse().ok());
                sequence.numbers = (rest != "off").then(|| (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1)));
            }
            "activate" | "deactivate" => {
                let actor = sequence.actor(rest);
                sequence.events.push(Event::Work { actor, starts: first == "activate" });
            }
            "Note" | "note" => match note(rest) {
                Some((side, names, text)) => {
                    let actors: Vec<usize> = names.iter().map(|name| sequence.actor(name)).collect();
                    let (from, to) = (actors.iter().min().copied(), actors.iter().max().copied());
                    let (from, to) = (from.unwrap_or(0), to.unwrap_or(0));
                    sequence.events.push(Event::Note { side, from, to, lines: svg::text_lines(text) });
                }
                None => reader.wrong(
                    number,
                    "this note says not whose it is",
                    "write `Note over A,B: text`, `Note left of A: text` or `Note right of A: text`",
                ),
            },
            block if BLOCKS.contains(&block) => {
                open.push(true);
                // What stands behind `rect` is a colour.
                let lines = if block == "rect" || rest.is_empty() { Vec::new() } else { svg::text_lines(rest) };
                let kind = if block == "rect" { String::new() } else { block.to_owned() };
                sequence.events.push(Event::Begin { kind, lines });
            }
            "box" => {
                open.push(false);
                reader.wrong(number, "`box` is not drawn", "remove the line and its `end`: names stand for themselves");
            }
            divider if DIVIDERS.contains(&divider) => {
                if open.last() == Some(&true) {
                    sequence.events.push(Event::Else { lines: svg::text_lines(rest) });
                } else {
                    reader.wrong(number, &format!("`{divider}` divides nothing"), "begin with `alt`, `par` or `critical`");
                }
            }
            "end" => match open.pop() {
                Some(true) => sequence.events.push(Event::End),
                Some(false) => {}
                None => reader.wrong(number, "`end` ends nothing", "remove it, or begin with `loop`, `alt` or `opt`"),
            },
            "create" | "destroy" | "links" | "link" | "properties" | "details" => {
                reader.wrong(number, &format!("`{first}` is not drawn"), "remove the line, or say it in a note");
                if first == "create" {
                    let name = rest.trim_start_matches("participant ").trim_start_matches("actor ");
                    let (id, name) = name.split_once(" as ").unwrap_or((name, name));
                    let index = sequence.actor(id);
                    sequence.actors[index].lines = svg::text_lines(name);
                }
            }
            _ => message(&mut sequence, reader, number, line),
        }
    }
    if open.contains(&true) {
        reader.wrong(reader.first, "a part of this diagram does not end", "write `end` below its last line");
        open.iter().filter(|drawn| **drawn).for_each(|_| sequence.events.push(Event::End));
    }
    sequence
}

/// `left of A: text`, `over A,B: text`.
fn note(text: &str) -> Option<(Side, Vec<&str>, &str)> {
    let (whose, text) = text.split_once(':')?;
    let (side, names) = [("left of ", Side::Left), ("right of ", Side::Right), ("over ", Side::Over)]
        .into_iter()
        .find_map(|(words, side)| Some((side, whose.trim_start().strip_prefix(words)?)))?;
    let names: Vec<&str> = names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    (!names.is_empty()).then_some((side, names, text))
}

/// `A->>+B: text`.
fn message(sequence: &mut Sequence, reader: &mut Reader<'_>, number: usize, line: &str) {
    let (ends, text) = line.split_once(':').unwrap_or((line, ""));
    // The arrow that begins first, and of those the longest.
    let found = ARROWS
        .iter()
        .filter_map(|arrow| Some((ends.find(arrow.0)?, arrow)))
        .min_by_key(|(at, arrow)| (*at, std::cmp::Reverse(arrow.0.len())));
    let Some((at, (arrow, dotted, tips))) =
        found.filter(|(at, arrow)| !ends[..*at].trim().is_empty() && !ends[at + arrow.0.len()..].trim().is_empty())
    else {
        let start: String = line.chars().take(24).collect();
        let help = "write a message as `A->>B: text` or `A-->>B: text`, with `participant A as Name` for longer names";
        return reader.wrong(number, &format!("`{start}` is no message, and nothing else that is drawn"), help);
    };
    let target = ends[at + arrow.len()..].trim();
    let from = sequence.actor(ends[..at].trim());
    let to = sequence.actor(target.trim_start_matches(['+', '-']).trim());
    let lines = svg::text_lines(text);
    sequence.events.push(Event::Message { from, to, lines, dotted: *dotted, tips: *tips });
    if target.starts_with('+') {
        sequence.events.push(Event::Work { actor: to, starts: true });
    } else if target.starts_with('-') {
        sequence.events.push(Event::Work { actor: from, starts: false });
    }
}

impl Sequence {
    /// The index of a participant, who need not be announced.
    fn actor(&mut self, id: &str) -> usize {
        if let Some(index) = self.actors.iter().position(|actor| actor.id == id) {
            return index;
        }
        self.actors.push(Actor { id: id.to_owned(), lines: svg::text_lines(id), is_person: false });
        self.actors.len() - 1
    }

    fn number_of(&self, message: i64) -> Option<i64> {
        self.numbers.map(|(first, step)| first + message * step)
    }
}

/// The diagram for those who listen.
fn in_words(sequence: &Sequence) -> String {
    let name = |actor: usize| sequence.actors[actor].lines.join(" ");
    let mut words = String::new();
    for event in &sequence.events {
        let _ = match event {
            Event::Message { from, to, lines, .. } => {
                write!(words, "{} {} {}: {}. ", name(*from), messages::later("says-to"), name(*to), lines.join(" "))
            }
            Event::Note { lines, .. } => write!(words, "{}: {}. ", messages::later("note"), lines.join(" ")),
            Event::Begin { kind, lines } if !kind.is_empty() => write!(words, "{kind} {}: ", lines.join(" ")),
            Event::Else { lines } => write!(words, "{} {}: ", messages::later("else"), lines.join(" ")),
            Event::Begin { .. } | Event::End | Event::Work { .. } => Ok(()),
        };
        if words.len() > 1_500 {
            words.push('…');
            break;
        }
    }
    if words.is_empty() {
        words = (0..sequence.actors.len()).map(name).collect::<Vec<_>>().join(", ");
    }
    words.trim_end().to_owned()
}

/// The lifelines' positions, and what each event needs to the left and right of the outermost.
fn columns(sequence: &Sequence) -> (Vec<f64>, Vec<f64>) {
    let count = sequence.actors.len();
    let widths: Vec<f64> = sequence.actors.iter().map(|actor| (svg::size(&actor.lines).0 + 28.0).max(70.0)).collect();
    let mut apart: Vec<f64> = widths.windows(2).map(|pair| ((pair[0] + pair[1]) / 2.0 + 24.0).max(APART_MIN)).collect();
    apart.push(0.0);
    let mut left: f64 = widths.first().copied().unwrap_or(0.0) / 2.0;
    let mut right: f64 = widths.last().copied().unwrap_or(0.0) / 2.0;
    let needs = |from: usize, to: usize, width: f64, apart: &mut Vec<f64>| {
        let (from, to) = (from.min(to), from.max(to));
        let has: f64 = apart[from..to].iter().sum();
        if has < width && to > from {
            let more = (width - has) / (to - from) as f64;
            apart[from..to].iter_mut().for_each(|gap| *gap += more);
        }
    };
    for event in &sequence.events {
        match event {
            Event::Message { from, to, lines, .. } => {
                let width = svg::size(lines).0 + if sequence.numbers.is_some() { 54.0 } else { 30.0 };
                match (from == to, *from + 1 < count) {
                    (false, _) => needs(*from, *to, width, &mut apart),
                    (true, true) => needs(*from, from + 1, width + 44.0, &mut apart),
                    (true, false) => right = right.max(width + 44.0),
                }
            }
            Event::Note { side, from, to, lines } => {
                let width = svg::size(lines).0 + 28.0;
                match side {
                    Side::Over if from != to => needs(*from, *to, width - 40.0, &mut apart),
                    Side::Over => {
                        let half = width / 2.0 + 12.0;
                        if *from > 0 {
                            needs(from - 1, *from, half + 12.0, &mut apart)
                        } else {
                            left = left.max(half)
                        }
                        if *from + 1 < count { needs(*from, from + 1, half + 12.0, &mut apart) } else { right = right.max(half) }
                    }
                    Side::Left if *from > 0 => needs(from - 1, *from, width + 24.0, &mut apart),
                    Side::Left => left = left.max(width + 18.0),
                    Side::Right if *to + 1 < count => needs(*to, to + 1, width + 24.0, &mut apart),
                    Side::Right => right = right.max(width + 18.0),
                }
            }
            _ => {}
        }
    }
    let mut x = vec![left];
    for gap in &apart[..count.saturating_sub(1)] {
        x.push(x[x.len() - 1] + gap);
    }
    x.push(x[x.len() - 1] + right);
    (x, widths)
}

fn document(sequence: &Sequence, id: &str, said: (String, String)) -> String {
    // Blocks stand around the outermost lifelines, one inside the other.
    let deepest = depths(sequence);
    let (mut x, widths) = columns(sequence);
    let side = MARGIN + 12.0 * deepest as f64;
    x.iter_mut().for_each(|x| *x += side);
    let width = x.pop().unwrap_or(0.0) + side;
    let head = sequence.actors.iter().map(|actor| svg::size(&actor.lines).1).fold(HEAD_HEIGHT, |a, b: f64| a.max(b + 20.0));
    let mut drawer = Drawer { sequence, x: &x, width, y: MARGIN + head + 12.0, ..Drawer::default() };
    drawer.events();
    let bottom = drawer.y + 14.0;
    let mut out = String::new();
    for (at, actor) in sequence.actors.iter().enumerate() {
        let _ = write!(
            out,
            "<path class=\"life\" d=\"M{x} {top}V{bottom}\"/>",
            x = number(x[at]),
            top = number(MARGIN + head),
            bottom = number(bottom)
        );
        let class = if actor.is_person { "node person" } else { "node" };
        let round = if actor.is_person { head / 2.0 } else { 6.0 };
        svg::rectangle(&mut out, class, (x[at] - widths[at] / 2.0, MARGIN), (widths[at], head), round);
        svg::text(&mut out, "", x[at], MARGIN + head / 2.0, &actor.lines);
    }
    let inside = format!("{}{out}{}{}", drawer.behind, drawer.bars, drawer.out);
    svg::document(id, (width, bottom + MARGIN), said, &inside)
}

fn depths(sequence: &Sequence) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for event in &sequence.events {
        match event {
            Event::Begin { .. } => depth += 1,
            Event::End => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

static NOTHING: Sequence = Sequence { actors: Vec::new(), events: Vec::new(), numbers: None };

struct Drawer<'s> {
    sequence: &'s Sequence,
    x: &'s [f64],
    width: f64,
    y: f64,
    /// Frames, then bars, then everything else, from the back to the front.
    behind: String,
    bars: String,
    out: String,
    /// Where each open block begins.
    open: Vec<f64>,
    /// Since when each participant is at work.
    working: Vec<(usize, f64)>,
}

impl Default for Drawer<'_> {
    fn default() -> Self {
        Self {
            sequence: &NOTHING,
            x: &[],
            width: 0.0,
            y: 0.0,
            behind: String::new(),
            bars: String::new(),
            out: String::new(),
            open: Vec::new(),
            working: Vec::new(),
        }
    }
}

impl Drawer<'_> {
    fn events(&mut self) {
        let mut messages = 0;
        for event in &self.sequence.events {
            match event {
                Event::Message { from, to, lines, dotted, tips } => {
                    let number = self.sequence.number_of(messages);
                    messages += 1;
                    self.message((*from, *to), lines, *dotted, *tips, number);
                }
                Event::Note { side, from, to, lines } => self.note(*side, *from, *to, lines),
                Event::Begin { kind, lines } => {
                    self.y += 10.0;
                    self.open.push(self.y);
                    if !kind.is_empty() {
                        self.heading(kind, lines);
                    }
                }
                Event::Else { lines } => {
                    self.y += 12.0;
                    let (left, right) = self.frame(self.open.len());
                    let _ = write!(
                        self.behind,
                        "<path class=\"line dotted\" d=\"M{} {y}H{}\"/>",
                        number(left),
                        number(right),
                        y = number(self.y)
                    );
                    self.y += 4.0;
                    self.title("", lines, left);
                }
                Event::End => self.end(),
                Event::Work { actor, starts: true } => self.working.push((*actor, self.y)),
                Event::Work { actor, starts: false } => {
                    if let Some(at) = self.working.iter().rposition(|(worker, _)| worker == actor) {
                        let (actor, since) = self.working.remove(at);
                        self.bar(actor, since);
                    }
                }
            }
        }
        for (actor, since) in std::mem::take(&mut self.working) {
            self.bar(actor, since);
        }
    }

    /// The left and right of a block this deep.
    fn frame(&self, depth: usize) -> (f64, f64) {
        let inset = 2.0 + 10.0 * (depth.saturating_sub(1)) as f64;
        (inset, self.width - inset)
    }

    fn heading(&mut self, kind: &str, lines: &[String]) {
        let (left, _) = self.frame(self.open.len());
        let wide = svg::width(kind) + 18.0;
        let y = self.y;
        svg::rectangle(&mut self.behind, "tag", (left, y), (wide, 22.0), 4.0);
        svg::text(&mut self.behind, "title", left + wide / 2.0, y + 11.0, &[kind.to_owned()]);
        self.y += 2.0;
        self.title(kind, lines, left);
    }

    fn title(&mut self, kind: &str, lines: &[String], left: f64) {
        let before = if kind.is_empty() { 0.0 } else { svg::width(kind) + 18.0 };
        let words = lines.join(" ");
        if !words.is_empty() {
            let words = format!("[{words}]");
            let x = left + before + 10.0 + svg::width(&words) / 2.0;
            svg::text(&mut self.out, "label", x, self.y + 10.0, &[words]);
        }
        self.y += if kind.is_empty() && lines.is_empty() { 4.0 } else { 20.0 };
    }

    fn end(&mut self) {
        let depth = self.open.len();
        if let Some(top) = self.open.pop() {
            self.y += 12.0;
            let (left, right) = self.frame(depth);
            // Frames that are around others are drawn before them.
            let mut frame = String::new();
            svg::rectangle(&mut frame, "group", (left, top), (right - left, self.y - top), 6.0);
            self.behind.insert_str(0, &frame);
            self.y += 6.0;
        }
    }

    fn bar(&mut self, actor: usize, since: f64) {
        let aside = 4.0 * self.working.iter().filter(|(worker, _)| *worker == actor).count() as f64;
        let height = (self.y - since).max(12.0);
        svg::rectangle(&mut self.bars, "bar", (self.x[actor] - BAR + aside, since), (2.0 * BAR, height), 2.0);
    }

    /// Where a line meets a participant: beside the bar of one who is at work.
    fn edge(&self, actor: usize, towards: f64) -> f64 {
        let at_work = self.working.iter().any(|(worker, _)| *worker == actor);
        self.x[actor] + if at_work { BAR * towards } else { 0.0 }
    }

    fn message(&mut self, (from, to): (usize, usize), lines: &[String], dotted: bool, tips: (Tip, Tip), sent: Option<i64>) {
        let (_, height) = svg::size(lines);
        let is_silent = lines.iter().all(String::is_empty);
        let class = if dotted { "line dotted" } else { "line" };
        self.y += 12.0;
        if from == to {
            let x = self.edge(from, 1.0);
            let (top, bottom) = (self.y + 8.0, self.y + 8.0 + height.max(24.0));
            let (wide, _) = svg::size(lines);
            svg::text(&mut self.out, "label", x + 44.0 + wide / 2.0, (top + bottom) / 2.0, lines);
            let _ = write!(
                self.out,
                "<path class=\"{class}\" d=\"M{x} {top}H{far}V{bottom}H{near}\"/>",
                near = number(x + if tips.1 == Tip::Arrow { 5.0 } else { 0.0 }),
                x = number(x),
                far = number(x + 34.0),
                top = number(top),
                bottom = number(bottom)
            );
            svg::tip(&mut self.out, tips.1, (x, bottom), (-1.0, 0.0));
            self.numbered(sent, (x, top));
            self.y = bottom + 4.0;
            return;
        }
        let towards = if to > from { 1.0 } else { -1.0 };
        let (start, end) = (self.edge(from, towards), self.edge(to, -towards));
        if !is_silent {
            let middle = (start + end) / 2.0;
            let (wide, _) = svg::size(lines);
            // Lifelines do not run through words.
            svg::rectangle(&mut self.out, "behind", (middle - wide / 2.0 - 2.0, self.y - 2.0), (wide + 4.0, height), 2.0);
            svg::text(&mut self.out, "label", middle, self.y + height / 2.0 - 2.0, lines);
            self.y += height;
        }
        self.y += 4.0;
        let y = self.y;
        let short = |tip: Tip| if tip == Tip::Arrow { 5.0 } else { 0.0 };
        let _ = write!(
            self.out,
            "<path class=\"{class}\" d=\"M{} {y}H{}\"/>",
            number(start + towards * short(tips.0)),
            number(end - towards * short(tips.1)),
            y = number(y)
        );
        svg::tip(&mut self.out, tips.0, (start, y), (-towards, 0.0));
        svg::tip(&mut self.out, tips.1, (end, y), (towards, 0.0));
        self.numbered(sent, (start, y));
        self.y += 6.0;
    }

    fn numbered(&mut self, sent: Option<i64>, (x, y): (f64, f64)) {
        if let Some(sent) = sent {
            let _ = write!(self.out, "<circle class=\"number\" cx=\"{}\" cy=\"{}\" r=\"9\"/>", number(x), number(y));
            svg::text(&mut self.out, "number", x, y - 0.5, &[sent.to_string()]);
        }
    }

    fn note(&mut self, side: Side, from: usize, to: usize, lines: &[String]) {
        let (wide, height) = svg::size(lines);
        let (wide, height) = (wide + 24.0, height + 12.0);
        self.y += 10.0;
        let left = match side {
            Side::Left => self.x[from] - wide - 12.0,
            Side::Right => self.x[to] + 12.0,
            Side::Over => (self.x[from] + self.x[to]) / 2.0 - wide.max(self.x[to] - self.x[from] + 40.0) / 2.0,
        };
        let wide = if side == Side::Over && from != to { wide.max(self.x[to] - self.x[from] + 40.0) } else { wide };
        let left = if side == Side::Over && from == to { self.x[from] - wide / 2.0 } else { left };
        svg::rectangle(&mut self.out, "note", (left, self.y), (wide, height), 3.0);
        svg::text(&mut self.out, "", left + wide / 2.0, self.y + height / 2.0, lines);
        self.y += height + LINE_HEIGHT / 5.0;
    }
}
