//! The camera of a call.

use std::rc::Rc;

use js_sys::Promise;
use serde::Deserialize;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use super::{
    call_shared::CallShared,
    device::{self, Device, device_manager, device_state},
    fields::{self, WeakObservables},
    functions::promise,
    options,
    parts::Parts,
    promises::rejected,
};
use crate::{
    core::{DeviceKind, Facing},
    web::field,
};

/// What the camera does.
#[wasm_bindgen]
pub struct CameraState {
    device: Rc<Device>,
    observables: WeakObservables,
}

device_state! {
    CameraState "CameraState": "CameraValues";
    /// Which way the camera of a phone was told to look.
    direction: "direction", "CameraDirection | undefined" = |state| state.device.direction();
}

/// The camera of a call. Usable before joining, for a preview.
///
/// The last order wins: what an earlier one opened is closed, and its promise resolves all the same.
#[wasm_bindgen]
pub struct CameraManager {
    device: Rc<Device>,
}

device_manager!(CameraManager, "CameraState", "MediaTrackConstraints");

#[wasm_bindgen]
impl CameraManager {
    /// Uses another camera, at once if it is on; `undefined` leaves it to the browser. When that
    /// fails, the one before stays.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn select(
        &self,
        #[wasm_bindgen(js_name = deviceId, unchecked_param_type = "string | undefined")]
        device_id: &JsValue,
    ) -> Promise {
        self.device.select(device_id)
    }

    /// Looks the other way. On phones only; elsewhere it does nothing, with a warning.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn flip(&self) -> Promise {
        let facing = self.device.read(|device| device.facing).flatten();
        let other = if facing == Some(Facing::Back) { Facing::Front } else { Facing::Back };
        self.look(other, false)
    }

    /// Looks that way, in place of the selected device. On phones only, as {@link flip}.
    ///
    /// @param options `enableCamera` turns it on; default `false`
    #[wasm_bindgen(js_name = selectDirection, unchecked_return_type = "Promise<void>")]
    pub fn select_direction(
        &self,
        #[wasm_bindgen(unchecked_param_type = "CameraDirection")] direction: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "{ enableCamera?: boolean }")]
        options: &JsValue,
    ) -> Promise {
        let facing = match direction.as_string().as_deref() {
            Some("front") => Facing::Front,
            Some("back") => Facing::Back,
            _ => {
                let message = "selectDirection: neither front nor back";
                return rejected(&options::invalid(message));
            }
        };
        match options::read(options, "selectDirection") {
            Ok(DirectionOptions { enable_camera }) => {
                self.look(facing, enable_camera.unwrap_or_default())
            }
            Err(error) => rejected(&error),
        }
    }

    /// Adds a camera whose streams the app makes.
    #[wasm_bindgen(
        js_name = registerVirtualDevice,
        unchecked_return_type = "VirtualDeviceRegistration"
    )]
    pub fn register_virtual_device(
        &self,
        #[wasm_bindgen(unchecked_param_type = "VirtualDevice")] device: &JsValue,
    ) -> Result<JsValue, JsValue> {
        self.device.register_virtual(device)
    }
}

impl CameraManager {
    fn look(&self, facing: Facing, enable: bool) -> Promise {
        let device = self.device.clone();
        if !is_phone() {
            let message = "cameras have a direction on phones only";
            device::warn(&device.shared().client, message, None);
            return Promise::resolve(&JsValue::UNDEFINED);
        }
        let turned = device.face(facing);
        if !enable {
            return turned;
        }
        promise(async move {
            JsFuture::from(turned).await?;
            JsFuture::from(device.enable(&JsValue::UNDEFINED)).await
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DirectionOptions {
    enable_camera: Option<bool>,
}

/// Makes the camera of a call, once, as one of its parts.
pub(crate) fn make(shared: &Rc<CallShared>, parts: &Parts) -> JsValue {
    let device = Device::new(shared, DeviceKind::Camera);
    fields::own(parts, "camera/state", &JsValue::UNDEFINED, |observables| CameraState {
        device: device.clone(),
        observables,
    });
    let manager = JsValue::from(CameraManager { device });
    parts.own("camera", &manager);
    manager
}

fn is_phone() -> bool {
    let navigator = field(&js_sys::global(), "navigator");
    let agent = field(&navigator, "userAgent").as_string().unwrap_or_default();
    ["Mobi", "Android", "iPhone", "iPad"].into_iter().any(|name| agent.contains(name))
}
