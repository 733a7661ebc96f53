//! `cargo xtask demo`: everything, from nothing to a page to open.

use std::{
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::{Child, Stdio},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    Profile, build, package,
    progress::Progress,
    shell::{command, exists, root, run as run_to_end},
    tools,
};

/// Options of the demo.
#[derive(Args)]
pub struct Options {
    /// Where the page is served, on 127.0.0.1.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where the server keeps its data.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Open the page in the browser.
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    profile: Profile,
}

/// Builds everything, starts the server, and stays until Ctrl-C.
pub fn run(options: &Options) -> Result<()> {
    let mode = options.profile.mode();
    // Known before minutes of building, not after.
    if TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).is_err() {
        bail!("port {} is taken; choose another one with --port", options.port);
    }
    let mut progress = Progress::new(4);
    progress.step("Installing what is missing", || {
        tools::wasm_target()?;
        tools::npm_packages()
    })?;
    progress.step("Building the SDK into pkg/", || package::build(mode))?;
    progress.step("Building the demo page", build_page)?;
    let server = progress.step("Building the server", || build::server(mode))?;

    let mut child = command(server)
        .args(["--dev", "--listen", &format!("127.0.0.1:{}", options.port)])
        .arg("--data")
        .arg(&options.data)
        .arg("--www")
        .arg(root().join("www/dist"))
        .stdout(Stdio::piped())
        .spawn()
        .context("the server cannot be started")?;
    let lines = child.stdout.take().map(BufReader::new);
    let child = Arc::new(Mutex::new(child));
    let ended = Arc::clone(&child);
    // The server got the same signal when it was typed; it did not when only this process was told.
    ctrlc::set_handler(move || end(&ended))?;

    let url = format!("http://127.0.0.1:{}/", options.port);
    for line in lines.into_iter().flat_map(BufRead::lines) {
        let line = line?;
        println!("{line}");
        if line.contains("http://") {
            println!("\nOpen {url} in two tabs. Ctrl-C ends the server.");
            if options.open && exists("xdg-open") {
                run_to_end(command("xdg-open").arg(&url))?;
            }
        }
    }
    let status = child.lock().unwrap_or_else(PoisonError::into_inner).wait()?;
    if !status.success() && status.code().is_some() {
        bail!("the server ended: {status}");
    }
    Ok(())
}

/// Builds the page that the server serves.
pub fn build_page() -> Result<()> {
    run_to_end(command("npm").args(["run", "--silent", "build", "--workspace", "www"]))
}

/// Asks the server to end; it closes its sockets and its store by itself.
fn end(child: &Mutex<Child>) {
    let child = child.lock().unwrap_or_else(PoisonError::into_inner);
    // A process that has ended already needs no signal.
    let _ = run_to_end(command("kill").args(["-TERM", &child.id().to_string()]));
}
