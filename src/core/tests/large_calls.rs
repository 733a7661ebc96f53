//! Joins of calls with thousands of people, of whom the join response is read in pieces.

use trunkline_protocol::sfu::{
    event::{self, sfu_event::EventPayload},
    models,
};

use super::{
    host::Host,
    native::Input,
    server::{joined, left, participant},
};
use crate::core::{CallKey, CallingState};

const MANY: usize = 1200;

/// A call whose join response has come: the first piece is read, four are not.
fn reading() -> (Host, CallKey, u64) {
    let mut host = Host::connected();
    host.server.others = MANY;
    let call = host.call();
    let join = host.join(call);
    while host.server.joins.is_empty() {
        host.step();
    }
    // The response is on its way.
    host.step();
    assert!(host.sfu_socket().is_some());
    assert_eq!(host.calling_state(call), CallingState::Joining);
    assert!(!host.settled.contains_key(&join));
    (host, call, join)
}

fn user_ids(host: &Host, call: CallKey) -> Vec<&str> {
    host.state(call).participants.iter().map(|p| p.user_id.as_str()).collect()
}

#[test]
fn everybody_is_read_in_pieces_before_the_join_resolves() {
    let (mut host, call, join) = reading();
    let mut pieces = 1;
    while !host.settled.contains_key(&join) {
        assert!(host.state(call).participants.is_empty(), "nobody is shown before all are known");
        host.step();
        pieces += 1;
    }
    assert_eq!(pieces, (MANY + 2).div_ceil(250), "one after the other, and nothing in between");
    host.assert_resolved(join);
    assert_eq!(host.calling_state(call), CallingState::Joined);
    let shown = user_ids(&host, call);
    assert_eq!(shown.len(), MANY + 2);
    assert_eq!((shown[0], shown[2], shown[MANY + 1]), ("bob", "user-0", "user-1199"));
    host.client.assert_repeatable();
}

#[test]
fn a_hidden_page_reads_all_that_is_left_in_its_next_turn() {
    let (mut host, call, join) = reading();

    host.now += 1_000;
    host.feed(Input::Timeout);

    assert_eq!(host.calling_state(call), CallingState::Joined);
    assert_eq!(user_ids(&host, call).len(), MANY + 2);
    host.assert_resolved(join);
}

#[test]
fn a_small_call_is_read_at_once() {
    let mut host = Host::connected();
    host.server.others = 248;
    let call = host.call();
    host.join(call);
    while host.server.joins.is_empty() {
        host.step();
    }
    host.step();
    assert_eq!(host.calling_state(call), CallingState::Joined);
}

#[test]
fn what_comes_between_the_pieces_is_applied_after_them() {
    let (mut host, call, join) = reading();
    host.sfu(left("user-3"));
    host.step();
    host.sfu(joined("zoe"));
    host.sfu(EventPayload::DominantSpeakerChanged(event::DominantSpeakerChanged {
        user_id: String::new(),
        session_id: "user-1199-session".to_owned(),
    }));
    assert!(host.state(call).participants.is_empty());
    host.run_for(100);
    host.assert_resolved(join);
    let shown = user_ids(&host, call);
    assert!(!shown.contains(&"user-3"));
    assert_eq!(shown.last(), Some(&"zoe"), "behind all of the response");
    assert!(host.state(call).activity("user-1199-session").unwrap().is_dominant_speaker);
}

#[test]
fn a_call_that_ends_between_the_pieces_is_left_after_them() {
    let (mut host, call, join) = reading();
    host.sfu(EventPayload::CallEnded(event::CallEnded {
        reason: models::CallEndedReason::Ended.into(),
    }));
    host.run_for(100);
    host.assert_resolved(join);
    assert_eq!(host.calling_state(call), CallingState::Left);
    assert!(host.state(call).participants.is_empty());
}

#[test]
fn a_leave_between_the_pieces_ends_it() {
    let (mut host, call, join) = reading();
    host.leave(call);
    assert_eq!(host.rejection(join), "join-aborted");
    host.run_for(10_000);
    assert_eq!(host.calling_state(call), CallingState::Left);
    assert!(host.state(call).participants.is_empty());
    assert!(host.server.sessions.is_empty(), "no ghost stays behind");

    host.server.others = 1;
    let again = host.join(call);
    host.run_for(100);
    host.assert_resolved(again);
    assert_eq!(user_ids(&host, call).len(), 3);
}

#[test]
fn a_socket_that_closes_between_the_pieces_has_the_join_begin_again() {
    let (mut host, call, join) = reading();
    host.close_sfu(1006);
    assert!(host.state(call).participants.is_empty());
    host.server.others = 2;
    host.run_for(10_000);
    host.assert_resolved(join);
    assert_eq!(user_ids(&host, call).len(), 4, "only those of the newer response");
    assert_eq!(host.server.sessions.len(), 1);
}

#[test]
fn a_rejoin_in_pieces_keeps_everybody_until_the_last() {
    let (mut host, call) = Host::joined();
    host.sfu(joined("carol"));
    host.server.others = MANY;
    host.close_sfu(1006);
    while host.calling_state(call) != CallingState::Joined {
        assert_eq!(user_ids(&host, call), ["bob", "alice", "carol"], "nobody vanishes meanwhile");
        host.step();
    }
    let shown = user_ids(&host, call);
    assert_eq!((shown.len(), shown[0], shown[1]), (MANY + 2, "bob", "alice"));
    assert!(!shown.contains(&"carol"), "she has gone meanwhile");
    assert_eq!(host.server.joins.len(), 2);
}

#[test]
fn the_connection_may_be_lost_between_the_pieces_of_a_rejoin() {
    let (mut host, call) = Host::joined();
    host.server.others = MANY;
    host.close_sfu(1006);
    while host.server.joins.len() < 2 {
        host.step();
    }
    host.step();
    assert_eq!(host.calling_state(call), CallingState::Reconnecting);
    host.close_sfu(1006);
    host.server.others = 0;
    host.run_for(10_000);
    assert_eq!(host.calling_state(call), CallingState::Joined);
    assert_eq!(user_ids(&host, call), ["bob", "alice"]);
}

#[test]
fn a_participant_who_cannot_be_read_is_left_out() {
    let (mut host, call, join) = {
        let mut host = Host::connected();
        // No text: its bytes are not UTF-8.
        host.server.spoils = true;
        let call = host.call();
        let join = host.join(call);
        (host, call, join)
    };
    host.run_for(100);
    host.assert_resolved(join);
    assert_eq!(user_ids(&host, call), ["alice"]);
    assert!(host.warnings.iter().any(|warning| warning.contains("cannot be read")));
    host.sfu(EventPayload::ParticipantJoined(event::ParticipantJoined {
        participant: Some(participant("bob", "bob-session")),
        ..event::ParticipantJoined::default()
    }));
    assert_eq!(user_ids(&host, call), ["alice", "bob"]);
}
