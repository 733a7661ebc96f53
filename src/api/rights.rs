//! `call.can$(…)`: whether the user may do something, observable.

use std::rc::{Rc, Weak};

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};

use super::{call_shared::CallShared, observables::Observables, parts::Parts};

/// An object with a getter for each capability that was asked for, and its observables.
const RIGHTS: &str = "rights";
const OBSERVABLES: &str = "rights/observables";

/// Whether the user may do that.
pub(crate) fn has(shared: &CallShared, capability: &str) -> bool {
    let has = shared.read(|state| state.own_capabilities.iter().any(|own| own == capability));
    has.unwrap_or_default()
}

/// The same, observable; the same object for the same capability.
pub(crate) fn observable(shared: &Rc<CallShared>, capability: &str) -> JsValue {
    let Some(parts) = shared.parts() else {
        return JsValue::UNDEFINED;
    };
    let rights = parts.get(RIGHTS);
    let rights: Object = if rights.is_undefined() {
        let rights = Object::new();
        parts.own(RIGHTS, &rights);
        parts.set(OBSERVABLES, &Observables::new(&rights, &JsValue::UNDEFINED));
        rights
    } else {
        rights.unchecked_into()
    };
    if !Object::has_own(&rights, &capability.into()) {
        define(&rights, Rc::downgrade(shared), capability.to_owned());
    }
    observables(&parts).map(|observables| observables.observable(capability)).unwrap_or_default()
}

/// The capabilities have changed.
pub(crate) fn mark(parts: &Parts) {
    if let Some(observables) = observables(parts) {
        for capability in Object::keys(parts.get(RIGHTS).unchecked_ref::<Object>()).iter() {
            observables.mark(&capability.as_string().unwrap_or_default());
        }
    }
}

/// Tells the watchers.
pub(crate) fn flush(parts: &Parts) {
    if let Some(observables) = observables(parts) {
        observables.flush();
    }
}

fn observables(parts: &Parts) -> Option<Observables> {
    let observables = parts.get(OBSERVABLES);
    (!observables.is_undefined()).then(|| observables.unchecked_into())
}

/// Gives `rights` a getter for a capability. The browser collects it with the object.
fn define(rights: &Object, shared: Weak<CallShared>, capability: String) {
    let key = JsValue::from(capability.as_str());
    let get: Closure<dyn Fn() -> bool> =
        Closure::new(move || shared.upgrade().is_some_and(|shared| has(&shared, &capability)));
    let descriptor = Object::new();
    let _ = Reflect::set(&descriptor, &"get".into(), &get.into_js_value());
    let _ = Reflect::set(&descriptor, &"enumerable".into(), &JsValue::TRUE);
    let _ = Reflect::define_property(rights, &key, &descriptor);
}
