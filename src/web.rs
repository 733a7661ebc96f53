//! The browser as the core's host: performs effects, reports what happened, decides nothing.

mod clock;
mod describe;
mod devices;
mod driver;
mod failure;
mod frame;
mod http;
mod js_reporter;
mod json;
mod listener;
mod media;
mod object;
mod page;
mod peer;
mod report;
mod socket;
mod timers;

pub use clock::Clock;
pub use describe::describe;
pub use devices::Devices;
pub(crate) use driver::thrown;
pub use driver::{Driver, Frontend};
pub use failure::has_panicked;
pub(crate) use failure::on_panic;
pub use frame::NextFrame;
pub use http::Http;
pub use js_reporter::JsReporter;
pub use json::JsNode;
pub(crate) use listener::Listener;
pub use media::MediaTable;
pub(crate) use object::field;
pub use peer::Peers;
pub use report::Reporter;
pub use socket::Sockets;
pub use timers::Timer;
