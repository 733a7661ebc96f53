//! For whoever runs the server: whether it works, and how much it does.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use tokio::time::timeout;

use super::api::{self, Api};
use crate::{process, self_check};

pub(super) fn routes() -> Router<Api> {
    Router::new()
        .route("/health", get(health))
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
}

/// Whether the process goes on: 503 when media hang in something that nothing but another start ends.
/// Who starts it again for less would end calls that go well.
async fn live(State(api): State<Api>) -> Response {
    let (status, word) = if api.app.coordinator.sfu_health().alive {
        (StatusCode::OK, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "failing")
    };
    api::json(status, &json!({ "status": word }))
}

/// Whether new clients are to be sent here: 503 when something fails, and from the moment when the
/// server is to end.
async fn ready(State(api): State<Api>) -> Response {
    if api.app.draining.load(Relaxed) {
        return api::json(StatusCode::SERVICE_UNAVAILABLE, &json!({ "status": "draining" }));
    }
    health(State(api)).await
}

/// 503 when requests cannot be answered or stored. Says which part fails, and nothing of paths or
/// data: anybody may ask.
async fn health(State(api): State<Api>) -> Response {
    let coordinator = &api.app.coordinator;
    let stores = matches!(timeout(PATIENCE, coordinator.check_store()).await, Ok(Ok(())));
    let sfu = coordinator.sfu_health();
    let parts = [
        ("sfu", sfu.alive),
        ("store", stores),
        ("disk", self_check::check_disk(&api.app.data).is_ok()),
        ("running", !coordinator.hub().is_closed()),
    ];
    let word = |healthy: bool| if healthy { "ok" } else { "failing" };
    let healthy = parts.iter().all(|(_, healthy)| *healthy);
    let checks: serde_json::Map<_, _> =
        parts.iter().map(|(name, healthy)| ((*name).to_owned(), word(*healthy).into())).collect();
    let body = json!({
        "status": word(healthy),
        "checks": checks,
        "version": env!("CARGO_PKG_VERSION"),
        "uptime_seconds": api.app.started.elapsed().as_secs(),
        "sfu": {
            "lag_ms": u64::try_from(sfu.lag.as_millis()).unwrap_or(u64::MAX),
            "queued": sfu.queued,
            "restarts": sfu.restarts,
        },
    });
    let status = if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    api::json(status, &body)
}

/// Counts things that are counted where they happen; what is merely there is looked up now.
async fn metrics(State(api): State<Api>) -> Response {
    let registry = &api.app.metrics;
    let set = |name, help, value| registry.gauge(name, help, &[]).set(value);
    let count = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
    let (sockets, watchers) = api.app.coordinator.hub().counts();
    set("trunkline_sockets", "Authenticated coordinator sockets.", count(sockets));
    let open = Arc::clone(&api.app.socket_counts).len();
    set(
        "trunkline_sockets_open",
        "Sockets of coordinator and SFU, authenticated or not.",
        count(open),
    );
    set("trunkline_watchers", "Calls watched, summed over the sockets.", count(watchers));
    if let Ok(Ok((sessions, participants))) =
        timeout(PATIENCE, api.app.coordinator.live_counts()).await
    {
        set("trunkline_sessions", "Running sessions of calls.", sessions);
        set("trunkline_participants", "Participants in running sessions.", participants);
    }
    let uptime = i64::try_from(api.app.started.elapsed().as_secs()).unwrap_or(i64::MAX);
    set("trunkline_uptime_seconds", "Time since the start.", uptime);
    process::measure(registry);
    let kind =
        HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], registry.text()).into_response()
}

const PATIENCE: Duration = Duration::from_secs(2);
