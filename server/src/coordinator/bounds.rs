//! How large may be what clients have kept and shown to others, and what they are shown.

use trunkline_protocol::coordinator::{Custom, ErrorCode};

use super::Refusal;

/// Custom data of anything: everyone who sees the thing gets all of it at once.
pub(super) fn check_custom(custom: Option<&Custom>) -> Result<(), Refusal> {
    let Some(custom) = custom.filter(|custom| !custom.is_empty()) else {
        return Ok(());
    };
    let written = serde_json::to_vec(custom).map_err(|error| Refusal::internal(&error))?;
    if written.len() <= MAX_CUSTOM {
        return Ok(());
    }
    let bytes = written.len();
    let detail = format!("custom has {bytes} bytes of JSON, more than the {MAX_CUSTOM} allowed");
    Err(Refusal::new(ErrorCode::PayloadTooBig, detail))
}

/// A text of so many characters.
pub(super) fn check_length(
    name: &str,
    text: &str,
    least: usize,
    most: usize,
) -> Result<(), Refusal> {
    if (least..=most).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(Refusal::input(format!("{name} must have {least} to {most} characters")))
}

/// What a user shows of themselves.
pub(super) fn check_profile(
    name: Option<&str>,
    image: Option<&str>,
    language: Option<&str>,
    custom: Option<&Custom>,
) -> Result<(), Refusal> {
    check_length("name", name.unwrap_or_default(), 0, MAX_NAME)?;
    check_length("image", image.unwrap_or_default(), 0, MAX_URL)?;
    check_length("language", language.unwrap_or_default(), 0, MAX_LANGUAGE)?;
    check_custom(custom)
}

/// The name of a role.
pub(super) fn check_role(role: &str) -> Result<(), Refusal> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if (1..=MAX_ROLE).contains(&role.len()) && role.bytes().all(allowed) {
        return Ok(());
    }
    Err(Refusal::input(format!("a role must be 1 to {MAX_ROLE} of the characters A-Z a-z 0-9 _ -")))
}

/// How many rows a request asks for.
pub(super) fn page_size(wish: Option<u32>) -> Result<u32, Refusal> {
    match wish {
        None => Ok(DEFAULT_PAGE),
        Some(limit) if limit <= MAX_PAGE => Ok(limit),
        Some(_) => Err(Refusal::input(format!("the limit is at most {MAX_PAGE}"))),
    }
}

pub(super) const DEFAULT_PAGE: u32 = 25;
pub(super) const MAX_PAGE: u32 = 100;

/// Bytes.
const MAX_CUSTOM: usize = 5 * 1024;
const MAX_NAME: usize = 255;
const MAX_URL: usize = 2048;
/// Such as `en`, with room for regions and scripts.
const MAX_LANGUAGE: usize = 35;
/// Of the name of a team.
pub(super) const MAX_TEAM: usize = 100;
const MAX_ROLE: usize = 64;
