//! What the host must do.

use serde::{Deserialize, Serialize};

use super::{
    connectivity::ConnectivityReport,
    element::ElementEffect,
    error::Error,
    host::{Host, Recordable},
    ids::{
        CallKey, CaptureId, DescribeId, ElementId, GatherId, ListenId, PeerId, PromiseId,
        RequestId, SocketId, TokenRequestId, TransceiverId,
    },
    input::ListedKind,
    state::{AudioBitrateProfile, DeviceKind, DeviceStatus, Dimension, TrackType},
    time::Duration,
};

/// One thing for the host to do. It reports the outcome, if any, as an [`Input`](super::Input),
/// never from inside performing the effect.
#[derive(Clone, Debug, Serialize)]
#[serde(bound = "H: Recordable")]
pub enum Effect<H: Host> {
    /// Send a request. Answer: [`Input::Http`](super::Input::Http).
    Http(HttpRequest),
    /// Abort a request; no answer is awaited any more.
    AbortHttp(RequestId),
    /// Ask where this client is. Answer: [`Input::Location`](super::Input::Location).
    FindLocation {
        /// What answers a `HEAD` request with the name of a place.
        url: String,
        /// How long it may take.
        timeout: Duration,
    },
    /// Ask the app's token provider. Answer: [`Input::Token`](super::Input::Token).
    FetchToken(TokenRequestId),
    /// Open a WebSocket. Binary frames arrive as bytes, text frames as parsed JSON.
    OpenSocket {
        /// Its name from now on.
        socket: SocketId,
        /// With query.
        url: String,
    },
    /// Send a text frame.
    SendText(SocketId, String),
    /// Send a binary frame.
    SendBytes(SocketId, Vec<u8>),
    /// Close a socket in whatever state it is; nothing about it is awaited any more.
    CloseSocket {
        /// Which.
        socket: SocketId,
        /// 1000 or 4000–4999.
        code: u16,
        /// At most 123 bytes.
        reason: String,
    },
    /// Make the two throw-away offers that tell what this browser can receive and send. Answer:
    /// [`Input::Described`](super::Input::Described).
    DescribeCodecs(DescribeId),
    /// Find out which addresses there are, with a connection of its own that nobody gets. Reports:
    /// [`Input::Gathered`](super::Input::Gathered).
    Gather(GatherRequest),
    /// End that; nothing about it is awaited any more.
    EndGathering(GatherId),
    /// Do something with a peer connection.
    Peer(PeerId, PeerEffect),
    /// Open a device. Answer: [`Input::Captured`](super::Input::Captured).
    Capture(CaptureRequest),
    /// Stop the tracks of a capture, finished or not, and forget it. A stream of the app is only
    /// forgotten.
    StopCapture(CaptureId),
    /// Have the tracks of a capture deliver nothing, or something again.
    SilenceCapture(CaptureId, bool),
    /// Ask what the user had chosen before, for the devices of a call that nobody has touched.
    /// Answer: [`CallCommand::ApplyDefault`](super::CallCommand::ApplyDefault) for each device.
    AskDefaults(CallKey),
    /// Keep what the user has chosen for a device, for the next visit.
    RememberDevice(CallKey, DeviceKind),
    /// Listen to a microphone. Reports: [`Input::Heard`](super::Input::Heard), for as long as it can
    /// be heard.
    Listen(ListenRequest),
    /// Listen no longer; nothing about it is awaited any more.
    StopListening(ListenId),
    /// Measure how the media of a joined call flow, for the app, which sees the newest report while
    /// [`CallState::has_report`](super::CallState::has_report). Answer:
    /// [`CallCommand::Measured`](super::CallCommand::Measured).
    Measure(CallKey),
    /// Do something with an element of the app.
    Element(ElementId, ElementEffect),
    /// Tell the developer that a sound arrives and no element plays it.
    WarnOfUnheard {
        /// In which call.
        call: CallKey,
        /// Whose.
        session_id: String,
        /// Which sound.
        track_type: TrackType,
    },
    /// Settle a promise of the app.
    Settle {
        /// Which.
        promise: PromiseId,
        /// With what.
        result: Result<Outcome<H>, Error<H>>,
    },
    /// Tell the app's listeners.
    Emit(AppEvent<H>),
    /// A failure that no promise reports, for the log.
    Warn {
        /// What happened, without tokens or personal data.
        message: String,
        /// What was thrown.
        cause: Option<H::Thrown>,
    },
}

/// A request over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HttpRequest {
    /// Its name from now on.
    pub request: RequestId,
    /// HTTP method.
    pub method: Method,
    /// With query.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// What to send.
    pub body: HttpBody,
    /// What the answer is.
    pub response: ResponseKind,
    /// The page is going away: let the request outlive it.
    pub keepalive: bool,
}

/// HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

impl Method {
    /// As on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum HttpBody {
    /// None.
    Empty,
    /// JSON text.
    Json(String),
    /// Protobuf.
    Bytes(Vec<u8>),
}

/// The form in which an answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ResponseKind {
    /// A JSON document, whatever the status.
    Json,
    /// Bytes for status 200, a JSON document (the error envelope) for any other.
    Bytes,
}

/// Something to do with one peer connection.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum PeerEffect {
    /// Make it, with `bundlePolicy: max-bundle`. Its events are reported from now on. A server that
    /// the browser does not take is logged and left out. If there is no connection all the same:
    /// [`PeerInput::NotCreated`](super::PeerInput::NotCreated).
    Create {
        /// `iceServers`.
        ice_servers: Vec<IceServer>,
    },
    /// Make an offer and set it. Answer: [`PeerInput::Offered`](super::PeerInput::Offered).
    Offer {
        /// Whether to look for a new way to the SFU.
        ice_restart: bool,
    },
    /// Apply the answer to our offer, or roll the offer back when there is none. Answer:
    /// [`PeerInput::AnswerApplied`](super::PeerInput::AnswerApplied).
    AcceptAnswer {
        /// SDP; `None` rolls back.
        sdp: Option<String>,
    },
    /// Apply the server's offer, make the answer, accept stereo in it wherever the offer has it, set
    /// it. Answer: [`PeerInput::Answered`](super::PeerInput::Answered).
    Answer {
        /// SDP of the offer.
        offer: String,
        /// To be reported back.
        negotiation_id: u32,
    },
    /// Add a remote candidate (JSON text of an `RTCIceCandidateInit`). A candidate that does not
    /// fit is logged, no more.
    AddCandidate(String),
    /// Add a send-only transceiver for the track of a capture, without a stream. Answer:
    /// [`PeerInput::TransceiverAdded`](super::PeerInput::TransceiverAdded).
    AddTransceiver {
        /// Its name from now on.
        transceiver: TransceiverId,
        /// Whose track.
        capture: CaptureId,
        /// Which track of the capture.
        track_type: TrackType,
        /// Layers, smallest first.
        encodings: Vec<Encoding>,
        /// `RTCRtpSendParameters.degradationPreference`; none for audio.
        degradation: Option<&'static str>,
    },
    /// Send the track of another capture, or nothing, without renegotiation. If that fails:
    /// [`PeerInput::ReplaceFailed`](super::PeerInput::ReplaceFailed).
    ReplaceTrack {
        /// Where.
        transceiver: TransceiverId,
        /// Whose track.
        capture: Option<CaptureId>,
        /// Which track of the capture.
        track_type: TrackType,
    },
    /// Change what is encoded, without renegotiation. If that fails:
    /// [`PeerInput::EncodingsFailed`](super::PeerInput::EncodingsFailed).
    SetEncodings {
        /// Where.
        transceiver: TransceiverId,
        /// The layers to send: one that is not named is switched off, and a field that is none
        /// stays as it is. An encoding without a rid takes the first.
        encodings: Vec<Encoding>,
        /// `RTCRtpSendParameters.degradationPreference`; none stays as it is.
        degradation: Option<&'static str>,
    },
    /// Read its statistics. Answer: [`PeerInput::Statistics`](super::PeerInput::Statistics).
    ReadStatistics,
    /// Count what came and went. Answer: [`PeerInput::Traffic`](super::PeerInput::Traffic).
    ReadTraffic,
    /// Close it; nothing about it is awaited any more.
    Close,
}

/// One entry of `RTCConfiguration.iceServers`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IceServer {
    /// STUN or TURN URLs.
    pub urls: Vec<String>,
    /// Empty when there is none.
    pub username: String,
    /// Empty when there is none.
    pub credential: String,
}

/// One entry of `sendEncodings`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Encoding {
    /// Simulcast layer (`q`, `h`, `f`); empty for audio.
    pub rid: String,
    /// Whether the layer is sent.
    pub active: bool,
    /// bits/s
    pub max_bitrate: Option<u32>,
    /// frames/s
    pub max_framerate: Option<u32>,
    /// 1, 2 or 4.
    pub scale_resolution_down_by: Option<f64>,
    /// For SVC codecs, such as `L3T3_KEY`.
    pub scalability_mode: Option<String>,
}

/// Which device to open, and how.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaptureRequest {
    /// Its name from now on.
    pub capture: CaptureId,
    /// What to open.
    pub kind: DeviceKind,
    /// What a camera should, or a screen may at most, deliver, in px.
    pub size: Option<Dimension>,
    /// `user` or `environment`, for phones.
    pub facing: Option<&'static str>,
    /// The one to open, or whichever there is.
    pub device_id: Option<String>,
    /// The sound: for voice or for music.
    pub profile: AudioBitrateProfile,
    /// Whether the sound of a screen is wanted.
    pub audio: bool,
    /// What a screen delivers at most, in frames/s.
    pub max_framerate: Option<u32>,
    /// What matters in the picture of a screen: `motion`, `detail`, `text`, or nothing.
    pub content_hint: String,
    /// A running capture to take the source from, instead of asking the browser again.
    pub source: Option<CaptureId>,
}

/// Which addresses to find.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GatherRequest {
    /// Its name from now on.
    pub gathering: GatherId,
    /// Whom to ask.
    pub ice_servers: Vec<IceServer>,
    /// Only those of TURN servers.
    pub relay_only: bool,
}

/// A microphone to listen to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListenRequest {
    /// Its name from now on.
    pub listening: ListenId,
    /// Which one.
    pub source: ListenSource,
    /// How often to report.
    pub every: Duration,
}

/// Where the sound comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ListenSource {
    /// What a capture delivers.
    Capture(CaptureId),
    /// A microphone by its id, or whichever there is: opened just for that, unless the user would
    /// have to be asked.
    Device(Option<String>),
}

/// What a promise resolves with.
#[derive(Clone, Debug, Serialize)]
#[serde(bound = "H: Recordable")]
pub enum Outcome<H: Host> {
    /// Nothing.
    Done,
    /// The server's answer.
    Json(H::Document),
    /// A call.
    Call(CallKey),
    /// The server's answer, and the calls that its `calls` became.
    Calls(H::Document, Vec<CallKey>),
    /// Whether a call would work.
    Connectivity(Box<ConnectivityReport<H>>),
}

/// Something an app may listen to.
#[derive(Clone, Debug, Serialize)]
#[serde(bound = "H: Recordable")]
pub struct AppEvent<H: Host> {
    /// Whose listeners.
    pub scope: Scope,
    /// Such as `call.updated`.
    pub name: String,
    /// The event object.
    pub payload: EventPayload<H>,
}

/// Whose listeners are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Scope {
    /// Those of the client.
    Client,
    /// Those of one call.
    Call(CallKey),
}

/// The content of an event.
#[derive(Clone, Debug, Serialize)]
#[serde(bound = "H: Recordable")]
pub enum EventPayload<H: Host> {
    /// A coordinator event as it came.
    Server(H::Document),
    /// An event of our own.
    Local(LocalEvent),
    /// `call.reconnecting_failed`: the connection of the call with that cid is lost for good.
    Lost(String, Error<H>),
}

/// Events that no server sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum LocalEvent {
    /// `connection.changed`: the coordinator socket works, or does not.
    ConnectionChanged {
        /// Which of the two.
        online: bool,
    },
    /// `network.changed`: the browser went online or offline.
    NetworkChanged {
        /// Which of the two.
        online: bool,
    },
    /// `call.unwatched`: the server does not send updates of the call any more.
    Unwatched {
        /// `type:id` of the call.
        cid: String,
    },
    /// `call.left`: the call is over for this client.
    Left {
        /// `type:id` of the call.
        cid: String,
        /// Such as `user_left`, `call_ended`, `kicked`, `ring_timeout`.
        reason: &'static str,
    },
    /// `device.disconnected`: a device that was selected is not there any more.
    DeviceDisconnected {
        /// `type:id` of the call.
        cid: String,
        /// Whether it was on.
        status: Option<DeviceStatus>,
        /// Its id.
        device_id: String,
        /// Its name.
        label: String,
        /// What it is.
        kind: ListedKind,
    },
    /// `mic.capture_report`: a microphone that is on delivers nothing at all, or something again.
    CaptureReport {
        /// `type:id` of the call.
        cid: String,
        /// Which of the two.
        captures_audio: bool,
        /// Its id.
        device_id: Option<String>,
        /// Its name; empty when it has none.
        label: String,
    },
}

/// Which way the media of a peer connection flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From here to the SFU.
    Publisher,
    /// From the SFU to here.
    Subscriber,
}
