//! One track as one subscriber receives it: which packets pass, and under which numbers.

use std::time::Instant;

use str0m::{
    media::Mid,
    rtp::{ExtensionValues, RtpPacket, RtpWrite, Vp8Descriptor},
};
use trunkline_protocol::sfu::models::TrackType;

use super::{
    layers::{self, ArrivingLayer, LayerId},
    rewriter::{Numbers, Rewriter, Vp8Numbers},
};
use crate::sfu::{
    ids::is_audio,
    signalling::{AvailableTrack, Wish},
};

/// A track that was offered to a subscriber, or is about to be.
pub struct Output {
    pub kind: TrackType,
    /// By this the subscriber recognises the track.
    pub stream_id: String,
    /// Stands for the stream id inside str0m.
    pub token: String,
    pub stereo: bool,
    /// The m-line, once it was offered.
    pub mid: Option<Mid>,
    wish: Option<Wish>,
    live: bool,
    rewriter: Rewriter,
    /// The layer that passes.
    current: Option<LayerId>,
    /// The layer that should pass.
    target: Option<LayerId>,
    /// What the subscriber has is out of step: only a keyframe helps.
    resync: bool,
}

/// What a packet holds, read once for all subscribers.
#[derive(Clone, Copy)]
pub struct Content {
    vp8: Option<Vp8Descriptor>,
    /// The first packet of a picture that needs no other.
    pub is_keyframe: bool,
}

impl Content {
    /// Looks into the payload of a video packet.
    pub fn of(packet: &RtpPacket, kind: TrackType) -> Self {
        if is_audio(kind) {
            return Self { vp8: None, is_keyframe: false };
        }
        let vp8 = Vp8Descriptor::parse(&packet.payload).ok();
        let is_keyframe = vp8.is_some_and(|descriptor| descriptor.starts_keyframe(&packet.payload));
        Self { vp8, is_keyframe }
    }
}

impl Output {
    pub fn new(track: &AvailableTrack) -> Self {
        let clock_rate = if is_audio(track.key.kind) { 48_000 } else { 90_000 };
        Self {
            kind: track.key.kind,
            stream_id: track.stream_id.clone(),
            token: token(track),
            stereo: track.stereo,
            mid: None,
            wish: track.wish,
            live: track.live,
            rewriter: Rewriter::new(clock_rate),
            current: None,
            target: None,
            resync: true,
        }
    }

    /// Takes over what changed about the track and the wish for it.
    pub fn update(&mut self, track: &AvailableTrack) {
        let was_open = self.is_open();
        self.wish = track.wish;
        self.live = track.live;
        if self.is_open() && !was_open {
            self.resync = true;
        }
    }

    /// Whether packets may pass: the track is wanted and not muted.
    pub fn is_open(&self) -> bool {
        self.live && self.wish.is_some()
    }

    /// Packets were lost for good: the next picture must be a keyframe.
    pub fn resync(&mut self) {
        self.resync = true;
    }

    /// Chooses among the layers that arrive. Returns the layer of which a keyframe is needed.
    pub fn retarget(&mut self, arriving: &[ArrivingLayer]) -> Option<LayerId> {
        let size = self.wish.and_then(|wish| wish.size);
        self.target = layers::choose(arriving, size);
        self.needed_keyframe()
    }

    /// The layer that passes, or else the one that should.
    pub fn layer(&self) -> Option<LayerId> {
        self.current.or(self.target)
    }

    /// The packet as it goes to the subscriber, or `None` when it does not pass.
    pub fn forward(
        &mut self,
        packet: &RtpPacket,
        layer: LayerId,
        content: &Content,
        payload_type: str0m::media::Pt,
        now: Instant,
    ) -> Option<RtpWrite> {
        if !self.is_open() {
            return None;
        }
        let incoming = numbers(packet, content);
        if self.begins_with(layer, content) {
            self.rewriter.splice(incoming, now);
            self.current = Some(layer);
            self.resync = false;
        }
        if self.current != Some(layer) || self.resync {
            return None;
        }
        let outgoing = self.rewriter.rewrite(incoming, now)?;
        let write = RtpWrite::new(
            payload_type,
            outgoing.seq.into(),
            outgoing.time,
            packet.timestamp,
            packet.payload.clone(),
        )
        .marker(packet.header.marker)
        .ext_vals(extensions(packet))
        .nackable(!is_audio(self.kind));
        let patch = content.vp8.zip(outgoing.vp8).and_then(|(vp8, to)| patch(&vp8, to));
        Some(match patch {
            Some(patch) => write.vp8_patch(patch),
            None => write,
        })
    }

    /// Whether the subscriber's stream goes over to this layer with this packet.
    fn begins_with(&self, layer: LayerId, content: &Content) -> bool {
        let switches = self.resync || self.current != Some(layer);
        if is_audio(self.kind) {
            return switches;
        }
        switches && self.target == Some(layer) && content.is_keyframe
    }

    fn needed_keyframe(&self) -> Option<LayerId> {
        let waits = self.resync || self.current != self.target;
        self.target.filter(|_| waits && self.is_open() && !is_audio(self.kind))
    }
}

/// Of fixed length, so that none is part of another, and without characters that str0m drops.
fn token(track: &AvailableTrack) -> String {
    format!("tl{:016x}{:02x}", track.key.publisher.0, i32::from(track.key.kind))
}

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
fn extensions(packet: &RtpPacket) -> ExtensionValues {
    let mut values = packet.header.ext_vals.clone();
    values.mid = None;
    values.rid = None;
    values.rid_repair = None;
    values.transport_cc = None;
    values
}
