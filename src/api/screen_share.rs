//! The screen that a call shares.

use std::{cell::RefCell, rc::Rc};

use js_sys::Promise;
use serde::Deserialize;
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
use crate::{
    core::{DeviceKind, MediaOption},
    web::{Error, hint, object},
};

/// What the shared screen does. Follows the browser's own button to stop sharing.
#[wasm_bindgen]
pub struct ScreenShareState {
    device: Rc<Device>,
    observables: WeakObservables,
}

device_state! {
    ScreenShareState "ScreenShareState": "ScreenShareValues";
    /// Whether the sound of the screen is published. A moderator who mutes it turns this off.
    audio_enabled: "audioEnabled", "boolean" =
        |state| state.device.read(|device| !device.is_soundless).unwrap_or(true).into();
}

/// The screen that a call shares.
///
/// The last order wins: what an earlier one opened is closed, and its promise resolves all the same.
#[wasm_bindgen]
pub struct ScreenShareManager {
    device: Rc<Device>,
    settings: RefCell<Settings>,
}

struct Settings {
    /// frames/s
    max_framerate: u32,
    /// bits/s
    max_bitrate: u32,
    content_hint: String,
}

device_manager!(ScreenShareManager, "ScreenShareState");

#[wasm_bindgen]
impl ScreenShareManager {
    /// Screens are selected by the user: this rejects.
    #[allow(clippy::unused_self)] // a method of objects for apps
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn select(
        &self,
        #[wasm_bindgen(js_name = deviceId, unchecked_param_type = "string | undefined")]
        _device_id: &JsValue,
    ) -> Promise {
        let mut error = Error::illegal_state(
            "the user selects the screen, not the app",
            "The message says what is missing.",
        );
        error.unrecoverable = true;
        rejected(&error)
    }

    /// Publishes the sound of the screen, if the user gave it. That is the default.
    #[wasm_bindgen(js_name = enableScreenShareAudio, unchecked_return_type = "Promise<void>")]
    pub fn enable_screen_share_audio(&self) -> Promise {
        self.set_audio(true)
    }

    /// Keeps the sound to oneself.
    #[wasm_bindgen(js_name = disableScreenShareAudio, unchecked_return_type = "Promise<void>")]
    pub fn disable_screen_share_audio(&self) -> Promise {
        self.set_audio(false)
    }

    /// Default: 30 frames/s, 3 000 000 bits/s, no hint.
    #[wasm_bindgen(js_name = getSettings, unchecked_return_type = "Required<ScreenShareSettings>")]
    pub fn get_settings(&self) -> JsValue {
        let settings = self.settings.borrow();
        let Settings { max_framerate, max_bitrate, content_hint } = &*settings;
        object(&[
            ("maxFramerate", (*max_framerate).into()),
            ("maxBitrate", (*max_bitrate).into()),
            ("contentHint", content_hint.into()),
        ])
        .into()
    }

    /// Limits what is published from the next time on. What is not named stays as it is.
    #[wasm_bindgen(js_name = setSettings)]
    pub fn set_settings(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ScreenShareSettings")] settings: &JsValue,
    ) -> Result<(), JsValue> {
        let hint = self.change(settings).map_err(|error| to_js(&error))?;
        if let Some(track) = self.device.capture().and_then(|capture| capture.track(false)) {
            self::hint(&track, &hint);
        }
        Ok(())
    }

    /// For voice, or for music, which is the default.
    #[wasm_bindgen(js_name = setAudioBitrateProfile, unchecked_return_type = "Promise<void>")]
    pub fn set_audio_bitrate_profile(
        &self,
        #[wasm_bindgen(unchecked_param_type = "SfuModels.AudioBitrateProfile")] profile: &JsValue,
    ) -> Promise {
        self.device.set_profile(profile)
    }
}

impl ScreenShareManager {
    fn set_audio(&self, is_on: bool) -> Promise {
        if let Some(error) = self.device.shared().client.refusal() {
            return rejected(&error);
        }
        self.device.set_media(MediaOption::ScreenAudio(is_on));
        Promise::resolve(&JsValue::UNDEFINED)
    }

    /// Takes in what the app sets, and gives the hint.
    fn change(&self, settings: &JsValue) -> Result<String, Error> {
        const WHAT: &str = "setSettings";
        if !settings.is_object() {
            return Err(options::invalid("setSettings: not an object"));
        }
        let given: GivenSettings = options::read(settings, WHAT)?;
        let framerate = given.max_framerate.map(|fps| count(fps, "maxFramerate")).transpose()?;
        let bitrate = given.max_bitrate.map(|bits| count(bits, "maxBitrate")).transpose()?;
        let mut known = self.settings.borrow_mut();
        known.max_framerate = framerate.unwrap_or(known.max_framerate);
        known.max_bitrate = bitrate.unwrap_or(known.max_bitrate);
        if let Some(hint) = given.content_hint {
            known.content_hint = hint;
        }
        let (fps, bitrate, hint) =
            (known.max_framerate, known.max_bitrate, known.content_hint.clone());
        drop(known);
        let content_hint = hint.clone();
        self.device.set_media(MediaOption::ScreenLimits { fps, bitrate, content_hint });
        Ok(hint)
    }
}

/// A number greater than 0, rounded.
fn count(value: f64, key: &str) -> Result<u32, Error> {
    if value > 0.0 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
        return Ok(value.round() as u32);
    }
    Err(options::invalid(&format!("setSettings.{key} is not greater than 0")))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GivenSettings {
    max_framerate: Option<f64>,
    max_bitrate: Option<f64>,
    content_hint: Option<String>,
}

/// Makes the shared screen of a call, once, as one of its parts.
pub(crate) fn make(shared: &Rc<CallShared>, parts: &Parts) -> JsValue {
    let device = Device::new(shared, DeviceKind::ScreenShare);
    fields::own(parts, "screenShare/state", &JsValue::UNDEFINED, |observables| ScreenShareState {
        device: device.clone(),
        observables,
    });
    let settings =
        Settings { max_framerate: 30, max_bitrate: 3_000_000, content_hint: String::new() };
    let settings = RefCell::new(settings);
    let manager = JsValue::from(ScreenShareManager { device, settings });
    parts.own("screenShare", &manager);
    manager
}
