//! Teams: which calls they reach.

/// Whether the teams of a user let them reach a call; `involved` is who made it, or is a member.
pub(super) fn reaches(teams: &[String], team: Option<&str>, involved: bool) -> bool {
    match team {
        None => teams.is_empty(),
        Some(team) => teams.iter().any(|own| own == team) || (teams.is_empty() && involved),
    }
}
