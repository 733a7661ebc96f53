//! The self-hosted backend of trunkline: coordinator and SFU in one process.

pub mod sfu;
