//! A page of Markdown as headings and fences, with the place of everything.

use std::ops::Range;

/// A heading, and the fences below it up to the next.
#[derive(Debug)]
pub(crate) struct Section<'a> {
    /// How many `#` it has; 0 for what stands before the first heading.
    pub(crate) level: usize,
    /// Its words.
    pub(crate) heading: &'a str,
    /// Its line, from 1.
    pub(crate) line: usize,
    /// Where its words stand.
    pub(crate) place: Range<usize>,
    /// Every fence that is of cases, or looks so.
    pub(crate) fences: Vec<Fence<'a>>,
}

/// A fence of backticks with words behind them.
#[derive(Clone, Debug)]
pub(crate) struct Fence<'a> {
    /// The words.
    pub(crate) info: &'a str,
    /// Where they stand.
    pub(crate) info_place: Range<usize>,
    /// The text in it.
    pub(crate) place: Range<usize>,
    /// The whole fence, from its first backtick to the end of its last line.
    pub(crate) whole: Range<usize>,
    /// How many backticks it has.
    pub(crate) ticks: usize,
    /// The line of its first backticks, from 1.
    pub(crate) line: usize,
    /// True if spaces stand before it.
    pub(crate) is_indented: bool,
    /// False if the page ends in it.
    pub(crate) is_closed: bool,
}

/// The sections of a page.
///
/// A fence of tildes, and one without words, is prose. As everywhere in Markdown, a fence ends with as many backticks as it
/// began with, or more, so that a text with fences fits into a longer one.
pub(crate) fn sections(page: &str) -> Vec<Section<'_>> {
    let mut sections = vec![Section { level: 0, heading: "", line: 1, place: 0..0, fences: Vec::new() }];
    let mut open: Option<Open<'_>> = None;
    let mut position = 0;
    for (number, line) in (1..).zip(page.split_inclusive('\n')) {
        let start = position;
        position += line.len();
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let text = line[indent..].trim_end();
        if let Some(fence) = &mut open {
            let ticks = text.bytes().take_while(|byte| *byte == fence.mark).count();
            if ticks >= fence.fence.ticks && ticks == text.len() {
                (fence.fence.place.end, fence.fence.whole.end, fence.fence.is_closed) = (start, position, true);
                keep(&mut sections, &mut open);
            }
            continue;
        }
        let mark = text.bytes().next().unwrap_or_default();
        let ticks = text.bytes().take_while(|byte| *byte == mark).count();
        if matches!(mark, b'`' | b'~') && ticks >= 3 && (mark == b'~' || !text[ticks..].contains('`')) {
            let info = text[ticks..].trim();
            let at = start + indent + ticks + (text[ticks..].len() - text[ticks..].trim_start().len());
            let fence = Fence {
                info,
                info_place: at..at + info.len(),
                place: position..page.len(),
                whole: start + indent..page.len(),
                ticks,
                line: number,
                is_indented: indent > 0,
                is_closed: false,
            };
            open = Some(Open { fence, mark });
        } else if indent <= 3
            && mark == b'#'
            && ticks <= 6
            && let Some(heading) = text[ticks..].strip_prefix([' ', '\t'])
        {
            let heading = heading.trim_start();
            let at = start + indent + text.len() - heading.len();
            let heading = heading.trim_end_matches('#').trim_end();
            sections.push(Section { level: ticks, heading, line: number, place: at..at + heading.len(), fences: Vec::new() });
        }
    }
    keep(&mut sections, &mut open);
    sections
}

struct Open<'a> {
    fence: Fence<'a>,
    mark: u8,
}

fn keep<'a>(sections: &mut [Section<'a>], open: &mut Option<Open<'a>>) {
    let open = open.take().filter(|open| open.mark == b'`' && !open.fence.info.is_empty());
    if let Some(section) = sections.last_mut() {
        section.fences.extend(open.map(|open| open.fence));
    }
}

#[cfg(test)]
mod tests {
    use super::sections;

    #[test]
    fn fences_and_headings_are_those_of_markdown() {
        let page = "\
a
# Title #
`````markdown
## no heading
```host
```
`````
~~~host
~~~
```
## no heading
```
## One
  ```host
  a
  ```
```` xml  inbound
```
````
#no heading
``` not `a fence
## Two
```host
";
        let seen: Vec<_> = sections(page)
            .iter()
            .map(|section| {
                let fences = section.fences.iter().map(|fence| {
                    let text = &page[fence.place.clone()];
                    (fence.info, text, &page[fence.info_place.clone()], fence.line, fence.is_indented, fence.is_closed)
                });
                (section.level, section.heading, &page[section.place.clone()], section.line, fences.collect::<Vec<_>>())
            })
            .collect();
        let title = vec![("markdown", "## no heading\n```host\n```\n", "markdown", 3, false, true)];
        let one = vec![("host", "  a\n", "host", 14, true, true), ("xml  inbound", "```\n", "xml  inbound", 17, false, true)];
        let two = vec![("host", "", "host", 23, false, false)];
        let expected =
            vec![(0, "", "", 1, vec![]), (1, "Title", "Title", 2, title), (2, "One", "One", 13, one), (2, "Two", "Two", 22, two)];
        assert_eq!(seen, expected);
    }
}
