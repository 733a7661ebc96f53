//! The coordinator on a store that takes nothing for a while.

use super::{runner::PAUSE, *};

struct NoSfu;

impl SfuControl for NoSfu {
    fn order(&self, _order: SfuOrder) {}

    fn drain(&self) {}

    fn close(&self) {}

    fn health(&self) -> SfuHealth {
        SfuHealth { alive: true, lag: Duration::ZERO, queued: 0, restarts: 0 }
    }
}

/// Allows the store to write, or forbids it.
async fn set_writable(coordinator: &Coordinator, writable: bool) {
    let set = move |db: &Connection| {
        db.pragma_update(None, "query_only", !writable)?;
        Ok::<_, StoreError>(Done::quietly(()))
    };
    coordinator.shared.store.transact(set).await.unwrap();
}

/// A coordinator with a call, whoever asks about it, and the way of the SFU's notices.
struct World {
    coordinator: Coordinator,
    metrics: Registry,
    notify: mpsc::Sender<SfuNotice>,
    caller: Caller,
    cid: Cid,
    _directory: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let metrics = Registry::default();
        let store = Store::open(directory.path(), &metrics).unwrap();
        let put = |db: &Connection| {
            let app = apps::put(db, "key", "secret", None, crate::clock::now())?;
            Ok::<_, StoreError>(Done::quietly(app))
        };
        let app = store.transact(put).await.unwrap();
        let (notify, notices) = crate::control::notices();
        let coordinator =
            Coordinator::start(store, [app], Arc::new(NoSfu), Policy::default(), notices, &metrics)
                .await
                .unwrap();
        let alice = coordinator.create_guest(app, UserRequest::default()).await.unwrap();
        let caller = Caller {
            app,
            user_id: alice.id,
            anonymous: false,
            role: Some("admin".into()),
            teams: None,
            call_cids: Vec::new(),
            has_token: true,
            issued_at: None,
            expires_at: None,
        };
        let cid = Cid::new("default", "a").unwrap();
        let create = GetOrCreateCallRequest::default();
        coordinator.get_or_create_call(caller.clone(), cid.clone(), None, create).await.unwrap();
        Self { coordinator, metrics, notify, caller, cid, _directory: directory }
    }

    /// The SFU tells that somebody came.
    fn tell(&self, session_id: impl Into<String>) {
        let notice = SfuNotice::ParticipantJoined {
            cid: crate::control::call_name(self.caller.app, &self.cid.to_string()),
            user_id: self.caller.user_id.clone(),
            session_id: session_id.into(),
            anonymous: false,
        };
        self.notify.try_send(notice).unwrap();
    }

    /// Sessions of those who are noted.
    async fn noted(&self) -> Vec<String> {
        let (caller, cid) = (self.caller.clone(), self.cid.clone());
        let request = QueryCallParticipantsRequest::default();
        let found = self.coordinator.query_participants(caller, cid, None, request).await.unwrap();
        found.participants.into_iter().map(|found| found.user_session_id).collect()
    }

    fn commits(&self) -> u64 {
        self.metrics.counter("trunkline_store_transactions_total", "", &[]).get()
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_while_the_disk_is_full_is_noted_when_there_is_room() {
    let world = World::new().await;
    set_writable(&world.coordinator, false).await;
    for session_id in ["s1", "s2"] {
        world.tell(session_id);
    }
    // The clock goes on when nobody has anything to do, so that the first has been tried by then.
    sleep(PAUSE / 2).await;
    assert_eq!(world.noted().await, [""; 0]);

    set_writable(&world.coordinator, true).await;
    let mut sessions = Vec::new();
    for _ in 0..100 {
        sleep(PAUSE).await;
        sessions = world.noted().await;
        if sessions.len() == 2 {
            break;
        }
    }
    assert_eq!(sessions, ["s1", "s2"], "in the order in which they came");
}

// In real time: a clock that is paused leaps while the store works, and what is due by then commits, too.
#[tokio::test]
async fn notices_that_wait_are_stored_together() {
    let world = World::new().await;
    let before = world.commits();
    for number in 0..200 {
        world.tell(format!("s{number}"));
    }
    while world.noted().await.len() < 25 {
        tokio::task::yield_now().await;
    }
    let commits = world.commits() - before;
    assert!(commits < 10, "{commits} commits for 200 notices");
    assert_eq!(world.coordinator.live_counts().await.unwrap().1, 200);
}
