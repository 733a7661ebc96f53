//! What apps hold: `Client`, `Call`, and what belongs to them.

mod abort;
mod agent;
mod body;
mod call;
mod call_parts;
mod call_shared;
mod call_state;
mod client;
mod client_state;
mod comparators;
mod documents;
mod error;
mod fields;
mod handle;
mod notes;
mod observables;
mod options;
mod participants;
mod parts;
mod promises;
mod query;
mod record;
mod rendering;
mod rights;
mod ringing;
mod session;
mod statistics;
mod values;

pub use call::{Call, PermissionsContext};
pub use call_state::CallState;
pub use client::Client;
pub use client_state::ClientState;
pub use handle::CallHandle;
