//! The self-hosted backend of trunkline: coordinator and SFU in one process.

// A panic in a command of the store, in a route or in one peer connection must not end the others.
#[cfg(not(panic = "unwind"))]
compile_error!("the server catches panics; build it with `--profile server`, which unwinds");

pub mod address;
pub mod admin;
pub mod app;
pub mod auth;
mod clock;
pub mod config;
pub mod control;
pub mod coordinator;
pub mod crowd;
mod descriptors;
pub mod http;
pub mod log;
pub mod metrics;
pub mod native;
pub mod operator;
pub mod pace;
mod process;
pub mod rate_limit;
pub mod room;
pub mod self_check;
pub mod serve;
pub mod sfu;
pub mod sockets;
pub mod store;
pub mod turn;
