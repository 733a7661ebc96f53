//! The coordinator through its real routes and sockets. The SFU is played by the test.
// Clippy recognises tests, not the helpers they share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod auth;
mod bad_input;
mod calls;
mod contract;
mod deletion;
mod devices;
mod durability;
mod events;
mod interaction;
mod members;
mod moderation;
mod permissions;
mod queries;
mod ringing;
mod running;
mod sessions;
mod support;
mod tenants;
mod users;
