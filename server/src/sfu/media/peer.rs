//! One peer connection of this server: str0m, driven without sockets.

use std::{
    mem,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use str0m::{
    Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcConfig,
    bwe::Bitrate,
    media::{Mid, Rid},
    net::{Protocol, Transmit},
    rtp::RtpPacket,
    stats::PeerStats,
};

use super::{
    consent::Consent,
    dependency_descriptor,
    endpoint::Endpoint,
    feedback::{Feedback, Totals},
    quality::Transport,
};
use crate::sfu::shard::Shard;

/// A peer connection.
pub struct Peer {
    /// str0m. Whoever changes it has [`Peer::drain`] called afterwards.
    pub rtc: Rtc,
    /// From where it is heard.
    pub consent: Consent,
    shard: Shard,
    transport: Transport,
    /// When the loss is looked at next.
    loss_due: Option<Instant>,
    totals: Totals,
    /// What is to be told with the loss.
    feedback: Feedback,
    /// Since when video is sent of which the client tells nothing.
    unanswered_since: Option<Instant>,
    /// Until when media is on its way; none if it only comes in.
    busy_until: Option<Instant>,
    /// There is more to be found out of the path, by what is sent at the right moment.
    pub is_searched: bool,
    /// The client was heard after a silence.
    resumed: bool,
    over: bool,
    /// A bug met this connection: it is about to be over, unless somebody else is to blame.
    fault: Option<Fault>,
}

/// Over what a peer connection broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// What its own client sent.
    Own,
    /// What was due, which may be a packet of somebody else that waits to be sent.
    Unclear,
}

/// What a peer connection is for, seen from the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    Publisher,
    Subscriber,
}

/// What a peer connection tells the rest of the SFU.
pub enum PeerEvent {
    /// A packet of a published track.
    Packet(Box<RtpPacket>),
    /// The receiver of an m-line cannot go on without a keyframe.
    KeyframeWanted(Mid),
    /// A published layer fell silent, or is heard again.
    LayerPaused { mid: Mid, rid: Option<Rid>, paused: bool },
    /// What is known of the path to the client.
    Path(Path),
    /// The connection is there, for the first time or again.
    Connected,
    /// The client is heard again after a time in which nothing came, while video was sent.
    Resumed,
    /// The transport's state or loss changed.
    Transport,
    /// Media went over the connection.
    Feedback(Feedback),
    /// The connection is over and will not come back.
    Closed,
}

/// A path to a client, as it is seen from here.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    /// How much it takes, in bits/s.
    pub estimate: u64,
    /// How long it took until the client told of the newest packet that it told of.
    pub round_trip: Option<Duration>,
    /// Packets of the last second that were lost on it, 0 to 1.
    pub loss: f32,
}

impl Peer {
    /// A peer connection of an endpoint.
    ///
    /// All codecs that are forwarded are configured; what is used is decided per m-line, by what
    /// is left of it in the description that goes out.
    pub fn new(endpoint: &Endpoint, direction: Side, now: Instant) -> Self {
        let (estimate, interval) = match direction {
            Side::Publisher => (None, LOSS_INTERVAL),
            Side::Subscriber => (Some(Bitrate::bps(FIRST_ESTIMATE)), PATH_INTERVAL),
        };
        let mut rtc = RtcConfig::new()
            .set_rtp_mode(true)
            // The address is known and reachable, so there is nothing for the full agent to find.
            .set_ice_lite(true)
            .set_local_ice_credentials(endpoint.shard.credentials())
            .set_dtls_cert(endpoint.certificate.clone())
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .enable_vp9(true)
            .enable_h264(true)
            .enable_av1(true)
            .set_extension(dependency_descriptor::ID, dependency_descriptor::extension())
            .enable_bwe(estimate)
            .set_stats_interval(Some(interval))
            .build(now);
        for address in &endpoint.addresses {
            match Candidate::host(*address, Protocol::Udp) {
                Ok(candidate) => {
                    rtc.add_local_candidate(candidate);
                }
                Err(error) => tracing::error!(%error, %address, "not an address for media"),
            }
        }
        Self {
            rtc,
            consent: Consent::default(),
            shard: endpoint.shard,
            transport: Transport::default(),
            loss_due: None,
            totals: Totals::default(),
            feedback: Feedback::default(),
            unanswered_since: None,
            busy_until: estimate.map(|_| now),
            is_searched: false,
            resumed: false,
            over: false,
            fault: None,
        }
    }

    /// Whether media can pass now.
    pub fn is_connected(&self) -> bool {
        self.transport.connected
    }

    /// State and loss.
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Whose it is.
    pub fn shard(&self) -> Shard {
        self.shard
    }

    /// A description of this peer, made by str0m, with a name in it that has the mark of the shard:
    /// when a client restarts ICE, str0m makes up a new one by itself.
    pub fn marked(&mut self, description: String) -> String {
        let mut api = self.rtc.direct_api();
        let made_up = api.local_ice_credentials();
        if self.shard.owns(&made_up.ufrag) {
            return description;
        }
        let marked = self.shard.credentials();
        // Both are random and long enough to be nothing else.
        let description = description.replace(&made_up.ufrag, &marked.ufrag);
        let description = description.replace(&made_up.pass, &marked.pass);
        api.set_local_ice_credentials(marked);
        description
    }

    /// By this name connectivity checks are addressed to this peer.
    pub fn user_fragment(&mut self) -> String {
        self.rtc.direct_api().local_ice_credentials().ufrag
    }

    /// What is taken for a check from where somebody answers, if it is not the check itself.
    pub fn choice(&mut self, check: &[u8]) -> Option<Vec<u8>> {
        let ours = self.rtc.direct_api().local_ice_credentials();
        self.consent.choice(check, &ours.ufrag, &ours.pass)
    }

    /// Whether the client answered from there lately.
    pub fn hears(&self, source: SocketAddr, now: Instant) -> bool {
        !self.over && self.consent.is_proven(source, now)
    }

    /// Whether a datagram is for this peer.
    pub fn accepts(&self, input: &Input<'_>) -> bool {
        !self.over && self.rtc.accepts(input)
    }

    /// Takes a datagram that is for it.
    pub fn receive(&mut self, input: Input<'_>, now: Instant) {
        let since = self.unanswered_since.take();
        self.resumed |= since.is_some_and(|since| now.saturating_duration_since(since) >= SILENCE);
        self.feed(input);
    }

    /// Something is sent that clients report on.
    pub fn expect_feedback(&mut self, now: Instant) {
        self.unanswered_since.get_or_insert(now);
    }

    /// Does something with str0m on behalf of the client. Whatever the client sent, only its own
    /// connection can break over it.
    pub fn attempt<T>(
        &mut self,
        action: impl FnOnce(&mut Rtc) -> Result<T, str0m::error::RtcError>,
    ) -> Result<T, String> {
        if self.over {
            return Err("the peer connection is over".to_owned());
        }
        match catch_unwind(AssertUnwindSafe(|| action(&mut self.rtc))) {
            Ok(result) => result.map_err(|error| error.to_string()),
            Err(_) => {
                self.fault = Some(Fault::Own);
                Err("internal error".to_owned())
            }
        }
    }

    /// Lets the time pass. Also needed right after a negotiation: str0m answers the connectivity
    /// checks that came before it only then.
    pub fn elapse(&mut self, now: Instant) {
        let fault = self.fault;
        self.feed(Input::Timeout(now));
        self.fault = fault.or(self.fault.map(|_| Fault::Unclear));
    }

    /// Whether it broke, and somebody else may be to blame.
    pub fn is_fault_unclear(&self) -> bool {
        !self.over && self.fault == Some(Fault::Unclear)
    }

    /// Whatever it broke over is gone.
    pub fn forgive(&mut self) {
        self.fault = None;
    }

    /// It is to blame for what broke. To be drained.
    pub fn condemn(&mut self) {
        self.fault = Some(Fault::Own);
    }

    /// Takes everything out that has to be sent or told. Returns when to call
    /// [`Peer::elapse`] next.
    pub fn drain(
        &mut self,
        now: Instant,
        outgoing: &mut Vec<Transmit>,
        events: &mut Vec<PeerEvent>,
    ) -> Instant {
        match self.fault {
            Some(Fault::Own) => self.end(events),
            Some(Fault::Unclear) => return now + FAR_FUTURE,
            None => {}
        }
        if std::mem::take(&mut self.resumed) {
            events.push(PeerEvent::Resumed);
        }
        let mut turns = 0;
        loop {
            if self.over {
                break now + FAR_FUTURE;
            }
            match self.attempt(Rtc::poll_output) {
                Ok(Output::Transmit(transmit)) => outgoing.push(transmit),
                Ok(Output::Event(event)) => self.on_event(event, events),
                // RTP that was written leaves only with the next elapse, so this is often due.
                // str0m's estimator asks for it without end where it measured no round trip time.
                Ok(Output::Timeout(due)) if due <= now && turns < MOST_TURNS => {
                    turns += 1;
                    self.elapse(now);
                }
                Ok(Output::Timeout(due)) => break due.max(now + self.pause(now)),
                Err(_) if self.fault.is_some() => {
                    self.fault = Some(Fault::Unclear);
                    break now + FAR_FUTURE;
                }
                Err(error) => {
                    tracing::debug!(%error, "peer connection failed");
                    self.end(events);
                    break now + FAR_FUTURE;
                }
            }
            self.note_connection(events);
        }
    }

    /// Something was written to be sent.
    pub fn keep_busy(&mut self, now: Instant) {
        if let Some(until) = &mut self.busy_until {
            *until = now + BUSY_FOR;
        }
    }

    /// How long time has to stand still at least. Where a picture was sent once, str0m fills the path
    /// up to 50 kbit/s for ever, whether the client is still there or not: so many tiny packets are
    /// dearer than sound. It makes one each time that time passes.
    fn pause(&self, now: Instant) -> Duration {
        let is_quiet = self.busy_until.is_some_and(|until| until < now) && !self.is_searched;
        if is_quiet && self.transport.connected { QUIET_PAUSE } else { SHORTEST_PAUSE }
    }

    fn feed(&mut self, input: Input<'_>) {
        if let Err(error) = self.attempt(|rtc| rtc.handle_input(input)) {
            // What comes from the network may be anything; a dead connection shows itself.
            tracing::debug!(%error, "input refused");
        }
    }

    fn on_event(&mut self, event: Event, events: &mut Vec<PeerEvent>) {
        match event {
            Event::RtpPacket(packet) => events.push(PeerEvent::Packet(Box::new(packet))),
            Event::KeyframeRequest(request) => {
                events.push(PeerEvent::KeyframeWanted(request.mid));
            }
            Event::StreamPaused(stream) => events.push(PeerEvent::LayerPaused {
                mid: stream.mid,
                rid: stream.rid,
                paused: stream.paused,
            }),
            // The estimate that comes as an event of its own is an average of the last seconds.
            Event::PeerStats(stats) => {
                if let Some(estimate) = stats.bwe_tx {
                    let estimate = estimate.as_u64();
                    let loss = stats.egress_loss_fraction.unwrap_or_default();
                    events.push(PeerEvent::Path(Path { estimate, round_trip: stats.rtt, loss }));
                }
                self.note_loss(&stats, events);
            }
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {
                tracing::debug!("peer connection lost its transport");
            }
            Event::MediaEgressStats(stats) => self.feedback += self.totals.sent(&stats),
            Event::MediaIngressStats(stats) => self.feedback += self.totals.received(&stats),
            Event::Closed => self.end(events),
            _ => {}
        }
    }

    fn note_loss(&mut self, stats: &PeerStats, events: &mut Vec<PeerEvent>) {
        if self.loss_due.is_some_and(|due| stats.timestamp < due) {
            return;
        }
        self.loss_due = Some(stats.timestamp + LOSS_INTERVAL);
        events.push(PeerEvent::Feedback(mem::take(&mut self.feedback)));
        let losses = [stats.egress_loss_fraction, stats.ingress_loss_fraction];
        let loss = losses.into_iter().flatten().fold(0.0, f32::max);
        if (loss - self.transport.loss).abs() > f32::EPSILON {
            self.transport.loss = loss;
            events.push(PeerEvent::Transport);
        }
    }

    fn note_connection(&mut self, events: &mut Vec<PeerEvent>) {
        let connected = self.rtc.is_connected() && !self.over;
        if connected != self.transport.connected {
            self.transport.connected = connected;
            self.transport.established |= connected;
            events.push(PeerEvent::Transport);
            if connected {
                events.push(PeerEvent::Connected);
            }
        }
    }

    fn end(&mut self, events: &mut Vec<PeerEvent>) {
        if !self.over {
            self.over = true;
            events.push(PeerEvent::Closed);
        }
    }
}

/// How often time passes for a peer before the others have their turn.
const MOST_TURNS: u32 = 1000;
/// A clock with this resolution is fine enough for media.
const SHORTEST_PAUSE: Duration = Duration::from_micros(100);
/// Soon enough for what a connection does that carries nothing.
const QUIET_PAUSE: Duration = Duration::from_millis(200);
/// What was sent may be asked for again.
const BUSY_FOR: Duration = Duration::from_secs(1);
/// bits/s. Enough for a few small videos, until it is known better.
const FIRST_ESTIMATE: u64 = 1_500_000;
/// How often the path to a subscriber is looked at. What it does not take any more has to be
/// noticed before it fills the queues.
const PATH_INTERVAL: Duration = Duration::from_millis(100);
/// How often the loss is looked at.
const LOSS_INTERVAL: Duration = Duration::from_secs(2);
/// Clients report on video four times a second and more. What is lost in less is sent again in time.
const SILENCE: Duration = Duration::from_millis(450);
const FAR_FUTURE: Duration = Duration::from_secs(24 * 60 * 60);
