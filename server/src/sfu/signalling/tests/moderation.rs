use std::time::Duration;

use trunkline_protocol::sfu::{
    event::GoAway,
    models::{
        self, CallEndedReason, CallGrants, ErrorCode, GoAwayReason, TrackInfo, TrackType,
        TrackUnpublishReason, WebsocketReconnectStrategy as Strategy,
    },
    signal::TrackMuteState,
};

use super::world::{CALL, Outcome, Seat, World, track};
use crate::sfu::{
    control::{Grants, Pin, SfuOrder, Whom},
    signalling::Event,
};

#[test]
fn a_moderated_mute_is_told_to_everybody_and_the_muted() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.publish(ann, &[track(TrackType::Audio, "0"), track(TrackType::Video, "1")]);
    let outcome = mute(&mut world, Whom::User("ann".into()), &[TrackType::Audio]);
    for seat in [ann, ben] {
        assert_unpublished(&outcome, seat, TrackType::Audio, TrackUnpublishReason::Moderation);
    }
    assert_eq!(outcome.resubscribed(), [ben.key], "nothing of it is forwarded any more");
    assert!(!world.calls.available_tracks(ben.key)[0].live);
    assert!(mute(&mut world, Whom::User("ann".into()), &[TrackType::Audio]).0.is_empty());

    let again = world.mute(ann, TrackType::Audio, false);
    assert!(matches!(again.one(ben.socket), Event::TrackPublished(_)), "it may unmute");
}

#[test]
fn a_mute_may_be_for_one_session_or_for_everyone_else() {
    let mut world = World::new();
    let (first, second) = (world.join("ann", "a1"), world.join("ann", "a2"));
    let ben = world.join("ben", "b");
    for seat in [first, second, ben] {
        world.publish(seat, &[track(TrackType::Audio, "0")]);
    }
    let outcome = mute(&mut world, Whom::Session("a2".into()), &[TrackType::Audio]);
    assert_eq!(outcome.to(ben.socket).len(), 1);
    assert!(world.calls.available_tracks(ben.key)[0].live, "the other session goes on");

    let outcome = mute(&mut world, Whom::EveryoneBut("ben".into()), &[TrackType::Audio]);
    assert_eq!(outcome.to(ben.socket).len(), 1, "one was left: {outcome:?}");
    let live: Vec<_> =
        world.calls.available_tracks(first.key).iter().map(|track| track.live).collect();
    assert_eq!(live, [false, true]);
}

#[test]
fn a_right_that_is_taken_mutes_and_holds_against_unmuting_and_publishing() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    let tracks = [track(TrackType::Audio, "0"), track(TrackType::ScreenShare, "1")];
    world.publish(ann, &tracks);
    let outcome = grant(&mut world, Grants { audio: true, video: false, screen_share: false });

    let [Event::CallGrantsUpdated(told), Event::TrackUnpublished(_)] = outcome.to(ann.socket)[..]
    else {
        panic!("{outcome:?}")
    };
    let expected =
        CallGrants { can_publish_audio: true, can_publish_video: false, can_screenshare: false };
    assert_eq!(told.current_grants, Some(expected));
    let revoked = TrackUnpublishReason::PermissionRevoked;
    assert_unpublished(&outcome, ben, TrackType::ScreenShare, revoked);

    let unmute = TrackMuteState { track_type: TrackType::ScreenShare.into(), muted: false };
    let error = world.calls.set_mutes(ann.key, &[unmute]).unwrap_err();
    assert_eq!(error.code(), ErrorCode::PermissionDenied);
    assert!(world.outcome().0.is_empty());
    let error = world.calls.check_tracks(ann.key, &tracks).unwrap_err();
    assert_eq!(error.code(), ErrorCode::PermissionDenied);
    let mut muted = tracks.clone();
    muted[1] = TrackInfo { muted: true, ..muted[1].clone() };
    assert_eq!(world.calls.check_tracks(ann.key, &muted), Ok(()), "the list is cumulative");

    grant(&mut world, Grants { audio: true, video: true, screen_share: true });
    world.mute(ann, TrackType::ScreenShare, false);
    assert_eq!(world.calls.check_tracks(ann.key, &tracks), Ok(()));
}

#[test]
fn a_right_that_was_taken_is_not_regained_with_an_older_token() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    let _ben = world.join("ben", "b");
    world.pass(Duration::from_secs(60));
    grant(&mut world, Grants { audio: false, video: false, screen_share: false });
    world.close(ann.socket, Some(1000));
    for (issued, allowed) in [(10, false), (61, true)] {
        let mut join = world.request("ann", "a");
        join.claims.iat = issued;
        let again = world.join_with(join, "ann", "a");
        let result = world.calls.check_tracks(again.key, &[track(TrackType::Audio, "0")]);
        assert_eq!(result.is_ok(), allowed, "issued at {issued}");
    }
}

#[test]
fn older_tokens_of_who_was_removed_do_not_let_in_again() {
    let mut world = World::new();
    world.join("ann", "a");
    world.join("ben", "b");
    world.pass(Duration::from_secs(60));
    let reason = CallEndedReason::Kicked;
    world.order(SfuOrder::RemoveUser { cid: CALL.into(), user_id: "ann".into(), reason });
    for strategy in [Strategy::Unspecified, Strategy::Fast, Strategy::Rejoin] {
        let mut join = world.request("ann", "a");
        join.claims.iat = 59;
        join.strategy = strategy;
        let socket = join.socket;
        let outcome = world.submit(join);
        let Event::Error(event) = outcome.one(socket) else { panic!("{outcome:?}") };
        assert_eq!(event.error.as_ref().unwrap().code(), ErrorCode::PermissionDenied);
        assert_eq!(outcome.closed(), [(socket, 1008)]);
    }
    let mut join = world.request("ann", "a");
    join.claims.iat = 60;
    world.join_with(join, "ann", "a");

    world.pass(Duration::from_secs(1));
    world.order(SfuOrder::EndCall { cid: CALL.into(), reason: CallEndedReason::Ended });
    let mut join = world.request("cat", "c");
    join.claims.iat = 60;
    let socket = join.socket;
    assert_eq!(world.submit(join).closed(), [(socket, 1008)], "nobody's token holds");
}

#[test]
fn pins_are_told_and_part_of_the_snapshot() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    let pin = |user: &str, session: &str| Pin { user_id: user.into(), session_id: session.into() };
    let pins = vec![pin("ben", "b"), pin("cat", "")];
    let outcome = world.order(SfuOrder::SetPins { cid: CALL.into(), pins });
    let expected: Vec<_> = [("ben", "b"), ("cat", "")]
        .map(|(user, session)| models::Pin { user_id: user.into(), session_id: session.into() })
        .into();
    let Event::PinsUpdated(event) = outcome.one(ann.socket) else { panic!("{outcome:?}") };
    assert_eq!(event.pins, expected);
    for (user, session, pinned) in [("ben", "b", true), ("ben", "b2", false), ("cat", "c", true)] {
        let join = world.request(user, session);
        let socket = join.socket;
        let outcome = world.submit(join);
        let answer = outcome.answer(socket);
        assert_eq!(answer.call_state.as_ref().unwrap().pins, expected);
        let Event::ParticipantJoined(event) = outcome.one(ann.socket) else {
            panic!("{outcome:?}")
        };
        assert_eq!(event.is_pinned, pinned, "{session}");
    }
    let outcome = world.order(SfuOrder::SetPins { cid: CALL.into(), pins: Vec::new() });
    let Event::PinsUpdated(event) = outcome.one(ann.socket) else { panic!("{outcome:?}") };
    assert!(event.pins.is_empty());
}

#[test]
fn new_user_data_is_shown_with_the_whole_entry() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.publish(ann, &[track(TrackType::Audio, "0")]);
    let outcome = world.order(SfuOrder::UpdateUser {
        user_id: "ann".into(),
        name: "Anna".into(),
        image: "anna.png".into(),
        custom: serde_json::Map::new(),
    });
    for seat in [ann, ben] {
        let Event::ParticipantUpdated(event) = outcome.one(seat.socket) else {
            panic!("{outcome:?}")
        };
        let participant = event.participant.as_ref().unwrap();
        assert_eq!((event.call_cid.as_str(), participant.session_id.as_str()), (CALL, "a"));
        assert_eq!((participant.name.as_str(), participant.image.as_str()), ("Anna", "anna.png"));
        assert_eq!(participant.published_tracks, [i32::from(TrackType::Audio)]);
        assert_eq!(participant.track_lookup_prefix, "prefix-of-a");
    }
}

#[test]
fn a_draining_sfu_sends_everybody_away_and_lets_nobody_in() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    let reason = GoAwayReason::ShuttingDown;
    let outcome = world.order(SfuOrder::Drain { reason });
    assert_eq!(outcome.one(ann.socket), &Event::GoAway(GoAway { reason: reason.into() }));
    let join = world.request("ben", "b");
    let socket = join.socket;
    let outcome = world.submit(join);
    let Event::Error(event) = outcome.one(socket) else { panic!("{outcome:?}") };
    assert_eq!(event.error.as_ref().unwrap().code(), ErrorCode::SfuShuttingDown);
    assert_eq!(event.reconnect_strategy(), Strategy::Migrate);
    let (socket, outcome) = world.reconnect(ann);
    assert!(outcome.answer(socket).reconnected, "who is in may come back");
}

fn mute(world: &mut World, whom: Whom, kinds: &[TrackType]) -> Outcome {
    world.order(SfuOrder::MuteTracks { cid: CALL.into(), whom, kinds: kinds.to_vec() })
}

fn grant(world: &mut World, grants: Grants) -> Outcome {
    world.order(SfuOrder::SetGrants { cid: CALL.into(), user_id: "ann".into(), grants })
}

#[track_caller]
fn assert_unpublished(outcome: &Outcome, seat: Seat, kind: TrackType, cause: TrackUnpublishReason) {
    let unpublished = outcome.to(seat.socket).into_iter().find_map(|event| match event {
        Event::TrackUnpublished(event) => Some(event),
        _ => None,
    });
    let event = unpublished.expect("it is told");
    assert_eq!((event.r#type(), event.cause()), (kind, cause));
    let participant = event.participant.as_ref().unwrap();
    assert!(!participant.published_tracks.contains(&i32::from(kind)));
}
