use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;

use crate::core::PromiseId;

/// The promises that apps wait for.
#[derive(Default)]
pub(crate) struct Promises {
    pending: RefCell<BTreeMap<PromiseId, (Function, Function)>>,
    last: Cell<u64>,
}

impl Promises {
    /// A new promise and its name.
    pub(crate) fn make(&self) -> (PromiseId, Promise) {
        let id = PromiseId(self.last.get() + 1);
        self.last.set(id.0);
        let promise = Promise::new(&mut |resolve, reject| {
            self.pending.borrow_mut().insert(id, (resolve, reject));
        });
        (id, promise)
    }

    pub(crate) fn is_pending(&self, id: PromiseId) -> bool {
        self.pending.borrow().contains_key(&id)
    }

    /// Settles a promise; it is forgotten.
    pub(crate) fn settle(&self, id: PromiseId, result: Result<JsValue, JsValue>) {
        let Some((resolve, reject)) = self.pending.borrow_mut().remove(&id) else {
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
        let pending = self.pending.take();
        for (_, reject) in pending.into_values() {
            let _ = reject.call1(&JsValue::UNDEFINED, error);
        }
    }
}
