//! Tiles of an app that scroll.

use crate::web::Error;
use std::rc::{Rc, Weak};

use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{VIDEO, has_method, not_usable, read_track};
use crate::{
    api::{call_shared::CallShared, error::to_js, options::invalid, parts::Parts},
    core::{CallCommand, TrackType, Visibility},
};

/// Knows which tiles are in sight.
#[wasm_bindgen]
pub struct ViewportTracker {
    shared: Rc<CallShared>,
}

impl ViewportTracker {
    pub(super) fn new(shared: &Rc<CallShared>) -> Self {
        Self { shared: shared.clone() }
    }
}

#[wasm_bindgen]
impl ViewportTracker {
    /// See {@link Call.setViewport}.
    #[wasm_bindgen(js_name = setViewport, unchecked_return_type = "() => void")]
    pub fn set_viewport(
        &self,
        #[wasm_bindgen(unchecked_param_type = "HTMLElement")] element: &JsValue,
    ) -> Result<JsValue, JsValue> {
        set_viewport(&self.shared, element).map_err(|error| to_js(&error))
    }
}

/// See `Call.setViewport`.
pub(crate) fn set_viewport(shared: &CallShared, element: &JsValue) -> Result<JsValue, Error> {
    if !has_method(element, "addEventListener") {
        return Err(invalid("setViewport: not an element"));
    }
    let Some(parts) = shared.parts() else {
        return Ok(JsValue::UNDEFINED);
    };
    viewport(&parts).set(element).map_err(|thrown| not_usable("setViewport", thrown))
}

/// See `Call.trackElementVisibility`.
pub(crate) fn track_element_visibility(
    shared: &Rc<CallShared>,
    element: &JsValue,
    session_id: &JsValue,
    track_type: &JsValue,
) -> Result<JsValue, Error> {
    const WHAT: &str = "trackElementVisibility";
    if !has_method(element, "addEventListener") {
        return Err(invalid(&format!("{WHAT}: the first argument is no element")));
    }
    let session_id = session_id
        .as_string()
        .ok_or_else(|| invalid(&format!("{WHAT}: the second argument is no id of a session")))?;
    let track_type = read_track(WHAT, track_type, &VIDEO)?;
    let Some(parts) = shared.parts() else {
        return Ok(JsValue::UNDEFINED);
    };
    let reporter = TileReporter { shared: Rc::downgrade(shared), session_id, track_type };
    viewport(&parts).track(element, reporter).map_err(|thrown| not_usable(WHAT, thrown))
}

/// Where a tile is reported.
#[wasm_bindgen(skip_typescript)]
pub struct TileReporter {
    /// Weak, as the tile may live longer than the call.
    shared: Weak<CallShared>,
    session_id: String,
    track_type: TrackType,
}

#[wasm_bindgen]
impl TileReporter {
    /// It came into sight, or went out of it.
    pub fn seen(&self, is_visible: bool) {
        self.set(if is_visible { Visibility::Visible } else { Visibility::Invisible });
    }

    /// Nobody knows any more.
    pub fn untracked(&self) {
        self.set(Visibility::Unknown);
    }

    fn set(&self, visibility: Visibility) {
        if let Some(shared) = self.shared.upgrade() {
            shared.order(CallCommand::SetVisibility {
                session_id: self.session_id.clone(),
                track_type: self.track_type,
                visibility,
            });
        }
    }
}

/// What observes tiles, made when it is first needed.
fn viewport(parts: &Parts) -> Viewport {
    const NAME: &str = "viewport";
    let known = parts.get(NAME);
    if !known.is_undefined() {
        return known.unchecked_into();
    }
    let viewport = Viewport::new();
    parts.set(NAME, &viewport);
    viewport
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    type Viewport;

    #[wasm_bindgen(constructor)]
    fn new() -> Viewport;
    #[wasm_bindgen(method, catch)]
    fn set(this: &Viewport, element: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn track(this: &Viewport, tile: &JsValue, reporter: TileReporter) -> Result<JsValue, JsValue>;
}
