//! As what the tracks are encoded: what their options say, narrowed to the layers that somebody
//! watches.

use indexmap::IndexMap;

use trunkline_protocol::sfu::{event, models};

use super::{Publication, Publisher};
use crate::core::{
    backoff::Again,
    effect::{Effect, PeerEffect},
    host::Host,
    ids::{PeerId, TransceiverId},
    layers,
    outbox::Outbox,
    state::TrackType,
};

/// What the SFU wants encoded, by publish option and track type.
pub(super) type Qualities = IndexMap<(i32, TrackType), event::VideoSender>;

impl Publisher {
    /// The SFU says which layers somebody watches.
    pub(crate) fn set_qualities<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        senders: Vec<event::VideoSender>,
    ) {
        for sender in senders {
            let key = (sender.publish_option_id, sender.track_type());
            let publications = self.publications.iter_mut();
            self.qualities.insert(key, sender);
            for publication in publications.filter(|p| (p.option.id, p.track_type) == key) {
                publication.encoding = Again::default();
                publication.narrow(out, self.peer, &self.qualities);
            }
        }
    }

    /// The browser did not change what a track is encoded as: it is told again, for somebody watches
    /// in vain.
    pub(crate) fn on_encodings_failed<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        transceiver: TransceiverId,
        cause: H::Thrown,
    ) {
        let mut publications = self.publications.iter_mut();
        let Some(publication) = publications.find(|p| p.transceiver == transceiver) else {
            return;
        };
        let is_new = publication.encoding.due().is_none();
        if publication.encoding.failed(out) == 1 && is_new {
            out.warn("what a track is encoded as could not be changed", Some(cause));
        }
    }
}

impl Publication {
    /// Tells the browser as what it is encoded.
    pub(super) fn encode<H: Host>(&self, out: &mut Outbox<H>, peer: PeerId, qualities: &Qualities) {
        let effect = PeerEffect::SetEncodings {
            transceiver: self.transceiver,
            encodings: self.encodings.clone(),
            degradation: None,
        };
        out.push(Effect::Peer(peer, effect));
        self.narrow(out, peer, qualities);
    }

    /// Tells the browser which layers somebody watches, as far as that is known.
    pub(super) fn narrow<H: Host>(&self, out: &mut Outbox<H>, peer: PeerId, qualities: &Qualities) {
        if let Some(quality) = qualities.get(&(self.option.id, self.track_type)) {
            out.push(Effect::Peer(peer, set_quality(self.transceiver, quality)));
        }
    }
}

fn set_quality(transceiver: TransceiverId, quality: &event::VideoSender) -> PeerEffect {
    PeerEffect::SetEncodings {
        transceiver,
        encodings: layers::wanted_encodings(&quality.layers),
        degradation: degradation(quality.degradation_preference()),
    }
}

pub(super) fn degradation(preference: models::DegradationPreference) -> Option<&'static str> {
    match preference {
        models::DegradationPreference::Unspecified => None,
        models::DegradationPreference::Balanced => Some("balanced"),
        models::DegradationPreference::MaintainFramerate => Some("maintain-framerate"),
        models::DegradationPreference::MaintainResolution => Some("maintain-resolution"),
        models::DegradationPreference::MaintainFramerateAndResolution => {
            Some("maintain-framerate-and-resolution")
        }
    }
}
