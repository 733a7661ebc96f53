//! From an operation's result to its response.

use std::{future::Future, sync::Arc, time::Instant};

use axum::{
    body::Body,
    http::{HeaderValue, Method, StatusCode, header},
    response::Response,
    routing::MethodFilter,
};
use serde::Serialize;
use trunkline_protocol::coordinator::{self, ApiError, DateEncoding, ErrorCode, Operation, Timed};

use super::state::AppState;
use crate::coordinator::Refusal;

/// What a route works with: the app, and how its prefix writes dates.
#[derive(Clone)]
pub(super) struct Api {
    pub app: Arc<AppState>,
    pub encoding: DateEncoding,
}

impl Api {
    /// Runs an operation and writes its answer or refusal.
    pub async fn respond<T: Serialize>(
        &self,
        operation: &'static str,
        success: StatusCode,
        work: impl Future<Output = Result<T, Refusal>>,
    ) -> Response {
        let started = Instant::now();
        let result = work.await;
        let duration = describe(started);
        let response = match &result {
            Ok(body) => {
                let body = Timed { body, duration: duration.clone() };
                self.encoding.scope(|| json(success, &body))
            }
            Err(refusal) => refuse(&refusal.to_api_error(operation, duration.clone())),
        };
        self.count(operation, response.status(), started);
        tracing::debug!(
            operation,
            status = response.status().as_u16(),
            code = result.err().map(|refusal| refusal.code.code()),
            duration,
            "answered"
        );
        response
    }
}

impl Api {
    /// Counts an operation that is over.
    pub fn count(&self, operation: &'static str, status: StatusCode, started: Instant) {
        let metrics = &self.app.metrics;
        let labels = [("operation", operation), ("status", status.as_str())];
        let help = "Requests by operation and HTTP status.";
        metrics.counter("trunkline_requests_total", help, &labels).increment();
        let help = "Time from a request to its answer.";
        metrics
            .histogram("trunkline_request_seconds", help, &labels[..1])
            .observe(started.elapsed());
    }
}

/// The method of an operation, for the router.
pub(super) const fn method_filter(operation: &Operation) -> MethodFilter {
    match operation.method {
        coordinator::Method::Get => MethodFilter::GET,
        coordinator::Method::Post => MethodFilter::POST,
        coordinator::Method::Patch => MethodFilter::PATCH,
        coordinator::Method::Delete => MethodFilter::DELETE,
    }
}

/// No such route.
pub(super) fn unknown_route() -> Response {
    let refusal = Refusal::new(ErrorCode::DoesNotExist, "there is no such route");
    refuse(&refusal.to_api_error("Request", describe(Instant::now())))
}

/// The route exists, but not for this method.
pub(super) fn wrong_method(method: &Method) -> Response {
    let refusal = Refusal::input(format!("the route does not take {method}"));
    let mut error = refusal.to_api_error("Request", describe(Instant::now()));
    error.status_code = StatusCode::METHOD_NOT_ALLOWED.as_u16();
    refuse(&error)
}

/// A fault of ours; its cause is in the log.
pub(super) fn internal_error() -> Response {
    let refusal = Refusal::passing(ErrorCode::InternalSystem, "internal error");
    refuse(&refusal.to_api_error("Request", describe(Instant::now())))
}

/// Body and status of a refusal.
pub(super) fn refuse(error: &ApiError) -> Response {
    let status =
        StatusCode::from_u16(error.status_code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json(status, error)
}

pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let (status, text) = match serde_json::to_vec(body) {
        Ok(text) => (status, text),
        Err(error) => {
            tracing::error!(%error, "response not written");
            (StatusCode::INTERNAL_SERVER_ERROR, b"{}".to_vec())
        }
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Such as `2.57ms`.
pub(super) fn describe(started: Instant) -> String {
    format!("{:.2}ms", started.elapsed().as_secs_f64() * 1000.0)
}
