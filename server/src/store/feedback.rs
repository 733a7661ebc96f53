//! What users think of calls. Kept for the operator, who reads the table.

use rusqlite::params;
use trunkline_protocol::coordinator::{CollectUserFeedbackRequest, DateTime};

use super::{Db, row::to_json};

/// Adds the feedback of a user.
pub(crate) fn add(
    db: Db<'_>,
    cid: &str,
    session_id: &str,
    user_id: &str,
    request: &CollectUserFeedbackRequest,
    now: DateTime,
) -> rusqlite::Result<()> {
    db.connection
        .prepare_cached(
            "INSERT INTO feedback (app, cid, session_id, user_id, created_at, body)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![db.app, cid, session_id, user_id, now.unix_nanos(), to_json(request)?])?;
    Ok(())
}

/// Drops all but the newest feedback of a user about a call.
pub(crate) fn keep_newest(
    db: Db<'_>,
    cid: &str,
    user_id: &str,
    count: u32,
) -> rusqlite::Result<()> {
    db.connection
        .prepare_cached(
            "DELETE FROM feedback WHERE app = ?1 AND user_id = ?3 AND rowid IN
                (SELECT rowid FROM feedback WHERE app = ?1 AND cid = ?2 AND user_id = ?3
                ORDER BY created_at DESC, rowid DESC LIMIT -1 OFFSET ?4)",
        )?
        .execute(params![db.app, cid, user_id, count])?;
    Ok(())
}
