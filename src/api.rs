//! What stands behind the classes that apps hold.
//!
//! The classes themselves are hand-written JavaScript (`pkg/client.js`, `pkg/call.js`): there they
//! take a fraction of the download, and listeners, state and the objects that own them form cycles
//! that the garbage collector sees as a whole. They talk to the core through [`Engine`] and
//! [`CallHandle`].

mod app;
mod call_shared;
mod engine;
mod error;
mod handle;
mod observables;
mod options;
mod parts;
mod shell;
mod types;
mod values;

pub use engine::Engine;
pub use handle::CallHandle;
