//! The connection to the coordinator, and the state it feeds.

use serde_json::{Value, json};

use super::{host::Host, native::CallState};
use crate::core::{LocalEvent, Then};

#[test]
fn what_others_change_shows_without_asking() {
    let mut host = Host::connected();
    let call = host.call();
    host.get(call);
    host.run_for(100);
    assert!(host.state(call).watching);

    host.server.custom = json!({ "color": "red" });
    host.server.version += 1;
    let document = host.server.call();
    host.coordinator(
        json!({ "type": "call.updated", "call_cid": "default:demo", "call": document }),
    );
    host.coordinator(json!({
        "type": "call.member_added", "call_cid": "default:demo", "call": document,
        "members": [{ "user_id": "bob" }, { "user_id": "carol" }],
    }));
    host.coordinator(json!({
        "type": "call.member_removed", "call_cid": "default:demo", "call": document,
        "members": ["bob"],
    }));

    let state = host.state(call);
    assert_eq!(custom(state)["color"], "red");
    let members: Vec<&str> = state.members.iter().map(|m| m.view.user_id.as_str()).collect();
    assert_eq!(members, ["carol"]);
}

#[test]
fn an_older_answer_never_overwrites_a_newer_event() {
    let mut host = Host::connected();
    let call = host.call();
    host.get(call);
    host.run_for(100);
    let old = host.server.call();
    host.server.version += 1;
    host.server.custom = json!({ "n": 2 });
    let new = host.server.call();

    for document in [new, old] {
        host.coordinator(
            json!({ "type": "call.updated", "call_cid": "default:demo", "call": document }),
        );
    }

    assert_eq!(custom(host.state(call))["n"], 2);
}

#[test]
fn a_newer_update_counts_and_an_older_one_does_not_whichever_way_their_dates_are_written() {
    let number = |ms: u64| json!((1_924_992_000_000 + ms) * 1_000_000 + 853_336);
    let text = |ms: u64| json!(format!("2031-01-01T00:00:00.{ms:03}853336Z"));
    let millis = |ms: u64| json!(format!("2031-01-01T00:00:00.{ms:03}Z"));
    let writers: [&dyn Fn(u64) -> Value; 3] = [&number, &text, &millis];
    let pairs = writers.iter().flat_map(|first| writers.iter().map(move |second| (first, second)));
    for (first, second) in pairs {
        for (at, expected) in [(499, 1), (500, 2), (501, 2)] {
            let mut host = Host::connected();
            let call = host.call();
            host.get(call);
            host.run_for(100);

            for (n, updated_at) in [(1, first(500)), (2, second(at))] {
                let mut document = host.server.call();
                (document["updated_at"], document["custom"]) = (updated_at, json!({ "n": n }));
                host.coordinator(json!({
                    "type": "call.updated", "call_cid": "default:demo", "call": document,
                }));
            }

            assert_eq!(custom(host.state(call))["n"], expected, "{} {}", first(500), second(at));
        }
    }
}

#[test]
fn a_member_update_is_applied_from_its_answer_and_again_from_its_event() {
    let mut host = Host::connected();
    let call = host.call();
    host.get(call);
    host.run_for(100);
    host.server.members = vec!["bob".to_owned()];

    let request = json!({ "update_members": [{ "user_id": "bob" }], "remove_members": ["dave"] });
    let promise = host.request(call, "POST /members", request, Then::Members);
    host.run_for(100);
    host.assert_resolved(promise);
    host.coordinator(json!({
        "type": "call.member_added", "call_cid": "default:demo",
        "members": [{ "user_id": "bob" }],
    }));

    let members: Vec<&str> =
        host.state(call).members.iter().map(|m| m.view.user_id.as_str()).collect();
    assert_eq!(members, ["bob"]);
}

#[test]
fn the_session_counts_who_is_in_before_the_join() {
    let mut host = Host::connected();
    let call = host.call();
    host.get(call);
    host.run_for(100);
    let session = json!({
        "id": "s", "participants": [], "participants_count_by_role": {},
        "anonymous_participant_count": 1,
    });
    let mut document = host.server.call();
    document["session"] = session;
    host.coordinator(json!({
        "type": "call.session_started", "call_cid": "default:demo", "call": document,
    }));
    let joined = json!({
        "type": "call.session_participant_joined", "call_cid": "default:demo",
        "participant": { "user_session_id": "x", "user": { "id": "bob", "role": "user" } },
    });

    host.coordinator(joined.clone());
    host.coordinator(joined);
    assert_eq!(host.state(call).participant_count, 1, "the same session twice counts once");
    assert_eq!(host.state(call).anonymous_participant_count, 1);

    host.coordinator(json!({
        "type": "call.session_participant_left", "call_cid": "default:demo",
        "participant": { "user_session_id": "x", "user": { "id": "bob", "role": "user" } },
    }));
    assert_eq!(host.state(call).participant_count, 0);
}

#[test]
fn a_call_that_is_deleted_is_not_watched_any_more() {
    let mut host = Host::connected();
    let call = host.call();
    host.get(call);
    host.run_for(100);
    assert!(host.state(call).watching);
    assert_eq!(host.client.state().calls, [call]);

    let document = host.server.call();
    host.coordinator(json!({
        "type": "call.deleted", "call_cid": "default:demo", "call": document,
    }));

    assert!(!host.state(call).watching);
    assert_eq!(host.client.state().calls, []);
}

#[test]
fn a_refused_socket_is_told_as_an_event() {
    let mut host = Host::connected();
    let error = json!({ "code": 43, "StatusCode": 401, "message": "bad signature" });

    host.coordinator(json!({ "type": "connection.error", "connection_id": "c", "error": error }));

    assert!(host.events.iter().any(|(name, _)| name == "connection.error"));
}

#[test]
fn a_lost_socket_comes_back_and_watches_again() {
    let mut host = Host::connected();
    let call = host.call();
    host.get(call);
    host.run_for(100);
    host.server.custom = json!({ "missed": true });
    host.server.version += 1;

    host.close_coordinator(1006);
    host.run_for(10_000);

    assert_eq!(custom(host.state(call))["missed"], true, "what was missed is caught up");
    let (path, body) = host.server.bodies.last().unwrap();
    assert_eq!(path, "/calls");
    assert_eq!(body["filter_conditions"], json!({ "cid": { "$in": ["default:demo"] } }));
    let online: Vec<bool> = host
        .events
        .iter()
        .filter_map(|(_, event)| match event {
            Some(LocalEvent::ConnectionChanged { online }) => Some(*online),
            _ => None,
        })
        .collect();
    assert_eq!(online, [true], "a short loss is nobody's business");
}

#[test]
fn a_request_waits_for_the_socket_instead_of_failing() {
    let mut host = Host::new();
    let call = host.call();
    let connect = host.connect("alice", None, true);

    let get = host.get(call);
    host.run_for(100);

    host.assert_resolved(connect);
    host.assert_resolved(get);
}

#[test]
fn connecting_ends_after_its_attempts_and_names_them() {
    let mut host = Host::new();
    host.is_down = true;

    let connect = host.connect("alice", Some(super::native::token("alice")), false);
    host.run_for(600_000);

    assert_eq!(host.rejection(connect), "ws-closed");
    let Some(Err(error)) = host.settled.get(&connect) else { panic!("rejected above") };
    assert_eq!(error.attempts.len(), 5);
    assert_eq!(host.client.user_id(), None);
}

/// The app's free object, as the state has it.
fn custom(state: &CallState) -> &Value {
    state.document.as_ref().and_then(|call| call.custom.as_ref()).unwrap()
}
