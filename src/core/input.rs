//! What happened outside.

use serde::{Deserialize, Serialize};

use super::{
    element::ElementInput,
    host::{Host, Recordable},
    ids::{
        CaptureId, DescribeId, ElementId, GatherId, ListenId, PeerId, RemoteTrackId, RequestId,
        SocketId, TokenRequestId, TransceiverId,
    },
    state::{AudioBitrateProfile, DeviceKind, Dimension},
    time::Duration,
    view::{AnswerOf, EventOf},
};

/// A report of the host.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "H: Recordable")]
pub enum Input<H: Host> {
    /// A request was answered, or was not.
    Http {
        /// The [`Effect::Http`](super::Effect::Http) it answers.
        request: RequestId,
        /// The answer.
        reply: Result<HttpReply<H>, HttpFailure<H>>,
    },
    /// The name of the place where this client is, if anybody told it in time.
    Location(Option<String>),
    /// The app's token provider answered, or threw.
    Token {
        /// The [`Effect::FetchToken`](super::Effect::FetchToken) it answers.
        request: TokenRequestId,
        /// The token.
        result: Result<String, H::Thrown>,
    },
    /// A socket is open.
    SocketOpened(SocketId),
    /// A text frame arrived that holds JSON.
    SocketJson(SocketId, EventOf<H>),
    /// A binary frame arrived.
    SocketBytes(SocketId, Vec<u8>),
    /// A text frame arrived that holds no JSON.
    SocketGarbage(SocketId),
    /// A socket is closed, by whomever, or failed to open. The last report about it.
    SocketClosed {
        /// Which.
        socket: SocketId,
        /// Close code; 1006 when there was none.
        code: u16,
        /// The server's words.
        reason: String,
    },
    /// What this browser can send and receive, as two throw-away offers.
    Described {
        /// The [`Effect::DescribeCodecs`](super::Effect::DescribeCodecs) it answers.
        request: DescribeId,
        /// `(subscriber_sdp, publisher_sdp)`.
        result: Result<(String, String), H::Thrown>,
    },
    /// A search for addresses has news.
    Gathered {
        /// The [`Effect::Gather`](super::Effect::Gather) it answers, again and again.
        gathering: GatherId,
        /// What came of it.
        news: GatherNews<H>,
    },
    /// A peer connection has news.
    Peer(PeerId, PeerInput<H>),
    /// A device was opened, or was not.
    Captured {
        /// The [`Effect::Capture`](super::Effect::Capture) it answers.
        capture: CaptureId,
        /// What it delivers.
        result: Result<Captured, DeviceFailure<H>>,
    },
    /// A captured track ended without our asking: unplugged, or permission taken away.
    CaptureEnded(CaptureId),
    /// The sound that came with a captured screen ended without our asking; the picture goes on.
    SoundEnded(CaptureId),
    /// The system holds a captured track back, or delivers it again.
    CaptureMuted(CaptureId, bool),
    /// An element of the app has news.
    Element(ElementId, ElementInput),
    /// The devices that there are: once at first, and after each change.
    Devices(Vec<ListedDevice>),
    /// What a microphone sounds like at this moment.
    Heard {
        /// The [`Effect::Listen`](super::Effect::Listen) it answers, again and again.
        listening: ListenId,
        /// What was heard.
        sound: Sound,
    },
    /// The browser went online or offline.
    Online(bool),
    /// The page goes away for good.
    PageHidden,
    /// The moment of [`Client::poll_timeout`](super::Client::poll_timeout) has come, or may have.
    Timeout,
}

/// An answer to a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "H: Recordable")]
pub struct HttpReply<H: Host> {
    /// HTTP status.
    pub status: u16,
    /// How long the server wants no repeat (`Retry-After`), if it says so.
    pub retry_after: Option<Duration>,
    /// The body, in the form the request asked for.
    pub body: Reply<H>,
}

/// The body of an answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "H: Recordable")]
pub enum Reply<H: Host> {
    /// A JSON document.
    Json(AnswerOf<H>),
    /// Bytes as they came.
    Bytes(Vec<u8>),
    /// Not what was asked for: HTML of a proxy, a body cut short.
    Unreadable,
    /// Sent somewhere else, where nobody has followed.
    Redirected,
}

/// A request without an answer: refused, cut, blocked by CORS. The browser does not tell which.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "H: Recordable")]
pub struct HttpFailure<H: Host> {
    /// What the browser threw.
    pub cause: H::Thrown,
}

/// News of one peer connection.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "H: Recordable")]
pub enum PeerInput<H: Host> {
    /// The browser did not make the connection. All that is asked of it fails.
    NotCreated(H::Thrown),
    /// A track was added, or was not: then there is no such transceiver.
    TransceiverAdded {
        /// Of the [`PeerEffect::AddTransceiver`](super::PeerEffect::AddTransceiver) it answers.
        transceiver: TransceiverId,
        /// Why not.
        result: Result<(), H::Thrown>,
    },
    /// A track did not take the place of another, which is sent still.
    ReplaceFailed {
        /// Of the [`PeerEffect::ReplaceTrack`](super::PeerEffect::ReplaceTrack) that failed.
        transceiver: TransceiverId,
        /// What was to be sent.
        capture: Option<CaptureId>,
        /// Why not.
        cause: H::Thrown,
    },
    /// What a track is encoded as stayed as it was.
    EncodingsFailed {
        /// Of the [`PeerEffect::SetEncodings`](super::PeerEffect::SetEncodings) that failed.
        transceiver: TransceiverId,
        /// Why.
        cause: H::Thrown,
    },
    /// An offer was made and set as the local description.
    Offered(Result<OfferReport, H::Thrown>),
    /// The answer to our offer was applied, or the offer was rolled back.
    AnswerApplied(Result<(), H::Thrown>),
    /// An answer to the server's offer was made and set as the local description; on failure the
    /// offer was rolled back.
    Answered {
        /// Of the offer.
        negotiation_id: u32,
        /// The answer's SDP.
        result: Result<String, H::Thrown>,
    },
    /// A local ICE candidate, as the JSON text of an `RTCIceCandidateInit`.
    Candidate(String),
    /// A track arrived.
    Track {
        /// Id of its stream: `prefix:TRACK_TYPE_X`.
        stream_id: String,
        /// The host's number for it.
        track: RemoteTrackId,
    },
    /// All entries of its statistics: the text of a JSON array.
    Statistics(Result<String, H::Thrown>),
    /// What came and went so far.
    Traffic(Result<Traffic, H::Thrown>),
    /// A received track ended.
    TrackEnded(RemoteTrackId),
    /// `connectionState` or `iceConnectionState` became `connected`.
    Connected,
    /// `iceConnectionState` became `disconnected`.
    IceDisconnected,
    /// `iceConnectionState` became `failed`.
    IceFailed,
    /// `connectionState` became `failed`.
    Failed,
}

/// News of a search for addresses.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "H: Recordable")]
pub enum GatherNews<H: Host> {
    /// The browser makes no connection, or no offer.
    NotBegun(H::Thrown),
    /// An address was found: the attribute line of the candidate.
    Candidate(String),
    /// A STUN or TURN server did not answer from one of the addresses, or refused
    /// (`RTCPeerConnectionIceErrorEvent`).
    ServerFailed {
        /// Of STUN; 701 when there was no answer.
        code: u16,
        /// The server's or the browser's words.
        text: String,
    },
    /// There are no more. A search may end without this.
    Complete {
        /// Whether the browser tells of servers that fail.
        tells_failures: bool,
    },
}

/// What came and went over a peer connection, as the browser counts it. A count may begin anew with
/// another path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Traffic {
    /// Bytes of media and reports that came.
    pub received: f64,
    /// Bytes of media and reports that went out.
    pub sent: f64,
    /// How often the other side answered connectivity checks.
    pub answers: f64,
}

/// An offer that was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OfferReport {
    /// As set locally.
    pub sdp: String,
    /// The mid that the offer gave to each transceiver.
    pub mids: Vec<(TransceiverId, String)>,
}

/// A device that was opened.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Captured {
    /// `MediaStreamTrack.id`.
    pub track_id: String,
    /// What the camera or screen really delivers; `None` for a microphone.
    pub size: Option<Dimension>,
    /// `MediaStreamTrack.id` of the sound that came with a screen.
    pub audio_track_id: Option<String>,
    /// The device that the browser took.
    pub device_id: Option<String>,
    /// Name of the track that is published, to be shown; empty when it has none.
    pub label: String,
    /// How a stream of the app is to be encoded; none is as for the device.
    pub profile: Option<AudioBitrateProfile>,
}

/// Why a device was not opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "H: Recordable")]
pub struct DeviceFailure<H: Host> {
    /// Name of the `DOMException`: `NotAllowedError`, `NotFoundError`, `NotReadableError`, …; and
    /// `PermissionDismissedError` when the user closed the question without an answer.
    pub name: String,
    /// The exception.
    pub cause: H::Thrown,
}

/// A device in the browser's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedDevice {
    /// Unique on this page; empty while the user lets the page know nothing.
    pub id: String,
    /// What it is.
    pub kind: ListedKind,
    /// To be shown; empty while the user lets the page know nothing.
    pub label: String,
    /// Shared by the devices in one case.
    pub group_id: String,
}

/// Kind of a device in the browser's list: `MediaDeviceKind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ListedKind {
    /// `videoinput`
    VideoInput,
    /// `audioinput`
    AudioInput,
    /// `audiooutput`
    AudioOutput,
}

impl ListedKind {
    /// The value apps see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VideoInput => "videoinput",
            Self::AudioInput => "audioinput",
            Self::AudioOutput => "audiooutput",
        }
    }

    /// What a device captures from; `None` for screens, which no list has.
    pub fn of(device: DeviceKind) -> Option<Self> {
        match device {
            DeviceKind::Camera => Some(Self::VideoInput),
            DeviceKind::Microphone => Some(Self::AudioInput),
            DeviceKind::ScreenShare => None,
        }
    }
}

/// What a microphone sounds like at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sound {
    /// The loudest frequency, 0 to 255.
    pub loudest: u8,
    /// Whether there is anything but digital silence.
    pub delivers: bool,
}
