//! A crowd: participants of a running server who have no browser.
//!
//! Most of them only signal: they join, stay on the socket, and leave, as any client does. Some
//! speak, by sound whose packets tell how loud it is, and some send a film and receive what the
//! others send. What is measured with a crowd is the server, or a page that is in the same call.

mod attendee;
mod error;
mod figures;
mod names;
mod plan;
mod receiver;
mod service;
mod venue;

use std::{
    collections::BTreeMap,
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep_until, timeout},
};
use trunkline_protocol::coordinator::{FullUserRequest, UpdateUsersRequest};

use crate::native::scatter;
use attendee::{Part, Parting};
use figures::Figures;
use plan::JOINING;
use service::Service;
use venue::{News, Venue};

pub use error::CrowdError;
pub use figures::Report;
pub use plan::Crowd;

/// The participants by number.
struct Seats {
    venue: Arc<Venue>,
    /// Told to leave by dropping.
    taken: Vec<Option<Seat>>,
    present: usize,
    partings: JoinSet<(usize, Result<Parting, CrowdError>)>,
    draws: u64,
}

struct Seat {
    leave: Option<oneshot::Sender<()>>,
    has_joined: bool,
}

/// What a crowd tells.
#[derive(Clone, Debug)]
pub enum Told {
    /// From time to time, and at the end.
    Figures(Report),
    /// Once.
    Everybody,
}

/// Fills a call and keeps it filled until `stop`; then everybody leaves.
pub async fn run(
    crowd: Crowd,
    stop: impl Future<Output = ()>,
    mut tell: impl FnMut(Told),
) -> Result<(), CrowdError> {
    // The sockets of signalling and media, connections of requests, and what the process has open.
    let sockets = crowd.participants + crowd.speakers.max(crowd.media) + crowd.media;
    error::allow_open_files(sockets + 2 * JOINING + 50)?;
    let service = Service::new(&crowd)?;
    let address = service.local_address().await?;
    introduce(&crowd, &service).await?;
    let (news, mut told) = mpsc::unbounded_channel();
    let (count, churn) = (crowd.participants, crowd.churn);
    let venue = Arc::new(Venue {
        service,
        address,
        doors: Semaphore::new(JOINING),
        began: Instant::now(),
        figures: Figures::default(),
        news,
        crowd,
    });
    let mut seats = Seats::new(Arc::clone(&venue));
    (0..count).for_each(|index| seats.take(index));

    let mut reports = interval(REPORTS);
    reports.set_missed_tick_behavior(MissedTickBehavior::Delay);
    reports.tick().await;
    let mut is_full = false;
    let mut next_change = Instant::now();
    tokio::pin!(stop);
    let ended = loop {
        tokio::select! {
            // Whoever has joined is known to be there before they are known to be gone.
            biased;
            () = &mut stop => break Ok(()),
            _ = reports.tick() => tell(seats.figures()),
            Some(News::Joined { index, took }) = told.recv() => {
                seats.joined(index);
                venue.figures.joined(took);
                if seats.present == count && !is_full {
                    is_full = true;
                    next_change = Instant::now();
                    tell(seats.figures());
                    tell(Told::Everybody);
                }
            }
            Some(parted) = seats.partings.join_next() => match parted {
                Ok((index, Ok(parting))) => {
                    if let Err(error) = seats.parted(index, parting) {
                        break Err(error);
                    }
                }
                Ok((_, Err(error))) => break Err(error),
                Err(error) => break Err(CrowdError::Fault(error.to_string())),
            },
            () = sleep_until(next_change.into()), if is_full && churn > 0.0 => {
                next_change += seats.pause(churn);
                seats.change();
            }
        }
    };
    seats.empty().await;
    tell(seats.figures());
    ended
}

/// Gives the participants their names.
async fn introduce(crowd: &Crowd, service: &Service) -> Result<(), CrowdError> {
    let all: Vec<_> = (0..crowd.participants).collect();
    for some in all.chunks(USERS_AT_ONCE) {
        let users: BTreeMap<_, _> = some
            .iter()
            .map(|index| {
                let name = Some(names::name(*index));
                (names::user_id(*index), FullUserRequest { name, ..FullUserRequest::default() })
            })
            .map(|(id, user)| (id.clone(), FullUserRequest { id: Some(id), ..user }))
            .collect();
        service.update_users(&UpdateUsersRequest { users }).await?;
    }
    Ok(())
}

impl fmt::Display for Told {
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Figures(report) => report.fmt(line),
            Self::Everybody => line.write_str("everybody is in the call"),
        }
    }
}

impl Seats {
    fn new(venue: Arc<Venue>) -> Self {
        let taken = (0..venue.crowd.participants).map(|_| None).collect();
        let draws = venue.crowd.seed;
        Self { venue, taken, present: 0, partings: JoinSet::new(), draws }
    }

    /// Sends somebody to a seat.
    fn take(&mut self, index: usize) {
        let crowd = &self.venue.crowd;
        let part = Part { speaks: index < crowd.speakers, films: index < crowd.media };
        let (leave, left) = oneshot::channel();
        let venue = Arc::clone(&self.venue);
        self.partings
            .spawn(async move { (index, attendee::attend(&venue, index, part, left).await) });
        if let Some(seat) = self.taken.get_mut(index) {
            *seat = Some(Seat { leave: Some(leave), has_joined: false });
        }
    }

    fn figures(&self) -> Told {
        let Venue { figures, began, crowd, .. } = &*self.venue;
        Told::Figures(figures.report(*began, self.present, crowd.participants))
    }

    fn joined(&mut self, index: usize) {
        if let Some(Some(seat)) = self.taken.get_mut(index) {
            seat.has_joined = true;
            self.present += 1;
        }
    }

    /// Somebody is out of the call. Whoever left on purpose is followed by somebody else.
    fn parted(&mut self, index: usize, parting: Parting) -> Result<(), CrowdError> {
        let seat = self.taken.get_mut(index).and_then(Option::take);
        if seat.is_some_and(|seat| seat.has_joined) {
            self.present -= 1;
        }
        match parting {
            Parting::Left => {
                self.venue.figures.left();
                self.take(index);
            }
            Parting::PutOut(reason) => {
                self.venue.figures.lost();
                if self.taken.iter().all(Option::is_none) {
                    return Err(CrowdError::AllPutOut(reason));
                }
            }
        }
        Ok(())
    }

    /// Has somebody leave who does nothing but watch.
    fn change(&mut self) {
        let busy = self.venue.crowd.speakers.max(self.venue.crowd.media);
        let draw = self.draw();
        let mut watching: Vec<_> = self.taken.iter_mut().skip(busy).flatten().collect();
        watching.retain(|seat| seat.has_joined && seat.leave.is_some());
        let count = u64::try_from(watching.len()).unwrap_or(0);
        let chosen = draw.checked_rem(count).and_then(|index| usize::try_from(index).ok());
        if let Some(seat) = chosen.and_then(|index| watching.get_mut(index)) {
            seat.leave = None;
        }
    }

    /// How long until the next change, so that there are `rate` a second on average.
    fn pause(&mut self, rate: f64) -> Duration {
        #[allow(clippy::cast_precision_loss)] // it is made from 32 bits
        let share = ((self.draw() >> 32) as f64 + 1.0) / 4_294_967_297.0;
        Duration::try_from_secs_f64(-share.ln() / rate).unwrap_or(Duration::MAX)
    }

    fn draw(&mut self) -> u64 {
        self.draws = self.draws.wrapping_add(1);
        scatter(self.draws)
    }

    /// Has everybody leave.
    async fn empty(&mut self) {
        self.taken.iter_mut().flatten().for_each(|seat| seat.leave = None);
        let leaving = async {
            while let Some(parted) = self.partings.join_next().await {
                let index = parted.map_or(usize::MAX, |(index, _)| index);
                let seat = self.taken.get_mut(index).and_then(Option::take);
                if seat.is_some_and(|seat| seat.has_joined) {
                    self.present -= 1;
                    self.venue.figures.left();
                }
            }
        };
        // Who cannot say goodbye is cut off.
        drop(timeout(FAREWELL, leaving).await);
        self.partings.shutdown().await;
    }
}

const REPORTS: Duration = Duration::from_secs(5);
const FAREWELL: Duration = Duration::from_secs(10);
/// The server takes no more in a request.
const USERS_AT_ONCE: usize = 100;
