//! The peer connection on which a participant publishes, and the layers that arrive on it.

use std::{collections::HashMap, net::SocketAddr, time::Instant};

use str0m::{
    change::SdpOffer,
    format::PayloadParams,
    media::{KeyframeRequestKind, Mid, Rid},
    rtp::{RtpPacket, Ssrc},
};
use trunkline_protocol::sfu::models::{Error, ErrorCode, TrackInfo, TrackType, VideoLayer};

use super::{
    demand::{Ladder, Rung},
    keyframes::KeyframeRequests,
    layers::{ArrivingLayer, LayerId},
    peer::{Peer, Side},
    rate::RateMeter,
    sdp,
};
use crate::sfu::{
    ids::{Size, is_audio, video_codec},
    signalling::{error, size},
};

/// What one participant publishes.
pub struct Publisher {
    pub peer: Peer,
    tracks: Vec<PublishedTrack>,
    /// Where the packets of a stream belong; browsers stop naming mid and rid in packets after a
    /// while.
    streams: HashMap<Ssrc, (Mid, LayerId)>,
}

/// A track and its layers.
struct PublishedTrack {
    kind: TrackType,
    mid: Mid,
    /// As announced by the publisher.
    announced: Vec<Announced>,
    /// Layers that arrive.
    layers: HashMap<LayerId, Layer>,
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

/// A layer that arrives.
#[derive(Default)]
struct Layer {
    keyframes: KeyframeRequests,
    rate: RateMeter,
}

/// Where a packet belongs.
pub struct Origin {
    pub kind: TrackType,
    pub layer: LayerId,
    /// The layer is heard for the first time, or again after a pause.
    pub is_new_layer: bool,
    /// How the publisher encodes it.
    pub codec: PayloadParams,
}

impl Publisher {
    pub fn new(addresses: &[SocketAddr], now: Instant) -> Self {
        let peer = Peer::new(addresses, Side::Publisher, now);
        Self { peer, tracks: Vec::new(), streams: HashMap::new() }
    }

    /// Takes an offer and the full list of tracks in it. Returns the answer.
    ///
    /// An offer that cannot be used changes nothing.
    pub fn accept(
        &mut self,
        offer: &str,
        tracks: &[TrackInfo],
        now: Instant,
    ) -> Result<String, Error> {
        let sections = sdp::media_sections(offer);
        for track in tracks {
            let wanted = if is_audio(track.track_type()) { "audio" } else { "video" };
            let fits = |section: &sdp::MediaSection<'_>| {
                section.mid == track.mid && section.media == wanted
            };
            if !sections.iter().any(fits) {
                let text = format!("the offer has no {wanted} section with mid {}", track.mid);
                return Err(error(ErrorCode::PublishTracksMismatch, text));
            }
        }
        let refused = |reason: &dyn std::fmt::Display| {
            let text = format!("the offer cannot be used: {reason}");
            error(ErrorCode::RequestValidationFailed, text)
        };
        let offer = SdpOffer::from_sdp_string(offer).map_err(|reason| refused(&reason))?;
        let answer = self.peer.attempt(|rtc| rtc.sdp_api().accept_offer(offer));
        let answer = answer.map_err(|reason| refused(&reason))?;
        self.peer.elapse(now);
        self.set_tracks(tracks);
        // A browser sends the first codec of the answer, so there must be no other.
        let codecs: HashMap<_, _> =
            tracks.iter().map(|track| (track.mid.as_str(), video_codec(track))).collect();
        let answer =
            sdp::keep_codec(&answer.to_sdp_string(), |mid| codecs.get(mid).map(String::as_str));
        let answer = tracks
            .iter()
            .filter(|track| is_audio(track.track_type()))
            .map(|track| (track.mid.as_str(), opus_parameters(track)))
            .filter(|(_, parameters)| !parameters.is_empty())
            .fold(answer, |answer, (mid, parameters)| {
                sdp::add_opus_parameters(&answer, mid, &parameters)
            });
        Ok(answer)
    }

    /// Where a packet belongs; `None` for one that belongs to no announced track.
    pub fn locate(&mut self, packet: &RtpPacket, now: Instant) -> Option<Origin> {
        let ssrc = packet.header.ssrc;
        let (mid, layer) = match self.streams.get(&ssrc) {
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
        let is_new_layer = !track.layers.contains_key(&layer);
        let meter = &mut track.layers.entry(layer).or_default().rate;
        meter.count(packet.payload.len(), now);
        let payload_type = packet.header.payload_type;
        let codec = *self.peer.rtc.codec_config().find(|known| known.pt() == payload_type)?;
        Some(Origin { kind: track.kind, layer, is_new_layer, codec })
    }

    /// A layer fell silent. Returns the track it belongs to.
    pub fn silence(&mut self, mid: Mid, layer: LayerId) -> Option<TrackType> {
        let track = self.tracks.iter_mut().find(|track| track.mid == mid)?;
        track.layers.remove(&layer).map(|_| track.kind)
    }

    /// The layers of a track that arrive, with their sizes.
    pub fn arriving(&self, kind: TrackType) -> Vec<ArrivingLayer> {
        let Some(track) = self.track(kind) else {
            return Vec::new();
        };
        let layers = track.layers.keys();
        layers.map(|id| track.arriving(*id)).collect()
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
    pub fn want_keyframe(&mut self, kind: TrackType, layer: LayerId) {
        let track = self.tracks.iter_mut().find(|track| track.kind == kind);
        if let Some(layer) = track.and_then(|track| track.layers.get_mut(&layer)) {
            layer.keyframes.want();
        }
    }

    /// A keyframe begins to arrive.
    pub fn keyframe_arrived(&mut self, kind: TrackType, layer: LayerId) {
        let track = self.tracks.iter_mut().find(|track| track.kind == kind);
        if let Some(layer) = track.and_then(|track| track.layers.get_mut(&layer)) {
            layer.keyframes.arrived();
        }
    }

    /// Asks the browser for the keyframes that are wanted. Returns whether it did: the peer has to
    /// be drained then.
    pub fn request_keyframes(&mut self, now: Instant) -> bool {
        let mut asked = false;
        for track in &mut self.tracks {
            for (id, layer) in &mut track.layers {
                if layer.keyframes.poll(now)
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

    fn track(&self, kind: TrackType) -> Option<&PublishedTrack> {
        self.tracks.iter().find(|track| track.kind == kind)
    }

    /// Takes the full list; layers that arrive go on.
    fn set_tracks(&mut self, tracks: &[TrackInfo]) {
        let mut known = std::mem::take(&mut self.tracks);
        self.tracks = tracks
            .iter()
            .map(|info| {
                let mid = Mid::from(info.mid.as_str());
                let kind = info.track_type();
                let before = known.iter_mut().find(|track| track.mid == mid && track.kind == kind);
                let announced: Vec<_> = info.layers.iter().filter_map(announced).collect();
                let rungs = announced
                    .iter()
                    .map(|layer| Rung { name: layer.rid.to_string(), size: layer.size });
                let rungs = rungs.collect();
                let (layers, mut ladder) = before
                    .map(|track| {
                        (std::mem::take(&mut track.layers), std::mem::take(&mut track.ladder))
                    })
                    .unwrap_or_default();
                ladder.announce(info, rungs);
                PublishedTrack { kind, mid, announced, layers, ladder }
            })
            .collect();
    }
}

impl PublishedTrack {
    fn arriving(&self, id: LayerId) -> ArrivingLayer {
        let announced = self.announced(id);
        let measured = self.layers.get(&id).and_then(|layer| layer.rate.rate());
        let rate = measured.or(announced.map(|layer| layer.bitrate)).unwrap_or_default();
        ArrivingLayer { id, size: announced.map(|layer| layer.size), rate }
    }

    /// What was announced of a layer. A track that is sent without simulcast has one layer without
    /// a name, which is the largest one announced.
    fn announced(&self, id: LayerId) -> Option<&Announced> {
        match id {
            Some(rid) => self.announced.iter().find(|layer| layer.rid == rid),
            None => self.announced.iter().max_by_key(|layer| layer.size.area()),
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
