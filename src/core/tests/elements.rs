//! What elements of the app show, whether they play, and what is asked for because of them.

use trunkline_protocol::sfu::{
    event::{self, sfu_event::EventPayload},
    signal,
};

use super::{
    host::Host,
    server::{joined, left, published, unpublished},
};
use crate::core::{
    CallCommand, CallKey, Dimension, ElementId, ElementInput, ElementOrder, Input, Media,
    PeerInput, PlayOutcome, RemoteTrackId, TrackType, Visibility,
};

const SIZE: Dimension = Dimension { width: 320, height: 180 };
const BOB: &str = "bob-session";

#[test]
fn an_element_shows_a_stream_as_soon_as_there_is_one_and_none_afterwards() {
    let (mut host, call) = Host::joined();
    let element = host.bind(call, BOB, TrackType::Video);
    assert_eq!(host.elements.shown.get(&element), None);

    host.sfu(published("bob", TrackType::Video));
    arrives(&mut host, "bob", TrackType::Video, 7);
    assert_eq!(shown(&host, element), Some(remote(7)));
    assert_eq!(host.plays(element), 1);
    host.sfu(speaks("bob"));
    assert_eq!(host.plays(element), 1, "nothing new to show");

    let subscriber = host.subscriber();
    host.feed(Input::Peer(subscriber, PeerInput::TrackEnded(RemoteTrackId(7))));
    assert_eq!(shown(&host, element), None);
    arrives(&mut host, "bob", TrackType::Video, 8);
    assert_eq!(shown(&host, element), Some(remote(8)));
    let late = host.bind(call, BOB, TrackType::Video);
    assert_eq!(shown(&host, late), Some(remote(8)), "at once");

    host.element(call, ElementOrder::Unbind(element));
    host.leave(call);
    assert_eq!(shown(&host, element), Some(remote(8)), "it is the app's again");
    assert_eq!(shown(&host, late), None);
}

#[test]
fn a_track_that_becomes_somebody_elses_is_shown_by_their_element_only() {
    let (mut host, call) = Host::joined();
    host.sfu(joined("carol"));
    for user in ["bob", "carol"] {
        host.sfu(published(user, TrackType::Video));
    }
    let of_bob = host.bind(call, BOB, TrackType::Video);
    let of_carol = host.bind(call, "carol-session", TrackType::Video);
    arrives(&mut host, "bob", TrackType::Video, 7);
    assert_eq!([of_bob, of_carol].map(|e| shown(&host, e)), [Some(remote(7)), None]);

    arrives(&mut host, "carol", TrackType::Video, 7);
    assert_eq!([of_bob, of_carol].map(|e| shown(&host, e)), [None, Some(remote(7))]);
    let held = |host: &Host, session| {
        host.state(call).participant(session).unwrap().media(TrackType::Video)
    };
    assert_eq!(held(&host, BOB), None);

    // It may be nobody's whom this side knows, another kind of theirs, and theirs again.
    arrives(&mut host, "dave", TrackType::Video, 7);
    assert_eq!([of_bob, of_carol].map(|e| shown(&host, e)), [None, None]);
    arrives(&mut host, "bob", TrackType::ScreenShare, 7);
    assert_eq!(shown(&host, of_bob), None);
    arrives(&mut host, "bob", TrackType::Video, 7);
    assert_eq!([of_bob, of_carol].map(|e| shown(&host, e)), [Some(remote(7)), None]);
    let bob = host.state(call).participant(BOB).unwrap();
    assert_eq!(bob.media(TrackType::ScreenShare), None);
}

#[test]
fn an_element_shows_a_picture_while_it_is_published_and_plays_sound_all_the_time() {
    let (mut host, call) = Host::joined();
    let picture = host.bind(call, BOB, TrackType::Video);
    let sound = host.bind(call, BOB, TrackType::Audio);
    arrives(&mut host, "bob", TrackType::Video, 7);
    arrives(&mut host, "bob", TrackType::Audio, 8);
    let shows = |host: &Host| [picture, sound].map(|element| shown(host, element));
    assert_eq!(host.elements.shown.get(&picture), None, "not published yet");

    for _ in 0..2 {
        for track_type in [TrackType::Video, TrackType::Audio] {
            host.sfu(published("bob", track_type));
        }
        assert_eq!(shows(&host), [Some(remote(7)), Some(remote(8))]);
        for track_type in [TrackType::Video, TrackType::Audio] {
            host.sfu(unpublished("bob", track_type));
        }
        assert_eq!(shows(&host), [None, Some(remote(8))]);
    }
    assert_eq!(host.plays(sound), 1, "browsers may not let it begin again");
}

#[test]
fn an_element_of_the_user_follows_them_into_the_next_session() {
    let (mut host, call) = Host::joined();
    let own = host.client.session_id(call).unwrap().to_owned();
    let element = host.bind(call, &own, TrackType::Video);
    host.enable(call, crate::core::DeviceKind::Camera);
    host.run_for(100);
    assert!(matches!(shown(&host, element), Some(Media::Local(_))));
    host.resize(element, SIZE);
    assert_eq!(host.state(call).participant(&own).unwrap().video_dimension, None);

    host.leave(call);
    assert_eq!(shown(&host, element), None);
    host.join(call);
    host.run_for(100);
    host.enable(call, crate::core::DeviceKind::Camera);
    host.run_for(100);
    assert_ne!(host.client.session_id(call), Some(own.as_str()));
    assert!(matches!(shown(&host, element), Some(Media::Local(_))));
}

#[test]
fn what_elements_ask_for_outlives_a_leave_and_where_tiles_were_does_not() {
    let (mut host, call) = Host::joined();
    let element = host.bind(call, BOB, TrackType::Video);
    host.resize(element, SIZE);
    see(&mut host, call, Visibility::Invisible);
    assert_eq!(asked(&host, call), None);

    host.leave(call);
    host.run_for(100);
    host.join(call);
    host.run_for(100);
    assert_eq!(asked(&host, call), Some(SIZE));
    host.element(call, ElementOrder::Unbind(element));
    assert_eq!(asked(&host, call), None);
}

#[test]
fn the_sfu_is_told_what_elements_visibility_and_the_app_want() {
    let (mut host, call) = Host::joined();
    host.sfu(published("bob", TrackType::Video));
    let element = host.bind(call, BOB, TrackType::Video);
    host.resize(element, SIZE);
    assert_eq!(told(&mut host), [320]);
    see(&mut host, call, Visibility::Invisible);
    assert_eq!(told(&mut host), [0_u32; 0]);
    see(&mut host, call, Visibility::Visible);
    assert_eq!(told(&mut host), [320]);

    host.feed(Input::Element(element, ElementInput::Scrolled { is_near: false }));
    assert_eq!(told(&mut host), [0_u32; 0]);
    host.feed(Input::Element(element, ElementInput::Scrolled { is_near: true }));
    assert_eq!(told(&mut host), [320]);

    host.element(call, ElementOrder::EnableVideo(false));
    assert_eq!(told(&mut host), [0_u32; 0]);
    assert!(!host.state(call).incoming_video.enabled);
    host.element(call, ElementOrder::EnableVideo(true));
    let hd = Dimension { width: 1280, height: 720 };
    host.element(call, ElementOrder::PreferSize { size: Some(hd), session_ids: None });
    assert_eq!(told(&mut host), [1280]);
    let own = Dimension { width: 640, height: 360 };
    let bob = || Some(vec![BOB.to_owned()]);
    host.element(call, ElementOrder::PreferSize { size: Some(own), session_ids: bob() });
    assert_eq!(told(&mut host), [640]);
    host.element(call, ElementOrder::PreferSize { size: None, session_ids: bob() });
    assert_eq!(told(&mut host), [1280]);
    host.element(call, ElementOrder::PreferSize { size: None, session_ids: None });
    assert_eq!(told(&mut host), [320]);

    let (size, picture) = (SIZE, Dimension { width: 0, height: 0 });
    host.feed(Input::Element(element, ElementInput::Resized { size, picture, density: 2.0 }));
    assert_eq!(told(&mut host), [640]);
    host.element(call, ElementOrder::LimitDensity(Some(1.5)));
    assert_eq!(told(&mut host), [480]);
    host.element(call, ElementOrder::LimitDensity(None));
    assert_eq!(told(&mut host), [640]);
}

#[test]
fn everybody_is_played_as_they_come_and_go() {
    let (mut host, call) = Host::joined();
    let container = host.client.element(call);
    host.element(call, ElementOrder::AttachAudio(container));
    assert_eq!(played(&host), [""; 0]);

    arrives(&mut host, "bob", TrackType::Audio, 1);
    arrives(&mut host, "bob", TrackType::ScreenShareAudio, 2);
    host.sfu(joined("carol"));
    assert_eq!(played(&host), [BOB, BOB]);
    arrives(&mut host, "carol", TrackType::Audio, 3);
    host.sfu(speaks("carol"));
    assert_eq!(played(&host), [BOB, BOB, "carol-session"]);
    assert!(host.elements.made.keys().all(|element| host.plays(*element) == 1));

    host.sfu(left("bob"));
    assert_eq!(played(&host), ["carol-session"]);
    host.element(call, ElementOrder::DetachAudio(container));
    host.sfu(left("carol"));
    assert_eq!(played(&host), ["carol-session"], "it is taken away by who detaches");
}

#[test]
fn sound_that_may_not_play_is_known_until_it_plays_or_is_not_bound_any_more() {
    let (mut host, call) = Host::joined();
    arrives(&mut host, "bob", TrackType::Audio, 1);
    host.elements.outcome = Some(PlayOutcome::Forbidden);
    let element = host.bind(call, BOB, TrackType::Audio);
    let other = host.bind(call, BOB, TrackType::Audio);
    let video = host.bind(call, BOB, TrackType::Video);
    host.sfu(published("bob", TrackType::Video));
    arrives(&mut host, "bob", TrackType::Video, 2);
    host.run_for(10);
    assert_eq!(host.plays(video), 1);
    assert_eq!(host.state(call).blocked_audio, [BOB]);

    let promise = resume(&mut host, call);
    host.run_for(10);
    host.assert_resolved(promise);
    assert_eq!(host.state(call).blocked_audio, [BOB], "the browser forbids it still");

    host.elements.outcome = Some(PlayOutcome::Playing);
    let promise = resume(&mut host, call);
    assert!(!host.settled.contains_key(&promise));
    host.run_for(10);
    host.assert_resolved(promise);
    assert_eq!(host.state(call).blocked_audio, [""; 0]);
    let promise = resume(&mut host, call);
    host.assert_resolved(promise);

    let plays = |outcome| Input::Element(element, ElementInput::PlayEnded(outcome));
    host.feed(plays(PlayOutcome::Failed));
    assert_eq!(host.state(call).blocked_audio, [""; 0], "another stream took its place");
    host.feed(plays(PlayOutcome::Forbidden));
    assert_eq!(host.state(call).blocked_audio, [BOB]);
    host.element(call, ElementOrder::Unbind(element));
    assert_eq!(host.state(call).blocked_audio, [""; 0]);
    host.feed(plays(PlayOutcome::Forbidden));
    assert_eq!(host.state(call).blocked_audio, [""; 0]);

    host.feed(Input::Element(other, ElementInput::PlayEnded(PlayOutcome::Forbidden)));
    host.sfu(left("bob"));
    assert_eq!(host.state(call).blocked_audio, [""; 0], "there is nothing left to play");
    host.feed(Input::Element(other, ElementInput::PlayEnded(PlayOutcome::Forbidden)));
    assert_eq!(host.state(call).blocked_audio, [""; 0]);
}

#[test]
fn nobody_waits_for_ever_for_elements_to_play() {
    let (mut host, call) = Host::joined();
    arrives(&mut host, "bob", TrackType::Audio, 1);
    let element = host.bind(call, BOB, TrackType::Audio);
    let block = |host: &mut Host| {
        host.feed(Input::Element(element, ElementInput::PlayEnded(PlayOutcome::Forbidden)));
    };
    block(&mut host);
    let promise = resume(&mut host, call);
    host.run_for(4_999);
    assert!(!host.settled.contains_key(&promise));
    host.run_for(1);
    host.assert_resolved(promise);

    block(&mut host);
    let unbound = resume(&mut host, call);
    host.element(call, ElementOrder::Unbind(element));
    host.assert_resolved(unbound);

    let element = host.bind(call, BOB, TrackType::Audio);
    host.feed(Input::Element(element, ElementInput::PlayEnded(PlayOutcome::Forbidden)));
    let left = resume(&mut host, call);
    host.leave(call);
    host.assert_resolved(left);
}

#[test]
fn an_element_that_stops_is_started_again_while_it_is_bound() {
    let (mut host, call) = Host::joined();
    arrives(&mut host, "bob", TrackType::Audio, 1);
    let element = host.bind(call, BOB, TrackType::Audio);
    let stop = |host: &mut Host| {
        host.feed(Input::Element(element, ElementInput::Stopped { is_live: true }));
    };
    for pause in [250, 500] {
        stop(&mut host);
        let before = host.plays(element);
        host.run_for(pause - 1);
        assert_eq!(host.plays(element), before);
        host.run_for(1);
        assert_eq!(host.plays(element), before + 1);
    }
    host.feed(Input::Element(element, ElementInput::Playing));
    stop(&mut host);
    host.run_for(250);
    assert_eq!(host.plays(element), 4);
    stop(&mut host);
    host.element(call, ElementOrder::Unbind(element));
    host.run_for(60_000);
    assert_eq!(host.plays(element), 4);
}

#[test]
fn sound_that_nobody_hears_is_warned_of_once_while_the_call_is_joined() {
    let (mut host, call) = Host::joined();
    host.sfu(published("bob", TrackType::Audio));
    arrives(&mut host, "bob", TrackType::Audio, 1);
    // The stream of a screen that is not shared any more.
    arrives(&mut host, "bob", TrackType::ScreenShareAudio, 2);
    host.run_for(2_800);
    assert_eq!(host.elements.unheard, []);
    host.run_for(9_000);
    assert_eq!(host.elements.unheard, [(BOB.to_owned(), TrackType::Audio)]);

    let element = host.bind(call, BOB, TrackType::Audio);
    host.run_for(9_000);
    assert_eq!(host.elements.unheard.len(), 1);
    host.element(call, ElementOrder::Unbind(element));
    host.run_for(3_000);
    assert_eq!(host.elements.unheard.len(), 2, "it was heard in between");

    let element = host.bind(call, BOB, TrackType::Audio);
    host.element(call, ElementOrder::Unbind(element));
    host.element(call, ElementOrder::WatchAudio(false));
    host.run_for(9_000);
    host.element(call, ElementOrder::WatchAudio(true));
    host.leave(call);
    host.run_for(9_000);
    assert_eq!(host.elements.unheard.len(), 2);
}

fn shown(host: &Host, element: ElementId) -> Option<Media> {
    host.elements.shown.get(&element).copied().flatten()
}

fn remote(track: u32) -> Media {
    Media::Remote(RemoteTrackId(track))
}

fn asked(host: &Host, call: CallKey) -> Option<Dimension> {
    host.state(call).participant(BOB).unwrap().video_dimension
}

/// The widths of what the SFU was told last.
fn told(host: &mut Host) -> Vec<u32> {
    host.run_for(1_000);
    let told: Vec<signal::UpdateSubscriptionsRequest> = host.server.rpcs_of("UpdateSubscriptions");
    let last = told.last().cloned().unwrap_or_default();
    last.tracks.iter().map(|track| track.dimension.map_or(0, |size| size.width)).collect()
}

/// Whose sound elements play that were made for that.
fn played(host: &Host) -> Vec<&str> {
    host.elements.made.values().map(String::as_str).collect()
}

fn resume(host: &mut Host, call: CallKey) -> u64 {
    host.order(call, |promise| CallCommand::Element(ElementOrder::ResumeAudio { promise }))
}

fn see(host: &mut Host, call: CallKey, visibility: Visibility) {
    let session_id = BOB.to_owned();
    let track_type = TrackType::Video;
    host.tell(call, CallCommand::SetVisibility { session_id, track_type, visibility });
}

fn arrives(host: &mut Host, user: &str, track_type: TrackType, track: u32) {
    let subscriber = host.subscriber();
    let stream_id = format!("prefix-{user}-session:{}:x", track_type.as_str_name());
    let track = RemoteTrackId(track);
    host.feed(Input::Peer(subscriber, PeerInput::Track { stream_id, track }));
}

fn speaks(user: &str) -> EventPayload {
    EventPayload::AudioLevelChanged(event::AudioLevelChanged {
        audio_levels: vec![event::AudioLevel {
            user_id: user.to_owned(),
            session_id: format!("{user}-session"),
            level: 0.5,
            is_speaking: true,
        }],
    })
}
