//! REST operations.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use crate::coordinator::operation::{Method, Operation, Rate};

/// Every operation of the protocol.
pub const OPERATIONS: &[Operation] = &[
    Operation::new("GetEdges", Method::Get, &["/edges"], Rate::Read).implemented(),
    Operation::new("ReportClientCallEvent", Method::Post, &["/call_client_event"], Rate::Telemetry)
        .public()
        .implemented(),
    Operation::new("LongPoll", Method::Get, &["/longpoll"], Rate::Read).root(),
    Operation::new("CreateGuest", Method::Post, &["/guest"], Rate::Guest)
        .root()
        .public()
        .implemented(),
    Operation::new("UpdateUsers", Method::Post, &["/users"], Rate::Server).root().implemented(),
    Operation::new("CreateDevice", Method::Post, &["/devices"], Rate::Write).root().implemented(),
    Operation::new("ListDevices", Method::Get, &["/devices"], Rate::Read).root().implemented(),
    Operation::new("DeleteDevice", Method::Delete, &["/devices"], Rate::Write).root().implemented(),
    Operation::new("GetCall", Method::Get, &["/call/{type}/{id}"], Rate::Read).implemented(),
    Operation::new("GetOrCreateCall", Method::Post, &["/call/{type}/{id}"], Rate::Create)
        .implemented(),
    Operation::new("UpdateCall", Method::Patch, &["/call/{type}/{id}"], Rate::Write).implemented(),
    Operation::new("JoinCall", Method::Post, &["/call/{type}/{id}/join"], Rate::Join).implemented(),
    Operation::new("EndCall", Method::Post, &["/call/{type}/{id}/mark_ended"], Rate::Write)
        .implemented(),
    Operation::new("DeleteCall", Method::Post, &["/call/{type}/{id}/delete"], Rate::Write)
        .implemented(),
    Operation::new("QueryCalls", Method::Post, &["/calls"], Rate::Query).implemented(),
    Operation::new("UpdateCallMembers", Method::Post, &["/call/{type}/{id}/members"], Rate::Write)
        .implemented(),
    Operation::new("QueryCallMembers", Method::Post, &["/call/members"], Rate::Query).implemented(),
    Operation::new(
        "QueryCallParticipants",
        Method::Post,
        &["/call/{type}/{id}/participants"],
        Rate::Query,
    )
    .implemented(),
    Operation::new("RingCall", Method::Post, &["/call/{type}/{id}/ring"], Rate::Write)
        .implemented(),
    Operation::new("AcceptCall", Method::Post, &["/call/{type}/{id}/accept"], Rate::Write)
        .implemented(),
    Operation::new("RejectCall", Method::Post, &["/call/{type}/{id}/reject"], Rate::Write)
        .implemented(),
    Operation::new("GoLive", Method::Post, &["/call/{type}/{id}/go_live"], Rate::Write)
        .implemented(),
    Operation::new("StopLive", Method::Post, &["/call/{type}/{id}/stop_live"], Rate::Write)
        .implemented(),
    Operation::new("BlockUser", Method::Post, &["/call/{type}/{id}/block"], Rate::Write)
        .implemented(),
    Operation::new("UnblockUser", Method::Post, &["/call/{type}/{id}/unblock"], Rate::Write)
        .implemented(),
    Operation::new("KickUser", Method::Post, &["/call/{type}/{id}/kick"], Rate::Write)
        .implemented(),
    Operation::new("MuteUsers", Method::Post, &["/call/{type}/{id}/mute_users"], Rate::Write)
        .implemented(),
    Operation::new(
        "RequestPermission",
        Method::Post,
        &["/call/{type}/{id}/request_permission"],
        Rate::Write,
    )
    .implemented(),
    Operation::new(
        "UpdateUserPermissions",
        Method::Post,
        &["/call/{type}/{id}/user_permissions"],
        Rate::Write,
    )
    .implemented(),
    Operation::new("VideoPin", Method::Post, &["/call/{type}/{id}/pin"], Rate::Write).implemented(),
    Operation::new("VideoUnpin", Method::Post, &["/call/{type}/{id}/unpin"], Rate::Write)
        .implemented(),
    Operation::new(
        "SendVideoReaction",
        Method::Post,
        &["/call/{type}/{id}/reaction"],
        Rate::Signal,
    )
    .implemented(),
    Operation::new("SendCallEvent", Method::Post, &["/call/{type}/{id}/event"], Rate::Signal)
        .implemented(),
    Operation::new(
        "CollectUserFeedback",
        Method::Post,
        &["/call/{type}/{id}/feedback"],
        Rate::Write,
    )
    .implemented(),
    Operation::new(
        "StartRecording",
        Method::Post,
        &[
            "/call/{type}/{id}/recordings/{recording_type}/start",
            "/call/{type}/{id}/start_recording",
        ],
        Rate::Write,
    ),
    Operation::new(
        "StopRecording",
        Method::Post,
        &["/call/{type}/{id}/recordings/{recording_type}/stop", "/call/{type}/{id}/stop_recording"],
        Rate::Write,
    ),
    Operation::new(
        "ListRecordings",
        Method::Get,
        &["/call/{type}/{id}/recordings", "/call/{type}/{id}/{session}/recordings"],
        Rate::Read,
    )
    .implemented(),
    Operation::new(
        "DeleteRecording",
        Method::Delete,
        &["/call/{type}/{id}/{session}/recordings/{filename}"],
        Rate::Write,
    ),
    Operation::new(
        "StartFrameRecording",
        Method::Post,
        &["/call/{type}/{id}/start_frame_recording"],
        Rate::Write,
    ),
    Operation::new(
        "StopFrameRecording",
        Method::Post,
        &["/call/{type}/{id}/stop_frame_recording"],
        Rate::Write,
    ),
    Operation::new(
        "StartHLSBroadcasting",
        Method::Post,
        &["/call/{type}/{id}/start_broadcasting"],
        Rate::Write,
    ),
    Operation::new(
        "StopHLSBroadcasting",
        Method::Post,
        &["/call/{type}/{id}/stop_broadcasting"],
        Rate::Write,
    ),
    Operation::new(
        "StartRTMPBroadcasts",
        Method::Post,
        &["/call/{type}/{id}/rtmp_broadcasts"],
        Rate::Write,
    ),
    Operation::new(
        "StopRTMPBroadcast",
        Method::Post,
        &["/call/{type}/{id}/rtmp_broadcasts/{name}/stop"],
        Rate::Write,
    ),
    Operation::new(
        "StopAllRTMPBroadcasts",
        Method::Post,
        &["/call/{type}/{id}/rtmp_broadcasts/stop"],
        Rate::Write,
    ),
    Operation::new(
        "StartTranscription",
        Method::Post,
        &["/call/{type}/{id}/start_transcription"],
        Rate::Write,
    ),
    Operation::new(
        "StopTranscription",
        Method::Post,
        &["/call/{type}/{id}/stop_transcription"],
        Rate::Write,
    ),
    Operation::new(
        "ListTranscriptions",
        Method::Get,
        &["/call/{type}/{id}/transcriptions"],
        Rate::Read,
    )
    .implemented(),
    Operation::new(
        "DeleteTranscription",
        Method::Delete,
        &["/call/{type}/{id}/{session}/transcriptions/{filename}"],
        Rate::Write,
    ),
    Operation::new(
        "StartClosedCaptions",
        Method::Post,
        &["/call/{type}/{id}/start_closed_captions"],
        Rate::Write,
    ),
    Operation::new(
        "StopClosedCaptions",
        Method::Post,
        &["/call/{type}/{id}/stop_closed_captions"],
        Rate::Write,
    ),
    Operation::new("QueryCallStats", Method::Post, &["/call/stats"], Rate::Query),
    Operation::new("QueryAggregateCallStats", Method::Post, &["/stats"], Rate::Query),
    Operation::new("GetCallReport", Method::Get, &["/call/{type}/{id}/report"], Rate::Read),
    Operation::new("GetCallStats", Method::Get, &["/call/{type}/{id}/stats/{session}"], Rate::Read),
    Operation::new("ResolveSipAuth", Method::Post, &["/sip/auth"], Rate::Server),
    Operation::new("ResolveSipInbound", Method::Post, &["/sip/resolve"], Rate::Server),
    Operation::new("QueryCallSessionStats", Method::Post, &["/call_stats"], Rate::Query),
    Operation::new(
        "GetCallStatsMap",
        Method::Get,
        &["/call_stats/{type}/{id}/{session}/map"],
        Rate::Read,
    ),
    Operation::new(
        "QueryCallSessionParticipantStats",
        Method::Get,
        &["/call_stats/{type}/{id}/{session}/participants"],
        Rate::Read,
    ),
    Operation::new(
        "GetCallSessionParticipantStatsDetails",
        Method::Get,
        &["/call_stats/{type}/{id}/{session}/participant/{user}/{user_session}/details"],
        Rate::Read,
    ),
    Operation::new(
        "GetCallSessionParticipantStatsTimeline",
        Method::Get,
        &["/call_stats/{type}/{id}/{session}/participants/{user}/{user_session}/timeline"],
        Rate::Read,
    ),
    Operation::new(
        "QueryCallParticipantSessions",
        Method::Get,
        &["/call/{type}/{id}/session/{session}/participant_sessions"],
        Rate::Read,
    ),
    Operation::new(
        "GetCallParticipantSessionMetrics",
        Method::Get,
        &["/call/{type}/{id}/session/{session}/participant/{user}/{user_session}/details/track"],
        Rate::Read,
    ),
];
