use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{
    call_shared::CallShared, camera, error::to_js, microphone, parts::Parts, publish, screen_share,
    speaker, values,
};
use crate::{
    core::{
        AppRequest, CallCommand, CallState, Criterion, Dimension, JoinOptions, LeaveOptions,
        Method, ParticipantOrder, PromiseId, Slice, SortStep, Then, TrackType, Visibility,
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

    fn make(&self, make: fn(&Rc<CallShared>, &Parts) -> JsValue) -> JsValue {
        self.shared.parts().map(|parts| make(&self.shared, &parts)).unwrap_or_default()
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
        self.read_state(|state| values::slice(state, *slice))
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

    /// Makes the camera, once.
    #[wasm_bindgen(js_name = makeCamera)]
    pub fn make_camera(&self) -> JsValue {
        self.make(camera::make)
    }

    /// Makes the microphone, once.
    #[wasm_bindgen(js_name = makeMicrophone)]
    pub fn make_microphone(&self) -> JsValue {
        self.make(microphone::make)
    }

    /// Makes the shared screen, once.
    #[wasm_bindgen(js_name = makeScreenShare)]
    pub fn make_screen_share(&self) -> JsValue {
        self.make(screen_share::make)
    }

    /// Makes the loudspeakers, once.
    #[wasm_bindgen(js_name = makeSpeaker)]
    pub fn make_speaker(&self) -> JsValue {
        self.make(speaker::make)
    }

    /// Plays an element on the speaker; what it returns ends that.
    #[wasm_bindgen(js_name = playOn)]
    pub fn play_on(&self, element: &JsValue, session_id: &str) -> JsValue {
        speaker::play_on(&self.shared, element, session_id)
    }

    /// Sets how the app would like its video to be published.
    #[wasm_bindgen(js_name = updatePublishOptions)]
    pub fn update_publish_options(&self, options: &JsValue) -> Result<(), JsValue> {
        publish::update_publish_options(&self.shared, options).map_err(|error| to_js(&error))
    }

    /// Publishes a stream of the app.
    pub fn publish(&self, stream: &JsValue, track_type: &JsValue, options: &JsValue) -> Promise {
        publish::publish(&self.shared, stream, track_type, options)
    }

    /// Stops publishing.
    #[wasm_bindgen(js_name = stopPublish)]
    pub fn stop_publish(&self, track_types: Vec<JsValue>) -> Promise {
        publish::stop_publish(&self.shared, &track_types)
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
