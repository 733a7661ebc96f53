//! What passes the media port, counted, and how busy those are who see to it.

use std::time::Duration;

use super::network::Sent;
use crate::metrics::{Counter, Registry};

/// What is sent.
#[derive(Clone)]
pub struct Outbound {
    datagrams: Counter,
    bytes: Counter,
    calls: Counter,
    refused: Counter,
}

/// What is received.
pub struct Inbound {
    received: Counter,
    busy: Counter,
    questions: Counter,
    unaddressed: Counter,
}

impl Outbound {
    /// Of the whole server.
    pub fn new(metrics: &Registry) -> Self {
        let counter = |name, help| metrics.counter(name, help, &[]);
        Self {
            datagrams: counter("trunkline_sfu_datagrams_sent_total", "Datagrams of media sent."),
            bytes: counter("trunkline_sfu_bytes_sent_total", "Bytes in datagrams of media sent."),
            calls: counter(
                "trunkline_sfu_send_calls_total",
                "Calls of the system that sent media: one may take several datagrams.",
            ),
            refused: counter(
                "trunkline_sfu_datagrams_refused_total",
                "Datagrams of media that the system did not send.",
            ),
        }
    }

    /// So much more was sent.
    pub fn count(&self, sent: Sent) {
        self.datagrams.add(sent.datagrams);
        self.bytes.add(sent.bytes);
        self.calls.add(sent.calls);
        self.refused.add(sent.refused);
    }
}

impl Inbound {
    /// Of the whole server.
    pub fn new(metrics: &Registry) -> Self {
        let help = "Datagrams of media that were given to a worker.";
        let received = metrics.counter("trunkline_sfu_datagrams_received_total", help, &[]);
        let dropped = |reason| {
            let help = "Datagrams that the media port did not take.";
            metrics.counter("trunkline_sfu_datagrams_dropped_total", help, &[("reason", reason)])
        };
        Self {
            received,
            busy: dropped("busy"),
            questions: dropped("questions"),
            unaddressed: dropped("unaddressed"),
        }
    }

    /// So many were for one worker, which was too busy unless they are taken.
    pub fn count_given(&self, datagrams: usize, is_taken: bool) {
        let counter = if is_taken { &self.received } else { &self.busy };
        counter.add(u64::try_from(datagrams).unwrap_or(u64::MAX));
    }

    /// One was for nobody.
    pub fn count_unaddressed(&self) {
        self.unaddressed.increment();
    }

    /// Somebody asked too often from where they send.
    pub fn count_question(&self) {
        self.questions.increment();
    }
}

/// How long a thread has been on a core.
pub struct CoreTime(Counter);

impl CoreTime {
    /// Of the thread with this name.
    pub fn new(metrics: &Registry, thread: &str) -> Self {
        let help = "Time on a core of the threads that carry media: the reader of the port, and \
                    the workers among whom the calls are divided.";
        let name = "trunkline_sfu_thread_microseconds_total";
        Self(metrics.counter(name, help, &[("thread", thread)]))
    }

    /// So much more.
    pub fn add(&self, time: Duration) {
        self.0.add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }
}
