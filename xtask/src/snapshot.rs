//! The committed snapshot of what apps can import: a change of the package's API shows in a diff.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{
    package,
    shell::{command, root, run},
};

const SNAPSHOT: &str = "tests/types/api.snapshot";

/// Takes it anew, of the package that was built last.
pub fn take() -> Result<()> {
    fs::copy(current()?, root().join(SNAPSHOT)).context("cannot write the snapshot")?;
    println!("{SNAPSHOT} written");
    Ok(())
}

/// Fails when the package that was built last has another API.
pub fn check() -> Result<()> {
    let diff = ["diff", "--no-index", "--exit-code", SNAPSHOT];
    let is_same = run(command("git").args(diff).arg(current()?)).is_ok();
    ensure!(is_same, "the API is not that of {SNAPSHOT}; if that is meant, `cargo xtask snapshot`");
    Ok(())
}

fn current() -> Result<PathBuf> {
    let path = package::api_snapshot();
    ensure!(path.exists(), "there is no package: `cargo xtask build` first");
    Ok(path)
}
