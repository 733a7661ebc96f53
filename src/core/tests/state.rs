//! Questions about the state of a call.

use super::native::{CallState, Participant};
use crate::core::TrackType;

#[test]
fn the_others_who_publish_are_told_once_each() {
    let participant = |user_id: &str, is_local, track_type| Participant {
        user_id: user_id.to_owned(),
        is_local,
        published_tracks: vec![track_type],
        ..Participant::default()
    };
    let mut state = CallState::default();
    for participant in [
        participant("me", true, TrackType::Audio),
        participant("b", false, TrackType::Audio),
        participant("b", false, TrackType::Audio),
        participant("c", false, TrackType::Video),
    ]
    .into_iter()
    .enumerate()
    .map(|(number, person)| Participant { session_id: number.to_string(), ..person })
    {
        state.participants.push(participant);
    }

    assert_eq!(state.others_who_publish(TrackType::Audio), ["b"]);
    assert!(state.others_who_publish(TrackType::ScreenShare).is_empty());
}
