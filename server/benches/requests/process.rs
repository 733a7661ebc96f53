//! The release server as a process of its own.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use trunkline_server::auth::App;

use crate::Failure;

/// A server that ends with this.
pub struct Process {
    pub child: Child,
    pub address: SocketAddr,
}

impl Process {
    /// Waits until it is ready.
    pub fn start(data: &Path, app: &App, more: &[&str], log: Stdio) -> Result<Self, Failure> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_trunkline-server"))
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(more)
            .env("TRUNKLINE_API_KEY", &app.key)
            .env("TRUNKLINE_API_SECRET", &app.secret)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let address = line.trim().rsplit('/').next().unwrap_or_default();
        match address.parse() {
            Ok(address) => Ok(Self { child, address }),
            Err(_) => {
                drop(child.kill());
                drop(child.wait());
                Err(format!("the server did not start; it said {line:?}").into())
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended by itself, or does so now.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
