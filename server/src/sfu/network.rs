//! The media port: one number, for IPv4 and for IPv6.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

/// The sockets of the media port, and the addresses that clients are told.
pub struct Network {
    first: Port,
    /// The other IP version, where there is one.
    second: Option<Port>,
}

struct Port {
    socket: UdpSocket,
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
        Ok(Self { first, second })
    }

    /// Where the first of the sockets listens.
    pub fn bound(&self) -> io::Result<SocketAddr> {
        self.first.socket.local_addr()
    }

    /// Where clients can send to.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let ports = [Some(&self.first), self.second.as_ref()];
        let addresses = ports.into_iter().flatten();
        addresses.flat_map(|port| [Some(port.address), port.loopback]).flatten().collect()
    }

    /// Waits until a datagram is there, or may be.
    pub async fn readable(&self) -> io::Result<()> {
        let second = async {
            match &self.second {
                Some(port) => port.socket.readable().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            readable = self.first.socket.readable() => readable,
            readable = second => readable,
        }
    }

    /// Takes a datagram: its length, where it came from, and to which of the addresses it came.
    pub fn receive(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr, SocketAddr)> {
        let mut last = io::Error::from(io::ErrorKind::WouldBlock);
        for port in [Some(&self.first), self.second.as_ref()].into_iter().flatten() {
            match port.socket.try_recv_from(buffer) {
                Ok((length, source)) => return Ok((length, source, port.address_for(source))),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Sends a datagram.
    pub fn send(&self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        let second = self.second.as_ref().filter(|port| port.address.is_ipv6() == to.is_ipv6());
        let port = second.unwrap_or(&self.first);
        port.socket.try_send_to(datagram, to).map(drop)
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
        socket.set_nonblocking(true)?;
        socket.bind(&listen.into())?;
        let socket = UdpSocket::from_std(socket.into())?;
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
            address: SocketAddr::new(ip, port),
            loopback: has_loopback.then(|| SocketAddr::new(loopback, port)),
        })
    }

    fn address_for(&self, source: SocketAddr) -> SocketAddr {
        self.loopback.filter(|_| source.ip().is_loopback()).unwrap_or(self.address)
    }
}

/// This machine's address towards the outside, as its routes have it. Nothing is sent.
fn outbound_ip(listen: SocketAddr) -> Option<IpAddr> {
    let socket = std::net::UdpSocket::bind(SocketAddr::new(listen.ip(), 0)).ok()?;
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
    use super::*;

    async fn hears(network: &Network, from: &str) -> SocketAddr {
        let client = UdpSocket::bind(from).await.unwrap();
        let own = client.local_addr().unwrap();
        let all = network.addresses();
        let to = all.iter().find(|to| to.ip() == own.ip()).expect("an address for it");
        client.send_to(b"hello", to).await.unwrap();
        let mut buffer = [0; 100];
        loop {
            network.readable().await.unwrap();
            match network.receive(&mut buffer) {
                Ok((length, source, address)) => {
                    assert_eq!((&buffer[..length], source, address), (&b"hello"[..], own, *to));
                    network.send(b"welcome", source).unwrap();
                    let (length, answerer) = client.recv_from(&mut buffer).await.unwrap();
                    assert_eq!((&buffer[..length], answerer), (&b"welcome"[..], *to));
                    return address;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[tokio::test]
    async fn both_ip_versions_have_the_same_port() {
        for listen in ["127.0.0.1:0", "[::1]:0"] {
            let network = Network::open(listen.parse().unwrap(), None).unwrap();
            let four = hears(&network, "127.0.0.1:0").await;
            let six = hears(&network, "[::1]:0").await;
            assert_eq!(four.port(), six.port());
        }
    }

    #[tokio::test]
    async fn every_address_of_an_unspecified_one_can_be_told() {
        let network = Network::open("0.0.0.0:0".parse().unwrap(), None).unwrap();
        assert!(network.addresses().iter().all(|address| !address.ip().is_unspecified()));
        hears(&network, "127.0.0.1:0").await;
        hears(&network, "[::1]:0").await;
    }

    #[tokio::test]
    async fn a_public_address_is_the_only_one_told() {
        let public = "203.0.113.7".parse().unwrap();
        let network = Network::open("127.0.0.1:0".parse().unwrap(), Some(public)).unwrap();
        let told: Vec<_> = network.addresses().iter().map(SocketAddr::ip).collect();
        assert_eq!(told, [public]);
    }
}
