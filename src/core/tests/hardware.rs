//! What comes and goes beside the orders of the app: devices that are plugged, choices that are
//! kept, sound that is listened to, loudspeakers.

use super::host::{Host, denied};
use crate::core::{
    CallCommand, CallKey, Choice, DEFAULT_DEVICE, DeviceKind,
    DeviceKind::{Camera, Microphone, ScreenShare},
    DeviceOrder, DeviceStatus, Duration, FailedDevice, Input, ListedDevice, ListedKind,
    ListenSource, LocalEvent, MediaOption, Sound, SpeakerOrder,
};

#[test]
fn a_selected_device_that_is_unplugged_goes_off_and_is_told_of() {
    let (mut host, call) = camera_on();
    plug(&mut host, &[camera("first", "1"), camera("second", "2")]);

    plug(&mut host, &[camera("second", "2")]);

    let state = &host.state(call).camera;
    assert_eq!(state.status, Some(DeviceStatus::Disabled));
    assert_eq!(state.selected, None);
    assert!(host.running_captures().is_empty());
    let event = LocalEvent::DeviceDisconnected {
        cid: "default:demo".to_owned(),
        status: Some(DeviceStatus::Enabled),
        device_id: "first".to_owned(),
        label: "Camera first".to_owned(),
        kind: ListedKind::VideoInput,
    };
    assert_eq!(told(&host, "device.disconnected"), [event.clone(), event]);
    assert!(host.remembered.is_empty(), "the user has chosen nothing");
}

#[test]
fn a_device_that_takes_the_place_of_another_is_captured_anew() {
    let (mut host, call) = camera_on();
    plug(&mut host, &[camera("first", "1")]);
    let captured = host.requested.len();

    plug(&mut host, &[camera("first", "9")]);
    host.run_for(50);

    assert_eq!(host.requested.len(), captured + 1);
    assert_eq!(host.requested.last().unwrap().source, None, "the browser is asked again");
    assert_eq!(host.state(call).camera.status, Some(DeviceStatus::Enabled));
    assert_eq!(told(&host, "device.disconnected"), []);
}

#[test]
fn the_systems_new_microphone_is_followed_when_nobody_chose_one() {
    let (mut host, call) = microphone_on();
    plug(&mut host, &microphones("1", &["1", "2"]));
    let first = host.running_captures();
    plug(&mut host, &microphones("2", &["1", "2"]));
    host.run_for(50);

    let [_, renewed] = &host.requested[..] else { panic!("{:?}", host.requested) };
    assert_eq!((&renewed.device_id, renewed.source), (&None, None));
    assert_eq!(host.state(call).microphone.status, Some(DeviceStatus::Enabled));
    assert_ne!(host.running_captures(), first);
    assert_eq!(host.running_captures().len(), 1);
    assert!(host.remembered.is_empty(), "the user has chosen nothing");

    // It has other names for the same one, or another one comes that it does not use.
    plug(&mut host, &microphones("2", &["1", "2", "3"]));
    assert_eq!(host.requested.len(), 2);
    plug(&mut host, &microphones("1", &["1"]));
    let running = host.running_captures();
    fail_newest(&mut host);
    host.run_for(50);
    assert_eq!(host.state(call).microphone.status, Some(DeviceStatus::Enabled), "as it was");
    assert!(running.contains(&host.running_captures()[0]));
}

#[test]
fn a_microphone_that_somebody_chose_stays_though_the_system_uses_another() {
    let (mut host, call) = microphone_on();
    plug(&mut host, &microphones("1", &["1", "2"]));
    let device_id = Some("first".to_owned());
    let choice = Choice { device_id, facing: None };
    host.device(call, Microphone, DeviceOrder::Select(choice));
    host.run_for(50);
    assert!(host.state(call).microphone.is_chosen);
    let requested = host.requested.len();
    plug(&mut host, &microphones("2", &["1", "2"]));
    assert_eq!(host.requested.len(), requested);

    // Until nobody does any more.
    host.device(call, Microphone, DeviceOrder::Select(Choice::default()));
    host.run_for(50);
    plug(&mut host, &microphones("1", &["1", "2"]));
    assert_eq!(host.requested.len(), requested + 2);
}

#[test]
fn an_unplugged_microphone_is_followed_by_the_systems_next_one_soon_or_not_at_all() {
    for (pause, follows) in [(600, true), (3_001, false)] {
        for touched in [false, true] {
            let (mut host, call) = microphone_on();
            plug(&mut host, &microphones("1", &["1", "2"]));
            let capture = host.running_captures()[0];
            host.feed(Input::CaptureEnded(capture));
            assert_eq!(host.state(call).microphone.status, Some(DeviceStatus::Disabled));
            if touched {
                host.disable(call, Microphone);
            }
            host.run_for(pause);
            plug(&mut host, &microphones("2", &["2"]));
            host.run_for(50);

            let is_on = host.state(call).microphone.status == Some(DeviceStatus::Enabled);
            assert_eq!(is_on, follows && !touched, "after {pause} ms, {touched}");
            assert_eq!(told(&host, "device.disconnected").len(), 2, "of the call and the client");
            assert_eq!(host.running_captures().len(), usize::from(is_on));
        }
    }
}

#[test]
fn a_microphone_that_is_off_is_listened_to_at_the_systems_new_one() {
    let (mut host, call) = microphone_on();
    plug(&mut host, &microphones("1", &["1", "2"]));
    host.disable(call, Microphone);
    notice(&mut host, call, true);
    let listened: Vec<_> = host.listened.keys().copied().collect();
    plug(&mut host, &microphones("2", &["1", "2"]));

    assert_eq!(source(&host), ListenSource::Device(None));
    assert!(!listened.iter().any(|before| host.listened.contains_key(before)));
    assert_eq!(host.state(call).microphone.selected, None);
    assert_eq!(host.requested.len(), 1, "it stays off");
}

#[test]
fn devices_that_were_never_listed_or_are_not_used_may_come_and_go() {
    let (mut host, call) = camera_on();
    // Without the user's leave the list has no ids.
    plug(&mut host, &[camera("", "")]);
    plug(&mut host, &[camera("second", "2"), listed(ListedKind::AudioInput, "first", "1")]);
    plug(&mut host, &[]);

    assert_eq!(host.state(call).camera.status, Some(DeviceStatus::Enabled));
    assert_eq!(host.requested.len(), 1);
}

#[test]
fn a_device_that_is_off_when_it_is_unplugged_is_only_not_selected_any_more() {
    let (mut host, call) = camera_on();
    host.disable(call, Camera);
    host.remembered.clear();
    plug(&mut host, &[camera("first", "1")]);
    plug(&mut host, &[]);

    assert_eq!(host.state(call).camera.selected, None);
    assert_eq!(told(&host, "device.disconnected").len(), 2);
    assert!(host.remembered.is_empty());
}

#[test]
fn what_the_user_chooses_is_kept_once_it_is_so() {
    let (mut host, call) = Host::joined();
    host.enable(call, Camera);
    assert!(host.remembered.is_empty(), "it may fail");
    host.run_for(50);
    assert_eq!(host.remembered, [Camera]);
    host.device(call, Camera, DeviceOrder::Renew { fresh: false });
    host.run_for(50);
    assert_eq!(host.remembered, [Camera], "a filter is no choice of the user");

    host.disable(call, Microphone);
    host.device(call, Microphone, DeviceOrder::Resume);
    host.enable(call, ScreenShare);
    host.run_for(50);
    assert_eq!(host.remembered, [Camera, Microphone]);

    host.weather.lost.captures = 1;
    host.enable(call, Microphone);
    fail_newest(&mut host);
    assert_eq!(host.remembered, [Camera, Microphone], "it failed");

    host.server.capabilities = vec!["join-call"];
    let refreshed = host.get(call);
    host.run_for(50);
    host.assert_resolved(refreshed);
    let refused = host.enable(call, Microphone);
    assert_eq!(host.rejection(refused), "permission-denied");
    // Losing the permission turned the camera off, which the user did not want.
    assert_eq!(host.remembered, [Camera, Microphone]);
}

#[test]
fn who_waits_for_a_device_hears_when_nothing_is_under_way() {
    let (mut host, call) = Host::joined();
    let at_once = settled(&mut host, call);
    host.assert_resolved(at_once);

    host.weather.lost.captures = 1;
    let enabled = host.enable(call, Camera);
    let waiting = settled(&mut host, call);
    host.run_for(1_000);
    assert!(!host.settled.contains_key(&waiting));
    fail_newest(&mut host);

    assert_eq!(host.rejection(enabled), "permission-denied");
    host.assert_resolved(waiting);
}

#[test]
fn a_failure_says_of_which_device_it_is() {
    let (mut host, call) = Host::joined();
    host.weather.lost.captures = 1;
    let choice = crate::core::Choice { device_id: Some("second".to_owned()), facing: None };
    host.device(call, Camera, DeviceOrder::Select(choice));
    host.enable(call, Camera);
    fail_newest(&mut host);

    let error = host.state(call).camera.error.clone().unwrap();
    let failed = FailedDevice { kind: Camera, id: Some("second".to_owned()) };
    assert_eq!(error.device.as_ref(), Some(&failed));
}

#[test]
fn a_call_that_the_app_has_dropped_captures_and_hears_nothing() {
    let (mut host, call) = Host::joined();
    host.order(call, |_| CallCommand::SetMedia(MediaOption::StopOnLeave(Microphone, false)));
    host.enable(call, Microphone);
    host.run_for(50);
    host.leave(call);
    assert_eq!((host.running_captures().len(), host.listened.len()), (1, 1));

    host.promise(|_| crate::core::Command::DropCall(call));

    assert!(host.running_captures().is_empty() && host.listened.is_empty());
}

#[test]
fn a_microphone_that_delivers_nothing_is_reported_and_when_it_delivers_again() {
    let (mut host, call) = microphone_on();
    let silence = Some(Duration::from_secs(1));
    host.order(call, |_| CallCommand::SetMedia(MediaOption::SilenceThreshold(silence)));

    hear(&mut host, 900, NOTHING);
    assert!(reports(&host).is_empty());
    hear(&mut host, 200, NOTHING);
    hear(&mut host, 5_000, NOTHING);
    assert_eq!(reports(&host), [false, false], "to the call and to the client, once");
    hear(&mut host, 500, QUIET);
    hear(&mut host, 500, QUIET);
    assert_eq!(reports(&host)[2..], [true, true]);

    let event = told(&host, "mic.capture_report").remove(0);
    let expected = LocalEvent::CaptureReport {
        cid: "default:demo".to_owned(),
        captures_audio: false,
        device_id: Some("first".to_owned()),
        label: "label".to_owned(),
    };
    assert_eq!(event, expected);

    host.order(call, |_| CallCommand::SetMedia(MediaOption::SilenceThreshold(None)));
    assert!(host.listened.is_empty());
}

#[test]
fn another_capture_is_listened_to_in_place_of_the_one_before() {
    let (mut host, call) = microphone_on();
    let before = source(&host);
    host.device(call, Microphone, DeviceOrder::Renew { fresh: true });
    host.run_for(50);

    assert_ne!(source(&host), before);
    host.disable(call, Microphone);
    assert!(host.listened.is_empty(), "nobody listens to a muted microphone unless it is wanted");
}

#[test]
fn who_speaks_while_muted_is_told_until_they_pause_or_are_unmuted() {
    let (mut host, call) = Host::joined();
    notice(&mut host, call, true);
    assert_eq!(source(&host), ListenSource::Device(None), "also who never turned it on");
    let speaks = |host: &Host| host.state(call).speaking_while_muted;

    hear(&mut host, 100, QUIET);
    assert!(!speaks(&host));
    hear(&mut host, 100, SPEECH);
    assert!(speaks(&host));
    hear(&mut host, 900, QUIET);
    assert!(speaks(&host), "a pause");
    hear(&mut host, 200, QUIET);
    assert!(!speaks(&host));

    hear(&mut host, 100, SPEECH);
    host.enable(call, Microphone);
    assert!(!speaks(&host) && host.listened.is_empty(), "not while it is being opened");
    host.run_for(50);
    assert!(matches!(source(&host), ListenSource::Capture(_)));

    host.disable(call, Microphone);
    assert_eq!(source(&host), ListenSource::Device(Some("first".to_owned())));
    notice(&mut host, call, false);
    assert!(host.listened.is_empty());
}

#[test]
fn nobody_is_listened_to_who_may_not_speak_or_is_not_in_the_call() {
    let mut host = Host::connected();
    let call = host.call();
    notice(&mut host, call, true);
    assert!(host.listened.is_empty());
    host.join(call);
    host.run_for(100);
    assert_eq!(host.listened.len(), 1);
    host.leave(call);
    assert!(host.listened.is_empty());

    host.server.capabilities = vec!["join-call"];
    host.join(call);
    host.run_for(100);
    assert!(host.listened.is_empty());
}

#[test]
fn a_late_sound_of_what_is_not_listened_to_any_more_is_not_heard() {
    let (mut host, call) = Host::joined();
    notice(&mut host, call, true);
    let listening = *host.listened.keys().next().unwrap();
    notice(&mut host, call, false);

    host.feed(Input::Heard { listening, sound: SPEECH });

    assert!(!host.state(call).speaking_while_muted);
}

#[test]
fn a_speaker_that_is_unplugged_gives_way_to_the_browsers_own() {
    let (mut host, call) = Host::joined();
    let speaker = listed(ListedKind::AudioOutput, "s", "1");
    order_speaker(&mut host, call, SpeakerOrder::Select("s".to_owned()));
    plug(&mut host, &[]);
    assert_eq!(host.state(call).speaker.selected, "s", "the list may be older than the choice");
    plug(&mut host, &[speaker]);
    assert_eq!(host.state(call).speaker.selected, "s");

    plug(&mut host, &[camera("s", "1")]);

    assert_eq!(host.state(call).speaker.selected, "");
}

#[test]
fn a_speaker_of_an_earlier_visit_comes_too_late_for_one_that_the_app_chose() {
    let (mut host, call) = Host::joined();
    order_speaker(&mut host, call, SpeakerOrder::Recall("a".to_owned()));
    assert_eq!(host.state(call).speaker.selected, "a");
    order_speaker(&mut host, call, SpeakerOrder::Select(String::new()));
    order_speaker(&mut host, call, SpeakerOrder::Recall("a".to_owned()));
    assert_eq!(host.state(call).speaker.selected, "");

    order_speaker(&mut host, call, SpeakerOrder::Volume(0.1));
    assert!((host.state(call).speaker.volume - 0.1).abs() < f64::EPSILON);
}

const NOTHING: Sound = Sound { loudest: 0, delivers: false };
const QUIET: Sound = Sound { loudest: 90, delivers: true };
const SPEECH: Sound = Sound { loudest: 200, delivers: true };

/// Lets `ms` pass, and has everything that is listened to sound like that, before and after.
fn hear(host: &mut Host, ms: u64, sound: Sound) {
    for span in [0, ms] {
        host.run_for(span);
        for listening in host.listened.keys().copied().collect::<Vec<_>>() {
            host.feed(Input::Heard { listening, sound });
        }
    }
}

fn camera_on() -> (Host, CallKey) {
    device_on(Camera)
}

fn microphone_on() -> (Host, CallKey) {
    device_on(Microphone)
}

fn device_on(kind: DeviceKind) -> (Host, CallKey) {
    let (mut host, call) = Host::joined();
    host.enable(call, kind);
    host.run_for(50);
    host.remembered.clear();
    (host, call)
}

fn plug(host: &mut Host, devices: &[ListedDevice]) {
    host.feed(Input::Devices(devices.to_vec()));
}

/// Microphones of those groups, and which of them is the system's own choice.
fn microphones(default: &str, groups: &[&str]) -> Vec<ListedDevice> {
    let id = |group: &str| if group == "1" { "first".to_owned() } else { format!("no. {group}") };
    let all = groups.iter().map(|group| (id(group), *group));
    std::iter::once((DEFAULT_DEVICE.to_owned(), default))
        .chain(all)
        .map(|(id, group)| listed(ListedKind::AudioInput, &id, group))
        .collect()
}

fn camera(id: &str, group_id: &str) -> ListedDevice {
    listed(ListedKind::VideoInput, id, group_id)
}

fn listed(kind: ListedKind, id: &str, group_id: &str) -> ListedDevice {
    let label = format!("Camera {id}");
    ListedDevice { id: id.to_owned(), kind, label, group_id: group_id.to_owned() }
}

fn told(host: &Host, name: &str) -> Vec<LocalEvent> {
    let events = host.events.iter().filter(|(told, _)| told == name);
    events.filter_map(|(_, event)| event.clone()).collect()
}

fn reports(host: &Host) -> Vec<bool> {
    let events = told(host, "mic.capture_report").into_iter();
    let captures = events.filter_map(|event| match event {
        LocalEvent::CaptureReport { captures_audio, .. } => Some(captures_audio),
        _ => None,
    });
    captures.collect()
}

fn source(host: &Host) -> ListenSource {
    let [request] = &host.listened.values().collect::<Vec<_>>()[..] else {
        panic!("one microphone is listened to: {:?}", host.listened)
    };
    request.source.clone()
}

fn notice(host: &mut Host, call: CallKey, notices: bool) {
    host.tell(call, CallCommand::SetMedia(MediaOption::NoticeSpeaking(notices)));
}

fn order_speaker(host: &mut Host, call: CallKey, order: SpeakerOrder) {
    host.tell(call, CallCommand::Speaker(order));
}

fn settled(host: &mut Host, call: CallKey) -> u64 {
    host.order(call, |promise| CallCommand::AwaitDevice { promise, kind: Camera })
}

fn fail_newest(host: &mut Host) {
    let capture = host.requested.last().unwrap().capture;
    host.forget_capture(capture);
    host.feed(Input::Captured { capture, result: Err(denied()) });
}
