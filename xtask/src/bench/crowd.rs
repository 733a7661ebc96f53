//! What a large call costs: its server, and the page of somebody in it.

use std::path::Path;

use anyhow::Result;

use super::SERVER_BENCH;
use crate::shell::{cargo, command, run as run_to_end};

/// Measures the demo in a call of a thousand, then memory, joins and events of the server.
pub fn run(server: &Path) -> Result<()> {
    let mut page = command("npm");
    page.args(["run", "--silent", "bench:crowd", "--workspace", "tests/e2e"]);
    run_to_end(page.env("TRUNKLINE_SERVER", server))?;
    run_to_end(cargo().args(SERVER_BENCH).arg("crowd"))
}
