//! The peer connection on which a participant receives: what is offered, and what passes.

use std::{collections::HashMap, net::SocketAddr, time::Instant};

use str0m::{
    change::{SdpAnswer, SdpPendingOffer},
    format::PayloadParams,
    media::{Direction, MediaKind, Mid},
    rtp::RtpPacket,
};
use trunkline_protocol::sfu::{
    event::SubscriberOffer,
    models::{Error, ErrorCode},
};

use super::{
    layers::{ArrivingLayer, LayerId},
    negotiation::{Due, Negotiation},
    output::{Content, Output},
    peer::Peer,
    sdp,
};
use crate::sfu::{
    ids::{TrackKey, is_audio},
    signalling::{AvailableTrack, error},
};

/// What one participant receives.
pub struct Subscriber {
    pub peer: Peer,
    outputs: HashMap<TrackKey, Output>,
    negotiation: Negotiation,
    pending: Option<SdpPendingOffer>,
    last_offer: Option<SubscriberOffer>,
    /// The first m-line. The others are bundled with it, so it is silenced and never stopped:
    /// browsers would begin a new transport then, and refuse an offer without any m-line that
    /// lives.
    first: Option<Mid>,
    /// m-lines whose track is gone for good.
    stopped: Vec<Mid>,
    restart: bool,
}

/// Which tracks are received now and were not, and the other way round.
#[derive(Default)]
pub struct Difference {
    pub added: Vec<TrackKey>,
    pub removed: Vec<TrackKey>,
}

impl Subscriber {
    pub fn new(address: SocketAddr, now: Instant) -> Self {
        Self {
            peer: Peer::new(address, now),
            outputs: HashMap::new(),
            negotiation: Negotiation::default(),
            pending: None,
            last_offer: None,
            first: None,
            stopped: Vec::new(),
            restart: false,
        }
    }

    /// Brings the outputs up to date with what there is and what is wished for.
    ///
    /// A track that is no longer wanted keeps its m-line: it may be wanted again, and frames then
    /// go on without a negotiation.
    pub fn update(&mut self, available: &[AvailableTrack]) -> Difference {
        let mut difference = Difference::default();
        let is_available = |key: &TrackKey| available.iter().any(|track| track.key == *key);
        let gone: Vec<_> = self.outputs.keys().filter(|key| !is_available(key)).copied().collect();
        for key in gone {
            if let Some(output) = self.outputs.remove(&key) {
                self.stopped.extend(output.mid);
                difference.removed.push(key);
            }
        }
        for track in available {
            match self.outputs.get_mut(&track.key) {
                Some(output) => output.update(track),
                None if track.wish.is_some() => {
                    self.outputs.insert(track.key, Output::new(track));
                    difference.added.push(track.key);
                }
                None => {}
            }
        }
        difference
    }

    /// The next offer is to restart ICE, whether or not an earlier one was answered.
    pub fn restart(&mut self) {
        self.restart = true;
    }

    /// What to offer now, if anything. At most one offer waits for its answer.
    pub fn offer(&mut self, now: Instant) -> Option<SubscriberOffer> {
        if self.negotiation.is_outstanding() && !self.restart {
            return None;
        }
        // An ICE restart makes sense only for a connection that was begun.
        let restart = std::mem::take(&mut self.restart) && self.last_offer.is_some();
        let mut api = self.peer.rtc.sdp_api();
        let mut new: Vec<_> =
            self.outputs.iter_mut().filter(|(_, output)| output.mid.is_none()).collect();
        new.sort_by_key(|(key, _)| **key);
        for (key, output) in new {
            let kind = if is_audio(output.kind) { MediaKind::Audio } else { MediaKind::Video };
            let track_id = format!("{:x}-{}", key.publisher.0, i32::from(key.kind));
            let mid = api.add_media(
                kind,
                Direction::SendOnly,
                Some(output.token.clone()),
                Some(track_id),
                None,
            );
            output.mid = Some(mid);
            self.first.get_or_insert(mid);
        }
        if let Some(pending) = self.pending.take() {
            api.merge(pending);
        }
        for mid in self.stopped.drain(..) {
            if self.first == Some(mid) {
                api.set_direction(mid, Direction::Inactive);
            } else {
                api.stop_media(mid);
            }
        }
        if restart {
            api.ice_restart(true);
        }
        let (offer, pending) = api.apply()?;
        self.pending = Some(pending);
        let offer = SubscriberOffer {
            ice_restart: restart,
            sdp: self.finish(&offer.to_sdp_string()),
            negotiation_id: self.negotiation.offered(now),
        };
        self.last_offer = Some(offer.clone());
        Some(offer)
    }

    /// What to do about an offer that is not answered.
    pub fn overdue(&mut self, now: Instant) -> Option<Overdue> {
        match self.negotiation.poll(now) {
            Due::Nothing => None,
            Due::GiveUp => Some(Overdue::GaveUp),
            Due::Repeat(negotiation_id) => {
                let offer = self.last_offer.as_mut()?;
                offer.negotiation_id = negotiation_id;
                Some(Overdue::Repeat(offer.clone()))
            }
        }
    }

    /// Takes an answer. One to an earlier offer is ignored.
    pub fn answer(&mut self, id: u32, answer: &str, now: Instant) -> Result<(), Error> {
        if !self.negotiation.answered(id) {
            return Ok(());
        }
        let refused = |reason: &dyn std::fmt::Display| {
            let text = format!("the answer cannot be used: {reason}");
            error(ErrorCode::RequestValidationFailed, text)
        };
        let Some(pending) = self.pending.take() else {
            return Ok(());
        };
        let answer = SdpAnswer::from_sdp_string(answer).map_err(|reason| refused(&reason))?;
        let accepted = self.peer.rtc.sdp_api().accept_answer(pending, answer);
        self.peer.elapse(now);
        accepted.map_err(|reason| refused(&reason))
    }

    /// Chooses the layer of a track. Returns the one of which a keyframe is needed.
    ///
    /// None is needed while nothing can pass: it would be lost, and delay the next request.
    pub fn retarget(&mut self, key: TrackKey, arriving: &[ArrivingLayer]) -> Option<LayerId> {
        let output = self.outputs.get_mut(&key)?;
        let layer = output.retarget(arriving)?;
        let mid = output.mid?;
        let is_negotiated = self.peer.rtc.direct_api().stream_tx_by_mid(mid, None).is_some();
        Some(layer).filter(|_| is_negotiated && self.peer.is_connected())
    }

    /// Packets were lost for good: every picture has to begin anew.
    pub fn resync(&mut self) -> Vec<TrackKey> {
        self.outputs.values_mut().for_each(Output::resync);
        self.tracks()
    }

    /// The track and layer behind an m-line.
    pub fn layer_at(&self, mid: Mid) -> Option<(TrackKey, LayerId)> {
        let (key, output) = self.outputs.iter().find(|(_, output)| output.mid == Some(mid))?;
        Some((*key, output.layer()?))
    }

    /// The tracks that are received or were.
    pub fn tracks(&self) -> Vec<TrackKey> {
        self.outputs.keys().copied().collect()
    }

    /// Lets a packet pass, if it is to. Returns whether it did: the peer has to be drained then.
    pub fn forward(
        &mut self,
        key: TrackKey,
        packet: &RtpPacket,
        layer: LayerId,
        content: &Content,
        codec: PayloadParams,
        now: Instant,
    ) -> bool {
        if !self.peer.is_connected() {
            return false;
        }
        let Some(output) = self.outputs.get_mut(&key) else {
            return false;
        };
        let Some(payload_type) =
            self.peer.rtc.codec_config().match_params(codec).map(PayloadParams::pt)
        else {
            return false;
        };
        let mut api = self.peer.rtc.direct_api();
        // Missing until the offer that holds the m-line is answered.
        let Some(stream) = output.mid.and_then(|mid| api.stream_tx_by_mid(mid, None)) else {
            return false;
        };
        match output.forward(packet, layer, content, payload_type, now) {
            Some(write) => {
                stream.write_rtp(write);
                true
            }
            None => false,
        }
    }

    /// Puts in what str0m has no option for.
    fn finish(&self, offer: &str) -> String {
        let ids = self.outputs.values().map(|o| (o.token.as_str(), o.stream_id.as_str()));
        let offer = sdp::replace_stream_ids(offer, ids);
        let stereo = self.outputs.values().filter(|output| output.stereo);
        stereo.filter_map(|output| output.mid).fold(offer, |offer, mid| {
            sdp::add_opus_parameters(&offer, &mid.to_string(), "stereo=1;sprop-stereo=1")
        })
    }
}

/// An offer that was not answered in time.
pub enum Overdue {
    /// Send it again: it may have met a client that was just replacing its peer connection.
    Repeat(SubscriberOffer),
    /// The client does not answer.
    GaveUp,
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use str0m::{Rtc, change::SdpOffer};
    use trunkline_protocol::sfu::models::TrackType;

    use super::*;
    use crate::sfu::{ids::SessionKey, signalling::Wish};

    #[test]
    fn the_first_m_line_lives_as_long_as_the_connection() {
        let now = Instant::now();
        let mut browser = Rtc::new(now);
        let mut subscriber = Subscriber::new((Ipv4Addr::LOCALHOST, 9).into(), now);
        let mut bundles = Vec::new();
        for publishers in [&[1, 2][..], &[2], &[], &[3], &[4]] {
            let tracks: Vec<_> = publishers.iter().map(|id| microphone(*id)).collect();
            subscriber.update(&tracks);
            let offer = subscriber.offer(now).unwrap();
            let group = offer.sdp.lines().find_map(|line| line.strip_prefix("a=group:BUNDLE "));
            let mids = group.unwrap().split(' ').map(str::to_owned);
            bundles.push(mids.collect::<Vec<_>>());
            let answer = SdpOffer::from_sdp_string(&offer.sdp).unwrap();
            let answer = browser.sdp_api().accept_offer(answer).unwrap().to_sdp_string();
            subscriber.answer(offer.negotiation_id, &answer, now).unwrap();
        }
        let lengths: Vec<_> = bundles.iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 2, 1, 2, 2]);
        assert!(bundles.iter().all(|mids| mids.first() == bundles[0].first()), "{bundles:?}");
    }

    #[test]
    fn no_keyframe_is_asked_for_while_nothing_can_pass() {
        let now = Instant::now();
        let mut subscriber = Subscriber::new((Ipv4Addr::LOCALHOST, 9).into(), now);
        let mut camera = microphone(1);
        camera.key.kind = TrackType::Video;
        subscriber.update(&[camera.clone()]);
        subscriber.offer(now).unwrap();

        let arriving = [ArrivingLayer { id: None, size: None }];
        assert_eq!(subscriber.retarget(camera.key, &arriving), None);
        assert_eq!(subscriber.outputs[&camera.key].layer(), Some(None), "chosen all the same");
    }

    fn microphone(publisher: u64) -> AvailableTrack {
        AvailableTrack {
            key: TrackKey { publisher: SessionKey(publisher), kind: TrackType::Audio },
            stream_id: format!("{publisher}:TRACK_TYPE_AUDIO"),
            stereo: false,
            live: true,
            wish: Some(Wish::default()),
        }
    }
}
