//! `cargo xtask bench`: speed and size, each beside something to compare it with.

use anyhow::Result;

use crate::{
    Mode, build, demo, package,
    progress::Progress,
    shell::{command, run as run_to_end},
    size, tools,
};

/// What others weigh, brotli: their published bundles, minified.
const PEERS: [(&str, u64); 2] = [("livekit-client", 125_000), ("twilio-video", 79_000)];

/// Measures the package and the way into a call.
pub fn run() -> Result<()> {
    let mut progress = Progress::new(4);
    progress.step("Building", || prepare(Mode::Release))?;
    progress.step("Size of the package", || {
        let weight = size::report()?.brotli;
        ratio("our limit", weight, size::LIMIT);
        for (peer, bytes) in PEERS {
            ratio(peer, weight, bytes);
        }
        Ok(())
    })?;
    progress.step("Time to join", || {
        run_to_end(command("npm").args(["run", "--silent", "bench", "--workspace", "tests/e2e"]))
    })?;
    progress.step("Packets that the SFU forwards", || {
        let bench = ["bench", "--quiet", "--package", "trunkline-server", "--bench", "forwarding"];
        run_to_end(command("cargo").args(bench))
    })
}

/// Takes the picture of the demo that the README shows.
pub fn screenshot() -> Result<()> {
    let mut progress = Progress::new(2);
    progress.step("Building", || prepare(Mode::Release))?;
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

fn prepare(mode: Mode) -> Result<()> {
    tools::wasm_target()?;
    tools::npm_packages()?;
    tools::chromium()?;
    package::build(mode)?;
    demo::build_page()?;
    build::server(Mode::Dev).map(drop)
}

fn ratio(of: &str, bytes: u64, peer: u64) {
    let percent = (bytes * 100).div_ceil(peer);
    println!("{percent} % of {of} ({peer} bytes)");
}
