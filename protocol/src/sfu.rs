//! Messages between a participant and an SFU, generated from `protocol/proto`.
#![allow(missing_docs, clippy::pedantic, clippy::large_enum_variant)]

/// The well-known types that the messages use.
pub use crate::free_object::{FreeValue, Struct};
pub use pbjson_types::Timestamp;

/// Participants, tracks, codecs, errors.
pub mod models {
    include!(concat!(env!("OUT_DIR"), "/stream.video.sfu.models.rs"));
    #[cfg(feature = "json")]
    include!(concat!(env!("OUT_DIR"), "/stream.video.sfu.models.serde.rs"));
}

/// Requests and responses of the Twirp service.
pub mod signal {
    include!(concat!(env!("OUT_DIR"), "/stream.video.sfu.signal.rs"));
    #[cfg(feature = "json")]
    include!(concat!(env!("OUT_DIR"), "/stream.video.sfu.signal.serde.rs"));
}

/// Frames of the SFU socket.
pub mod event {
    include!(concat!(env!("OUT_DIR"), "/stream.video.sfu.event.rs"));
    #[cfg(feature = "json")]
    include!(concat!(env!("OUT_DIR"), "/stream.video.sfu.event.serde.rs"));
}
