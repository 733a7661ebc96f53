//! What stands behind the classes that apps hold.
//!
//! The classes themselves are hand-written JavaScript (`pkg/client.js`, `pkg/call.js`): there they
//! take a fraction of the download, and listeners, state and the objects that own them form cycles
//! that the garbage collector sees as a whole. They talk to the core through [`Engine`] and
//! [`CallHandle`].

mod app;
mod call_shared;
mod call_state;
mod client_state;
mod comparators;
mod documents;
mod engine;
mod error;
mod fields;
mod handle;
mod observables;
mod options;
mod participants;
mod parts;
mod record;
mod ringing;
mod session;
mod shell;
mod statistics;
mod values;

pub use call_state::CallState;
pub use client_state::ClientState;
pub use engine::Engine;
pub use handle::CallHandle;
