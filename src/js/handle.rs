use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{error::no_such_order, shell::Shell, values};
use crate::{
    core::{
        CallCommand, CallKey, CallState, Command, DeviceKind, Dimension, Error, JoinOptions,
        LeaveOptions, PromiseId, Slice, TrackType,
    },
    web::{JsNode, has_panicked},
};

/// The core's side of a `Call`. When the `Call` is collected, so is this, and the core forgets the
/// call.
#[wasm_bindgen(skip_typescript)]
pub struct CallHandle {
    shell: Rc<Shell>,
    call: CallKey,
    serial: u32,
}

impl CallHandle {
    pub(crate) fn new(shell: Rc<Shell>, call: CallKey, serial: u32) -> Self {
        Self { shell, call, serial }
    }

    fn read_state(&self, read: impl FnOnce(&CallState) -> JsValue) -> JsValue {
        if has_panicked() {
            return JsValue::UNDEFINED;
        }
        let client = self.shell.driver().client();
        client.call(self.call).map(read).unwrap_or_default()
    }

    fn promise(&self, command: impl FnOnce(PromiseId) -> Result<CallCommand, Error>) -> Promise {
        self.shell.promise(|promise| Ok(Command::Call(self.call, command(promise)?)))
    }
}

impl Drop for CallHandle {
    fn drop(&mut self) {
        self.shell.forget_call(self.call, self.serial);
    }
}

#[wasm_bindgen]
impl CallHandle {
    /// The value of a slice, given by its place in `Slice::ALL`.
    pub fn read(&self, slice: usize) -> JsValue {
        let Some(slice) = Slice::ALL.get(slice) else {
            return JsValue::UNDEFINED;
        };
        self.read_state(|state| values::slice(state, *slice, self.shell.driver().media()))
    }

    /// One participant.
    pub fn participant(&self, session_id: &str) -> JsValue {
        self.read_state(|state| {
            let participant = state.participant(session_id);
            participant
                .map(|participant| values::participant(participant, self.shell.driver().media()))
                .unwrap_or_default()
        })
    }

    /// The user that is connected or connecting.
    #[wasm_bindgen(js_name = userId)]
    pub fn user_id(&self) -> Option<String> {
        self.shell.user_id()
    }

    /// Gives the order that has the name of a method of `Call`. `object` is a copy of what the app
    /// gave.
    pub fn order(&self, order: &str, object: JsValue, flag: Option<bool>) -> Promise {
        let request = JsNode::wrap_object(object);
        self.promise(|promise| {
            Ok(match order {
                "get" => CallCommand::Get { promise, params: request },
                "getOrCreate" => CallCommand::GetOrCreate { promise, request },
                "endCall" => CallCommand::End { promise },
                "update" => CallCommand::Update { promise, request },
                "updateCallMembers" => CallCommand::UpdateMembers { promise, request },
                "goLive" => CallCommand::GoLive { promise, request, notify: flag },
                "stopLive" => CallCommand::StopLive { promise, request },
                _ => return Err(no_such_order()),
            })
        })
    }

    /// Enters the call. `request` is a copy of what the app gave; times are in ms.
    pub fn join(
        &self,
        request: JsValue,
        max_join_retries: Option<u32>,
        join_response_timeout: Option<u32>,
        rpc_request_timeout: Option<u32>,
    ) -> Promise {
        let options = JoinOptions {
            request: JsNode::wrap_object(request),
            max_join_retries,
            join_response_timeout: join_response_timeout.map(u64::from),
            rpc_request_timeout: rpc_request_timeout.map(u64::from),
        };
        self.promise(|promise| Ok(CallCommand::Join { promise, options }))
    }

    /// Goes out of the call.
    pub fn leave(&self, message: Option<String>) -> Promise {
        let options = LeaveOptions { message };
        self.promise(|promise| Ok(CallCommand::Leave { promise, options }))
    }

    /// Turns a device on or off; without `on` to whichever it is not going to be.
    #[wasm_bindgen(js_name = orderDevice)]
    pub fn order_device(&self, microphone: bool, on: Option<bool>) -> Promise {
        let kind = if microphone { DeviceKind::Microphone } else { DeviceKind::Camera };
        self.promise(|promise| {
            Ok(match on {
                Some(true) => CallCommand::EnableDevice { promise, kind },
                Some(false) => CallCommand::DisableDevice { promise, kind },
                None => CallCommand::ToggleDevice { promise, kind },
            })
        })
    }

    /// Tells the size of the largest element that shows a track, in CSS px; 0 × 0 for none.
    #[wasm_bindgen(js_name = setVideoSize)]
    pub fn set_video_size(&self, session_id: String, screen: bool, width: u32, height: u32) {
        let track_type = if screen { TrackType::ScreenShare } else { TrackType::Video };
        self.shell.order(Command::Call(
            self.call,
            CallCommand::SetVideoSize {
                session_id,
                track_type,
                size: (width > 0 && height > 0).then_some(Dimension { width, height }),
            },
        ));
    }
}
