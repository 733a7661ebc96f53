//! Tracks that the SFU does not let be sent: the state tells, and what else is wished goes on.

use trunkline_protocol::sfu::{
    event::{self, sfu_event::EventPayload},
    models, signal,
};

use super::{
    host::{Host, reply},
    native::{Input, Reply},
    server::denied,
};
use crate::core::{
    CallKey, CallingState, DeviceKind,
    DeviceKind::{Camera, Microphone, ScreenShare},
    DeviceStatus, PeerEffect, PeerInput, TrackSet, TrackType,
};

const SFU: usize = 1;

#[test]
fn a_track_that_may_not_be_published_goes_off_and_says_why() {
    let (mut host, call) = Host::joined();
    host.enable(call, Microphone);
    host.run_for(100);
    host.server.keeps_muted = Some(TrackType::Video);

    host.enable(call, Camera);
    host.run_for(30_000);

    assert_eq!(error(&host, call, Camera), Some("permission-denied"));
    assert_eq!(published(&host, call), [TrackType::Audio]);
    assert_eq!(host.running_captures().len(), 1, "the microphone goes on");
    assert_eq!((host.opened.peers, host.calling_state(call)), (2, CallingState::Joined));
    let negotiations = offers(&host).len();
    host.run_for(60_000);
    assert_eq!(offers(&host).len(), negotiations, "it is not asked for again and again");

    // It is allowed by now.
    host.server.keeps_muted = None;
    let camera = host.enable(call, Camera);
    host.run_for(1_000);
    host.assert_resolved(camera);
    assert_eq!(error(&host, call, Camera), None);
    assert_eq!(published(&host, call), [TrackType::Audio, TrackType::Video]);
    assert_eq!(heard(&host), published(&host, call));
}

#[test]
fn what_is_wished_while_a_track_is_refused_is_not_forgotten() {
    let (mut host, call) = Host::joined();
    host.enable(call, ScreenShare);
    host.run_for(100);
    let (publisher, subscriber) = (host.publisher(), host.subscriber());
    for peer in [publisher, subscriber] {
        host.feed(Input::Peer(peer, PeerInput::Connected));
    }
    host.server.keeps_muted = Some(TrackType::Video);
    host.weather.delays = vec![50];
    let before = offers(&host).len();
    host.enable(call, Camera);
    // The camera is open, and the offer is made; the SFU has it, and has not answered.
    host.run_for(120);
    assert_eq!(offers(&host).len(), before + 1);

    host.enable(call, Microphone);
    host.feed(Input::Peer(publisher, PeerInput::IceFailed));
    host.run_for(10_000);

    let screen = [TrackType::ScreenShare, TrackType::ScreenShareAudio];
    let expected: TrackSet = screen.into_iter().chain([TrackType::Audio]).collect();
    assert_eq!(published(&host, call), expected);
    assert_eq!(heard(&host), expected);
    assert_eq!(error(&host, call, Camera), Some("permission-denied"));
    let restarts = PeerEffect::Offer { ice_restart: true };
    assert_eq!(host.peer_effects.iter().filter(|effect| **effect == restarts).count(), 1);
    assert_eq!((host.opened.peers, host.calling_state(call)), (2, CallingState::Joined));
}

#[test]
fn a_new_way_that_was_looked_for_in_a_refused_offer_is_looked_for_again() {
    let (mut host, call) = Host::joined();
    host.enable(call, Microphone);
    host.run_for(100);
    let publisher = host.publisher();
    host.feed(Input::Peer(publisher, PeerInput::Connected));
    host.weather.delays = vec![50];
    host.server.keeps_muted = Some(TrackType::Video);
    host.enable(call, ScreenShare);
    host.enable(call, Camera);
    // The offer of the screen is made; what comes now is in the next one.
    host.run_for(60);
    host.sfu(EventPayload::IceRestart(event::IceRestart {
        peer_type: models::PeerType::PublisherUnspecified.into(),
    }));
    host.run_for(10_000);

    let restarts = PeerEffect::Offer { ice_restart: true };
    assert_eq!(host.peer_effects.iter().filter(|effect| **effect == restarts).count(), 2);
    let screen = [TrackType::ScreenShare, TrackType::ScreenShareAudio];
    let expected: TrackSet = screen.into_iter().chain([TrackType::Audio]).collect();
    assert_eq!(published(&host, call), expected);
    assert_eq!((host.opened.peers, host.calling_state(call)), (2, CallingState::Joined));
}

#[test]
fn of_several_tracks_only_that_one_goes_off_which_is_refused() {
    for refused in [TrackType::Video, TrackType::Audio, TrackType::ScreenShareAudio] {
        let mut host = Host::connected();
        let call = host.call();
        for kind in [Camera, Microphone, ScreenShare] {
            host.enable(call, kind);
        }
        host.run_for(100);
        host.server.keeps_muted = Some(refused);

        host.join(call);
        host.run_for(60_000);

        let all = TrackSet::ALL.into_iter().filter(|of| *of != refused);
        let expected: TrackSet = all.collect();
        assert_eq!(published(&host, call), expected, "{refused:?}");
        assert_eq!(heard(&host), expected, "{refused:?}");
        assert_eq!(host.running_captures().len(), if refused == SOUND { 3 } else { 2 });
        assert_eq!((host.opened.peers, host.calling_state(call)), (2, CallingState::Joined));
    }
}

#[test]
fn a_refusal_of_what_nobody_wants_any_more_is_news_to_nobody() {
    let (mut host, call) = Host::joined();
    host.server.publish_errors = vec![denied()];
    host.weather.delays = vec![50];
    host.enable(call, Camera);
    host.run_for(120);
    assert_eq!(offers(&host).len(), 1);

    host.disable(call, Camera);
    host.run_for(10_000);

    assert_eq!(error(&host, call, Camera), None);
    assert_eq!(offers(&host).len(), 1);
    assert_eq!((host.opened.peers, host.calling_state(call)), (2, CallingState::Joined));
    host.enable(call, Camera);
    host.run_for(1_000);
    assert_eq!(heard(&host), [TrackType::Video]);
}

#[test]
fn a_track_that_may_not_be_unmuted_goes_off_and_the_others_go_on() {
    let kinds = [ScreenShare, Microphone, Camera];
    let (mut host, call) = Host::joined();
    for kind in kinds {
        host.enable(call, kind);
        host.run_for(100);
    }
    for kind in kinds {
        host.disable(call, kind);
    }
    host.run_for(100);
    host.server.keeps_muted = Some(TrackType::Video);
    // All of them in one request.
    host.weather.answers[SFU].push_back(reply(503, Reply::Unreadable));
    for kind in kinds {
        host.enable(call, kind);
    }
    host.run_for(1_000);
    // To mute is not refused with the rest.
    host.disable(call, ScreenShare);

    host.run_for(60_000);

    assert_eq!(published(&host, call), [TrackType::Audio]);
    assert_eq!(heard(&host), [TrackType::Audio]);
    assert_eq!(error(&host, call, Camera), Some("permission-denied"));
    assert_eq!(host.running_captures().len(), 1);
    let told = host.server.rpcs.len();
    host.run_for(60_000);
    assert_eq!(host.server.rpcs.len(), told);
}

#[test]
fn an_sfu_that_hears_late_of_a_permission_is_asked_again() {
    let (mut host, call) = Host::joined();
    host.enable(call, Microphone);
    host.run_for(100);
    host.disable(call, Microphone);
    host.run_for(100);
    host.server.keeps_muted = Some(TrackType::Audio);
    host.enable(call, Microphone);
    host.run_for(1_000);

    host.server.keeps_muted = None;
    host.run_for(10_000);

    assert_eq!(error(&host, call, Microphone), None);
    assert_eq!(host.state(call).microphone.status, Some(DeviceStatus::Enabled));
    assert_eq!(heard(&host), [TrackType::Audio]);
}

const SOUND: TrackType = TrackType::ScreenShareAudio;

fn offers(host: &Host) -> Vec<signal::SetPublisherRequest> {
    host.server.rpcs_of("SetPublisher")
}

fn error(host: &Host, call: CallKey, kind: DeviceKind) -> Option<&'static str> {
    host.state(call).device(kind).error.as_ref().map(|error| error.code.as_str())
}

/// What the app sees published by its user.
fn published(host: &Host, call: CallKey) -> TrackSet {
    let participants = &host.state(call).participants;
    participants.activity(participants.local().unwrap()).published_tracks
}

/// What the SFU knows to be published.
fn heard(host: &Host) -> TrackSet {
    let mut heard = TrackSet::default();
    for state in host
        .server
        .rpcs_of::<signal::UpdateMuteStatesRequest>("UpdateMuteStates")
        .iter()
        .flat_map(|request| &request.mute_states)
    {
        heard = heard.with(state.track_type(), !state.muted);
    }
    heard
}
