use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// One timer, armed again and again.
pub struct Timer(JsTimer);

impl Timer {
    /// Reports each time it runs out.
    pub fn new(reporter: &JsValue) -> Self {
        Self(JsTimer::new(reporter))
    }

    /// Runs out after `delay` ms; what was set before is void. `None` never runs out.
    pub fn set(&self, delay: Option<f64>) {
        self.0.set(delay);
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.set(None);
    }
}

#[wasm_bindgen(module = "/js/timer.js")]
extern "C" {
    #[wasm_bindgen(js_name = Timer)]
    type JsTimer;

    #[wasm_bindgen(constructor, js_class = Timer)]
    fn new(reporter: &JsValue) -> JsTimer;
    #[wasm_bindgen(method)]
    fn set(this: &JsTimer, delay: Option<f64>);
}
