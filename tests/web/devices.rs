//! Camera and microphone. The browser has fake ones; where it has to refuse, it is given constraints
//! that it cannot fulfil, or an answer of its own kind.

use trunkline::{
    core::{
        AudioBitrateProfile, CaptureId, CaptureRequest, Captured, DeviceKind, Dimension, Duration,
        ListenId, ListenRequest, ListenSource, Media, TrackType,
    },
    web::{DeviceFailure, Devices, Input, MediaTable, Setup, VirtualDevice},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Inbox, Patch, call, eval, get, microtask, turn};

#[wasm_bindgen_test]
async fn a_camera_delivers_in_the_size_that_was_asked_for() {
    let studio = Studio::new();
    let size = Dimension { width: 640, height: 360 };
    let request = CaptureRequest { size: Some(size), facing: Some("user"), ..camera(1) };

    let captured = studio.capture(request).await.unwrap();

    assert_eq!(captured.size, Some(size));
    let track = studio.media.captured_track(id(1), TrackType::Video).unwrap();
    assert_eq!(get(&track, "id"), captured.track_id.as_str());
    assert_eq!(get(&track, "kind"), "video");
    assert_eq!(state(&track), "live");
}

#[wasm_bindgen_test]
async fn a_microphone_has_no_size() {
    let studio = Studio::new();

    let captured = studio.capture(microphone(1)).await.unwrap();

    assert_eq!(captured.size, None);
    assert_eq!(
        get(&studio.media.captured_track(id(1), TrackType::Audio).unwrap(), "kind"),
        "audio"
    );
}

#[wasm_bindgen_test]
async fn stopping_ends_the_track_and_is_not_reported() {
    let studio = Studio::new();
    studio.capture(camera(1)).await.unwrap();
    studio.capture(microphone(2)).await.unwrap();
    let track = studio.media.captured_track(id(1), TrackType::Video).unwrap();
    let other = studio.media.captured_track(id(2), TrackType::Audio).unwrap();

    studio.devices.stop(id(1));
    studio.devices.stop(id(1));

    assert_eq!(state(&track), "ended");
    assert_eq!(state(&other), "live");
    assert!(studio.media.stream(Media::Local(id(1))).is_none());
    assert_eq!(studio.devices.len(), 1);
    // A late event of a track that is not ours any more.
    call(&track, "dispatchEvent", &[eval("return new Event('ended')", &JsValue::NULL)]);
    studio.inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn a_track_that_ends_by_itself_is_reported() {
    let studio = Studio::new();
    studio.capture(camera(1)).await.unwrap();
    let track = studio.media.captured_track(id(1), TrackType::Video).unwrap();

    // What the browser does when the device is unplugged.
    call(&track, "dispatchEvent", &[eval("return new Event('ended')", &JsValue::NULL)]);

    let input = studio.inbox.next().await;
    assert!(matches!(input, Input::CaptureEnded(capture) if capture == id(1)), "{input:?}");
}

#[wasm_bindgen_test]
async fn a_published_track_that_ends_by_itself_is_reported_though_its_device_goes_on() {
    let studio = Studio::new();
    let setup = filtered(
        "return [() => ({
           output: document.createElement('canvas').captureStream(),
         })];",
    );
    studio.capture_as(camera(1), setup).await.unwrap();
    let published = studio.media.captured_track(id(1), TrackType::Video).unwrap();
    let device = studio.media.root(id(1)).unwrap();

    call(&published, "dispatchEvent", &[eval("return new Event('ended')", &JsValue::NULL)]);

    let input = studio.inbox.next().await;
    assert!(matches!(input, Input::CaptureEnded(capture) if capture == id(1)), "{input:?}");
    assert_eq!(eval("return it.getTracks()[0].readyState", &device), "live");
    studio.inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn a_device_that_ends_while_it_is_opened_is_reported_as_soon_as_it_is_open() {
    let studio = Studio::new();
    let setup = filtered(
        "return [(stream) => {
           const [track] = stream.getTracks();
           track.stop();
           track.dispatchEvent(new Event('ended'));
           return { output: document.createElement('canvas').captureStream() };
         }];",
    );
    studio.devices.capture(camera(1), setup);

    let first = studio.inbox.next().await;
    assert!(matches!(first, Input::Captured { result: Ok(_), .. }), "{first:?}");
    let second = studio.inbox.next().await;
    assert!(matches!(second, Input::CaptureEnded(capture) if capture == id(1)), "{second:?}");
}

#[wasm_bindgen_test]
async fn the_sound_of_a_screen_that_ends_is_no_end_of_the_screen() {
    let studio = Studio::new();
    let _patch = Patch::new(
        "navigator.mediaDevices",
        "getDisplayMedia",
        "return () => navigator.mediaDevices.getUserMedia({ video: true, audio: true })",
    );
    let request = CaptureRequest { kind: DeviceKind::ScreenShare, audio: true, ..camera(1) };
    let captured = studio.capture(request).await.unwrap();
    assert!(captured.audio_track_id.is_some());
    let sound = studio.media.captured_track(id(1), TrackType::ScreenShareAudio).unwrap();

    call(&sound, "dispatchEvent", &[eval("return new Event('ended')", &JsValue::NULL)]);

    let input = studio.inbox.next().await;
    assert!(matches!(input, Input::SoundEnded(capture) if capture == id(1)), "{input:?}");
    studio.inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn stopping_while_the_browser_opens_a_device_leaves_no_track_alive() {
    for is_asked in [false, true] {
        let studio = Studio::new();
        let patch = get_user_media("return (wishes) => (globalThis.opened = gum(wishes))");
        studio.devices.capture(camera(1), Setup::default());
        if is_asked {
            microtask().await;
        }

        studio.devices.stop(id(1));

        microtask().await;
        drop(patch);
        let opened = eval("return globalThis.opened", &JsValue::NULL);
        let stream = JsFuture::from(js_sys::Promise::from(opened)).await.unwrap();
        turn().await;
        let states = eval("return it.getTracks().map((track) => track.readyState).join()", &stream);
        assert_eq!(states, "ended");
        assert!(studio.devices.is_empty());
        assert!(studio.media.stream(Media::Local(id(1))).is_none());
        studio.inbox.assert_silent().await;
    }
}

#[wasm_bindgen_test]
async fn a_device_that_cannot_deliver_what_is_asked_for_delivers_what_it_can() {
    let studio = Studio::new();
    let patch = get_user_media(
        "globalThis.asked = [];
         return (wishes) => {
           asked.push(JSON.stringify(wishes));
           if (asked.length > 1) return gum(wishes);
           return gum({ video: { ...wishes.video, deviceId: { exact: 'nobody has it' } } });
         };",
    );

    let size = Some(Dimension { width: 1280, height: 720 });
    studio.capture(CaptureRequest { size, ..camera(1) }).await.unwrap();

    drop(patch);
    let asked = eval("return asked.join(' ')", &JsValue::NULL);
    let expected = r#"{"video":{"width":{"ideal":1280},"height":{"ideal":720}}} {"video":true}"#;
    assert_eq!(asked, expected);
}

#[wasm_bindgen_test]
async fn a_device_that_is_not_there_is_a_failure_with_the_browsers_reason() {
    let studio = Studio::new();
    let _patch =
        get_user_media("return () => gum({ audio: { deviceId: { exact: 'nobody has it' } } })");

    let failure = studio.capture(microphone(1)).await.unwrap_err();

    assert_eq!(failure.name, "OverconstrainedError");
    assert_eq!(get(&failure.cause, "constraint"), "deviceId");
    assert!(studio.devices.is_empty());
}

#[wasm_bindgen_test]
async fn a_selected_device_that_is_gone_gives_way_to_another_one() {
    let studio = Studio::new();
    let gone = Some("nobody has it".to_owned());

    let captured =
        studio.capture(CaptureRequest { device_id: gone.clone(), ..camera(1) }).await.unwrap();

    assert!(captured.device_id.is_some() && captured.device_id != gone);
}

#[wasm_bindgen_test]
async fn a_capture_from_the_source_of_another_lives_on_without_it() {
    let studio = Studio::new();
    studio.capture(camera(1)).await.unwrap();
    let patch = get_user_media("return () => Promise.reject(new Error('asked again'))");

    let source = Some(id(1));
    studio.capture(CaptureRequest { source, ..camera(2) }).await.unwrap();
    studio.devices.stop(id(1));

    drop(patch);
    let track = studio.media.captured_track(id(2), TrackType::Video).unwrap();
    assert_eq!(state(&track), "live");
}

#[wasm_bindgen_test]
async fn a_silenced_capture_goes_on_without_a_sound() {
    let studio = Studio::new();
    studio.capture(microphone(1)).await.unwrap();
    let track = studio.media.captured_track(id(1), TrackType::Audio).unwrap();

    studio.devices.silence(id(1), true);
    assert_eq!(get(&track, "enabled"), false);
    studio.devices.silence(id(1), false);
    assert_eq!(get(&track, "enabled"), true);
}

#[wasm_bindgen_test]
async fn a_refusal_is_reported_by_its_name_however_it_comes() {
    for (how, name) in [
        ("Promise.reject(new DOMException('no', 'NotAllowedError'))", "NotAllowedError"),
        (
            "Promise.reject(new DOMException('Permission dismissed', 'NotAllowedError'))",
            "PermissionDismissedError",
        ),
        ("Promise.reject(new DOMException('no', 'NotFoundError'))", "NotFoundError"),
        ("Promise.reject(new DOMException('no', 'NotReadableError'))", "NotReadableError"),
        ("(() => { throw new TypeError('no') })()", "TypeError"),
        ("Promise.reject('no')", ""),
        ("Promise.reject(undefined)", ""),
        ("Promise.resolve(new MediaStream())", "NotFoundError"),
    ] {
        let studio = Studio::new();
        let _patch = get_user_media(&format!("return () => {how}"));

        let failure = studio.capture(camera(1)).await.unwrap_err();

        assert_eq!(failure.name, name, "{how}");
        assert!(studio.devices.is_empty(), "{how}");
        assert!(studio.media.stream(Media::Local(id(1))).is_none(), "{how}");
    }
}

#[wasm_bindgen_test]
async fn a_page_without_devices_says_why() {
    let studio = Studio::new();
    let _devices = Patch::new("navigator", "mediaDevices", "return undefined");

    let failure = studio.capture(camera(1)).await.unwrap_err();
    assert_eq!(failure.name, "NotSupportedError");

    let _secure = Patch::new("globalThis", "isSecureContext", "return false");
    let failure = studio.capture(camera(1)).await.unwrap_err();
    assert_eq!(failure.name, "SecurityError");
}

#[wasm_bindgen_test]
async fn what_goes_away_turns_its_devices_off() {
    let Studio { devices, media, inbox } = Studio::new();
    devices.capture(camera(1), Setup::default());
    inbox.next().await;
    let track = media.captured_track(id(1), TrackType::Video).unwrap();

    drop(devices);

    assert_eq!(state(&track), "ended");
    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn music_is_captured_as_it_is() {
    let studio = Studio::new();
    let _patch = get_user_media("return (wishes) => gum((globalThis.asked = wishes))");
    let profile = AudioBitrateProfile::MusicHighQuality;

    studio.capture(CaptureRequest { profile, ..microphone(1) }).await.unwrap();

    let asked = eval("return JSON.stringify(asked.audio)", &JsValue::NULL);
    let expected = r#"{"echoCancellation":false,"noiseSuppression":false,"autoGainControl":false,"channelCount":{"ideal":2}}"#;
    assert_eq!(asked, expected);
}

#[wasm_bindgen_test]
async fn filters_run_in_their_order_and_end_with_the_capture() {
    let studio = Studio::new();
    let setup = filtered(
        "globalThis.log = [];
         const make = (name) => (input) => {
           log.push(name + (input.name ?? 'root'));
           const output = Object.assign(new MediaStream([input.getTracks()[0].clone()]), { name });
           return { output: Promise.resolve(output), stop: () => log.push(`stop ${name}`) };
         };
         return [make('one'), () => { throw new Error('broken') }, make('two')];",
    );
    let home = setup.home.clone().unwrap();

    studio.capture_as(camera(1), setup).await.unwrap();
    let stream = studio.media.stream(Media::Local(id(1))).unwrap();
    assert_eq!(get(&stream, "name"), "two");
    assert_eq!(home.size(), 1);
    studio.devices.stop(id(1));

    assert_eq!(eval("return log.join()", &JsValue::NULL), "oneroot,twoone,stop two,stop one");
    let track = call(&call(&stream, "getTracks", &[]), "at", &[0.into()]);
    assert_eq!(state(&track), "ended");
    assert_eq!(home.size(), 0, "nothing of the app is kept");
}

#[wasm_bindgen_test]
async fn a_filter_that_gives_no_stream_does_not_leave_the_camera_on() {
    let revoked =
        "({ output: (({ proxy, revoke }) => (revoke(), proxy))(Proxy.revocable([], {})) })";
    let rejected = "({ output: Promise.reject(1) })";
    for gives in ["undefined", "7", "({})", "({ output: [] })", revoked, rejected] {
        let studio = Studio::new();
        let warned = std::rc::Rc::new(std::cell::Cell::new(0));
        let count = warned.clone();
        let warn = move |_: &str, _: &JsValue| count.set(count.get() + 1);
        let setup = filtered(&format!("return [() => {gives}]"));
        let setup = Setup { warn: Some(Box::new(warn)), ..setup };

        studio.capture_as(camera(1), setup).await.unwrap();
        let track = studio.media.captured_track(id(1), TrackType::Video).unwrap();
        assert_eq!((state(&track), warned.get()), ("live".into(), 1), "{gives}");
        studio.devices.stop(id(1));

        assert_eq!(state(&track), "ended", "{gives}");
    }
}

#[wasm_bindgen_test]
async fn a_capture_that_is_given_up_while_a_filter_takes_its_time_is_off_at_once() {
    let studio = Studio::new();
    let _patch = get_user_media("return async (wishes) => (globalThis.opened = await gum(wishes))");
    let setup = filtered("return [() => new Promise(() => globalThis.isFiltering?.())]");
    let filtering =
        eval("return new Promise((resolve) => (globalThis.isFiltering = resolve))", &JsValue::NULL);
    studio.devices.capture(camera(1), setup);
    JsFuture::from(js_sys::Promise::from(filtering)).await.unwrap();

    studio.devices.stop(id(1));

    let states = eval("return opened.getTracks().map((t) => t.readyState).join()", &JsValue::NULL);
    assert_eq!(states, "ended");
    studio.inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn a_device_of_the_app_is_opened_by_the_app_and_ends_with_the_last_capture_of_it() {
    let studio = Studio::new();
    let device = eval(
        "globalThis.stops = 0;
         const stream = document.createElement('canvas').captureStream();
         return { getUserMedia: async () => ({ stream, stop: () => (stops += 1) }) };",
        &JsValue::NULL,
    );
    let virtual_device = Some(VirtualDevice { id: "mine".into(), device });
    let setup = Setup { virtual_device, ..filtered("return []") };
    let captured = studio.capture_as(camera(1), setup).await.unwrap();
    assert_eq!(captured.device_id.as_deref(), Some("mine"));

    let source = Some(id(1));
    studio.capture(CaptureRequest { source, ..camera(2) }).await.unwrap();
    studio.devices.stop(id(1));
    assert_eq!(eval("return stops", &JsValue::NULL), 0);
    studio.devices.stop(id(2));
    assert_eq!(eval("return stops", &JsValue::NULL), 1);
}

#[wasm_bindgen_test]
async fn a_capture_is_heard_until_nobody_listens() {
    let studio = Studio::new();
    studio.capture(microphone(1)).await.unwrap();
    // Without a gesture the browser would not begin.
    let _patch = Patch::new(
        "AudioContext.prototype",
        "resume",
        "return function () { return it.call(this) }",
    );
    let listening = ListenId::from((None, 1));
    let source = ListenSource::Capture(id(1));
    let every = Duration::from_millis(10);
    studio.devices.listen(ListenRequest { listening, source, every });

    let input = studio.inbox.next().await;
    assert!(matches!(input, Input::Heard { listening: l, .. } if l == listening), "{input:?}");
    studio.devices.stop_listening(listening);
    studio.devices.stop_listening(listening);
}

/// Has captures go through the filters that a script makes.
fn filtered(script: &str) -> Setup {
    let filters: js_sys::Array = eval(script, &JsValue::NULL).into();
    let filters = filters.iter().map(Into::into).collect();
    Setup { filters, home: Some(js_sys::Set::new(&JsValue::UNDEFINED)), ..Setup::default() }
}

struct Studio {
    devices: Devices,
    media: MediaTable,
    inbox: Inbox,
}

impl Studio {
    fn new() -> Self {
        let (inbox, reporter) = Inbox::new();
        let media = MediaTable::default();
        let devices = Devices::new(&media, reporter);
        Self { devices, media, inbox }
    }

    async fn capture(&self, request: CaptureRequest) -> Result<Captured, DeviceFailure> {
        self.capture_as(request, Setup::default()).await
    }

    async fn capture_as(
        &self,
        request: CaptureRequest,
        setup: Setup,
    ) -> Result<Captured, DeviceFailure> {
        let expected = request.capture;
        self.devices.capture(request, setup);
        let input = self.inbox.next().await;
        let Input::Captured { capture, result } = input else { panic!("{input:?}") };
        assert_eq!(capture, expected);
        self.inbox.assert_silent().await;
        result
    }
}

/// Replaces `getUserMedia`; the script knows the browser's own as `gum`.
fn get_user_media(script: &str) -> Patch {
    let script = format!("const gum = it.bind(navigator.mediaDevices); {script}");
    Patch::new("navigator.mediaDevices", "getUserMedia", &script)
}

fn camera(serial: u32) -> CaptureRequest {
    CaptureRequest {
        capture: id(serial),
        kind: DeviceKind::Camera,
        size: None,
        facing: None,
        device_id: None,
        profile: AudioBitrateProfile::VoiceStandardUnspecified,
        audio: false,
        max_framerate: None,
        content_hint: String::new(),
        source: None,
    }
}

fn microphone(serial: u32) -> CaptureRequest {
    CaptureRequest { kind: DeviceKind::Microphone, ..camera(serial) }
}

fn id(serial: u32) -> CaptureId {
    CaptureId::from((None, serial))
}

fn state(track: &JsValue) -> JsValue {
    get(track, "readyState")
}
