use std::cell::{Cell, RefCell};

use indexmap::IndexMap;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// What is waited for at one peer connection.
///
/// Promises of a connection that is closed meanwhile never settle, and what waits for them would be
/// held for ever: closing ends the waiting, too.
#[derive(Default)]
pub(super) struct Pending {
    closed: Cell<bool>,
    /// What ends the waiting of each.
    gates: RefCell<IndexMap<u32, Function>>,
    last: Cell<u32>,
}

impl Pending {
    pub(super) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Ends all waiting, for good.
    pub(super) fn close(&self) {
        self.closed.set(true);
        for (_, open) in self.gates.take() {
            // Resolving a promise throws nothing.
            let _ = open.call0(&JsValue::UNDEFINED);
        }
    }

    /// What a method of the browser led to. A failure once the connection is closed.
    pub(super) async fn settled(
        &self,
        called: Result<JsValue, JsValue>,
    ) -> Result<JsValue, JsValue> {
        let called = called?;
        let mut open = None;
        let gate = Promise::new(&mut |resolve, _| open = Some(resolve));
        let turn = self.last.get().wrapping_add(1);
        self.last.set(turn);
        if let Some(open) = open {
            self.gates.borrow_mut().insert(turn, open);
        }
        let settled = JsFuture::from(Promise::race(&Array::of2(&called, &gate))).await;
        self.gates.borrow_mut().shift_remove(&turn);
        if self.is_closed() { Err(JsValue::UNDEFINED) } else { settled }
    }
}
