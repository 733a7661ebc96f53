//! Members of calls.

use rusqlite::{OptionalExtension, Row, named_params, params};
use trunkline_protocol::coordinator::{Custom, DateTime};

use super::{
    Db,
    row::{date, json, to_json},
};

/// A stored member.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MemberRecord {
    pub cid: String,
    pub user_id: String,
    pub role: Option<String>,
    pub custom: Custom,
    pub created_at: DateTime,
    pub updated_at: DateTime,
}

pub(crate) fn find(db: Db<'_>, cid: &str, user_id: &str) -> rusqlite::Result<Option<MemberRecord>> {
    db.connection
        .prepare_cached("SELECT * FROM member WHERE app = ?1 AND cid = ?2 AND user_id = ?3")?
        .query_one(params![db.app, cid, user_id], read)
        .optional()
}

/// The first members in the order in which they were added.
pub(crate) fn list(db: Db<'_>, cid: &str, limit: u32) -> rusqlite::Result<Vec<MemberRecord>> {
    db.connection
        .prepare_cached("SELECT * FROM member WHERE app = ?1 AND cid = ?2 ORDER BY created_at, user_id LIMIT ?3")?
        .query_map(params![db.app, cid, limit], read)?
        .collect()
}

/// Ids of all members.
pub(crate) fn user_ids(db: Db<'_>, cid: &str) -> rusqlite::Result<Vec<String>> {
    db.connection
        .prepare_cached("SELECT user_id FROM member WHERE app = ?1 AND cid = ?2")?
        .query_map(params![db.app, cid], |row| row.get(0))?
        .collect()
}

/// How many members there are.
pub(crate) fn count(db: Db<'_>, cid: &str) -> rusqlite::Result<u32> {
    db.connection
        .prepare_cached("SELECT count(*) FROM member WHERE app = ?1 AND cid = ?2")?
        .query_one(params![db.app, cid], |row| row.get(0))
}

/// Inserts the member or replaces what may change.
pub(crate) fn save(db: Db<'_>, member: &MemberRecord) -> rusqlite::Result<()> {
    db.connection
        .prepare_cached(
            "INSERT INTO member (app, cid, user_id, role, custom, created_at, updated_at)
        VALUES (:app, :cid, :user_id, :role, :custom, :created_at, :updated_at)
        ON CONFLICT (app, cid, user_id)
        DO UPDATE SET role = :role, custom = :custom, updated_at = :updated_at",
        )?
        .execute(named_params! {
            ":app": db.app,
            ":cid": member.cid,
            ":user_id": member.user_id,
            ":role": member.role,
            ":custom": to_json(&member.custom)?,
            ":created_at": member.created_at.unix_nanos(),
            ":updated_at": member.updated_at.unix_nanos(),
        })?;
    Ok(())
}

/// Removes the member; false when there was none.
pub(crate) fn remove(db: Db<'_>, cid: &str, user_id: &str) -> rusqlite::Result<bool> {
    let removed = db
        .connection
        .prepare_cached("DELETE FROM member WHERE app = ?1 AND cid = ?2 AND user_id = ?3")?
        .execute(params![db.app, cid, user_id])?;
    Ok(removed > 0)
}

pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<MemberRecord> {
    Ok(MemberRecord {
        cid: row.get("cid")?,
        user_id: row.get("user_id")?,
        role: row.get("role")?,
        custom: json(row, "custom")?,
        created_at: date(row, "created_at")?,
        updated_at: date(row, "updated_at")?,
    })
}
