//! Participants, tracks and subscriptions of a joined call.

use trunkline_protocol::sfu::{
    event::{self, sfu_event::EventPayload},
    models, signal,
};

use super::{
    host::Host,
    server::{joined, participant, published},
};
use crate::core::tests::native::Input;
use crate::core::{CallKey, CallingState, Dimension, Media, PeerInput, RemoteTrackId, TrackType};

const SIZE: Dimension = Dimension { width: 320, height: 180 };

#[test]
fn people_come_and_go() {
    let (mut host, call) = Host::joined();

    host.sfu(joined("carol"));
    host.sfu(joined("carol"));
    assert_eq!(names(&host, call), ["bob", "alice", "carol"], "a repetition adds nobody");

    host.sfu(EventPayload::ParticipantLeft(event::ParticipantLeft {
        participant: Some(participant("bob", "bob-session")),
        ..event::ParticipantLeft::default()
    }));
    assert_eq!(names(&host, call), ["alice", "carol"]);
}

#[test]
fn events_before_the_join_response_are_taken_after_it() {
    let mut host = Host::connected();
    host.weather.delays = vec![30];
    let call = host.call();
    host.join(call);
    // The coordinator has answered, the socket is open, the response is on its way.
    host.run_for(70);
    assert_eq!(host.calling_state(call), CallingState::Joining);

    host.sfu(joined("carol"));
    host.run_for(100);

    assert_eq!(names(&host, call), ["bob", "alice", "carol"]);
}

#[test]
fn a_track_that_comes_before_its_participant_waits_for_them() {
    let (mut host, call) = Host::joined();
    let subscriber = host.subscriber();
    let track = RemoteTrackId(7);
    let stream_id = "prefix-carol-session:TRACK_TYPE_VIDEO:x".to_owned();

    host.feed(Input::Peer(subscriber, PeerInput::Track { stream_id, track }));
    host.sfu(joined("carol"));

    let carol = host.state(call).participant("carol-session").unwrap();
    assert_eq!(carol.media(TrackType::Video), Some(Media::Remote(track)));

    host.feed(Input::Peer(subscriber, PeerInput::TrackEnded(track)));
    assert_eq!(
        host.state(call).participant("carol-session").unwrap().media(TrackType::Video),
        None
    );
}

#[test]
fn a_tile_subscribes_and_a_hidden_one_unsubscribes() {
    let (mut host, call) = Host::joined();
    host.run_for(100);
    let tile = host.bind(call, "bob-session", TrackType::Video);
    host.resize(tile, SIZE);
    host.run_for(1_000);
    assert_eq!(last_wish(&host), [], "bob does not publish yet");

    host.sfu(published("bob", TrackType::Video));
    host.run_for(1_000);
    assert_eq!(last_wish(&host), [("bob-session".to_owned(), 320)]);

    host.resize(tile, Dimension { width: 0, height: 0 });
    host.run_for(1_000);
    assert_eq!(last_wish(&host), []);
}

#[test]
fn many_resizes_become_one_request() {
    let (mut host, call) = Host::joined();
    host.sfu(published("bob", TrackType::Video));
    let tile = host.bind(call, "bob-session", TrackType::Video);
    host.resize(tile, SIZE);
    host.run_for(1_000);
    let before = wishes(&host).len();

    for width in 0..50 {
        host.resize(tile, Dimension { width: 300 + width, height: 180 });
        host.run_for(5);
    }
    host.run_for(1_000);

    assert_eq!(wishes(&host).len(), before + 1);
    assert_eq!(last_wish(&host), [("bob-session".to_owned(), 349)]);
}

#[test]
fn offers_are_answered_once_and_in_order() {
    let (mut host, _) = Host::joined();
    for negotiation_id in [1, 2, 2, 1, 3] {
        host.sfu(EventPayload::SubscriberOffer(event::SubscriberOffer {
            sdp: "v=0\r\n".to_owned(),
            negotiation_id,
            ..event::SubscriberOffer::default()
        }));
    }
    host.run_for(100);

    let answered: Vec<u32> = host
        .server
        .rpcs_of::<signal::SendAnswerRequest>("SendAnswer")
        .iter()
        .map(|answer| answer.negotiation_id)
        .collect();
    assert_eq!(answered, [1, 2, 3]);
}

#[test]
fn levels_and_speakers_show_on_the_participants() {
    let (mut host, call) = Host::joined();

    host.sfu(EventPayload::AudioLevelChanged(event::AudioLevelChanged {
        audio_levels: vec![event::AudioLevel {
            user_id: "bob".to_owned(),
            session_id: "bob-session".to_owned(),
            level: 0.5,
            is_speaking: true,
        }],
    }));
    host.sfu(EventPayload::DominantSpeakerChanged(event::DominantSpeakerChanged {
        user_id: "bob".to_owned(),
        session_id: "bob-session".to_owned(),
    }));

    let bob = host.state(call).activity("bob-session").unwrap();
    assert!(bob.is_speaking && bob.is_dominant_speaker);
    assert!((bob.audio_level - 0.5).abs() < f32::EPSILON);
}

#[test]
fn a_kicked_user_leaves() {
    let (mut host, call) = Host::joined();

    host.sfu(EventPayload::CallEnded(event::CallEnded {
        reason: models::CallEndedReason::Kicked.into(),
    }));

    assert_eq!(host.calling_state(call), CallingState::Left);
    assert_eq!(host.state(call).ended_at, None, "the call goes on without us");
}

#[test]
fn lost_permission_to_send_turns_the_device_off() {
    let (mut host, call) = Host::joined();
    host.enable(call, crate::core::DeviceKind::Camera);
    host.run_for(50);

    host.sfu(EventPayload::CallGrantsUpdated(event::CallGrantsUpdated {
        current_grants: Some(models::CallGrants {
            can_publish_audio: true,
            ..models::CallGrants::default()
        }),
        ..event::CallGrantsUpdated::default()
    }));

    assert!(!host.state(call).has_capability("send-video"));
    assert!(host.state(call).has_capability("send-audio"));
    assert!(host.running_captures().is_empty());
}

fn names(host: &Host, call: CallKey) -> Vec<String> {
    host.state(call).participants.iter().map(|p| p.user_id.clone()).collect()
}

fn wishes(host: &Host) -> Vec<signal::UpdateSubscriptionsRequest> {
    host.server.rpcs_of("UpdateSubscriptions")
}

fn last_wish(host: &Host) -> Vec<(String, u32)> {
    let last = wishes(host).pop().unwrap_or_default();
    let width = |track: &signal::TrackSubscriptionDetails| track.dimension.map_or(0, |d| d.width);
    last.tracks.iter().map(|track| (track.session_id.clone(), width(track))).collect()
}
