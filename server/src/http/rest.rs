//! The REST operations.

use std::sync::atomic::Ordering::Relaxed;

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use trunkline_protocol::coordinator::{
    CreateGuestRequest, CreateGuestResponse, Custom, EdgeResponse, Empty, GetEdgesResponse,
    GoLiveRequest,
};

use super::{
    api::Api,
    commands,
    incoming::{Incoming, Payload},
    socket, unsupported,
};
use crate::coordinator::{Announce, GetCallOptions, Refusal};

/// Operations below `/video` and `/api/v2/video`.
pub(super) fn routes() -> Router<Api> {
    unsupported::routes()
        .merge(commands::routes())
        .route("/call/{type}/{id}", get(get_call).post(get_or_create_call).patch(update_call))
        .route("/call/{type}/{id}/join", post(join_call))
        .route("/call/{type}/{id}/accept", post(accept_call))
        .route("/call/{type}/{id}/reject", post(reject_call))
        .route("/call/{type}/{id}/mark_ended", post(end_call))
        .route("/call/{type}/{id}/go_live", post(go_live))
        .route("/call/{type}/{id}/stop_live", post(stop_live))
        .route("/call/{type}/{id}/members", post(update_members))
        .route("/call/{type}/{id}/participants", post(query_participants))
        .route("/call/members", post(query_members))
        .route("/calls", post(query_calls))
        .route("/call_client_event", post(report_client_event))
        .route("/edges", get(edges))
}

/// Operations directly below `/video` and `/api/v2`.
pub(super) fn root_routes() -> Router<Api> {
    unsupported::root_routes()
        .route("/connect", get(socket::connect))
        .route("/guest", post(create_guest))
        .route("/users", post(update_users))
        .route("/devices", get(devices).post(create_device).delete(delete_device))
}

async fn get_call(State(api): State<Api>, incoming: Incoming) -> Response {
    api.respond("GetCall", StatusCode::OK, async {
        let caller = incoming.caller(&api.app)?;
        let options = GetCallOptions {
            watcher: incoming.watcher(),
            members_limit: incoming.number("members_limit")?,
            announce: Announce {
                ring: incoming.flag("ring")?,
                notify: incoming.flag("notify")?,
                video: incoming.flag("video")?,
            },
        };
        api.app.coordinator.get_call(caller, incoming.cid()?, options).await
    })
    .await
}

async fn get_or_create_call(
    State(api): State<Api>,
    incoming: Incoming,
    payload: Payload,
) -> Response {
    api.respond("GetOrCreateCall", StatusCode::CREATED, async {
        let caller = incoming.caller(&api.app)?;
        let (cid, watcher) = (incoming.cid()?, incoming.watcher());
        let request = payload.read().await?;
        api.app.coordinator.get_or_create_call(caller, cid, watcher, request).await
    })
    .await
}

async fn join_call(State(api): State<Api>, incoming: Incoming, payload: Payload) -> Response {
    api.respond("JoinCall", StatusCode::CREATED, async {
        let caller = incoming.caller(&api.app)?;
        let (cid, watcher) = (incoming.cid()?, incoming.watcher());
        let sfu = incoming.sfu(&api.app)?;
        let request = payload.read().await?;
        // Who is in the call may come back when the connection is lost.
        if api.app.draining.load(Relaxed)
            && !api.app.coordinator.is_in_call(caller.clone(), cid.clone()).await?
        {
            return Err(Refusal::draining());
        }
        api.app.coordinator.join_call(caller, cid, watcher, request, sfu).await
    })
    .await
}

async fn accept_call(State(api): State<Api>, incoming: Incoming, payload: Payload) -> Response {
    api.respond("AcceptCall", StatusCode::CREATED, async {
        let caller = incoming.caller(&api.app)?;
        let (cid, device) = (incoming.cid()?, incoming.watcher());
        payload.read::<Custom>().await?;
        api.app.coordinator.accept_call(caller, cid, device).await
    })
    .await
}

async fn reject_call(State(api): State<Api>, incoming: Incoming, payload: Payload) -> Response {
    api.respond("RejectCall", StatusCode::CREATED, async {
        let caller = incoming.caller(&api.app)?;
        let (cid, device) = (incoming.cid()?, incoming.watcher());
        let request = payload.read().await?;
        api.app.coordinator.reject_call(caller, cid, device, request).await
    })
    .await
}

async fn update_call(State(api): State<Api>, incoming: Incoming, payload: Payload) -> Response {
    api.respond("UpdateCall", StatusCode::OK, async {
        let caller = incoming.caller(&api.app)?;
        let cid = incoming.cid()?;
        api.app.coordinator.update_call(caller, cid, payload.read().await?).await
    })
    .await
}

async fn end_call(State(api): State<Api>, incoming: Incoming) -> Response {
    api.respond("EndCall", StatusCode::CREATED, async {
        let caller = incoming.caller(&api.app)?;
        api.app.coordinator.end_call(caller, incoming.cid()?).await
    })
    .await
}

async fn go_live(State(api): State<Api>, incoming: Incoming, payload: Payload) -> Response {
    api.respond("GoLive", StatusCode::CREATED, async {
        let caller = incoming.caller(&api.app)?;
        let (cid, notify) = (incoming.cid()?, incoming.flag("notify")?);
        let request: GoLiveRequest = payload.read().await?;
        api.app.coordinator.go_live(caller, cid, request, notify).await
    })
    .await
}

async fn stop_live(State(api): State<Api>, incoming: Incoming) -> Response {
    api.respond("StopLive", StatusCode::CREATED, async {
        let caller = incoming.caller(&api.app)?;
        api.app.coordinator.stop_live(caller, incoming.cid()?).await
    })
    .await
}

async fn update_members(State(api): State<Api>, incoming: Incoming, payload: Payload) -> Response {
    api.respond("UpdateCallMembers", StatusCode::CREATED, async {
        let caller = incoming.caller(&api.app)?;
        let cid = incoming.cid()?;
        api.app.coordinator.update_members(caller, cid, payload.read().await?).await
    })
    .await
}

async fn query_members(State(api): State<Api>, incoming: Incoming, payload: Payload) -> Response {
    api.respond("QueryCallMembers", StatusCode::CREATED, async {
        let caller = incoming.caller(&api.app)?;
        api.app.coordinator.query_members(caller, payload.read().await?).await
    })
    .await
}

async fn query_participants(
    State(api): State<Api>,
    incoming: Incoming,
    payload: Payload,
) -> Response {
    api.respond("QueryCallParticipants", StatusCode::CREATED, async {
        let caller = incoming.caller(&api.app)?;
        let (cid, limit) = (incoming.cid()?, incoming.number("limit")?);
        let request = payload.read().await?;
        api.app.coordinator.query_participants(caller, cid, limit, request).await
    })
    .await
}

async fn create_device(State(api): State<Api>, incoming: Incoming, payload: Payload) -> Response {
    api.respond("CreateDevice", StatusCode::CREATED, async {
        let caller = incoming.caller(&api.app)?;
        api.app.coordinator.create_device(caller, payload.read().await?).await
    })
    .await
}

async fn devices(State(api): State<Api>, incoming: Incoming) -> Response {
    api.respond("ListDevices", StatusCode::OK, async {
        let caller = incoming.caller(&api.app)?;
        api.app.coordinator.devices(caller).await
    })
    .await
}

async fn delete_device(State(api): State<Api>, incoming: Incoming) -> Response {
    api.respond("DeleteDevice", StatusCode::OK, async {
        let caller = incoming.caller(&api.app)?;
        let id = incoming.query("id").ok_or_else(|| Refusal::input("id is missing"))?;
        api.app.coordinator.delete_device(caller, id.into()).await
    })
    .await
}

async fn query_calls(State(api): State<Api>, incoming: Incoming, payload: Payload) -> Response {
    api.respond("QueryCalls", StatusCode::CREATED, async {
        let caller = incoming.caller(&api.app)?;
        let watcher = incoming.watcher();
        api.app.coordinator.query_calls(caller, watcher, payload.read().await?).await
    })
    .await
}

async fn create_guest(State(api): State<Api>, incoming: Incoming, payload: Payload) -> Response {
    api.respond("CreateGuest", StatusCode::CREATED, async {
        let known = incoming.app_for_guest(&api.app)?;
        let request: CreateGuestRequest = payload.read().await?;
        let user = api.app.coordinator.create_guest(known.id, request.user).await?;
        let access_token = known.app.token_for(&user.id, None, None, None)?;
        Ok(CreateGuestResponse { user, access_token })
    })
    .await
}

/// For backends: the only operation that takes a server-side token, and takes no other.
async fn update_users(State(api): State<Api>, incoming: Incoming, payload: Payload) -> Response {
    api.respond("UpdateUsers", StatusCode::CREATED, async {
        let app = incoming.backend(&api.app)?;
        api.app.coordinator.update_users(app, payload.read().await?).await
    })
    .await
}

/// Telemetry of other clients: accepted, because refusing makes them repeat it, and dropped.
async fn report_client_event(
    State(api): State<Api>,
    incoming: Incoming,
    payload: Payload,
) -> Response {
    api.respond("ReportClientCallEvent", StatusCode::CREATED, async {
        incoming.app(&api.app)?;
        payload.read::<Custom>().await?;
        Ok(Empty {})
    })
    .await
}

async fn edges(State(api): State<Api>, incoming: Incoming) -> Response {
    api.respond("GetEdges", StatusCode::OK, async {
        let caller = incoming.caller(&api.app)?;
        api.app.coordinator.check_user(caller).await?;
        let edge = EdgeResponse {
            id: api.app.edge_name.clone(),
            latency_test_url: incoming.sfu(&api.app)?.url,
            green: 60,
            yellow: 150,
            red: 300,
            ..EdgeResponse::default()
        };
        Ok(GetEdgesResponse { edges: vec![edge] })
    })
    .await
}
