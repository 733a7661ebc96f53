//! `cargo xtask test`: everything that a change must pass, on a fresh machine too.

use std::ffi::OsString;

use anyhow::{Result, bail, ensure};
use clap::ValueEnum;

use crate::{
    Mode, build, card, counterpart, demo, generate, lint, modules, package,
    progress::Progress,
    shell::{cargo, command, exists, output, run as run_to_end},
    size, snapshot, tools,
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
        steps.push(("wasm-pack build --target web", || package::pack(Mode::Release)));
        if chosen.contains(&Kind::Wasm) {
            steps.push(("The package as wasm-pack writes it", as_wasm_pack_writes_it));
        }
        steps.push(("Completing the package", || package::complete(Mode::Release)));
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
                ("The API is that of the snapshot", snapshot::check),
                ("Licences", lint::licences),
                ("The tree", lint::tree),
                ("Modules need each other in one direction", modules::check),
                ("Crates and JavaScript", card::check),
            ],
            Self::Native => vec![("Rust tests", || {
                run_to_end(cargo().args(["test", "--workspace", "--quiet"]))
            })],
            Self::Wasm => vec![
                ("Size of the package", size::check),
                ("The package in Node, jest and vitest", package_in_node),
                ("wasm-pack test --headless --chrome", web_layer),
                ("The web layer and a peer in Chromium", web_layer_with_a_peer),
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
    counterpart::start()?;
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(args)
}

fn install() -> Result<()> {
    tools::wasm_target()?;
    tools::npm_packages()?;
    tools::chromium()
}

/// What somebody gets who runs wasm-pack and nothing of ours.
fn as_wasm_pack_writes_it() -> Result<()> {
    run_to_end(command("node").args(["--test", "tests/package/as-wasm-pack-writes-it.mjs"]))?;
    let changes = output(command("git").args(["status", "--porcelain", "--", "pkg"]))?;
    ensure!(changes.is_empty(), "wasm-pack changed files of the repository:\n{changes}");
    Ok(())
}

fn package_in_node() -> Result<()> {
    for tests in ["tests/package", "tests/runners"] {
        run_to_end(command("npm").args(["test", "--workspace", tests]))?;
    }
    run_to_end(command("npx").args(["publint", "pkg", "--strict"]))
}

/// Tests that need nothing but a browser, run as CONTRIBUTING says.
fn web_layer() -> Result<()> {
    run_to_end(tools::wasm_pack()?.args(["test", "--headless", "--chrome"]))?;
    if exists("geckodriver") {
        run_to_end(tools::wasm_pack()?.args(["test", "--headless", "--firefox"]))?;
    }
    Ok(())
}

/// Tests that need somebody to talk to, see [`in_browser`].
fn web_layer_with_a_peer() -> Result<()> {
    let chromedriver = output(command("sh").args(["-c", "command -v chromedriver"]))?;
    run_to_end(
        cargo()
            .args(["test", "--package", "trunkline", "--target", "wasm32-unknown-unknown"])
            .args(["--test", "web-peer"])
            .env("CHROMEDRIVER", chromedriver),
    )
}
