//! The clients with a user, by app and user, of which an app wants one each.

use std::cell::RefCell;

use indexmap::IndexMap;

use js_sys::WeakRef;
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    /// They are not kept for being here.
    static INSTANCES: RefCell<IndexMap<String, WeakRef>> = RefCell::default();
}

/// The client with that key, if there is one.
pub(crate) fn find(key: &str) -> Option<JsValue> {
    let known = INSTANCES.with_borrow(|instances| instances.get(key).cloned())?;
    known.deref().map(JsValue::from)
}

/// From now on `client` is found under `key`.
pub(crate) fn add(key: String, client: &JsValue) {
    let known = WeakRef::new(client.unchecked_ref());
    INSTANCES.with_borrow_mut(|instances| {
        instances.retain(|_, known| known.deref().is_some());
        instances.insert(key, known);
    });
}

/// `client` is not found any more.
pub(crate) fn remove(key: &str, client: &JsValue) {
    if find(key).is_some_and(|known| known == *client) {
        INSTANCES.with_borrow_mut(|instances| instances.shift_remove(key));
    }
}
