//! The wire types of trunkline, shared by the SDK and the server.
//!
//! - [`coordinator`]: REST bodies and events, JSON.
//! - [`sfu`]: frames of the SFU socket and bodies of the SFU service, protobuf.
//! - [`compact`]: how the SDK reads and writes them.

pub mod compact;
pub mod coordinator;
mod free_object;
pub mod sfu;
