//! The sending peer connection: what is published, and how that is agreed with the SFU.

mod encodings;
mod negotiation;
mod source;

use trunkline_protocol::sfu::models;

pub(crate) use self::source::{AudioSettings, Source};
use self::{
    encodings::{Qualities, degradation},
    negotiation::Negotiation,
};
use super::{candidates::RemoteCandidates, ice::IceWatch, muting::Muting, rpc::Rpcs};
use crate::core::{
    backoff::Again,
    effect::{Effect, Encoding, PeerEffect},
    error::{Category, Code, Error},
    host::Host,
    ids::{CallKey, CaptureId, PeerId, TransceiverId},
    layers::{self, Layers},
    outbox::Outbox,
    state::{AudioBitrateProfile, Dimension, TrackType},
    time::Time,
    tracks::TrackSet,
};

/// Failures in a row after which something is given up with its connection.
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
    qualities: Qualities,
    negotiation: Negotiation,
    failures: u32,
    /// The next offer is to look for a new way to the SFU.
    restart_wanted: bool,
    /// The negotiation under way does.
    restarting: bool,
    /// The SFU refused several tracks at once: which of them it means shows one by one.
    one_by_one: bool,
    pub(super) muting: Muting,
    /// What the SFU takes as sent from the start.
    carried: TrackSet,
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
    /// As which it is encoded, as far as nobody wants less.
    encodings: Vec<Encoding>,
    /// The browser is told that again, which did not take it.
    encoding: Again,
    /// It is to send nothing, and might send something still.
    silencing: Again,
    mid: Option<String>,
    announced: bool,
}

/// What the call has to do about it.
#[must_use]
pub(crate) enum PublisherNews<H: Host> {
    Nothing,
    /// The browser sends a track of that type, or has nothing left to add for it.
    Sends(TrackType),
    /// No track of that type is sent: the browser does not, or the SFU refuses it.
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
            qualities: Qualities::new(),
            negotiation: Negotiation::Stable,
            failures: 0,
            restart_wanted: false,
            restarting: false,
            one_by_one: false,
            muting: Muting::default(),
            carried: TrackSet::default(),
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
        if matches!(self.negotiation, Negotiation::Stable) && self.has_news() {
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
                publication.silencing = Again::default();
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
                publication.encodings = layers::fit(encodings, publication.layers.len());
                publication.encoding = Again::default();
                publication.encode(out, self.peer, &self.qualities);
            }
            return;
        }
        let transceiver = out.id(Some(self.owner));
        let degradation = (!announced.is_empty())
            .then(|| degradation(option.degradation_preference()).unwrap_or("maintain-framerate"));
        let effect = PeerEffect::AddTransceiver {
            transceiver,
            capture,
            track_type,
            encodings: encodings.clone(),
            degradation,
        };
        out.push(Effect::Peer(self.peer, effect));
        let publication = Publication {
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
            encodings,
            encoding: Again::default(),
            silencing: Again::default(),
            mid: None,
            announced: false,
        };
        publication.narrow(out, self.peer, &self.qualities);
        self.publications.push(publication);
        // One that runs may have made its offer without this track.
        if !matches!(self.negotiation, Negotiation::Stable) {
            self.negotiate(out);
        }
    }

    /// Whether something is to be sent that the SFU does not know yet.
    fn has_news(&self) -> bool {
        self.publications.iter().any(Publication::is_news)
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
        let is_it = |p: &&mut Publication| p.transceiver == transceiver && p.capture == capture;
        let Some(publication) = self.publications.iter_mut().find(is_it) else {
            // What is to be sent by now is something else.
            out.warn("a track could not be replaced", Some(cause));
            return PublisherNews::Nothing;
        };
        let track_type = publication.track_type;
        if capture.is_none() {
            // A stream of the app goes on, and would be sent against its will.
            return match publication.silencing.failed(out) {
                1 => {
                    out.warn("a track could not be taken from its sender", Some(cause));
                    PublisherNews::Nothing
                }
                FAILURES.. => PublisherNews::Broken("replace_track_failed"),
                _ => PublisherNews::Nothing,
            };
        }
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
        self.withdrawn(out, track_type, capture, error)
    }

    /// One of the encodings of a track is not sent. Unless another one is, nothing is.
    fn withdrawn<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        track_type: TrackType,
        capture: Option<CaptureId>,
        error: Error<H>,
    ) -> PublisherNews<H> {
        let is_sent = |p: &Publication| p.track_type == track_type && p.capture.is_some();
        if capture.is_none() || self.publications.iter().any(is_sent) {
            // Nobody wants it any more, or it is sent in another encoding.
            out.warn_of(error);
            return PublisherNews::Sends(track_type);
        }
        self.muting.set(track_type, true);
        PublisherNews::NotSent(track_type, error)
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

    /// The SFU takes these as sent, from the session that this one replaces.
    pub(crate) fn carry(&mut self, tracks: &[models::TrackInfo]) {
        self.carried = tracks.iter().map(models::TrackInfo::track_type).collect();
    }

    /// What goes on has been published: whatever else was carried over was muted meanwhile.
    pub(crate) fn drop_carried(&mut self) {
        for track_type in self.carried.iter() {
            self.muting.set_unless_wanted(track_type);
        }
    }

    /// Tells the SFU what is muted, as far as it does not know. Tracks that it does not know of cannot
    /// be spoken of, and only those that were agreed on can be unmuted.
    pub(crate) fn tell_mute_states<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        rpcs: &mut Rpcs,
        session_id: &str,
    ) {
        let publications = &self.publications;
        let is_announced =
            |of: TrackType| publications.iter().any(|p| p.track_type == of && p.announced);
        let is_known =
            |of: TrackType, muted: bool| is_announced(of) || muted && self.carried.contains(of);
        self.muting.tell(out, rpcs, session_id, is_known);
    }

    /// Another try after a failure is due.
    pub(crate) fn on_timeout<H: Host>(&mut self, out: &mut Outbox<H>) {
        if let Negotiation::Waiting { until } = self.negotiation
            && until <= out.now
        {
            self.negotiation = Negotiation::Stable;
            self.negotiate(out);
        }
        for publication in &mut self.publications {
            let Publication { transceiver, track_type, capture, .. } = *publication;
            if publication.silencing.take_due(out.now) && capture.is_none() {
                let effect = PeerEffect::ReplaceTrack { transceiver, capture, track_type };
                out.push(Effect::Peer(self.peer, effect));
            }
            if publication.encoding.take_due(out.now) {
                publication.encode(out, self.peer, &self.qualities);
            }
        }
    }

    pub(crate) fn due(&self) -> Option<Time> {
        let negotiation = match self.negotiation {
            Negotiation::Waiting { until } => Some(until),
            Negotiation::Stable
            | Negotiation::Offering { .. }
            | Negotiation::Asking { .. }
            | Negotiation::Applying { .. } => None,
        };
        let browser = self.publications.iter().flat_map(|p| [p.encoding.due(), p.silencing.due()]);
        browser.chain([negotiation, self.muting.due()]).flatten().min()
    }

    /// All publications that the current offer has an m-line for, muted ones included.
    fn tracks(&self, audio: AudioSettings) -> Vec<models::TrackInfo> {
        let with_mid = self.publications.iter().filter_map(|p| Some((p, p.mid.as_ref()?)));
        let mut news = 0;
        with_mid
            .map(|(publication, mid)| {
                news += u32::from(publication.is_news());
                let waits = self.one_by_one && publication.is_news() && news > 1;
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
                    muted: publication.capture.is_none() || waits,
                    codec: publication.option.codec.clone(),
                    publish_option_id: publication.option.id,
                    self_sub_audio_video: false,
                }
            })
            .collect()
    }
}

impl Publication {
    /// Whether it is to be sent, and the SFU does not know of it yet.
    fn is_news(&self) -> bool {
        self.capture.is_some() && !self.announced
    }
}
