use std::time::Duration;

use trunkline_protocol::sfu::models::{
    ErrorCode, ParticipantCount, TrackType, WebsocketReconnectStrategy as Strategy,
};

use super::world::{CALL, World, caller, failed, sessions, track};
use crate::{
    control::{SfuNotice, SfuOrder},
    sfu::signalling::{Effect, Event},
};

#[test]
fn whoever_rejoins_without_media_comes_once_and_goes_once() {
    let mut world = World::new();
    let ben = world.join("ben", "b");
    let mut ann = world.join("ann", "a");
    let mut told = Vec::new();
    let mut notices = 0;
    for session in ["a2", "a3", "a4"] {
        world.publish(ann, &[track(TrackType::Video, "0")]);
        let (next, outcome) = world.rejoin(ann, session);
        let state = outcome.answer(next.socket).call_state.as_ref().unwrap();
        assert_eq!(sessions(&state.participants), ["b", session], "nobody sees a ghost of himself");
        assert_eq!(state.participant_count, Some(ParticipantCount { total: 2, anonymous: 0 }));
        assert_eq!(outcome.to(next.socket).len(), 1, "{outcome:?}");
        assert_eq!(outcome.forgotten(), [ann.key], "its peer connections are dropped");
        notices += outcome.notices().len();
        told.extend(outcome.to(ben.socket).into_iter().cloned());
        let refusal = world.calls.authorize(ann.session, &caller("ann")).unwrap_err();
        assert_eq!(failed(refusal).code(), ErrorCode::ParticipantNotFound);
        ann = next;
    }
    assert!(matches!(told[..], [Event::TrackUnpublished(_)]), "what nobody got is gone: {told:?}");
    assert_eq!(notices, 0, "the coordinator is told nothing");
    assert!(world.tick_for(Duration::from_secs(19)).to(ben.socket).is_empty(), "it stays");

    let over = world.close(ann.socket, Some(1000));
    let [Event::ParticipantLeft(left)] = over.to(ben.socket)[..] else { panic!("{over:?}") };
    assert_eq!(left.participant.as_ref().unwrap().session_id, "a");
    let [SfuNotice::ParticipantLeft { session_id, .. }] = over.notices()[..] else {
        panic!("{over:?}")
    };
    assert_eq!(session_id, "a");
    world.calls.health_check(ben.socket);
    let outcome = world.outcome();
    let Event::HealthCheckResponse(response) = outcome.one(ben.socket) else { panic!("no count") };
    assert_eq!(response.participant_count.unwrap().total, 1);
}

#[test]
fn the_others_see_the_new_session_when_media_has_reached_it() {
    let mut world = World::new();
    let ben = world.join("ben", "b");
    let ann = world.join("ann", "a");
    let user_id = "ann".to_owned();
    let session_id = "a".to_owned();
    world.order(SfuOrder::Pin { cid: CALL.into(), user_id, session_id, pinned: true });
    let (ann, _) = world.rejoin(ann, "a2");
    let published = world.publish(ann, &[track(TrackType::Audio, "0")]);
    assert!(published.to(ben.socket).is_empty() && published.resubscribed().is_empty());
    assert!(world.calls.available_tracks(ben.key).is_empty());
    let carl = world.request("carl", "c");
    let socket = carl.socket;
    let outcome = world.submit(carl);
    let state = outcome.answer(socket).call_state.as_ref().unwrap();
    assert_eq!(
        sessions(&state.participants),
        ["b", "a", "c"],
        "who comes sees what the others see"
    );
    assert_eq!(state.participant_count.unwrap().total, 3);

    let outcome = world.connect(ann);

    let [
        Event::ParticipantJoined(joined),
        Event::PinsUpdated(pins),
        Event::ParticipantLeft(left),
        Event::ConnectionQualityChanged(_),
    ] = outcome.to(ben.socket)[..]
    else {
        panic!("{outcome:?}")
    };
    let joined = joined.participant.as_ref().unwrap();
    assert_eq!((joined.session_id.as_str(), joined.published_tracks.len()), ("a2", 1));
    assert_eq!(left.participant.as_ref().unwrap().session_id, "a");
    assert_eq!(pins.pins[0].session_id, "a2");
    assert!(matches!(outcome.notices()[..], [SfuNotice::ParticipantRejoined { .. }]));
    assert!(outcome.resubscribed().contains(&ben.key));
    assert_eq!(world.calls.available_tracks(ben.key).len(), 1);

    let muted = world.mute(ann, TrackType::Audio, true);
    assert!(matches!(muted.one(ben.socket), Event::TrackUnpublished(_)), "as anybody from now on");
    let (_, outcome) = world.rejoin(ann, "a3");
    assert!(outcome.to(ben.socket).iter().any(|e| matches!(e, Event::ParticipantJoined(_))));
}

#[test]
fn whoever_is_unseen_can_be_lost_put_out_and_muted() {
    let mut world = World::new();
    let ben = world.join("ben", "b");
    let ann = world.join("ann", "a");
    let (ann, _) = world.rejoin(ann, "a2");
    world.publish(ann, &[track(TrackType::Audio, "0")]);
    let whose = crate::control::Muted::AllBut("ben".into());
    let kinds = vec![TrackType::Audio];
    let muted = world.order(SfuOrder::MuteTracks { cid: CALL.into(), whose, kinds });
    assert!(matches!(muted.one(ann.socket), Event::TrackUnpublished(_)), "it hears of it");
    assert!(muted.to(ben.socket).is_empty(), "the others never heard of the track");

    world.close(ann.socket, None);
    world.calls.heard(ben.socket, world.now);
    let over = world.tick_for(Duration::from_secs(16));
    assert!(matches!(over.one(ben.socket), Event::ParticipantLeft(_)));

    let (ann, _) = {
        let ann = world.join("ann", "d");
        world.rejoin(ann, "d2")
    };
    let reason = trunkline_protocol::sfu::models::CallEndedReason::Kicked;
    let user_id = "ann".to_owned();
    let out = world.order(SfuOrder::RemoveUser { cid: CALL.into(), user_id, reason });
    assert!(matches!(out.one(ben.socket), Event::ParticipantLeft(_)));
    assert!(out.to(ann.socket).iter().any(|event| matches!(event, Event::CallEnded(_))));
    assert_eq!(out.notices().len(), 1);
}

#[test]
fn the_coordinator_is_told_of_those_whom_it_knows() {
    let mut world = World::new();
    world.join("ben", "b");
    let ann = world.join("ann", "a");
    world.rejoin(ann, "a2");
    world.join("!anon", "n");
    let told = world.order(SfuOrder::Report { cid: CALL.into() });
    let [SfuNotice::Present { sessions, anonymous: 1, .. }] = told.notices()[..] else {
        panic!("{told:?}")
    };
    let ids: Vec<_> = sessions.iter().map(|session| session.session_id.as_str()).collect();
    assert_eq!(ids, ["b", "a"], "of the new one it has not heard yet");
    let nobody = world.order(SfuOrder::Report { cid: "1/default:other".into() });
    assert!(
        matches!(nobody.notices()[..], [SfuNotice::Present { sessions, .. }] if sessions.is_empty())
    );
}

#[test]
fn a_stand_in_is_not_resumed() {
    let mut world = World::new();
    let ben = world.join("ben", "b");
    let ann = world.join("ann", "a");
    let (next, _) = world.rejoin(ann, "a2");
    let mut join = world.request("ann", "a");
    join.strategy = Strategy::Fast;
    let socket = join.socket;
    let outcome = world.submit(join);
    assert!(!outcome.answer(socket).reconnected);
    assert!(outcome.to(ben.socket).is_empty());

    // As a new session of that name it is somebody, and the others see that.
    let again = world.join("ann", "a");
    let outcome = world.connect(next);
    assert!(matches!(outcome.to(ben.socket)[0], Event::ParticipantJoined(_)));
    assert!(!outcome.0.contains(&Effect::Forget(again.key)));
}
