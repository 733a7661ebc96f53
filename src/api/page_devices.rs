//! Devices of the page, apart from any call.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Object, Promise};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::MediaStream;

use super::{
    device::{DeviceList, Source},
    error::to_js,
    functions::{promise, promising, tell},
    options,
};
use crate::{
    core::{DeviceKind, ListedKind},
    web::{
        Analyser, Error, Failure, as_stream, frequencies, get_display_media, get_user_media,
        media_key, object, same, stop_tracks,
    },
};

/// All devices of this page.
#[wasm_bindgen(js_name = deviceIds, unchecked_return_type = "DeviceList")]
pub fn device_ids() -> JsValue {
    DeviceList::make(Source::Page(None))
}

/// The cameras.
#[wasm_bindgen(js_name = getVideoDevices, unchecked_return_type = "DeviceList")]
pub fn get_video_devices() -> JsValue {
    DeviceList::make(Source::Page(Some(ListedKind::VideoInput)))
}

/// The microphones.
#[wasm_bindgen(js_name = getAudioDevices, unchecked_return_type = "DeviceList")]
pub fn get_audio_devices() -> JsValue {
    DeviceList::make(Source::Page(Some(ListedKind::AudioInput)))
}

/// The loudspeakers.
#[wasm_bindgen(js_name = getAudioOutputDevices, unchecked_return_type = "DeviceList")]
pub fn get_audio_output_devices() -> JsValue {
    DeviceList::make(Source::Page(Some(ListedKind::AudioOutput)))
}

/// Opens a camera apart from any call. @throws {DeviceError}
#[wasm_bindgen(js_name = getVideoStream, unchecked_return_type = "Promise<MediaStream>")]
pub fn get_video_stream(
    #[wasm_bindgen(unchecked_optional_param_type = "MediaTrackConstraints")] constraints: JsValue,
) -> Promise {
    open(DeviceKind::Camera, constraints)
}

/// Opens a microphone apart from any call. @throws {DeviceError}
#[wasm_bindgen(js_name = getAudioStream, unchecked_return_type = "Promise<MediaStream>")]
pub fn get_audio_stream(
    #[wasm_bindgen(unchecked_optional_param_type = "MediaTrackConstraints")] constraints: JsValue,
) -> Promise {
    open(DeviceKind::Microphone, constraints)
}

/// Has the user share a screen apart from any call. @throws {DeviceError}
#[wasm_bindgen(js_name = getScreenShareStream, unchecked_return_type = "Promise<MediaStream>")]
pub fn get_screen_share_stream(
    #[wasm_bindgen(unchecked_optional_param_type = "DisplayMediaStreamOptions & ScreenQuestion")]
    options: JsValue,
) -> Promise {
    promise(async move { opened(DeviceKind::ScreenShare, get_display_media(&options).await) })
}

/// Stops all tracks.
#[wasm_bindgen(js_name = disposeOfMediaStream)]
pub fn dispose_of_media_stream(
    #[wasm_bindgen(unchecked_param_type = "MediaStream")] stream: &JsValue,
) -> Result<(), JsValue> {
    stop_tracks(&read_stream(stream, "disposeOfMediaStream")?);
    Ok(())
}

/// Listens to a stream.
///
/// @returns ends it
#[wasm_bindgen(js_name = createSoundDetector, unchecked_return_type = "() => Promise<void>")]
pub fn create_sound_detector(
    #[wasm_bindgen(unchecked_param_type = "MediaStream")] stream: &JsValue,
    #[wasm_bindgen(
        js_name = onSound,
        unchecked_param_type = "(state: SoundDetectorState) => void"
    )]
    on_sound: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "SoundDetectorOptions")] options: &JsValue,
) -> Result<JsValue, JsValue> {
    const WHAT: &str = "createSoundDetector";
    let stream = read_stream(stream, WHAT)?;
    if !on_sound.is_function() {
        let message = "createSoundDetector: the second argument is no function";
        return Err(to_js(&options::invalid(message)));
    }
    let options: DetectorOptions = options::read(options, WHAT).map_err(|error| to_js(&error))?;
    let threshold = options.audio_level_threshold.unwrap_or(LOUD);
    let (fft_size, every) =
        (options.fft_size.unwrap_or(COARSE), options.detection_frequency_in_ms.unwrap_or(EVERY));
    let look = move |node: &web_sys::AnalyserNode| {
        let levels = frequencies(node);
        let sum: f64 = levels.iter().map(|level| f64::from(*level)).sum();
        let loud = levels.iter().any(|level| f64::from(*level) >= threshold);
        #[allow(clippy::cast_precision_loss)] // at most some thousands
        let average = sum / levels.len() as f64;
        let state = object(&[
            ("isSoundDetected", loud.into()),
            // In percent of what a frequency can have.
            ("audioLevel", (average / 255.0 * 100.0).round().into()),
        ]);
        tell(&on_sound, &JsValue::UNDEFINED, &state, "sound detector");
    };
    let analyser = Analyser::new(&stream, fft_size, every, look).map_err(|thrown| {
        to_js(&Error::device(DeviceKind::Microphone, Failure::of_device(thrown).into(), None))
    })?;
    let running = Rc::new(RefCell::new(Some(analyser)));
    let dispose = options.destroy_stream_on_stop.unwrap_or(true);
    Ok(promising(move || {
        let (running, stream) = (running.take(), same(&stream));
        promise(async move {
            if let Some(analyser) = running {
                analyser.close().await;
                if dispose {
                    stop_tracks(&stream);
                }
            }
            Ok(JsValue::UNDEFINED)
        })
    }))
}

/// How often to listen, in ms.
const EVERY: u32 = 500;
/// What counts as sound, 0 to 255.
const LOUD: f64 = 150.0;
const COARSE: u32 = 128;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DetectorOptions {
    detection_frequency_in_ms: Option<u32>,
    audio_level_threshold: Option<f64>,
    fft_size: Option<u32>,
    destroy_stream_on_stop: Option<bool>,
}

fn open(kind: DeviceKind, constraints: JsValue) -> Promise {
    let wishes = if constraints.is_undefined() { JsValue::TRUE } else { constraints };
    let media: Object = object(&[(media_key(kind), wishes)]);
    promise(async move { opened(kind, get_user_media(kind, &media).await) })
}

fn opened(kind: DeviceKind, result: Result<MediaStream, Failure>) -> Result<JsValue, JsValue> {
    match result {
        Ok(stream) => Ok(stream.into()),
        Err(failure) => Err(to_js(&Error::device(kind, failure.into(), None))),
    }
}

fn read_stream(stream: &JsValue, what: &str) -> Result<MediaStream, JsValue> {
    as_stream(stream, "the app").map(JsCast::unchecked_into).map_err(|_| {
        to_js(&options::invalid(&format!("{what}: the first argument is no MediaStream")))
    })
}
