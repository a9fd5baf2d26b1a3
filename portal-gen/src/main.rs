//! The command `portal-gen`: makes, checks, builds, previews and tests service folders.

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};
use diagnostic::{Diagnostics, Severity, render};
use portal_gen::{Options, enable_cors, explain, load, preview, publish, scaffold, test, trace};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Exit codes: warnings are fine without `--strict`, errors in the folder are not, and 2 is for wrong usage and unreadable input.
const FINE: u8 = 0;
const FINDINGS: u8 = 1;
const UNUSABLE: u8 = 2;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Publishes a service folder (APIs, products, policies, pages) as a static developer site.
#[derive(Parser)]
#[command(name = "portal-gen", version, about, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 fine (warnings allowed), 1 errors found, 2 wrong usage or unreadable input.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a small working service folder to start from
    New {
        /// The directory to create; it must not exist, or be empty
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
    /// Say everything that is wrong with service folders and policy files, without writing anything
    Check {
        /// Service folders, and policy files on their own; `-` is standard input
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
        /// Text for people, or one JSON object for tools
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// Apply `configuration.NAME.yaml` of the folders
        #[arg(long, value_name = "NAME")]
        environment: Option<String>,
        /// Fail on warnings, too
        #[arg(long)]
        strict: bool,
    },
    /// Write the site of a service folder
    Build {
        /// The service folder
        folder: PathBuf,
        /// Where to write the site; an earlier site there is replaced in one step, anything else is refused
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Apply `configuration.NAME.yaml`
        #[arg(long, value_name = "NAME")]
        environment: Option<String>,
        /// Where the site will be published: `https://developer.example.com`; else `url` in portal.yaml says so
        #[arg(long)]
        url: Option<String>,
        /// Write compressed copies of the files, too: `.gz` and `.br`
        #[arg(long)]
        compress: bool,
        /// Fail on warnings, too: the exit code is then 1, and nothing is written
        #[arg(long)]
        strict: bool,
    },
    /// Run the cases in Markdown pages: your policies, a request, and what is expected to come out
    ///
    /// A page in `tests/` of a service folder runs the folder's own policies; any other page brings its policies with it. The
    /// format is in docs/cases.md.
    #[command(after_help = "Exit codes: 0 all passed, 1 a case or a page is wrong, 2 wrong usage, or nothing to run.")]
    Test {
        /// Pages, folders of pages, service folders
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
        /// Write what happens into the pages, in the place of what was expected
        #[arg(long)]
        update: bool,
        /// Run only cases with this in their name
        #[arg(long, value_name = "NAME")]
        filter: Option<String>,
        /// Text for people, one JSON object for tools, or JUnit's XML for build servers
        #[arg(long, value_enum, default_value_t = TestFormat::Text)]
        format: TestFormat,
        /// Apply `configuration.NAME.yaml` to service folders
        #[arg(long, value_name = "NAME")]
        environment: Option<String>,
    },
    /// Show the policies in effect for one operation, in the order in which they run, and where each is written
    Explain {
        /// The service folder
        folder: PathBuf,
        /// The API: the name of its folder
        #[arg(long)]
        api: String,
        /// The operation: its `operationId`
        #[arg(long)]
        operation: String,
        /// The product of the caller's key, or the open product that the API is in
        #[arg(long)]
        product: Option<String>,
        /// A tree for people, or JSON for tools
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// Apply `configuration.NAME.yaml`
        #[arg(long, value_name = "NAME")]
        environment: Option<String>,
    },
    /// Send one request through the gateway of a service folder, and show what every policy did to it
    ///
    /// Nothing leaves this machine: backends answer what the fence `host` of a page says, as in `portal-gen test`; without one,
    /// nobody listens. The formats are in docs/cases.md.
    Trace {
        /// The service folder
        folder: PathBuf,
        /// A file with the request, such as `GET /orders/7`, header fields, an empty line and a body
        #[arg(long, value_name = "FILE")]
        request: PathBuf,
        /// A page of cases: the fence `host` of its first case plays the backends
        #[arg(long, value_name = "PAGE")]
        host: Option<PathBuf>,
        /// A tree for people, or the JSON of Azure's traces
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// Apply `configuration.NAME.yaml`
        #[arg(long, value_name = "NAME")]
        environment: Option<String>,
    },
    /// Let the portal's pages call the gateway from browsers: add `cors` with the portal's origin to the global policy
    ///
    /// A `cors` that is there gets the origin; everything else in the file stays as it is. Run again, it changes nothing.
    EnableCors {
        /// The service folder
        folder: PathBuf,
        /// The portal's origin, `https://developer.example.com`; that of `url` or `console.origin` in portal/portal.yaml if left out
        #[arg(long)]
        origin: Option<String>,
        /// Apply `configuration.NAME.yaml`
        #[arg(long, value_name = "NAME")]
        environment: Option<String>,
    },
    /// Serve the site on this machine, and reload open pages when a file changes
    Preview {
        /// The service folder
        folder: PathBuf,
        /// The port; 0 takes a free one
        #[arg(long, default_value_t = 8090)]
        port: u16,
        /// Apply `configuration.NAME.yaml`
        #[arg(long, value_name = "NAME")]
        environment: Option<String>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum TestFormat {
    Text,
    Json,
    Junit,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

fn main() -> ExitCode {
    // clap ends wrong usage with 2 by itself.
    match run(Arguments::parse().command) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(UNUSABLE)
        }
    }
}

fn run(command: Command) -> Result<u8> {
    match command {
        Command::New { directory } => {
            scaffold::write(&directory)?;
            println!("wrote a service folder to {}", directory.display());
            println!("look at it:  portal-gen preview {}", directory.display());
            Ok(FINE)
        }
        Command::Check { paths, format, environment, strict } => check(&paths, format, environment.as_deref(), strict),
        Command::Build { folder, out, environment, url, compress, strict } => {
            let options = Options { url, compresses: compress, ..Options::default() };
            build(&folder, &out, environment.as_deref(), &options, strict)
        }
        Command::Test { paths, update, filter, format, environment } => {
            run_cases(&paths, format, &test::Options { filter, update, environment })
        }
        Command::Explain { folder, api, operation, product, format, environment } => {
            let explained = explain::run(&folder, &explain::Options { api, operation, product, environment })?;
            let output = match format {
                Format::Text => explained.text(),
                Format::Json => explained.json(),
            };
            std::io::stdout().write_all(output.as_bytes()).context("cannot write to standard output")?;
            Ok(FINE)
        }
        Command::Trace { folder, request, host, format, environment } => {
            let traced = trace::run(&folder, &trace::Options { request, host, environment })?;
            let output = match format {
                Format::Text => traced.text(),
                Format::Json => format!("{:#}\n", traced.json("portal-gen")),
            };
            std::io::stdout().write_all(output.as_bytes()).context("cannot write to standard output")?;
            Ok(FINE)
        }
        Command::EnableCors { folder, origin, environment } => {
            let (enabled, left) = enable_cors::run(&folder, origin.as_deref(), environment.as_deref())?;
            println!("{}", enabled.done);
            if !left.is_empty() {
                eprint!("{}", render::all_text(&left));
            }
            Ok(FINE)
        }
        Command::Preview { folder, port, environment } => {
            preview::folder(&folder, port, environment.as_deref())?;
            Ok(FINE)
        }
    }
}

fn check(paths: &[PathBuf], format: Format, environment: Option<&str>, strict: bool) -> Result<u8> {
    let mut findings = Diagnostics::new();
    for path in paths {
        if path.as_os_str() == load::STANDARD_INPUT || path.is_file() {
            findings.extend(match load::file(path)? {
                Ok(source) => policy::lone::check(&source),
                Err(mistake) => [mistake].into_iter().collect(),
            });
            continue;
        }
        let folder = load::folder(path)?;
        let (service, mut found) = portal_gen::check(&folder, environment);
        if let Some(service) = service {
            found.extend(portal_gen::render::check(&service, &folder));
            found = found.sorted();
        }
        // Places are paths inside a folder; among several folders that is not enough to find them.
        let found = found.into_iter().map(|finding| if paths.len() > 1 { load::inside(path, finding) } else { finding });
        findings.extend(found);
    }
    let output = match format {
        Format::Text => render::all_text(&findings),
        Format::Json => format!("{:#}\n", render::json(&findings)),
    };
    std::io::stdout().write_all(output.as_bytes()).context("cannot write to standard output")?;
    Ok(code(&findings, strict))
}

fn build(path: &Path, out: &Path, environment: Option<&str>, options: &Options, strict: bool) -> Result<u8> {
    let folder = load::folder(path)?;
    let (service, mut findings) = portal_gen::check(&folder, environment);
    let mut summary = None;
    if let Some(service) = service.filter(|_| !publish::stops(&findings, strict)) {
        let (built, more) = publish::build(&service, &folder, path, out, options, strict)?;
        findings.extend(more);
        summary = built;
    }
    if !findings.is_empty() {
        eprint!("{}", render::all_text(&findings));
    }
    match summary {
        Some(summary) => {
            let warnings = findings.count(Severity::Warning);
            let plural = if warnings == 1 { "" } else { "s" };
            println!("{summary}, {warnings} warning{plural}: {}", out.display());
        }
        None => eprintln!("nothing was written; a site that was there before is unchanged"),
    }
    Ok(code(&findings, strict))
}

fn run_cases(paths: &[PathBuf], format: TestFormat, options: &test::Options) -> Result<u8> {
    let report = test::run(paths, options)?;
    let is_coloured = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let output = match format {
        TestFormat::Text => report.text(is_coloured),
        TestFormat::Json => report.json(),
        TestFormat::Junit => report.junit(),
    };
    std::io::stdout().write_all(output.as_bytes()).context("cannot write to standard output")?;
    Ok(if report.is_right() { FINE } else { FINDINGS })
}

fn code(findings: &Diagnostics, strict: bool) -> u8 {
    if publish::stops(findings, strict) { FINDINGS } else { FINE }
}
