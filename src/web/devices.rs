use js_sys::Array;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::media::MediaTable;
use crate::core::{
    AudioBitrateProfile, CaptureId, CaptureRequest, Captured, DeviceKind, Dimension,
};

/// The captures that run or begin.
pub struct Devices(Captures);

impl Devices {
    /// None yet. Streams are put into `media`.
    pub fn new(media: &MediaTable, reporter: &JsValue) -> Self {
        Self(Captures::new(media, reporter))
    }

    /// Opens a device. `call` is the app's object that knows how the app wants it opened, or
    /// `undefined`.
    pub fn capture(&self, call: &JsValue, request: &CaptureRequest) {
        let size = request.size.unwrap_or(Dimension { width: 0, height: 0 });
        self.0.open(
            request.capture.number(),
            call,
            place(request.kind),
            size.width,
            size.height,
            request.facing,
            request.device_id.as_deref(),
            request.profile == AudioBitrateProfile::MusicHighQuality,
            request.audio,
            request.source.map_or(0, CaptureId::number),
        );
    }

    /// Takes in a stream of the app.
    pub(crate) fn adopt(&self, capture: CaptureId, track_type: i32, stream: &JsValue) -> Captured {
        let fields = self.0.adopt(capture.number(), track_type, stream);
        let text = |at| fields.get(at).as_string();
        // Browsers give sizes in whole pixels.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let px = |at| fields.get(at).as_f64().map(|px| px as u32);
        Captured {
            track_id: text(0).unwrap_or_default(),
            size: px(1).zip(px(2)).map(|(width, height)| Dimension { width, height }),
            audio_track_id: text(3),
            device_id: None,
            profile: None,
        }
    }

    /// Has a capture deliver nothing, or something again.
    pub fn silence(&self, capture: CaptureId, is_silent: bool) {
        self.0.silence(capture.number(), is_silent);
    }

    /// Ends a capture, running or not begun yet.
    pub fn stop(&self, capture: CaptureId) {
        self.0.stop(capture.number());
    }

    /// Ends all of them.
    pub fn stop_all(&self) {
        self.0.close_all();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.size()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for Devices {
    fn drop(&mut self) {
        self.stop_all();
    }
}

/// As the package's JavaScript numbers them.
fn place(kind: DeviceKind) -> u8 {
    match kind {
        DeviceKind::Camera => 0,
        DeviceKind::Microphone => 1,
        DeviceKind::ScreenShare => 2,
    }
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    type Captures;

    #[wasm_bindgen(constructor)]
    fn new(media: &MediaTable, reporter: &JsValue) -> Captures;
    #[wasm_bindgen(method, getter)]
    fn size(this: &Captures) -> usize;
    #[wasm_bindgen(method)]
    #[allow(clippy::too_many_arguments)]
    // one crossing of the boundary instead of one per field
    fn open(
        this: &Captures,
        id: i64,
        call: &JsValue,
        kind: u8,
        width: u32,
        height: u32,
        facing: Option<&str>,
        device_id: Option<&str>,
        is_music: bool,
        with_sound: bool,
        source: i64,
    );
    #[wasm_bindgen(method)]
    fn adopt(this: &Captures, id: i64, track_type: i32, stream: &JsValue) -> Array;
    #[wasm_bindgen(method)]
    fn silence(this: &Captures, id: i64, is_silent: bool);
    #[wasm_bindgen(method)]
    fn stop(this: &Captures, id: i64);
    #[wasm_bindgen(method, js_name = closeAll)]
    fn close_all(this: &Captures);
}
