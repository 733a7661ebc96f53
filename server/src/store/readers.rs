//! Threads that read beside the one that writes, so that a slow query delays nobody but others like
//! it, and not for long: each has a time budget.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::{mpsc, oneshot};

use super::{error::StoreError, schema};

/// Handle of the threads.
#[derive(Clone)]
pub(super) struct Readers {
    requests: mpsc::Sender<Request>,
}

enum Request {
    Query(Query),
    Close(oneshot::Sender<()>),
}

/// Gets the connection and the end of its time, or learns that it comes too late.
type Query = Box<dyn FnOnce(Result<(&Connection, Instant), StoreError>) + Send>;

impl Readers {
    /// Opens a file that the writer has prepared.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        let (requests, queue) = mpsc::channel(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        for n in 0..THREADS {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let db = Connection::open_with_flags(file, flags)?;
            schema::prepare_reader(&db)?;
            let queue = Arc::clone(&queue);
            thread::Builder::new().name(format!("reader {n}")).spawn(move || serve(db, &queue))?;
        }
        Ok(Self { requests })
    }

    /// Runs `query` on one state of the tables. It is interrupted when its time is over; what it
    /// does between statements, it has to end by itself.
    pub async fn run<T, E, F>(&self, query: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection, Instant) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let asked = Instant::now();
        let job: Query = Box::new(move |given| {
            if reply.is_closed() {
                return;
            }
            let result = match given {
                Ok(_) if asked.elapsed() > PATIENCE => Err(StoreError::TooSlow.into()),
                Ok((db, deadline)) => query(db, deadline),
                Err(error) => Err(error.into()),
            };
            // Somebody who went away needs no answer.
            drop(reply.send(result));
        });
        if self.requests.send(Request::Query(job)).await.is_err() {
            return Err(StoreError::Lost.into());
        }
        answer.await.unwrap_or_else(|_| Err(StoreError::Lost.into()))
    }

    /// Finishes what is queued.
    pub async fn close(&self) {
        for _ in 0..THREADS {
            let (closed, done) = oneshot::channel();
            if self.requests.send(Request::Close(closed)).await.is_ok() {
                drop(done.await);
            }
        }
    }
}

fn serve(mut db: Connection, queue: &Mutex<mpsc::Receiver<Request>>) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        match next {
            Some(Request::Query(query)) => run(&mut db, query),
            Some(Request::Close(closed)) => {
                drop(db);
                let _ = closed.send(());
                return;
            }
            None => return,
        }
    }
}

fn run(db: &mut Connection, query: Query) {
    let deadline = Instant::now() + BUDGET;
    let in_time = db.progress_handler(STEPS, Some(move || Instant::now() >= deadline));
    let begun = in_time.and_then(|()| db.unchecked_transaction());
    // The panic is already logged by the hook; whoever asked learns of it as the query is dropped.
    let ran = catch_unwind(AssertUnwindSafe(|| match &begun {
        Ok(transaction) => query(Ok((transaction, deadline))),
        Err(error) => {
            tracing::error!(%error, "a query cannot begin");
            query(Err(StoreError::Lost));
        }
    }));
    drop((ran, begun));
    if let Err(error) = db.progress_handler(0, None::<fn() -> bool>) {
        tracing::error!(%error, "the time budget of a query goes on");
    }
}

const THREADS: usize = 2;
/// How long one query may take.
const BUDGET: Duration = Duration::from_secs(1);
/// How long one may have waited for others before it.
const PATIENCE: Duration = Duration::from_secs(5);
/// Steps of the virtual machine between looks at the clock: some microseconds.
const STEPS: i32 = 1000;
const QUEUE: usize = 256;
