//! What events told of a call: an answer that the server wrote before does not take it back.
//!
//! Answers and events overtake each other, and who is in a session or a member changes without a new
//! `updated_at` of the call. So whom events told of is remembered, and every answer is brought up to
//! date with it, for as long as no event can have been missed.

use indexmap::IndexMap;

use super::visible::Visible;
use crate::core::{
    changes::Slice,
    host::{Document, Host},
    state::{CallingState, Session},
    view::{self, Event, Member, SessionParticipant, Viewed},
};

/// An answer is not as old as that many events are.
const REMEMBERED: usize = 500;

/// Where a call object comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// An answer, which may have been overtaken by events.
    Answer,
    /// An event: those of one socket come in order.
    Event,
}

/// What events told of since the socket was opened.
#[derive(Debug, Default)]
pub(super) struct News<D> {
    /// The session that the next three are about.
    session_id: String,
    participants: Mentions<SessionParticipant<D>>,
    is_counted: bool,
    /// An event told of the whole session, and of who accepted and rejected its ring.
    is_whole: bool,
    members: Mentions<Member<D>>,
}

/// The last word on somebody, by id: as they are, or none when they have gone.
#[derive(Debug)]
struct Mentions<T>(IndexMap<String, Option<T>>);

impl<T> Default for Mentions<T> {
    fn default() -> Self {
        Self(IndexMap::new())
    }
}

impl<T> Mentions<T> {
    fn note(&mut self, id: &str, now: Option<T>) {
        self.0.shift_remove(id);
        if self.0.len() >= REMEMBERED {
            self.0.shift_remove_index(0);
        }
        self.0.insert(id.to_owned(), now);
    }
}

impl<D> News<D> {
    /// What is told from now on is about that session.
    fn begin_session(&mut self, session_id: &str) {
        session_id.clone_into(&mut self.session_id);
        self.participants.0.clear();
        self.is_counted = false;
        self.is_whole = false;
    }

    /// Whether anything was told of that session.
    fn is_about(&self, session_id: &str) -> bool {
        let is_told = self.is_counted || self.is_whole || !self.participants.0.is_empty();
        is_told && self.session_id == session_id
    }

    pub(super) fn member(&mut self, user_id: &str, now: Option<Member<D>>) {
        self.members.note(user_id, now);
    }
}

impl<D: Document> News<D> {
    /// A user is called otherwise by now: `renew` is what that does to a document.
    pub(super) fn apply_user(&mut self, user_id: &str, renew: impl Fn(&mut D)) {
        let members = self.members.0.values_mut().flatten();
        for member in members.filter(|member| member.view.user_id == user_id) {
            renew(&mut member.document);
        }
        for participant in self.participants.0.values_mut().flatten() {
            if participant.view.user.as_ref().is_some_and(|user| user.id == user_id) {
                renew(&mut participant.document);
            }
        }
    }

    /// The members of an answer as they are by now.
    pub(super) fn of_members(&self, answered: &[Member<D>]) -> Vec<Member<D>> {
        let mut members = answered.to_vec();
        for (user_id, now) in &self.members.0 {
            merge(&mut members, user_id, now.as_ref(), |member| &member.view.user_id);
        }
        members
    }
}

/// Puts somebody in the place that they have in a list, or at its end; or takes them out. Returns
/// who stood there.
pub(super) fn merge<T: Clone>(
    list: &mut Vec<T>,
    id: &str,
    now: Option<&T>,
    id_of: impl Fn(&T) -> &str,
) -> Option<T> {
    let place = list.iter().position(|known| id_of(known) == id);
    match (place.and_then(|place| list.get_mut(place)), now) {
        (Some(known), Some(now)) => return Some(std::mem::replace(known, now.clone())),
        (None, Some(now)) => list.push(now.clone()),
        (_, None) => return place.map(|place| list.remove(place)),
    }
    None
}

impl<H: Host> Visible<H> {
    /// Events may have been missed, or come no longer: the next answer is right.
    pub(crate) fn forget_news(&mut self) {
        self.news = News::default();
    }

    /// Goes on where another object of the same call has got to: further than its document.
    pub(super) fn take_news(&mut self, other: &mut Self) {
        self.news = std::mem::take(&mut other.news);
        let session = other.state().session.clone();
        self.edit(Slice::Session, |state| state.session = session);
        self.count_session();
    }

    pub(super) fn apply_session(
        &mut self,
        session: Option<&Viewed<view::Session<H::Document>, H::Document>>,
        source: Source,
        is_newer: bool,
    ) {
        let known = self.state().session.as_ref();
        let id = session.map_or("", |session| session.view.id.as_str());
        let is_overtaken = source == Source::Answer && !is_newer && self.news.is_whole;
        let is_another = known.is_some_and(|known| known.id != id);
        if (is_overtaken && is_another) || (known.is_none() && session.is_none()) {
            return;
        }
        let session = session.map(|Viewed { view, document }| {
            let mut session = Session {
                id: view.id.clone(),
                document: document.clone(),
                participants: view.participants.clone(),
                counts_by_role: view.participants_count_by_role.clone(),
                anonymous_count: view.anonymous_participant_count,
                accepted_by: view.accepted_by.clone(),
                rejected_by: view.rejected_by.clone(),
                has_ended: view.ended_at.is_some(),
            };
            if source == Source::Answer && self.news.is_about(id) {
                for (id, now) in &self.news.participants.0 {
                    session.take_participant(id, now.as_ref());
                }
                match known {
                    Some(known) if self.news.is_whole && !is_newer => {
                        let participants = session.participants;
                        session = Session { participants, ..known.clone() };
                    }
                    Some(known) if self.news.is_counted && !is_newer => {
                        session.counts_by_role.clone_from(&known.counts_by_role);
                        session.anonymous_count = known.anonymous_count;
                    }
                    Some(_) | None => {}
                }
            }
            session
        });
        if source == Source::Event && id != self.news.session_id {
            self.news.begin_session(id);
        }
        let is_told = source == Source::Event && self.state().watching && session.is_some();
        self.news.is_whole = is_told || (self.news.is_whole && !is_newer);
        self.edit(Slice::Session, |state| state.session = session);
        self.count_session();
    }

    /// Takes what an event tells of who is in a session.
    pub(super) fn apply_session_event(&mut self, event: &Event<H::Document>) {
        let known = self.state().session.as_ref().map_or("", |session| &session.id);
        let told = Some(event.fields.session_id.as_str()).filter(|id| !id.is_empty());
        let session_id = told.unwrap_or(known).to_owned();
        if session_id != self.news.session_id {
            self.news.begin_session(&session_id);
        }
        match (event.fields.name.as_str(), &event.fields.participant) {
            ("call.session_participant_count_updated", _) => {
                self.news.is_counted = true;
                self.edit_session(|session| {
                    session.counts_by_role.clone_from(&event.counts.participants_count_by_role);
                    session.anonymous_count = event.counts.anonymous_participant_count;
                });
            }
            // Those who have no id cannot be told apart.
            (_, Some(participant)) if participant.view.user_session_id.is_empty() => {}
            ("call.session_participant_joined", Some(participant)) => {
                let id = &participant.view.user_session_id;
                self.news.participants.note(id, Some(participant.clone()));
                self.edit_session(|session| session.take_participant(id, Some(participant)));
            }
            ("call.session_participant_left", Some(participant)) => {
                let id = &participant.view.user_session_id;
                self.news.participants.note(id, None);
                self.edit_session(|session| session.take_participant(id, None));
            }
            _ => {}
        }
    }

    /// Edits the session, if one is known, and what is counted from it.
    fn edit_session(&mut self, edit: impl FnOnce(&mut Session<H>)) {
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
            let by_role: u32 = session.counts_by_role.values().sum();
            let listed = u32::try_from(session.participants.len()).unwrap_or(u32::MAX);
            (by_role.max(listed), session.anonymous_count)
        });
        self.set_counts(total, anonymous);
    }
}

impl<H: Host> Session<H> {
    /// Somebody came, or, when there is none, went.
    fn take_participant(&mut self, id: &str, now: Option<&SessionParticipant<H::Document>>) {
        let before =
            merge(&mut self.participants, id, now, |known| known.view.user_session_id.as_str());
        match (before, now) {
            (None, Some(came)) => {
                let count = self.counts_by_role.entry(session_role(came).to_owned()).or_default();
                *count = count.saturating_add(1);
            }
            (Some(went), None) => {
                if let Some(count) = self.counts_by_role.get_mut(session_role(&went)) {
                    *count = count.saturating_sub(1);
                }
            }
            (None, None) | (Some(_), Some(_)) => {}
        }
    }
}

/// Roles are counted by the user's role, not by the role in the call.
fn session_role<D>(participant: &SessionParticipant<D>) -> &str {
    participant.view.user.as_ref().map_or("", |user| &user.role)
}
