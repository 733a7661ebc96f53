//! Devices as JavaScript values.

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::error::to_js;
use crate::{
    core::{CaptureId, DeviceState, DeviceStatus, Facing},
    web::MediaTable,
};

/// What a device does.
pub(crate) fn device(device: &DeviceState, media: &MediaTable) -> JsValue {
    make_device(
        media,
        device.capture.map_or(0, CaptureId::number),
        device.status.map(DeviceStatus::as_str),
        device.optimistic_status.map(DeviceStatus::as_str),
        device.selected.as_deref(),
        device.facing.map(Facing::as_str),
        &device.error.as_ref().map(to_js).unwrap_or_default(),
    )
}

#[wasm_bindgen(raw_module = "/pkg/values.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeDevice)]
    fn make_device(
        media: &MediaTable,
        capture: i64,
        status: Option<&str>,
        optimistic_status: Option<&str>,
        selected: Option<&str>,
        direction: Option<&str>,
        error: &JsValue,
    ) -> JsValue;
}
