//! A server in this process, and clients of it.

mod client;
mod peer;
mod server;
mod srtp;
mod twirp;

pub use client::{Client, Heard, Socket, named, video, wish};
pub use peer::Peer;
pub use server::{CALL, TestServer};
pub use srtp::Srtp;
pub use trunkline_server::native::{
    Conditions, Log, Received, Source, Voice, is_keyframe, layer_of, picture_id, published,
    spatial_of,
};
pub use twirp::{Reply, Twirp};

use std::time::Duration;

/// Longer than anything here takes on a busy machine; waited out only by failing tests.
pub const PATIENCE: Duration = Duration::from_secs(30);
