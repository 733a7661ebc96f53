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
    consent::{Admission, Check, Ours, Tag},
    description::{Answer, Offer},
    endpoint::Endpoint,
    feedback::Feedback,
    peer::{Peer, PeerEvent, Side},
    publisher::{Published, Publisher},
    quality,
    sources::Sources,
    subscriber::Subscriber,
};
use crate::sfu::{
    ids::{SessionKey, TrackKey},
    routes::Reachable,
    shard::Shard,
    signalling::error,
    stun::{self, Transaction},
};

/// The media of all sessions.
///
/// What follows from packets is in `forwarding`, what from changes of what there is in `subscribing`,
/// what from the passing of time in `upkeep`.
pub struct Media {
    endpoint: Endpoint,
    pub(super) sessions: HashMap<SessionKey, Sides>,
    /// Who sends from where.
    pub(super) sources: Sources,
    /// To whom connectivity checks are addressed.
    fragments: HashMap<String, PeerKey>,
    dropped: Dropped,
    pub(super) feedback: Feedback,
    /// Bytes of the largest datagram that is taken.
    pub(super) largest: usize,
    /// Who receives a track.
    pub(super) viewers: HashMap<TrackKey, Vec<SessionKey>>,
    /// Whose video comes first where bandwidth is short.
    pub(super) important: HashSet<SessionKey>,
    /// Publishers of videos for which the demand changed: layers that are off may be wanted now.
    pub(super) demands: BTreeSet<SessionKey>,
    /// Whose microphones are not forwarded.
    pub(super) unheard: HashSet<SessionKey>,
    timers: BTreeSet<(Instant, PeerKey)>,
    outgoing: Vec<Transmit>,
    pub(super) events: Vec<MediaEvent>,
    pub(super) next_review: Option<Instant>,
}

/// Datagrams that were not taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Too large to be sent on.
    pub oversize: u64,
    /// For nobody here.
    pub unaddressed: u64,
}

/// What media has to tell signalling.
#[derive(Debug, PartialEq)]
pub enum MediaEvent {
    /// Loudness of one packet of a microphone, in dBov, if it tells.
    Level { session: SessionKey, dbov: Option<i8> },
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
            dropped: Dropped::default(),
            feedback: Feedback::default(),
            largest: LARGEST,
            viewers: HashMap::new(),
            important: HashSet::new(),
            demands: BTreeSet::new(),
            unheard: HashSet::new(),
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
        self.unheard.remove(&session);
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
        if datagram.len() > self.largest {
            self.dropped.oversize += 1;
            return;
        }
        if let Some(transaction) = stun::answered(datagram) {
            return self.on_answer(transaction, source, datagram, now);
        }
        let name = stun::addressee(datagram);
        let addressee = match name {
            // Somebody may come back with an address that was another's before.
            Some(name) => self.fragments.get(name).copied(),
            None => self.sources.get(source),
        };
        let Some(key) = addressee else {
            self.dropped.unaddressed += 1;
            return;
        };
        let Some(input) = input(datagram, source, address, now) else {
            return;
        };
        let tag = key.tag(self.endpoint.shard);
        let Some(peer) = self.peer(key).filter(|peer| peer.accepts(&input)) else {
            return;
        };
        if let Some(ours) = name {
            let check = Check { datagram: datagram.to_vec(), address };
            let ours = Ours { fragment: ours, tag };
            let Admission { passes, question } = peer.consent.admit(source, check, ours, now);
            if let Some(question) = question {
                self.send(question, address, source);
            }
            if !passes {
                return;
            }
        }
        self.accept(key, input, source, now);
    }

    /// Hands a datagram to the peer that it is for.
    fn accept(&mut self, key: PeerKey, input: Input<'_>, source: SocketAddr, now: Instant) {
        if let Some(peer) = self.peer(key) {
            peer.receive(input, now);
            self.sources.hear(source, key, now);
            self.drain(vec![key], now);
        }
    }

    /// Somebody answered a question of ours.
    fn on_answer(&mut self, asked: Transaction, source: SocketAddr, answer: &[u8], now: Instant) {
        let Some(key) = PeerKey::of(asked) else {
            return;
        };
        let check = self.peer(key).and_then(|peer| peer.consent.answered(source, answer));
        // The check may be for a name that is not ours any more.
        if let Some(Check { datagram, address }) = check
            && let Some(input) = input(&datagram, source, address, now)
            && self.peer(key).is_some_and(|peer| peer.accepts(&input))
        {
            self.accept(key, input, source, now);
        }
    }

    fn send(&mut self, contents: Vec<u8>, from: SocketAddr, to: SocketAddr) {
        self.outgoing.push(Transmit {
            proto: Protocol::Udp,
            source: from,
            destination: to,
            contents: contents.into(),
        });
    }

    /// What went over the connections since the last time.
    pub fn take_feedback(&mut self) -> Feedback {
        std::mem::take(&mut self.feedback)
    }

    /// What was not taken since this was last asked.
    pub fn take_dropped(&mut self) -> Dropped {
        std::mem::take(&mut self.dropped)
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

    pub(super) fn negotiate(&mut self, session: SessionKey, now: Instant) {
        let offer = self.subscriber(session).and_then(|subscriber| subscriber.offer(now));
        if let Some(offer) = offer {
            self.events.push(MediaEvent::Offer { session, offer });
            self.negotiated(PeerKey { session, side: Side::Subscriber }, now);
        }
    }

    /// Whatever a negotiation changed.
    fn negotiated(&mut self, key: PeerKey, now: Instant) {
        if let Some(fragment) = self.peer(key).map(Peer::user_fragment) {
            self.ask_waiting(key, &fragment, now);
            self.fragments.insert(fragment, key);
        }
        self.drain(vec![key], now);
    }

    /// Checks may have come before it was known how to ask their sender.
    fn ask_waiting(&mut self, key: PeerKey, ours: &str, now: Instant) {
        let waiting = self.peer(key).map(|peer| peer.consent.waiting()).unwrap_or_default();
        let ours = Ours { fragment: ours, tag: key.tag(self.endpoint.shard) };
        for (at, address) in waiting {
            if let Some(question) = self.peer(key).and_then(|peer| peer.consent.ask(at, ours, now))
            {
                self.send(question, address, at);
            }
        }
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
            if peer.is_fault_unclear() {
                self.find_fault(key, &mut peers, now);
                continue;
            }
            if let Some(due) = due.replace(next) {
                timers.remove(&(due, key));
            }
            timers.insert((next, key));
            for event in events.drain(..) {
                self.on_event(key, event, &mut peers, now);
            }
        }
    }

    /// A peer connection broke over what it had to send. Whoever sent that is to blame, and nobody who
    /// receives it.
    fn find_fault(&mut self, key: PeerKey, peers: &mut Vec<PeerKey>, now: Instant) {
        let mut events = Vec::new();
        let mut outgoing = std::mem::take(&mut self.outgoing);
        let subscriber = (key.side == Side::Subscriber).then(|| self.subscriber(key.session));
        let culprit = subscriber
            .flatten()
            .and_then(|subscriber| subscriber.expel(now, &mut outgoing, &mut events));
        self.outgoing = outgoing;
        let to_blame = match culprit {
            Some(track) => PeerKey { session: track.publisher, side: Side::Publisher },
            None => key,
        };
        tracing::error!(?key, ?to_blame, "a peer connection broke over what it had to send");
        if let Some(peer) = self.peer(to_blame) {
            peer.condemn();
        }
        peers.extend([key, to_blame]);
        for event in events {
            self.on_event(key, event, peers, now);
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

    pub(super) fn subscriber_or_new(
        &mut self,
        session: SessionKey,
        now: Instant,
    ) -> &mut Subscriber {
        let endpoint = &self.endpoint;
        let new = || Timed { side: Subscriber::new(endpoint, now), due: None };
        &mut self.sessions.entry(session).or_default().subscriber.get_or_insert_with(new).side
    }
}

impl PeerKey {
    /// Stands for it in a question.
    fn tag(self, shard: Shard) -> Tag {
        let side = u64::from(self.side == Side::Subscriber);
        let [_, _, mut tag @ ..] = (self.session.0 << 1 | side).to_be_bytes();
        tag[0] = shard.byte();
        tag
    }

    /// Who asked.
    fn of(question: Transaction) -> Option<Self> {
        let [_, tag @ ..]: Tag = question.first_chunk().copied()?;
        let number = tag.into_iter().fold(0, |number, byte| number << 8 | u64::from(byte));
        let side = if number & 1 == 1 { Side::Subscriber } else { Side::Publisher };
        Some(Self { session: SessionKey(number >> 1), side })
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

/// A datagram as str0m takes it, if it is of a kind that it knows.
fn input(
    datagram: &[u8],
    source: SocketAddr,
    address: SocketAddr,
    now: Instant,
) -> Option<Input<'_>> {
    let receive = Receive::new(Protocol::Udp, source, address, datagram).ok()?;
    Some(Input::Receive(now, receive))
}

/// Bytes of the largest datagram that is taken: no path carries more in one piece, and what is sent on
/// gets a header that may be longer by some tens of bytes. str0m has room for 2000.
const LARGEST: usize = 1500;
