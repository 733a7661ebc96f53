//! The peer connection on which a participant receives: what is offered, and what passes.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use str0m::{
    bwe::Bitrate, change::SdpPendingOffer, format::PayloadParams, media::Mid, net::Transmit,
    rtp::RtpPacket,
};
use trunkline_protocol::sfu::models::Error;

use super::{
    allocation::{Demand, allocate, goal, is_short},
    congestion::{Change, Congestion},
    description::{Answer, refused},
    draft::{Draft, DraftLine},
    endpoint::Endpoint,
    estimate::Estimate,
    layers::{ArrivingLayer, StreamId},
    line::Line,
    negotiation::{Due, Negotiation},
    output::Output,
    peer::{Path, Peer, PeerEvent, Side},
    publisher::Origin,
    rate::RateMeter,
    search::Search,
};
use crate::sfu::{
    ids::{KINDS, SessionKey, TrackKey, is_audio},
    random,
    signalling::AvailableTrack,
};

/// What one participant receives.
pub struct Subscriber {
    pub peer: Peer,
    outputs: HashMap<TrackKey, Output>,
    /// m-lines whose track is gone.
    idle: Vec<Line>,
    last_line: u64,
    negotiation: Negotiation,
    pending: Option<SdpPendingOffer>,
    last_offer: Option<Draft>,
    restart: bool,
    estimate: Estimate,
    congestion: Congestion,
    audio: RateMeter,
    search: Search,
    /// bits/s that the transport was told to look for.
    desired: u64,
    /// No video gets more before this: bandwidth has just fallen.
    held_until: Option<Instant>,
}

/// Which tracks are received now and were not, and the other way round, and what else is new.
#[derive(Debug, Default, PartialEq)]
pub struct Difference {
    pub added: Vec<TrackKey>,
    pub removed: Vec<TrackKey>,
    /// Videos that are wanted otherwise than before: not at all any more, or in another size.
    pub videos: Vec<TrackKey>,
}

/// What a new allocation of bandwidth needs and changed.
#[derive(Default)]
pub struct Allocation {
    /// Streams from which more cannot pass without a keyframe.
    pub keyframes: Vec<(TrackKey, StreamId)>,
    /// Tracks that are paused now, or no longer.
    pub pauses: Vec<(TrackKey, bool)>,
}

impl Subscriber {
    pub fn new(endpoint: &Endpoint, now: Instant) -> Self {
        Self {
            peer: Peer::new(endpoint, Side::Subscriber, now),
            outputs: HashMap::new(),
            idle: Vec::new(),
            last_line: 0,
            negotiation: Negotiation::default(),
            pending: None,
            last_offer: None,
            restart: false,
            estimate: Estimate::default(),
            congestion: Congestion::default(),
            audio: RateMeter::default(),
            search: Search::default(),
            desired: 0,
            held_until: None,
        }
    }

    /// Brings the outputs up to date with what there is and what is wished for.
    ///
    /// A track that is no longer wanted keeps its m-line: it may be wanted again, and frames then
    /// go on without a negotiation.
    pub fn update(&mut self, available: &[AvailableTrack]) -> Difference {
        let known: Vec<_> = self.outputs.keys().copied().collect();
        self.replace(known, available)
    }

    /// The same for what one publisher sends.
    pub fn update_from(
        &mut self,
        publisher: SessionKey,
        available: &[AvailableTrack],
    ) -> Difference {
        self.replace(KINDS.map(|kind| TrackKey { publisher, kind }), available)
    }

    /// Brings outputs up to date: in place of these tracks there are others.
    fn replace(
        &mut self,
        known: impl IntoIterator<Item = TrackKey>,
        available: &[AvailableTrack],
    ) -> Difference {
        let mut difference = Difference::default();
        let tracks: HashMap<_, _> = available.iter().map(|track| (track.key, track)).collect();
        for key in known {
            let codec = tracks.get(&key).map(|track| track.codec.as_str());
            // An m-line cannot go over to another codec.
            let is_gone = |output: &&mut Output| codec != Some(output.codec.as_str());
            let Some(output) = self.outputs.get_mut(&key).filter(is_gone) else {
                continue;
            };
            if let Some(mut line) = output.line.take() {
                line.leave();
                self.idle.push(line);
            }
            self.outputs.remove(&key);
            difference.removed.push(key);
        }
        let mut changed = Vec::new();
        for track in available {
            match self.outputs.get_mut(&track.key) {
                Some(output) => changed.extend(output.update(track).then_some(track.key)),
                None if track.wish.is_some() => {
                    self.outputs.insert(track.key, Output::new(track));
                    difference.added.push(track.key);
                }
                None => {}
            }
        }
        let all = difference.added.iter().chain(&difference.removed).chain(&changed);
        difference.videos = all.filter(|key| !is_audio(key.kind)).copied().collect();
        difference
    }

    /// A track is muted, or not any more. Returns whether that is new.
    pub fn set_live(&mut self, key: TrackKey, live: bool) -> bool {
        self.outputs.get_mut(&key).is_some_and(|output| output.set_live(live))
    }

    /// The next offer is to restart ICE, whether or not an earlier one was answered.
    pub fn restart(&mut self) {
        self.restart = true;
    }

    /// What to offer now, if anything. At most one offer waits for its answer.
    pub fn offer(&mut self, now: Instant) -> Option<Draft> {
        if self.negotiation.is_outstanding() && !self.restart {
            return None;
        }
        // An ICE restart makes sense only for a connection that was begun.
        let restart = std::mem::take(&mut self.restart) && self.last_offer.is_some();
        let pending = self.pending.take();
        let Self { peer, outputs, idle, last_line, .. } = self;
        let lines = outputs.values().filter_map(|output| output.line.as_ref()).chain(&*idle);
        let known: HashSet<_> = lines.map(|line| line.mid).collect();
        let mut new: Vec<_> =
            outputs.iter_mut().filter(|(_, output)| output.line.is_none()).collect();
        new.sort_by_key(|(key, _)| **key);
        // The others are in the next one.
        new.truncate(MOST_NEW_LINES);
        let (mut reused, mut fresh) = (Vec::new(), Vec::new());
        for (_, output) in new {
            let (kind, codec) = (output.media_kind(), output.codec.as_str());
            match idle.iter().position(|line| line.is_free_for(kind, codec)) {
                Some(index) => reused.push(output.line.insert(idle.swap_remove(index))),
                None => fresh.push(output),
            }
        }
        let shard = peer.shard();
        let made = peer.attempt(|rtc| {
            // str0m makes up names of three letters, and does not look at those in the same offer or in
            // one that is not answered: of a hundred at once, one time in fifty two are the same.
            let (mut api, lines) = loop {
                let mut api = rtc.sdp_api();
                let mut names = known.clone();
                let line = |(output, number): (&&mut Output, u64)| {
                    Line::new(&mut api, number, output.media_kind(), output.codec.clone())
                };
                let lines: Vec<_> = fresh.iter().zip(*last_line + 1..).map(line).collect();
                if lines.iter().all(|line| names.insert(line.mid)) {
                    break (api, lines);
                }
            };
            *last_line += lines.len() as u64;
            for (output, line) in fresh.into_iter().zip(lines) {
                output.line = Some(line);
            }
            for line in reused {
                line.open(&mut api);
            }
            if let Some(pending) = pending {
                api.merge(pending);
            }
            for line in idle {
                line.close(&mut api);
            }
            if restart {
                random::reseed();
                // str0m makes names up until one has the mark.
                while !shard.owns(&api.ice_restart(true).ufrag) {}
            }
            Ok(api.apply())
        });
        let (offer, pending) = made.ok()??;
        self.pending = Some(pending);
        let id = self.negotiation.offered(now);
        let draft = Draft::new(offer, restart, self.draft_lines(), id);
        Some(self.last_offer.insert(draft).clone())
    }

    /// What to do about an offer that is not answered.
    pub fn overdue(&mut self, now: Instant) -> Option<Overdue> {
        match self.negotiation.poll(now) {
            Due::Nothing => None,
            Due::GiveUp => Some(Overdue::GaveUp),
            Due::Repeat(id) => Some(Overdue::Repeat(self.last_offer.as_ref()?.again(id))),
        }
    }

    /// Takes an answer. One to an earlier offer is ignored.
    pub fn answer(
        &mut self,
        id: u32,
        answer: Result<Box<Answer>, Error>,
        now: Instant,
    ) -> Result<(), Error> {
        if !self.negotiation.answered(id) {
            return Ok(());
        }
        let Some(pending) = self.pending.take() else {
            return Ok(());
        };
        let Answer { sdp: answer, client } = *answer?;
        let accepted = self.peer.attempt(|rtc| rtc.sdp_api().accept_answer(pending, answer));
        self.peer.elapse(now);
        accepted.map_err(|reason| refused("answer", &reason))?;
        self.peer.consent.learn(client);
        let Self { peer, outputs, idle, .. } = self;
        let mut api = peer.rtc.direct_api();
        let used = outputs.values_mut().filter_map(|output| output.line.as_mut());
        for line in used.chain(idle) {
            line.answered(&mut api);
        }
        Ok(())
    }

    /// Takes note of the path. Returns whether to decide anew which layers pass.
    pub fn observe(&mut self, path: Path, now: Instant) -> bool {
        let before = self.estimate.get();
        self.estimate.update(path.estimate, now);
        let video = self.outputs.values().filter_map(Output::rate).sum();
        let audio = self.audio.rate().unwrap_or_default();
        match self.congestion.observe(path, video, audio, now) {
            None => self.estimate.get() != before,
            Some(Change::Stop) => {
                self.abandon();
                self.seek(0);
                true
            }
            Some(Change::Measure(rate)) => {
                // Whether all of what there was is there again.
                self.measure(rate, before.unwrap_or_default().max(rate));
                false
            }
            Some(Change::Resume) => {
                self.estimate.forget();
                self.estimate.update(path.estimate, now);
                true
            }
        }
    }

    /// Takes note of the layers of a track that arrive.
    pub fn see(&mut self, key: TrackKey, arriving: &[ArrivingLayer]) {
        if let Some(output) = self.outputs.get_mut(&key) {
            output.see(arriving);
        }
    }

    /// Decides which layer of each video passes. `important` are the sessions that come first.
    pub fn allocate(&mut self, important: &HashSet<SessionKey>, now: Instant) -> Allocation {
        let mut keys = Vec::new();
        let mut demands: Vec<Demand> = Vec::new();
        for (key, output) in &mut self.outputs {
            match output.demand(important.contains(&key.publisher)) {
                Some(demand) => {
                    keys.push((*key, output.is_paused()));
                    demands.push(demand);
                }
                None => output.clear_target(),
            }
        }
        let audio = self.audio.rate().unwrap_or_default();
        let estimate = self.estimate.get();
        let budget = estimate.map_or(u64::MAX, |estimate| estimate.saturating_sub(audio));
        let budget = budget.max(ALWAYS);
        let mut steps = allocate(&demands, budget);
        let is_stopped = self.congestion.is_stopped();
        if is_stopped {
            steps.fill(None);
        }
        let fell = demands.iter().zip(&steps).any(|(demand, step)| *step < demand.current);
        if fell {
            self.held_until = Some(now + HOLD);
        }
        let is_held = self.held_until.is_some_and(|until| now < until);
        let is_connected = self.peer.is_connected();
        let mut allocation = Allocation::default();
        for (((key, was_paused), demand), step) in keys.into_iter().zip(&demands).zip(&mut steps) {
            // What has just come is not made to wait.
            if is_held && *step > demand.current && (was_paused || demand.current.is_some()) {
                *step = demand.current;
            }
            let Some(output) = self.outputs.get_mut(&key) else {
                continue;
            };
            let must_pause = output.must_pause(step.is_some(), now);
            if is_stopped && !must_pause {
                output.halt();
                continue;
            }
            if step.is_none() && !must_pause {
                *step = demand.current.map(|_| 0);
            }
            output.set_step(*step);
            if output.is_paused() != was_paused {
                allocation.pauses.push((key, output.is_paused()));
            }
            if was_paused && step.is_some() {
                output.resync();
            }
            // What comes before anything can pass would be of no use, and browsers ignore the request
            // that comes soon after it.
            let needed = output.needed_keyframe().filter(|_| is_connected);
            allocation.keyframes.extend(needed.map(|stream| (key, stream)));
        }
        self.peer.is_searched = is_short(&demands, &steps);
        // Who comes first is told first.
        allocation.pauses.sort_by_key(|(key, _)| !important.contains(&key.publisher));
        if is_stopped {
            return allocation;
        }
        self.look_for(goal(&demands, &steps, audio, estimate));
        let lacking = estimate.filter(|_| is_short(&demands, &steps));
        if self.search.is_due(lacking, now)
            && let Some(estimate) = lacking
        {
            // With care: the path may be full.
            self.measure(estimate, estimate);
        }
        allocation
    }

    /// Gives up what was lost of videos.
    fn abandon(&mut self) {
        let Self { peer, outputs, .. } = self;
        let mut api = peer.rtc.direct_api();
        let videos = outputs.iter_mut().filter(|(key, _)| !is_audio(key.kind));
        for line in videos.filter_map(|(_, output)| output.line.as_mut()) {
            line.abandon(&mut api);
        }
    }

    /// Has the transport begin its estimate anew, at `from` bits/s, and look for `wanted`.
    fn measure(&mut self, from: u64, wanted: u64) {
        self.peer.rtc.bwe().reset(Bitrate::bps(from));
        // Also has packets leave no faster.
        self.seek(wanted);
    }

    /// Packets were lost for good: every picture has to begin anew.
    pub fn resync(&mut self) {
        self.outputs.values_mut().for_each(Output::resync);
    }

    /// Packets of a track were left out: it begins anew.
    pub fn resync_track(&mut self, key: TrackKey) {
        if let Some(output) = self.outputs.get_mut(&key) {
            output.resync();
        }
    }

    /// Whether a stream of a track passes.
    pub fn shows(&self, key: TrackKey, stream: StreamId) -> bool {
        self.outputs.get(&key).is_some_and(|output| output.shows(stream))
    }

    /// Packets of a stream will not come any more: who sees it goes on with a picture that needs
    /// none of them. Returns whether it is seen.
    pub fn skip_lost(&mut self, key: TrackKey, stream: StreamId) -> bool {
        let shown = self.outputs.get_mut(&key).filter(|output| output.shows(stream));
        shown.map(Output::resync).is_some()
    }

    /// The path is there again: what was sent while nothing came through is lost, and not worth to be
    /// sent again. Every picture begins anew.
    pub fn resume(&mut self) {
        self.abandon();
        self.resync();
    }

    /// The track and stream behind an m-line.
    pub fn stream_at(&self, mid: Mid) -> Option<(TrackKey, StreamId)> {
        let is_meant = |output: &Output| output.line.as_ref().is_some_and(|line| line.mid == mid);
        let (key, output) = self.outputs.iter().find(|(_, output)| is_meant(output))?;
        Some((*key, output.stream()?))
    }

    /// The videos that are received or were.
    pub fn videos(&self) -> impl Iterator<Item = TrackKey> + '_ {
        self.outputs.keys().filter(|track| !is_audio(track.kind)).copied()
    }

    /// The output of a track, if it is wanted now.
    pub fn wanted(&self, key: TrackKey) -> Option<&Output> {
        self.outputs.get(&key).filter(|output| output.is_open())
    }

    /// Lets a packet pass, if it is to. Returns whether it did: the peer has to be drained then.
    pub fn forward(
        &mut self,
        key: TrackKey,
        packet: &RtpPacket,
        origin: &Origin,
        now: Instant,
    ) -> bool {
        let Self { peer, outputs, audio, .. } = self;
        if !peer.is_connected() {
            return false;
        }
        let Some(output) = outputs.get_mut(&key) else {
            return false;
        };
        let Some(ssrc) = output.line.as_ref().and_then(Line::stream) else {
            return false;
        };
        let format = origin.codec;
        let find = || peer.rtc.codec_config().match_params(format).map(PayloadParams::pt);
        let Some(payload_type) = output.payload_type(format, find) else {
            return false;
        };
        let Some(write) = output.forward(packet, origin, payload_type, now) else {
            return false;
        };
        if is_audio(key.kind) {
            audio.count(packet.payload.len(), now);
        } else {
            peer.expect_feedback(now);
        }
        peer.keep_busy(now);
        let mut api = peer.rtc.direct_api();
        let stream = api.stream_tx(&ssrc);
        stream.map(|stream| stream.write_rtp(write)).is_some()
    }

    /// Finds out whose packets cannot be sent, when the peer connection broke over what was due, and
    /// drops what waits of them. `None` if it is over for another reason.
    pub fn expel(
        &mut self,
        now: Instant,
        outgoing: &mut Vec<Transmit>,
        events: &mut Vec<PeerEvent>,
    ) -> Option<TrackKey> {
        let Self { peer, outputs, .. } = self;
        let mut suspects: Vec<_> = outputs.iter_mut().collect();
        suspects.sort_by_key(|(_, output)| std::cmp::Reverse(output.last_passed));
        for (key, output) in suspects {
            let Some(line) = output.line.as_mut().filter(|line| line.stream().is_some()) else {
                continue;
            };
            let emptied = peer.attempt(|rtc| {
                line.empty(&mut rtc.direct_api());
                Ok(())
            });
            output.resync();
            if emptied.is_err() {
                break;
            }
            peer.forgive();
            peer.drain(now, outgoing, events);
            if !peer.is_fault_unclear() {
                return Some(*key);
            }
        }
        None
    }

    /// Has the transport look for this much, in bits/s.
    fn look_for(&mut self, goal: u64) {
        let wanted = goal / 2;
        // Small movements are not worth a new search.
        if wanted.abs_diff(self.desired) > self.desired / 8 {
            self.seek(wanted);
        }
    }

    /// Has the transport look for up to twice as much, in bits/s, and for nothing with zero.
    fn seek(&mut self, wanted: u64) {
        self.desired = wanted;
        self.peer.rtc.bwe().set_desired_bitrate(Bitrate::bps(wanted));
    }

    /// What the text of an offer has to say of the m-lines.
    fn draft_lines(&self) -> Vec<DraftLine> {
        let lines =
            self.outputs.values().filter_map(|output| Some((output.line.as_ref()?, output)));
        let used = lines.map(|(line, output)| DraftLine {
            mid: line.mid.to_string(),
            codec: output.codec.clone(),
            stream: Some((line.token().to_owned(), output.stream_id.clone())),
            stereo: output.stereo,
        });
        let idle = self.idle.iter().map(|line| DraftLine {
            mid: line.mid.to_string(),
            codec: line.codec.clone(),
            stream: None,
            stereo: false,
        });
        used.chain(idle).collect()
    }
}

/// An offer that was not answered in time.
pub enum Overdue {
    /// Send it again: it may have met a client that was just replacing its peer connection.
    Repeat(Draft),
    /// The client does not answer.
    GaveUp,
}

/// bits/s for video that every path is expected to take. An estimate can be lower for a while
/// where the machine at the other end is busy.
const ALWAYS: u64 = 80_000;
/// More of them in one offer have the same names too often.
const MOST_NEW_LINES: usize = 256;
/// After bandwidth fell, nothing goes up for so long: the estimate needs time to settle.
const HOLD: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests;
