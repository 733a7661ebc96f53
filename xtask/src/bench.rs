//! `cargo xtask bench`: speed and size, each beside something to compare it with.

mod crowd;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::{
    Mode, build, demo, instructions, package,
    progress::Progress,
    shell::{cargo, command, root, run as run_to_end},
    size, tools,
};

/// What others weigh, brotli: their published bundles, minified.
const PEERS: [(&str, u64); 2] = [("livekit-client", 125_000), ("twilio-video", 79_000)];

/// What to measure.
#[derive(Args)]
pub struct Options {
    /// Only this part.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Few events and small calls for `state`, few rounds for `faults`.
    #[arg(long)]
    quick: bool,
    /// Take what the core needs now as the baseline of `instructions`.
    #[arg(long)]
    raise: bool,
}

/// A part of the bench.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// What the package weighs.
    Size,
    /// The way into a call, layers of video, what a call costs the page.
    Join,
    /// Requests to the server.
    Requests,
    /// Packets that the SFU forwards.
    Forwarding,
    /// Instructions of the core for the events of large calls, against the baseline.
    Instructions,
    /// The state of large calls in a page, beside livekit-client.
    State,
    /// A call of a thousand: the demo in it, and its server.
    Crowd,
    /// What a stranger can do to the server: memory, stalls of others, requests until refused.
    Doors,
    /// The bad moments of a network, with a proxy and a relay between page and server.
    Faults,
}

/// Measures all parts, or one.
pub fn run(options: &Options) -> Result<()> {
    let parts = Part::value_variants().iter().copied();
    let parts: Vec<Part> =
        parts.filter(|part| options.only.is_none_or(|only| only == *part)).collect();
    let mut progress = Progress::new(parts.len() + 1);
    progress.step("Building", || prepare_for(&parts))?;
    for part in parts {
        match part {
            Part::Size => progress.step("Size of the package", weigh)?,
            Part::Join => progress.step("Time to join, layers, costs", || {
                let server = build::server(Mode::Release)?;
                let mut bench = command("npm");
                bench.args(["run", "--silent", "bench", "--workspace", "tests/e2e"]);
                run_to_end(bench.env("TRUNKLINE_SERVER", &server))
            })?,
            Part::Requests => progress.step("Time per request", || {
                run_to_end(cargo().args(SERVER_BENCH).arg("requests"))
            })?,
            Part::Forwarding => progress.step("Packets that the SFU forwards", || {
                run_to_end(cargo().args(SERVER_BENCH).arg("forwarding"))
            })?,
            Part::Instructions => progress
                .step("Instructions of the core", || instructions::measure(options.raise))?,
            Part::State => progress.step("State of large calls", || state(options.quick))?,
            Part::Crowd => progress
                .step("A call of a thousand", || crowd::run(&build::server(Mode::Release)?))?,
            Part::Doors => progress.step("The server's front door", || {
                run_to_end(cargo().args(SERVER_BENCH).arg("doors"))
            })?,
            Part::Faults => progress.step("Bad moments", || faults(options.quick))?,
        }
    }
    Ok(())
}

/// What those parts measure.
fn prepare_for(parts: &[Part]) -> Result<()> {
    if [Part::Join, Part::Crowd, Part::Faults].iter().any(|part| parts.contains(part)) {
        return prepare();
    }
    if parts.contains(&Part::Size) || parts.contains(&Part::State) {
        tools::wasm_target()?;
        tools::npm_packages()?;
        package::build(Mode::Release)?;
    }
    Ok(())
}

fn weigh() -> Result<()> {
    let weight = size::report()?.brotli;
    ratio("our limit", weight, size::LIMIT);
    for (peer, bytes) in PEERS {
        ratio(peer, weight, bytes);
    }
    Ok(())
}

/// Installs the peer, which nothing else needs, and lays both beside each other.
fn state(quick: bool) -> Result<()> {
    tools::chromium()?;
    let folder = root().join("tests/bench");
    tools::npm_packages_of(&folder)?;
    let mut bench = command("node");
    bench.arg(folder.join("state.mjs"));
    if quick {
        bench.arg("--quick");
    }
    run_to_end(&mut bench)
}

fn faults(quick: bool) -> Result<()> {
    let server = build::server(Mode::Release)?;
    let mut bench = command("npm");
    bench.args(["run", "--silent", "bench:faults", "--workspace", "tests/e2e"]);
    if quick {
        bench.args(["--", "--quick"]);
    }
    run_to_end(bench.env("TRUNKLINE_SERVER", &server))
}

const SERVER_BENCH: [&str; 7] =
    ["bench", "--quiet", "--profile", "server", "--package", "trunkline-server", "--bench"];

/// Takes the picture of the demo that the README shows.
pub fn screenshot() -> Result<()> {
    let mut progress = Progress::new(2);
    progress.step("Building", || {
        prepare()?;
        build::server(Mode::Dev).map(drop)
    })?;
    progress.step("Taking docs/demo.png", || {
        run_to_end(command("npm").args([
            "run",
            "--silent",
            "screenshot",
            "--workspace",
            "tests/e2e",
        ]))
    })
}

fn prepare() -> Result<()> {
    tools::wasm_target()?;
    tools::npm_packages()?;
    tools::chromium()?;
    package::build(Mode::Release)?;
    demo::build_page()
}

fn ratio(of: &str, bytes: u64, peer: u64) {
    let percent = (bytes * 100).div_ceil(peer);
    println!("{percent} % of {of} ({peer} bytes)");
}
