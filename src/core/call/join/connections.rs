//! Peer connections that the browser does not make.

use crate::core::{
    call::{CallContext, CallSession, Phase},
    error::{Category, Code, Error},
    host::Host,
    ids::PeerId,
};

impl<H: Host> CallSession<H> {
    /// Without both of its connections a session is none.
    pub(in crate::core::call) fn on_peer_not_created(
        &mut self,
        context: &mut CallContext<'_, H>,
        peer: PeerId,
        cause: H::Thrown,
    ) {
        let is_ours = match &mut self.phase {
            Phase::Joining(join) => join.session_mut().is_some_and(|s| s.owns_peer(peer)),
            Phase::Joined(session) => session.owns_peer(peer),
            Phase::Idle | Phase::Failed | Phase::Left => false,
        };
        if !is_ours {
            return;
        }
        let error = Error::new(
            Code::MediaNegotiationFailed,
            Category::Sfu,
            "the browser made no peer connection",
        )
        .hint(
            "Use a browser with WebRTC, and leave calls that are over; the cause is what it threw.",
        )
        .cause(cause);
        if matches!(self.phase, Phase::Joining(_)) {
            self.attempt_failed(context, error);
        } else {
            // It was slow to say so.
            context.out.warn_of(error);
            self.reconnect(context, "no_peer_connection");
        }
    }
}
