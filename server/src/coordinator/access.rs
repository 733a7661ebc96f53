//! Who may do what: the one place that decides it.

use std::collections::{BTreeMap, BTreeSet};

use trunkline_protocol::coordinator::{DateTime, ErrorCode, OwnCapability};

use super::{
    Cid, Policy, Refusal,
    actor::Actor,
    call_type::{CallType, Grants, Permission},
    teams,
    work::Work,
};
use crate::store::{
    calls::{self, CallRecord},
    members::{self, MemberRecord},
    permissions,
    users::UserRecord,
};

/// What one user may do in one call.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Access {
    policy: Policy,
    call_type: &'static CallType,
    user_id: String,
    role: String,
    grants: Grants,
    /// What the roles grant, whatever was granted or revoked for this user alone.
    rank: Grants,
}

impl Access {
    /// Rights in a call that exists. A call the user cannot reach does not exist for them.
    pub fn to_call(work: &Work<'_>, actor: &Actor, call: &CallRecord) -> Result<Self, Refusal> {
        let member = members::find(work.db, &call.cid, &actor.user.id)?;
        let by_token = actor.call_cids.contains(&call.cid);
        let owner = call.created_by == actor.user.id;
        if !teams::reaches(
            &actor.user.teams,
            call.team.as_deref(),
            owner || member.is_some() || by_token,
        ) {
            return Err(not_found(&call.cid));
        }
        let call_type = known_type(&call.call_type)?;
        let mut roles = roles_of(member);
        if by_token {
            roles.push("call_member".to_owned());
            roles.push(actor.call_role.clone());
        }
        let mut access = Self::new(work, call_type, actor, owner, &roles);
        access.apply_exceptions(work, &call.cid)?;
        Ok(access)
    }

    /// The call of this name, and the rights of the actor in it.
    pub fn open(work: &Work<'_>, actor: &Actor, cid: &Cid) -> Result<(CallRecord, Self), Refusal> {
        let cid = cid.to_string();
        let call = calls::find(work.db, &cid)?.ok_or_else(|| not_found(&cid))?;
        let access = Self::to_call(work, actor, &call)?;
        Ok((call, access))
    }

    /// Rights in a call that the user is about to create, as its owner.
    pub fn to_new_call(work: &Work<'_>, actor: &Actor, cid: &Cid) -> Self {
        Self::new(work, cid.call_type(), actor, true, &[])
    }

    /// Refuses whoever lacks the capability.
    pub fn require(&self, capability: OwnCapability) -> Result<(), Refusal> {
        self.require_permission(Permission::Own(capability))
    }

    /// Refuses whoever may not be in the call as it is now.
    pub fn require_entry(&self, call: &CallRecord, now: DateTime) -> Result<(), Refusal> {
        self.require(OwnCapability::JoinCall)?;
        if call.ended_at.is_some() {
            self.require(OwnCapability::JoinEndedCall)?;
        }
        if call.backstage && !is_open_early(call, now) {
            self.require(OwnCapability::JoinBackstage)?;
        }
        Ok(())
    }

    /// Refuses whoever may not give this role. A role may be given by those who may give any, and
    /// by those who hold all it grants: nobody can hand out more than they have.
    pub fn require_role_change(&self, role: &str) -> Result<(), Refusal> {
        if self.policy.of_role(self.call_type, role).is_subset(&self.grants) {
            return Ok(());
        }
        self.require_permission(Permission::UpdateCallMemberRole)
    }

    /// Refuses whoever holds less than another user by their roles in the call: nobody changes, blocks
    /// or kicks who holds more.
    pub fn require_rank_over(
        &self,
        work: &Work<'_>,
        user: &UserRecord,
        call: &CallRecord,
    ) -> Result<(), Refusal> {
        let member = members::find(work.db, &call.cid, &user.id)?;
        let is_owner = call.created_by == user.id;
        let rank = self.policy.rank(self.call_type, &user.role, is_owner, &roles_of(member));
        if user.id == self.user_id || rank.is_subset(&self.rank) {
            return Ok(());
        }
        let detail = format!(
            "User '{}' is not allowed to do this to the user '{}', who holds more in this call",
            self.user_id, user.id
        );
        Err(Refusal::new(ErrorCode::NotAllowed, detail))
    }

    pub fn allows(&self, capability: OwnCapability) -> bool {
        self.grants.contains(&Permission::Own(capability))
    }

    pub fn own_capabilities(&self) -> Vec<OwnCapability> {
        self.grants.iter().filter_map(|grant| grant.own()).collect()
    }

    fn new(
        work: &Work<'_>,
        call_type: &'static CallType,
        actor: &Actor,
        owner: bool,
        roles: &[String],
    ) -> Self {
        let role = actor.user.role.clone();
        let policy = work.policy.clone();
        let rank = policy.rank(call_type, &role, owner, roles);
        Self { policy, call_type, user_id: actor.user.id.clone(), role, grants: rank.clone(), rank }
    }

    /// What holds for this user alone: permissions granted and revoked for the call, and a block,
    /// which leaves nothing but the sight of it.
    fn apply_exceptions(&mut self, work: &Work<'_>, cid: &str) -> Result<(), Refusal> {
        for (name, granted) in permissions::list(work.db, cid, &self.user_id)? {
            let known = OwnCapability::ALL.iter().find(|known| known.as_str() == name);
            let Some(permission) = known.copied().map(Permission::Own) else {
                return Err(Refusal::internal(&format!("stored permission {name}")));
            };
            if granted {
                self.grants.insert(permission);
            } else {
                self.grants.remove(&permission);
            }
        }
        if calls::is_blocked(work.db, cid, &self.user_id)? {
            self.grants.retain(|grant| *grant == Permission::Own(OwnCapability::ReadCall));
        }
        Ok(())
    }

    /// Refuses whoever lacks the permission.
    pub fn require_permission(&self, permission: Permission) -> Result<(), Refusal> {
        if self.grants.contains(&permission) {
            return Ok(());
        }
        Err(Refusal::new(
            ErrorCode::NotAllowed,
            format!(
                "User '{}' with role '{}' is not allowed to perform action {} in scope 'video:{}'",
                self.user_id,
                self.role,
                action_name(permission.name()),
                self.call_type.name
            ),
        ))
    }
}

/// The roles of a member beside that of the user.
fn roles_of(member: Option<MemberRecord>) -> Vec<String> {
    let Some(member) = member else {
        return Vec::new();
    };
    [Some("call_member".to_owned()), member.role].into_iter().flatten().collect()
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

/// Whether the time to join ahead of the start has come.
pub(super) fn is_open_early(call: &CallRecord, now: DateTime) -> bool {
    let ahead = i64::from(call.settings.backstage.join_ahead_time_seconds);
    call.starts_at.is_some_and(|starts_at| now >= starts_at.plus_seconds(-ahead))
}

/// Capabilities of each role in calls of this type: lets clients recompute their own.
pub(super) fn capabilities_by_role(
    work: &Work<'_>,
    call: &CallRecord,
) -> Result<BTreeMap<String, Vec<String>>, Refusal> {
    let call_type = known_type(&call.call_type)?;
    let names = |role: &str| {
        work.policy
            .of_role(call_type, role)
            .into_iter()
            .filter_map(|grant| Some(grant.own()?.as_str().into()))
            .collect()
    };
    Ok(ROLES.iter().map(|role| ((*role).to_owned(), names(role))).collect())
}

/// The answer for calls that do not exist, or not for this user.
pub(super) fn not_found(cid: &str) -> Refusal {
    Refusal::new(ErrorCode::DoesNotExist, format!("the call {cid} does not exist"))
}

fn known_type(name: &str) -> Result<&'static CallType, Refusal> {
    CallType::find(name).ok_or_else(|| Refusal::internal(&format!("stored call of type {name}")))
}

/// `join-backstage` → `JoinBackstage`
fn action_name(name: &str) -> String {
    name.split('-')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect()
}

/// Names of the permissions that a role, of a user or of a member, has in calls of a built-in type;
/// with `owner` in those that its user has created. Empty when there is no such type.
pub fn granted(call_type: &str, role: &str, owner: bool) -> BTreeSet<&'static str> {
    let Some(call_type) = CallType::find(call_type) else {
        return BTreeSet::new();
    };
    let mut grants = call_type.granted_to_role(role);
    if owner {
        grants.extend(call_type.granted_to_owner(role));
    }
    grants.into_iter().map(Permission::name).collect()
}

const ROLES: [&str; 7] =
    ["admin", "anonymous", "call_member", "guest", "host", "moderator", "user"];

#[cfg(test)]
mod tests {
    use trunkline_protocol::coordinator::OwnCapability::{
        EndCall, JoinBackstage, JoinCall, JoinEndedCall, SendVideo, UpdateCall,
    };

    use super::*;
    use crate::{
        coordinator::hub::Hub,
        store::{
            calls as call_store, empty_tables, first_app,
            members::MemberRecord,
            users::{self, UserRecord},
        },
    };

    /// No member, a member, a member with this role.
    #[derive(Clone, Copy, Debug)]
    enum As {
        Nobody,
        Member,
        Role(&'static str),
    }

    const NOW: DateTime = DateTime::from_unix_nanos(1);

    fn actor(id: &str, role: &str, teams: &[&str]) -> Actor {
        let mut user = UserRecord::new(id, role, NOW);
        user.teams = teams.iter().map(|team| (*team).to_owned()).collect();
        Actor {
            user,
            anonymous: role == "anonymous",
            call_role: "call_member".into(),
            call_cids: Vec::new(),
        }
    }

    /// Rights of the actor in a call of `owner`, as a member with the given role if any.
    fn access(
        call_type: &str,
        team: Option<&str>,
        actor: &Actor,
        member: As,
    ) -> Result<Access, Refusal> {
        let (db, hub) = (empty_tables(), Hub::default());
        for user in [&UserRecord::new("owner", "user", NOW), &actor.user] {
            users::save(first_app(&db), user).unwrap();
        }
        let cid = Cid::new(call_type, "a").unwrap();
        let call = CallRecord {
            cid: cid.to_string(),
            call_type: call_type.into(),
            id: "a".into(),
            created_by: "owner".into(),
            team: team.map(Into::into),
            custom: serde_json::Map::new(),
            settings: cid.call_type().settings.clone(),
            backstage: false,
            starts_at: None,
            ended_at: None,
            created_at: NOW,
            updated_at: NOW,
            session_id: None,
        };
        call_store::save(first_app(&db), &call).unwrap();
        let role = match member {
            As::Nobody | As::Member => None,
            As::Role(role) => Some(role.to_owned()),
        };
        if !matches!(member, As::Nobody) {
            let member = MemberRecord {
                cid: call.cid.clone(),
                user_id: actor.user.id.clone(),
                role,
                custom: serde_json::Map::new(),
                created_at: NOW,
                updated_at: NOW,
            };
            members::save(first_app(&db), &member).unwrap();
        }
        Access::to_call(&Work::new(first_app(&db), &hub, NOW), actor, &call)
    }

    fn allowed(call_type: &str, actor: &Actor, member: As) -> Vec<OwnCapability> {
        let access = access(call_type, None, actor, member).unwrap();
        let asked = [JoinCall, EndCall, UpdateCall, JoinEndedCall, JoinBackstage, SendVideo];
        asked.into_iter().filter(|capability| access.require(*capability).is_ok()).collect()
    }

    #[test]
    fn rights_are_the_union_of_user_role_ownership_and_member_role() {
        let everything =
            vec![JoinCall, EndCall, UpdateCall, JoinEndedCall, JoinBackstage, SendVideo];
        let (user, owner) = (actor("bob", "user", &[]), actor("owner", "user", &[]));
        let (guest, admin) = (actor("bob", "guest", &[]), actor("bob", "admin", &[]));
        let nobody = actor("!anon", "anonymous", &[]);
        let own = actor("bob", "app-defined", &[]);
        let cases = [
            ("livestream", &user, As::Nobody, vec![JoinCall]),
            ("livestream", &owner, As::Nobody, everything.clone()),
            ("livestream", &admin, As::Nobody, everything.clone()),
            ("livestream", &guest, As::Nobody, vec![]),
            ("livestream", &guest, As::Member, vec![JoinCall]),
            ("livestream", &guest, As::Role("app-defined"), vec![JoinCall]),
            ("livestream", &user, As::Role("host"), everything.clone()),
            ("livestream", &user, As::Role("moderator"), vec![JoinCall, JoinBackstage, SendVideo]),
            ("livestream", &nobody, As::Nobody, vec![JoinCall]),
            (
                "default",
                &user,
                As::Nobody,
                vec![JoinCall, EndCall, JoinEndedCall, JoinBackstage, SendVideo],
            ),
            ("default", &owner, As::Nobody, everything.clone()),
            ("default", &guest, As::Nobody, vec![JoinCall, SendVideo]),
            ("default", &nobody, As::Nobody, vec![]),
            ("default", &own, As::Nobody, vec![]),
            ("default", &own, As::Role("admin"), everything.clone()),
            (
                "audio_room",
                &owner,
                As::Nobody,
                vec![JoinCall, EndCall, UpdateCall, JoinEndedCall, JoinBackstage],
            ),
            ("development", &user, As::Nobody, everything),
        ];
        for (call_type, actor, member, expected) in cases {
            let role = &actor.user.role;
            assert_eq!(
                allowed(call_type, actor, member),
                expected,
                "{call_type} {role} {member:?}"
            );
        }
    }

    #[test]
    fn a_call_token_makes_a_member_of_its_calls_only() {
        let mut visitor = actor("bob", "guest", &[]);
        visitor.call_cids = vec!["livestream:a".into()];
        assert_eq!(allowed("livestream", &visitor, As::Nobody), [JoinCall]);
        assert_eq!(allowed("audio_room", &visitor, As::Nobody), []);
        visitor.call_role = "host".into();
        assert!(allowed("livestream", &visitor, As::Nobody).contains(&EndCall));
    }

    #[test]
    fn own_capabilities_are_exactly_what_is_allowed() {
        for role in ["user", "guest", "admin", "anonymous"] {
            let access = access("default", None, &actor("bob", role, &[]), As::Nobody).unwrap();
            let allowed: Vec<_> = OwnCapability::ALL
                .iter()
                .copied()
                .filter(|capability| access.require(*capability).is_ok())
                .collect();
            assert_eq!(access.own_capabilities(), allowed);
        }
    }

    #[test]
    fn a_refusal_says_who_may_not_do_what_where() {
        let access = access("livestream", None, &actor("bob", "user", &[]), As::Nobody).unwrap();
        let refusal = access.require(JoinBackstage).unwrap_err();
        assert_eq!(
            refusal.detail,
            "User 'bob' with role 'user' is not allowed to perform action JoinBackstage in scope \
             'video:livestream'"
        );
        assert!(refusal.unrecoverable);
        assert_eq!(refusal.code, ErrorCode::NotAllowed);
    }

    #[test]
    fn teams_decide_which_calls_exist() {
        let cases = [
            (vec!["red"], Some("red"), As::Nobody, true),
            (vec!["blue", "red"], Some("red"), As::Nobody, true),
            (vec!["blue"], Some("red"), As::Nobody, false),
            (vec!["blue"], Some("red"), As::Member, false),
            (vec!["blue"], None, As::Nobody, false),
            (vec![], None, As::Nobody, true),
            (vec![], Some("red"), As::Nobody, false),
            (vec![], Some("red"), As::Member, true),
        ];
        for (teams, team, member, reached) in cases {
            let result = access("default", team, &actor("bob", "user", &teams), member);
            assert_eq!(result.is_ok(), reached, "{teams:?} {team:?} {member:?}");
        }
        let teams = |teams: &[&str], wish| {
            team_of_new_call(&actor("bob", "user", teams), wish).map_err(|refusal| refusal.code)
        };
        assert_eq!(teams(&[], None), Ok(()));
        assert_eq!(teams(&[], Some("red")), Ok(()));
        assert_eq!(teams(&["red"], Some("red")), Ok(()));
        assert_eq!(teams(&["red"], None), Err(ErrorCode::Input));
        assert_eq!(teams(&["red"], Some("blue")), Err(ErrorCode::NotAllowed));
    }
}
