//! Installs what is missing, as far as this machine permits, and says what to do otherwise.

use std::{fs, path::Path};

use anyhow::{Result, bail, ensure};

use crate::shell::{command, exists, output, root, run};

const WASM: &str = "wasm32-unknown-unknown";

/// The compiler's target for the browser.
pub fn wasm_target() -> Result<()> {
    // rustup may be forbidden to install on its own, and may be offline once this is here.
    let libdir = output(command("rustc").args(["--print", "target-libdir", "--target", WASM]))?;
    if Path::new(&libdir).is_dir() {
        return Ok(());
    }
    run(command("rustup").args(["target", "add", WASM]))
}

/// The npm packages of the lock file.
pub fn npm_packages() -> Result<()> {
    ensure!(exists("npm"), "npm is missing: install Node.js 20 or newer");
    let modified = |path: &str| fs::metadata(root().join(path)).and_then(|m| m.modified()).ok();
    // npm writes this file last, so it is there and newer only after a whole installation.
    let installed = modified("node_modules/.package-lock.json");
    if installed.is_some() && installed >= modified("package-lock.json") {
        return Ok(());
    }
    run(command("npm")
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))
}

/// Chromium and its driver.
pub fn chromium() -> Result<()> {
    programs(&[("chromium", "chromium"), ("chromedriver", "chromium-driver")])
}

/// Firefox, which needs no driver, and a screen for it, which no headless browser has.
pub fn firefox() -> Result<()> {
    programs(&[("firefox-esr", "firefox-esr"), ("Xvfb", "xvfb")])
}

/// Programs, each with the package of Debian that has it.
fn programs(wanted: &[(&str, &'static str)]) -> Result<()> {
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|(program, _)| !exists(program))
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("apt-get install {}", missing.join(" "));
    let is_root = output(command("id").arg("-u")).is_ok_and(|id| id == "0");
    let sudo = if is_root {
        &[][..]
    } else if exists("sudo") && run(command("sudo").args(["-n", "true"])).is_ok() {
        &["sudo", "-n"][..]
    } else {
        bail!("{} is missing. Install it with: sudo {by_hand}", missing.join(" and "));
    };
    ensure!(exists("apt-get"), "{} is missing; install it for your system", missing.join(" and "));
    let apt = |args: &[&str]| {
        let words: Vec<&str> = sudo.iter().chain(&["apt-get"]).chain(args).copied().collect();
        let (program, rest) = words.split_first().ok_or_else(|| anyhow::anyhow!("no command"))?;
        run(command(program).args(rest).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    println!("Installing {} …", missing.join(" and "));
    apt(&["update", "-qq"])?;
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(missing);
    apt(&install)
}
