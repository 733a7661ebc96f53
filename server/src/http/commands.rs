//! Routes of the commands that are about one call and need nothing but a body.

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::Response,
    routing::{MethodRouter, post},
};
use serde::{Serialize, de::DeserializeOwned};
use trunkline_protocol::coordinator::OPERATIONS;

use super::{
    api::Api,
    incoming::{Incoming, Payload},
};
use crate::coordinator::{Command, command};

pub(super) fn routes() -> Router<Api> {
    let mut router = Router::new();
    router = add(router, command::RING);
    router = add(router, command::ACCEPT);
    router = add(router, command::REJECT);
    router = add(router, command::BLOCK);
    router = add(router, command::UNBLOCK);
    router = add(router, command::KICK);
    router = add(router, command::MUTE);
    router = add(router, command::PIN);
    router = add(router, command::UNPIN);
    router = add(router, command::REQUEST_PERMISSION);
    add(router, command::UPDATE_PERMISSIONS)
}

/// Where the protocol has the operation.
fn add<T, R>(router: Router<Api>, command: Command<T, R>) -> Router<Api>
where
    T: DeserializeOwned + Send + 'static,
    R: Serialize + Send + 'static,
{
    let operation = OPERATIONS.iter().find(|operation| operation.id == command.id);
    let paths = operation.map(|operation| operation.paths).unwrap_or_default();
    paths.iter().fold(router, |router, path| router.route(path, handler(command)))
}

fn handler<T, R>(command: Command<T, R>) -> MethodRouter<Api>
where
    T: DeserializeOwned + Send + 'static,
    R: Serialize + Send + 'static,
{
    post(async move |State(api): State<Api>, incoming: Incoming, payload: Payload| -> Response {
        api.respond(command.id, StatusCode::CREATED, async {
            let caller = incoming.caller(&api.app)?;
            let cid = incoming.cid()?;
            let request = payload.read().await?;
            api.app.coordinator.command(command, caller, cid, request).await
        })
        .await
    })
}
