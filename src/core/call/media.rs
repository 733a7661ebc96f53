//! What a joined call sends and asks for: devices, publishing, subscriptions, peer connections.

use trunkline_protocol::sfu::models;

use super::{
    CallContext, CallSession, Phase,
    devices::{Device, capability, is_on_by_default, not_permitted},
    publisher::{AudioSettings, PublisherNews},
    rpc::{Rpc, RpcOutcome},
    sfu::SfuSession,
    subscriptions::urgency,
};
use crate::core::{
    error::Error,
    ids::{CaptureId, PeerId, PromiseId},
    input::{Captured, DeviceFailure, PeerInput},
    json::Json,
    outbox::Outbox,
    state::{DeviceKind, Dimension, Media, TrackType},
};

// Devices.
impl CallSession {
    pub(super) fn enable_device(
        &mut self,
        context: &mut CallContext<'_>,
        kind: DeviceKind,
        promise: PromiseId,
    ) {
        if matches!(self.phase, Phase::Joined(_)) && !self.may_publish(kind) {
            return context.out.reject(promise, not_permitted(kind));
        }
        self.open_device(context.out, kind, Some(promise));
    }

    pub(super) fn disable_device(&mut self, context: &mut CallContext<'_>, kind: DeviceKind) {
        let (device, visible) = self.device_mut(kind);
        device.disable(context.out, visible);
        self.unpublish(context.out, kind);
    }

    pub(super) fn stop_devices(&mut self, context: &mut CallContext<'_>) {
        for kind in DeviceKind::ALL {
            if self.device(kind).is_wanted() {
                self.disable_device(context, kind);
            }
        }
    }

    pub(crate) fn on_captured(
        &mut self,
        context: &mut CallContext<'_>,
        capture: CaptureId,
        result: Result<Captured, DeviceFailure>,
    ) {
        for kind in DeviceKind::ALL {
            let (device, visible) = self.device_mut(kind);
            if device.on_captured(context.out, visible, capture, result.clone()) {
                self.publish(context, kind);
            }
        }
    }

    pub(crate) fn on_capture_ended(&mut self, context: &mut CallContext<'_>, capture: CaptureId) {
        for kind in DeviceKind::ALL {
            let (device, visible) = self.device_mut(kind);
            if device.on_ended(context.out, visible, capture) {
                self.unpublish(context.out, kind);
            }
        }
    }

    /// Just joined: publishes what is on, and turns on what the settings want and nobody touched.
    pub(super) fn start_media(&mut self, context: &mut CallContext<'_>) {
        if let Phase::Joined(session) = &mut self.phase {
            session.subscriptions.touch_published(context.out, true);
            if session.publisher.is_none() {
                return;
            }
        }
        for kind in DeviceKind::ALL {
            let settings = self.settings();
            let untouched = self.state().device(kind).optimistic_status.is_none();
            if self.device(kind).running().is_some() {
                self.publish(context, kind);
            } else if untouched
                && self.may_publish(kind)
                && is_on_by_default(settings.as_ref(), kind)
            {
                self.open_device(context.out, kind, None);
            }
        }
    }

    /// A device whose permission was taken away goes off.
    pub(super) fn enforce_capabilities(&mut self, context: &mut CallContext<'_>) {
        if !matches!(self.phase, Phase::Joined(_)) {
            return;
        }
        for kind in DeviceKind::ALL {
            if self.device(kind).is_wanted() && !self.may_publish(kind) {
                self.disable_device(context, kind);
            }
        }
    }

    fn publish(&mut self, context: &mut CallContext<'_>, kind: DeviceKind) {
        let permitted = self.may_publish(kind);
        let running = self.device(kind).running().map(|(id, captured)| (id, captured.clone()));
        let Phase::Joined(session) = &mut self.phase else {
            return;
        };
        let Some((capture, captured)) = running else {
            return;
        };
        if !permitted {
            context.out.warn_of(not_permitted(kind));
            return self.disable_device(context, kind);
        }
        let SfuSession { publisher: Some(publisher), publish_options, .. } = &mut **session else {
            return;
        };
        let track_type = kind.track_type();
        match publisher.publish(context.out, publish_options, track_type, capture, &captured) {
            Ok(()) => {
                self.visible.set_local_media(track_type, Some(Media::Local(capture)));
                self.tell_mute_states(context.out);
            }
            Err(error) => {
                context.out.warn_of(error);
                self.disable_device(context, kind);
            }
        }
    }

    fn unpublish(&mut self, out: &mut Outbox, kind: DeviceKind) {
        if let Phase::Joined(session) = &mut self.phase
            && let Some(publisher) = &mut session.publisher
        {
            publisher.unpublish(out, kind.track_type());
            self.visible.set_local_media(kind.track_type(), None);
            self.tell_mute_states(out);
        }
    }

    fn tell_mute_states(&mut self, out: &mut Outbox) {
        if let Phase::Joined(session) = &mut self.phase {
            let SfuSession { publisher, rpcs, session_id, .. } = &mut **session;
            if let Some(publisher) = publisher {
                publisher.tell_mute_states(out, rpcs, session_id);
            }
        }
    }

    fn may_publish(&self, kind: DeviceKind) -> bool {
        self.state().has_capability(capability(kind))
    }

    fn settings(&self) -> Option<Json> {
        self.state().document.as_ref().and_then(|document| document.get("settings"))
    }

    fn open_device(&mut self, out: &mut Outbox, kind: DeviceKind, promise: Option<PromiseId>) {
        let owner = self.key;
        let (device, visible) = self.device_mut(kind);
        device.enable(out, visible, owner, promise);
    }

    fn device_mut(&mut self, kind: DeviceKind) -> (&mut Device, &mut super::visible::Visible) {
        let device = match kind {
            DeviceKind::Camera => &mut self.camera,
            DeviceKind::Microphone => &mut self.microphone,
        };
        (device, &mut self.visible)
    }
}

// Subscriptions.
impl CallSession {
    pub(super) fn set_video_size(
        &mut self,
        context: &mut CallContext<'_>,
        session_id: String,
        track_type: TrackType,
        size: Option<Dimension>,
    ) {
        let size = size.filter(|size| size.width > 0 && size.height > 0);
        self.show_video_size(&session_id, track_type, size);
        let wish = (session_id, track_type);
        let before = match size {
            Some(size) => self.wishes.insert(wish, size),
            None => self.wishes.remove(&wish),
        };
        if before != size
            && let Phase::Joined(session) = &mut self.phase
        {
            session.subscriptions.touch(context.out, urgency(before, size));
        }
    }

    /// Wishes for sessions that have just come.
    pub(super) fn apply_wishes(&mut self) {
        for ((session_id, track_type), size) in self.wishes.clone() {
            self.show_video_size(&session_id, track_type, Some(size));
        }
    }

    fn show_video_size(&mut self, session_id: &str, of: TrackType, size: Option<Dimension>) {
        self.visible.edit_participant(session_id, |participant| match of {
            TrackType::Video => participant.video_dimension = size,
            TrackType::ScreenShare => participant.screen_share_dimension = size,
            TrackType::Audio | TrackType::ScreenShareAudio | TrackType::Unspecified => {}
        });
    }
}

// Peer connections and requests of the session.
impl CallSession {
    pub(crate) fn on_peer(
        &mut self,
        context: &mut CallContext<'_>,
        peer: PeerId,
        input: PeerInput,
    ) {
        let Phase::Joined(session) = &mut self.phase else {
            return;
        };
        if !session.owns_peer(peer) {
            return;
        }
        match input {
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
                session.rpcs.send(context.out, Rpc::IceTrickle, &trickle);
            }
            PeerInput::Track { stream_id, track } => {
                self.visible.attach_track(&mut session.orphans, &stream_id, track);
            }
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
            PeerInput::Failed => self.reconnect(context, "connection_failed"),
            PeerInput::Connected => {}
        }
    }

    pub(super) fn on_rpc(&mut self, context: &mut CallContext<'_>, outcome: RpcOutcome) {
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
                if let Some(publisher) = &mut session.publisher {
                    publisher.on_mute_states_told(context.out, result.map(|_| ()));
                }
                self.tell_mute_states(context.out);
            }
            Rpc::UpdateSubscriptions => {
                session.subscriptions.on_told(result.is_ok());
                warn_of(context.out, result);
            }
            Rpc::SendAnswer | Rpc::IceTrickle | Rpc::IceRestart => warn_of(context.out, result),
        }
    }

    pub(super) fn on_session_timeout(&mut self, context: &mut CallContext<'_>) {
        let Phase::Joined(session) = &mut self.phase else {
            return;
        };
        if !session.check_liveness(context.out) {
            session.drop_socket(context.out);
            return self.reconnect(context, "the SFU is silent");
        }
        if let Some(publisher) = &mut session.publisher {
            publisher.on_timeout(context.out);
        }
        let SfuSession { subscriptions, rpcs, session_id, .. } = &mut **session;
        let participants = &self.visible.state().participants;
        subscriptions.on_timeout(context.out, rpcs, session_id, participants);
        for outcome in session.rpcs.on_timeout(context.out) {
            self.on_rpc(context, outcome);
        }
    }

    fn on_publisher_news(&mut self, context: &mut CallContext<'_>, news: PublisherNews) {
        match news {
            PublisherNews::Nothing => self.tell_mute_states(context.out),
            PublisherNews::Refused(error) => {
                context.out.warn_of(error);
                self.stop_devices(context);
            }
            PublisherNews::Broken => self.reconnect(context, "publisher_negotiation_failed"),
        }
    }

    fn audio_settings(&self) -> AudioSettings {
        let audio = self.settings().and_then(|settings| settings.get("audio"));
        let flag = |key| audio.as_ref().is_some_and(|audio| audio.flag(key));
        AudioSettings {
            dtx: flag("opus_dtx_enabled"),
            red: flag("redundant_coding_enabled"),
            stereo: flag("hifi_audio_enabled"),
        }
    }
}

fn warn_of(out: &mut Outbox, result: Result<Vec<u8>, Error>) {
    if let Err(error) = result {
        out.warn_of(error);
    }
}
