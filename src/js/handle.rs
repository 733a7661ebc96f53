use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{shell::Shell, values};
use crate::{
    core::{
        AppRequest, AudioBitrateProfile, Body, CallCommand, CallKey, Choice, Command, Criterion,
        DeviceKind, DeviceOrder, Dimension, Facing, JoinOptions, LeaveOptions, MediaOption, Method,
        ParticipantOrder, PromiseId, Slice, SortStep, Then, TrackType, Visibility,
    },
    web::{CallState, body, has_panicked},
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

    fn promise(&self, command: impl FnOnce(PromiseId) -> CallCommand) -> Promise {
        self.shell.promise(|promise| Command::Call(self.call, command(promise)))
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

    /// Shows the participants in another order: four numbers a step, as `js/sorting.js` says, and
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
            self.shell.driver().ask(|client| client.sort_by(self.call, order));
        }
    }

    /// The order in which the participants are shown, as places in the list of them; `ask` answers
    /// for comparators and conditions of the app. While it runs, nothing is borrowed.
    #[wasm_bindgen(js_name = sortedPlaces)]
    pub fn sorted_places(&self, ask: &Function) -> Vec<u32> {
        let driver = self.shell.driver();
        if has_panicked() {
            return vec![];
        }
        let Some(mut sorting) = driver.client().call(self.call).map(CallState::sorting) else {
            return vec![];
        };
        sorting.run(&|which, a, b| {
            let answer = ask.call3(&JsValue::NULL, &which.into(), &a.into(), &b.into());
            answer.ok().and_then(|answer| answer.as_f64())
        });
        driver.ask(|client| client.on_sorted(self.call, &sorting));
        sorting.places()
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

    /// Changes what only this side knows of a participant, by the numbers in `js/participants.js`.
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
        let client = self.shell.driver().client();
        let session = client.session_id(self.call).unwrap_or_default();
        vec![env!("CARGO_PKG_VERSION").into(), session.into()]
    }

    /// Gives an order to a device, both by their numbers in `js/devices.js`.
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

    /// Sets how media is captured and published, by the number in `js/devices.js`.
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
        let driver = self.shell.driver();
        self.promise(|promise| {
            let capture = driver.ask(|client| client.adopt_capture(self.call));
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
        let driver = self.shell.driver();
        let client = driver.client();
        let Some((edge, [publisher, subscriber])) = client.peers(self.call) else {
            return vec![];
        };
        vec![edge.into(), driver.connection(publisher), driver.connection(subscriber)]
    }

    /// What the client's side of the package shares with its calls.
    pub fn host(&self) -> JsValue {
        self.shell.sink()
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

/// By the numbers of `js/capture.js`.
fn read_kind(kind: u8) -> DeviceKind {
    match kind {
        0 => DeviceKind::Camera,
        1 => DeviceKind::Microphone,
        _ => DeviceKind::ScreenShare,
    }
}

/// By the numbers of `js/sorting.js`.
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
        request: checked_body(&request),
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
    AppRequest { method, path, body: checked_body(&object), doing }
}

/// The body of an object that `pkg/input.js` has made sure JSON can express.
pub(crate) fn checked_body(object: &JsValue) -> Option<Body> {
    body(object).ok().flatten()
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
