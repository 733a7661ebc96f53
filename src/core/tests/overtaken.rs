//! Answers that were written before an event and come after it.

use serde_json::{Value, json};

use super::{
    host::{Host, reply},
    native::{Reply, seen},
};
use crate::core::CallKey;

const REST: usize = 0;

/// A call of which one answer said that Alice and Carol are in its session.
fn loaded() -> (Host, CallKey) {
    let mut host = Host::connected();
    let call = host.call();
    *host.server.session.borrow_mut() = session(&["alice", "carol"]);
    host.get(call);
    host.run_for(100);
    assert_eq!(people(&host, call), "alice,carol: 2");
    (host, call)
}

/// A session as the server writes it.
fn session(users: &[&str]) -> Value {
    let participants: Vec<Value> = users.iter().map(|user| participant(user)).collect();
    json!({
        "id": "s", "participants": participants, "anonymous_participant_count": 0,
        "participants_count_by_role": { "user": users.len() },
        "accepted_by": {}, "rejected_by": {},
    })
}

fn participant(user: &str) -> Value {
    json!({ "user_session_id": user, "user": { "id": user, "role": "user" } })
}

/// Somebody has `joined` or `left`, says an event.
fn tell(host: &mut Host, how: &str, user: &str) {
    host.coordinator(json!({
        "type": format!("call.session_participant_{how}"), "call_cid": "default:demo",
        "session_id": "s", "participant": participant(user),
    }));
}

/// Has the next request answered by what the server says now, whatever happens meanwhile.
fn hold_answer(host: &mut Host) {
    let answer = reply(200, Reply::Json(seen(host.server.answer()).into()));
    host.weather.answers[REST].push_back(answer);
}

fn get(host: &mut Host, call: CallKey) {
    host.get(call);
    host.run_for(100);
}

/// Who is in the session, and how many are counted.
fn people(host: &Host, call: CallKey) -> String {
    let state = host.state(call);
    let session = state.session.as_ref().unwrap();
    let users = session.participants.iter().map(|p| p.view.user.as_ref().unwrap().id.as_str());
    format!("{}: {}", users.collect::<Vec<_>>().join(","), state.participant_count)
}

#[test]
fn who_came_stays_and_who_went_stays_away() {
    let (mut host, call) = loaded();
    tell(&mut host, "joined", "bob");
    tell(&mut host, "left", "carol");
    get(&mut host, call);
    assert_eq!(people(&host, call), "alice,bob: 2");

    tell(&mut host, "left", "bob");
    tell(&mut host, "joined", "carol");
    get(&mut host, call);
    assert_eq!(people(&host, call), "alice,carol: 2", "the last word counts");

    *host.server.session.borrow_mut() = session(&["alice", "carol", "dave"]);
    get(&mut host, call);
    assert_eq!(people(&host, call), "alice,carol,dave: 3", "an answer may know more");
}

#[test]
fn an_answer_that_is_newer_than_its_call_was_counts_what_it_lists() {
    let (mut host, call) = loaded();
    tell(&mut host, "joined", "bob");
    host.server.version += 1;
    *host.server.session.borrow_mut() = session(&["alice", "bob", "carol", "dave"]);
    get(&mut host, call);
    assert_eq!(people(&host, call), "alice,bob,carol,dave: 4");

    host.server.version += 1;
    hold_answer(&mut host);
    host.get(call);
    tell(&mut host, "joined", "erin");
    tell(&mut host, "left", "alice");
    host.run_for(100);
    assert_eq!(people(&host, call), "bob,carol,dave,erin: 4", "written before the last two");
}

#[test]
fn events_before_the_first_answer_are_not_lost() {
    let mut host = Host::connected();
    let call = host.call();
    *host.server.session.borrow_mut() = session(&["alice", "carol"]);
    host.get(call);

    tell(&mut host, "joined", "bob");
    tell(&mut host, "left", "carol");
    host.run_for(100);

    assert_eq!(people(&host, call), "alice,bob: 2");
}

#[test]
fn after_the_socket_was_lost_the_server_knows_better_but_for_what_it_tells_since() {
    let (mut host, call) = loaded();
    tell(&mut host, "joined", "bob");
    host.close_coordinator(1006);
    while host.client.user_id().is_some() && host.server.bodies.last().unwrap().0 != "/calls" {
        host.step();
    }
    tell(&mut host, "joined", "dave");
    host.run_for(100);

    assert_eq!(people(&host, call), "alice,carol,dave: 3", "Bob may have left unheard");
}

#[test]
fn counts_do_not_step_back() {
    let (mut host, call) = loaded();
    host.coordinator(json!({
        "type": "call.session_participant_count_updated", "call_cid": "default:demo",
        "session_id": "s", "participants_count_by_role": { "user": 900 },
        "anonymous_participant_count": 40,
    }));
    get(&mut host, call);
    assert_eq!(people(&host, call), "alice,carol: 900");
    assert_eq!(host.state(call).anonymous_participant_count, 40);

    host.server.version += 1;
    get(&mut host, call);
    assert_eq!(people(&host, call), "alice,carol: 2", "what is newer counts");
}

#[test]
fn answers_to_a_ring_do_not_step_back_nor_does_the_session() {
    let (mut host, call) = loaded();
    let accepted = |host: &Host| {
        host.state(call).session.as_ref().map_or(0, |session| session.accepted_by.len())
    };
    let mut document = host.server.call();
    document["session"]["accepted_by"] = json!({ "bob": "2030-01-01T10:00:00Z" });
    host.coordinator(json!({
        "type": "call.accepted", "call_cid": "default:demo", "call": document,
        "user": { "id": "bob" },
    }));
    get(&mut host, call);
    assert_eq!(accepted(&host), 1);

    document["session"]["ended_at"] = json!("2030-01-01T10:00:00Z");
    host.coordinator(json!({
        "type": "call.session_ended", "call_cid": "default:demo", "call": document,
    }));
    get(&mut host, call);
    assert!(host.state(call).session.as_ref().unwrap().has_ended);

    document["session"]["id"] = json!("next");
    host.coordinator(json!({
        "type": "call.session_started", "call_cid": "default:demo", "call": document,
    }));
    get(&mut host, call);
    assert_eq!(host.state(call).session.as_ref().unwrap().id, "next");

    host.server.version += 1;
    get(&mut host, call);
    assert_eq!(host.state(call).session.as_ref().unwrap().id, "s");
    assert_eq!(accepted(&host), 0, "what is newer counts");
}

#[test]
fn members_do_not_step_back() {
    let (mut host, call) = loaded();
    host.server.members = vec!["alice".to_owned(), "carol".to_owned()];
    get(&mut host, call);
    host.coordinator(json!({
        "type": "call.member_added", "call_cid": "default:demo",
        "members": [{ "user_id": "bob" }],
    }));
    host.coordinator(json!({
        "type": "call.member_removed", "call_cid": "default:demo", "members": ["carol"],
    }));
    get(&mut host, call);
    assert_eq!(members(&host, call), ["alice", "bob"]);

    host.server.members.push("dave".to_owned());
    get(&mut host, call);
    assert_eq!(members(&host, call), ["alice", "dave", "bob"], "an answer may know more");
}

#[test]
fn an_answer_that_is_older_as_a_whole_changes_neither_members_nor_rights() {
    let (mut host, call) = loaded();
    host.server.members = vec!["alice".to_owned()];
    let old = host.server.answer();
    host.server.version += 1;
    host.server.members.push("bob".to_owned());
    host.server.capabilities.push("mute-users");
    get(&mut host, call);
    host.weather.answers[REST].push_back(reply(200, Reply::Json(seen(old).into())));
    get(&mut host, call);
    assert_eq!(members(&host, call), ["alice", "bob"]);
    assert!(host.state(call).has_capability("mute-users"));
}

fn members(host: &Host, call: CallKey) -> Vec<&str> {
    host.state(call).members.iter().map(|member| member.view.user_id.as_str()).collect()
}
