use std::pin::Pin;

use wasm_bindgen_futures::spawn_local;

/// Runs `future` in the background.
pub(crate) fn spawn(future: impl Future<Output = ()> + 'static) {
    spawn_boxed(Box::pin(future));
}

/// One copy of the executor for all futures, instead of one for each.
#[inline(never)]
fn spawn_boxed(future: Pin<Box<dyn Future<Output = ()>>>) {
    spawn_local(future);
}
