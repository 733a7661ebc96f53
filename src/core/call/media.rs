//! What a joined call asks for and hears: subscriptions, peer connections, requests.

use trunkline_protocol::sfu::models;

use super::{
    CallContext, CallSession, Phase,
    ice::{IceNews, IceWatch},
    muting::MutingNews,
    publisher::{AudioSettings, PublisherNews},
    reachability::Reachability,
    retelling::DISOWNED,
    rpc::{Rpc, RpcOutcome},
    sfu::SfuSession,
    subscriptions::urgency,
    video_sizes::Video,
    visible::put,
};
use crate::core::{
    changes::Aspects,
    effect::{Effect, PeerEffect},
    error::Error,
    host::Host,
    ids::PeerId,
    input::{PeerInput, Traffic},
    outbox::Outbox,
    roster::Roster,
    state::{Dimension, TrackType},
    tracks::TrackSet,
};

// Subscriptions.
impl<H: Host> CallSession<H> {
    pub(super) fn set_video_size(
        &mut self,
        out: &Outbox<H>,
        video: Video,
        size: Option<Dimension>,
    ) {
        self.show_video_size(&video.0, video.1, size);
        let before = match size {
            Some(size) => self.wishes.insert(video, size),
            None => self.wishes.shift_remove(&video),
        };
        if before != size
            && let Phase::Joined(session) = &mut self.phase
        {
            session.subscriptions.touch(out, urgency(before, size));
        }
    }

    /// Wishes for sessions that have just come.
    pub(super) fn apply_wishes(&mut self) {
        for ((session_id, track_type), size) in self.wishes.clone() {
            self.show_video_size(&session_id, track_type, Some(size));
        }
    }

    /// Wishes for one session that has just come.
    pub(super) fn apply_wishes_for(&mut self, session_id: &str) {
        for track_type in TrackSet::ALL {
            if let Some(size) = self.wishes.get(&(session_id.to_owned(), track_type)).copied() {
                self.show_video_size(session_id, track_type, Some(size));
            }
        }
    }

    fn show_video_size(&mut self, session_id: &str, of: TrackType, size: Option<Dimension>) {
        self.visible.edit_participant(session_id, Aspects::LOCAL, |participant| match of {
            TrackType::Video => put(&mut participant.video_dimension, size),
            TrackType::ScreenShare => put(&mut participant.screen_share_dimension, size),
            TrackType::Audio | TrackType::ScreenShareAudio | TrackType::Unspecified => false,
        });
    }
}

// Peer connections and requests of the session.
impl<H: Host> CallSession<H> {
    pub(crate) fn on_peer(
        &mut self,
        context: &mut CallContext<'_, H>,
        peer: PeerId,
        input: PeerInput<H>,
    ) {
        if let PeerInput::NotCreated(cause) = input {
            return self.on_peer_not_created(context, peer, cause);
        }
        let Phase::Joined(session) = &mut self.phase else {
            return;
        };
        if !session.owns_peer(peer) {
            return;
        }
        match input {
            PeerInput::NotCreated(_) => {}
            PeerInput::TransceiverAdded { transceiver, result } => {
                if let Some(publisher) = &mut session.publisher {
                    let news = publisher.on_added(context.out, transceiver, result);
                    self.on_publisher_news(context, news);
                }
            }
            PeerInput::ReplaceFailed { transceiver, capture, cause } => {
                if let Some(publisher) = &mut session.publisher {
                    let news =
                        publisher.on_replace_failed(context.out, transceiver, capture, cause);
                    self.on_publisher_news(context, news);
                }
            }
            PeerInput::EncodingsFailed { transceiver, cause } => {
                if let Some(publisher) = &mut session.publisher {
                    publisher.on_encodings_failed(context.out, transceiver, cause);
                }
            }
            PeerInput::Candidate(ice_candidate) => {
                let peer_type = if session.is_publisher(peer) {
                    models::PeerType::PublisherUnspecified
                } else {
                    models::PeerType::Subscriber
                };
                let trickle = models::IceTrickle {
                    peer_type: peer_type.into(),
                    ice_candidate,
                    session_id: session.session_id.clone(),
                };
                self.reachability.gathered(&trickle.ice_candidate);
                session.rpcs.send(context.out, Rpc::IceTrickle, &trickle);
            }
            PeerInput::Track { stream_id, track } => {
                self.visible.attach_track(&mut session.orphans, &stream_id, track);
            }
            PeerInput::Statistics(read) => self.on_statistics(context, peer, read),
            PeerInput::Traffic(traffic) => self.on_traffic(context, peer, traffic),
            PeerInput::TrackEnded(track) => {
                self.visible.detach_track(&mut session.orphans, track);
            }
            PeerInput::Answered { negotiation_id, result } => {
                let SfuSession { subscriber, rpcs, session_id, .. } = &mut **session;
                let fine =
                    subscriber.on_answered(context.out, rpcs, session_id, negotiation_id, result);
                if !fine {
                    self.reconnect(context, "subscriber_negotiation_failed");
                }
            }
            PeerInput::Offered(report) => {
                let audio = self.audio_settings();
                let Phase::Joined(session) = &mut self.phase else {
                    return;
                };
                let SfuSession { publisher: Some(publisher), rpcs, session_id, .. } =
                    &mut **session
                else {
                    return;
                };
                let news = publisher.on_offered(context.out, rpcs, session_id, audio, report);
                self.on_publisher_news(context, news);
            }
            PeerInput::AnswerApplied(result) => {
                let Some(publisher) = &mut session.publisher else {
                    return;
                };
                let news = publisher.on_answer_applied(context.out, result);
                self.on_publisher_news(context, news);
            }
            PeerInput::Connected => {
                if let Some(ice) = session.ice_mut(peer) {
                    self.reachability = Reachability::default();
                    ice.on_connected(context.out.now);
                }
            }
            PeerInput::IceDisconnected => {
                if let Some(ice) = session.ice_mut(peer) {
                    ice.on_disconnected(context.out.now);
                }
            }
            PeerInput::IceFailed => {
                let now = context.out.now;
                let news = session.ice_mut(peer).map(|ice| ice.on_failed(now));
                self.on_ice_news(context, peer, news);
            }
            PeerInput::Failed => {
                let news = session.ice_mut(peer).map(IceWatch::on_connection_failed);
                self.on_ice_news(context, peer, news);
            }
        }
    }

    /// What was counted of what comes and goes over a peer connection. One that cannot be read tells
    /// nothing.
    fn on_traffic(
        &mut self,
        context: &mut CallContext<'_, H>,
        peer: PeerId,
        traffic: Result<Traffic, H::Thrown>,
    ) {
        let (Phase::Joined(session), Ok(traffic)) = (&mut self.phase, traffic) else {
            return;
        };
        let sends = session.is_publisher(peer);
        let participants = &self.visible.state().participants;
        // What is sent is reported on by the SFU.
        let expects = |has_sent| if sends { has_sent } else { is_media_expected(participants) };
        let now = context.out.now;
        let news = session.ice_mut(peer).map(|ice| ice.on_counted(now, traffic, expects));
        self.on_ice_news(context, peer, news);
    }

    /// The SFU answered a ping.
    pub(super) fn on_pong(&mut self, context: &mut CallContext<'_, H>) {
        let Phase::Joined(session) = &mut self.phase else {
            return;
        };
        session.heard();
        let now = context.out.now;
        for peer in session.peers() {
            if let Phase::Joined(session) = &mut self.phase {
                let news = session.ice_mut(peer).map(|ice| ice.on_answer(now));
                self.on_ice_news(context, peer, news);
            }
        }
    }

    fn on_ice_news(
        &mut self,
        context: &mut CallContext<'_, H>,
        peer: PeerId,
        news: Option<IceNews>,
    ) {
        let Phase::Joined(session) = &mut self.phase else {
            return;
        };
        match news {
            None | Some(IceNews::Nothing) => {}
            Some(IceNews::Count) => {
                context.out.push(Effect::Peer(peer, PeerEffect::ReadTraffic));
            }
            Some(IceNews::Ask) => session.ping(context.out),
            Some(IceNews::Restart) => {
                if !session.restart_ice(context.out, peer) {
                    self.reconnect(context, "connection_failed");
                }
            }
            Some(IceNews::Rejoin(reason)) => self.reconnect(context, reason),
        }
    }

    pub(super) fn on_rpc(&mut self, context: &mut CallContext<'_, H>, outcome: RpcOutcome<H>) {
        let Phase::Joined(session) = &mut self.phase else {
            return;
        };
        let RpcOutcome { rpc, result } = outcome;
        match rpc {
            Rpc::SetPublisher => {
                let Some(publisher) = &mut session.publisher else {
                    return;
                };
                let news = publisher.on_set(context.out, result);
                self.on_publisher_news(context, news);
            }
            Rpc::UpdateMuteStates => {
                let Some(publisher) = &mut session.publisher else {
                    return;
                };
                match publisher.muting.on_told(context.out, result.map(drop)) {
                    MutingNews::Nothing => {}
                    MutingNews::Disowned => return self.reconnect(context, DISOWNED),
                    MutingNews::Refused(track_type, error) => {
                        self.on_not_sent(context, track_type, error);
                    }
                }
                self.tell_mute_states(context.out);
            }
            Rpc::UpdateSubscriptions => {
                if !session.subscriptions.on_told(context.out, result.map(drop)) {
                    self.reconnect(context, DISOWNED);
                }
            }
            Rpc::SendAnswer => {
                let SfuSession { subscriber, rpcs, session_id, .. } = &mut **session;
                if !subscriber.on_told(context.out, rpcs, session_id, result.map(drop)) {
                    self.reconnect(context, "subscriber_negotiation_failed");
                }
            }
            Rpc::SendStats => {
                if let Some(statistics) = &mut session.statistics {
                    statistics.answered();
                }
                warn_of(context.out, result);
            }
            Rpc::IceRestart if result.is_err() => self.reconnect(context, "restart_ice_failed"),
            Rpc::IceTrickle | Rpc::IceRestart => warn_of(context.out, result),
        }
    }

    pub(super) fn on_session_timeout(&mut self, context: &mut CallContext<'_, H>) {
        let Phase::Joined(session) = &mut self.phase else {
            return;
        };
        if !session.check_liveness(context.out) {
            // Its socket stays: over it goes the goodbye, as soon as anything goes over it again.
            return self.reconnect(context, "the SFU is silent");
        }
        if let Some(publisher) = &mut session.publisher {
            publisher.on_timeout(context.out);
        }
        let SfuSession { subscriptions, rpcs, session_id, .. } = &mut **session;
        let participants = &self.visible.state().participants;
        subscriptions.on_timeout(context.out, rpcs, session_id, participants);
        self.tell_mute_states(context.out);
        let Phase::Joined(session) = &mut self.phase else {
            return;
        };
        let now = context.out.now;
        if session.statistics.as_mut().is_some_and(|statistics| statistics.on_timeout(now)) {
            session.read_statistics(context.out);
        }
        if self.report.on_timeout(now) {
            context.out.push(Effect::Measure(self.key));
        }
        let peers = session.peers();
        let outcomes = session.rpcs.on_timeout(context.out);
        for peer in peers {
            if let Phase::Joined(session) = &mut self.phase {
                let news = session.ice_mut(peer).map(|ice| ice.on_timeout(now));
                self.on_ice_news(context, peer, news);
            }
        }
        for outcome in outcomes {
            self.on_rpc(context, outcome);
        }
    }

    fn on_publisher_news(&mut self, context: &mut CallContext<'_, H>, news: PublisherNews<H>) {
        match news {
            PublisherNews::Nothing => self.tell_mute_states(context.out),
            PublisherNews::Sends(track_type) => self.on_sent(context.out, track_type),
            PublisherNews::NotSent(track_type, error) => {
                self.on_not_sent(context, track_type, error);
            }
            PublisherNews::Broken(reason) => self.reconnect(context, reason),
        }
    }

    pub(super) fn audio_settings(&self) -> AudioSettings {
        let audio = self.state().settings().and_then(|settings| settings.audio.as_ref());
        audio.map_or_else(AudioSettings::default, |audio| AudioSettings {
            dtx: audio.opus_dtx_enabled,
            red: audio.redundant_coding_enabled,
            stereo: audio.hifi_audio_enabled,
        })
    }
}

/// Whether somebody publishes what this device receives.
fn is_media_expected<H: Host>(participants: &Roster<H>) -> bool {
    participants.active().filter(|(participant, _)| !participant.is_local).any(|(p, activity)| {
        let published = activity.published_tracks;
        published.contains(TrackType::Audio)
            || published.contains(TrackType::ScreenShareAudio)
            || published.contains(TrackType::Video) && p.video_dimension.is_some()
            || published.contains(TrackType::ScreenShare) && p.screen_share_dimension.is_some()
    })
}

fn warn_of<H: Host>(out: &mut Outbox<H>, result: Result<Vec<u8>, Error<H>>) {
    if let Err(error) = result {
        out.warn_of(error);
    }
}
