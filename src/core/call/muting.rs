//! What the SFU was told of mute states, and what it is to be told.

use indexmap::IndexMap;

use trunkline_protocol::sfu::signal;

use super::{
    retelling::Retelling,
    rpc::{Rpc, Rpcs},
};
use crate::core::{
    error::{Category, Error},
    host::Host,
    outbox::Outbox,
    state::TrackType,
    time::Time,
};

/// One request at a time, so that the last state is the one that stands.
#[derive(Debug, Default)]
pub(crate) struct Muting {
    wanted: IndexMap<TrackType, bool>,
    told: IndexMap<TrackType, bool>,
    in_flight: Option<IndexMap<TrackType, bool>>,
    retelling: Retelling,
    /// What the SFU refused, it refused as a whole: its parts are told one by one, in turn.
    refusals: usize,
    /// How often in a row the SFU did not let a track be unmuted.
    denials: IndexMap<TrackType, u32>,
}

/// What the call has to do about an answer.
#[must_use]
pub(crate) enum MutingNews<H: Host> {
    Nothing,
    /// Only a new session can help.
    Disowned,
    /// The SFU does not let that be unmuted.
    Refused(TrackType, Error<H>),
}

/// How often it may be the word of somebody who has not heard yet that it is allowed.
const DENIALS: u32 = 3;

impl Muting {
    pub(crate) fn set(&mut self, track_type: TrackType, muted: bool) {
        self.wanted.insert(track_type, muted);
    }

    /// Muted, unless it was wished otherwise.
    pub(crate) fn set_unless_wanted(&mut self, track_type: TrackType) {
        self.wanted.entry(track_type).or_insert(true);
    }

    /// Tells what the SFU does not know yet, as far as it knows the track.
    pub(crate) fn tell<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        rpcs: &mut Rpcs,
        session_id: &str,
        is_known: impl Fn(TrackType, bool) -> bool,
    ) {
        if self.in_flight.is_some() || self.due().is_some_and(|due| due > out.now) {
            return;
        }
        let mut news = self.wanted.clone();
        news.retain(|track_type, muted| {
            is_known(*track_type, *muted) && self.told.get(track_type) != Some(muted)
        });
        // A refusal to unmute one is no refusal to mute another.
        if news.values().any(|muted| *muted) {
            news.retain(|_, muted| *muted);
        }
        if self.refusals > 0 && news.len() > 1 {
            let turn = self.refusals % news.len();
            news = news.into_iter().skip(turn).take(1).collect();
        }
        if news.is_empty() {
            return self.retelling.taken();
        }
        let request = signal::UpdateMuteStatesRequest {
            session_id: session_id.to_owned(),
            mute_states: news
                .iter()
                .map(|(track_type, muted)| signal::TrackMuteState {
                    track_type: (*track_type).into(),
                    muted: *muted,
                })
                .collect(),
        };
        rpcs.send(out, Rpc::UpdateMuteStates, &request);
        self.in_flight = Some(news);
    }

    /// The SFU has answered, or has not.
    pub(crate) fn on_told<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        result: Result<(), Error<H>>,
    ) -> MutingNews<H> {
        let Some(news) = self.in_flight.take() else {
            return MutingNews::Nothing;
        };
        let Err(error) = result else {
            self.denials.retain(|track_type, _| !news.contains_key(track_type));
            self.told.extend(news);
            self.retelling.taken();
            self.refusals = 0;
            return MutingNews::Nothing;
        };
        // It may have arrived all the same.
        self.told.retain(|track_type, _| !news.contains_key(track_type));
        self.refusals = if error.retryable { 0 } else { self.refusals.wrapping_add(1) };
        if let (Category::Permission, 1, Some((track_type, false))) =
            (error.category, news.len(), news.first())
        {
            let denials = self.denials.entry(*track_type).or_default();
            *denials += 1;
            // By now somebody may have muted it.
            if *denials >= DENIALS && self.wanted.get(track_type) == Some(&false) {
                self.denials.shift_remove(track_type);
                return MutingNews::Refused(*track_type, error);
            }
        }
        if self.retelling.failed(out, error) { MutingNews::Nothing } else { MutingNews::Disowned }
    }

    /// When to tell again what the SFU did not take.
    pub(crate) fn due(&self) -> Option<Time> {
        self.retelling.due().filter(|_| self.in_flight.is_none())
    }
}
