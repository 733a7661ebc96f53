//! Operations of the protocol that this server does not offer yet: refused by name, so that an app
//! learns what is missing instead of guessing at a 404.

use axum::{Router, extract::State, http::StatusCode, response::Response, routing::on};
use trunkline_protocol::coordinator::{Empty, ErrorCode, OPERATIONS, Operation};

use super::{
    api::{self, Api},
    incoming::Incoming,
};
use crate::coordinator::Refusal;

/// Operations below `/video` and `/api/v2/video`.
pub(super) fn routes() -> Router<Api> {
    missing(false).fold(Router::new(), add)
}

/// Operations directly below `/video` and `/api/v2`.
pub(super) fn root_routes() -> Router<Api> {
    missing(true).fold(Router::new(), add)
}

fn missing(is_root: bool) -> impl Iterator<Item = &'static Operation> {
    let is_missing =
        move |operation: &&Operation| !operation.is_implemented && operation.is_root == is_root;
    OPERATIONS.iter().filter(is_missing)
}

fn add(router: Router<Api>, operation: &'static Operation) -> Router<Api> {
    let handler = async |State(api): State<Api>, incoming: Incoming| -> Response {
        api.respond(operation.id, StatusCode::OK, async {
            let caller = incoming.caller(&api.app)?;
            api.app.coordinator.check_user(caller).await?;
            let detail = "this operation is not available on this server";
            Err::<Empty, _>(Refusal::new(ErrorCode::FeatureNotSupported, detail))
        })
        .await
    };
    let method = api::method_filter(operation);
    operation.paths.iter().fold(router, |router, path| router.route(path, on(method, handler)))
}
