use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{future_to_promise, spawn_local};

use super::{failure::has_panicked, foreign};

/// Runs a task that waits for the browser. What is done before it first waits is done later, too,
/// after the effects that are performed now.
pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    let mut task = boxed(task);
    detach(poll_fn(move |context| {
        // After a panic nothing of this instance may run.
        if has_panicked() { Poll::Pending } else { task.as_mut().poll(context) }
    }));
}

/// Runs a task that goes on after a panic as well.
pub(crate) fn detach(task: impl Future<Output = ()> + 'static) {
    spawn_local(boxed(task));
}

/// A promise for what a task gives, which goes on after a panic as well.
pub(crate) fn to_promise(
    task: impl Future<Output = Result<JsValue, JsValue>> + 'static,
) -> Promise {
    future_to_promise(boxed(task))
}

/// One kind of task for the executor, instead of one for each.
fn boxed<T>(task: impl Future<Output = T> + 'static) -> Pin<Box<dyn Future<Output = T>>> {
    Box::pin(task)
}

/// What a call of the browser or of the app's code led to: it may have thrown at once, or given a
/// promise, or anything else.
pub(crate) async fn settled(called: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    foreign::settled(&called?).await
}
