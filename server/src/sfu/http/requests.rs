//! The methods of the service: how large their requests may be, and what they ask of the worker.

use serde::de::IgnoredAny;
use trunkline_protocol::sfu::{
    models::{Error, ErrorCode, IceTrickle, TrackInfo},
    signal::{
        IceRestartRequest, SendAnswerRequest, SendStatsRequest, SetPublisherRequest,
        TrackSubscriptionDetails, UpdateMuteStatesRequest, UpdateSubscriptionsRequest,
    },
};

use crate::sfu::{
    media::{Answer, Offer},
    requests::Rpc,
    signalling::error,
};

/// A method of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    SetPublisher,
    SendAnswer,
    IceTrickle,
    UpdateSubscriptions,
    UpdateMuteStates,
    IceRestart,
    SendStats,
    SendMetrics,
    StartNoiseCancellation,
    StopNoiseCancellation,
}

impl Method {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "SetPublisher" => Self::SetPublisher,
            "SendAnswer" => Self::SendAnswer,
            "IceTrickle" => Self::IceTrickle,
            "UpdateSubscriptions" => Self::UpdateSubscriptions,
            "UpdateMuteStates" => Self::UpdateMuteStates,
            "IceRestart" => Self::IceRestart,
            "SendStats" => Self::SendStats,
            "SendMetrics" => Self::SendMetrics,
            "StartNoiseCancellation" => Self::StartNoiseCancellation,
            "StopNoiseCancellation" => Self::StopNoiseCancellation,
            _ => return None,
        })
    }

    /// Bytes of the largest body.
    pub fn most_bytes(self) -> usize {
        match self {
            // A description, with as much again for what is around it and for quotes in JSON.
            Self::SetPublisher => 128 * KIB,
            // An m-line for each track that is received.
            Self::SendAnswer => 320 * KIB,
            // As many wishes as are taken, in JSON.
            Self::UpdateSubscriptions => 96 * KIB,
            // Statistics with traces can be several MiB.
            Self::SendStats => 8 * 1024 * KIB,
            _ => 32 * KIB,
        }
    }

    /// Bytes of a body for which a request counts once more.
    pub fn bytes_per_request(self) -> usize {
        match self {
            // Quickly read.
            Self::SendStats => 256 * KIB,
            _ => 4 * KIB,
        }
    }

    /// Whether reading the request takes long.
    pub fn is_heavy(self) -> bool {
        matches!(self, Self::SetPublisher | Self::SendAnswer | Self::SendStats)
    }
}

pub(super) fn set_publisher(request: SetPublisherRequest) -> (String, Rpc) {
    let SetPublisherRequest { sdp, session_id, tracks } = request;
    let rpc = check_tracks(&tracks).and_then(|()| {
        let offer = Box::new(Offer::read(&sdp)?);
        Ok(Rpc::SetPublisher { offer, tracks })
    });
    (session_id, rpc.unwrap_or_else(Rpc::Invalid))
}

pub(super) fn send_answer(request: SendAnswerRequest) -> (String, Rpc) {
    let rpc = Rpc::SendAnswer {
        peer: request.peer_type(),
        negotiation_id: request.negotiation_id,
        answer: Answer::read(&request.sdp).map(Box::new),
    };
    (request.session_id, rpc)
}

pub(super) fn ice_trickle(request: IceTrickle) -> (String, Rpc) {
    (request.session_id, Rpc::Nothing)
}

pub(super) fn subscriptions(request: UpdateSubscriptionsRequest) -> (String, Rpc) {
    let UpdateSubscriptionsRequest { session_id, tracks } = request;
    let rpc = match check_wishes(&tracks) {
        Ok(()) => Rpc::UpdateSubscriptions(tracks),
        Err(error) => Rpc::Invalid(error),
    };
    (session_id, rpc)
}

pub(super) fn mute_states(request: UpdateMuteStatesRequest) -> (String, Rpc) {
    let UpdateMuteStatesRequest { session_id, mute_states } = request;
    let rpc = match at_most(MOST_TRACKS, "mute states", mute_states.len()) {
        Ok(()) => Rpc::UpdateMuteStates(mute_states),
        Err(error) => Rpc::Invalid(error),
    };
    (session_id, rpc)
}

pub(super) fn ice_restart(request: IceRestartRequest) -> (String, Rpc) {
    let rpc = Rpc::IceRestart(request.peer_type());
    (request.session_id, rpc)
}

/// Statistics are lists in JSON, or nothing where there is none.
pub(super) fn send_stats(request: SendStatsRequest) -> (String, Rpc) {
    let lists = [
        ("subscriber_stats", &request.subscriber_stats),
        ("publisher_stats", &request.publisher_stats),
        ("rtc_stats", &request.rtc_stats),
    ];
    let wrong = lists.into_iter().find(|(_, list)| {
        !list.is_empty() && serde_json::from_str::<Vec<IgnoredAny>>(list).is_err()
    });
    let readable = wrong.map_or(Ok(()), |(name, _)| {
        Err(error(ErrorCode::RequestValidationFailed, format!("{name} is no JSON array")))
    });
    (request.session_id, Rpc::SendStats { readable })
}

/// Each of them costs whoever works through the list, of every participant.
pub(super) fn check_wishes(wishes: &[TrackSubscriptionDetails]) -> Result<(), Error> {
    at_most(MOST_WISHES, "tracks", wishes.len())
}

fn check_tracks(tracks: &[TrackInfo]) -> Result<(), Error> {
    at_most(MOST_TRACKS, "tracks", tracks.len())?;
    let layers = tracks.iter().map(|track| track.layers.len()).max().unwrap_or_default();
    at_most(MOST_LAYERS, "layers of a track", layers)
}

fn at_most(most: usize, what: &str, count: usize) -> Result<(), Error> {
    if count <= most {
        return Ok(());
    }
    let text = format!("{count} {what} are too many: at most {most}");
    Err(error(ErrorCode::RequestValidationFailed, text))
}

const KIB: usize = 1024;
/// There are four types, of each one track.
const MOST_TRACKS: usize = 16;
/// In space and time.
const MOST_LAYERS: usize = 16;
/// Videos that somebody sees at once, and then some: sound comes without asking.
const MOST_WISHES: usize = 512;
