use std::cell::Cell;

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;

use crate::{core::PromiseId, web::Table};

/// The promises that apps wait for.
#[derive(Default)]
pub(crate) struct Promises {
    pending: Table<PromiseId, (Function, Function)>,
    last: Cell<u64>,
}

impl Promises {
    /// A new promise and its name.
    pub(crate) fn make(&self) -> (PromiseId, Promise) {
        let id = PromiseId(self.last.get() + 1);
        self.last.set(id.0);
        let promise = Promise::new(&mut |resolve, reject| {
            self.pending.insert(id, (resolve, reject));
        });
        (id, promise)
    }

    /// Settles a promise; it is forgotten.
    pub(crate) fn settle(&self, id: PromiseId, result: Result<JsValue, JsValue>) {
        let Some((resolve, reject)) = self.pending.remove(id) else {
            return;
        };
        // Neither function throws.
        let _ = match result {
            Ok(value) => resolve.call1(&JsValue::UNDEFINED, &value),
            Err(error) => reject.call1(&JsValue::UNDEFINED, &error),
        };
    }

    /// Rejects all that are left.
    pub(crate) fn reject_all(&self, error: &JsValue) {
        for (_, (_, reject)) in self.pending.take() {
            let _ = reject.call1(&JsValue::UNDEFINED, error);
        }
    }
}
