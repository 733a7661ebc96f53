//! The microphone of a call.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{
    call_shared::CallShared,
    device::{Device, device_manager, device_state},
    error::to_js,
    fields::{self, WeakObservables},
    options,
    parts::Parts,
    promises::rejected,
};
use crate::core::{DeviceKind, Duration, MediaOption};

/// What the microphone does.
#[wasm_bindgen]
pub struct MicrophoneState {
    device: Rc<Device>,
    observables: WeakObservables,
}

device_state! {
    MicrophoneState "MicrophoneState": "MicrophoneValues";
    /// See {@link MicrophoneManager.enableSpeakingWhileMutedNotification}.
    speaking_while_muted: "speakingWhileMuted", "boolean" = |state| state.is_speaking().into();
}

impl MicrophoneState {
    fn is_speaking(&self) -> bool {
        self.device.shared().read(|call| call.speaking_while_muted).unwrap_or_default()
    }
}

/// The microphone of a call. Usable before joining, for a preview.
///
/// The last order wins: what an earlier one opened is closed, and its promise resolves all the same.
#[wasm_bindgen]
pub struct MicrophoneManager {
    device: Rc<Device>,
}

device_manager!(MicrophoneManager, "MicrophoneState", "MediaTrackConstraints");

#[wasm_bindgen]
impl MicrophoneManager {
    /// Uses another microphone, at once if it is on; `undefined` leaves it to the browser. When that
    /// fails, the one before stays.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn select(
        &self,
        #[wasm_bindgen(js_name = deviceId, unchecked_param_type = "string | undefined")]
        device_id: &JsValue,
    ) -> Promise {
        self.device.select(device_id)
    }

    /// Adds a microphone whose streams the app makes.
    #[wasm_bindgen(
        js_name = registerVirtualDevice,
        unchecked_return_type = "VirtualDeviceRegistration"
    )]
    pub fn register_virtual_device(
        &self,
        #[wasm_bindgen(unchecked_param_type = "VirtualDevice")] device: &JsValue,
    ) -> Result<JsValue, JsValue> {
        self.device.register_virtual(device)
    }

    /// Tells, by {@link MicrophoneState.speakingWhileMuted}, when the user speaks while muted. Off at
    /// first, as it keeps the microphone open. Works while joined, with the permission to speak.
    #[wasm_bindgen(
        js_name = enableSpeakingWhileMutedNotification,
        unchecked_return_type = "Promise<void>"
    )]
    pub fn enable_speaking_while_muted_notification(&self) -> Promise {
        self.notice(true)
    }

    /// Ends that, and the capture that it took.
    #[wasm_bindgen(
        js_name = disableSpeakingWhileMutedNotification,
        unchecked_return_type = "Promise<void>"
    )]
    pub fn disable_speaking_while_muted_notification(&self) -> Promise {
        self.notice(false)
    }

    /// After how long a microphone that is on and delivers nothing at all is reported by the event
    /// `mic.capture_report`, in ms. Default 5000; 0 turns it off.
    #[wasm_bindgen(js_name = setSilenceThreshold)]
    pub fn set_silence_threshold(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] threshold: &JsValue,
    ) -> Result<(), JsValue> {
        let Some(ms) = threshold.as_f64() else {
            return Err(to_js(&options::invalid("setSilenceThreshold: no number")));
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
        let span = (ms > 0.0).then(|| Duration::from_millis(ms as u64));
        self.device.set_media(MediaOption::SilenceThreshold(span));
        Ok(())
    }

    /// For voice, or for music. Needs the call's setting `audio.hifi_audio_enabled`.
    #[wasm_bindgen(js_name = setAudioBitrateProfile, unchecked_return_type = "Promise<void>")]
    pub fn set_audio_bitrate_profile(
        &self,
        #[wasm_bindgen(unchecked_param_type = "SfuModels.AudioBitrateProfile")] profile: &JsValue,
    ) -> Promise {
        self.device.set_profile(profile)
    }
}

impl MicrophoneManager {
    fn notice(&self, notices: bool) -> Promise {
        if let Some(error) = self.device.shared().client.refusal() {
            return rejected(&error);
        }
        self.device.set_media(MediaOption::NoticeSpeaking(notices));
        Promise::resolve(&JsValue::UNDEFINED)
    }
}

/// Makes the microphone of a call, once, as one of its parts.
pub(crate) fn make(shared: &Rc<CallShared>, parts: &Parts) -> JsValue {
    let device = Device::new(shared, DeviceKind::Microphone);
    fields::own(parts, "microphone/state", &JsValue::UNDEFINED, |observables| MicrophoneState {
        device: device.clone(),
        observables,
    });
    let manager = JsValue::from(MicrophoneManager { device });
    parts.own("microphone", &manager);
    manager
}
