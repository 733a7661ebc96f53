use trunkline_protocol::sfu::{
    event::TrackUnpublished,
    models::{
        CallEndedReason, CallGrants, ErrorCode, Pin, TrackInfo, TrackType,
        TrackUnpublishReason as Cause, WebsocketReconnectStrategy as Strategy,
    },
    signal::TrackMuteState,
};

use super::world::{CALL, Outcome, World, track};
use crate::{
    control::{Muted, Remedy, SfuOrder, Whose},
    sfu::ids::{SocketId, TrackKey},
    sfu::signalling::{Effect, Event},
};

#[test]
fn muting_stops_the_track_and_tells_the_muted_as_well() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.publish(ann, &[track(TrackType::Audio, "0"), track(TrackType::Video, "1")]);
    let whose = Muted::Users(vec!["ann".into(), "nobody".into()]);
    let outcome = world.order(mute(whose, &[TrackType::Audio]));
    for socket in [ann.socket, ben.socket] {
        let event = unpublished(&outcome, socket);
        assert_eq!((event.r#type(), event.cause()), (TrackType::Audio, Cause::Moderation));
        let left = &event.participant.as_ref().unwrap().published_tracks;
        assert_eq!(*left, [i32::from(TrackType::Video)]);
    }
    let track = TrackKey { publisher: ann.key, kind: TrackType::Audio };
    assert_eq!(outcome.work(), [&Effect::SetLive { track, live: false }]);
    let live: Vec<_> = world.calls.available_tracks(ben.key).iter().map(|t| t.live).collect();
    assert_eq!(live, [false, true]);
    let unmuted = world.mute(ann, TrackType::Audio, false);
    assert!(matches!(unmuted.one(ben.socket), Event::TrackPublished(_)), "she may");
}

#[test]
fn muting_all_leaves_out_who_asked() {
    let mut world = World::new();
    let seats = [world.join("ann", "a"), world.join("ann", "a2"), world.join("ben", "b")];
    for seat in seats {
        world.publish(seat, &[track(TrackType::Video, "0")]);
    }
    let outcome = world.order(mute(Muted::AllBut("ann".into()), &[TrackType::Video]));
    for seat in seats {
        assert_eq!(unpublished(&outcome, seat.socket).session_id, "b");
    }
    let outcome = world.order(mute(Muted::AllBut("nobody".into()), &[TrackType::ScreenShare]));
    assert!(outcome.0.is_empty(), "{outcome:?}");
}

#[test]
fn a_revoked_right_stops_the_track_until_it_is_granted_again() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    let tracks = [track(TrackType::Audio, "0"), track(TrackType::Video, "1")];
    world.publish(ann, &tracks);
    let outcome = world.order(grants("ann", &[], &["send-video"]));
    let [Event::CallGrantsUpdated(updated), Event::TrackUnpublished(own)] =
        outcome.to(ann.socket)[..]
    else {
        panic!("{outcome:?}");
    };
    let expected =
        CallGrants { can_publish_audio: true, can_publish_video: false, can_screenshare: true };
    assert_eq!(updated.current_grants, Some(expected));
    assert_eq!((own.r#type(), own.cause()), (TrackType::Video, Cause::PermissionRevoked));
    assert_eq!(unpublished(&outcome, ben.socket).cause(), Cause::PermissionRevoked);

    let unmute = [TrackMuteState { track_type: TrackType::Video.into(), muted: false }];
    let error = world.calls.check_mutes(ann.key, &unmute).unwrap_err();
    assert_eq!(error.code(), ErrorCode::PermissionDenied);
    let error = world.calls.check_tracks(ann.key, &tracks).unwrap_err();
    assert_eq!(error.code(), ErrorCode::PermissionDenied);
    let muted = [TrackMuteState { muted: true, ..unmute[0] }];
    assert_eq!(world.calls.check_mutes(ann.key, &muted), Ok(()));
    let mut list = tracks.clone();
    list[1] = TrackInfo { muted: true, ..list[1].clone() };
    assert_eq!(world.calls.check_tracks(ann.key, &list), Ok(()), "the list is cumulative");

    world.order(grants("ann", &["send-video"], &[]));
    assert_eq!(world.calls.check_mutes(ann.key, &unmute), Ok(()));
    assert_eq!(world.calls.check_tracks(ann.key, &tracks), Ok(()));
}

#[test]
fn a_token_from_before_a_change_of_rights_is_good_for_another_one_only() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    world.order(void(Whose::User("ann".into()), Remedy::Rejoin));
    let join = world.request("ann", "a2");
    let socket = join.socket;
    let outcome = world.submit(join);
    assert_refused(&outcome, socket, Strategy::Rejoin);

    let (socket, outcome) = world.reconnect(ann);
    assert!(outcome.answer(socket).reconnected, "a session that runs has followed the change");
    let mut join = world.request("ann", "a2");
    join.claims.generation = 2;
    world.join_with(join, "ann", "a2");
    world.join("ben", "b");
}

#[test]
fn viewers_of_a_call_that_is_no_longer_live_do_not_come_back() {
    let mut world = World::new();
    world.order(void(Whose::Viewers, Remedy::Nothing));
    let join = world.request("ann", "a");
    let socket = join.socket;
    let outcome = world.submit(join);
    assert_refused(&outcome, socket, Strategy::Disconnect);
    let mut join = world.request("ben", "b");
    join.claims.set("join-backstage", true);
    world.join_with(join, "ben", "b");
}

#[test]
fn older_tokens_of_who_was_removed_do_not_let_in_again() {
    let mut world = World::new();
    world.join("ann", "a");
    let ben = world.join("ben", "b");
    world.order(void(Whose::User("ann".into()), Remedy::Nothing));
    let reason = CallEndedReason::Kicked;
    world.order(SfuOrder::RemoveUser { cid: CALL.into(), user_id: "ann".into(), reason });
    for (strategy, id) in [
        (Strategy::Unspecified, "a"),
        (Strategy::Unspecified, "a2"),
        (Strategy::Fast, "a"),
        (Strategy::Fast, "a2"),
        (Strategy::Rejoin, "a"),
    ] {
        let mut join = world.request("ann", id);
        join.strategy = strategy;
        let socket = join.socket;
        let outcome = world.submit(join);
        assert!(outcome.to(ben.socket).is_empty() && outcome.notices().is_empty());
        if strategy == Strategy::Unspecified || id == "a2" {
            assert_refused(&outcome, socket, Strategy::Disconnect);
        } else {
            assert!(matches!(outcome.one(socket), Event::CallEnded(_)), "{outcome:?}");
            assert_eq!(outcome.closed(), [(socket, 1000)]);
        }
    }
    let mut join = world.request("ann", "a");
    join.claims.generation = 2;
    world.join_with(join, "ann", "a");

    world.order(void(Whose::Everybody, Remedy::Nothing));
    let join = world.request("cat", "c");
    let socket = join.socket;
    let outcome = world.submit(join);
    assert_refused(&outcome, socket, Strategy::Disconnect);
}

#[test]
fn pins_are_told_and_shown_to_who_comes_later() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    let outcome = world.order(pin("ann", "a", true));
    assert_eq!(pinned(&outcome, ann.socket), ["a"]);
    assert_eq!(pinned(&outcome, ben.socket), ["a"]);
    assert!(world.order(pin("ann", "a", true)).0.is_empty(), "once");
    for (user, session) in [("ben", "a"), ("ben", "nothing")] {
        assert!(world.order(pin(user, session, true)).0.is_empty(), "{user} {session}");
    }
    assert_eq!(pinned(&world.order(pin("ben", "b", true)), ann.socket), ["b", "a"]);

    let join = world.request("cat", "c");
    let socket = join.socket;
    let outcome = world.submit(join);
    let pins = &outcome.answer(socket).call_state.as_ref().unwrap().pins;
    assert_eq!(names(pins), ["b", "a"]);
    assert_eq!(pinned(&world.order(pin("ben", "b", false)), socket), ["a"]);
    assert!(world.order(pin("ben", "b", false)).0.is_empty());
}

#[test]
fn whoever_is_pinned_comes_first_where_bandwidth_is_short() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    world.join("ben", "b");
    for pinned in [true, false] {
        let outcome = world.order(pin("ann", "a", pinned));
        let expected = Effect::SetImportant { session: ann.key, important: pinned };
        assert!(outcome.0.contains(&expected), "{outcome:?}");
    }
}

#[test]
fn a_pin_goes_with_its_session_and_stays_over_a_rejoin() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.order(pin("ann", "a", true));
    world.connect(ann);
    let mut join = world.request("ann", "a2");
    join.strategy = Strategy::Rejoin;
    join.previous_session_id = "a".into();
    let socket = join.socket;
    let outcome = world.submit(join);
    let state = outcome.answer(socket).call_state.as_ref().unwrap();
    assert_eq!(names(&state.pins), ["a2"], "who rejoins is told so at once");
    let Event::ParticipantJoined(joined) = outcome.to(ben.socket)[0] else { panic!("{outcome:?}") };
    assert!(joined.is_pinned, "the others as well");
    let told = outcome.to(ben.socket).into_iter().find_map(|event| match event {
        Event::PinsUpdated(changed) => Some(names(&changed.pins)),
        _ => None,
    });
    assert_eq!(told.unwrap(), ["a2"]);
    assert_eq!(outcome.forgotten(), [ann.key]);

    let key = world.key("ann", "a2");
    assert_ne!(key, ann.key);
    let reason = CallEndedReason::Kicked;
    let outcome =
        world.order(SfuOrder::RemoveUser { cid: CALL.into(), user_id: "ann".into(), reason });
    let told = outcome.to(ben.socket);
    assert!(
        told.iter().any(|event| matches!(event, Event::PinsUpdated(c) if c.pins.is_empty())),
        "{told:?}"
    );
}

#[test]
fn a_rename_shows_in_every_session_of_the_user_and_in_those_that_join_later() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    let custom = serde_json::Map::from_iter([("hat".to_owned(), true.into())]);
    let outcome = world.order(SfuOrder::UpdateUser {
        cid: CALL.into(),
        user_id: "ann".into(),
        name: "Anna".into(),
        image: "anna.png".into(),
        custom,
    });
    for socket in [ann.socket, ben.socket] {
        let Event::ParticipantUpdated(updated) = outcome.one(socket) else { panic!("{outcome:?}") };
        let participant = updated.participant.as_ref().unwrap();
        assert_eq!((participant.session_id.as_str(), participant.name.as_str()), ("a", "Anna"));
        assert_eq!(participant.image, "anna.png");
        assert_eq!(participant.custom.as_ref().unwrap().fields()[0].0, "hat");
    }
    let join = world.request("cat", "c");
    let socket = join.socket;
    let outcome = world.submit(join);
    let state = outcome.answer(socket).call_state.as_ref().unwrap();
    assert_eq!(state.participants[0].name, "Anna");
    let nobody = SfuOrder::UpdateUser {
        cid: CALL.into(),
        user_id: "dan".into(),
        name: String::new(),
        image: String::new(),
        custom: serde_json::Map::new(),
    };
    assert!(world.order(nobody).0.is_empty());
}

fn mute(whose: Muted, kinds: &[TrackType]) -> SfuOrder {
    SfuOrder::MuteTracks { cid: CALL.into(), whose, kinds: kinds.into() }
}

fn grants(user_id: &str, granted: &[&str], revoked: &[&str]) -> SfuOrder {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    SfuOrder::SetGrants {
        cid: CALL.into(),
        user_id: user_id.into(),
        granted: owned(granted),
        revoked: owned(revoked),
    }
}

fn void(whose: Whose, remedy: Remedy) -> SfuOrder {
    SfuOrder::Void { cid: CALL.into(), whose, generation: 2, remedy }
}

#[track_caller]
fn assert_refused(outcome: &Outcome, socket: SocketId, strategy: Strategy) {
    let Event::Error(error) = outcome.one(socket) else { panic!("{outcome:?}") };
    assert_eq!(error.error.as_ref().unwrap().code(), ErrorCode::PermissionDenied);
    assert_eq!(error.reconnect_strategy(), strategy);
    assert_eq!(outcome.closed(), [(socket, 1008)]);
}

fn pin(user_id: &str, session_id: &str, pinned: bool) -> SfuOrder {
    let (cid, user_id, session_id) = (CALL.into(), user_id.into(), session_id.into());
    SfuOrder::Pin { cid, user_id, session_id, pinned }
}

/// The one `track_unpublished` for a socket.
#[track_caller]
fn unpublished(outcome: &Outcome, socket: SocketId) -> &TrackUnpublished {
    match outcome.one(socket) {
        Event::TrackUnpublished(event) => event,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn pinned(outcome: &Outcome, socket: SocketId) -> Vec<&str> {
    match outcome.one(socket) {
        Event::PinsUpdated(changed) => names(&changed.pins),
        other => panic!("{other:?}"),
    }
}

fn names(pins: &[Pin]) -> Vec<&str> {
    pins.iter().map(|pin| pin.session_id.as_str()).collect()
}
