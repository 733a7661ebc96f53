//! The media half of the SFU: peer connections, and what is forwarded between them.
//!
//! Nothing here opens a socket or reads a clock. Datagrams and the time come in as arguments;
//! datagrams to send and [`MediaEvent`]s come out.

mod keyframes;
mod layers;
mod negotiation;
mod output;
mod peer;
mod publisher;
mod quality;
mod rewriter;
mod router;
mod sdp;
mod subscriber;

pub use router::{Media, MediaEvent};
