//! The real binary.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

pub const BINARY: &str = env!("CARGO_BIN_EXE_trunkline-server");

/// A running server.
pub struct Process {
    pub child: Child,
    pub base: String,
}

impl Process {
    /// A development server.
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &["--dev"], Stdio::null())
    }

    /// A server with these arguments and this log.
    pub fn start_with(data: &Path, args: &[&str], log: Stdio) -> Self {
        Self::start_command(Command::new(BINARY), data, args, log)
    }

    /// A server that is started by a command of its own.
    pub fn start_command(mut command: Command, data: &Path, args: &[&str], log: Stdio) -> Self {
        let mut child = command
            .args(args)
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("RUST_LOG", "debug")
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.split_whitespace().last().expect("the ready line").to_owned();
        assert!(base.starts_with("http://127.0.0.1:") && !base.ends_with(":0"), "{line}");
        Self { child, base }
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Runs a command to its end.
pub fn run(args: &[&str]) -> Output {
    Command::new(BINARY).args(args).env_remove("TRUNKLINE_API_SECRET").output().unwrap()
}
