//! What a client asks for when it joins.

use trunkline_protocol::sfu::{
    models::{PublishOption, WebsocketReconnectStrategy as Strategy},
    signal::TrackSubscriptionDetails,
};

use super::codecs::Codecs;
use crate::{control::SfuClaims, sfu::ids::SocketId};

/// A JoinRequest whose token was accepted.
pub struct Join {
    pub socket: SocketId,
    pub claims: SfuClaims,
    pub session_id: String,
    pub strategy: Strategy,
    /// With strategy REJOIN: the session that this one replaces.
    pub previous_session_id: String,
    /// Subscriptions carried over by a reconnect.
    pub subscriptions: Vec<TrackSubscriptionDetails>,
    /// What the client would like to publish.
    pub preferred: Vec<PublishOption>,
    /// What its browser can send.
    pub encodes: Codecs,
    /// What its browser can show.
    pub decodes: Codecs,
    /// The client can show that its video is paused for lack of bandwidth.
    pub shows_pauses: bool,
    /// A fresh track lookup prefix: hexadecimal digits.
    pub prefix: String,
}
