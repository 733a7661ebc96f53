//! The call logic, without I/O.
//!
//! The host (`web` in the browser, a scripted one in the tests) drives a [`Client`]:
//!
//! 1. hand it a [`Command`] from the app or an [`Input`] from outside,
//! 2. take the [`Changes`] and tell whoever watches the state,
//! 3. perform every [`Effect`] until none is left,
//! 4. arm one timer for [`Client::poll_timeout`] and feed [`Input::Timeout`] when it fires.
//!
//! The core never waits, reads a clock, draws entropy or calls out, so the same inputs always give
//! the same effects.

mod agent;
mod backoff;
mod body;
mod call;
mod changes;
mod client;
mod command;
mod connection;
mod connectivity;
mod effect;
mod element;
mod error;
mod garbage;
mod host;
mod ice_summary;
mod ids;
mod input;
mod layers;
mod link;
mod liveness;
mod outbox;
mod participant;
pub mod preferences;
mod probing;
mod random;
mod rest;
mod ringing_state;
mod roster;
pub mod sdp;
mod sorting;
mod state;
mod time;
mod token;
mod tracks;
mod url;
mod user;
pub mod view;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

pub use agent::Agent;
pub use body::Body;
pub use changes::{Aspects, CallChanges, Changes, Slice, Slices, Transition};
pub use client::{Client, Config};
pub use command::{
    AppRequest, CallCommand, Choice, Command, DeviceOrder, JoinOptions, LeaveOptions, LocationHint,
    MediaOption, SpeakerOrder, Then,
};
pub use connectivity::{ConnectivityReport, PartReport, PartResult};
pub use effect::{
    AppEvent, CaptureRequest, Direction, Effect, Encoding, EventPayload, GatherRequest, HttpBody,
    HttpRequest, IceServer, ListenRequest, ListenSource, LocalEvent, Method, Outcome, PeerEffect,
    ResponseKind, Scope,
};
pub use element::{ElementEffect, ElementInput, ElementOrder, IncomingVideo, PlayOutcome};
pub use error::{Category, Code, ERROR_CODE_TYPE, Error, ErrorClass, FailedDevice, Failure};
pub use host::{Document, Host, Recordable};
pub use ice_summary::{CandidateKind, CandidateType, IceProtocol, IceSummary, TurnState, UdpState};
pub use ids::{
    CallKey, CaptureId, DescribeId, ElementId, GatherId, ListenId, PeerId, PromiseId,
    RemoteTrackId, RequestId, SocketId, TokenRequestId, TransceiverId,
};
pub use input::{
    Captured, DeviceFailure, GatherNews, HttpFailure, HttpReply, Input, ListedDevice, ListedKind,
    OfferReport, PeerInput, Reply, Sound, Traffic,
};
pub use participant::{Activity, Dimension, Media, Participant, Pin, Tiles, Visibility};
pub use ringing_state::{Rejection, RingingState};
pub use roster::{Roster, Slot};
pub use sorting::{Arrangement, Beyond, Criterion, ParticipantOrder, SortStep, Sorting};
pub use state::{
    AudioBitrateProfile, CallState, CallingState, ClientState, ConnectionQuality, DeviceKind,
    DeviceState, DeviceStatus, Egress, Facing, Ringing, Session, SpeakerState, TrackType,
};
pub use time::{Duration, Time};
pub use tracks::TrackSet;
pub use user::{Tokens, User, UserKind};
pub use view::Viewed;
