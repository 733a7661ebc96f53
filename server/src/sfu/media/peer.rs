//! One peer connection of this server: str0m, driven without sockets.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use str0m::{
    Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcConfig,
    media::{Mid, Rid},
    net::{Protocol, Receive, Transmit},
    rtp::RtpPacket,
};

use super::quality::Transport;

/// A peer connection.
pub struct Peer {
    pub rtc: Rtc,
    transport: Transport,
}

/// What a peer connection tells the rest of the SFU.
pub enum PeerEvent {
    /// A packet of a published track.
    Packet(Box<RtpPacket>),
    /// The receiver of an m-line cannot go on without a keyframe.
    KeyframeWanted(Mid),
    /// A published layer fell silent, or is heard again.
    LayerPaused { mid: Mid, rid: Option<Rid>, paused: bool },
    /// The transport's state or loss changed.
    Transport,
    /// The connection is over and will not come back.
    Closed,
}

/// What a drain left behind.
pub struct Drained {
    pub events: Vec<PeerEvent>,
    /// When the peer has to be drained again at the latest; `None` for never.
    pub due: Option<Instant>,
}

impl Peer {
    /// A peer connection that is reached at one address, for VP8 and opus.
    ///
    /// Only what is announced in the publish options is configured, because the answer decides
    /// what a browser sends.
    pub fn new(local: SocketAddr, now: Instant) -> Self {
        let mut rtc = RtcConfig::new()
            .set_rtp_mode(true)
            // The address is known and reachable, so there is nothing for the full agent to find.
            .set_ice_lite(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .set_stats_interval(Some(STATS_INTERVAL))
            .build(now);
        match Candidate::host(local, Protocol::Udp) {
            Ok(candidate) => {
                rtc.add_local_candidate(candidate);
            }
            Err(error) => tracing::error!(%error, %local, "not an address for media"),
        }
        Self { rtc, transport: Transport::default() }
    }

    pub fn is_connected(&self) -> bool {
        self.transport.connected
    }

    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Whether a datagram is for this peer.
    pub fn accepts(&self, datagram: &Receive<'_>, now: Instant) -> bool {
        // The copy is of slices; the datagram itself stays where it is.
        let Ok(receive) = Receive::new(
            datagram.proto,
            datagram.source,
            datagram.destination,
            raw(datagram),
        ) else {
            return false;
        };
        self.rtc.accepts(&Input::Receive(now, receive))
    }
}
