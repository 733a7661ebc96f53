//! Everybody in a call, in order and by session.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::native::{Native, Participant};
use crate::core::{Activity, Pin, Roster, Slot, TrackType};

fn person(id: &str) -> Box<Participant> {
    Box::new(Participant { session_id: id.to_owned(), ..Participant::default() })
}

fn roster(ids: &[&str]) -> Roster<Native> {
    let mut roster = Roster::default();
    for id in ids {
        roster.insert(person(id), Activity::default());
    }
    roster
}

fn assert_is(roster: &Roster<Native>, ids: &[&str]) {
    let shown: Vec<&str> = roster.iter().map(|p| p.session_id.as_str()).collect();
    assert_eq!(
        (shown.as_slice(), roster.len(), roster.is_empty()),
        (ids, ids.len(), ids.is_empty())
    );
    for id in ids {
        assert_eq!(roster.of_session(id).unwrap().session_id, *id);
    }
}

#[test]
fn everybody_is_found_after_every_change() {
    let mut roster = roster(&["a", "b", "c", "d", "b"]);
    assert_is(&roster, &["a", "b", "c", "d"]);

    let a = roster.slot_of("a").unwrap();
    assert_eq!(roster.remove(a).unwrap().session_id, "a");
    assert_eq!(roster.remove(a), None);
    assert_is(&roster, &["b", "c", "d"]);
    assert_eq!(roster.of_session("a"), None);

    let e = roster.insert(person("e"), Activity::default()).unwrap();
    assert_eq!(e, a, "a slot is used again");
    let b = roster.slot_of("b").unwrap();
    roster.move_back(b);
    assert_is(&roster, &["c", "d", "e", "b"]);

    roster.get_mut(b).unwrap().name = "Bob".to_owned();
    assert_eq!(roster.of_session("b").unwrap().name, "Bob");
}

#[test]
fn who_stands_out_is_known_without_a_search() {
    let mut roster = roster(&["a", "b"]);
    let [a, b] = ["a", "b"].map(|id| roster.slot_of(id).unwrap());
    let shares = Activity {
        is_dominant_speaker: true,
        published_tracks: [TrackType::ScreenShare].into_iter().collect(),
        ..Activity::default()
    };
    let pin = Some(Pin { is_local: true, pinned_at: 1.0 });
    assert!(!roster.is_screen_shared() && roster.dominant().is_empty());

    roster.set_activity(a, shares);
    roster.set_activity(a, shares);
    roster.set_activity(b, shares);
    assert!(roster.set_pin(b, pin) && !roster.set_pin(b, pin));
    assert_eq!((roster.dominant(), roster.pinned()), (&[a, b][..], &[b][..]));
    roster.remove(b);
    assert_eq!((roster.dominant(), roster.pinned()), (&[a][..], &[][..]));
    assert!(roster.is_screen_shared());
    roster.set_activity(a, Activity::default());
    assert!(!roster.is_screen_shared() && roster.dominant().is_empty());

    let me = Participant { is_local: true, pin, ..*person("me") };
    let me = roster.insert(Box::new(me), shares).unwrap();
    assert_eq!(
        (roster.local(), roster.dominant(), roster.pinned()),
        (Some(me), &[me][..], &[me][..])
    );
    roster.remove(me);
    assert_eq!(roster.local(), None);
}

proptest! {
    #[test]
    fn names_are_compared_as_javascript_does(
        a in "[aé\u{7ff}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}]{0,3}",
        b in "[aé\u{7ff}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}]{0,3}",
    ) {
        let mut roster: Roster<Native> = Roster::default();
        let slots = [("a", &a), ("b", &b)].map(|(id, name)| {
            let person = Participant { name: name.clone(), ..*person(id) };
            roster.insert(Box::new(person), Activity::default()).unwrap()
        });
        let expected = a.encode_utf16().cmp(b.encode_utf16());
        prop_assert_eq!(roster.compare_names(slots[0], slots[1]), expected);
    }

    /// However people come and go, and wherever the hashes of their ids point to.
    #[test]
    fn nobody_is_lost_among_many(steps in prop::collection::vec((any::<bool>(), 0..60u32), 0..400)) {
        let mut roster: Roster<Native> = Roster::default();
        let mut model: Vec<String> = Vec::new();
        for (comes, number) in steps {
            // Ids of all lengths, as they are hashed in words of eight bytes.
            let id = "x".repeat(number as usize % 20 * 3) + &number.to_string();
            let known = model.iter().position(|known| *known == id);
            let slot = roster.slot_of(&id);
            prop_assert_eq!(slot.is_some(), known.is_some());
            match (comes, slot, known) {
                (true, None, _) => {
                    roster.insert(person(&id), Activity::default());
                    model.push(id);
                }
                (true, Some(slot), Some(place)) => {
                    roster.move_back(slot);
                    let id = model.remove(place);
                    model.push(id);
                }
                (false, Some(slot), Some(place)) => {
                    roster.remove(slot);
                    model.remove(place);
                }
                _ => {}
            }
            prop_assert!(roster.iter().map(|p| &p.session_id).eq(&model));
            let slots: BTreeSet<Slot> = roster.slots().collect();
            prop_assert_eq!(slots.len(), model.len());
        }
    }
}
