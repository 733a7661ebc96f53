//! The peer connection on which a participant publishes, and the layers that arrive on it.

use std::{
    collections::{BTreeSet, HashMap},
    time::Instant,
};

use str0m::{
    format::PayloadParams,
    media::{KeyframeRequestKind, Mid, Rid},
    rtp::{RtpPacket, Ssrc},
};
use trunkline_protocol::sfu::models::{Codec, Error, ErrorCode, TrackInfo, TrackType, VideoLayer};

use super::{
    content::Content,
    demand::{Ladder, Rung},
    description::{MOST_SOURCES, Offer, Section, refused},
    endpoint::Endpoint,
    gaps::Arrival,
    layers::{ArrivingLayer, LayerId, StreamId},
    peer::{Peer, Side},
    sdp,
    stream::Stream,
};
use crate::sfu::{
    ids::{Size, is_audio, video_codec},
    random,
    signalling::{error, size},
};

/// What one participant publishes.
pub struct Publisher {
    pub peer: Peer,
    tracks: Vec<PublishedTrack>,
    /// Where the packets of a stream belong; browsers stop naming mid and rid in packets after a
    /// while.
    streams: HashMap<Ssrc, (Mid, StreamId)>,
    /// Streams that its offers have named by number.
    sources: BTreeSet<u32>,
}

/// A track and its layers.
struct PublishedTrack {
    kind: TrackType,
    mid: Mid,
    /// As announced by the publisher, the smallest first.
    announced: Vec<Announced>,
    /// Streams that arrive or did.
    streams: HashMap<StreamId, Stream>,
    /// Which layers the publisher is to encode.
    ladder: Ladder,
}

/// What a publisher says about a layer.
struct Announced {
    rid: Rid,
    size: Size,
    /// bits/s
    bitrate: u64,
}

/// What came out of an offer.
#[derive(Debug)]
pub struct Published {
    pub answer: String,
    /// With the codecs that are sent: a browser may lack one that it announced.
    pub tracks: Vec<TrackInfo>,
}

/// Where a packet belongs, and what is in it.
pub struct Origin {
    pub kind: TrackType,
    pub stream: StreamId,
    pub arrival: Arrival,
    /// Its layer is heard for the first time, or again after a pause.
    pub is_new_layer: bool,
    /// How the publisher encodes it.
    pub codec: PayloadParams,
    pub content: Content,
}

impl Publisher {
    pub fn new(endpoint: &Endpoint, now: Instant) -> Self {
        let peer = Peer::new(endpoint, Side::Publisher, now);
        Self { peer, tracks: Vec::new(), streams: HashMap::new(), sources: BTreeSet::new() }
    }

    /// Takes an offer and the full list of tracks in it.
    ///
    /// An offer that cannot be used changes nothing.
    pub fn accept(
        &mut self,
        offer: Offer,
        tracks: &[TrackInfo],
        now: Instant,
    ) -> Result<Published, Error> {
        let Offer { sdp: offer, sections, sources, client } = offer;
        for track in tracks {
            let wanted = if is_audio(track.track_type()) { "audio" } else { "video" };
            let fits = |section: &Section| section.mid == track.mid && section.media == wanted;
            if !sections.iter().any(fits) {
                let text = format!("the offer has no {wanted} section with mid {}", track.mid);
                return Err(error(ErrorCode::PublishTracksMismatch, text));
            }
        }
        // str0m keeps something for each of them until the end.
        if self.sources.union(&sources).count() > MOST_SOURCES {
            let reason = format!("with those before it names more than {MOST_SOURCES} streams");
            return Err(refused("offer", &reason));
        }
        self.sources.extend(sources);
        // Where the client restarts ICE, str0m makes up a name and a password.
        random::reseed();
        let answer = self.peer.attempt(|rtc| rtc.sdp_api().accept_offer(offer));
        let answer = answer.map_err(|reason| refused("offer", &reason))?;
        let answer = self.peer.marked(answer.to_sdp_string());
        self.peer.consent.learn(client);
        self.peer.elapse(now);
        self.set_tracks(tracks);
        // A browser sends the first codec of the answer, so there must be no other.
        let codecs: HashMap<_, _> =
            tracks.iter().map(|track| (track.mid.as_str(), video_codec(track))).collect();
        let answer = sdp::keep_codec(&answer, |mid| codecs.get(mid).map(String::as_str));
        let sounds = tracks.iter().filter(|track| is_audio(track.track_type()));
        let opus: HashMap<_, _> = sounds
            .map(|track| (track.mid.as_str(), opus_parameters(track)))
            .filter(|(_, parameters)| !parameters.is_empty())
            .collect();
        let answer = sdp::add_opus_parameters(&answer, |mid| opus.get(mid).map(String::as_str));
        let mut tracks = tracks.to_vec();
        for track in tracks.iter_mut().filter(|track| !is_audio(track.track_type())) {
            if let Some(name) = sdp::first_codec(&answer, &track.mid) {
                track.codec = Some(Codec { name, ..track.codec.take().unwrap_or_default() });
            }
        }
        Ok(Published { answer, tracks })
    }

    /// Where a packet belongs; `None` for one that belongs to no announced track.
    pub fn locate(&mut self, packet: &RtpPacket, now: Instant) -> Option<Origin> {
        let ssrc = packet.header.ssrc;
        let (mid, id) = match self.streams.get(&ssrc) {
            Some(known) => *known,
            None => {
                let mut api = self.peer.rtc.direct_api();
                let stream = api.stream_rx(&ssrc)?;
                let found = (stream.mid(), stream.rid());
                self.streams.insert(ssrc, found);
                found
            }
        };
        let track = self.tracks.iter_mut().find(|track| track.mid == mid)?;
        let payload_type = packet.header.payload_type;
        let codec = *self.peer.rtc.codec_config().find(|known| known.pt() == payload_type)?;
        let stream = track.streams.entry(id).or_default();
        let (content, arrival, is_new_layer) = stream.take(packet, codec.spec().codec, now);
        Some(Origin { kind: track.kind, stream: id, arrival, is_new_layer, codec, content })
    }

    /// A stream fell silent. Returns the track it belongs to.
    pub fn silence(&mut self, mid: Mid, stream: StreamId) -> Option<TrackType> {
        let track = self.tracks.iter_mut().find(|track| track.mid == mid)?;
        track.streams.get_mut(&stream)?.silence().then_some(track.kind)
    }

    /// The layers of a track that arrive, with their sizes.
    pub fn arriving(&self, kind: TrackType) -> Vec<ArrivingLayer> {
        let track = self.tracks.iter().find(|track| track.kind == kind);
        track.map(PublishedTrack::arriving).unwrap_or_default()
    }

    /// The videos among the tracks.
    pub fn videos(&self) -> Vec<TrackType> {
        self.tracks.iter().map(|track| track.kind).filter(|kind| !is_audio(*kind)).collect()
    }

    /// The announced layers of a video and what is known of the demand for them.
    pub fn ladder(&mut self, kind: TrackType) -> Option<&mut Ladder> {
        let track = self.tracks.iter_mut().find(|track| track.kind == kind);
        track.map(|track| &mut track.ladder)
    }

    /// Somebody cannot go on without a keyframe.
    pub fn want_keyframe(&mut self, kind: TrackType, stream: StreamId) {
        let track = self.tracks.iter_mut().find(|track| track.kind == kind);
        if let Some(stream) = track.and_then(|track| track.streams.get_mut(&stream)) {
            stream.want_keyframe();
        }
    }

    /// The streams of videos of which something was lost for good.
    pub fn losses(&mut self, now: Instant) -> Vec<(TrackType, StreamId)> {
        let videos = self.tracks.iter_mut().filter(|track| !is_audio(track.kind));
        let losses = videos.flat_map(|track| {
            let kind = track.kind;
            let loss = move |(id, stream): (&StreamId, &mut Stream)| {
                stream.has_lost(now).then_some((kind, *id))
            };
            track.streams.iter_mut().filter_map(loss)
        });
        losses.collect()
    }

    /// Asks the browser for the keyframes that are wanted. Returns whether it did: the peer has to
    /// be drained then.
    pub fn request_keyframes(&mut self, now: Instant) -> bool {
        let mut asked = false;
        for track in &mut self.tracks {
            for (id, stream) in &mut track.streams {
                if stream.needs_keyframe(now)
                    && let Some(stream) =
                        self.peer.rtc.direct_api().stream_rx_by_mid(track.mid, *id)
                {
                    stream.request_keyframe(KeyframeRequestKind::Pli);
                    asked = true;
                }
            }
        }
        if asked {
            // str0m would wait for its next timer otherwise.
            self.peer.elapse(now);
        }
        asked
    }

    /// Takes the full list; streams that arrive go on.
    fn set_tracks(&mut self, tracks: &[TrackInfo]) {
        let mut known = std::mem::take(&mut self.tracks);
        self.tracks = tracks
            .iter()
            .map(|info| {
                let mid = Mid::from(info.mid.as_str());
                let kind = info.track_type();
                let before = known.iter_mut().find(|track| track.mid == mid && track.kind == kind);
                let mut announced: Vec<_> = info.layers.iter().filter_map(announced).collect();
                announced.sort_by_key(|layer| layer.size.area());
                let rungs = announced
                    .iter()
                    .map(|layer| Rung { name: layer.rid.to_string(), size: layer.size });
                let rungs = rungs.collect();
                let (streams, mut ladder) = before
                    .map(|track| {
                        (std::mem::take(&mut track.streams), std::mem::take(&mut track.ladder))
                    })
                    .unwrap_or_default();
                ladder.announce(info, rungs);
                PublishedTrack { kind, mid, announced, streams, ladder }
            })
            .collect();
    }
}

impl PublishedTrack {
    fn arriving(&self) -> Vec<ArrivingLayer> {
        let layers = self.streams.iter().flat_map(|(stream, arriving)| {
            let inside = arriving.arriving();
            let has_layers = inside.len() > 1;
            inside.into_iter().map(move |inside| {
                let id = LayerId { stream: *stream, spatial: inside.spatial };
                let announced = self.announced(id, has_layers);
                let rate = inside.rate.or(announced.map(|layer| layer.bitrate));
                let size = inside.size.or(announced.map(|layer| layer.size));
                ArrivingLayer { id, size, rate: rate.unwrap_or_default() }
            })
        });
        layers.collect()
    }

    /// What was announced of a layer. A track that is sent without simulcast has one stream without
    /// a name, which is the largest layer announced, or has all of them inside.
    fn announced(&self, id: LayerId, has_layers: bool) -> Option<&Announced> {
        match id.stream {
            Some(rid) => self.announced.iter().find(|layer| layer.rid == rid),
            None if has_layers => self.announced.get(usize::from(id.spatial)),
            None => self.announced.last(),
        }
    }
}

fn announced(layer: &VideoLayer) -> Option<Announced> {
    let size = layer.video_dimension.as_ref().copied().and_then(size)?;
    Some(Announced { rid: Rid::from(layer.rid.as_str()), size, bitrate: layer.bitrate.into() })
}

/// What the answer says about opus: clients announce these and leave it to the answer to switch
/// them on.
fn opus_parameters(track: &TrackInfo) -> String {
    let mut parameters = Vec::new();
    if track.dtx {
        parameters.push("usedtx=1");
    }
    if track.stereo {
        parameters.push("stereo=1;sprop-stereo=1");
    }
    parameters.join(";")
}
