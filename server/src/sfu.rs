//! The SFU: one WebSocket and a Twirp service for signalling, one UDP port for media.
//!
//! ```text
//!  http (socket, Twirp) ── Request ──▶ worker ──┬── signalling::Calls   who is where, told what
//!        ▲                              │ ▲     └── media::Media        peer connections, forwarding
//!        └── frames, replies ───────────┘ └── UDP socket, time
//! ```
//!
//! One task owns everything, so nothing is ever locked and no order is ever in doubt. A supervisor
//! looks after it.

pub mod control;
mod counters;
mod http;
mod ids;
mod inbox;
mod media;
mod network;
mod pulse;
mod signalling;
mod supervisor;
pub mod token;
mod worker;

pub use http::{Limits, Open, routes};
pub(crate) use ids::is_audio;
pub use worker::{Sfu, StartError};
