//! What apps hold: classes, promises and errors, as ordinary JavaScript.
//!
//! Types and documentation for apps: `pkg/types`.

mod call;
mod client;
mod error;
mod options;
mod ports;
mod promises;
mod request;
mod shell;
mod values;
mod views;

pub use call::Call;
pub use client::Client;
pub use ports::{CallPort, ClientPort};
