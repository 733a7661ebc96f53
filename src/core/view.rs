//! What the core reads of the coordinator's answers and events, and no more.
//!
//! Every field is read leniently (see `lenient`). What apps see as the server wrote it is a
//! document `D` of the host.

pub(super) mod lenient;
mod settings;

use indexmap::IndexMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};

use self::lenient::{
    count, counts, flag, millis, moments, number, object, objects, seen, seen_list, some_flag,
    some_seen_list, some_text, some_texts, text, texts,
};
pub use self::settings::{AudioSettings, RingSettings, Settings, TargetResolution, VideoSettings};
use super::host::{Document, Host};

/// A document together with what the core reads of it. A recorder writes the document alone.
#[derive(Clone, Debug, Default)]
pub struct Viewed<V, D> {
    /// What is read of it.
    pub view: V,
    /// All of it.
    pub document: D,
}

impl<V: DeserializeOwned + Default, D: Document> Viewed<V, D> {
    /// Reads a document; one that is no object has no fields.
    pub fn new(document: D) -> Self {
        Self { view: document.view().unwrap_or_default(), document }
    }
}

/// What a view holds follows from its document.
impl<V, D: PartialEq> PartialEq for Viewed<V, D> {
    fn eq(&self, other: &Self) -> bool {
        self.document == other.document
    }
}

impl<V, D: Serialize> Serialize for Viewed<V, D> {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        self.document.serialize(writer)
    }
}

impl<'de, V: DeserializeOwned + Default, D: Document> Deserialize<'de> for Viewed<V, D> {
    fn deserialize<R: Deserializer<'de>>(reader: R) -> Result<Self, R::Error> {
        D::deserialize(reader).map(Self::new)
    }
}

/// An answer to a REST request. Which of these a request is answered with, whoever sent it knows.
#[derive(Clone, Debug, Default)]
pub struct Answer<D> {
    /// To whatever returns one call.
    pub call: CallAnswer<D>,
    /// To `POST /calls`.
    pub calls: Vec<CallAnswer<D>>,
    /// To `POST join`, besides the call.
    pub join: JoinAnswer,
    /// To `POST /guest`.
    pub guest: GuestAnswer,
    /// To a request that was refused.
    pub refusal: Refusal,
}

impl<'de, D: Document> Deserialize<'de> for Answer<D> {
    fn deserialize<R: Deserializer<'de>>(reader: R) -> Result<Self, R::Error> {
        let document = D::deserialize(reader)?;
        let calls: Option<CallsAnswer<D>> = document.view();
        Ok(Self {
            call: document.view().unwrap_or_default(),
            calls: calls.unwrap_or_default().calls,
            join: document.view().unwrap_or_default(),
            guest: document.view().unwrap_or_default(),
            refusal: document.view().unwrap_or_default(),
        })
    }
}

/// A call with its members and what this user may do; some of it may be absent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, bound = "D: Document")]
pub struct CallAnswer<D> {
    /// The call.
    #[serde(deserialize_with = "seen::<D, _, _>")]
    pub call: Option<Call<D>>,
    /// Its members.
    #[serde(deserialize_with = "some_seen_list::<D, _, _>")]
    pub members: Option<Vec<Member<D>>>,
    /// Capability names.
    #[serde(deserialize_with = "some_texts")]
    pub own_capabilities: Option<Vec<String>>,
    /// Whether the request made the call.
    #[serde(deserialize_with = "some_flag")]
    pub created: Option<bool>,
}

impl<D> CallAnswer<D> {
    /// Whether somebody rings that user, who has not answered: a session in which nobody has been
    /// yet is one that a ring has made.
    pub fn rings(&self, user_id: &str) -> bool {
        let Some(call) = self.call.as_ref().filter(|call| call.ended_at.is_none()) else {
            return false;
        };
        let Some(session) = call.session.as_ref().map(|session| &session.view) else {
            return false;
        };
        let ringer = call.created_by.as_ref().map_or("", |creator| &creator.view.id);
        let is_over = session.ended_at.is_some()
            || session.started_at.is_some()
            || !session.participants.is_empty()
            || session.rejected_by.contains_key(ringer);
        let answers = [&session.accepted_by, &session.rejected_by, &session.missed_by];
        let is_answered = answers.iter().any(|answers| answers.contains_key(user_id));
        let members = self.members.as_deref().unwrap_or_default();
        let is_member = members.iter().any(|member| member.view.user_id == user_id);
        is_member && ringer != user_id && !is_over && !is_answered
    }

    /// `type:id` of the call, or an empty text.
    pub fn cid(&self) -> &str {
        self.call.as_ref().map_or("", |call| &call.cid)
    }
}

#[derive(Default, Deserialize)]
#[serde(default, bound = "D: Document")]
struct CallsAnswer<D> {
    #[serde(deserialize_with = "seen_list::<D, _, _>")]
    calls: Vec<CallAnswer<D>>,
}

/// Where the media of a call is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct JoinAnswer {
    /// Of the SFU.
    #[serde(deserialize_with = "object")]
    pub credentials: Option<Credentials>,
    /// How the SFU wants to be told of statistics.
    #[serde(deserialize_with = "object")]
    pub stats_options: Option<StatsOptions>,
}

/// What opens an SFU.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Credentials {
    /// Where it is.
    #[serde(deserialize_with = "object")]
    pub server: Option<SfuServer>,
    /// A JWT.
    #[serde(deserialize_with = "text")]
    pub token: String,
    /// STUN and TURN servers.
    #[serde(deserialize_with = "objects")]
    pub ice_servers: Vec<IceServer>,
}

/// Where an SFU is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SfuServer {
    /// Its name.
    #[serde(deserialize_with = "text")]
    pub edge_name: String,
    /// Of the Twirp service.
    #[serde(deserialize_with = "text")]
    pub url: String,
    /// Of the socket.
    #[serde(deserialize_with = "text")]
    pub ws_endpoint: String,
}

/// A STUN or TURN server.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct IceServer {
    /// Where it is.
    #[serde(deserialize_with = "texts")]
    pub urls: Vec<String>,
    /// Empty when there is none.
    #[serde(deserialize_with = "text")]
    pub username: String,
    /// Empty when there is none.
    #[serde(deserialize_with = "text")]
    pub password: String,
}

/// How an SFU wants to be told of statistics.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StatsOptions {
    /// ms between two reports.
    #[serde(deserialize_with = "number")]
    pub reporting_interval_ms: Option<f64>,
}

/// A guest that was made.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GuestAnswer {
    /// Who they are.
    #[serde(deserialize_with = "object")]
    pub user: Option<User>,
    /// Their token.
    #[serde(deserialize_with = "text")]
    pub access_token: String,
}

/// Why a request was refused, by the coordinator or by the Twirp service of an SFU.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Refusal {
    /// The coordinator's code.
    #[serde(deserialize_with = "number")]
    pub code: Option<f64>,
    /// The coordinator's words.
    #[serde(deserialize_with = "text")]
    pub message: String,
    /// Whether a repeat is in vain.
    #[serde(deserialize_with = "flag")]
    pub unrecoverable: bool,
    /// HTTP status, where the envelope comes over a socket.
    #[serde(rename = "StatusCode", deserialize_with = "number")]
    pub status_code: Option<f64>,
    /// The SFU's words.
    #[serde(rename = "msg", deserialize_with = "text")]
    pub sfu_message: String,
}

/// An event of the coordinator.
#[derive(Clone, Debug, Default)]
pub struct Event<D> {
    /// What events hold.
    pub fields: EventFields<D>,
    /// Of the events that tell of a call as answers do.
    pub call: CallAnswer<D>,
    /// `members` of `call.member_removed`, which are ids.
    pub removed_members: Vec<String>,
    /// Of `call.session_participant_count_updated`.
    pub counts: SessionCounts,
}

impl<'de, D: Document> Deserialize<'de> for Event<D> {
    fn deserialize<R: Deserializer<'de>>(reader: R) -> Result<Self, R::Error> {
        let document = D::deserialize(reader)?;
        let removed: Option<RemovedMembers> = document.view();
        Ok(Self {
            fields: document.view().unwrap_or_default(),
            call: document.view().unwrap_or_default(),
            removed_members: removed.unwrap_or_default().members,
            counts: document.view().unwrap_or_default(),
        })
    }
}

impl<D> Event<D> {
    /// Id of the user it names, or an empty text.
    pub fn user_id(&self) -> &str {
        self.fields.user.as_ref().map_or("", |user| &user.view.id)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RemovedMembers {
    #[serde(deserialize_with = "texts")]
    members: Vec<String>,
}

/// What events hold; each holds some of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, bound = "D: Document")]
pub struct EventFields<D> {
    /// Such as `call.updated`; empty in what is no event.
    #[serde(rename = "type", deserialize_with = "text")]
    pub name: String,
    /// `type:id` of the call it is about.
    #[serde(deserialize_with = "text")]
    pub call_cid: String,
    /// The session of the call that it is about.
    #[serde(deserialize_with = "text")]
    pub session_id: String,
    /// Who did it, or whom it is about.
    #[serde(deserialize_with = "seen::<D, _, _>")]
    pub user: Option<Viewed<User, D>>,
    /// Who came into a session, or left it.
    #[serde(deserialize_with = "seen::<D, _, _>")]
    pub participant: Option<SessionParticipant<D>>,
    /// A reaction.
    #[serde(deserialize_with = "seen::<D, _, _>")]
    pub reaction: Option<Viewed<Reaction, D>>,
    /// Something that was said.
    #[serde(deserialize_with = "seen::<D, _, _>")]
    pub closed_caption: Option<Viewed<Caption, D>>,
    /// Why a user rejected a ring.
    #[serde(deserialize_with = "some_text")]
    pub reason: Option<String>,
    /// `composite`, `individual`, `raw`.
    #[serde(deserialize_with = "text")]
    pub recording_type: String,
    /// Of the socket.
    #[serde(deserialize_with = "text")]
    pub connection_id: String,
    /// The connected user.
    pub me: Option<D>,
    /// Why the socket is refused.
    #[serde(deserialize_with = "seen::<D, _, _>")]
    pub error: Option<Viewed<Refusal, D>>,
}

/// A call.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, bound = "D: Document")]
pub struct Call<D> {
    /// `type:id`
    #[serde(deserialize_with = "text")]
    pub cid: String,
    /// ms since the epoch.
    #[serde(deserialize_with = "millis")]
    pub created_at: Option<f64>,
    /// ms since the epoch.
    #[serde(deserialize_with = "millis")]
    pub updated_at: Option<f64>,
    /// ms since the epoch.
    #[serde(deserialize_with = "millis")]
    pub starts_at: Option<f64>,
    /// ms since the epoch.
    #[serde(deserialize_with = "millis")]
    pub ended_at: Option<f64>,
    /// Whether it is in backstage.
    #[serde(deserialize_with = "flag")]
    pub backstage: bool,
    /// Whether a composite recording runs.
    #[serde(deserialize_with = "flag")]
    pub recording: bool,
    /// Whether a transcription runs.
    #[serde(deserialize_with = "flag")]
    pub transcribing: bool,
    /// Whether captions are made.
    #[serde(deserialize_with = "flag")]
    pub captioning: bool,
    /// Users who may not enter.
    #[serde(deserialize_with = "texts")]
    pub blocked_user_ids: Vec<String>,
    /// Running recordings and broadcasts.
    #[serde(deserialize_with = "seen::<D, _, _>")]
    pub egress: Option<Viewed<Egress, D>>,
    /// The running session.
    #[serde(deserialize_with = "seen::<D, _, _>")]
    pub session: Option<Viewed<Session<D>, D>>,
    /// The app's free object.
    pub custom: Option<D>,
    /// The resolved settings.
    #[serde(deserialize_with = "seen::<D, _, _>")]
    pub settings: Option<Viewed<Settings, D>>,
    /// Who made it.
    #[serde(deserialize_with = "seen::<D, _, _>")]
    pub created_by: Option<Viewed<User, D>>,
    /// The team it belongs to.
    pub team: Option<D>,
    /// Where broadcasts can come in.
    pub ingress: Option<D>,
    /// Pictures of it.
    pub thumbnails: Option<D>,
}

/// Running recordings and broadcasts of a call.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Egress {
    /// Everybody in one picture.
    #[serde(deserialize_with = "object")]
    pub composite_recording: Option<Recording>,
    /// Each participant apart.
    #[serde(deserialize_with = "object")]
    pub individual_recording: Option<Recording>,
    /// Media as they came.
    #[serde(deserialize_with = "object")]
    pub raw_recording: Option<Recording>,
}

/// A recording.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Recording {
    /// `running`, …
    #[serde(deserialize_with = "text")]
    pub status: String,
}

impl Recording {
    /// Whether there is such a recording and it runs.
    pub fn runs(recording: Option<&Self>) -> bool {
        recording.is_some_and(|recording| recording.status == "running")
    }
}

/// A session of a call.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, bound = "D: Document")]
pub struct Session<D> {
    /// Unique among all sessions.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// Who is in it.
    #[serde(deserialize_with = "seen_list::<D, _, _>")]
    pub participants: Vec<SessionParticipant<D>>,
    /// How many of each role.
    #[serde(deserialize_with = "counts")]
    pub participants_count_by_role: IndexMap<String, u32>,
    /// How many anonymous ones.
    #[serde(deserialize_with = "count")]
    pub anonymous_participant_count: u32,
    /// Who accepted its ring, and when, in ms since the epoch.
    #[serde(deserialize_with = "moments")]
    pub accepted_by: IndexMap<String, Option<f64>>,
    /// Who rejected its ring, and when, in ms since the epoch.
    #[serde(deserialize_with = "moments")]
    pub rejected_by: IndexMap<String, Option<f64>>,
    /// Who missed its ring, and when, in ms since the epoch.
    #[serde(deserialize_with = "moments")]
    pub missed_by: IndexMap<String, Option<f64>>,
    /// When its first participant came, in ms since the epoch.
    #[serde(deserialize_with = "millis")]
    pub started_at: Option<f64>,
    /// When it ended, in ms since the epoch.
    #[serde(deserialize_with = "millis")]
    pub ended_at: Option<f64>,
}

/// How many are in a session.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SessionCounts {
    /// By role.
    #[serde(deserialize_with = "counts")]
    pub participants_count_by_role: IndexMap<String, u32>,
    /// Anonymous ones.
    #[serde(deserialize_with = "count")]
    pub anonymous_participant_count: u32,
}

/// Somebody in a session, as the coordinator knows them.
pub type SessionParticipant<D> = Viewed<SessionParticipantFields, D>;

/// What is read of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SessionParticipantFields {
    /// Unique in the session.
    #[serde(deserialize_with = "text")]
    pub user_session_id: String,
    /// Who.
    #[serde(deserialize_with = "object")]
    pub user: Option<User>,
}

/// A member of a call.
pub type Member<D> = Viewed<MemberFields, D>;

/// What is read of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MemberFields {
    /// Who.
    #[serde(deserialize_with = "text")]
    pub user_id: String,
}

/// A user.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct User {
    /// Unique in the app.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// In the app, not in the call.
    #[serde(deserialize_with = "text")]
    pub role: String,
    /// To be shown.
    #[serde(deserialize_with = "some_text")]
    pub name: Option<String>,
    /// URL of a picture.
    #[serde(deserialize_with = "some_text")]
    pub image: Option<String>,
}

/// Something that somebody said.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Caption {
    /// Who.
    #[serde(deserialize_with = "text")]
    pub speaker_id: String,
    /// When they began to say it, in ms since the epoch.
    #[serde(deserialize_with = "millis")]
    pub start_time: Option<f64>,
}

/// A reaction.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Reaction {
    /// Which.
    #[serde(rename = "type", deserialize_with = "text")]
    pub kind: String,
    /// Whose.
    #[serde(deserialize_with = "object")]
    pub user: Option<User>,
}

/// An answer as a host hands it to the core.
pub type AnswerOf<H> = Box<Viewed<Answer<<H as Host>::Document>, <H as Host>::Document>>;

/// An event as a host hands it to the core.
pub type EventOf<H> = Box<Viewed<Event<<H as Host>::Document>, <H as Host>::Document>>;
