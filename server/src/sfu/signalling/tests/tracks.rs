use trunkline_protocol::sfu::models::{
    Codec, Error, ErrorCode, Participant, PeerType, TrackInfo, TrackType, TrackUnpublishReason,
    VideoDimension,
};

use super::world::{Outcome, Seat, World, track, wish};
use crate::sfu::{
    ids::{Size, SocketId, TrackKey},
    signalling::{Codecs, Effect, Event, Wish},
};

#[test]
fn a_published_track_is_told_to_the_others_once() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    let outcome = world.publish(ann, &[track(TrackType::Audio, "0")]);
    assert!(outcome.to(ann.socket).is_empty());
    let participant = published(&outcome, ben.socket, TrackType::Audio);
    assert_eq!(participant.session_id, "a");
    assert_eq!(participant.published_tracks, [i32::from(TrackType::Audio)]);
    assert_eq!(participant.track_lookup_prefix, "prefix-of-a", "the entry is complete");
    assert_eq!(outcome.resubscribed(), [ben.key]);

    let repeated = world.publish(ann, &[track(TrackType::Audio, "0")]);
    assert!(repeated.0.is_empty(), "{repeated:?}");
    let unmuted = world.mute(ann, TrackType::Audio, false);
    assert!(unmuted.0.is_empty(), "{unmuted:?}");
}

#[test]
fn a_track_published_muted_is_told_when_it_is_unmuted() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    let muted = TrackInfo { muted: true, ..track(TrackType::Video, "0") };
    let outcome = world.publish(ann, &[muted]);
    assert!(outcome.to(ben.socket).is_empty());
    assert_eq!(outcome.resubscribed(), [ben.key], "its m-line can be offered");
    let outcome = world.mute(ann, TrackType::Video, false);
    published(&outcome, ben.socket, TrackType::Video);
}

#[test]
fn muting_is_told_with_its_cause_and_the_new_list() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.publish(ann, &[track(TrackType::Audio, "0"), track(TrackType::Video, "1")]);
    let outcome = world.mute(ann, TrackType::Video, true);
    let participant = unpublished(&outcome, ben.socket, TrackType::Video);
    assert_eq!(participant.published_tracks, [i32::from(TrackType::Audio)]);
    let tracks = world.calls.available_tracks(ben.key);
    let live: Vec<_> = tracks.iter().map(|track| (track.key.kind, track.live)).collect();
    assert_eq!(live, [(TrackType::Audio, true), (TrackType::Video, false)]);
    assert!(world.mute(ann, TrackType::Video, true).0.is_empty(), "nothing changed");
    assert!(world.mute(ann, TrackType::ScreenShare, false).0.is_empty(), "was never announced");
}

#[test]
fn a_video_that_a_browser_cannot_show_is_not_offered_to_it() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    let mut join = world.request("ben", "b");
    join.decodes = Codecs::of("a=rtpmap:96 VP8/90000\r\na=rtpmap:111 opus/48000/2\r\n");
    let ben = world.join_with(join, "ben", "b");
    for (codec, expected) in [("vp8", 2), ("h264", 1)] {
        let codec = Codec { name: codec.into(), ..Codec::default() };
        let video = TrackInfo { codec: Some(codec), ..track(TrackType::Video, "1") };
        world.calls.set_tracks(ann.key, &[track(TrackType::Audio, "0"), video]);
        assert_eq!(world.calls.available_tracks(ben.key).len(), expected);
    }
}

#[test]
fn a_list_without_a_track_unpublishes_it() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.publish(ann, &[track(TrackType::Audio, "0"), track(TrackType::Video, "1")]);
    let outcome = world.publish(ann, &[track(TrackType::Audio, "0")]);
    unpublished(&outcome, ben.socket, TrackType::Video);
    assert_eq!(world.calls.available_tracks(ben.key).len(), 1);
}

#[test]
fn publishing_needs_the_right_for_the_type() {
    for (kind, right) in [
        (TrackType::Audio, "send-audio"),
        (TrackType::Video, "send-video"),
        (TrackType::ScreenShare, "screenshare"),
        (TrackType::ScreenShareAudio, "screenshare"),
    ] {
        let mut world = World::new();
        let mut join = world.request("ann", "a");
        join.claims.capabilities.retain(|held| held != right);
        let without = world.join_with(join, "ann", "a");
        let error = check(&world, without, &[track(kind, "0")]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::PermissionDenied);
        assert!(error.message.contains(right), "{}", error.message);

        let mut join = world.request("ben", "b");
        join.claims.capabilities = vec![right.into()];
        let with = world.join_with(join, "ben", "b");
        assert_eq!(check(&world, with, &[track(kind, "0")]), Ok(()));
    }
}

#[test]
fn anonymous_participants_do_not_publish() {
    let mut world = World::new();
    let anonymous = world.join("!anon", "x");
    let error = check(&world, anonymous, &[track(TrackType::Audio, "0")]).unwrap_err();
    assert_eq!(error.code(), ErrorCode::PermissionDenied);
}

#[test]
fn tracks_must_fit_the_publish_options() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    let video = || track(TrackType::Video, "0");
    let codec = |name: &str| Some(Codec { name: name.into(), ..Codec::default() });
    for (tracks, code) in [
        (vec![track(TrackType::Unspecified, "0")], ErrorCode::PublishTrackNotFound),
        (vec![TrackInfo { track_type: 99, ..video() }], ErrorCode::PublishTrackNotFound),
        (vec![TrackInfo { publish_option_id: 0, ..video() }], ErrorCode::PublishTrackNotFound),
        (vec![TrackInfo { publish_option_id: 1, ..video() }], ErrorCode::PublishTrackNotFound),
        (vec![TrackInfo { codec: codec("h265"), ..video() }], ErrorCode::RequestValidationFailed),
        (vec![video(), track(TrackType::Video, "1")], ErrorCode::PublishTracksMismatch),
        (vec![video(), track(TrackType::Audio, "0")], ErrorCode::PublishTracksMismatch),
    ] {
        let error = check(&world, ann, &tracks).unwrap_err();
        assert_eq!(error.code(), code, "{tracks:?}");
        assert!(!error.should_retry);
    }
    let track = TrackInfo { codec: codec("VP8"), ..video() };
    assert_eq!(check(&world, ann, &[track]), Ok(()));
}

#[test]
fn audio_is_wanted_without_asking_and_the_rest_by_wish() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    let tracks = [
        track(TrackType::Audio, "0"),
        track(TrackType::Video, "1"),
        track(TrackType::ScreenShare, "2"),
        track(TrackType::ScreenShareAudio, "3"),
    ];
    world.publish(ann, &tracks);
    let wanted = |world: &World| -> Vec<_> {
        let tracks = world.calls.available_tracks(ben.key);
        let wanted = tracks.into_iter().filter(|track| track.wish.is_some());
        wanted.map(|track| track.stream_id).collect()
    };
    assert_eq!(wanted(&world), ["prefix-of-a:TRACK_TYPE_AUDIO"]);

    let mut sized = wish(ann, TrackType::Video);
    sized.dimension = Some(VideoDimension { width: 320, height: 180 });
    let outcome = world.subscribe(ben, &[sized, wish(ann, TrackType::ScreenShareAudio)]);
    assert_eq!(outcome.0, [Effect::Resubscribe(ben.key)]);
    let all = world.calls.available_tracks(ben.key);
    assert_eq!(all[1].wish, Some(Wish { size: Some(Size { width: 320, height: 180 }) }));
    assert_eq!(wanted(&world).len(), 3);

    world.subscribe(ben, &[]);
    assert_eq!(wanted(&world).len(), 1, "the list is complete");
}

#[test]
fn a_wish_for_what_does_not_exist_yet_is_kept() {
    let mut world = World::new();
    let ben = world.join("ben", "b");
    let later = Seat {
        socket: SocketId(0),
        key: crate::sfu::ids::SessionKey(0),
        user: "ann",
        session: "a",
    };
    world.subscribe(ben, &[wish(later, TrackType::Video), wish(later, TrackType::Unspecified)]);
    let ann = world.join("ann", "a");
    world.publish(ann, &[track(TrackType::Video, "0")]);
    assert!(world.calls.available_tracks(ben.key)[0].wish.is_some());
}

#[test]
fn nobody_receives_its_own_tracks() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    world.publish(ann, &[track(TrackType::Audio, "0")]);
    assert!(world.calls.available_tracks(ann.key).is_empty());
}

#[test]
fn who_shows_that_nothing_can_be_received_is_offered_nothing() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    world.publish(ann, &[track(TrackType::Audio, "0"), track(TrackType::Video, "1")]);
    for (shown, offered) in [("", 2), ("v=0\r\ns=-\r\nt=0 0\r\n", 0)] {
        let mut join = world.request("ben", "b");
        join.decodes = Codecs::of(shown);
        world.submit(join);
        let ben = world.key("ben", "b");
        assert_eq!(world.calls.available_tracks(ben).len(), offered, "{shown:?}");
    }
}

#[test]
fn who_publishes_nothing_any_more_is_not_looked_at() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.publish(ann, &[track(TrackType::Audio, "0")]);
    world.publish(ben, &[track(TrackType::Audio, "0")]);
    let publishers = |world: &World| world.calls.calls[super::world::CALL].publishers.len();
    assert_eq!(publishers(&world), 2);
    world.publish(ann, &[]);
    assert_eq!(publishers(&world), 1);
    world.close(ben.socket, Some(1000));
    assert_eq!(publishers(&world), 0);
    assert!(world.calls.available_tracks(ann.key).is_empty());
}

#[test]
fn an_ice_restart_goes_to_the_side_that_can_do_it() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    world.calls.restart_ice(ann.key, PeerType::Subscriber);
    assert_eq!(world.outcome().0, [Effect::RestartSubscriber(ann.key)]);
    world.calls.restart_ice(ann.key, PeerType::PublisherUnspecified);
    let outcome = world.outcome();
    let Event::IceRestart(event) = outcome.one(ann.socket) else { panic!("{outcome:?}") };
    assert_eq!(event.peer_type(), PeerType::PublisherUnspecified);
}

#[test]
fn a_mute_concerns_nobody_but_those_who_receive_that_track() {
    let mut world = World::new();
    let seats = [("ann", "a"), ("ben", "b"), ("cat", "c")].map(|(u, s)| world.join(u, s));
    let [ann, ben, cat] = seats;
    for seat in seats {
        world.publish(seat, &[track(TrackType::Audio, "0"), track(TrackType::Video, "1")]);
    }
    let live = |kind, live| {
        let track = TrackKey { publisher: ann.key, kind };
        Effect::SetLive { track, live }
    };
    for kind in [TrackType::Audio, TrackType::Video] {
        for muted in [true, false] {
            let outcome = world.mute(ann, kind, muted);
            assert_eq!(outcome.work(), [&live(kind, !muted)], "nobody is brought up to date");
            assert_eq!(outcome.0.len(), 2, "and one event is told to the others: {outcome:?}");
        }
    }
    // An m-line more or less concerns the others, but only with what she publishes.
    let to = Effect::ResubscribeTo { publisher: ann.key, sessions: vec![ben.key, cat.key] };
    let unpublished = world.publish(ann, &[track(TrackType::Audio, "0")]);
    assert_eq!(unpublished.work(), [&to]);
    let between = world.calls.tracks_between(ann.key, ben.key);
    let keys: Vec<_> = between.iter().map(|track| track.key).collect();
    assert_eq!(keys, [TrackKey { publisher: ann.key, kind: TrackType::Audio }]);
    assert_eq!(world.calls.tracks_between(ann.key, ann.key), []);
    let codec = Some(Codec { name: "h264".into(), ..Codec::default() });
    for concerned in [2, 0] {
        let video = TrackInfo { codec: codec.clone(), ..track(TrackType::Video, "1") };
        world.calls.set_tracks(cat.key, &[track(TrackType::Audio, "0"), video]);
        let outcome = world.outcome();
        assert_eq!(outcome.resubscribed().len(), concerned, "another codec, and the same");
    }
    world.calls.leave(ann.socket, world.now);
    assert!(world.outcome().work().contains(&&to), "her sound is gone");
    assert_eq!(world.calls.tracks_between(ann.key, ben.key), []);
}

fn check(world: &World, seat: Seat, tracks: &[TrackInfo]) -> Result<(), Error> {
    world.calls.check_tracks(seat.key, tracks)
}

#[track_caller]
fn published(outcome: &Outcome, socket: SocketId, kind: TrackType) -> &Participant {
    match outcome.one(socket) {
        Event::TrackPublished(event) => {
            assert_eq!(event.r#type(), kind);
            event.participant.as_ref().unwrap()
        }
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn unpublished(outcome: &Outcome, socket: SocketId, kind: TrackType) -> &Participant {
    match outcome.one(socket) {
        Event::TrackUnpublished(event) => {
            assert_eq!(event.r#type(), kind);
            assert_eq!(event.cause(), TrackUnpublishReason::UserMuted);
            event.participant.as_ref().unwrap()
        }
        other => panic!("{other:?}"),
    }
}
