//! One track as one subscriber receives it: which packets pass, and under which numbers.

use std::time::{Duration, Instant};

use str0m::{
    format::{Codec, PayloadParams},
    media::{MediaKind, Pt},
    rtp::{ExtensionValues, RtpPacket, RtpWrite, Vp8Descriptor},
};
use trunkline_protocol::sfu::models::TrackType;

use super::{
    allocation::{Demand, Rank},
    content::Content,
    dependency_descriptor,
    gaps::Arrival,
    layers::{self, ArrivingLayer, LayerId, StreamId},
    line::Line,
    publisher::Origin,
    reach::Reach,
    rewriter::{Numbers, Vp8Numbers},
};
use crate::sfu::{
    ids::{Size, is_audio},
    signalling::{AvailableTrack, Wish},
};

/// A track that was offered to a subscriber, or is about to be.
pub struct Output {
    pub kind: TrackType,
    /// By this the subscriber recognises the track.
    pub stream_id: String,
    pub codec: String,
    pub stereo: bool,
    /// The m-line, once it was offered.
    pub line: Option<Line>,
    wish: Option<Wish>,
    live: bool,
    /// The layers that can pass.
    ladder: Vec<ArrivingLayer>,
    /// The stream that passes.
    current: Option<StreamId>,
    /// Up to which of the layers inside it passes.
    reach: Reach,
    /// The layer that should pass.
    target: Option<LayerId>,
    /// Nothing passes for lack of bandwidth.
    paused: bool,
    /// Since when there has been no bandwidth for any layer.
    starved_since: Option<Instant>,
    /// What the subscriber has is out of step: only a keyframe helps.
    resync: bool,
    /// When a packet last passed.
    pub last_passed: Option<Instant>,
    /// Payload types: the publisher's, and the subscriber's for the same format.
    payload_type: Option<(Pt, Pt)>,
}

impl Output {
    pub fn new(track: &AvailableTrack) -> Self {
        Self {
            kind: track.key.kind,
            stream_id: track.stream_id.clone(),
            codec: track.codec.clone(),
            stereo: track.stereo,
            line: None,
            wish: track.wish,
            live: track.live,
            ladder: Vec::new(),
            current: None,
            reach: Reach::new(0),
            target: None,
            paused: false,
            starved_since: None,
            resync: true,
            last_passed: None,
            payload_type: None,
        }
    }

    /// Takes over what changed about the track and the wish for it. Returns whether something did.
    pub fn update(&mut self, track: &AvailableTrack) -> bool {
        self.set(track.live, track.wish)
    }

    /// The track is muted, or not any more. Returns whether that is new.
    pub fn set_live(&mut self, live: bool) -> bool {
        self.set(live, self.wish)
    }

    fn set(&mut self, live: bool, wish: Option<Wish>) -> bool {
        let (was_open, changed) = (self.is_open(), (self.live, self.wish) != (live, wish));
        (self.live, self.wish) = (live, wish);
        self.resync |= self.is_open() && !was_open;
        changed
    }

    /// Whether packets may pass: the track is wanted and not muted.
    pub fn is_open(&self) -> bool {
        self.live && self.wish.is_some()
    }

    /// Packets were lost for good: the next picture must be a keyframe.
    pub fn resync(&mut self) {
        self.resync = true;
    }

    pub fn media_kind(&self) -> MediaKind {
        if is_audio(self.kind) { MediaKind::Audio } else { MediaKind::Video }
    }

    /// Takes note of the layers that arrive.
    pub fn see(&mut self, arriving: &[ArrivingLayer]) {
        self.ladder = layers::ladder(arriving, self.size());
    }

    /// Size on the subscriber's screen.
    pub fn size(&self) -> Option<Size> {
        self.wish.and_then(|wish| wish.size)
    }

    /// What the subscriber should get, as far as bandwidth allows; `None` for nothing or audio.
    pub fn demand(&self, is_important: bool) -> Option<Demand> {
        if !self.is_open() || is_audio(self.kind) || self.ladder.is_empty() {
            return None;
        }
        let rank = match (self.kind, is_important) {
            (TrackType::ScreenShare, _) => Rank::ScreenShare,
            (_, true) => Rank::Important,
            (_, false) => Rank::Other,
        };
        let area = self.size().map_or(u64::MAX, Size::area);
        let steps = self.ladder.iter().map(|layer| layer.rate).collect();
        Some(Demand { rank, area, steps, current: self.step() })
    }

    /// Sets which step of the ladder passes; `None` pauses.
    pub fn set_step(&mut self, step: Option<usize>) {
        self.target = step.and_then(|step| self.ladder.get(step)).map(|layer| layer.id);
        self.paused = step.is_none();
    }

    /// Whether even the lowest layer has not fitted for long enough to pause: a search for
    /// bandwidth that failed leaves the estimate too low for a moment.
    pub fn must_pause(&mut self, fits: bool, now: Instant) -> bool {
        if fits {
            self.starved_since = None;
            return false;
        }
        let since = *self.starved_since.get_or_insert(now);
        now.saturating_duration_since(since) >= PATIENCE
    }

    /// Lets nothing pass for now; it is nothing to tell of.
    pub fn halt(&mut self) {
        self.target = None;
        self.resync = true;
    }

    /// bits/s that pass; `None` for audio.
    pub fn rate(&self) -> Option<u64> {
        let step = self.step().filter(|_| self.is_open())?;
        self.ladder.get(step).map(|layer| layer.rate)
    }

    /// No layer arrives, or none is wanted.
    pub fn clear_target(&mut self) {
        self.target = None;
        self.paused = false;
    }

    /// The step that passes, or is about to.
    pub fn step(&self) -> Option<usize> {
        let target = self.target?;
        self.ladder.iter().position(|layer| layer.id == target)
    }

    pub fn is_paused(&self) -> bool {
        self.paused && self.is_open()
    }

    /// Whether packets of this stream pass.
    pub fn shows(&self, stream: StreamId) -> bool {
        self.is_open() && !self.paused && self.current == Some(stream)
    }

    /// The stream that passes, or else the one that should.
    pub fn stream(&self) -> Option<StreamId> {
        self.current.or(self.target.map(|target| target.stream))
    }

    /// The stream of which a keyframe is needed, once the client knows the m-line. Fewer of the
    /// layers inside can pass at any time, more only from a keyframe on.
    pub fn needed_keyframe(&self) -> Option<StreamId> {
        self.line.as_ref().and_then(Line::stream)?;
        let target = self.target.filter(|_| self.is_open() && !is_audio(self.kind))?;
        let is_other = self.current != Some(target.stream);
        let waits = self.resync || is_other || target.spatial > self.reach.spatial();
        waits.then_some(target.stream)
    }

    /// The subscriber's payload type for a format of the publisher, found once.
    pub fn payload_type(
        &mut self,
        format: PayloadParams,
        find: impl FnOnce() -> Option<Pt>,
    ) -> Option<Pt> {
        match self.payload_type {
            Some((theirs, ours)) if theirs == format.pt() => Some(ours),
            _ => {
                let ours = find()?;
                self.payload_type = Some((format.pt(), ours));
                Some(ours)
            }
        }
    }

    /// The packet as it goes to the subscriber, or `None` when it does not pass.
    pub fn forward(
        &mut self,
        packet: &RtpPacket,
        origin: &Origin,
        payload_type: Pt,
        now: Instant,
    ) -> Option<RtpWrite> {
        if !self.is_open() || self.paused {
            return None;
        }
        let begins = self.begins_with(origin);
        if !begins && (self.current != Some(origin.stream) || self.resync) {
            return None;
        }
        let content = &origin.content;
        let line = self.line.as_mut()?;
        let incoming = numbers(packet, content);
        if begins {
            line.splice(incoming, now);
            self.current = Some(origin.stream);
            self.reach = Reach::new(self.target.map_or(0, |target| target.spatial));
            self.resync = false;
        } else if content.begins_picture()
            && line.is_newest(incoming.seq)
            && let Some(target) = self.target.filter(|target| target.stream == origin.stream)
            && (content.is_keyframe || target.spatial < self.reach.spatial())
        {
            self.reach.turn(target.spatial, incoming.seq);
        }
        let top = self.reach.at(incoming.seq);
        let Some(place) = content.place.filter(|place| place.spatial <= top) else {
            line.skip(incoming.seq);
            return None;
        };
        let outgoing = line.rewrite(incoming, now)?;
        self.last_passed = Some(now);
        let write = RtpWrite::new(
            payload_type,
            outgoing.seq.into(),
            outgoing.time,
            packet.timestamp,
            packet.payload.clone(),
        )
        // What comes after the top layer does not pass, so the picture ends here.
        .marker(packet.header.marker || (place.ends && place.spatial == top))
        .ext_vals(extensions(packet, content.codec))
        .nackable(!is_audio(self.kind));
        let patch = content.vp8.zip(outgoing.vp8).and_then(|(vp8, to)| patch(&vp8, to));
        Some(match patch {
            Some(patch) => write.vp8_patch(patch),
            None => write,
        })
    }

    /// Whether the subscriber's stream goes over to another one with this packet.
    fn begins_with(&self, origin: &Origin) -> bool {
        let switches = self.resync || self.current != Some(origin.stream);
        if is_audio(self.kind) {
            return switches;
        }
        let is_target = self.target.is_some_and(|target| target.stream == origin.stream);
        // Of what follows a late one, something has not passed.
        let can_begin = origin.content.is_keyframe && origin.arrival != Arrival::Late;
        switches && is_target && can_begin
    }
}

const PATIENCE: Duration = Duration::from_secs(2);

fn numbers(packet: &RtpPacket, content: &Content) -> Numbers {
    Numbers {
        seq: *packet.seq_no,
        time: packet.header.timestamp,
        vp8: content.vp8.map(|vp8| Vp8Numbers {
            picture_id: vp8.picture_id().unwrap_or_default(),
            tl0_pic_idx: vp8.tl0_pic_idx().unwrap_or_default(),
        }),
    }
}

/// Renumbers the fields that the descriptor has.
fn patch(vp8: &Vp8Descriptor, to: Vp8Numbers) -> Option<str0m::rtp::Vp8Patch> {
    let mut patch = vp8.patch();
    if vp8.picture_id().is_some() {
        patch = patch.picture_id(to.picture_id);
    }
    if vp8.tl0_pic_idx().is_some() {
        patch = patch.tl0_pic_idx(to.tl0_pic_idx);
    }
    // A picture id of 7 bits may not have room; receivers cope with a jump.
    patch.build().ok()
}

/// Without those that str0m fills in for the subscriber's transport.
fn extensions(packet: &RtpPacket, codec: Codec) -> ExtensionValues {
    let mut values = packet.header.ext_vals.clone();
    values.mid = None;
    values.rid = None;
    values.rid_repair = None;
    values.transport_cc = None;
    if codec != Codec::Av1 {
        dependency_descriptor::strip(&mut values);
    }
    values
}
