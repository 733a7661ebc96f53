//! The devices and the elements of a call, which are JavaScript until each of them is Rust: then this
//! file, `handle.rs` and `pkg/call-parts.js` end.

use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{call_shared::CallShared, handle::CallHandle, parts::Parts};
use crate::core::{CallChanges, Slice};
use std::rc::Rc;

/// Makes them.
pub(crate) fn make(shared: &Rc<CallShared>, parts: &Parts, cid: &str) {
    make_call_parts(parts, CallHandle::new(shared.clone()), cid);
}

/// See [`CallShared::mark`].
pub(crate) fn mark(parts: &Parts, changes: &CallChanges) {
    for device in [Slice::Camera, Slice::Microphone, Slice::ScreenShare] {
        if changes.slices.contains(device) {
            store(parts).mark(device.name());
        }
    }
}

/// See [`CallShared::flush`].
pub(crate) fn flush(parts: &Parts) {
    store(parts).flush();
}

fn store(parts: &Parts) -> Store {
    parts.get("devices").unchecked_into()
}

/// The elements of the app that show a call.
pub(crate) fn elements(shared: &CallShared) -> Elements {
    shared.part("elements").unchecked_into()
}

#[wasm_bindgen(raw_module = "/pkg/call-parts.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeCallParts)]
    fn make_call_parts(parts: &Parts, handle: CallHandle, cid: &str);
    #[wasm_bindgen(js_name = askDefaults)]
    pub(crate) fn ask_defaults(parts: &Parts);
    #[wasm_bindgen(catch)]
    pub(crate) fn publish(
        parts: &Parts,
        stream: &JsValue,
        track_type: &JsValue,
        options: &JsValue,
    ) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(catch, js_name = updatePublishOptions)]
    pub(crate) fn update_publish_options(parts: &Parts, options: &JsValue) -> Result<(), JsValue>;

    type Store;
    #[wasm_bindgen(method, structural, js_name = markStale)]
    fn mark(this: &Store, device: &str);
    #[wasm_bindgen(method, structural)]
    fn flush(this: &Store);

    pub(crate) type Elements;
    #[wasm_bindgen(method, structural, catch, js_name = bindVideo)]
    pub(crate) fn bind_video(
        this: &Elements,
        element: &JsValue,
        session_id: &JsValue,
        track_type: &JsValue,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = bindAudio)]
    pub(crate) fn bind_audio(
        this: &Elements,
        element: &JsValue,
        session_id: &JsValue,
        track_type: &JsValue,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = attachAudio)]
    pub(crate) fn attach_audio(this: &Elements, container: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = trackVisibility)]
    pub(crate) fn track_visibility(
        this: &Elements,
        element: &JsValue,
        session_id: &JsValue,
        track_type: &JsValue,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = setViewport)]
    pub(crate) fn set_viewport(this: &Elements, element: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = resumeAudio)]
    pub(crate) fn resume_audio(this: &Elements) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = setEnabled)]
    pub(crate) fn set_incoming_video(this: &Elements, enabled: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = setPreferredResolution)]
    pub(crate) fn set_preferred_resolution(
        this: &Elements,
        resolution: &JsValue,
        session_ids: &JsValue,
    ) -> Result<(), JsValue>;
}
