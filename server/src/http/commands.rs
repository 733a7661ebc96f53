//! Routes of the commands that are about one call and need nothing but a body.

use axum::{Router, extract::State, http::StatusCode, response::Response, routing::on};
use serde::{Serialize, de::DeserializeOwned};
use trunkline_protocol::coordinator::{Method, OPERATIONS};

use super::{
    api::{self, Api},
    incoming::{Incoming, Payload},
};
use crate::coordinator::{Command, command};

pub(super) fn routes() -> Router<Api> {
    let mut router = Router::new();
    router = add(router, command::RING);
    router = add(router, command::BLOCK);
    router = add(router, command::UNBLOCK);
    router = add(router, command::KICK);
    router = add(router, command::MUTE);
    router = add(router, command::PIN);
    router = add(router, command::UNPIN);
    router = add(router, command::REQUEST_PERMISSION);
    router = add(router, command::UPDATE_PERMISSIONS);
    router = add(router, command::REACT);
    router = add(router, command::SEND_EVENT);
    router = add(router, command::TAKE_FEEDBACK);
    router = add(router, command::DELETE);
    router = add(router, command::LIST_RECORDINGS);
    add(router, command::LIST_TRANSCRIPTIONS)
}

/// Where the protocol has the operation.
fn add<T, R>(router: Router<Api>, command: Command<T, R>) -> Router<Api>
where
    T: DeserializeOwned + Send + 'static,
    R: Serialize + Send + 'static,
{
    let Some(operation) = OPERATIONS.iter().find(|operation| operation.id == command.id) else {
        return router;
    };
    let is_post = operation.method == Method::Post;
    let success = if is_post { StatusCode::CREATED } else { StatusCode::OK };
    let handler =
        async move |State(api): State<Api>, incoming: Incoming, payload: Payload| -> Response {
            api.respond(command.id, success, async {
                let caller = incoming.caller(&api.app)?;
                let cid = incoming.cid()?;
                let request = payload.read().await?;
                api.app.coordinator.command(command, caller, cid, request).await
            })
            .await
        };
    let method = api::method_filter(operation);
    operation.paths.iter().fold(router, |router, path| router.route(path, on(method, handler)))
}
