//! The state and the devices of a call, which are JavaScript until each of them is Rust: then this
//! file, `handle.rs` and `pkg/call-parts.js` end.

use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{call_shared::CallShared, handle::CallHandle, parts::Parts};
use crate::core::{CallChanges, Slice};
use std::rc::Rc;

/// Makes them.
pub(crate) fn make(shared: &Rc<CallShared>, parts: &Parts, call_type: &str, cid: &str) {
    make_call_parts(parts, CallHandle::new(shared.clone()), call_type, cid);
}

/// See [`CallShared::mark`].
pub(crate) fn mark(parts: &Parts, changes: &CallChanges) {
    let store = store(parts);
    for (place, slice) in (0_u8..).zip(Slice::ALL) {
        if changes.contains(*slice) {
            store.mark(place);
        }
    }
    for session_id in &changes.participants {
        store.mark_participant(session_id);
    }
    for session_id in &changes.levels {
        store.mark_level(session_id);
    }
    for transition in &changes.transitions {
        store.mark_transition(transition.to.as_str());
    }
}

/// See [`CallShared::flush`].
pub(crate) fn flush(parts: &Parts) {
    store(parts).flush();
}

/// What the state shows of an event.
pub(crate) fn take(parts: &Parts, event: &JsValue) {
    store(parts).take(event);
}

/// See [`CallShared::fail`].
pub(crate) fn fail(parts: &Parts) {
    store(parts).fail();
}

/// What `call.ringing` and `call.ringingState` are, and their observables.
pub(crate) fn ringing(parts: &Parts, name: &str) -> JsValue {
    store(parts).ringing(name)
}

fn store(parts: &Parts) -> Store {
    parts.get("store").unchecked_into()
}

/// The elements of the app that show a call.
pub(crate) fn elements(shared: &CallShared) -> Elements {
    shared.part("elements").unchecked_into()
}

/// What is left of `CallState` in JavaScript.
pub(crate) fn state(shared: &CallShared) -> State {
    shared.part("state").unchecked_into()
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeCallParts)]
    fn make_call_parts(parts: &Parts, handle: CallHandle, call_type: &str, cid: &str);
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
    #[wasm_bindgen(method, structural)]
    fn mark(this: &Store, slice: u8);
    #[wasm_bindgen(method, structural, js_name = markParticipant)]
    fn mark_participant(this: &Store, session_id: &str);
    #[wasm_bindgen(method, structural, js_name = markLevel)]
    fn mark_level(this: &Store, session_id: &str);
    #[wasm_bindgen(method, structural, js_name = markTransition)]
    fn mark_transition(this: &Store, to: &str);
    #[wasm_bindgen(method, structural)]
    fn flush(this: &Store);
    #[wasm_bindgen(method, structural)]
    fn take(this: &Store, event: &JsValue);
    #[wasm_bindgen(method, structural)]
    fn fail(this: &Store);
    #[wasm_bindgen(method, structural)]
    fn ringing(this: &Store, name: &str) -> JsValue;

    pub(crate) type State;
    #[wasm_bindgen(method, structural, catch, js_name = updateClosedCaptionSettings)]
    pub(crate) fn update_closed_caption_settings(
        this: &State,
        settings: &JsValue,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = setSortParticipantsBy)]
    pub(crate) fn set_sort_participants_by(
        this: &State,
        comparator: &JsValue,
    ) -> Result<(), JsValue>;

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

    #[wasm_bindgen(catch, js_name = setStatsInterval)]
    pub(crate) fn set_stats_interval(parts: &Parts, interval: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = detailStats)]
    pub(crate) fn detail_stats(parts: &Parts, session_id: &JsValue, is_wanted: bool);
}
