//! The core's state as JavaScript values.

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{
    core::{CallState, Dimension, Json, Participant, Session, Slice, TrackType},
    web::{JsNode, MediaTable, media_number},
};

/// The value of one slice. Dates are ms since the epoch.
pub(crate) fn slice(state: &CallState, slice: Slice) -> JsValue {
    match slice {
        Slice::CallingState => state.calling_state.as_str().into(),
        Slice::Members => {
            let members = state.members.iter().map(|m| JsNode::unwrap(&m.document));
            members.collect::<Vec<_>>().into()
        }
        Slice::Custom => document(state, "custom"),
        Slice::Settings => document(state, "settings"),
        Slice::OwnCapabilities => texts(state.own_capabilities.iter()).into(),
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
        Slice::Participants => texts(state.participants.iter().map(|p| &p.session_id)).into(),
        Slice::ParticipantCount => state.participant_count.into(),
        Slice::AnonymousParticipantCount => state.anonymous_participant_count.into(),
        Slice::BlockedUserIds => texts(state.blocked_user_ids.iter()).into(),
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
            let ring: [JsValue; 2] = [ringing.outgoing.into(), ringing.expires_at.into()];
            Vec::from(ring).into()
        }),
        // Their objects read them.
        Slice::Camera | Slice::Microphone | Slice::ScreenShare | Slice::Speaker => {
            JsValue::UNDEFINED
        }
    }
}

/// What apps see of a participant.
pub(crate) fn participant(participant: &Participant, media: &MediaTable) -> JsValue {
    make_participant(
        media,
        &participant.user_id,
        &participant.session_id,
        &participant.name,
        &participant.image,
        texts(participant.roles.iter()),
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
        media_number(participant.video),
        media_number(participant.audio),
        media_number(participant.screen_share),
        media_number(participant.screen_share_audio),
        participant.video_dimension.map(dimension),
        participant.screen_share_dimension.map(dimension),
        participant.pin.map(|pin| vec![if pin.is_local { 1.0 } else { 0.0 }, pin.pinned_at]),
        &json(participant.reaction.as_ref()),
        track_types(&participant.interrupted_tracks),
        participant.audio_volume,
        participant.tiles.video as u8,
        participant.tiles.screen_share as u8,
    )
}

fn document(state: &CallState, key: &str) -> JsValue {
    let value = state.document.as_ref().and_then(|call| call.get(key));
    json(value.as_ref())
}

fn json(json: Option<&Json>) -> JsValue {
    json.map(JsNode::unwrap).unwrap_or_default()
}

fn texts<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<JsValue> {
    texts.map(|text| JsValue::from_str(text)).collect()
}

fn session(session: &Session) -> JsValue {
    let participants = session.participants.iter().map(|(_, p)| JsNode::unwrap(p)).collect();
    let counts = &session.counts_by_role;
    make_session(
        &JsNode::unwrap(&session.document),
        participants,
        texts(counts.iter().map(|(role, _)| role)),
        counts.iter().map(|(_, count)| *count).collect(),
        session.anonymous_count,
    )
}

fn track_types(types: &[TrackType]) -> Vec<i32> {
    types.iter().map(|track_type| *track_type as i32).collect()
}

fn dimension(size: Dimension) -> Vec<u32> {
    vec![size.width, size.height]
}

#[wasm_bindgen(raw_module = "/pkg/values.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeSession)]
    fn make_session(
        document: &JsValue,
        participants: Vec<JsValue>,
        roles: Vec<JsValue>,
        counts: Vec<u32>,
        anonymous_count: u32,
    ) -> JsValue;
}

#[wasm_bindgen(raw_module = "/pkg/participants.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeParticipant)]
    #[allow(clippy::too_many_arguments)]
    // one crossing of the boundary instead of one per field
    fn make_participant(
        media: &MediaTable,
        user_id: &str,
        session_id: &str,
        name: &str,
        image: &str,
        roles: Vec<JsValue>,
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
        video: i64,
        audio: i64,
        screen_share: i64,
        screen_share_audio: i64,
        video_dimension: Option<Vec<u32>>,
        screen_share_dimension: Option<Vec<u32>>,
        pin: Option<Vec<f64>>,
        reaction: &JsValue,
        interrupted_tracks: Vec<i32>,
        audio_volume: Option<f64>,
        video_tile: u8,
        screen_share_tile: u8,
    ) -> JsValue;
}
