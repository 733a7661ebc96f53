//! What an app can see: the state of the client and of its calls.

use indexmap::IndexMap;

use serde::{Deserialize, Serialize};

use super::{
    element::IncomingVideo,
    error::Error,
    host::Host,
    ids::{CallKey, CaptureId},
    participant::{Activity, Participant},
    roster::Roster,
    view::{Call, Member, SessionParticipant, Settings},
};

/// The state of a client.
#[derive(Clone, Debug, Default)]
pub struct ClientState<H: Host> {
    /// `me` of `connection.ok`; none before and after, and for anonymous users.
    pub connected_user: Option<H::Document>,
    /// The calls that the client tracks.
    pub calls: Vec<CallKey>,
}

/// The state of a call.
#[derive(Clone, Debug)]
pub struct CallState<H: Host> {
    /// Where in its life the call is.
    pub calling_state: CallingState,
    /// What was read of the newest call object of the server. Apps see its documents: `custom`,
    /// `settings`, `created_by`, `team`, `ingress`, `thumbnails`.
    pub document: Option<Box<Call<H::Document>>>,
    /// In the server's order.
    pub members: Vec<Member<H::Document>>,
    /// Capability names, such as `send-audio`.
    pub own_capabilities: Vec<String>,
    /// ms since the epoch.
    pub created_at: Option<f64>,
    /// ms since the epoch.
    pub updated_at: Option<f64>,
    /// ms since the epoch.
    pub starts_at: Option<f64>,
    /// ms since the epoch.
    pub ended_at: Option<f64>,
    /// Who ended the call.
    pub ended_by: Option<H::Document>,
    /// When the SFU session began, in ms since the epoch.
    pub started_at: Option<f64>,
    /// `true` until the call is loaded, as nobody may be let in before it is known.
    pub backstage: bool,
    /// The running session.
    pub session: Option<Session<H>>,
    /// Everybody in the call.
    pub participants: Roster<H>,
    /// From the SFU while joined, from the session otherwise.
    pub participant_count: u32,
    /// From the SFU while joined, from the session otherwise.
    pub anonymous_participant_count: u32,
    /// Users who may not enter.
    pub blocked_user_ids: Vec<String>,
    /// Whether a composite recording runs.
    pub recording: bool,
    /// Whether each participant is recorded apart.
    pub individual_recording: bool,
    /// Whether raw media is recorded.
    pub raw_recording: bool,
    /// Whether a transcription runs.
    pub transcribing: bool,
    /// Whether captions are made.
    pub captioning: bool,
    /// The captions that are shown now, oldest first, as the server wrote them.
    pub closed_captions: Vec<H::Document>,
    /// Whether the app is shown the newest report of how media flow.
    pub has_report: bool,
    /// Running recordings and broadcasts; newer than the document.
    pub egress: Option<Egress<H>>,
    /// Whether media is encrypted end to end.
    pub e2ee_enabled: bool,
    /// Whether the server sends updates of this call.
    pub watching: bool,
    /// Whether the last load made the call.
    pub created: bool,
    /// From the first ring to the leave.
    pub ringing: Option<Ringing>,
    /// Who rejected the call since it was last left, by user id, and why if they said so.
    pub rejections: Vec<(String, Option<String>)>,
    /// The camera.
    pub camera: DeviceState<H>,
    /// The microphone.
    pub microphone: DeviceState<H>,
    /// The screen that is shared.
    pub screen_share: DeviceState<H>,
    /// Which videos of the others are received.
    pub incoming_video: IncomingVideo,
    /// Sessions whose sound the browser does not let play.
    pub blocked_audio: Vec<String>,
    /// Whether the user speaks while muted; see [`MediaOption`](super::MediaOption).
    pub speaking_while_muted: bool,
    /// How the others are heard.
    pub speaker: SpeakerState,
}

/// Where in its life a call is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CallingState {
    /// Made, not entered.
    #[default]
    Idle,
    /// Ringing here or at the others, not entered.
    Ringing,
    /// Being entered.
    Joining,
    /// In it.
    Joined,
    /// Left, or ended.
    Left,
    /// The connection is lost and being made again.
    Reconnecting,
    /// It could not be made again.
    ReconnectingFailed,
    /// The browser is offline.
    Offline,
}

impl CallingState {
    /// The value apps see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Ringing => "ringing",
            Self::Joining => "joining",
            Self::Joined => "joined",
            Self::Left => "left",
            Self::Reconnecting => "reconnecting",
            Self::ReconnectingFailed => "reconnecting-failed",
            Self::Offline => "offline",
        }
    }
}

/// A ring.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ringing {
    /// Whether this user rings the others.
    pub outgoing: bool,
    /// When it gives up, in ms since the epoch; none when answered, or when it never does.
    pub expires_at: Option<f64>,
}

/// Running recordings and broadcasts of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Egress<H: Host> {
    /// As the server wrote it; the field below is newer.
    pub document: H::Document,
    /// The broadcast that the document tells of has ended since: `broadcasting` is `false`, and the
    /// `status` of `hls` is empty.
    pub broadcast_ended: bool,
}

/// A session of a call: the time from its first participant to its last.
#[derive(Clone, Debug)]
pub struct Session<H: Host> {
    /// Unique among all sessions; empty when the server did not say.
    pub id: String,
    /// As the server wrote it; participants and counts are newer.
    pub document: H::Document,
    /// Who is in it.
    pub participants: Vec<SessionParticipant<H::Document>>,
    /// How many of each role.
    pub counts_by_role: IndexMap<String, u32>,
    /// How many anonymous ones.
    pub anonymous_count: u32,
    /// Who accepted its ring, and when, in ms since the epoch.
    pub accepted_by: IndexMap<String, Option<f64>>,
    /// Who rejected its ring, and when, in ms since the epoch.
    pub rejected_by: IndexMap<String, Option<f64>>,
    /// Whether it has ended.
    pub has_ended: bool,
}

/// A device that the call captures from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DeviceKind {
    /// Video.
    Camera,
    /// Audio.
    Microphone,
    /// Video, and audio if the user gives it.
    ScreenShare,
}

impl DeviceKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Camera, Self::Microphone, Self::ScreenShare];

    /// What it publishes as.
    pub fn track_type(self) -> TrackType {
        match self {
            Self::Camera => TrackType::Video,
            Self::Microphone => TrackType::Audio,
            Self::ScreenShare => TrackType::ScreenShare,
        }
    }

    /// The device that publishes as `track_type`.
    pub fn of(track_type: TrackType) -> Option<Self> {
        match track_type {
            TrackType::Video => Some(Self::Camera),
            TrackType::Audio => Some(Self::Microphone),
            TrackType::ScreenShare | TrackType::ScreenShareAudio => Some(Self::ScreenShare),
            TrackType::Unspecified => None,
        }
    }
}

/// What a device does and is about to do.
#[derive(Clone, Debug, Default)]
pub struct DeviceState<H: Host> {
    /// What it does; `None` when nobody has touched it.
    pub status: Option<DeviceStatus>,
    /// What it will do once everything under way is done.
    pub optimistic_status: Option<DeviceStatus>,
    /// The capture, while there is one.
    pub capture: Option<CaptureId>,
    /// The last failure, until the next success.
    pub error: Option<Error<H>>,
    /// Id of the device that was selected, or that the browser took.
    pub selected: Option<String>,
    /// Which way the camera of a phone was told to look.
    pub facing: Option<Facing>,
    /// Of a screen: whether its sound is kept back.
    pub is_soundless: bool,
}

/// How the others are heard.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeakerState {
    /// Id of the loudspeaker; empty for wherever the browser plays sound.
    pub selected: String,
    /// Whether the app has chosen, in this call.
    pub is_chosen: bool,
    /// 0 to 1, for everybody who has no volume of their own.
    pub volume: f64,
    /// By session, 0 to 1.
    pub volumes: IndexMap<String, f64>,
}

impl Default for SpeakerState {
    fn default() -> Self {
        Self { selected: String::new(), is_chosen: false, volume: 1.0, volumes: IndexMap::new() }
    }
}

/// Which way the camera of a phone looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Facing {
    /// At the user.
    Front,
    /// Away from the user.
    Back,
}

impl Facing {
    /// The value apps see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Back => "back",
        }
    }
}

/// Whether a device is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum DeviceStatus {
    /// On.
    Enabled,
    /// Off.
    Disabled,
}

impl DeviceStatus {
    /// The value apps see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }
}

pub use super::participant::{Dimension, Media, Pin, Visibility};
pub use trunkline_protocol::sfu::models::{AudioBitrateProfile, ConnectionQuality, TrackType};

impl<H: Host> Default for CallState<H> {
    fn default() -> Self {
        Self {
            calling_state: CallingState::Idle,
            document: None,
            members: Vec::new(),
            own_capabilities: Vec::new(),
            created_at: None,
            updated_at: None,
            starts_at: None,
            ended_at: None,
            ended_by: None,
            started_at: None,
            backstage: true,
            session: None,
            participants: Roster::default(),
            participant_count: 0,
            anonymous_participant_count: 0,
            blocked_user_ids: Vec::new(),
            recording: false,
            individual_recording: false,
            raw_recording: false,
            transcribing: false,
            captioning: false,
            closed_captions: Vec::new(),
            has_report: false,
            egress: None,
            e2ee_enabled: false,
            watching: false,
            created: false,
            ringing: None,
            rejections: Vec::new(),
            camera: DeviceState::default(),
            microphone: DeviceState::default(),
            screen_share: DeviceState::default(),
            incoming_video: IncomingVideo::default(),
            blocked_audio: Vec::new(),
            speaking_while_muted: false,
            speaker: SpeakerState::default(),
        }
    }
}

impl<H: Host> CallState<H> {
    /// The participant with that session.
    pub fn participant(&self, session_id: &str) -> Option<&Participant<H>> {
        self.participants.of_session(session_id)
    }

    /// What the participant with that session does.
    pub fn activity(&self, session_id: &str) -> Option<Activity> {
        self.participants.slot_of(session_id).map(|slot| self.participants.activity(slot))
    }

    /// This very session in the call.
    pub fn local_participant(&self) -> Option<&Participant<H>> {
        self.participants.get(self.participants.local()?)
    }

    /// The users, apart from one's own session, who publish a track of that type; each once.
    pub fn others_who_publish(&self, track_type: TrackType) -> Vec<String> {
        let mut users: Vec<String> = Vec::new();
        for (participant, activity) in self.participants.active() {
            let publishes = activity.published_tracks.contains(track_type);
            if publishes && !participant.is_local && !users.contains(&participant.user_id) {
                users.push(participant.user_id.clone());
            }
        }
        users
    }

    /// The state of one device.
    pub fn device(&self, kind: DeviceKind) -> &DeviceState<H> {
        match kind {
            DeviceKind::Camera => &self.camera,
            DeviceKind::Microphone => &self.microphone,
            DeviceKind::ScreenShare => &self.screen_share,
        }
    }

    /// The same, to be changed.
    pub(crate) fn device_mut(&mut self, kind: DeviceKind) -> &mut DeviceState<H> {
        match kind {
            DeviceKind::Camera => &mut self.camera,
            DeviceKind::Microphone => &mut self.microphone,
            DeviceKind::ScreenShare => &mut self.screen_share,
        }
    }

    /// The settings of the call, once it is loaded.
    pub fn settings(&self) -> Option<&Settings> {
        let settings = self.document.as_ref().and_then(|call| call.settings.as_ref());
        settings.map(|settings| &settings.view)
    }

    /// Who made the call; empty when that is not known.
    pub fn creator_id(&self) -> &str {
        let creator = self.document.as_ref().and_then(|call| call.created_by.as_ref());
        creator.map_or("", |creator| &creator.view.id)
    }

    /// Whether this user may do what `capability` names.
    pub fn has_capability(&self, capability: &str) -> bool {
        self.own_capabilities.iter().any(|c| c == capability)
    }
}
