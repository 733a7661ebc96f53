//! Around every route: a limit of headers, and what is left of the budget in the answer.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use trunkline_protocol::coordinator::ErrorCode;

use super::api;
use crate::{clock, coordinator::Refusal, rate_limit::Rate};

/// Carries the rate from the operation, which knows who asks, to the headers of its answer.
#[derive(Clone, Default)]
pub(super) struct RateSlot(Arc<Mutex<Option<Rate>>>);

impl RateSlot {
    /// Keeps what is left, by the narrowest of the limits that have been asked.
    pub fn set(&self, rate: Rate) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_none_or(|kept| rate.exceeded || rate.remaining < kept.remaining) {
            *kept = Some(rate);
        }
    }

    fn get(&self) -> Option<Rate> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Refuses a flood of headers by name. What is longer still never gets here.
pub(super) async fn guard(mut request: Request, next: Next) -> Response {
    let size: usize =
        request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size > MAX_HEADERS {
        let detail = format!("the headers are larger than {MAX_HEADERS} bytes");
        let refusal = Refusal::new(ErrorCode::HeadersTooBig, detail);
        return api::refuse(&refusal.to_api_error("Request", api::describe(Instant::now())));
    }
    let slot = RateSlot::default();
    request.extensions_mut().insert(slot.clone());
    let mut response = next.run(request).await;
    if let Some(rate) = slot.get() {
        tell(response.headers_mut(), rate);
    }
    response
}

fn tell(headers: &mut HeaderMap, rate: Rate) {
    // Rounded up: who waits so long is not early.
    let wait = rate.resets_in.as_millis().div_ceil(1000);
    let reset = u128::from(clock::unix_seconds()) + wait;
    headers.insert(LIMIT, HeaderValue::from(rate.limit));
    headers.insert(REMAINING, HeaderValue::from(rate.remaining));
    for (name, seconds) in
        [(RESET, Some(reset)), (header::RETRY_AFTER, rate.exceeded.then_some(wait))]
    {
        if let Some(seconds) = seconds.and_then(|seconds| u64::try_from(seconds).ok()) {
            headers.insert(name, HeaderValue::from(seconds));
        }
    }
}

pub(super) const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
pub(super) const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
/// Unix seconds.
pub(super) const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
/// Bytes. Tokens are the largest part of what clients send.
const MAX_HEADERS: usize = 16 * 1024;
