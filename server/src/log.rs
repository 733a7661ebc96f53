//! The log: what is written, and that writing it keeps nobody waiting.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    collections::HashMap,
    convert::Infallible,
    io::{self, IsTerminal, Write},
    panic::{self, PanicHookInfo},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tracing::{Event, Level, Metadata, Subscriber, callsite::Identifier, metadata::LevelFilter};
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{
    EnvFilter, Layer,
    fmt::MakeWriter,
    layer::{Context, Filter, SubscriberExt},
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use crate::metrics::{Counter, Registry};

/// The log of this process. Writes what is left when it is dropped, if that can be written soon.
pub struct Log {
    /// Dropped to have the teller end.
    open: Option<mpsc::Sender<Infallible>>,
    teller: Option<JoinHandle<()>>,
    // After the last that is told.
    _writer: WorkerGuard,
}

impl Log {
    /// Begins to write to the standard error stream. `RUST_LOG` says what, in place of `WHAT`.
    pub fn start(json: bool, metrics: &Registry) -> Self {
        let (writer, guard) = in_background(io::stderr(), MOST_WAITING);
        let pace = Arc::<Pace>::default();
        let mut losses = Losses::new(writer.error_counter(), Arc::clone(&pace), metrics);
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(WHAT));
        let lines = lines(json, writer, io::stderr().is_terminal()).with_filter(Paced(pace));
        tracing_subscriber::registry().with(filter).with(lines).init();
        panic::set_hook(Box::new(log_panic));
        let (open, closed) = mpsc::channel();
        let tell = move || {
            while closed.recv_timeout(BETWEEN_COUNTS) == Err(RecvTimeoutError::Timeout) {
                losses.tell();
            }
            losses.tell();
        };
        // Without it nothing is lost but counts.
        let teller = thread::Builder::new().name("log-counts".into()).spawn(tell).ok();
        Self { open: Some(open), teller, _writer: guard }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.open = None;
        // It does not panic.
        self.teller.take().map(JoinHandle::join);
    }
}

/// Hands what it is given to a thread that writes it. When so many lines wait, others are lost.
fn in_background(to: impl Write + Send + 'static, most: usize) -> (NonBlocking, WorkerGuard) {
    NonBlockingBuilder::default()
        .buffered_lines_limit(most)
        .lossy(true)
        .thread_name("log")
        .finish(to)
}

fn lines<S, W>(json: bool, writer: W, colors: bool) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_ansi(colors).with_writer(writer);
    if json { Box::new(lines.json()) } else { Box::new(lines) }
}

/// The usual hook writes to the standard error stream itself, and whoever panics waits for that.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let thread = thread::current();
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then_some(backtrace);
    tracing::error!(
        thread = thread.name(),
        backtrace = backtrace.as_ref().map(tracing::field::display),
        "{panic}"
    );
}

/// How many lines of each kind there were: what strangers can cause is to say little.
#[derive(Default)]
struct Pace {
    kinds: Mutex<HashMap<Identifier, Kind>>,
}

/// Lines of one place in the code.
struct Kind {
    name: &'static str,
    /// The second that is counted.
    since: Instant,
    lines: u32,
    held_back: u64,
}

impl Pace {
    fn allow(&self, metadata: &'static Metadata<'static>, now: Instant) -> bool {
        let mut kinds = self.lock();
        let kind = kinds.entry(metadata.callsite()).or_insert(Kind {
            name: metadata.name(),
            since: now,
            lines: 0,
            held_back: 0,
        });
        if now.saturating_duration_since(kind.since) >= SECOND {
            (kind.since, kind.lines) = (now, 0);
        }
        let passes = kind.lines < MOST_OF_A_KIND;
        if passes {
            kind.lines += 1;
        } else {
            kind.held_back += 1;
        }
        passes
    }

    /// Of which kinds lines were held back since this was asked, and how many.
    fn held_back(&self) -> Vec<(&'static str, u64)> {
        let mut kinds = self.lock();
        let counts =
            kinds.values_mut().map(|kind| (kind.name, std::mem::take(&mut kind.held_back)));
        counts.filter(|(_, count)| *count > 0).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Identifier, Kind>> {
        // No method leaves the counts half changed.
        self.kinds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets pass what the pace allows.
struct Paced(Arc<Pace>);

impl<S> Filter<S> for Paced {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        let metadata = event.metadata();
        // Whoever asked for one line of each request, or for details, wants all of them.
        let is_asked_for = metadata.target() == ACCESS || *metadata.level() > Level::INFO;
        is_asked_for || self.0.allow(metadata, Instant::now())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        None
    }
}

/// What was not written, and why.
struct Losses {
    overflow: ErrorCounter,
    overflow_told: u64,
    pace: Arc<Pace>,
    lost: Counter,
    held_back: Counter,
}

impl Losses {
    fn new(overflow: ErrorCounter, pace: Arc<Pace>, metrics: &Registry) -> Self {
        let counter = |why| {
            let help = "Lines of the log that were not written.";
            metrics.counter("trunkline_log_lines_left_out_total", help, &[("why", why)])
        };
        let (lost, held_back) = (counter("slow_writer"), counter("repeated"));
        Self { overflow, overflow_told: 0, pace, lost, held_back }
    }

    fn tell(&mut self) {
        for (kind, lines) in self.pace.held_back() {
            self.held_back.add(lines);
            tracing::warn!(kind, lines, "repeated lines were left out");
        }
        let all = u64::try_from(self.overflow.dropped_lines()).unwrap_or(u64::MAX);
        let lines = all.saturating_sub(self.overflow_told);
        if lines > 0 {
            self.overflow_told = all;
            self.lost.add(lines);
            tracing::warn!(lines, "lines were lost: they cannot be written as fast as they come");
        }
    }
}

/// Dependencies tell of what strangers send, some with a line for each datagram.
const WHAT: &str = "error,trunkline_server=info";
const ACCESS: &str = "trunkline_server::access";
/// Lines that wait to be written.
const MOST_WAITING: usize = 8192;
/// Lines from one place in the code, in a second.
const MOST_OF_A_KIND: u32 = 20;
const SECOND: Duration = Duration::from_secs(1);
const BETWEEN_COUNTS: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    /// Passes on what is written, and waits until it is taken.
    struct Taken(mpsc::SyncSender<String>);

    impl Write for Taken {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let text = String::from_utf8(bytes.to_vec()).map_err(io::Error::other)?;
            self.0.send(text).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct World {
        written: mpsc::Receiver<String>,
        guard: WorkerGuard,
        losses: Losses,
        metrics: Registry,
    }

    /// Logs with room for so many lines into something that takes no line until it is read.
    fn world(most: usize, log: impl FnOnce()) -> World {
        let (taken, written) = mpsc::sync_channel(0);
        let (writer, guard) = in_background(Taken(taken), most);
        let (pace, metrics) = (Arc::<Pace>::default(), Registry::default());
        let mut losses = Losses::new(writer.error_counter(), Arc::clone(&pace), &metrics);
        let lines = lines(false, writer, false).with_filter(Paced(pace));
        let log_of_test = tracing_subscriber::registry().with(EnvFilter::new(WHAT)).with(lines);
        tracing::subscriber::with_default(log_of_test, || {
            log();
            losses.tell();
        });
        World { written, guard, losses, metrics }
    }

    impl World {
        fn lines(self) -> Vec<String> {
            let writing = thread::spawn(move || drop(self.guard));
            // Ends when all is written.
            let lines = self.written.iter().collect();
            writing.join().unwrap();
            lines
        }

        fn left_out(&self, why: &'static str) -> u64 {
            let name = "trunkline_log_lines_left_out_total";
            self.metrics.counter(name, "", &[("why", why)]).get()
        }
    }

    #[test]
    fn who_logs_does_not_wait_for_the_writer_and_what_finds_no_room_is_counted() {
        // Nothing is read meanwhile: this would never end.
        let world = world(10, || {
            for number in 0..1000 {
                tracing::info!(target: "trunkline_server::access", number, "GET");
            }
        });
        // One may be with the writer.
        let lost = world.left_out("slow_writer");
        assert!((989..=990).contains(&lost), "{lost}");
        assert_eq!(world.losses.overflow_told, lost);
        let lines = world.lines();
        assert_eq!(lines.len() as u64, 1000 - lost, "the others are written at the end");
        assert!(lines[0].contains("GET number=0"), "{lines:?}");
    }

    #[test]
    fn lines_of_one_kind_are_few_and_no_other_suffers() {
        let world = world(100_000, || {
            for number in 0..5000 {
                tracing::warn!(target: "trunkline_server", number, "garbage");
                tracing::warn!(target: "str0m", number, "garbage, too");
                tracing::info!(target: "trunkline_server::access", "GET");
            }
            tracing::error!(target: "trunkline_server", "something else");
        });
        let held_back = world.left_out("repeated");
        assert_eq!(world.left_out("slow_writer"), 0);
        let lines = world.lines();
        let count = |what: &str| lines.iter().filter(|line| line.contains(what)).count() as u64;
        // Few, unless this takes minutes.
        assert!(held_back > 0 && count(": garbage number") == 5000 - held_back, "{held_back}");
        assert_eq!(count("garbage, too"), 0, "a dependency");
        assert_eq!((count("GET"), count("something else")), (5000, 1));
        let told = format!("lines={held_back}");
        let tells = |line: &&String| line.contains("left out") && line.contains(&told);
        assert_eq!(lines.iter().filter(tells).count(), 1);
    }

    #[test]
    fn a_kind_is_heard_again_in_the_next_second() {
        fn kind() -> &'static Metadata<'static> {
            static CALLSITE: tracing::callsite::DefaultCallsite =
                tracing::callsite::DefaultCallsite::new(&METADATA);
            static METADATA: Metadata<'static> = tracing::metadata! {
                name: "kind", target: "trunkline_server", level: Level::WARN,
                fields: tracing::fieldset!(), callsite: &CALLSITE,
                kind: tracing::metadata::Kind::EVENT,
            };
            &METADATA
        }
        let (pace, start) = (Pace::default(), Instant::now());
        let passed = |at: Duration| (0..100).filter(|_| pace.allow(kind(), start + at)).count();
        assert_eq!(passed(Duration::ZERO), 20);
        assert_eq!(passed(Duration::from_millis(999)), 0);
        assert_eq!(pace.held_back(), [("kind", 180)]);
        assert_eq!(passed(SECOND), 20);
        assert_eq!(pace.held_back(), [("kind", 80)]);
        assert_eq!(pace.held_back(), []);
    }
}
