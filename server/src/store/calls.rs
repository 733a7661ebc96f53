//! Calls, and who is blocked in them.

use rusqlite::{OptionalExtension, Row, named_params, params};
use trunkline_protocol::coordinator::{CallSettings, Custom, DateTime};

use super::{
    Db,
    row::{date, date_if_any, json, nanos, to_json},
};

/// A stored call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CallRecord {
    pub cid: String,
    pub call_type: String,
    pub id: String,
    /// User id.
    pub created_by: String,
    pub team: Option<String>,
    pub custom: Custom,
    pub settings: CallSettings,
    pub backstage: bool,
    pub starts_at: Option<DateTime>,
    pub ended_at: Option<DateTime>,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    /// The running session, or the last one.
    pub session_id: Option<String>,
}

pub(crate) fn find(db: Db<'_>, cid: &str) -> rusqlite::Result<Option<CallRecord>> {
    db.connection
        .prepare_cached("SELECT * FROM call WHERE app = ?1 AND cid = ?2 AND deleted_at IS NULL")?
        .query_one(params![db.app, cid], read)
        .optional()
}

/// Inserts the call or replaces what may change after its creation.
pub(crate) fn save(db: Db<'_>, call: &CallRecord) -> rusqlite::Result<()> {
    db.connection
        .prepare_cached(
            "INSERT INTO call (app, cid, type, id, created_by, team, custom, settings, backstage,
            starts_at, ended_at, created_at, updated_at, session_id)
        VALUES (:app, :cid, :type, :id, :created_by, :team, :custom, :settings, :backstage,
            :starts_at, :ended_at, :created_at, :updated_at, :session_id)
        ON CONFLICT (app, cid) DO UPDATE SET custom = :custom, settings = :settings,
            backstage = :backstage, starts_at = :starts_at, ended_at = :ended_at,
            updated_at = :updated_at, session_id = :session_id",
        )?
        .execute(named_params! {
            ":app": db.app,
            ":cid": call.cid,
            ":type": call.call_type,
            ":id": call.id,
            ":created_by": call.created_by,
            ":team": call.team,
            ":custom": to_json(&call.custom)?,
            ":settings": to_json(&call.settings)?,
            ":backstage": call.backstage,
            ":starts_at": nanos(call.starts_at),
            ":ended_at": nanos(call.ended_at),
            ":created_at": call.created_at.unix_nanos(),
            ":updated_at": call.updated_at.unix_nanos(),
            ":session_id": call.session_id,
        })?;
    Ok(())
}

/// Hides the call: it is found no more.
pub(crate) fn hide(db: Db<'_>, cid: &str, now: DateTime) -> rusqlite::Result<()> {
    db.connection
        .prepare_cached("UPDATE call SET deleted_at = ?3 WHERE app = ?1 AND cid = ?2")?
        .execute(params![db.app, cid, now.unix_nanos()])?;
    Ok(())
}

/// Deletes the call, hidden or not, and everything that belongs to it.
pub(crate) fn delete(db: Db<'_>, cid: &str) -> rusqlite::Result<()> {
    db.connection
        .prepare_cached("DELETE FROM call WHERE app = ?1 AND cid = ?2")?
        .execute(params![db.app, cid])?;
    Ok(())
}

/// Ids of the users who may not join.
pub(crate) fn blocked_users(db: Db<'_>, cid: &str) -> rusqlite::Result<Vec<String>> {
    db.connection
        .prepare_cached(
            "SELECT user_id FROM blocked_user WHERE app = ?1 AND cid = ?2 ORDER BY user_id",
        )?
        .query_map(params![db.app, cid], |row| row.get(0))?
        .collect()
}

/// Whether a user may not join.
pub(crate) fn is_blocked(db: Db<'_>, cid: &str, user_id: &str) -> rusqlite::Result<bool> {
    db.connection
        .prepare_cached("SELECT 1 FROM blocked_user WHERE app = ?1 AND cid = ?2 AND user_id = ?3")?
        .exists(params![db.app, cid, user_id])
}

/// Keeps a user out of the call; false when they are kept out already.
pub(crate) fn block(db: Db<'_>, cid: &str, user_id: &str) -> rusqlite::Result<bool> {
    let added = db
        .connection
        .prepare_cached(
            "INSERT INTO blocked_user (app, cid, user_id) VALUES (?1, ?2, ?3)
            ON CONFLICT DO NOTHING",
        )?
        .execute(params![db.app, cid, user_id])?;
    Ok(added > 0)
}

/// Lets a user in again; false when they were not kept out.
pub(crate) fn unblock(db: Db<'_>, cid: &str, user_id: &str) -> rusqlite::Result<bool> {
    let removed = db
        .connection
        .prepare_cached("DELETE FROM blocked_user WHERE app = ?1 AND cid = ?2 AND user_id = ?3")?
        .execute(params![db.app, cid, user_id])?;
    Ok(removed > 0)
}

pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<CallRecord> {
    Ok(CallRecord {
        cid: row.get("cid")?,
        call_type: row.get("type")?,
        id: row.get("id")?,
        created_by: row.get("created_by")?,
        team: row.get("team")?,
        custom: json(row, "custom")?,
        settings: json(row, "settings")?,
        backstage: row.get("backstage")?,
        starts_at: date_if_any(row, "starts_at")?,
        ended_at: date_if_any(row, "ended_at")?,
        created_at: date(row, "created_at")?,
        updated_at: date(row, "updated_at")?,
        session_id: row.get("session_id")?,
    })
}
