use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{call_shared::CallShared, error::to_js, rendering, values};
use crate::{
    core::{
        AppRequest, AudioBitrateProfile, CallCommand, CallState, Choice, Criterion, DeviceKind,
        DeviceOrder, Facing, JoinOptions, LeaveOptions, MediaOption, Method, ParticipantOrder,
        PromiseId, Slice, SortStep, Then, TrackType,
    },
    web::{JsNode, has_panicked},
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

    fn read_state(&self, read: impl FnOnce(&CallState) -> JsValue) -> JsValue {
        self.shared.read(read).unwrap_or_default()
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

    /// The value of a slice, given by its place in `Slice::ALL`.
    pub fn read(&self, slice: usize) -> JsValue {
        let Some(slice) = Slice::ALL.get(slice) else {
            return JsValue::UNDEFINED;
        };
        self.read_state(|state| values::slice(state, *slice, self.shared.client.driver().media()))
    }

    /// One participant.
    pub fn participant(&self, session_id: &str) -> JsValue {
        self.read_state(|state| {
            let participant = state.participant(session_id);
            participant
                .map(|participant| {
                    values::participant(participant, self.shared.client.driver().media())
                })
                .unwrap_or_default()
        })
    }

    /// Shows the participants in another order: four numbers a step, as `pkg/sorting.js` says, and
    /// the names that the steps use, each of them ended by U+0000.
    #[wasm_bindgen(js_name = sortBy)]
    pub fn sort_by(&self, steps: &[u32], names: &str) {
        let mut names = names.split('\0').map(str::to_owned);
        let mut order = ParticipantOrder::default();
        for step in steps.chunks_exact(4) {
            if let [kind, swapped, number, count] = *step {
                let criterion = criterion(kind, number, count as usize, &mut names);
                order.steps.push(SortStep { criterion, swapped: swapped != 0 });
            }
        }
        if !has_panicked() {
            self.shared.client.driver().ask(|client| client.sort_by(self.shared.key, order));
        }
    }

    /// The order in which the participants are shown, as places in the list of them; `ask` answers
    /// for comparators and conditions of the app. While it runs, nothing is borrowed.
    #[wasm_bindgen(js_name = sortedPlaces)]
    pub fn sorted_places(&self, ask: &Function) -> Vec<u32> {
        let driver = self.shared.client.driver();
        if has_panicked() {
            return vec![];
        }
        let Some(mut sorting) = driver.client().call(self.shared.key).map(CallState::sorting)
        else {
            return vec![];
        };
        sorting.run(&|which, a, b| {
            let answer = ask.call3(&JsValue::NULL, &which.into(), &a.into(), &b.into());
            answer.ok().and_then(|answer| answer.as_f64())
        });
        driver.ask(|client| client.on_sorted(self.shared.key, &sorting));
        sorting.places()
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
            _ => CallCommand::ResetReaction(session_id),
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

    /// Tells the SFU the statistics of the connections.
    #[wasm_bindgen(js_name = sendStatistics)]
    pub fn send_statistics(&self, subscriber: String, publisher: String, browser: String) {
        self.order(CallCommand::SendStatistics { subscriber, publisher, browser });
    }

    /// What the client's side of the package shares with its calls.
    pub fn host(&self) -> JsValue {
        self.shared.client.sink()
    }

    /// Makes what `call.js` shows as parts of the call.
    #[wasm_bindgen(js_name = makeRendering)]
    pub fn make_rendering(&self) {
        if let Some(parts) = self.shared.parts() {
            rendering::make(&self.shared, &parts);
        }
    }

    /// `call.bindVideoElement`
    #[wasm_bindgen(js_name = bindVideoElement)]
    pub fn bind_video_element(
        &self,
        element: &JsValue,
        session_id: &JsValue,
        track_type: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let bound = rendering::bind_video(&self.shared, element, session_id, track_type);
        bound.map_err(|error| to_js(&error))
    }

    /// `call.bindAudioElement`
    #[wasm_bindgen(js_name = bindAudioElement)]
    pub fn bind_audio_element(
        &self,
        element: &JsValue,
        session_id: &JsValue,
        track_type: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let bound = rendering::bind_audio(&self.shared, element, session_id, track_type);
        bound.map_err(|error| to_js(&error))
    }

    /// `call.attachAudio`
    #[wasm_bindgen(js_name = attachAudio)]
    pub fn attach_audio(&self, container: &JsValue) -> Result<JsValue, JsValue> {
        rendering::attach_audio(&self.shared, container).map_err(|error| to_js(&error))
    }

    /// `call.resumeAudio`
    #[wasm_bindgen(js_name = resumeAudio)]
    pub fn resume_audio(&self) -> Promise {
        rendering::resume_audio(&self.shared)
    }

    /// `call.setViewport`
    #[wasm_bindgen(js_name = setViewport)]
    pub fn set_viewport(&self, element: &JsValue) -> Result<JsValue, JsValue> {
        rendering::set_viewport(&self.shared, element).map_err(|error| to_js(&error))
    }

    /// `call.trackElementVisibility`
    #[wasm_bindgen(js_name = trackElementVisibility)]
    pub fn track_element_visibility(
        &self,
        element: &JsValue,
        session_id: &JsValue,
        track_type: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let end =
            rendering::track_element_visibility(&self.shared, element, session_id, track_type);
        end.map_err(|error| to_js(&error))
    }

    /// `call.setIncomingVideoEnabled`
    #[wasm_bindgen(js_name = setIncomingVideoEnabled)]
    pub fn set_incoming_video_enabled(&self, enabled: &JsValue) -> Result<(), JsValue> {
        rendering::set_incoming_video_enabled(&self.shared, enabled).map_err(|error| to_js(&error))
    }

    /// `call.setPreferredIncomingVideoResolution`
    #[wasm_bindgen(js_name = setPreferredIncomingVideoResolution)]
    pub fn set_preferred_incoming_video_resolution(
        &self,
        resolution: &JsValue,
        session_ids: &JsValue,
    ) -> Result<(), JsValue> {
        rendering::set_preferred_incoming_video_resolution(&self.shared, resolution, session_ids)
            .map_err(|error| to_js(&error))
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

/// By the numbers of `pkg/sorting.js`.
fn criterion(
    kind: u32,
    number: u32,
    count: usize,
    names: &mut impl Iterator<Item = String>,
) -> Criterion {
    match kind {
        0 => Criterion::Custom(number),
        1 => Criterion::If { condition: number, skip: count },
        2 => Criterion::IfTile { states: number, skip: count },
        3 => Criterion::Dominant,
        4 => Criterion::Speaking,
        5 => {
            let track_type = i32::try_from(number).ok().and_then(|n| TrackType::try_from(n).ok());
            Criterion::Publishing(track_type.unwrap_or_default())
        }
        6 => Criterion::Pinned,
        7 => Criterion::Name,
        8 => Criterion::Reaction(names.next().unwrap_or_default()),
        9 => Criterion::Role(names.take(count).collect()),
        _ => Criterion::Source(number),
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
