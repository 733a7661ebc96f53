//! When and what the SFU is told of how the media of a session flow (SFU protocol, SendStats).

use trunkline_protocol::compact::{Write, Writer};

use super::{CallContext, CallSession, Phase, rpc::Rpc, sfu::SfuSession};
use crate::core::{
    host::Host,
    ids::PeerId,
    time::{Duration, Time},
};

/// The first rounds come soon, as trouble mostly shows at the beginning.
const FIRST_GAPS: [Duration; 4] = [
    Duration::from_millis(1_500),
    Duration::from_millis(3_000),
    Duration::from_millis(3_000),
    Duration::from_millis(5_000),
];

/// The rounds of one session.
#[derive(Debug)]
pub(crate) struct Statistics {
    interval: Duration,
    due: Option<Time>,
    round: usize,
    in_flight: bool,
    /// What the browser has read for the round so far, by connection.
    read: Vec<(PeerId, String)>,
}

impl Statistics {
    /// One round each `interval` ms; none at all when that is not positive.
    pub(crate) fn new(now: Time, interval: f64) -> Self {
        let [first, ..] = FIRST_GAPS;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole ms
        let interval = Duration::from_millis(interval.max(0.0) as u64);
        let due = (interval > Duration::ZERO).then(|| now + first);
        Self { interval, due, round: 0, in_flight: false, read: Vec::new() }
    }

    pub(crate) fn due(&self) -> Option<Time> {
        self.due
    }

    /// Whether to collect now. A round is left out while the one before is under way.
    pub(crate) fn on_timeout(&mut self, now: Time) -> bool {
        if self.due.is_none_or(|due| due > now) {
            return false;
        }
        self.round += 1;
        let gap = FIRST_GAPS.get(self.round).copied().unwrap_or(self.interval);
        self.due = Some(now + gap);
        // A round that the browser never read to its end is none.
        self.read.clear();
        !self.in_flight
    }

    /// It arrived, or did not.
    pub(crate) fn answered(&mut self) {
        self.in_flight = false;
    }
}

/// The part of a `SendStatsRequest` that a browser fills in. The whole message holds a dozen others
/// that only phones have, and an app would download the code that writes them.
struct Round<'a> {
    session_id: &'a str,
    /// JSON arrays of all entries of `getStats()`.
    subscriber: &'a str,
    publisher: &'a str,
    /// Name and version of the browser.
    browser: &'a str,
}

impl Write for Round<'_> {
    fn write(&self, out: &mut Writer) {
        out.string(1, self.session_id);
        out.string(2, self.subscriber);
        out.string(3, self.publisher);
        out.string(4, self.browser);
        out.string(5, "trunkline");
        out.string(6, env!("CARGO_PKG_VERSION"));
    }
}

impl<H: Host> CallSession<H> {
    /// The browser has read the statistics of one connection, or has not; once it has read all of
    /// them, the SFU is told.
    pub(super) fn on_statistics(
        &mut self,
        context: &mut CallContext<'_, H>,
        peer: PeerId,
        read: Result<String, H::Thrown>,
    ) {
        let Phase::Joined(session) = &mut self.phase else {
            return;
        };
        let SfuSession { session_id, rpcs, subscriber, publisher, statistics, .. } = &mut **session;
        // A connection that cannot be read makes no round; the next one has better luck.
        let (Some(statistics), Ok(text)) = (statistics, read) else {
            return;
        };
        statistics.read.push((peer, text));
        let of = |peer| {
            let read = statistics.read.iter().rev().find(|(of, _)| *of == peer);
            read.map(|(_, text)| text.as_str())
        };
        let sent = match publisher {
            Some(publisher) => of(publisher.peer),
            None => Some("[]"),
        };
        let (Some(subscriber), Some(publisher)) = (of(subscriber.peer), sent) else {
            return;
        };
        let (name, version) = &context.config.browser;
        let browser = format!("{name}-{version}");
        let round = Round { session_id, subscriber, publisher, browser: &browser };
        rpcs.send(context.out, Rpc::SendStats, &round);
        statistics.read.clear();
        statistics.in_flight = true;
    }
}
