use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::MediaStream;

use crate::core::{CaptureId, Media, TrackType};

#[wasm_bindgen(raw_module = "/pkg/media-table.js")]
extern "C" {
    /// The streams behind the names that the core gives them.
    #[derive(Clone)]
    pub type MediaTable;

    #[wasm_bindgen(constructor)]
    fn new() -> MediaTable;
    #[wasm_bindgen(method, js_name = stream)]
    fn stream_of(this: &MediaTable, number: i64) -> JsValue;
    #[wasm_bindgen(method)]
    fn track(this: &MediaTable, capture: i64, is_sound: bool) -> JsValue;
    #[wasm_bindgen(method, js_name = addCapture)]
    fn add(this: &MediaTable, id: i64, stream: &MediaStream, track: &JsValue, sound: &JsValue);
    #[wasm_bindgen(method, js_name = removeCapture)]
    fn remove(this: &MediaTable, id: i64);
}

impl Default for MediaTable {
    fn default() -> Self {
        Self::new()
    }
}

impl MediaTable {
    /// The stream of a track that a participant publishes, or `undefined`.
    pub fn stream(&self, media: Media) -> JsValue {
        self.stream_of(number(Some(media)))
    }

    /// Takes in what a capture delivers.
    pub(super) fn add_capture(
        &self,
        capture: CaptureId,
        stream: &MediaStream,
        track: &JsValue,
        sound: &JsValue,
    ) {
        self.add(capture.number(), stream, track, sound);
    }

    /// Forgets a capture.
    pub(super) fn remove_capture(&self, capture: CaptureId) {
        self.remove(capture.number());
    }

    /// What a capture publishes as `track_type`, or `undefined`.
    pub fn captured_track(&self, capture: CaptureId, track_type: TrackType) -> JsValue {
        self.track(capture.number(), is_sound(track_type))
    }
}

/// The number of `media` in the table; 0 is nothing.
pub(crate) fn number(media: Option<Media>) -> i64 {
    match media {
        None => 0,
        Some(Media::Local(capture)) => capture.number(),
        Some(Media::Remote(track)) => -i64::from(track.0),
    }
}

/// Whether a track is the sound of a capture that also has a picture.
pub(super) fn is_sound(track_type: TrackType) -> bool {
    track_type == TrackType::ScreenShareAudio
}
