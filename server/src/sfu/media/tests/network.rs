//! Native clients of the SFU's media, without sockets and with a clock that jumps.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use str0m::{
    Candidate, Event, Input, Output, Rtc, RtcConfig,
    change::{SdpAnswer, SdpOffer},
    format::Codec,
    media::{Direction, MediaKind, Mid, Simulcast, SimulcastLayer},
    net::{Protocol, Receive},
};
use trunkline_protocol::sfu::models::{self, TrackInfo, TrackType, VideoDimension, VideoLayer};

use super::{
    link::{Conditions, Link},
    source::{Source, spatial_of},
};
use crate::sfu::{
    ids::{SessionKey, TrackKey},
    media::{Media, MediaEvent},
    signalling::{AvailableTrack, Wish},
};

pub const PUBLISHER: SessionKey = SessionKey(1);
pub const VIEWER: SessionKey = SessionKey(2);
/// rid, width, height, bits/s.
pub const LAYERS: [(&str, u32, u32, usize); 3] =
    [("q", 320, 180, 150_000), ("h", 640, 360, 500_000), ("f", 1280, 720, 1_500_000)];

/// A publisher with a microphone and a camera of three layers, the SFU, and a viewer of all of it.
pub struct World {
    now: Instant,
    start: Instant,
    media: Media,
    publisher: Client,
    viewer: Client,
    pub log: Log,
    upkeep: Instant,
}

/// What the viewer saw, newest last.
#[derive(Default)]
pub struct Log {
    pub packets: Vec<Packet>,
    /// When the camera was paused or resumed.
    pub pauses: Vec<(Duration, bool)>,
    pub failed: bool,
}

/// A packet as the viewer got it.
#[derive(Clone, Copy, Debug)]
pub struct Packet {
    pub at: Duration,
    /// `None` for audio, else the number of the layer, from 0.
    pub layer: Option<u8>,
    pub seq: u64,
}

struct Client {
    rtc: Rtc,
    address: SocketAddr,
    sources: Vec<Source>,
    /// From and to the SFU.
    down: Link<Vec<u8>>,
    up: Link<Vec<u8>>,
    due: Instant,
}

impl World {
    /// Everybody is connected and sees the camera at its largest.
    pub fn new() -> Self {
        Self::with_codec(Codec::Vp8)
    }

    /// The same with a camera that sends its layers in one stream.
    pub fn with_one_stream() -> Self {
        Self::with_codec(Codec::Vp9)
    }

    fn with_codec(codec: Codec) -> Self {
        let now = Instant::now();
        let mut world = Self {
            now,
            start: now,
            media: Media::new(vec![sfu_address()]),
            publisher: Client::new("10.0.0.1:1000", now),
            viewer: Client::new("10.0.0.2:1000", now),
            log: Log::default(),
            upkeep: now,
        };
        world.publish(codec);
        world.subscribe(codec);
        world
    }

    /// How long ago the world began.
    pub fn time(&self) -> Duration {
        self.now - self.start
    }

    /// What lies between SFU and viewer from now on, in both directions.
    pub fn set_conditions(&mut self, conditions: Conditions) {
        self.viewer.down.set(conditions);
        // What the viewer sends is little: reports and connectivity checks.
        self.viewer.up.set(Conditions { rate: None, ..conditions });
    }

    /// Lets time pass.
    pub fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(next) = self.next_due().filter(|due| *due <= end) {
            self.now = self.now.max(next);
            self.step();
        }
        self.now = end;
    }

    fn publish(&mut self, codec: Codec) {
        let (audio, video, offer, pending) = {
            let mut api = self.publisher.rtc.sdp_api();
            let audio = api.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None);
            let mut simulcast = Simulcast::new();
            for (rid, ..) in LAYERS {
                simulcast.add_send_layer(SimulcastLayer::new(rid));
            }
            let simulcast = (codec == Codec::Vp8).then_some(simulcast);
            let video = api.add_media(MediaKind::Video, Direction::SendOnly, None, None, simulcast);
            let (offer, pending) = api.apply().unwrap();
            (audio, video, offer, pending)
        };
        let tracks =
            [info(TrackType::Audio, audio, ""), info(TrackType::Video, video, name(codec))];
        let answer = self.media.publish(PUBLISHER, &offer.to_sdp_string(), &tracks, self.now);
        let answer = SdpAnswer::from_sdp_string(&answer.unwrap()).unwrap();
        self.publisher.rtc.sdp_api().accept_answer(pending, answer).unwrap();
        let layer = |((rid, _, _, bitrate), index): (&(&str, _, _, _), _)| {
            Source::camera(video, Some(rid), index).with_bitrate(*bitrate).from(self.now)
        };
        let cameras: Vec<_> = match codec {
            Codec::Vp9 => {
                let (.., bitrate) = LAYERS[LAYERS.len() - 1];
                vec![Source::svc_camera(video).with_bitrate(bitrate).from(self.now)]
            }
            _ => LAYERS.iter().zip(0..).map(layer).collect(),
        };
        self.publisher.sources.extend(cameras);
        self.publisher.sources.push(Source::microphone(audio).from(self.now));
    }

    fn subscribe(&mut self, codec: Codec) {
        let tracks = [(TrackType::Audio, ""), (TrackType::Video, name(codec))];
        let tracks = tracks.map(|(kind, codec)| AvailableTrack {
            key: TrackKey { publisher: PUBLISHER, kind },
            stream_id: kind.as_str_name().into(),
            codec: codec.into(),
            stereo: false,
            live: true,
            wish: Some(Wish::default()),
        });
        self.media.subscribe(VIEWER, &tracks, self.now);
    }

    fn next_due(&self) -> Option<Instant> {
        let clients = [&self.publisher, &self.viewer];
        let clients = clients.into_iter().flat_map(|client| {
            let sources = client.sources.iter().map(Source::due);
            let links = [client.up.due(), client.down.due()].into_iter().flatten();
            sources.chain(links).chain([client.due])
        });
        clients.chain(self.media.due()).chain([self.upkeep]).min()
    }

    fn step(&mut self) {
        let now = self.now;
        if self.upkeep <= now {
            self.upkeep = now + Duration::from_millis(50);
            self.media.upkeep(|_| true, now);
        }
        self.media.elapse(now);
        let at = now - self.start;
        for client in [&mut self.publisher, &mut self.viewer] {
            while let Some(datagram) = client.up.take(now) {
                self.media.receive(client.address, sfu_address(), &datagram, now);
            }
            client.step(now, at, &mut self.log.packets);
        }
        for transmit in self.media.drain_outgoing() {
            let clients = [&mut self.publisher, &mut self.viewer];
            let to = clients.into_iter().find(|client| client.address == transmit.destination);
            let datagram = transmit.contents.to_vec();
            let bytes = datagram.len();
            to.unwrap().down.send(datagram, bytes, now);
        }
        for event in self.media.take_events() {
            match event {
                MediaEvent::Offer { session: VIEWER, offer } => {
                    let sdp = SdpOffer::from_sdp_string(&offer.sdp).unwrap();
                    let answer = self.viewer.rtc.sdp_api().accept_offer(sdp).unwrap();
                    let answer = answer.to_sdp_string();
                    self.media.answer(VIEWER, offer.negotiation_id, &answer, now).unwrap();
                }
                MediaEvent::Paused { tracks, .. } => {
                    self.log.pauses.extend(tracks.iter().map(|(_, paused)| (at, *paused)));
                }
                MediaEvent::Failed { .. } => self.log.failed = true,
                _ => {}
            }
        }
    }
}

impl Log {
    /// The packets since a time.
    pub fn since(&self, time: Duration) -> impl Iterator<Item = &Packet> {
        self.packets.iter().filter(move |packet| packet.at >= time)
    }

    /// How many packets of each layer came since a time; audio comes last.
    pub fn counts(&self, since: Duration) -> [usize; 4] {
        let mut counts = [0; 4];
        for packet in self.since(since) {
            counts[packet.layer.map_or(3, usize::from)] += 1;
        }
        counts
    }
}

impl Client {
    fn new(address: &str, now: Instant) -> Self {
        let address = address.parse().unwrap();
        let mut rtc = RtcConfig::new().set_rtp_mode(true).build(now);
        rtc.add_local_candidate(Candidate::host(address, Protocol::Udp).unwrap()).unwrap();
        let (down, up) = (Link::new(Conditions::PERFECT), Link::new(Conditions::PERFECT));
        Self { rtc, address, sources: Vec::new(), down, up, due: now }
    }

    fn step(&mut self, now: Instant, at: Duration, packets: &mut Vec<Packet>) {
        while let Some(datagram) = self.down.take(now) {
            let receive = Receive::new(Protocol::Udp, sfu_address(), self.address, &datagram);
            self.rtc.handle_input(Input::Receive(now, receive.unwrap())).unwrap();
            self.drain(now, at, packets);
        }
        for source in &mut self.sources {
            source.run(&mut self.rtc, now);
        }
        self.rtc.handle_input(Input::Timeout(now)).unwrap();
        self.drain(now, at, packets);
    }

    fn drain(&mut self, now: Instant, at: Duration, packets: &mut Vec<Packet>) {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(due) if due <= now => {
                    self.rtc.handle_input(Input::Timeout(now)).unwrap();
                }
                Output::Timeout(due) => {
                    self.due = due;
                    return;
                }
                Output::Transmit(transmit) => {
                    let datagram = transmit.contents.to_vec();
                    let bytes = datagram.len();
                    self.up.send(datagram, bytes, now);
                }
                Output::Event(Event::RtpPacket(packet)) => {
                    let codecs = self.rtc.codec_config();
                    let pt = packet.header.payload_type;
                    let codec = codecs.find(|params| params.pt() == pt).unwrap().spec().codec;
                    let layer = match codec {
                        Codec::Vp8 => Some(packet.payload[7]),
                        Codec::Vp9 => Some(spatial_of(&packet.payload)),
                        _ => None,
                    };
                    packets.push(Packet { at, layer, seq: *packet.seq_no });
                }
                Output::Event(Event::KeyframeRequest(request)) => {
                    let asked = |source: &&mut Source| {
                        source.mid == request.mid && source.rid == request.rid
                    };
                    self.sources.iter_mut().filter(asked).for_each(Source::want_keyframe);
                }
                Output::Event(_) => {}
            }
        }
    }
}

fn sfu_address() -> SocketAddr {
    "10.0.0.9:2000".parse().unwrap()
}

fn name(codec: Codec) -> &'static str {
    if codec == Codec::Vp9 { "vp9" } else { "vp8" }
}

fn info(kind: TrackType, mid: Mid, codec: &str) -> TrackInfo {
    let layers = LAYERS.iter().map(|(rid, width, height, bitrate)| VideoLayer {
        rid: (*rid).into(),
        video_dimension: Some(VideoDimension { width: *width, height: *height }),
        bitrate: u32::try_from(*bitrate).unwrap(),
        ..VideoLayer::default()
    });
    let layers = if kind == TrackType::Video { layers.collect() } else { Vec::new() };
    TrackInfo {
        track_type: kind.into(),
        mid: mid.to_string(),
        layers,
        codec: Some(models::Codec { name: codec.into(), ..models::Codec::default() }),
        ..TrackInfo::default()
    }
}
