//! Feeds the core what an SFU says in a call of a thousand, for `cargo xtask bench --only instructions`
//! to count. It takes the name of an event and prints how many of them `measured_events` handled;
//! what makes the frames and joins the call is outside of it.

use std::{collections::VecDeque, env, error::Error, hint::black_box};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use prost::Message;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use trunkline::core::{
    CallCommand, CallKey, CallingState, Client, Command, Config, Document, Duration, Effect, Host,
    HttpReply, Input, JoinOptions, PromiseId, Reply, SocketId, Time, Tokens, User, UserKind,
    Viewed,
};
use trunkline_protocol::sfu::{
    event::{self, sfu_event::EventPayload, sfu_request::RequestPayload},
    models,
};

/// How many are in the call.
const PEOPLE: usize = 1000;
/// How many events are handled; of snapshots it is one.
const EVENTS: usize = 100;
const START: Time = Time::from_millis(1000);
/// Within this everybody of a join response is read, and nothing else happens.
const JOINING: Duration = Duration::from_millis(500);

fn main() -> Result<(), Box<dyn Error>> {
    let Some(event) = env::args().nth(1).filter(|arg| arg != "--bench") else {
        // `cargo bench` starts all benches; this one needs a name.
        return Ok(());
    };
    let mut page = Page {
        client: Client::new(config()),
        now: START,
        call: None,
        sfu: None,
        own: String::new(),
    };
    page.join()?;
    let snapshot = page.snapshot();
    let mut frames: Vec<Vec<u8>> = Vec::new();
    if event == "snapshot" {
        frames.push(snapshot);
    } else {
        page.take(snapshot)?;
        for turn in 0..EVENTS {
            frames.extend(said(&event, turn)?.into_iter().map(encode));
        }
    }
    let socket = page.sfu.ok_or("the core opened no socket")?;
    let handled = if event == "snapshot" { 1 } else { EVENTS };
    measured_events(&mut page.client, page.now, socket, frames, event == "snapshot");
    println!("{handled}");
    Ok(())
}

/// Counted: the core takes each frame, and everything that follows is taken from it. A snapshot may be
/// read in pieces.
#[inline(never)]
fn measured_events(
    client: &mut Client<Native>,
    now: Time,
    socket: SocketId,
    frames: Vec<Vec<u8>>,
    in_pieces: bool,
) {
    for frame in frames {
        client.handle(now, Input::SocketBytes(socket, frame));
        black_box(client.take_changes());
        while let Some(effect) = client.poll_effect() {
            black_box(effect);
        }
    }
    while let Some(at) = client.poll_timeout().filter(|at| in_pieces && *at <= now + JOINING) {
        client.handle(at, Input::Timeout);
        black_box(client.take_changes());
        while let Some(effect) = client.poll_effect() {
            black_box(effect);
        }
    }
}

/// What an SFU says of one event.
fn said(event: &str, turn: usize) -> Result<Vec<EventPayload>, String> {
    Ok(match event {
        "levels" => {
            let audio_levels = (0..50).map(|n| {
                let of = (turn * 37 + n * 19) % PEOPLE;
                // A tenth speak; who does changes from event to event.
                let is_speaking = (n + turn).is_multiple_of(10);
                let level = if is_speaking { 0.75 } else { 0.0625 };
                let (user_id, session_id) = ids(of);
                event::AudioLevel { user_id, session_id, level, is_speaking }
            });
            let changed = event::AudioLevelChanged { audio_levels: audio_levels.collect() };
            vec![EventPayload::AudioLevelChanged(changed)]
        }
        "dominant" => {
            let (user_id, session_id) = ids(turn * 37 % PEOPLE);
            let changed = event::DominantSpeakerChanged { user_id, session_id };
            vec![EventPayload::DominantSpeakerChanged(changed)]
        }
        "quality" => {
            let updates = (0..20).map(|n| {
                let (user_id, session_id) = ids((turn * 37 + n * 19) % PEOPLE);
                let connection_quality = if turn.is_multiple_of(2) { 1 } else { 3 };
                event::ConnectionQualityInfo { user_id, session_id, connection_quality }
            });
            let connection_quality_updates = updates.collect();
            let changed = event::ConnectionQualityChanged { connection_quality_updates };
            vec![EventPayload::ConnectionQualityChanged(changed)]
        }
        "publish" => {
            let of = turn / 2 * 37 % PEOPLE;
            let (user_id, session_id) = ids(of);
            let r#type = models::TrackType::Video.into();
            if turn.is_multiple_of(2) {
                let mut published = participant(of);
                published.published_tracks = vec![r#type];
                let participant = Some(published);
                let published = event::TrackPublished { user_id, session_id, r#type, participant };
                vec![EventPayload::TrackPublished(published)]
            } else {
                let participant = Some(participant(of));
                let cause = models::TrackUnpublishReason::UserMuted.into();
                vec![EventPayload::TrackUnpublished(event::TrackUnpublished {
                    user_id,
                    session_id,
                    r#type,
                    cause,
                    participant,
                })]
            }
        }
        "join-leave" => {
            let participant = Some(participant(PEOPLE + turn / 2));
            let call_cid = "default:bench".to_owned();
            if turn.is_multiple_of(2) {
                let joined = event::ParticipantJoined { call_cid, participant, is_pinned: false };
                vec![EventPayload::ParticipantJoined(joined)]
            } else {
                let left = event::ParticipantLeft { call_cid, participant };
                vec![EventPayload::ParticipantLeft(left)]
            }
        }
        other => return Err(format!("no such event: {other}")),
    })
}

fn participant(index: usize) -> models::Participant {
    let (user_id, session_id) = ids(index);
    models::Participant {
        user_id,
        session_id,
        track_lookup_prefix: format!("prefix{index:010}"),
        name: format!("Person {index:05}"),
        image: format!("https://images.example/{index}.jpg"),
        roles: vec!["user".to_owned()],
        connection_quality: models::ConnectionQuality::Excellent.into(),
        ..models::Participant::default()
    }
}

/// User id and session id, as long as real ones.
fn ids(index: usize) -> (String, String) {
    let mixed = (index as u64).wrapping_mul(0x9e37_79b9) & 0xffff_ffff;
    (format!("user-{index}"), format!("{mixed:08x}-0000-4000-a000-{index:012x}"))
}

fn encode(payload: EventPayload) -> Vec<u8> {
    event::SfuEvent { event_payload: Some(payload) }.encode_to_vec()
}

/// A page that answers what a join needs, and drops what else the core wants done.
struct Page {
    client: Client<Native>,
    now: Time,
    call: Option<CallKey>,
    sfu: Option<SocketId>,
    /// The session that the core made.
    own: String,
}

impl Page {
    /// Everything up to the join response.
    fn join(&mut self) -> Result<(), Box<dyn Error>> {
        let payload = URL_SAFE_NO_PAD.encode(json!({ "user_id": "own" }).to_string());
        let user = User { kind: UserKind::Authenticated, id: "own".to_owned(), details: None };
        let tokens = Tokens { fixed: Some(format!("e30.{payload}.c2ln")), provider: false };
        self.client.command(self.now, Command::ConnectUser { promise: PromiseId(1), user, tokens });
        self.perform()?;
        let call = self.client.create_call("default", "bench").map_err(|e| format!("{e:?}"))?;
        let join = CallCommand::Join { promise: PromiseId(2), options: JoinOptions::default() };
        self.client.command(self.now, Command::Call(call, join));
        self.perform()?;
        self.call = Some(call);
        if self.own.is_empty() {
            return Err("the join did not come to the SFU".into());
        }
        self.ensure(CallingState::Joining)
    }

    /// The join response.
    fn snapshot(&self) -> Vec<u8> {
        let own = models::Participant { session_id: self.own.clone(), ..participant(0) };
        let people = (0..PEOPLE).map(participant).chain([own]);
        let call_state =
            models::CallState { participants: people.collect(), ..models::CallState::default() };
        encode(EventPayload::JoinResponse(event::JoinResponse {
            call_state: Some(call_state),
            ..event::JoinResponse::default()
        }))
    }

    fn take(&mut self, frame: Vec<u8>) -> Result<(), Box<dyn Error>> {
        let socket = self.sfu.ok_or("the core opened no socket")?;
        self.client.handle(self.now, Input::SocketBytes(socket, frame));
        self.client.take_changes();
        self.perform()?;
        let until = self.now + JOINING;
        while let Some(at) = self.client.poll_timeout().filter(|at| *at <= until) {
            self.now = at;
            self.client.handle(at, Input::Timeout);
            self.client.take_changes();
            self.perform()?;
        }
        self.ensure(CallingState::Joined)
    }

    fn ensure(&self, state: CallingState) -> Result<(), Box<dyn Error>> {
        let call = self.call.and_then(|call| self.client.call(call));
        let is = call.map(|call| call.calling_state);
        if is == Some(state) { Ok(()) } else { Err(format!("the call is {is:?}").into()) }
    }

    fn perform(&mut self) -> Result<(), Box<dyn Error>> {
        let mut inputs = VecDeque::new();
        loop {
            while let Some(effect) = self.client.poll_effect() {
                inputs.extend(self.answer(effect)?);
            }
            let Some(input) = inputs.pop_front() else { return Ok(()) };
            self.client.handle(self.now, input);
            self.client.take_changes();
        }
    }

    fn answer(&mut self, effect: Effect<Native>) -> Result<Option<Input<Native>>, Box<dyn Error>> {
        Ok(match effect {
            Effect::Http(request) if request.url.contains("/join") => {
                let body = Reply::Json(Box::new(Viewed::new(Json(answer()))));
                let reply = Ok(HttpReply { status: 201, retry_after: None, body });
                Some(Input::Http { request: request.request, reply })
            }
            Effect::OpenSocket { socket, url } => {
                if url.contains("//sfu/") {
                    self.sfu = Some(socket);
                }
                Some(Input::SocketOpened(socket))
            }
            Effect::SendText(socket, _) => {
                let me = json!({ "id": "own" });
                let ok = json!({ "type": "connection.ok", "connection_id": "c", "me": me });
                Some(Input::SocketJson(socket, Box::new(Viewed::new(Json(ok)))))
            }
            Effect::SendBytes(_, bytes) => {
                let request = event::SfuRequest::decode(bytes.as_slice())?;
                if let Some(RequestPayload::JoinRequest(join)) = request.request_payload {
                    self.own = join.session_id;
                }
                None
            }
            Effect::DescribeCodecs(request) => {
                let result = Ok(("receive".to_owned(), "send".to_owned()));
                Some(Input::Described { request, result })
            }
            _ => None,
        })
    }
}

/// The coordinator's answer to a join.
fn answer() -> Value {
    json!({
        "call": {
            "type": "default", "id": "bench", "cid": "default:bench", "custom": {},
            "backstage": false,
        },
        "members": [],
        "own_capabilities": [],
        "credentials": {
            "server": { "edge_name": "edge", "url": "http://sfu/twirp", "ws_endpoint": "ws://sfu/ws" },
            "token": "token",
            "ice_servers": [],
        },
        "stats_options": { "reporting_interval_ms": 0 },
    })
}

fn config() -> Config {
    Config {
        api_key: "key".to_owned(),
        base_url: "http://coordinator/video".to_owned(),
        client_header: "trunkline-bench".to_owned(),
        version: ["0", "1", "0"].map(str::to_owned),
        browser: ("Browser".to_owned(), "1".to_owned()),
        os: ("Bench".to_owned(), "1".to_owned()),
        location: "LCL".to_owned(),
        location_hint: None,
        timeout: Duration::from_secs(5),
        socket_timeout: Duration::from_secs(15),
        max_connect_retries: 1,
        defaults_on_load: false,
        reject_when_busy: false,
        seed: [11, 22],
        epoch_offset: 1_900_000_000_000.0,
    }
}

/// The host of the bench.
#[derive(Clone, Debug, Default, PartialEq)]
struct Native;

impl Host for Native {
    type Document = Json;
    type Thrown = String;
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
struct Json(Value);

impl Document for Json {
    fn view<V: DeserializeOwned>(&self) -> Option<V> {
        self.0.is_object().then(|| V::deserialize(&self.0).ok()).flatten()
    }
}
