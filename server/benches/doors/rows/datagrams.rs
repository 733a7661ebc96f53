//! Datagrams to the media port.

use std::{fs, net::UdpSocket};

use crate::{Failure, Found, rig::Rig};

/// Nothing that anybody would send: of all sizes and first bytes.
pub async fn garbage(rig: &Rig) -> Result<Found, Failure> {
    let logged = || fs::read_to_string(&rig.log).map(|log| log.lines().count());
    let before = logged()?;
    let address = rig.server.address;
    let sending = tokio::task::spawn_blocking(move || -> Result<(), Failure> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        for number in 0..DATAGRAMS {
            let length = number * 37 % 2000;
            let datagram: Vec<_> = (0..length)
                .map(|at| u8::try_from((at * 31 + number * 7) % 251).unwrap_or(0))
                .collect();
            // What the socket does not take is lost.
            drop(socket.send_to(&datagram, address));
        }
        Ok(())
    });
    sending.await??;
    let note = format!("{} lines of log", logged()? - before);
    Ok(Found { sent: DATAGRAMS, until_refused: None, note })
}

const DATAGRAMS: usize = 50_000;
