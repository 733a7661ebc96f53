//! What apps see of a call: `call.state`.

mod kept;

use crate::web::Error;
use std::rc::Rc;

use js_sys::{Array, Object, Reflect};
use serde::Deserialize;
use wasm_bindgen::{
    JsValue,
    prelude::{Closure, wasm_bindgen},
};

pub(crate) use self::kept::{Kept, fail, flush, mark};
use super::{
    call_shared::CallShared,
    comparators::{self, Comparator},
    documents,
    error::to_js,
    fields::{self, WeakObservables, fields, read},
    options,
    parts::Parts,
    record::date,
    session, statistics,
};
use crate::{
    core::{CallCommand, Duration},
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
    participants: "participants", "readonly StreamVideoParticipant[]" = Self::make_participants;
    /// The same people in the order in which they came.
    raw_participants: "rawParticipants", "readonly StreamVideoParticipant[]" =
        |state| state.observables.keep_list("rawParticipants", participants(&state.shared));
    /// This page's own participant; `undefined` unless joined.
    local_participant: "localParticipant", "StreamVideoParticipant | undefined" =
        |state| state.sorted().local();
    /// Everybody but {@link localParticipant}.
    remote_participants: "remoteParticipants", "readonly StreamVideoParticipant[]" =
        |state| state.observables.keep_list("remoteParticipants", state.sorted().remote());
    /// Who is pinned.
    pinned_participants: "pinnedParticipants", "readonly StreamVideoParticipant[]" =
        |state| state.observables.keep_list("pinnedParticipants", state.sorted().pinned());
    /// The one to look at.
    dominant_speaker: "dominantSpeaker", "StreamVideoParticipant | undefined" =
        |state| state.sorted().dominant();
    /// Whether anybody shares their screen.
    has_ongoing_screen_share: "hasOngoingScreenShare", "boolean" =
        |state| state.sorted().anybody_shares_screen().into();
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

    fn make_participants(&self) -> JsValue {
        let people = self.shared.kept.people();
        let media = self.shared.client.driver().media();
        let Some(mut unsorted) = self.shared.read(|call| people.begin_sorting(call, media)) else {
            return self.observables.keep_list("participants", Array::new());
        };
        let parts = self.shared.parts();
        let functions = parts.map(|parts| parts.get(COMPARATOR_FUNCTIONS)).unwrap_or_default();
        unsorted.sort(|which, a, b| comparators::ask(&functions, which, a, b));
        self.observables.keep_list("participants", people.finish_sorting(unsorted))
    }

    /// The participants, in order.
    fn sorted(&self) -> &super::participants::People {
        read(&self.observables, "participants", &|| self.make_participants());
        self.shared.kept.people()
    }
}

/// Makes the `state` of a call, whose participants are in the order for calls of that type.
pub(crate) fn make(shared: &Rc<CallShared>, parts: &Parts, call_type: &str) -> JsValue {
    let weak = Rc::downgrade(shared);
    let on_watched = Closure::<dyn Fn(String, bool)>::new(move |name: String, is_watched| {
        if let Some(shared) = weak.upgrade().filter(|_| name == "callStatsReport") {
            shared.order(CallCommand::WatchReport(is_watched));
        }
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
    shared.read(|call| shared.kept.people().list(call, media)).unwrap_or_default()
}

/// Shows the participants in another order.
pub(crate) fn sort_by(shared: &CallShared, comparator: &JsValue) -> Result<(), Error> {
    let Comparator { order, functions } = comparators::read(comparator, "setSortParticipantsBy")?;
    if let Some(parts) = shared.parts() {
        shared.kept.people().arrangement().borrow_mut().set_order(order);
        parts.set(COMPARATOR, comparator);
        parts.set(COMPARATOR_FUNCTIONS, &functions);
        kept::mark_participants(&parts);
        flush(shared);
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
