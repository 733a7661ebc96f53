//! A guest is made by the coordinator before they connect.

use super::Client;
use crate::core::{
    body::{Body, Fields},
    effect::Method,
    error::Error,
    host::Host,
    rest::{Purpose, RestRequest},
    user::User,
    view::AnswerOf,
};

impl<H: Host> Client<H> {
    pub(super) fn on_guest(&mut self, result: Result<AnswerOf<H>, Error<H>>) {
        let Some(connection) = &mut self.connection else {
            return;
        };
        if let Err(error) = result.and_then(|answer| connection.guest_made(answer.view.guest)) {
            self.connection_failed(error);
        }
    }
}

pub(super) fn request(user: &User) -> RestRequest {
    let mut fields = user.details.as_ref().map(Body::fields).unwrap_or_default();
    fields.keep(&["name", "image", "custom"]);
    fields.set("id", &user.id);
    let mut body = Fields::default();
    body.set("user", &fields);
    RestRequest {
        method: Method::Post,
        path: "/guest".to_owned(),
        body: Some(body.to_text()),
        doing: "making a guest user".to_owned(),
        purpose: Purpose::Guest,
        after: None,
    }
}
