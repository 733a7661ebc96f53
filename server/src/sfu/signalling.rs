//! Signalling logic: who is in which call, what they publish and want, and who is told what.
//!
//! Nothing here does I/O. Inputs and the time come in as arguments; what has to be done about them
//! comes out as [`Effect`]s, in order.

mod arrivals;
mod audio_levels;
mod bandwidth;
mod calls;
mod capabilities;
mod codecs;
mod departures;
mod join_request;
mod joining;
mod leaving;
mod moderation;
mod orders;
mod pins;
mod publish_options;
mod seats;
mod session;
mod snapshot;
mod sockets;
mod speakers;
mod stand_ins;
mod tracks;
mod upkeep;
mod voided;
mod wire;

pub use calls::{Caller, Calls, Effect, Present, Refusal, Sizes};
pub use codecs::Codecs;
pub use join_request::Join;
pub use session::Wish;
pub use tracks::AvailableTrack;
pub use wire::{Event, error, error_event, size};

#[cfg(test)]
mod tests;
