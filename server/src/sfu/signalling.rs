//! Signalling logic: who is in which call, what they publish and want, and who is told what.
//!
//! Nothing here does I/O. Inputs and the time come in as arguments; what has to be done about them
//! comes out as [`Effect`]s, in order.

mod audio_levels;
mod bandwidth;
mod calls;
mod codecs;
mod departures;
mod joining;
mod leaving;
mod moderation;
mod publish_options;
mod seats;
mod session;
mod snapshot;
mod speakers;
mod stand_ins;
mod tracks;
mod upkeep;
mod voided;
mod wire;

pub use calls::{Caller, Calls, Effect, Present, Refusal, Sizes};
pub use codecs::Codecs;
pub use joining::Join;
pub use session::Wish;
pub use tracks::AvailableTrack;
pub use wire::{Event, error, error_event, size};

#[cfg(test)]
mod tests;
