use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{
    call_shared::CallShared,
    client::{Level, LogScope},
    values,
};
use crate::core::{
    AudioBitrateProfile, CallCommand, Choice, DeviceKind, DeviceOrder, Facing, MediaOption,
    PromiseId, TrackType,
};

/// What the state and the devices of a call, where they are JavaScript, ask of the core; ends with
/// them, see `call_parts.rs`.
#[wasm_bindgen(skip_typescript)]
pub struct CallHandle {
    shared: Rc<CallShared>,
}

impl CallHandle {
    pub(crate) fn new(shared: Rc<CallShared>) -> Self {
        Self { shared }
    }

    fn order(&self, command: CallCommand) {
        self.shared.order(command);
    }

    fn promise(&self, command: impl FnOnce(PromiseId) -> CallCommand) -> Promise {
        self.shared.promise(command)
    }
}

#[wasm_bindgen]
impl CallHandle {
    /// What a device does, by its name in the state.
    #[wasm_bindgen(js_name = deviceState)]
    pub fn device_state(&self, name: &str) -> JsValue {
        let media = self.shared.client.driver().media();
        let state = self.shared.read(|call| match name {
            "camera" => values::device(&call.camera, media),
            "microphone" => values::device(&call.microphone, media),
            _ => values::device(&call.screen_share, media),
        });
        state.unwrap_or_default()
    }

    /// The user that is connected or connecting.
    #[wasm_bindgen(js_name = userId)]
    pub fn user_id(&self) -> Option<String> {
        self.shared.client.user_id()
    }

    /// Gives an order to a device, both by their numbers in `pkg/devices.js`.
    pub fn device(
        &self,
        kind: u8,
        order: u8,
        flag: Option<bool>,
        device_id: Option<String>,
        is_back: Option<bool>,
    ) -> Promise {
        let flag = flag.unwrap_or_default();
        let order = match order {
            0 => DeviceOrder::Disable { keep: flag },
            1 => DeviceOrder::Enable,
            2 => DeviceOrder::Toggle { keep: flag },
            3 => DeviceOrder::Resume,
            4 => DeviceOrder::Renew { fresh: flag },
            _ => {
                let facing =
                    is_back.map(|is_back| if is_back { Facing::Back } else { Facing::Front });
                DeviceOrder::Select(Choice { device_id, facing })
            }
        };
        let kind = read_kind(kind);
        self.promise(|promise| CallCommand::Device { promise, kind, order })
    }

    /// Sets how media is captured and published, by the number in `pkg/devices.js`.
    #[wasm_bindgen(js_name = setMedia)]
    pub fn set_media(&self, option: u8, kind: u8, value: u32, other: u32) {
        let kind = read_kind(kind);
        self.order(CallCommand::SetMedia(match option {
            0 => MediaOption::StopOnLeave(kind, value != 0),
            1 => MediaOption::ScreenAudio(value != 0),
            2 => MediaOption::AudioProfile(kind, read_profile(value).unwrap_or_default()),
            _ => MediaOption::ScreenLimits { fps: value, bitrate: other },
        }));
    }

    /// Sets how the app would like its video to be published; 0 and no text are no preference.
    #[wasm_bindgen(js_name = preferVideo)]
    pub fn prefer_video(&self, codec: String, fmtp: String, bitrate: u32, layers: u32) {
        let option = MediaOption::PreferVideo { codec, fmtp, bitrate, layers };
        self.order(CallCommand::SetMedia(option));
    }

    /// Says what the user had chosen for a device that nobody has touched.
    #[wasm_bindgen(js_name = applyDefault)]
    pub fn apply_default(&self, kind: u8, on: Option<bool>, device_id: Option<String>) {
        let kind = read_kind(kind);
        self.order(CallCommand::ApplyDefault { kind, on, device_id });
    }

    /// Publishes a stream of the app, whose tracks were checked.
    pub fn publish(&self, stream: &JsValue, track_type: i32, profile: Option<u32>) -> Promise {
        let driver = self.shared.client.driver();
        self.promise(|promise| {
            let capture = driver.ask(|client| client.adopt_capture(self.shared.key));
            let mut captured = driver.devices().adopt(capture, track_type, stream);
            let track_type = TrackType::try_from(track_type).unwrap_or_default();
            captured.profile = profile.and_then(read_profile);
            CallCommand::Publish { promise, track_type, capture, captured }
        })
    }

    /// Stops publishing.
    #[wasm_bindgen(js_name = stopPublish)]
    pub fn stop_publish(&self, track_types: Vec<i32>) -> Promise {
        let track_types =
            track_types.into_iter().filter_map(|t| TrackType::try_from(t).ok()).collect();
        self.promise(|promise| CallCommand::StopPublish { promise, track_types })
    }

    /// Sets how loud the app plays a participant.
    #[wasm_bindgen(js_name = setVolume)]
    pub fn set_volume(&self, session_id: String, volume: Option<f32>) {
        self.order(CallCommand::SetVolume { session_id, volume });
    }

    /// The SFU's name and the two peer connections, publisher first, of a joined call.
    pub fn peers(&self) -> Vec<JsValue> {
        let driver = self.shared.client.driver();
        let client = driver.client();
        let Some((edge, [publisher, subscriber])) = client.peers(self.shared.key) else {
            return vec![];
        };
        vec![edge.into(), driver.connection(publisher), driver.connection(subscriber)]
    }

    /// What keeps the user's devices, or `undefined`.
    pub fn preferences(&self) -> JsValue {
        self.shared.client.parts().map(|parts| parts.get("preferences")).unwrap_or_default()
    }

    /// Logs a warning about devices.
    pub fn warn(&self, message: &str, details: Vec<JsValue>) {
        self.shared.client.log(LogScope::Devices, Level::Warn, message, &details);
    }

    /// Tells the listeners of the client.
    #[wasm_bindgen(js_name = emitToClient)]
    pub fn emit_to_client(&self, event: &JsValue) {
        if let Some(parts) = self.shared.client.parts() {
            parts.listeners().emit(event);
        }
    }
}

/// By the numbers of `pkg/capture.js`.
fn read_kind(kind: u8) -> DeviceKind {
    match kind {
        0 => DeviceKind::Camera,
        1 => DeviceKind::Microphone,
        _ => DeviceKind::ScreenShare,
    }
}

fn read_profile(profile: u32) -> Option<AudioBitrateProfile> {
    i32::try_from(profile).ok().and_then(|profile| profile.try_into().ok())
}
