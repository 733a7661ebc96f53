//! The core driven through whole lives of a call, in virtual time.

// clippy takes `cfg(all(test, …))` for production code.
#![allow(clippy::unwrap_used, clippy::panic)]

mod captions;
mod coordinator;
mod device_storms;
mod devices;
mod elements;
mod hardware;
mod host;
mod interleavings;
mod json;
mod lifecycle;
mod media;
mod orders;
mod publishing;
mod refusals;
mod ringing;
mod ringing_state;
mod server;
mod sorting;
mod statistics;
mod users;
