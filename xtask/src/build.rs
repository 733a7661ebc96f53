//! `cargo xtask build`: the npm package in `pkg/`, and the server.

use std::path::PathBuf;

use anyhow::Result;

use crate::{
    Mode, package,
    progress::Progress,
    shell::{self, cargo, target_dir},
    size, tools,
};

/// Builds both, and tells how large the package is.
pub fn run(mode: Mode) -> Result<()> {
    let mut progress = Progress::new(4);
    progress.step("Installing what is missing", || {
        tools::wasm_target()?;
        tools::npm_packages()
    })?;
    progress.step("Building the SDK into pkg/", || package::build(mode))?;
    progress.step("Building the server", || server(mode).map(drop))?;
    progress.step("Measuring the package", || size::report().map(drop))
}

/// Builds the server and returns its path.
pub fn server(mode: Mode) -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--package", "trunkline-server"]);
    let folder = match mode {
        Mode::Dev => "debug",
        Mode::Release => {
            build.args(["--profile", "server"]);
            "server"
        }
    };
    shell::run(&mut build)?;
    Ok(target_dir().join(folder).join("trunkline-server"))
}
