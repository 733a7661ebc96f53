//! The self-hosted backend of trunkline: coordinator and SFU in one process.

pub mod admin;
pub mod auth;
mod clock;
pub mod config;
pub mod coordinator;
pub mod http;
pub mod metrics;
pub mod rate_limit;
pub mod self_check;
pub mod serve;
pub mod sfu;
pub mod store;
