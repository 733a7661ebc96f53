//! The coordinator's side of a call's state: a fold of its answers and events.

use super::visible::Visible;
use crate::core::{
    changes::Slice,
    json::{Json, ObjectWriter},
    state::{CallingState, Member, Session},
};

impl Visible {
    /// Takes the answer of an operation that returns the call with its members and capabilities.
    pub(crate) fn apply_answer(&mut self, answer: &Json) {
        if let Some(call) = answer.get("call") {
            self.apply_call(&call);
        }
        if answer.get("members").is_some() {
            self.replace_members(&answer.list("members"));
        }
        if answer.get("own_capabilities").is_some() {
            self.set_own_capabilities(answer.texts("own_capabilities"));
        }
        if answer.get("created").is_some() {
            self.set(Slice::Created, |s| &mut s.created, answer.flag("created"));
        }
    }

    /// Takes a call object, from an answer or an event. One that is older than what is known, by
    /// its `updated_at`, changes nothing: answers and events overtake each other.
    pub(crate) fn apply_call(&mut self, call: &Json) {
        let updated_at = call.millis("updated_at");
        if updated_at.is_some() && updated_at < self.state().updated_at {
            return;
        }
        self.apply_objects(call);
        self.set(Slice::CreatedAt, |s| &mut s.created_at, call.millis("created_at"));
        self.set(Slice::UpdatedAt, |s| &mut s.updated_at, updated_at);
        self.set(Slice::StartsAt, |s| &mut s.starts_at, call.millis("starts_at"));
        self.set(Slice::EndedAt, |s| &mut s.ended_at, call.millis("ended_at"));
        self.set(Slice::Backstage, |s| &mut s.backstage, call.flag("backstage"));
        let blocked = call.texts("blocked_user_ids");
        self.set(Slice::BlockedUserIds, |s| &mut s.blocked_user_ids, blocked);
        let egress = call.get("egress");
        let runs = |kind| {
            let running = egress.as_ref().and_then(|egress| egress.get(kind));
            running.is_some_and(|recording| recording.text("status") == "running")
        };
        let recording = call.flag("recording") || runs("composite_recording");
        self.set(Slice::Recording, |s| &mut s.recording, recording);
        let individual = runs("individual_recording");
        self.set(Slice::IndividualRecording, |s| &mut s.individual_recording, individual);
        self.set(Slice::RawRecording, |s| &mut s.raw_recording, runs("raw_recording"));
        self.set(Slice::Egress, |s| &mut s.egress, egress);
        self.set(Slice::Transcribing, |s| &mut s.transcribing, call.flag("transcribing"));
        self.set(Slice::Captioning, |s| &mut s.captioning, call.flag("captioning"));
        self.apply_session(call.get("session"));
    }

    /// Keeps the whole object for the app, and marks the parts of it that differ.
    fn apply_objects(&mut self, call: &Json) {
        let before = self.state().document.clone();
        let differs = |key: &str| {
            let (old, new) = (before.as_ref().and_then(|b| b.get(key)), call.get(key));
            match (old, new) {
                (None, None) => false,
                (Some(old), Some(new)) => !old.same(&new),
                (None, Some(_)) | (Some(_), None) => true,
            }
        };
        let parts = [
            ("custom", Slice::Custom),
            ("settings", Slice::Settings),
            ("created_by", Slice::CreatedBy),
            ("team", Slice::Team),
            ("ingress", Slice::Ingress),
            ("thumbnails", Slice::Thumbnails),
        ];
        let changed: Vec<Slice> =
            parts.into_iter().filter(|(key, _)| differs(key)).map(|(_, slice)| slice).collect();
        for slice in changed {
            self.mark(slice);
        }
        self.edit_quietly(|state| state.document = Some(call.clone()));
    }

    fn apply_session(&mut self, session: Option<Json>) {
        let session = session.map(|document| Session {
            participants: document
                .list("participants")
                .into_iter()
                .map(|participant| (participant.text("user_session_id"), participant))
                .collect(),
            counts_by_role: read_counts(&document),
            anonymous_count: to_count(document.number("anonymous_participant_count")),
            document,
        });
        if session.is_none() && self.state().session.is_none() {
            return;
        }
        self.edit(Slice::Session, |state| state.session = session);
        self.count_session();
    }

    /// Takes what an event of the coordinator says about this call.
    pub(crate) fn apply_event(&mut self, name: &str, event: &Json, me: Option<&str>) {
        if let Some(call) = event.get("call") {
            self.apply_call(&call);
        }
        match name {
            "call.notification" => self.replace_members(&event.list("members")),
            "call.member_added" | "call.member_updated" | "call.member_updated_permission" => {
                self.merge_members(&event.list("members"));
            }
            "call.member_removed" => self.remove_members(&event.texts("members")),
            "call.ended" => {
                let user = event.get("user");
                self.edit(Slice::EndedBy, |state| state.ended_by = user);
            }
            "call.blocked_user" => {
                let user_id = blamed_user(event);
                if !self.state().blocked_user_ids.contains(&user_id) {
                    self.edit(Slice::BlockedUserIds, |s| s.blocked_user_ids.push(user_id));
                }
            }
            "call.unblocked_user" => {
                let user_id = blamed_user(event);
                let mut blocked = self.state().blocked_user_ids.clone();
                blocked.retain(|id| *id != user_id);
                self.set(Slice::BlockedUserIds, |s| &mut s.blocked_user_ids, blocked);
            }
            "call.permissions_updated" if me.is_some_and(|me| me == blamed_user(event)) => {
                self.set_own_capabilities(event.texts("own_capabilities"));
            }
            "call.session_participant_joined" => self.session_participant_joined(event),
            "call.session_participant_left" => self.session_participant_left(event),
            "call.session_participant_count_updated" => {
                self.edit_session(|session| {
                    session.counts_by_role = read_counts(event);
                    session.anonymous_count = to_count(event.number("anonymous_participant_count"));
                });
            }
            "call.rejected" => {
                let user_id = blamed_user(event);
                let reason = event.get("reason").map(|_| event.text("reason"));
                self.edit(Slice::Ring, |state| {
                    state.rejections.retain(|(known, _)| *known != user_id);
                    state.rejections.push((user_id, reason));
                });
            }
            "call.reaction_new" => {
                if let Some(reaction) = event.get("reaction") {
                    self.set_reaction(&reaction);
                }
            }
            "call.recording_started" => self.set_recording(event, true),
            "call.recording_stopped" | "call.recording_failed" => self.set_recording(event, false),
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
    pub(crate) fn merge_members(&mut self, documents: &[Json]) {
        if documents.is_empty() {
            return;
        }
        self.edit(Slice::Members, |state| {
            for member in documents.iter().map(to_member) {
                match state.members.iter_mut().find(|known| known.user_id == member.user_id) {
                    Some(known) => *known = member,
                    None => state.members.push(member),
                }
            }
        });
    }

    pub(crate) fn remove_members(&mut self, user_ids: &[String]) {
        let is_removed = |member: &Member| user_ids.contains(&member.user_id);
        if self.state().members.iter().any(is_removed) {
            self.edit(Slice::Members, |state| {
                state.members.retain(|m| !is_removed(m));
            });
        }
    }

    pub(crate) fn replace_members(&mut self, documents: &[Json]) {
        let known = &self.state().members;
        let unchanged = known.len() == documents.len()
            && known.iter().zip(documents).all(|(known, new)| known.document.same(new));
        if !unchanged {
            let members = documents.iter().map(to_member).collect();
            self.edit(Slice::Members, |state| state.members = members);
        }
    }

    fn session_participant_joined(&mut self, event: &Json) {
        let Some(participant) = event.get("participant") else {
            return;
        };
        let id = participant.text("user_session_id");
        let role = session_role(&participant);
        self.edit_session(|session| {
            match session.participants.iter_mut().find(|(known, _)| *known == id) {
                Some((_, known)) => *known = participant,
                None => {
                    session.participants.push((id, participant));
                    match session.counts_by_role.iter_mut().find(|(known, _)| *known == role) {
                        Some((_, count)) => *count = count.saturating_add(1),
                        None => session.counts_by_role.push((role, 1)),
                    }
                }
            }
        });
    }

    fn session_participant_left(&mut self, event: &Json) {
        let Some(participant) = event.get("participant") else {
            return;
        };
        let id = participant.text("user_session_id");
        let role = session_role(&participant);
        self.edit_session(|session| {
            let before = session.participants.len();
            session.participants.retain(|(known, _)| *known != id);
            if session.participants.len() == before {
                return;
            }
            if let Some((_, count)) = session.counts_by_role.iter_mut().find(|(r, _)| *r == role) {
                *count = count.saturating_sub(1);
            }
        });
    }

    /// Edits the session, if one is known, and what is counted from it.
    fn edit_session(&mut self, edit: impl FnOnce(&mut Session)) {
        if self.state().session.is_none() {
            return;
        }
        self.edit(Slice::Session, |state| {
            if let Some(session) = &mut state.session {
                edit(session);
            }
        });
        self.count_session();
    }

    /// Before the call is joined the session tells how many are in it; while it is joined the SFU
    /// does, and the two must not take turns.
    fn count_session(&mut self) {
        let is_in = match self.state().calling_state {
            CallingState::Joined | CallingState::Reconnecting | CallingState::Offline => true,
            CallingState::Idle
            | CallingState::Ringing
            | CallingState::Joining
            | CallingState::Left
            | CallingState::ReconnectingFailed => false,
        };
        if is_in {
            return;
        }
        let (total, anonymous) = self.state().session.as_ref().map_or((0, 0), |session| {
            let by_role: u32 = session.counts_by_role.iter().map(|(_, count)| count).sum();
            let listed = u32::try_from(session.participants.len()).unwrap_or(u32::MAX);
            (by_role.max(listed), session.anonymous_count)
        });
        self.set_counts(total, anonymous);
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
    fn set_recording(&mut self, event: &Json, running: bool) {
        match event.text("recording_type").as_str() {
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
    pub(crate) fn end_broadcast(&mut self, parse_json: fn(&str) -> Option<Json>) {
        let Some(egress) = &self.state().egress else {
            return;
        };
        let hls = egress.get("hls").map(|hls| with_field(&hls, "status", "\"\""));
        let mut text = with_field(egress, "broadcasting", "false");
        if let (Some(hls), Some(ended)) = (hls, parse_json(&text)) {
            text = with_field(&ended, "hls", &hls);
        }
        self.set(Slice::Egress, |s| &mut s.egress, parse_json(&text));
    }

    /// Shows a reaction on every session of its user.
    fn set_reaction(&mut self, reaction: &Json) {
        let user_id = blamed_user(reaction);
        let theirs = self.state().participants.iter().filter(|p| p.user_id == user_id);
        for session_id in theirs.map(|p| p.session_id.clone()).collect::<Vec<_>>() {
            self.edit_participant(&session_id, |p| p.reaction = Some(reaction.clone()));
        }
    }
}

/// The text of an object with one field replaced, or added.
fn with_field(object: &Json, key: &str, value: &str) -> String {
    let mut writer = ObjectWriter::new();
    for (name, field) in object.entries().unwrap_or_default() {
        if let (true, Some(text)) = (name != key, field.to_text()) {
            writer = writer.raw(&name, &text);
        }
    }
    writer.raw(key, value).finish()
}

fn to_member(document: &Json) -> Member {
    Member { user_id: document.text("user_id"), document: document.clone() }
}

fn blamed_user(event: &Json) -> String {
    event.get("user").map(|user| user.text("id")).unwrap_or_default()
}

/// Roles are counted by the user's role, not by the role in the call.
fn session_role(participant: &Json) -> String {
    participant.get("user").map(|user| user.text("role")).unwrap_or_default()
}

fn read_counts(document: &Json) -> Vec<(String, u32)> {
    let counts = document.get("participants_count_by_role").and_then(|counts| counts.entries());
    counts
        .unwrap_or_default()
        .into_iter()
        .map(|(role, count)| (role, to_count(count.as_f64())))
        .collect()
}

fn to_count(number: Option<f64>) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    number.map_or(0, |number| number as u32)
}
