//! The binary `portico`: gateway and portal from one service folder.
//!
//! `dev` is for the desk: it watches the folder and plays the backends. `serve` is for a server: it is told everything by a
//! file. Both run the same gateway (`running.rs`).

mod config;
mod console;
mod dev;
mod loaded;
mod log;
mod management;
mod running;
mod secrets;
mod serve;
mod stand_in;
mod tls;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// API management as a folder of files.
#[derive(Debug, Parser)]
#[command(name = "portico", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a service folder on this machine: gateway, portal and health on loopback, reloaded when a file changes.
    ///
    /// Backends that have an entry in the folder's dev/upstreams.yaml are played, so everything works offline.
    Dev(dev::Arguments),
    /// Run a service folder on a server.
    ///
    /// Listens where the configuration says, and nowhere else. SIGHUP reads the folder again, SIGTERM drains.
    Serve(serve::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log::start();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let ended = match arguments.command {
        Command::Dev(arguments) => runtime.block_on(dev::run(&arguments)),
        Command::Serve(arguments) => runtime.block_on(serve::run(&arguments)),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Findings(text)) => {
            eprint!("{text}");
            ExitCode::from(1)
        }
        Err(Failure::Operation(error)) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Why a command ends early.
#[derive(Debug)]
enum Failure {
    /// The folder has errors: what the author sees of them.
    Findings(String),
    /// Wrong usage, something unreadable, a port that is taken.
    Operation(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure::Operation(error.into())
    }
}
