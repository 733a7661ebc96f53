//! What is kept of a call's state for the app, and how its watchers hear of changes.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::VecDeque,
    mem::take,
    rc::Rc,
};

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::{
    api::{
        call_shared::CallShared,
        fields::{self, known_text},
        observables::Observables,
        participants::People,
        parts::Parts,
        ringing::LastRing,
        statistics::{self, Measured},
    },
    core::{Aspects, CallChanges, CallingState, Slice, Slices, Slot},
    web::{self, Frames, has_panicked},
};

/// The methods whose answers are observable.
pub(super) const FIND: &str = "findParticipantBySessionId";
pub(super) const RANGE: &str = "participantsRange";

/// What is kept of a call's state, besides the values that hang on the app's own objects.
#[derive(Default)]
pub(crate) struct Kept {
    people: People,
    ring: LastRing,
    statistics: Measured,
    /// Calling states that watchers have not heard of.
    transitions: RefCell<VecDeque<CallingState>>,
    /// The newest of them.
    calling_state: Cell<CallingState>,
    /// Somebody's level has changed: watchers hear of it with the next frame.
    frames: OnceCell<Frames>,
    /// Whether anybody is watched by themselves.
    watches_people: Cell<bool>,
    /// Whether a page of them is.
    watches_ranges: Cell<bool>,
    /// How many values of the state are watched, or methods.
    watched: Cell<u32>,
    /// The values that show people are marked already, and none was read since.
    are_people_marked: Cell<bool>,
}

impl Kept {
    pub(crate) fn people(&self) -> &People {
        &self.people
    }

    /// The same, to make a value of the state that shows people.
    pub(crate) fn show_people(&self) -> &People {
        self.are_people_marked.set(false);
        &self.people
    }

    /// Whether anybody watches more than single people and pages.
    fn watches_values(&self) -> bool {
        let methods = u32::from(self.watches_people.get()) + u32::from(self.watches_ranges.get());
        self.watched.get() > methods
    }

    /// A value, or an answer of that method, is watched, or none any more.
    pub(crate) fn watch(&self, name: &str, is_watched: bool) {
        let watched = self.watched.get();
        let now = if is_watched { watched.saturating_add(1) } else { watched.saturating_sub(1) };
        self.watched.set(now);
        match name {
            FIND => self.watches_people.set(is_watched),
            RANGE => self.watches_ranges.set(is_watched),
            _ => {}
        }
    }

    pub(crate) fn ring(&self) -> &LastRing {
        &self.ring
    }

    pub(crate) fn statistics(&self) -> &Measured {
        &self.statistics
    }
}

/// Notes what changed, so that getters are right from now on. Runs no code of the app.
pub(crate) fn mark(shared: &Rc<CallShared>, changes: &CallChanges) {
    let kept = &shared.kept;
    if !changes.people.is_empty() {
        shared.read(|call| kept.people.mark(call, &changes.people));
    }
    if changes.slices.contains(Slice::CallStatsReport) && !statistics::has_report(shared) {
        kept.statistics.clear();
    }
    for transition in &changes.transitions {
        kept.calling_state.set(transition.to);
        kept.transitions.borrow_mut().push_back(transition.to);
    }
    // Most events are about people, and come many times a second: the objects of the app are not
    // even looked for when nobody watches, and nobody has read anything since the last one.
    let is_known = kept.are_people_marked.get() && kept.watched.get() == 0;
    if is_known && changes.slices.is_within(PEOPLE) {
        return;
    }
    let Some(parts) = shared.parts() else { return };
    let Some(observables) = fields::observables(&parts, "state") else { return };
    if !changes.people.is_empty() {
        mark_people(shared, &observables, changes);
    }
    mark_state(kept, &observables, changes.slices);
    if changes.slices.contains_any(RINGS)
        && let Some(observables) = fields::observables(&parts, "call")
    {
        observables.mark("ringing");
        observables.mark("ringingState");
    }
}

/// The participants are to be read anew.
pub(super) fn mark_participants(kept: &Kept, parts: &Parts) {
    if let Some(observables) = fields::observables(parts, "state") {
        mark_lists(kept, &observables);
    }
}

/// People changed. Of nothing but levels and statistics watchers hear with the next frame.
fn mark_people(shared: &Rc<CallShared>, observables: &Observables, changes: &CallChanges) {
    let kept = &shared.kept;
    if kept.watches_people.get() {
        shared.read(|call| mark_watched(observables, &kept.people, call, &changes.people));
    }
    if !changes.people.iter().any(|(_, aspects)| aspects.is_passing()) {
        return;
    }
    if !changes.slices.contains(Slice::Participants) {
        if kept.watches_values() || !kept.are_people_marked.replace(true) {
            observables.mark_all_later(&participant_fields());
        }
        if kept.watches_ranges.get() {
            observables.mark_answer_later(&known_text(RANGE), &JsValue::UNDEFINED);
        }
    }
    if kept.watched.get() > 0 {
        kept.frames.get_or_init(|| tell_with_frames(shared)).want();
    }
}

fn mark_lists(kept: &Kept, observables: &Observables) {
    if kept.watches_values() || !kept.are_people_marked.replace(true) {
        observables.mark_all(&participant_fields());
        // Of the fields of participants, only this one follows from nothing else than who is there.
        observables.mark("participantsLength");
    }
    if kept.watches_ranges.get() {
        observables.mark_answer(&known_text(RANGE), &JsValue::UNDEFINED);
    }
}

/// Those who changed may be watched one by one.
fn mark_watched(
    observables: &Observables,
    people: &People,
    call: &web::CallState,
    changes: &[(Slot, Aspects)],
) {
    for (slot, aspects) in changes {
        for session_id in people.session_ids(call, *slot).into_iter().flatten() {
            if aspects.is_passing() {
                observables.mark_answer_later(&known_text(FIND), &session_id);
            } else {
                observables.mark_answer(&known_text(FIND), &session_id);
            }
        }
    }
}

fn mark_state(kept: &Kept, observables: &Observables, changed: Slices) {
    for slice in changed.iter() {
        match slice {
            Slice::Participants => mark_lists(kept, observables),
            // Others show these.
            Slice::Ring
            | Slice::Camera
            | Slice::Microphone
            | Slice::ScreenShare
            | Slice::Speaker
            | Slice::IncomingVideo
            | Slice::BlockedAudio => {}
            slice => observables.mark(slice.name()),
        }
    }
}

/// What shows nothing but people.
const PEOPLE: Slices = Slices::of(Slice::Participants);

/// What a ring follows from.
const RINGS: &[Slice] = &[Slice::Ring, Slice::Session, Slice::Members, Slice::CreatedBy];

/// Tells those who watch of everything that was marked; `news` are all but what concerns people.
pub(crate) fn flush(shared: &CallShared, news: Slices) {
    let is_watched = shared.kept.watched.get() > 0 || news.contains_any(RINGS);
    // Whoever comes to watch is told what is then.
    if !is_watched && shared.kept.transitions.borrow().is_empty() {
        return;
    }
    let Some(parts) = shared.parts() else {
        return;
    };
    if let Some(observables) = fields::observables(&parts, "state") {
        // Watchers may cause further ones.
        while let Some(state) = shared.kept.next_transition() {
            observables.tell("callingState", &state.as_str().into());
        }
        observables.flush();
    }
    if news.contains_any(RINGS)
        && let Some(observables) = fields::observables(&parts, "call")
    {
        observables.flush();
    }
}

impl Kept {
    fn next_transition(&self) -> Option<CallingState> {
        self.transitions.borrow_mut().pop_front()
    }
}

/// Levels change many times a second. Getters show them at once, watchers hear of them once per frame,
/// unless something else about the participants tells them before.
fn tell_with_frames(shared: &Rc<CallShared>) -> Frames {
    let weak = Rc::downgrade(shared);
    Frames::new(move || {
        let Some(shared) = weak.upgrade().filter(|_| !has_panicked()) else {
            return;
        };
        let parts = shared.parts();
        if let Some(observables) = parts.and_then(|parts| fields::observables(&parts, "state")) {
            observables.mark_late();
            flush(&shared, Slices::default());
        }
    })
}

/// The module has stopped for good: a call that was going on is lost.
pub(crate) fn fail(shared: &CallShared) {
    if matches!(shared.kept.calling_state.get(), CallingState::Idle | CallingState::Left) {
        return;
    }
    let failed = CallingState::ReconnectingFailed;
    shared.note(failed);
    if let Some(parts) = shared.parts()
        && let Some(observables) = fields::observables(&parts, "state")
    {
        // What watchers were about to hear of comes first.
        let unheard = shared.kept.transitions.try_borrow_mut().map(|mut told| take(&mut *told));
        let states = unheard.unwrap_or_default().into_iter().chain([failed]);
        let states = states.map(|state| JsValue::from(state.as_str())).collect();
        observables.tell_last("callingState", &states);
    }
}

/// What follows from the participants.
fn participant_fields() -> Array {
    thread_local! {
        static FIELDS: Array = fields::list(&[
            "rawParticipants",
            "participants",
            "localParticipant",
            "remoteParticipants",
            "pinnedParticipants",
            "dominantSpeaker",
            "hasOngoingScreenShare",
        ]);
    }
    FIELDS.with(Clone::clone)
}
