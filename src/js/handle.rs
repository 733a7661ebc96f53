use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{shell::Shell, values};
use crate::{
    core::{
        AppRequest, CallCommand, CallKey, CallState, Command, DeviceKind, Dimension, Error,
        JoinOptions, LeaveOptions, Method, PromiseId, Slice, Then, TrackType,
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

    fn order(&self, command: CallCommand) {
        self.shell.order(Command::Call(self.call, command));
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

    /// Sends a request. `object` is a copy of what the app gave; method and `then` are places in
    /// the lists of `requests.js`.
    pub fn request(
        &self,
        method: usize,
        path: String,
        object: JsValue,
        doing: String,
        then: usize,
    ) -> Promise {
        let request = app_request(method, path, object, doing);
        let then = THEN.get(then).copied().unwrap_or(Then::Nothing);
        self.promise(|promise| Ok(CallCommand::Request { promise, request, then }))
    }

    /// Enters the call. `request` is a copy of what the app gave; times are in ms.
    pub fn join(
        &self,
        request: JsValue,
        max_join_retries: Option<u32>,
        join_response_timeout: Option<u32>,
        rpc_request_timeout: Option<u32>,
    ) -> Promise {
        let options =
            join_options(request, max_join_retries, join_response_timeout, rpc_request_timeout);
        self.promise(|promise| Ok(CallCommand::Join { promise, options }))
    }

    /// The same for the join that follows when somebody accepts the ring.
    #[wasm_bindgen(js_name = setJoinOptions)]
    pub fn set_join_options(
        &self,
        request: JsValue,
        max_join_retries: Option<u32>,
        join_response_timeout: Option<u32>,
        rpc_request_timeout: Option<u32>,
    ) {
        let options =
            join_options(request, max_join_retries, join_response_timeout, rpc_request_timeout);
        self.order(CallCommand::SetJoinOptions(options));
    }

    /// Goes out of the call.
    pub fn leave(
        &self,
        reject: Option<bool>,
        reason: Option<String>,
        message: Option<String>,
    ) -> Promise {
        let options = LeaveOptions { reject, reason, message };
        self.promise(|promise| Ok(CallCommand::Leave { promise, options }))
    }

    /// Changes what only this side knows of a participant: takes the pin off, pins, forgets the
    /// reaction.
    #[wasm_bindgen(js_name = editParticipant)]
    pub fn edit_participant(&self, session_id: String, edit: u8) {
        self.order(match edit {
            0 | 1 => CallCommand::Pin { session_id, pinned: edit == 1 },
            _ => CallCommand::ResetReaction(session_id),
        });
    }

    /// The version of the SDK, and the session in which the user is or was.
    pub fn describe(&self) -> Vec<String> {
        let client = self.shell.driver().client();
        let session = client.session_id(self.call).unwrap_or_default();
        vec![env!("CARGO_PKG_VERSION").into(), session.into()]
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
        self.order(CallCommand::SetVideoSize {
            session_id,
            track_type,
            size: (width > 0 && height > 0).then_some(Dimension { width, height }),
        });
    }
}

fn join_options(
    request: JsValue,
    max_join_retries: Option<u32>,
    join_response_timeout: Option<u32>,
    rpc_request_timeout: Option<u32>,
) -> JoinOptions {
    JoinOptions {
        request: JsNode::wrap_object(request),
        max_join_retries,
        join_response_timeout: join_response_timeout.map(u64::from),
        rpc_request_timeout: rpc_request_timeout.map(u64::from),
    }
}

/// A request of the app; `method` is the place in the list of `requests.js`.
pub(crate) fn app_request(
    method: usize,
    path: String,
    object: JsValue,
    doing: String,
) -> AppRequest {
    let method = [Method::Get, Method::Post, Method::Patch, Method::Delete].get(method).copied();
    let method = method.unwrap_or(Method::Post);
    AppRequest { method, path, body: JsNode::wrap_object(object), doing }
}

/// In the order of `requests.js`.
const THEN: [Then; 10] = [
    Then::Nothing,
    Then::Load,
    Then::Ring,
    Then::RingMembers,
    Then::Change,
    Then::Members,
    Then::CaptionsOn,
    Then::CaptionsOff,
    Then::Accept,
    Then::Reject,
];
