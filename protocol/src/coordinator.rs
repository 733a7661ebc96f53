//! REST bodies and events of the coordinator.
//!
//! Plain data, generated from `protocol/schema`; every type is written and read. Input is read
//! leniently, as the coordinator protocol asks: `null` means absent, what is absent has a default,
//! unknown fields are ignored, unknown values of enums are kept, dates are RFC 3339 strings or Unix
//! nanoseconds.

mod date_time;
mod error;
mod event;
mod generated;
mod input;
mod open;
mod operation;
#[cfg(test)]
mod tests;

pub use date_time::{DateEncoding, DateTime, InvalidDate};
pub use error::ErrorCode;
pub use event::{Event, UnknownEvent};
pub use generated::*;
pub use open::{Named, Open};
pub use operation::{Empty, Method, Operation, Rate, Timed};

/// A free JSON object that belongs to the app.
pub type Custom = serde_json::Map<String, serde_json::Value>;
