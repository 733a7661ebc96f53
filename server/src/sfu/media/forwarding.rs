//! What follows from what peer connections receive and tell.

use std::time::Instant;

use str0m::rtp::RtpPacket;
use trunkline_protocol::sfu::models::TrackType;

use super::{
    gaps::Arrival,
    layers::StreamId,
    peer::{PeerEvent, Side},
    peer_key::PeerKey,
    quality,
    router::{Media, MediaEvent},
};
use crate::sfu::ids::{SessionKey, TrackKey, is_audio};

impl Media {
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
                    self.layers_changed(TrackKey { publisher: session, kind }, touched, now);
                }
            }
            // The first packet after the pause tells.
            PeerEvent::LayerPaused { paused: false, .. } => {}
            PeerEvent::KeyframeWanted(mid) => {
                let wanted = self.subscriber(session).and_then(|s| s.stream_at(mid));
                if let Some((track, stream)) = wanted {
                    self.want_keyframe(track, stream, touched, now);
                }
            }
            PeerEvent::Path(path) => {
                if self.subscriber(session).is_some_and(|s| s.observe(path, now)) {
                    self.allocate(session, touched, now);
                }
            }
            PeerEvent::Connected => {
                if from.side == Side::Subscriber
                    && let Some(subscriber) = self.subscriber(session)
                {
                    // What was not forwarded meanwhile leaves holes that no retransmission fills.
                    subscriber.resync();
                    self.allocate(session, touched, now);
                }
            }
            PeerEvent::Resumed => {
                if let Some(subscriber) = self.subscriber(session) {
                    subscriber.resume();
                    self.allocate(session, touched, now);
                }
            }
            PeerEvent::Transport => {
                if let Some(sides) = self.sessions.get(&session) {
                    let quality = quality::rate(&sides.transports());
                    self.events.push(MediaEvent::Quality { session, quality });
                }
            }
            PeerEvent::Feedback(feedback) => self.feedback += feedback,
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
        let Some(origin) = self.publisher(session).and_then(|p| p.locate(packet, now)) else {
            return;
        };
        let track = TrackKey { publisher: session, kind: origin.kind };
        if origin.kind == TrackType::Audio {
            let dbov = packet.header.ext_vals.audio_level;
            self.events.push(MediaEvent::Level { session, dbov });
            if self.unheard.contains(&session) {
                return;
            }
        }
        if origin.arrival == Arrival::AfterLoss && !is_audio(origin.kind) {
            let is_keyframe = origin.content.is_keyframe;
            self.skip_lost(track, (origin.stream, is_keyframe), touched, now);
        }
        if origin.is_new_layer && !is_audio(origin.kind) {
            self.layers_changed(track, touched, now);
        }
        let Self { viewers, sessions, .. } = self;
        for viewer in viewers.get(&track).map(Vec::as_slice).unwrap_or_default() {
            let subscriber = sessions.get_mut(viewer).and_then(|sides| sides.subscriber());
            let passed = subscriber
                .is_some_and(|subscriber| subscriber.forward(track, packet, &origin, now));
            if passed {
                touched.push(PeerKey { session: *viewer, side: Side::Subscriber });
            }
        }
    }

    /// What came before this packet is lost for good: those who see its stream go on with the next
    /// picture that needs none of it.
    fn skip_lost(
        &mut self,
        track: TrackKey,
        (stream, is_keyframe): (StreamId, bool),
        touched: &mut Vec<PeerKey>,
        now: Instant,
    ) {
        for viewer in self.viewers.get(&track).cloned().unwrap_or_default() {
            let is_seen = self.subscriber(viewer).is_some_and(|s| s.skip_lost(track, stream));
            if is_seen && !is_keyframe {
                self.allocate(viewer, touched, now);
            }
        }
    }

    /// Asks for keyframes of what is seen and has gaps that are never filled: browsers wait for
    /// seconds before they ask.
    pub(super) fn mend(&mut self, session: SessionKey, touched: &mut Vec<PeerKey>, now: Instant) {
        let losses = self.publisher(session).map(|p| p.losses(now)).unwrap_or_default();
        for (kind, stream) in losses {
            let track = TrackKey { publisher: session, kind };
            let viewers = self.viewers.get(&track).cloned().unwrap_or_default();
            let sees = |viewer| self.subscriber(viewer).is_some_and(|s| s.shows(track, stream));
            if viewers.into_iter().any(sees) {
                self.want_keyframe(track, stream, touched, now);
            }
        }
    }

    fn want_keyframe(
        &mut self,
        track: TrackKey,
        stream: StreamId,
        touched: &mut Vec<PeerKey>,
        now: Instant,
    ) {
        if let Some(publisher) = self.publisher(track.publisher) {
            publisher.want_keyframe(track.kind, stream);
            self.ask_keyframes(track.publisher, touched, now);
        }
    }

    /// A layer of a track came or went.
    fn layers_changed(&mut self, track: TrackKey, touched: &mut Vec<PeerKey>, now: Instant) {
        let Some(publisher) = self.publisher(track.publisher) else {
            return;
        };
        let arriving = publisher.arriving(track.kind);
        let viewers = self.viewers.get(&track).cloned().unwrap_or_default();
        for viewer in viewers {
            if let Some(subscriber) = self.subscriber(viewer) {
                subscriber.see(track, &arriving);
            }
            self.allocate(viewer, touched, now);
        }
    }

    /// Decides anew which layers pass to a session, and sends what follows.
    pub(super) fn reallocate(&mut self, session: SessionKey, now: Instant) {
        let mut touched = Vec::new();
        self.allocate(session, &mut touched, now);
        self.drain(touched, now);
    }

    fn allocate(&mut self, session: SessionKey, touched: &mut Vec<PeerKey>, now: Instant) {
        let Self { sessions, important, events, .. } = self;
        let subscriber = sessions.get_mut(&session).and_then(|sides| sides.subscriber());
        let Some(subscriber) = subscriber else {
            return;
        };
        let allocation = subscriber.allocate(important, now);
        if !allocation.pauses.is_empty() {
            events.push(MediaEvent::Paused { session, tracks: allocation.pauses });
        }
        for (track, stream) in allocation.keyframes {
            self.want_keyframe(track, stream, touched, now);
        }
    }

    pub(super) fn ask_keyframes(
        &mut self,
        session: SessionKey,
        touched: &mut Vec<PeerKey>,
        now: Instant,
    ) {
        if self.publisher(session).is_some_and(|publisher| publisher.request_keyframes(now)) {
            touched.push(PeerKey { session, side: Side::Publisher });
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
}
