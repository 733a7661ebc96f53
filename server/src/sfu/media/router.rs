//! All peer connections: which datagram is for whom, and which packet goes to whom.

use std::{
    collections::{BTreeSet, HashMap},
    net::SocketAddr,
    time::Instant,
};

use str0m::{
    Input,
    net::{Protocol, Receive, Transmit},
    rtp::RtpPacket,
};
use trunkline_protocol::sfu::{
    event::SubscriberOffer,
    models::{ConnectionQuality, Error, ErrorCode, TrackInfo, TrackType},
};

use super::{
    output::Content,
    peer::{Peer, PeerEvent},
    publisher::Publisher,
    quality,
    subscriber::{Overdue, Subscriber},
};
use crate::sfu::{
    ids::{SessionKey, TrackKey, is_audio},
    signalling::{AvailableTrack, error},
};

/// The media of all sessions.
pub struct Media {
    /// Where clients send to.
    address: SocketAddr,
    sessions: HashMap<SessionKey, Sides>,
    /// Who sends from where, as learned from what was accepted.
    sources: HashMap<SocketAddr, PeerKey>,
    /// Who receives a track.
    viewers: HashMap<TrackKey, Vec<SessionKey>>,
    timers: BTreeSet<(Instant, PeerKey)>,
    outgoing: Vec<Transmit>,
    events: Vec<MediaEvent>,
}

/// What media has to tell signalling.
#[derive(Debug, PartialEq)]
pub enum MediaEvent {
    /// Loudness of one packet of a microphone, in dBov.
    Level { session: SessionKey, dbov: i8 },
    /// Offer this to the session's client.
    Offer { session: SessionKey, offer: SubscriberOffer },
    /// How well a session is connected.
    Quality { session: SessionKey, quality: ConnectionQuality },
    /// A peer connection of the session is beyond repair.
    Failed { session: SessionKey },
}

/// The two peer connections of a session; each is made when it is needed.
#[derive(Default)]
struct Sides {
    publisher: Option<Timed<Publisher>>,
    subscriber: Option<Timed<Subscriber>>,
}

/// A peer connection and its place in the timers.
struct Timed<P> {
    side: P,
    due: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct PeerKey {
    session: SessionKey,
    side: Side,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Side {
    Publisher,
    Subscriber,
}

impl Media {
    /// Media that clients reach at `address`.
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            sessions: HashMap::new(),
            sources: HashMap::new(),
            viewers: HashMap::new(),
            timers: BTreeSet::new(),
            outgoing: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Takes an offer to publish. Returns the answer; a refused offer changes nothing.
    pub fn publish(
        &mut self,
        session: SessionKey,
        offer: &str,
        tracks: &[TrackInfo],
        now: Instant,
    ) -> Result<String, Error> {
        let sides = self.sessions.entry(session).or_default();
        let answer = match &mut sides.publisher {
            Some(publisher) => publisher.side.accept(offer, tracks, now),
            None => {
                let mut publisher = Publisher::new(self.address, now);
                let answer = publisher.accept(offer, tracks, now);
                if answer.is_ok() {
                    sides.publisher = Some(Timed { side: publisher, due: None });
                }
                answer
            }
        };
        self.drain(vec![PeerKey { session, side: Side::Publisher }], now);
        answer
    }

    /// Brings what a session receives up to date.
    pub fn subscribe(&mut self, session: SessionKey, tracks: &[AvailableTrack], now: Instant) {
        let sides = self.sessions.entry(session).or_default();
        if sides.subscriber.is_none() && !tracks.iter().any(|track| track.wish.is_some()) {
            return;
        }
        let address = self.address;
        let subscriber = sides
            .subscriber
            .get_or_insert_with(|| Timed { side: Subscriber::new(address, now), due: None });
        let difference = subscriber.side.update(tracks);
        for key in difference.removed {
            if let Some(viewers) = self.viewers.get_mut(&key) {
                viewers.retain(|viewer| *viewer != session);
            }
        }
        for key in difference.added {
            self.viewers.entry(key).or_default().push(session);
        }
        self.retarget_all(session, now);
        self.negotiate(session, now);
    }

    /// Takes the answer to a subscriber offer.
    pub fn answer(
        &mut self,
        session: SessionKey,
        negotiation_id: u32,
        answer: &str,
        now: Instant,
    ) -> Result<(), Error> {
        let Some(subscriber) = self.subscriber(session) else {
            return Err(error(ErrorCode::RequestValidationFailed, "nothing was offered"));
        };
        let result = subscriber.answer(negotiation_id, answer, now);
        if result.is_err() {
            self.events.push(MediaEvent::Failed { session });
        }
        self.drain(vec![PeerKey { session, side: Side::Subscriber }], now);
        self.retarget_all(session, now);
        self.negotiate(session, now);
        result
    }

    /// Offers an ICE restart to the session's subscriber.
    pub fn restart_subscriber(&mut self, session: SessionKey, now: Instant) {
        if let Some(subscriber) = self.subscriber(session) {
            subscriber.restart();
            self.negotiate(session, now);
        }
    }

    /// The session is over.
    pub fn forget(&mut self, session: SessionKey) {
        self.sessions.remove(&session);
        self.sources.retain(|_, peer| peer.session != session);
        self.timers.retain(|(_, peer)| peer.session != session);
        self.viewers.retain(|track, viewers| {
            viewers.retain(|viewer| *viewer != session);
            track.publisher != session && !viewers.is_empty()
        });
    }

    /// Takes a datagram.
    pub fn receive(&mut self, source: SocketAddr, datagram: &[u8], now: Instant) {
        let Ok(receive) = Receive::new(Protocol::Udp, source, self.address, datagram) else {
            return;
        };
        let mut input = Input::Receive(now, receive);
        if let Some(known) = self.sources.get(&source).copied() {
            match self.offer_input(known, input) {
                Ok(()) => return self.drain(vec![known], now),
                Err(refused) => input = refused,
            }
        }
        let sides = [Side::Publisher, Side::Subscriber];
        let peers: Vec<_> = self
            .sessions
            .keys()
            .flat_map(|session| sides.map(|side| PeerKey { session: *session, side }))
            .collect();
        for peer in peers {
            match self.offer_input(peer, input) {
                Ok(()) => {
                    self.sources.insert(source, peer);
                    return self.drain(vec![peer], now);
                }
                Err(refused) => input = refused,
            }
        }
    }

    /// Does what is due.
    pub fn elapse(&mut self, now: Instant) {
        while let Some((due, peer)) = self.timers.first().copied()
            && due <= now
        {
            self.timers.pop_first();
            if let Some(peer) = self.peer(peer) {
                peer.elapse(now);
            }
            self.drain(vec![peer], now);
        }
    }

    /// What is done from time to time: keyframe requests that were lost, offers without answer.
    /// `has_signal` tells whether a session's client can be asked at all.
    pub fn upkeep(&mut self, has_signal: impl Fn(SessionKey) -> bool, now: Instant) {
        let sessions: Vec<_> = self.sessions.keys().copied().collect();
        for session in sessions {
            self.request_keyframes(session, now);
            if !has_signal(session) {
                continue;
            }
            match self.subscriber(session).and_then(|subscriber| subscriber.overdue(now)) {
                Some(Overdue::Repeat(offer)) => {
                    self.events.push(MediaEvent::Offer { session, offer });
                }
                Some(Overdue::GaveUp) => self.events.push(MediaEvent::Failed { session }),
                None => {}
            }
        }
    }

    /// When to call [`Media::elapse`] next.
    pub fn due(&self) -> Option<Instant> {
        self.timers.first().map(|(due, _)| *due)
    }

    /// Datagrams to send.
    pub fn take_outgoing(&mut self) -> Vec<Transmit> {
        std::mem::take(&mut self.outgoing)
    }

    /// What to tell signalling.
    pub fn take_events(&mut self) -> Vec<MediaEvent> {
        std::mem::take(&mut self.events)
    }

    fn negotiate(&mut self, session: SessionKey, now: Instant) {
        let offer = self.subscriber(session).and_then(|subscriber| subscriber.offer(now));
        if let Some(offer) = offer {
            self.events.push(MediaEvent::Offer { session, offer });
            self.drain(vec![PeerKey { session, side: Side::Subscriber }], now);
        }
    }

    /// Takes everything out of these peers, and of those they make work for.
    fn drain(&mut self, mut peers: Vec<PeerKey>, now: Instant) {
        let mut events = Vec::new();
        while let Some(key) = peers.pop() {
            let Self { sessions, outgoing, timers, .. } = self;
            let Some((peer, due)) = sessions.get_mut(&key.session).and_then(|s| s.peer(key.side))
            else {
                continue;
            };
            let next = peer.drain(now, outgoing, &mut events);
            if let Some(due) = due.replace(next) {
                timers.remove(&(due, key));
            }
            timers.insert((next, key));
            for event in events.drain(..) {
                self.on_event(key, event, &mut peers, now);
            }
        }
    }

    fn on_event(
        &mut self,
        from: PeerKey,
        event: PeerEvent,
        touched: &mut Vec<PeerKey>,
        now: Instant,
    ) {
        let session = from.session;
        match event {
            PeerEvent::Packet(packet) => self.route(session, &packet, touched, now),
            PeerEvent::LayerPaused { mid, rid, paused: true } => {
                let silenced = self.publisher(session).and_then(|p| p.silence(mid, rid));
                if let Some(kind) = silenced {
                    self.retarget(TrackKey { publisher: session, kind });
                    self.ask_keyframes(session, touched, now);
                }
            }
            // The first packet after the pause tells.
            PeerEvent::LayerPaused { paused: false, .. } => {}
            PeerEvent::KeyframeWanted(mid) => {
                let wanted = self.subscriber(session).and_then(|s| s.layer_at(mid));
                if let Some((track, layer)) = wanted
                    && let Some(publisher) = self.publisher(track.publisher)
                {
                    publisher.want_keyframe(track.kind, layer);
                    self.ask_keyframes(track.publisher, touched, now);
                }
            }
            PeerEvent::Transport => self.on_transport(from, touched, now),
            PeerEvent::Closed => self.events.push(MediaEvent::Failed { session }),
        }
    }

    /// Sends a packet on to everybody who receives its track.
    fn route(
        &mut self,
        session: SessionKey,
        packet: &RtpPacket,
        touched: &mut Vec<PeerKey>,
        now: Instant,
    ) {
        let Some(origin) = self.publisher(session).and_then(|p| p.locate(packet)) else {
            return;
        };
        let track = TrackKey { publisher: session, kind: origin.kind };
        let content = Content::of(packet, origin.kind);
        if content.is_keyframe
            && let Some(publisher) = self.publisher(session)
        {
            publisher.keyframe_arrived(origin.kind, origin.layer);
        }
        if origin.kind == TrackType::Audio
            && let Some(dbov) = packet.header.ext_vals.audio_level
        {
            self.events.push(MediaEvent::Level { session, dbov });
        }
        if origin.is_new_layer && !is_audio(origin.kind) {
            self.retarget(track);
            self.ask_keyframes(session, touched, now);
        }
        let Self { viewers, sessions, .. } = self;
        for viewer in viewers.get(&track).map(Vec::as_slice).unwrap_or_default() {
            let subscriber = sessions.get_mut(viewer).and_then(|s| s.subscriber.as_mut());
            let passed = subscriber.is_some_and(|subscriber| {
                subscriber.side.forward(track, packet, origin.layer, &content, origin.codec, now)
            });
            if passed {
                touched.push(PeerKey { session: *viewer, side: Side::Subscriber });
            }
        }
    }

    fn on_transport(&mut self, from: PeerKey, touched: &mut Vec<PeerKey>, now: Instant) {
        let session = from.session;
        let Some(sides) = self.sessions.get(&session) else {
            return;
        };
        let quality = quality::rate(&sides.transports());
        self.events.push(MediaEvent::Quality { session, quality });
        if from.side == Side::Subscriber
            && let Some(subscriber) = self.subscriber(session)
            && subscriber.peer.is_connected()
        {
            // What was not forwarded meanwhile leaves holes that no retransmission fills.
            for track in subscriber.resync() {
                self.retarget(track);
                self.ask_keyframes(track.publisher, touched, now);
            }
        }
    }

    /// Chooses the layers of everything a session receives.
    fn retarget_all(&mut self, session: SessionKey, now: Instant) {
        let tracks = self.subscriber(session).map(|s| s.tracks()).unwrap_or_default();
        for track in tracks {
            self.retarget(track);
            self.request_keyframes(track.publisher, now);
        }
    }

    /// Chooses the layer of a track for everybody who receives it.
    fn retarget(&mut self, track: TrackKey) {
        let Some(publisher) = self.publisher(track.publisher) else {
            return;
        };
        let arriving = publisher.arriving(track.kind);
        let viewers = self.viewers.get(&track).cloned().unwrap_or_default();
        for viewer in viewers {
            let needed = self.subscriber(viewer).and_then(|s| s.retarget(track, &arriving));
            if let Some(layer) = needed
                && let Some(publisher) = self.publisher(track.publisher)
            {
                publisher.want_keyframe(track.kind, layer);
            }
        }
    }

    fn request_keyframes(&mut self, session: SessionKey, now: Instant) {
        let mut touched = Vec::new();
        self.ask_keyframes(session, &mut touched, now);
        self.drain(touched, now);
    }

    fn ask_keyframes(&mut self, session: SessionKey, touched: &mut Vec<PeerKey>, now: Instant) {
        if self.publisher(session).is_some_and(|publisher| publisher.request_keyframes(now)) {
            touched.push(PeerKey { session, side: Side::Publisher });
        }
    }

    fn offer_input<'a>(&mut self, key: PeerKey, input: Input<'a>) -> Result<(), Input<'a>> {
        match self.peer(key) {
            Some(peer) => peer.receive(input),
            None => Err(input),
        }
    }

    fn peer(&mut self, key: PeerKey) -> Option<&mut Peer> {
        self.sessions.get_mut(&key.session)?.peer(key.side).map(|(peer, _)| peer)
    }

    fn publisher(&mut self, session: SessionKey) -> Option<&mut Publisher> {
        self.sessions.get_mut(&session)?.publisher.as_mut().map(|timed| &mut timed.side)
    }

    fn subscriber(&mut self, session: SessionKey) -> Option<&mut Subscriber> {
        self.sessions.get_mut(&session)?.subscriber.as_mut().map(|timed| &mut timed.side)
    }
}

impl Sides {
    fn peer(&mut self, side: Side) -> Option<(&mut Peer, &mut Option<Instant>)> {
        match side {
            Side::Publisher => {
                self.publisher.as_mut().map(|timed| (&mut timed.side.peer, &mut timed.due))
            }
            Side::Subscriber => {
                self.subscriber.as_mut().map(|timed| (&mut timed.side.peer, &mut timed.due))
            }
        }
    }

    fn transports(&self) -> Vec<quality::Transport> {
        let publisher = self.publisher.as_ref().map(|timed| timed.side.peer.transport());
        let subscriber = self.subscriber.as_ref().map(|timed| timed.side.peer.transport());
        publisher.into_iter().chain(subscriber).collect()
    }
}
