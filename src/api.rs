//! What apps hold: `Client`, `Call`, and what belongs to them.

mod abort;
mod agent;
mod body;
mod call;
mod call_parts;
mod call_shared;
mod client;
mod error;
mod handle;
mod notes;
mod observables;
mod options;
pub mod package;
mod parts;
mod promises;
mod query;
mod rights;
mod values;

pub use call::{Call, PermissionsContext};
pub use client::Client;
pub use handle::CallHandle;
