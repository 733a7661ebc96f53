//! Installs what is missing, as far as this machine permits, and says what to do otherwise.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::shell::{cargo, command, exists, output, root, run, target_dir};

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

const WASM_PACK: &str = "0.15.1";

/// wasm-pack, beside the wasm-bindgen of the lock file, which it would download otherwise. Both come
/// into the target folder: what is installed on this machine is not touched.
pub fn wasm_pack() -> Result<Command> {
    wasm_target()?;
    let tools = target_dir().join("tools");
    let bin = tools.join("bin");
    let version = output(command(bin.join("wasm-pack")).arg("--version")).unwrap_or_default();
    if !version.ends_with(WASM_PACK) {
        println!("Installing wasm-pack, which takes two minutes once …");
        run(cargo()
            .args(["install", "--quiet", "--locked", "--force", "wasm-pack"])
            .args(["--version", WASM_PACK, "--root"])
            .arg(&tools))?;
    }
    // Built as a dependency of this workspace, so that its own lock file says from what.
    run(cargo().args(["build", "--quiet", "--package", "wasm-bindgen-cli", "--bins"]))?;
    for program in ["wasm-bindgen", "wasm-bindgen-test-runner"] {
        install(&target_dir().join("debug").join(program), &bin.join(program))?;
    }
    let mut wasm_pack = command(bin.join("wasm-pack"));
    wasm_pack.env("PATH", with_path(bin)?);
    Ok(wasm_pack)
}

/// Puts a program where it is found.
fn install(built: &Path, installed: &Path) -> Result<()> {
    let changed = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    if changed(installed) < changed(built) {
        // A program that runs cannot be written over, but it can be replaced.
        let beside = installed.with_extension("new");
        fs::copy(built, &beside)?;
        fs::rename(beside, installed)?;
    }
    Ok(())
}

/// The path of this process with a folder before all others.
fn with_path(first: PathBuf) -> Result<std::ffi::OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths(std::iter::once(first).chain(env::split_paths(&path)))?)
}

/// The npm packages of the lock file.
pub fn npm_packages() -> Result<()> {
    npm_packages_of(&root())
}

/// The npm packages of the lock file in that folder.
pub fn npm_packages_of(folder: &Path) -> Result<()> {
    ensure!(exists("npm"), "npm is missing: install Node.js 20 or newer");
    let modified = |path: &str| fs::metadata(folder.join(path)).and_then(|m| m.modified()).ok();
    // npm writes this file last, so it is there and newer only after a whole installation.
    let installed = modified("node_modules/.package-lock.json");
    if installed.is_some() && installed >= modified("package-lock.json") {
        return Ok(());
    }
    run(command("npm")
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(folder)
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

/// A TURN server.
pub fn coturn() -> Result<()> {
    if !exists("turnserver") && exists("systemctl") {
        // The package would start one that is open to the network; tests start their own.
        Root::find("systemctl mask coturn")?.run(&["systemctl", "mask", "coturn"])?;
    }
    programs(&[("turnserver", "coturn")])
}

/// What counts instructions.
pub fn valgrind() -> Result<()> {
    programs(&[("valgrind", "valgrind")])
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
    let names = missing.join(" and ");
    let root = Root::find(&format!("apt-get install {}", missing.join(" ")))?;
    ensure!(exists("apt-get"), "{names} is missing; install it for your system");
    println!("Installing {names} …");
    root.run(&["apt-get", "update", "-qq"])?;
    let mut install = vec!["apt-get", "install", "-y", "-qq", "--no-install-recommends"];
    install.extend(missing);
    root.run(&install)
}

/// Leave to change the system.
struct Root {
    /// What comes before a command.
    sudo: &'static [&'static str],
}

impl Root {
    /// Fails where nobody gave it; `by_hand` is what to run then.
    fn find(by_hand: &str) -> Result<Self> {
        let is_root = output(command("id").arg("-u")).is_ok_and(|id| id == "0");
        if is_root {
            Ok(Self { sudo: &[] })
        } else if exists("sudo") && run(command("sudo").args(["-n", "true"])).is_ok() {
            Ok(Self { sudo: &["sudo", "-n"] })
        } else {
            bail!("a package is missing. Run this once, then again what you ran: sudo {by_hand}")
        }
    }

    fn run(&self, words: &[&str]) -> Result<()> {
        let mut words = self.sudo.iter().chain(words);
        let program = words.next().context("no command")?;
        run(command(program).args(words).env("DEBIAN_FRONTEND", "noninteractive"))
    }
}
