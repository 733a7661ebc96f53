//! `cargo xtask bench`: speed and size, each beside something to compare it with.

mod crowd;

use std::path::PathBuf;

use anyhow::Result;

use crate::{
    Mode, build, demo, package,
    progress::Progress,
    shell::{cargo, command, run as run_to_end},
    size, tools,
};

/// What others weigh, brotli: their published bundles, minified.
const PEERS: [(&str, u64); 2] = [("livekit-client", 125_000), ("twilio-video", 79_000)];

/// Measures the package, the way into a call, media, and the requests of the server.
pub fn run() -> Result<()> {
    let mut progress = Progress::new(6);
    let mut server = PathBuf::new();
    progress.step("Building", || {
        prepare()?;
        server = build::server(Mode::Release)?;
        Ok(())
    })?;
    progress.step("Size of the package", || {
        let weight = size::report()?.brotli;
        ratio("our limit", weight, size::LIMIT);
        for (peer, bytes) in PEERS {
            ratio(peer, weight, bytes);
        }
        Ok(())
    })?;
    progress.step("Time to join, layers, costs", || {
        let mut bench = command("npm");
        bench.args(["run", "--silent", "bench", "--workspace", "tests/e2e"]);
        run_to_end(bench.env("TRUNKLINE_SERVER", &server))
    })?;
    progress.step("Time per request", || run_to_end(cargo().args(SERVER_BENCH).arg("requests")))?;
    progress.step("Packets that the SFU forwards", || {
        run_to_end(cargo().args(SERVER_BENCH).arg("forwarding"))
    })?;
    progress.step("A call of a thousand", || crowd::run(&server))
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
