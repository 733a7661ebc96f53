//! The browser as the core's host: performs effects, reports what happened, decides nothing.

mod browser;
mod capture;
mod clock;
mod describe;
mod devices;
mod document;
mod driver;
mod entropy;
mod failure;
mod foreign;
mod frame;
mod free_object;
mod guard;
mod http;
mod listener;
mod listening;
mod location;
mod media;
mod microtask;
mod object;
mod page;
mod peer;
mod report;
mod socket;
pub(crate) mod task;
mod ticker;
mod timers;
mod watchers;

pub use browser::{
    AppEvent, Browser, CallState, Client, ClientState, ConnectivityReport, DeviceFailure, Effect,
    Error, GatherNews, HttpFailure, HttpReply, Input, Outcome, PartReport, Participant, PeerInput,
    Reply,
};
pub(crate) use capture::{
    Analyser, DevicesWatch, Failure, as_stream, audio_tracks, frequencies, get_display_media,
    get_user_media, hint, media_key, same, stop_tracks, text, video_tracks,
};
pub use capture::{
    Capture, Opening, Permission, PermissionState, Setup, VirtualDevice, find_devices,
    list_devices, listed, watch_devices,
};
pub use clock::Clock;
pub use describe::Codecs;
pub use devices::Devices;
pub use document::{Document, body, event, reply};
pub use driver::{Driver, Frontend};
pub use entropy::random_bits;
pub use failure::has_panicked;
pub(crate) use failure::on_panic;
pub(crate) use foreign::{call_method, complain, settled};
pub use frame::Frames;
pub use free_object::free_object;
pub(crate) use guard::catching;
pub use http::Http;
pub(crate) use listener::Listener;
pub use location::find_location;
pub use media::MediaTable;
pub(crate) use object::{field, is_list, items, object};
pub use page::Page;
pub use peer::{Gatherings, Peers};
pub use report::Reporter;
pub use socket::Sockets;
pub use ticker::Ticker;
pub use timers::Timer;
pub use watchers::Watch;
