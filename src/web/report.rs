use std::rc::Rc;

use wasm_bindgen::JsValue;

use crate::core::Input;

/// Where the parts of the web layer report what happened.
#[derive(Clone)]
pub struct Reporter(Rc<dyn Fn(Input)>);

impl Reporter {
    /// Hands every report to `take`.
    pub fn new(take: impl Fn(Input) + 'static) -> Self {
        Self(Rc::new(take))
    }

    /// Reports `input`.
    pub fn report(&self, input: Input) {
        (self.0)(input);
    }
}

/// Where a failure goes that no report is about: what failed, and what was thrown.
pub type Warn = Rc<dyn Fn(&str, &JsValue)>;
