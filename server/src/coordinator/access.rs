//! Who may do what: the one place that decides it.

use trunkline_protocol::coordinator::{ErrorCode, OwnCapability};

use super::{
    Cid, Refusal,
    actor::Actor,
    call_type::{CallType, Grants, Permission},
    work::Work,
};
use crate::store::{calls::CallRecord, members};

/// What one user may do in one call.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Access {
    call_type: &'static CallType,
    user_id: String,
    role: String,
    grants: Grants,
}

impl Access {
    /// Rights in a call that exists. A call the user cannot reach does not exist for them.
    pub fn to_call(work: &Work<'_>, actor: &Actor, call: &CallRecord) -> Result<Self, Refusal> {
        let member = members::find(work.db, &call.cid, &actor.user.id)?;
        let by_token = actor.call_cids.contains(&call.cid);
        let owner = call.created_by == actor.user.id;
        if !reaches_team(
            actor,
            call.team.as_deref(),
            owner || member.is_some() || by_token,
        ) {
            return Err(not_found(&call.cid));
        }
        let call_type = known_type(&call.call_type)?;
        let mut roles = Vec::new();
        if let Some(member) = member {
            roles.push("call_member".to_owned());
            roles.extend(member.role);
        }
        if by_token {
            roles.push("call_member".to_owned());
            roles.push(actor.call_role.clone());
        }
        Ok(Self::new(call_type, actor, owner, &roles))
    }

    /// Rights in a call that the user is about to create, as its owner.
    pub fn to_new_call(actor: &Actor, cid: &Cid) -> Self {
        Self::new(cid.call_type(), actor, true, &[])
    }

    /// Refuses whoever lacks the capability.
    pub fn require(&self, capability: OwnCapability) -> Result<(), Refusal> {
        self.require_permission(Permission::Own(capability), capability.as_str())
    }

    /// Refuses whoever may not give this role. A role may be given by those who may give any, and
    /// by those who hold all it grants: nobody can hand out more than they have.
    pub fn require_role_change(&self, role: &str) -> Result<(), Refusal> {
        if self.call_type.granted_to_role(role).is_subset(&self.grants) {
            return Ok(());
        }
        self.require_permission(Permission::UpdateCallMemberRole, "update-call-member-role")
    }

    pub fn allows(&self, capability: OwnCapability) -> bool {
        self.grants.contains(&Permission::Own(capability))
    }

    pub fn own_capabilities(&self) -> Vec<OwnCapability> {
        self.grants
            .iter()
            .filter_map(|grant| match grant {
                Permission::Own(capability) => Some(*capability),
                Permission::UpdateCallMemberRole => None,
            })
            .collect()
    }

    fn new(call_type: &'static CallType, actor: &Actor, owner: bool, roles: &[String]) -> Self {
        let role = &actor.user.role;
        let mut grants = call_type.granted_to_role(role);
        if owner {
            grants.extend(call_type.granted_to_owner(role));
        }
        // Roles in the call extend, they never restrict.
        for role in roles {
            grants.extend(call_type.granted_to_role(role));
        }
        Self {
            call_type,
            user_id: actor.user.id.clone(),
            role: role.clone(),
            grants,
        }
    }

    fn require_permission(&self, permission: Permission, name: &str) -> Result<(), Refusal> {
        if self.grants.contains(&permission) {
            return Ok(());
        }
        Err(Refusal::new(
            ErrorCode::NotAllowed,
            format!(
                "User '{}' with role '{}' is not allowed to perform action {} in scope 'video:{}'",
                self.user_id,
                self.role,
                action_name(name),
                self.call_type.name
            ),
        ))
    }
}

/// The team a new call gets, or why the user may not create it.
///
/// Users with teams work inside them and must say which. Users without are not subject to teams:
/// they may found a call of any team.
pub(super) fn team_of_new_call(actor: &Actor, wish: Option<&str>) -> Result<(), Refusal> {
    let teams = &actor.user.teams;
    match wish {
        _ if teams.is_empty() => Ok(()),
        None => Err(Refusal::input(format!(
            "User '{}' belongs to teams and must name one of them in data.team",
            actor.user.id
        ))),
        Some(team) if teams.iter().any(|own| own == team) => Ok(()),
        Some(team) => Err(Refusal::new(
            ErrorCode::NotAllowed,
            format!("User '{}' is not in the team '{team}'", actor.user.id),
        )),
    }
}

/// Capabilities of each role in calls of this type: lets clients recompute their own.
pub(super) fn capabilities_by_role(
    call: &CallRecord,
) -> Result<std::collections::BTreeMap<String, Vec<&'static str>>, Refusal> {
    let call_type = known_type(&call.call_type)?;
    let names = |role: &str| {
        call_type
            .granted_to_role(role)
            .into_iter()
            .filter_map(|grant| match grant {
                Permission::Own(capability) => Some(capability.as_str()),
                Permission::UpdateCallMemberRole => None,
            })
            .collect()
    };
    Ok(ROLES
        .iter()
        .map(|role| ((*role).to_owned(), names(role)))
        .collect())
}

/// The answer for calls that do not exist, or not for this user.
pub(super) fn not_found(cid: &str) -> Refusal {
    Refusal::new(
        ErrorCode::DoesNotExist,
        format!("the call {cid} does not exist"),
    )
}

/// Whether the teams of the user let them reach a call.
fn reaches_team(actor: &Actor, team: Option<&str>, involved: bool) -> bool {
    let teams = &actor.user.teams;
    match team {
        None => teams.is_empty(),
        Some(team) => teams.iter().any(|own| own == team) || (teams.is_empty() && involved),
    }
}

fn known_type(name: &str) -> Result<&'static CallType, Refusal> {
    CallType::find(name).ok_or_else(|| Refusal::internal(&format!("stored call of type {name}")))
}

/// `join-backstage` → `JoinBackstage`
fn action_name(name: &str) -> String {
    name.split('-')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
        })
        .collect()
}

const ROLES: [&str; 7] = [
    "admin",
    "anonymous",
    "call_member",
    "guest",
    "host",
    "moderator",
    "user",
];
