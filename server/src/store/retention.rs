//! What is not kept for ever goes, a bounded number of rows at a time.

use std::time::Duration;

use rusqlite::{Connection, params};
use trunkline_protocol::coordinator::DateTime;

/// How long things are kept; `None`: for ever.
#[derive(Clone, Copy, Debug, Default)]
pub struct Retention {
    /// Sessions that have ended, except the last one of each call.
    pub sessions: Option<Duration>,
    /// Calls that were ended, with all that belongs to them.
    pub ended_calls: Option<Duration>,
    /// Feedback of users.
    pub feedback: Option<Duration>,
}

impl Retention {
    /// Whether there will ever be something to do.
    pub fn keeps_all(&self) -> bool {
        [self.sessions, self.ended_calls, self.feedback].iter().all(Option::is_none)
    }
}

/// Deletes up to `most` rows that are older than they may be, and what little hangs on them. Tells how
/// many: less than `most` when nothing is left.
pub(crate) fn sweep(
    db: &Connection,
    retention: &Retention,
    now: DateTime,
    most: usize,
) -> rusqlite::Result<usize> {
    let mut gone = 0;
    let mut run = |kept: Option<Duration>, statement: &str| {
        let left = most.saturating_sub(gone);
        if let Some(kept) = kept.filter(|_| left > 0) {
            let nanos = i64::try_from(kept.as_nanos()).unwrap_or(i64::MAX);
            let before = now.unix_nanos().saturating_sub(nanos);
            let left = i64::try_from(left).unwrap_or(i64::MAX);
            gone += db.prepare_cached(statement)?.execute(params![before, left])?;
        }
        Ok::<_, rusqlite::Error>(())
    };
    run(retention.feedback, OLD_FEEDBACK)?;
    for statement in OLD_SESSIONS {
        run(retention.sessions, statement)?;
    }
    for (table, columns) in PARTS_OF_CALLS {
        let part = format!(
            "DELETE FROM {table} WHERE ({columns}) IN (SELECT {columns} FROM {table}
            WHERE (app, cid) IN ({ENDED_CALLS}) LIMIT ?2)"
        );
        run(retention.ended_calls, &part)?;
    }
    // The parts are gone when there was room for more.
    run(retention.ended_calls, &format!("DELETE FROM call WHERE (app, cid) IN ({ENDED_CALLS} LIMIT ?2)"))?;
    Ok(gone)
}

const OLD_FEEDBACK: &str = "DELETE FROM feedback WHERE rowid IN
    (SELECT rowid FROM feedback WHERE created_at < ?1 LIMIT ?2)";

/// The call shows its last session no more, then that goes.
const OLD_SESSIONS: [&str; 2] = [
    "UPDATE call SET session_id = NULL WHERE (app, cid, session_id) IN
        (SELECT app, cid, id FROM session WHERE ended_at < ?1 ORDER BY ended_at, rowid LIMIT ?2)",
    "DELETE FROM session WHERE rowid IN
        (SELECT rowid FROM session WHERE ended_at < ?1 ORDER BY ended_at, rowid LIMIT ?2)",
];

/// Of which a call may have many, each with its key: they go first.
const PARTS_OF_CALLS: [(&str, &str); 5] = [
    ("feedback", "rowid"),
    ("member", "app, cid, user_id"),
    ("blocked_user", "app, cid, user_id"),
    ("user_permission", "app, cid, user_id, permission"),
    ("session", "app, id"),
];

/// Some of those that are due. Whoever may join a call that was ended keeps it from going.
const ENDED_CALLS: &str = "SELECT app, cid FROM
    (SELECT app, cid FROM call WHERE ended_at < ?1 AND NOT EXISTS
        (SELECT 1 FROM session AS running WHERE running.app = call.app
            AND running.cid = call.cid AND running.ended_at IS NULL)
    ORDER BY ended_at LIMIT 50)";
