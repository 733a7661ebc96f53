//! People who go and come back: what was chosen for them, and what they have in the call.

use serde_json::json;
use trunkline_protocol::sfu::{
    event::{self, sfu_event::EventPayload},
    models,
};

use super::{
    host::Host,
    native::Participant,
    server::{joined, left, participant},
};
use crate::core::{
    CallCommand, CallKey, Command, Dimension, ElementOrder, Tokens, TrackType, User, UserKind,
};

/// The session that Bob had before this one, and this one.
const SESSIONS: [&str; 2] = ["bob-session", "bob-again"];

fn came(session_id: &str, is_pinned: bool) -> EventPayload {
    let participant = Some(participant("bob", session_id));
    EventPayload::ParticipantJoined(event::ParticipantJoined {
        participant,
        is_pinned,
        ..event::ParticipantJoined::default()
    })
}

fn went(session_id: &str) -> EventPayload {
    let participant = Some(participant("bob", session_id));
    EventPayload::ParticipantLeft(event::ParticipantLeft {
        participant,
        ..event::ParticipantLeft::default()
    })
}

fn pins(pins: &[(&str, &str)]) -> EventPayload {
    let pins = pins.iter().map(|(user_id, session_id)| models::Pin {
        user_id: (*user_id).to_owned(),
        session_id: (*session_id).to_owned(),
    });
    EventPayload::PinsUpdated(event::PinsChanged { pins: pins.collect() })
}

fn reacts(host: &mut Host) {
    host.coordinator(json!({
        "type": "call.reaction_new", "call_cid": "default:demo",
        "reaction": { "type": "raised-hand", "user": { "id": "bob" } },
    }));
}

/// Does everything that can be done for a participant.
fn choose(host: &mut Host, call: CallKey, session_id: &str) {
    let session_id = session_id.to_owned();
    host.run_for(10);
    host.tell(call, CallCommand::Pin { session_id: session_id.clone(), pinned: true });
    let volume = Some(0.25);
    host.tell(call, CallCommand::SetVolume { session_id: session_id.clone(), volume });
    let size = Some(SIZE);
    let order = ElementOrder::PreferSize { size, session_ids: Some(vec![session_id]) };
    host.tell(call, CallCommand::Element(order));
}

const SIZE: Dimension = Dimension { width: 320, height: 180 };

fn bob(host: &Host, call: CallKey) -> &Participant {
    let mut sessions = host.state(call).participants.iter().filter(|p| p.user_id == "bob");
    let bob = sessions.next().unwrap();
    assert!(sessions.next().is_none(), "Bob is there once");
    bob
}

/// What was chosen for somebody, as text: pin, volume, size, reaction.
fn choices(host: &Host, call: CallKey, session_id: &str) -> String {
    let state = host.state(call);
    let known = state.participant(session_id).unwrap();
    let size = state.incoming_video.by_session.get(session_id);
    let volumes = state.speaker.volumes.get(session_id).copied();
    assert_eq!(volumes, known.audio_volume, "both say the same");
    let has = |name: &'static str, has: bool| if has { name } else { "" };
    [
        has("pin ", known.pin.is_some_and(|pin| pin.is_local)),
        has("volume ", known.audio_volume == Some(0.25)),
        has("size ", size == Some(&SIZE)),
        has("reaction", known.reaction.is_some()),
    ]
    .concat()
}

const ALL: &str = "pin volume size reaction";

/// The orders in which a reconnect is told.
type Order = fn(&mut Host);
const NEW_FIRST: Order = |host| {
    host.sfu(came(SESSIONS[1], false));
    host.sfu(went(SESSIONS[0]));
};
const OLD_FIRST: Order = |host| {
    host.sfu(went(SESSIONS[0]));
    host.run_for(600_000);
    host.sfu(came(SESSIONS[1], false));
};
/// The connection of this side was lost as well: a join response tells.
const BOTH: Order = |host| {
    host.server.listed = Some(vec![participant("bob", SESSIONS[1])]);
    host.close_sfu(1006);
    host.run_for(10_000);
};

#[test]
fn what_was_chosen_for_somebody_outlives_their_reconnect_in_any_order_of_events() {
    for order in [NEW_FIRST, OLD_FIRST, BOTH] {
        let (mut host, call) = Host::joined();
        choose(&mut host, call, SESSIONS[0]);
        reacts(&mut host);
        let pinned_at = bob(&host, call).pin.unwrap().pinned_at;
        assert_eq!(choices(&host, call, SESSIONS[0]), ALL);

        order(&mut host);

        assert_eq!(bob(&host, call).session_id, SESSIONS[1]);
        assert_eq!(choices(&host, call, SESSIONS[1]), ALL);
        assert!((bob(&host, call).pin.unwrap().pinned_at - pinned_at).abs() < f64::EPSILON);
        let state = host.state(call);
        assert_eq!((state.speaker.volumes.len(), state.incoming_video.by_session.len()), (1, 1));
    }
}

#[test]
fn what_is_withdrawn_before_they_come_back_is_gone() {
    let (mut host, call) = Host::joined();
    choose(&mut host, call, SESSIONS[0]);
    reacts(&mut host);
    host.sfu(went(SESSIONS[0]));
    let session_id = SESSIONS[0].to_owned();
    host.tell(call, CallCommand::Pin { session_id: session_id.clone(), pinned: false });
    let volume = None;
    host.tell(call, CallCommand::SetVolume { session_id: session_id.clone(), volume });
    let session_ids = Some(vec![session_id.clone()]);
    let order = ElementOrder::PreferSize { size: None, session_ids };
    host.tell(call, CallCommand::Element(order));
    host.tell(call, CallCommand::ResetReaction(session_id));
    host.sfu(came(SESSIONS[1], false));
    assert_eq!(choices(&host, call, SESSIONS[1]), "");

    choose(&mut host, call, SESSIONS[1]);
    host.sfu(came("bob-later", false));
    let session_id = SESSIONS[1].to_owned();
    host.tell(call, CallCommand::Pin { session_id, pinned: false });
    host.sfu(went(SESSIONS[1]));
    assert_eq!(choices(&host, call, "bob-later"), "volume size ");
}

#[test]
fn what_was_chosen_for_one_device_of_somebody_is_not_for_the_other() {
    let (mut host, call) = Host::joined();
    host.run_for(1_000);
    host.sfu(came("bob-phone", false));
    choose(&mut host, call, "bob-phone");
    assert_eq!(choices(&host, call, SESSIONS[0]), "");

    host.sfu(went("bob-phone"));
    assert_eq!(choices(&host, call, SESSIONS[0]), "", "it was there before");
    host.run_for(1_000);
    host.sfu(came("bob-phone-again", false));
    assert_eq!(choices(&host, call, "bob-phone-again"), "pin volume size ");

    host.leave(call);
    host.join(call);
    host.run_for(100);
    assert!(bob(&host, call).pin.is_none(), "another visit is another one");
}

#[test]
fn what_somebody_has_chosen_themselves_meanwhile_stays() {
    let (mut host, call) = Host::joined();
    choose(&mut host, call, SESSIONS[0]);
    host.sfu(came(SESSIONS[1], false));
    let (session_id, volume) = (SESSIONS[1].to_owned(), Some(0.75));
    host.tell(call, CallCommand::SetVolume { session_id, volume });
    host.sfu(went(SESSIONS[0]));
    assert_eq!(bob(&host, call).audio_volume, Some(0.75));
    assert_eq!(choices(&host, call, SESSIONS[1]), "pin size ");
}

#[test]
fn a_volume_that_was_set_before_somebody_came_shows() {
    let (mut host, call) = Host::joined();
    let (session_id, volume) = ("carol-session".to_owned(), Some(0.25));
    host.tell(call, CallCommand::SetVolume { session_id, volume });
    host.sfu(joined("carol"));
    assert_eq!(choices(&host, call, "carol-session"), "volume ");
}

/// Whether Bob is pinned for everyone.
fn is_pinned_for_everyone(host: &Host, call: CallKey) -> bool {
    bob(host, call).pin.is_some_and(|pin| !pin.is_local)
}

#[test]
fn who_comes_pinned_is_pinned_for_everyone_until_the_list_says_otherwise() {
    let (mut host, call) = Host::joined();
    host.sfu(went(SESSIONS[0]));
    host.sfu(came(SESSIONS[1], true));
    assert!(is_pinned_for_everyone(&host, call));
    host.sfu(pins(&[("bob", SESSIONS[1])]));
    assert!(is_pinned_for_everyone(&host, call));
    host.sfu(pins(&[]));
    assert!(bob(&host, call).pin.is_none());

    host.sfu(came(SESSIONS[1], true));
    assert!(is_pinned_for_everyone(&host, call), "whoever is known can be told of again");
    host.sfu(came(SESSIONS[1], false));
    assert!(is_pinned_for_everyone(&host, call), "only the list takes pins off");
}

#[test]
fn a_pin_of_this_app_stays_one_when_its_participant_comes_pinned() {
    let (mut host, call) = Host::joined();
    choose(&mut host, call, SESSIONS[0]);
    host.sfu(came(SESSIONS[0], true));
    assert!(bob(&host, call).pin.unwrap().is_local);
    host.sfu(came(SESSIONS[1], true));
    host.sfu(went(SESSIONS[0]));
    assert!(bob(&host, call).pin.unwrap().is_local);
    host.sfu(pins(&[]));
    assert!(bob(&host, call).pin.is_some());
}

#[test]
fn a_pin_for_everyone_is_told_before_or_after_its_participant_and_outlives_their_session() {
    let (mut host, call) = Host::joined();
    host.sfu(pins(&[("bob", SESSIONS[1])]));
    assert!(is_pinned_for_everyone(&host, call), "it is theirs while that session is not there");
    host.sfu(pins(&[("bob", SESSIONS[0]), ("carol", "carol-session")]));
    host.sfu(joined("carol"));
    assert!(host.state(call).participant("carol-session").unwrap().pin.is_some());
    host.sfu(left("carol"));

    for order in [NEW_FIRST, OLD_FIRST] {
        let (mut host, call) = Host::joined();
        host.sfu(pins(&[("bob", SESSIONS[0])]));
        order(&mut host);
        assert!(is_pinned_for_everyone(&host, call));
        host.sfu(pins(&[]));
        assert!(bob(&host, call).pin.is_none());
    }
    let (mut host, call) = Host::joined();
    host.sfu(pins(&[("bob", SESSIONS[0])]));
    host.sfu(came("bob-phone", false));
    assert!(host.state(call).participant("bob-phone").unwrap().pin.is_none(), "another device");
}

#[test]
fn nobody_is_listed_without_a_session() {
    let (mut host, call) = Host::joined();
    let before = host.state(call).participants.len();
    let nameless = || Some(participant("eve", ""));
    let r#type = TrackType::Video.into();
    let joined = event::ParticipantJoined { participant: nameless(), ..<_>::default() };
    let published = event::TrackPublished { participant: nameless(), r#type, ..<_>::default() };
    let unpublished = event::TrackUnpublished { participant: nameless(), r#type, ..<_>::default() };
    let updated = event::ParticipantUpdated { participant: nameless(), ..<_>::default() };
    for payload in [
        EventPayload::ParticipantJoined(joined),
        EventPayload::TrackPublished(published),
        EventPayload::TrackUnpublished(unpublished),
        EventPayload::ParticipantUpdated(updated),
        EventPayload::ParticipantLeft(event::ParticipantLeft {
            participant: nameless(),
            ..event::ParticipantLeft::default()
        }),
    ] {
        host.sfu(payload);
        assert_eq!(host.state(call).participants.len(), before);
    }
    host.server.listed = Some(vec![participant("eve", ""), participant("bob", SESSIONS[0])]);
    host.close_sfu(1006);
    host.run_for(10_000);
    assert_eq!(host.state(call).participants.len(), before, "nor by a join response");

    host.sfu(came("eve-session", false));
    assert_eq!(host.state(call).participants.len(), before + 1);
}

#[test]
fn nobody_is_in_a_session_or_a_member_without_an_id() {
    let (mut host, call) = Host::joined();
    let mut document = host.server.call();
    document["session"] = json!({ "id": "s", "participants": [] });
    host.coordinator(json!({
        "type": "call.session_started", "call_cid": "default:demo", "call": document,
    }));
    for participant in [json!({ "user": { "id": "eve" } }), json!({ "user_session_id": "" })] {
        host.coordinator(json!({
            "type": "call.session_participant_joined", "call_cid": "default:demo",
            "session_id": "s", "participant": participant,
        }));
    }
    host.coordinator(json!({
        "type": "call.member_added", "call_cid": "default:demo", "members": [{ "role": "host" }],
    }));
    assert_eq!(host.state(call).session.as_ref().unwrap().participants, []);
    assert_eq!(host.state(call).members, []);
}

#[test]
fn a_rename_reaches_everybody_who_is_shown_and_the_user_themselves() {
    let (mut host, call) = Host::joined();
    let named = |id: &str, name: &str| json!({ "id": id, "name": name, "role": "user" });
    let mut document = host.server.call();
    document["created_by"] = named("alice", "Al");
    let participant = json!({ "user_session_id": "x", "user": named("bob", "Bo") });
    document["session"] = json!({ "id": "s", "participants": [participant] });
    host.coordinator(json!({
        "type": "call.ended", "call_cid": "default:other", "call": document,
        "user": named("bob", "Bo"),
    }));
    host.coordinator(json!({
        "type": "call.session_started", "call_cid": "default:demo", "call": document,
    }));
    let member = json!({ "user_id": "bob", "role": "host", "user": named("bob", "Bo") });
    host.coordinator(json!({
        "type": "call.member_added", "call_cid": "default:demo", "members": [member],
    }));
    host.people.clear();

    for (id, name) in [("bob", "Robert"), ("alice", "Alice B."), ("nobody", "N"), ("", "Empty")] {
        let user = json!({ "id": id, "name": name, "image": format!("{id}.png") });
        host.coordinator(json!({ "type": "user.updated", "user": user }));
    }

    let state = host.state(call);
    let shown: Vec<_> =
        state.participants.iter().map(|p| (p.name.as_str(), p.image.as_str())).collect();
    assert_eq!(shown, [("Robert", "bob.png"), ("Alice B.", "alice.png")]);
    assert_eq!(host.people[&call].len(), 2);
    let member = &state.members[0].document;
    assert_eq!((&member["role"], &member["user"]["name"]), (&json!("host"), &json!("Robert")));
    assert_eq!(member["user"]["role"], "user", "what is not told stays");
    let session = state.session.as_ref().unwrap();
    assert_eq!(session.participants[0].document["user"]["name"], "Robert");
    let creator = state.document.as_ref().and_then(|call| call.created_by.as_ref()).unwrap();
    assert_eq!(creator.document["name"], "Alice B.");
    let me = host.client.state().connected_user.as_ref().unwrap();
    assert_eq!((&me["id"], &me["name"]), (&json!("alice"), &json!("Alice B.")));

    let user = json!({ "id": "bob", "custom": { "team": "red" } });
    host.coordinator(json!({ "type": "user.updated", "user": user }));
    assert_eq!(bob(&host, call).name, "Robert", "what is not told stays");
    host.get(call);
    host.run_for(100);
    let session = host.state(call).session.as_ref();
    assert!(session.is_none_or(|s| s.participants[0].document["user"]["name"] == "Robert"));
}

#[test]
fn who_connects_again_does_not_take_a_rename_back() {
    let mut host = Host::new();
    let details = super::native::body(json!({ "id": "alice", "name": "Al" }));
    let user =
        User { kind: UserKind::Authenticated, id: "alice".to_owned(), details: Some(details) };
    let tokens = Tokens { fixed: Some(super::native::token("alice")), provider: false };
    let promise = host.promise(|promise| Command::ConnectUser { promise, user, tokens });
    host.run_for(100);
    host.assert_resolved(promise);
    host.close_coordinator(1006);
    host.run_for(10_000);

    let greetings = &host.greetings;
    assert_eq!(greetings.len(), 2);
    assert_eq!(greetings[0]["user_details"], json!({ "id": "alice", "name": "Al" }));
    assert_eq!(greetings[1]["user_details"], json!({ "id": "alice" }));
}
