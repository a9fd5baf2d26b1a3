//! The command `portal-gen`: makes, checks, builds and previews developer sites.

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};
use diagnostic::{Diagnostic, Diagnostics, Place, Severity, Source, render};
use portal_gen::{Options, load, preview, publish, scaffold};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Exit codes: warnings are fine, errors in the folder are not, and 2 is for wrong usage and unreadable input.
const FINE: u8 = 0;
const FINDINGS: u8 = 1;
const UNUSABLE: u8 = 2;

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
        /// Where the site will be published, for the site map: `https://developer.example.com`
        #[arg(long)]
        url: Option<String>,
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
        Command::Check { paths, format, environment } => check(&paths, format, environment.as_deref()),
        Command::Build { folder, out, environment, url } => build(&folder, &out, environment.as_deref(), Options { url }),
        Command::Preview { folder, port, environment } => {
            preview::folder(&folder, port, environment.as_deref())?;
            Ok(FINE)
        }
    }
}

fn check(paths: &[PathBuf], format: Format, environment: Option<&str>) -> Result<u8> {
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
        let found = portal_gen::check(&folder, environment).1;
        // Places are paths inside a folder; among several folders that is not enough to find them.
        let found = found.into_iter().map(|finding| if paths.len() > 1 { inside(path, finding) } else { finding });
        findings.extend(found);
    }
    let output = match format {
        Format::Text => render::all_text(&findings),
        Format::Json => format!("{:#}\n", render::json(&findings)),
    };
    std::io::stdout().write_all(output.as_bytes()).context("cannot write to standard output")?;
    Ok(code(&findings))
}

/// The finding with the folder's name in front of its files.
fn inside(folder: &Path, mut finding: Diagnostic) -> Diagnostic {
    let rename = |place: &mut Place| {
        let name = format!("{}/{}", folder.display().to_string().trim_end_matches('/'), place.source.name());
        place.source = Source::new(name, place.source.text());
    };
    rename(&mut finding.place);
    finding.labels.iter_mut().for_each(|label| rename(&mut label.place));
    finding
}

fn build(path: &Path, out: &Path, environment: Option<&str>, options: Options) -> Result<u8> {
    let folder = load::folder(path)?;
    let (service, mut findings) = portal_gen::check(&folder, environment);
    let mut summary = None;
    if let Some(service) = service {
        let (built, more) = publish::build(&service, &folder, path, out, &options)?;
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
    Ok(code(&findings))
}

fn code(findings: &Diagnostics) -> u8 {
    if findings.has_errors() { FINDINGS } else { FINE }
}
