//! What a stranger can do to the server: each row is one attack of bounded length on a server of its own
//! with the default configuration, while somebody in another call pings it.
//!
//! Clients and server share the processors, so that stalls are of one machine only, and the attacker's
//! own work is in them. `-- NAME` runs the rows whose names hold that.

// Clippy recognises tests, not what they share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../requests/process.rs"]
mod process;
mod rig;
mod rows;
// The tests need more of it.
#[allow(dead_code, unused_imports)]
#[path = "../../tests/sfu/support/mod.rs"]
mod support;

use std::{env, time::Duration};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::time::sleep;

use rig::{Rig, Watch};
use rows::ROWS;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What an attack found out.
#[derive(Default)]
struct Found {
    /// What was sent in all.
    sent: usize,
    /// How many of these got through before the first refusal; none when nothing was refused.
    until_refused: Option<usize>,
    /// What else there is to say.
    note: String,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    // Cargo says `--bench`.
    let wanted = env::args().skip(1).find(|argument| !argument.starts_with('-'));
    println!(
        "{:<26}{:>9}{:>9}{:>9}  {:>9}{:>9}{:>9}  ",
        "", "idle, MB", "peak, MB", "end, MB", "stall, ms", "sent", "refused"
    );
    for row in ROWS {
        if wanted.as_ref().is_some_and(|wanted| !row.name.contains(wanted.as_str())) {
            continue;
        }
        let rig = Rig::start().await?;
        let idle = rig.memory()?;
        let watch = Watch::start(&rig).await?;
        let found = (row.attack)(&rig).await?;
        sleep(SETTLED).await;
        let end = rig.memory()?;
        let (peak, stall) = watch.stop().await?;
        let refused = found.until_refused.map_or("never".to_owned(), |count| count.to_string());
        println!(
            "{:<26}{:>9.1}{:>9.1}{:>9.1}  {:>9.1}{:>9}{refused:>9}  {}",
            row.name,
            idle / 1e6,
            peak / 1e6,
            end / 1e6,
            1e3 * stall.as_secs_f64(),
            found.sent,
            found.note,
        );
    }
    Ok(())
}

const SETTLED: Duration = Duration::from_secs(2);
