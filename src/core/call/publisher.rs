//! The sending peer connection: what is published, and how that is agreed with the SFU.
//!
//! ```text
//!           a track was added         offer made           answer came
//! Stable ─────────────────▶ Offering ───────────▶ Asking ──────────────▶ Applying
//!    ▲  ◀──────────────────────┴── failed: roll back ┴──────────────────────┘
//!    └─ after a failure, Waiting for the next try
//! ```

mod source;

use indexmap::IndexMap;

use trunkline_protocol::{
    compact,
    sfu::{event, models, signal},
};

pub(crate) use self::source::{AudioSettings, Source};
use super::{
    candidates::RemoteCandidates,
    ice::IceWatch,
    muting::Muting,
    rpc::{Rpc, Rpcs},
};
use crate::core::{
    effect::{Effect, PeerEffect},
    error::{Category, Code, Error},
    host::Host,
    ids::{CallKey, CaptureId, PeerId, TransceiverId},
    input::OfferReport,
    layers::{self, Layers},
    outbox::Outbox,
    state::{AudioBitrateProfile, Dimension, TrackType},
    time::Time,
};

/// Failures in a row after which the connection is made anew.
const FAILURES: u32 = 3;

/// The sending peer connection of one SFU session.
#[derive(Debug)]
pub(crate) struct Publisher {
    pub(crate) peer: PeerId,
    pub(crate) candidates: RemoteCandidates,
    pub(crate) ice: IceWatch,
    owner: CallKey,
    publications: Vec<Publication>,
    /// What the SFU wants encoded, by publish option and track type.
    qualities: IndexMap<(i32, TrackType), event::VideoSender>,
    negotiation: Negotiation,
    failures: u32,
    /// The next offer is to look for a new way to the SFU.
    restart_wanted: bool,
    /// The negotiation under way does.
    restarting: bool,
    pub(super) muting: Muting,
}

/// One published track: a track type may have several, each with a codec of its own. It stays for
/// the whole session: a track that ends is muted, and a new one takes its place without
/// renegotiation.
#[derive(Debug)]
struct Publication {
    track_type: TrackType,
    transceiver: TransceiverId,
    option: models::PublishOption,
    capture: Option<CaptureId>,
    /// The browser has the transceiver.
    added: bool,
    track_id: String,
    layers: Vec<models::VideoLayer>,
    /// What is encoded follows from these.
    size: Option<Dimension>,
    profile: AudioBitrateProfile,
    limits: Option<(u32, u32)>,
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

/// What the call has to do about it.
pub(crate) enum PublisherNews<H: Host> {
    Nothing,
    /// The SFU does not let these be published.
    Refused(Error<H>),
    /// The browser sends a track of that type, or has nothing left to add for it.
    Sends(TrackType),
    /// The browser sends no track of that type.
    NotSent(TrackType, Error<H>),
    /// The connection is beyond repair, for that reason.
    Broken(&'static str),
}

impl Publisher {
    pub(crate) fn new(owner: CallKey, peer: PeerId) -> Self {
        Self {
            peer,
            candidates: RemoteCandidates::default(),
            ice: IceWatch::default(),
            owner,
            publications: Vec::new(),
            qualities: IndexMap::new(),
            negotiation: Negotiation::Stable,
            failures: 0,
            restart_wanted: false,
            restarting: false,
            muting: Muting::default(),
        }
    }

    /// Sends a captured track once for each option of its type, and no longer for options that are
    /// gone.
    pub(crate) fn publish<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        options: &[models::PublishOption],
        source: &Source,
    ) -> Result<(), Error<H>> {
        let track_type = source.track_type;
        let of_type = || options.iter().filter(|option| option.track_type() == track_type);
        if of_type().next().is_none() {
            return Err(Error::new(
                Code::SfuError,
                Category::Sfu,
                "the SFU offers no way to publish this",
            )
            .hint("The call type or the server does not support this kind of track."));
        }
        for option in of_type() {
            self.publish_as(out, option, source);
        }
        let gone = |option_id| !of_type().any(|option| option.id == option_id);
        self.send_nothing(out, |p| p.track_type == track_type && gone(p.option.id));
        self.muting.set(track_type, false);
        let news = |p: &Publication| !p.announced && p.capture.is_some();
        if matches!(self.negotiation, Negotiation::Stable) && self.publications.iter().any(news) {
            self.negotiate(out);
        }
        Ok(())
    }

    fn publish_as<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        option: &models::PublishOption,
        source: &Source,
    ) {
        let Source { track_type, capture, .. } = *source;
        let Layers { encodings, announced } = source.layers(option);
        let is_same = |p: &&mut Publication| p.track_type == track_type && p.option.id == option.id;
        if let Some(publication) = self.publications.iter_mut().find(is_same) {
            let transceiver = publication.transceiver;
            if publication.capture.replace(capture) != Some(capture) {
                publication.track_id.clone_from(&source.track_id);
                let effect =
                    PeerEffect::ReplaceTrack { transceiver, capture: Some(capture), track_type };
                out.push(Effect::Peer(self.peer, effect));
            }
            // The layers that were announced stay; what they hold follows the new track.
            let before = (publication.size, publication.profile, publication.limits);
            if before != (source.size, source.profile, source.limits) {
                publication.size = source.size;
                publication.profile = source.profile;
                publication.limits = source.limits;
                let encodings = layers::fit(encodings, publication.layers.len());
                let effect = PeerEffect::SetEncodings { transceiver, encodings, degradation: None };
                out.push(Effect::Peer(self.peer, effect));
                if let Some(quality) = self.qualities.get(&(option.id, track_type)) {
                    out.push(Effect::Peer(self.peer, set_quality(transceiver, quality)));
                }
            }
            return;
        }
        let transceiver = out.id(Some(self.owner));
        let degradation = (!announced.is_empty())
            .then(|| degradation(option.degradation_preference()).unwrap_or("maintain-framerate"));
        let effect =
            PeerEffect::AddTransceiver { transceiver, capture, track_type, encodings, degradation };
        out.push(Effect::Peer(self.peer, effect));
        if let Some(quality) = self.qualities.get(&(option.id, track_type)) {
            out.push(Effect::Peer(self.peer, set_quality(transceiver, quality)));
        }
        self.publications.push(Publication {
            track_type,
            transceiver,
            option: option.clone(),
            capture: Some(capture),
            added: false,
            track_id: source.track_id.clone(),
            layers: announced,
            size: source.size,
            profile: source.profile,
            limits: source.limits,
            mid: None,
            announced: false,
        });
        // One that runs may have made its offer without this track.
        if !matches!(self.negotiation, Negotiation::Stable) {
            self.negotiate(out);
        }
    }

    /// Stops sending a track.
    pub(crate) fn unpublish<H: Host>(&mut self, out: &mut Outbox<H>, track_type: TrackType) {
        if self.send_nothing(out, |publication| publication.track_type == track_type) {
            self.muting.set(track_type, true);
        }
    }

    fn send_nothing<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        which: impl Fn(&Publication) -> bool,
    ) -> bool {
        let mut any = false;
        for publication in self.publications.iter_mut().filter(|p| which(p)) {
            if publication.capture.take().is_some() {
                let Publication { transceiver, track_type, .. } = *publication;
                let effect = PeerEffect::ReplaceTrack { transceiver, capture: None, track_type };
                out.push(Effect::Peer(self.peer, effect));
                any = true;
            }
        }
        any
    }

    /// A track delivers again after the system held it back: some browsers need to be told.
    pub(crate) fn rearm<H: Host>(&mut self, out: &mut Outbox<H>, capture: CaptureId) {
        for publication in self.publications.iter().filter(|p| p.capture == Some(capture)) {
            let Publication { transceiver, track_type, capture, .. } = *publication;
            let effect = PeerEffect::ReplaceTrack { transceiver, capture, track_type };
            out.push(Effect::Peer(self.peer, effect));
        }
    }

    /// The SFU says which layers somebody watches.
    pub(crate) fn set_qualities<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        senders: Vec<event::VideoSender>,
    ) {
        for sender in senders {
            let key = (sender.publish_option_id, sender.track_type());
            let publications = self.publications.iter();
            for publication in publications.filter(|p| (p.option.id, p.track_type) == key) {
                out.push(Effect::Peer(self.peer, set_quality(publication.transceiver, &sender)));
            }
            self.qualities.insert(key, sender);
        }
    }

    /// Whether the browser has yet to say that it sends a track of that type.
    pub(crate) fn awaits_browser(&self, track_type: TrackType) -> bool {
        let waits = |p: &Publication| p.track_type == track_type && !p.added && p.capture.is_some();
        self.publications.iter().any(waits)
    }

    /// The browser added a transceiver, or did not: then the publication is withdrawn.
    pub(crate) fn on_added<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        transceiver: TransceiverId,
        result: Result<(), H::Thrown>,
    ) -> PublisherNews<H> {
        let is_it = |p: &&mut Publication| p.transceiver == transceiver;
        let Some(publication) = self.publications.iter_mut().find(is_it) else {
            return PublisherNews::Nothing;
        };
        let Publication { track_type, capture, .. } = *publication;
        match result {
            Ok(()) => {
                publication.added = true;
                PublisherNews::Sends(track_type)
            }
            Err(cause) => {
                self.publications.retain(|p| p.transceiver != transceiver);
                self.not_sent(out, track_type, capture, cause)
            }
        }
    }

    /// Another track could not take its place at a transceiver.
    pub(crate) fn on_replace_failed<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        transceiver: TransceiverId,
        capture: Option<CaptureId>,
        cause: H::Thrown,
    ) -> PublisherNews<H> {
        let is_it = |p: &&Publication| p.transceiver == transceiver && p.capture == capture;
        let Some(track_type) = self.publications.iter().find(is_it).map(|p| p.track_type) else {
            // What is to be sent by now is something else.
            out.warn("a track could not be replaced", Some(cause));
            return PublisherNews::Nothing;
        };
        // The track before it may be one that the app goes on using.
        self.send_nothing(out, |publication| publication.transceiver == transceiver);
        self.not_sent(out, track_type, capture, cause)
    }

    fn not_sent<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        track_type: TrackType,
        capture: Option<CaptureId>,
        cause: H::Thrown,
    ) -> PublisherNews<H> {
        let error = Error::new(
            Code::MediaNegotiationFailed,
            Category::Sfu,
            "the browser could not send a track",
        )
        .hint("Try again, or use another device or browser; the cause is what it threw.")
        .cause(cause);
        let is_sent = |p: &Publication| p.track_type == track_type && p.capture.is_some();
        if capture.is_none() || self.publications.iter().any(is_sent) {
            // Nobody wants it any more, or it is sent in another encoding.
            out.warn_of(error);
            return PublisherNews::Sends(track_type);
        }
        self.muting.set(track_type, true);
        PublisherNews::NotSent(track_type, error)
    }

    /// Looks for a new way to the SFU. `false` when there is none to renew.
    pub(crate) fn restart_ice<H: Host>(&mut self, out: &mut Outbox<H>) -> bool {
        if !self.publications.iter().any(|publication| publication.announced) {
            return false;
        }
        if !self.restarting && !self.restart_wanted {
            self.restart_wanted = true;
            self.negotiate(out);
        }
        true
    }

    /// What a session that replaces this one should know: what is sent, as far as it may go on.
    pub(crate) fn announced_tracks(
        &self,
        audio: AudioSettings,
        options: &[models::PublishOption],
    ) -> Vec<models::TrackInfo> {
        let goes_on = |track: &models::TrackInfo| {
            !track.muted
                && options.iter().any(|option| {
                    option.id == track.publish_option_id && option.track_type == track.track_type
                })
        };
        self.tracks(audio).into_iter().filter(goes_on).collect()
    }

    pub(crate) fn on_offered<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        rpcs: &mut Rpcs,
        session_id: &str,
        audio: AudioSettings,
        report: Result<OfferReport, H::Thrown>,
    ) -> PublisherNews<H> {
        let Negotiation::Offering { again } = self.negotiation else {
            return PublisherNews::Nothing;
        };
        let offer = match report {
            Ok(offer) => offer,
            // What was to be published is withdrawn, and nothing is left to agree on.
            Err(_) if self.publications.is_empty() => {
                self.negotiation = Negotiation::Stable;
                self.restarting = false;
                return PublisherNews::Nothing;
            }
            Err(cause) => {
                out.warn("no offer could be made", Some(cause));
                return self.failed(out);
            }
        };
        for publication in &mut self.publications {
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

    pub(crate) fn on_set<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        result: Result<Vec<u8>, Error<H>>,
    ) -> PublisherNews<H> {
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
                self.forget_offer();
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

    pub(crate) fn on_answer_applied<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        result: Result<(), H::Thrown>,
    ) -> PublisherNews<H> {
        let (again, answer) = match std::mem::replace(&mut self.negotiation, Negotiation::Stable) {
            Negotiation::Applying { again, answer } => (again, answer),
            // An offer was taken back, and what comes next is settled.
            other => {
                self.negotiation = other;
                return PublisherNews::Nothing;
            }
        };
        if let Err(cause) = result {
            out.warn("the answer of the SFU could not be applied", Some(cause));
            return self.failed(out);
        }
        self.failures = 0;
        self.restarting = false;
        self.candidates.described(out, self.peer, &answer);
        self.ice.on_described(out.now);
        for publication in &mut self.publications {
            publication.announced |= publication.mid.is_some();
        }
        if again {
            self.negotiate(out);
        }
        PublisherNews::Nothing
    }

    /// Tells the SFU what is muted, as far as it does not know. Tracks that were never agreed on
    /// cannot be spoken of.
    pub(crate) fn tell_mute_states<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        rpcs: &mut Rpcs,
        session_id: &str,
    ) {
        let publications = &self.publications;
        let is_announced =
            |of: TrackType| publications.iter().any(|p| p.track_type == of && p.announced);
        self.muting.tell(out, rpcs, session_id, is_announced);
    }

    /// Another try after a failure is due.
    pub(crate) fn on_timeout<H: Host>(&mut self, out: &mut Outbox<H>) {
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
    fn negotiate<H: Host>(&mut self, out: &mut Outbox<H>) {
        match &mut self.negotiation {
            Negotiation::Stable => {
                let ice_restart = std::mem::take(&mut self.restart_wanted);
                self.restarting |= ice_restart;
                out.push(Effect::Peer(self.peer, PeerEffect::Offer { ice_restart }));
                self.negotiation = Negotiation::Offering { again: false };
            }
            Negotiation::Offering { again }
            | Negotiation::Asking { again }
            | Negotiation::Applying { again, .. } => *again = true,
            Negotiation::Waiting { .. } => {}
        }
    }

    fn failed<H: Host>(&mut self, out: &mut Outbox<H>) -> PublisherNews<H> {
        let reason =
            if self.restarting { "restart_ice_failed" } else { "publisher_negotiation_failed" };
        self.failures += 1;
        self.forget_offer();
        if std::mem::take(&mut self.restarting) || self.failures >= FAILURES {
            self.negotiation = Negotiation::Stable;
            return PublisherNews::Broken(reason);
        }
        self.negotiation = Negotiation::Waiting { until: out.back_off(self.failures) };
        PublisherNews::Nothing
    }

    /// The offer was taken back: the m-lines that only it had are gone.
    fn forget_offer(&mut self) {
        for publication in self.publications.iter_mut().filter(|p| !p.announced) {
            publication.mid = None;
        }
    }

    /// All publications that the current offer has an m-line for, muted ones included.
    fn tracks(&self, audio: AudioSettings) -> Vec<models::TrackInfo> {
        let with_mid = self.publications.iter().filter_map(|p| Some((p, p.mid.as_ref()?)));
        with_mid
            .map(|(publication, mid)| {
                let track_type = publication.track_type;
                let is_audio = matches!(track_type, TrackType::Audio | TrackType::ScreenShareAudio);
                models::TrackInfo {
                    track_id: publication.track_id.clone(),
                    track_type: track_type.into(),
                    layers: publication.layers.clone(),
                    mid: mid.clone(),
                    dtx: is_audio && audio.dtx,
                    stereo: track_type == TrackType::ScreenShareAudio || is_audio && audio.stereo,
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

fn set_quality(transceiver: TransceiverId, quality: &event::VideoSender) -> PeerEffect {
    PeerEffect::SetEncodings {
        transceiver,
        encodings: layers::wanted_encodings(&quality.layers),
        degradation: degradation(quality.degradation_preference()),
    }
}

fn degradation(preference: models::DegradationPreference) -> Option<&'static str> {
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
