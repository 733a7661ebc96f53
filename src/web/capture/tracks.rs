//! Streams and their tracks. web-sys says that none of this can throw; where an app has put its own
//! functions in place of the browser's, all of it can, and what flies through a future stops all
//! others.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MediaStream, MediaStreamTrack};

use crate::{
    core::Dimension,
    web::{
        foreign::call_method,
        object::{field, items},
    },
};

/// All tracks of a stream.
pub(crate) fn tracks(stream: &MediaStream) -> Vec<MediaStreamTrack> {
    list(stream, "getTracks")
}

/// Those with pictures.
pub(crate) fn video_tracks(stream: &MediaStream) -> Vec<MediaStreamTrack> {
    list(stream, "getVideoTracks")
}

/// Those with sound.
pub(crate) fn audio_tracks(stream: &MediaStream) -> Vec<MediaStreamTrack> {
    list(stream, "getAudioTracks")
}

/// Stops all tracks of a stream.
pub(crate) fn stop_tracks(stream: &MediaStream) {
    for track in tracks(stream) {
        let _ = call_method(&track, "stop", &JsValue::UNDEFINED);
    }
}

/// Has all tracks of a stream deliver nothing, or something again.
pub(super) fn silence_tracks(stream: &MediaStream, is_silent: bool) {
    for track in tracks(stream) {
        let _ = Reflect::set(&track, &"enabled".into(), &(!is_silent).into());
    }
}

/// A stream of copies of all tracks of a stream.
pub(super) fn copy(stream: &MediaStream) -> Result<MediaStream, JsValue> {
    let copies = Array::new();
    for track in tracks(stream) {
        copies.push(&call_method(&track, "clone", &JsValue::UNDEFINED)?);
    }
    MediaStream::new_with_tracks(&copies)
}

/// The same stream once more. Its method `clone` is the browser's, and copies the tracks.
pub(crate) fn same(stream: &MediaStream) -> MediaStream {
    Clone::clone(stream)
}

/// A text that a track has.
pub(crate) fn text(track: &MediaStreamTrack, key: &str) -> String {
    field(track, key).as_string().unwrap_or_default()
}

/// A text in the settings of a track.
pub(super) fn setting(track: &MediaStreamTrack, key: &str) -> Option<String> {
    field(&settings(track), key).as_string()
}

/// How large the picture of a track is.
pub(super) fn size(track: &MediaStreamTrack) -> Option<Dimension> {
    let settings = settings(track);
    // Browsers give sizes in whole pixels.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let px = |key| field(&settings, key).as_f64().map(|px| px as u32);
    Some(Dimension { width: px("width")?, height: px("height")? })
}

/// Says what matters in the picture of a track.
pub(crate) fn hint(track: &MediaStreamTrack, hint: &str) {
    if text(track, "contentHint") != hint {
        let _ = Reflect::set(track, &"contentHint".into(), &hint.into());
    }
}

fn settings(track: &MediaStreamTrack) -> JsValue {
    call_method(track, "getSettings", &JsValue::UNDEFINED).unwrap_or_default()
}

fn list(stream: &MediaStream, method: &str) -> Vec<MediaStreamTrack> {
    let listed = call_method(stream, method, &JsValue::UNDEFINED).unwrap_or_default();
    let listed = items(&listed).unwrap_or_default();
    listed.into_iter().filter_map(|track| track.dyn_into().ok()).collect()
}
