//! One stream of a published track as it arrives: how much of it, and with which layers inside.

use std::time::{Duration, Instant};

use str0m::{format::Codec, rtp::RtpPacket};

use super::{
    content::{Content, Reader},
    gaps::{Arrival, Gaps},
    keyframes::KeyframeRequests,
    rate::RateMeter,
};
use crate::sfu::ids::Size;

/// A stream that arrives, or did.
#[derive(Default)]
pub struct Stream {
    keyframes: KeyframeRequests,
    gaps: Gaps,
    reader: Reader,
    /// The layers inside, the smallest first. A stream without layers has one.
    layers: Vec<Layer>,
    /// When the last packet came; `None` while nothing comes.
    heard: Option<Instant>,
}

#[derive(Default)]
struct Layer {
    rate: RateMeter,
    heard: Option<Instant>,
}

/// A layer inside a stream that arrives.
pub struct Inside {
    pub spatial: u8,
    /// As the stream tells.
    pub size: Option<Size>,
    /// bits/s of it and of those below, once they are measured.
    pub rate: Option<u64>,
}

impl Stream {
    /// Takes a packet in. Returns what it holds, how it comes, and whether its layer is heard for the
    /// first time or again after a pause.
    pub fn take(
        &mut self,
        packet: &RtpPacket,
        codec: Codec,
        now: Instant,
    ) -> (Content, Arrival, bool) {
        let content = self.reader.read(&packet.payload, &packet.header.ext_vals, codec);
        let arrival = self.gaps.note(*packet.seq_no, self.heard.is_none(), now);
        let Some(place) = content.place else {
            return (content, arrival, false);
        };
        if content.is_keyframe {
            self.gaps.begin(*packet.seq_no);
            // Who waits for one cannot begin with it when what follows has passed by.
            if arrival != Arrival::Late {
                self.keyframes.arrived();
            }
        }
        let index = usize::from(place.spatial);
        if self.layers.len() <= index {
            self.layers.resize_with(index + 1, Layer::default);
        }
        let mut is_new = false;
        if let Some(layer) = self.layers.get_mut(index) {
            is_new = self.heard.is_none() || !layer.is_heard(now);
            if is_new {
                // Closer than what was announced, which is the most that it may take: a picture that
                // is back would wait for a path that is wide enough for that.
                layer.rate.resume();
            }
            layer.rate.count(packet.payload.len(), now);
            layer.heard = Some(now);
        }
        self.heard = Some(now);
        (content, arrival, is_new)
    }

    /// Nothing comes any more. Returns whether something came before.
    pub fn silence(&mut self) -> bool {
        self.heard.take().is_some()
    }

    /// Somebody cannot go on without a keyframe.
    pub fn want_keyframe(&mut self) {
        self.keyframes.want();
    }

    /// Whether to ask for a keyframe now. While nothing comes, nobody would hear it.
    pub fn needs_keyframe(&mut self, now: Instant) -> bool {
        self.heard.is_some() && self.keyframes.poll(now)
    }

    /// Whether something was lost for good, once for each loss.
    pub fn has_lost(&mut self, now: Instant) -> bool {
        self.gaps.are_beyond_repair(now)
    }

    /// The layers inside that arrive.
    pub fn arriving(&self) -> Vec<Inside> {
        let Some(now) = self.heard else {
            return Vec::new();
        };
        let mut below = Some(0);
        let mut arriving = Vec::new();
        for (spatial, layer) in (0..).zip(&self.layers).filter(|(_, layer)| layer.is_heard(now)) {
            let rate = below.zip(layer.rate.rate()).map(|(below, rate)| below + rate);
            below = rate;
            let size = self.reader.sizes().get(usize::from(spatial)).copied();
            arriving.push(Inside { spatial, size, rate });
        }
        arriving
    }
}

impl Layer {
    /// Whether it comes at a time when the stream does: encoders leave out the upper layers where
    /// there is no room for them.
    fn is_heard(&self, now: Instant) -> bool {
        self.heard.is_some_and(|heard| now.saturating_duration_since(heard) < PATIENCE)
    }
}

/// A layer of which nothing comes for so long while others come is not there. Even the slowest
/// screen share has pictures in less.
const PATIENCE: Duration = Duration::from_secs(2);
