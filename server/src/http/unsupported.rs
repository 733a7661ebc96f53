//! Operations of the protocol that this server does not offer yet: refused by name, so that an app
//! learns what is missing instead of guessing at a 404.

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::Response,
    routing::{MethodFilter, on},
};
use trunkline_protocol::coordinator::{Empty, ErrorCode};

use super::{api::Api, incoming::Incoming};
use crate::coordinator::Refusal;

/// Operations below `/video` and `/api/v2/video`.
pub(super) fn routes() -> Router<Api> {
    CALL_OPERATIONS.iter().fold(Router::new(), add)
}

/// Operations directly below `/video` and `/api/v2`.
pub(super) fn root_routes() -> Router<Api> {
    ROOT_OPERATIONS.iter().fold(Router::new(), add)
}

type Operation = (MethodFilter, &'static str, &'static str);

fn add(router: Router<Api>, (method, path, operation): &'static Operation) -> Router<Api> {
    let handler = async |State(api): State<Api>, incoming: Incoming| -> Response {
        api.respond(operation, StatusCode::OK, async {
            let caller = incoming.caller(&api.app)?;
            api.app.coordinator.check_user(caller).await?;
            let detail = "this operation is not available on this server";
            Err::<Empty, _>(Refusal::new(ErrorCode::FeatureNotSupported, detail))
        })
        .await
    };
    router.route(path, on(*method, handler))
}

const GET: MethodFilter = MethodFilter::GET;
const POST: MethodFilter = MethodFilter::POST;
const DELETE: MethodFilter = MethodFilter::DELETE;

const ROOT_OPERATIONS: &[Operation] = &[
    (POST, "/devices", "CreateDevice"),
    (GET, "/devices", "ListDevices"),
    (DELETE, "/devices", "DeleteDevice"),
    (GET, "/longpoll", "LongPoll"),
];

#[rustfmt::skip] // a table
const CALL_OPERATIONS: &[Operation] = &[
    (POST, "/call/{type}/{id}/delete", "DeleteCall"),
    (POST, "/call/{type}/{id}/participants", "QueryCallParticipants"),
    (POST, "/call/{type}/{id}/ring", "RingCall"),
    (POST, "/call/{type}/{id}/accept", "AcceptCall"),
    (POST, "/call/{type}/{id}/reject", "RejectCall"),
    (POST, "/call/{type}/{id}/block", "BlockUser"),
    (POST, "/call/{type}/{id}/unblock", "UnblockUser"),
    (POST, "/call/{type}/{id}/kick", "KickUser"),
    (POST, "/call/{type}/{id}/mute_users", "MuteUsers"),
    (POST, "/call/{type}/{id}/request_permission", "RequestPermission"),
    (POST, "/call/{type}/{id}/user_permissions", "UpdateUserPermissions"),
    (POST, "/call/{type}/{id}/pin", "VideoPin"),
    (POST, "/call/{type}/{id}/unpin", "VideoUnpin"),
    (POST, "/call/{type}/{id}/reaction", "SendVideoReaction"),
    (POST, "/call/{type}/{id}/event", "SendCallEvent"),
    (POST, "/call/{type}/{id}/feedback", "CollectUserFeedback"),
    (POST, "/call/{type}/{id}/start_recording", "StartRecording"),
    (POST, "/call/{type}/{id}/stop_recording", "StopRecording"),
    (POST, "/call/{type}/{id}/recordings/{recording_type}/start", "StartRecording"),
    (POST, "/call/{type}/{id}/recordings/{recording_type}/stop", "StopRecording"),
    (GET, "/call/{type}/{id}/recordings", "ListRecordings"),
    (GET, "/call/{type}/{id}/{session}/recordings", "ListRecordings"),
    (DELETE, "/call/{type}/{id}/{session}/recordings/{filename}", "DeleteRecording"),
    (POST, "/call/{type}/{id}/start_frame_recording", "StartFrameRecording"),
    (POST, "/call/{type}/{id}/stop_frame_recording", "StopFrameRecording"),
    (POST, "/call/{type}/{id}/start_transcription", "StartTranscription"),
    (POST, "/call/{type}/{id}/stop_transcription", "StopTranscription"),
    (GET, "/call/{type}/{id}/transcriptions", "ListTranscriptions"),
    (DELETE, "/call/{type}/{id}/{session}/transcriptions/{filename}", "DeleteTranscription"),
    (POST, "/call/{type}/{id}/start_closed_captions", "StartClosedCaptions"),
    (POST, "/call/{type}/{id}/stop_closed_captions", "StopClosedCaptions"),
    (POST, "/call/{type}/{id}/start_broadcasting", "StartHLSBroadcasting"),
    (POST, "/call/{type}/{id}/stop_broadcasting", "StopHLSBroadcasting"),
    (POST, "/call/{type}/{id}/rtmp_broadcasts", "StartRTMPBroadcasts"),
    (POST, "/call/{type}/{id}/rtmp_broadcasts/stop", "StopAllRTMPBroadcasts"),
    (POST, "/call/{type}/{id}/rtmp_broadcasts/{name}/stop", "StopRTMPBroadcast"),
    (POST, "/call/stats", "QueryCallStats"),
    (POST, "/stats", "QueryAggregateCallStats"),
    (GET, "/call/{type}/{id}/report", "GetCallReport"),
    (GET, "/call/{type}/{id}/stats/{session}", "GetCallStats"),
    (POST, "/call_stats", "QueryCallSessionStats"),
    (GET, "/call_stats/{type}/{id}/{session}/map", "GetCallStatsMap"),
    (GET, "/call_stats/{type}/{id}/{session}/participants", "QueryCallSessionParticipantStats"),
    (GET, "/call_stats/{type}/{id}/{session}/participant/{user}/{user_session}/details", "GetCallSessionParticipantStatsDetails"),
    (GET, "/call_stats/{type}/{id}/{session}/participants/{user}/{user_session}/timeline", "GetCallSessionParticipantStatsTimeline"),
    (GET, "/call/{type}/{id}/session/{session}/participant_sessions", "QueryCallParticipantSessions"),
    (GET, "/call/{type}/{id}/session/{session}/participant/{user}/{user_session}/details/track", "GetCallParticipantSessionMetrics"),
    (POST, "/sip/auth", "ResolveSipAuth"),
    (POST, "/sip/resolve", "ResolveSipInbound"),
];
