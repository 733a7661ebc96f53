//! The SFU through its real socket, service and media port. Clients are native: str0m plays the
//! browser, so that every packet can be chosen and looked at.
// Clippy recognises tests, not the helpers they share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod crowd;
mod datagrams;
mod doors;
mod forwarding;
mod fuzz;
mod negotiation;
mod panics;
mod publishing;
mod shards;
mod simulcast;
mod sockets;
mod speakers;
mod support;
mod svc;
mod twirp;
mod weather;
