//! A browser that makes no connection, or does not send a track: nothing may look as if it did.

use trunkline_protocol::sfu::{
    event::{self, sfu_event::EventPayload},
    signal,
};

use super::{host::Host, native::Input, server::publish_option};
use crate::core::{
    CallCommand, CallKey, CallingState, CaptureId, Captured, Choice,
    DeviceKind::{Camera, Microphone, ScreenShare},
    DeviceOrder, DeviceStatus, PeerEffect, PeerInput, TrackSet, TrackType,
};

const JOINED: CallingState = CallingState::Joined;

#[test]
fn a_browser_that_makes_no_peer_connection_ends_the_join() {
    for refused in [1, 2] {
        let mut host = Host::connected();
        host.weather.refused.peers = refused;
        let call = host.call();
        let join = host.join(call);
        host.run_for(30_000);

        assert_eq!(host.rejection(join), "media-negotiation-failed");
        let Some(Err(error)) = host.settled.get(&join) else { panic!() };
        assert_eq!(error.cause.as_deref(), Some("too many"));
        assert_eq!(host.calling_state(call), CallingState::Idle);
        assert_eq!(host.opened.peers, 2, "it is not tried again, as it would be in vain");

        let join = host.join(call);
        host.run_for(100);
        host.assert_resolved(join);
    }
}

#[test]
fn a_reconnect_without_a_peer_connection_is_tried_again() {
    let (mut host, call) = Host::joined();
    host.weather.refused.peers = 1;

    host.close_sfu(1006);
    host.run_for(10_000);

    assert_eq!(host.calling_state(call), CallingState::Joined);
    assert_eq!(host.opened.peers, 6);
}

#[test]
fn a_browser_that_is_slow_to_say_that_there_is_no_connection_is_heard_all_the_same() {
    let (mut host, call) = Host::joined();
    let publisher = host.publisher();

    host.feed(Input::Peer(publisher, PeerInput::NotCreated("no".to_owned())));
    assert_eq!(host.calling_state(call), CallingState::Reconnecting);
    host.run_for(1_000);
    assert_eq!(host.calling_state(call), CallingState::Joined);

    // That of a session that is over is news to nobody.
    host.feed(Input::Peer(publisher, PeerInput::NotCreated("no".to_owned())));
    assert_eq!(host.calling_state(call), CallingState::Joined);
}

#[test]
fn a_device_whose_track_is_not_added_goes_off_and_says_why() {
    let (mut host, call) = Host::joined();
    host.weather.refused.transceivers = 1;

    let camera = host.enable(call, Camera);
    host.run_for(30_000);

    assert_eq!(host.rejection(camera), "media-negotiation-failed");
    let state = &host.state(call).camera;
    assert_eq!(state.status, Some(DeviceStatus::Disabled));
    assert_eq!(state.optimistic_status, Some(DeviceStatus::Disabled));
    assert_eq!(
        state.error.as_ref().map(|error| error.code.as_str()),
        Some("media-negotiation-failed")
    );
    assert!(host.running_captures().is_empty());
    assert_eq!(published(&host, call), []);
    assert_eq!(host.server.rpcs_of::<signal::SetPublisherRequest>("SetPublisher").len(), 0);
    assert_eq!(host.opened.peers, 2, "an offer of nothing is no reason for new connections");

    // The next one starts from a clean table.
    let camera = host.enable(call, Camera);
    host.run_for(100);
    host.assert_resolved(camera);
    assert!(host.state(call).camera.error.is_none());
    assert_eq!(published(&host, call), [TrackType::Video]);
    assert_eq!(host.server.rpcs_of::<signal::SetPublisherRequest>("SetPublisher").len(), 1);
}

#[test]
fn what_is_sent_besides_goes_on() {
    let (mut host, call) = Host::joined();
    host.enable(call, Microphone);
    host.run_for(100);
    host.weather.refused.transceivers = 1;

    host.enable(call, Camera);
    host.run_for(30_000);

    assert_eq!(published(&host, call), [TrackType::Audio]);
    assert_eq!(host.state(call).microphone.status, Some(DeviceStatus::Enabled));
    let requests = host.server.rpcs_of::<signal::SetPublisherRequest>("SetPublisher");
    assert!(requests.iter().all(|request| request.tracks.len() == 1));
}

#[test]
fn a_track_that_one_encoding_is_refused_of_is_sent_in_the_others() {
    let (mut host, call) = Host::joined();
    let publish_options = [2, 9].map(|id| publish_option(TrackType::Video, id)).to_vec();
    host.sfu(EventPayload::ChangePublishOptions(event::ChangePublishOptions {
        publish_options,
        reason: "test".to_owned(),
    }));
    host.weather.refused.transceivers = 1;

    let camera = host.enable(call, Camera);
    host.run_for(100);

    host.assert_resolved(camera);
    assert_eq!(published(&host, call), [TrackType::Video]);
    let request = host.server.rpcs_of::<signal::SetPublisherRequest>("SetPublisher").remove(0);
    let ids: Vec<i32> = request.tracks.iter().map(|track| track.publish_option_id).collect();
    assert_eq!(ids, [9]);
}

#[test]
fn nobody_is_told_that_a_track_is_sent_before_the_browser_says_so() {
    let (mut host, call) = Host::joined();
    let capture: CaptureId = host.adopt(call);
    // Not performed yet.
    let publish = CallCommand::Publish {
        promise: crate::core::PromiseId(900),
        track_type: TrackType::Video,
        capture,
        captured: given(),
    };
    host.tell(call, publish);

    assert!(!host.settled.contains_key(&900));
    host.run_for(0);
    host.assert_resolved(900);
}

#[test]
fn a_stream_whose_track_is_not_added_is_given_back() {
    let (mut host, call) = Host::joined();
    host.weather.refused.transceivers = 1;

    let published_one = publish(&mut host, call, TrackType::Video);
    host.run_for(1_000);

    assert_eq!(host.rejection(published_one), "media-negotiation-failed");
    assert_eq!(published(&host, call), []);
    assert!(host.running_captures().is_empty());
    assert!(host.state(call).camera.error.is_none(), "the camera has nothing to do with it");
}

#[test]
fn a_screen_goes_on_without_a_sound_that_is_not_added() {
    for of_app in [false, true] {
        let (mut host, call) = Host::joined();
        // The first one is that of the picture.
        host.weather.delays = vec![1];
        let shared = if of_app {
            publish(&mut host, call, TrackType::ScreenShare)
        } else {
            host.enable(call, ScreenShare)
        };
        host.run_for(100);
        host.assert_resolved(shared);
        let sound = host.peer_effects.iter().find_map(|effect| match effect {
            PeerEffect::AddTransceiver { transceiver, track_type, .. }
                if *track_type == TrackType::ScreenShareAudio =>
            {
                Some(*transceiver)
            }
            _ => None,
        });
        let (transceiver, publisher) = (sound.unwrap(), host.publisher());

        let result = Err("no sound today".to_owned());
        host.feed(Input::Peer(publisher, PeerInput::TransceiverAdded { transceiver, result }));
        host.run_for(1_000);

        assert_eq!(published(&host, call), [TrackType::ScreenShare]);
        assert_eq!(host.running_captures().len(), 1);
    }
}

#[test]
fn a_track_that_does_not_take_the_place_of_another_goes_off_and_says_why() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    host.run_for(100);
    host.disable(call, Camera);
    host.run_for(100);
    host.weather.refused.replacements = 1;

    host.enable(call, Camera);
    host.run_for(1_000);

    let state = &host.state(call).camera;
    assert_eq!(state.status, Some(DeviceStatus::Disabled));
    assert_eq!(
        state.error.as_ref().map(|error| error.code.as_str()),
        Some("media-negotiation-failed")
    );
    assert!(host.running_captures().is_empty());
    assert_eq!(published(&host, call), []);
    let Some(PeerEffect::ReplaceTrack { capture: None, .. }) = host.peer_effects.last() else {
        panic!("what was sent before may go on: {:?}", host.peer_effects.last());
    };
    let states = host.server.rpcs_of::<signal::UpdateMuteStatesRequest>("UpdateMuteStates");
    assert!(states.last().unwrap().mute_states[0].muted, "the others know");

    let camera = host.enable(call, Camera);
    host.run_for(100);
    host.assert_resolved(camera);
    assert_eq!(published(&host, call), [TrackType::Video]);
}

#[test]
fn another_device_whose_track_is_not_taken_while_live_goes_off_and_says_why() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    host.run_for(100);
    host.weather.refused.replacements = 1;

    let choice = Choice { device_id: Some("second".to_owned()), facing: None };
    host.device(call, Camera, DeviceOrder::Select(choice));
    host.run_for(1_000);

    let state = &host.state(call).camera;
    assert_eq!(state.status, Some(DeviceStatus::Disabled));
    assert_eq!(
        state.error.as_ref().map(|error| error.code.as_str()),
        Some("media-negotiation-failed")
    );
    assert_eq!(published(&host, call), []);
    assert!(host.running_captures().is_empty(), "neither the old one nor the new one");
}

#[test]
fn a_failure_that_comes_after_the_next_wish_changes_nothing() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    host.run_for(100);
    let first = host.running_captures()[0];
    let publisher = host.publisher();
    let Some(PeerEffect::AddTransceiver { transceiver, .. }) =
        host.peer_effects.iter().find(|e| matches!(e, PeerEffect::AddTransceiver { .. })).cloned()
    else {
        panic!()
    };
    host.disable(call, Camera);
    host.enable(call, Camera);
    host.run_for(100);

    for capture in [Some(first), None] {
        let cause = "late".to_owned();
        let failed = PeerInput::ReplaceFailed { transceiver, capture, cause };
        host.feed(Input::Peer(publisher, failed));
    }

    assert_eq!(host.state(call).camera.status, Some(DeviceStatus::Enabled));
    assert_eq!(published(&host, call), [TrackType::Video]);
}

#[test]
fn what_a_track_is_encoded_as_is_told_until_the_browser_takes_it() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    host.run_for(100);
    host.weather.refused.encodings = 12;

    host.sfu(quality(&["q", "h"]));
    host.run_for(60_000);

    assert_eq!(host.weather.refused.encodings, 0);
    assert_eq!(encoded(&host), ["q", "h"]);
    assert_eq!(published(&host, call), [TrackType::Video], "it is sent all the same");
    let told = host.warnings.iter().filter(|text| text.contains("encoded as"));
    assert_eq!(told.count(), 1, "{:?}", host.warnings);
    let before = host.peer_effects.len();
    host.run_for(60_000);
    assert_eq!(host.peer_effects.len(), before, "what was taken is not told again");

    // What is told again is what is wished by then.
    host.weather.refused.encodings = 2;
    host.sfu(quality(&["q"]));
    host.run_for(100);
    host.sfu(quality(&["q", "h", "f"]));
    host.run_for(60_000);
    assert_eq!(encoded(&host), ["q", "h", "f"]);
}

#[test]
fn a_stream_that_stays_at_its_sender_is_taken_from_it_again_and_then_with_the_connection() {
    for (refused, joins) in [(1, 1), (2, 1), (3, 2)] {
        let (mut host, call) = Host::joined();
        publish(&mut host, call, TrackType::Video);
        host.run_for(100);
        host.weather.refused.silences = refused;

        host.order(call, |promise| CallCommand::StopPublish {
            promise,
            track_types: vec![TrackType::Video],
        });
        host.run_for(30_000);

        assert_eq!(host.weather.refused.silences, 0);
        assert_eq!((host.server.joins.len(), host.calling_state(call)), (joins, JOINED));
        assert_eq!(published(&host, call), []);
        assert!(host.running_captures().is_empty());
    }
}

#[test]
fn a_stream_that_is_wanted_again_is_not_taken_from_its_sender() {
    let (mut host, call) = Host::joined();
    publish(&mut host, call, TrackType::Video);
    host.run_for(100);
    host.weather.refused.silences = 1;
    host.order(call, |promise| CallCommand::StopPublish {
        promise,
        track_types: vec![TrackType::Video],
    });
    host.run_for(10);

    let again = publish(&mut host, call, TrackType::Video);
    host.run_for(30_000);

    host.assert_resolved(again);
    let Some(PeerEffect::ReplaceTrack { capture: Some(_), .. }) = host.peer_effects.last() else {
        panic!("{:?}", host.peer_effects.last());
    };
    assert_eq!(published(&host, call), [TrackType::Video]);
}

#[test]
fn a_screen_whose_sound_ends_goes_on_without_and_says_so() {
    for of_app in [false, true] {
        let (mut host, call) = Host::joined();
        if of_app {
            publish(&mut host, call, TrackType::ScreenShare);
        } else {
            host.enable(call, ScreenShare);
        }
        host.run_for(100);
        let screen = [TrackType::ScreenShare, TrackType::ScreenShareAudio];
        assert_eq!(published(&host, call), screen);
        let capture = host.running_captures()[0];

        host.feed(Input::SoundEnded(capture));
        host.run_for(100);

        assert_eq!(published(&host, call), [TrackType::ScreenShare]);
        assert_eq!(host.running_captures(), [capture], "the picture goes on");
        let states = host.server.rpcs_of::<signal::UpdateMuteStatesRequest>("UpdateMuteStates");
        let state = states.last().unwrap().mute_states[0];
        assert_eq!((state.track_type(), state.muted), (TrackType::ScreenShareAudio, true));

        // Nobody publishes anew what has ended.
        host.close_sfu(1006);
        host.run_for(1_000);
        assert_eq!(published(&host, call), [TrackType::ScreenShare]);

        // The end of something else is news to nobody.
        host.feed(Input::SoundEnded(capture));
        assert_eq!(published(&host, call), [TrackType::ScreenShare]);
        if !of_app {
            host.disable(call, ScreenShare);
            host.enable(call, ScreenShare);
            host.run_for(100);
            assert_eq!(published(&host, call), screen, "the next one has its own sound");
        }
    }
}

/// Somebody watches these layers of the camera.
fn quality(layers: &[&str]) -> EventPayload {
    let layer = |rid: &&str| event::VideoLayerSetting {
        name: (*rid).to_owned(),
        active: true,
        ..event::VideoLayerSetting::default()
    };
    EventPayload::ChangePublishQuality(event::ChangePublishQuality {
        audio_senders: Vec::new(),
        video_senders: vec![event::VideoSender {
            layers: layers.iter().map(layer).collect(),
            track_type: TrackType::Video.into(),
            publish_option_id: 2,
            ..event::VideoSender::default()
        }],
    })
}

/// The layers that the browser was told of last.
fn encoded(host: &Host) -> Vec<&str> {
    let told = host.peer_effects.iter().rev().find_map(|effect| match effect {
        PeerEffect::SetEncodings { encodings, .. } => Some(encodings),
        _ => None,
    });
    told.unwrap().iter().map(|encoding| encoding.rid.as_str()).collect()
}

fn publish(host: &mut Host, call: CallKey, track_type: TrackType) -> u64 {
    let capture = host.adopt(call);
    let captured = given();
    host.order(call, |promise| CallCommand::Publish { promise, track_type, capture, captured })
}

fn given() -> Captured {
    Captured {
        track_id: "given".to_owned(),
        audio_track_id: Some("its sound".to_owned()),
        ..Captured::default()
    }
}

/// What the app sees published by its user.
fn published(host: &Host, call: CallKey) -> TrackSet {
    let participants = &host.state(call).participants;
    participants.activity(participants.local().unwrap()).published_tracks
}
