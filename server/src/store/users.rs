//! Users.

use rusqlite::{OptionalExtension, Row, named_params, params};
use trunkline_protocol::coordinator::{Custom, DateTime};

use super::{
    Db,
    row::{date, date_if_any, json, nanos, to_json},
};

/// A stored user.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UserRecord {
    pub id: String,
    pub role: String,
    pub teams: Vec<String>,
    pub name: Option<String>,
    pub image: Option<String>,
    pub language: Option<String>,
    pub custom: Custom,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    pub last_active: Option<DateTime>,
    /// When role and teams are those of a token.
    pub loan: Option<Loan>,
    /// When the backend has last said what they are.
    pub ruled_at: Option<DateTime>,
}

/// What a user is again when the token has expired that lends role or teams.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Loan {
    pub role: String,
    pub teams: Vec<String>,
    /// A token that never expires lends for good.
    pub until: Option<DateTime>,
}

impl UserRecord {
    /// A user of whom only the id is known.
    pub fn new(id: &str, role: &str, now: DateTime) -> Self {
        Self {
            id: id.into(),
            role: role.into(),
            teams: Vec::new(),
            name: None,
            image: None,
            language: None,
            custom: Custom::new(),
            created_at: now,
            updated_at: now,
            last_active: None,
            loan: None,
            ruled_at: None,
        }
    }
}

pub(crate) fn find(db: Db<'_>, id: &str) -> rusqlite::Result<Option<UserRecord>> {
    db.connection
        .prepare_cached("SELECT * FROM user WHERE app = ?1 AND id = ?2")?
        .query_one(params![db.app, id], read)
        .optional()
}

/// Inserts the user or replaces everything but `id` and `created_at`.
pub(crate) fn save(db: Db<'_>, user: &UserRecord) -> rusqlite::Result<()> {
    let loan = user.loan.as_ref();
    db.connection
        .prepare_cached(
        "INSERT INTO user (app, id, role, teams, name, image, language, custom,
            created_at, updated_at, last_active, own_role, own_teams, lent_until,
            ruled_at)
        VALUES (:app, :id, :role, :teams, :name, :image, :language, :custom,
            :created_at, :updated_at, :last_active, :own_role, :own_teams, :lent_until,
            :ruled_at)
        ON CONFLICT (app, id) DO UPDATE SET role = :role, teams = :teams, name = :name, image = :image,
            language = :language, custom = :custom, updated_at = :updated_at,
            last_active = :last_active, own_role = :own_role, own_teams = :own_teams,
            lent_until = :lent_until, ruled_at = :ruled_at",
    )?
    .execute(named_params! {
        ":app": db.app,
        ":id": user.id,
        ":role": user.role,
        ":teams": to_json(&user.teams)?,
        ":name": user.name,
        ":image": user.image,
        ":language": user.language,
        ":custom": to_json(&user.custom)?,
        ":created_at": user.created_at.unix_nanos(),
        ":updated_at": user.updated_at.unix_nanos(),
        ":last_active": nanos(user.last_active),
        ":own_role": loan.map(|loan| &loan.role),
        ":own_teams": loan.map(|loan| to_json(&loan.teams)).transpose()?,
        ":lent_until": nanos(loan.and_then(|loan| loan.until)),
        ":ruled_at": nanos(user.ruled_at),
    })?;
    Ok(())
}

/// Users whose loan is over.
pub(crate) fn overdue(db: Db<'_>, now: DateTime) -> rusqlite::Result<Vec<UserRecord>> {
    db.connection
        .prepare_cached(
            "SELECT * FROM user WHERE app = ?1 AND lent_until IS NOT NULL AND lent_until <= ?2
            LIMIT 1000",
        )?
        .query_map(params![db.app, now.unix_nanos()], read)?
        .collect()
}

/// Guests who were last seen before `away`, or made before `silent` and never seen, who are in no
/// call and own none; those who have been away longest first.
pub(crate) fn idle_guests(
    db: Db<'_>,
    away: DateTime,
    silent: DateTime,
    limit: u32,
) -> rusqlite::Result<Vec<String>> {
    db.connection
        .prepare_cached(
            "SELECT id FROM user WHERE app = ?1 AND role = 'guest'
                AND ifnull(last_active, created_at) < max(?2, ?3)
                AND (ifnull(last_active, created_at) < ?2 OR last_active IS NULL)
                AND NOT EXISTS (SELECT 1 FROM call WHERE app = ?1 AND created_by = user.id)
                AND NOT EXISTS (SELECT 1 FROM participant WHERE app = ?1 AND user_id = user.id)
            ORDER BY ifnull(last_active, created_at) LIMIT ?4",
        )?
        .query_map(params![db.app, away.unix_nanos(), silent.unix_nanos(), limit], |row| {
            row.get(0)
        })?
        .collect()
}

/// Deletes a user who is in no call and owns none, and all that is theirs.
pub(crate) fn forget(db: Db<'_>, id: &str) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM device WHERE app = ?1 AND user_id = ?2",
        "DELETE FROM ring WHERE app = ?1 AND user_id = ?2",
        "DELETE FROM user_permission WHERE app = ?1 AND user_id = ?2",
        "DELETE FROM feedback WHERE app = ?1 AND user_id = ?2",
        "DELETE FROM blocked_user WHERE app = ?1 AND user_id = ?2",
        "DELETE FROM member WHERE app = ?1 AND user_id = ?2",
        "DELETE FROM user WHERE app = ?1 AND id = ?2",
    ] {
        db.connection.prepare_cached(sql)?.execute(params![db.app, id])?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<UserRecord> {
    let own_role: Option<String> = row.get("own_role")?;
    let loan = match own_role {
        Some(role) => Some(Loan {
            role,
            teams: json(row, "own_teams")?,
            until: date_if_any(row, "lent_until")?,
        }),
        None => None,
    };
    Ok(UserRecord {
        id: row.get("id")?,
        role: row.get("role")?,
        teams: json(row, "teams")?,
        name: row.get("name")?,
        image: row.get("image")?,
        language: row.get("language")?,
        custom: json(row, "custom")?,
        created_at: date(row, "created_at")?,
        updated_at: date(row, "updated_at")?,
        last_active: date_if_any(row, "last_active")?,
        loan,
        ruled_at: date_if_any(row, "ruled_at")?,
    })
}
