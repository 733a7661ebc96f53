//! The embedded store: one SQLite file, written by one thread.
//!
//! SQLite allows one writer at a time anyway, and blocks. A thread of its own keeps it off the
//! async threads, gives all commands one order, and lets commands that wait for each other share
//! one commit, so that many clients cost few disk flushes. What must happen after a commit (events,
//! answers) happens on the same thread, hence in the same order. What only reads, and may be slow, is
//! read beside it.

pub(crate) mod apps;
mod backup;
pub(crate) mod calls;
pub(crate) mod condition;
mod custom;
pub(crate) mod devices;
mod error;
pub(crate) mod feedback;
mod file;
pub(crate) mod filter;
mod lock;
mod measures;
pub(crate) mod members;
pub(crate) mod page;
pub(crate) mod permissions;
mod readers;
pub(crate) mod retention;
pub(crate) mod rings;
mod row;
mod schema;
pub(crate) mod sessions;
pub(crate) mod users;
pub(crate) mod voids;
mod worker;

use std::{
    fs::File,
    path::{Path, PathBuf},
    thread,
    time::Instant,
};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::{app::AppId, metrics::Registry};
use file::private_file;
use lock::lock;
use measures::Measures;
use readers::Readers;
use worker::{Outcome, Request, serve};

pub use backup::restore;
pub use error::{BackupError, StoreError};
pub use retention::Retention;

/// Handle of the store thread.
#[derive(Clone)]
pub struct Store {
    requests: mpsc::Sender<Request>,
    /// `None` for tables in memory, which nobody else can see.
    readers: Option<Readers>,
    measures: Measures,
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

impl Store {
    /// Opens the store in `directory`, which is created when missing.
    pub fn open(directory: &Path, metrics: &Registry) -> Result<Self, StoreError> {
        let file = private_file(directory)?;
        let lock = lock(directory)?;
        let store = Self::start(Connection::open(&file)?, Some(lock), metrics)?;
        Ok(Self { readers: Some(Readers::open(&file)?), ..store })
    }

    /// Whether the last attempt to store something failed.
    pub fn is_failing(&self) -> bool {
        self.measures.is_failing()
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
        let job = Box::new(move |db: &Connection| {
            let result = command(db);
            let keep = result.is_ok();
            let finish = Box::new(move |stored: Result<(), StoreError>| {
                let answer = match (stored, result) {
                    (Ok(()), Ok(Done { answer, after_commit })) => {
                        after_commit();
                        Ok(answer)
                    }
                    (Ok(()), Err(error)) => Err(error),
                    // Others may have been undone with it, on which it was built.
                    (Err(error), _) => Err(error.into()),
                };
                // A caller that went away loses the answer, not the command.
                drop(reply.send(answer));
            });
            Outcome { keep, finish }
        });
        if self.requests.send(Request::Job(job)).await.is_err() {
            return Err(StoreError::Lost.into());
        }
        answer.await.unwrap_or_else(|_| Err(StoreError::Lost.into()))
    }

    /// Runs a query beside the commands, on the tables as they are after all that has been answered.
    /// It is interrupted when it takes too long; the time is what it has.
    pub async fn read<T, E, F>(&self, query: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection, Instant) -> Result<T, E> + Send + 'static,
    {
        match &self.readers {
            Some(readers) => readers.run(query).await,
            None => Err(StoreError::Lost.into()),
        }
    }

    /// Writes a copy of everything as it is at one moment near the end, while commands go on.
    pub async fn back_up(&self, to: PathBuf) -> Result<(), BackupError> {
        let (reply, answer) = oneshot::channel();
        if self.requests.send(Request::BackUp(to, reply)).await.is_err() {
            return Err(BackupError::Busy);
        }
        answer.await.unwrap_or(Err(BackupError::Busy))
    }

    /// Finishes what is queued, folds the WAL into the file and closes it.
    pub async fn close(&self) {
        // They keep the WAL from being folded.
        if let Some(readers) = &self.readers {
            readers.close().await;
        }
        let (closed, done) = oneshot::channel();
        if self.requests.send(Request::Close(closed)).await.is_ok() {
            drop(done.await);
        }
    }

    /// Holds the lock, if there is one, for as long as the tables are written.
    fn start(
        mut db: Connection,
        lock: Option<File>,
        metrics: &Registry,
    ) -> Result<Self, StoreError> {
        schema::prepare(&mut db)?;
        let (requests, queue) = mpsc::channel(QUEUE);
        let measures = Measures::new(metrics);
        let counting = measures.clone();
        let body = move || {
            serve(db, queue, &counting);
            drop(lock);
        };
        thread::Builder::new().name("store".into()).spawn(body)?;
        Ok(Self { requests, readers: None, measures })
    }
}

const QUEUE: usize = 1024;

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::PermissionsExt,
        sync::{Arc, Mutex},
    };

    use super::{file::FILE_NAME, *};

    fn open(directory: &Path) -> Result<Store, StoreError> {
        Store::open(directory, &Registry::default())
    }

    #[tokio::test]
    async fn a_refused_command_leaves_nothing_behind() {
        let store = Store::start(Connection::open_in_memory().unwrap(), None, &Registry::default())
            .unwrap();
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
        let store = Store::start(Connection::open_in_memory().unwrap(), None, &Registry::default())
            .unwrap();
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
        let store = Store::start(Connection::open_in_memory().unwrap(), None, &Registry::default())
            .unwrap();
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

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn the_data_are_for_the_user_of_the_server_alone() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("data");
        let check = || {
            assert_eq!(mode(&directory), 0o700);
            for file in fs::read_dir(&directory).unwrap() {
                assert_eq!(mode(&file.unwrap().path()), 0o600);
            }
        };
        let store = open(&directory).unwrap();
        run(&store, "CREATE TABLE thing (text)").await.unwrap();
        check();
        store.close().await;
        // What an earlier version has left open is closed.
        fs::set_permissions(&directory, Permissions::from_mode(0o755)).unwrap();
        let file = directory.join(FILE_NAME);
        fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        let store = open(&directory).unwrap();
        check();
        store.close().await;
        // A directory for other things stays as it is.
        fs::set_permissions(parent.path(), Permissions::from_mode(0o755)).unwrap();
        open(parent.path()).unwrap().close().await;
        assert_eq!(mode(parent.path()), 0o755);
        assert_eq!(mode(&parent.path().join(FILE_NAME)), 0o600);
    }

    /// Runs SQL; true when something came of it.
    async fn run(store: &Store, sql: &'static str) -> Result<bool, StoreError> {
        store
            .transact(move |db| {
                let mut statement = db.prepare(sql)?;
                Ok(Done::quietly(statement.query(())?.next()?.is_some()))
            })
            .await
    }

    /// A store with an empty table, which can take no further page until it is allowed to.
    async fn full(directory: &Path) -> Store {
        let store = open(directory).unwrap();
        run(&store, "CREATE TABLE thing (text)").await.unwrap();
        run(&store, "PRAGMA max_page_count = 1").await.unwrap();
        store
    }

    const GROW: &str = "INSERT INTO thing VALUES (hex(zeroblob(100000)))";
    const SMALL: &str = "INSERT INTO thing VALUES ('small')";
    const FOUND: &str = "SELECT * FROM thing";

    #[tokio::test]
    async fn a_full_disk_refuses_what_it_cannot_take_and_is_read_on() {
        let directory = tempfile::tempdir().unwrap();
        let store = full(directory.path()).await;
        for _ in 0..3 {
            assert!(matches!(run(&store, GROW).await, Err(StoreError::Refused)));
            assert!(store.is_failing());
            assert!(!run(&store, FOUND).await.unwrap(), "nothing is left of it");
            assert!(store.is_failing(), "a read says nothing of the disk");
        }
        run(&store, "PRAGMA max_page_count = 100000").await.unwrap();
        run(&store, GROW).await.unwrap();
        assert!(!store.is_failing());
        store.close().await;
        assert!(run(&open(directory.path()).unwrap(), FOUND).await.unwrap());
    }

    /// Holds the thread until the commands that `send` sends are waiting together.
    async fn together<T>(store: &Store, send: impl Future<Output = T>) -> T {
        let (begun, has_begun) = oneshot::channel();
        let (proceed, wait) = std::sync::mpsc::channel();
        let blocked = store.transact(move |_| {
            begun.send(()).unwrap();
            wait.recv().unwrap();
            Ok::<_, StoreError>(Done::quietly(()))
        });
        let others = async {
            has_begun.await.unwrap();
            tokio::join!(send, async { proceed.send(()).unwrap() }).0
        };
        let (blocked, answers) = tokio::join!(blocked, others);
        blocked.unwrap();
        answers
    }

    #[tokio::test]
    async fn what_shares_a_commit_with_a_write_that_the_disk_refuses_is_stored_or_refused() {
        let directory = tempfile::tempdir().unwrap();
        let store = full(directory.path()).await;
        let told = Arc::new(Mutex::new(Vec::new()));
        let write = |sql, name: &'static str| {
            let told = Arc::clone(&told);
            store.transact(move |db| {
                db.execute(sql, ())?;
                let after_commit = Box::new(move || told.lock().unwrap().push(name));
                Ok::<_, StoreError>(Done { answer: (), after_commit })
            })
        };
        let writes = async {
            tokio::join!(write(SMALL, "before"), write(GROW, "large"), write(SMALL, "after"))
        };
        let (before, large, after) = together(&store, writes).await;
        assert!(matches!(large, Err(StoreError::Refused)));
        assert!(matches!(before, Err(StoreError::Refused)), "undone with it");
        after.unwrap();
        assert_eq!(*told.lock().unwrap(), ["after"]);
        let count = "SELECT 1 FROM (SELECT count(*) AS n FROM thing) WHERE n = 1";
        assert!(run(&store, count).await.unwrap(), "what was told is what is stored");
    }

    #[tokio::test]
    async fn reads_do_not_fail_with_the_writes_that_wait_beside_them() {
        let directory = tempfile::tempdir().unwrap();
        let store = full(directory.path()).await;
        assert!(run(&store, GROW).await.is_err());
        let requests =
            async { tokio::join!(run(&store, FOUND), run(&store, GROW), run(&store, FOUND)) };
        let (first, large, second) = together(&store, requests).await;
        assert!(matches!(large, Err(StoreError::Refused)));
        assert_eq!((first.unwrap(), second.unwrap()), (false, false));
    }

    #[tokio::test]
    async fn data_that_must_not_be_written_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let store = open(directory.path()).unwrap();
        run(&store, "CREATE TABLE thing (text)").await.unwrap();
        run(&store, "PRAGMA query_only = true").await.unwrap();
        assert!(matches!(run(&store, SMALL).await, Err(StoreError::Refused)));
        assert!(!run(&store, FOUND).await.unwrap());
    }

    #[tokio::test]
    async fn a_directory_is_served_by_one_process_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let first = open(directory.path()).unwrap();
        assert!(matches!(open(directory.path()), Err(StoreError::InUse)));
        first.close().await;
        assert!(open(directory.path()).is_ok());
    }

    const FOR_EVER: &str =
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT count(*) FROM n";

    #[tokio::test]
    async fn a_query_that_takes_too_long_is_ended_and_holds_no_command_up() {
        let directory = tempfile::tempdir().unwrap();
        let store = open(directory.path()).unwrap();
        run(&store, "CREATE TABLE thing (text)").await.unwrap();
        let (begun, has_begun) = oneshot::channel();
        let slow = store.read(|db, _| {
            begun.send(()).unwrap();
            db.query_one(FOR_EVER, (), |row| row.get::<_, i64>(0)).map_err(StoreError::from)
        });
        let others = async {
            has_begun.await.unwrap();
            run(&store, SMALL).await.unwrap();
            let found = |db: &Connection, _: Instant| {
                Ok::<_, StoreError>(db.prepare(FOUND)?.query(())?.next()?.is_some())
            };
            // Another reader sees what has been answered, though the first still sees the old state.
            assert!(store.read(found).await.unwrap());
        };
        let (slow, ()) = tokio::join!(slow, others);
        assert!(matches!(slow, Err(StoreError::TooSlow)));
        store.close().await;
    }

    #[tokio::test]
    async fn who_reads_does_not_write_and_a_panic_is_survived() {
        let directory = tempfile::tempdir().unwrap();
        let store = open(directory.path()).unwrap();
        run(&store, "CREATE TABLE thing (text)").await.unwrap();
        let write = |db: &Connection, _: Instant| Ok::<_, StoreError>(db.execute(SMALL, ())?);
        assert!(matches!(store.read(write).await, Err(StoreError::Refused)));
        for _ in 0..5 {
            let lost: Result<(), StoreError> = store.read(|_, _| panic!("a bug")).await;
            assert!(matches!(lost, Err(StoreError::Lost)));
        }
        let found =
            |db: &Connection, _: Instant| Ok::<_, StoreError>(db.table_exists(None, "thing")?);
        assert!(store.read(found).await.unwrap());
    }
}
