//! What the SFU has to know is told until it knows it, or something newer is wished.

use prost::Message;
use serde_json::json;
use trunkline_protocol::sfu::{
    event::{self, sfu_event::EventPayload},
    models, signal,
};

use super::{
    host::{Host, reply},
    native::{HttpReply, Reply, seen},
    server::published,
};
use crate::core::{
    CallKey, CallingState,
    DeviceKind::{Camera, Microphone},
    Dimension, Duration, ElementId, TrackType,
};

const SFU: usize = 1;
const SIZE: Dimension = Dimension { width: 320, height: 180 };

/// All the ways in which an SFU may fail to take what it is told, though it knows who tells it.
fn failures() -> Vec<HttpReply> {
    let envelope = |status, code: &str| {
        let body = json!({ "code": code, "msg": "no" });
        reply(status, Reply::Json(seen(body).into()))
    };
    vec![
        envelope(503, "unavailable"),
        envelope(400, "malformed"),
        reply(502, Reply::Unreadable),
        reply(200, Reply::Unreadable),
        refusal(models::ErrorCode::InternalServerError),
        refusal(models::ErrorCode::RequestValidationFailed),
    ]
}

fn refusal(code: models::ErrorCode) -> HttpReply {
    let error = models::Error { code: code.into(), ..models::Error::default() };
    let answer = signal::UpdateSubscriptionsResponse { error: Some(error) };
    reply(200, Reply::Bytes(answer.encode_to_vec()))
}

/// A joined call in which Bob sends video, which a tile shows.
fn watching() -> (Host, CallKey, ElementId) {
    let (mut host, call) = Host::joined();
    host.run_for(1_000);
    host.sfu(published("bob", TrackType::Video));
    let tile = host.bind(call, "bob-session", TrackType::Video);
    (host, call, tile)
}

/// The widths of the videos that the SFU knows to be wanted.
fn wanted(host: &Host) -> Option<Vec<u32>> {
    let requests: Vec<signal::UpdateSubscriptionsRequest> =
        host.server.rpcs_of("UpdateSubscriptions");
    let width = |track: &signal::TrackSubscriptionDetails| track.dimension.map_or(0, |d| d.width);
    requests.last().map(|request| request.tracks.iter().map(width).collect())
}

#[test]
fn a_wish_for_a_video_is_told_until_it_is_known() {
    for failure in failures() {
        let (mut host, call, tile) = watching();
        host.weather.answers[SFU].extend(vec![failure; 7]);
        host.resize(tile, SIZE);

        host.run_for(40_000);

        assert_eq!(wanted(&host), Some(vec![320]));
        assert!(host.weather.answers[SFU].is_empty());
        assert_eq!(host.calling_state(call), CallingState::Joined);
        assert_eq!(host.server.joins.len(), 1, "nothing was made anew for it");
        let told = host.warnings.iter().filter(|text| text.contains("subscribing to videos"));
        assert_eq!(told.count(), 1, "the log holds it once: {:?}", host.warnings);

        let known = host.server.rpcs.len();
        host.run_for(60_000);
        assert_eq!(host.server.rpcs.len(), known, "what is known is not told again");
    }
}

#[test]
fn a_wish_that_gets_no_answer_is_told_again() {
    let (mut host, _, tile) = watching();
    host.weather.lost.rpcs = 5;
    host.resize(tile, SIZE);

    host.run_for(60_000);

    assert_eq!(wanted(&host), Some(vec![320]));
}

#[test]
fn what_is_told_again_is_what_is_wished_by_then() {
    for failure in failures() {
        // The tile has grown, and another one is gone.
        for (size, expected) in [
            (Dimension { width: 900, height: 600 }, vec![900]),
            (Dimension { width: 0, height: 0 }, vec![]),
        ] {
            let (mut host, _, tile) = watching();
            host.weather.answers[SFU].extend(vec![failure.clone(); 4]);
            host.resize(tile, SIZE);
            host.run_for(1_000);
            let before = host.weather.answers[SFU].len();
            assert!((1..4).contains(&before), "{before}");

            host.resize(tile, size);
            host.run_for(40_000);

            assert_eq!(wanted(&host), Some(expected), "it may have known the wish before");
        }
    }
}

#[test]
fn a_busy_sfu_is_not_asked_before_its_time() {
    let (mut host, _, tile) = watching();
    let body = json!({ "code": "resource_exhausted", "msg": "later" });
    host.weather.answers[SFU].push_back(HttpReply {
        status: 429,
        retry_after: Some(Duration::from_secs(20)),
        body: Reply::Json(seen(body).into()),
    });
    host.resize(tile, SIZE);
    host.run_for(10_000);
    host.resize(tile, Dimension { width: 900, height: 600 });

    host.run_for(9_000);
    let before = wanted(&host);
    host.run_for(3_000);

    assert_eq!(before, Some(vec![]), "as it was at the join");
    assert_eq!(wanted(&host), Some(vec![900]));
}

#[test]
fn a_session_that_the_sfu_does_not_know_is_made_anew() {
    for code in [
        models::ErrorCode::ParticipantNotFound,
        models::ErrorCode::ParticipantSignalLost,
        models::ErrorCode::Unauthenticated,
    ] {
        let (mut host, call, tile) = watching();
        host.weather.answers[SFU].extend(vec![refusal(code); 3]);
        host.resize(tile, SIZE);

        host.run_for(20_000);

        assert_eq!(host.calling_state(call), CallingState::Joined);
        assert_eq!(host.server.joins.len(), 2, "{code:?}");
        host.sfu(published("bob", TrackType::Video));
        host.run_for(1_000);
        assert_eq!(wanted(&host), Some(vec![320]), "the new session knows");

        // Somebody else whom it did not know was meant, or it was busy finding out.
        let (mut host, _, tile) = watching();
        host.weather.answers[SFU].extend(vec![refusal(code); 2]);
        host.resize(tile, SIZE);
        host.run_for(20_000);
        assert_eq!((host.server.joins.len(), wanted(&host)), (1, Some(vec![320])));
    }
}

/// What the SFU knows of what is muted.
fn known_mutes(host: &Host) -> Vec<(TrackType, bool)> {
    let requests: Vec<signal::UpdateMuteStatesRequest> = host.server.rpcs_of("UpdateMuteStates");
    let states = requests.iter().flat_map(|request| &request.mute_states);
    let mut known: Vec<(TrackType, bool)> = Vec::new();
    for state in states {
        known.retain(|(track_type, _)| *track_type != state.track_type());
        known.push((state.track_type(), state.muted));
    }
    known.sort_unstable();
    known
}

#[test]
fn what_is_muted_is_told_until_it_is_known() {
    for failure in failures() {
        let (mut host, call) = Host::joined();
        host.enable(call, Camera);
        host.enable(call, Microphone);
        host.run_for(1_000);
        host.weather.answers[SFU].extend(vec![failure; 7]);

        host.disable(call, Microphone);
        host.run_for(60_000);

        let expected = [(TrackType::Audio, true), (TrackType::Video, false)];
        assert_eq!(known_mutes(&host), expected);
        assert_eq!((host.opened.peers, host.calling_state(call)), (2, CallingState::Joined));
        let told = host.warnings.iter().filter(|text| text.contains("what is muted"));
        assert_eq!(told.count(), 1, "{:?}", host.warnings);
        let known = host.server.rpcs.len();
        host.run_for(60_000);
        assert_eq!(host.server.rpcs.len(), known);
    }
}

#[test]
fn a_mute_that_was_taken_back_before_it_was_known_is_told_as_taken_back() {
    for failure in failures() {
        let (mut host, call) = Host::joined();
        host.enable(call, Microphone);
        host.run_for(1_000);
        host.weather.answers[SFU].extend(vec![failure; 3]);

        host.disable(call, Microphone);
        host.run_for(300);
        host.enable(call, Microphone);
        let before = host.server.rpcs.len();
        host.run_for(60_000);

        assert_eq!(known_mutes(&host), [(TrackType::Audio, false)]);
        assert!(host.server.rpcs.len() > before, "the first of them may have arrived");
    }
}

fn offer(negotiation_id: u32) -> EventPayload {
    EventPayload::SubscriberOffer(event::SubscriberOffer {
        sdp: "v=0\r\n".to_owned(),
        negotiation_id,
        ..event::SubscriberOffer::default()
    })
}

fn answered(host: &Host) -> Vec<u32> {
    let answers: Vec<signal::SendAnswerRequest> = host.server.rpcs_of("SendAnswer");
    answers.iter().map(|answer| answer.negotiation_id).collect()
}

#[test]
fn an_answer_is_sent_until_it_arrives_or_a_newer_one_takes_its_place() {
    let (mut host, call) = Host::joined();
    host.run_for(1_000);
    host.weather.answers[SFU].extend(vec![reply(503, Reply::Unreadable); 8]);
    host.sfu(offer(1));
    host.run_for(60_000);
    assert_eq!(answered(&host), [1]);

    // The first waits for its next attempt, or is under way.
    for lost in [false, true] {
        let (next, newer) = if lost { (4, 5) } else { (2, 3) };
        if lost {
            host.weather.lost.rpcs = 1;
        } else {
            host.weather.answers[SFU].push_back(reply(503, Reply::Unreadable));
        }
        host.sfu(offer(next));
        host.run_for(100);
        host.sfu(offer(newer));
        host.run_for(60_000);
        assert_eq!(answered(&host).last(), Some(&newer));
        assert!(!answered(&host).contains(&next));
    }
    assert_eq!((host.opened.peers, host.calling_state(call)), (2, CallingState::Joined));
}

#[test]
fn an_answer_that_is_refused_leads_to_another_offer_and_then_to_another_connection() {
    let (mut host, call) = Host::joined();
    host.run_for(1_000);
    let refused = || refusal(models::ErrorCode::RequestValidationFailed);
    let restarts = |host: &Host| {
        let asked: Vec<signal::IceRestartRequest> = host.server.rpcs_of("IceRestart");
        asked.len()
    };
    for (number, expected) in [(1, 1), (2, 2)] {
        host.weather.answers[SFU].push_back(refused());
        host.sfu(offer(number));
        host.run_for(100);
        assert_eq!(restarts(&host), expected);
    }
    host.sfu(offer(3));
    host.run_for(100);
    host.weather.answers[SFU].push_back(refused());
    host.sfu(offer(4));
    host.run_for(100);
    assert_eq!((restarts(&host), host.opened.peers), (3, 2), "one that was taken ends the row");

    for number in [5, 6] {
        host.weather.answers[SFU].push_back(refused());
        host.sfu(offer(number));
        host.run_for(100);
    }
    host.run_for(1_000);
    assert_eq!((host.opened.peers, host.calling_state(call)), (4, CallingState::Joined));
    let details = host.server.joins.last().unwrap().reconnect_details.clone().unwrap();
    assert_eq!(details.reason, "subscriber_negotiation_failed");
}
