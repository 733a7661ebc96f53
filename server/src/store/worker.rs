//! The thread that alone touches the tables.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{Measures, StoreError, is_of_disk};

pub(super) enum Request {
    Job(Job),
    Close(oneshot::Sender<()>),
}

/// A command, to be run in a savepoint of its own.
type Job = Box<dyn FnOnce(&Connection) -> Outcome + Send>;

pub(super) struct Outcome {
    /// False undoes what the command did.
    pub keep: bool,
    pub finish: Finish,
}

/// Tells the caller, and everybody else, once it is known whether the commands are on the disk.
type Finish = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// Why a batch is not stored.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    /// SQLite has undone all of it, as it does when it cannot write.
    #[error("the transaction was undone")]
    Undone,
}

pub(super) fn serve(mut db: Connection, mut queue: mpsc::Receiver<Request>, measures: &Measures) {
    let mut closing = None;
    while closing.is_none()
        && let Some(first) = queue.blocking_recv()
    {
        // While nothing can be stored, commands stand for themselves: a read must not fail with the
        // writes that happen to come with it.
        let most = if measures.is_failing() { 1 } else { BATCH };
        let mut jobs = VecDeque::new();
        let mut next = Some(first);
        while let Some(request) = next {
            match request {
                Request::Job(job) => jobs.push_back(job),
                Request::Close(closed) => {
                    closing = Some(closed);
                    break;
                }
            }
            next = if jobs.len() < most { queue.try_recv().ok() } else { None };
        }
        while !jobs.is_empty() {
            let mut finishes = Vec::with_capacity(jobs.len());
            let (started, changes) = (Instant::now(), db.total_changes());
            let was_failing = measures.is_failing();
            let stored = run_batch(&mut db, &mut jobs, &mut finishes);
            measures.count(started, stored.is_ok(), db.total_changes() != changes);
            // Once: clients try again and again, and the log may be on the same disk.
            match &stored {
                Err(error) if !was_failing => tracing::error!(%error, "commit failed"),
                Ok(()) if was_failing && !measures.is_failing() => {
                    tracing::info!("commits go well again");
                }
                _ => (),
            }
            for finish in finishes {
                let told = match &stored {
                    Ok(()) => Ok(()),
                    Err(failure) => Err(failure.into()),
                };
                if catch_unwind(AssertUnwindSafe(|| finish(told))).is_err() {
                    tracing::error!("publishing the effects of a command panicked");
                }
            }
        }
    }
    if let Err(error) = db.pragma_update(None, "wal_checkpoint", "TRUNCATE") {
        tracing::warn!(%error, "checkpoint failed; the next start will do it");
    }
    drop(db);
    if let Some(closed) = closing {
        let _ = closed.send(());
    }
}

/// One commit for the jobs, which are taken out of the queue. On an error there may be some left,
/// which have not been run.
fn run_batch(
    db: &mut Connection,
    jobs: &mut VecDeque<Job>,
    finishes: &mut Vec<Finish>,
) -> Result<(), Failure> {
    // Locks nothing before it writes, so that reads go well where writing is not allowed. Nobody
    // else has the file open who could come in between.
    let begun = db.transaction();
    // The callers learn of it as the jobs are dropped.
    let mut transaction = begun.inspect_err(|_| jobs.clear())?;
    while let Some(job) = jobs.pop_front() {
        {
            let savepoint = transaction.savepoint()?;
            // The panic is already logged by the hook; the savepoint undoes the job, and the store
            // must outlive it.
            if let Ok(outcome) = catch_unwind(AssertUnwindSafe(|| job(&savepoint))) {
                finishes.push(outcome.finish);
                if outcome.keep && !savepoint.is_autocommit() {
                    savepoint.commit()?;
                }
            }
        }
        // From here on every statement would be a transaction of its own.
        if transaction.is_autocommit() {
            return Err(Failure::Undone);
        }
    }
    Ok(transaction.commit()?)
}

impl From<&Failure> for StoreError {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::Sql(error) if !is_of_disk(error) => Self::Lost,
            Failure::Sql(_) | Failure::Undone => Self::Refused,
        }
    }
}

const BATCH: usize = 64;
