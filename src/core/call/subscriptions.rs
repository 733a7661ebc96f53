//! Which videos are wanted, and in which size.

use indexmap::IndexMap;

use trunkline_protocol::sfu::{models, signal};

use super::{
    retelling::Retelling,
    rpc::{Rpc, Rpcs},
};
use crate::core::{
    error::Error,
    host::Host,
    outbox::Outbox,
    roster::Roster,
    state::{Dimension, TrackType},
    time::{Duration, Time},
};

/// A new wish is urgent: somebody looks at an empty tile.
const URGENT: Duration = Duration::from_millis(20);
/// A wish that ended can wait a little.
const SOON: Duration = Duration::from_millis(100);
/// A tile that is being resized sends many.
const CALM: Duration = Duration::from_millis(600);

/// The sizes in which videos are shown, by session and track type. They outlive a connection, and
/// may name sessions that are not in the call yet.
pub(crate) type Wishes = IndexMap<(String, TrackType), Dimension>;

/// Tells the SFU the whole list of wanted videos whenever it changes, one request at a time, until
/// it has taken it.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    due: Option<Time>,
    in_flight: bool,
    told: Option<Vec<signal::TrackSubscriptionDetails>>,
    retelling: Retelling,
}

/// How soon a changed wish is to be told.
pub(crate) fn urgency(before: Option<Dimension>, after: Option<Dimension>) -> Duration {
    match (before, after) {
        (None, Some(_)) => URGENT,
        (_, None) => SOON,
        (Some(before), Some(after)) => {
            // An element that grew by more than a fifth shows a picture that is too small for it.
            let grew = |before: u32, after: u32| u64::from(after) * 5 > u64::from(before) * 6;
            let urgent = grew(before.width, after.width) || grew(before.height, after.height);
            if urgent { URGENT } else { CALM }
        }
    }
}

impl Subscriptions {
    /// The list may have changed; tells it after `delay`, or sooner if that is planned.
    pub(crate) fn touch<H: Host>(&mut self, out: &Outbox<H>, delay: Duration) {
        let at = out.after(delay);
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// Somebody began or ceased to publish.
    pub(crate) fn touch_published<H: Host>(&mut self, out: &Outbox<H>, published: bool) {
        self.touch(out, if published { URGENT } else { SOON });
    }

    pub(crate) fn on_timeout<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        rpcs: &mut Rpcs,
        session_id: &str,
        participants: &Roster<H>,
    ) {
        if self.due().is_none_or(|due| due > out.now) {
            return;
        }
        self.due = None;
        let tracks = wanted(participants);
        if self.told.as_ref() == Some(&tracks) {
            return;
        }
        self.told = Some(tracks.clone());
        self.in_flight = true;
        let request =
            signal::UpdateSubscriptionsRequest { session_id: session_id.to_owned(), tracks };
        rpcs.send(out, Rpc::UpdateSubscriptions, &request);
    }

    /// The SFU has answered, or has not. `false` when only a new session can help.
    #[must_use]
    pub(crate) fn on_told<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        result: Result<(), Error<H>>,
    ) -> bool {
        self.in_flight = false;
        let Err(error) = result else {
            self.retelling.taken();
            return true;
        };
        // It may have arrived all the same.
        self.told = None;
        self.due = Some(out.now);
        self.retelling.failed(out, error)
    }

    pub(crate) fn due(&self) -> Option<Time> {
        self.due.filter(|_| !self.in_flight).map(|due| self.retelling.at(due))
    }
}

/// The complete list for the SFU: what is left out is unsubscribed. Audio of people is not in it,
/// since the SFU sends that unasked (SFU protocol, subscriptions).
pub(crate) fn wanted<H: Host>(participants: &Roster<H>) -> Vec<signal::TrackSubscriptionDetails> {
    let mut tracks = Vec::new();
    for (participant, activity) in participants.active().filter(|(p, _)| !p.is_local) {
        let mut want = |track_type: TrackType, size: Option<Dimension>| {
            if activity.published_tracks.contains(track_type) {
                tracks.push(signal::TrackSubscriptionDetails {
                    user_id: participant.user_id.clone(),
                    session_id: participant.session_id.clone(),
                    track_type: track_type.into(),
                    dimension: size.map(|size| models::VideoDimension {
                        width: size.width,
                        height: size.height,
                    }),
                });
            }
        };
        if participant.video_dimension.is_some() {
            want(TrackType::Video, participant.video_dimension);
        }
        if participant.screen_share_dimension.is_some() {
            want(TrackType::ScreenShare, participant.screen_share_dimension);
        }
        want(TrackType::ScreenShareAudio, None);
    }
    tracks
}
