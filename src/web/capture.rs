//! What `js/capture.js` opens.

use js_sys::Array;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::{AbortSignal, EventTarget, MediaStream, MediaStreamTrack};

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    /// Something that is captured. Filters and streams of the app are part of it, so most of it may
    /// throw.
    #[wasm_bindgen(extends = EventTarget)]
    #[derive(Clone)]
    pub(crate) type Capture;

    /// After the filters.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn stream(this: &Capture) -> MediaStream;
    /// Before the filters.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn root(this: &Capture) -> MediaStream;
    #[wasm_bindgen(catch, method)]
    pub(crate) fn track(
        this: &Capture,
        is_sound: bool,
    ) -> Result<Option<MediaStreamTrack>, JsValue>;
    /// Track id, width, height, id of the track with the sound, device id.
    #[wasm_bindgen(catch, method)]
    pub(crate) fn describe(this: &Capture) -> Result<Array, JsValue>;
    #[wasm_bindgen(catch, method)]
    pub(crate) fn silence(this: &Capture, is_silent: bool) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, method)]
    pub(crate) fn stop(this: &Capture) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_name = openCapture)]
    #[allow(clippy::too_many_arguments)]
    // one crossing of the boundary instead of one per field
    pub(crate) fn open_capture(
        call: &JsValue,
        kind: u8,
        width: u32,
        height: u32,
        facing: Option<&str>,
        device_id: Option<&str>,
        is_music: bool,
        with_sound: bool,
        source: Option<&Capture>,
        signal: Option<&AbortSignal>,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = adoptStream)]
    pub(crate) fn adopt_stream(track_type: i32, stream: &JsValue) -> Result<Capture, JsValue>;
}
