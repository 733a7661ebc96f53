//! What views may ask of the core. They hold it weakly: the core ends with the last `Client` and
//! `Call`, not with the last state somebody kept.

use std::rc::Weak;

use js_sys::{Array, Promise};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{shell::Shell, values};
use crate::{
    core::{CallCommand, CallKey, CallState, Command, DeviceKind, Dimension, Slice, TrackType},
    web::{JsNode, has_panicked},
};

/// Reads the state of a client.
#[wasm_bindgen(skip_typescript)]
pub struct ClientPort {
    shell: Weak<Shell>,
}

/// Reads the state of a call and gives it orders.
#[wasm_bindgen(skip_typescript)]
pub struct CallPort {
    shell: Weak<Shell>,
    call: CallKey,
}

impl ClientPort {
    pub(crate) fn new(shell: Weak<Shell>) -> Self {
        Self { shell }
    }
}

impl CallPort {
    pub(crate) fn new(shell: Weak<Shell>, call: CallKey) -> Self {
        Self { shell, call }
    }

    fn read_state<T>(&self, read: impl FnOnce(&CallState, &Shell) -> T) -> Option<T> {
        if has_panicked() {
            return None;
        }
        let shell = self.shell.upgrade()?;
        let client = shell.driver().client();
        client.call(self.call).map(|state| read(state, &shell))
    }

    fn order(&self, command: CallCommand) {
        if let Some(shell) = self.shell.upgrade() {
            shell.order(self.call, command);
        }
    }
}

#[wasm_bindgen]
impl ClientPort {
    /// `state.connectedUser`
    #[wasm_bindgen(js_name = connectedUser)]
    pub fn connected_user(&self) -> JsValue {
        let Some(shell) = self.shell.upgrade() else {
            return JsValue::UNDEFINED;
        };
        let client = shell.driver().client();
        let user = client.state().connected_user.as_ref();
        user.map_or(JsValue::UNDEFINED, JsNode::unwrap)
    }

    /// `state.calls`
    pub fn calls(&self) -> Array {
        self.shell.upgrade().map_or_else(Array::new, |shell| shell.call_objects())
    }
}

#[wasm_bindgen]
impl CallPort {
    /// The value of a slice, given by its place in `Slice::ALL`.
    pub fn read(&self, slice: usize) -> JsValue {
        let Some(slice) = Slice::ALL.get(slice) else {
            return JsValue::UNDEFINED;
        };
        self.read_state(|state, shell| values::slice(state, *slice, shell.driver().media()))
            .unwrap_or_default()
    }

    /// The session ids of the participants, in order.
    #[wasm_bindgen(js_name = sessionIds)]
    pub fn session_ids(&self) -> Vec<String> {
        self.read_state(|state, _| {
            let sessions = state.participants.iter().map(|p| p.session_id.clone());
            sessions.collect()
        })
        .unwrap_or_default()
    }

    /// One participant.
    pub fn participant(&self, session_id: &str) -> JsValue {
        self.read_state(|state, shell| {
            let participant = state.participant(session_id)?;
            Some(values::participant(participant, shell.driver().media()))
        })
        .flatten()
        .unwrap_or_default()
    }

    /// Turns a device on or off.
    #[wasm_bindgen(js_name = orderDevice)]
    pub fn order_device(&self, microphone: bool, order: &str) -> Promise {
        let Some(shell) = self.shell.upgrade() else {
            return Promise::resolve(&JsValue::UNDEFINED);
        };
        let kind = if microphone { DeviceKind::Microphone } else { DeviceKind::Camera };
        shell.promise(|promise| {
            let command = match order {
                "enable" => CallCommand::EnableDevice { promise, kind },
                "disable" => CallCommand::DisableDevice { promise, kind },
                _ => CallCommand::ToggleDevice { promise, kind },
            };
            Command::Call(self.call, command)
        })
    }

    /// Tells the size of the largest element that shows a track, in CSS px; 0 × 0 for none.
    #[wasm_bindgen(js_name = setVideoSize)]
    pub fn set_video_size(&self, session_id: String, screen: bool, width: u32, height: u32) {
        self.order(CallCommand::SetVideoSize {
            session_id,
            track_type: if screen { TrackType::ScreenShare } else { TrackType::Video },
            size: (width > 0 && height > 0).then_some(Dimension { width, height }),
        });
    }
}
