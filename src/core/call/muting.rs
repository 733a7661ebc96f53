//! What the SFU was told of mute states, and what it is to be told.

use indexmap::IndexMap;

use trunkline_protocol::sfu::signal;

use super::rpc::{Rpc, Rpcs};
use crate::core::{error::Error, host::Host, outbox::Outbox, state::TrackType};

/// One request at a time, so that the last state is the one that stands.
#[derive(Debug, Default)]
pub(crate) struct Muting {
    wanted: IndexMap<TrackType, bool>,
    told: IndexMap<TrackType, bool>,
    in_flight: Option<IndexMap<TrackType, bool>>,
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
        if self.in_flight.is_some() {
            return;
        }
        let mut news = self.wanted.clone();
        news.retain(|track_type, muted| {
            is_announced(*track_type) && self.told.get(track_type) != Some(muted)
        });
        if news.is_empty() {
            return;
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

    pub(crate) fn on_told<H: Host>(&mut self, out: &mut Outbox<H>, result: Result<(), Error<H>>) {
        let Some(news) = self.in_flight.take() else {
            return;
        };
        if let Err(error) = result {
            out.warn_of(error);
        }
        // A request that failed for good is not repeated before the next change.
        for (track_type, muted) in news {
            self.told.insert(track_type, muted);
        }
    }
}
