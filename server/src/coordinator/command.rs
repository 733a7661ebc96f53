//! Commands about one call that come with nothing but a body: what the routes know of them.

use trunkline_protocol::coordinator::{
    Custom, Empty, RejectCallRequest, RingCallRequest, RingCallResponse,
};

use super::{Caller, Cid, Refusal, ringing, work::Work};

/// A command with its name in the protocol.
pub struct Command<T, R> {
    /// Name of the operation.
    pub id: &'static str,
    pub(super) run: Run<T, R>,
}

type Run<T, R> = fn(&mut Work<'_>, &Caller, &Cid, T) -> Result<R, Refusal>;

impl<T, R> Clone for Command<T, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, R> Copy for Command<T, R> {}

/// Rings members.
pub const RING: Command<RingCallRequest, RingCallResponse> =
    Command { id: "RingCall", run: ringing::ring };
/// Takes a ring.
pub const ACCEPT: Command<Custom, Empty> = Command { id: "AcceptCall", run: ringing::accept };
/// Declines a ring or gives it up.
pub const REJECT: Command<RejectCallRequest, Empty> =
    Command { id: "RejectCall", run: ringing::reject };
