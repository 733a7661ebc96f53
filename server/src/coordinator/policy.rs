//! Which role may do what: the built-in grants of the call types, and what the configuration of the
//! server puts in their place.

use std::{collections::HashMap, str::FromStr, sync::Arc};

use trunkline_protocol::coordinator::OwnCapability;

use super::call_type::{CallType, Grants, Permission};

/// What a role is granted in calls of one type, instead of what is built in:
/// `TYPE:ROLE=PERMISSION,PERMISSION`. The role `owner` is what the creator of a call has beyond the
/// role of a user.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleGrants {
    call_type: &'static str,
    role: String,
    grants: Grants,
}

/// What every role is granted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// By call type and role.
    instead: Arc<HashMap<(&'static str, String), Grants>>,
}

impl Policy {
    /// The built-in one, except for these.
    pub fn new(instead: impl IntoIterator<Item = RoleGrants>) -> Self {
        let instead = instead.into_iter();
        let instead = instead.map(|entry| ((entry.call_type, entry.role), entry.grants)).collect();
        Self { instead: Arc::new(instead) }
    }

    /// What a role may do, be it the role of a user or of a member.
    pub(super) fn of_role(&self, call_type: &CallType, role: &str) -> Grants {
        let instead = self.instead.get(&(call_type.name, role.to_owned()));
        instead.cloned().unwrap_or_else(|| call_type.granted_to_role(role))
    }

    /// What a user with this role may do beyond that in a call of their own.
    pub(super) fn of_owner(&self, call_type: &CallType, role: &str) -> Grants {
        let built_in = call_type.granted_to_owner(role);
        if built_in.is_empty() {
            return built_in;
        }
        self.instead.get(&(call_type.name, OWNER.to_owned())).cloned().unwrap_or(built_in)
    }

    /// What a user has by all their roles: in the app, as the owner, and as a member. Roles in the call
    /// extend, they never restrict.
    pub(super) fn rank(
        &self,
        call_type: &CallType,
        role: &str,
        is_owner: bool,
        member_roles: &[String],
    ) -> Grants {
        let mut grants = self.of_role(call_type, role);
        if is_owner {
            grants.extend(self.of_owner(call_type, role));
        }
        for role in member_roles {
            grants.extend(self.of_role(call_type, role));
        }
        grants
    }
}

impl FromStr for RoleGrants {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || "must be TYPE:ROLE=PERMISSION,PERMISSION".to_owned();
        let (whose, names) = text.split_once('=').ok_or_else(form)?;
        let (call_type, role) = whose.split_once(':').ok_or_else(form)?;
        let call_type =
            CallType::find(call_type).ok_or_else(|| format!("no call type '{call_type}'"))?;
        if role.is_empty() {
            return Err(form());
        }
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        let known = |name| permission(name).ok_or_else(|| format!("no permission '{name}'"));
        let grants = names.map(known).collect::<Result<_, _>>()?;
        Ok(Self { call_type: call_type.name, role: role.to_owned(), grants })
    }
}

fn permission(name: &str) -> Option<Permission> {
    let own = OwnCapability::ALL.iter().copied().map(Permission::Own);
    let others = [
        Permission::UpdateCallMemberRole,
        Permission::SendEvent,
        Permission::ListRecordings,
        Permission::ListTranscriptions,
        Permission::DeleteCall,
    ];
    own.chain(others).find(|permission| permission.name() == name)
}

const OWNER: &str = "owner";

#[cfg(test)]
mod tests {
    use super::*;

    fn names(grants: &Grants) -> Vec<&'static str> {
        grants.iter().map(|grant| grant.name()).collect()
    }

    #[test]
    fn what_is_configured_takes_the_place_of_what_is_built_in() {
        let entries = ["default:guest=read-call", "default:owner=end-call,delete-call"];
        let policy = Policy::new(entries.map(|entry| entry.parse().unwrap()));
        let default = CallType::find("default").unwrap();
        assert_eq!(names(&policy.of_role(default, "guest")), ["read-call"]);
        assert_eq!(names(&policy.of_owner(default, "user")), ["end-call", "delete-call"]);
        assert!(policy.of_owner(default, "guest").is_empty(), "guests own nothing");
        let built_in = default.granted_to_role("user");
        assert_eq!(policy.of_role(default, "user"), built_in, "as built in");
        let livestream = CallType::find("livestream").unwrap();
        assert_eq!(policy.of_role(livestream, "guest"), livestream.granted_to_role("guest"));
        let role: RoleGrants = "livestream:speaker=".parse().unwrap();
        assert!(role.grants.is_empty(), "a role may be granted nothing");
    }

    #[test]
    fn what_does_not_exist_cannot_be_granted() {
        for text in [
            "",
            "default",
            "default:guest",
            "default=read-call",
            "default:=read-call",
            "cinema:guest=read-call",
            "default:guest=fly",
        ] {
            assert!(text.parse::<RoleGrants>().is_err(), "{text}");
        }
    }
}
