use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure, prelude::wasm_bindgen};

/// One timer, armed again and again.
pub struct Timer {
    callback: Closure<dyn Fn()>,
    armed: RefCell<Option<JsValue>>,
}

impl Timer {
    /// Calls `fire` each time it runs out.
    pub fn new(fire: impl Fn() + 'static) -> Self {
        Self { callback: Closure::new(fire), armed: RefCell::new(None) }
    }

    /// Runs out after `delay` ms; what was set before is void. `None` never runs out.
    pub fn set(&self, delay: Option<f64>) {
        if let Some(timer) = self.armed.take() {
            clear_timeout(&timer);
        }
        if let Some(delay) = delay {
            // Longer ones overflow to none at all; the core sets a new one when it runs out early.
            let delay = delay.ceil().min(f64::from(i32::MAX));
            let callback: &Function = self.callback.as_ref().unchecked_ref();
            *self.armed.borrow_mut() = Some(set_timeout(callback, delay));
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.set(None);
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, delay: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}
