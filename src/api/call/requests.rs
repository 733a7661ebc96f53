//! The operations of a call that are one request each.

use crate::web::{Error, items};
use js_sys::{Array, Promise};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{
    Call,
    permissions::{can_request, not_requestable},
};
use crate::{
    api::{
        body::{Body, call_data, given, text},
        options::{self, invalid},
        promises::promised,
        query::Query,
    },
    core::{Method, Then, TrackType},
};

#[wasm_bindgen]
impl Call {
    /// Changes the call.
    #[wasm_bindgen(unchecked_return_type = "Promise<UpdateCallResponse>")]
    pub fn update(
        &self,
        #[wasm_bindgen(unchecked_param_type = "UpdateCallRequest")] request: &JsValue,
    ) -> Promise {
        let body = given(request, "update").and_then(call_data);
        self.send("update", body.map(|body| self.patch(body).then(Then::Change)))
    }

    /// Deletes the call, and with `hard` also what was recorded.
    #[wasm_bindgen(unchecked_return_type = "Promise<DeleteCallResponse>")]
    pub fn delete(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "DeleteCallRequest")] request: &JsValue,
    ) -> Promise {
        self.send(
            "delete",
            given(request, "delete").map(|body| self.post("delete", body).then(Then::Change)),
        )
    }

    /// Ends the call for everyone. Needs `end-call`.
    #[wasm_bindgen(js_name = endCall, unchecked_return_type = "Promise<EndCallResponse>")]
    pub fn end_call(&self) -> Promise {
        self.send("endCall", Ok(self.post("mark_ended", Body::empty())))
    }

    /// Rings members who are not in the call; also in the middle of it.
    #[wasm_bindgen(js_name = ring, unchecked_return_type = "Promise<RingCallResponse>")]
    pub fn ring_members(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "RingCallRequest")] request: &JsValue,
    ) -> Promise {
        self.send(
            "ring",
            given(request, "ring").map(|body| self.post("ring", body).then(Then::RingMembers)),
        )
    }

    /// Tells those who ring that this device takes the call. {@link join} does that by itself.
    #[wasm_bindgen(unchecked_return_type = "Promise<ApiResponse>")]
    pub fn accept(&self) -> Promise {
        self.send("accept", Ok(self.post("accept", Body::empty()).then(Then::Accept)))
    }

    /// Tells them that this user does not; by default as `decline`. {@link leave} can do that, too.
    #[wasm_bindgen(unchecked_return_type = "Promise<ApiResponse>")]
    pub fn reject(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "RejectReason")] reason: &JsValue,
    ) -> Promise {
        let reason = if reason.is_undefined() {
            Ok("decline".to_owned())
        } else {
            text(reason, "the reason")
        };
        let body = reason.map(|reason| Body::empty().with("reason", reason));
        self.send("reject", body.map(|body| self.post("reject", body).then(Then::Reject)))
    }

    /// Lets everybody in: the call is not in backstage any more.
    #[wasm_bindgen(js_name = goLive, unchecked_return_type = "Promise<GoLiveResponse>")]
    pub fn go_live(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "GoLiveRequest")] request: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "{ notify?: boolean }")] params: &JsValue,
    ) -> Promise {
        const NAME: &str = "goLive";
        let request = given(request, NAME).and_then(|body| {
            let GoLiveParams { notify } = options::read(params, NAME)?;
            let path = Query::new("go_live").maybe("notify", notify).finish();
            Ok(self.post(&path, body).then(Then::Change))
        });
        self.send(NAME, request)
    }

    /// Puts the call back into backstage.
    #[wasm_bindgen(js_name = stopLive, unchecked_return_type = "Promise<StopLiveResponse>")]
    pub fn stop_live(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "StopLiveRequest")] request: &JsValue,
    ) -> Promise {
        self.send(
            "stopLive",
            given(request, "stopLive").map(|body| self.post("stop_live", body).then(Then::Change)),
        )
    }

    /// Adds, changes and removes members.
    #[wasm_bindgen(js_name = updateCallMembers, unchecked_return_type = "Promise<UpdateCallMembersResponse>")]
    pub fn update_call_members(
        &self,
        #[wasm_bindgen(unchecked_param_type = "UpdateCallMembersRequest")] request: &JsValue,
    ) -> Promise {
        self.send(
            "updateCallMembers",
            given(request, "updateCallMembers")
                .map(|body| self.post("members", body).then(Then::Members)),
        )
    }

    /// Finds members; what it finds is not kept in the state.
    #[wasm_bindgen(js_name = queryMembers, unchecked_return_type = "Promise<QueryCallMembersResponse>")]
    pub fn query_members(
        &self,
        #[wasm_bindgen(
            unchecked_optional_param_type = "Omit<QueryCallMembersRequest, 'type' | 'id'>"
        )]
        request: &JsValue,
    ) -> Promise {
        let body = given(request, "queryMembers")
            .map(|body| body.with("type", self.kind.as_str()).with("id", self.id.as_str()));
        let path = "/call/members".to_owned();
        self.send("queryMembers", body.map(|body| Request::new(Method::Post, path, Some(body))))
    }

    /// Finds participants of the running session.
    #[wasm_bindgen(js_name = queryParticipants, unchecked_return_type = "Promise<QueryCallParticipantsResponse>")]
    pub fn query_participants(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "QueryCallParticipantsRequest")]
        request: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "{ limit?: number }")] params: &JsValue,
    ) -> Promise {
        const NAME: &str = "queryParticipants";
        let request = given(request, NAME).and_then(|body| {
            let PageParams { limit } = options::read(params, NAME)?;
            let path = Query::new("participants").maybe("limit", limit).finish();
            Ok(self.post(&path, body))
        });
        self.send(NAME, request)
    }

    /// Does not let a user in any more, and puts them out.
    #[wasm_bindgen(js_name = blockUser, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn block_user(
        &self,
        #[wasm_bindgen(js_name = userId, unchecked_param_type = "string")] user_id: &JsValue,
    ) -> Promise {
        self.send("blockUser", user(user_id).map(|body| self.post("block", body)))
    }

    /// Lets them in again.
    #[wasm_bindgen(js_name = unblockUser, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn unblock_user(
        &self,
        #[wasm_bindgen(js_name = userId, unchecked_param_type = "string")] user_id: &JsValue,
    ) -> Promise {
        self.send("unblockUser", user(user_id).map(|body| self.post("unblock", body)))
    }

    /// Puts a user out.
    #[wasm_bindgen(js_name = kickUser, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn kick_user(
        &self,
        #[wasm_bindgen(unchecked_param_type = "KickUserRequest")] request: &JsValue,
    ) -> Promise {
        self.send("kickUser", given(request, "kickUser").map(|body| self.post("kick", body)))
    }

    /// Mutes users; they may unmute themselves.
    #[wasm_bindgen(js_name = muteUser, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn mute_user(
        &self,
        #[wasm_bindgen(js_name = userId, unchecked_param_type = "string | string[]")]
        user_id: &JsValue,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "MuteKind")] kind: &JsValue,
    ) -> Promise {
        let users = user_ids(user_id);
        self.mute("muteUser", users.and_then(|users| Ok((users, MuteKind::read(kind)?))))
    }

    /// Mutes this user.
    #[wasm_bindgen(js_name = muteSelf, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn mute_self(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "MuteKind")] kind: &JsValue,
    ) -> Promise {
        let me = self.shared.client.user_id().unwrap_or_default();
        let me = text(&me.into(), "the user id");
        self.mute("muteSelf", me.and_then(|me| Ok((vec![me], MuteKind::read(kind)?))))
    }

    /// Mutes all others who publish that. Resolves with nothing when there are none.
    #[wasm_bindgen(js_name = muteOthers, unchecked_return_type = "Promise<ApiResponse | undefined>")]
    pub fn mute_others(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "MuteKind")] kind: &JsValue,
    ) -> Promise {
        promised(MuteKind::read(kind).map(|kind| {
            let others = self.shared.read(|state| state.others_who_publish(kind.track_type()));
            let others = others.unwrap_or_default();
            if others.is_empty() {
                return Promise::resolve(&JsValue::UNDEFINED);
            }
            self.mute("muteOthers", Ok((others, kind)))
        }))
    }

    /// Mutes everybody.
    #[wasm_bindgen(js_name = muteAllUsers, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn mute_all_users(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "MuteKind")] kind: &JsValue,
    ) -> Promise {
        let body = MuteKind::read(kind)
            .map(|kind| Body::empty().with("mute_all_users", true).with(kind.as_str(), true));
        self.send("muteAllUsers", body.map(|body| self.post("mute_users", body)))
    }

    /// Asks those who may grant them for permissions.
    ///
    /// @throws {VideoError} `permission-denied` when the settings of the call do not let one ask
    #[wasm_bindgen(js_name = requestPermissions, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn request_permissions(
        &self,
        #[wasm_bindgen(unchecked_param_type = "RequestPermissionRequest")] request: &JsValue,
    ) -> Promise {
        const NAME: &str = "requestPermissions";
        let request = given(request, NAME).and_then(|body| {
            let permissions = body.get("permissions").dyn_into::<Array>().unwrap_or_default();
            for permission in permissions.iter().filter_map(|permission| permission.as_string()) {
                if !can_request(&self.shared, &permission) {
                    return Err(not_requestable(&permission));
                }
            }
            Ok(self.post("request_permission", body))
        });
        self.send(NAME, request)
    }

    /// Lets a user do that in this call.
    #[wasm_bindgen(js_name = grantPermissions, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn grant_permissions(
        &self,
        #[wasm_bindgen(js_name = userId, unchecked_param_type = "string")] user_id: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "RequestablePermission[]")] permissions: &JsValue,
    ) -> Promise {
        let body = user(user_id).and_then(|body| {
            Body::copy(&body.with("grant_permissions", permissions).into(), "grantPermissions")
        });
        self.send("grantPermissions", body.map(|body| self.post("user_permissions", body)))
    }

    /// The opposite; also ends what they publish.
    #[wasm_bindgen(js_name = revokePermissions, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn revoke_permissions(
        &self,
        #[wasm_bindgen(js_name = userId, unchecked_param_type = "string")] user_id: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "RequestablePermission[]")] permissions: &JsValue,
    ) -> Promise {
        let body = user(user_id).and_then(|body| {
            Body::copy(&body.with("revoke_permissions", permissions).into(), "revokePermissions")
        });
        self.send("revokePermissions", body.map(|body| self.post("user_permissions", body)))
    }

    /// Both at once.
    #[wasm_bindgen(js_name = updateUserPermissions, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn update_user_permissions(
        &self,
        #[wasm_bindgen(unchecked_param_type = "UpdateUserPermissionsRequest")] request: &JsValue,
    ) -> Promise {
        self.send(
            "updateUserPermissions",
            given(request, "updateUserPermissions").map(|body| self.post("user_permissions", body)),
        )
    }

    /// Pins a participant for everyone.
    #[wasm_bindgen(js_name = pinForEveryone, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn pin_for_everyone(
        &self,
        #[wasm_bindgen(unchecked_param_type = "PinRequest")] request: &JsValue,
    ) -> Promise {
        self.send(
            "pinForEveryone",
            given(request, "pinForEveryone").map(|body| self.post("pin", body)),
        )
    }

    /// Takes that pin off.
    #[wasm_bindgen(js_name = unpinForEveryone, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn unpin_for_everyone(
        &self,
        #[wasm_bindgen(unchecked_param_type = "PinRequest")] request: &JsValue,
    ) -> Promise {
        self.send(
            "unpinForEveryone",
            given(request, "unpinForEveryone").map(|body| self.post("unpin", body)),
        )
    }

    /// Shows a reaction to everybody.
    #[wasm_bindgen(js_name = sendReaction, unchecked_return_type = "Promise<SendVideoReactionResponse>")]
    pub fn send_reaction(
        &self,
        #[wasm_bindgen(unchecked_param_type = "SendVideoReactionRequest")] request: &JsValue,
    ) -> Promise {
        self.send(
            "sendReaction",
            given(request, "sendReaction").map(|body| self.post("reaction", body)),
        )
    }

    /// Sends the others a `custom` event.
    #[wasm_bindgen(js_name = sendCustomEvent, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn send_custom_event(
        &self,
        #[wasm_bindgen(unchecked_param_type = "CustomData")] payload: &JsValue,
    ) -> Promise {
        let body = Body::copy(&Body::empty().with("custom", payload).into(), "sendCustomEvent");
        self.send("sendCustomEvent", body.map(|body| self.post("event", body)))
    }
}

impl Call {
    fn mute(&self, name: &str, what: Result<(Vec<String>, MuteKind), Error>) -> Promise {
        let body = what.map(|(user_ids, kind)| {
            let user_ids: Vec<JsValue> = user_ids.into_iter().map(JsValue::from).collect();
            Body::empty().with("user_ids", user_ids).with(kind.as_str(), true)
        });
        self.send(name, body.map(|body| self.post("mute_users", body)))
    }

    /// Sends the request of the method `name`, unless it could not be made.
    pub(super) fn send(&self, name: &str, request: Result<Request, Error>) -> Promise {
        promised(request.map(|Request { method, path, body, then }| {
            self.request(name, method, path, body, then)
        }))
    }

    /// `path` is below that of the call.
    pub(super) fn post(&self, path: &str, body: Body) -> Request {
        Request::new(Method::Post, self.below(path), Some(body))
    }

    pub(super) fn read(&self, path: &str) -> Request {
        Request::new(Method::Get, self.below(path), None)
    }

    pub(super) fn delete_file(&self, path: &str) -> Request {
        Request::new(Method::Delete, self.below(path), None)
    }

    fn patch(&self, body: Body) -> Request {
        Request::new(Method::Patch, self.path(), Some(body))
    }

    fn below(&self, path: &str) -> String {
        [&self.path(), "/", path].concat()
    }
}

/// A request, and what its answer does to the state of the call.
pub(super) struct Request {
    method: Method,
    path: String,
    body: Option<Body>,
    then: Then,
}

impl Request {
    fn new(method: Method, path: String, body: Option<Body>) -> Self {
        Self { method, path, body, then: Then::Nothing }
    }

    pub(super) fn then(mut self, then: Then) -> Self {
        self.then = then;
        self
    }
}

/// What can be muted.
#[derive(Clone, Copy)]
enum MuteKind {
    Audio,
    Video,
    ScreenShare,
    ScreenShareAudio,
}

impl MuteKind {
    fn read(value: &JsValue) -> Result<Self, Error> {
        match value.as_string().as_deref() {
            Some("audio") => Ok(Self::Audio),
            Some("video") => Ok(Self::Video),
            Some("screenshare") => Ok(Self::ScreenShare),
            Some("screenshare_audio") => Ok(Self::ScreenShareAudio),
            _ => {
                Err(invalid("the kind is none of audio, video, screenshare and screenshare_audio"))
            }
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
            Self::ScreenShare => "screenshare",
            Self::ScreenShareAudio => "screenshare_audio",
        }
    }

    fn track_type(self) -> TrackType {
        match self {
            Self::Audio => TrackType::Audio,
            Self::Video => TrackType::Video,
            Self::ScreenShare => TrackType::ScreenShare,
            Self::ScreenShareAudio => TrackType::ScreenShareAudio,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct GoLiveParams {
    notify: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PageParams {
    limit: Option<u32>,
}

fn user(user_id: &JsValue) -> Result<Body, Error> {
    Ok(Body::empty().with("user_id", text(user_id, "the user id")?))
}

/// One user id, or a list of them.
fn user_ids(given: &JsValue) -> Result<Vec<String>, Error> {
    match items(given) {
        Some(list) => list.iter().map(|id| text(id, "the user id")).collect(),
        None => Ok(vec![text(given, "the user id")?]),
    }
}
