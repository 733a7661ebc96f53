//! Own capabilities that the SFU heeds.

use trunkline_protocol::sfu::models::TrackType;

/// The own capability that publishing a type needs.
pub(super) fn capability(kind: TrackType) -> Option<&'static str> {
    match kind {
        TrackType::Unspecified => None,
        TrackType::Audio => Some("send-audio"),
        TrackType::Video => Some("send-video"),
        TrackType::ScreenShare | TrackType::ScreenShareAudio => Some("screenshare"),
    }
}

/// Being in a call that is not live.
pub(super) const JOIN_BACKSTAGE: &str = "join-backstage";
