//! Which devices there are.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use gloo_timers::callback::Timeout;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DomException, EventTarget};

use super::permissions::{Permission, PermissionState};
use crate::{
    core::{DEFAULT_DEVICE, DeviceKind, ListedDevice, ListedKind},
    web::{
        failure::has_panicked,
        foreign::{call_method, settled},
        listener::Listener,
        object::{field, items},
        timers::{Guarded, after},
        watchers::{Watch, Watchers},
    },
};

/// How long plugging may take to settle, in ms: one headset is several devices.
const DEBOUNCE: u32 = 500;

/// `navigator.mediaDevices`.
///
/// # Errors
///
/// A `DOMException` that says why there is none: pages have it that were loaded safely.
pub(crate) fn media_devices() -> Result<JsValue, JsValue> {
    let global = js_sys::global();
    let devices = field(&field(&global, "navigator"), "mediaDevices");
    if devices.is_object() {
        return Ok(devices);
    }
    let is_secure = field(&global, "isSecureContext").is_truthy();
    Err(exception(if is_secure { "NotSupportedError" } else { "SecurityError" }))
}

/// A `DOMException` of that name.
pub(super) fn exception(name: &str) -> JsValue {
    DomException::new_with_message_and_name("", name).map_or_else(|thrown| thrown, JsValue::from)
}

/// The `MediaDeviceInfo`s of a kind, or of all; none where there is nothing to ask.
///
/// # Errors
///
/// What the browser throws.
pub async fn find_devices(kind: Option<ListedKind>) -> Result<Vec<JsValue>, JsValue> {
    let is_meant = |device: &JsValue| {
        kind.is_none_or(|kind| field(device, "kind") == kind.as_str())
            && field(device, "deviceId") != DEFAULT_DEVICE
    };
    Ok(find_all().await?.into_iter().filter(is_meant).collect())
}

async fn find_all() -> Result<Vec<JsValue>, JsValue> {
    let Ok(devices) = media_devices() else {
        return Ok(Vec::new());
    };
    let found = settled(&call_method(&devices, "enumerateDevices", &JsValue::UNDEFINED)?).await?;
    Ok(items(&found).unwrap_or_default())
}

/// What the core needs to know of those devices.
pub fn listed(devices: &[JsValue]) -> Vec<ListedDevice> {
    devices.iter().filter_map(read).collect()
}

fn read(device: &JsValue) -> Option<ListedDevice> {
    let text = |key| field(device, key).as_string().unwrap_or_default();
    let kinds = [ListedKind::VideoInput, ListedKind::AudioInput, ListedKind::AudioOutput];
    let kind = text("kind");
    Some(ListedDevice {
        id: text("deviceId"),
        kind: kinds.into_iter().find(|known| known.as_str() == kind)?,
        label: text("label"),
        group_id: text("groupId"),
    })
}

/// What there is by now, read with the browser's leave; whatever fails is nothing.
pub async fn list_devices() -> Vec<ListedDevice> {
    listed(&find_devices(None).await.unwrap_or_default())
}

/// The same, with what stands for the system's own choice.
pub async fn list_all() -> Vec<ListedDevice> {
    listed(&find_all().await.unwrap_or_default())
}

/// Calls `tell` after devices came, went, or became visible, until the watch is dropped.
pub fn watch_devices(tell: impl Fn() + 'static) -> DevicesWatch {
    let plugs = PLUGS.with(Rc::clone);
    let watch = plugs.watchers.watch(tell);
    plugs.start();
    DevicesWatch { watch: Some(watch), plugs }
}

/// A watch for devices.
pub struct DevicesWatch {
    watch: Option<Watch>,
    plugs: Rc<Plugs>,
}

impl Drop for DevicesWatch {
    fn drop(&mut self) {
        self.watch = None;
        if self.plugs.watchers.is_empty() {
            self.plugs.running.take();
        }
    }
}

thread_local! {
    static PLUGS: Rc<Plugs> = Rc::default();
}

/// What comes and goes on this page.
#[derive(Default)]
struct Plugs {
    watchers: Rc<Watchers>,
    running: RefCell<Option<Running>>,
}

/// What is done while somebody watches.
struct Running {
    _change: Listener,
    _permissions: Vec<Watch>,
    timer: Option<Guarded<Timeout>>,
}

impl Plugs {
    fn start(self: &Rc<Self>) {
        if self.running.borrow().is_some() {
            return;
        }
        let Ok(devices) = media_devices() else { return };
        let Ok(target) = devices.dyn_into::<EventTarget>() else { return };
        let this = Rc::downgrade(self);
        let change = Listener::new(&target, "devicechange", move |_| Self::on_change(&this));
        // With the permission the devices get their names.
        let kinds = [DeviceKind::Camera, DeviceKind::Microphone];
        let permissions = kinds.into_iter().filter_map(Permission::of);
        let permissions = permissions.map(|permission| self.follow(&permission)).collect();
        let running = Running { _change: change, _permissions: permissions, timer: None };
        *self.running.borrow_mut() = Some(running);
    }

    fn follow(self: &Rc<Self>, permission: &Rc<Permission>) -> Watch {
        let this = Rc::downgrade(self);
        let known = Rc::downgrade(permission);
        let last = std::cell::Cell::new(permission.state());
        permission.watch(move || {
            let (Some(plugs), Some(permission)) = (this.upgrade(), known.upgrade()) else { return };
            let now = permission.state();
            if now != PermissionState::Prompting && last.replace(now) != now {
                plugs.watchers.tell();
            }
        })
    }

    fn on_change(this: &Weak<Self>) {
        let Some(plugs) = this.upgrade() else { return };
        let this = this.clone();
        let timer = after(DEBOUNCE, move || {
            if let Some(plugs) = this.upgrade().filter(|_| !has_panicked()) {
                plugs.watchers.tell();
            }
        });
        // Where no timer can be set, it is told with the next change.
        let former = match (plugs.running.borrow_mut().as_mut(), timer.ok()) {
            (Some(running), Some(timer)) => running.timer.replace(timer),
            _ => None,
        };
        drop(former);
    }
}
