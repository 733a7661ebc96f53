//! The core driven through whole lives of a call, in virtual time.

// clippy takes `cfg(all(test, …))` for production code.
#![allow(clippy::unwrap_used, clippy::panic)]

mod answers;
mod bodies;
mod captions;
mod connectivity;
mod coordinator;
mod dead_network;
mod device_storms;
mod devices;
mod elements;
mod frames;
mod hardware;
mod host;
mod interleavings;
mod large_calls;
mod late_rings;
mod lifecycle;
mod media;
mod model;
mod native;
mod orders;
mod overtaken;
mod people;
mod preferences;
mod publishing;
mod reachability;
mod records;
mod refusals;
mod refused_tracks;
mod returning;
mod ringing;
mod ringing_state;
mod roster;
mod server;
mod silence;
mod sorting;
mod state;
mod statistics;
mod unsent;
mod users;
mod views;
mod wishes;
