use std::time::Duration;

use trunkline_protocol::sfu::models::{
    ErrorCode, TrackType, WebsocketReconnectStrategy as Strategy,
};

use super::world::{World, caller, failed, sessions, track, wish};
use crate::sfu::signalling::{Effect, Event};

#[test]
fn a_fast_reconnect_takes_the_session_over_and_the_others_see_nothing() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.publish(ann, &[track(TrackType::Audio, "0")]);
    world.publish(ben, &[track(TrackType::Video, "0")]);

    let mut join = world.request("ann", "a");
    join.strategy = Strategy::Fast;
    join.subscriptions = vec![wish(ben, TrackType::Video)];
    let socket = join.socket;
    let outcome = world.submit(join);

    let answer = outcome.answer(socket);
    assert!(answer.reconnected);
    let state = answer.call_state.as_ref().unwrap();
    assert_eq!(sessions(&state.participants), ["a", "b"]);
    assert_eq!(state.participants[0].track_lookup_prefix, "prefix-of-a", "streams go on");
    assert_eq!(state.participants[0].published_tracks, [i32::from(TrackType::Audio)]);
    assert!(outcome.to(ben.socket).is_empty());
    assert!(outcome.notices().is_empty());
    assert_eq!(outcome.closed(), [(ann.socket, 1000)]);
    let restart = outcome.0.iter().position(|e| *e == Effect::RestartSubscriber(ann.key));
    let update = outcome.0.iter().position(|e| *e == Effect::Resubscribe(ann.key));
    assert!(restart.unwrap() < update.unwrap(), "one offer serves both");
    assert!(world.calls.available_tracks(ann.key)[0].wish.is_some());
}

#[test]
fn the_late_close_of_a_replaced_socket_ends_nothing() {
    for code in [Some(1000), Some(4001), Some(4100), Some(4101), None] {
        let mut world = World::new();
        let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
        let (socket, _) = world.reconnect(ann);
        assert!(world.close(ann.socket, code).0.is_empty(), "{code:?}");
        world.calls.leave(ann.socket, world.now);
        assert!(world.outcome().0.is_empty(), "nor does its goodbye");
        assert!(world.calls.authorize("a", &caller("ann")).is_ok());
        let events = world.tick_for(Duration::from_secs(16));
        assert!(events.to(ben.socket).is_empty(), "{code:?}");
        world.calls.health_check(socket);
        assert!(matches!(world.outcome().one(socket), Event::HealthCheckResponse(_)));
    }
}

#[test]
fn a_lost_session_is_kept_for_fifteen_seconds() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.close(ann.socket, None);
    let waiting = world.tick_for(Duration::from_millis(14_900));
    assert!(waiting.to(ben.socket).is_empty());
    assert!(waiting.forgotten().is_empty(), "media goes on");
    let over = world.tick_for(Duration::from_millis(200));
    assert!(matches!(over.one(ben.socket), Event::ParticipantLeft(_)));
    assert_eq!(over.forgotten(), [ann.key]);

    let (socket, outcome) = world.reconnect(ann);
    let answer = outcome.answer(socket);
    assert_eq!((answer.reconnected, answer.fast_reconnect_deadline_seconds), (false, 0));
}

#[test]
fn a_session_that_comes_back_in_time_is_not_ended_later() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.close(ann.socket, Some(4001));
    world.tick_for(Duration::from_secs(14));
    let (_, outcome) = world.reconnect(ann);
    assert!(outcome.to(ben.socket).is_empty());
    world.calls.heard(ben.socket, world.now);
    assert!(world.tick_for(Duration::from_secs(10)).to(ben.socket).is_empty());
}

#[test]
fn a_fast_reconnect_to_nothing_creates_nothing_and_is_reminded_to_rejoin() {
    let mut world = World::new();
    let ben = world.join("ben", "b");
    let mut join = world.request("ann", "gone");
    join.strategy = Strategy::Fast;
    let socket = join.socket;
    let outcome = world.submit(join);
    let answer = outcome.answer(socket);
    assert_eq!((answer.reconnected, answer.fast_reconnect_deadline_seconds), (false, 0));
    assert_eq!(answer.publish_options.len(), 4);
    assert_eq!(sessions(&answer.call_state.as_ref().unwrap().participants), ["b"]);
    assert!(outcome.to(ben.socket).is_empty());
    assert!(outcome.notices().is_empty());
    let refusal = world.calls.authorize("gone", &caller("ann")).unwrap_err();
    assert_eq!(failed(refusal).code(), ErrorCode::ParticipantNotFound);

    assert!(world.tick_for(Duration::from_millis(1900)).to(socket).is_empty(), "too early");
    let reminders = world.tick_for(Duration::from_millis(4200));
    let reminders = reminders.to(socket);
    assert_eq!(reminders.len(), 3, "repeated every two seconds: {reminders:?}");
    for event in reminders {
        let Event::Error(event) = event else { panic!("{event:?}") };
        assert_eq!(event.reconnect_strategy(), Strategy::Rejoin);
        assert_eq!(event.error.as_ref().unwrap().code(), ErrorCode::ParticipantNotFound);
    }
    world.close(socket, Some(4100));
    assert!(world.tick_for(Duration::from_secs(5)).to(socket).is_empty(), "it went");
}

#[test]
fn a_dead_transport_is_reminded_of_until_the_client_comes_back() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    world.calls.transport_failed(ann.key, world.now);
    let outcome = world.tick();
    let Event::Error(event) = outcome.one(ann.socket) else { panic!("{outcome:?}") };
    assert_eq!(event.reconnect_strategy(), Strategy::Rejoin);
    let code = event.error.as_ref().unwrap().code();
    assert_eq!(code, ErrorCode::ParticipantMediaTransportFailure);
    let again = world.tick_for(Duration::from_secs(2));
    assert!(matches!(again.one(ann.socket), Event::Error(_)));
    let (socket, _) = world.reconnect(ann);
    assert!(world.tick_for(Duration::from_secs(4)).to(socket).is_empty());
}
