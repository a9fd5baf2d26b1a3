//! `test`: finds pages of cases, runs them, and says what is not as they say.
//!
//! [`run`] touches the disk and gives a [`Report`]; [`Report::text`], [`Report::json`] and [`Report::junit`] show it.

use crate::{check, load};
use anyhow::{Context, Result, bail};
use cases::{Case, Difference, Edit, Home, Page, difference, judge, no_case};
use diagnostic::{Diagnostics, render};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    rc::Rc,
    time::{Duration, Instant},
};

/// What to run, and how.
#[derive(Debug, Default)]
pub struct Options {
    /// Only cases with this in their name, whatever its case.
    pub filter: Option<String>,
    /// Write what happens into the pages.
    pub update: bool,
    /// Apply `configuration.NAME.yaml` to service folders.
    pub environment: Option<String>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Report {
    /// What is wrong with pages and service folders themselves.
    pub findings: Diagnostics,
    /// The cases that ran, in the order of files and pages.
    pub tested: Vec<Tested>,
}

/// A case that ran.
#[derive(Debug)]
pub struct Tested {
    /// Its page.
    pub file: String,
    /// Its name.
    pub name: String,
    /// The line of its heading.
    pub line: usize,
    /// Expectations that say something else than what happens.
    pub differences: Vec<Difference>,
    /// What is wrong otherwise.
    pub problems: Vec<String>,
    /// True if what happens was written into the page.
    pub is_updated: bool,
    /// How long it took.
    pub time: Duration,
}

impl Tested {
    /// True if everything is as the page says, or says now.
    pub fn is_right(&self) -> bool {
        self.is_updated || (self.problems.is_empty() && self.differences.is_empty())
    }

    fn result(&self) -> &'static str {
        match self.is_right() {
            true if self.is_updated => "updated",
            true => "passed",
            false => "failed",
        }
    }
}

/// Runs the cases of files, of folders, and of service folders.
///
/// # Errors
/// Where something cannot be read or written, or there is nothing to run.
pub fn run(paths: &[PathBuf], options: &Options) -> Result<Report> {
    let mut found: Vec<Found> = Vec::new();
    for path in paths {
        for new in find(path)? {
            if !found.iter().any(|known| known.file == new.file) {
                found.push(new);
            }
        }
    }
    let mut report = Report::default();
    let mut homes = BTreeMap::new();
    let mut all = 0;
    for found in found {
        let text = fs::read_to_string(&found.file).with_context(|| format!("cannot read `{}`", found.file.display()))?;
        let page = Page::read(&found.file.display().to_string(), &text);
        if page.is_prose() && !found.is_named {
            continue;
        }
        if page.cases.is_empty() && page.diagnostics.is_empty() {
            report.findings.push(no_case(page.source.name()));
            continue;
        }
        if page.diagnostics.has_errors() {
            report.findings.extend(page.diagnostics);
            continue;
        }
        all += page.cases.len();
        let Some(home) = home(found.service.as_deref(), options, &mut homes, &mut report.findings)? else { continue };
        let wanted = options.filter.as_ref().map(|filter| filter.to_lowercase());
        let is_wanted = |case: &&Case| wanted.as_ref().is_none_or(|wanted| case.name.to_lowercase().contains(wanted));
        let tested: Vec<Tested> = page.cases.iter().filter(is_wanted).map(|case| test(&page, case, &home)).collect();
        report.tested.extend(if options.update { update(&found.file, &page, tested)? } else { tested });
    }
    if report.tested.is_empty() && report.findings.is_empty() {
        match &options.filter {
            Some(filter) if all > 0 => bail!("no case has `{filter}` in its name; there are {all} others"),
            _ => bail!("there is no case to run; docs/cases.md shows how to write one"),
        }
    }
    Ok(report)
}

fn test(page: &Page, case: &Case, home: &Home) -> Tested {
    let start = Instant::now();
    let verdict = judge(page, case, home);
    Tested {
        file: page.source.name().to_owned(),
        name: case.name.clone(),
        line: case.line,
        differences: verdict.differences,
        problems: verdict.problems,
        is_updated: false,
        time: start.elapsed(),
    }
}

/// Writes what happens into a page.
fn update(file: &Path, page: &Page, mut tested: Vec<Tested>) -> Result<Vec<Tested>> {
    // What a case with a problem does is most likely not what it is about.
    let is_clear = |tested: &&mut Tested| tested.problems.is_empty() && !tested.differences.is_empty();
    let mut edits: Vec<Edit> = Vec::new();
    for tested in tested.iter_mut().filter(is_clear) {
        edits.extend(tested.differences.iter().map(|difference| difference.edit.clone()));
        tested.is_updated = true;
    }
    if !edits.is_empty() {
        fs::write(file, page.with(&edits)).with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    Ok(tested)
}

/// A page, and the service folder that it stands in.
struct Found {
    file: PathBuf,
    service: Option<PathBuf>,
    /// True if somebody named it: then it must have cases.
    is_named: bool,
}

fn find(path: &Path) -> Result<Vec<Found>> {
    if path.is_file() {
        return Ok(vec![Found { service: service_of(path)?, file: path.to_owned(), is_named: true }]);
    }
    if !path.is_dir() {
        bail!("there is no file or directory `{}`", path.display());
    }
    let mut files = Vec::new();
    if is_service(path) {
        let tests = path.join("tests");
        if !tests.is_dir() {
            bail!("`{}` has no tests: write cases into `{}`", path.display(), tests.join("NAME.md").display());
        }
        pages(&tests, &mut files)?;
    } else {
        pages(path, &mut files)?;
    }
    files.into_iter().map(|file| Ok(Found { service: service_of(&file)?, file, is_named: false })).collect()
}

/// The pages below a directory. Of a service folder in it, only its tests are cases; the rest are texts for its readers.
fn pages(directory: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(directory).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    let mut entries = entries.with_context(|| format!("cannot read the directory `{}`", directory.display()))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name());
        let is_hidden = name.to_str().is_some_and(|name| name.starts_with('.') || load::SKIPPED.contains(&name));
        let Ok(kind) = entry.file_type() else { continue };
        // Links are left out, so that a circle of them ends.
        if kind.is_file() && path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        } else if kind.is_dir() && !is_hidden && is_service(&path) {
            let tests = path.join("tests");
            if tests.is_dir() {
                pages(&tests, files)?;
            }
        } else if kind.is_dir() && !is_hidden {
            pages(&path, files)?;
        }
    }
    Ok(())
}

fn is_service(directory: &Path) -> bool {
    directory.join("apis").is_dir()
}

/// The service folder whose `tests/` a file stands in.
fn service_of(file: &Path) -> Result<Option<PathBuf>> {
    let absolute = std::path::absolute(file).with_context(|| format!("cannot find `{}`", file.display()))?;
    let tests = absolute.ancestors().skip(1).filter(|directory| directory.file_name().is_some_and(|name| name == "tests"));
    let Some(service) = tests.filter_map(Path::parent).find(|parent| is_service(parent)) else { return Ok(None) };
    // Messages name files as the user did, if the folder can be named so.
    let as_given = file.ancestors().find(|given| std::path::absolute(given).is_ok_and(|given| given == service));
    Ok(Some(as_given.filter(|given| !given.as_os_str().is_empty()).unwrap_or(service).to_owned()))
}

/// Where the cases of a page happen; nothing if the service folder has errors, which are then among the findings.
fn home(
    service: Option<&Path>,
    options: &Options,
    homes: &mut BTreeMap<PathBuf, Option<Rc<Home>>>,
    findings: &mut Diagnostics,
) -> Result<Option<Rc<Home>>> {
    let Some(directory) = service else { return Ok(Some(Rc::new(Home::alone()))) };
    if let Some(home) = homes.get(directory) {
        return Ok(home.clone());
    }
    let (service, found) = check(&load::folder(directory)?, options.environment.as_deref());
    let home = service.map(|service| Rc::new(Home::service(service)));
    if home.is_none() {
        findings.extend(found.into_iter().map(|finding| load::inside(directory, finding)));
    }
    homes.insert(directory.to_owned(), home.clone());
    Ok(home)
}

impl Report {
    /// True if every case is right, and nothing is wrong with the pages.
    pub fn is_right(&self) -> bool {
        !self.findings.has_errors() && self.tested.iter().all(Tested::is_right)
    }

    fn count(&self, result: &str) -> usize {
        self.tested.iter().filter(|tested| tested.result() == result).count()
    }

    /// For people: what is wrong, and a last line that counts.
    pub fn text(&self, is_coloured: bool) -> String {
        let mut out = String::new();
        for finding in &self.findings {
            let _ = writeln!(out, "{}", render::text(finding));
        }
        for tested in self.tested.iter().filter(|tested| tested.result() != "passed") {
            let (word, colour) = if tested.is_right() { ("updated", "\x1b[33m") } else { ("failed", "\x1b[31m") };
            let (colour, plain) = if is_coloured { (colour, "\x1b[0m") } else { ("", "") };
            let _ = writeln!(out, "{colour}{word}{plain}  {}:{}  {}", tested.file, tested.line, tested.name);
            for problem in &tested.problems {
                let _ = writeln!(out, "{problem}");
            }
            for found in &tested.differences {
                let info = found.what.info();
                let what = match found.expected.as_str() {
                    "" if tested.is_updated => format!("`{info}` is written now:"),
                    "" => format!("`{info}` is not written yet; this happens:"),
                    _ if tested.is_updated => format!("`{info}` in line {} says something else now:", found.line),
                    _ => format!("`{info}` in line {}: - the page says, + this happens", found.line),
                };
                let _ = writeln!(out, "    {what}");
                let _ = writeln!(out, "{}", indented(&difference(&found.expected, &found.actual, is_coloured)));
            }
        }
        let hint = self.tested.iter().any(|tested| !tested.differences.is_empty() && !tested.is_updated);
        if hint {
            out.push_str("`--update` writes what happens into the pages; read the difference before you keep it\n");
        }
        let _ = writeln!(out, "{}", self.summary());
        out
    }

    /// `12 cases: 10 passed, 2 failed`.
    pub fn summary(&self) -> String {
        let cases = if self.tested.len() == 1 { "case" } else { "cases" };
        let counts = ["passed", "updated", "failed"].map(|result| (self.count(result), result));
        let counts: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, result)| format!("{count} {result}")).collect();
        let mut parts = vec![format!("{} {cases}", self.tested.len())];
        if !counts.is_empty() {
            parts[0] = format!("{}: {}", parts[0], counts.join(", "));
        }
        if !self.findings.is_empty() {
            parts.push(format!("{} in the files", render::summary(&self.findings)));
        }
        parts.join("; ")
    }

    /// For tools: one object.
    pub fn json(&self) -> String {
        let case = |tested: &Tested| {
            let differences = tested.differences.iter().map(|found| {
                let (expected, actual) = (&found.expected, &found.actual);
                json!({ "fence": found.what.info(), "line": found.line, "expected": expected, "actual": actual })
            });
            json!({
                "file": tested.file,
                "line": tested.line,
                "name": tested.name,
                "result": tested.result(),
                "seconds": tested.time.as_secs_f64(),
                "differences": differences.collect::<Vec<_>>(),
                "problems": tested.problems,
            })
        };
        let value = json!({
            "summary": {
                "cases": self.tested.len(),
                "passed": self.count("passed"),
                "updated": self.count("updated"),
                "failed": self.count("failed"),
            },
            "cases": self.tested.iter().map(case).collect::<Vec<_>>(),
            "diagnostics": render::json(&self.findings)["diagnostics"],
        });
        format!("{value:#}\n")
    }

    /// For build servers: JUnit's XML, a suite for each page.
    pub fn junit(&self) -> String {
        let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        let errors = self.findings.iter().count();
        let (tests, failures) = (self.tested.len() + errors, self.count("failed"));
        let seconds = |tested: &[&Tested]| tested.iter().map(|tested| tested.time).sum::<Duration>().as_secs_f64();
        let all: Vec<&Tested> = self.tested.iter().collect();
        let _ = writeln!(
            out,
            "<testsuites name=\"portal-gen test\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{:.3}\">",
            seconds(&all)
        );
        for finding in &self.findings {
            let (file, id) = (escaped(finding.place.source.name()), escaped(finding.id));
            let _ = writeln!(
                out,
                "  <testsuite name=\"{file}\" tests=\"1\" failures=\"0\" errors=\"1\">\n    \
                 <testcase name=\"{id}\" classname=\"{file}\">\n      <error message=\"{}\">{}</error>\n    </testcase>\n  </testsuite>",
                escaped(&finding.message),
                escaped(&render::text(finding))
            );
        }
        for page in self.tested.chunk_by(|one, other| one.file == other.file) {
            let Some(first) = page.first() else { continue };
            let page: Vec<&Tested> = page.iter().collect();
            let (file, failures) = (escaped(&first.file), page.iter().filter(|tested| !tested.is_right()).count());
            let _ = writeln!(
                out,
                "  <testsuite name=\"{file}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" time=\"{:.3}\">",
                page.len(),
                seconds(&page)
            );
            for tested in page {
                let (name, seconds) = (escaped(&tested.name), tested.time.as_secs_f64());
                let case = format!("<testcase name=\"{name}\" classname=\"{file}\" file=\"{file}\" line=\"{}\"", tested.line);
                if tested.is_right() {
                    let _ = writeln!(out, "    {case} time=\"{seconds:.3}\" />");
                    continue;
                }
                let mut text = tested.problems.concat();
                for found in &tested.differences {
                    let _ = writeln!(text, "`{}` in line {}: - the page says, + this happens", found.what.info(), found.line);
                    text.push_str(&difference(&found.expected, &found.actual, false));
                }
                let message = text.lines().next().unwrap_or_default();
                let _ = writeln!(
                    out,
                    "    {case} time=\"{seconds:.3}\">\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
                    escaped(message),
                    escaped(&text)
                );
            }
            out.push_str("  </testsuite>\n");
        }
        out.push_str("</testsuites>\n");
        out
    }
}

/// Every line a little to the right.
fn indented(text: &str) -> String {
    text.lines().map(|line| format!("      {line}").trim_end().to_owned() + "\n").collect()
}

/// Text in XML. Characters that XML cannot hold are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}
