//! What comes to the media port from somebody who has taken part in the handshake: RTP and RTCP that are
//! encrypted as they should be, and STUN and DTLS.

use std::net::SocketAddr;

use str0m::{format::PayloadParams, media::Mid};
use trunkline_fuzz::{Dice, bytes, cases};
use trunkline_protocol::sfu::models::TrackType;
use trunkline_server::control::SfuControl;

use super::{Bystanders, a_server};
use crate::support::{Client, Peer, Srtp};

#[tokio::test]
async fn changed_datagrams_end_their_own_connection_at_most() {
    let server = a_server().await;
    let mut others = Bystanders::join(&server).await;
    for (mut dice, again) in cases(12) {
        println!("{again}");
        let mut hostile = server.join("hostile").await;
        let audio = hostile.publish(TrackType::Audio, &[]).await;
        let video = hostile.publish(TrackType::Video, &[]).await;
        let mut publisher = Sender::new(&hostile.publisher).await;
        let mut subscriber = Sender::new(&hostile.subscriber).await;
        let streams = streams(&hostile, audio, video).await;

        // What is right goes through: it is the change that is refused otherwise.
        let heard = hostile.stream_id(TrackType::Audio);
        others.ben.subscriber.wait("his offer", |log| log.tracks.get(&heard).map(drop)).await;
        while others.ben.subscriber.log().of(&heard).is_empty() {
            let packet = publisher.packet(&streams[0], &[], b"sound");
            publisher.rtp(&packet).await;
            others.hear_more().await;
        }
        for _ in 0..100 {
            let sender = if dice.below(3) == 0 { &mut subscriber } else { &mut publisher };
            match dice.below(8) {
                0 => sender.raw(stun(&mut dice)).await,
                1 => sender.raw(dtls(&mut dice)).await,
                2 | 3 => {
                    let packet = rtcp(&mut dice, &streams);
                    sender.rtcp(&packet).await;
                }
                _ => {
                    let packet = rtp(&mut dice, sender, &streams);
                    sender.rtp(&packet).await;
                }
            }
        }
        hostile.leave();
        hostile.socket().end().await;
    }
    others.check().await;
    assert_eq!(server.sfu.health().restarts, 0);
}

/// One that is published, in any of the formats that were agreed on.
struct Stream {
    ssrc: u32,
    formats: Vec<u8>,
}

async fn streams(client: &Client, audio: Mid, video: Mid) -> [Stream; 2] {
    let read = move |peer: &mut trunkline_server::native::Actor| {
        let formats: Vec<_> = peer.rtc.codec_config().params().to_vec();
        [audio, video].map(|mid| {
            let mut api = peer.rtc.direct_api();
            let ssrc = *api.stream_tx_by_mid(mid, None).unwrap().ssrc();
            let is_used =
                |format: &&PayloadParams| format.spec().codec.is_audio() == (mid == audio);
            let numbers = formats.iter().filter(is_used).flat_map(|format| {
                [Some(*format.pt()), format.resend().map(|pt| *pt)].into_iter().flatten()
            });
            Stream { ssrc, formats: numbers.collect() }
        })
    };
    client.publisher.with(read).await
}

/// Sends as one peer connection of the hostile client.
struct Sender {
    peer: Peer,
    to: SocketAddr,
    srtp: Srtp,
    seq: u16,
}

impl Sender {
    async fn new(peer: &Peer) -> Self {
        peer.wait("a connection", |log| log.connected.then_some(())).await;
        let to = peer.with(|peer| peer.destination.unwrap()).await;
        let srtp = peer.srtp().unwrap();
        Self { peer: peer.clone(), to, srtp, seq: 1000 }
    }

    /// The next packet of a stream.
    fn packet(&mut self, stream: &Stream, extension: &[u8], payload: &[u8]) -> Vec<u8> {
        self.seq = self.seq.wrapping_add(1);
        let has_extension = if extension.is_empty() { 0 } else { 0x10 };
        let mut packet = vec![0x80 | has_extension, stream.formats[0]];
        packet.extend(self.seq.to_be_bytes());
        packet.extend((u32::from(self.seq) * 960).to_be_bytes());
        packet.extend(stream.ssrc.to_be_bytes());
        packet.extend([extension, payload].concat());
        packet
    }

    async fn rtp(&mut self, packet: &[u8]) {
        let datagram = self.srtp.rtp(packet);
        self.raw(datagram).await;
    }

    async fn rtcp(&mut self, packet: &[u8]) {
        let datagram = self.srtp.rtcp(packet);
        self.raw(datagram).await;
    }

    async fn raw(&self, datagram: Vec<u8>) {
        let to = self.to;
        self.peer.with(move |peer| peer.send_raw(&datagram, to)).await;
    }
}

fn rtp(dice: &mut Dice, sender: &mut Sender, streams: &[Stream]) -> Vec<u8> {
    let stream = dice.pick(streams);
    let extension = match dice.below(3) {
        0 => Vec::new(),
        // Elements with heads of one byte and of two, of any length.
        form => {
            let words = dice.below(5);
            let profile: [u8; 2] = if form == 1 { [0xbe, 0xde] } else { [0x10, 0x00] };
            let length = u16::try_from(words).unwrap().to_be_bytes();
            [&profile[..], &length, &random(dice, 4 * words)].concat()
        }
    };
    let length = [dice.below(8), dice.below(100), dice.below(1500)][dice.below(3)];
    let payload = random(dice, length);
    let mut packet = sender.packet(stream, &extension, &payload);
    packet[1] = *dice.pick(&stream.formats) | u8::try_from(dice.below(2) << 7).unwrap();
    // Padding, sources that contributed, gaps and late ones.
    match dice.below(8) {
        0 => packet[0] |= 0x20,
        1 => packet[0] |= u8::try_from(dice.below(16)).unwrap(),
        2 => sender.seq = sender.seq.wrapping_add(u16::try_from(dice.below(3000)).unwrap()),
        3 => sender.seq = sender.seq.wrapping_sub(u16::try_from(dice.below(100)).unwrap()),
        4 | 5 => packet = bytes(dice, &packet),
        _ => {}
    }
    packet
}

fn rtcp(dice: &mut Dice, streams: &[Stream]) -> Vec<u8> {
    let mut compound = Vec::new();
    for _ in 0..=dice.below(3) {
        let kind = u8::try_from(200 + dice.below(8)).unwrap();
        // The formats that there are of feedback, and any.
        let count = [1, 4, 15, dice.below(32)][dice.below(4)];
        let words = [dice.below(4), dice.below(30)][dice.below(2)];
        let mut body = random(dice, 4 * words);
        let own = streams[dice.below(2)].ssrc.to_be_bytes();
        for at in [0, 4, 8] {
            if dice.below(3) > 0
                && let Some(place) = body.get_mut(at..at + 4)
            {
                place.copy_from_slice(&own);
            }
        }
        let told = if dice.below(4) == 0 { dice.below(0x1_0000) } else { words };
        compound.extend([0x80 | u8::try_from(count).unwrap(), kind]);
        compound.extend(u16::try_from(told).unwrap().to_be_bytes());
        compound.extend(body);
    }
    if dice.below(3) == 0 { bytes(dice, &compound) } else { compound }
}

fn stun(dice: &mut Dice) -> Vec<u8> {
    let kinds: [[u8; 2]; 5] = [[0, 1], [1, 1], [1, 0x11], [0, 0x11], [3, 1]];
    let mut attributes = Vec::new();
    for _ in 0..dice.below(5) {
        let kind = *dice.pick(&[0x06, 0x08, 0x20, 0x24, 0x25, 0x8028_u16, 0x8029, 0x802a, 0x12]);
        let length = dice.below(24);
        let told = if dice.below(4) == 0 { dice.below(0x1_0000) } else { length };
        attributes.extend(kind.to_be_bytes());
        attributes.extend(u16::try_from(told).unwrap().to_be_bytes());
        attributes.extend(random(dice, length.next_multiple_of(4)));
    }
    let length = u16::try_from(attributes.len()).unwrap().to_be_bytes();
    let head = [&dice.pick(&kinds)[..], &length, &[0x21, 0x12, 0xa4, 0x42]].concat();
    let message = [head, random(dice, 12), attributes].concat();
    if dice.below(3) == 0 { bytes(dice, &message) } else { message }
}

/// A record, of a handshake or of what comes after it.
fn dtls(dice: &mut Dice) -> Vec<u8> {
    let length = [dice.below(40), dice.below(1400)][dice.below(2)];
    let mut body = random(dice, length);
    if let Some(kind) = body.first_mut() {
        *kind = *dice.pick(&[1, 2, 11, 14, 16, 20, *kind]);
    }
    let told = if dice.below(4) == 0 { dice.below(0x1_0000) } else { length };
    let mut record = vec![u8::try_from(20 + dice.below(7)).unwrap(), 0xfe, 0xfd];
    record.extend([
        0,
        u8::try_from(dice.below(3)).unwrap(),
        0,
        0,
        0,
        0,
        0,
        *dice.pick(&[0, 5, 200]),
    ]);
    record.extend(u16::try_from(told).unwrap().to_be_bytes());
    record.extend(body);
    if dice.below(3) == 0 { bytes(dice, &record) } else { record }
}

fn random(dice: &mut Dice, length: usize) -> Vec<u8> {
    std::iter::repeat_with(|| dice.next().to_be_bytes()).flatten().take(length).collect()
}
