//! Open sockets: who they belong to, what they watch, and what goes out on them.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use trunkline_protocol::coordinator::{DateEncoding, ErrorCode, Event};

use super::{Refusal, teams::reaches};
use crate::{
    app::AppId,
    metrics::{Counter, Registry},
};

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
    /// Connections that watch one of these calls.
    pub watched: Vec<String>,
    /// All connections of these users.
    pub users: Vec<String>,
}

/// A call that a connection hears about. Its team never changes.
#[derive(Debug)]
pub(super) struct Watched {
    pub cid: String,
    pub team: Option<String>,
}

/// All open sockets.
#[derive(Default)]
pub struct Hub {
    state: Mutex<State>,
    closed: watch::Sender<bool>,
    events_sent: Counter,
}

#[derive(Default)]
struct State {
    sockets: HashMap<ConnectionId, Socket>,
    by_user: HashMap<InApp, BTreeSet<ConnectionId>>,
    by_call: HashMap<InApp, BTreeSet<ConnectionId>>,
}

/// A user id or cid, and the app in which it means something.
type InApp = (AppId, String);

struct Socket {
    user: InApp,
    outbox: Outbox,
    /// Cid and team of each call.
    watching: HashMap<String, Option<String>>,
}

impl Hub {
    /// Counts what it sends.
    pub(super) fn new(metrics: &Registry) -> Self {
        let help = "Events written to coordinator sockets.";
        let events_sent = metrics.counter("trunkline_events_sent_total", help, &[]);
        Self { events_sent, ..Self::default() }
    }

    /// Open sockets, and the calls they watch in all.
    pub fn counts(&self) -> (usize, usize) {
        let state = self.lock();
        let watched = state.by_call.values().map(BTreeSet::len).sum();
        (state.sockets.len(), watched)
    }

    /// Forgets a socket that has closed.
    pub fn disconnect(&self, connection: &ConnectionId) {
        self.lock().remove(connection);
    }

    /// Ends every socket of an app.
    pub(super) fn close_app(&self, app: AppId) {
        let mut state = self.lock();
        let of_app = state.sockets.iter().filter(|(_, socket)| socket.user.0 == app);
        let connections: Vec<_> = of_app.map(|(connection, _)| connection.clone()).collect();
        for connection in connections {
            state.remove(&connection);
        }
    }

    /// Ends every socket and admits no further one.
    pub fn close(&self) {
        let mut state = self.lock();
        self.closed.send_replace(true);
        *state = State::default();
    }

    /// Whether the server is going away.
    pub fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    /// Waits until it is.
    pub async fn closed(&self) {
        // The sender lives as long as this.
        drop(self.closed.subscribe().wait_for(|closed| *closed).await);
    }

    pub(super) fn connect(&self, app: AppId, outbox: Outbox, user_id: String, hello: &Event) {
        let mut state = self.lock();
        if self.is_closed() {
            return;
        }
        let connection = outbox.connection.clone();
        let user = (app, user_id);
        state.by_user.entry(user.clone()).or_default().insert(connection.clone());
        let socket = Socket { user, outbox, watching: HashMap::new() };
        state.sockets.insert(connection.clone(), socket);
        self.events_sent.add(state.deliver(std::iter::once(connection).collect(), hello));
    }

    /// Tells one connection, if it is open.
    pub(super) fn tell(&self, connection: ConnectionId, event: &Event) {
        let taken = self.lock().deliver(std::iter::once(connection).collect(), event);
        self.events_sent.add(taken);
    }

    /// Whether that is an open connection.
    pub(super) fn is_open(&self, connection: &str) -> bool {
        self.lock().sockets.contains_key(&ConnectionId(connection.to_owned()))
    }

    pub(super) fn is_online(&self, app: AppId, user_id: &str) -> bool {
        self.lock().by_user.contains_key(&(app, user_id.to_owned()))
    }

    pub(super) fn check_owner(
        &self,
        connection: &ConnectionId,
        app: AppId,
        user_id: &str,
    ) -> Result<(), Refusal> {
        match self.lock().sockets.get(connection) {
            Some(socket) if socket.user.0 == app && socket.user.1 == user_id => Ok(()),
            // The same answer for both, so that nobody learns of other people's connections.
            _ => Err(Refusal::passing(
                ErrorCode::ConnectionIdNotFound,
                "there is no such connection of this user; connect again",
            )),
        }
    }

    pub(super) fn watch(&self, connection: &ConnectionId, calls: Vec<Watched>) {
        let mut state = self.lock();
        let State { sockets, by_call, .. } = &mut *state;
        if let Some(socket) = sockets.get_mut(connection) {
            for Watched { cid, team } in calls {
                let call = (socket.user.0, cid.clone());
                by_call.entry(call).or_default().insert(connection.clone());
                socket.watching.insert(cid, team);
            }
        }
    }

    /// Nobody watches the call any more: it is gone.
    pub(super) fn unwatch(&self, app: AppId, cid: String) {
        let mut state = self.lock();
        let State { sockets, by_call, .. } = &mut *state;
        let call = (app, cid);
        for connection in by_call.remove(&call).unwrap_or_default() {
            if let Some(socket) = sockets.get_mut(&connection) {
                socket.watching.remove(&call.1);
            }
        }
    }

    /// The user watches the call no more.
    pub(super) fn silence(&self, app: AppId, cid: String, user_id: String) {
        let mut state = self.lock();
        let State { sockets, by_user, by_call } = &mut *state;
        let call = (app, cid);
        for connection in by_user.get(&(app, user_id)).into_iter().flatten() {
            if let Some(socket) = sockets.get_mut(connection) {
                socket.watching.remove(&call.1);
                forget(by_call, &call, connection);
            }
        }
    }

    /// The teams of the user have changed: what belongs to other teams is no longer watched.
    pub(super) fn keep_to_teams(&self, app: AppId, user_id: String, teams: &[String]) {
        let mut state = self.lock();
        let State { sockets, by_user, by_call, .. } = &mut *state;
        for connection in by_user.get(&(app, user_id)).into_iter().flatten() {
            let Some(socket) = sockets.get_mut(connection) else {
                continue;
            };
            socket.watching.retain(|cid, team| {
                let reached = reaches(teams, team.as_deref(), false);
                if !reached {
                    forget(by_call, &(app, cid.clone()), connection);
                }
                reached
            });
        }
    }

    pub(super) fn publish(&self, app: AppId, event: &Event, audience: &Audience) {
        let mut state = self.lock();
        let watched =
            audience.watched.iter().filter_map(|cid| state.by_call.get(&(app, cid.clone())));
        let users =
            audience.users.iter().filter_map(|user| state.by_user.get(&(app, user.clone())));
        let connections = watched.chain(users).flatten().cloned().collect();
        self.events_sent.add(state.deliver(connections, event));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No method leaves the state half changed, so it is sound after a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns how many connections take it.
    fn deliver(&mut self, connections: BTreeSet<ConnectionId>, event: &Event) -> u64 {
        let mut taken = 0;
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
                        return taken;
                    }
                },
            };
            if outbox.frames.try_send(frame).is_ok() {
                taken += 1;
            } else {
                tracing::debug!(connection = connection.0, "socket is gone or too slow");
                self.remove(&connection);
            }
        }
        taken
    }

    fn remove(&mut self, connection: &ConnectionId) {
        let Some(socket) = self.sockets.remove(connection) else {
            return;
        };
        let app = socket.user.0;
        forget(&mut self.by_user, &socket.user, connection);
        for cid in socket.watching.into_keys() {
            forget(&mut self.by_call, &(app, cid), connection);
        }
    }
}

fn forget(
    index: &mut HashMap<InApp, BTreeSet<ConnectionId>>,
    key: &InApp,
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

    const APP: AppId = AppId(1);

    fn event() -> Event {
        Event::of_connection(DateTime::from_unix_nanos(1), HealthCheckEvent::default())
    }

    fn connect(hub: &Hub, id: &str, user: &str, capacity: usize) -> mpsc::Receiver<Bytes> {
        let (frames, inbox) = mpsc::channel(capacity);
        let connection = ConnectionId(id.into());
        let outbox = Outbox { connection, encoding: DateEncoding::UnixNanos, frames };
        hub.connect(APP, outbox, user.into(), &event());
        inbox
    }

    fn call(team: Option<&str>) -> Watched {
        Watched { cid: "default:a".into(), team: team.map(Into::into) }
    }

    fn everyone() -> Audience {
        Audience { watched: vec!["default:a".into()], users: vec!["alice".into(), "alice".into()] }
    }

    #[test]
    fn a_member_who_watches_hears_an_event_once() {
        let hub = Hub::default();
        let mut inbox = connect(&hub, "1", "alice", 8);
        hub.watch(&ConnectionId("1".into()), vec![call(None)]);
        hub.watch(&ConnectionId("1".into()), vec![call(None)]);
        hub.publish(APP, &event(), &everyone());
        assert!(inbox.try_recv().is_ok(), "connection.ok");
        assert!(inbox.try_recv().is_ok(), "the event");
        assert!(inbox.try_recv().is_err(), "nothing more");
    }

    #[test]
    fn a_reader_that_falls_behind_is_cut_off_and_others_are_not() {
        let hub = Hub::default();
        let mut slow = connect(&hub, "1", "alice", 1);
        let mut quick = connect(&hub, "2", "alice", 8);
        hub.publish(APP, &event(), &everyone());
        assert!(slow.try_recv().is_ok(), "what was queued before");
        assert_eq!(slow.try_recv(), Err(mpsc::error::TryRecvError::Disconnected));
        assert!(quick.try_recv().is_ok() && quick.try_recv().is_ok());
    }

    #[test]
    fn apps_hear_nothing_of_each_other() {
        let hub = Hub::default();
        let mut mine = connect(&hub, "1", "alice", 8);
        let (frames, mut theirs) = mpsc::channel(8);
        let connection = ConnectionId("2".into());
        let outbox = Outbox { connection, encoding: DateEncoding::UnixNanos, frames };
        hub.connect(AppId(2), outbox, "alice".into(), &event());
        for connection in ["1", "2"] {
            hub.watch(&ConnectionId(connection.into()), vec![call(None)]);
        }
        hub.publish(AppId(2), &event(), &everyone());
        assert!(mine.try_recv().is_ok() && mine.try_recv().is_err());
        assert!(theirs.try_recv().is_ok() && theirs.try_recv().is_ok());
        hub.disconnect(&ConnectionId("2".into()));
        assert!(hub.is_online(APP, "alice") && !hub.is_online(AppId(2), "alice"));
    }

    #[test]
    fn who_leaves_a_team_stops_to_watch_its_calls() {
        let hub = Hub::default();
        let mut inbox = connect(&hub, "1", "alice", 8);
        let watchers = Audience { watched: vec!["default:a".into()], users: Vec::new() };
        hub.watch(&ConnectionId("1".into()), vec![call(Some("red"))]);
        hub.keep_to_teams(APP, "alice".into(), &["blue".into(), "red".into()]);
        hub.publish(APP, &event(), &watchers);
        assert!(inbox.try_recv().is_ok() && inbox.try_recv().is_ok(), "still in the team");
        hub.keep_to_teams(APP, "alice".into(), &["blue".into()]);
        hub.publish(APP, &event(), &watchers);
        assert!(inbox.try_recv().is_err());
        assert!(hub.lock().by_call.is_empty());
    }

    #[test]
    fn nothing_is_kept_of_a_closed_socket() {
        let hub = Hub::default();
        let _inbox = connect(&hub, "1", "alice", 8);
        hub.watch(&ConnectionId("1".into()), vec![call(None)]);
        assert!(hub.is_online(APP, "alice"));
        hub.disconnect(&ConnectionId("1".into()));
        assert!(!hub.is_online(APP, "alice"));
        let state = hub.lock();
        assert!(state.sockets.is_empty() && state.by_user.is_empty() && state.by_call.is_empty());
    }

    #[test]
    fn a_connection_of_somebody_else_is_not_found() {
        let hub = Hub::default();
        let _inbox = connect(&hub, "1", "alice", 8);
        let mine = ConnectionId("1".into());
        assert!(hub.check_owner(&mine, APP, "alice").is_ok());
        assert!(hub.check_owner(&mine, AppId(2), "alice").is_err(), "the alice of another app");
        assert_eq!(
            hub.check_owner(&mine, APP, "bob"),
            hub.check_owner(&ConnectionId("2".into()), APP, "bob")
        );
    }
}
