//! What the app gives, checked and brought into the coordinator's form before anything is sent.
//! Misplaced and doubled fields have been refused in `src/api` by then.

use crate::core::{error::Error, host::Host, url::push_encoded};

/// `type` and `id` are at most this long.
const MAX_LENGTH: usize = 64;

/// The path of a call.
///
/// # Errors
///
/// `invalid-argument` for names that no server could tell apart from something else.
pub(crate) fn call_path<H: Host>(call_type: &str, id: &str) -> Result<String, Error<H>> {
    check_name("type", call_type)?;
    check_name("id", id)?;
    let mut path = String::from("/call/");
    push_encoded(&mut path, call_type);
    path.push('/');
    push_encoded(&mut path, id);
    Ok(path)
}

fn check_name<H: Host>(what: &str, name: &str) -> Result<(), Error<H>> {
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
