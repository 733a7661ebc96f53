//! What must hold after every step of every test.

use super::Host;
use crate::core::{CallingState, DeviceKind, DeviceStatus};

impl Host {
    /// What must hold after every step.
    pub(super) fn check(&self) {
        let sockets = |owner| self.sockets.keys().filter(move |s| s.owner() == owner).count();
        let tested = 2 * self.connectivity_tests;
        assert!(sockets(None) <= 1 + tested, "G3: two coordinator sockets");
        for call in self.transitions.keys() {
            let Some(state) = self.client.call(*call) else { continue };
            let owner = Some(*call);
            let peers = self.peers.keys().filter(|p| p.owner() == owner).count();
            let captures = self.captures.iter().filter(|c| c.owner() == owner).count();
            assert!(sockets(owner) <= 2 && peers <= 4, "G1: too many connections");
            let in_call = !state.participants.is_empty();
            match state.calling_state {
                CallingState::Idle | CallingState::Ringing | CallingState::Joining => {
                    assert!(!in_call, "S4");
                }
                CallingState::Left => {
                    let held = (sockets(owner), peers, in_call);
                    assert_eq!(held, (0, 0, false), "Q3: left, but something is held");
                    // The app may open a preview for the next join.
                    let wanted = DeviceKind::ALL.into_iter().filter(|kind| {
                        state.device(*kind).optimistic_status == Some(DeviceStatus::Enabled)
                    });
                    assert_eq!(captures, wanted.count(), "P11: a device nobody wants is on");
                    assert!(
                        !self.requests.iter().any(|r| r.owner() == owner),
                        "Q3: left, but a request of the session runs"
                    );
                }
                CallingState::Joined => {
                    let publishes = self.client.user_id() != Some("!anon");
                    let wanted = (1, if publishes { 2 } else { 1 });
                    assert_eq!((sockets(owner), peers), wanted, "S5");
                }
                CallingState::Reconnecting
                | CallingState::ReconnectingFailed
                | CallingState::Offline => {}
            }
        }
    }
}

/// The table of calling states.
pub(super) fn is_legal(from: CallingState, to: CallingState) -> bool {
    use CallingState::{
        Idle, Joined, Joining, Left, Offline, Reconnecting, ReconnectingFailed, Ringing,
    };
    let reachable: &[CallingState] = match from {
        Left => &[Idle],
        Idle => &[Ringing, Joining, Left],
        Ringing | ReconnectingFailed => &[Joining, Left],
        Joining => &[Joined, Idle, Ringing, ReconnectingFailed, Left],
        Joined => &[Reconnecting, Offline, Left],
        Reconnecting => &[Joined, ReconnectingFailed, Offline, Left],
        Offline => &[Joining, Reconnecting, Left],
    };
    reachable.contains(&to)
}
