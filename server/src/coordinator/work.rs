//! What a command works with.

use trunkline_protocol::coordinator::{DateTime, Event, EventBody};

use super::{
    ConnectionId, Hub, Outbox, Policy, Refusal,
    hub::{Audience, Watched},
    teams,
};
use crate::{
    control::SfuOrder,
    store::{
        Db,
        calls::{self, CallRecord},
        members, users,
    },
};

/// One command: the transaction, the time, and what to do after the commit.
pub(super) struct Work<'a> {
    pub db: Db<'a>,
    pub now: DateTime,
    /// Which role may do what.
    pub policy: Policy,
    hub: &'a Hub,
    effects: Vec<Effect>,
}

/// Something that happens after the commit.
#[derive(Debug)]
pub(super) enum Effect {
    Publish { event: Event, audience: Audience },
    Connect { outbox: Outbox, user_id: String, hello: Event },
    Tell { connection: ConnectionId, event: Event },
    Watch { connection: ConnectionId, calls: Vec<Watched> },
    Unwatch { cid: String },
    Silence { cid: String, user_id: String },
    KeepToTeams { user_id: String, teams: Vec<String> },
    Order(SfuOrder),
    Wake { session_id: String, at: DateTime },
}

impl<'a> Work<'a> {
    pub fn new(db: Db<'a>, hub: &'a Hub, now: DateTime) -> Self {
        Self { db, now, policy: Policy::default(), hub, effects: Vec::new() }
    }

    /// The same where roles may do something else than what is built in.
    pub fn under(self, policy: &Policy) -> Self {
        Self { policy: policy.clone(), ..self }
    }

    pub fn into_effects(self) -> Vec<Effect> {
        self.effects
    }

    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub fn is_online(&self, user_id: &str) -> bool {
        self.hub.is_online(self.db.app, user_id)
    }

    /// Whether that is an open connection.
    pub fn is_open(&self, connection: &str) -> bool {
        self.hub.is_open(connection)
    }

    /// Tells one connection about a call.
    pub fn tell_connection(
        &mut self,
        connection: &ConnectionId,
        call: &CallRecord,
        body: impl Into<EventBody>,
    ) {
        let event = Event::of_call(call.cid.clone(), self.now, body);
        self.effect(Effect::Tell { connection: connection.clone(), event });
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
        let users = self.in_reach(call, users)?;
        self.tell(call, body, users, true);
        Ok(())
    }

    /// Tells the given users, watching or not, and nobody else.
    pub fn tell_users(
        &mut self,
        call: &CallRecord,
        body: impl Into<EventBody>,
        users: Vec<String>,
    ) -> Result<(), Refusal> {
        let users = self.in_reach(call, users)?;
        self.tell(call, body, users, false);
        Ok(())
    }

    /// Tells one user about themselves, and whoever watches one of these calls.
    pub fn tell_of_user(&mut self, id: &str, calls: Vec<String>, body: impl Into<EventBody>) {
        let event = Event::of_connection(self.now, body);
        let audience = Audience { watched: calls, users: vec![id.to_owned()] };
        self.effect(Effect::Publish { event, audience });
    }

    /// Those whom nobody keeps from knowing of the call. Somebody may be a member, and have gone to
    /// another team since, or be blocked.
    fn in_reach(&self, call: &CallRecord, ids: Vec<String>) -> Result<Vec<String>, Refusal> {
        let blocked = calls::blocked_users(self.db, &call.cid)?;
        let mut reached = Vec::with_capacity(ids.len());
        for id in ids.into_iter().filter(|id| !blocked.contains(id)) {
            let user = users::find(self.db, &id)?;
            let own = user.map(|user| user.teams).unwrap_or_default();
            if teams::reaches(&own, call.team.as_deref(), true) {
                reached.push(id);
            }
        }
        Ok(reached)
    }

    /// From now on the connection hears about the calls, except those in which its user is blocked. Refused when the connection is not an open
    /// one of the user: nobody may subscribe others.
    pub fn watch(
        &mut self,
        connection: Option<ConnectionId>,
        user_id: &str,
        calls: &[CallRecord],
    ) -> Result<(), Refusal> {
        if let Some(connection) = connection {
            self.hub.check_owner(&connection, self.db.app, user_id)?;
            let mut watched = Vec::with_capacity(calls.len());
            for call in calls {
                if !calls::is_blocked(self.db, &call.cid, user_id)? {
                    watched.push(Watched { cid: call.cid.clone(), team: call.team.clone() });
                }
            }
            self.effect(Effect::Watch { connection, calls: watched });
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
        let watched = watchers.then(|| call.cid.clone()).into_iter().collect();
        self.effect(Effect::Publish { event, audience: Audience { watched, users } });
    }
}
