//! The sending peer connection: what is published, and how that is agreed with the SFU.
//!
//! ```text
//!           a track was added         offer made           answer came
//! Stable ─────────────────▶ Offering ───────────▶ Asking ──────────────▶ Applying
//!    ▲  ◀──────────────────────┴── failed: roll back ┴──────────────────────┘
//!    └─ after a failure, Waiting for the next try
//! ```

use trunkline_protocol::{
    compact,
    sfu::{models, signal},
};

use super::{
    candidates::RemoteCandidates,
    rpc::{Rpc, Rpcs},
};
use crate::core::{
    effect::{Effect, PeerEffect},
    error::{Category, Error},
    ids::{CallKey, CaptureId, PeerId, TransceiverId},
    input::{Captured, OfferReport},
    layers,
    outbox::Outbox,
    state::TrackType,
    table::Table,
    time::Time,
};

/// Failures in a row after which the connection is made anew.
const FAILURES: u32 = 3;

/// The sending peer connection of one SFU session.
#[derive(Debug)]
pub(crate) struct Publisher {
    pub(crate) peer: PeerId,
    pub(crate) candidates: RemoteCandidates,
    owner: CallKey,
    publications: Table<TrackType, Publication>,
    negotiation: Negotiation,
    failures: u32,
    muting: Muting,
}

/// One published track. It stays for the whole session: a track that ends is muted, and a new one
/// takes its place without renegotiation.
#[derive(Debug)]
struct Publication {
    transceiver: TransceiverId,
    option: models::PublishOption,
    capture: Option<CaptureId>,
    track_id: String,
    layers: Vec<models::VideoLayer>,
    mid: Option<String>,
    announced: bool,
}

#[derive(Debug)]
enum Negotiation {
    Stable,
    Offering { again: bool },
    Asking { again: bool },
    Applying { again: bool, answer: String },
    Waiting { until: Time },
}

/// What the SFU was told of mute states, and what it is to be told.
#[derive(Debug, Default)]
struct Muting {
    wanted: Table<TrackType, bool>,
    told: Table<TrackType, bool>,
    in_flight: Option<Table<TrackType, bool>>,
}

/// What the call has to do about it.
pub(crate) enum PublisherNews {
    Nothing,
    /// The SFU does not let these be published.
    Refused(Error),
    /// The connection is beyond repair.
    Broken,
}

/// Call settings that a published audio track announces.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AudioSettings {
    pub(crate) dtx: bool,
    pub(crate) red: bool,
    pub(crate) stereo: bool,
}

impl Publisher {
    pub(crate) fn new(owner: CallKey, peer: PeerId) -> Self {
        Self {
            peer,
            candidates: RemoteCandidates::default(),
            owner,
            publications: Table::default(),
            negotiation: Negotiation::Stable,
            failures: 0,
            muting: Muting::default(),
        }
    }

    /// Sends a captured track.
    pub(crate) fn publish(
        &mut self,
        out: &mut Outbox,
        options: &[models::PublishOption],
        track_type: TrackType,
        capture: CaptureId,
        captured: &Captured,
    ) -> Result<(), Error> {
        if let Some(publication) = self.publications.get_mut(&track_type) {
            publication.capture = Some(capture);
            publication.track_id.clone_from(&captured.track_id);
            let transceiver = publication.transceiver;
            let effect = PeerEffect::ReplaceTrack { transceiver, capture: Some(capture) };
            out.push(Effect::Peer(self.peer, effect));
        } else {
            let option = options
                .iter()
                .find(|option| option.track_type() == track_type)
                .ok_or_else(|| {
                    Error::new("sfu-error", Category::Sfu, "the SFU offers no way to publish this")
                        .hint("The call type or the server does not support this kind of track.")
                })?;
            let layers = match track_type {
                TrackType::Video | TrackType::ScreenShare => {
                    layers::video_layers(option, captured.size)
                }
                TrackType::Audio | TrackType::ScreenShareAudio | TrackType::Unspecified => {
                    layers::Layers {
                        encodings: layers::audio_encodings(option),
                        announced: Vec::new(),
                    }
                }
            };
            let transceiver = out.id(Some(self.owner));
            let effect =
                PeerEffect::AddTransceiver { transceiver, capture, encodings: layers.encodings };
            out.push(Effect::Peer(self.peer, effect));
            let publication = Publication {
                transceiver,
                option: option.clone(),
                capture: Some(capture),
                track_id: captured.track_id.clone(),
                layers: layers.announced,
                mid: None,
                announced: false,
            };
            self.publications.insert(track_type, publication);
            self.negotiate(out);
        }
        self.muting.wanted.insert(track_type, false);
        Ok(())
    }

    /// Stops sending a track.
    pub(crate) fn unpublish(&mut self, out: &mut Outbox, track_type: TrackType) {
        let Some(publication) = self.publications.get_mut(&track_type) else {
            return;
        };
        if publication.capture.take().is_some() {
            let transceiver = publication.transceiver;
            let effect = PeerEffect::ReplaceTrack { transceiver, capture: None };
            out.push(Effect::Peer(self.peer, effect));
            self.muting.wanted.insert(track_type, true);
        }
    }

    pub(crate) fn on_offered(
        &mut self,
        out: &mut Outbox,
        rpcs: &mut Rpcs,
        session_id: &str,
        audio: AudioSettings,
        report: Result<OfferReport, crate::core::error::Cause>,
    ) -> PublisherNews {
        let Negotiation::Offering { again } = self.negotiation else {
            return PublisherNews::Nothing;
        };
        let offer = match report {
            Ok(offer) => offer,
            Err(cause) => {
                out.warn("no offer could be made", Some(cause));
                return self.failed(out);
            }
        };
        for publication in self.publications.values_mut() {
            let mid = offer.mids.iter().find(|(t, _)| *t == publication.transceiver);
            publication.mid = mid.map(|(_, mid)| mid.clone());
        }
        let request = signal::SetPublisherRequest {
            sdp: offer.sdp,
            session_id: session_id.to_owned(),
            tracks: self.tracks(audio),
        };
        rpcs.send(out, Rpc::SetPublisher, &request);
        self.negotiation = Negotiation::Asking { again };
        PublisherNews::Nothing
    }

    pub(crate) fn on_set(
        &mut self,
        out: &mut Outbox,
        result: Result<Vec<u8>, Error>,
    ) -> PublisherNews {
        let Negotiation::Asking { again } = self.negotiation else {
            return PublisherNews::Nothing;
        };
        let answer = result.and_then(|bytes| {
            compact::decode::<signal::SetPublisherResponse>(&bytes)
                .ok_or_else(|| Error::bad_response("publishing to the SFU"))
        });
        match answer {
            Ok(answer) => {
                let sdp = Some(answer.sdp.clone());
                out.push(Effect::Peer(self.peer, PeerEffect::AcceptAnswer { sdp }));
                self.negotiation = Negotiation::Applying { again, answer: answer.sdp };
                PublisherNews::Nothing
            }
            Err(error) if error.category == Category::Permission => {
                let effect = PeerEffect::AcceptAnswer { sdp: None };
                out.push(Effect::Peer(self.peer, effect));
                self.negotiation = Negotiation::Stable;
                PublisherNews::Refused(error)
            }
            Err(error) => {
                out.warn_of(error);
                let effect = PeerEffect::AcceptAnswer { sdp: None };
                out.push(Effect::Peer(self.peer, effect));
                self.failed(out)
            }
        }
    }

    pub(crate) fn on_answer_applied(
        &mut self,
        out: &mut Outbox,
        result: Result<(), crate::core::error::Cause>,
    ) -> PublisherNews {
        let Negotiation::Applying { again, answer } =
            std::mem::replace(&mut self.negotiation, Negotiation::Stable)
        else {
            return PublisherNews::Nothing;
        };
        if let Err(cause) = result {
            out.warn("the answer of the SFU could not be applied", Some(cause));
            return self.failed(out);
        }
        self.failures = 0;
        self.candidates.described(out, self.peer, &answer);
        for publication in self.publications.values_mut() {
            publication.announced |= publication.mid.is_some();
        }
        if again {
            self.negotiate(out);
        }
        PublisherNews::Nothing
    }

    /// Tells the SFU what is muted, as far as it does not know. Tracks that were never agreed on
    /// cannot be spoken of.
    pub(crate) fn tell_mute_states(&mut self, out: &mut Outbox, rpcs: &mut Rpcs, session_id: &str) {
        let muting = &mut self.muting;
        if muting.in_flight.is_some() {
            return;
        }
        let announced = |t: &TrackType| {
            self.publications.get(t).is_some_and(|publication| publication.announced)
        };
        let news: Table<TrackType, bool> = muting
            .wanted
            .iter()
            .filter(|(track_type, muted)| {
                announced(track_type) && muting.told.get(track_type) != Some(muted)
            })
            .map(|(track_type, muted)| (*track_type, *muted))
            .collect();
        if news.is_empty() {
            return;
        }
        let request = signal::UpdateMuteStatesRequest {
            session_id: session_id.to_owned(),
            mute_states: news
                .iter()
                .map(|(track_type, muted)| signal::TrackMuteState {
                    track_type: (*track_type).into(),
                    muted: *muted,
                })
                .collect(),
        };
        rpcs.send(out, Rpc::UpdateMuteStates, &request);
        muting.in_flight = Some(news);
    }

    pub(crate) fn on_mute_states_told(&mut self, out: &mut Outbox, result: Result<(), Error>) {
        let Some(news) = self.muting.in_flight.take() else {
            return;
        };
        if let Err(error) = result {
            out.warn_of(error);
        }
        // A request that failed for good is not repeated before the next change.
        for (track_type, muted) in news {
            self.muting.told.insert(track_type, muted);
        }
    }

    /// Another try after a failure is due.
    pub(crate) fn on_timeout(&mut self, out: &mut Outbox) {
        if let Negotiation::Waiting { until } = self.negotiation
            && until <= out.now
        {
            self.negotiation = Negotiation::Stable;
            self.negotiate(out);
        }
    }

    pub(crate) fn due(&self) -> Option<Time> {
        match self.negotiation {
            Negotiation::Waiting { until } => Some(until),
            Negotiation::Stable
            | Negotiation::Offering { .. }
            | Negotiation::Asking { .. }
            | Negotiation::Applying { .. } => None,
        }
    }

    /// Starts a negotiation, or has one follow the one that runs: a wish is never lost.
    fn negotiate(&mut self, out: &mut Outbox) {
        match &mut self.negotiation {
            Negotiation::Stable => {
                out.push(Effect::Peer(self.peer, PeerEffect::Offer));
                self.negotiation = Negotiation::Offering { again: false };
            }
            Negotiation::Offering { again }
            | Negotiation::Asking { again }
            | Negotiation::Applying { again, .. } => *again = true,
            Negotiation::Waiting { .. } => {}
        }
    }

    fn failed(&mut self, out: &mut Outbox) -> PublisherNews {
        self.failures += 1;
        if self.failures >= FAILURES {
            self.negotiation = Negotiation::Stable;
            return PublisherNews::Broken;
        }
        self.negotiation = Negotiation::Waiting { until: out.back_off(self.failures) };
        PublisherNews::Nothing
    }

    /// All publications that the current offer has an m-line for, muted ones included.
    fn tracks(&self, audio: AudioSettings) -> Vec<models::TrackInfo> {
        let with_mid = self.publications.iter().filter_map(|(t, p)| Some((t, p, p.mid.as_ref()?)));
        with_mid
            .map(|(track_type, publication, mid)| {
                let is_audio = matches!(track_type, TrackType::Audio | TrackType::ScreenShareAudio);
                models::TrackInfo {
                    track_id: publication.track_id.clone(),
                    track_type: (*track_type).into(),
                    layers: publication.layers.clone(),
                    mid: mid.clone(),
                    dtx: is_audio && audio.dtx,
                    stereo: *track_type == TrackType::ScreenShareAudio || is_audio && audio.stereo,
                    red: is_audio && audio.red,
                    muted: publication.capture.is_none(),
                    codec: publication.option.codec.clone(),
                    publish_option_id: publication.option.id,
                    self_sub_audio_video: false,
                }
            })
            .collect()
    }
}
