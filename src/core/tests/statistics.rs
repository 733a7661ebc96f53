//! What the SFU is told of how media flow.

use trunkline_protocol::sfu::signal::SendStatsRequest;

use super::host::Host;
use crate::core::{CallKey, CallingState};

#[test]
fn statistics_are_told_soon_after_the_join_and_then_at_the_interval_of_the_answer() {
    let (mut host, call) = joined(10_000);
    let mut moments = Vec::new();
    for second in 0..40_u32 {
        host.run_for(1_000);
        moments.resize(rounds(&host).len(), second);
    }
    assert_eq!(moments, [1, 4, 7, 12, 22, 32]);

    let round = rounds(&host).swap_remove(0);
    let SendStatsRequest {
        session_id, subscriber_stats, publisher_stats, webrtc_version, sdk, ..
    } = round;
    assert_eq!(Some(session_id.as_str()), host.client.session_id(call));
    assert_eq!(
        [subscriber_stats, publisher_stats, webrtc_version, sdk],
        ["[1]", "[]", "Browser-1", "trunkline"].map(str::to_owned),
    );
}

#[test]
fn an_sfu_that_wants_no_statistics_gets_none() {
    let (mut host, _) = joined(0);
    host.run_for(60_000);
    assert_eq!(rounds(&host).len(), 0);
}

#[test]
fn a_round_that_is_under_way_holds_the_next_one_back_and_a_lost_one_is_not_repeated() {
    let (mut host, call) = joined(1_000);
    host.run_for(1_000);
    host.weather.lost.rpcs = 1;
    // The round at 1.5 s is given up after 5 s: that of 4.5 s is left out, that of 7.5 s is not.
    host.run_for(5_000);
    assert_eq!(rounds(&host).len(), 0);
    host.run_for(3_000);
    assert_eq!(rounds(&host).len(), 1);
    assert_eq!(host.calling_state(call), CallingState::Joined);
}

#[test]
fn a_round_that_the_browser_cannot_read_is_left_out() {
    let (mut host, _) = joined(1_000);
    host.weather.refused.statistics = 1;
    host.run_for(4_000);
    assert_eq!(rounds(&host).len(), 0);

    // What was read of it is not mixed with that of the next.
    host.run_for(1_000);
    let [round] = &rounds(&host)[..] else { panic!() };
    assert_eq!((&*round.subscriber_stats, &*round.publisher_stats), ("[1]", "[]"));
}

#[test]
fn nothing_is_told_after_the_leave() {
    let (mut host, call) = joined(1_000);
    host.run_for(2_000);
    let before = rounds(&host).len();
    assert_eq!(before, 1);
    host.leave(call);
    host.run_for(60_000);
    assert_eq!(rounds(&host).len(), before);
}

fn joined(interval: u32) -> (Host, CallKey) {
    let mut host = Host::connected();
    host.server.statistics_interval = interval;
    let call = host.call();
    host.join(call);
    while host.calling_state(call) != CallingState::Joined {
        host.run_for(1);
    }
    (host, call)
}

fn rounds(host: &Host) -> Vec<SendStatsRequest> {
    host.server.rpcs_of("SendStats")
}
