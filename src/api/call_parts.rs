//! The devices of a call, which are JavaScript until each of them is Rust: then this
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
}
