//! The embedded store: one SQLite file, written by one thread.
//!
//! SQLite allows one writer at a time anyway, and blocks. A thread of its own keeps it off the
//! async threads, gives all commands one order, and lets commands that wait for each other share
//! one commit, so that many clients cost few disk flushes. What must happen after a commit (events,
//! answers) happens on the same thread, hence in the same order.

pub(crate) mod apps;
pub(crate) mod calls;
pub(crate) mod devices;
pub(crate) mod feedback;
pub(crate) mod filter;
pub(crate) mod members;
pub(crate) mod page;
pub(crate) mod permissions;
pub(crate) mod rings;
mod row;
mod schema;
pub(crate) mod sessions;
pub(crate) mod users;

use std::{
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    thread,
    time::Instant,
};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::metrics::{Counter, Gauge, Histogram, Registry};

pub use apps::AppId;

/// Handle of the store thread.
#[derive(Clone)]
pub struct Store {
    requests: mpsc::Sender<Request>,
    measures: Measures,
}

/// What the store thread counts.
#[derive(Clone)]
struct Measures {
    commits: Counter,
    failures: Counter,
    latency: Histogram,
    /// 1 from a failed commit to the next good one.
    failing: Gauge,
}

/// The tables, as one app sees them: nothing here reads or writes the rows of another.
#[derive(Clone, Copy)]
pub(crate) struct Db<'a> {
    pub connection: &'a Connection,
    pub app: AppId,
}

/// Empty tables without a thread, for tests of commands.
#[cfg(test)]
pub(crate) fn empty_tables() -> Connection {
    let mut db = Connection::open_in_memory().unwrap();
    schema::prepare(&mut db).unwrap();
    apps::put(&db, "key", "secret", None, crate::clock::now()).unwrap();
    db
}

/// The tables as the one app of [`empty_tables`] sees them.
#[cfg(test)]
pub(crate) fn first_app(connection: &Connection) -> Db<'_> {
    Db { connection, app: AppId(1) }
}

/// What a command hands back.
pub struct Done<T> {
    /// For the caller, sent after the commit.
    pub answer: T,
    /// Runs after the commit, in the order of the commands, before the answer is sent.
    pub after_commit: Box<dyn FnOnce() + Send>,
}

impl<T> Done<T> {
    /// An answer, and nothing to do outside the store.
    pub(crate) fn quietly(answer: T) -> Self {
        Self { answer, after_commit: Box::new(|| ()) }
    }
}

/// The store cannot be opened or used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The directory cannot be made or written.
    #[error("cannot use the data directory: {0}")]
    Directory(#[from] io::Error),
    /// Another process has the file open.
    #[error("the data directory is in use by another process")]
    InUse,
    /// The file was written by a newer version of the server.
    #[error("the data was written by a newer version of this server (schema {found})")]
    TooNew {
        /// Version found in the file.
        found: i64,
    },
    /// SQLite reports an error.
    #[error(transparent)]
    Sql(rusqlite::Error),
    /// The commit failed, the command panicked, or the store is closed.
    #[error("the command could not be stored")]
    Lost,
}

impl Store {
    /// Opens the store in `directory`, which is created when missing.
    pub fn open(directory: &Path, metrics: &Registry) -> Result<Self, StoreError> {
        fs::create_dir_all(directory)?;
        Self::start(Connection::open(directory.join(FILE_NAME))?, metrics)
    }

    /// Whether the last commit failed.
    pub fn is_failing(&self) -> bool {
        self.measures.failing.get() != 0
    }

    /// Runs `command` in a transaction. `Err` undoes what the command did; `Ok` is answered once it
    /// will survive a power cut.
    pub async fn transact<T, E, F>(&self, command: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<Done<T>, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(move |db: &Connection| match command(db) {
            Ok(Done { answer, after_commit }) => Outcome {
                keep: true,
                finish: Box::new(move || {
                    after_commit();
                    // A caller that went away loses the answer, not the command.
                    drop(reply.send(Ok(answer)));
                }),
            },
            Err(error) => {
                Outcome { keep: false, finish: Box::new(move || drop(reply.send(Err(error)))) }
            }
        });
        if self.requests.send(Request::Job(job)).await.is_err() {
            return Err(StoreError::Lost.into());
        }
        answer.await.unwrap_or_else(|_| Err(StoreError::Lost.into()))
    }

    /// Finishes what is queued, folds the WAL into the file and closes it.
    pub async fn close(&self) {
        let (closed, done) = oneshot::channel();
        if self.requests.send(Request::Close(closed)).await.is_ok() {
            drop(done.await);
        }
    }

    fn start(mut db: Connection, metrics: &Registry) -> Result<Self, StoreError> {
        schema::prepare(&mut db)?;
        let (requests, queue) = mpsc::channel(QUEUE);
        let measures = Measures::new(metrics);
        let counting = measures.clone();
        let body = move || serve(db, queue, &counting);
        thread::Builder::new().name("store".into()).spawn(body)?;
        Ok(Self { requests, measures })
    }
}

impl Measures {
    fn new(metrics: &Registry) -> Self {
        Self {
            commits: metrics.counter(
                "trunkline_store_transactions_total",
                "Commits of the store; one may hold many commands.",
                &[],
            ),
            failures: metrics.counter(
                "trunkline_store_failures_total",
                "Commits of the store that failed.",
                &[],
            ),
            latency: metrics.histogram(
                "trunkline_store_transaction_seconds",
                "Time to run and commit the commands that waited.",
                &[],
            ),
            failing: metrics.gauge(
                "trunkline_store_failing",
                "1 while the last commit of the store failed.",
                &[],
            ),
        }
    }

    fn count(&self, started: Instant, committed: bool) {
        self.latency.observe(started.elapsed());
        let which = if committed { &self.commits } else { &self.failures };
        which.increment();
        self.failing.set(i64::from(!committed));
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
                Self::InUse
            }
            _ => Self::Sql(error),
        }
    }
}

enum Request {
    Job(Job),
    Close(oneshot::Sender<()>),
}

type Job = Box<dyn FnOnce(&Connection) -> Outcome + Send>;

struct Outcome {
    keep: bool,
    finish: Box<dyn FnOnce() + Send>,
}

fn serve(mut db: Connection, mut queue: mpsc::Receiver<Request>, measures: &Measures) {
    let mut closing = None;
    while closing.is_none()
        && let Some(first) = queue.blocking_recv()
    {
        let mut jobs = Vec::new();
        let mut next = Some(first);
        while let Some(request) = next {
            match request {
                Request::Job(job) => jobs.push(job),
                Request::Close(closed) => {
                    closing = Some(closed);
                    break;
                }
            }
            next = if jobs.len() < BATCH { queue.try_recv().ok() } else { None };
        }
        let started = Instant::now();
        let committed = run_batch(&mut db, jobs);
        measures.count(started, committed.is_ok());
        if let Err(error) = committed {
            tracing::error!(%error, "commit failed");
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

/// One commit for all jobs. On an error every `finish` is dropped, which tells the callers.
fn run_batch(db: &mut Connection, jobs: Vec<Job>) -> rusqlite::Result<()> {
    let mut transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut finishes = Vec::with_capacity(jobs.len());
    for job in jobs {
        let savepoint = transaction.savepoint()?;
        // The panic is already logged by the hook; the savepoint undoes the job, and the store
        // must outlive it.
        if let Ok(outcome) = catch_unwind(AssertUnwindSafe(|| job(&savepoint))) {
            if outcome.keep {
                savepoint.commit()?;
            }
            finishes.push(outcome.finish);
        }
    }
    transaction.commit()?;
    for finish in finishes {
        if catch_unwind(AssertUnwindSafe(finish)).is_err() {
            tracing::error!("publishing the effects of a command panicked");
        }
    }
    Ok(())
}

const FILE_NAME: &str = "trunkline.db";
const QUEUE: usize = 1024;
const BATCH: usize = 64;

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    fn open(directory: &Path) -> Result<Store, StoreError> {
        Store::open(directory, &Registry::default())
    }

    #[tokio::test]
    async fn a_refused_command_leaves_nothing_behind() {
        let store =
            Store::start(Connection::open_in_memory().unwrap(), &Registry::default()).unwrap();
        let refused: Result<(), StoreError> = store
            .transact(|db| {
                db.execute("CREATE TABLE half (done)", ())?;
                Err(StoreError::Lost)
            })
            .await;
        assert!(refused.is_err());
        let made: bool = store
            .transact(|db| Ok::<_, StoreError>(Done::quietly(db.table_exists(None, "half")?)))
            .await
            .unwrap();
        assert!(!made);
    }

    #[tokio::test]
    async fn a_panicking_command_is_undone_and_the_store_goes_on() {
        let store =
            Store::start(Connection::open_in_memory().unwrap(), &Registry::default()).unwrap();
        let lost: Result<(), StoreError> = store
            .transact(|db| {
                db.execute("CREATE TABLE half (done)", ())?;
                panic!("a bug")
            })
            .await;
        assert!(matches!(lost, Err(StoreError::Lost)));
        let made: bool = store
            .transact(|db| Ok::<_, StoreError>(Done::quietly(db.table_exists(None, "half")?)))
            .await
            .unwrap();
        assert!(!made);
    }

    #[tokio::test]
    async fn effects_run_in_the_order_of_the_commands() {
        let store =
            Store::start(Connection::open_in_memory().unwrap(), &Registry::default()).unwrap();
        let ran = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let commands = (0..200).map(|number| {
            let (store, ran, seen) = (store.clone(), Arc::clone(&ran), Arc::clone(&seen));
            async move {
                let effect = move || seen.lock().unwrap().push(number);
                store
                    .transact(move |_| {
                        ran.lock().unwrap().push(number);
                        Ok::<_, StoreError>(Done { answer: (), after_commit: Box::new(effect) })
                    })
                    .await
            }
        });
        for result in futures_util::future::join_all(commands).await {
            result.unwrap();
        }
        assert_eq!(ran.lock().unwrap().len(), 200);
        assert_eq!(*seen.lock().unwrap(), *ran.lock().unwrap());
    }

    #[tokio::test]
    async fn a_directory_is_served_by_one_process_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let first = open(directory.path()).unwrap();
        assert!(matches!(open(directory.path()), Err(StoreError::InUse)));
        first.close().await;
        assert!(open(directory.path()).is_ok());
    }
}
