//! Camera and microphone: the last wish wins, and no light stays on.

use trunkline_protocol::sfu::signal;

use super::host::{Host, denied};
use crate::core::{
    CallingState,
    DeviceKind::{Camera, Microphone},
    DeviceStatus, Input, TrackType,
};

#[test]
fn a_preview_before_the_join_is_published_after_it() {
    let mut host = Host::connected();
    let call = host.call();
    let enable = host.enable(call, Camera);
    host.run_for(10);
    host.assert_resolved(enable);
    assert_eq!(host.state(call).camera.status, Some(DeviceStatus::Enabled));

    host.join(call);
    host.run_for(100);

    let published: Vec<signal::SetPublisherRequest> = host.server.rpcs_of("SetPublisher");
    let [request] = &published[..] else { panic!("one negotiation, not {}", published.len()) };
    let [track] = &request.tracks[..] else { panic!("one track") };
    assert_eq!((track.track_type(), track.mid.as_str()), (TrackType::Video, "0"));
    assert_eq!(track.layers.len(), 3);
    let local = host.state(call).participants.iter().find(|p| p.is_local).unwrap();
    assert_eq!(local.published_tracks, [TrackType::Video]);
    assert!(local.video.is_some());
}

#[test]
fn the_settings_turn_on_what_nobody_touched() {
    let mut host = Host::connected();
    host.server.camera_default_on = true;
    let (touched, untouched) = (host.call(), host.call());
    host.enable(touched, Camera);
    host.disable(touched, Camera);

    host.join(touched);
    host.run_for(100);
    assert!(host.running_captures().is_empty(), "turned off in the lobby stays off");
    host.leave(touched);

    host.join(untouched);
    host.run_for(100);
    assert_eq!(host.running_captures().len(), 1);
}

#[test]
fn muting_tells_the_sfu_and_unmuting_needs_no_renegotiation() {
    let (mut host, call) = Host::joined();
    host.enable(call, Microphone);
    host.run_for(100);

    host.disable(call, Microphone);
    assert!(host.running_captures().is_empty(), "the microphone's light is off at once");
    host.run_for(100);
    host.enable(call, Microphone);
    host.run_for(100);

    let muted: Vec<bool> = host
        .server
        .rpcs_of::<signal::UpdateMuteStatesRequest>("UpdateMuteStates")
        .iter()
        .flat_map(|request| request.mute_states.iter().map(|state| state.muted))
        .collect();
    assert_eq!(muted, [false, true, false]);
    assert_eq!(host.server.rpcs_of::<signal::SetPublisherRequest>("SetPublisher").len(), 1);
}

#[test]
fn the_last_of_many_toggles_wins_and_every_promise_settles() {
    let (mut host, call) = Host::joined();
    host.weather.delays = vec![40, 3, 17];
    let mut promises = Vec::new();

    for turn in 0..21 {
        let order =
            if turn % 2 == 0 { host.enable(call, Camera) } else { host.disable(call, Camera) };
        promises.push(order);
        host.run_for(7);
    }
    host.run_for(10_000);

    for promise in promises {
        host.assert_resolved(promise);
    }
    assert_eq!(host.state(call).camera.status, Some(DeviceStatus::Enabled));
    assert_eq!(host.running_captures().len(), 1, "no stream leaks");
}

#[test]
fn a_refused_camera_is_a_typed_error_and_the_state_rolls_back() {
    let mut host = Host::connected();
    host.weather.lost.captures = 1;
    let call = host.call();

    let enable = host.enable(call, Camera);
    assert_eq!(host.state(call).camera.optimistic_status, Some(DeviceStatus::Enabled));
    let capture = host.running_captures()[0];
    host.forget_capture(capture);
    host.feed(Input::Captured { capture, result: Err(denied()) });

    assert_eq!(host.rejection(enable), "permission-denied");
    let camera = &host.state(call).camera;
    assert_eq!((camera.status, camera.optimistic_status), (None, None));
    assert_eq!(camera.error.as_ref().map(|error| error.code), Some("permission-denied"));
}

#[test]
fn a_user_who_may_not_send_is_refused_without_a_prompt() {
    let mut host = Host::connected();
    host.server.capabilities = vec!["join-call"];
    let call = host.call();
    host.join(call);
    host.run_for(100);

    let enable = host.enable(call, Microphone);

    assert_eq!(host.rejection(enable), "permission-denied");
    assert_eq!(host.opened.captures, 0);
}

#[test]
fn leaving_stops_devices_before_its_promise_resolves() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    host.weather.lost.captures = 1;
    host.run_for(50);
    let waiting = host.enable(call, Microphone);

    let leave = host.leave(call);

    host.assert_resolved(leave);
    host.assert_resolved(waiting);
    assert!(host.running_captures().is_empty());
    assert_eq!(host.calling_state(call), CallingState::Left);
}

#[test]
fn a_device_that_is_unplugged_goes_off_and_is_unpublished() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    host.run_for(50);
    let capture = host.running_captures()[0];

    host.feed(Input::CaptureEnded(capture));
    host.run_for(50);

    assert_eq!(host.state(call).camera.status, Some(DeviceStatus::Disabled));
    let muted = host.server.rpcs_of::<signal::UpdateMuteStatesRequest>("UpdateMuteStates");
    assert!(muted.last().unwrap().mute_states[0].muted);
}

#[test]
fn devices_are_published_again_after_a_rejoin() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    host.run_for(50);

    host.close_sfu(1006);
    host.run_for(200);

    assert_eq!(host.server.rpcs_of::<signal::SetPublisherRequest>("SetPublisher").len(), 2);
    let local = host.state(call).participants.iter().find(|p| p.is_local).unwrap();
    assert_eq!(local.published_tracks, [TrackType::Video]);
}
