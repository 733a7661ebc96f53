//! Devices whose streams the app makes. They hang on the objects of the call, as filters do.

use std::rc::Rc;

use js_sys::{Map, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{Device, part};
use crate::{
    api::{
        error::to_js,
        functions::{promise, promising},
        options,
        parts::Parts,
    },
    core::{Choice, DeviceKind, DeviceOrder, ListedKind},
    web::{Error, VirtualDevice, field, object},
};

impl Device {
    /// `registerVirtualDevice(device)`
    pub(in crate::api) fn register_virtual(
        self: &Rc<Self>,
        device: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let label = read_label(device).map_err(|error| to_js(&error))?;
        if let Some(error) = self.shared.client.refusal() {
            return Err(to_js(&error));
        }
        let id = self.shared.client.driver().ask(crate::core::Client::uuid);
        if let Some(parts) = self.shared.parts() {
            let entry = object(&[("label", label.into()), ("device", device.clone())]);
            entries(&parts, self.kind).set(&id.as_str().into(), &entry);
        }
        let (this, device_id) = (self.clone(), id.clone());
        let unregister = promising(move || {
            let (this, device_id) = (this.clone(), device_id.clone());
            promise(async move { this.unregister_virtual(&device_id).await })
        });
        Ok(object(&[("deviceId", id.into()), ("unregister", unregister)]).into())
    }

    async fn unregister_virtual(&self, device_id: &str) -> Result<JsValue, JsValue> {
        if let Some(parts) = self.shared.parts() {
            entries(&parts, self.kind).delete(&device_id.into());
        }
        let selected = self.read(|device| device.selected.clone()).flatten();
        if selected.as_deref() == Some(device_id) {
            JsFuture::from(self.order(DeviceOrder::Disable { keep: false })).await?;
            JsFuture::from(self.order(DeviceOrder::Select(Choice::default()))).await?;
        }
        Ok(JsValue::UNDEFINED)
    }

    /// The app's own, as they stand in lists.
    pub(super) fn virtual_devices(&self) -> Vec<JsValue> {
        let (Some(parts), Some(kind)) = (self.shared.parts(), ListedKind::of(self.kind)) else {
            return Vec::new();
        };
        let mut listed = Vec::new();
        entries(&parts, self.kind).for_each(&mut |entry, id| {
            let device = object(&[
                ("deviceId", id),
                ("label", field(&entry, "label")),
                ("kind", kind.as_str().into()),
                ("groupId", "".into()),
            ]);
            // `JSON.stringify` and whoever else asks gets the object itself, which is plain.
            let itself = field(&Object::new(), "valueOf");
            let hidden = object(&[("value", itself)]);
            let _ = Reflect::define_property(&device, &"toJSON".into(), &hidden);
            listed.push(device.into());
        });
        listed
    }
}

/// The device of the app with that id, if it is one.
pub(super) fn find(parts: &Parts, kind: DeviceKind, id: Option<&str>) -> Option<VirtualDevice> {
    let id = id?;
    let entry = entries(parts, kind).get(&id.into());
    let device = field(&entry, "device");
    device.is_object().then(|| VirtualDevice { id: id.to_owned(), device })
}

fn entries(parts: &Parts, kind: DeviceKind) -> Map {
    let name = part(kind, "virtual");
    if let Ok(known) = parts.get(&name).dyn_into() {
        return known;
    }
    let none = Map::new();
    parts.set(&name, &none);
    none
}

/// The name of a device of the app. It may be of a class of the app's, with more to it than we know.
fn read_label(device: &JsValue) -> Result<String, Error> {
    const WHAT: &str = "registerVirtualDevice";
    if !device.is_object() {
        return Err(options::invalid(&format!("{WHAT}: not an object")));
    }
    let get = |key: &str| {
        Reflect::get(device, &key.into()).map_err(|thrown| {
            options::invalid(&format!("{WHAT}.{key} cannot be read")).cause(thrown)
        })
    };
    if !get("getUserMedia")?.is_function() {
        return Err(options::invalid(&format!("{WHAT}.getUserMedia is not a function")));
    }
    let label = get("label")?;
    if label.is_undefined() || label.is_null() {
        return Ok("virtual device".to_owned());
    }
    label.as_string().ok_or_else(|| options::invalid(&format!("{WHAT}.label is not a string")))
}
