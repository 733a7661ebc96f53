//! What users chose, in the storage of the page or the app.

use crate::web::task::detach;
use std::rc::Rc;

use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::{
    call_shared::CallShared, client::ClientShared, device, error::device_name, parts::Parts,
};
use crate::{
    core::{
        CallCommand, DeviceKind, ListedDevice, ListedKind, SpeakerOrder,
        preferences::{KeptDevice, Recalled, recall, remember},
    },
    web::{Permission, PermissionState, call_method, field, is_list, list_devices, object},
};

/// The name of loudspeakers in the storage.
const SPEAKER: &str = "speaker";

/// What of it is among the parts of the client.
const KEY: &str = "devices/key";
const STORAGE: &str = "devices/storage";

/// Keeps choices under `key` from now on, in the app's `storage` or, if that is `undefined`, the page's.
pub(super) fn keep(parts: &Parts, key: &str, storage: &JsValue) {
    parts.set(KEY, &key.into());
    parts.set(STORAGE, storage);
}

/// Keeps what the user has chosen for a device for the next visit, if the browser lets the page know
/// what that is.
pub(super) fn remember_device(shared: &Rc<CallShared>, kind: DeviceKind) {
    let Some(store) = Store::of(&shared.client) else { return };
    let shared = shared.clone();
    detach(async move {
        if !is_granted(kind).await {
            return;
        }
        let devices = list_devices().await;
        let choice = shared.read(|state| KeptDevice::of(kind, state.device(kind), &devices));
        if let Some(choice) = choice.flatten() {
            store.remember(device_name(kind), choice);
        }
    });
}

/// The same for the loudspeaker.
pub(super) async fn remember_speaker(shared: &CallShared, id: &str) {
    let Some(store) = Store::of(&shared.client) else { return };
    if let Some(choice) = KeptDevice::of_speaker(id, &list_devices().await) {
        store.remember(SPEAKER, choice);
    }
}

/// Begins with the devices of the last visit: answers the core's question what the user had chosen.
/// A browser that cannot tell leaves it to the call's settings.
pub(super) fn recall_all(shared: Rc<CallShared>) {
    let store = Store::of(&shared.client);
    detach(async move {
        if let Some(store) = &store {
            let recalled = store.recall(SPEAKER, ListedKind::AudioOutput, &list_devices().await);
            if let Some(id) = recalled.device_id {
                shared.order(CallCommand::Speaker(SpeakerOrder::Recall(id)));
            }
        }
        let mut recalled = Vec::new();
        for kind in [DeviceKind::Camera, DeviceKind::Microphone] {
            recalled.push((kind, recall_device(store.as_ref(), kind).await));
        }
        // At once, so that the user is asked once for both.
        for (kind, Recalled { device_id, is_muted }) in recalled {
            let on = is_muted.map(|is_muted| !is_muted);
            shared.order(CallCommand::ApplyDefault { kind, on, device_id });
        }
    });
}

async fn recall_device(store: Option<&Store>, kind: DeviceKind) -> Recalled {
    match (store, ListedKind::of(kind)) {
        (Some(store), Some(listed)) if is_granted(kind).await => {
            store.recall(device_name(kind), listed, &list_devices().await)
        }
        _ => Recalled::default(),
    }
}

async fn is_granted(kind: DeviceKind) -> bool {
    match Permission::of(kind) {
        Some(permission) => permission.query().await == PermissionState::Granted,
        None => false,
    }
}

/// Where choices are kept: a JSON document under one key, with a list for each kind of device.
struct Store {
    client: Rc<ClientShared>,
    key: String,
    /// The app's; `undefined` for the page's.
    storage: JsValue,
}

impl Store {
    /// None when the app does not want it. Lives no longer than one operation, as the storage may be
    /// an object of the app.
    fn of(client: &Rc<ClientShared>) -> Option<Self> {
        let parts = client.parts()?;
        let key = parts.get(KEY).as_string()?;
        Some(Self { client: client.clone(), key, storage: parts.get(STORAGE) })
    }

    fn remember(&self, name: &str, choice: KeptDevice) {
        let all = self.read();
        let list: Array = remember(kept(&all, name), choice).iter().map(entry).collect();
        let written = Reflect::set(&all, &name.into(), &list)
            .and_then(|_| JSON::stringify(&all))
            .and_then(|text| self.write(&text));
        if let Err(thrown) = written {
            self.warn("the devices could not be kept for the next visit", &thrown);
        }
    }

    fn recall(&self, name: &str, kind: ListedKind, devices: &[ListedDevice]) -> Recalled {
        recall(&kept(&self.read(), name), kind, devices)
    }

    /// All that is kept; entries of another version, or another app, are left alone.
    fn read(&self) -> JsValue {
        let text =
            self.storage().and_then(|s| call_method(&s, "getItem", &self.key.as_str().into()));
        let parsed = text.and_then(|text| match text.as_string() {
            Some(text) => JSON::parse(&text),
            None => Ok(JsValue::UNDEFINED),
        });
        match parsed {
            Ok(all) if all.is_object() && !is_list(&all) => all,
            Ok(_) => object(&[]).into(),
            Err(thrown) => {
                self.warn("the devices of the last visit could not be read", &thrown);
                object(&[]).into()
            }
        }
    }

    fn write(&self, text: &JsValue) -> Result<(), JsValue> {
        let storage = self.storage()?;
        let set = Reflect::get(&storage, &"setItem".into())?;
        match set.dyn_ref::<js_sys::Function>() {
            Some(set) => set.call2(&storage, &self.key.as_str().into(), text).map(drop),
            None => Ok(()),
        }
    }

    /// Pages may be forbidden even to look at theirs, and servers have none.
    fn storage(&self) -> Result<JsValue, JsValue> {
        if self.storage.is_object() {
            return Ok(self.storage.clone());
        }
        let storage = Reflect::get(&js_sys::global(), &"localStorage".into())?;
        Ok(if storage.is_object() { storage } else { object(&[]).into() })
    }

    fn warn(&self, message: &str, thrown: &JsValue) {
        device::warn(&self.client, message, Some(thrown));
    }
}

fn kept(all: &JsValue, name: &str) -> Vec<KeptDevice> {
    let list = field(all, name).dyn_into::<Array>().unwrap_or_default();
    let read = |entry: JsValue| {
        Some(KeptDevice {
            device_id: field(&entry, "selectedDeviceId").as_string()?,
            label: field(&entry, "selectedDeviceLabel").as_string().unwrap_or_default(),
            is_muted: field(&entry, "muted").as_bool(),
        })
    };
    list.iter().filter_map(read).collect()
}

fn entry(kept: &KeptDevice) -> JsValue {
    let mut fields: Vec<(&str, JsValue)> = vec![
        ("selectedDeviceId", kept.device_id.as_str().into()),
        ("selectedDeviceLabel", kept.label.as_str().into()),
    ];
    if let Some(is_muted) = kept.is_muted {
        fields.push(("muted", is_muted.into()));
    }
    object(&fields).into()
}
