//! What the user may do in a call.

use std::rc::Rc;

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{
    api::{call_shared::CallShared, publish::read_track_type, rights},
    core::{Category, Code, TrackType},
    web::{Error, field},
};

/// What the user may do in a call. Always current.
#[wasm_bindgen]
pub struct PermissionsContext {
    shared: Rc<CallShared>,
}

impl PermissionsContext {
    pub(super) fn new(shared: Rc<CallShared>) -> Self {
        Self { shared }
    }
}

#[wasm_bindgen]
impl PermissionsContext {
    /// Whether they may do that.
    #[wasm_bindgen(js_name = hasPermission)]
    pub fn has_permission(
        &self,
        #[wasm_bindgen(unchecked_param_type = "OwnCapability")] capability: &JsValue,
    ) -> bool {
        capability.as_string().is_some_and(|capability| rights::has(&self.shared, &capability))
    }

    /// Whether they may publish a track of that type.
    #[wasm_bindgen(js_name = canPublish)]
    pub fn can_publish(
        &self,
        #[wasm_bindgen(js_name = trackType, unchecked_param_type = "SfuModels.TrackType")]
        kind: &JsValue,
    ) -> bool {
        let capability = match read_track_type(kind) {
            Some(TrackType::Audio) => "send-audio",
            Some(TrackType::Video) => "send-video",
            Some(TrackType::ScreenShare | TrackType::ScreenShareAudio) => "screenshare",
            Some(TrackType::Unspecified) | None => return false,
        };
        rights::has(&self.shared, capability)
    }

    /// Whether the settings let them ask for it; by default those of the call.
    #[wasm_bindgen(js_name = canRequest)]
    pub fn can_request(
        &self,
        #[wasm_bindgen(unchecked_param_type = "RequestablePermission")] capability: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "CallSettingsResponse")] settings: &JsValue,
    ) -> bool {
        let capability = capability.as_string().unwrap_or_default();
        if settings.is_undefined() {
            can_request(&self.shared, &capability)
        } else {
            lets_request(settings, &capability)
        }
    }
}

/// Whether the settings of the call let the user ask for a capability.
pub(super) fn can_request(shared: &CallShared, capability: &str) -> bool {
    let settings =
        shared.read(|state| Some(state.document.as_ref()?.settings.as_ref()?.document.frozen()));
    settings.flatten().is_some_and(|settings| lets_request(&settings, capability))
}

fn lets_request(settings: &JsValue, capability: &str) -> bool {
    let kind = match capability {
        "send-audio" => "audio",
        "send-video" => "video",
        "screenshare" => "screensharing",
        _ => return false,
    };
    field(&field(settings, kind), "access_request_enabled") == JsValue::TRUE
}

/// The failure of asking in vain.
pub(super) fn not_requestable(permission: &str) -> Error {
    let message = format!("the call takes no requests for {permission}");
    Error::new(Code::PermissionDenied, Category::Permission, message).hint(
        "Requests are allowed by `access_request_enabled` in the settings; load the call before.",
    )
}
