//! What a connection for media was tried with, for whoever has to find out why there was none.

use serde::Serialize;

use super::effect::IceServer;

/// A kind of ICE candidate (RFC 8445): that is all of an address that somebody else may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CandidateKind {
    /// How the address was found.
    pub candidate_type: CandidateType,
    /// What is sent from it.
    pub protocol: IceProtocol,
}

/// How an address was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum CandidateType {
    /// It is one of the machine's own.
    Host,
    /// A STUN server sees it.
    ServerReflexive,
    /// The other side sees it.
    PeerReflexive,
    /// It is one of a TURN server's.
    Relay,
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum IceProtocol {
    /// Datagrams.
    Udp,
    /// A connection.
    Tcp,
}

/// Which candidates there were, and what follows from that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IceSummary {
    /// Those of this browser, each kind once.
    pub gathered: Vec<CandidateKind>,
    /// Those of the SFU, each kind once.
    pub remote: Vec<CandidateKind>,
    /// Whether UDP passes.
    pub udp: UdpState,
    /// Whether a TURN server helps.
    pub turn: TurnState,
}

/// Whether the network lets UDP pass, as far as that can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum UdpState {
    /// Nobody answered over UDP, or the browser does not even try it.
    Blocked,
    /// A STUN server answered over UDP.
    Open,
}

/// Whether a TURN server helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum TurnState {
    /// There is none.
    Missing,
    /// They take nothing but UDP, and gave no relay.
    UdpOnly,
    /// They gave no relay.
    NoRelay,
    /// One of them gave a relay.
    Relay,
}

impl CandidateType {
    /// `RTCIceCandidateType`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::ServerReflexive => "srflx",
            Self::PeerReflexive => "prflx",
            Self::Relay => "relay",
        }
    }
}

impl IceProtocol {
    /// `RTCIceProtocol`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
        }
    }
}

impl UdpState {
    /// The name apps see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Open => "open",
        }
    }
}

impl TurnState {
    /// The name apps see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::UdpOnly => "udp-only",
            Self::NoRelay => "no-relay",
            Self::Relay => "relay",
        }
    }
}

impl CandidateKind {
    /// The kind of the candidate in an attribute line, with or without its `a=`.
    pub fn read(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        words.next().filter(|word| word.trim_start_matches("a=").starts_with("candidate:"))?;
        // The component is of no interest; nor are priority, address and port.
        let protocol = match words.nth(1)? {
            protocol if protocol.eq_ignore_ascii_case("udp") => IceProtocol::Udp,
            protocol if protocol.eq_ignore_ascii_case("tcp") => IceProtocol::Tcp,
            _ => return None,
        };
        words.nth(3).filter(|word| *word == "typ")?;
        let candidate_type = match words.next()? {
            "host" => CandidateType::Host,
            "srflx" => CandidateType::ServerReflexive,
            "prflx" => CandidateType::PeerReflexive,
            "relay" => CandidateType::Relay,
            _ => return None,
        };
        Some(Self { candidate_type, protocol })
    }
}

/// Notes a kind that has not been there yet.
pub(crate) fn note(kinds: &mut Vec<CandidateKind>, kind: CandidateKind) {
    if !kinds.contains(&kind) {
        kinds.push(kind);
    }
}

impl IceSummary {
    pub(crate) fn new(
        gathered: Vec<CandidateKind>,
        remote: Vec<CandidateKind>,
        ice_servers: &[IceServer],
    ) -> Self {
        let has =
            |candidate_type| gathered.iter().any(|kind| kind.candidate_type == candidate_type);
        let was_seen = CandidateKind {
            candidate_type: CandidateType::ServerReflexive,
            protocol: IceProtocol::Udp,
        };
        let udp = if gathered.contains(&was_seen) { UdpState::Open } else { UdpState::Blocked };
        let mut turn =
            ice_servers.iter().flat_map(|server| &server.urls).filter(|url| is_turn(url));
        let turn = if has(CandidateType::Relay) {
            TurnState::Relay
        } else {
            match turn.next() {
                None => TurnState::Missing,
                Some(first) if is_over_udp(first) && turn.all(|url| is_over_udp(url)) => {
                    TurnState::UdpOnly
                }
                Some(_) => TurnState::NoRelay,
            }
        };
        Self { gathered, remote, udp, turn }
    }

    /// The pairs of kinds that can have been tried: what is sent from the one arrives at the other.
    pub fn tried(&self) -> impl Iterator<Item = (CandidateKind, CandidateKind)> {
        let pairs = self
            .gathered
            .iter()
            .flat_map(|local| self.remote.iter().map(move |remote| (*local, *remote)));
        pairs.filter(|(local, remote)| local.protocol == remote.protocol)
    }

    /// One sentence that says what to do.
    pub(crate) fn hint(&self) -> &'static str {
        match (self.udp, self.turn) {
            (UdpState::Blocked, TurnState::Missing) => {
                "This network seems to block UDP. Give the server a TURN server that takes TCP or TLS, best on port 443: media would pass through it."
            }
            (UdpState::Blocked, TurnState::UdpOnly) => {
                "This network seems to block UDP, and the TURN server takes nothing else. Give the server one that takes TCP or TLS, best on port 443."
            }
            (UdpState::Blocked, TurnState::NoRelay) => {
                "This network seems to block UDP, and no TURN server gave a relay: check its address, port and password."
            }
            (_, TurnState::Relay) => {
                "A TURN server gave a relay, but the SFU did not answer through it: check that the TURN server reaches the SFU's media port over UDP."
            }
            (UdpState::Open, TurnState::Missing | TurnState::UdpOnly | TurnState::NoRelay) => {
                "UDP passes on this network, but the SFU's media port does not answer: check the address that the SFU tells its clients, and the firewall before it; a TURN server would pass a firewall on this side."
            }
        }
    }
}

/// Whether a URL of an ICE server is that of a TURN server.
pub(crate) fn is_turn(url: &str) -> bool {
    url.starts_with("turn:") || url.starts_with("turns:")
}

/// Whether an ICE server is asked over UDP (RFC 7064, RFC 7065).
pub(crate) fn is_over_udp(url: &str) -> bool {
    let is_plain = url.starts_with("turn:") || url.starts_with("stun:");
    is_plain && !url.ends_with("transport=tcp")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(candidate_type: CandidateType, protocol: IceProtocol) -> CandidateKind {
        CandidateKind { candidate_type, protocol }
    }

    fn server(url: &str) -> IceServer {
        IceServer { urls: vec![url.to_owned()], username: String::new(), credential: String::new() }
    }

    #[test]
    fn the_kind_of_a_candidate_is_read_from_its_line() {
        let line = "candidate:1 1 udp 2113937151 127.0.0.1 50000 typ host generation 0 ufrag x";
        assert_eq!(CandidateKind::read(line), Some(kind(CandidateType::Host, IceProtocol::Udp)));
        let line = "a=candidate:2 1 TCP 1 10.0.0.1 9 typ host tcptype active";
        assert_eq!(CandidateKind::read(line), Some(kind(CandidateType::Host, IceProtocol::Tcp)));
        let line = "candidate:3 1 udp 1 1.2.3.4 9 typ relay raddr 0.0.0.0 rport 0";
        assert_eq!(CandidateKind::read(line), Some(kind(CandidateType::Relay, IceProtocol::Udp)));
        for other in [
            "",
            "a=candidate:",
            "a=mid:0",
            "candidate:1 1 sctp 1 a 1 typ host",
            "candidate:1 1 udp 1 a 1 typ other",
            "candidate:1 1 udp 1 a 1 host",
            "candidate:1 1 udp 1 a 1 typ",
        ] {
            assert_eq!(CandidateKind::read(other), None, "{other:?}");
        }
    }

    #[test]
    fn what_follows_from_the_candidates_is_said() {
        let host = kind(CandidateType::Host, IceProtocol::Udp);
        let tcp = kind(CandidateType::Host, IceProtocol::Tcp);
        let seen = kind(CandidateType::ServerReflexive, IceProtocol::Udp);
        let relay = kind(CandidateType::Relay, IceProtocol::Udp);
        let (udp_turn, tcp_turn) = (server("turn:a:3478"), server("turns:a:443?transport=tcp"));
        for (gathered, servers, udp, turn) in [
            (vec![], vec![], UdpState::Blocked, TurnState::Missing),
            (vec![tcp], vec![server("stun:a")], UdpState::Blocked, TurnState::Missing),
            (vec![host], vec![udp_turn.clone()], UdpState::Blocked, TurnState::UdpOnly),
            (vec![host], vec![udp_turn, tcp_turn.clone()], UdpState::Blocked, TurnState::NoRelay),
            (vec![host, seen], vec![], UdpState::Open, TurnState::Missing),
            (vec![relay], vec![tcp_turn], UdpState::Blocked, TurnState::Relay),
        ] {
            let summary = IceSummary::new(gathered, vec![host], &servers);
            assert_eq!((summary.udp, summary.turn), (udp, turn), "{summary:?}");
            let hint = summary.hint();
            assert_eq!(
                hint.contains("block UDP"),
                turn != TurnState::Relay && udp == UdpState::Blocked
            );
        }
    }

    #[test]
    fn only_what_speaks_the_same_protocol_was_tried() {
        let host = kind(CandidateType::Host, IceProtocol::Udp);
        let tcp = kind(CandidateType::Host, IceProtocol::Tcp);

        let summary = IceSummary::new(vec![host, tcp], vec![host], &[]);

        assert_eq!(summary.tried().collect::<Vec<_>>(), [(host, host)]);
    }
}
