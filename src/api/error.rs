//! Failures of the core as JavaScript errors.

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::ice_summary;
use crate::{
    core::{Category, Code, DeviceKind, ErrorClass},
    web::{Document, Error},
};

/// The `VideoError`, or subclass of it, for `error`.
pub(crate) fn to_js(error: &Error) -> JsValue {
    let fields: ErrorFields = Object::new().unchecked_into();
    fields.set_code(error.code.as_str());
    fields.set_category(error.category.as_str());
    fields.set_hint(error.hint);
    fields.set_retryable(error.retryable);
    fields.set_unrecoverable(error.unrecoverable);
    fields.set_attempts(&error.attempts.iter().map(to_js).collect::<Array>());
    fields.set_server_code(error.server_code);
    fields.set_status(error.status);
    #[allow(clippy::cast_precision_loss)] // far below 2^53
    fields.set_retry_after_ms(error.retry_after.map(|wait| wait.as_millis() as f64));
    fields.set_request_id(error.request_id.as_deref());
    fields.set_cause(error.cause.as_ref().unwrap_or(&JsValue::UNDEFINED));
    fields.set_response(&error.response.as_ref().map(Document::copy).unwrap_or_default());
    if let Some(ice) = &error.ice {
        fields.set_ice(&ice_summary::make(ice));
    }
    if let Some(device) = &error.device {
        fields.set_kind(device_name(device.kind));
        fields.set_device_id(device.id.as_deref());
    }
    make_error(class_name(error.class), &error.message, &fields)
}

/// The client was disposed of.
pub(crate) fn disposed() -> Error {
    error(Code::Disposed, Category::State, "The client was disposed of.", "Make a new client.")
}

/// The WebAssembly instance is of no use any more.
pub(crate) fn instance_dead() -> Error {
    error(
        Code::InstanceDead,
        Category::Internal,
        "A bug stopped trunkline.",
        "Reload the page, and report the error that the console shows.",
    )
}

fn error(code: Code, category: Category, message: &str, hint: &'static str) -> Error {
    let mut error = Error::new(code, category, message).hint(hint);
    error.unrecoverable = true;
    error
}

/// What apps call a kind of device.
pub(crate) fn device_name(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Camera => "camera",
        DeviceKind::Microphone => "microphone",
        DeviceKind::ScreenShare => "screenShare",
    }
}

fn class_name(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::Video => "VideoError",
        ErrorClass::Response => "ErrorFromResponse",
        ErrorClass::SfuJoin => "SfuJoinError",
        ErrorClass::SfuTimeout => "SfuTimeoutError",
        ErrorClass::Device => "DeviceError",
        ErrorClass::JoinAborted => "JoinAbortedError",
        ErrorClass::IllegalState => "IllegalStateError",
    }
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    /// What an error tells besides its message. What is `undefined` is left out.
    type ErrorFields;
    #[wasm_bindgen(method, setter, structural)]
    fn set_code(this: &ErrorFields, value: &str);
    #[wasm_bindgen(method, setter, structural)]
    fn set_category(this: &ErrorFields, value: &str);
    #[wasm_bindgen(method, setter, structural)]
    fn set_hint(this: &ErrorFields, value: &str);
    #[wasm_bindgen(method, setter, structural)]
    fn set_retryable(this: &ErrorFields, value: bool);
    #[wasm_bindgen(method, setter, structural)]
    fn set_unrecoverable(this: &ErrorFields, value: bool);
    #[wasm_bindgen(method, setter, structural)]
    fn set_attempts(this: &ErrorFields, value: &Array);
    #[wasm_bindgen(method, setter, structural, js_name = serverCode)]
    fn set_server_code(this: &ErrorFields, value: Option<i32>);
    #[wasm_bindgen(method, setter, structural)]
    fn set_status(this: &ErrorFields, value: Option<u16>);
    #[wasm_bindgen(method, setter, structural, js_name = retryAfterMs)]
    fn set_retry_after_ms(this: &ErrorFields, value: Option<f64>);
    #[wasm_bindgen(method, setter, structural, js_name = requestId)]
    fn set_request_id(this: &ErrorFields, value: Option<&str>);
    #[wasm_bindgen(method, setter, structural)]
    fn set_cause(this: &ErrorFields, value: &JsValue);
    #[wasm_bindgen(method, setter, structural)]
    fn set_response(this: &ErrorFields, value: &JsValue);
    #[wasm_bindgen(method, setter, structural)]
    fn set_ice(this: &ErrorFields, value: &JsValue);
    #[wasm_bindgen(method, setter, structural)]
    fn set_kind(this: &ErrorFields, value: &str);
    #[wasm_bindgen(method, setter, structural, js_name = deviceId)]
    fn set_device_id(this: &ErrorFields, value: Option<&str>);

    /// A new error of the class with that name.
    #[wasm_bindgen(js_name = makeError)]
    fn make_error(class: &str, message: &str, fields: &ErrorFields) -> JsValue;
}
