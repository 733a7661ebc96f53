//! Questions about the state of a call.

use super::native::{CallState, Participant};
use crate::core::{Activity, TrackType};

#[test]
fn the_others_who_publish_are_told_once_each() {
    let participant = |user_id: &str, is_local, track_type: TrackType| {
        let participant =
            Participant { user_id: user_id.to_owned(), is_local, ..Participant::default() };
        let published_tracks = [track_type].into_iter().collect();
        (participant, Activity { published_tracks, ..Activity::default() })
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
    {
        let (number, (participant, activity)) = participant;
        let participant = Participant { session_id: number.to_string(), ..participant };
        state.participants.insert(Box::new(participant), activity);
    }

    assert_eq!(state.others_who_publish(TrackType::Audio), ["b"]);
    assert!(state.others_who_publish(TrackType::ScreenShare).is_empty());
}
