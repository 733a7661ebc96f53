//! `cargo xtask test`: everything that a change must pass, on a fresh machine too.

use std::{
    collections::VecDeque,
    env,
    ffi::OsString,
    net::{TcpListener, TcpStream},
    process::Command,
    thread,
    time::Duration,
};

use anyhow::{Result, bail, ensure};
use clap::ValueEnum;

use crate::{
    Mode, build, counterpart, demo, generate, lint, package,
    progress::Progress,
    shell::{cargo, command, output, run as run_to_end},
    size, tools,
};

/// A kind of test, for daily work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Formatting, clippy, types, licences, file sizes.
    Lint,
    /// Rust tests on this machine.
    Native,
    /// The web layer in headless Chromium, and the package in Node.
    Wasm,
    /// Whole calls in Chromium and in Firefox, against the real server.
    E2e,
}

type Step = (&'static str, fn() -> Result<()>);

/// Runs all steps, or those of one kind. All of them run, so that one failure does not hide another.
pub fn run(only: Option<Kind>) -> Result<()> {
    let kinds = [Kind::Lint, Kind::Native, Kind::Wasm, Kind::E2e];
    let chosen: Vec<Kind> =
        kinds.into_iter().filter(|kind| only.is_none_or(|only| only == *kind)).collect();
    let mut steps: Vec<Step> = vec![("Installing what is missing", install)];
    if chosen.iter().any(|kind| *kind != Kind::Native) {
        steps.push(("Building the SDK into pkg/", || package::build(Mode::Release)));
    }
    for kind in &chosen {
        steps.extend(kind.steps());
    }
    let mut progress = Progress::new(steps.len());
    let mut failed = Vec::new();
    for (what, step) in &steps {
        if let Err(error) = progress.step(what, step) {
            eprintln!("error: {error:#}");
            failed.push(*what);
        }
    }
    println!("\n{} passed, {} failed", steps.len() - failed.len(), failed.len());
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

impl Kind {
    fn steps(self) -> Vec<Step> {
        match self {
            Self::Lint => vec![
                ("Formatting", || run_to_end(cargo().args(["fmt", "--all", "--check"]))),
                ("Generated types are fresh", generate::check),
                ("Clippy, native", lint::clippy_native),
                ("Clippy, wasm32", lint::clippy_wasm),
                ("Documentation", lint::rustdoc),
                ("TypeScript", lint::typescript),
                ("Licences", lint::licences),
                ("The tree", lint::tree),
            ],
            Self::Native => vec![("Rust tests", || {
                run_to_end(cargo().args(["test", "--workspace", "--quiet"]))
            })],
            Self::Wasm => vec![
                ("Size of the package", size::check),
                ("The package in Node", package_in_node),
                ("The web layer in Chromium", wasm_tests),
            ],
            Self::E2e => vec![
                ("Building the demo page", demo::build_page),
                ("Building the server", || build::server(Mode::Dev).map(drop)),
                ("Whole calls in Chromium", || {
                    tools::coturn()?;
                    run_to_end(command("npm").args(["test", "--workspace", "tests/e2e"]))
                }),
                ("Whole calls in Firefox", || {
                    tools::firefox()?;
                    let suite = ["run", "test:firefox", "--workspace", "tests/e2e"];
                    run_to_end(command("npm").args(suite))
                }),
            ],
        }
    }
}

/// Runs one file of wasm tests in the browser, with a server that they can talk to.
pub fn in_browser(args: Vec<OsString>) -> Result<()> {
    if env::var_os(PAGE_ADDRESS).is_some() {
        return wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(args);
    }
    counterpart::start()?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut runner = Command::new(env::current_exe()?)
        .arg("test-runner")
        .args(args.iter().skip(1))
        .env(PAGE_ADDRESS, address.to_string())
        .spawn()?;
    // The runner's web server (tiny_http 0.12) may hand several connections to one idle thread; those
    // behind the first wait until some thread is free, for ever if need be. So its first threads are
    // kept busy, and one after the other is set free to look for connections that wait.
    let mut busy = VecDeque::new();
    let status = loop {
        if let Some(status) = runner.try_wait()? {
            break status;
        }
        busy.extend(TcpStream::connect(address));
        if busy.len() > 4 {
            busy.pop_front();
        }
        thread::sleep(Duration::from_millis(50));
    };
    ensure!(status.success(), "the tests failed: {status}");
    Ok(())
}

/// Where the runner serves the page of the tests.
const PAGE_ADDRESS: &str = "WASM_BINDGEN_TEST_ADDRESS";

fn install() -> Result<()> {
    tools::wasm_target()?;
    tools::npm_packages()?;
    tools::chromium()
}

fn package_in_node() -> Result<()> {
    run_to_end(command("npm").args(["test", "--workspace", "tests/package"]))?;
    run_to_end(command("npx").args(["publint", "pkg", "--strict"]))
}

fn wasm_tests() -> Result<()> {
    let chromedriver = output(command("sh").args(["-c", "command -v chromedriver"]))?;
    run_to_end(
        cargo()
            .args(["test", "--package", "trunkline", "--target", "wasm32-unknown-unknown"])
            .args(["--test", "*"])
            .env("CHROMEDRIVER", chromedriver),
    )
}
