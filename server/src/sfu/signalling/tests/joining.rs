use trunkline_protocol::sfu::{
    event::{ParticipantJoined, ParticipantLeft},
    models::{
        Codec, ConnectionQuality, DegradationPreference, ErrorCode, ParticipantCount,
        PublishOption, TrackInfo, TrackType, WebsocketReconnectStrategy as Strategy,
    },
};

use super::world::{CALL, World, caller, failed, sessions, track, wish};
use crate::{
    control::{SfuNotice, SfuOrder},
    sfu::signalling::{Codecs, Effect, Event, Refusal},
};

#[test]
fn the_snapshot_lists_everybody_and_oneself() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    world.publish(ann, &[track(TrackType::Video, "0")]);
    let join = world.request("ben", "b");
    let socket = join.socket;
    let outcome = world.submit(join);

    let answer = outcome.answer(socket);
    assert!(!answer.reconnected);
    assert_eq!(answer.fast_reconnect_deadline_seconds, 15);
    let state = answer.call_state.as_ref().unwrap();
    assert_eq!(sessions(&state.participants), ["a", "b"]);
    assert_eq!(state.participants[0].published_tracks, [i32::from(TrackType::Video)]);
    assert_eq!(state.participant_count, Some(ParticipantCount { total: 2, anonymous: 0 }));
    assert_eq!(state.started_at.unwrap().seconds, 0);

    let ben = &state.participants[1];
    assert_eq!((ben.name.as_str(), ben.image.as_str()), ("ben the user", "ben.png"));
    assert_eq!(ben.track_lookup_prefix, "prefix-of-b");
    assert_eq!(ben.roles, ["speaker"]);
    assert!(!ben.custom.as_ref().unwrap().bytes().is_empty());
    assert_eq!(ben.joined_at.unwrap().seconds, 0);
    assert_eq!(ben.connection_quality(), ConnectionQuality::Unspecified);
}

#[test]
fn the_others_are_told_of_a_join_and_the_coordinator_too() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    let join = world.request("ben", "b");
    let socket = join.socket;
    let outcome = world.submit(join);

    let Event::ParticipantJoined(ParticipantJoined { call_cid, participant, is_pinned }) =
        outcome.one(ann.socket)
    else {
        panic!("{outcome:?}")
    };
    assert_eq!((call_cid.as_str(), *is_pinned), (CALL, false));
    let answer = outcome.answer(socket).call_state.as_ref().unwrap();
    assert_eq!(participant.as_ref(), answer.participants.last(), "the same as in the snapshot");
    assert_eq!(outcome.to(socket).len(), 1, "nobody is told of its own join");
    let notice = SfuNotice::ParticipantJoined {
        cid: CALL.into(),
        user_id: "ben".into(),
        session_id: "b".into(),
        anonymous: false,
    };
    assert_eq!(outcome.notices(), [&notice]);
    let ben = world.key("ben", "b");
    assert!(outcome.0.contains(&Effect::Resubscribe(ben)), "there may be audio to receive");
}

#[test]
fn entries_of_the_snapshot_follow_what_changes() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    world.publish(ann, &[track(TrackType::Audio, "0")]);
    world.connect(ann);
    let (name, image) = ("Ann B.".to_owned(), String::new());
    let (cid, user_id, custom) = (CALL.into(), "ann".into(), serde_json::Map::new());
    let updated = world.order(SfuOrder::UpdateUser { cid, user_id, name, image, custom });
    let Event::ParticipantUpdated(updated) = updated.one(ann.socket) else { panic!("{updated:?}") };
    let join = world.request("ben", "b");
    let socket = join.socket;
    let outcome = world.submit(join);
    let state = outcome.answer(socket).call_state.as_ref().unwrap();
    assert_eq!(updated.participant.as_ref(), state.participants.first());
    assert_eq!(state.participants[0].name, "Ann B.");
    assert_eq!(state.participants[0].published_tracks.len(), 1);
}

#[test]
fn calls_do_not_hear_of_each_other() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    let mut join = world.request("ben", "b");
    join.claims.cid = "default:other".into();
    let socket = join.socket;
    let outcome = world.submit(join);
    assert!(outcome.to(ann.socket).is_empty());
    let state = outcome.answer(socket).call_state.as_ref().unwrap();
    assert_eq!(sessions(&state.participants), ["b"]);
}

#[test]
fn anonymous_participants_are_counted_but_not_listed() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    let join = world.request("!anon", "x");
    let socket = join.socket;
    let outcome = world.submit(join);
    assert!(outcome.to(ann.socket).is_empty());
    let state = outcome.answer(socket).call_state.as_ref().unwrap();
    assert_eq!(sessions(&state.participants), ["a"]);
    assert_eq!(state.participant_count, Some(ParticipantCount { total: 2, anonymous: 1 }));
    assert!(
        matches!(outcome.notices()[..], [SfuNotice::ParticipantJoined { anonymous: true, .. }]),
        "the coordinator counts them"
    );

    world.calls.health_check(ann.socket);
    let outcome = world.outcome();
    let Event::HealthCheckResponse(response) = outcome.one(ann.socket) else { panic!("no count") };
    assert_eq!(response.participant_count, Some(ParticipantCount { total: 2, anonymous: 1 }));

    let left = world.close(socket, Some(1000));
    assert!(left.to(ann.socket).is_empty());
    assert!(matches!(left.notices()[..], [SfuNotice::ParticipantLeft { anonymous: true, .. }]));
}

#[test]
fn every_track_type_has_one_complete_publish_option() {
    let mut world = World::new();
    let join = world.request("ann", "a");
    let socket = join.socket;
    let outcome = world.submit(join);
    let options = &outcome.answer(socket).publish_options;
    let kinds: Vec<_> = options.iter().map(PublishOption::track_type).collect();
    let all =
        [TrackType::Audio, TrackType::Video, TrackType::ScreenShare, TrackType::ScreenShareAudio];
    assert_eq!(kinds, all);
    for option in options {
        let codec = option.codec.as_ref().unwrap();
        assert!(option.id > 0 && option.bitrate > 0, "{option:?}");
        assert!(!codec.name.is_empty() && codec.clock_rate > 0, "{option:?}");
        if codec.name == "opus" {
            assert_eq!(option.audio_bitrate_profiles.len(), 3);
            continue;
        }
        assert_eq!(codec.name, "vp8");
        assert!(option.fps > 0 && option.max_temporal_layers > 0, "{option:?}");
        assert_ne!(option.degradation_preference(), DegradationPreference::Unspecified);
        let size = option.video_dimension.unwrap();
        assert_eq!((size.width, size.height, option.bitrate), (640, 360, 500_000));
    }
    assert_eq!((options[1].max_spatial_layers, options[2].max_spatial_layers), (3, 1));
    let sharp = DegradationPreference::MaintainResolution;
    assert_eq!(options[2].degradation_preference(), sharp, "a screen is for reading");
}

#[test]
fn a_codec_that_is_preferred_and_forwarded_is_offered_for_publishing() {
    let mut world = World::new();
    let wish = |kind: TrackType, name: &str| PublishOption {
        track_type: kind.into(),
        codec: Some(Codec { name: name.into(), ..Codec::default() }),
        ..PublishOption::default()
    };
    for (name, codec) in [("VP9", "vp9"), ("h264", "h264"), ("AV1", "av1"), ("h265", "vp8")] {
        let session = format!("with-{name}");
        let mut join = world.request("ann", &session);
        join.preferred = vec![wish(TrackType::Video, name)];
        let socket = join.socket;
        let outcome = world.submit(join);
        let options = &outcome.answer(socket).publish_options;
        assert_eq!(options[1].codec.as_ref().unwrap().name, codec);
        assert_eq!(options[2].codec.as_ref().unwrap().name, "vp8", "the screen as before");
        let key = world.key("ann", &session);
        let codec = options[1].codec.clone();
        let mut announced = TrackInfo { codec, ..track(TrackType::Video, "0") };
        let tracks = std::slice::from_ref(&announced);
        assert_eq!(world.calls.check_tracks(key, tracks), Ok(()));
        announced.codec.as_mut().unwrap().name = "vp7".into();
        let error = world.calls.check_tracks(key, &[announced]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::RequestValidationFailed);
    }
}

#[test]
fn a_codec_that_the_browser_lacks_is_not_offered_for_publishing() {
    let mut world = World::new();
    let mut join = world.request("ann", "a");
    let option = |name: &str| PublishOption {
        track_type: TrackType::Video.into(),
        codec: Some(Codec { name: name.into(), ..Codec::default() }),
        ..PublishOption::default()
    };
    join.preferred = vec![option("h264"), option("vp9")];
    join.encodes = Codecs::of("a=rtpmap:96 VP8/90000\r\na=rtpmap:98 VP9/90000\r\n");
    let socket = join.socket;
    let outcome = world.submit(join);
    let options = &outcome.answer(socket).publish_options;
    assert_eq!(options[1].codec.as_ref().unwrap().name, "vp9", "the next best");
}

#[test]
fn a_session_id_must_have_a_sensible_length() {
    let mut world = World::new();
    for session_id in [String::new(), "x".repeat(129)] {
        let join = world.request("ann", &session_id);
        let socket = join.socket;
        let outcome = world.submit(join);
        assert_refused(outcome.one(socket), ErrorCode::RequestValidationFailed);
        assert_eq!(outcome.closed(), [(socket, 1008)]);
        assert!(outcome.notices().is_empty());
    }
    let join = world.request("ann", &"x".repeat(128));
    let socket = join.socket;
    world.submit(join).answer(socket);
}

#[test]
fn somebody_elses_session_id_is_refused_whatever_the_strategy() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    for strategy in [Strategy::Unspecified, Strategy::Fast, Strategy::Rejoin, Strategy::Migrate] {
        let mut join = world.request("ben", "a");
        join.strategy = strategy;
        let socket = join.socket;
        let outcome = world.submit(join);
        assert_refused(outcome.one(socket), ErrorCode::PermissionDenied);
        assert_eq!(outcome.closed(), [(socket, 1008)]);
        assert!(outcome.to(ann.socket).is_empty());
    }
    assert_eq!(world.key("ann", "a"), ann.key, "the victim is undisturbed");
}

#[test]
fn the_same_session_id_without_a_strategy_begins_anew() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    let ben = world.join("ben", "b");
    let join = world.request("ann", "a");
    let socket = join.socket;
    let outcome = world.submit(join);
    assert_eq!(outcome.closed(), [(ann.socket, 1000)]);
    assert_eq!(outcome.forgotten(), [ann.key]);
    assert!(matches!(
        outcome.to(ben.socket)[..],
        [Event::ParticipantLeft(_), Event::ParticipantJoined(_)]
    ));
    let state = outcome.answer(socket).call_state.as_ref().unwrap();
    assert_eq!(sessions(&state.participants), ["b", "a"]);
    assert_ne!(world.key("ann", "a"), ann.key);
}

#[test]
fn a_rejoin_replaces_the_previous_session_and_keeps_its_wishes() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    let ben = world.join("ben", "b");
    world.publish(ben, &[track(TrackType::Video, "0")]);
    world.connect(ann);
    world.close(ann.socket, Some(4100));

    let mut join = world.request("ann", "a2");
    join.strategy = Strategy::Rejoin;
    join.previous_session_id = "a".into();
    join.subscriptions = vec![wish(ben, TrackType::Video)];
    let socket = join.socket;
    let outcome = world.submit(join);

    let state = outcome.answer(socket).call_state.as_ref().unwrap();
    assert_eq!(sessions(&state.participants), ["b", "a2"], "the old one is not shown");
    assert_eq!(state.participant_count.unwrap().total, 2);
    let [
        Event::ParticipantJoined(ParticipantJoined { participant: Some(joined), .. }),
        Event::ParticipantLeft(ParticipantLeft { participant: Some(left), .. }),
    ] = outcome.to(ben.socket)[..]
    else {
        panic!("{outcome:?}")
    };
    assert_eq!((joined.session_id.as_str(), left.session_id.as_str()), ("a2", "a"));
    let notice = SfuNotice::ParticipantRejoined {
        cid: CALL.into(),
        user_id: "ann".into(),
        session_id: "a2".into(),
        previous_session_id: "a".into(),
        anonymous: false,
        duration_seconds: 0,
    };
    assert_eq!(outcome.notices(), [&notice], "the coordinator hears of both at once");
    assert_eq!(outcome.forgotten(), [ann.key]);
    let available = world.calls.available_tracks(world.key("ann", "a2"));
    assert!(available[0].wish.is_some(), "subscriptions are honoured at once");
    let refusal = world.calls.authorize("a", &caller("ann")).unwrap_err();
    assert_eq!(failed(refusal).code(), ErrorCode::ParticipantNotFound);
}

#[test]
fn a_rejoin_cannot_replace_the_session_of_another_user_or_call() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    for (user, cid) in [("ben", CALL), ("ann", "default:other")] {
        let mut join = world.request(user, &format!("{user}-{cid}"));
        join.claims.cid = cid.into();
        join.strategy = Strategy::Rejoin;
        join.previous_session_id = "a".into();
        let outcome = world.submit(join);
        assert!(outcome.forgotten().is_empty());
    }
    assert_eq!(world.key("ann", "a"), ann.key);
}

#[test]
fn requests_are_for_the_owner_in_the_same_call_only() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    assert_eq!(world.calls.authorize("a", &caller("ben")), Err(Refusal::NotOwner));
    let mut elsewhere = caller("ann");
    elsewhere.cid = "default:other".into();
    let unknown = failed(world.calls.authorize("a", &elsewhere).unwrap_err());
    assert_eq!(unknown.code(), ErrorCode::ParticipantNotFound, "there is none there");
    let unknown = failed(world.calls.authorize("b", &caller("ann")).unwrap_err());
    assert_eq!((unknown.code(), unknown.should_retry), (ErrorCode::ParticipantNotFound, false));
    world.close(ann.socket, None);
    let lost = failed(world.calls.authorize("a", &caller("ann")).unwrap_err());
    assert_eq!((lost.code(), lost.should_retry), (ErrorCode::ParticipantSignalLost, false));
}

#[track_caller]
fn assert_refused(event: &Event, code: ErrorCode) {
    let Event::Error(event) = event else { panic!("{event:?}") };
    let error = event.error.as_ref().expect("clients take an empty one for the end of the call");
    assert_eq!((error.code(), error.should_retry), (code, false));
    assert_eq!(event.reconnect_strategy(), Strategy::Disconnect);
}
