//! Media paths over which nothing comes any more.

use trunkline_protocol::sfu::{
    event::{self, sfu_event::EventPayload},
    signal::IceRestartRequest,
};

use super::{host::Host, server::published};
use crate::core::tests::native::Input;
use crate::core::{CallKey, CallingState, DeviceKind, PeerEffect, PeerInput, TrackType};

#[test]
fn a_path_that_falls_silent_while_the_sfu_answers_is_looked_for_anew_at_once() {
    let (mut host, call) = in_conversation();
    let subscriber = host.subscriber();
    host.paths.silent.insert(subscriber);
    assert_eq!(moments(&mut host, 12_000), [2_000], "once, though it stays silent");
    assert_eq!(publisher_restarts(&host), 0, "the other path is fine");

    // The browser had not given up the path, and so does not tell that there is one.
    host.paths.silent.clear();
    host.run_for(60_000);
    assert_eq!(restarts(&host).len(), 1);
    assert_eq!((host.calling_state(call), host.opened.sfu_sockets), (CallingState::Joined, 1));

    host.paths.silent.insert(subscriber);
    let [again] = moments(&mut host, 5_000)[..] else { panic!() };
    assert!(again <= 3_000, "{again}");
}

#[test]
fn so_is_the_path_of_what_is_sent() {
    let (mut host, call) = in_conversation();
    host.paths.silent.insert(host.publisher());
    host.run_for(1_400);
    assert_eq!(publisher_restarts(&host), 0);
    host.run_for(1_600);
    assert_eq!(publisher_restarts(&host), 1);
    host.paths.silent.clear();
    host.run_for(30_000);
    assert_eq!((publisher_restarts(&host), restarts(&host).len()), (1, 0));
    assert_eq!((host.calling_state(call), host.opened.sfu_sockets), (CallingState::Joined, 1));
}

#[test]
fn a_path_that_cannot_be_found_leads_to_another_session_and_not_to_restarts_without_end() {
    let (mut host, _) = in_conversation();
    host.paths.silent.insert(host.subscriber());
    host.run_for(17_000);
    assert_eq!((restarts(&host).len(), host.opened.sfu_sockets), (1, 1));
    host.run_for(2_000);
    assert_eq!((restarts(&host).len(), host.opened.sfu_sockets), (1, 2));
}

#[test]
fn nothing_is_restarted_while_the_whole_network_is_away() {
    let (mut host, _) = in_conversation();
    host.weather.lost.pings = 100;
    host.paths.silent.extend([host.subscriber(), host.publisher()]);
    host.run_for(8_000);
    assert_eq!((restarts(&host).len(), publisher_restarts(&host)), (0, 0));

    // It comes back before the socket is given up.
    host.weather.lost.pings = 0;
    host.paths.silent.clear();
    host.run_for(30_000);
    assert_eq!((restarts(&host).len(), publisher_restarts(&host)), (0, 0));
    assert_eq!(host.opened.sfu_sockets, 1);
}

#[test]
fn a_path_that_is_still_away_when_the_network_is_back_is_restarted_then() {
    let (mut host, _) = in_conversation();
    host.weather.lost.pings = 100;
    host.paths.silent.insert(host.subscriber());
    host.run_for(8_000);
    host.weather.lost.pings = 0;
    let [at] = moments(&mut host, 4_000)[..] else { panic!() };
    assert!(at <= 2_500, "{at}");
}

#[test]
fn where_nobody_publishes_there_is_time_for_the_browser_to_ask_whether_the_sfu_is_there() {
    let (mut host, _) = in_conversation();
    host.sfu(EventPayload::TrackUnpublished(event::TrackUnpublished {
        user_id: "bob".to_owned(),
        session_id: "bob-session".to_owned(),
        r#type: TrackType::Audio.into(),
        ..event::TrackUnpublished::default()
    }));
    host.paths.silent.insert(host.subscriber());
    host.run_for(7_000);
    assert_eq!(restarts(&host).len(), 0);
    host.run_for(3_000);
    assert_eq!(restarts(&host).len(), 1);
}

/// Bob speaks and so does this device; both paths are there.
fn in_conversation() -> (Host, CallKey) {
    let (mut host, call) = Host::joined();
    host.sfu(published("bob", TrackType::Audio));
    host.enable(call, DeviceKind::Microphone);
    host.run_for(500);
    for peer in [host.subscriber(), host.publisher()] {
        host.feed(Input::Peer(peer, PeerInput::Connected));
    }
    host.run_for(5_000);
    (host, call)
}

/// When the receiving path is restarted in the next so many ms.
fn moments(host: &mut Host, span: u32) -> Vec<u32> {
    let mut moments = Vec::new();
    for after in (0..span).step_by(500) {
        let before = restarts(host).len();
        host.run_for(500);
        moments.extend((before..restarts(host).len()).map(|_| after + 500));
    }
    moments
}

fn restarts(host: &Host) -> Vec<IceRestartRequest> {
    host.server.rpcs_of("IceRestart")
}

fn publisher_restarts(host: &Host) -> usize {
    let is_restart =
        |effect: &&PeerEffect| matches!(effect, PeerEffect::Offer { ice_restart: true });
    host.peer_effects.iter().filter(is_restart).count()
}
