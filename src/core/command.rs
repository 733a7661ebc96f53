//! What an app asks for.

use serde::{Deserialize, Serialize};

use super::{
    body::Body,
    effect::Method,
    element::ElementOrder,
    ids::{CallKey, CaptureId, PromiseId},
    input::Captured,
    state::{AudioBitrateProfile, DeviceKind, Facing, TrackType, Visibility},
    time::Duration,
    user::{Tokens, User},
};

/// An order of the app to the client. Each `promise` is settled exactly once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Command {
    /// Open the coordinator socket as `user`.
    ConnectUser {
        /// Resolves with the `connection.ok` event, or with nothing for an anonymous user.
        promise: PromiseId,
        /// Who.
        user: User,
        /// Their token.
        tokens: Tokens,
    },
    /// Close it and leave all calls.
    DisconnectUser {
        /// Resolves when everything is closed.
        promise: PromiseId,
    },
    /// Send a request that changes no state here.
    Request {
        /// Resolves with the server's answer.
        promise: PromiseId,
        /// What to send.
        request: AppRequest,
        /// Whether it needs no user.
        public: bool,
    },
    /// Find calls (`POST /calls`); each becomes a call object.
    QueryCalls {
        /// Resolves with [`Outcome::Calls`](super::Outcome::Calls).
        promise: PromiseId,
        /// The app's object.
        body: Body,
    },
    /// A push message says that a call rings: finds it, or makes and loads it.
    RingingCall {
        /// Resolves with [`Outcome::Call`](super::Outcome::Call).
        promise: PromiseId,
        /// `type:id`
        cid: String,
    },
    /// Find out whether a call would work.
    TestConnectivity {
        /// Resolves with [`Outcome::Connectivity`](super::Outcome::Connectivity).
        promise: PromiseId,
        /// Type and id of the call whose SFU is asked.
        call: Option<(String, String)>,
    },
    /// Nobody wants to know any more; the promise is rejected.
    EndConnectivityTest(PromiseId),
    /// An order to one call.
    Call(CallKey, CallCommand),
    /// The app dropped its `Call` object: forget it, unless it is registered or in use.
    DropCall(CallKey),
}

/// Whom to ask where this client is, and how patiently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationHint {
    /// What answers a `HEAD` request with the name of a place.
    pub url: String,
    /// How long one request may take.
    pub timeout: Duration,
    /// How often to ask, at least 1.
    pub attempts: u32,
}

/// An order of the app to one call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum CallCommand {
    /// Send a request below the path of the call.
    Request {
        /// Resolves with the server's answer.
        promise: PromiseId,
        /// What to send.
        request: AppRequest,
        /// What it does to the state.
        then: Then,
    },
    /// Enter the call.
    Join {
        /// Resolves when the calling state is `joined`.
        promise: PromiseId,
        /// How.
        options: JoinOptions,
    },
    /// How to enter the call when somebody accepts the ring.
    SetJoinOptions(JoinOptions),
    /// Go out of the call and release everything.
    Leave {
        /// Resolves when everything is released.
        promise: PromiseId,
        /// How.
        options: LeaveOptions,
    },
    /// An order to a device.
    Device {
        /// Resolves when it is carried out, or when a later order has taken its place.
        promise: PromiseId,
        /// Which.
        kind: DeviceKind,
        /// What to do.
        order: DeviceOrder,
    },
    /// How media is captured and published from now on.
    SetMedia(MediaOption),
    /// Hear when nothing is under way for a device.
    AwaitDevice {
        /// Resolves then.
        promise: PromiseId,
        /// Which.
        kind: DeviceKind,
    },
    /// Publish sound for voice or for music, if the call's settings allow it.
    SetAudioProfile {
        /// Resolves when it is in effect.
        promise: PromiseId,
        /// Of the microphone or the shared screen.
        kind: DeviceKind,
        /// Which.
        profile: AudioBitrateProfile,
    },
    /// Where and how loud the others are heard.
    Speaker(SpeakerOrder),
    /// The answer to [`Effect::AskDefaults`](super::Effect::AskDefaults) for one device: what the
    /// user had chosen before. Nothing happens to a device that somebody has touched since.
    ApplyDefault {
        /// Which.
        kind: DeviceKind,
        /// Whether it was on; `None` leaves that to the call's settings.
        on: Option<bool>,
        /// Which device it was.
        device_id: Option<String>,
    },
    /// Publish a stream of the app.
    Publish {
        /// Resolves when it is handed over to the publisher.
        promise: PromiseId,
        /// As what.
        track_type: TrackType,
        /// A capture of [`Client::adopt_capture`](super::Client::adopt_capture).
        capture: CaptureId,
        /// What it holds.
        captured: Captured,
    },
    /// Stop publishing.
    StopPublish {
        /// Resolves when nothing is sent any more.
        promise: PromiseId,
        /// What.
        track_types: Vec<TrackType>,
    },
    /// How loud a participant is played here.
    SetVolume {
        /// Whose.
        session_id: String,
        /// 0 to 1; `None` for as loud as everybody.
        volume: Option<f64>,
    },
    /// An order about the elements of the app.
    Element(ElementOrder),
    /// Pin a participant for this app only, or take that pin off.
    Pin {
        /// Whose.
        session_id: String,
        /// Whether to pin.
        pinned: bool,
    },
    /// A tile of a participant came into sight, or went out of it.
    SetVisibility {
        /// Whose.
        session_id: String,
        /// `Video` or `ScreenShare`.
        track_type: TrackType,
        /// Where it is.
        visibility: Visibility,
    },
    /// Forget the last reaction of a participant.
    ResetReaction(String),
    /// The app begins or ends to watch how media flow.
    WatchReport(bool),
    /// How often that is measured while the app watches; never for no time at all.
    SetReportInterval(Duration),
    /// The answer to [`Effect::Measure`](super::Effect::Measure).
    Measured {
        /// Whether there is a new report; a connection may be closed before it is read.
        is_new: bool,
    },
    /// How captions are shown that come from now on; `None` leaves that as it is.
    SetCaptions {
        /// How long.
        visible_for: Option<Duration>,
        /// How many at once.
        limit: Option<usize>,
    },
}

/// A request of the app.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AppRequest {
    /// HTTP method.
    pub method: Method,
    /// With encoded segments, and a query if there is one.
    pub path: String,
    /// The app's object, in the form of the wire.
    pub body: Option<Body>,
    /// For error messages: "joining the call".
    pub doing: String,
}

/// What a request of a call does to its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Then {
    /// Nothing; the effect comes as an event.
    Nothing,
    /// The answer is the call, and from now on the server tells what changes in it.
    Load,
    /// The same, and the members' devices ring.
    Ring,
    /// The devices of some members ring.
    RingMembers,
    /// The answer holds the changed call.
    Change,
    /// The answer holds changed members; the body may name removed ones.
    Members,
    /// Captions are shown as on at once, until the server refuses.
    CaptionsOn,
    /// Captions are shown as off at once, until the server refuses.
    CaptionsOff,
    /// This device takes the ringing call.
    Accept,
    /// This user does not take it.
    Reject,
}

/// What a device is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceOrder {
    /// Turn it on and, in a joined call, publish it.
    Enable,
    /// Turn it off; keep the capture silent instead of ending it if so told.
    Disable {
        /// Whether to keep it.
        keep: bool,
    },
    /// Turn it on or off, whichever it is not going to be.
    Toggle {
        /// As in `Disable`.
        keep: bool,
    },
    /// Turn it on if it was on before the last order.
    Resume,
    /// Capture anew if it is on.
    Renew {
        /// Ask the browser again instead of taking what the running capture has.
        fresh: bool,
    },
    /// Use another device, at once if it is on.
    Select(Choice),
}

/// Which of several devices of a kind. Both fields together exclude each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its id.
    pub device_id: Option<String>,
    /// For the cameras of phones.
    pub facing: Option<Facing>,
}

/// Where and how loud the others are heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SpeakerOrder {
    /// On that loudspeaker, or, when the id is empty, wherever the browser plays sound.
    Select(String),
    /// The same by a choice of an earlier visit, unless the app has chosen since.
    Recall(String),
    /// As loud as that, 0 to 1.
    Volume(f64),
}

/// How media is captured and published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MediaOption {
    /// Whether leaving the call turns a device off; it does by default.
    StopOnLeave(DeviceKind, bool),
    /// Whether the sound of a shared screen is published.
    ScreenAudio(bool),
    /// Whether to notice when the user speaks while muted, which keeps the microphone open.
    NoticeSpeaking(bool),
    /// After how long of digital silence a microphone that is on is reported; `None` never reports.
    SilenceThreshold(Option<Duration>),
    /// Upper limits of a shared screen, and what matters in its picture.
    ScreenLimits {
        /// frames/s
        fps: u32,
        /// bits/s
        bitrate: u32,
        /// `motion`, `detail`, `text`, or nothing.
        content_hint: String,
    },
    /// How a camera is published, if the SFU agrees. Told to it at the next join.
    PreferVideo {
        /// Such as `vp9`; empty for no preference.
        codec: String,
        /// Its parameters.
        fmtp: String,
        /// bits/s; 0 for no preference.
        bitrate: u32,
        /// Simulcast layers; 0 for no preference.
        layers: u32,
    },
}

/// How to join, as read from the app's object.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct JoinOptions {
    /// The fields that go to the coordinator: `create`, `data`, `ring`, `notify`, `video`,
    /// `members_limit`, and others the app adds.
    pub request: Option<Body>,
    /// How often to try in all; at least 1. Default 3.
    pub max_join_retries: Option<u32>,
    /// How long the SFU socket may take to open, and the SFU to answer, in ms. Default 5000.
    pub join_response_timeout: Option<u64>,
    /// How long one SFU request may take, in ms. Default 5000.
    pub rpc_request_timeout: Option<u64>,
}

/// How to leave.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LeaveOptions {
    /// Whether to reject a ringing call. By default only who rings and is alone does.
    pub reject: Option<bool>,
    /// Told to those who ring or are rung, and to the SFU when there is no message.
    pub reason: Option<String>,
    /// Told to the SFU.
    pub message: Option<String>,
}
