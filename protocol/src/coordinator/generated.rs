//! Types of the protocol.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

mod calls;
mod connection;
mod egress;
mod egress_settings;
mod enums;
mod events;
#[cfg(test)]
pub(super) mod every_model;
mod interaction;
mod live;
mod members;
mod moderation;
mod operations;
mod reports;
mod ringing;
mod settings;
mod stats;
mod transcription;
mod users;

pub use calls::*;
pub use connection::*;
pub use egress::*;
pub use egress_settings::*;
pub use enums::*;
pub use events::*;
pub use interaction::*;
pub use live::*;
pub use members::*;
pub use moderation::*;
pub use operations::*;
pub use reports::*;
pub use ringing::*;
pub use settings::*;
pub use stats::*;
pub use transcription::*;
pub use users::*;
