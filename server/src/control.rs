//! What coordinator and SFU share: orders one way, notices the other, the claims of SFU tokens, and the
//! names of calls.
//!
//! The coordinator never touches media and the SFU never touches the store; neither needs the other,
//! so that they can become two processes without changing either.
//!
//! The SFU knows nothing of apps. It knows a call by a name that is unique across them, which is
//! what its tokens, orders and notices carry; participants are told the cid.

mod names;
mod notices;
mod orders;
mod token;

use std::time::Duration;

pub(crate) use names::all_calls;
pub use names::{call_name, cid};
pub use notices::{PresentSession, SfuNotice, notices};
pub use orders::{Muted, Remedy, SfuOrder, Whose};
pub use token::{PublishTarget, SfuClaims, TOKEN_SECONDS};

/// Where the coordinator's orders to the SFU go.
pub trait SfuControl: Send + Sync {
    /// Takes the order; it is carried out later.
    fn order(&self, order: SfuOrder);
    /// Lets nobody in any more who was not there: the server is to end when its calls have.
    fn drain(&self);
    /// Hangs up on everybody: the server is going.
    fn close(&self);
    /// How it does.
    fn health(&self) -> SfuHealth;
}

/// How well the SFU does its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SfuHealth {
    /// Its workers are there and take what comes. False for one that is stuck or has failed for good.
    pub alive: bool,
    /// How late the most delayed worker is.
    pub lag: Duration,
    /// Requests that wait for a worker.
    pub queued: usize,
    /// Workers that failed since the start.
    pub restarts: u64,
}
