//! HTTP and the coordinator socket: translation only, decisions are the coordinator's.

mod access_log;
mod api;
mod commands;
mod connections;
mod extras;
mod guard;
mod incoming;
mod listen;
mod ops;
mod rest;
mod socket;
mod state;
mod tls;
mod unsupported;

use std::{any::Any, net::IpAddr, sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{from_fn, from_fn_with_state},
    response::Response,
    routing::any,
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
};
use trunkline_protocol::coordinator::DateEncoding;

use api::Api;

pub use connections::{ConnectionBounds, Connections};
pub use listen::serve;
pub use state::AppState;
pub use tls::{Tls, TlsError, TlsFiles};

/// All routes: the coordinator's under both prefixes, those of the SFU as given, the helpers and
/// the static files.
pub fn router(state: &AppState, sfu: Router) -> Router {
    let app = Arc::new(state.clone());
    let strings = Api { app: Arc::clone(&app), encoding: DateEncoding::Rfc3339 };
    let numbers = Api { app, encoding: DateEncoding::UnixNanos };
    let routes = Router::new()
        .nest("/video", rest::routes().merge(rest::root_routes()).with_state(strings.clone()))
        .nest("/api/v2/video", rest::routes().with_state(numbers.clone()))
        .nest("/api/v2", rest::root_routes().with_state(numbers))
        .merge(extras::routes(state).with_state(strings.clone()))
        .merge(ops::routes().with_state(strings.clone()))
        .method_not_allowed_fallback(async |method: Method| api::wrong_method(&method))
        .merge(sfu);
    let fallback = any(extras::fallback).with_state(strings);
    routes
        .fallback_service(fallback)
        .layer(CatchPanicLayer::custom(on_panic))
        .layer(from_fn(guard::guard))
        .layer(from_fn_with_state(state.access_log, access_log::follow))
        // For the SFU's sockets, which count with ours.
        .layer(Extension(Arc::clone(&state.socket_counts)))
        .layer(cors(state.dev.is_some()))
}

fn cors(dev: bool) -> CorsLayer {
    // Tokens travel in a header that pages must set themselves, so any origin may ask; but in
    // development whoever asks gets one.
    let origin = if dev {
        AllowOrigin::predicate(|origin, _| is_loopback(origin))
    } else {
        AllowOrigin::any()
    };
    CorsLayer::new()
        .allow_origin(origin)
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::HEAD,
            Method::OPTIONS,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("stream-auth-type"),
            HeaderName::from_static("x-stream-client"),
            HeaderName::from_static("x-client-request-id"),
        ])
        .expose_headers([
            HeaderName::from_static(extras::LOCATION_HEADER),
            header::RETRY_AFTER,
            access_log::REQUEST_ID,
            guard::LIMIT,
            guard::REMAINING,
            guard::RESET,
        ])
        .max_age(PREFLIGHT_AGE)
}

/// Whether a page comes from this machine.
fn is_loopback(origin: &HeaderValue) -> bool {
    let origin = origin.to_str().unwrap_or_default();
    let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    let host = host.unwrap_or_default();
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_ok_and(|address| address.is_loopback())
}

#[allow(clippy::needless_pass_by_value)] // the layer's signature
fn on_panic(_panic: Box<dyn Any + Send + 'static>) -> Response {
    // The panic hook has logged it; its text may hold data of the request.
    api::internal_error()
}

/// Browsers cap this at two hours; every request has headers that need a preflight.
const PREFLIGHT_AGE: Duration = Duration::from_secs(2 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_this_machine_are_known_by_their_origin() {
        for (origin, expected) in [
            ("http://localhost:3000", true),
            ("https://127.0.0.1", true),
            ("http://127.1.2.3:80", true),
            ("http://[::1]:8080", true),
            ("http://app.localhost:5173", true),
            ("http://192.168.0.1:8080", false),
            ("https://example.com", false),
            ("https://localhost.example.com", false),
            ("https://127.0.0.1.example.com", false),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(&HeaderValue::from_static(origin)), expected, "{origin}");
        }
    }
}
