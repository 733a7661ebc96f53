//! What stands behind the classes that apps hold.
//!
//! The classes themselves are hand-written JavaScript (`pkg/client.js`, `pkg/call.js`): there they
//! take a fraction of the download, and listeners, state and the objects that own them form cycles
//! that the garbage collector sees as a whole. They talk to the core through [`Engine`] and
//! [`CallHandle`].

mod abort;
mod app;
mod call_shared;
mod camera;
mod client_state;
mod device;
mod device_preferences;
mod documents;
mod engine;
mod error;
mod fields;
mod functions;
mod handle;
mod microphone;
mod observables;
mod options;
mod page_devices;
mod parts;
mod publish;
mod screen_share;
mod shell;
mod speaker;
mod values;

pub use engine::Engine;
pub use handle::CallHandle;
