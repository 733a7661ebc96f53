//! The browser as the core's host: performs effects, reports what happened, decides nothing.

mod browser;
mod clock;
mod describe;
mod devices;
mod driver;
mod failure;
mod http;
mod json;
mod listener;
mod media;
mod object;
mod page;
mod peer;
mod report;
mod socket;
mod table;
mod task;
mod timers;

pub(crate) use browser::adopt_stream;
pub use clock::Clock;
pub use describe::describe;
pub use devices::{Devices, FindCall};
pub(crate) use driver::thrown;
pub use driver::{Driver, Frontend};
pub use failure::has_panicked;
pub(crate) use failure::on_panic;
pub use http::Http;
pub use json::JsNode;
pub use media::MediaTable;
pub(crate) use object::{field, object};
pub use peer::Peers;
pub use report::{Reporter, Warn};
pub use socket::Sockets;
pub(crate) use table::Table;
pub(crate) use task::when;
pub use timers::Timer;
