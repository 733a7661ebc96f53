use trunkline_protocol::sfu::models::{ConnectionQuality, TrackType};

use super::world::{Seat, World, sessions, track};
use crate::sfu::signalling::Event;

/// One more than in the largest call whose participants are all introduced.
const MANY: usize = 251;

#[test]
fn who_only_watches_a_large_call_is_not_introduced() {
    let (mut world, first) = crowd();
    let watcher = join(&mut world, MANY);
    assert!(watcher.told.is_none(), "{:?}", watcher.told);
    assert_eq!(watcher.listed.len(), MANY, "those before, and itself");
    let next = join(&mut world, MANY + 1);
    assert!(!next.listed.contains(&watcher.session), "{:?}", next.listed);
    assert_eq!(next.total, u32::try_from(MANY).unwrap() + 1, "but counted");

    world.calls.set_quality(watcher.seat.key, ConnectionQuality::Poor, world.now);
    assert!(world.outcome().to(first.socket).is_empty(), "nobody knows of it");
    let outcome = world.close(watcher.seat.socket, Some(1000));
    assert!(outcome.to(first.socket).is_empty(), "so its leaving is not told");
    let known = world.close(first.socket, Some(1000));
    assert!(matches!(known.one(next.seat.socket), Event::ParticipantLeft(_)));
}

#[test]
fn who_publishes_in_a_large_call_is_introduced_by_its_track() {
    let (mut world, first) = crowd();
    let late = join(&mut world, MANY);
    let outcome = world.publish(late.seat, &[track(TrackType::Audio, "0")]);
    let Event::TrackPublished(event) = outcome.one(first.socket) else { panic!("{outcome:?}") };
    let participant = event.participant.as_ref().unwrap();
    assert_eq!(participant.session_id, late.session);
    let next = join(&mut world, MANY + 1);
    assert!(next.listed.contains(&late.session));
    let outcome = world.close(late.seat.socket, Some(1000));
    assert!(matches!(outcome.one(first.socket), Event::ParticipantLeft(_)));
}

struct Joined {
    seat: Seat,
    session: String,
    listed: Vec<String>,
    total: u32,
    /// What the first participant was told.
    told: Option<Event>,
}

/// A call with as many participants as are introduced, and the first of them.
fn crowd() -> (World, Seat) {
    let mut world = World::new();
    let first = world.join("u", "first");
    for index in 1..MANY - 1 {
        assert!(join(&mut world, index).told.is_some(), "number {index} is introduced");
    }
    (world, first)
}

fn join(world: &mut World, index: usize) -> Joined {
    let session = format!("s{index}");
    let request = world.request("u", &session);
    let socket = request.socket;
    let outcome = world.submit(request);
    let state = outcome.answer(socket).call_state.as_ref().unwrap();
    let key = world.key("u", &session);
    Joined {
        seat: Seat { socket, key, user: "u", session: "" },
        session,
        listed: sessions(&state.participants).into_iter().map(str::to_owned).collect(),
        total: state.participant_count.unwrap().total,
        // The first one has the first socket.
        told: outcome.to(crate::sfu::ids::SocketId(1)).first().map(|event| (*event).clone()),
    }
}
