//! What a worker is asked to do, and what it answers.

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use trunkline_protocol::sfu::{
    models::{Error, PeerType, TrackInfo},
    signal::{TrackMuteState, TrackSubscriptionDetails},
};

use super::{
    ids::SocketId,
    media::{Answer, Draft, Offer},
    signalling::{Caller, Join, Refusal},
};
use crate::control::SfuOrder;

/// What the SFU is asked to do.
pub(super) enum Request {
    /// A socket's JoinRequest, whose token was accepted. What is to be sent goes to `frames`.
    Join { join: Box<Join>, frames: mpsc::Sender<Frame> },
    /// Something came over a socket.
    Heard(SocketId),
    /// A ping came over a socket.
    HealthCheck(SocketId),
    /// The participant says goodbye.
    Leave(SocketId),
    /// The socket is gone, with its close code if there was one.
    Closed(SocketId, Option<u16>),
    /// A request over HTTP.
    Rpc { caller: Caller, session_id: String, rpc: Rpc, reply: oneshot::Sender<RpcResult> },
}

/// What the server itself wants of the SFU.
pub(super) enum Command {
    /// The coordinator's.
    Order(SfuOrder),
    /// The server is going.
    Close,
    /// Meet a bug.
    #[cfg(test)]
    Panic,
    /// Hang until the other end says otherwise.
    #[cfg(test)]
    Hang(std::sync::mpsc::Receiver<()>),
}

/// What goes out on a socket.
pub(super) enum Frame {
    Event(Bytes),
    /// To be written by whoever sends it.
    Offer(Draft),
    Close {
        code: u16,
        reason: &'static str,
    },
}

/// A request over HTTP, without what all of them have.
pub(super) enum Rpc {
    SetPublisher {
        offer: Box<Offer>,
        tracks: Vec<TrackInfo>,
    },
    SendAnswer {
        peer: PeerType,
        answer: Result<Box<Answer>, Error>,
        negotiation_id: u32,
    },
    UpdateSubscriptions(Vec<TrackSubscriptionDetails>),
    UpdateMuteStates(Vec<TrackMuteState>),
    IceRestart(PeerType),
    /// Counted only: the figures serve operators of many SFUs.
    SendStats {
        readable: Result<(), Error>,
    },
    /// Has no effect here, but the session must exist.
    Nothing,
    /// Cannot be done, which is told to nobody but who may speak for the session.
    Invalid(Error),
}

/// The answer to publish with, for a request that has one.
pub(super) type RpcResult = Result<Option<String>, Refusal>;
