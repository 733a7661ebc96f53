use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::failure::has_panicked;
use crate::core::Input;

/// Where the browser's side reports what happened, cheap to clone.
#[derive(Clone)]
pub struct Reporter {
    take: Rc<dyn Fn(Input)>,
    warn: Rc<Warn>,
}

type Warn = dyn Fn(&str, &JsValue);

impl Reporter {
    /// Hands every report to `take`, and to `warn` each failure that no report is about: what
    /// failed, and what was thrown.
    pub fn new(take: impl Fn(Input) + 'static, warn: impl Fn(&str, &JsValue) + 'static) -> Self {
        Self { take: Rc::new(take), warn: Rc::new(warn) }
    }

    /// Reports what happened.
    pub fn report(&self, input: Input) {
        if !has_panicked() {
            (self.take)(input);
        }
    }

    /// Tells of a failure that no report is about.
    pub fn warn(&self, message: &str, thrown: &JsValue) {
        if !has_panicked() {
            (self.warn)(message, thrown);
        }
    }
}
