//! The sockets of clients: whom each serves, what is repeated on it, and how it is closed.

use std::time::{Duration, Instant};

use trunkline_protocol::sfu::models::WebsocketReconnectStrategy;

use super::{
    calls::{Calls, Effect, Reminder, SocketState},
    wire,
};
use crate::sfu::ids::{SessionKey, SocketId};

impl Calls {
    pub(super) fn bind(&mut self, socket: SocketId, cid: &str, session: Option<SessionKey>) {
        let state = SocketState { cid: cid.to_owned(), session, reminder: None };
        self.sockets.insert(socket, state);
    }

    pub(super) fn served_by(&self, socket: SocketId) -> Option<SessionKey> {
        self.sockets.get(&socket)?.session
    }

    /// Closes a socket, which serves nobody any more.
    pub(super) fn hang_up(&mut self, socket: SocketId, code: u16, reason: &'static str) {
        self.effects.push(Effect::Close { socket, code, reason });
    }

    /// Has an error repeated on a socket until its client reconnects.
    pub(super) fn remind(&mut self, socket: SocketId, reminder: Reminder) {
        if let Some(state) = self.sockets.get_mut(&socket) {
            state.reminder = Some(reminder);
        }
    }

    pub(super) fn send_reminders(&mut self, now: Instant) {
        let mut due = Vec::new();
        for (socket, state) in &mut self.sockets {
            if let Some(reminder) = &mut state.reminder
                && now >= reminder.due
            {
                reminder.due = now + REMINDER_INTERVAL;
                due.push((*socket, reminder.error.clone()));
            }
        }
        for (socket, error) in due {
            let event = wire::error_event(error, WebsocketReconnectStrategy::Rejoin);
            self.send(vec![socket], event);
        }
    }
}

/// Between repetitions of an error.
pub(super) const REMINDER_INTERVAL: Duration = Duration::from_secs(2);
/// WebSocket close codes (RFC 6455).
pub(super) const NORMAL: u16 = 1000;
pub(super) const GOING_AWAY: u16 = 1001;
pub(super) const POLICY_VIOLATION: u16 = 1008;
/// The close code of a client whose join failed.
pub(super) const JOIN_FAILED: u16 = 4101;
