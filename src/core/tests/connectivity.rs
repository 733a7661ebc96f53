//! Whether a call would work, asked before there is one.

use serde_json::{Value, json};

use super::host::Host;
use crate::core::tests::native::{GatherNews, Input, Outcome};
use crate::core::{
    Command, ConnectivityReport, GatherId, GatherRequest, PartReport, PartResult, TurnState,
    UdpState,
};

type Report = ConnectivityReport<super::native::Native>;
type Part = PartReport<super::native::Native>;

const HOST: &str = "candidate:1 1 udp 1 10.0.0.1 5 typ host";
const TCP: &str = "candidate:2 1 tcp 1 10.0.0.1 9 typ host tcptype active";
const SEEN: &str = "candidate:3 1 udp 1 192.0.2.9 5 typ srflx raddr 0.0.0.0 rport 0";
const RELAY: &str = "candidate:4 1 udp 1 192.0.2.8 7 typ relay raddr 0.0.0.0 rport 0";

fn servers() -> Value {
    json!([
        { "urls": ["stun:192.0.2.1:3478"], "username": "", "password": "" },
        { "urls": ["turn:192.0.2.2?transport=tcp"], "username": "me", "password": "secret" },
    ])
}

fn begin(host: &mut Host, named: bool) -> u64 {
    host.connectivity_tests += 1;
    let call = named.then(|| ("default".to_owned(), "demo".to_owned()));
    host.promise(|promise| Command::TestConnectivity { promise, call })
}

/// A test that has come to where addresses are looked for, and the two searches.
fn gathering() -> (Host, u64, GatherRequest, GatherRequest) {
    let mut host = Host::connected();
    host.server.ice_servers = servers();
    let test = begin(&mut host, true);
    host.run_for(100);
    let [udp, turn] = &host.gatherings[..] else { panic!("{:?}", host.gatherings) };
    let (udp, turn) = (udp.clone(), turn.clone());
    (host, test, udp, turn)
}

fn tell(host: &mut Host, gathering: GatherId, news: GatherNews) {
    host.feed(Input::Gathered { gathering, news });
}

fn found(line: &str) -> GatherNews {
    GatherNews::Candidate(line.to_owned())
}

fn failed(code: u16) -> GatherNews {
    GatherNews::ServerFailed { code, text: "words".to_owned() }
}

fn report(host: &Host, test: u64) -> &Report {
    match host.settled.get(&test) {
        Some(Ok(Outcome::Connectivity(report))) => report,
        other => panic!("no report: {other:?}"),
    }
}

/// `works`, or the code of the reason.
fn told(part: &Part) -> &'static str {
    match &part.result {
        PartResult::Works => "works",
        PartResult::Fails(error) => error.code.as_str(),
        PartResult::Skipped(error) => {
            assert!(!error.hint.is_empty());
            match error.code.as_str() {
                "not-tested" => "skipped",
                "not-found" => "skipped: not-found",
                "server-error" => "skipped: server-error",
                "not-connected" => "skipped: not-connected",
                other => panic!("{other}"),
            }
        }
    }
}

fn all(report: &Report) -> [&'static str; 5] {
    let ConnectivityReport { rest, socket, sfu, udp, turn } = report;
    [rest, socket, sfu, udp, turn].map(told)
}

#[test]
fn what_works_is_told_with_its_time_and_nobody_has_joined() {
    let (mut host, test, udp, turn) = gathering();
    assert_eq!(udp.ice_servers.len(), 1, "over TCP nothing is learnt of UDP");
    assert!(udp.ice_servers[0].urls[0].starts_with("stun:") && !udp.relay_only);
    assert!(turn.ice_servers[0].urls[0].starts_with("turn:") && turn.relay_only);
    assert_eq!(turn.ice_servers[0].credential, "secret");

    tell(&mut host, udp.gathering, found(HOST));
    tell(&mut host, udp.gathering, found(SEEN));
    host.run_for(300);
    assert!(!host.settled.contains_key(&test));
    tell(&mut host, turn.gathering, found(RELAY));

    let report = report(&host, test);
    assert_eq!(all(report), ["works"; 5]);
    assert!(report.rest.took.as_millis() > 0 && report.sfu.took.as_millis() > 0);
    let more = report.turn.took.as_millis() - report.udp.took.as_millis();
    assert_eq!(more, 300);
    assert!(host.server.joins.is_empty() && host.client.state().calls.is_empty());
    let (path, body) = host.server.bodies.last().unwrap();
    assert_eq!((path.as_str(), body), ("/call/default/demo/join", &json!({ "location": "auto" })));
    assert_eq!((host.open_sockets(), host.gatherings.len()), (1, 0), "all is closed");
}

#[test]
fn without_a_call_there_is_no_sfu_to_ask() {
    let mut host = Host::connected();

    let test = begin(&mut host, false);
    host.run_for(100);

    let expected = ["works", "works", "skipped", "skipped", "skipped"];
    assert_eq!(all(report(&host, test)), expected);
}

#[test]
fn it_can_be_asked_before_anybody_has_connected() {
    let mut host = Host::new();

    let test = begin(&mut host, true);
    host.run_for(100);

    let skipped = "skipped: not-connected";
    assert_eq!(all(report(&host, test)), ["works", "works", skipped, skipped, skipped]);
}

#[test]
fn a_coordinator_that_refuses_is_there_but_may_name_no_sfu() {
    for (refused, exists, skipped) in
        [("/join", true, "skipped: server-error"), ("nothing", false, "skipped: not-found")]
    {
        let mut host = Host::connected();
        host.server.exists = exists;
        host.server.refused = vec![refused];

        let test = begin(&mut host, true);
        host.run_for(100);

        assert_eq!(all(report(&host, test)), ["works", "works", skipped, skipped, skipped]);
    }
}

#[test]
fn a_coordinator_that_is_away_is_told_of() {
    let mut host = Host::connected();
    host.is_down = true;

    let test = begin(&mut host, true);
    host.run_for(100);

    let expected = ["network", "ws-closed", "skipped", "skipped", "skipped"];
    assert_eq!(all(report(&host, test)), expected);
}

#[test]
fn what_is_silent_is_given_up_in_time() {
    let mut host = Host::connected();
    host.server.ice_servers = servers();
    host.weather.lost.sockets = 2;

    let test = begin(&mut host, true);
    host.run_for(4_900);
    assert!(!host.settled.contains_key(&test));
    host.run_for(1_000);

    let report = report(&host, test);
    let expected = ["works", "timeout", "sfu-timeout", "media-unreachable", "media-unreachable"];
    assert_eq!(all(report), expected);
    assert_eq!(report.socket.took.as_millis(), 5_000);
    assert_eq!((host.open_sockets(), host.gatherings.len()), (1, 0), "all is closed");

    let mut host = Host::connected();
    host.weather.lost.rest = 1;
    let test = begin(&mut host, true);
    host.run_for(6_000);
    assert_eq!(told(&self::report(&host, test).rest), "timeout");
}

#[test]
fn whether_udp_passes_follows_from_what_is_found() {
    let complete = |tells_failures| GatherNews::Complete { tells_failures };
    for (news, expected) in [
        (vec![found(HOST), found(SEEN)], "works"),
        (vec![found("candidate:1 1 udp 1 a 1 typ relay")], "works"),
        // The server repeats the machine's own address, which browsers do not.
        (vec![found(HOST), complete(true)], "works"),
        (vec![found(HOST), found(HOST), failed(701), complete(true)], "works"),
        (vec![found(HOST), complete(false)], "skipped"),
        (vec![found(HOST), failed(701), complete(true)], "media-unreachable"),
        (vec![found(TCP), complete(true)], "media-unreachable"),
        (vec![complete(true)], "media-unreachable"),
        (vec![found("nonsense"), complete(false)], "media-unreachable"),
        (vec![GatherNews::NotBegun("too many".to_owned())], "media-negotiation-failed"),
    ] {
        let (mut host, test, udp, turn) = gathering();
        tell(&mut host, turn.gathering, complete(true));
        for news in news.clone() {
            assert!(!host.settled.contains_key(&test), "{news:?}");
            tell(&mut host, udp.gathering, news);
        }
        assert_eq!(told(&report(&host, test).udp), expected, "{news:?}");
    }
}

#[test]
fn whether_turn_helps_follows_from_a_relay() {
    let complete = || GatherNews::Complete { tells_failures: true };
    for (news, expected) in [
        (vec![found(RELAY)], "works"),
        (vec![failed(401), complete()], "media-unreachable"),
        // Not what was asked for.
        (vec![found(HOST), found(SEEN), complete()], "media-unreachable"),
    ] {
        let (mut host, test, udp, turn) = gathering();
        tell(&mut host, udp.gathering, found(SEEN));
        for news in news.clone() {
            tell(&mut host, turn.gathering, news);
        }
        let part = &report(&host, test).turn;
        assert_eq!(told(part), expected, "{news:?}");
        if let (PartResult::Fails(error), 2) = (&part.result, news.len()) {
            assert!(error.message.ends_with(": 401 words"), "{}", error.message);
        }
    }
}

#[test]
fn what_to_do_about_blocked_udp_depends_on_turn() {
    for (relays, turn_state) in [(true, TurnState::Relay), (false, TurnState::NoRelay)] {
        let (mut host, test, udp, turn) = gathering();
        if relays {
            tell(&mut host, turn.gathering, found(RELAY));
        }
        tell(&mut host, udp.gathering, found(HOST));
        host.run_for(5_000);

        let PartResult::Fails(error) = &report(&host, test).udp.result else { panic!("it fails") };
        let ice = error.ice.as_ref().unwrap();
        assert_eq!((ice.udp, ice.turn), (UdpState::Blocked, turn_state));
        assert_eq!(error.hint.contains("passes through the TURN server instead"), relays);
        assert!(error.hint.contains("block UDP"));
    }
}

#[test]
fn an_sfu_without_such_servers_is_not_asked_for_addresses() {
    for (servers, udp, turn) in [
        (json!([]), "skipped", "skipped"),
        (json!([{ "urls": ["turns:a"], "username": "u", "password": "p" }]), "skipped", "waits"),
        (json!([{ "urls": ["stun:a"] }]), "waits", "skipped"),
    ] {
        let mut host = Host::connected();
        host.server.ice_servers = servers;
        let test = begin(&mut host, true);
        host.run_for(100);
        let waiting = [udp, turn].iter().filter(|part| **part == "waits").count();
        assert_eq!(host.gatherings.len(), waiting);
        host.run_for(5_000);
        let report = report(&host, test);
        for (part, expected) in [(&report.udp, udp), (&report.turn, turn)] {
            assert_eq!(told(part) == "skipped", expected == "skipped");
        }
    }
}

#[test]
fn a_test_that_is_given_up_leaves_nothing_behind() {
    for after_ms in 0..12 {
        let mut host = Host::connected();
        host.server.ice_servers = servers();
        let test = begin(&mut host, true);
        let other = begin(&mut host, false);
        host.run_for(after_ms);

        host.promise(|_| Command::EndConnectivityTest(crate::core::PromiseId(test)));
        assert_eq!(host.rejection(test), "aborted", "after {after_ms} ms");
        assert!(host.gatherings.is_empty());
        host.run_for(60_000);

        assert!(matches!(host.settled.get(&other), Some(Ok(_))), "the other one goes on");
        assert_eq!((host.open_sockets(), host.gatherings.len()), (1, 0));
        host.promise(|_| Command::EndConnectivityTest(crate::core::PromiseId(test)));
    }
}

#[test]
fn a_call_without_a_name_is_refused_before_anything_is_sent() {
    let mut host = Host::connected();
    let before = host.opened.rest_requests;
    let call = Some((String::new(), "demo".to_owned()));

    let test = host.promise(|promise| Command::TestConnectivity { promise, call });

    assert_eq!(host.rejection(test), "invalid-argument");
    assert_eq!((host.opened.rest_requests, host.open_sockets()), (before, 1));
}
