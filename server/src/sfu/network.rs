//! The media port: one number, for IPv4 and for IPv6.

mod incoming;
mod outgoing;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
};

use quinn_udp::UdpSocketState;
use socket2::{Domain, Protocol, Socket, Type};
use str0m::net::Transmit;

pub use incoming::Incoming;
pub use outgoing::{Outgoing, Sent};

/// The sockets of the media port, and the addresses that clients are told.
///
/// One thread receives, all may send; none of them ever waits in a socket.
pub struct Network {
    /// The one that was asked for, then the other IP version, where there is one.
    ports: Vec<Port>,
}

/// One IP version.
pub struct Port {
    socket: UdpSocket,
    /// What the system can do with several datagrams at once.
    state: UdpSocketState,
    /// Told to clients.
    address: SocketAddr,
    /// Told to clients on this machine.
    loopback: Option<SocketAddr>,
}

impl Network {
    /// Opens the port. An unspecified or a loopback address means both IP versions, unless clients
    /// are told one address anyway.
    pub fn open(listen: SocketAddr, public_ip: Option<IpAddr>) -> io::Result<Self> {
        let first = Port::open(listen, public_ip)?;
        let port = first.address.port();
        let other = match listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Some(IpAddr::from(Ipv6Addr::UNSPECIFIED)),
            IpAddr::V6(ip) if ip.is_unspecified() => Some(IpAddr::from(Ipv4Addr::UNSPECIFIED)),
            IpAddr::V4(ip) if ip.is_loopback() => Some(IpAddr::from(Ipv6Addr::LOCALHOST)),
            IpAddr::V6(ip) if ip.is_loopback() => Some(IpAddr::from(Ipv4Addr::LOCALHOST)),
            _ => None,
        };
        let other = other.filter(|_| public_ip.is_none());
        let second = other.and_then(|ip| {
            let opened = Port::open(SocketAddr::new(ip, port), None);
            // Machines without one of the IP versions are common.
            opened.inspect_err(|error| tracing::info!(%ip, %error, "media on one IP version")).ok()
        });
        Ok(Self { ports: [first].into_iter().chain(second).collect() })
    }

    /// Where the first of the sockets listens.
    pub fn bound(&self) -> io::Result<SocketAddr> {
        self.ports.first().map_or(Err(io::ErrorKind::NotConnected.into()), Port::bound)
    }

    /// Where clients can send to.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let told = self.ports.iter().flat_map(|port| [Some(port.address), port.loopback]);
        told.flatten().collect()
    }

    /// The sockets.
    pub fn ports(&self) -> &[Port] {
        &self.ports
    }

    /// Sends datagrams; those for one destination in their order.
    pub fn send(&self, datagrams: Vec<Transmit>, outgoing: &mut Outgoing) -> Sent {
        let most = |to| self.port_for(to).map_or(1, |port| port.state.max_gso_segments());
        outgoing.send(datagrams, most, |run| {
            let port = self.port_for(run.destination).ok_or(io::ErrorKind::NotConnected)?;
            let transmit = quinn_udp::Transmit {
                destination: run.destination,
                ecn: None,
                contents: run.bytes,
                segment_size: Some(run.size),
                src_ip: None,
            };
            port.state.try_send((&port.socket).into(), &transmit)
        })
    }

    fn port_for(&self, to: SocketAddr) -> Option<&Port> {
        let fits = |port: &&Port| port.address.is_ipv6() == to.is_ipv6();
        self.ports.iter().rfind(fits).or(self.ports.first())
    }
}

impl Port {
    fn open(listen: SocketAddr, public_ip: Option<IpAddr>) -> io::Result<Self> {
        let domain = Domain::for_address(listen);
        let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
        if listen.is_ipv6() {
            // Each IP version has its own socket.
            socket.set_only_v6(true)?;
        }
        // Many participants send at once; the system may give less.
        for result in [socket.set_recv_buffer_size(BUFFER), socket.set_send_buffer_size(BUFFER)] {
            if let Err(error) = result {
                tracing::debug!(%error, "socket buffer");
            }
        }
        socket.bind(&listen.into())?;
        let state = UdpSocketState::new((&socket).into())?;
        let socket = UdpSocket::from(socket);
        let port = socket.local_addr()?.port();
        let unspecified = listen.ip().is_unspecified();
        let own = if unspecified { outbound_ip(listen) } else { Some(listen.ip()) };
        let loopback = if listen.is_ipv4() {
            IpAddr::from(Ipv4Addr::LOCALHOST)
        } else {
            IpAddr::from(Ipv6Addr::LOCALHOST)
        };
        let ip = public_ip.or(own).unwrap_or(loopback);
        let has_loopback = unspecified && public_ip.is_none() && ip != loopback;
        Ok(Self {
            socket,
            state,
            address: SocketAddr::new(ip, port),
            loopback: has_loopback.then(|| SocketAddr::new(loopback, port)),
        })
    }

    fn bound(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// The same socket for the runtime of the thread that receives.
    pub fn listen(&self) -> io::Result<tokio::net::UdpSocket> {
        tokio::net::UdpSocket::from_std(self.socket.try_clone()?)
    }

    /// Which of the addresses that are told something came to that came from there.
    pub fn address_for(&self, source: SocketAddr) -> SocketAddr {
        self.loopback.filter(|_| source.ip().is_loopback()).unwrap_or(self.address)
    }
}

/// This machine's address towards the outside, as its routes have it. Nothing is sent.
fn outbound_ip(listen: SocketAddr) -> Option<IpAddr> {
    let socket = UdpSocket::bind(SocketAddr::new(listen.ip(), 0)).ok()?;
    let outside = if listen.is_ipv4() { DOCUMENTATION_V4 } else { DOCUMENTATION_V6 };
    socket.connect(SocketAddr::new(outside, 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_unspecified())
}

/// Addresses that belong to nobody (RFC 5737, RFC 3849).
const DOCUMENTATION_V4: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const DOCUMENTATION_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
/// Bytes.
const BUFFER: usize = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    /// So many datagrams that came to the network, where each came from, and to which address.
    fn heard(network: &Network, count: usize) -> Vec<(Vec<u8>, SocketAddr, SocketAddr)> {
        let mut incoming = Incoming::new();
        let mut heard = Vec::new();
        let begin = Instant::now();
        for port in network.ports().iter().cycle() {
            if heard.len() >= count {
                break;
            }
            assert!(begin.elapsed() < PATIENCE, "only {heard:?}");
            match incoming.receive(port) {
                Ok(()) => heard.extend(incoming.datagrams().map(|(source, datagram)| {
                    (datagram.to_vec(), source, port.address_for(source))
                })),
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock, "{error}"),
            }
        }
        heard
    }

    fn transmit(to: SocketAddr, contents: &[u8]) -> Transmit {
        Transmit {
            proto: str0m::net::Protocol::Udp,
            source: to,
            destination: to,
            contents: contents.to_vec().into(),
        }
    }

    fn is_reached(network: &Network, from: &str) -> SocketAddr {
        let client = UdpSocket::bind(from).unwrap();
        let own = client.local_addr().unwrap();
        let all = network.addresses();
        let to = *all.iter().find(|to| to.ip() == own.ip()).expect("an address for it");
        client.send_to(b"hello", to).unwrap();
        assert_eq!(heard(network, 1), [(b"hello".to_vec(), own, to)]);

        // Two of one size and a smaller one: one run, where the system can do that.
        let answers = ["welcome", "goodbye", "later"];
        let outgoing = answers.map(|answer| transmit(own, answer.as_bytes()));
        let sent = network.send(outgoing.into(), &mut Outgoing::default());
        assert_eq!((sent.datagrams, sent.bytes, sent.refused), (3, 19, 0));
        let mut buffer = [0; 100];
        for answer in answers {
            let (length, answerer) = client.recv_from(&mut buffer).unwrap();
            assert_eq!((&buffer[..length], answerer), (answer.as_bytes(), to));
        }
        to
    }

    #[test]
    fn both_ip_versions_have_the_same_port() {
        for listen in ["127.0.0.1:0", "[::1]:0"] {
            let network = Network::open(listen.parse().unwrap(), None).unwrap();
            let four = is_reached(&network, "127.0.0.1:0");
            let six = is_reached(&network, "[::1]:0");
            assert_eq!(four.port(), six.port());
        }
    }

    #[test]
    fn every_address_of_an_unspecified_one_can_be_told() {
        let network = Network::open("0.0.0.0:0".parse().unwrap(), None).unwrap();
        assert!(network.addresses().iter().all(|address| !address.ip().is_unspecified()));
        is_reached(&network, "127.0.0.1:0");
        is_reached(&network, "[::1]:0");
    }

    #[test]
    fn a_public_address_is_the_only_one_told() {
        let public = "203.0.113.7".parse().unwrap();
        let network = Network::open("127.0.0.1:0".parse().unwrap(), Some(public)).unwrap();
        let told: Vec<_> = network.addresses().iter().map(SocketAddr::ip).collect();
        assert_eq!(told, [public]);
    }

    #[test]
    fn datagrams_that_the_system_joined_are_told_apart() {
        let network = Network::open("127.0.0.1:0".parse().unwrap(), None).unwrap();
        let other = Network::open("127.0.0.1:0".parse().unwrap(), None).unwrap();
        let to = network.addresses()[0];
        let sizes = [1200, 1200, 1200, 700, 1100, 0, 60_000, 3];
        let contents = sizes.map(|size| vec![7; size]);
        let outgoing = contents.iter().map(|contents| transmit(to, contents)).collect();
        other.send(outgoing, &mut Outgoing::default());
        let heard = heard(&network, sizes.len() - 1);
        let heard: Vec<_> = heard.iter().map(|(datagram, ..)| datagram.len()).collect();
        // An empty one says nothing.
        assert_eq!(heard, [1200, 1200, 1200, 700, 1100, 60_000, 3]);
    }
}
