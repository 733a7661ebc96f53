//! All peer connections, and what there is to know of them.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    net::SocketAddr,
    time::Instant,
};

use str0m::net::{Protocol, Transmit};
use trunkline_protocol::sfu::{event::VideoSender, models::ConnectionQuality};

use super::{
    draft::Draft,
    endpoint::Endpoint,
    feedback::Feedback,
    peer::{Peer, Side},
    peer_key::PeerKey,
    publisher::Publisher,
    quality,
    round::Round,
    sources::Sources,
    subscriber::Subscriber,
};
use crate::sfu::{
    ids::{SessionKey, TrackKey},
    routes::Reachable,
};

/// The media of all sessions.
///
/// What is done with them is in `offers`, `receiving`, `subscribing` and `upkeep`, and what follows from
/// that for others in `forwarding`.
pub struct Media {
    pub(super) endpoint: Endpoint,
    pub(super) sessions: HashMap<SessionKey, Sides>,
    /// Who sends from where.
    pub(super) sources: Sources,
    /// To whom connectivity checks are addressed.
    pub(super) fragments: HashMap<String, PeerKey>,
    pub(super) dropped: Dropped,
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
    pub(super) timers: BTreeSet<(Instant, PeerKey)>,
    pub(super) outgoing: Vec<Transmit>,
    pub(super) events: Vec<MediaEvent>,
    pub(super) next_review: Option<Instant>,
    pub(super) round: Round,
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
#[derive(Debug)]
pub enum MediaEvent {
    /// Loudness of one packet of a microphone, in dBov, if it tells.
    Level { session: SessionKey, dbov: Option<i8> },
    /// Offer this to the session's client.
    Offer { session: SessionKey, offer: Draft },
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
    pub publisher: Option<Timed<Publisher>>,
    pub subscriber: Option<Timed<Subscriber>>,
}

/// A peer connection and its place in the timers.
pub(super) struct Timed<P> {
    pub side: P,
    pub due: Option<Instant>,
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
            round: Round::default(),
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

    pub(super) fn send(&mut self, contents: Vec<u8>, from: SocketAddr, to: SocketAddr) {
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

    pub(super) fn peer(&mut self, key: PeerKey) -> Option<&mut Peer> {
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

impl Sides {
    pub fn subscriber(&mut self) -> Option<&mut Subscriber> {
        self.subscriber.as_mut().map(|timed| &mut timed.side)
    }

    pub fn peer(&mut self, side: Side) -> Option<(&mut Peer, &mut Option<Instant>)> {
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

/// Bytes of the largest datagram that is taken: no path carries more in one piece, and what is sent on
/// gets a header that may be longer by some tens of bytes. str0m has room for 2000.
const LARGEST: usize = 1500;
