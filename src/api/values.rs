//! The core's state as JavaScript values.

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::MediaStream;

use super::error::to_js;
use crate::{
    core::{self, DeviceStatus, Dimension, Facing, Media, Slice, TrackType, view::Call},
    web::{Browser, CallState, Document, MediaTable, Participant, field, free_object, own_fields},
};

/// The value of one slice. Dates are ms since the epoch.
pub(crate) fn slice(state: &CallState, slice: Slice, media: &MediaTable) -> JsValue {
    match slice {
        Slice::CallingState => state.calling_state.as_str().into(),
        Slice::Members => {
            let members = state.members.iter().map(|m| m.document.frozen());
            members.collect::<Vec<_>>().into()
        }
        Slice::Custom => part(state, |call| call.custom.as_ref()),
        Slice::Settings => part(state, |call| Some(&call.settings.as_ref()?.document)),
        Slice::OwnCapabilities => texts(state.own_capabilities.iter()).into(),
        Slice::CreatedBy => part(state, |call| Some(&call.created_by.as_ref()?.document)),
        Slice::CreatedAt => state.created_at.into(),
        Slice::UpdatedAt => state.updated_at.into(),
        Slice::StartsAt => state.starts_at.into(),
        Slice::EndedAt => state.ended_at.into(),
        Slice::EndedBy => frozen(state.ended_by.as_ref()),
        Slice::StartedAt => state.started_at.into(),
        Slice::Backstage => state.backstage.into(),
        Slice::Team => part(state, |call| call.team.as_ref()),
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
        Slice::Egress => state.egress.as_ref().map(egress).unwrap_or_default(),
        Slice::Ingress => part(state, |call| call.ingress.as_ref()),
        Slice::Thumbnails => part(state, |call| call.thumbnails.as_ref()),
        Slice::E2eeEnabled => state.e2ee_enabled.into(),
        Slice::Watching => state.watching.into(),
        Slice::Created => state.created.into(),
        Slice::Ring => state.ringing.map_or(JsValue::UNDEFINED, |ringing| {
            let ring: [JsValue; 2] = [ringing.outgoing.into(), ringing.expires_at.into()];
            Vec::from(ring).into()
        }),
        Slice::Camera => device(&state.camera, media),
        Slice::Microphone => device(&state.microphone, media),
        Slice::ScreenShare => device(&state.screen_share, media),
    }
}

/// What apps see of a participant.
pub(crate) fn participant(participant: &Participant, media: &MediaTable) -> JsValue {
    let stream = |of: Option<Media>| of.and_then(|of| media.stream(of));
    make_participant(
        &participant.user_id,
        &participant.session_id,
        &participant.name,
        &participant.image,
        texts(participant.roles.iter()),
        &free_object(participant.custom.as_ref()),
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
        stream(participant.video),
        stream(participant.audio),
        stream(participant.screen_share),
        stream(participant.screen_share_audio),
        participant.video_dimension.map(dimension),
        participant.screen_share_dimension.map(dimension),
        participant.pin.map(|pin| vec![if pin.is_local { 1.0 } else { 0.0 }, pin.pinned_at]),
        &frozen(participant.reaction.as_ref().map(|reaction| &reaction.document)),
        track_types(&participant.interrupted_tracks),
        participant.audio_volume,
        participant.tiles.video as u8,
        participant.tiles.screen_share as u8,
    )
}

/// A part of the newest call object.
fn part(state: &CallState, part: fn(&Call<Document>) -> Option<&Document>) -> JsValue {
    frozen(state.document.as_deref().and_then(part))
}

fn frozen(document: Option<&Document>) -> JsValue {
    document.map(Document::frozen).unwrap_or_default()
}

fn texts<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<JsValue> {
    texts.map(|text| JsValue::from_str(text)).collect()
}

/// The session as the server wrote it, with what was learnt since laid over it.
fn session(session: &core::Session<Browser>) -> JsValue {
    let participants: Array = session.participants.iter().map(|p| p.document.frozen()).collect();
    let counts = session.counts_by_role.iter();
    let counts = counts.map(|(role, count)| (role.as_str(), JsValue::from(*count)));
    let value: SessionValue = shallow_copy(&session.document.frozen()).unchecked_into();
    value.set_participants(&participants);
    value.set_counts_by_role(&own_fields(counts));
    value.set_anonymous_count(session.anonymous_count);
    value.into()
}

/// Recordings and broadcasts as the server wrote them, with what was learnt since laid over them.
fn egress(egress: &core::Egress<Browser>) -> JsValue {
    let document = egress.document.frozen();
    if !egress.broadcast_ended {
        return document;
    }
    let value: EgressValue = shallow_copy(&document).unchecked_into();
    value.set_broadcasting(false);
    let hls = field(&document, "hls");
    if hls.is_object() {
        let ended: HlsValue = shallow_copy(&hls).unchecked_into();
        ended.set_status("");
        value.set_hls(&ended);
    }
    value.into()
}

/// A device, with the streams of its capture.
fn device(device: &core::DeviceState<Browser>, media: &MediaTable) -> JsValue {
    let stream = device.capture.and_then(|capture| media.stream(Media::Local(capture)));
    let root = device.capture.and_then(|capture| media.root(capture));
    let value: DeviceValue = Object::new().unchecked_into();
    value.set_status(device.status.map(DeviceStatus::as_str));
    value.set_optimistic_status(device.optimistic_status.map(DeviceStatus::as_str));
    value.set_media_stream(stream);
    value.set_root_media_stream(root);
    value.set_selected_device(device.selected.as_deref());
    value.set_direction(device.facing.map(Facing::as_str));
    value.set_error(&device.error.as_ref().map(to_js).unwrap_or_default());
    value.into()
}

/// The same fields in another object.
fn shallow_copy(value: &JsValue) -> Object {
    let entries = Object::entries(value.unchecked_ref::<Object>());
    Object::from_entries(&entries).unwrap_or_default()
}

fn track_types(types: &[TrackType]) -> Vec<i32> {
    types.iter().map(|track_type| *track_type as i32).collect()
}

fn dimension(size: Dimension) -> Vec<u32> {
    vec![size.width, size.height]
}

#[wasm_bindgen]
extern "C" {
    type SessionValue;
    #[wasm_bindgen(method, setter, js_name = participants)]
    fn set_participants(this: &SessionValue, participants: &Array);
    #[wasm_bindgen(method, setter, js_name = participants_count_by_role)]
    fn set_counts_by_role(this: &SessionValue, counts: &Object);
    #[wasm_bindgen(method, setter, js_name = anonymous_participant_count)]
    fn set_anonymous_count(this: &SessionValue, count: u32);

    type EgressValue;
    #[wasm_bindgen(method, setter, js_name = broadcasting)]
    fn set_broadcasting(this: &EgressValue, broadcasting: bool);
    #[wasm_bindgen(method, setter, js_name = hls)]
    fn set_hls(this: &EgressValue, hls: &HlsValue);

    type HlsValue;
    #[wasm_bindgen(method, setter, js_name = status)]
    fn set_status(this: &HlsValue, status: &str);

    type DeviceValue;
    #[wasm_bindgen(method, setter, js_name = status)]
    fn set_status(this: &DeviceValue, status: Option<&str>);
    #[wasm_bindgen(method, setter, js_name = optimisticStatus)]
    fn set_optimistic_status(this: &DeviceValue, status: Option<&str>);
    #[wasm_bindgen(method, setter, js_name = mediaStream)]
    fn set_media_stream(this: &DeviceValue, stream: Option<MediaStream>);
    #[wasm_bindgen(method, setter, js_name = rootMediaStream)]
    fn set_root_media_stream(this: &DeviceValue, stream: Option<MediaStream>);
    #[wasm_bindgen(method, setter, js_name = selectedDevice)]
    fn set_selected_device(this: &DeviceValue, device_id: Option<&str>);
    #[wasm_bindgen(method, setter, js_name = direction)]
    fn set_direction(this: &DeviceValue, direction: Option<&str>);
    #[wasm_bindgen(method, setter, js_name = error)]
    fn set_error(this: &DeviceValue, error: &JsValue);
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeParticipant)]
    #[allow(clippy::too_many_arguments)]
    // one crossing of the boundary instead of one per field
    fn make_participant(
        user_id: &str,
        session_id: &str,
        name: &str,
        image: &str,
        roles: Vec<JsValue>,
        custom: &JsValue,
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
        video: Option<MediaStream>,
        audio: Option<MediaStream>,
        screen_share: Option<MediaStream>,
        screen_share_audio: Option<MediaStream>,
        video_dimension: Option<Vec<u32>>,
        screen_share_dimension: Option<Vec<u32>>,
        pin: Option<Vec<f64>>,
        reaction: &JsValue,
        interrupted_tracks: Vec<i32>,
        audio_volume: Option<f32>,
        video_tile: u8,
        screen_share_tile: u8,
    ) -> JsValue;
}
