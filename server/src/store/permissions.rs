//! What was granted to single users or revoked, for one call.

use rusqlite::params;

use super::Db;

/// Permissions of a user in a call that were granted (true) or revoked, whatever their roles say.
pub(crate) fn list(db: Db<'_>, cid: &str, user_id: &str) -> rusqlite::Result<Vec<(String, bool)>> {
    db.connection
        .prepare_cached(
            "SELECT permission, granted FROM user_permission
            WHERE app = ?1 AND cid = ?2 AND user_id = ?3",
        )?
        .query_map(params![db.app, cid, user_id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Grants a permission or revokes it.
pub(crate) fn set(
    db: Db<'_>,
    cid: &str,
    user_id: &str,
    permission: &str,
    granted: bool,
) -> rusqlite::Result<()> {
    db.connection
        .prepare_cached(
            "INSERT INTO user_permission (app, cid, user_id, permission, granted)
            VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (app, cid, user_id, permission) DO UPDATE SET granted = ?5",
        )?
        .execute(params![db.app, cid, user_id, permission, granted])?;
    Ok(())
}
