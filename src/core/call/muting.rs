//! What the SFU was told of mute states, and what it is to be told.

use indexmap::IndexMap;

use trunkline_protocol::sfu::signal;

use super::{
    retelling::Retelling,
    rpc::{Rpc, Rpcs},
};
use crate::core::{error::Error, host::Host, outbox::Outbox, state::TrackType, time::Time};

/// One request at a time, so that the last state is the one that stands.
#[derive(Debug, Default)]
pub(crate) struct Muting {
    wanted: IndexMap<TrackType, bool>,
    told: IndexMap<TrackType, bool>,
    in_flight: Option<IndexMap<TrackType, bool>>,
    retelling: Retelling,
    /// What the SFU refused, it refused as a whole: its parts are told one by one, in turn.
    refusals: usize,
}

impl Muting {
    pub(crate) fn set(&mut self, track_type: TrackType, muted: bool) {
        self.wanted.insert(track_type, muted);
    }

    /// Tells what the SFU does not know yet.
    pub(crate) fn tell<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        rpcs: &mut Rpcs,
        session_id: &str,
        is_announced: impl Fn(TrackType) -> bool,
    ) {
        if self.in_flight.is_some() || self.due().is_some_and(|due| due > out.now) {
            return;
        }
        let mut news = self.wanted.clone();
        news.retain(|track_type, muted| {
            is_announced(*track_type) && self.told.get(track_type) != Some(muted)
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

    /// The SFU has answered, or has not. `false` when only a new session can help.
    #[must_use]
    pub(crate) fn on_told<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        result: Result<(), Error<H>>,
    ) -> bool {
        let Some(news) = self.in_flight.take() else {
            return true;
        };
        let Err(error) = result else {
            self.told.extend(news);
            self.retelling.taken();
            self.refusals = 0;
            return true;
        };
        // It may have arrived all the same.
        self.told.retain(|track_type, _| !news.contains_key(track_type));
        self.refusals = if error.retryable { 0 } else { self.refusals.wrapping_add(1) };
        self.retelling.failed(out, error)
    }

    /// When to tell again what the SFU did not take.
    pub(crate) fn due(&self) -> Option<Time> {
        self.retelling.due().filter(|_| self.in_flight.is_none())
    }
}
