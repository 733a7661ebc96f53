use wasm_bindgen::{
    JsValue,
    prelude::{Closure, wasm_bindgen},
};

use super::failure::has_panicked;

/// Something that is run after what runs now, before the page goes on; each time that it is asked
/// for. Its function is made once, as that comes many times a second.
pub(crate) struct Microtask(Closure<dyn Fn()>);

impl Microtask {
    /// Not before [`Self::ask`]. After a panic it is not run any more.
    pub(crate) fn new(run: impl Fn() + 'static) -> Self {
        Self(Closure::new(move || {
            if !has_panicked() {
                run();
            }
        }))
    }

    /// Asks for it once.
    ///
    /// # Errors
    ///
    /// What was thrown, by what a page has put in the place of the browser's.
    pub(crate) fn ask(&self) -> Result<(), JsValue> {
        queue_microtask(self.0.as_ref())
    }
}

#[wasm_bindgen]
extern "C" {
    /// Web-sys has it as a method of a window or a worker, and marks it as not throwing.
    #[wasm_bindgen(catch, js_name = queueMicrotask)]
    fn queue_microtask(run: &JsValue) -> Result<(), JsValue>;
}
