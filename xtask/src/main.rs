//! `cargo xtask`: builds, shows, tests and measures trunkline.

mod bench;
mod build;
mod card;
mod counterpart;
mod demo;
mod fuzz;
mod generate;
mod instructions;
mod lint;
mod modules;
mod order;
mod package;
mod progress;
mod shell;
mod size;
mod snapshot;
mod test;
mod third_party;
mod tools;

use std::{env, ffi::OsString, process::ExitCode};

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Builds, shows, tests and measures trunkline.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the npm package into `pkg/` and the server.
    Build(Profile),
    /// Build everything, start the server with the demo, and print its address.
    Demo(demo::Options),
    /// Write the types of the protocol from its schema.
    Generate {
        /// Only say whether they are fresh.
        #[arg(long)]
        check: bool,
    },
    /// Take the snapshot of the package's API anew, after `build`.
    Snapshot,
    /// Run all checks and tests, or one kind of them.
    Test {
        /// Only these.
        #[arg(long, value_enum)]
        only: Option<test::Kind>,
    },
    /// Measure the package and the server beside something to compare them with, or one part.
    Bench(bench::Options),
    /// Send the server what clients send, changed at random.
    Fuzz(fuzz::Options),
    /// Take the picture of the demo that the README shows.
    Screenshot,
}

/// How to compile.
#[derive(Args, Clone, Copy)]
struct Profile {
    /// Optimised; the default.
    #[arg(long, conflicts_with = "dev")]
    release: bool,
    /// Fast to compile.
    #[arg(long)]
    dev: bool,
}

impl Profile {
    fn mode(self) -> Mode {
        if self.dev && !self.release { Mode::Dev } else { Mode::Release }
    }
}

/// How to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    Dev,
    Release,
}

fn main() -> ExitCode {
    let mut args: Vec<OsString> = env::args_os().collect();
    // cargo calls this with the file name of a wasm test (see `.cargo/config.toml`).
    let result = if args.get(1).is_some_and(|arg| arg == "test-runner") {
        args.remove(1);
        test::in_browser(args)
    } else {
        match Cli::parse_from(args).task {
            Task::Build(profile) => build::run(profile.mode()),
            Task::Demo(options) => demo::run(&options),
            Task::Generate { check: true } => generate::check(),
            Task::Generate { check: false } => generate::run(),
            Task::Snapshot => snapshot::take(),
            Task::Test { only } => test::run(only),
            Task::Bench(options) => bench::run(&options),
            Task::Fuzz(options) => fuzz::run(&options),
            Task::Screenshot => bench::screenshot(),
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
