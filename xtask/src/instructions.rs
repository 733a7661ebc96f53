//! How many instructions the core needs for the events of large calls, natively and counted by
//! callgrind, so that it is the same number on each machine with the same compiler. A part of the bench
//! of its own: it needs neither a browser nor a quiet machine, and is done in a minute.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{
    shell::{cargo, command, output, root, target_dir},
    tools,
};

/// The events that `benches/instructions.rs` knows.
const EVENTS: [&str; 6] = ["levels", "dominant", "quality", "publish", "join-leave", "snapshot"];
/// How far from the baseline is no change, in percent.
const TOLERANCE: f64 = 3.0;

/// Counts, and fails when a count is away from the baseline; or makes the counts the baseline.
pub fn measure(raise: bool) -> Result<()> {
    tools::valgrind()?;
    let program = build()?;
    let rustc = output(command("rustc").arg("--version"))?;
    let mut instructions = BTreeMap::new();
    for event in EVENTS {
        instructions.insert(event.to_owned(), count(&program, event)?);
    }
    let path = root().join("docs/bench/instructions.json");
    if raise {
        let baseline = json!({ "rustc": rustc, "instructions": instructions });
        let baseline = serde_json::to_string_pretty(&baseline)?;
        fs::create_dir_all(path.with_file_name(""))?;
        return Ok(fs::write(path, baseline + "\n")?);
    }
    let baseline = fs::read_to_string(&path).context("there is no baseline: run with --raise")?;
    let baseline: Value = serde_json::from_str(&baseline)?;
    let mut away = Vec::new();
    for (event, now) in &instructions {
        let before = baseline["instructions"][event].as_f64().unwrap_or_default();
        #[allow(clippy::cast_precision_loss)] // no event needs 2^52
        let change = (*now as f64 / before - 1.0) * 100.0;
        println!("{event:<12}{now:>12} instructions, {change:+.1} %");
        // A count without a baseline is infinitely far away.
        if change.is_nan() || change.abs() > TOLERANCE {
            away.push(event.as_str());
        }
    }
    if baseline["rustc"] != rustc.as_str() {
        println!("The baseline is of {}, this is {rustc}: no verdict.", baseline["rustc"]);
        return Ok(());
    }
    ensure!(
        away.is_empty(),
        "more than {TOLERANCE} % away from docs/bench/instructions.json: {}. If that is meant, run \
         `cargo xtask bench --only instructions --raise`, and say why in the commit",
        away.join(", ")
    );
    Ok(())
}

/// Builds the driver, and finds it.
fn build() -> Result<PathBuf> {
    let bench = ["bench", "--package", "trunkline", "--bench", "instructions"];
    let messages = output(cargo().args(bench).args(["--no-run", "--message-format", "json"]))?;
    let executable = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_it = message["target"]["name"] == "instructions";
        is_it.then(|| message["executable"].as_str().map(PathBuf::from)).flatten()
    };
    messages.lines().find_map(executable).context("cargo did not say where the driver is")
}

/// Instructions per event, without what comes before the first one.
fn count(program: &PathBuf, event: &str) -> Result<u64> {
    let counts = target_dir().join(format!("callgrind.{event}"));
    let mut valgrind = command("valgrind");
    valgrind.args(["--quiet", "--tool=callgrind", "--collect-atstart=no"]);
    valgrind.arg("--toggle-collect=*measured_events*");
    valgrind.arg(format!("--callgrind-out-file={}", counts.display()));
    let events: u64 = output(valgrind.arg(program).arg(event))?.parse()?;
    let counts = fs::read_to_string(counts)?;
    let summary = counts.lines().find_map(|line| line.strip_prefix("summary: "));
    let all: u64 = summary.context("callgrind counted nothing")?.trim().parse()?;
    ensure!(all > 0, "callgrind found no function `measured_events`");
    Ok(all / events)
}
