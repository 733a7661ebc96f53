//! Names of calls and users.

use std::fmt;

use trunkline_protocol::coordinator::ErrorCode;
use uuid::Uuid;

use super::{Refusal, call_type::CallType};

/// Type and id of a call, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cid {
    call_type: &'static CallType,
    id: String,
}

impl Cid {
    /// Checks both parts: 1 to 64 of `A-Z a-z 0-9 _ - ! .`, and a type this server has.
    pub fn new(call_type: &str, id: &str) -> Result<Self, Refusal> {
        for (name, value) in [("type", call_type), ("id", id)] {
            if !is_call_name(value) {
                return Err(Refusal::input(format!(
                    "the call {name} must be 1 to {MAX_CALL_NAME} of the characters A-Z a-z 0-9 _ - ! ."
                )));
            }
        }
        let call_type = CallType::find(call_type).ok_or_else(|| {
            let detail = format!("the call type '{call_type}' does not exist");
            Refusal::new(ErrorCode::DoesNotExist, detail)
        })?;
        Ok(Self { call_type, id: id.into() })
    }

    pub(super) fn call_type(&self) -> &'static CallType {
        self.call_type
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Display for Cid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.call_type.name, self.id)
    }
}

/// Refuses user ids that could be mistaken for something else in paths, logs or filters.
pub fn check_user_id(id: &str) -> Result<(), Refusal> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || USER_ID_MARKS.contains(&byte);
    if id.is_empty() || id.len() > MAX_USER_ID || !id.bytes().all(allowed) {
        return Err(Refusal::input(format!(
            "a user id must be 1 to {MAX_USER_ID} of the characters A-Z a-z 0-9 @ _ - . + = | ~"
        )));
    }
    Ok(())
}

/// A new id of a guest: it contains the one wished for, and is nobody's yet, because a guest must
/// not become somebody who exists.
pub(super) fn guest_id(wish: &str) -> Result<String, Refusal> {
    let mut id = format!("{GUEST}{}", Uuid::new_v4());
    if !wish.is_empty() {
        check_user_id(wish)?;
        id = format!("{id}-{wish}");
        check_user_id(&id)?;
    }
    Ok(id)
}

/// Whether this server makes such ids for guests.
pub fn is_guest(id: &str) -> bool {
    let unique = id.strip_prefix(GUEST).and_then(|rest| rest.split_at_checked(UUID));
    unique.is_some_and(|(unique, wish)| {
        Uuid::try_parse(unique).is_ok() && (wish.is_empty() || wish.starts_with('-'))
    })
}

fn is_call_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-!.".contains(&byte);
    (1..=MAX_CALL_NAME).contains(&name.len())
        && name.bytes().all(allowed)
        // Would be taken for a directory by whoever builds a URL from it.
        && !name.bytes().all(|byte| byte == b'.')
}

const GUEST: &str = "guest-";
/// Characters of a UUID.
const UUID: usize = 36;
const MAX_CALL_NAME: usize = 64;
const MAX_USER_ID: usize = 255;
// No `!`: ids that start with it, like `!anon`, belong to the server.
const USER_ID_MARKS: &[u8] = b"@_-.+=|~";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_named_by_type_and_id() {
        assert_eq!(Cid::new("default", "Team-1_a.b!").unwrap().to_string(), "default:Team-1_a.b!");
        assert!(Cid::new("livestream", &"x".repeat(64)).is_ok());
    }

    #[test]
    fn malformed_names_are_bad_input() {
        let long = "x".repeat(65);
        for (call_type, id) in [
            ("", "a"),
            ("default", ""),
            ("de:fault", "a"),
            ("default", "a:b"),
            ("default", "a/b"),
            ("default", ".."),
            ("default", "a b"),
            ("default", "a\0"),
            ("default", "ä"),
            ("default", &long),
            (&long, "a"),
        ] {
            let refusal = Cid::new(call_type, id).unwrap_err();
            assert_eq!(refusal.code, ErrorCode::Input, "{call_type}:{id}");
            assert!(refusal.unrecoverable);
        }
    }

    #[test]
    fn an_unknown_type_does_not_exist() {
        assert_eq!(Cid::new("cinema", "a").unwrap_err().code, ErrorCode::DoesNotExist);
    }

    #[test]
    fn user_ids_may_be_addresses_but_not_markup() {
        for id in ["alice", "a@example.com", "auth0|1", "x"] {
            assert!(check_user_id(id).is_ok(), "{id}");
        }
        for id in ["", "!anon", "a b", "<b>", "a/b", "ä", &"x".repeat(256)] {
            assert!(check_user_id(id).is_err(), "{id}");
        }
    }

    #[test]
    fn guests_are_known_by_their_ids() {
        for wish in ["", "bob", "b-o-b"] {
            assert!(is_guest(&guest_id(wish).unwrap()), "{wish}");
        }
        for id in ["guest-1", "guest-", "alice", "guest-é0000000-0000-0000-0000-000000000000"] {
            assert!(!is_guest(id), "{id}");
        }
    }
}
