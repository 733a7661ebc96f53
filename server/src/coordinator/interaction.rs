//! Reactions, events of the app, feedback, and the files that a call would have.

use trunkline_protocol::coordinator::{
    CallReactionEvent, CallUserFeedbackSubmittedEvent, CollectUserFeedbackRequest, Custom,
    CustomVideoEvent, Empty, ErrorCode, ListRecordingsResponse, ListTranscriptionsResponse,
    OwnCapability, SendCallEventRequest, SendVideoReactionRequest, SendVideoReactionResponse,
    VideoReactionResponse,
};

use super::{
    Caller, Cid, Refusal,
    access::Access,
    actor,
    bounds::{check_custom, check_length},
    call_type::Permission,
    views,
    work::Work,
};
use crate::store::feedback;

pub(super) fn react(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: SendVideoReactionRequest,
) -> Result<SendVideoReactionResponse, Refusal> {
    let actor = actor::load(work, caller)?;
    let (call, access) = Access::open(work, &actor, cid)?;
    access.require(OwnCapability::CreateReaction)?;
    let SendVideoReactionRequest { kind, emoji_code, custom } = request;
    check_length("type", &kind, 1, 64)?;
    check_length("emoji_code", emoji_code.as_deref().unwrap_or_default(), 0, 64)?;
    check_custom(custom.as_ref())?;
    let user = views::user(work, &actor.user);
    let reaction = VideoReactionResponse { kind, user, emoji_code, custom };
    work.tell_watchers(&call, CallReactionEvent { reaction: reaction.clone() });
    Ok(SendVideoReactionResponse { reaction })
}

pub(super) fn send_event(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: SendCallEventRequest,
) -> Result<Empty, Refusal> {
    let actor = actor::load(work, caller)?;
    let (call, access) = Access::open(work, &actor, cid)?;
    access.require_permission(Permission::SendEvent)?;
    check_custom(request.custom.as_ref())?;
    let body = CustomVideoEvent {
        custom: request.custom.unwrap_or_default(),
        user: views::user(work, &actor.user),
    };
    work.tell_all(&call, body, &[])?;
    Ok(Empty {})
}

pub(super) fn take_feedback(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: CollectUserFeedbackRequest,
) -> Result<Empty, Refusal> {
    let actor = actor::load(work, caller)?;
    let (call, access) = Access::open(work, &actor, cid)?;
    access.require(OwnCapability::JoinCall)?;
    if actor.anonymous {
        let detail = "feedback is taken from users who are known";
        return Err(Refusal::new(ErrorCode::NotAllowed, detail));
    }
    if !(1..=5).contains(&request.rating) {
        return Err(Refusal::input("rating must be 1 to 5"));
    }
    check_length("sdk", &request.sdk, 1, 50)?;
    check_length("sdk_version", &request.sdk_version, 1, 50)?;
    check_length("reason", request.reason.as_deref().unwrap_or_default(), 0, 1000)?;
    let user_session = request.user_session_id.as_deref().unwrap_or_default();
    check_length("user_session_id", user_session, 0, 50)?;
    check_custom(request.custom.as_ref())?;
    // Most give it when they have just left, after the session.
    let session_id = call.session_id.clone().unwrap_or_default();
    // Rated once or twice, and not for as long as there is room on the disk.
    feedback::keep_newest(work.db, &call.cid, &actor.user.id, MAX_FEEDBACK - 1)?;
    feedback::add(work.db, &call.cid, &session_id, &actor.user.id, &request, work.now)?;
    let body = CallUserFeedbackSubmittedEvent {
        rating: request.rating,
        session_id,
        user: views::user(work, &actor.user),
        reason: request.reason,
        sdk: Some(request.sdk),
        sdk_version: Some(request.sdk_version),
        custom: request.custom,
    };
    work.tell_watchers(&call, body);
    Ok(Empty {})
}

/// Nothing is recorded here, so there are no files.
pub(super) fn recordings(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    _request: Custom,
) -> Result<ListRecordingsResponse, Refusal> {
    let actor = actor::load(work, caller)?;
    let (_, access) = Access::open(work, &actor, cid)?;
    access.require_permission(Permission::ListRecordings)?;
    Ok(ListRecordingsResponse { recordings: Vec::new() })
}

/// Nothing is transcribed here, so there are no files.
pub(super) fn transcriptions(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    _request: Custom,
) -> Result<ListTranscriptionsResponse, Refusal> {
    let actor = actor::load(work, caller)?;
    let (_, access) = Access::open(work, &actor, cid)?;
    access.require_permission(Permission::ListTranscriptions)?;
    Ok(ListTranscriptionsResponse { transcriptions: Vec::new() })
}

/// Of one user about one call.
const MAX_FEEDBACK: u32 = 10;
