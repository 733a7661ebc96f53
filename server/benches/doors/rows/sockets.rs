//! Sockets, joined or not.

use std::time::Duration;

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{
    Failure, Found,
    rig::{Rig, all},
};

/// Six sockets that send nothing but empty frames, as fast as they can.
pub async fn frames(rig: &Rig) -> Result<Found, Failure> {
    let mut members = Vec::new();
    for index in 0..6 {
        members.push(rig.token(&format!("mallory-{index}"), "mallory").await?);
    }
    let address = rig.server.address;
    let floods = members.into_iter().enumerate().map(move |(index, token)| async move {
        let mut stream = open(address, "/sfu/ws").await?;
        stream.write_all(&join(&token, &format!("session-{index}"))).await?;
        let (mut reading, mut writing) = stream.into_split();
        let read = tokio::spawn(async move {
            let mut buffer = vec![0; 64 * 1024];
            while reading.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
        });
        let many = [0x82, 0x80, 0, 0, 0, 0].repeat(1000);
        let mut sent = 0;
        while sent < MOST_FRAMES && writing.write_all(&many).await.is_ok() {
            sent += 1000;
        }
        drop(writing);
        read.await?;
        Ok(sent)
    });
    let sent = all(floods).await?;
    let refused = sent.iter().filter(|sent| **sent < MOST_FRAMES).count();
    let note = format!("{refused} of 6 sockets were closed (counted when written)");
    let until_refused = sent.iter().copied().min().filter(|least| *least < MOST_FRAMES);
    Ok(Found { sent: sent.iter().sum(), until_refused, note })
}

/// Sixty sockets that announce a frame of 16 MB and send half of it.
pub async fn announced(rig: &Rig) -> Result<Found, Failure> {
    let address = rig.server.address;
    let sockets = (0..60).map(move |_| async move {
        let mut stream = open(address, "/sfu/ws").await?;
        let mut head = vec![0x82, 0xff];
        head.extend((16_u64 << 20).to_be_bytes());
        head.extend([0; 4]);
        stream.write_all(&head).await?;
        let sent = stream.write_all(&vec![1; 8 << 20]).await;
        Ok((stream, sent.is_ok()))
    });
    let sockets = all(sockets).await?;
    sleep(Duration::from_secs(1)).await;
    let taken = sockets.iter().filter(|(_, taken)| *taken).count();
    Ok(Found { sent: 60, until_refused: (taken < 60).then_some(taken), note: "16 MB each".into() })
}

/// As many sockets as stay open, on which nothing is said.
pub async fn idle(rig: &Rig, path: &'static str) -> Result<Found, Failure> {
    let before = rig.memory()?;
    let (mut sockets, mut refused) = (Vec::new(), None);
    let mut each = 0.0;
    for index in 0..IDLE {
        match open(rig.server.address, path).await {
            Ok(stream) => sockets.push(stream),
            Err(_) => drop(refused.get_or_insert(index)),
        }
        if index + 1 == ALL_STAY {
            // Until those that have just come are at rest.
            sleep(Duration::from_secs(1)).await;
            each = (rig.memory()? - before) / f64::from(u32::try_from(ALL_STAY)?) / 1e3;
        }
    }
    let mut alive = 0_u32;
    for socket in &mut sockets {
        let closed = timeout(Duration::from_millis(1), socket.read(&mut [0; 100])).await;
        alive += u32::from(closed.is_err());
    }
    let all = (rig.memory()? - before) / 1e6;
    let note =
        format!("{each:.1} kB each of the first {ALL_STAY}; {alive} stay open, {all:.1} MB in all");
    Ok(Found { sent: IDLE, until_refused: refused, note })
}

/// Participants of one call who say nothing after their join.
pub async fn members(rig: &Rig) -> Result<Found, Failure> {
    let token = rig.token("mallory", "mallory").await?;
    let before = rig.memory()?;
    let (mut members, mut refused) = (Vec::new(), None);
    for index in 0..MEMBERS {
        match rig.enter(&token, &format!("session-{index}")).await {
            Ok(member) => members.push(member),
            Err(_) => drop(refused.get_or_insert(index)),
        }
    }
    let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
    let each = (rig.memory()? - before) / f64::from(count.max(1)) / 1e3;
    let note = format!("{count} with one token, of {each:.1} kB each");
    Ok(Found { sent: MEMBERS, until_refused: refused, note })
}

/// Opens a socket by hand: nothing is answered on it.
async fn open(address: std::net::SocketAddr, path: &str) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(address).await?;
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await?);
    }
    let answer = String::from_utf8_lossy(&answer);
    if answer.starts_with("HTTP/1.1 101 ") { Ok(stream) } else { Err(answer.into()) }
}

/// The frame of a JoinRequest.
fn join(token: &str, session_id: &str) -> Bytes {
    use prost::Message as _;
    use trunkline_protocol::sfu::event::{JoinRequest, SfuRequest, sfu_request::RequestPayload};

    let request = JoinRequest {
        token: token.into(),
        session_id: session_id.into(),
        ..JoinRequest::default()
    };
    let request = SfuRequest { request_payload: Some(RequestPayload::JoinRequest(request)) };
    let payload = request.encode_to_vec();
    let mut frame = vec![0x82, 0xfe];
    frame.extend(u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes());
    frame.extend([0; 4]);
    frame.extend(payload);
    frame.into()
}

const MOST_FRAMES: usize = 1_000_000;
const IDLE: usize = 1500;
/// As many as may wait for their join from one address.
const ALL_STAY: usize = 250;
const MEMBERS: usize = 300;
