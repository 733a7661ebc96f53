//! What clients may ask of the SFU, and how much of the server they may keep busy with it.

use std::{
    panic::resume_unwind,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

use super::lobby::Lobby;
use crate::{
    address::Network,
    pace::{Meters, Pace},
    room::{Room, Share},
    sfu::signalling::Caller,
};

/// How often somebody may ask something of the SFU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests a second of one user in one call; 0: as many as they like.
    pub per_user: u32,
    /// Requests a second from one address; 0: as many as they like.
    pub per_address: u32,
}

pub(super) struct Door {
    users: Meters,
    networks: Meters,
    bodies: Arc<Room>,
    reports: Arc<Room>,
    /// Reading descriptions and reports is left some of the processors.
    readers: Semaphore,
    pub lobby: Arc<Lobby>,
}

impl Door {
    pub fn new(limits: Limits) -> Self {
        let pace = |per_second: u32| Pace { per_second, burst: per_second.saturating_mul(BURST) };
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Self {
            users: Meters::new(pace(limits.per_user)),
            networks: Meters::new(pace(limits.per_address)),
            bodies: Room::new(ROOM_FOR_BODIES, ROOM_FOR_BODIES / 4),
            reports: Room::new(ROOM_FOR_REPORTS, ROOM_FOR_REPORTS / 2),
            readers: Semaphore::new((processors / 2).max(1)),
            lobby: Lobby::new(WAITING_PER_NETWORK, WAITING_IN_ALL),
        }
    }

    /// Counts what somebody asks. If it is too much, it may be tried again after the time that is
    /// returned.
    pub fn count(&self, caller: &Caller, from: Network, amount: u32) -> Result<(), Duration> {
        let now = Instant::now();
        self.users.take((&caller.cid, &caller.user_id), amount, now)?;
        self.networks.take(from, amount, now)
    }

    /// Room for the body of a request.
    pub fn room_for_body(&self, from: Network) -> Share {
        self.bodies.share(from)
    }

    /// Room for a report of statistics, which may be large.
    pub fn room_for_report(&self, from: Network) -> Share {
        self.reports.share(from)
    }

    /// Does what takes long where nobody else waits for it. `None` when too many want that.
    pub async fn read<T: Send + 'static>(
        &self,
        reading: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let _turn = timeout(PATIENCE, self.readers.acquire()).await.ok()?.ok()?;
        match spawn_blocking(reading).await {
            Ok(read) => Some(read),
            // Answered by the layer that answers all panics.
            Err(error) => error.try_into_panic().ok().map(|panic| resume_unwind(panic)),
        }
    }
}

/// Seconds' worth of requests that may come at once: a team joins when its meeting begins.
const BURST: u32 = 30;
/// Bytes.
const ROOM_FOR_BODIES: usize = 12 * 1024 * 1024;
/// Bytes.
const ROOM_FOR_REPORTS: usize = 16 * 1024 * 1024;
/// Sockets that have not joined: each may hold as much as the largest JoinRequest.
const WAITING_PER_NETWORK: usize = 256;
const WAITING_IN_ALL: usize = 512;
/// Less than clients wait for an answer.
const PATIENCE: Duration = Duration::from_secs(2);
