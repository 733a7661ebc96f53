//! A participant without a browser: str0m over UDP, the SFU socket, and HTTP.
//!
//! The crowd is made of them, and so are the clients of tests and benchmarks.

mod clip;
mod http;
mod link;
mod peer;
mod socket;
mod source;
mod voice;

pub use clip::Clip;
pub use http::{HttpError, Reply, send};
pub use link::{Conditions, Link};
pub use peer::{Actor, Log, Offer, Peer, Received, published};
pub use socket::{Heard, Socket, SocketError};
pub use source::{Source, is_keyframe, layer_of, picture_id, spatial_of};
pub use voice::Voice;
pub(crate) use voice::scatter;
