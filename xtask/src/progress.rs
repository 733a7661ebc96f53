//! Says what a long step does, how far the whole is, and how long the step took.

use std::time::Instant;

use anyhow::Result;

/// A row of steps, counted as they run.
pub struct Progress {
    total: usize,
    done: usize,
    started: Instant,
}

impl Progress {
    /// A row of `total` steps.
    pub fn new(total: usize) -> Self {
        Self { total, done: 0, started: Instant::now() }
    }

    /// Runs one step.
    pub fn step<T>(&mut self, what: &str, run: impl FnOnce() -> Result<T>) -> Result<T> {
        self.done += 1;
        println!("\n[{}/{}] {what} …", self.done, self.total);
        let began = Instant::now();
        let result = run();
        let verdict = if result.is_ok() { "done" } else { "FAILED" };
        println!(
            "[{}/{}] {what}: {verdict} in {:.1} s ({:.0} s in all)",
            self.done,
            self.total,
            began.elapsed().as_secs_f64(),
            self.started.elapsed().as_secs_f64()
        );
        result
    }
}
