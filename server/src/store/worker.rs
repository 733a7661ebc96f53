//! The thread that alone touches the tables.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::Instant,
};

use rusqlite::{Connection, backup::Backup};
use tokio::sync::{mpsc, oneshot};

use super::{
    backup::{self, Target},
    error::{BackupError, StoreError, is_of_disk},
    measures::Measures,
};

pub(super) enum Request {
    Job(Job),
    Close(oneshot::Sender<()>),
    BackUp(PathBuf, Reply),
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

/// Why the commands that wait are not looked at any more.
enum Pause {
    /// For this: the store is to close.
    Close(oneshot::Sender<()>),
    /// For this: a copy is to be made.
    BackUp(PathBuf, Reply),
}

/// Where it is told that a copy is there.
type Reply = oneshot::Sender<Result<(), BackupError>>;

pub(super) fn serve(db: Connection, mut queue: mpsc::Receiver<Request>, measures: &Measures) {
    let mut closing = None;
    while closing.is_none()
        && let Some(first) = queue.blocking_recv()
    {
        closing = match run_waiting(&db, first, &mut queue, measures) {
            Some(Pause::BackUp(to, reply)) => {
                let (result, closing) = back_up(&db, &to, &mut queue, measures);
                // Whoever wanted it may be gone.
                let _ = reply.send(result);
                closing
            }
            Some(Pause::Close(closed)) => Some(closed),
            None => None,
        };
    }
    if let Err(error) = db.pragma_update(None, "wal_checkpoint", "TRUNCATE") {
        tracing::warn!(%error, "checkpoint failed; the next start will do it");
    }
    drop(db);
    if let Some(closed) = closing {
        let _ = closed.send(());
    }
}

/// Makes a copy, and carries out between its steps what waits. What is changed meanwhile is changed in
/// the copy, too, as both go through one connection. Also tells when the store is to close.
fn back_up(
    db: &Connection,
    to: &Path,
    queue: &mut mpsc::Receiver<Request>,
    measures: &Measures,
) -> (Result<(), BackupError>, Option<oneshot::Sender<()>>) {
    let mut closing = None;
    let mut copy = || {
        let mut target = Target::create(to)?;
        let copy = Backup::new(db, &mut target.connection)?;
        while !backup::step(&copy)? {
            let Ok(first) = queue.try_recv() else { continue };
            match run_waiting(db, first, queue, measures) {
                Some(Pause::Close(closed)) => {
                    closing = Some(closed);
                    return Err(BackupError::Busy);
                }
                Some(Pause::BackUp(_, reply)) => drop(reply.send(Err(BackupError::Busy))),
                None => (),
            }
        }
        drop(copy);
        target.finish()
    };
    (copy(), closing)
}

/// Runs what waits, up to a number of commands.
fn run_waiting(
    db: &Connection,
    first: Request,
    queue: &mut mpsc::Receiver<Request>,
    measures: &Measures,
) -> Option<Pause> {
    // While nothing can be stored, commands stand for themselves: a read must not fail with the
    // writes that happen to come with it.
    let most = if measures.is_failing() { 1 } else { BATCH };
    let mut jobs = VecDeque::new();
    let mut pause = None;
    let mut next = Some(first);
    while let Some(request) = next {
        match request {
            Request::Job(job) => jobs.push_back(job),
            Request::Close(closed) => {
                pause = Some(Pause::Close(closed));
                break;
            }
            Request::BackUp(to, reply) => {
                pause = Some(Pause::BackUp(to, reply));
                break;
            }
        }
        next = if jobs.len() < most { queue.try_recv().ok() } else { None };
    }
    while !jobs.is_empty() {
        let mut finishes = Vec::with_capacity(jobs.len());
        let (started, changes) = (Instant::now(), db.total_changes());
        let was_failing = measures.is_failing();
        let stored = run_batch(db, &mut jobs, &mut finishes);
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
    pause
}

/// One commit for the jobs, which are taken out of the queue. On an error there may be some left,
/// which have not been run.
fn run_batch(
    db: &Connection,
    jobs: &mut VecDeque<Job>,
    finishes: &mut Vec<Finish>,
) -> Result<(), Failure> {
    // Locks nothing before it writes, so that reads go well where writing is not allowed. Nobody
    // else has the file open who could come in between.
    let begun = db.unchecked_transaction();
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
