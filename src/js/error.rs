//! Failures of the core as JavaScript errors.

use js_sys::Array;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{
    core::{Category, ErrorClass},
    web::{Document, Error},
};

/// The `VideoError`, or subclass of it, for `error`.
pub(crate) fn to_js(error: &Error) -> JsValue {
    let attempts: Array = error.attempts.iter().map(to_js).collect();
    make_error(
        place(error.class),
        &error.message,
        error.code,
        error.category.as_str(),
        error.hint,
        error.retryable,
        error.unrecoverable,
        &attempts,
        error.server_code.into(),
        error.status.into(),
        error.request_id.as_deref().into(),
        &error.cause.clone().unwrap_or_default(),
        &error.response.as_ref().map(Document::copy).unwrap_or_default(),
    )
}

/// The client was disposed of.
pub(crate) fn disposed() -> Error {
    error("disposed", Category::State, "The client was disposed of.", "Make a new client.")
}

/// The WebAssembly instance is of no use any more.
pub(crate) fn instance_dead() -> Error {
    error(
        "instance-dead",
        Category::Internal,
        "A bug stopped trunkline.",
        "Reload the page, and report the error that the console shows.",
    )
}

fn error(code: &'static str, category: Category, message: &str, hint: &'static str) -> Error {
    let mut error = Error::new(code, category, message).hint(hint);
    error.unrecoverable = true;
    error
}

/// The place of the class in the list of `errors.js`.
fn place(class: ErrorClass) -> u8 {
    match class {
        ErrorClass::Video => 0,
        ErrorClass::Response => 1,
        ErrorClass::SfuJoin => 2,
        ErrorClass::SfuTimeout => 3,
        ErrorClass::Device => 4,
        ErrorClass::JoinAborted => 5,
        ErrorClass::IllegalState => 6,
    }
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeError)]
    #[allow(clippy::too_many_arguments)]
    // one crossing of the boundary instead of one per field
    fn make_error(
        kind: u8,
        message: &str,
        code: &str,
        category: &str,
        hint: &str,
        retryable: bool,
        unrecoverable: bool,
        attempts: &Array,
        server_code: JsValue,
        status: JsValue,
        request_id: JsValue,
        cause: &JsValue,
        response: &JsValue,
    ) -> JsValue;
}
