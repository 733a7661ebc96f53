//! What a crowd has done and heard.

use std::{
    fmt,
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

    /// All of it, the rates since this was last asked for.
    pub fn report(&self, began: Instant, present: usize, wanted: usize) -> Report {
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
        joins.sort_unstable();
        let at = |share: usize| joins.get(joins.len() * share / 100).copied();
        Report {
            elapsed: began.elapsed(),
            present,
            wanted,
            joins: self.joins.load(Relaxed),
            leaves: self.leaves.load(Relaxed),
            lost: self.lost.load(Relaxed),
            events: now.events,
            events_per_second: rate(now.events, before.events),
            bytes_per_second: rate(now.bytes, before.bytes),
            packets_per_second: rate(now.packets, before.packets),
            join_times: at(50).zip(at(95)),
        }
    }
}

/// How a crowd is doing.
#[derive(Clone, Debug)]
pub struct Report {
    /// Since it began.
    pub elapsed: Duration,
    /// Who is in the call now.
    pub present: usize,
    /// Who is to be in the call.
    pub wanted: usize,
    /// How often somebody came.
    pub joins: u64,
    /// How often somebody left on purpose.
    pub leaves: u64,
    /// How often somebody was put out.
    pub lost: u64,
    /// What was heard over the sockets.
    pub events: u64,
    /// Since the last report.
    pub events_per_second: f64,
    /// Of events, since the last report.
    pub bytes_per_second: f64,
    /// Of media, since the last report.
    pub packets_per_second: f64,
    /// Median and 95th percentile of the joins since the last report, if there were any.
    pub join_times: Option<(Duration, Duration)>,
}

impl fmt::Display for Report {
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            line,
            "{:>4} s: {} of {} in the call; {} joins, {} leaves, {} put out; {:.0} events/s, \
             {:.0} kB/s",
            self.elapsed.as_secs(),
            self.present,
            self.wanted,
            self.joins,
            self.leaves,
            self.lost,
            self.events_per_second,
            self.bytes_per_second / 1000.0,
        )?;
        if self.packets_per_second > 0.0 {
            write!(line, ", {:.0} packets/s", self.packets_per_second)?;
        }
        if let Some((median, late)) = self.join_times {
            let (median, late) = (median.as_millis(), late.as_millis());
            write!(line, "; a join took {median} ms, 95 % at most {late} ms")?;
        }
        Ok(())
    }
}
