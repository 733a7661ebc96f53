//! Routes beside the protocol: location hint, tokens for development, static files.

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;
use tower_http::services::ServeDir;

use super::{
    api::{self, Api},
    incoming::Incoming,
    state::AppState,
};
use crate::coordinator::{Refusal, check_user_id};

pub(super) fn routes(state: &AppState) -> Router<Api> {
    let routes = Router::new().route("/hint", get(hint)).route("/openapi.json", get(openapi));
    // Not even registered otherwise: no setting can open it by mistake.
    if state.dev.is_some() { routes.route("/dev/token", get(dev_token)) } else { routes }
}

/// Everything no route takes: a static file, or an error. Paths of the API are never answered with
/// a file, so that a mistyped route does not yield HTML.
pub(super) async fn fallback(State(api): State<Api>, request: Request) -> Response {
    let path = request.uri().path();
    let reserved = API_PATHS.iter().any(|prefix| {
        path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    let Some(www) = api.app.www.as_ref().filter(|_| !reserved) else {
        return api::unknown_route();
    };
    match ServeDir::new(www).try_call(request).await {
        Ok(response) if !response.status().is_client_error() => response.map(Body::new),
        Ok(_) => api::unknown_route(),
        Err(error) => {
            // Mostly files that do not exist.
            tracing::debug!(%error, "static file not served");
            api::unknown_route()
        }
    }
}

/// Where the client is, as far as a server with one place can tell.
async fn hint() -> Response {
    ([(LOCATION_HEADER, HeaderValue::from_static(LOCATION))], StatusCode::OK).into_response()
}

/// The operations of this server, for people and for generators of clients.
async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], OPENAPI)
        .into_response()
}

async fn dev_token(State(api): State<Api>, incoming: Incoming) -> Response {
    #[derive(Serialize)]
    struct DevToken {
        api_key: String,
        token: String,
        user_id: String,
    }
    api.respond("GetDevToken", StatusCode::OK, async {
        let user_id =
            incoming.query("user_id").ok_or_else(|| Refusal::input("user_id is missing"))?;
        check_user_id(user_id)?;
        let role = incoming.query("role").map(Into::into);
        let teams = incoming.query("team").map(|team| vec![team.into()]);
        let app = api.app.dev.as_ref().ok_or_else(|| Refusal::internal(&"no app to sign for"))?;
        Ok(DevToken {
            api_key: app.key.clone(),
            token: app.token_for(user_id, role, teams, Some(DEV_TOKEN_SECONDS))?,
            user_id: user_id.into(),
        })
    })
    .await
}

const OPENAPI: &str = include_str!("../../../protocol/schema/openapi.json");
/// Read by clients as the place they are nearest to.
pub(super) const LOCATION_HEADER: &str = "x-amz-cf-pop";
/// Three letters and an opaque rest; `LCL` for local.
const LOCATION: &str = "LCL1-P1";
const DEV_TOKEN_SECONDS: u32 = 24 * 60 * 60;
const API_PATHS: [&str; 8] =
    ["/video", "/api", "/sfu", "/dev", "/hint", "/health", "/metrics", "/openapi.json"];
