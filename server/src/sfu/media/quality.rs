//! How well a participant is connected, from the state and the packet loss of its transports.

use trunkline_protocol::sfu::models::ConnectionQuality;

/// State of one peer connection.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Transport {
    /// Was connected at some time.
    pub established: bool,
    /// Is connected now.
    pub connected: bool,
    /// Lost packets of the last seconds, 0 to 1.
    pub loss: f32,
}

/// The quality of a participant with these transports.
pub fn rate(transports: &[Transport]) -> ConnectionQuality {
    let established = || transports.iter().filter(|t| t.established);
    if established().next().is_none() {
        return ConnectionQuality::Unspecified;
    }
    let loss = established().map(|t| if t.connected { t.loss } else { 1.0 });
    match loss.fold(0.0, f32::max) {
        loss if loss >= POOR_LOSS => ConnectionQuality::Poor,
        loss if loss >= GOOD_LOSS => ConnectionQuality::Good,
        _ => ConnectionQuality::Excellent,
    }
}

/// Audio and video become hard to follow.
const POOR_LOSS: f32 = 0.10;
/// Retransmission copes, with some delay.
const GOOD_LOSS: f32 = 0.03;

#[cfg(test)]
mod tests {
    use super::*;

    fn transport(connected: bool, loss: f32) -> Transport {
        Transport { established: true, connected, loss }
    }

    #[test]
    fn quality_follows_the_worst_transport() {
        let fine = transport(true, 0.0);
        assert_eq!(rate(&[]), ConnectionQuality::Unspecified);
        assert_eq!(rate(&[Transport::default()]), ConnectionQuality::Unspecified);
        assert_eq!(rate(&[fine]), ConnectionQuality::Excellent);
        assert_eq!(rate(&[fine, Transport::default()]), ConnectionQuality::Excellent);
        assert_eq!(rate(&[fine, transport(true, 0.05)]), ConnectionQuality::Good);
        assert_eq!(rate(&[transport(true, 0.2), fine]), ConnectionQuality::Poor);
        assert_eq!(rate(&[fine, transport(false, 0.0)]), ConnectionQuality::Poor);
    }
}
