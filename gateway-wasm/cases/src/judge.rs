//! What a case says beside what happens.

use crate::{
    case::{Case, Expected, Subject, What},
    home::Home,
    http,
    page::{Edit, Page},
    run::{self, Ran, or_nothing},
};
use diagnostic::render;
use similar::{ChangeTag, TextDiff};
use std::fmt::Write;

/// How a case went.
#[derive(Debug)]
pub struct Verdict<'p> {
    /// The case.
    pub case: &'p Case,
    /// Expectations that say something else.
    pub differences: Vec<Difference>,
    /// What is wrong otherwise, as people see it.
    pub problems: Vec<String>,
}

/// An expectation, and what happens.
#[derive(Debug)]
pub struct Difference {
    /// What about.
    pub what: What,
    /// The line of the page, from 1.
    pub line: usize,
    /// What the page says; nothing if it says nothing yet.
    pub expected: String,
    /// What happens.
    pub actual: String,
    /// How the page comes to say it.
    pub edit: Edit,
}

impl Verdict<'_> {
    /// True if everything is as the page says.
    pub fn is_right(&self) -> bool {
        self.differences.is_empty() && self.problems.is_empty()
    }
}

/// Runs a case, and compares what happens with what its page says.
pub fn judge<'p>(page: &'p Page, case: &'p Case, home: &Home) -> Verdict<'p> {
    let mut judge =
        Judge { page, case, home, ran: None, verdict: Verdict { case, differences: Vec::new(), problems: Vec::new() } };
    match &case.subject {
        Subject::Code(_) => judge.code(),
        _ if case.is_rejected() => judge.rejected(),
        _ => judge.policy(),
    }
    judge.verdict
}

struct Judge<'p, 'h> {
    page: &'p Page,
    case: &'p Case,
    home: &'h Home,
    /// What came of the case, once it ran.
    ran: Option<Ran>,
    verdict: Verdict<'p>,
}

impl Judge<'_, '_> {
    fn policy(&mut self) {
        let findings = self.home.check(self.case, &self.page.source);
        if findings.has_errors() {
            if self.case.expected.is_empty() && matches!(self.case.subject, Subject::Policy(_)) {
                let actual = render::all_text(&self.home.rejection(self.case));
                return self.missing(self.case.end, vec![(What::Diagnostics, actual)]);
            }
            return self.verdict.problems.extend(findings.iter().map(render::text));
        }
        let is_traced = self.case.expected.iter().any(|expected| expected.what == What::Trace);
        let ran = run::policy(self.case, self.home, is_traced);
        self.verdict.problems.extend(ran.outcome.problems());
        self.ran = Some(ran);
        for expected in &self.case.expected {
            self.compare(expected);
        }
        if self.case.expected.is_empty() {
            let all = [What::Upstream, What::Sent].map(|what| (what, self.shown(what)));
            self.missing(self.case.end, all.into());
        }
    }

    fn rejected(&mut self) {
        let findings = self.home.rejection(self.case);
        if !findings.has_errors() && matches!(self.case.subject, Subject::Policy(_)) {
            let message = "the policy is right; a case with `diagnostics` shows one that is not\n";
            return self.verdict.problems.push(message.to_owned());
        }
        for expected in &self.case.expected {
            self.compare_with(expected, render::all_text(&findings));
        }
    }

    fn code(&mut self) {
        let Subject::Code(programs) = &self.case.subject else { return };
        let findings = self.home.check(self.case, &self.page.source);
        if findings.has_errors() {
            return self.verdict.problems.extend(findings.iter().map(render::text));
        }
        for program in programs {
            let actual = match run::program(self.case, self.home, program) {
                Ok(actual) => actual,
                Err(problem) => return self.verdict.problems.push(problem),
            };
            match program.expected.and_then(|at| self.case.expected.get(at)) {
                Some(expected) => self.compare_with(expected, actual),
                None => {
                    let is_error = !program.is_lines && (actual.starts_with("error[") || actual.starts_with("throws "));
                    let what = if is_error { What::Error } else { What::Value };
                    self.missing(program.end, vec![(what, actual)]);
                }
            }
        }
    }

    fn shown(&self, what: What) -> String {
        let Some(ran) = &self.ran else { return String::new() };
        match what {
            What::Upstream => http::upstream(&ran.outcome.upstream),
            What::Sent => http::sent(&ran.outcome.response),
            What::Variables => ran.variables.clone(),
            What::Error => ran.error.clone(),
            What::Trace => or_nothing(ran.trace.as_ref().map_or(String::new(), |trace| trace.messages())),
            What::Events => or_nothing(ran.outcome.events.iter().map(|event| format!("{event}\n")).collect()),
            What::Cache => ran.cache.clone(),
            What::Value | What::Diagnostics => String::new(),
        }
    }

    fn compare(&mut self, expected: &Expected) {
        self.compare_with(expected, self.shown(expected.what));
    }

    fn compare_with(&mut self, expected: &Expected, actual: String) {
        let text = self.page.text(expected);
        if text == actual {
            return;
        }
        self.verdict.differences.push(Difference {
            what: expected.what,
            line: expected.line,
            expected: text.to_owned(),
            edit: Edit::Replace(expected.clone(), actual.clone()),
            actual,
        });
    }

    /// Nothing is expected yet: this is what the page could say.
    fn missing(&mut self, at: usize, all: Vec<(What, String)>) {
        for (what, actual) in all {
            let edit = Edit::Insert(at, what.info(), actual.clone());
            let difference = Difference { what, line: self.case.line, expected: String::new(), edit, actual };
            self.verdict.differences.push(difference);
        }
    }
}

/// Two texts as one, with `-` before lines that only the page has and `+` before those that only happen. With colours, for a
/// terminal.
pub fn difference(expected: &str, actual: &str, is_coloured: bool) -> String {
    let mut out = String::new();
    let diff = TextDiff::from_lines(expected, actual);
    for (number, group) in diff.grouped_ops(3).iter().enumerate() {
        if number > 0 {
            out.push_str("  ...\n");
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let line = change.value().trim_end_matches('\n');
            let (sign, colour) = match change.tag() {
                ChangeTag::Delete => ("-", "\x1b[31m"),
                ChangeTag::Insert => ("+", "\x1b[32m"),
                ChangeTag::Equal => (" ", ""),
            };
            let _ = match is_coloured && !colour.is_empty() {
                true => writeln!(out, "{colour}{sign} {line}\x1b[0m"),
                false => writeln!(out, "{}", format!("{sign} {line}").trim_end()),
            };
        }
    }
    out
}
