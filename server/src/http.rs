//! HTTP and the coordinator socket: translation only, decisions are the coordinator's.

mod address;
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
mod sockets;
mod unsupported;

use std::{
    any::Any,
    convert::Infallible,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Extension, Router,
    http::{HeaderName, Method, header},
    middleware::from_fn,
    response::Response,
    routing::any,
};
use tokio::sync::mpsc;
use tower_http::{catch_panic::CatchPanicLayer, cors::CorsLayer};
use trunkline_protocol::coordinator::{DateEncoding, IceServerResponse};

use crate::{
    auth::{App, Apps},
    coordinator::Coordinator,
    metrics::Registry,
    rate_limit::RateLimits,
};
use api::Api;

pub use address::{Cidr, ClientAddress, Network, TrustedProxies};
pub use connections::{ConnectionBounds, Connections};
pub use listen::serve;
pub use sockets::{Permit, SocketBounds, SocketCounts, TooManySockets};

/// What the routes work with.
#[derive(Clone)]
pub struct AppState {
    /// Decides.
    pub coordinator: Coordinator,
    /// Keys and secrets.
    pub apps: Arc<Apps>,
    /// Signs SFU tokens.
    pub sfu_secret: String,
    /// Name of the SFU.
    pub edge_name: String,
    /// TURN servers that clients are told.
    pub ice_servers: Vec<IceServerResponse>,
    /// Base URL clients use, when the `Host` header does not tell.
    pub public_url: Option<String>,
    /// Development: hands out tokens of this app.
    pub dev: Option<App>,
    /// Anybody may become a guest.
    pub guests: bool,
    /// Static files of the demo.
    pub www: Option<PathBuf>,
    /// Held by every open socket, so that a shutdown can wait for them.
    pub sockets: mpsc::Sender<Infallible>,
    /// How many of them there are, by holder.
    pub socket_counts: Arc<SocketCounts>,
    /// How often somebody may ask.
    pub rate_limits: Arc<RateLimits>,
    /// Counts what happens.
    pub metrics: Registry,
    /// Directory of the data.
    pub data: PathBuf,
    /// When the server was started.
    pub started: Instant,
}

/// All routes: the coordinator's under both prefixes, those of the SFU as given, the helpers and
/// the static files.
pub fn router(state: &AppState, sfu: Router) -> Router {
    let strings = Api { app: state.clone(), encoding: DateEncoding::Rfc3339 };
    let numbers = Api { app: state.clone(), encoding: DateEncoding::UnixNanos };
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
        // For the SFU's sockets, which count with ours.
        .layer(Extension(Arc::clone(&state.socket_counts)))
        .layer(cors())
}

fn cors() -> CorsLayer {
    // Tokens travel in a header that pages must set themselves, so any origin may ask.
    CorsLayer::new()
        .allow_origin(tower_http::cors::Any)
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
            guard::LIMIT,
            guard::REMAINING,
            guard::RESET,
        ])
        .max_age(PREFLIGHT_AGE)
}

#[allow(clippy::needless_pass_by_value)] // the layer's signature
fn on_panic(_panic: Box<dyn Any + Send + 'static>) -> Response {
    // The panic hook has logged it; its text may hold data of the request.
    api::internal_error()
}

/// Browsers cap this at two hours; every request has headers that need a preflight.
const PREFLIGHT_AGE: Duration = Duration::from_secs(2 * 60 * 60);
