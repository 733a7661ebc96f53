//! The coordinator on a store that takes nothing for a while.

use super::*;

struct NoSfu;

impl SfuControl for NoSfu {
    fn order(&self, _order: SfuOrder) {}

    fn drain(&self) {}

    fn close(&self) {}
}

/// Allows the store to write, or forbids it.
async fn set_writable(coordinator: &Coordinator, writable: bool) {
    let set = move |db: &Connection| {
        db.pragma_update(None, "query_only", !writable)?;
        Ok::<_, StoreError>(Done::quietly(()))
    };
    coordinator.shared.store.transact(set).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_comes_while_the_disk_is_full_is_noted_when_there_is_room() {
    let directory = tempfile::tempdir().unwrap();
    let metrics = Registry::default();
    let store = Store::open(directory.path(), &metrics).unwrap();
    let put = |db: &Connection| {
        let app = apps::put(db, "key", "secret", None, crate::clock::now())?;
        Ok::<_, StoreError>(Done::quietly(app))
    };
    let app = store.transact(put).await.unwrap();
    let (notify, notices) = mpsc::unbounded_channel();
    let coordinator =
        Coordinator::start(store, [app], Arc::new(NoSfu), notices, &metrics).await.unwrap();
    let alice = coordinator.create_guest(app, UserRequest::default()).await.unwrap();
    let caller = Caller {
        app,
        user_id: alice.id.clone(),
        anonymous: false,
        role: Some("admin".into()),
        teams: None,
        call_cids: Vec::new(),
    };
    let cid = Cid::new("default", "a").unwrap();
    let create = GetOrCreateCallRequest::default();
    coordinator.get_or_create_call(caller.clone(), cid.clone(), None, create).await.unwrap();

    set_writable(&coordinator, false).await;
    for session_id in ["s1", "s2"] {
        let name = crate::sfu::control::call_name(app, &cid.to_string());
        let user_id = alice.id.clone();
        let session_id = session_id.into();
        notify
            .send(SfuNotice::ParticipantJoined { cid: name, user_id, session_id, anonymous: false })
            .unwrap();
    }
    // The clock goes on when nobody has anything to do, so that the first has been tried by then.
    sleep(PAUSE / 2).await;
    let query = || {
        let request = QueryCallParticipantsRequest::default();
        coordinator.query_participants(caller.clone(), cid.clone(), None, request)
    };
    assert_eq!(query().await.unwrap().participants, []);

    set_writable(&coordinator, true).await;
    let mut sessions = Vec::new();
    for _ in 0..100 {
        sleep(PAUSE).await;
        let found = query().await.unwrap().participants;
        sessions = found.into_iter().map(|found| found.user_session_id).collect();
        if sessions.len() == 2 {
            break;
        }
    }
    assert_eq!(sessions, ["s1", "s2"], "in the order in which they came");
}
