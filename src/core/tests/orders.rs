//! Requests of the app, and what their answers and the events after them do to the state.

use serde_json::{Value, json};
use trunkline_protocol::sfu::event::{self, sfu_event::EventPayload};

use super::{
    host::{Host, app_request},
    native::body,
    server::participant,
};
use crate::core::tests::native::{CallState, Outcome};
use crate::core::{CallCommand, CallKey, CallingState, Command, Then};

fn loaded() -> (Host, CallKey) {
    let mut host = Host::connected();
    let call = host.call();
    host.get(call);
    host.run_for(100);
    (host, call)
}

fn event(host: &mut Host, name: &str, fields: Value) {
    let mut event = fields;
    event["type"] = json!(name);
    event["call_cid"] = json!("default:demo");
    host.coordinator(event);
}

#[test]
fn captions_show_at_once_and_go_back_when_the_server_refuses() {
    let (mut host, call) = loaded();
    let captioning = |host: &Host| host.state(call).captioning;

    let on = host.request(call, "POST /start_closed_captions", json!({}), Then::CaptionsOn);
    assert!(captioning(&host), "before any answer");
    host.run_for(10);
    host.assert_resolved(on);
    event(&mut host, "call.closed_captions_started", json!({}));
    assert!(captioning(&host));

    host.server.refused = vec!["_closed_captions"];
    let off = host.request(call, "POST /stop_closed_captions", json!({}), Then::CaptionsOff);
    assert!(!captioning(&host));
    host.run_for(10);
    assert_eq!(host.rejection(off), "server-error");
    assert!(captioning(&host), "rolled back");

    let again = host.request(call, "POST /start_closed_captions", json!({}), Then::CaptionsOn);
    host.run_for(10);
    assert_eq!(host.rejection(again), "server-error");
    assert!(captioning(&host), "they were on before, so there is nothing to take back");
}

#[test]
fn each_kind_of_recording_has_a_flag_of_its_own() {
    let (mut host, call) = loaded();
    let flags = |host: &Host| {
        let state = host.state(call);
        [state.recording, state.individual_recording, state.raw_recording]
    };

    let kinds = [Value::Null, json!("individual"), json!("raw"), json!("of the future")];
    let mut seen = Vec::new();
    for kind in &kinds {
        event(&mut host, "call.recording_started", json!({ "recording_type": kind }));
        seen.push(flags(&host));
    }
    for kind in &kinds {
        event(&mut host, "call.recording_failed", json!({ "recording_type": kind }));
    }

    let expected =
        [[true, false, false], [true, true, false], [true, true, true], [true, true, true]];
    assert_eq!(seen, expected);
    assert_eq!(flags(&host), [false; 3]);
    let mut document = host.server.call();
    document["egress"] = json!({ "raw_recording": { "status": "running" } });
    event(&mut host, "call.updated", json!({ "call": document }));
    assert_eq!(flags(&host), [false, false, true]);
}

#[test]
fn a_broadcast_that_ends_shows_as_ended_and_the_rest_stays() {
    let (mut host, call) = loaded();
    let mut document = host.server.call();
    document["egress"] = json!({
        "broadcasting": true, "rtmps": [{ "name": "x" }],
        "hls": { "status": "running", "playlist_url": "u" },
    });
    event(&mut host, "call.hls_broadcasting_started", json!({ "call": document }));

    event(&mut host, "call.hls_broadcasting_stopped", json!({}));

    let egress = host.state(call).egress.as_ref().unwrap();
    assert!(egress.broadcast_ended);
    assert_eq!(egress.document, document["egress"], "as the server wrote it");

    event(&mut host, "call.hls_broadcasting_started", json!({ "call": document }));
    assert!(!host.state(call).egress.as_ref().unwrap().broadcast_ended);
}

#[test]
fn answers_show_at_once_and_their_events_change_nothing_twice() {
    let (mut host, call) = loaded();
    host.server.capabilities.push("screenshare");

    let update = host.request(call, "PATCH ", json!({ "custom": { "a": 1 } }), Then::Change);
    host.run_for(10);
    host.assert_resolved(update);
    let custom = |state: &CallState| state.document.as_ref().unwrap().custom.clone().unwrap();
    assert_eq!(custom(host.state(call))["a"], 1);
    assert!(host.state(call).has_capability("screenshare"));

    let before = host.state(call).document.clone();
    let document = host.server.call();
    event(&mut host, "call.updated", json!({ "call": document }));
    assert_eq!(host.state(call).document, before);
}

#[test]
fn reactions_go_to_every_session_of_a_user_until_they_are_reset() {
    let (mut host, call) = Host::joined();
    let joined = participant("bob", "bobs-phone");
    let payload = event::ParticipantJoined {
        participant: Some(joined),
        ..event::ParticipantJoined::default()
    };
    host.sfu(EventPayload::ParticipantJoined(payload));
    let shown = |host: &Host, session: &str| {
        let reaction = host.state(call).participant(session).unwrap().reaction.clone();
        reaction.map(|reaction| reaction.view.kind)
    };

    event(
        &mut host,
        "call.reaction_new",
        json!({ "reaction": { "type": "like", "user": { "id": "bob" } } }),
    );
    for session in ["bob-session", "bobs-phone"] {
        assert_eq!(shown(&host, session).as_deref(), Some("like"));
    }

    host.tell(call, CallCommand::ResetReaction("bobs-phone".to_owned()));
    assert_eq!(shown(&host, "bobs-phone"), None);
    assert_eq!(shown(&host, "bob-session").as_deref(), Some("like"));
}

#[test]
fn a_local_pin_stays_until_the_app_takes_it_off() {
    let (mut host, call) = Host::joined();
    let pin = |host: &Host| host.state(call).participant("bob-session").unwrap().pin;
    let session_id = || "bob-session".to_owned();

    host.tell(call, CallCommand::Pin { session_id: session_id(), pinned: true });
    let local = pin(&host).unwrap();
    assert!(local.is_local && local.pinned_at > 0.0);
    host.sfu(EventPayload::PinsUpdated(event::PinsChanged::default()));
    assert_eq!(pin(&host), Some(local), "the server's list does not touch it");

    host.tell(call, CallCommand::Pin { session_id: session_id(), pinned: false });
    assert_eq!(pin(&host), None);
    host.tell(call, CallCommand::Pin { session_id: "nobody".to_owned(), pinned: true });
}

#[test]
fn a_request_has_its_own_query_method_and_error_text() {
    let (mut host, call) = loaded();

    host.request(call, "DELETE /s1/recordings/f?x=1", Value::Null, Then::Nothing);
    host.run_for(10);

    let sent = host.sent.last().unwrap();
    assert_eq!(sent.method.as_str(), "DELETE");
    let expected = "http://coordinator/video/call/default/demo/s1/recordings/f?x=1&api_key=key\
        &user_id=alice&connection_id=c1";
    assert_eq!(sent.url, expected);
    host.server.refused = vec!["/block"];
    let blocked = host.request(call, "POST /block", json!({}), Then::Nothing);
    host.run_for(10);
    let Some(Err(error)) = host.settled.get(&blocked) else { panic!("not refused") };
    assert!(error.message.contains("while testing"), "{}", error.message);
    assert!(error.retryable && error.request_id.is_some() && error.status == Some(500));
}

#[test]
fn queried_calls_have_their_state_and_watch_only_when_asked() {
    for watch in [false, true] {
        let mut host = Host::connected();
        host.server.custom = json!({ "n": 1 });
        let body = body(json!({ "watch": watch, "limit": 5 }));

        let query = host.promise(|promise| Command::QueryCalls { promise, body });
        host.run_for(100);

        let Some(Ok(Outcome::Calls(answer, calls))) = host.settled.get(&query) else {
            panic!("{:?}", host.settled.get(&query))
        };
        assert_eq!(answer["next"], "n");
        let [call] = calls[..] else { panic!("one row, one call") };
        let state = host.state(call);
        assert_eq!((state.watching, state.calling_state), (watch, CallingState::Idle));
        assert_eq!(state.document.as_ref().unwrap().custom, Some(json!({ "n": 1 })));
        assert_eq!(host.client.state().calls.contains(&call), watch);
        assert_eq!(host.opened.captures, 0);
    }
}

#[test]
fn a_query_does_not_take_the_place_of_a_call_that_is_in_use() {
    let (mut host, call) = loaded();

    let body = body(json!({ "watch": true }));
    host.promise(|promise| Command::QueryCalls { promise, body });
    host.run_for(100);

    assert_eq!(host.client.state().calls, [call]);
}

#[test]
fn what_needs_no_user_goes_out_without_one() {
    let mut host = Host::new();
    let guest = app_request("POST /guest", json!({ "user": { "id": "gil" } }));
    let edges = app_request("GET /edges", Value::Null);

    let public = host.promise(|promise| Command::Request { promise, request: guest, public: true });
    let private =
        host.promise(|promise| Command::Request { promise, request: edges, public: false });
    host.run_for(100);

    host.assert_resolved(public);
    assert_eq!(host.rejection(private), "not-connected");
    let sent = &host.sent[0];
    assert!(sent.headers.contains(&("stream-auth-type", "anonymous".to_owned())));
    assert!(!sent.url.contains("user_id"));
}

#[test]
fn feedback_names_the_last_session_also_after_the_call() {
    let (mut host, call) = Host::joined();
    let during = host.client.session_id(call).unwrap().to_owned();

    host.leave(call);

    assert_eq!(host.client.session_id(call), Some(during.as_str()));
}
