//! The core driven through whole lives of a call, in virtual time.

mod coordinator;
mod devices;
mod host;
mod interleavings;
mod json;
mod lifecycle;
mod media;
mod refusals;
mod server;
