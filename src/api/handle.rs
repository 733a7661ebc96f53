use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{call_shared::CallShared, call_state, error::to_js, ringing, statistics, values};
use crate::{
    core::{
        AppRequest, AudioBitrateProfile, CallCommand, Choice, DeviceKind, DeviceOrder, Dimension,
        Facing, JoinOptions, LeaveOptions, MediaOption, Method, PromiseId, Then, TrackType,
        Visibility,
    },
    web::JsNode,
};

/// The core's side of a `Call`. When the `Call` is collected, so is this, and the core forgets the
/// call.
#[wasm_bindgen(skip_typescript)]
pub struct CallHandle {
    shared: Rc<CallShared>,
}

impl CallHandle {
    pub(crate) fn new(shared: Rc<CallShared>) -> Self {
        Self { shared }
    }

    fn order(&self, command: CallCommand) {
        self.shared.order(command);
    }

    fn promise(&self, command: impl FnOnce(PromiseId) -> CallCommand) -> Promise {
        self.shared.promise(command)
    }
}

#[wasm_bindgen]
impl CallHandle {
    /// The objects that the app holds hang together from now on.
    #[wasm_bindgen(js_name = setParts)]
    pub fn set_parts(&self, parts: &JsValue) {
        self.shared.set_parts(parts.unchecked_ref());
    }

    /// Makes the state of the call, whose type this is; once, after [`Self::set_parts`].
    #[wasm_bindgen(js_name = makeState)]
    pub fn make_state(&self, call_type: &str) -> JsValue {
        let parts = self.shared.parts();
        parts.map(|parts| call_state::make(&self.shared, &parts, call_type)).unwrap_or_default()
    }

    /// `call.ringing`
    #[wasm_bindgen(js_name = isRinging)]
    pub fn is_ringing(&self) -> bool {
        ringing::is_ringing(&self.shared)
    }

    /// `call.ringingState`
    #[wasm_bindgen(js_name = ringingState)]
    pub fn ringing_state(&self) -> JsValue {
        ringing::state(&self.shared)
    }

    /// What a device does, by its name in the state.
    #[wasm_bindgen(js_name = deviceState)]
    pub fn device_state(&self, name: &str) -> JsValue {
        let media = self.shared.client.driver().media();
        let state = self.shared.read(|call| match name {
            "camera" => values::device(&call.camera, media),
            "microphone" => values::device(&call.microphone, media),
            _ => values::device(&call.screen_share, media),
        });
        state.unwrap_or_default()
    }

    /// The last calling states and since when.
    pub fn timeline(&self) -> JsValue {
        call_state::timeline(&self.shared).into()
    }

    /// `call.setStatsReportingIntervalInMs()`
    #[wasm_bindgen(js_name = setStatsReportingIntervalInMs)]
    pub fn set_report_interval(&self, interval: &JsValue) -> Result<(), JsValue> {
        statistics::set_interval(&self.shared, interval).map_err(|error| to_js(&error))
    }

    /// Whether reports say everything of a participant.
    #[wasm_bindgen(js_name = detailReports)]
    pub fn detail_reports(&self, session_id: String, is_wanted: bool) {
        statistics::detail(&self.shared, session_id, is_wanted);
    }

    /// The user that is connected or connecting.
    #[wasm_bindgen(js_name = userId)]
    pub fn user_id(&self) -> Option<String> {
        self.shared.client.user_id()
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
        self.promise(|promise| CallCommand::Request { promise, request, then })
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
        self.promise(|promise| CallCommand::Join { promise, options })
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
        self.promise(|promise| CallCommand::Leave { promise, options })
    }

    /// Changes what only this side knows of a participant, by the numbers in `pkg/participants.js`.
    #[wasm_bindgen(js_name = editParticipant)]
    pub fn edit_participant(&self, session_id: String, edit: u8) {
        self.order(match edit {
            0 | 1 => CallCommand::Pin { session_id, pinned: edit == 1 },
            2 => CallCommand::ResetReaction(session_id),
            _ => {
                let is_video = edit < 6;
                CallCommand::SetVisibility {
                    session_id,
                    track_type: if is_video { TrackType::Video } else { TrackType::ScreenShare },
                    visibility: match edit % 3 {
                        0 => Visibility::Unknown,
                        1 => Visibility::Visible,
                        _ => Visibility::Invisible,
                    },
                }
            }
        });
    }

    /// The version of the SDK, and the session in which the user is or was.
    pub fn describe(&self) -> Vec<String> {
        let client = self.shared.client.driver().client();
        let session = client.session_id(self.shared.key).unwrap_or_default();
        vec![env!("CARGO_PKG_VERSION").into(), session.into()]
    }

    /// Gives an order to a device, both by their numbers in `pkg/devices.js`.
    pub fn device(
        &self,
        kind: u8,
        order: u8,
        flag: Option<bool>,
        device_id: Option<String>,
        is_back: Option<bool>,
    ) -> Promise {
        let flag = flag.unwrap_or_default();
        let order = match order {
            0 => DeviceOrder::Disable { keep: flag },
            1 => DeviceOrder::Enable,
            2 => DeviceOrder::Toggle { keep: flag },
            3 => DeviceOrder::Resume,
            4 => DeviceOrder::Renew { fresh: flag },
            _ => {
                let facing =
                    is_back.map(|is_back| if is_back { Facing::Back } else { Facing::Front });
                DeviceOrder::Select(Choice { device_id, facing })
            }
        };
        let kind = read_kind(kind);
        self.promise(|promise| CallCommand::Device { promise, kind, order })
    }

    /// Sets how media is captured and published, by the number in `pkg/devices.js`.
    #[wasm_bindgen(js_name = setMedia)]
    pub fn set_media(&self, option: u8, kind: u8, value: u32, other: u32) {
        let kind = read_kind(kind);
        self.order(CallCommand::SetMedia(match option {
            0 => MediaOption::StopOnLeave(kind, value != 0),
            1 => MediaOption::ScreenAudio(value != 0),
            2 => MediaOption::AudioProfile(kind, read_profile(value).unwrap_or_default()),
            _ => MediaOption::ScreenLimits { fps: value, bitrate: other },
        }));
    }

    /// Sets how the app would like its video to be published; 0 and no text are no preference.
    #[wasm_bindgen(js_name = preferVideo)]
    pub fn prefer_video(&self, codec: String, fmtp: String, bitrate: u32, layers: u32) {
        let option = MediaOption::PreferVideo { codec, fmtp, bitrate, layers };
        self.order(CallCommand::SetMedia(option));
    }

    /// Says what the user had chosen for a device that nobody has touched.
    #[wasm_bindgen(js_name = applyDefault)]
    pub fn apply_default(&self, kind: u8, on: Option<bool>, device_id: Option<String>) {
        let kind = read_kind(kind);
        self.order(CallCommand::ApplyDefault { kind, on, device_id });
    }

    /// Publishes a stream of the app, whose tracks were checked.
    pub fn publish(&self, stream: &JsValue, track_type: i32, profile: Option<u32>) -> Promise {
        let driver = self.shared.client.driver();
        self.promise(|promise| {
            let capture = driver.ask(|client| client.adopt_capture(self.shared.key));
            let mut captured = driver.devices().adopt(capture, track_type, stream);
            let track_type = TrackType::try_from(track_type).unwrap_or_default();
            captured.profile = profile.and_then(read_profile);
            CallCommand::Publish { promise, track_type, capture, captured }
        })
    }

    /// Stops publishing.
    #[wasm_bindgen(js_name = stopPublish)]
    pub fn stop_publish(&self, track_types: Vec<i32>) -> Promise {
        let track_types =
            track_types.into_iter().filter_map(|t| TrackType::try_from(t).ok()).collect();
        self.promise(|promise| CallCommand::StopPublish { promise, track_types })
    }

    /// Sets how loud the app plays a participant.
    #[wasm_bindgen(js_name = setVolume)]
    pub fn set_volume(&self, session_id: String, volume: Option<f32>) {
        self.order(CallCommand::SetVolume { session_id, volume });
    }

    /// The SFU's name and the two peer connections, publisher first, of a joined call.
    pub fn peers(&self) -> Vec<JsValue> {
        let driver = self.shared.client.driver();
        let client = driver.client();
        let Some((edge, [publisher, subscriber])) = client.peers(self.shared.key) else {
            return vec![];
        };
        vec![edge.into(), driver.connection(publisher), driver.connection(subscriber)]
    }

    /// What the client's side of the package shares with its calls.
    pub fn host(&self) -> JsValue {
        self.shared.client.sink()
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

/// By the numbers of `pkg/capture.js`.
fn read_kind(kind: u8) -> DeviceKind {
    match kind {
        0 => DeviceKind::Camera,
        1 => DeviceKind::Microphone,
        _ => DeviceKind::ScreenShare,
    }
}

fn read_profile(profile: u32) -> Option<AudioBitrateProfile> {
    i32::try_from(profile).ok().and_then(|profile| profile.try_into().ok())
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
