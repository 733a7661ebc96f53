//! What a command works with.

use rusqlite::Connection;
use trunkline_protocol::coordinator::{DateTime, Event, EventBody};

use super::{ConnectionId, Hub, Outbox, Refusal, hub::Audience};
use crate::{
    sfu::control::SfuOrder,
    store::{calls::CallRecord, members},
};

/// One command: the transaction, the time, and what to do after the commit.
pub(super) struct Work<'a> {
    pub db: &'a Connection,
    pub now: DateTime,
    hub: &'a Hub,
    effects: Vec<Effect>,
}

/// Something that happens after the commit.
#[derive(Debug)]
pub(super) enum Effect {
    Publish { event: Event, audience: Audience },
    Connect { outbox: Outbox, user_id: String, hello: Event },
    Watch { connection: ConnectionId, cids: Vec<String> },
    Order(SfuOrder),
    Wake { session_id: String, at: DateTime },
}

impl<'a> Work<'a> {
    pub fn new(db: &'a Connection, hub: &'a Hub, now: DateTime) -> Self {
        Self { db, now, hub, effects: Vec::new() }
    }

    pub fn into_effects(self) -> Vec<Effect> {
        self.effects
    }

    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub fn is_online(&self, user_id: &str) -> bool {
        self.hub.is_online(user_id)
    }

    /// Tells everyone who watches the call.
    pub fn tell_watchers(&mut self, call: &CallRecord, body: impl Into<EventBody>) {
        self.tell(call, body, Vec::new(), true);
    }

    /// Tells every member, `others` as well, and who watches the call.
    pub fn tell_all(
        &mut self,
        call: &CallRecord,
        body: impl Into<EventBody>,
        others: &[String],
    ) -> Result<(), Refusal> {
        let mut users = members::user_ids(self.db, &call.cid)?;
        users.extend_from_slice(others);
        self.tell(call, body, users, true);
        Ok(())
    }

    /// Tells the given users, watching or not, and nobody else.
    pub fn tell_users(
        &mut self,
        call: &CallRecord,
        body: impl Into<EventBody>,
        users: Vec<String>,
    ) {
        self.tell(call, body, users, false);
    }

    /// From now on the connection hears about the call. Refused when the connection is not an open
    /// one of the user: nobody may subscribe others.
    pub fn watch(
        &mut self,
        connection: Option<ConnectionId>,
        user_id: &str,
        cids: Vec<String>,
    ) -> Result<(), Refusal> {
        if let Some(connection) = connection {
            self.hub.check_owner(&connection, user_id)?;
            self.effect(Effect::Watch { connection, cids });
        }
        Ok(())
    }

    fn tell(
        &mut self,
        call: &CallRecord,
        body: impl Into<EventBody>,
        users: Vec<String>,
        watchers: bool,
    ) {
        let event = Event::of_call(call.cid.clone(), self.now, body);
        let watched = watchers.then(|| call.cid.clone());
        self.effect(Effect::Publish { event, audience: Audience { watched, users } });
    }
}
