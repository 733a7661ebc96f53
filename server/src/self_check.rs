//! What a server finds out about itself at its start, for the person who started it.

use std::{
    fmt,
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    time::timeout,
};
use trunkline_protocol::coordinator::DateTime;

use crate::clock;

/// One thing that was looked at.
pub struct Check {
    /// What.
    pub name: &'static str,
    /// What was found; `Err` when it stands in the way of calls.
    pub result: Result<String, String>,
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            Ok(text) => write!(f, "ok      {}: {text}", self.name),
            Err(text) => write!(f, "FAILED  {}: {text}", self.name),
        }
    }
}

/// Looks at everything. `told` is the media address that clients are told; `last_change` is the
/// date of the newest data.
pub async fn run(
    http: SocketAddr,
    has_tls: bool,
    media: SocketAddr,
    told: IpAddr,
    data: &Path,
    last_change: Option<DateTime>,
) -> Vec<Check> {
    vec![
        Check { name: "HTTP port", result: check_http(local(http), has_tls).await },
        Check { name: "media port", result: check_udp(local(media)).await },
        Check { name: "media address", result: check_told(told) },
        Check { name: "clock", result: check_clock(clock::now(), last_change) },
        Check { name: "data directory", result: check_writable(data) },
        Check { name: "disk", result: check_disk(data) },
    ]
}

/// Whether there is room to go on storing; the text says how much.
pub fn check_disk(data: &Path) -> Result<String, String> {
    let stat = rustix::fs::statvfs(data).map_err(|error| error.to_string())?;
    let free = stat.f_bavail.saturating_mul(stat.f_frsize) / (1024 * 1024);
    let text = format!("{free} MiB free");
    if free >= MIN_FREE { Ok(text) } else { Err(text) }
}

/// With TLS the certificate is for another name than this machine has for itself: that the port is
/// open is what can be seen.
async fn check_http(address: SocketAddr, has_tls: bool) -> Result<String, String> {
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        if has_tls {
            return Ok("HTTP/1.1 200".into());
        }
        let request =
            format!("GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    match timeout(PATIENCE, ask).await {
        Ok(Ok(answer)) if answer.starts_with("HTTP/1.1 200") => Ok(format!("{address} answers")),
        Ok(Ok(answer)) => Err(answer.lines().next().unwrap_or("no answer").into()),
        Ok(Err(error)) => Err(format!("{address}: {error}")),
        Err(_) => Err(format!("{address} does not answer")),
    }
}

/// The answer is not waited for, which a busy machine may give late. But a datagram to a port that
/// nobody listens on, or that a firewall rejects, comes back as an error.
async fn check_udp(address: SocketAddr) -> Result<String, String> {
    let probe = async {
        let any: IpAddr = match address {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((any, 0)).await?;
        socket.connect(address).await?;
        socket.send(&STUN_REQUEST).await?;
        match timeout(REFUSAL_TIME, socket.recv(&mut [0; 64])).await {
            Ok(Err(error)) => Err(error),
            Ok(Ok(_)) | Err(_) => Ok(()),
        }
    };
    match probe.await {
        Ok(()) => Ok(format!("{address} takes datagrams")),
        Err(error) => Err(format!("{address}: {error}")),
    }
}

fn check_told(told: IpAddr) -> Result<String, String> {
    if told.is_unspecified() {
        return Err(format!("clients cannot send to {told}: give --udp or --public-ip an address"));
    }
    Ok(format!("clients are told {told}"))
}

/// Tokens and dates need the right time: a clock that was never set, or that was set back behind
/// the data, is wrong.
fn check_clock(now: DateTime, last_change: Option<DateTime>) -> Result<String, String> {
    let text = now.to_rfc3339().map_err(|error| error.to_string())?;
    if now < DateTime::from_unix_nanos(BUILT_AFTER) {
        return Err(format!("it says {text}, which is past"));
    }
    if last_change.is_some_and(|last| last > now.plus_seconds(CLOCK_SKEW)) {
        return Err(format!("it says {text}, but there is data of a later date"));
    }
    Ok(text)
}

fn check_writable(data: &Path) -> Result<String, String> {
    let probe = data.join(".write-check");
    let write = || {
        let mut file = std::fs::File::create(&probe)?;
        file.write_all(b"trunkline")?;
        file.sync_all()?;
        std::fs::remove_file(&probe)
    };
    write().map_err(|error| format!("{}: {error}", data.display()))?;
    Ok(format!("{} is writable", data.display()))
}

/// Where this machine reaches a socket that listens on all its addresses.
fn local(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// A binding request without attributes: type, length, magic cookie, transaction.
const STUN_REQUEST: [u8; 20] = [
    0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, b't', b'r', b'u', b'n', b'k', b'l', b'i', b'n', b'e', 0, 0,
    1,
];
const PATIENCE: Duration = Duration::from_secs(5);
/// An error of this machine's own network comes at once.
const REFUSAL_TIME: Duration = Duration::from_millis(50);
/// 2026-01-01T00:00:00Z
const BUILT_AFTER: i64 = 1_767_225_600_000_000_000;
/// s
const CLOCK_SKEW: i64 = 60;
/// MiB
const MIN_FREE: u64 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_that_nobody_listens_on_is_found_out() {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        assert!(check_udp(address).await.is_ok());
        drop(socket);
        assert!(check_udp(address).await.is_err());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        assert!(check_http(address, false).await.is_err());
    }

    #[test]
    fn a_clock_behind_the_data_or_this_program_is_wrong() {
        let at = |seconds: i64| DateTime::from_unix_nanos(BUILT_AFTER).plus_seconds(seconds);
        assert!(check_clock(at(1), None).is_ok());
        assert!(check_clock(at(-1), None).is_err());
        assert!(check_clock(at(1000), Some(at(1060))).is_ok());
        assert!(check_clock(at(1000), Some(at(1061))).is_err());
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_found_out() {
        let data = tempfile::tempdir().unwrap();
        assert!(check_writable(data.path()).is_ok());
        assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0);
        assert!(check_writable(&data.path().join("missing")).is_err());
        assert!(check_disk(data.path()).is_ok());
        assert!(check_disk(&data.path().join("missing")).is_err());
    }

    #[test]
    fn an_address_that_means_all_is_told_to_nobody() {
        assert!(check_told("0.0.0.0".parse().unwrap()).is_err());
        assert!(check_told("::".parse().unwrap()).is_err());
        assert!(check_told("192.0.2.1".parse().unwrap()).is_ok());
        let all = "0.0.0.0:80".parse().unwrap();
        assert_eq!(local(all), "127.0.0.1:80".parse().unwrap());
    }
}
