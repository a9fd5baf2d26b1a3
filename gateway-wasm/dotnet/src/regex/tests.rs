//! What patterns match.

use super::*;

/// Every match with its groups: `[0 a] [1 b,c]`; groups without a capture are left out.
fn matches(pattern: &str, bits: i64, text: &str) -> String {
    let regex = match Options::new(bits).and_then(|options| Regex::new(&pattern.into(), options)) {
        Ok(regex) => regex,
        Err(error) => return error.message.into_owned(),
    };
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut all = Vec::new();
    let start = regex.default_start(&units);
    let done = regex.each(&units, start, &mut Budget { steps: 100_000 }, |found| {
        let mut groups = Vec::new();
        for (slot, captures) in found.groups().iter().enumerate().filter(|(_, captures)| !captures.is_empty()) {
            let texts: Vec<String> = captures.iter().map(|&(start, end)| String::from_utf16_lossy(&units[start..end])).collect();
            groups.push(match slot {
                0 => texts.join(","),
                _ => format!("{}={}", regex.group_name(slot), texts.join(",")),
            });
        }
        all.push(groups.join(" "));
        Ok::<_, Exception>(true)
    });
    match done {
        Ok(()) => all.join(" | "),
        Err(error) => error.kind.to_owned(),
    }
}

#[test]
fn matches_as_net() {
    for (pattern, bits, text, expected) in [
        ("a+", 0, "caat a", "aa | a"),
        ("(a)(b)?", 0, "ab a", "ab 1=a 2=b | a 1=a"),
        ("(?<y>\\d+)-(m)", 0, "12-m", "12-m 1=m y=12"),
        ("(?:(\\w),?)+", 0, "a,b,c", "a,b,c 1=a,b,c"),
        ("(?<=\\$)\\d+(?!\\d|%)", 0, "$10 $20% 30", "10"),
        ("(?<=(\\d+)(\\d+))$", 0, "1053", " 1=1 2=053"),
        ("^(?:(?<o>\\()|(?<-o>\\))|[^()])*(?(o)(?!))$", 0, "(a(b)c)", "(a(b)c)"),
        ("^(?:(?<o>\\()|(?<-o>\\))|[^()])*(?(o)(?!))$", 0, "(a(b)c", ""),
        ("(?<o>\\()[^()]*(?<c-o>\\))", 0, "(abc)", "(abc) c=abc"),
        ("(?i)straße|K", 0, "STRAßE \u{212a}", "STRAßE | \u{212a}"),
        ("[a-z-[aeiou]]+", 0, "hello", "h | ll"),
        ("[^\\d\\s]+", 1, "a1 B", "a | B"),
        ("^.*$", 2, "a\nb\r\nc", "a | b\r | c"),
        ("a.c", 16, "a\nc", "a\nc"),
        ("a # x\n b", 32, "ab", "ab"),
        ("(a)|(?<n>b)", 4, "ab", "a | b n=b"),
        ("\\d{2,3}?", 0, "12345", "12 | 34"),
        ("a{,3}", 0, "a{,3}", "a{,3}"),
        ("\\bfoo\\B", 0, "foo food", "foo"),
        ("", 0, "ab", " |  | "),
        ("(a*)*", 0, "aab", "aa 1=aa, |  1= |  1="),
        ("(a*)+", 0, "b", " 1= |  1="),
        ("(?>a+)ab", 0, "aaab", ""),
        ("(\\w)\\1", 1, "aA bc", "aA 1=a"),
        ("(?(?=a)ab|cd)", 0, "ab cd", "ab | cd"),
        ("(a)?(?(1)b|c)", 0, "ab c", "ab 1=a | c"),
        ("\\G\\d", 0, "12a3", "1 | 2"),
        ("\\d+", 64, "12 345", "345 | 12"),
        ("\\p{Lu}\\p{IsGreek}", 0, "Aα Bb", "Aα"),
        ("x{2}y|\\x41\\u0042\\101", 0, "ABA xxy", "ABA | xxy"),
        ("(?<2>a)(b)", 0, "ab", "ab 1=b 2=a"),
        ("(a+)+$", 0, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "RegexMatchTimeoutException"),
        ("(?:a|b)*?c", 0, "abc", "abc"),
        ("a\\Z", 0, "a\n", "a"),
        ("a\\z", 0, "a\n", ""),
        ("😀.", 0, "😀x", "😀x"),
    ] {
        assert_eq!(matches(pattern, bits, text), expected, "{pattern} on {text}");
    }
}

#[test]
fn says_what_is_wrong_with_a_pattern() {
    for (pattern, expected) in [
        ("(", "Invalid pattern '(' at offset 1. Not enough )'s."),
        (")", "Invalid pattern ')' at offset 1. Too many )'s."),
        ("[abc", "Invalid pattern '[abc' at offset 4. Unterminated [] set."),
        ("*a", "Invalid pattern '*a' at offset 1. Quantifier '*' following nothing."),
        ("a**", "Invalid pattern 'a**' at offset 3. Nested quantifier '*'."),
        ("[z-a]", "Invalid pattern '[z-a]' at offset 4. [x-y] range in reverse order."),
        ("a{3,2}", "Invalid pattern 'a{3,2}' at offset 6. Illegal {x,y} with x > y."),
        ("\\", "Invalid pattern '\\' at offset 1. Illegal \\ at end of pattern."),
        ("\\q", "Invalid pattern '\\q' at offset 2. Unrecognized escape sequence \\q."),
        ("(a)\\2", "Invalid pattern '(a)\\2' at offset 5. Reference to undefined group number 2."),
        ("\\k<x>", "Invalid pattern '\\k<x>' at offset 5. Reference to undefined group name 'x'."),
        ("\\p{Foo}", "Invalid pattern '\\p{Foo}' at offset 7. Unknown property 'Foo'."),
        ("(?z)", "Invalid pattern '(?z)' at offset 3. Unrecognized grouping construct."),
        ("(?<>a)", "Invalid pattern '(?<>a)' at offset 3. Invalid group name: Group names must begin with a word character."),
    ] {
        assert_eq!(matches(pattern, 0, ""), expected, "{pattern}");
    }
    assert!(matches(&"(".repeat(10_000), 0, "").starts_with("Insufficient stack"));
    assert_eq!(escape(&"a.b c\n[]{}-".into()), NetString::from("a\\.b\\ c\\n\\[]\\{}-"));
    assert_eq!(unescape(&"a\\.b\\ c\\n\\x41".into()).unwrap(), NetString::from("a.b c\nA"));
}

#[test]
fn replaces() {
    let replace = |pattern: &str, replacement: &str, text: &str| {
        let regex = Regex::new(&pattern.into(), Options::default()).unwrap();
        let units: Vec<u16> = text.encode_utf16().collect();
        let replacement = Replacement::new(&regex, &replacement.encode_utf16().collect::<Vec<_>>());
        let found = regex.find(&units, 0, false, &mut Budget::MOST.clone()).unwrap().unwrap();
        let mut replaced = Vec::new();
        replacement.write(&units, &found, &mut replaced);
        String::from_utf16(&replaced).unwrap()
    };
    assert_eq!(replace("(?<a>b)(c)", "[$1${a}$$$&$`$'$+$_$9${x}$]", "abcd"), "[cb$bcadbabcd$9${x}$]");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "with UPDATE it writes the table")]
fn the_runs_are_those_of_the_categories() {
    let mut runs: Vec<(u16, u8)> = Vec::new();
    for unit in 0..=u16::MAX {
        let category = crate::character::category(unit.into()) as u8;
        if runs.last().is_none_or(|(_, last)| *last != category) {
            runs.push((unit, category));
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/regex/runs.rs");
        let text = std::fs::read_to_string(file).unwrap();
        let head = text.split_inclusive("= &[\n").next().unwrap();
        let rows =
            runs.chunks(10).map(|row| row.iter().map(|(start, category)| format!("({start},{category}),")).collect::<String>());
        std::fs::write(file, format!("{head}{}\n];\n", rows.collect::<Vec<_>>().join("\n"))).unwrap();
        return;
    }
    assert_eq!(super::runs::RUNS, runs);
}
