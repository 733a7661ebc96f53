//! What a crowd has done and heard.

use std::{
    fmt::Write as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// Counts since the beginning.
#[derive(Default)]
pub struct Figures {
    joins: AtomicU64,
    leaves: AtomicU64,
    lost: AtomicU64,
    events: AtomicU64,
    bytes: AtomicU64,
    /// RTP packets that arrived.
    pub packets: Arc<AtomicU64>,
    since: Mutex<Since>,
}

/// What the next line is about.
#[derive(Default)]
struct Since {
    joins: Vec<Duration>,
    last: Option<Snapshot>,
}

#[derive(Clone, Copy)]
struct Snapshot {
    at: Instant,
    events: u64,
    bytes: u64,
    packets: u64,
}

impl Figures {
    /// Somebody is in the call who asked for it so long ago.
    pub fn joined(&self, took: Duration) {
        self.joins.fetch_add(1, Relaxed);
        self.since.lock().unwrap_or_else(PoisonError::into_inner).joins.push(took);
    }

    /// Somebody left on purpose.
    pub fn left(&self) {
        self.leaves.fetch_add(1, Relaxed);
    }

    /// Somebody was put out.
    pub fn lost(&self) {
        self.lost.fetch_add(1, Relaxed);
    }

    /// An event of so many bytes came over a socket.
    pub fn heard(&self, bytes: usize) {
        self.events.fetch_add(1, Relaxed);
        self.bytes.fetch_add(u64::try_from(bytes).unwrap_or(0), Relaxed);
    }

    /// All of it, the rates since the last line.
    pub fn line(&self, began: Instant, present: usize, wanted: usize) -> String {
        let now = Snapshot {
            at: Instant::now(),
            events: self.events.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            packets: self.packets.load(Relaxed),
        };
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let none = Snapshot { at: began, events: 0, bytes: 0, packets: 0 };
        let before = since.last.replace(now).unwrap_or(none);
        let mut joins = std::mem::take(&mut since.joins);
        drop(since);
        let seconds = now.at.saturating_duration_since(before.at).as_secs_f64().max(0.001);
        #[allow(clippy::cast_precision_loss)] // nobody reads so many digits
        let rate = |now: u64, before: u64| (now - before) as f64 / seconds;
        let mut line = format!(
            "{:>4} s: {present} of {wanted} in the call; {} joins, {} leaves, {} put out; \
             {:.0} events/s, {:.0} kB/s",
            began.elapsed().as_secs(),
            self.joins.load(Relaxed),
            self.leaves.load(Relaxed),
            self.lost.load(Relaxed),
            rate(now.events, before.events),
            rate(now.bytes, before.bytes) / 1000.0,
        );
        // Writing to a string does not fail.
        if now.packets > 0 {
            let _ = write!(line, ", {:.0} packets/s", rate(now.packets, before.packets));
        }
        joins.sort_unstable();
        let at = |share: usize| joins.get(joins.len() * share / 100).map(Duration::as_millis);
        if let (Some(median), Some(late)) = (at(50), at(95)) {
            let _ = write!(line, "; a join took {median} ms, 95 % at most {late} ms");
        }
        line
    }
}
