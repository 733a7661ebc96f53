//! Everybody in a call, in order and by session.

use super::native::{Native, Participant};
use crate::core::Roster;

fn roster(ids: &[&str]) -> Roster<Native> {
    let mut roster = Roster::default();
    for id in ids {
        roster.push(Participant { session_id: (*id).to_owned(), ..Participant::default() });
    }
    roster
}

fn assert_is(roster: &Roster<Native>, ids: &[&str]) {
    let shown: Vec<&str> = roster.iter().map(|p| p.session_id.as_str()).collect();
    assert_eq!(shown, ids);
    for id in ids {
        assert_eq!(roster.of_session(id).unwrap().session_id, *id);
    }
}

#[test]
fn everybody_is_found_after_every_change() {
    let mut roster = roster(&["a", "b", "c", "d", "b"]);
    assert_is(&roster, &["a", "b", "c", "d"]);

    assert!(roster.retain(|p| p.session_id != "a"));
    assert!(!roster.retain(|_| true));
    assert_is(&roster, &["b", "c", "d"]);
    assert_eq!(roster.of_session("a"), None);

    assert!(roster.order_by(&["d".to_owned(), "x".to_owned(), "b".to_owned()]));
    assert_is(&roster, &["d", "b", "c"]);
    assert!(!roster.order_by(&["d".to_owned()]));

    roster.of_session_mut("b").unwrap().name = "Bob".to_owned();
    assert_eq!(roster[1].name, "Bob");
}
