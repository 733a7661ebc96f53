//! Requests to the SFU's service.

use std::{fmt::Write as _, time::Duration};

use futures_util::future::join_all;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use trunkline_protocol::sfu::models::PeerType;
use trunkline_server::native;

use crate::{
    Failure, Found,
    rig::{JSON, Rig, flood},
};

/// What froze all calls for half a minute.
pub async fn huge(rig: &Rig) -> Result<Found, Failure> {
    let mallory = rig.join("mallory", "mallory").await?;
    let body = json!({ "sessionId": mallory.session_id, "sdp": "a=x:y\r\n".repeat(900_000) });
    let body = body.to_string().into_bytes();
    let mut found = Found::default();
    for count in 0..10 {
        found.sent += 1;
        // Refused on its announcement: the connection may close before all of it is sent.
        let reply = rig.call("SetPublisher", &mallory.token, JSON, body.clone()).await;
        if reply.is_ok_and(|reply| reply.status == 200) {
            continue;
        }
        found.until_refused.get_or_insert(count);
    }
    found.note = format!("{} bytes each", body.len());
    Ok(found)
}

/// As much work as an offer can make that is accepted.
pub async fn worst(rig: &Rig) -> Result<Found, Failure> {
    let mallory = rig.join("mallory", "mallory").await?;
    let sdp = offer();
    let body = json!({ "sessionId": mallory.session_id, "sdp": sdp, "tracks": [] }).to_string();
    let first = rig.call("SetPublisher", &mallory.token, JSON, body.clone().into_bytes()).await?;
    let first = String::from_utf8_lossy(&first.body).into_owned();
    let (until_refused, _) = flood(500, async |_| {
        rig.call("SetPublisher", &mallory.token, JSON, body.clone().into_bytes()).await
    })
    .await?;
    let note = format!(
        "{} bytes of SDP, answered with {} of {}",
        sdp.len(),
        first.len(),
        first.chars().take(60).collect::<String>()
    );
    Ok(Found { sent: 500, until_refused, note })
}

/// As many m-lines as are taken, with as many codecs as fit.
pub fn offer() -> String {
    let mids: Vec<_> = (0..SECTIONS).map(|mid| mid.to_string()).collect();
    let mut sdp = format!(
        "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {}\r\n\
         a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\n\
         a=fingerprint:sha-256 {}\r\n",
        mids.join(" "),
        ["AB"; 32].join(":")
    );
    for mid in mids {
        let types: Vec<_> = (96..96 + CODECS).map(|number| number.to_string()).collect();
        let _ = write!(
            sdp,
            "m=video 9 UDP/TLS/RTP/SAVPF {}\r\na=mid:{mid}\r\na=sendonly\r\na=rtcp-mux\r\n\
             a=ssrc:{mid}1 cname:x\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n",
            types.join(" ")
        );
        for pair in (96..96 + CODECS).step_by(2) {
            let rtx = pair + 1;
            let _ = write!(
                sdp,
                "a=rtpmap:{pair} VP8/90000\r\na=rtcp-fb:{pair} nack\r\n\
                 a=rtcp-fb:{pair} nack pli\r\na=rtcp-fb:{pair} transport-cc\r\n\
                 a=rtpmap:{rtx} rtx/90000\r\na=fmtp:{rtx} apt={pair}\r\n"
            );
        }
    }
    sdp
}

/// Answers to nothing, as long as they may be.
pub async fn unreadable(rig: &Rig) -> Result<Found, Failure> {
    let mallory = rig.join("mallory", "mallory").await?;
    let sdp = format!(
        "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n{}",
        "a=x\r\na=setup:x\r\n".repeat(500)
    );
    let body = json!({
        "sessionId": mallory.session_id,
        "peerType": PeerType::Subscriber.as_str_name(),
        "sdp": sdp,
    });
    let body = body.to_string().into_bytes();
    let request = async |_| rig.call("SendAnswer", &mallory.token, JSON, body.clone()).await;
    let (until_refused, _) = flood(2000, request).await?;
    Ok(Found { sent: 2000, until_refused, note: format!("{} bytes each", body.len()) })
}

pub async fn reports(rig: &Rig) -> Result<Found, Failure> {
    let mallory = rig.join("mallory", "mallory").await?;
    let list = format!("[\"{}\"]", "x".repeat(7_900_000));
    let body = json!({ "sessionId": mallory.session_id, "rtcStats": list }).to_string();
    let mut found = Found { sent: 100, ..Found::default() };
    for round in 0..25 {
        let four =
            (0..4).map(|_| rig.call("SendStats", &mallory.token, JSON, body.clone().into_bytes()));
        // The connection of one that is refused may close before all of it is sent.
        let is_refused = |reply: &Result<native::Reply, Failure>| {
            !reply.as_ref().is_ok_and(|reply| reply.status == 200)
        };
        if join_all(four).await.iter().any(is_refused) {
            found.until_refused.get_or_insert(round * 4);
        }
    }
    found.note = format!("{} bytes each, four at once", body.len());
    Ok(found)
}

/// Bodies of which the last byte does not come.
pub async fn bodies(rig: &Rig) -> Result<Found, Failure> {
    let mallory = rig.join("mallory", "mallory").await?;
    let mut open = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(rig.server.address).await?;
        let head = format!(
            "POST /sfu/twirp/stream.video.sfu.signal.SignalServer/SendAnswer HTTP/1.1\r\nhost: x\r\n\
             authorization: Bearer {}\r\ncontent-type: {JSON}\r\ncontent-length: 300000\r\n\r\n",
            mallory.token
        );
        stream.write_all(head.as_bytes()).await?;
        // Who is refused may find the connection closed.
        drop(stream.write_all(&vec![b' '; 299_999]).await);
        open.push(stream);
    }
    let mut refused = Vec::new();
    for (index, stream) in open.iter_mut().enumerate() {
        let answer = timeout(Duration::from_millis(5), stream.read(&mut [0; 100])).await;
        refused.extend(answer.is_ok().then_some(index));
    }
    let note = format!("300 kB each, {} refused", refused.len());
    Ok(Found { sent: 300, until_refused: refused.first().copied(), note })
}

const SECTIONS: usize = 32;
const CODECS: usize = 14;
