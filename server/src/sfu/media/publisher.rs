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
    keyframes::KeyframeRequests,
    layers::{ArrivingLayer, LayerId},
    peer::Peer,
    sdp,
};
use crate::sfu::{
    ids::{Size, is_audio},
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
    sizes: Vec<(Rid, Size)>,
    /// Layers that arrive.
    layers: HashMap<LayerId, KeyframeRequests>,
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
    pub fn new(address: SocketAddr, now: Instant) -> Self {
        Self { peer: Peer::new(address, now), tracks: Vec::new(), streams: HashMap::new() }
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
        let answer =
            self.peer.rtc.sdp_api().accept_offer(offer).map_err(|reason| refused(&reason))?;
        self.peer.elapse(now);
        self.set_tracks(tracks);
        let answer = tracks
            .iter()
            .filter(|track| is_audio(track.track_type()))
            .map(|track| (track.mid.as_str(), opus_parameters(track)))
            .filter(|(_, parameters)| !parameters.is_empty())
            .fold(answer.to_sdp_string(), |answer, (mid, parameters)| {
                sdp::add_opus_parameters(&answer, mid, &parameters)
            });
        Ok(answer)
    }

    /// Where a packet belongs; `None` for one that belongs to no announced track.
    pub fn locate(&mut self, packet: &RtpPacket) -> Option<Origin> {
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
        track.layers.entry(layer).or_default();
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
        layers.map(|id| ArrivingLayer { id: *id, size: track.size_of(*id) }).collect()
    }

    /// Somebody cannot go on without a keyframe.
    pub fn want_keyframe(&mut self, kind: TrackType, layer: LayerId) {
        let track = self.tracks.iter_mut().find(|track| track.kind == kind);
        if let Some(requests) = track.and_then(|track| track.layers.get_mut(&layer)) {
            requests.want();
        }
    }

    /// A keyframe begins to arrive.
    pub fn keyframe_arrived(&mut self, kind: TrackType, layer: LayerId) {
        let track = self.tracks.iter_mut().find(|track| track.kind == kind);
        if let Some(requests) = track.and_then(|track| track.layers.get_mut(&layer)) {
            requests.arrived();
        }
    }

    /// Asks the browser for the keyframes that are wanted. Returns whether it did: the peer has to
    /// be drained then.
    pub fn request_keyframes(&mut self, now: Instant) -> bool {
        let mut asked = false;
        for track in &mut self.tracks {
            for (layer, requests) in &mut track.layers {
                if requests.poll(now)
                    && let Some(stream) =
                        self.peer.rtc.direct_api().stream_rx_by_mid(track.mid, *layer)
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
                PublishedTrack {
                    kind,
                    mid,
                    sizes: info.layers.iter().filter_map(layer_size).collect(),
                    layers: before
                        .map(|track| std::mem::take(&mut track.layers))
                        .unwrap_or_default(),
                }
            })
            .collect();
    }
}

impl PublishedTrack {
    /// The announced size of a layer. A track that is sent without simulcast has one layer without
    /// a name, which is the largest one announced.
    fn size_of(&self, layer: LayerId) -> Option<Size> {
        match layer {
            Some(rid) => self.sizes.iter().find(|(name, _)| *name == rid).map(|(_, size)| *size),
            None => self
                .sizes
                .iter()
                .map(|(_, size)| *size)
                .max_by_key(|size| u64::from(size.width) * u64::from(size.height)),
        }
    }
}

fn layer_size(layer: &VideoLayer) -> Option<(Rid, Size)> {
    let dimension = layer.video_dimension.as_ref().copied().and_then(size)?;
    Some((Rid::from(layer.rid.as_str()), dimension))
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
