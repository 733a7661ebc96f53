//! What a core was told can be written to a file and told again: the same effects come out.

use std::ops::Deref;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    host::Host,
    native::{Client, Effect, Error, Input, seen},
};
use crate::core::{
    AudioBitrateProfile, CallCommand, CallKey, CaptureId, Captured, Changes, Command, Config,
    DeviceKind, ElementId, JoinOptions, Then, Time, TrackType,
};

/// What a core is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Told {
    CreateCall(String, String),
    AdoptCapture(CallKey),
    Element(CallKey),
    Command(Time, Command),
    Input(Time, Input),
}

/// A client, and all that it was told and asked for.
pub(super) struct Recorder {
    client: Client,
    config: Config,
    told: Vec<Told>,
    effects: Vec<Value>,
    /// A life may be too long to be kept.
    has_stopped: bool,
}

impl Recorder {
    pub(super) fn new(config: Config) -> Self {
        let client = Client::new(config.clone());
        Self { client, config, told: Vec::new(), effects: Vec::new(), has_stopped: false }
    }

    /// From now on nothing is kept.
    pub(super) fn stop_recording(&mut self) {
        self.has_stopped = true;
    }

    fn note(&mut self, told: impl FnOnce() -> Told) {
        if !self.has_stopped {
            self.told.push(told());
        }
    }

    pub(super) fn create_call(&mut self, call_type: &str, id: &str) -> Result<CallKey, Error> {
        self.told.push(Told::CreateCall(call_type.to_owned(), id.to_owned()));
        self.client.create_call(call_type, id)
    }

    pub(super) fn adopt_capture(&mut self, call: CallKey) -> CaptureId {
        self.told.push(Told::AdoptCapture(call));
        self.client.adopt_capture(call)
    }

    pub(super) fn command(&mut self, now: Time, command: Command) {
        self.note(|| Told::Command(now, command.clone()));
        self.client.command(now, command);
    }

    pub(super) fn handle(&mut self, now: Time, input: Input) {
        self.note(|| Told::Input(now, input.clone()));
        self.client.handle(now, input);
    }

    pub(super) fn poll_effect(&mut self) -> Option<Effect> {
        let effect = self.client.poll_effect()?;
        if !self.has_stopped {
            self.effects.push(serde_json::to_value(&effect).unwrap());
        }
        Some(effect)
    }

    pub(super) fn take_changes(&mut self) -> Changes {
        self.client.take_changes()
    }

    pub(super) fn element(&mut self, call: CallKey) -> ElementId {
        self.told.push(Told::Element(call));
        self.client.element(call)
    }

    /// Tells another core the same, from a file, and compares what it asks for.
    pub(super) fn assert_repeatable(&self) {
        let config: Config =
            serde_json::from_str(&serde_json::to_string(&self.config).unwrap()).unwrap();
        let file = serde_json::to_string(&self.told).unwrap();
        let mut again = Self::new(config);
        for told in serde_json::from_str::<Vec<Told>>(&file).unwrap() {
            match told {
                Told::CreateCall(call_type, id) => {
                    let _ = again.client.create_call(&call_type, &id);
                }
                Told::AdoptCapture(call) => {
                    again.client.adopt_capture(call);
                }
                Told::Element(call) => {
                    again.client.element(call);
                }
                Told::Command(now, command) => again.client.command(now, command),
                Told::Input(now, input) => again.client.handle(now, input),
            }
            while again.poll_effect().is_some() {}
        }
        assert_eq!(again.effects, self.effects);
    }
}

impl Deref for Recorder {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

#[test]
fn a_whole_life_of_a_call_can_be_repeated_from_a_file() {
    let mut host = Host::new();
    host.connect("alice", None, true);
    host.run_for(100);
    let body = super::native::body(json!({ "watch": true, "sort": [{ "field": "cid" }] }));
    host.promise(|promise| Command::QueryCalls { promise, body });
    let call = host.call();
    host.request(call, "POST ", json!({ "data": { "custom": { "é": [0.1, null] } } }), Then::Load);
    host.run_for(100);
    host.tell(call, CallCommand::SetJoinOptions(JoinOptions::default()));
    host.join_with(call, json!({ "notify": true }));
    host.run_for(100);
    host.enable(call, DeviceKind::Camera);
    host.run_for(100);
    let (track_type, capture) = (TrackType::ScreenShare, host.adopt(call));
    let profile = Some(AudioBitrateProfile::MusicHighQuality);
    let captured = Captured { track_id: "given".to_owned(), profile, ..Captured::default() };
    host.order(call, |promise| CallCommand::Publish { promise, track_type, capture, captured });
    host.run_for(100);
    let track_types = vec![TrackType::ScreenShare];
    host.order(call, |promise| CallCommand::StopPublish { promise, track_types });
    host.feed(Input::CaptureMuted(capture, true));
    host.coordinator(json!({
        "type": "call.reaction_new", "call_cid": "default:demo",
        "reaction": { "type": "wave", "user": { "id": "bob" }, "custom": { "n": 1e300 } },
    }));
    host.server.version += 1;
    let document = host.server.call();
    host.coordinator(
        json!({ "type": "call.updated", "call_cid": "default:demo", "call": document }),
    );
    host.coordinator(json!(null));
    host.fail_peers();
    host.run_for(10_000);
    host.close_coordinator(1006);
    host.run_for(10_000);
    host.leave(call);
    host.promise(|promise| Command::DisconnectUser { promise });
    host.run_for(1_000);

    host.client.assert_repeatable();

    let order = |kind: &str| host.client.effects.iter().filter(|e| e.get(kind).is_some()).count();
    for kind in ["Http", "OpenSocket", "SendBytes", "Peer", "Capture", "Settle", "Emit", "Warn"] {
        assert!(order(kind) > 0, "{kind} is part of the life");
    }
}

#[test]
fn a_recorded_document_keeps_what_the_core_does_not_read() {
    let document = json!({ "type": "x", "of_the_future": { "n": [1, 2.5, "é"] } });
    let socket = Host::connected().coordinator_socket().unwrap();
    let input = Input::SocketJson(socket, seen(document.clone()).into());

    let text = serde_json::to_string(&input).unwrap();
    let Input::SocketJson(_, event) = serde_json::from_str(&text).unwrap() else {
        panic!("another input: {text}")
    };

    assert_eq!(event.document, document);
    assert_eq!(event.view.fields.name, "x");
    assert_eq!(text.matches("of_the_future").count(), 1, "a view is not written");
}
