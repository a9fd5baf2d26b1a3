//! What drawings are made of: numbers, texts of several lines, and how wide they are.

use crate::markdown::escaped;
use std::fmt::Write;

/// Heights and widths are in pixels of a drawing that is not scaled; texts are 14 pixels high.
pub(super) const LINE_HEIGHT: f64 = 20.0;

/// A number with one decimal at most, so that equal drawings are equal texts.
pub(super) fn number(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == rounded.trunc() { format!("{}", rounded as i64) } else { format!("{rounded:.1}") }
}

/// How wide a text is at most in fonts that systems have. It is an estimate from above: text that is centred in too much
/// room looks right, text that leaves its shape does not.
pub(super) fn width(text: &str) -> f64 {
    text.chars()
        .map(|character| match character {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 4.2,
            'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' | ' ' | '"' => 5.6,
            'm' | 'w' | 'M' | 'W' | '@' | '%' => 12.8,
            'A'..='Z' | '&' | '_' | '#' | '+' | '=' | '<' | '>' | '~' => 9.8,
            '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => 0.0,
            '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' => 15.0,
            '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{1faff}' => 16.0,
            _ => 8.2,
        })
        .sum()
}

/// A text as its lines: `<br/>` and `\n` break it, quotes around it and entities are taken off.
pub(super) fn text_lines(text: &str) -> Vec<String> {
    let mut plain = text.trim().trim_matches('"').to_owned();
    for mark in ["<br/>", "<br />", "<br>", "\\n"] {
        plain = plain.replace(mark, "\n");
    }
    // Mermaid writes characters that its notation needs as `#quot;`, and marks Markdown with backticks.
    for (entity, character) in
        [("#quot;", "\""), ("#amp;", "&"), ("#lt;", "<"), ("#gt;", ">"), ("#35;", "#"), ("#59;", ";"), ("&quot;", "\"")]
    {
        plain = plain.replace(entity, character);
    }
    let plain = plain.trim_matches('`');
    plain.lines().map(|line| line.trim().to_owned()).collect()
}

/// The size of a text of several lines.
pub(super) fn size(lines: &[String]) -> (f64, f64) {
    (lines.iter().map(|line| width(line)).fold(0.0, f64::max), lines.len().max(1) as f64 * LINE_HEIGHT)
}

/// A text around a point.
pub(super) fn text(out: &mut String, class: &str, x: f64, y: f64, lines: &[String]) {
    let first = y - (lines.len() as f64 - 1.0) * LINE_HEIGHT / 2.0 + 5.0;
    for (index, line) in lines.iter().enumerate() {
        if line.is_empty() {
            continue;
        }
        let y = first + index as f64 * LINE_HEIGHT;
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let _ = write!(out, "<text{class} x=\"{}\" y=\"{}\">{}</text>", number(x), number(y), escaped(line));
    }
}

/// A rectangle; `round` is the radius of its corners.
pub(super) fn rectangle(out: &mut String, class: &str, (x, y): (f64, f64), (width, height): (f64, f64), round: f64) {
    let _ = write!(
        out,
        "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
        number(x),
        number(y),
        number(width),
        number(height),
        number(round)
    );
}

/// What may stand at an end of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tip {
    #[default]
    None,
    Arrow,
    /// Two lines, not a filled triangle.
    Open,
    Cross,
    Circle,
}

/// A tip at a point, coming from the direction `(dx, dy)`.
pub(super) fn tip(out: &mut String, tip: Tip, (x, y): (f64, f64), (dx, dy): (f64, f64)) {
    let length = dx.hypot(dy);
    if length == 0.0 {
        return;
    }
    let (dx, dy) = (dx / length, dy / length);
    let at = |along: f64, aside: f64| format!("{} {}", number(x - dx * along - dy * aside), number(y - dy * along + dx * aside));
    let _ = match tip {
        Tip::None => Ok(()),
        Tip::Arrow => write!(out, "<path class=\"tip\" d=\"M{}L{}L{}Z\"/>", at(0.0, 0.0), at(9.0, 4.5), at(9.0, -4.5)),
        Tip::Open => write!(out, "<path class=\"line\" d=\"M{}L{}L{}\"/>", at(9.0, 5.0), at(0.0, 0.0), at(9.0, -5.0)),
        Tip::Cross => {
            write!(out, "<path class=\"line\" d=\"M{}L{}M{}L{}\"/>", at(10.0, 5.0), at(0.0, -5.0), at(10.0, -5.0), at(0.0, 5.0))
        }
        Tip::Circle => {
            write!(out, "<circle class=\"tip\" cx=\"{}\" cy=\"{}\" r=\"4\"/>", number(x - dx * 4.0), number(y - dy * 4.0))
        }
    };
}

/// The whole drawing with its title and description.
pub(super) fn document(id: &str, (width, height): (f64, f64), (title, description): (String, String), inside: &str) -> String {
    let (width, height) = (number(width.ceil()), number(height.ceil()));
    format!(
        "<svg class=\"drawing\" role=\"img\" aria-labelledby=\"{id}_title {id}_text\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\"><title id=\"{id}_title\">{}</title><desc id=\"{id}_text\">{}</desc>{inside}</svg>",
        escaped(&title),
        escaped(&description)
    )
}
