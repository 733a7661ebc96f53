//! Thousands of random lives of a call. The host checks the invariants after every step; here is
//! what must hold when everything is quiet.

use proptest::prelude::*;
use serde_json::json;
use trunkline_protocol::sfu::{event, event::sfu_event::EventPayload, models};

use super::host::{Host, Lost, Refused, Weather};
use crate::core::tests::native::Input;
use crate::core::{CallingState, DeviceKind, Then};

#[derive(Clone, Debug)]
enum Step {
    Join,
    Leave,
    End,
    Get,
    Ring,
    Rung,
    Answered(&'static str, &'static str),
    Camera(bool),
    Microphone(bool),
    Wait(u64),
    CloseSfu(u16),
    CloseCoordinator,
    FailPeers,
    EndedBySfu,
    ErrorFromSfu(models::WebsocketReconnectStrategy),
    Online(bool),
    Lose(Lost),
    Refuse(Refused),
    Deliver(Vec<u64>),
}

fn step() -> impl Strategy<Value = Step> {
    let lost = (0..3u32, 0..3u32, 0..3u32, 0..3u32, 0..2u32, 0..4u32).prop_map(
        |(rest, sockets, join_responses, rpcs, captures, pings)| Lost {
            rest,
            sockets,
            join_responses,
            rpcs,
            captures,
            pings,
        },
    );
    let refused = (0..2u32, 0..2u32, 0..2u32).prop_map(|(peers, transceivers, replacements)| {
        Refused { peers, transceivers, replacements, ..Refused::default() }
    });
    prop_oneof![
        6 => Just(Step::Join),
        4 => Just(Step::Leave),
        1 => Just(Step::End),
        1 => Just(Step::Get),
        1 => Just(Step::Ring),
        1 => Just(Step::Rung),
        2 => (
            prop_oneof![Just("accepted"), Just("rejected")],
            prop_oneof![Just("alice"), Just("bob"), Just("carol")],
        ).prop_map(|(how, by)| Step::Answered(how, by)),
        2 => any::<bool>().prop_map(Step::Camera),
        2 => any::<bool>().prop_map(Step::Microphone),
        8 => prop_oneof![0..12u64, 0..400u64, 0..9_000u64].prop_map(Step::Wait),
        2 => prop_oneof![Just(1000u16), Just(1006), Just(1001)].prop_map(Step::CloseSfu),
        1 => Just(Step::CloseCoordinator),
        1 => Just(Step::FailPeers),
        1 => Just(Step::EndedBySfu),
        1 => prop_oneof![
            Just(models::WebsocketReconnectStrategy::Disconnect),
            Just(models::WebsocketReconnectStrategy::Rejoin),
            Just(models::WebsocketReconnectStrategy::Unspecified),
        ].prop_map(Step::ErrorFromSfu),
        2 => any::<bool>().prop_map(Step::Online),
        2 => lost.prop_map(Step::Lose),
        2 => refused.prop_map(Step::Refuse),
        3 => prop::collection::vec(prop_oneof![0..5u64, 0..7_000u64], 1..5).prop_map(Step::Deliver),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn every_life_of_a_call_keeps_the_invariants(steps in prop::collection::vec(step(), 1..40)) {
        let mut host = Host::connected();
        host.server.ring = (10_000, 8_000);
        host.server.members = ["alice", "bob", "carol"].map(str::to_owned).to_vec();
        let call = host.call();
        let mut promises = Vec::new();

        for step in steps {
            match step {
                Step::Join => promises.push(host.join(call)),
                Step::Leave => {
                    let rings = host.calling_state(call) == CallingState::Ringing;
                    let leave = host.leave(call);
                    promises.push(leave);
                    prop_assert!(rings || host.settled.contains_key(&leave), "Q6: leave waits");
                    prop_assert_eq!(host.calling_state(call), CallingState::Left);
                }
                Step::End => promises.push(host.end(call)),
                Step::Get => promises.push(host.get(call)),
                Step::Ring => {
                    let body = json!({ "ring": true });
                    promises.push(host.request(call, "POST ", body, Then::Ring));
                }
                Step::Rung => host.coordinator(json!({
                    "type": "call.ring", "call_cid": "default:demo", "call": host.server.call(),
                    "user": { "id": "bob" }, "members": [{ "user_id": "alice" }],
                })),
                Step::Answered(how, by) => {
                    host.server.answer_ring(how, by);
                    host.coordinator(json!({
                        "type": format!("call.{how}"), "call_cid": "default:demo",
                        "call": host.server.call(), "user": { "id": by },
                    }));
                }
                Step::Camera(true) => promises.push(host.enable(call, DeviceKind::Camera)),
                Step::Camera(false) => promises.push(host.disable(call, DeviceKind::Camera)),
                Step::Microphone(true) => promises.push(host.enable(call, DeviceKind::Microphone)),
                Step::Microphone(false) => {
                    promises.push(host.disable(call, DeviceKind::Microphone));
                }
                Step::Wait(ms) => host.run_for(ms),
                Step::CloseSfu(code) => host.close_sfu(code),
                Step::CloseCoordinator => host.close_coordinator(1006),
                Step::FailPeers => host.fail_peers(),
                Step::EndedBySfu => host.sfu(EventPayload::CallEnded(event::CallEnded {
                    reason: models::CallEndedReason::Ended.into(),
                })),
                Step::ErrorFromSfu(strategy) => host.sfu(EventPayload::Error(event::Error {
                    error: Some(models::Error { code: 500, ..models::Error::default() }),
                    reconnect_strategy: strategy.into(),
                })),
                Step::Online(online) => host.feed(Input::Online(online)),
                Step::Lose(lost) => host.weather.lost = lost,
                Step::Refuse(refused) => host.weather.refused = refused,
                Step::Deliver(delays) => host.weather.delays = delays,
            }
        }
        // The network heals and the app stops; then everything must come to an end.
        host.weather = Weather::default();
        host.feed(Input::Online(true));
        host.run_for(180_000);

        for promise in promises {
            prop_assert!(host.settled.contains_key(&promise) || host.waits_for_a_device(call),
                "Q1: promise {} never settled", promise);
        }
        let end = host.calling_state(call);
        prop_assert!(
            matches!(end, CallingState::Idle | CallingState::Joined | CallingState::Left
                | CallingState::ReconnectingFailed),
            "L7: still {:?}", end
        );
        for other in host.client.state().calls.clone() {
            prop_assert_ne!(host.calling_state(other), CallingState::Ringing, "it rings for ever");
        }
        if end == CallingState::Joined {
            prop_assert_eq!(host.server.sessions.len(), 1, "one session, no ghosts");
        }
        host.leave(call);
        host.run_for(60_000);
        prop_assert!(host.server.sessions.is_empty(), "a ghost stayed behind");
        prop_assert_eq!(host.calling_state(call), CallingState::Left);
        host.client.assert_repeatable();
    }
}
