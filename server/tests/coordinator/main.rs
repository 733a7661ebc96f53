//! The coordinator through its real routes and sockets. The SFU is played by the test.
// Clippy recognises tests, not the helpers they share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod auth;
mod bad_input;
mod calls;
mod cli;
mod connections;
mod contract;
mod deletion;
mod devices;
mod durability;
mod events;
mod full_disk;
mod fuzz;
mod guests;
mod hostile;
mod interaction;
mod limits;
mod media;
mod media_rights;
mod members;
mod moderation;
mod ops;
mod permissions;
mod process;
mod queries;
mod rights;
mod ringing;
mod running;
mod sessions;
mod support;
mod tenants;
mod tls;
mod users;
