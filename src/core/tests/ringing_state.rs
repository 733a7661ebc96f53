//! What apps see of a ring.

use serde_json::{Value, json};

use super::{
    host::Host,
    native::{CallState, Native, seen},
};
use crate::core::{Rejection, Ringing, Session, view};

#[test]
fn a_ring_shows_who_is_still_to_answer_and_why_others_did_not_come() {
    let mut state = call(&json!({ "accepted_by": {}, "rejected_by": {} }));
    assert_eq!(state.ringing_state(Some("me")), None);
    state.ringing = Some(Ringing { outgoing: true, expires_at: Some(5.0) });
    let ring = state.ringing_state(Some("me")).unwrap();
    assert_eq!((ring.outgoing, ring.expires_at), (true, Some(5.0)));
    assert_eq!(ring.pending, ["b", "c"], "who rings is not asked");
    assert!(ring.accepted_by.is_empty() && ring.rejected_by.is_empty());

    state.session = Some(session(&json!({
        "accepted_by": { "c": "time" }, "rejected_by": { "b": "time", "d": "time" },
    })));
    state.rejections = vec![("b".into(), Some("busy".into()))];
    let ring = state.ringing_state(Some("me")).unwrap();
    assert_eq!(ring.accepted_by, ["c"]);
    let rejection = |user_id: &str, reason: Option<&str>| Rejection {
        user_id: user_id.into(),
        reason: reason.map(str::to_owned),
    };
    assert_eq!(ring.rejected_by, [rejection("b", Some("busy")), rejection("d", None)]);
    assert!(ring.pending.is_empty());
}

#[test]
fn whoever_is_rung_waits_for_everybody_but_the_creator() {
    let mut state = call(&json!({}));
    state.ringing = Some(Ringing { outgoing: false, expires_at: None });
    state.document = Some(Box::new(seen_call(json!({ "created_by": { "id": "b" } }))));
    assert_eq!(state.ringing_state(Some("me")).unwrap().pending, ["me", "c"]);
}

#[test]
fn why_somebody_rejected_is_known_until_the_call_is_left() {
    let (mut host, call) = Host::joined();
    for reason in ["busy", "decline"] {
        host.coordinator(json!({
            "type": "call.rejected", "call_cid": "default:demo", "user": { "id": "bob" },
            "reason": reason,
        }));
    }
    host.coordinator(json!({
        "type": "call.rejected", "call_cid": "default:demo", "user": { "id": "carol" },
    }));
    let known = [("bob".to_owned(), Some("decline".to_owned())), ("carol".to_owned(), None)];
    assert_eq!(host.state(call).rejections, known);
    host.leave(call);
    assert!(host.state(call).rejections.is_empty());
}

fn call(answers: &Value) -> CallState {
    let member = |id: &str| seen(json!({ "user_id": id }));
    CallState {
        members: ["me", "b", "c"].map(member).into(),
        session: Some(session(answers)),
        ..CallState::default()
    }
}

fn seen_call(document: Value) -> view::Call<Value> {
    serde_json::from_value(document).unwrap()
}

fn session(document: &Value) -> Session<Native> {
    let view: view::Session<Value> = serde_json::from_value(document.clone()).unwrap();
    Session {
        id: String::new(),
        document: document.clone(),
        participants: vec![],
        counts_by_role: view.participants_count_by_role,
        anonymous_count: 0,
        accepted_by: view.accepted_by,
        rejected_by: view.rejected_by,
        has_ended: false,
    }
}
