//! A server in this process, and clients of it.

mod client;
mod link;
mod peer;
mod server;
mod source;
mod twirp;

pub use client::{Client, Socket, named, published, video, wish};
pub use link::{Conditions, Link};
pub use peer::{Log, Peer, Received};
pub use server::{CALL, TestServer};
pub use source::{Source, is_keyframe, layer_of, picture_id, spatial_of};
pub use twirp::Twirp;

use std::time::Duration;

/// Longer than anything here takes on a busy machine; waited out only by failing tests.
pub const PATIENCE: Duration = Duration::from_secs(30);
