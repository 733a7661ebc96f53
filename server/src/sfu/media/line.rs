//! An m-line towards a subscriber.

use std::time::{Duration, Instant};

use str0m::{
    media::{Direction, MediaKind, Mid},
    rtp::{Ssrc, StreamTx},
};

use super::{
    rewriter::{Numbers, Rewriter},
    sdp,
};

/// An m-line. It outlives the track that it was made for: descriptions of long calls would grow
/// without end otherwise.
pub struct Line {
    pub mid: Mid,
    pub kind: MediaKind,
    /// What it was negotiated for; an m-line cannot go over to another codec.
    pub codec: String,
    /// Stands for the stream id inside str0m.
    token: String,
    state: State,
    /// The outgoing stream, once the m-line was answered.
    ssrc: Option<Ssrc>,
    /// Numbers go on from one track to the next.
    rewriter: Rewriter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Carries a track, as far as the client knows.
    Open,
    /// About to carry a track: the offer that says so is not answered.
    Opening,
    /// Its track is gone: the offer that says so is not made.
    Left,
    /// As before, the offer is not answered.
    Closing,
    /// Free for another track.
    Free,
}

impl Line {
    /// An m-line that is in the next offer.
    pub fn new(
        api: &mut str0m::change::SdpApi<'_>,
        number: u64,
        kind: MediaKind,
        codec: String,
    ) -> Self {
        let token = sdp::token_number(number);
        let stream = Some(sdp::token(&token));
        let mid = api.add_media(kind, Direction::SendOnly, stream, None, None);
        let rewriter = Rewriter::new(if kind == MediaKind::Audio { 48_000 } else { 90_000 });
        Self { mid, kind, codec, token, state: State::Opening, ssrc: None, rewriter }
    }

    /// By this the offer's text is told which stream id to put in.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Whether another track may have it. A client connects a track with an m-line only when the
    /// m-line was out of use in between.
    pub fn is_free_for(&self, kind: MediaKind, codec: &str) -> bool {
        self.state == State::Free && self.kind == kind && self.codec == codec
    }

    /// Lets another track have it, with the next offer.
    pub fn open(&mut self, api: &mut str0m::change::SdpApi<'_>) {
        self.state = State::Opening;
        api.set_direction(self.mid, Direction::SendOnly);
    }

    /// The track is gone.
    pub fn leave(&mut self) {
        self.state = State::Left;
    }

    /// Takes it out of use with the next offer.
    pub fn close(&mut self, api: &mut str0m::change::SdpApi<'_>) {
        if self.state == State::Left {
            self.state = State::Closing;
            api.set_direction(self.mid, Direction::Inactive);
        }
    }

    /// The offer was answered.
    pub fn answered(&mut self, api: &mut str0m::change::DirectApi<'_>) {
        match self.state {
            State::Opening => {
                let stream = api.stream_tx_by_mid(self.mid, None);
                if let Some(stream) = stream.filter(|stream| Some(stream.ssrc()) != self.ssrc) {
                    self.ssrc = Some(stream.ssrc());
                    keep_sent(stream);
                }
                self.state = State::Open;
            }
            State::Closing => self.state = State::Free,
            State::Open | State::Left | State::Free => {}
        }
    }

    /// Sends nothing again of what was sent so far, however often it is asked for.
    pub fn abandon(&self, api: &mut str0m::change::DirectApi<'_>) {
        if let Some(stream) = self.ssrc.and_then(|ssrc| api.stream_tx(&ssrc)) {
            keep_sent(stream);
        }
    }

    /// Drops what waits to be sent. What follows is another stream for the client.
    pub fn empty(&mut self, api: &mut str0m::change::DirectApi<'_>) {
        let (next, next_again) = (api.new_ssrc(), api.new_ssrc());
        let has_again = api.stream_tx_by_mid(self.mid, None).is_some_and(|s| s.rtx().is_some());
        let again = has_again.then_some(next_again);
        if let Some(stream) = api.reset_stream_tx(self.mid, None, next, again) {
            self.ssrc = Some(next);
            keep_sent(stream);
        }
    }

    /// Where packets go; none before the client knows what they are.
    pub fn stream(&self) -> Option<Ssrc> {
        self.ssrc.filter(|_| self.state == State::Open)
    }

    /// Lets the stream go on with this packet of another one.
    pub fn splice(&mut self, next: Numbers, now: Instant) {
        self.rewriter.splice(next, now);
    }

    /// Whether no packet with a higher number was met since the last splice.
    pub fn is_newest(&self, seq: u64) -> bool {
        self.rewriter.is_newest(seq)
    }

    /// The packet with this number does not pass, and leaves no gap.
    pub fn skip(&mut self, seq: u64) {
        self.rewriter.skip(seq);
    }

    /// The outgoing numbers of a packet; `None` for stragglers from before the last splice.
    pub fn rewrite(&mut self, packet: Numbers, now: Instant) -> Option<Numbers> {
        self.rewriter.rewrite(packet, now)
    }
}

/// Keeps what is sent from now on, to send it again, and nothing else.
fn keep_sent(stream: &mut StreamTx) {
    stream.set_rtx_cache(KEPT_PACKETS, KEPT_FOR, Some(MOST_RETRANSMITTED));
}

/// Sent packets that can be sent again.
const KEPT_PACKETS: usize = 2000;
const KEPT_FOR: Duration = Duration::from_secs(3);
/// Share of retransmissions above which those that wait are dropped. It is enough where one packet
/// in ten is lost; on a path that is full, more of them would only make it fuller.
const MOST_RETRANSMITTED: f32 = 0.2;
