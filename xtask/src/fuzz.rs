//! `cargo xtask fuzz`: what clients send, changed at random, for minutes instead of a few cases.

use anyhow::{Result, ensure};
use clap::Args;

use crate::shell::{cargo, run as run_to_end};

/// What to fuzz, and for how long.
#[derive(Args)]
pub struct Options {
    /// Minutes for each target.
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// Only targets whose names begin so, such as `changed_offers`.
    #[arg(default_value = "")]
    target: String,
}

/// Runs the targets one after the other: tests of the server in modules named `fuzz`. One that fails
/// says how to have its case again.
pub fn run(options: &Options) -> Result<()> {
    ensure!(options.minutes > 0, "no time to find anything in");
    let mut tests = cargo();
    tests.args([
        "test",
        "--package",
        "trunkline-server",
        "--lib",
        "--tests",
        "--no-fail-fast",
        "--",
    ]);
    tests.args([&format!("fuzz::{}", options.target), "--nocapture", "--test-threads", "1"]);
    run_to_end(tests.env("TRUNKLINE_FUZZ_MINUTES", options.minutes.to_string()))
}
