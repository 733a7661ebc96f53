//! The core's state as JavaScript values.

use js_sys::{Array, Date, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::error::to_js;
use crate::{
    core::{
        CallState, DeviceState, DeviceStatus, Dimension, EventPayload, Facing, Json, LocalEvent,
        Media, Participant, Session, Slice, TrackType,
    },
    web::{JsNode, MediaTable, object},
};

/// The value of one slice. Dates are ms since the epoch.
pub(crate) fn slice(state: &CallState, slice: Slice, media: &MediaTable) -> JsValue {
    match slice {
        Slice::CallingState => state.calling_state.as_str().into(),
        Slice::Members => {
            let members = state.members.iter().map(|m| JsNode::unwrap(&m.document));
            members.collect::<Array>().into()
        }
        Slice::Custom => {
            let custom = document(state, "custom");
            if custom.is_undefined() { object(&[]) } else { custom }
        }
        Slice::Settings => document(state, "settings"),
        Slice::OwnCapabilities => texts(&state.own_capabilities),
        Slice::CreatedBy => document(state, "created_by"),
        Slice::CreatedAt => state.created_at.into(),
        Slice::UpdatedAt => state.updated_at.into(),
        Slice::StartsAt => state.starts_at.into(),
        Slice::EndedAt => state.ended_at.into(),
        Slice::EndedBy => json(state.ended_by.as_ref()),
        Slice::StartedAt => state.started_at.into(),
        Slice::Backstage => state.backstage.into(),
        Slice::Team => document(state, "team"),
        Slice::Session => state.session.as_ref().map(session).unwrap_or_default(),
        // Their session ids; the rest is read one by one.
        Slice::Participants => {
            let sessions = state.participants.iter().map(|p| JsValue::from_str(&p.session_id));
            sessions.collect::<Array>().into()
        }
        Slice::ParticipantCount => state.participant_count.into(),
        Slice::AnonymousParticipantCount => state.anonymous_participant_count.into(),
        Slice::BlockedUserIds => texts(&state.blocked_user_ids),
        Slice::Recording => state.recording.into(),
        Slice::IndividualRecording => state.individual_recording.into(),
        Slice::RawRecording => state.raw_recording.into(),
        Slice::Transcribing => state.transcribing.into(),
        Slice::Captioning => state.captioning.into(),
        Slice::Egress => json(state.egress.as_ref()),
        Slice::Ingress => document(state, "ingress"),
        Slice::Thumbnails => document(state, "thumbnails"),
        Slice::E2eeEnabled => state.e2ee_enabled.into(),
        Slice::Watching => state.watching.into(),
        Slice::Created => state.created.into(),
        Slice::Ring => state.ringing.map_or(JsValue::UNDEFINED, |ringing| {
            Array::of2(&ringing.outgoing.into(), &ringing.expires_at.into()).into()
        }),
        Slice::Camera => device(&state.camera, media),
        Slice::Microphone => device(&state.microphone, media),
        Slice::ScreenShare => device(&state.screen_share, media),
    }
}

/// What apps see of a participant.
pub(crate) fn participant(participant: &Participant, media: &MediaTable) -> JsValue {
    let stream =
        |track: Option<Media>| -> JsValue { track.and_then(|track| media.stream(track)).into() };
    let streams = Array::of4(
        &stream(participant.video),
        &stream(participant.audio),
        &stream(participant.screen_share),
        &stream(participant.screen_share_audio),
    );
    make_participant(
        &participant.user_id,
        &participant.session_id,
        &participant.name,
        &participant.image,
        participant.roles.clone(),
        participant.custom.as_ref().map(trunkline_protocol::sfu::Struct::bytes),
        participant.joined_at,
        &participant.track_lookup_prefix,
        track_types(&participant.published_tracks),
        track_types(&participant.paused_tracks),
        participant.connection_quality as i32,
        participant.is_speaking,
        participant.is_dominant_speaker,
        participant.audio_level,
        participant.source,
        participant.is_local,
        &streams,
        participant.video_dimension.map(dimension),
        participant.screen_share_dimension.map(dimension),
        participant.pin.map(|pin| vec![if pin.is_local { 1.0 } else { 0.0 }, pin.pinned_at]),
        &json(participant.reaction.as_ref()),
        track_types(&participant.interrupted_tracks),
        participant.audio_volume,
    )
}

/// The object of an event.
pub(crate) fn event(name: &str, payload: &EventPayload) -> JsValue {
    let event = match payload {
        EventPayload::Server(json) => JsNode::unwrap(json),
        EventPayload::Local(local) => {
            let (cid, online, reason) = match local {
                LocalEvent::ConnectionChanged { online }
                | LocalEvent::NetworkChanged { online } => (None, Some(*online), None),
                LocalEvent::Unwatched { cid } => (Some(cid.as_str()), None, None),
                LocalEvent::Left { cid, reason } => (Some(cid.as_str()), None, Some(*reason)),
            };
            object(&[
                ("type", name.into()),
                ("call_cid", cid.into()),
                ("online", online.into()),
                ("reason", reason.into()),
            ])
        }
    };
    // The same object goes to the listeners of the client and of the call.
    let key = JsValue::from_str("received_at");
    let stamped = Reflect::get(&event, &key).is_ok_and(|at| at.is_instance_of::<Date>());
    if !stamped {
        let _ = Reflect::set(&event, &key, &Date::new_0());
    }
    event
}

fn document(state: &CallState, key: &str) -> JsValue {
    let value = state.document.as_ref().and_then(|call| call.get(key));
    json(value.as_ref())
}

fn json(json: Option<&Json>) -> JsValue {
    json.map(JsNode::unwrap).unwrap_or_default()
}

fn texts(texts: &[String]) -> JsValue {
    let texts = texts.iter().map(|text| JsValue::from_str(text));
    texts.collect::<Array>().into()
}

/// The session as the server wrote it, with what was learnt since laid over it.
fn session(session: &Session) -> JsValue {
    let participants: Array =
        session.participants.iter().map(|(_, participant)| JsNode::unwrap(participant)).collect();
    let counts: JsValue = Object::new().into();
    for (role, count) in &session.counts_by_role {
        let _ = Reflect::set(&counts, &role.into(), &(*count).into());
    }
    let newer = object(&[
        ("participants", participants.into()),
        ("participants_count_by_role", counts),
        ("anonymous_participant_count", session.anonymous_count.into()),
    ]);
    let document = JsNode::unwrap(&session.document);
    let session = Object::new();
    for part in [document, newer] {
        Object::assign(&session, part.unchecked_ref());
    }
    session.into()
}

fn device(device: &DeviceState, media: &MediaTable) -> JsValue {
    let status = |status: Option<DeviceStatus>| status.map(DeviceStatus::as_str).into();
    let stream = device.capture.and_then(|capture| media.capture(capture));
    let root = device.capture.and_then(|capture| media.capture_root(capture));
    object(&[
        ("status", status(device.status)),
        ("optimisticStatus", status(device.optimistic_status)),
        ("mediaStream", stream.into()),
        ("rootMediaStream", root.into()),
        ("selectedDevice", device.selected.as_deref().into()),
        ("direction", device.facing.map(Facing::as_str).into()),
        ("error", device.error.as_ref().map(to_js).unwrap_or_default()),
    ])
}

fn track_types(types: &[TrackType]) -> Vec<i32> {
    types.iter().map(|track_type| *track_type as i32).collect()
}

fn dimension(size: Dimension) -> Vec<u32> {
    vec![size.width, size.height]
}

#[wasm_bindgen(raw_module = "/pkg/participants.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeParticipant)]
    #[allow(clippy::too_many_arguments)]
    // one crossing of the boundary instead of one per field
    fn make_participant(
        user_id: &str,
        session_id: &str,
        name: &str,
        image: &str,
        roles: Vec<String>,
        custom: Option<&[u8]>,
        joined_at: Option<f64>,
        track_lookup_prefix: &str,
        published_tracks: Vec<i32>,
        paused_tracks: Vec<i32>,
        connection_quality: i32,
        is_speaking: bool,
        is_dominant_speaker: bool,
        audio_level: f32,
        source: i32,
        is_local: bool,
        streams: &Array,
        video_dimension: Option<Vec<u32>>,
        screen_share_dimension: Option<Vec<u32>>,
        pin: Option<Vec<f64>>,
        reaction: &JsValue,
        interrupted_tracks: Vec<i32>,
        audio_volume: Option<f32>,
    ) -> JsValue;
}
