//! What is sent, how that is agreed with the SFU, and what the SFU changes about it.

use prost::Message;
use trunkline_protocol::sfu::{
    event::{self, sfu_event::EventPayload},
    models::{self, TrackUnpublishReason},
    signal,
};

use super::{
    host::Host,
    server::{publish_option, unavailable},
};
use crate::core::tests::native::Input;
use crate::core::{
    AudioBitrateProfile, CallCommand, CallKey, CallingState, CaptureId, Captured,
    DeviceKind::{Camera, Microphone, ScreenShare},
    DeviceOrder, DeviceStatus, Encoding, MediaOption, PeerEffect, PeerInput, TrackSet, TrackType,
};

#[test]
fn the_order_of_the_first_time_survives_rejoins() {
    let (mut host, call) = Host::joined();
    for kind in [ScreenShare, Microphone, Camera] {
        host.enable(call, kind);
        host.run_for(50);
    }
    let expected =
        [TrackType::ScreenShare, TrackType::ScreenShareAudio, TrackType::Audio, TrackType::Video];

    for _ in 0..3 {
        let before = host.peer_effects.len();
        host.close_sfu(1006);
        host.run_for(500);

        let added = host.peer_effects[before..].iter().filter_map(|effect| match effect {
            PeerEffect::AddTransceiver { track_type, .. } => Some(*track_type),
            _ => None,
        });
        assert_eq!(added.collect::<Vec<_>>(), expected);
        let join = host.server.joins.last().unwrap();
        let details = join.reconnect_details.as_ref().unwrap();
        let announced: Vec<TrackType> =
            details.announced_tracks.iter().map(models::TrackInfo::track_type).collect();
        assert_eq!(announced, expected);
        assert_eq!(join.preferred_publish_options.len(), 4, "as the SFU gave them last");
    }
}

#[test]
fn a_muted_track_is_not_announced_to_the_next_session() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    host.enable(call, Microphone);
    host.run_for(50);
    host.disable(call, Camera);

    host.close_sfu(1006);
    host.run_for(500);

    let join = host.server.joins.last().unwrap();
    let announced = &join.reconnect_details.as_ref().unwrap().announced_tracks;
    let [track] = &announced[..] else { panic!("{announced:?}") };
    assert_eq!((track.track_type(), track.publish_option_id), (TrackType::Audio, 1));
}

#[test]
fn what_is_muted_while_the_connection_is_away_is_not_announced_as_live() {
    for after in 0..4 {
        let (mut host, call) = Host::joined();
        host.enable(call, Camera);
        host.enable(call, Microphone);
        host.enable(call, ScreenShare);
        host.run_for(100);
        host.weather.delays = vec![100];
        host.close_sfu(1006);
        // Before the SFU is told what goes on, and after.
        host.run_for(after * 80);
        assert_eq!(host.calling_state(call), CallingState::Reconnecting);

        host.disable(call, Microphone);
        host.disable(call, ScreenShare);
        assert_eq!(shown(&host, call), [TrackType::Video], "the state tells at once");
        let before = host.server.rpcs.len();
        host.run_for(10_000);

        let join = host.server.joins.last().unwrap().reconnect_details.clone().unwrap();
        let mut live: TrackSet =
            join.announced_tracks.iter().map(models::TrackInfo::track_type).collect();
        for (method, body) in &host.server.rpcs[before..] {
            if method == "UpdateMuteStates" {
                let request = signal::UpdateMuteStatesRequest::decode(&body[..]).unwrap();
                for state in request.mute_states {
                    live = live.with(state.track_type(), !state.muted);
                }
            }
        }
        assert_eq!(live, [TrackType::Video], "{after}");
        assert_eq!(shown(&host, call), [TrackType::Video]);
        assert_eq!(host.running_captures().len(), 1);
    }
}

#[test]
fn what_is_unmuted_while_the_connection_is_away_is_live_afterwards() {
    for after in [0, 2, 4] {
        let (mut host, call) = Host::joined();
        host.enable(call, Microphone);
        host.run_for(100);
        host.weather.delays = vec![100];
        host.close_sfu(1006);
        host.disable(call, Microphone);
        host.run_for(after * 80);

        host.enable(call, Microphone);
        host.run_for(10_000);

        assert_eq!(muted(&host).last(), Some(&(TrackType::Audio, false)), "{after}");
        assert_eq!(shown(&host, call), [TrackType::Audio]);
    }
}

#[test]
fn failed_negotiations_are_rolled_back_and_tried_again() {
    let (mut host, call) = Host::joined();
    host.server.publish_errors = vec![unavailable(), unavailable()];

    host.enable(call, Camera);
    host.run_for(20_000);

    let requests: Vec<signal::SetPublisherRequest> = host.server.rpcs_of("SetPublisher");
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[2].tracks.len(), 1);
    let rolled_back = PeerEffect::AcceptAnswer { sdp: None };
    assert_eq!(host.peer_effects.iter().filter(|e| **e == rolled_back).count(), 2);
    assert_eq!(host.opened.peers, 2, "with the same connections");
    assert_eq!(muted(&host), [(TrackType::Video, false)]);
}

#[test]
fn a_publisher_that_cannot_be_agreed_on_is_made_anew() {
    let (mut host, call) = Host::joined();
    host.server.publish_errors = vec![unavailable(), unavailable(), unavailable()];

    host.enable(call, Camera);
    host.run_for(30_000);

    assert_eq!(host.calling_state(call), CallingState::Joined);
    assert_eq!(host.opened.peers, 4);
    let details = host.server.joins.last().unwrap().reconnect_details.clone().unwrap();
    assert!(details.announced_tracks.is_empty(), "nothing was agreed on");
    assert_eq!(muted(&host), [(TrackType::Video, false)]);
}

#[test]
fn a_track_that_comes_during_a_negotiation_is_in_the_next_one() {
    let (mut host, call) = Host::joined();
    host.weather.delays = vec![20];
    host.enable(call, Camera);
    host.run_for(25);
    host.enable(call, Microphone);
    host.run_for(500);

    let requests: Vec<signal::SetPublisherRequest> = host.server.rpcs_of("SetPublisher");
    let tracks: Vec<usize> = requests.iter().map(|request| request.tracks.len()).collect();
    assert_eq!(tracks, [1, 2], "each lists what its offer holds");
    assert_eq!(muted(&host), [(TrackType::Video, false), (TrackType::Audio, false)]);
}

#[test]
fn unwatched_layers_are_switched_off() {
    let (mut host, call) = Host::joined();
    // It may come before the track.
    host.sfu(quality(2, &[("q", 150_000)]));
    host.enable(call, Camera);
    host.run_for(50);
    let q = Encoding {
        rid: "q".to_owned(),
        active: true,
        max_bitrate: Some(150_000),
        ..Encoding::default()
    };
    assert_eq!(encodings(&host), [vec![q.clone()]]);

    host.sfu(quality(2, &[("q", 150_000), ("h", 0)]));
    host.sfu(quality(77, &[("q", 1)]));

    let h = Encoding { rid: "h".to_owned(), active: true, ..Encoding::default() };
    assert_eq!(encodings(&host), [vec![q.clone()], vec![q, h]]);
    assert_eq!(negotiations(&host), 1);
}

#[test]
fn a_new_option_is_published_before_the_old_one_stops() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    host.run_for(50);
    let capture = host.running_captures()[0];

    host.sfu(options(&[publish_option(TrackType::Video, 2), publish_option(TrackType::Video, 9)]));
    host.run_for(50);
    let requests: Vec<signal::SetPublisherRequest> = host.server.rpcs_of("SetPublisher");
    let ids = |request: &signal::SetPublisherRequest| {
        request.tracks.iter().map(|t| (t.publish_option_id, t.muted)).collect::<Vec<_>>()
    };
    assert_eq!(ids(&requests[1]), [(2, false), (9, false)]);

    let before = host.peer_effects.len();
    host.sfu(options(&[publish_option(TrackType::Video, 9)]));
    host.run_for(50);
    let [PeerEffect::ReplaceTrack { capture: None, .. }] = &host.peer_effects[before..] else {
        panic!("{:?}", &host.peer_effects[before..]);
    };
    assert_eq!(host.running_captures(), [capture], "the camera goes on");
    assert_eq!(muted(&host), [(TrackType::Video, false)]);

    // And back: the old one takes the track again, without another negotiation.
    host.sfu(options(&[publish_option(TrackType::Video, 2)]));
    host.run_for(50);
    assert_eq!(negotiations(&host), 2);
}

#[test]
fn music_is_encoded_with_more() {
    let (mut host, call) = Host::joined();
    host.enable(call, Microphone);
    host.run_for(50);

    let profile = AudioBitrateProfile::MusicHighQuality;
    let order = |promise| CallCommand::SetAudioProfile { promise, kind: Microphone, profile };
    let refused = host.order(call, order);
    assert_eq!(host.rejection(refused), "illegal-state");

    host.server.hifi_audio = true;
    let loaded = host.get(call);
    host.run_for(50);
    host.assert_resolved(loaded);
    let set = host.order(call, order);
    assert!(!host.settled.contains_key(&set), "it takes effect with another capture");
    host.run_for(50);
    host.assert_resolved(set);

    let request = host.requested.last().unwrap();
    assert_eq!(request.profile, AudioBitrateProfile::MusicHighQuality);
    assert_eq!(request.source, None, "the microphone is asked not to touch the sound");
    assert_eq!(encodings(&host)[0][0].max_bitrate, Some(128_000));
}

#[test]
fn a_stream_of_the_app_waits_for_the_join_and_is_never_stopped() {
    let mut host = Host::connected();
    let call = host.call();
    let refused = publish(&mut host, call, TrackType::Video);
    assert_eq!(host.rejection(refused), "illegal-state");

    host.join(call);
    let published = publish(&mut host, call, TrackType::Video);
    assert!(!host.settled.contains_key(&published), "not joined yet");
    host.run_for(100);
    host.assert_resolved(published);
    assert_eq!(muted(&host), [(TrackType::Video, false)]);
    assert_eq!(host.state(call).camera.status, None, "the camera has nothing to do with it");

    // A device takes its place, and the other way round.
    host.enable(call, Camera);
    host.run_for(50);
    assert_eq!(host.running_captures().len(), 1, "the stream was given back");
    let again = publish(&mut host, call, TrackType::Video);
    host.run_for(50);
    host.assert_resolved(again);
    assert_eq!(muted(&host), [(TrackType::Video, false)], "the others saw no gap");

    let stopped = host.order(call, |promise| {
        let track_types = vec![TrackType::Video];
        CallCommand::StopPublish { promise, track_types }
    });
    host.run_for(50);
    host.assert_resolved(stopped);
    assert_eq!(muted(&host).last(), Some(&(TrackType::Video, true)));
    assert_eq!(host.running_captures().len(), 1, "the camera of the preview");
}

#[test]
fn a_join_that_fails_rejects_what_waited_for_it() {
    let mut host = Host::connected();
    host.server.exists = false;
    let call = host.call();
    host.join(call);
    let published = publish(&mut host, call, TrackType::Audio);

    host.run_for(1_000);

    assert_eq!(host.rejection(published), "illegal-state");
    assert!(host.running_captures().is_empty());
}

#[test]
fn a_device_that_cannot_be_published_fails_and_goes_off() {
    let (mut host, call) = Host::joined();
    host.sfu(options(&[
        publish_option(TrackType::Audio, 1),
        publish_option(TrackType::ScreenShare, 3),
    ]));

    let camera = host.enable(call, Camera);
    let screen = host.enable(call, ScreenShare);
    host.run_for(100);

    assert_eq!(host.rejection(camera), "sfu-error");
    assert_eq!(host.state(call).camera.status, Some(DeviceStatus::Disabled));
    host.assert_resolved(screen);
    assert_eq!(host.running_captures().len(), 1, "a screen goes without its sound");
    assert_eq!(muted(&host), [(TrackType::ScreenShare, false)]);
}

#[test]
fn a_permission_that_is_lost_ends_a_capture_that_was_kept_silent() {
    let (mut host, call) = Host::joined();
    host.enable(call, Microphone);
    host.run_for(50);
    host.device(call, Microphone, DeviceOrder::Disable { keep: true });

    host.sfu(EventPayload::CallGrantsUpdated(event::CallGrantsUpdated {
        current_grants: Some(models::CallGrants::default()),
        message: String::new(),
    }));

    assert!(host.running_captures().is_empty());
}

#[test]
fn preferences_are_told_at_the_first_join() {
    let mut host = Host::connected();
    let call = host.call();
    let prefer = MediaOption::PreferVideo {
        codec: "vp9".to_owned(),
        fmtp: String::new(),
        bitrate: 900_000,
        layers: 2,
    };
    host.order(call, |_| CallCommand::SetMedia(prefer));
    host.order(call, |_| {
        CallCommand::SetMedia(MediaOption::ScreenLimits {
            fps: 5,
            bitrate: 400_000,
            content_hint: "text".to_owned(),
        })
    });

    host.join(call);
    host.run_for(100);
    host.enable(call, ScreenShare);
    host.run_for(100);

    let [video, screen] = &host.server.joins[0].preferred_publish_options[..] else { panic!() };
    assert_eq!(video.codec.as_ref().map(|codec| codec.name.as_str()), Some("vp9"));
    assert_eq!((video.bitrate, video.max_spatial_layers), (900_000, 2));
    assert_eq!((screen.fps, screen.bitrate), (5, 400_000));
    let request = host.server.rpcs_of::<signal::SetPublisherRequest>("SetPublisher").remove(0);
    let most = request.tracks[0].layers.last().unwrap();
    assert_eq!((most.fps, most.bitrate), (5, 400_000));
}

#[test]
fn new_limits_count_from_the_next_time_a_screen_is_shared() {
    let (mut host, call) = Host::joined();
    host.enable(call, ScreenShare);
    host.run_for(100);
    let limits =
        MediaOption::ScreenLimits { fps: 5, bitrate: 400_000, content_hint: "text".to_owned() };
    host.order(call, |_| CallCommand::SetMedia(limits));
    assert!(encodings(&host).is_empty(), "what is shared stays as it is");

    host.disable(call, ScreenShare);
    host.enable(call, ScreenShare);
    host.run_for(100);

    let encodings = encodings(&host);
    let [layers] = &encodings[..] else { panic!("{encodings:?}") };
    let largest = layers.last().unwrap();
    assert_eq!((largest.max_framerate, largest.max_bitrate), (Some(5), Some(400_000)));
}

#[test]
fn a_lost_way_is_looked_for_again_and_then_the_connection_is_made_anew() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    host.run_for(100);
    let (subscriber, publisher) = (host.subscriber(), host.publisher());
    let restarts = |host: &Host| {
        let restart = PeerEffect::Offer { ice_restart: true };
        host.peer_effects.iter().filter(|effect| **effect == restart).count()
    };
    for peer in [subscriber, publisher] {
        host.feed(Input::Peer(peer, PeerInput::Connected));
    }

    // It comes back by itself.
    host.feed(Input::Peer(publisher, PeerInput::IceDisconnected));
    host.run_for(2_000);
    host.feed(Input::Peer(publisher, PeerInput::Connected));
    host.run_for(5_000);
    assert_eq!(restarts(&host), 0);

    // It does not.
    host.feed(Input::Peer(publisher, PeerInput::IceDisconnected));
    host.run_for(2_600);
    assert_eq!(restarts(&host), 1);
    host.feed(Input::Peer(publisher, PeerInput::Connected));

    // Both states change when it fails; one restart is the answer.
    host.weather.blocks_media = true;
    host.feed(Input::Peer(publisher, PeerInput::IceFailed));
    host.feed(Input::Peer(publisher, PeerInput::Failed));
    host.run_for(100);
    assert_eq!((restarts(&host), host.calling_state(call)), (2, CallingState::Joined));
    host.feed(Input::Peer(subscriber, PeerInput::IceFailed));
    host.run_for(100);
    let asked: Vec<signal::IceRestartRequest> = host.server.rpcs_of("IceRestart");
    assert_eq!(asked.len(), 1);

    // A restart that fails, too, is not repeated.
    host.feed(Input::Peer(publisher, PeerInput::IceFailed));
    assert_eq!(host.calling_state(call), CallingState::Reconnecting);
    host.run_for(500);
    assert_eq!(host.calling_state(call), CallingState::Joined);
    let details = host.server.joins.last().unwrap().reconnect_details.clone().unwrap();
    assert_eq!(details.reason, "restart_ice_failed");
}

#[test]
fn a_way_that_was_never_found_makes_the_connection_anew() {
    for (news, patience) in [(PeerInput::IceFailed, 0), (PeerInput::IceDisconnected, 5_000)] {
        let (mut host, call) = Host::joined();
        let subscriber = host.subscriber();
        host.feed(Input::Peer(subscriber, news));
        host.run_for(patience + 500);

        assert_eq!(host.calling_state(call), CallingState::Joined);
        let details = host.server.joins.last().unwrap().reconnect_details.clone().unwrap();
        assert_eq!(details.reason, "ice_never_connected");
    }
}

#[test]
fn the_sfu_may_ask_for_a_new_way() {
    let (mut host, call) = Host::joined();
    let restart = || {
        EventPayload::IceRestart(event::IceRestart {
            peer_type: models::PeerType::PublisherUnspecified.into(),
        })
    };
    host.sfu(restart());
    assert_eq!(
        host.peer_effects.iter().filter(|e| matches!(e, PeerEffect::Offer { .. })).count(),
        0
    );

    host.enable(call, Camera);
    host.run_for(100);
    host.sfu(restart());
    host.sfu(restart());
    host.run_for(100);

    let restarts = PeerEffect::Offer { ice_restart: true };
    assert_eq!(host.peer_effects.iter().filter(|effect| **effect == restarts).count(), 1);
}

#[test]
fn who_loses_the_right_to_a_screen_loses_both_of_its_tracks() {
    for (track_type, cause) in [
        (TrackType::ScreenShare, TrackUnpublishReason::Moderation),
        (TrackType::ScreenShare, TrackUnpublishReason::PermissionRevoked),
        (TrackType::ScreenShareAudio, TrackUnpublishReason::PermissionRevoked),
    ] {
        let (mut host, call) = Host::joined();
        host.enable(call, ScreenShare);
        host.run_for(50);
        unpublished(&mut host, track_type, cause);

        assert_eq!(host.state(call).screen_share.status, Some(DeviceStatus::Disabled));
        assert!(host.running_captures().is_empty());
    }
}

#[test]
fn who_is_muted_in_the_sound_of_their_screen_goes_on_showing_it() {
    let (mut host, call) = Host::joined();
    host.enable(call, ScreenShare);
    host.run_for(100);
    let mute = |host: &mut Host| {
        unpublished(host, TrackType::ScreenShareAudio, TrackUnpublishReason::Moderation);
    };
    mute(&mut host);
    host.run_for(50);

    assert_eq!(shown(&host, call), [TrackType::ScreenShare]);
    let state = &host.state(call).screen_share;
    assert_eq!(state.status, Some(DeviceStatus::Enabled));
    assert!(state.is_soundless);
    assert_eq!(host.running_captures().len(), 1);

    // Neither other publish options nor a rejoin bring it back.
    let types = [TrackType::ScreenShare, TrackType::ScreenShareAudio];
    host.sfu(options(&types.map(|track_type| publish_option(track_type, 1))));
    host.close_sfu(1006);
    host.run_for(500);
    assert_eq!(shown(&host, call), [TrackType::ScreenShare]);

    // The user does, who may be muted again.
    host.order(call, |_| CallCommand::SetMedia(MediaOption::ScreenAudio(true)));
    assert_eq!(shown(&host, call), [TrackType::ScreenShare, TrackType::ScreenShareAudio]);
    assert!(!host.state(call).screen_share.is_soundless);
    mute(&mut host);
    assert_eq!(shown(&host, call), [TrackType::ScreenShare]);
    assert_eq!(host.requested.len(), 1, "the user was asked for the screen once");
}

#[test]
fn the_end_of_a_given_screen_leaves_a_given_sound_alone() {
    let (mut host, call) = Host::joined();
    publish(&mut host, call, TrackType::ScreenShare);
    publish(&mut host, call, TrackType::ScreenShareAudio);
    host.run_for(100);
    let types = vec![TrackType::ScreenShare];
    host.order(call, |promise| CallCommand::StopPublish { promise, track_types: types });

    assert_eq!(shown(&host, call), [TrackType::ScreenShareAudio]);
}

/// The SFU ends a track of ours.
fn unpublished(host: &mut Host, track_type: TrackType, cause: TrackUnpublishReason) {
    let session_id = host.server.joins.last().unwrap().session_id.clone();
    host.sfu(EventPayload::TrackUnpublished(event::TrackUnpublished {
        user_id: "alice".to_owned(),
        session_id,
        r#type: track_type.into(),
        cause: cause.into(),
        participant: None,
    }));
}

/// What the app sees published by its user.
fn shown(host: &Host, call: CallKey) -> TrackSet {
    let participants = &host.state(call).participants;
    participants.activity(participants.local().unwrap()).published_tracks
}

fn publish(host: &mut Host, call: CallKey, track_type: TrackType) -> u64 {
    let capture: CaptureId = host.adopt(call);
    let captured = Captured { track_id: "given".to_owned(), ..Captured::default() };
    host.order(call, |promise| CallCommand::Publish { promise, track_type, capture, captured })
}

fn quality(option: i32, layers: &[(&str, i32)]) -> EventPayload {
    let layer = |(rid, max_bitrate): &(&str, i32)| event::VideoLayerSetting {
        name: (*rid).to_owned(),
        active: true,
        max_bitrate: *max_bitrate,
        ..event::VideoLayerSetting::default()
    };
    EventPayload::ChangePublishQuality(event::ChangePublishQuality {
        audio_senders: Vec::new(),
        video_senders: vec![event::VideoSender {
            layers: layers.iter().map(layer).collect(),
            track_type: TrackType::Video.into(),
            publish_option_id: option,
            ..event::VideoSender::default()
        }],
    })
}

fn options(publish_options: &[models::PublishOption]) -> EventPayload {
    EventPayload::ChangePublishOptions(event::ChangePublishOptions {
        publish_options: publish_options.to_vec(),
        reason: "test".to_owned(),
    })
}

fn encodings(host: &Host) -> Vec<Vec<Encoding>> {
    let set = host.peer_effects.iter().filter_map(|effect| match effect {
        PeerEffect::SetEncodings { encodings, .. } => Some(encodings.clone()),
        _ => None,
    });
    set.collect()
}

fn negotiations(host: &Host) -> usize {
    host.server.rpcs_of::<signal::SetPublisherRequest>("SetPublisher").len()
}

fn muted(host: &Host) -> Vec<(TrackType, bool)> {
    host.server
        .rpcs_of::<signal::UpdateMuteStatesRequest>("UpdateMuteStates")
        .iter()
        .flat_map(|request| request.mute_states.clone())
        .map(|state| (state.track_type(), state.muted))
        .collect()
}
