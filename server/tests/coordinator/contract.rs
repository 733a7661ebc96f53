//! What goes over the wire is what the schema says: checked in every test, for every exchange.

use std::sync::LazyLock;

use serde_json::Value;
use trunkline_protocol::coordinator::{Method, OPERATIONS, Operation};
use trunkline_schema::Schema;

use crate::support::Reply;

/// Checks the answer, and the request if it was taken.
#[track_caller]
pub fn check_exchange(method: &str, path: &str, body: Option<&Value>, reply: &Reply) {
    let operation = operation(method, path);
    let problems = if reply.status >= 400 {
        SCHEMA.check_error(&reply.body)
    } else if let Some(operation) = operation {
        let mut problems = SCHEMA.check_response(operation.id, &reply.body);
        if let Some(body) = body {
            problems.extend(SCHEMA.check_request(operation.id, body));
        }
        problems
    } else {
        Vec::new()
    };
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{method} {path}: {problems:#?}\n{}", reply.body);
}

/// Checks a frame of the socket.
#[track_caller]
pub fn check_event(event: &Value) {
    let problems: Vec<_> = SCHEMA.check_event(event).iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{problems:#?}\n{event}");
}

/// The operation behind a path without its prefix.
pub fn operation(method: &str, path: &str) -> Option<&'static Operation> {
    let path = path.split('?').next().unwrap_or_default();
    let fits = |template: &str| {
        let (mut asked, mut known) = (path.split('/'), template.split('/'));
        loop {
            match (asked.next(), known.next()) {
                (None, None) => return true,
                (Some(_), Some(part)) if part.starts_with('{') => (),
                (Some(asked), Some(part)) if asked == part => (),
                _ => return false,
            }
        }
    };
    let candidates = OPERATIONS.iter().filter(|operation| method_name(operation) == method);
    // A fixed path goes before one with names in it, as it does in the router.
    candidates
        .flat_map(|operation| operation.paths.iter().map(move |path| (operation, *path)))
        .filter(|(_, path)| fits(path))
        .min_by_key(|(_, path)| path.matches('{').count())
        .map(|(operation, _)| operation)
}

pub fn method_name(operation: &Operation) -> &'static str {
    match operation.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::coordinator().unwrap());
