//! The media half of the SFU: peer connections, and what is forwarded between them.
//!
//! Nothing here opens a socket or reads a clock. Datagrams and the time come in as arguments;
//! datagrams to send and [`MediaEvent`]s come out.

mod allocation;
mod av1;
mod bits;
mod congestion;
mod consent;
mod content;
mod demand;
mod dependency_descriptor;
mod description;
mod draft;
mod endpoint;
mod estimate;
mod feedback;
mod forwarding;
mod gaps;
mod keyframes;
mod layers;
mod line;
mod negotiation;
mod offers;
mod output;
mod peer;
mod peer_key;
mod place;
mod publisher;
mod quality;
mod rate;
mod reach;
mod receiving;
mod rewriter;
mod round;
mod router;
mod sdp;
mod search;
mod sources;
mod stream;
mod subscriber;
mod subscribing;
#[cfg(test)]
mod tests;
mod upkeep;
mod vp9;

pub use description::{Answer, Offer};
pub use draft::Draft;
pub use endpoint::{Endpoint, certificate};
pub use feedback::{Feedback, Flow};
pub use router::{Dropped, Media, MediaEvent};
