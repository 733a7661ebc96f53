//! What anybody can send to the media port.

use std::time::Duration;

use aws_lc_rs::hmac;
use str0m::ice::{StunMessage, TransId};
use tokio::{net::UdpSocket, time::timeout};
use trunkline_protocol::sfu::{event::sfu_event::EventPayload as Event, models::TrackType};

use crate::support::{PATIENCE, TestServer};

#[tokio::test]
async fn garbage_is_dropped_without_an_answer_and_disturbs_nobody() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    let ben = server.join("ben").await;
    let audio = ann.stream_id(TrackType::Audio);
    ben.subscriber.packets(&audio, 5).await;
    let port = ann.publisher.with(|peer| peer.destination.expect("something was sent")).await;

    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for datagram in garbage() {
        stranger.send_to(&datagram, port).await.unwrap();
    }
    // Those who are known can send garbage, too.
    ann.publisher
        .with(move |peer| garbage().iter().for_each(|datagram| peer.send_raw(datagram, port)))
        .await;

    ben.subscriber.clear();
    let packets = ben.subscriber.packets(&audio, 40).await;
    assert!(packets.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq), "{packets:?}");
    let answer = timeout(Duration::from_millis(200), stranger.recv(&mut [0; 2000])).await;
    assert!(answer.is_err(), "strangers get no answer");
}

#[tokio::test]
async fn whoever_asks_where_they_send_from_is_told() {
    let server = TestServer::start().await;
    let (_, port) = server.sfu.addresses();
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut request = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
    request.extend([7; 12]);

    stranger.send_to(&request, port).await.unwrap();
    let mut answer = [0; 100];
    let (length, source) = stranger.recv_from(&mut answer).await.unwrap();

    assert_eq!((length, source), (32, port));
    assert_eq!(answer[..4], [1, 1, 0, 12]);
    let told = u16::from_be_bytes([answer[26] ^ 0x21, answer[27] ^ 0x12]);
    assert_eq!(told, stranger.local_addr().unwrap().port());
}

#[tokio::test]
async fn an_address_is_told_so_often_and_no_more() {
    let server = TestServer::start().await;
    let (_, port) = server.sfu.addresses();
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut request = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
    request.extend([7; 12]);
    let labels = [("reason", "questions")];
    let refused = server.metrics.counter("trunkline_sfu_datagrams_dropped_total", "", &labels);
    for _ in 0..1000 {
        stranger.send_to(&request, port).await.unwrap();
        // One at a time, so that none is lost on the way.
        tokio::task::yield_now().await;
    }
    let mut answers = 0;
    timeout(PATIENCE, async {
        while answers + refused.get() < 1000 {
            while stranger.try_recv(&mut [0; 100]).is_ok() {
                answers += 1;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("all are answered or counted");
    assert!((100..=400).contains(&answers), "{answers} of 1000, in a few seconds at most");
}

#[tokio::test]
async fn media_goes_only_to_where_somebody_answers() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    let mut ben = server.join("ben").await;
    let offer = ben.hear(|event| match event {
        Event::SubscriberOffer(offer) => Some(offer.clone()),
        _ => None,
    });
    let offer = offer.await;
    let audio = ann.stream_id(TrackType::Audio);
    ben.subscriber.packets(&audio, 5).await;
    let port = ben.subscriber.with(|peer| peer.destination.expect("something was sent")).await;
    let own = ben.subscriber.with(|peer| peer.rtc.direct_api().local_ice_credentials()).await;
    let value = |prefix: &str| offer.sdp.lines().find_map(|line| line.strip_prefix(prefix));
    let (fragment, password) = (value("a=ice-ufrag:").unwrap(), value("a=ice-pwd:").unwrap());

    // Ben knows all that it takes, and says that he is where somebody else is.
    let username = format!("{fragment}:{}", own.ufrag);
    let victim = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let check = || {
        let id = TransId::new();
        let check = StunMessage::binding_request(&username, id, true, 7, u32::MAX, true);
        let mut datagram = vec![0; 200];
        let length = check.to_bytes(Some(password.as_bytes()), &mut datagram, hmac_sha1).unwrap();
        datagram.truncate(length);
        datagram
    };
    let mut bytes = 0;
    for _ in 0..20 {
        let datagram = check();
        bytes += datagram.len();
        victim.send_to(&datagram, port).await.unwrap();
        ben.subscriber.clear();
        let packets = ben.subscriber.packets(&audio, 5).await;
        assert!(packets.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq), "{packets:?}");
    }
    let (mut received, mut buffer) = (0, [0; 2000]);
    let mut questions = Vec::new();
    while let Ok(length) = victim.try_recv(&mut buffer) {
        received += length;
        questions.push(buffer[..length].to_vec());
    }
    let all_ask = questions.iter().all(|datagram| datagram[..2] == [0, 1]);
    assert!(
        !questions.is_empty() && all_ask,
        "it is asked whether Ben is there, and sent nothing else"
    );
    assert!(received <= bytes, "{received} bytes for {bytes}");

    // Whoever is there, and answers, is.
    let question = StunMessage::parse(questions.last().unwrap()).unwrap();
    let reply = StunMessage::binding_reply(question.trans_id(), port);
    let mut datagram = vec![0; 200];
    let length = reply.to_bytes(Some(own.pass.as_bytes()), &mut datagram, hmac_sha1).unwrap();
    victim.send_to(&datagram[..length], port).await.unwrap();
    let media = async {
        loop {
            victim.recv(&mut buffer).await.unwrap();
            if buffer[0] & 0xc0 == 0x80 {
                return;
            }
        }
    };
    timeout(PATIENCE, media).await.expect("media at the new address");
}

fn hmac_sha1(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    hmac::sign(&key, &parts.concat()).as_ref().try_into().unwrap()
}

/// Of every kind that shares the port: STUN, DTLS, RTP, RTCP, and neither.
fn garbage() -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new(), vec![0], vec![0xff; 3], vec![0x80; 12], vec![0x16; 60_000]];
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for first in [0, 1, 20, 22, 63, 64, 128, 130, 144, 191, 200, 255] {
        for length in [1, 2, 11, 12, 20, 28, 100, 1200, 1500] {
            let mut datagram: Vec<u8> = (0..length)
                .map(|_| {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    random.to_le_bytes()[3]
                })
                .collect();
            datagram[0] = first;
            all.push(datagram);
        }
    }
    // A binding request of a user nobody knows, and one that is cut short.
    let mut binding = vec![0, 1, 0, 16, 0x21, 0x12, 0xa4, 0x42];
    binding.extend([7; 12]);
    binding.extend([0, 6, 0, 9]);
    binding.extend(b"abcd:efgh\0\0\0");
    all.push(binding.clone());
    binding.truncate(30);
    all.push(binding);
    // RTCP: a receiver report, and feedback with a length beyond its end.
    all.push(vec![0x81, 201, 0, 7, 0, 0, 0, 1]);
    all.push(vec![0x8f, 205, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 2]);
    all
}
