//! Calls for whose media there is no way.

use trunkline_protocol::sfu::{
    event::{self, sfu_event::EventPayload},
    models,
};

use super::host::Host;
use crate::core::tests::native::Input;
use crate::core::{
    CallKey,
    CallingState::{Joined, Reconnecting, ReconnectingFailed},
    CandidateKind, CandidateType, DeviceKind, IceProtocol, PeerInput, TurnState, UdpState,
};

const UDP: CandidateKind =
    CandidateKind { candidate_type: CandidateType::Host, protocol: IceProtocol::Udp };
const MINUTE: u64 = 60_000;

/// A host that sends in a network that lets no media pass.
fn blocked() -> (Host, CallKey) {
    let (mut host, call) = Host::joined();
    host.weather.blocks_media = true;
    host.enable(call, DeviceKind::Camera);
    host.run_for(100);
    (host, call)
}

fn gather(host: &mut Host, line: &str) {
    let candidate = serde_json::json!({ "candidate": line, "sdpMid": "0" }).to_string();
    let publisher = host.publisher();
    host.feed(Input::Peer(publisher, PeerInput::Candidate(candidate)));
}

#[test]
fn two_rejoins_in_vain_end_the_call_with_what_was_tried() {
    let (mut host, call) = blocked();
    gather(&mut host, "candidate:1 1 udp 1 10.0.0.1 5 typ host");
    gather(&mut host, "candidate:2 1 udp 1 10.0.0.1 6 typ host");

    host.run_for(MINUTE);

    assert_eq!(host.calling_state(call), ReconnectingFailed);
    let cid = "default:demo";
    assert_eq!(host.losses(), [(cid, "media-unreachable"); 2], "told by the call and the client");
    let ice = host.last_loss().ice.clone().unwrap();
    assert_eq!((ice.gathered.as_slice(), ice.remote.as_slice()), (&[UDP][..], &[UDP][..]));
    assert_eq!(ice.tried().collect::<Vec<_>>(), [(UDP, UDP)]);
    assert_eq!((ice.udp, ice.turn), (UdpState::Blocked, TurnState::Missing));
    assert!(host.last_loss().hint.contains("TURN"));
    assert_eq!(host.server.joins.len(), 3);
    for pair in host.server.joins.windows(2) {
        let details = pair[1].reconnect_details.as_ref().unwrap();
        assert_eq!(details.previous_session_id, pair[0].session_id, "no stranger comes");
    }
    assert!(host.server.sessions.is_empty(), "nobody stays behind");
    assert!(host.running_captures().is_empty(), "the camera is off");

    host.run_for(10 * MINUTE);
    assert_eq!(host.server.joins.len(), 3, "it is over");
    host.weather.blocks_media = false;
    let again = host.join(call);
    host.run_for(100);
    host.assert_resolved(again);
    host.enable(call, DeviceKind::Camera);
    host.run_for(MINUTE);
    assert_eq!(host.calling_state(call), Joined);
    assert_eq!(host.server.joins.len(), 4);
}

#[test]
fn a_single_connection_in_between_begins_the_count_anew() {
    let (mut host, call) = blocked();
    host.run_for(26_000);
    assert_eq!((host.calling_state(call), host.server.joins.len()), (Joined, 3));

    let publisher = host.publisher();
    host.feed(Input::Peer(publisher, PeerInput::Connected));
    host.feed(Input::Peer(publisher, PeerInput::Failed));
    host.run_for(26_000);
    assert_eq!((host.calling_state(call), host.losses().len()), (Joined, 0));

    host.run_for(MINUTE);
    assert_eq!(host.calling_state(call), ReconnectingFailed);
}

#[test]
fn what_the_browser_gives_up_itself_counts_as_well() {
    for news in [PeerInput::IceFailed, PeerInput::Failed] {
        let (mut host, call) = blocked();

        let mut rejoins = Vec::new();
        for _ in 0..3 {
            let publisher = host.publisher();
            host.feed(Input::Peer(publisher, news.clone()));
            host.run_for(2_000);
            rejoins.push(host.server.joins.len());
            host.run_for(4_000);
        }

        assert_eq!(host.calling_state(call), ReconnectingFailed);
        assert_eq!(rejoins, [2, 2, 3], "the last one waits a little");
    }
}

#[test]
fn what_the_sfu_gives_up_counts_when_it_took_its_time() {
    for (patience, is_over) in [(1_000, false), (7_000, true)] {
        let (mut host, call) = blocked();

        for _ in 0..3 {
            host.run_for(patience);
            host.sfu(EventPayload::Error(event::Error {
                error: Some(models::Error::default()),
                reconnect_strategy: models::WebsocketReconnectStrategy::Rejoin.into(),
            }));
            host.run_for(5_500);
        }

        let expected = if is_over { ReconnectingFailed } else { Joined };
        assert_eq!(host.calling_state(call), expected, "after {patience} ms each");
    }
}

#[test]
fn one_direction_without_a_way_is_not_tried_for_ever_either() {
    let (mut host, call) = blocked();
    while host.calling_state(call) == Joined && host.now < 5 * MINUTE {
        host.sfu(EventPayload::SubscriberOffer(event::SubscriberOffer {
            sdp: "v=0\r\n".to_owned(),
            negotiation_id: 1,
            ..event::SubscriberOffer::default()
        }));
        let publisher = host.publisher();
        host.feed(Input::Peer(publisher, PeerInput::Connected));
        host.run_for(10_500);
    }

    assert_eq!(host.calling_state(call), ReconnectingFailed);
    assert_eq!(host.losses(), [("default:demo", "rejoin-limit"); 2]);
}

#[test]
fn a_call_without_media_needs_no_way() {
    let (mut host, call) = Host::joined();
    host.weather.blocks_media = true;

    host.run_for(60 * MINUTE);

    assert_eq!((host.calling_state(call), host.server.joins.len()), (Joined, 1));
}

#[test]
fn offline_there_is_no_way_for_anybody_and_that_does_not_count() {
    let (mut host, call) = blocked();
    for _ in 0..4 {
        host.feed(Input::Online(false));
        host.run_for(15_000);
        host.feed(Input::Online(true));
        host.run_for(1_000);
    }
    assert_eq!((host.calling_state(call), host.losses().len()), (Joined, 0));

    host.weather.blocks_media = false;
    host.run_for(5 * MINUTE);
    assert_eq!(host.calling_state(call), Joined);
    assert!(!host.transitions[&call].ends_with(&[Reconnecting, ReconnectingFailed]));
}

#[test]
fn a_call_that_was_left_begins_anew() {
    let (mut host, call) = blocked();
    host.run_for(26_000);
    host.leave(call);
    host.join(call);
    host.run_for(100);
    host.enable(call, DeviceKind::Camera);

    host.run_for(26_000);

    assert_eq!((host.calling_state(call), host.losses().len()), (Joined, 0));
}
