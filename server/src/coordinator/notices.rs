//! What the SFU tells: taken up in batches, and compared with what is noted from time to time.

use std::time::Duration;

use rusqlite::Connection;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};

use super::{Coordinator, Refusal, attendance, runner::Shared, standing, work::Work};
use crate::{
    app::AppId,
    control::{SfuNotice, SfuOrder},
    store::{Db, Done, apps, sessions as session_store},
};

/// A notice about a call of an app.
type Told = (AppId, SfuNotice);

impl Coordinator {
    /// Does what follows from the notices, until no more can come.
    pub(super) async fn listen(self, mut notices: mpsc::Receiver<SfuNotice>) {
        let mut comparison = interval(BETWEEN_COMPARISONS);
        comparison.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first is due at once, and nobody is there yet.
        comparison.tick().await;
        let mut batch = Vec::new();
        loop {
            tokio::select! {
                taken = notices.recv_many(&mut batch, MOST_AT_ONCE) => {
                    if taken == 0 {
                        return;
                    }
                    self.take_up(batch.drain(..)).await;
                }
                _ = comparison.tick() => self.compare().await,
            }
        }
    }

    async fn take_up(&self, notices: impl Iterator<Item = SfuNotice>) {
        let mut waiting: Vec<Told> = Vec::new();
        for notice in notices {
            if let SfuNotice::Restarted { worker } = notice {
                // What was told before is over by now, too.
                self.apply_all(std::mem::take(&mut waiting)).await;
                self.reopen(worker).await;
            } else if let Some(told) = notice.into_app() {
                waiting.push(told);
            } else {
                tracing::error!("the SFU told of a call of no app");
            }
        }
        self.apply_all(waiting).await;
    }

    /// Stores what follows from notices, with one commit. One that cannot be applied does not spoil
    /// the others.
    async fn apply_all(&self, notices: Vec<Told>) {
        if notices.is_empty() || self.store_all(notices.clone()).await.is_ok() {
            return;
        }
        for (app, notice) in notices {
            let apply = move |work: &mut Work<'_>| attendance::apply(work, &notice);
            if let Err(refusal) = self.insist(app, apply).await {
                tracing::error!(%refusal, "notice of the SFU lost");
            }
        }
    }

    async fn store_all(&self, notices: Vec<Told>) -> Result<(), Refusal> {
        let coordinator = self.clone();
        let command = move |connection: &Connection| {
            let mut effects = Vec::new();
            for (app, notice) in &notices {
                let db = Db { connection, app: *app };
                let Shared { hub, policy, .. } = &*coordinator.shared;
                let mut work = Work::new(db, hub, crate::clock::now()).under(policy);
                attendance::apply(&mut work, notice)?;
                effects.push((*app, work.into_effects()));
            }
            let perform = move || {
                for (app, effects) in effects {
                    coordinator.perform(app, effects);
                }
            };
            Ok(Done { answer: (), after_commit: Box::new(perform) })
        };
        self.shared.store.transact(command).await
    }

    /// Tells a fresh worker what it has to know before it takes anybody. Sessions of its predecessor
    /// are found out by asking who is there.
    async fn reopen(&self, worker: u64) {
        let list = |db: &Connection| {
            let ids = apps::list(db)?.into_iter().map(|app| app.id).collect::<Vec<_>>();
            Ok::<_, Refusal>(Done::quietly(ids))
        };
        let reminded = async {
            for app in self.shared.store.transact(list).await? {
                self.insist(app, standing::remind_sfu).await?;
            }
            Ok::<_, Refusal>(())
        };
        if let Err(refusal) = reminded.await {
            // Rather nobody than somebody who is blocked.
            tracing::error!(%refusal, "the SFU takes nobody: it cannot be told who is kept out");
            return;
        }
        self.compare().await;
        self.shared.sfu.order(SfuOrder::Open { worker });
    }

    /// Asks the SFU who is in the calls that have a session here.
    async fn compare(&self) {
        let list = |db: &Connection| Ok(Done::quietly(session_store::running_calls(db)?));
        match self.shared.store.transact::<_, Refusal, _>(list).await {
            Ok(calls) => {
                for (app, cid) in calls {
                    self.shared.sfu.order(SfuOrder::Report { cid }.in_app(app));
                }
            }
            Err(refusal) => tracing::warn!(%refusal, "sessions not compared with the SFU's"),
        }
    }
}

/// Notices that are stored with one commit.
const MOST_AT_ONCE: usize = 256;
/// How long somebody is listed at most of whose end no notice told.
const BETWEEN_COMPARISONS: Duration = Duration::from_secs(30);
