//! Why a device was not opened.

use crate::web::DeviceFailure;
use wasm_bindgen::JsValue;

use super::devices::exception;
use crate::web::object::field;

/// Why a device was not opened: the name that the core knows, and what was thrown.
#[derive(Clone)]
pub(crate) struct Failure {
    pub(super) name: String,
    thrown: JsValue,
}

impl Failure {
    /// One of a camera or microphone. Browsers tell a question that was closed from one that was
    /// denied by the message alone.
    pub(crate) fn of_device(thrown: JsValue) -> Self {
        Self::new(thrown, |message| message.contains("dismiss"))
    }

    /// One of a screen: the user closed the list of screens, unless it was the system that refused.
    pub(crate) fn of_screen(thrown: JsValue) -> Self {
        Self::new(thrown, |message| !message.contains("system"))
    }

    /// What was thrown.
    pub(crate) fn into_thrown(self) -> JsValue {
        self.thrown
    }

    /// Whether the user, or somebody for them, did not let the page have it.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self.name.as_str(), "NotAllowedError" | "PermissionDismissedError")
    }

    pub(super) fn named(name: &str) -> Self {
        Self { name: name.into(), thrown: exception(name) }
    }

    fn new(thrown: JsValue, is_dismissal: fn(&str) -> bool) -> Self {
        let text = |key| field(&thrown, key).as_string().unwrap_or_default();
        let mut name = text("name");
        if name == "NotAllowedError" && is_dismissal(&text("message").to_ascii_lowercase()) {
            "PermissionDismissedError".clone_into(&mut name);
        }
        Self { name, thrown }
    }
}

impl From<Failure> for DeviceFailure {
    fn from(failure: Failure) -> Self {
        Self { name: failure.name, cause: failure.thrown }
    }
}
