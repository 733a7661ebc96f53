//! Functions for apps, and what becomes of those of apps.

use crate::web::task::{detach, to_promise};
use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;

use super::{error::instance_dead, promises::rejected};
use crate::web::{complain, has_panicked, settled};

/// A promise for what `run` gives.
pub(crate) fn promise(run: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    if has_panicked() { rejected(&instance_dead()) } else { to_promise(run) }
}

/// A function for apps that gives a promise each time. What it holds lives as long as the app holds
/// the function, so it may hold nothing from which the app can be reached.
pub(crate) fn promising(run: impl Fn() -> Promise + 'static) -> JsValue {
    function(Box::new(move || {
        if has_panicked() { rejected(&instance_dead()) } else { run() }.into()
    }))
}

/// A function for apps that gives nothing; see [`promising`].
pub(crate) fn procedure(run: impl Fn() + 'static) -> JsValue {
    function(Box::new(move || {
        if !has_panicked() {
            run();
        }
        JsValue::UNDEFINED
    }))
}

fn function(run: Box<dyn Fn() -> JsValue>) -> JsValue {
    Closure::<dyn Fn() -> JsValue>::new(run).into_js_value()
}

/// Waits for a promise that nobody else waits for; that it is rejected does not matter.
pub(crate) fn ignore(promise: Promise) {
    detach(async move { drop(JsFuture::from(promise).await) });
}

/// Calls a function of the app with a value; what it throws is reported and stops nobody else.
pub(crate) fn tell(function: &JsValue, this: &JsValue, value: &JsValue, what: &str) {
    let Some(function) = function.dyn_ref::<Function>() else { return };
    match function.call1(this, value) {
        // An async function throws into its promise.
        Ok(result) if result.is_instance_of::<Promise>() => {
            let message = message(what);
            detach(async move {
                if let Err(thrown) = settled(&result).await {
                    complain(&message, &thrown);
                }
            });
        }
        Ok(_) => {}
        Err(thrown) => complain(&message(what), &thrown),
    }
}

fn message(what: &str) -> String {
    format!("trunkline: a {what} threw")
}
