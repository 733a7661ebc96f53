//! Native clients of the SFU's media, without sockets and with a clock that jumps.

use std::{
    collections::HashMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use str0m::{
    Candidate, Event, Input, Output, Rtc, RtcConfig,
    change::{SdpAnswer, SdpOffer},
    format::Codec,
    media::{Direction, KeyframeRequestKind, MediaKind, Mid, Rid, Simulcast, SimulcastLayer},
    net::{Protocol, Receive},
    rtp::{Extension, RtpWrite, Ssrc},
};
use trunkline_protocol::sfu::models::{self, TrackInfo, TrackType, VideoDimension, VideoLayer};

use super::screen::Screen;
use crate::{
    native::{Conditions, Link, Source, is_keyframe, layer_of, spatial_of},
    sfu::{
        ids::{SessionKey, TrackKey},
        media::{
            Answer, Endpoint, Media, MediaEvent, Offer, consent::Credentials, peer::Side,
            peer_key::PeerKey,
        },
        signalling::{AvailableTrack, Wish},
        stun,
    },
};

/// The publisher that there always is.
pub const PUBLISHER: SessionKey = SessionKey(0);
/// The one that may be there too.
pub const OTHER: SessionKey = SessionKey(1);
const VIEWER: SessionKey = SessionKey(9);
/// rid, width, height, bits/s.
type Layer = (&'static str, u32, u32, usize);
pub const LAYERS: [Layer; 3] =
    [("q", 320, 180, 150_000), ("h", 640, 360, 500_000), ("f", 1280, 720, 1_500_000)];

/// Publishers with a microphone and a camera of three layers each, the SFU, and a viewer of all of
/// it.
pub struct World {
    now: Instant,
    start: Instant,
    media: Media,
    publishers: Vec<Client>,
    viewer: Client,
    pub log: Log,
    upkeep: Instant,
    /// The viewer asks for keyframes when browsers do.
    has_browser: bool,
    /// The viewer does not say which way it chose.
    is_undecided: bool,
}

/// What the viewer saw, newest last.
#[derive(Default)]
pub struct Log {
    pub packets: Vec<Packet>,
    /// Whose camera was paused or resumed, and when.
    pub pauses: Vec<(Duration, SessionKey, bool)>,
    /// When the viewer's connection was made, for the first time or again.
    pub connected: Vec<Duration>,
    /// When the publishers were asked for keyframes.
    pub keyframes: Vec<Duration>,
    /// Whose connections were beyond repair.
    pub failed: Vec<SessionKey>,
    /// What shows the publisher's camera.
    pub screen: Screen,
}

/// A packet as the viewer got it.
#[derive(Clone, Copy, Debug)]
pub struct Packet {
    pub at: Duration,
    /// `None` for audio, else the number of the layer, from 0, and whose it is.
    pub layer: Option<(SessionKey, usize)>,
    /// Of its stream.
    pub seq: u64,
    /// It begins a picture that needs no other.
    pub is_keyframe: bool,
}

struct Client {
    rtc: Rtc,
    address: SocketAddr,
    /// Media comes from there, where it is not the address.
    media_from: Option<SocketAddr>,
    /// What it announced.
    tracks: Vec<TrackInfo>,
    sources: Vec<Source>,
    /// From and to the SFU.
    down: Link<Vec<u8>>,
    up: Link<Vec<u8>>,
    due: Instant,
    /// When a layer was last asked for a keyframe to good effect.
    asked: HashMap<(Mid, Option<Rid>), Instant>,
    /// The stream of the video that was received last.
    video: Option<Ssrc>,
}

impl World {
    /// Everybody is connected and sees the camera at its largest.
    pub fn new() -> Self {
        Self::make(1, Codec::Vp8)
    }

    /// The same before the viewer comes.
    pub fn without_viewer() -> Self {
        Self::publishing(1, Codec::Vp8, &LAYERS)
    }

    /// The same with a camera that sends its layers in one stream.
    pub fn with_one_stream() -> Self {
        Self::make(1, Codec::Vp9)
    }

    /// As many as there are names for.
    pub fn with_publishers(publishers: usize) -> Self {
        Self::make(publishers, Codec::Vp8)
    }

    /// The same with a camera that sends one stream without layers.
    pub fn with_one_layer() -> Self {
        let mut world = Self::publishing(1, Codec::Vp8, &LAYERS[..1]);
        world.subscribe(Codec::Vp8);
        world
    }

    /// Two publishers, of whom the first sends packets with the shortest headers there are, and of
    /// more than one layer none.
    pub fn with_a_terse_publisher() -> Self {
        let mut world = Self::bare(2);
        let config = RtcConfig::new().clear_extension_map().set_extension(1, Extension::RtpMid);
        let address = world.publishers[0].address;
        world.publishers[0] = Client::configured(config, address, world.now);
        (0..2).for_each(|number| world.publish(number, Codec::Vp8, &LAYERS[..1]));
        world.subscribe(Codec::Vp8);
        world
    }

    fn make(publishers: usize, codec: Codec) -> Self {
        let mut world = Self::publishing(publishers, codec, &LAYERS);
        world.subscribe(codec);
        world
    }

    fn publishing(publishers: usize, codec: Codec, layers: &[Layer]) -> Self {
        let mut world = Self::bare(publishers);
        (0..publishers).for_each(|number| world.publish(number, codec, layers));
        world
    }

    fn bare(publishers: usize) -> Self {
        let now = Instant::now();
        let addresses = (0..publishers).map(|n| format!("10.0.1.{n}:1000"));
        Self {
            now,
            start: now,
            media: Media::new(Endpoint::alone(&[sfu_address()])),
            publishers: addresses.map(|address| Client::new(&address, now)).collect(),
            viewer: Client::new("10.0.0.2:1000", now),
            log: Log::default(),
            upkeep: now,
            has_browser: false,
            is_undecided: false,
        }
    }

    /// The viewer asks for keyframes when browsers do.
    #[must_use]
    pub fn in_browser(self) -> Self {
        Self { has_browser: true, ..self }
    }

    /// Pins a publisher.
    pub fn pin(&mut self, publisher: SessionKey) {
        self.media.set_important(publisher, true);
    }

    /// How long ago the world began.
    pub fn time(&self) -> Duration {
        self.now - self.start
    }

    /// What lies between SFU and viewer from now on, in both directions.
    pub fn set_conditions(&mut self, conditions: Conditions) {
        // What the viewer sends is little: reports and connectivity checks.
        self.set_directions(conditions, Conditions { rate: None, ..conditions });
    }

    /// The same for both directions apart.
    pub fn set_directions(&mut self, down: Conditions, up: Conditions) {
        self.viewer.down.set(down);
        self.viewer.up.set(up);
    }

    /// What lies between the SFU and a publisher from now on.
    pub fn set_publisher(&mut self, publisher: SessionKey, conditions: Conditions) {
        let publisher = &mut self.publishers[usize::try_from(publisher.0).unwrap()];
        publisher.down.set(conditions);
        publisher.up.set(conditions);
    }

    /// A publisher's camera has nothing new to show for so long.
    pub fn pause_camera(&mut self, publisher: SessionKey, pause: Duration) {
        let publisher = &mut self.publishers[usize::try_from(publisher.0).unwrap()];
        let until = self.now + pause;
        let cameras = publisher.sources.iter_mut().filter(|source| source.is_camera());
        cameras.for_each(|source| source.wait(until));
    }

    /// A publisher's camera is muted, or not any more. What it sends goes on.
    pub fn set_muted(&mut self, publisher: SessionKey, muted: bool) {
        self.media.set_live(TrackKey { publisher, kind: TrackType::Video }, !muted, self.now);
    }

    /// Datagrams that were too large.
    pub fn oversize(&mut self) -> u64 {
        self.media.take_dropped().oversize
    }

    /// Takes datagrams of any size.
    pub fn open_the_door(&mut self) {
        self.media.largest = usize::MAX;
    }

    /// A publisher's microphone sends a packet with a payload of so many bytes.
    pub fn send_large(&mut self, publisher: SessionKey, bytes: usize) {
        let publisher = &mut self.publishers[usize::try_from(publisher.0).unwrap()];
        let params = publisher.rtc.codec_config().params();
        let opus = params.iter().find(|params| params.spec().codec == Codec::Opus).unwrap().pt();
        let mid = publisher.sources.iter().find(|source| !source.is_camera()).unwrap().mid;
        let mut api = publisher.rtc.direct_api();
        let stream = api.stream_tx_by_mid(mid, None).unwrap();
        // Far ahead, so that it is none of those that are sent otherwise.
        let packet = RtpWrite::new(opus, 10_000.into(), 0, self.now, vec![0xf8; bytes]);
        stream.write_rtp(packet);
    }

    /// The viewer comes.
    pub fn watch(&mut self) {
        self.subscribe(Codec::Vp8);
    }

    /// The viewer is in another network from now on: nothing reaches its old address.
    pub fn move_viewer(&mut self, address: &str) {
        self.viewer.address = address.parse().unwrap();
        let candidate = Candidate::host(self.viewer.address, Protocol::Udp).unwrap();
        self.viewer.rtc.add_local_candidate(candidate).unwrap();
    }

    /// Whether the viewer waits before it says which way it chose, as Chromium does.
    pub fn set_undecided(&mut self, is_undecided: bool) {
        self.is_undecided = is_undecided;
    }

    /// The viewer's client asks for an ICE restart.
    pub fn restart_viewer(&mut self) {
        self.media.restart_subscriber(VIEWER, self.now);
    }

    /// A publisher restarts ICE in another network. Its media still comes from where it was. Returns the
    /// SFU's password.
    pub fn restart_publisher(&mut self, publisher: SessionKey, address: &str) -> String {
        let client = &mut self.publishers[usize::try_from(publisher.0).unwrap()];
        client.media_from = Some(client.address);
        client.address = address.parse().unwrap();
        let candidate = Candidate::host(client.address, Protocol::Udp).unwrap();
        client.rtc.add_local_candidate(candidate).unwrap();
        let mut api = client.rtc.sdp_api();
        api.ice_restart(true);
        let (offer, pending) = api.apply().unwrap();
        let offer = Offer::read(&offer.to_sdp_string()).unwrap();
        let answer = self.media.publish(publisher, offer, &client.tracks, self.now).unwrap();
        let password = Credentials::of(&answer.answer).unwrap().password;
        let answer = SdpAnswer::from_sdp_string(&answer.answer).unwrap();
        client.rtc.sdp_api().accept_answer(pending, answer).unwrap();
        password
    }

    /// The viewer asks for a keyframe of what it sees.
    pub fn ask_for_keyframe(&mut self) {
        let mut api = self.viewer.rtc.direct_api();
        let stream = api.stream_rx(&self.viewer.video.unwrap()).unwrap();
        stream.request_keyframe(KeyframeRequestKind::Pli);
        self.viewer.due = self.now;
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

    fn publish(&mut self, number: usize, codec: Codec, layers: &[Layer]) {
        let publisher = &mut self.publishers[number];
        let (audio, video, offer, pending) = {
            let mut api = publisher.rtc.sdp_api();
            let audio = api.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None);
            let mut simulcast = Simulcast::new();
            for (rid, ..) in LAYERS {
                simulcast.add_send_layer(SimulcastLayer::new(rid));
            }
            let has_layers = codec == Codec::Vp8 && layers.len() > 1;
            let simulcast = has_layers.then_some(simulcast);
            let video = api.add_media(MediaKind::Video, Direction::SendOnly, None, None, simulcast);
            let (offer, pending) = api.apply().unwrap();
            (audio, video, offer, pending)
        };
        let tracks =
            [info(TrackType::Audio, audio, ""), info(TrackType::Video, video, name(codec))];
        let session = SessionKey(number as u64);
        let offer = Offer::read(&offer.to_sdp_string()).unwrap();
        let answer = self.media.publish(session, offer, &tracks, self.now);
        publisher.tracks.extend(tracks);
        let answer = SdpAnswer::from_sdp_string(&answer.unwrap().answer).unwrap();
        publisher.rtc.sdp_api().accept_answer(pending, answer).unwrap();
        // Browsers send again whatever they are asked for.
        let mut api = publisher.rtc.direct_api();
        for (rid, ..) in layers {
            let rid = (layers.len() > 1 && codec == Codec::Vp8).then(|| Rid::from(*rid));
            let stream = api.stream_tx_by_mid(video, rid).unwrap();
            stream.set_rtx_cache(1000, Duration::from_secs(1), None);
        }
        let marks = u8::try_from(number * LAYERS.len()).unwrap()..;
        let layer = |((rid, _, _, bitrate), mark): (&Layer, _)| {
            let rid = (layers.len() > 1).then_some(*rid);
            Source::camera(video, rid, mark).with_bitrate(*bitrate).from(self.now)
        };
        let cameras: Vec<_> = match codec {
            Codec::Vp9 => {
                let (.., bitrate) = LAYERS[LAYERS.len() - 1];
                vec![Source::svc_camera(video).with_bitrate(bitrate).from(self.now)]
            }
            _ => layers.iter().zip(marks).map(layer).collect(),
        };
        publisher.sources.extend(cameras);
        publisher.sources.push(Source::microphone(audio).from(self.now));
    }

    fn subscribe(&mut self, codec: Codec) {
        let tracks = [(TrackType::Audio, ""), (TrackType::Video, name(codec))];
        let of = |publisher: usize| {
            tracks.map(|(kind, codec)| AvailableTrack {
                key: TrackKey { publisher: SessionKey(publisher as u64), kind },
                stream_id: format!("{publisher}:{}", kind.as_str_name()),
                codec: codec.into(),
                stereo: false,
                live: true,
                wish: Some(Wish::default()),
            })
        };
        let tracks: Vec<_> = (0..self.publishers.len()).flat_map(of).collect();
        self.media.subscribe(VIEWER, &tracks, self.now);
    }

    fn next_due(&self) -> Option<Instant> {
        let clients = self.publishers.iter().chain([&self.viewer]).flat_map(|client| {
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
            self.media.begin_upkeep(now);
            while self.media.has_upkeep() {
                self.media.upkeep(|_| true, now);
            }
        }
        self.media.elapse(now);
        let at = now - self.start;
        let receiving = self.media.peer(PeerKey { session: VIEWER, side: Side::Subscriber });
        let password = receiving.map(|peer| peer.rtc.direct_api().local_ice_credentials().pass);
        let undecided = password.filter(|_| self.is_undecided);
        for client in self.publishers.iter_mut().chain([&mut self.viewer]) {
            while let Some(datagram) = client.up.take(now) {
                let undecided = undecided.as_ref().and_then(|key| stun::undecided(&datagram, key));
                let datagram = undecided.unwrap_or(datagram);
                let media_from = client.media_from.filter(|_| !stun::is_stun(&datagram));
                let source = media_from.unwrap_or(client.address);
                self.media.receive(source, sfu_address(), &datagram, now);
            }
            client.step(now, at, &mut self.log);
        }
        if self.has_browser && self.log.screen.asks(at) {
            self.ask_for_keyframe();
        }
        for transmit in self.media.take_outgoing() {
            let mut clients = self.publishers.iter_mut().chain([&mut self.viewer]);
            let to = clients.find(|client| client.address == transmit.destination);
            let datagram = transmit.contents.to_vec();
            let bytes = datagram.len();
            // Nobody is at an address that was left.
            if let Some(to) = to {
                to.down.send(datagram, bytes, now);
            }
        }
        for event in self.media.take_events() {
            match event {
                MediaEvent::Offer { session: VIEWER, offer } => {
                    let offer = offer.write();
                    let sdp = SdpOffer::from_sdp_string(&offer.sdp).unwrap();
                    let answer = self.viewer.rtc.sdp_api().accept_offer(sdp).unwrap();
                    let answer = answer.to_sdp_string();
                    let answer = Answer::read(&answer).map(Box::new);
                    self.media.answer(VIEWER, offer.negotiation_id, answer, now).unwrap();
                }
                MediaEvent::Paused { tracks, .. } => {
                    let pauses = tracks.iter().map(|(key, paused)| (at, key.publisher, *paused));
                    self.log.pauses.extend(pauses);
                }
                MediaEvent::Failed { session } => self.log.failed.push(session),
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

    /// How many packets of sound came since a time.
    pub fn sound(&self, since: Duration) -> usize {
        self.since(since).filter(|packet| packet.layer.is_none()).count()
    }

    /// How many packets of each layer of a camera came since a time.
    pub fn layers(&self, of: SessionKey, since: Duration) -> [usize; LAYERS.len()] {
        let mut counts = [0; LAYERS.len()];
        for (publisher, layer) in self.since(since).filter_map(|packet| packet.layer) {
            counts[layer] += usize::from(publisher == of);
        }
        counts
    }
}

impl Client {
    fn new(address: &str, now: Instant) -> Self {
        let address = address.parse().unwrap();
        Self::configured(RtcConfig::new(), address, now)
    }

    fn configured(config: RtcConfig, address: SocketAddr, now: Instant) -> Self {
        let mut rtc = config.set_rtp_mode(true).build(now);
        rtc.add_local_candidate(Candidate::host(address, Protocol::Udp).unwrap()).unwrap();
        let (down, up) = (Link::new(Conditions::PERFECT), Link::new(Conditions::PERFECT));
        Self {
            rtc,
            address,
            media_from: None,
            tracks: Vec::new(),
            sources: Vec::new(),
            down,
            up,
            due: now,
            asked: HashMap::new(),
            video: None,
        }
    }

    fn step(&mut self, now: Instant, at: Duration, log: &mut Log) {
        while let Some(datagram) = self.down.take(now) {
            let receive = Receive::new(Protocol::Udp, sfu_address(), self.address, &datagram);
            self.rtc.handle_input(Input::Receive(now, receive.unwrap())).unwrap();
            self.drain(now, at, log);
        }
        for source in &mut self.sources {
            source.run(&mut self.rtc, now);
        }
        self.rtc.handle_input(Input::Timeout(now)).unwrap();
        self.drain(now, at, log);
    }

    fn drain(&mut self, now: Instant, at: Duration, log: &mut Log) {
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
                    let by_mark = |mark: usize| {
                        (SessionKey((mark / LAYERS.len()) as u64), mark % LAYERS.len())
                    };
                    let layer = match codec {
                        Codec::Vp8 => Some(by_mark(layer_of(&packet.payload).into())),
                        Codec::Vp9 => Some(by_mark(spatial_of(&packet.payload).into())),
                        _ => None,
                    };
                    if layer.is_some() {
                        self.video = Some(packet.header.ssrc);
                    }
                    let is_keyframe = codec == Codec::Vp8 && is_keyframe(&packet.payload);
                    if codec == Codec::Vp8 && layer.is_some_and(|(of, _)| of == PUBLISHER) {
                        log.screen.take(*packet.seq_no, is_keyframe, at);
                    }
                    log.packets.push(Packet { at, layer, seq: *packet.seq_no, is_keyframe });
                }
                Output::Event(Event::KeyframeRequest(request)) => {
                    log.keyframes.push(at);
                    let heard = self.asked.entry((request.mid, request.rid)).or_insert(now);
                    if *heard != now && now - *heard < DEAF {
                        continue;
                    }
                    *heard = now;
                    let asked = |source: &&mut Source| {
                        source.mid == request.mid && source.rid == request.rid
                    };
                    self.sources.iter_mut().filter(asked).for_each(Source::want_keyframe);
                }
                Output::Event(Event::Connected) if self.sources.is_empty() => {
                    log.connected.push(at);
                }
                Output::Event(_) => {}
            }
        }
    }
}

/// Browsers ignore a keyframe request that comes so soon after the one before.
const DEAF: Duration = Duration::from_millis(300);

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
