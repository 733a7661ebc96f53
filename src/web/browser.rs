//! The browser as a host of the core, and the core's types with it as their host.

use wasm_bindgen::JsValue;

use super::document::Document;
use crate::core::{self, Host};

/// The browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Browser;

impl Host for Browser {
    type Document = Document;
    type Thrown = JsValue;
}

/// The call logic of one client.
pub type Client = core::Client<Browser>;
/// A report to it.
pub type Input = core::Input<Browser>;
/// What it asks for.
pub type Effect = core::Effect<Browser>;
/// What a promise resolves with.
pub type Outcome = core::Outcome<Browser>;
/// Something an app may listen to.
pub type AppEvent = core::AppEvent<Browser>;
/// A failed operation.
pub type Error = core::Error<Browser>;
/// An answer to a request.
pub type HttpReply = core::HttpReply<Browser>;
/// The body of an answer.
pub type Reply = core::Reply<Browser>;
/// A request without an answer.
pub type HttpFailure = core::HttpFailure<Browser>;
/// Whether a call would work.
pub type ConnectivityReport = core::ConnectivityReport<Browser>;
/// Whether one part of the way does.
pub type PartReport = core::PartReport<Browser>;
/// News of a search for addresses.
pub type GatherNews = core::GatherNews<Browser>;
/// News of one peer connection.
pub type PeerInput = core::PeerInput<Browser>;
/// Why a device was not opened.
pub type DeviceFailure = core::DeviceFailure<Browser>;
/// The state of a client.
pub type ClientState = core::ClientState<Browser>;
/// The state of a call.
pub type CallState = core::CallState<Browser>;
/// Somebody present.
pub type Participant = core::Participant<Browser>;
