//! Synthetic media: speech, a film, and small packets with valid descriptors and marks to know
//! them by.

use std::time::{Duration, Instant};

use str0m::{
    Rtc,
    format::{Codec, PayloadParams},
    media::{Mid, Rid},
    rtp::{ExtensionValues, RtpWrite},
};

use super::{Clip, Voice};

/// Something that sends one picture or sound per interval on one m-line, in one packet unless it
/// has a bitrate.
pub struct Source {
    /// The m-line.
    pub mid: Mid,
    /// The layer of it.
    pub rid: Option<Rid>,
    codec: Codec,
    /// Marks the packets.
    layer: u8,
    /// Layers inside the stream: pictures have one packet of the lowest and two of the others.
    pub inside: u8,
    /// Whether its key pictures tell the sizes of the layers inside.
    pub tells_sizes: bool,
    interval: Duration,
    /// Bytes of a picture.
    size: usize,
    due: Instant,
    seq: u64,
    time: u32,
    picture_id: u16,
    keyframe: bool,
    voice: Voice,
    /// For how many intervals nothing was said.
    silence: u32,
    film: Option<Film>,
}

/// A film and where it is.
struct Film {
    clip: &'static Clip,
    next: usize,
}

impl Source {
    /// A microphone at speaking volume.
    pub fn microphone(mid: Mid) -> Self {
        Self::new(mid, None, Codec::Opus, 0)
    }

    /// A microphone with this voice in front of it.
    pub fn voice(mid: Mid, voice: Voice) -> Self {
        Self { voice, ..Self::microphone(mid) }
    }

    /// A VP8 camera in front of which a film runs.
    pub fn film(mid: Mid, clip: &'static Clip) -> Self {
        let film = Some(Film { clip, next: 0 });
        let interval = Duration::from_secs(1) / PICTURES;
        Self { interval, film, ..Self::new(mid, None, Codec::Vp8, 0) }
    }

    /// A VP8 camera, or one of its layers.
    pub fn camera(mid: Mid, rid: Option<&str>, layer: u8) -> Self {
        let start = 1000 * u16::from(layer);
        Self { picture_id: start, ..Self::new(mid, rid.map(Rid::from), Codec::Vp8, layer) }
    }

    /// A VP9 camera that sends three layers in one stream: so little that there is room for it
    /// whatever is thought of the path. Before each picture comes a packet that breaks off.
    pub fn svc_camera(mid: Mid) -> Self {
        let interval = Duration::from_millis(60);
        Self { inside: 3, interval, ..Self::new(mid, None, Codec::Vp9, 1) }
    }

    /// Sends 25 pictures per second that make so many bits per second, keyframes aside.
    #[must_use]
    pub fn with_bitrate(mut self, bitrate: usize) -> Self {
        self.interval = Duration::from_millis(40);
        self.size = bitrate / 8 / 25;
        self
    }

    /// Begins at this time.
    #[must_use]
    pub fn from(mut self, start: Instant) -> Self {
        self.due = start;
        self
    }

    fn new(mid: Mid, rid: Option<Rid>, codec: Codec, layer: u8) -> Self {
        Self {
            mid,
            rid,
            codec,
            layer,
            inside: 0,
            tells_sizes: true,
            interval: Duration::from_millis(20),
            size: SMALL,
            due: Instant::now(),
            // Apart, so that a stream that is put together wrongly shows.
            seq: 5_000 * u64::from(layer) + 100,
            time: 1_000_000 * u32::from(layer),
            picture_id: 0,
            keyframe: true,
            voice: Voice::Steady(-25),
            silence: 0,
            film: None,
        }
    }

    /// Another voice is in front of the microphone.
    pub fn set_voice(&mut self, voice: Voice) {
        self.voice = voice;
    }

    /// When the next picture or sound is due.
    pub fn due(&self) -> Instant {
        self.due
    }

    /// Whether it shows something.
    pub fn is_camera(&self) -> bool {
        self.codec != Codec::Opus
    }

    /// Nothing is due before this time.
    pub fn wait(&mut self, until: Instant) {
        self.due = self.due.max(until);
    }

    /// The next picture is to need no other.
    pub fn want_keyframe(&mut self) {
        self.keyframe = true;
    }

    /// Sends what is due. Nothing can be sent before the m-line is negotiated.
    pub fn run(&mut self, rtc: &mut Rtc, now: Instant) {
        while self.due <= now {
            self.send(rtc, now);
            self.due += self.interval;
        }
    }

    fn send(&mut self, rtc: &mut Rtc, now: Instant) {
        if !rtc.is_connected() {
            return;
        }
        let params = rtc.codec_config().params();
        let Some(pt) = params.iter().find(|p| p.spec().codec == self.codec).map(PayloadParams::pt)
        else {
            return;
        };
        let audio = self.codec == Codec::Opus;
        let level = audio.then(|| self.voice.level(self.due));
        // As browsers do: in silence a packet from time to time.
        self.silence = if level == Some(None) { self.silence + 1 } else { 0 };
        if self.silence % SILENT_INTERVALS > 1 {
            return self.pass();
        }
        let payloads = self.payloads();
        let last = payloads.len().saturating_sub(1);
        let mut api = rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(self.mid, self.rid) else {
            return;
        };
        let extensions = ExtensionValues {
            audio_level: level.map(|level| level.unwrap_or(SILENCE)),
            voice_activity: level.map(|level| level.is_some()),
            ..ExtensionValues::default()
        };
        for (index, payload) in payloads.into_iter().enumerate() {
            let write = RtpWrite::new(pt, self.seq.into(), self.time, now, payload)
                .marker(index == last)
                .ext_vals(extensions.clone())
                .nackable(!audio);
            stream.write_rtp(write);
            self.seq += 1;
        }
        self.picture_id = (self.picture_id + 1) & 0x7fff;
        self.keyframe = false;
        self.pass();
    }

    /// The media's time passes.
    fn pass(&mut self) {
        let ticks = if self.codec == Codec::Opus { 48 } else { 90 };
        let millis = u32::try_from(self.interval.as_millis()).unwrap_or(u32::MAX).max(1);
        self.time = self.time.wrapping_add(ticks * millis);
    }

    /// The packets of a picture or sound.
    fn payloads(&mut self) -> Vec<Vec<u8>> {
        if let Some(film) = &mut self.film {
            let next = if self.keyframe { 0 } else { film.next };
            film.next = next + 1;
            let chunks = film.clip.picture(next).chunks(LARGEST).enumerate();
            let id = self.picture_id;
            return chunks
                .map(|(index, chunk)| [&descriptor(id, index == 0), chunk].concat())
                .collect();
        }
        if self.inside > 0 {
            let layers = (0..self.inside).flat_map(|spatial| self.layer_in_space(spatial));
            return std::iter::once(vec![0xa8, 0x80]).chain(layers).collect();
        }
        let sizes = self.picture_size().map_or_else(|| vec![SMALL], packet_sizes);
        let sizes = sizes.into_iter().enumerate();
        sizes.map(|(index, size)| self.payload(index == 0, size)).collect()
    }

    /// Bytes of this picture; `None` if it only has to arrive.
    fn picture_size(&self) -> Option<usize> {
        let factor = if self.keyframe { KEYFRAME_FACTOR } else { 1 };
        (self.size != SMALL).then_some(self.size * factor)
    }

    /// The packets of one layer of a picture: descriptor with picture id, layer and TL0PICIDX.
    fn layer_in_space(&self, spatial: u8) -> Vec<Vec<u8>> {
        let [high, low] = self.picture_id.to_be_bytes();
        let sizes = match (self.picture_size(), spatial) {
            (None, 0) => vec![SMALLEST],
            (None, _) => vec![SMALLEST; 2],
            // Each layer has about twice as much as all below it.
            (Some(size), _) => packet_sizes(2 * size / 3usize.pow(3 - u32::from(spatial))),
        };
        let last = sizes.len() - 1;
        let packet = |(index, size)| {
            let mut flags = 0xa0;
            flags |= if self.keyframe { 0 } else { 0x40 };
            flags |= if index == 0 { 0x08 } else { 0 };
            flags |= if index == last { 0x04 } else { 0 };
            let has_sizes = self.tells_sizes && self.keyframe && spatial == 0;
            flags |= if has_sizes { 0x02 } else { 0 };
            let mut payload = vec![flags, 0x80 | high, low, spatial << 1, low];
            if has_sizes {
                payload.push((self.inside - 1) << 5 | 0x10);
                let sizes = [(320u16, 180u16), (640, 360), (1280, 720)];
                for (width, height) in sizes.into_iter().take(self.inside.into()) {
                    payload.extend([width, height].map(u16::to_be_bytes).concat());
                }
            }
            payload.resize(size, self.layer);
            payload
        };
        sizes.into_iter().enumerate().map(packet).collect()
    }

    fn payload(&self, begins: bool, size: usize) -> Vec<u8> {
        let mut payload = match self.codec {
            Codec::Vp8 => vp8(self.picture_id, begins, self.keyframe),
            _ => vec![0xf8, 0xff, 0xfe],
        };
        payload.push(self.layer);
        payload.resize(size, 0);
        payload
    }
}

/// The packets of a picture.
fn packet_sizes(mut size: usize) -> Vec<usize> {
    let mut sizes = Vec::new();
    while size > LARGEST {
        sizes.push(LARGEST);
        size -= LARGEST;
    }
    sizes.push(size.max(SMALL));
    sizes
}

/// Bytes of a packet that only has to arrive.
const SMALL: usize = 60;
/// Bytes that have room for a VP9 descriptor with three sizes.
const SMALLEST: usize = 24;
/// Bytes that leave room for all headers.
const LARGEST: usize = 1100;
const KEYFRAME_FACTOR: usize = 3;
/// dBov.
const SILENCE: i8 = -127;
/// Intervals between two packets of silence.
const SILENT_INTERVALS: u32 = 20;
/// Of a film, in a second.
const PICTURES: u32 = 15;

/// Descriptor with a long picture id, TL0PICIDX and TID.
fn descriptor(picture_id: u16, begins: bool) -> [u8; 6] {
    let [high, low] = picture_id.to_be_bytes();
    [if begins { 0x90 } else { 0x80 }, 0xe0, 0x80 | high, low, low, 0]
}

/// Descriptor and the first byte of a picture, or of what follows of it.
fn vp8(picture_id: u16, begins: bool, keyframe: bool) -> Vec<u8> {
    let picture = if begins && keyframe { 0x10 } else { 0x11 };
    [&descriptor(picture_id, begins)[..], &[picture]].concat()
}

/// The layer in space of a packet of a VP9 camera.
pub fn spatial_of(payload: &[u8]) -> u8 {
    payload.get(3).map_or(0, |byte| byte >> 1 & 7)
}

/// The mark of a VP8 packet.
pub fn layer_of(payload: &[u8]) -> u8 {
    payload.get(7).copied().unwrap_or_default()
}

/// Whether a VP8 packet begins a picture that needs no other.
pub fn is_keyframe(payload: &[u8]) -> bool {
    payload.get(6).is_some_and(|byte| byte & 1 == 0)
}

/// Of a VP8 packet.
pub fn picture_id(payload: &[u8]) -> u16 {
    let id = payload.get(2..4).and_then(|id| id.first_chunk()).copied();
    u16::from_be_bytes(id.unwrap_or_default()) & 0x7fff
}
