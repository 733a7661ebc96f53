use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::EventTarget;

use super::failure::has_panicked;

/// Listens to one event of one object for as long as it lives.
pub(crate) struct Listener {
    target: EventTarget,
    name: &'static str,
    closure: Closure<dyn Fn(JsValue)>,
}

impl Listener {
    /// Calls `handle` with each event of that name. A target that is none is never heard of.
    pub(crate) fn new(
        target: &EventTarget,
        name: &'static str,
        handle: impl Fn(JsValue) + 'static,
    ) -> Self {
        Self::boxed(target, name, Box::new(handle))
    }

    /// One kind of closure for all listeners, instead of one for each.
    fn boxed(target: &EventTarget, name: &'static str, handle: Box<dyn Fn(JsValue)>) -> Self {
        let closure: Closure<dyn Fn(JsValue)> = Closure::new(move |event| {
            if !has_panicked() {
                handle(event);
            }
        });
        let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        Self { target: target.clone(), name, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.closure.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.name, callback);
    }
}
