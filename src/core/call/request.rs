//! What the app gives, checked and brought into the coordinator's form before anything is sent.
//! Misplaced and doubled fields have been refused in `src/api` by then.

use crate::core::{
    error::Error,
    json::{Json, ObjectWriter},
    rest::push_encoded,
};

/// `type` and `id` are at most this long.
const MAX_LENGTH: usize = 64;

/// The path of a call.
///
/// # Errors
///
/// `invalid-argument` for names that no server could tell apart from something else.
pub(crate) fn call_path(call_type: &str, id: &str) -> Result<String, Error> {
    check_name("type", call_type)?;
    check_name("id", id)?;
    let mut path = String::from("/call/");
    push_encoded(&mut path, call_type);
    path.push('/');
    push_encoded(&mut path, id);
    Ok(path)
}

fn check_name(what: &str, name: &str) -> Result<(), Error> {
    let problem = if name.is_empty() {
        "is empty"
    } else if name.chars().count() > MAX_LENGTH {
        "is longer than 64 characters"
    } else if name.contains(':') {
        "contains ':', which separates type and id"
    } else if name.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '/' | '\\')) {
        "contains white space, a slash or a control character"
    } else if matches!(name, "." | "..") {
        // Browsers take these for steps in the path, even when they are encoded.
        "is a relative path"
    } else {
        return Ok(());
    };
    Err(Error::invalid_argument(
        format!("the call's {what} {problem}"),
        "Use letters, digits, '-' and '_', at most 64 of them.",
    ))
}

/// Adds the fields of an app's object to those of a body. `again` leaves out what the server has
/// done already, so that nobody is rung twice.
pub(crate) fn write_request(
    mut body: ObjectWriter,
    request: Option<&Json>,
    again: bool,
) -> Result<ObjectWriter, Error> {
    for (key, value) in request.and_then(Json::entries).unwrap_or_default() {
        if !(again && matches!(key.as_str(), "ring" | "notify")) {
            body = body.raw(&key, &json_text(&value)?);
        }
    }
    Ok(body)
}

/// The text of an app's object.
pub(crate) fn json_text(value: &Json) -> Result<String, Error> {
    value.to_text().ok_or_else(|| {
        Error::invalid_argument(
            "the request holds something that JSON cannot express",
            "Leave out cycles, functions and BigInts.",
        )
    })
}
