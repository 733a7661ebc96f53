//! The SFU: one WebSocket and a Twirp service for signalling, one UDP port for media.
//!
//! ```text
//!  http (socket, Twirp) ── Request ──▶ worker ──┬── signalling::Calls   who is where, told what
//!        ▲                              │ ▲ │   └── media::Media        peer connections, forwarding
//!        └── frames, replies ───────────┘ │ └────────────────────┐
//!                                         └── datagrams ── reader ── UDP port
//! ```
//!
//! The calls are divided among workers, each on a thread of its own. One worker owns everything of
//! its calls, so nothing of them is ever locked and no order is ever in doubt. A supervisor looks
//! after it.

mod askers;
mod counters;
mod datagrams;
mod errands;
mod handle;
mod http;
mod ids;
mod inbox;
mod media;
mod network;
mod pulse;
mod random;
mod reader;
mod requests;
mod routes;
mod shard;
mod signalling;
mod stun;
mod supervisor;
mod threads;
mod traffic;
mod turns;
mod worker;

pub use handle::{Sfu, SfuOptions, StartError};
pub use http::{Limits, Open, routes};
pub(crate) use ids::is_audio;
pub use signalling::Sizes;
