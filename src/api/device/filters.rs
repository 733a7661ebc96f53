//! Filters of the app. They hang on the objects of the call: Rust has them only while it opens a
//! device.

use std::rc::Rc;

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue};

use super::{Device, part};
use crate::{
    api::{error::to_js, functions::promising, options, parts::Parts},
    core::DeviceKind,
    web::{field, object},
};

impl Device {
    /// `registerFilter(filter)`
    pub(in crate::api) fn register_filter(
        self: &Rc<Self>,
        filter: &JsValue,
    ) -> Result<JsValue, JsValue> {
        if !filter.is_function() {
            return Err(to_js(&options::invalid("registerFilter: no function")));
        }
        let id = self.next_id();
        if let Some(parts) = self.shared.parts() {
            // Another entry each time, as one function may be registered twice.
            let entry = object(&[("id", id.into()), ("filter", filter.clone())]);
            entries(&parts, self.kind).push(&entry);
        }
        let this = self.clone();
        let unregister = promising(move || {
            if let Some(parts) = this.shared.parts() {
                let rest = entries(&parts, this.kind);
                let rest: Array = rest.iter().filter(|entry| field(entry, "id") != id).collect();
                parts.set(&this.part("filters"), &rest);
            }
            this.renew()
        });
        let registration =
            object(&[("registered", self.renew().into()), ("unregister", unregister)]);
        Ok(registration.into())
    }
}

/// The filters of a device, in the order in which they are to run.
pub(super) fn functions(parts: &Parts, kind: DeviceKind) -> Vec<Function> {
    let filters = entries(parts, kind);
    filters.iter().filter_map(|entry| field(&entry, "filter").dyn_into().ok()).collect()
}

fn entries(parts: &Parts, kind: DeviceKind) -> Array {
    let name = part(kind, "filters");
    if let Ok(known) = parts.get(&name).dyn_into() {
        return known;
    }
    let none = Array::new();
    parts.set(&name, &none);
    none
}
