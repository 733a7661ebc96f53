//! The coordinator: users, calls, members, sessions, rights.
//!
//! A command runs as one transaction on the store thread: it reads, decides and writes, and records
//! what must happen outside (`work::Effect`): events, watching, orders to the SFU, wake-ups. Those
//! happen after the commit, in the order of the commands. So an event never tells of a change that
//! was lost, and a connection that starts to watch misses nothing and hears nothing twice.

mod access;
mod actor;
mod attendance;
mod bounds;
mod call_type;
mod calls;
mod cid;
pub mod command;
mod connecting;
mod deadlines;
mod deletion;
mod devices;
mod guests;
mod hub;
mod interaction;
mod join;
mod live;
mod members;
mod moderation;
mod notices;
mod permissions;
mod policy;
mod query;
mod refusal;
mod ringing;
mod runner;
mod sessions;
mod settings;
mod standing;
mod teams;
mod users;
mod views;
mod work;

use std::{sync::Arc, time::Duration};

use rusqlite::Connection;
use tokio::{runtime::Handle, sync::mpsc, time::sleep};
use trunkline_protocol::{
    coordinator::{
        CallStateResponse, CreateDeviceRequest, CreatedCallResponse, Empty, GetOrCreateCallRequest,
        GoLiveRequest, JoinCallRequest, JoinCallResponse, ListDevicesResponse, LiveResponse,
        MembersResponse, QueryCallMembersRequest, QueryCallParticipantsRequest,
        QueryCallParticipantsResponse, QueryCallsRequest, QueryCallsResponse, RejectCallRequest,
        UpdateCallMembersRequest, UpdateCallMembersResponse, UpdateCallRequest, UpdateUsersRequest,
        UpdateUsersResponse, UserRequest, UserResponse,
    },
    sfu::models::CallEndedReason,
};

use crate::{
    app::AppId,
    control::{SfuControl, SfuHealth, SfuNotice, SfuOrder},
    metrics::Registry,
    store::{Db, Done, Store, StoreError, apps, sessions as session_store},
};

pub use access::granted;
pub use actor::Caller;
pub use calls::{Announce, GetCallOptions};
pub use cid::{Cid, check_user_id, is_guest};
pub use command::Command;
pub use hub::{ConnectionId, Hub, Outbox};
pub use join::SfuAccess;
pub use policy::{Policy, RoleGrants};
pub use refusal::Refusal;
pub use runner::Coordinator;

use runner::Shared;
use work::{Effect, Work};

impl Coordinator {
    /// Ends the sessions that a crash left running, tells the SFU who is kept out, and takes up the notices of the SFU.
    pub async fn start(
        store: Store,
        apps: impl IntoIterator<Item = AppId>,
        sfu: Arc<dyn SfuControl>,
        policy: Policy,
        notices: mpsc::Receiver<SfuNotice>,
        metrics: &Registry,
    ) -> Result<Self, Refusal> {
        let (hub, runtime) = (Hub::new(metrics), Handle::current());
        let shared = Shared { store, hub, sfu, policy, runtime };
        let coordinator = Self { shared: Arc::new(shared) };
        let apps: Vec<_> = apps.into_iter().collect();
        for app in apps.iter().copied() {
            coordinator.run(app, sessions::end_all).await?;
            coordinator.run(app, standing::remind_sfu).await?;
            coordinator.run(app, users::end_loans).await?;
        }
        tokio::spawn(coordinator.clone().end_loans(apps));
        tokio::spawn(coordinator.clone().listen(notices));
        Ok(coordinator)
    }

    /// From now on forgets guests who have been away for so long; never without an expiry.
    pub fn forget_guests(&self, apps: Vec<AppId>, expiry: Option<Duration>) {
        let Some(expiry) = expiry else {
            return;
        };
        let coordinator = self.clone();
        tokio::spawn(async move {
            loop {
                for &app in &apps {
                    let forget = move |work: &mut Work<'_>| guests::forget(work, expiry);
                    while !coordinator.hub().is_closed() {
                        match coordinator.run(app, forget).await {
                            Ok(true) => (),
                            Ok(false) => break,
                            Err(refusal) => {
                                tracing::warn!(%refusal, "guests not forgotten");
                                break;
                            }
                        }
                    }
                }
                tokio::select! {
                    () = sleep(BETWEEN_SWEEPS) => (),
                    () = coordinator.hub().closed() => break,
                }
            }
        });
    }

    /// Open sockets and who watches what.
    pub fn hub(&self) -> &Hub {
        &self.shared.hub
    }

    /// Creates or updates the connecting user and registers the socket, whose first frame is
    /// `connection.ok`.
    pub async fn connect(
        &self,
        caller: Caller,
        details: UserRequest,
        outbox: Outbox,
    ) -> Result<(), Refusal> {
        self.run(caller.app, move |work| connecting::connect(work, &caller, details, outbox)).await
    }

    /// Creates a guest; the caller signs the token.
    pub async fn create_guest(
        &self,
        app: AppId,
        wish: UserRequest,
    ) -> Result<UserResponse, Refusal> {
        self.run(app, move |work| guests::create(work, wish)).await
    }

    /// `UpdateUsers`
    pub async fn update_users(
        &self,
        app: AppId,
        request: UpdateUsersRequest,
    ) -> Result<UpdateUsersResponse, Refusal> {
        self.run(app, move |work| users::update(work, request)).await
    }

    /// Refuses callers whose user does not exist.
    pub async fn check_user(&self, caller: Caller) -> Result<(), Refusal> {
        self.run(caller.app, move |work| actor::load(work, &caller).map(drop)).await
    }

    /// `GetCall`
    pub async fn get_call(
        &self,
        caller: Caller,
        cid: Cid,
        options: GetCallOptions,
    ) -> Result<CallStateResponse, Refusal> {
        self.run(caller.app, move |work| calls::get(work, &caller, &cid, &options)).await
    }

    /// `GetOrCreateCall`
    pub async fn get_or_create_call(
        &self,
        caller: Caller,
        cid: Cid,
        watcher: Option<ConnectionId>,
        request: GetOrCreateCallRequest,
    ) -> Result<CreatedCallResponse, Refusal> {
        self.run(caller.app, move |work| {
            calls::get_or_create(work, &caller, &cid, watcher, request)
        })
        .await
    }

    /// `JoinCall`
    pub async fn join_call(
        &self,
        caller: Caller,
        cid: Cid,
        watcher: Option<ConnectionId>,
        request: JoinCallRequest,
        sfu: SfuAccess,
    ) -> Result<JoinCallResponse, Refusal> {
        self.run(caller.app, move |work| join::join(work, &caller, &cid, watcher, request, &sfu))
            .await
    }

    /// Whether the caller is in the call now.
    pub async fn is_in_call(&self, caller: Caller, cid: Cid) -> Result<bool, Refusal> {
        self.run(caller.app, move |work| {
            Ok(session_store::calls_of(work.db, &caller.user_id)?.contains(&cid.to_string()))
        })
        .await
    }

    /// `UpdateCall`
    pub async fn update_call(
        &self,
        caller: Caller,
        cid: Cid,
        request: UpdateCallRequest,
    ) -> Result<CallStateResponse, Refusal> {
        self.run(caller.app, move |work| calls::update(work, &caller, &cid, request)).await
    }

    /// `AcceptCall`, on the device that has that connection.
    pub async fn accept_call(
        &self,
        caller: Caller,
        cid: Cid,
        device: Option<ConnectionId>,
    ) -> Result<Empty, Refusal> {
        self.run(caller.app, move |work| ringing::accept(work, &caller, &cid, device)).await
    }

    /// `RejectCall`, on the device that has that connection.
    pub async fn reject_call(
        &self,
        caller: Caller,
        cid: Cid,
        device: Option<ConnectionId>,
        request: RejectCallRequest,
    ) -> Result<Empty, Refusal> {
        self.run(caller.app, move |work| ringing::reject(work, &caller, &cid, device, request))
            .await
    }

    /// `EndCall`
    pub async fn end_call(&self, caller: Caller, cid: Cid) -> Result<Empty, Refusal> {
        self.run(caller.app, move |work| live::end_call(work, &caller, &cid)).await
    }

    /// `GoLive`
    pub async fn go_live(
        &self,
        caller: Caller,
        cid: Cid,
        request: GoLiveRequest,
        notify: bool,
    ) -> Result<LiveResponse, Refusal> {
        self.run(caller.app, move |work| live::go_live(work, &caller, &cid, &request, notify)).await
    }

    /// `StopLive`
    pub async fn stop_live(&self, caller: Caller, cid: Cid) -> Result<LiveResponse, Refusal> {
        self.run(caller.app, move |work| live::stop_live(work, &caller, &cid)).await
    }

    /// `UpdateCallMembers`
    pub async fn update_members(
        &self,
        caller: Caller,
        cid: Cid,
        request: UpdateCallMembersRequest,
    ) -> Result<UpdateCallMembersResponse, Refusal> {
        self.run(caller.app, move |work| members::update(work, &caller, &cid, request)).await
    }

    /// `QueryCallMembers`
    pub async fn query_members(
        &self,
        caller: Caller,
        request: QueryCallMembersRequest,
    ) -> Result<MembersResponse, Refusal> {
        self.look(caller.app, move |work, end| query::members(work, &caller, &request, end)).await
    }

    /// `QueryCallParticipants`
    pub async fn query_participants(
        &self,
        caller: Caller,
        cid: Cid,
        limit: Option<u32>,
        request: QueryCallParticipantsRequest,
    ) -> Result<QueryCallParticipantsResponse, Refusal> {
        let app = caller.app;
        self.look(app, move |work, _| query::participants(work, &caller, &cid, limit, request))
            .await
    }

    /// `CreateDevice`
    pub async fn create_device(
        &self,
        caller: Caller,
        request: CreateDeviceRequest,
    ) -> Result<Empty, Refusal> {
        self.run(caller.app, move |work| devices::create(work, &caller, request)).await
    }

    /// `ListDevices`
    pub async fn devices(&self, caller: Caller) -> Result<ListDevicesResponse, Refusal> {
        self.run(caller.app, move |work| devices::list(work, &caller)).await
    }

    /// `DeleteDevice`
    pub async fn delete_device(&self, caller: Caller, id: String) -> Result<Empty, Refusal> {
        self.run(caller.app, move |work| devices::delete(work, &caller, &id)).await
    }

    /// `QueryCalls`
    pub async fn query_calls(
        &self,
        caller: Caller,
        watcher: Option<ConnectionId>,
        request: QueryCallsRequest,
    ) -> Result<QueryCallsResponse, Refusal> {
        let (app, stays, asker) = (caller.app, request.watch == Some(true), caller.clone());
        let found =
            self.look(app, move |work, end| query::calls(work, &asker, &request, end)).await?;
        if !stays {
            return Ok(found);
        }
        self.run(app, move |work| query::watch(work, &caller, watcher, found)).await
    }

    /// One of the commands that are about one call and need nothing but a body.
    pub async fn command<T: Send + 'static, R: Send + 'static>(
        &self,
        command: Command<T, R>,
        caller: Caller,
        cid: Cid,
        request: T,
    ) -> Result<R, Refusal> {
        self.run(caller.app, move |work| (command.run)(work, &caller, &cid, request)).await
    }

    /// Running sessions and participants of all apps.
    pub async fn live_counts(&self) -> Result<(i64, i64), StoreError> {
        self.shared.store.transact(|db| Ok(Done::quietly(apps::live_counts(db)?))).await
    }

    /// What commands of the operator work with.
    pub(crate) fn store(&self) -> &Store {
        &self.shared.store
    }

    /// Nobody may use the app any more: its calls end, and so do its sockets.
    pub async fn suspend(&self, app: AppId) -> Result<(), Refusal> {
        self.run(app, move |work| {
            for (_, cid) in
                session_store::running_calls(work.db.connection)?.into_iter().filter(|c| c.0 == app)
            {
                let reason = CallEndedReason::Ended;
                work.effect(Effect::Order(SfuOrder::EndCall { cid, reason }));
            }
            sessions::end_all(work)
        })
        .await?;
        self.shared.hub.close_app(app);
        Ok(())
    }

    /// Whether something can be stored, as far as the last attempt tells. After a failure there may
    /// be no other attempt than this.
    pub async fn check_store(&self) -> Result<(), StoreError> {
        let is_failing = self.shared.store.is_failing();
        let probe = move |db: &Connection| {
            if is_failing {
                apps::touch(db)?;
            } else {
                apps::live_counts(db)?;
            }
            Ok(Done::quietly(()))
        };
        self.shared.store.transact(probe).await
    }

    /// How the SFU does.
    pub fn sfu_health(&self) -> SfuHealth {
        self.shared.sfu.health()
    }

    /// Closes every socket, then the store.
    pub async fn shutdown(&self) {
        self.shared.hub.close();
        self.shared.store.close().await;
    }

    /// Takes back what tokens lend to their users, soon after they have expired.
    async fn end_loans(self, apps: Vec<AppId>) {
        loop {
            tokio::select! {
                () = sleep(LOANS) => (),
                () = self.shared.hub.closed() => return,
            }
            for app in apps.iter().copied() {
                if let Err(refusal) = self.run(app, users::end_loans).await {
                    tracing::error!(%refusal, "rights of expired tokens not taken back");
                }
            }
        }
    }
}

/// Creates or changes users while no server runs, so that nobody has to be told.
pub(crate) async fn update_users_while_stopped(
    store: &Store,
    app: AppId,
    request: UpdateUsersRequest,
) -> Result<(), Refusal> {
    store
        .transact(move |connection| {
            let hub = Hub::default();
            let mut work = Work::new(Db { connection, app }, &hub, crate::clock::now());
            users::update(&mut work, request).map(|_| Done::quietly(()))
        })
        .await
}

/// Between looks for tokens that have expired.
const LOANS: Duration = Duration::from_secs(15);
/// Between searches for guests to forget.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(10 * 60);

#[cfg(test)]
mod tests;
