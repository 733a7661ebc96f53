//! Where the participants meet.

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use tokio::sync::{Semaphore, mpsc};

use super::{figures::Figures, plan::Crowd, service::Service};

/// What all participants share.
pub(super) struct Venue {
    pub crowd: Crowd,
    pub service: Service,
    /// Of this machine, as the server sees it.
    pub address: IpAddr,
    /// Those who join at the same time.
    pub doors: Semaphore,
    pub began: Instant,
    pub figures: Figures,
    pub news: mpsc::UnboundedSender<News>,
}

/// What a participant tells while it is there.
pub enum News {
    /// In the call, after so long.
    Joined { index: usize, took: Duration },
}
