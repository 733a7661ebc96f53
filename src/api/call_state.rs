//! What apps see of a call: `call.state`.

mod kept;

use crate::web::Error;
use std::{cell::OnceCell, ops::Range, rc::Rc};

use js_sys::{Array, Object, Reflect};
use serde::Deserialize;
use wasm_bindgen::{
    JsValue,
    prelude::{Closure, wasm_bindgen},
};

use self::kept::{FIND, RANGE};
pub(crate) use self::kept::{Kept, fail, flush, mark};
use super::{
    body::text,
    call_shared::CallShared,
    comparators::{self, Comparator},
    documents,
    error::to_js,
    fields::{self, WeakObservables, fields, known_text},
    options::{self, invalid},
    participants::ListKind,
    parts::Parts,
    record::date,
    session, statistics,
};
use crate::{
    core::{Beyond, CallCommand, Duration, Slices, Slot},
    web,
};

/// What is known of a call. Getters are always current. Values are never changed in place: one that
/// did not change is the same object as before, and a changed one is a new object.
#[wasm_bindgen]
pub struct CallState {
    shared: Rc<CallShared>,
    observables: WeakObservables,
}

fields! {
    CallState "CallState": "CallStateFields";
    /// Where in its life the call is. The observable shows every step in order.
    calling_state: "callingState", "CallingState" =
        |state| state.value(|call| call.calling_state.as_str().into());
    /// Who is invited.
    members: "members", "readonly MemberResponse[]" = |state| state.list("members", |call| {
        call.members.iter().map(|member| documents::value(Some(&member.document))).collect()
    });
    /// The app's free object.
    custom: "custom", "CustomData" = |state| state.value(|call| {
        let custom = documents::part(call, |call| call.custom.as_ref());
        // A call that was not loaded has nothing of its app, rather than no place for it.
        if custom.is_undefined() { Object::new().into() } else { custom }
    });
    /// The settings, complete; `undefined` until the call is loaded.
    settings: "settings", "CallSettingsResponse | undefined" =
        |state| state.value(|call| documents::part(call, |call| Some(&call.settings.as_ref()?.document)));
    /// What this user may do.
    own_capabilities: "ownCapabilities", "readonly OwnCapability[]" =
        |state| state.list("ownCapabilities", |call| texts(&call.own_capabilities));
    /// Who made the call; `undefined` until the call is loaded.
    created_by: "createdBy", "UserResponse | undefined" =
        |state| state.value(|call| documents::part(call, |call| Some(&call.created_by.as_ref()?.document)));
    /// When the call was made; `undefined` until the call is loaded.
    created_at: "createdAt", "Date | undefined" = |state| state.value(|call| date(call.created_at));
    /// When the call was last changed; `undefined` until the call is loaded.
    updated_at: "updatedAt", "Date | undefined" = |state| state.value(|call| date(call.updated_at));
    /// When the call begins, if it has a date.
    starts_at: "startsAt", "Date | undefined" = |state| state.value(|call| date(call.starts_at));
    /// When the call was ended for everyone, if it was.
    ended_at: "endedAt", "Date | undefined" = |state| state.value(|call| date(call.ended_at));
    /// Who ended the call; `undefined` also when the server did.
    ended_by: "endedBy", "UserResponse | undefined" =
        |state| state.value(|call| documents::value(call.ended_by.as_ref()));
    /// When the running session began; known while joined.
    started_at: "startedAt", "Date | undefined" = |state| state.value(|call| date(call.started_at));
    /// Whether only some may join. `true` until the call is loaded.
    backstage: "backstage", "boolean" = |state| state.value(|call| call.backstage.into());
    /// The team the call belongs to.
    team: "team", "string | undefined" =
        |state| state.value(|call| documents::part(call, |call| call.team.as_ref()));
    /// The running session.
    session: "session", "CallSessionResponse | undefined" =
        |state| state.value(|call| call.session.as_ref().map(session::make).unwrap_or_default());
    /// Everybody in the call, in the order of {@link CallState.setSortParticipantsBy}; empty unless
    /// joined.
    participants: "participants", "readonly StreamVideoParticipant[]" =
        |state| state.sorted("participants", |_, _| true).into();
    /// How many are in {@link participants}, without that list being made: what somebody asks who shows
    /// pages of them with {@link CallState.participantsRange}. 0 unless joined. In a large call the
    /// server names only some of all, of whom {@link participantCount} knows.
    participants_length: "participantsLength", "number" =
        |state| {
            state.shared.kept.show_people();
            state.value(|call| call.participants.len().into())
        };
    /// The same people in the order in which they came.
    raw_participants: "rawParticipants", "readonly StreamVideoParticipant[]" =
        |state| {
            state.shared.kept.show_people();
            participants(&state.shared).into()
        };
    /// This page's own participant; `undefined` unless joined.
    local_participant: "localParticipant", "StreamVideoParticipant | undefined" =
        |state| state.person(|call| call.participants.local());
    /// Everybody but {@link localParticipant}.
    remote_participants: "remoteParticipants", "readonly StreamVideoParticipant[]" =
        |state| state.sorted("remoteParticipants", |call, slot| {
            call.participants.local() != Some(slot)
        }).into();
    /// Who is pinned.
    pinned_participants: "pinnedParticipants", "readonly StreamVideoParticipant[]" =
        |state| state.sorted("pinnedParticipants", |call, slot| {
            call.participants.get(slot).is_some_and(|participant| participant.pin.is_some())
        }).into();
    /// The one to look at.
    dominant_speaker: "dominantSpeaker", "StreamVideoParticipant | undefined" =
        |state| match state.shared.read(|call| call.participants.dominant().len()) {
            None | Some(0) => state.person(|_| None),
            Some(1) => state.person(|call| call.participants.dominant().first().copied()),
            // The SFU has not made up its mind: the first one of those who are shown.
            Some(_) => state.sorted("dominantSpeaker", |call, slot| {
                call.participants.dominant().contains(&slot)
            }).get(0),
        };
    /// Whether anybody shares their screen.
    has_ongoing_screen_share: "hasOngoingScreenShare", "boolean" =
        |state| {
            state.shared.kept.show_people();
            state.value(|call| call.participants.is_screen_shared().into())
        };
    /// How many are in the call, anonymous ones included; known also before joining.
    participant_count: "participantCount", "number" =
        |state| state.value(|call| call.participant_count.into());
    /// How many anonymous ones are in the call.
    anonymous_participant_count: "anonymousParticipantCount", "number" =
        |state| state.value(|call| call.anonymous_participant_count.into());
    /// Users who may not enter.
    blocked_user_ids: "blockedUserIds", "readonly string[]" =
        |state| state.list("blockedUserIds", |call| texts(&call.blocked_user_ids));
    /// Whether the call is recorded.
    recording: "recording", "boolean" = |state| state.value(|call| call.recording.into());
    /// Whether each participant is recorded apart.
    individual_recording: "individualRecording", "boolean" =
        |state| state.value(|call| call.individual_recording.into());
    /// Whether raw media is recorded.
    raw_recording: "rawRecording", "boolean" = |state| state.value(|call| call.raw_recording.into());
    /// Whether the call is transcribed.
    transcribing: "transcribing", "boolean" = |state| state.value(|call| call.transcribing.into());
    /// Whether captions are made.
    captioning: "captioning", "boolean" = |state| state.value(|call| call.captioning.into());
    /// The captions to be shown now; each goes after a while.
    closed_captions: "closedCaptions", "readonly CallClosedCaption[]" =
        |state| state.list("closedCaptions", |call| {
            call.closed_captions.iter().map(|caption| documents::value(Some(caption))).collect()
        });
    /// What goes out of the call.
    egress: "egress", "EgressResponse | undefined" =
        |state| state.value(|call| call.egress.as_ref().map(documents::egress).unwrap_or_default());
    /// Where broadcasts can come in.
    ingress: "ingress", "CallIngressResponse | undefined" =
        |state| state.value(|call| documents::part(call, |call| call.ingress.as_ref()));
    /// Pictures of the call.
    thumbnails: "thumbnails", "ThumbnailResponse | undefined" =
        |state| state.value(|call| documents::part(call, |call| call.thumbnails.as_ref()));
    /// Whether media is encrypted end to end.
    e2ee_enabled: "e2eeEnabled", "boolean" = |state| state.value(|call| call.e2ee_enabled.into());
    /// Whether the server sends updates of this call.
    watching: "watching", "boolean" = |state| state.value(|call| call.watching.into());
    /// Whether the last load made the call.
    created: "created", "boolean" = |state| state.value(|call| call.created.into());
    /// How the media flow, measured every 2 s while somebody subscribes to `callStatsReport$`;
    /// `undefined` before the first measurement, while nobody subscribes, and when the call is not
    /// joined.
    call_stats_report: "callStatsReport", "CallStatsReport | undefined" =
        |state| statistics::report(&state.shared);
}

#[wasm_bindgen]
impl CallState {
    /// The participant with that session, if there is one.
    #[wasm_bindgen(
        js_name = findParticipantBySessionId,
        unchecked_return_type = "StreamVideoParticipant | undefined"
    )]
    pub fn find_participant(
        &self,
        #[wasm_bindgen(js_name = sessionId, unchecked_param_type = "string")] session_id: &JsValue,
    ) -> JsValue {
        let Some(session_id) = session_id.as_string() else {
            return JsValue::UNDEFINED;
        };
        let people = self.shared.kept.people();
        let media = self.shared.client.driver().media();
        self.shared.read(|call| people.find(call, &session_id, media)).unwrap_or_default()
    }

    /// The same, to be watched. What others do wakes nobody.
    ///
    /// @throws {VideoError} code `invalid-argument` for a session id that is no text
    #[wasm_bindgen(
        js_name = "participant$",
        unchecked_return_type = "StateObservable<StreamVideoParticipant | undefined>"
    )]
    pub fn watch_participant(
        &self,
        #[wasm_bindgen(js_name = sessionId, unchecked_param_type = "string")] session_id: &JsValue,
    ) -> Result<JsValue, JsValue> {
        text(session_id, "the session id").map_err(|error| to_js(&error))?;
        Ok(self.answer(FIND, session_id, &Array::of1(session_id)))
    }

    /// The {@link participants} at the places `from` up to, but not including, `to`: a page of them,
    /// which costs what a page costs, however many there are. It is shorter where there are fewer,
    /// and the same list as long as the same objects are on it.
    ///
    /// @throws {VideoError} code `invalid-argument` for anything but whole numbers of which the second
    /// one is not below the first one
    #[wasm_bindgen(
        js_name = participantsRange,
        unchecked_return_type = "readonly StreamVideoParticipant[]"
    )]
    pub fn participants_range(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] from: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] to: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let range = read_range("participantsRange", from, to).map_err(|error| to_js(&error))?;
        settle(&self.shared);
        let people = self.shared.kept.people();
        let media = self.shared.client.driver().media();
        let page = self.shared.read(|call| people.page(call, media, range)).unwrap_or_default();
        Ok(page.into())
    }

    /// The same, to be watched. Changes of those who are not on the page wake nobody.
    ///
    /// @throws {VideoError} as {@link participantsRange} does
    #[wasm_bindgen(
        js_name = "participantsRange$",
        unchecked_return_type = "StateObservable<readonly StreamVideoParticipant[]>"
    )]
    pub fn watch_participants_range(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] from: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] to: &JsValue,
    ) -> Result<JsValue, JsValue> {
        read_range("participantsRange$", from, to).map_err(|error| to_js(&error))?;
        Ok(self.answer(RANGE, &JsValue::UNDEFINED, &Array::of2(from, to)))
    }

    /// All participants by session id.
    #[wasm_bindgen(
        js_name = getParticipantLookupBySessionId,
        unchecked_return_type = "Record<string, StreamVideoParticipant>"
    )]
    pub fn participant_lookup(&self) -> JsValue {
        let entry = |participant: JsValue| {
            let id = Reflect::get(&participant, &"sessionId".into()).unwrap_or_default();
            JsValue::from(Array::of2(&id, &participant))
        };
        let entries: Array = participants(&self.shared).iter().map(entry).collect();
        // Whatever a session is called, it becomes a field of its own.
        Object::from_entries(&entries).unwrap_or_default().into()
    }

    /// From now on {@link participants} come in that order; who is equal to their neighbours keeps
    /// their place. The SDK sorts; it calls a comparator of the app only for pairs that its own
    /// comparators before it leave open. One that throws leaves the order as it is; one that changes
    /// the call is no comparator any more, but breaks nothing.
    #[wasm_bindgen(js_name = setSortParticipantsBy)]
    pub fn set_sort_participants_by(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ParticipantComparator")] comparator: &JsValue,
    ) -> Result<(), JsValue> {
        sort_by(&self.shared, comparator).map_err(|error| to_js(&error))
    }

    /// The comparator in use.
    #[wasm_bindgen(
        js_name = getSortParticipantsBy,
        unchecked_return_type = "ParticipantComparator"
    )]
    pub fn sort_participants_by(&self) -> JsValue {
        self.shared.parts().map(|parts| parts.get(COMPARATOR)).unwrap_or_default()
    }

    /// How long captions are shown (2700 ms), and how many (2).
    #[wasm_bindgen(js_name = updateClosedCaptionSettings)]
    pub fn update_closed_caption_settings(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ClosedCaptionSettings")] settings: &JsValue,
    ) -> Result<(), JsValue> {
        set_captions(&self.shared, settings).map_err(|error| to_js(&error))
    }
}

impl CallState {
    /// What `read` finds in the core, or in a call of which nothing is known.
    fn value(&self, read: fn(&web::CallState) -> JsValue) -> JsValue {
        self.shared.read(read).unwrap_or_else(|| read(&web::CallState::default()))
    }

    /// The same for the list of a field.
    fn list(&self, name: &str, read: fn(&web::CallState) -> Array) -> JsValue {
        let list = self.shared.read(read).unwrap_or_default();
        self.observables.keep_list(name, list)
    }

    /// A participant, or `undefined`.
    fn person(&self, find: fn(&web::CallState) -> Option<Slot>) -> JsValue {
        let people = self.shared.kept.show_people();
        let media = self.shared.client.driver().media();
        let person = |call: &web::CallState| {
            find(call).map(|slot| people.object(call, slot, media)).unwrap_or_default()
        };
        self.shared.read(person).unwrap_or_default()
    }

    /// Those whom `is_wanted` picks, in order: the list of a field.
    fn sorted(&self, name: &'static str, is_wanted: fn(&web::CallState, Slot) -> bool) -> Array {
        // Before, as code of the app that has a part in the order may change the call.
        let people = self.shared.kept.show_people();
        settle(&self.shared);
        let media = self.shared.client.driver().media();
        let list =
            |call: &web::CallState| people.shown(call, media, name, |slot| is_wanted(call, slot));
        self.shared.read(list).unwrap_or_default()
    }

    /// What apps get as the observable of what `method` answers.
    fn answer(&self, method: &'static str, about: &JsValue, arguments: &Array) -> JsValue {
        let observables = self.observables.upgrade();
        observables
            .map(|known| known.answer(&known_text(method), about, arguments))
            .unwrap_or_default()
    }
}

/// Brings the order of the participants up to date, which may run code of the app.
fn settle(shared: &CallShared) {
    let people = shared.kept.people();
    let sorting = shared.read(|call| people.begin_sorting(call)).flatten();
    if let Some(mut sorting) = sorting {
        sorting.run(&AppsPart { shared, functions: OnceCell::new() });
        if !people.finish_sorting(sorting)
            && let Some(parts) = shared.parts()
        {
            kept::mark_participants(&shared.kept, &parts);
        }
    }
}

/// What an order needs of the app.
struct AppsPart<'a> {
    shared: &'a CallShared,
    functions: OnceCell<JsValue>,
}

impl Beyond for AppsPart<'_> {
    fn ask(&self, function: u32, a: Slot, b: Slot) -> Option<f64> {
        let functions = self.functions.get_or_init(|| self.shared.part(COMPARATOR_FUNCTIONS));
        let people = self.shared.kept.people();
        let media = self.shared.client.driver().media();
        let object = |slot| self.shared.read(|call| people.object(call, slot, media));
        comparators::ask(functions, function, &object(a)?, &object(b)?)
    }
}

/// Reads the places of a page.
fn read_range(what: &str, from: &JsValue, to: &JsValue) -> Result<Range<usize>, Error> {
    let place = |value: &JsValue| {
        let place = value.as_f64().filter(|place| place.fract() == 0.0 && *place >= 0.0)?;
        // No list is longer; an infinite place has a fraction that is no number.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let place = place.min(f64::from(u32::MAX)) as u32;
        Some(place as usize)
    };
    match (place(from), place(to)) {
        (Some(from), Some(to)) if from <= to => Ok(from..to),
        _ => Err(invalid(&format!(
            "{what}: not two whole numbers of which the second one is not below the first one"
        ))),
    }
}

/// Makes the `state` of a call, whose participants are in the order for calls of that type.
pub(crate) fn make(shared: &Rc<CallShared>, parts: &Parts, call_type: &str) -> JsValue {
    let weak = Rc::downgrade(shared);
    let on_watched = Closure::<dyn Fn(String, bool)>::new(move |name: String, is_watched| {
        let Some(shared) = weak.upgrade() else { return };
        if name == "callStatsReport" {
            shared.order(CallCommand::WatchReport(is_watched));
        }
        shared.kept.watch(&name, is_watched);
    });
    let object = fields::own(parts, "state", &on_watched.into_js_value(), |observables| {
        // What comparators of the app see of it before it was made.
        CallState { shared: shared.clone(), observables }
    });
    if let Some(observables) = fields::observables(parts, "state") {
        observables.keep_list("participants", &Array::new());
    }
    // `CallType` has checked it.
    let _ = sort_by(shared, &comparators::comparator_for(call_type));
    object
}

/// The participants of a call, in the order in which they came.
pub(crate) fn participants(shared: &CallShared) -> Array {
    let media = shared.client.driver().media();
    let people = shared.kept.people();
    let kind = ListKind::Field("rawParticipants");
    let list =
        |call: &web::CallState| people.list(call, media, kind.clone(), call.participants.slots());
    shared.read(list).unwrap_or_default()
}

/// Shows the participants in another order.
pub(crate) fn sort_by(shared: &CallShared, comparator: &JsValue) -> Result<(), Error> {
    let Comparator { order, functions } = comparators::read(comparator, "setSortParticipantsBy")?;
    if let Some(parts) = shared.parts() {
        shared.kept.people().arrangement().borrow_mut().set_order(order);
        parts.set(COMPARATOR, comparator);
        parts.set(COMPARATOR_FUNCTIONS, &functions);
        kept::mark_participants(&shared.kept, &parts);
        flush(shared, Slices::default());
    }
    Ok(())
}

/// How captions are shown.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClosedCaptionSettings {
    /// ms
    visibility_duration_ms: Option<u32>,
    max_visible_captions: Option<u32>,
}

/// Shows captions as an app wants them.
pub(crate) fn set_captions(shared: &CallShared, settings: &JsValue) -> Result<(), Error> {
    let settings: ClosedCaptionSettings = options::read(settings, "updateClosedCaptionSettings")?;
    shared.order(CallCommand::SetCaptions {
        visible_for: settings.visibility_duration_ms.map(|ms| Duration::from_millis(ms.into())),
        limit: settings.max_visible_captions.map(|limit| limit as usize),
    });
    Ok(())
}

fn texts(texts: &[String]) -> Array {
    texts.iter().map(JsValue::from).collect()
}

/// Where the parts of a call keep how it is sorted.
const COMPARATOR: &str = "state/comparator";
const COMPARATOR_FUNCTIONS: &str = "state/comparator/functions";
