//! Failures of the core as JavaScript errors.

use js_sys::Array;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{
    core::{Category, Cause, Error, ErrorClass},
    web::thrown,
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
        &thrown(error.cause.as_ref()),
    )
}

/// An argument has a wrong type or form; `message` names it.
pub(crate) fn invalid_argument(message: impl Into<String>) -> Error {
    Error {
        class: ErrorClass::Video,
        code: "invalid-argument",
        category: Category::Conflict,
        message: message.into(),
        hint: "Correct the argument that the message names.",
        retryable: false,
        server_code: None,
        status: None,
        request_id: None,
        unrecoverable: true,
        attempts: Vec::new(),
        cause: None,
    }
}

/// The same, because of something that was thrown.
pub(crate) fn invalid_argument_because(message: impl Into<String>, thrown: JsValue) -> Error {
    Error { cause: Some(Cause::new(thrown)), ..invalid_argument(message) }
}

/// The client was disposed of.
pub(crate) fn disposed() -> Error {
    Error {
        code: "disposed",
        category: Category::State,
        hint: "Make a new client.",
        ..invalid_argument("The client was disposed of.")
    }
}

/// The WebAssembly instance is of no use any more.
pub(crate) fn instance_dead() -> Error {
    Error {
        code: "instance-dead",
        category: Category::Internal,
        hint: "Reload the page, and report the error that the console shows.",
        ..invalid_argument("A bug stopped trunkline.")
    }
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

#[wasm_bindgen(raw_module = "/pkg/errors.js")]
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
    ) -> JsValue;
}
