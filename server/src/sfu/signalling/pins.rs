//! Sessions that are pinned for everyone.

use trunkline_protocol::sfu::{event::PinsChanged, models::Pin};

use super::{calls::Calls, wire::Event};
use crate::sfu::ids::SessionKey;

impl Calls {
    /// Pins a session that is in the call, or takes its pin back. The newest pin comes first.
    pub(super) fn pin(&mut self, cid: &str, user_id: &str, session_id: &str, pinned: bool) {
        let is_there = self
            .session_by_id(cid, session_id)
            .is_some_and(|session| session.is_owned_by(user_id, cid) && !session.claims.anonymous);
        let Some(call) = self.calls.get_mut(cid) else {
            return;
        };
        let known = call.pins.iter().any(|pin| pin.session_id == session_id);
        if pinned == known || (pinned && !is_there) {
            return;
        }
        call.pins.retain(|pin| pin.session_id != session_id);
        if pinned {
            let (user_id, session_id) = (user_id.to_owned(), session_id.to_owned());
            call.pins.insert(0, Pin { user_id, session_id });
        }
        self.tell_pins(cid);
    }

    /// A rejoin takes the place of an earlier session, and its pin; tells whether there was one.
    pub(super) fn move_pin(&mut self, cid: &str, from: &str, to: SessionKey) -> bool {
        let Some(to) = self.sessions.get(&to).map(|session| session.id.clone()) else {
            return false;
        };
        let pins = self.calls.get_mut(cid).map(|call| &mut call.pins);
        let pin = pins.and_then(|pins| pins.iter_mut().find(|pin| pin.session_id == from));
        let Some(pin) = pin else {
            return false;
        };
        pin.session_id = to;
        true
    }

    /// A session is over, and so is its pin.
    pub(super) fn unpin_ended(&mut self, cid: &str, session_id: &str) {
        let Some(call) = self.calls.get_mut(cid) else {
            return;
        };
        let before = call.pins.len();
        call.pins.retain(|pin| pin.session_id != session_id);
        if call.pins.len() < before {
            self.tell_pins(cid);
        }
    }

    pub(super) fn tell_pins(&mut self, cid: &str) {
        let pins = self.pins(cid).to_vec();
        self.tell_others(cid, None, Event::PinsUpdated(PinsChanged { pins }));
        self.review_importance(cid);
    }
}
