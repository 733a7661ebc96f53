//! Has a worker run, and another one in its place when it fails.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};

use super::pulse::Pulse;
use crate::control::SfuNotice;

/// Which worker it is, for as long as this server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WorkerId {
    pub number: u64,
    /// Another one failed before it, so that its orders and sessions are lost.
    pub is_successor: bool,
}

/// Runs one worker after the other until no more requests can come. What waits in the post is for
/// whoever comes next.
///
/// `run` makes a worker and has it work. What the worker owns is dropped when it fails, and sockets
/// hang up with it.
pub(super) async fn supervise<Post>(
    mut post: Post,
    pulse: Arc<Pulse>,
    notices: mpsc::Sender<SfuNotice>,
    run: impl for<'a> Fn(WorkerId, &'a mut Post) -> BoxFuture<'a, ()>,
) {
    let mut pause = Duration::ZERO;
    let mut is_successor = false;
    loop {
        let id = WorkerId { number: NEXT.fetch_add(1, Relaxed), is_successor };
        if is_successor {
            // Only when the server is going there is nobody to be told.
            let _ = notices.send(SfuNotice::Restarted { worker: id.number }).await;
        }
        let started = Instant::now();
        // Nothing is looked at again that a panic may have left half done, except the post, which
        // is queues.
        let ended = AssertUnwindSafe(async { run(id, &mut post).await }).catch_unwind().await;
        if ended.is_ok() {
            return;
        }
        pulse.stopped();
        tracing::error!("a worker of the SFU failed: its sessions are over, another one begins");
        let steady = started.elapsed() >= STEADY;
        pause = if steady { Duration::ZERO } else { (pause * 2).clamp(SHORTEST, LONGEST) };
        sleep(pause).await;
        is_successor = true;
    }
}

static NEXT: AtomicU64 = AtomicU64::new(1);
/// Who works for so long did not fail over what the next one would meet at once.
const STEADY: Duration = Duration::from_secs(60);
/// Before a worker begins in place of one that failed soon.
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::{
        metrics::Registry,
        sfu::{
            ids::SocketId,
            inbox::{self, Entry},
            requests::Request,
        },
    };

    #[tokio::test(start_paused = true)]
    async fn a_worker_that_panics_is_followed_by_one_that_takes_the_next_request() {
        let (inlet, inbox) = inbox::open();
        let (notify, mut notices) = crate::control::notices();
        let pulse = Arc::new(Pulse::new(std::time::Instant::now(), 0, &Registry::default()));
        let taken = Arc::new(Mutex::new(Vec::new()));
        for socket in 1..=4 {
            inlet.send(Request::Heard(SocketId(socket))).await;
        }
        drop(inlet);
        let (noted, seen) = (Arc::clone(&taken), Arc::clone(&pulse));
        supervise(inbox, seen, notify, move |id, inbox| {
            let noted = Arc::clone(&noted);
            async move {
                while let Some(entry) = inbox.next().await {
                    let Entry::Request(Request::Heard(SocketId(socket))) = entry else {
                        unreachable!()
                    };
                    noted.lock().unwrap().push((id, socket));
                    assert!(socket % 2 == 1, "it does not like this one");
                }
            }
            .boxed()
        })
        .await;
        let taken = taken.lock().unwrap().clone();
        let first = taken[0].0.number;
        let by = |place: usize| (taken[place].0.number - first, taken[place].0.is_successor);
        assert_eq!(taken.iter().map(|(_, socket)| *socket).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!([by(0), by(1)], [(0, false); 2]);
        assert_eq!([by(2), by(3)], [(by(2).0, true); 2]);
        assert_eq!(pulse.restarts(), 2);
        let told = [notices.recv().await, notices.recv().await];
        assert_eq!(told[0], Some(SfuNotice::Restarted { worker: taken[2].0.number }));
        assert!(matches!(told[1], Some(SfuNotice::Restarted { .. })), "the last has nothing to do");
        assert_eq!(notices.recv().await, None);
    }
}
