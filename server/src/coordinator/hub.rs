//! Open sockets: who they belong to, what they watch, and what goes out on them.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::sync::mpsc;
use trunkline_protocol::coordinator::{DateEncoding, ErrorCode, Event};

use super::Refusal;

/// Names one open socket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub String);

/// The sending end of one socket. Dropping it ends the socket.
#[derive(Debug)]
pub struct Outbox {
    /// Names the socket.
    pub connection: ConnectionId,
    /// How dates are written on it.
    pub encoding: DateEncoding,
    /// Bounded: a reader that falls behind is cut off, it cannot hold up the others.
    pub frames: mpsc::Sender<Bytes>,
}

/// Who hears of an event, each connection once.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Audience {
    /// Connections that watch this call.
    pub watched: Option<String>,
    /// All connections of these users.
    pub users: Vec<String>,
}

/// All open sockets.
#[derive(Default)]
pub struct Hub {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sockets: HashMap<ConnectionId, Socket>,
    by_user: HashMap<String, BTreeSet<ConnectionId>>,
    by_call: HashMap<String, BTreeSet<ConnectionId>>,
    closed: bool,
}

struct Socket {
    user_id: String,
    outbox: Outbox,
    watching: HashSet<String>,
}

impl Hub {
    /// Forgets a socket that has closed.
    pub fn disconnect(&self, connection: &ConnectionId) {
        self.lock().remove(connection);
    }

    /// Ends every socket and admits no further one.
    pub fn close(&self) {
        let mut state = self.lock();
        *state = State { closed: true, ..State::default() };
    }

    /// Whether the server is going away.
    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    pub(super) fn connect(&self, outbox: Outbox, user_id: String, hello: &Event) {
        let mut state = self.lock();
        if state.closed {
            return;
        }
        let connection = outbox.connection.clone();
        state.by_user.entry(user_id.clone()).or_default().insert(connection.clone());
        let socket = Socket { user_id, outbox, watching: HashSet::new() };
        state.sockets.insert(connection.clone(), socket);
        state.deliver(std::iter::once(connection).collect(), hello);
    }

    pub(super) fn is_online(&self, user_id: &str) -> bool {
        self.lock().by_user.contains_key(user_id)
    }

    pub(super) fn check_owner(
        &self,
        connection: &ConnectionId,
        user_id: &str,
    ) -> Result<(), Refusal> {
        match self.lock().sockets.get(connection) {
            Some(socket) if socket.user_id == user_id => Ok(()),
            // The same answer for both, so that nobody learns of other people's connections.
            _ => Err(Refusal::passing(
                ErrorCode::ConnectionIdNotFound,
                "there is no such connection of this user; connect again",
            )),
        }
    }

    pub(super) fn watch(&self, connection: &ConnectionId, cids: Vec<String>) {
        let mut state = self.lock();
        let State { sockets, by_call, .. } = &mut *state;
        if let Some(socket) = sockets.get_mut(connection) {
            for cid in cids {
                by_call.entry(cid.clone()).or_default().insert(connection.clone());
                socket.watching.insert(cid);
            }
        }
    }

    pub(super) fn publish(&self, event: &Event, audience: &Audience) {
        let mut state = self.lock();
        let watched = audience.watched.iter().filter_map(|cid| state.by_call.get(cid));
        let users = audience.users.iter().filter_map(|user| state.by_user.get(user));
        let connections = watched.chain(users).flatten().cloned().collect();
        state.deliver(connections, event);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No method leaves the state half changed, so it is sound after a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn deliver(&mut self, connections: BTreeSet<ConnectionId>, event: &Event) {
        let mut written: HashMap<DateEncoding, Bytes> = HashMap::new();
        for connection in connections {
            let Some(outbox) = self.sockets.get(&connection).map(|socket| &socket.outbox) else {
                continue;
            };
            let frame = match written.get(&outbox.encoding) {
                Some(frame) => frame.clone(),
                None => match outbox.encoding.scope(|| serde_json::to_vec(event)) {
                    Ok(text) => {
                        let frame = Bytes::from(text);
                        written.insert(outbox.encoding, frame.clone());
                        frame
                    }
                    Err(error) => {
                        tracing::error!(%error, event = event.event_type(), "event not written");
                        return;
                    }
                },
            };
            if outbox.frames.try_send(frame).is_err() {
                tracing::debug!(connection = connection.0, "socket is gone or too slow");
                self.remove(&connection);
            }
        }
    }

    fn remove(&mut self, connection: &ConnectionId) {
        let Some(socket) = self.sockets.remove(connection) else {
            return;
        };
        forget(&mut self.by_user, &socket.user_id, connection);
        for cid in &socket.watching {
            forget(&mut self.by_call, cid, connection);
        }
    }
}

fn forget(
    index: &mut HashMap<String, BTreeSet<ConnectionId>>,
    key: &str,
    connection: &ConnectionId,
) {
    if let Some(connections) = index.get_mut(key) {
        connections.remove(connection);
        if connections.is_empty() {
            index.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use trunkline_protocol::coordinator::{DateTime, HealthCheckEvent};

    use super::*;

    fn event() -> Event {
        Event::of_connection(DateTime::from_unix_nanos(1), HealthCheckEvent::default())
    }

    fn connect(hub: &Hub, id: &str, user: &str, capacity: usize) -> mpsc::Receiver<Bytes> {
        let (frames, inbox) = mpsc::channel(capacity);
        let connection = ConnectionId(id.into());
        let outbox = Outbox { connection, encoding: DateEncoding::UnixNanos, frames };
        hub.connect(outbox, user.into(), &event());
        inbox
    }

    fn everyone() -> Audience {
        Audience { watched: Some("default:a".into()), users: vec!["alice".into(), "alice".into()] }
    }

    #[test]
    fn a_member_who_watches_hears_an_event_once() {
        let hub = Hub::default();
        let mut inbox = connect(&hub, "1", "alice", 8);
        hub.watch(&ConnectionId("1".into()), vec!["default:a".into()]);
        hub.watch(&ConnectionId("1".into()), vec!["default:a".into()]);
        hub.publish(&event(), &everyone());
        assert!(inbox.try_recv().is_ok(), "connection.ok");
        assert!(inbox.try_recv().is_ok(), "the event");
        assert!(inbox.try_recv().is_err(), "nothing more");
    }

    #[test]
    fn a_reader_that_falls_behind_is_cut_off_and_others_are_not() {
        let hub = Hub::default();
        let mut slow = connect(&hub, "1", "alice", 1);
        let mut quick = connect(&hub, "2", "alice", 8);
        hub.publish(&event(), &everyone());
        assert!(slow.try_recv().is_ok(), "what was queued before");
        assert_eq!(slow.try_recv(), Err(mpsc::error::TryRecvError::Disconnected));
        assert!(quick.try_recv().is_ok() && quick.try_recv().is_ok());
    }

    #[test]
    fn nothing_is_kept_of_a_closed_socket() {
        let hub = Hub::default();
        let _inbox = connect(&hub, "1", "alice", 8);
        hub.watch(&ConnectionId("1".into()), vec!["default:a".into()]);
        assert!(hub.is_online("alice"));
        hub.disconnect(&ConnectionId("1".into()));
        assert!(!hub.is_online("alice"));
        let state = hub.lock();
        assert!(state.sockets.is_empty() && state.by_user.is_empty() && state.by_call.is_empty());
    }

    #[test]
    fn a_connection_of_somebody_else_is_not_found() {
        let hub = Hub::default();
        let _inbox = connect(&hub, "1", "alice", 8);
        let mine = ConnectionId("1".into());
        assert!(hub.check_owner(&mine, "alice").is_ok());
        assert_eq!(
            hub.check_owner(&mine, "bob"),
            hub.check_owner(&ConnectionId("2".into()), "bob")
        );
    }
}
