//! All peer connections: which datagram is for whom, and what each is asked to do.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    net::SocketAddr,
    time::Instant,
};

use str0m::{
    Input,
    net::{Protocol, Receive, Transmit},
};
use trunkline_protocol::sfu::{
    event::{SubscriberOffer, VideoSender},
    models::{ConnectionQuality, Error, ErrorCode, TrackInfo},
};

use super::{
    description::{Answer, Offer},
    endpoint::Endpoint,
    peer::{Peer, PeerEvent, Side},
    publisher::{Published, Publisher},
    quality,
    sources::Sources,
    subscriber::Subscriber,
};
use crate::sfu::{
    ids::{SessionKey, TrackKey},
    routes::Reachable,
    signalling::{AvailableTrack, error},
    stun,
};

/// The media of all sessions.
///
/// What follows from packets is in `forwarding`, what follows from the passing of time in
/// `upkeep`.
pub struct Media {
    endpoint: Endpoint,
    pub(super) sessions: HashMap<SessionKey, Sides>,
    /// Who sends from where.
    pub(super) sources: Sources,
    /// To whom connectivity checks are addressed.
    fragments: HashMap<String, PeerKey>,
    /// Who receives a track.
    pub(super) viewers: HashMap<TrackKey, Vec<SessionKey>>,
    /// Whose video comes first where bandwidth is short.
    pub(super) important: HashSet<SessionKey>,
    timers: BTreeSet<(Instant, PeerKey)>,
    outgoing: Vec<Transmit>,
    pub(super) events: Vec<MediaEvent>,
    pub(super) next_review: Option<Instant>,
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
    /// Which layers of a video the session's client is to encode.
    Encode { session: SessionKey, sender: VideoSender },
    /// Videos that the session's client does not get any more, or gets again, for lack of
    /// bandwidth.
    Paused { session: SessionKey, tracks: Vec<(TrackKey, bool)> },
    /// A peer connection of the session is beyond repair.
    Failed { session: SessionKey },
}

/// The two peer connections of a session; each is made when it is needed.
#[derive(Default)]
pub(super) struct Sides {
    publisher: Option<Timed<Publisher>>,
    subscriber: Option<Timed<Subscriber>>,
}

/// A peer connection and its place in the timers.
struct Timed<P> {
    side: P,
    due: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct PeerKey {
    pub session: SessionKey,
    pub side: Side,
}

impl Media {
    /// Media of an endpoint.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            sessions: HashMap::new(),
            sources: Sources::default(),
            fragments: HashMap::new(),
            viewers: HashMap::new(),
            important: HashSet::new(),
            timers: BTreeSet::new(),
            outgoing: Vec::new(),
            events: Vec::new(),
            next_review: None,
        }
    }

    /// Takes an offer to publish. A refused offer changes nothing.
    pub fn publish(
        &mut self,
        session: SessionKey,
        offer: Offer,
        tracks: &[TrackInfo],
        now: Instant,
    ) -> Result<Published, Error> {
        let sides = self.sessions.entry(session).or_default();
        let result = match &mut sides.publisher {
            Some(publisher) => publisher.side.accept(offer, tracks, now),
            None => {
                let mut publisher = Publisher::new(&self.endpoint, now);
                let result = publisher.accept(offer, tracks, now);
                if result.is_ok() {
                    sides.publisher = Some(Timed { side: publisher, due: None });
                }
                result
            }
        };
        self.negotiated(PeerKey { session, side: Side::Publisher }, now);
        result
    }

    /// Brings what a session receives up to date.
    pub fn subscribe(&mut self, session: SessionKey, tracks: &[AvailableTrack], now: Instant) {
        let is_new = self.subscriber(session).is_none();
        if is_new && !tracks.iter().any(|track| track.wish.is_some()) {
            return;
        }
        let endpoint = &self.endpoint;
        let sides = self.sessions.entry(session).or_default();
        let subscriber = sides
            .subscriber
            .get_or_insert_with(|| Timed { side: Subscriber::new(endpoint, now), due: None });
        let difference = subscriber.side.update(tracks);
        for key in difference.removed {
            if let Some(viewers) = self.viewers.get_mut(&key) {
                viewers.retain(|viewer| *viewer != session);
            }
        }
        for key in difference.added {
            self.viewers.entry(key).or_default().push(session);
        }
        self.see_all(session);
        self.reallocate(session, now);
        self.negotiate(session, now);
        // Layers that are off may be wanted now.
        self.next_review = None;
    }

    /// Takes the answer to a subscriber offer.
    pub fn answer(
        &mut self,
        session: SessionKey,
        negotiation_id: u32,
        answer: Result<Box<Answer>, Error>,
        now: Instant,
    ) -> Result<(), Error> {
        let Some(subscriber) = self.subscriber(session) else {
            return Err(error(ErrorCode::RequestValidationFailed, "nothing was offered"));
        };
        let result = subscriber.answer(negotiation_id, answer, now);
        if result.is_err() {
            self.events.push(MediaEvent::Failed { session });
        }
        // A restart takes effect with its answer: from now on the peer goes by its new name.
        self.negotiated(PeerKey { session, side: Side::Subscriber }, now);
        self.reallocate(session, now);
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

    /// Whether a session's video comes first where bandwidth is short.
    pub fn set_important(&mut self, session: SessionKey, important: bool) {
        if important {
            self.important.insert(session);
        } else {
            self.important.remove(&session);
        }
    }

    /// The session is over.
    pub fn forget(&mut self, session: SessionKey) {
        self.sessions.remove(&session);
        self.important.remove(&session);
        for side in [Side::Publisher, Side::Subscriber] {
            self.sources.forget(PeerKey { session, side });
        }
        self.fragments.retain(|_, peer| peer.session != session);
        self.timers.retain(|(_, peer)| peer.session != session);
        self.viewers.retain(|track, viewers| {
            viewers.retain(|viewer| *viewer != session);
            track.publisher != session && !viewers.is_empty()
        });
    }

    /// Takes a datagram that came to one of the addresses.
    pub fn receive(
        &mut self,
        source: SocketAddr,
        address: SocketAddr,
        datagram: &[u8],
        now: Instant,
    ) {
        let Ok(receive) = Receive::new(Protocol::Udp, source, address, datagram) else {
            return;
        };
        // Somebody may come with an address that was another's before, so a name goes first.
        let peer = match stun::addressee(datagram) {
            Some(name) => self.fragments.get(name).copied(),
            None => self.sources.get(source),
        };
        let input = Input::Receive(now, receive);
        if let Some(peer) = peer
            && let Some(addressee) = self.peer(peer)
            && addressee.receive(input, now).is_ok()
        {
            self.sources.hear(source, peer, now);
            self.drain(vec![peer], now);
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

    /// When to call [`Media::elapse`] next.
    pub fn due(&self) -> Option<Instant> {
        self.timers.first().map(|(due, _)| *due)
    }

    /// Datagrams to send.
    pub fn take_outgoing(&mut self) -> Vec<Transmit> {
        std::mem::take(&mut self.outgoing)
    }

    /// How many datagrams are to be sent.
    pub fn outgoing(&self) -> usize {
        self.outgoing.len()
    }

    /// Where clients are now, and where they are no more.
    pub fn take_moves(&mut self) -> std::vec::Drain<'_, Reachable> {
        self.sources.take_changes()
    }

    /// What to tell signalling.
    pub fn take_events(&mut self) -> Vec<MediaEvent> {
        std::mem::take(&mut self.events)
    }

    fn negotiate(&mut self, session: SessionKey, now: Instant) {
        let offer = self.subscriber(session).and_then(|subscriber| subscriber.offer(now));
        if let Some(offer) = offer {
            self.events.push(MediaEvent::Offer { session, offer });
            self.negotiated(PeerKey { session, side: Side::Subscriber }, now);
        }
    }

    /// Whatever a negotiation changed.
    fn negotiated(&mut self, key: PeerKey, now: Instant) {
        if let Some(fragment) = self.peer(key).map(Peer::user_fragment) {
            self.fragments.insert(fragment, key);
        }
        self.drain(vec![key], now);
    }

    /// Takes everything out of these peers, and of those they make work for.
    pub(super) fn drain(&mut self, mut peers: Vec<PeerKey>, now: Instant) {
        let mut events: Vec<PeerEvent> = Vec::new();
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

    fn peer(&mut self, key: PeerKey) -> Option<&mut Peer> {
        self.sessions.get_mut(&key.session)?.peer(key.side).map(|(peer, _)| peer)
    }

    pub(super) fn publisher(&mut self, session: SessionKey) -> Option<&mut Publisher> {
        self.sessions.get_mut(&session)?.publisher.as_mut().map(|timed| &mut timed.side)
    }

    pub(super) fn subscriber(&mut self, session: SessionKey) -> Option<&mut Subscriber> {
        self.sessions.get_mut(&session)?.subscriber()
    }
}

impl Sides {
    pub fn subscriber(&mut self) -> Option<&mut Subscriber> {
        self.subscriber.as_mut().map(|timed| &mut timed.side)
    }

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

    pub fn transports(&self) -> Vec<quality::Transport> {
        let publisher = self.publisher.as_ref().map(|timed| timed.side.peer.transport());
        let subscriber = self.subscriber.as_ref().map(|timed| timed.side.peer.transport());
        publisher.into_iter().chain(subscriber).collect()
    }
}
