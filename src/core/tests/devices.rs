//! Camera and microphone: the last wish wins, and no light stays on.

use trunkline_protocol::sfu::signal;

use super::host::{Host, denied};
use crate::core::tests::native::{DeviceFailure, Input};
use crate::core::{
    CallCommand, CallKey, CallingState, Choice,
    DeviceKind::{Camera, Microphone, ScreenShare},
    DeviceOrder, DeviceStatus, Facing, MediaOption, PeerEffect, TrackType, TransceiverId,
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
    assert_eq!(camera.error.as_ref().map(|error| error.code.as_str()), Some("permission-denied"));
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

#[test]
fn selecting_while_live_replaces_the_track_before_the_old_one_stops() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    host.run_for(50);
    let old = host.running_captures()[0];

    let select = choose(&mut host, call, Some("second"));
    assert_eq!(host.running_captures().len(), 2, "the old one shows until the new one is there");
    host.run_for(50);

    host.assert_resolved(select);
    let new = host.running_captures()[0];
    assert_ne!(new, old);
    let replaced = PeerEffect::ReplaceTrack {
        transceiver: transceiver(&host),
        capture: Some(new),
        track_type: TrackType::Video,
    };
    assert!(host.peer_effects.contains(&replaced), "{:?}", host.peer_effects);
    let camera = &host.state(call).camera;
    assert_eq!((camera.capture, camera.selected.as_deref()), (Some(new), Some("second")));
    assert_eq!(negotiations(&host), 1);
}

#[test]
fn a_selection_that_fails_restores_the_one_before_it() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    host.run_for(50);
    let old = host.running_captures()[0];
    host.weather.lost.captures = 2;

    // Two in a row: what was there before both of them counts.
    let first = choose(&mut host, call, Some("second"));
    let second = choose(&mut host, call, Some("third"));
    fail_newest(&mut host);

    assert_eq!(host.rejection(first), "permission-denied");
    assert_eq!(host.rejection(second), "permission-denied");
    let camera = &host.state(call).camera;
    assert_eq!(camera.status, Some(DeviceStatus::Enabled));
    assert_eq!((camera.capture, camera.selected.as_deref()), (Some(old), Some("first")));
    assert_eq!(host.running_captures(), [old]);
}

#[test]
fn a_phone_that_opens_one_camera_at_a_time_closes_the_first_one() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    host.run_for(50);
    host.weather.lost.captures = 1;

    let choice = Choice { device_id: None, facing: Some(Facing::Back) };
    let flip = host.device(call, Camera, DeviceOrder::Select(choice));
    fail_newest_with(&mut host, "NotReadableError");
    host.run_for(50);

    host.assert_resolved(flip);
    assert_eq!(host.running_captures().len(), 1);
    assert_eq!(host.state(call).camera.facing, Some(Facing::Back));
    assert_eq!(host.requested.last().unwrap().facing, Some("environment"));

    // When the second one does not open even so, the first one comes back.
    host.weather.lost.captures = 2;
    let choice = Choice { device_id: None, facing: Some(Facing::Front) };
    let flip = host.device(call, Camera, DeviceOrder::Select(choice));
    fail_newest_with(&mut host, "NotReadableError");
    fail_newest_with(&mut host, "NotReadableError");
    assert!(!host.settled.contains_key(&flip), "nothing has settled before it is back");
    host.run_for(50);
    assert_eq!(host.rejection(flip), "in-use");
    assert_eq!(host.state(call).camera.facing, Some(Facing::Back));
    assert_eq!(host.running_captures().len(), 1);
    assert_eq!(host.state(call).camera.status, Some(DeviceStatus::Enabled));
}

#[test]
fn each_failure_of_the_browser_has_a_code_of_its_own() {
    let (mut host, call) = Host::joined();
    for (name, code) in [
        ("NotAllowedError", "permission-denied"),
        ("PermissionDismissedError", "permission-dismissed"),
        // Nobody has touched the page.
        ("InvalidStateError", "permission-denied"),
        ("NotFoundError", "not-found"),
        ("NotReadableError", "in-use"),
        ("OverconstrainedError", "overconstrained"),
        ("SecurityError", "insecure-context"),
        ("AbortError", "aborted"),
        ("NotSupportedError", "unsupported"),
    ] {
        host.weather.lost.captures = 1;
        let enable = host.enable(call, ScreenShare);
        fail_newest_with(&mut host, name);
        assert_eq!(host.rejection(enable), code, "{name}");
    }
}

#[test]
fn whoever_chose_a_device_that_fails_hears_of_it_though_the_first_is_given_up_on_its_way_back() {
    for next in [DeviceOrder::Disable { keep: false }, DeviceOrder::Select(Choice::default())] {
        let (mut host, call) = Host::joined();
        host.enable(call, Camera);
        host.run_for(50);
        host.weather.lost.captures = 3;
        let select = choose(&mut host, call, Some("second"));
        fail_newest_with(&mut host, "NotReadableError");
        fail_newest_with(&mut host, "NotReadableError");

        let next = host.device(call, Camera, next);
        host.run_for(50);

        assert_eq!(host.rejection(select), "in-use");
        host.assert_resolved(next);
    }
}

#[test]
fn a_device_that_is_unplugged_while_another_is_opened_gives_way_to_it() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    host.run_for(50);
    let old = host.running_captures()[0];
    let select = choose(&mut host, call, Some("second"));

    host.feed(Input::CaptureEnded(old));
    assert_eq!(host.state(call).camera.status, Some(DeviceStatus::Disabled));
    host.run_for(50);

    host.assert_resolved(select);
    assert_eq!(host.state(call).camera.status, Some(DeviceStatus::Enabled));
    assert_eq!(host.running_captures().len(), 1);
    assert_eq!(muted(&host, TrackType::Video).last(), Some(&false));
}

#[test]
fn a_new_filter_takes_the_source_that_runs() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    host.run_for(50);
    let old = host.running_captures()[0];

    let renewed = host.device(call, Camera, DeviceOrder::Renew { fresh: false });
    host.run_for(50);

    host.assert_resolved(renewed);
    assert_eq!(host.requested.last().unwrap().source, Some(old));
    assert_eq!(host.running_captures().len(), 1);

    let off = host.disable(call, Camera);
    let nothing = host.device(call, Camera, DeviceOrder::Renew { fresh: true });
    host.assert_resolved(off);
    host.assert_resolved(nothing);
    assert!(host.running_captures().is_empty(), "what is off is not turned on");
}

#[test]
fn resume_turns_on_only_what_was_on_before() {
    let (mut host, call) = Host::joined();
    host.device(call, Camera, DeviceOrder::Resume);
    assert!(host.running_captures().is_empty());

    host.enable(call, Camera);
    host.run_for(50);
    host.disable(call, Camera);
    let resumed = host.device(call, Camera, DeviceOrder::Resume);
    host.run_for(50);

    host.assert_resolved(resumed);
    assert_eq!(host.state(call).camera.status, Some(DeviceStatus::Enabled));
}

#[test]
fn a_track_that_is_kept_is_muted_for_the_others_and_back_at_once() {
    let (mut host, call) = Host::joined();
    host.enable(call, Microphone);
    host.run_for(50);
    let capture = host.running_captures()[0];

    host.device(call, Microphone, DeviceOrder::Disable { keep: true });
    host.run_for(50);
    assert_eq!(host.state(call).microphone.status, Some(DeviceStatus::Disabled));
    assert_eq!(host.running_captures(), [capture]);
    host.enable(call, Microphone);
    host.run_for(50);

    assert_eq!(muted(&host, TrackType::Audio), [false, true, false]);
    assert_eq!(host.opened.captures, 1);

    host.device(call, Microphone, DeviceOrder::Disable { keep: true });
    host.disable(call, Microphone);
    assert!(host.running_captures().is_empty(), "forced");
}

#[test]
fn a_shared_screen_brings_its_sound_and_the_browsers_button_ends_both() {
    let (mut host, call) = Host::joined();
    host.enable(call, ScreenShare);
    host.run_for(100);
    let local = |host: &Host| {
        let local = host.state(call).participants.iter().find(|p| p.is_local).unwrap();
        local.published_tracks.clone()
    };
    assert_eq!(local(&host), [TrackType::ScreenShare, TrackType::ScreenShareAudio]);

    host.order(call, |_| CallCommand::SetMedia(MediaOption::ScreenAudio(false)));
    assert_eq!(local(&host), [TrackType::ScreenShare]);
    host.order(call, |_| CallCommand::SetMedia(MediaOption::ScreenAudio(true)));
    assert_eq!(local(&host), [TrackType::ScreenShare, TrackType::ScreenShareAudio]);

    let capture = host.running_captures()[0];
    host.feed(Input::CaptureEnded(capture));
    assert_eq!(local(&host), []);
    assert_eq!(host.state(call).screen_share.status, Some(DeviceStatus::Disabled));
    assert_eq!(host.requested.len(), 1, "the user was asked once");
}

#[test]
fn what_the_user_chose_before_goes_before_the_settings() {
    let mut host = Host::connected();
    host.server.camera_default_on = true;
    host.holds_defaults = true;
    let call = host.call();
    host.join(call);
    host.run_for(100);
    assert!(host.running_captures().is_empty(), "nobody knows yet");

    let device_id = || Some("favourite".to_owned());
    let default = |kind, on| CallCommand::ApplyDefault { kind, on, device_id: device_id() };
    host.order(call, |_| default(Camera, Some(false)));
    host.order(call, |_| default(Microphone, Some(true)));
    host.run_for(50);

    let [microphone] = &host.requested[..] else { panic!("{:?}", host.requested) };
    assert_eq!((microphone.kind, microphone.device_id.clone()), (Microphone, device_id()));
    assert_eq!(host.state(call).camera.selected, device_id());
}

#[test]
fn a_choice_of_an_earlier_visit_comes_too_late_for_a_touched_device() {
    let mut host = Host::connected();
    host.holds_defaults = true;
    let call = host.call();
    host.join(call);
    host.run_for(100);
    host.enable(call, Camera);
    host.disable(call, Camera);
    let default = CallCommand::ApplyDefault { kind: Camera, on: Some(true), device_id: None };

    host.order(call, |_| default.clone());
    assert!(host.running_captures().is_empty());

    host.leave(call);
    host.order(call, |_| default);
    assert!(host.running_captures().is_empty(), "the call was left");
}

#[test]
fn reading_a_call_opens_nothing_unless_the_app_wants_that() {
    for on_load in [false, true] {
        let mut host = Host::connected_with("alice", |config| config.defaults_on_load = on_load);
        host.server.camera_default_on = true;
        let call = host.call();
        host.get(call);
        host.run_for(100);

        assert_eq!(host.running_captures().len(), usize::from(on_load));
        assert_eq!(host.server.rpcs.len(), 0);
    }
}

#[test]
fn a_device_may_outlive_the_call() {
    let (mut host, call) = Host::joined();
    host.order(call, |_| CallCommand::SetMedia(MediaOption::StopOnLeave(Camera, false)));
    host.enable(call, Camera);
    host.enable(call, Microphone);
    host.run_for(50);

    host.leave(call);

    assert_eq!(host.running_captures().len(), 1);
    assert_eq!(host.state(call).camera.status, Some(DeviceStatus::Enabled));
    assert_eq!(host.state(call).microphone.status, None);
}

#[test]
fn a_track_that_the_system_holds_back_shows_as_interrupted() {
    let (mut host, call) = Host::joined();
    host.enable(call, Microphone);
    host.run_for(50);
    let capture = host.running_captures()[0];
    let interrupted = |host: &Host| {
        let local = host.state(call).participants.iter().find(|p| p.is_local).unwrap();
        local.interrupted_tracks.clone()
    };

    host.feed(Input::CaptureMuted(capture, true));
    assert_eq!(interrupted(&host), [TrackType::Audio]);
    host.feed(Input::CaptureMuted(capture, false));
    assert_eq!(interrupted(&host), []);

    host.feed(Input::CaptureMuted(capture, true));
    host.disable(call, Microphone);
    assert_eq!(interrupted(&host), [], "off is not interrupted");
}

fn choose(host: &mut Host, call: CallKey, device_id: Option<&str>) -> u64 {
    let choice = Choice { device_id: device_id.map(str::to_owned), facing: None };
    host.device(call, Camera, DeviceOrder::Select(choice))
}

fn fail_newest(host: &mut Host) {
    fail_newest_with(host, "NotAllowedError");
}

fn fail_newest_with(host: &mut Host, name: &str) {
    let capture = host.requested.last().unwrap().capture;
    host.forget_capture(capture);
    let failure = DeviceFailure { name: name.to_owned(), ..denied() };
    host.feed(Input::Captured { capture, result: Err(failure) });
}

fn transceiver(host: &Host) -> TransceiverId {
    let added = host.peer_effects.iter().find_map(|effect| match effect {
        PeerEffect::AddTransceiver { transceiver, .. } => Some(*transceiver),
        _ => None,
    });
    added.unwrap()
}

fn negotiations(host: &Host) -> usize {
    host.server.rpcs_of::<signal::SetPublisherRequest>("SetPublisher").len()
}

fn muted(host: &Host, of: TrackType) -> Vec<bool> {
    host.server
        .rpcs_of::<signal::UpdateMuteStatesRequest>("UpdateMuteStates")
        .iter()
        .flat_map(|request| request.mute_states.clone())
        .filter(|state| state.track_type() == of)
        .map(|state| state.muted)
        .collect()
}
