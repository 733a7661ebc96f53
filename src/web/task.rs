use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::*};

use super::{browser, failure::has_panicked};

/// Calls `done` when `promise` has ended.
pub(crate) fn when(promise: &Promise, done: impl FnOnce(Result<JsValue, JsValue>) + 'static) {
    when_boxed(promise, Box::new(done));
}

/// One kind of closure for all promises, instead of one for each.
fn when_boxed(promise: &Promise, done: Box<dyn FnOnce(Result<JsValue, JsValue>)>) {
    let done = Closure::once_into_js(move |well: bool, value: JsValue| {
        if !has_panicked() {
            done(if well { Ok(value) } else { Err(value) });
        }
    });
    browser::when(promise, &done);
}
