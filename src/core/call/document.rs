//! The coordinator's side of a call's state: a fold of its answers and events.

use super::{
    news::Source,
    visible::{Visible, put},
};
use crate::core::{
    changes::{Aspects, Slice},
    host::Host,
    roster::Slot,
    state::Egress,
    view::{self, Call, CallAnswer, Event, Member, Reaction, Recording, Viewed},
};

impl<H: Host> Visible<H> {
    /// Takes the answer of an operation that returns the call with its members and capabilities.
    pub(crate) fn apply_answer(&mut self, answer: &CallAnswer<H::Document>) {
        if let Some(call) = &answer.call {
            if self.is_older(call) {
                return;
            }
            self.apply_call(call, Source::Answer);
        }
        if let Some(members) = &answer.members {
            let members = self.news.of_members(members);
            self.replace_members(&members);
        }
        if let Some(capabilities) = &answer.own_capabilities {
            self.set_own_capabilities(capabilities.clone());
        }
        if let Some(created) = answer.created {
            self.set(Slice::Created, |s| &mut s.created, created);
        }
    }

    /// Takes a call object, from an answer or an event. One that is older than what is known, by
    /// its `updated_at`, changes nothing: answers and events overtake each other.
    pub(crate) fn apply_call(&mut self, call: &Call<H::Document>, source: Source) {
        if self.is_older(call) {
            return;
        }
        let is_newer = call.updated_at > self.state().updated_at;
        self.apply_documents(call);
        self.set(Slice::CreatedAt, |s| &mut s.created_at, call.created_at);
        self.set(Slice::UpdatedAt, |s| &mut s.updated_at, call.updated_at);
        self.set(Slice::StartsAt, |s| &mut s.starts_at, call.starts_at);
        self.set(Slice::EndedAt, |s| &mut s.ended_at, call.ended_at);
        self.set(Slice::Backstage, |s| &mut s.backstage, call.backstage);
        let blocked = call.blocked_user_ids.clone();
        self.set(Slice::BlockedUserIds, |s| &mut s.blocked_user_ids, blocked);
        let egress = call.egress.as_ref();
        let runs = |which: fn(&view::Egress) -> &Option<Recording>| {
            Recording::runs(egress.and_then(|egress| which(&egress.view).as_ref()))
        };
        let recording = call.recording || runs(|egress| &egress.composite_recording);
        self.set(Slice::Recording, |s| &mut s.recording, recording);
        let individual = runs(|egress| &egress.individual_recording);
        self.set(Slice::IndividualRecording, |s| &mut s.individual_recording, individual);
        let raw = runs(|egress| &egress.raw_recording);
        self.set(Slice::RawRecording, |s| &mut s.raw_recording, raw);
        let egress = egress
            .map(|egress| Egress { document: egress.document.clone(), broadcast_ended: false });
        self.set(Slice::Egress, |s| &mut s.egress, egress);
        self.set(Slice::Transcribing, |s| &mut s.transcribing, call.transcribing);
        self.set(Slice::Captioning, |s| &mut s.captioning, call.captioning);
        self.apply_session(call.session.as_ref(), source, is_newer);
    }

    fn is_older(&self, call: &Call<H::Document>) -> bool {
        call.updated_at.is_some() && call.updated_at < self.state().updated_at
    }

    /// Keeps what apps see as it came, and marks the parts of it that differ.
    fn apply_documents(&mut self, call: &Call<H::Document>) {
        let nothing = Call::default();
        let before = self.state().document.as_deref().unwrap_or(&nothing);
        let parts = [
            (before.custom != call.custom, Slice::Custom),
            (before.settings != call.settings, Slice::Settings),
            (before.created_by != call.created_by, Slice::CreatedBy),
            (before.team != call.team, Slice::Team),
            (before.ingress != call.ingress, Slice::Ingress),
            (before.thumbnails != call.thumbnails, Slice::Thumbnails),
        ];
        for (_, slice) in parts.into_iter().filter(|(differs, _)| *differs) {
            self.mark(slice);
        }
        self.edit_quietly(|state| state.document = Some(Box::new(call.clone())));
    }

    /// Takes what an event of the coordinator says about this call.
    pub(crate) fn apply_event(&mut self, event: &Event<H::Document>, me: Option<&str>) {
        if let Some(call) = &event.call.call {
            self.apply_call(call, Source::Event);
        }
        let fields = &event.fields;
        let members = event.call.members.as_deref().unwrap_or_default();
        match fields.name.as_str() {
            "call.notification" => self.replace_members(members),
            "call.member_added" | "call.member_updated" | "call.member_updated_permission" => {
                for member in members.iter().filter(|member| !member.view.user_id.is_empty()) {
                    self.news.member(&member.view.user_id, Some(member.clone()));
                }
                self.merge_members(members);
            }
            "call.member_removed" => {
                for user_id in &event.removed_members {
                    self.news.member(user_id, None);
                }
                self.remove_members(&event.removed_members);
            }
            "call.ended" => {
                let user = fields.user.as_ref().map(|user| user.document.clone());
                self.edit(Slice::EndedBy, |state| state.ended_by = user);
            }
            "call.blocked_user" => {
                let user_id = event.user_id().to_owned();
                if !self.state().blocked_user_ids.contains(&user_id) {
                    self.edit(Slice::BlockedUserIds, |s| s.blocked_user_ids.push(user_id));
                }
            }
            "call.unblocked_user" => {
                let mut blocked = self.state().blocked_user_ids.clone();
                blocked.retain(|id| id != event.user_id());
                self.set(Slice::BlockedUserIds, |s| &mut s.blocked_user_ids, blocked);
            }
            "call.permissions_updated" if me.is_some_and(|me| me == event.user_id()) => {
                self.set_own_capabilities(event.call.own_capabilities.clone().unwrap_or_default());
            }
            "call.session_participant_joined"
            | "call.session_participant_left"
            | "call.session_participant_count_updated" => self.apply_session_event(event),
            "call.rejected" => {
                let user_id = event.user_id().to_owned();
                let reason = fields.reason.clone();
                self.edit(Slice::Ring, |state| {
                    state.rejections.retain(|(known, _)| *known != user_id);
                    state.rejections.push((user_id, reason));
                });
            }
            "call.reaction_new" => {
                if let Some(reaction) = &fields.reaction {
                    self.set_reaction(reaction);
                }
            }
            "call.recording_started" => self.set_recording(&fields.recording_type, true),
            "call.recording_stopped" | "call.recording_failed" => {
                self.set_recording(&fields.recording_type, false);
            }
            "call.transcription_started" => {
                self.set(Slice::Transcribing, |s| &mut s.transcribing, true);
            }
            "call.transcription_stopped" | "call.transcription_failed" => {
                self.set(Slice::Transcribing, |s| &mut s.transcribing, false);
            }
            "call.closed_captions_started" => {
                self.set(Slice::Captioning, |s| &mut s.captioning, true);
            }
            "call.closed_captions_stopped" | "call.closed_captions_failed" => {
                self.set(Slice::Captioning, |s| &mut s.captioning, false);
            }
            _ => {}
        }
    }

    pub(crate) fn set_own_capabilities(&mut self, capabilities: Vec<String>) {
        self.set(Slice::OwnCapabilities, |s| &mut s.own_capabilities, capabilities);
    }

    /// Adds members, and replaces those already known.
    pub(crate) fn merge_members(&mut self, members: &[Member<H::Document>]) {
        let has_id = |member: &&Member<_>| !member.view.user_id.is_empty();
        if !members.iter().any(|member| has_id(&member)) {
            return;
        }
        self.edit(Slice::Members, |state| {
            for member in members.iter().filter(has_id) {
                let is_same = |known: &&mut Member<_>| known.view.user_id == member.view.user_id;
                match state.members.iter_mut().find(is_same) {
                    Some(known) => known.clone_from(member),
                    None => state.members.push(member.clone()),
                }
            }
        });
    }

    pub(crate) fn remove_members(&mut self, user_ids: &[String]) {
        let is_removed = |member: &Member<_>| user_ids.contains(&member.view.user_id);
        if self.state().members.iter().any(is_removed) {
            self.edit(Slice::Members, |state| {
                state.members.retain(|m| !is_removed(m));
            });
        }
    }

    pub(crate) fn replace_members(&mut self, members: &[Member<H::Document>]) {
        if self.state().members != members {
            self.edit(Slice::Members, |state| state.members = members.to_vec());
        }
    }

    pub(crate) fn set_counts(&mut self, total: u32, anonymous: u32) {
        self.set(Slice::ParticipantCount, |s| &mut s.participant_count, total);
        self.set(
            Slice::AnonymousParticipantCount,
            |s| &mut s.anonymous_participant_count,
            anonymous,
        );
    }

    /// A type that is absent means the composite recording.
    fn set_recording(&mut self, recording_type: &str, running: bool) {
        match recording_type {
            "" | "composite" => self.set(Slice::Recording, |s| &mut s.recording, running),
            "individual" => {
                let slice = Slice::IndividualRecording;
                self.set(slice, |s| &mut s.individual_recording, running);
            }
            "raw" => self.set(Slice::RawRecording, |s| &mut s.raw_recording, running),
            _ => {}
        }
    }

    /// The broadcast has ended, which its event tells without the call.
    pub(crate) fn end_broadcast(&mut self) {
        let egress = self.state().egress.clone();
        let egress = egress.map(|egress| Egress { broadcast_ended: true, ..egress });
        self.set(Slice::Egress, |s| &mut s.egress, egress);
    }

    /// Shows a reaction on every session of its user.
    fn set_reaction(&mut self, reaction: &Viewed<Reaction, H::Document>) {
        let user_id = reaction.view.user.as_ref().map_or("", |user| &user.id);
        let participants = &self.state().participants;
        let is_theirs = |slot: &Slot| participants.get(*slot).is_some_and(|p| p.user_id == user_id);
        for slot in participants.slots().filter(is_theirs).collect::<Vec<_>>() {
            self.edit_slot(slot, Aspects::LOCAL, |participant| {
                put(&mut participant.reaction, Some(Box::new(reaction.clone())))
            });
        }
    }
}
