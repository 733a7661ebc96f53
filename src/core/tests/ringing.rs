//! Who rings whom: a caller and the devices of two callees, each with a browser of its own, around
//! one coordinator.

mod world;

use std::rc::Rc;

use serde_json::{Value, json};

use self::world::{ALICE, BOB, BOBS_PHONE, CAROL, CID, World};
use super::{
    host::{Host, app_request},
    native::body,
};
use crate::core::tests::native::Outcome;
use crate::core::{
    CallCommand,
    CallingState::{Idle, Joined, Left, Ringing},
    Command, JoinOptions, Then,
};

#[test]
fn a_ring_reaches_every_device_of_every_callee_and_makes_one_call_each() {
    for ring_first in [false, true] {
        let mut world = World::new();
        world.ring_first = ring_first;
        let (world, call) = world.rung();

        assert_eq!(world.states(&[(ALICE, call)]), [Ringing]);
        assert_eq!(world.hosts[ALICE].client.state().calls, [call]);
        for place in [BOB, BOBS_PHONE, CAROL] {
            let rung = world.rung_at(place);
            let state = world.hosts[place].state(rung);
            assert_eq!(world.hosts[place].client.state().calls, [rung], "one call, not two");
            assert_eq!(state.calling_state, Ringing);
            assert!(state.watching);
            let ringing = state.ringing.unwrap();
            assert!(!ringing.outgoing && ringing.expires_at.is_some());
            let members: Vec<&str> =
                state.members.iter().map(|m| m.view.user_id.as_str()).collect();
            assert!(members.contains(&"alice"), "the caller is no stranger: {members:?}");
        }
        let ringing = world.hosts[ALICE].state(call).ringing.unwrap();
        assert!(ringing.outgoing && ringing.expires_at.is_some());
    }
}

#[test]
fn who_accepts_joins_and_so_does_the_caller_and_the_other_device_falls_silent() {
    let (mut world, call) = World::ringing();
    let options = JoinOptions { request: Some(body(json!({ "mine": 1 }))), ..Default::default() };
    world.hosts[ALICE].tell(call, CallCommand::SetJoinOptions(options));
    let (bob, phone, carol) = (world.rung_at(BOB), world.rung_at(BOBS_PHONE), world.rung_at(CAROL));

    let join = world.hosts[BOB].join(bob);
    world.run(100);

    world.hosts[BOB].assert_resolved(join);
    let calls = [(ALICE, call), (BOB, bob), (BOBS_PHONE, phone), (CAROL, carol)];
    assert_eq!(world.states(&calls), [Joined, Joined, Left, Ringing]);
    assert_eq!(world.left_because(BOBS_PHONE), ["accepted_elsewhere"]);
    let sent: Vec<&str> = world.hosts[BOB].server.bodies.iter().map(|(p, _)| p.as_str()).collect();
    let order = sent.iter().filter(|path| path.ends_with("/join") || path.ends_with("/accept"));
    assert_eq!(
        order.collect::<Vec<_>>(),
        [&"/call/default/demo/join", &"/call/default/demo/accept"],
        "told before any media flows",
    );
    assert_eq!(world.requests(ALICE, "/join")[0]["mine"], 1, "the caller's own options");
    assert!(world.requests(ALICE, "/accept").is_empty(), "the caller has nothing to accept");

    // Carol comes later, and for that alice has nothing to do.
    world.hosts[CAROL].join(carol);
    world.run(100);
    assert_eq!(world.states(&calls), [Joined, Joined, Left, Joined]);
    assert_eq!(world.requests(ALICE, "/join").len(), 1);
    world.run(60_000);
    assert_eq!(world.states(&calls), [Joined, Joined, Left, Joined], "no timer is left");
}

#[test]
fn one_to_one_the_first_rejection_ends_the_ring() {
    let (mut world, call) = World::with(&["bob"]).rung();
    let bob = world.rung_at(BOB);

    let leave = world.leave(BOB, bob, Some(true), "decline");
    assert_eq!(world.states(&[(BOB, bob)]), [Left], "at once");
    world.run(50);

    world.hosts[BOB].assert_resolved(leave);
    assert_eq!(world.states(&[(ALICE, call)]), [Left]);
    assert_eq!(world.rejections(BOB), ["decline"]);
    assert_eq!(world.rejections(ALICE), ["cancel"]);
    assert_eq!(world.left_because(BOBS_PHONE), ["rejected_elsewhere"]);
    assert!(world.rejections(BOBS_PHONE).is_empty());
}

#[test]
fn in_a_group_the_last_rejection_ends_the_ring() {
    let (mut world, call) = World::ringing();
    let (bob, carol) = (world.rung_at(BOB), world.rung_at(CAROL));

    world.leave(BOB, bob, Some(true), "");
    world.run(50);
    assert_eq!(world.states(&[(ALICE, call), (CAROL, carol)]), [Ringing, Ringing]);
    assert_eq!(world.rejections(BOB), ["decline"], "the reason when none is given");

    world.leave(CAROL, carol, Some(true), "");
    world.run(50);
    assert_eq!(world.states(&[(ALICE, call)]), [Left]);
    assert_eq!(world.rejections(ALICE), ["cancel"]);
}

#[test]
fn a_caller_who_leaves_cancels_and_everybody_falls_silent() {
    for reject in [None, Some(true)] {
        let (mut world, call) = World::ringing();

        world.leave(ALICE, call, reject, if reject.is_some() { "cancel" } else { "" });
        world.run(50);

        assert_eq!(world.rejections(ALICE), ["cancel"]);
        for place in [BOB, BOBS_PHONE, CAROL] {
            assert_eq!(world.left_because(place), ["cancelled"]);
            assert!(world.hosts[place].client.state().calls.is_empty());
            assert!(world.rejections(place).is_empty());
        }
    }
}

#[test]
fn leaving_without_a_rejection_tells_nobody() {
    let (mut world, call) = World::ringing();
    let (bob, phone) = (world.rung_at(BOB), world.rung_at(BOBS_PHONE));

    world.leave(BOB, bob, None, "");
    world.leave(ALICE, call, Some(false), "");
    world.run(50);

    assert!(world.rejections(BOB).is_empty() && world.rejections(ALICE).is_empty());
    assert_eq!(world.states(&[(BOB, bob), (BOBS_PHONE, phone)]), [Left, Ringing]);
}

#[test]
fn nobody_answers_and_each_gives_up_in_its_own_time() {
    let (mut world, call) = World::ringing();
    let carol = world.rung_at(CAROL);

    world.run(19_900);
    assert_eq!(world.states(&[(ALICE, call), (CAROL, carol)]), [Ringing, Ringing]);
    world.run(300);
    assert_eq!(world.rejections(CAROL), ["timeout"]);
    assert_eq!(world.left_because(CAROL), ["ring_timeout"]);
    // All of them have rejected by now.
    assert_eq!(world.states(&[(ALICE, call), (CAROL, carol)]), [Left, Left]);

    let mut world = World::new();
    for host in &mut world.hosts {
        host.server.ring = (10_000, 0);
    }
    let (mut world, call) = world.rung();
    world.run(10_100);
    assert_eq!(world.states(&[(ALICE, call)]), [Left]);
    assert_eq!(world.rejections(ALICE), ["timeout"]);
    assert_eq!(world.left_because(BOB), ["cancelled"]);
}

#[test]
fn a_timeout_of_zero_rings_for_ever() {
    let mut world = World::new();
    for host in &mut world.hosts {
        host.server.ring = (0, 0);
    }
    let (mut world, call) = world.rung();
    let bob = world.rung_at(BOB);

    world.run(200_000);

    assert_eq!(world.states(&[(ALICE, call), (BOB, bob)]), [Ringing, Ringing]);
    assert_eq!(world.hosts[ALICE].state(call).ringing.unwrap().expires_at, None);
}

#[test]
fn an_ended_call_stops_ringing() {
    let (mut world, call) = World::ringing();

    world.hosts[ALICE].end(call);
    world.run(50);

    assert_eq!(world.states(&[(ALICE, call)]), [Left]);
    for place in [ALICE, BOB, CAROL] {
        assert_eq!(world.left_because(place), ["call_ended"]);
        assert!(world.rejections(place).is_empty());
    }
}

#[test]
fn a_busy_user_rejects_and_never_sees_the_second_ring() {
    let (mut world, _) = World::ringing();
    let first = world.rung_at(BOB);
    let mut second = world.hosts[ALICE].server.call();
    second["id"] = json!("other");
    second["cid"] = json!("default:other");
    let event = json!({
        "type": "call.ring", "call_cid": "default:other", "call": second,
        "user": { "id": "dave" }, "members": [{ "user_id": "bob" }],
    });

    world.hosts[BOB].coordinator(event.clone());
    world.hosts[CAROL].coordinator(event);
    world.run(50);

    assert_eq!(world.hosts[BOB].client.state().calls, [first]);
    let (path, body) = world.hosts[BOB].server.bodies.last().unwrap();
    assert_eq!((path.as_str(), &body["reason"]), ("/call/default/other/reject", &json!("busy")));
    let carols = &world.hosts[CAROL].client.state().calls;
    assert_eq!(carols.len(), 2, "without the option the second one rings, too");
    assert_eq!(world.hosts[CAROL].client.call_name(carols[0]), Some(("default", "other")));
}

#[test]
fn a_missed_call_changes_no_state_by_itself() {
    let (mut world, call) = World::ringing();
    world.hosts[ALICE].server.session.borrow_mut()["missed_by"] = json!({ "carol": "2030" });
    let document = world.hosts[ALICE].server.call();

    world.broadcast(&json!({
        "type": "call.missed", "call_cid": CID, "call": document, "members": [],
    }));

    assert_eq!(world.states(&[(ALICE, call)]), [Ringing]);
    let session = world.hosts[ALICE].state(call).session.as_ref().unwrap();
    assert!(session.document["missed_by"].get("carol").is_some());
}

#[test]
fn members_can_be_rung_in_the_middle_of_a_call() {
    let mut world = World::with(&["carol"]);
    let call = world.hosts[ALICE].call();
    world.hosts[ALICE].join(call);
    world.run(50);

    let ring = json!({ "members_ids": ["carol"] });
    let promise = world.hosts[ALICE].request(call, "POST /ring", ring, Then::RingMembers);
    world.run(50);

    world.hosts[ALICE].assert_resolved(promise);
    let carol = world.rung_at(CAROL);
    assert_eq!(world.states(&[(ALICE, call), (CAROL, carol)]), [Joined, Ringing]);
    assert!(world.hosts[BOB].client.state().calls.is_empty());
    world.leave(CAROL, carol, Some(true), "");
    world.run(50);
    assert_eq!(world.states(&[(ALICE, call)]), [Joined], "a late answer only shows");
    let session = world.hosts[ALICE].state(call).session.as_ref().unwrap();
    assert!(session.rejected_by.contains_key("carol"));
}

#[test]
fn a_call_that_is_loaded_can_ring_without_being_joined() {
    let mut world = World::new();
    let call = world.hosts[ALICE].call();
    world.hosts[ALICE].get(call);
    world.run(50);

    world.hosts[ALICE].request(call, "POST /ring", json!({}), Then::RingMembers);
    world.run(50);
    assert_eq!(world.states(&[(ALICE, call)]), [Ringing]);
    let bob = world.rung_at(BOB);
    world.hosts[BOB].join(bob);
    world.run(100);

    assert_eq!(world.states(&[(ALICE, call), (BOB, bob)]), [Joined, Joined]);
}

#[test]
fn a_ring_that_the_server_refuses_rings_nobody() {
    let mut world = World::new();
    world.hosts[ALICE].server.refused = vec!["/ring", "/demo"];
    let call = world.hosts[ALICE].call();

    let body = json!({ "ring": true });
    let ring = world.hosts[ALICE].request(call, "POST ", body, Then::Ring);
    let members = world.hosts[ALICE].request(call, "POST /ring", json!({}), Then::RingMembers);
    world.run(50);

    for promise in [ring, members] {
        assert_eq!(world.hosts[ALICE].rejection(promise), "server-error");
    }
    assert_eq!(world.states(&[(ALICE, call)]), [Idle]);
    assert!(world.hosts[ALICE].state(call).ringing.is_none());
}

#[test]
fn a_join_that_rings_goes_on_to_joined_and_rings_once() {
    let mut world = World::new();
    world.hosts[ALICE].weather.lost.join_responses = 2;
    let call = world.hosts[ALICE].call();

    let join = world.hosts[ALICE].join_with(call, json!({ "create": true, "ring": true }));
    world.run(30_000);

    world.hosts[ALICE].assert_resolved(join);
    assert_eq!(world.states(&[(ALICE, call)]), [Joined]);
    assert!(world.hosts[ALICE].state(call).ringing.unwrap().outgoing);
    let bodies = world.requests(ALICE, "/join");
    let rings: Vec<bool> = bodies.iter().map(|body| body["ring"] == true).collect();
    assert_eq!(rings, [true, false], "another server is asked, and nobody is rung again");
}

#[test]
fn a_push_message_and_the_socket_lead_to_one_call() {
    let (mut world, _) = World::ringing();
    let bob = world.rung_at(BOB);
    let ask = |host: &mut Host| {
        host.promise(|promise| Command::RingingCall { promise, cid: CID.to_owned() })
    };

    let known = ask(&mut world.hosts[BOB]);
    world.hosts[BOB].assert_resolved(known);
    assert!(matches!(world.hosts[BOB].settled[&known], Ok(Outcome::Call(call)) if call == bob));

    // A device that the socket told nothing yet, and now both at once.
    world.hosts.push(Host::connected_as("bob", false));
    world.told.push(0);
    let late = world.hosts.len() - 1;
    world.hosts[late].server.session = Rc::clone(&world.hosts[ALICE].server.session);
    let (first, second) = (ask(&mut world.hosts[late]), ask(&mut world.hosts[late]));
    let mut event = world.hosts[ALICE].server.call();
    event = json!({
        "type": "call.ring", "call_cid": CID, "call": event, "user": { "id": "alice" },
        "members": [{ "user_id": "bob" }],
    });
    world.hosts[late].coordinator(event);
    world.run(50);

    let call = world.rung_at(late);
    assert_eq!(world.states(&[(late, call)]), [Ringing]);
    assert_eq!(world.hosts[late].client.state().calls, [call]);
    for promise in [first, second] {
        let result = &world.hosts[late].settled[&promise];
        assert!(matches!(result, Ok(Outcome::Call(key)) if *key == call), "{result:?}");
    }
}

#[test]
fn a_push_message_of_a_call_that_is_gone_leaves_nothing_behind() {
    let mut host = Host::connected();
    host.server.exists = false;

    let gone = host.promise(|promise| Command::RingingCall { promise, cid: CID.to_owned() });
    let wrong = host.promise(|promise| Command::RingingCall { promise, cid: "demo".to_owned() });
    host.run_for(100);

    assert_eq!(host.rejection(gone), "not-found");
    assert_eq!(host.rejection(wrong), "invalid-argument");
    assert!(host.client.state().calls.is_empty());
}

#[test]
fn a_ring_that_was_answered_before_it_came_does_not_ring() {
    let (mut world, _) = World::ringing();
    let bob = world.rung_at(BOB);
    world.leave(BOB, bob, Some(true), "");
    world.run(50);
    let late = Host::connected_as("bob", false);
    world.hosts.push(late);
    world.told.push(0);
    let late = world.hosts.len() - 1;
    world.hosts[late].server.session = Rc::clone(&world.hosts[ALICE].server.session);

    let asked =
        world.hosts[late].promise(|promise| Command::RingingCall { promise, cid: CID.to_owned() });
    world.run(50);

    world.hosts[late].assert_resolved(asked);
    let Ok(Outcome::Call(call)) = world.hosts[late].settled[&asked] else { panic!("no call") };
    assert_eq!(world.left_because(late), ["rejected_elsewhere"]);
    assert_eq!(world.states(&[(late, call)]), [Left]);
}

#[test]
fn an_object_of_the_apps_own_takes_the_ring_over() {
    for loads_first in [false, true] {
        let (mut world, call) = World::ringing();
        let made = world.rung_at(BOB);
        let own = world.hosts[BOB].call();

        if loads_first {
            world.hosts[BOB].get(own);
            world.run(50);
            assert_eq!(world.states(&[(BOB, own), (BOB, made)]), [Ringing, Left]);
            assert!(world.hosts[BOB].state(own).ringing.unwrap().expires_at.is_some());
        }
        let join = world.hosts[BOB].join(own);
        world.run(100);

        world.hosts[BOB].assert_resolved(join);
        assert_eq!(world.states(&[(ALICE, call), (BOB, own), (BOB, made)]), [Joined, Joined, Left]);
        assert_eq!(world.hosts[BOB].client.state().calls, [own]);
        assert_eq!(world.requests(BOB, "/accept").len(), 1);
    }
}

#[test]
fn an_answer_that_was_missed_is_caught_up_with() {
    let (mut world, call) = World::ringing();
    let bob = world.rung_at(BOB);
    world.hosts[ALICE].close_coordinator(1006);

    world.hosts[BOB].join(bob);
    world.run(10_000);

    assert_eq!(world.states(&[(ALICE, call), (BOB, bob)]), [Joined, Joined]);
}

#[test]
fn an_answer_that_overtakes_the_callers_own_is_not_lost() {
    let mut world = World::new();
    // The answer to alice takes its time; bob does not.
    world.hosts[ALICE].weather.delays = vec![500];
    let call = world.hosts[ALICE].call();
    world.hosts[ALICE].request(call, "POST ", json!({ "ring": true }), Then::Ring);
    world.run(20);
    let bob = world.rung_at(BOB);

    world.hosts[BOB].join(bob);
    world.run(100);
    assert_eq!(world.states(&[(ALICE, call)]), [Idle]);
    world.run(5_000);

    assert_eq!(world.states(&[(ALICE, call), (BOB, bob)]), [Joined, Joined]);
}

#[test]
fn a_rejection_that_fails_does_not_keep_anybody_in_the_call() {
    let (mut world, _) = World::ringing();
    let bob = world.rung_at(BOB);
    world.hosts[BOB].server.refused = vec!["/reject"];

    let leave = world.leave(BOB, bob, Some(true), "");
    world.run(50);

    world.hosts[BOB].assert_resolved(leave);
    assert_eq!(world.states(&[(BOB, bob)]), [Left]);
}

#[test]
fn an_acceptance_that_fails_is_an_error_of_the_join_and_it_rings_on() {
    let (mut world, call) = World::ringing();
    let bob = world.rung_at(BOB);
    world.hosts[BOB].server.refused = vec!["/accept"];

    let join = world.hosts[BOB].join(bob);
    world.run(15_000);

    assert_eq!(world.hosts[BOB].rejection(join), "server-error");
    assert_eq!(world.hosts[BOB].opened.sfu_sockets, 0);
    assert_eq!(world.states(&[(ALICE, call), (BOB, bob)]), [Ringing, Ringing]);
    world.run(30_000);
    assert_eq!(world.states(&[(BOB, bob)]), [Left], "its timer runs again");
}

#[test]
fn accept_and_reject_are_sent_one_after_the_other() {
    let (mut world, _) = World::ringing();
    let bob = world.rung_at(BOB);
    world.hosts[BOB].weather.delays = vec![100];

    let accept = world.hosts[BOB].request(bob, "POST /accept", json!({}), Then::Accept);
    let body = json!({ "reason": "changed my mind" });
    let reject = world.hosts[BOB].request(bob, "POST /reject", body, Then::Reject);
    world.run(50);
    assert!(world.requests(BOB, "/reject").is_empty(), "the first is not answered yet");
    assert_eq!(world.states(&[(BOB, bob)]), [Ringing], "accepted here, not elsewhere");
    world.run(500);

    world.hosts[BOB].assert_resolved(accept);
    world.hosts[BOB].assert_resolved(reject);
    assert_eq!(world.rejections(BOB), ["changed my mind"]);
}

#[test]
fn a_call_one_is_made_a_member_of_is_listed_and_does_not_ring() {
    let mut host = Host::connected_as("bob", false);
    let document = host.server.call();

    for _ in 0..2 {
        host.coordinator(json!({
            "type": "call.created", "call_cid": CID, "call": document,
            "members": [{ "user_id": "bob" }],
        }));
    }

    let [call] = host.client.state().calls[..] else { panic!("one call") };
    let state = host.state(call);
    assert_eq!((state.calling_state, state.watching, state.members.len()), (Idle, false, 1));
    assert_eq!(host.opened.rest_requests, 0);
    let request = app_request("GET /call/default/demo", Value::Null);
    let get =
        host.order(call, |promise| CallCommand::Request { promise, request, then: Then::Load });
    host.run_for(100);
    host.assert_resolved(get);
    assert!(host.state(call).watching);
}
