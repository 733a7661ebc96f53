//! Runs commands: each is a transaction, and what is to happen outside follows its commit.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tokio::{runtime::Handle, time::sleep};
use trunkline_protocol::coordinator::DateTime;

use super::{
    Hub, Policy, Refusal, deadlines,
    work::{Effect, Work},
};
use crate::{
    app::AppId,
    control::SfuControl,
    store::{Db, Done, Store},
};

/// Handle of the coordinator.
#[derive(Clone)]
pub struct Coordinator {
    pub(super) shared: Arc<Shared>,
}

/// What its clones have in common.
pub(super) struct Shared {
    pub store: Store,
    pub hub: Hub,
    pub sfu: Arc<dyn SfuControl>,
    pub policy: Policy,
    pub runtime: Handle,
}

impl Coordinator {
    /// Runs what nobody would ask for again, as often as it takes until the disk has room for it.
    pub(super) async fn insist(
        &self,
        app: AppId,
        command: impl Fn(&mut Work<'_>) -> Result<(), Refusal> + Clone + Send + 'static,
    ) -> Result<(), Refusal> {
        loop {
            match self.run(app, command.clone()).await {
                Err(refusal) if refusal == Refusal::unavailable() => sleep(PAUSE).await,
                result => return result,
            }
        }
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        app: AppId,
        command: impl FnOnce(&mut Work<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let coordinator = self.clone();
        self.shared
            .store
            .transact(move |db: &Connection| {
                let db = Db { connection: db, app };
                let Shared { hub, policy, .. } = &*coordinator.shared;
                let mut work = Work::new(db, hub, crate::clock::now()).under(policy);
                let answer = command(&mut work)?;
                let effects = work.into_effects();
                Ok(Done {
                    answer,
                    after_commit: Box::new(move || coordinator.perform(app, effects)),
                })
            })
            .await
    }

    /// Runs a query beside the commands: it has no effects, and an end.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        app: AppId,
        query: impl FnOnce(&Work<'_>, Instant) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let coordinator = self.clone();
        self.shared
            .store
            .read(move |connection, end| {
                let Shared { hub, policy, .. } = &*coordinator.shared;
                let work = Work::new(Db { connection, app }, hub, crate::clock::now());
                query(&work.under(policy), end)
            })
            .await
    }

    pub(super) fn perform(&self, app: AppId, effects: Vec<Effect>) {
        let hub = &self.shared.hub;
        for effect in effects {
            match effect {
                Effect::Publish { event, audience } => hub.publish(app, &event, &audience),
                Effect::Connect { outbox, user_id, hello } => {
                    hub.connect(app, outbox, user_id, &hello);
                }
                Effect::Tell { connection, event } => hub.tell(connection, &event),
                Effect::Watch { connection, calls } => hub.watch(&connection, calls),
                Effect::Unwatch { cid } => hub.unwatch(app, cid),
                Effect::Silence { cid, user_id } => hub.silence(app, cid, user_id),
                Effect::KeepToTeams { user_id, teams } => hub.keep_to_teams(app, user_id, &teams),
                Effect::Order(order) => self.shared.sfu.order(order.in_app(app)),
                Effect::Wake { session_id, at } => self.wake(app, session_id, at),
            }
        }
    }

    /// Looks after a session at a later time. A wake-up that has become pointless does nothing, so
    /// none is ever cancelled.
    fn wake(&self, app: AppId, session_id: String, at: DateTime) {
        let coordinator = self.clone();
        let nanos = at.unix_nanos().saturating_sub(crate::clock::now().unix_nanos());
        let delay = Duration::from_nanos(u64::try_from(nanos).unwrap_or(0));
        self.shared.runtime.spawn(async move {
            sleep(delay).await;
            let check = move |work: &mut Work<'_>| deadlines::check(work, &session_id, at);
            if let Err(refusal) = coordinator.insist(app, check).await {
                tracing::error!(%refusal, "session check failed");
            }
        });
    }
}

/// Between attempts to store something on a full disk.
pub(super) const PAUSE: Duration = Duration::from_secs(1);
