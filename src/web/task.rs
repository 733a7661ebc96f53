use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use super::{failure::has_panicked, foreign};

/// Runs a task that waits for the browser. What is done before it first waits is done later, too,
/// after the effects that are performed now.
pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    spawn_boxed(Box::pin(task));
}

/// One kind of task, instead of one for each.
fn spawn_boxed(mut task: Pin<Box<dyn Future<Output = ()>>>) {
    spawn_local(poll_fn(move |context| {
        // After a panic nothing of this instance may run.
        if has_panicked() { Poll::Pending } else { task.as_mut().poll(context) }
    }));
}

/// What a call of the browser or of the app's code led to: it may have thrown at once, or given a
/// promise, or anything else.
pub(crate) async fn settled(called: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    foreign::settled(&called?).await
}
