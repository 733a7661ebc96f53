//! What a device does, as apps see it.

use js_sys::{Error as JsError, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MediaStream;

use super::Device;
use crate::{
    api::{error::to_js, fields::WeakObservables},
    core::{DeviceStatus, Facing},
    web::{Capture, PermissionState},
};

/// What the core knows of devices.
pub(super) const FIELDS: &[&str] = &[
    "status",
    "optimisticStatus",
    "mediaStream",
    "rootMediaStream",
    "error",
    "selectedDevice",
    "direction",
    "speakingWhileMuted",
    "audioEnabled",
];

/// Declares the state of a device: what all of them have, and its own fields, as for
/// [`fields!`](crate::api::fields::fields).
macro_rules! device_state {
    ($State:ident $name:tt: $fields:tt; $($own:tt)*) => {
        crate::api::fields::fields! {
            $State $name: $fields;
            /// What it does.
            status: "status", "DeviceStatus" = |state| state.device.status();
            /// What it will do once everything under way is done: bind buttons to this.
            optimistic_status: "optimisticStatus", "DeviceStatus" =
                |state| state.device.optimistic_status();
            /// What it captures, after the filters, while it is on.
            media_stream: "mediaStream", "MediaStream | undefined" =
                |state| state.device.stream();
            /// The same before the filters.
            root_media_stream: "rootMediaStream", "MediaStream | undefined" =
                |state| state.device.root();
            /// The last failure, until the next success.
            error: "error", "DeviceError | VideoError | undefined" =
                |state| state.device.error(&state.observables);
            /// The device that was selected or is in use; its own id also when the browser says
            /// `default`.
            selected_device: "selectedDevice", "string | undefined" =
                |state| state.device.selected();
            /// `false` when the user, or the page's policy, has refused for good.
            has_browser_permission: "hasBrowserPermission", "boolean" =
                |state| state.device.has_permission();
            /// What the browser says; `prompt` where it cannot be asked, and for screens.
            browser_permission_state: "browserPermissionState", "BrowserPermissionState" =
                |state| state.device.permission().as_str().into();
            /// Whether the browser's question is open: show a hint meanwhile.
            is_prompting_permission: "isPromptingPermission", "boolean" =
                |state| state.device.is_prompting();
            $($own)*
        }
    };
}

pub(in crate::api) use device_state;

impl Device {
    pub(in crate::api) fn status(&self) -> JsValue {
        text(self.read(|device| device.status).flatten().map(DeviceStatus::as_str))
    }

    pub(in crate::api) fn optimistic_status(&self) -> JsValue {
        text(self.read(|device| device.optimistic_status).flatten().map(DeviceStatus::as_str))
    }

    pub(in crate::api) fn stream(&self) -> JsValue {
        value(self.capture().as_deref().map(Capture::stream))
    }

    pub(in crate::api) fn root(&self) -> JsValue {
        value(self.capture().as_deref().map(Capture::root))
    }

    pub(in crate::api) fn selected(&self) -> JsValue {
        text(self.read(|device| device.selected.clone()).flatten().as_deref())
    }

    pub(in crate::api) fn direction(&self) -> JsValue {
        text(self.read(|device| device.facing).flatten().map(Facing::as_str))
    }

    /// An error object is made anew each time, so equal ones must keep their identity.
    pub(in crate::api) fn error(&self, observables: &WeakObservables) -> JsValue {
        let Some(error) = self.read(|device| device.error.clone()).flatten() else {
            return JsValue::UNDEFINED;
        };
        let made = to_js(&error);
        let last = observables.upgrade().map(|kept| kept.last("error")).unwrap_or_default();
        let is_same = last.is_instance_of::<JsError>()
            && ["code", "message", "cause"].into_iter().all(|key| {
                let of = |object: &JsValue| Reflect::get(object, &key.into());
                matches!((of(&last), of(&made)), (Ok(a), Ok(b)) if js_sys::Object::is(&a, &b))
            });
        if is_same { last } else { made }
    }

    pub(in crate::api) fn has_permission(&self) -> JsValue {
        (self.permission() != PermissionState::Denied).into()
    }

    pub(in crate::api) fn is_prompting(&self) -> JsValue {
        (self.permission() == PermissionState::Prompting).into()
    }
}

fn value(stream: Option<&MediaStream>) -> JsValue {
    stream.map(|stream| JsValue::clone(stream)).unwrap_or_default()
}

fn text(text: Option<&str>) -> JsValue {
    text.map(JsValue::from_str).unwrap_or_default()
}
