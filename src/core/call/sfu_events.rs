//! What the SFU tells during a call.

use trunkline_protocol::{
    compact::{self, AudioLevel, Entries, Entry, Frame, Quality},
    sfu::{
        event::{self, sfu_event::EventPayload},
        models,
    },
};

use super::{
    CallContext, CallSession, Phase,
    participants::{Told, to_epoch_millis},
};
use crate::core::{
    changes::Slice,
    host::Host,
    roster::Slot,
    state::{DeviceKind, TrackType},
};

impl<H: Host> CallSession<H> {
    /// Takes the state of the call at the moment of the join.
    pub(super) fn apply_snapshot(
        &mut self,
        context: &CallContext<'_, H>,
        own_session_id: &str,
        response: &event::JoinResponse,
        participants: Vec<Told<H>>,
    ) {
        let now = context.out.epoch_millis();
        let state = response.call_state.clone().unwrap_or_default();
        self.visible.replace_participants(participants, own_session_id, now);
        self.visible.set_server_pins(state.pins, now);
        let started_at = state.started_at.as_ref().map_or(now, to_epoch_millis);
        self.visible.set(Slice::StartedAt, |s| &mut s.started_at, Some(started_at));
        self.visible.set(Slice::E2eeEnabled, |s| &mut s.e2ee_enabled, state.e2ee_enabled);
        self.apply_wishes();
    }

    pub(super) fn take_counts(&mut self, response: &event::JoinResponse) {
        let counts = response.call_state.as_ref().and_then(|state| state.participant_count);
        self.set_counts(counts);
    }

    /// Takes a frame that came over the socket of the session; `false` when it cannot be read.
    #[must_use]
    pub(super) fn on_sfu_frame(&mut self, context: &mut CallContext<'_, H>, bytes: &[u8]) -> bool {
        if !matches!(self.phase, Phase::Joined(_)) {
            return true;
        }
        let taken = match Frame::read(bytes) {
            Some(Frame::AudioLevels(levels)) => self.on_audio_levels(levels),
            Some(Frame::Qualities(qualities)) => self.on_qualities(qualities),
            Some(Frame::DominantSpeaker(session_id)) => {
                self.visible.set_dominant_speaker(session_id);
                Some(())
            }
            Some(Frame::Joined | Frame::Other) => {
                compact::decode(bytes).map(|event| self.on_sfu_event(context, event))
            }
            None => None,
        };
        taken.is_some()
    }

    /// `None` when they are malformed: then nothing is changed.
    fn on_audio_levels(&mut self, levels: Entries<'_, AudioLevel<'_>>) -> Option<()> {
        let known = self.known(levels, |level| level.session_id)?;
        for (slot, AudioLevel { level, is_speaking, .. }) in known {
            self.visible.set_audio_level(slot, level, is_speaking);
        }
        Some(())
    }

    /// `None` when they are malformed: then nothing is changed.
    fn on_qualities(&mut self, qualities: Entries<'_, Quality<'_>>) -> Option<()> {
        let known = self.known(qualities, |quality| quality.session_id)?;
        for (slot, Quality { quality, .. }) in known {
            self.visible.edit_activity(slot, |activity| activity.connection_quality = quality);
        }
        Some(())
    }

    /// What is said of those who are there; `None` when anything of it is malformed.
    fn known<'a, E: Entry<'a>>(
        &self,
        entries: Entries<'a, E>,
        session_id: impl Fn(&E) -> &'a str,
    ) -> Option<Vec<(Slot, E)>> {
        let participants = &self.state().participants;
        // As many as a frame mostly names.
        let mut known = Vec::with_capacity(64);
        for entry in entries {
            let entry = entry?;
            known.extend(participants.slot_of(session_id(&entry)).map(|slot| (slot, entry)));
        }
        Some(known)
    }

    pub(super) fn on_sfu_event(
        &mut self,
        context: &mut CallContext<'_, H>,
        event: event::SfuEvent,
    ) {
        let Some(payload) = event.event_payload else {
            return;
        };
        let Phase::Joined(session) = &mut self.phase else {
            return;
        };
        let own = session.session_id.clone();
        let now = context.out.epoch_millis();
        match payload {
            EventPayload::SubscriberOffer(offer) => session.subscriber.on_offer(context.out, offer),
            EventPayload::IceTrickle(trickle) => self.on_remote_candidate(context, trickle),
            EventPayload::ParticipantJoined(joined) => {
                if let Some(participant) = joined.participant {
                    let slot = self.visible.upsert_participant(Told::new(participant), &own, now);
                    if let (Some(slot), true) = (slot, joined.is_pinned) {
                        self.visible.pin_for_everyone(slot, now);
                    }
                    self.participant_appeared(context, slot);
                }
            }
            EventPayload::ParticipantLeft(left) => {
                if let Some(participant) = left.participant {
                    self.visible.remove_session(&participant.session_id);
                }
            }
            EventPayload::ParticipantUpdated(updated) => {
                if let Some(participant) = updated.participant {
                    let slot = self.visible.edit_known(Told::new(participant));
                    self.adopt_tracks(slot);
                }
            }
            EventPayload::TrackPublished(track) => {
                let of = track.r#type();
                let slot = self.introduced(track.participant, &track.session_id, &own, now);
                if let Some(slot) = slot {
                    self.visible.set_published(slot, of, true);
                }
                self.participant_appeared(context, slot);
            }
            EventPayload::TrackUnpublished(track) => {
                let (of, cause) = (track.r#type(), track.cause());
                let slot = self.introduced(track.participant, &track.session_id, &own, now);
                if let Some(slot) = slot {
                    self.visible.set_published(slot, of, false);
                }
                if track.session_id == own {
                    self.on_moderated(context, of, cause);
                }
                self.subscriptions_changed(context, false);
            }
            EventPayload::HealthCheckResponse(health) => {
                // Only this answers pings: other events still come when they are lost.
                self.on_pong(context);
                self.set_counts(health.participant_count);
            }
            EventPayload::PinsUpdated(pins) => self.visible.set_server_pins(pins.pins, now),
            EventPayload::InboundStateNotification(notification) => {
                self.visible.set_paused(&notification.inbound_video_states);
            }
            EventPayload::CallGrantsUpdated(updated) => {
                if let Some(grants) = updated.current_grants {
                    self.visible.apply_grants(grants);
                    self.enforce_capabilities(context);
                }
            }
            EventPayload::CallEnded(ended) => self.on_call_ended(context, ended.reason()),
            EventPayload::GoAway(_) => self.reconnect(context, "go_away"),
            EventPayload::Error(error) => self.on_sfu_error(context, &error),
            EventPayload::ChangePublishOptions(changed) => {
                session.publish_options = changed.publish_options;
                self.publish_again(context);
            }
            EventPayload::ChangePublishQuality(changed) => {
                if let Some(publisher) = &mut session.publisher {
                    publisher.set_qualities(context.out, changed.video_senders);
                }
            }
            // For the other direction the SFU sends an offer by itself.
            EventPayload::IceRestart(restart) => {
                if let (models::PeerType::PublisherUnspecified, Some(publisher)) =
                    (restart.peer_type(), &mut session.publisher)
                {
                    publisher.restart_ice(context.out);
                }
            }
            // A join response belongs to a join; the first three are read otherwise.
            EventPayload::AudioLevelChanged(_)
            | EventPayload::ConnectionQualityChanged(_)
            | EventPayload::DominantSpeakerChanged(_)
            | EventPayload::JoinResponse(_)
            | EventPayload::ParticipantMigrationComplete(_)
            | EventPayload::PublisherAnswer(_) => {}
        }
    }

    /// Whom an event about a track is about. One that carries the participant replaces them: in
    /// large calls that is how people are introduced.
    fn introduced(
        &mut self,
        wire: Option<models::Participant>,
        session_id: &str,
        own: &str,
        now: f64,
    ) -> Option<Slot> {
        if let Some(wire) = wire {
            self.visible.upsert_participant(Told::new(wire), own, now);
        }
        self.state().participants.slot_of(session_id)
    }

    /// Somebody came, or began to publish: tracks and wishes may have waited for them.
    fn participant_appeared(&mut self, context: &mut CallContext<'_, H>, slot: Option<Slot>) {
        let participant = slot.and_then(|slot| self.state().participants.get(slot));
        if let Some(session_id) = participant.map(|participant| participant.session_id.clone()) {
            self.apply_wishes_for(&session_id);
        }
        self.adopt_tracks(slot);
        self.subscriptions_changed(context, true);
    }

    fn adopt_tracks(&mut self, slot: Option<Slot>) {
        if let (Phase::Joined(session), Some(slot)) = (&mut self.phase, slot) {
            self.visible.adopt(&mut session.orphans, slot);
        }
    }

    fn subscriptions_changed(&mut self, context: &mut CallContext<'_, H>, published: bool) {
        if let Phase::Joined(session) = &mut self.phase {
            session.subscriptions.touch_published(context.out, published);
        }
    }

    fn set_counts(&mut self, counts: Option<models::ParticipantCount>) {
        if let Some(counts) = counts {
            self.visible.set_counts(counts.total, counts.anonymous);
        }
    }

    fn on_remote_candidate(
        &mut self,
        context: &mut CallContext<'_, H>,
        trickle: models::IceTrickle,
    ) {
        let Phase::Joined(session) = &mut self.phase else {
            return;
        };
        let candidates = match (trickle.peer_type(), &mut session.publisher) {
            (models::PeerType::Subscriber, _) => {
                Some((session.subscriber.peer, &mut session.subscriber.candidates))
            }
            (models::PeerType::PublisherUnspecified, Some(publisher)) => {
                Some((publisher.peer, &mut publisher.candidates))
            }
            (models::PeerType::PublisherUnspecified, None) => None,
        };
        if let Some((peer, candidates)) = candidates {
            candidates.add(context.out, peer, trickle.ice_candidate);
        }
    }

    /// A moderator muted this participant, or took the right to publish.
    fn on_moderated(
        &mut self,
        context: &mut CallContext<'_, H>,
        track_type: TrackType,
        cause: models::TrackUnpublishReason,
    ) {
        match cause {
            models::TrackUnpublishReason::Moderation
                if track_type == TrackType::ScreenShareAudio =>
            {
                self.mute_screen_sound(context);
            }
            models::TrackUnpublishReason::Moderation
            | models::TrackUnpublishReason::PermissionRevoked => {
                if let Some(kind) = DeviceKind::of(track_type) {
                    self.disable_device(context, kind, false);
                    self.stop_publish(context.out, &[track_type]);
                }
            }
            models::TrackUnpublishReason::UserMuted | models::TrackUnpublishReason::Unspecified => {
            }
        }
    }

    pub(super) fn on_call_ended(
        &mut self,
        context: &mut CallContext<'_, H>,
        reason: models::CallEndedReason,
    ) {
        let reason = match reason {
            models::CallEndedReason::LiveEnded => return self.on_live_ended(context),
            models::CallEndedReason::Kicked => "kicked",
            models::CallEndedReason::Ended
            | models::CallEndedReason::SessionEnded
            | models::CallEndedReason::Unspecified => {
                let now = context.out.epoch_millis();
                if self.state().ended_at.is_none() {
                    self.visible.set(Slice::EndedAt, |s| &mut s.ended_at, Some(now));
                }
                "call_ended"
            }
        };
        self.leave_now(context, reason);
    }

    /// Back to backstage: who may be there stays.
    fn on_live_ended(&mut self, context: &mut CallContext<'_, H>) {
        self.visible.set(Slice::Backstage, |s| &mut s.backstage, true);
        if !self.state().has_capability("join-backstage") {
            self.leave_now(context, "live_ended");
        }
    }

    fn on_sfu_error(&mut self, context: &mut CallContext<'_, H>, event: &event::Error) {
        let error = event.error.clone().unwrap_or_default();
        if error.code() == models::ErrorCode::LiveEnded {
            return self.on_live_ended(context);
        }
        match event.reconnect_strategy() {
            models::WebsocketReconnectStrategy::Disconnect => {
                self.leave_now(context, "sfu_disconnect");
            }
            models::WebsocketReconnectStrategy::Fast
            | models::WebsocketReconnectStrategy::Rejoin
            | models::WebsocketReconnectStrategy::Migrate => self.reconnect(context, "sfu_error"),
            models::WebsocketReconnectStrategy::Unspecified => {
                context.out.warn(format!("the SFU reports: {}", error.message), None);
            }
        }
    }
}

/// Whatever it was to tell, nothing of it counts.
pub(super) fn warn_unreadable<H: Host>(context: &mut CallContext<'_, H>) {
    context.out.warn("the SFU sent a frame that cannot be read", None);
}
