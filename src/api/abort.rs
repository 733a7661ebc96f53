//! Promises that an app's `AbortSignal` rejects.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::AbortSignal;

use super::{error::to_js, functions::rejected};
use crate::{
    core::{Category, Cause, Error, ErrorClass},
    web::{Listener, field},
};

/// The promise that `begin` gives, which is rejected when the signal says so; then `give_up` ends
/// what was begun. Nothing begins when the signal has said so already.
pub(crate) fn abortable(
    signal: Option<AbortSignal>,
    what: &'static str,
    begin: impl FnOnce() -> Promise,
    give_up: impl Fn() + 'static,
) -> Promise {
    let Some(signal) = signal else {
        return begin();
    };
    if signal.aborted() {
        return rejected(&aborted(what, &signal));
    }
    either(begin(), signal, what, Box::new(give_up))
}

fn either(
    begun: Promise,
    signal: AbortSignal,
    what: &'static str,
    give_up: Box<dyn Fn()>,
) -> Promise {
    let mut parts = Some((begun, signal, give_up));
    Promise::new(&mut |resolve, reject| {
        let Some((begun, signal, give_up)) = parts.take() else { return };
        let (source, refuse) = (signal.clone(), reject.clone());
        let listener = Listener::new(&signal, "abort", move |_| {
            let _ = refuse.call1(&JsValue::UNDEFINED, &to_js(&aborted(what, &source)));
            give_up();
        });
        spawn_local(async move {
            let result = JsFuture::from(begun).await;
            drop(listener);
            let _ = match result {
                Ok(value) => resolve.call1(&JsValue::UNDEFINED, &value),
                Err(error) => reject.call1(&JsValue::UNDEFINED, &error),
            };
        });
    })
}

fn aborted(what: &str, signal: &AbortSignal) -> Error {
    Error::new("aborted", Category::Abort, format!("{what} was aborted"))
        .class(ErrorClass::JoinAborted)
        .hint("Nothing to do if the app aborted it on purpose; otherwise call it again.")
        .retryable()
        .cause(Cause::new(field(signal, "reason")))
}
